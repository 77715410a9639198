from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from icrm_tui.widgets.text import cell, cut, glyph, glyphs, shown, visible


def test_what_would_act_on_the_terminal_is_drawn_as_a_picture() -> None:
    assert shown("\x1b[31mred\x07") == "␛[31mred␇"
    assert shown("\x7f\x9b") == "␡␦"


def test_marks_that_turn_or_hide_text_are_made_visible() -> None:
    assert shown("a\u202eb\u2066c\u200fd\u200be\ufeff") == "a␦b␦c␦d␦e␦"
    assert shown("lone \ud83d surrogate") == "lone ␦ surrogate"


def test_a_line_break_is_one_mark_however_it_is_written() -> None:
    assert shown("one\r\ntwo\nthree\u2028four") == "one⏎two⏎three⏎four"


def test_ordinary_text_of_any_script_is_left_alone() -> None:
    for text in ("张伟", "Zoë", "نام‌ها", "👨‍👩‍👧", "a\u3000b", "[bold]x[/]"):
        assert shown(text) == text


def test_nothing_is_empty_and_numbers_are_text() -> None:
    assert (shown(None), shown(0), shown(12.5)) == ("", "0", "12.5")


def test_a_wide_character_cut_in_half_leaves_a_space() -> None:
    assert cut("刘黛琳", 6) == "刘黛琳"
    assert cut("刘黛琳", 5) == "刘黛…"
    assert cut("刘黛琳", 4) == "刘… "
    assert cut("刘黛琳", 1) == "…"
    assert cut("12", 4, "right") == "  12"
    assert cut("anything", 0) == ""


@given(st.text(), st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_a_cell_is_always_exactly_as_wide_as_asked(text: str, width: int, align: str) -> None:
    drawn = cell(text, width, align)
    assert cell_len(drawn) == width
    assert drawn == visible(drawn)


def test_ascii_glyphs_replace_those_of_uncertain_width() -> None:
    glyphs("ascii")
    try:
        assert cut("a long name", 6) == "a lon~"
        assert glyph("bar") == ">"
    finally:
        glyphs("unicode")
    assert cut("a long name", 6) == "a lon…"
