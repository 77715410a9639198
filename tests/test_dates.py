"""Days, times and birthdays as people write them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icrm_tui import dates
from icrm_tui.dates import Birthday
from icrm_tui.errors import Usage

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # Monday, 17:00 in Shanghai
MONDAY = date(2026, 11, 23)


def test_a_wall_time_in_the_spring_gap_moves_forward_by_the_gap() -> None:
    assert dates.utc(date(2026, 3, 29), time(2, 30), BERLIN) == "2026-03-29T01:30:00Z"  # 03:30 summer time


def test_an_ambiguous_wall_time_is_the_first() -> None:
    assert dates.utc(date(2026, 10, 25), time(2, 30), BERLIN) == "2026-10-25T00:30:00Z"


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.times())
def test_an_instant_survives_the_store(day: date, at: time) -> None:
    aware = datetime.combine(day, at.replace(microsecond=0), UTC)
    assert dates.local(dates.stamp(aware), BERLIN).astimezone(UTC) == aware


def test_an_unknown_zone_names_its_nearest() -> None:
    with pytest.raises(Usage) as caught:
        dates.zone("Asia/Shanghia")
    assert caught.value.values["nearest"] == "Asia/Shanghai"


@pytest.mark.parametrize("name", ["../etc/passwd", "/etc/localtime", "", "Mars/Olympus"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(Usage, match="zone"):
        dates.zone(name)


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("today", MONDAY, MONDAY),
        ("明天", date(2026, 11, 24), date(2026, 11, 24)),
        ("this-week", MONDAY, date(2026, 11, 29)),
        ("上周", date(2026, 11, 16), date(2026, 11, 22)),
        ("this-month", date(2026, 11, 1), date(2026, 11, 30)),
        ("next-month", date(2026, 12, 1), date(2026, 12, 31)),
        ("this-quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("next-quarter", date(2027, 1, 1), date(2027, 3, 31)),
        ("去年", date(2025, 1, 1), date(2025, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_a_word_names_a_span_of_days(word: str, first: date, last: date) -> None:
    assert dates.span(word, MONDAY) == (first, last)


@pytest.mark.parametrize("word", ["", "whenever", "2024-13", "0000", "2024-00", "2023-02-29"])
def test_other_words_name_none(word: str) -> None:
    assert dates.span(word, MONDAY) is None


def test_months_and_years_back_clamp_to_the_end_of_the_month() -> None:
    assert dates.back("6m", date(2026, 8, 31)) == date(2026, 2, 28)
    assert dates.back("1y", date(2024, 2, 29)) == date(2023, 2, 28)
    assert dates.back("+1m", date(2026, 1, 31)) == date(2026, 2, 28)
    assert dates.back("2w", MONDAY) == date(2026, 11, 9)
    assert dates.back("99999y", MONDAY) is None


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("1990-05-12", "dmy", date(1990, 5, 12)),
        ("12/05/1990", "dmy", date(1990, 5, 12)),
        ("12/05/1990", "mdy", date(1990, 12, 5)),
        ("12.5.90", "dmy", date(1990, 5, 12)),
        ("1990年5月12日", "mdy", date(1990, 5, 12)),
        ("May 12, 1990", "dmy", date(1990, 5, 12)),
        ("12 May 1990", "mdy", date(1990, 5, 12)),
        ("1990-05-12T00:00:00", "ymd", date(1990, 5, 12)),
        ("31/12/1990", "mdy", None),
        ("12/05/1990", "ymd", None),
        ("nonsense", "dmy", None),
    ],
)
def test_days_in_files(text: str, order: str, day: date | None) -> None:
    assert dates.day_of(text, order) == day


def test_the_order_of_dates_is_inferred_from_all_of_them() -> None:
    assert dates.order_of(["01/02/2020", "03/04/2021", "31/01/2020"]) == {"dmy"}
    assert dates.order_of(["01/02/2020", "01/31/2020"]) == {"mdy"}
    assert dates.order_of(["01/02/2020", "2020-05-06"]) == {"dmy", "mdy"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1990-05-12", "1990-05-12"),
        ("05-12", "--05-12"),
        ("5月12日", "--05-12"),
        ("12 May", "--05-12"),
        ("1990年5月12日", "1990-05-12"),
        ("农历四月初八", "L--04-08"),
        ("农历1990年四月初八", "L1990-04-08"),
        ("阴历 闰四月廿三", "L--04+-23"),
        ("农历腊月三十", "L--12-30"),
        ("lunar 1990-04-08", "L1990-04-08"),
        ("02-29", "--02-29"),
    ],
)
def test_birthdays_as_they_are_written(text: str, kept: str) -> None:
    found = dates.birthday(text)
    assert str(found) == kept
    assert dates.birthday(kept) == found, "what is kept reads back as itself"


@pytest.mark.parametrize("text", ["", "31 February", "02-30", "2023-02-29", "13-13", "农历十三月初一", "lunar 4-31"])
def test_impossible_birthdays_are_refused(text: str) -> None:
    with pytest.raises(Usage, match="birthday"):
        dates.birthday(text)


@pytest.mark.parametrize("year", [date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17)])
def test_chinese_new_year(year: date) -> None:
    assert dates.next_birthday(dates.birthday("农历正月初一"), year - timedelta(days=40)) == year


def test_29_february_is_kept_on_the_28th_in_common_years() -> None:
    leapling = dates.birthday("2000-02-29")
    assert dates.next_birthday(leapling, date(2026, 1, 1)) == date(2026, 2, 28)
    assert dates.next_birthday(leapling, date(2028, 1, 1)) == date(2028, 2, 29)
    assert "02-29" in dates.keys(date(2026, 2, 28), date(2026, 2, 28))
    assert "02-29" not in dates.keys(date(2028, 2, 28), date(2028, 2, 28))


def test_a_leap_month_birthday_is_kept_in_the_common_month() -> None:
    born = dates.birthday("L2025-06+-10")
    assert dates.next_birthday(born, date(2026, 1, 1)) == dates.next_birthday(
        dates.birthday("L--06-10"), date(2026, 1, 1)
    )


def test_ages() -> None:
    assert dates.turns(Birthday(1990, 5, 12), date(2026, 5, 12)) == 36
    assert dates.turns(Birthday(None, 5, 12), date(2026, 5, 12)) is None
    assert dates.turns(Birthday(1990, 12, 20, lunar=True), date(2026, 2, 7)) == 35, "the lunar year 2025 is not over"


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.integers(1, 12), st.integers(1, 30), st.booleans())
def test_a_birthday_is_found_by_the_keys_of_the_day_it_is_kept(today: date, month: int, day: int, lunar: bool) -> None:
    born = Birthday(None, month, day if lunar else min(day, 28), lunar)
    on = dates.next_birthday(born, today)
    assert on >= today
    assert born.key in dates.keys(on, on)


def test_between_dots_the_day_comes_first() -> None:
    assert dates.order_of(["12.05.1990"]) == {"dmy"}
    assert dates.order_of(["12/05/1990"]) == {"dmy", "mdy"}
    assert dates.order_of(["12/05/1990", "25/05/1990"]) == {"dmy"}
