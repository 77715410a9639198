from hypothesis import given
from hypothesis import strategies as st

from icrm_tui.widgets.columns import GAP, ListColumn, fit

NAME = ListColumn("name", "Name", 12, min=8, flex=1)
COMPANY = ListColumn("company", "Company", 16, min=10)
CITY = ListColumn("city", "City", 8)
PHONE = ListColumn("phone", "Phone", 13)
ALL = (NAME, COMPANY, CITY, PHONE)


def test_columns_drop_from_the_right_as_the_width_shrinks() -> None:
    assert [place for place, _ in fit(ALL, 60)] == [0, 1, 2, 3]
    assert [place for place, _ in fit(ALL, 40)] == [0, 1, 2]
    assert fit(ALL, 5) == ((0, 5),)


def test_what_is_left_over_goes_first_to_what_suits_then_to_the_flexible() -> None:
    assert fit(ALL, 49) == ((0, 12), (1, 10), (2, 8), (3, 13))
    assert fit(ALL, 65) == ((0, 22), (1, 16), (2, 8), (3, 13))


def test_shifting_passes_columns_over_but_keeps_the_first() -> None:
    assert [place for place, _ in fit(ALL, 40, shift=1)] == [0, 2, 3]


column = st.builds(ListColumn, st.just("k"), st.just("K"), st.integers(4, 30), st.integers(0, 4), st.integers(0, 3))


@given(st.lists(column, min_size=1, max_size=8), st.integers(1, 200), st.integers(0, 3))
def test_columns_never_run_over_the_room(columns: list[ListColumn], room: int, shift: int) -> None:
    drawn = fit(tuple(columns), room, shift)
    assert sum(width for _, width in drawn) + GAP * (len(drawn) - 1) <= room
