"""What people type for a moment: the table of docs/dates.md, and laws that hold for every line."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icrm_tui import dates, when
from icrm_tui.dates import When
from icrm_tui.errors import Usage

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=ZONE)
MOMENTS = st.datetimes(MONDAY.replace(2020, tzinfo=None), MONDAY.replace(2040, tzinfo=None))
TABLE = re.findall(
    r"^\| ([^|]+) \| (\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?) \|",
    (Path(__file__).parents[1] / "docs" / "dates.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


def said(found: dates.When) -> str:
    return f"{found.day}" + (f" {found.hour:%H:%M}" if found.hour else "")


def test_the_table_is_there() -> None:
    assert len(TABLE) > 40


@pytest.mark.parametrize(("typed", "meant"), TABLE)
def test_every_line_of_the_table_is_true(typed: str, meant: str) -> None:
    assert said(when.read(typed, MONDAY, ZONE)) == meant
    assert said(when.read(f"  {typed.upper()} ", MONDAY.astimezone(UTC), ZONE)) == meant


BEHIND = {
    "tue": "2026-11-17",
    "mon": "2026-11-16",
    "last fri": "2026-11-20",
    "上周五": "2026-11-20",
    "3d": "2026-11-20",
    "3 days ago": "2026-11-20",
    "三天前": "2026-11-20",
    "2h": "2026-11-23 07:30",
    "5pm": "2026-11-22 17:00",
    "8am": "2026-11-23 08:00",
    "yesterday 5pm": "2026-11-22 17:00",
    "昨天下午3点": "2026-11-22 15:00",
    "nov 30": "2025-11-30",
    "30号": "2026-10-30",
    "今天": "2026-11-23",
}


@pytest.mark.parametrize("typed", BEHIND)
def test_what_has_happened_lies_behind(typed: str) -> None:
    assert said(when.read(typed, MONDAY, ZONE, ahead=False)) == BEHIND[typed]


@pytest.mark.parametrize(
    "typed",
    [
        *("", "soon", "31 feb", "2026-02-31", "2月30日", "25:00", "13pm", "0am", "today today", "next", "tue tue"),
        *("in -3 days", "3 days ago from now", "下", "99999d", "9999-12-31 25:61", "13月1日", "half a day", "12/11"),
    ],
)
def test_what_means_nothing_is_refused(typed: str) -> None:
    with pytest.raises(Usage, match="when"):
        when.read(typed, MONDAY, ZONE)


WORDS = ["next", "tue", "9", "am", "下", "周", "二", "后天", "3", "点", "半", "in", "days", ":", ".", "月", "号", "ago"]


@given(st.text(max_size=30) | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_no_line_does_anything_else(typed: str) -> None:
    try:
        found = when.read(typed, MONDAY, ZONE)
    except Usage:
        return
    assert 1 <= found.day.year <= 9999


@given(MOMENTS, st.sampled_from(["tue", "周日", "30号", "nov 30", "29 feb", "eom"]))
def test_a_day_alone_is_to_come_and_looked_back_at_it_has_been(moment: datetime, typed: str) -> None:
    now = moment.replace(tzinfo=ZONE)
    assert when.read(typed, now, ZONE).day >= now.date()
    if typed != "eom":
        assert when.read(typed, now, ZONE, ahead=False).day <= now.date()


@given(MOMENTS, st.integers(0, 6))
def test_next_week_is_the_same_in_both_languages(moment: datetime, day: int) -> None:
    now = moment.replace(tzinfo=ZONE)
    english = when.read(f"next {['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'][day]}", now, ZONE).day
    assert when.read(f"下周{'一二三四五六日'[day]}", now, ZONE).day == english
    monday = now.date() - timedelta(days=now.weekday())
    assert english == monday + timedelta(days=7 + day)


def test_today_is_the_users_day() -> None:
    late = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)  # already Tuesday in Shanghai
    assert when.read("today", late, ZONE).day == late.date() + timedelta(days=1)
    assert when.read("today", late, ZoneInfo("Europe/Berlin")).day == late.date()


def test_an_hour_the_clocks_skip_is_the_one_they_show_instead() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert when.read("2027-03-28 02:30", MONDAY, berlin) == When(date(2027, 3, 28), time(3, 30))
    assert when.read("2027-10-31 02:30", MONDAY, berlin) == When(date(2027, 10, 31), time(2, 30))  # there twice
