"""Moments in words: in full as an echo, in few where something is due, and repetitions as they are said."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from icrm_tui import i18n, recurrence
from icrm_tui.widgets.moments import due, full, read, repeated
from tests.support import NOW, ZONE

SAID = {
    "2026-11-12": ("11 days late", "error"),
    "2026-11-22 23:59": ("1 day late", "error"),
    "2026-11-23": ("Today", "warning"),
    "2026-11-23 08:29": ("1 h late", "error"),
    "2026-11-23 09:29": ("1 min late", "error"),
    "2026-11-23 09:30": ("now", "error"),
    "2026-11-23 09:31": ("Today 09:31", "warning"),
    "2026-11-24": ("Tomorrow", ""),
    "2026-11-27 14:00": ("Fri 14:00", ""),
    "2026-11-30": ("30 Nov", ""),
    "2027-01-04 09:00": ("2027-01-04 09:00", ""),
}


@pytest.mark.parametrize("moment", SAID)
def test_what_is_due_says_how_late_or_when(moment: str) -> None:
    assert due(moment, NOW, ZONE) == SAID[moment]


def test_how_late_it_is_counts_real_minutes_across_a_change_of_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # 03:30, an hour and a half after 01:00 of the same night
    assert due("2027-03-28 01:00", now, berlin).text == "1 h late"
    assert due("2027-03-28 03:00", now, berlin).text == "30 min late"


def test_a_moment_in_full_is_said_in_either_language() -> None:
    assert full(read("2026-12-01 09:00")) == "Tue 1 Dec 2026, 09:00"
    i18n.use("zh_CN")
    assert full(read("2026-12-01 09:00")) == "2026年12月1日 周二 09:00"
    assert full(read("2026-12-01")) == "2026年12月1日 周二"
    assert due("2026-11-23 08:29", NOW, ZONE).text == "逾期1小时"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(
    "said",
    ["daily", "weekly", "every 2 weeks", "monthly", "quarterly", "yearly", "weekdays", "every fri", "every 3 days"],
)
def test_the_words_for_a_rule_are_read_as_that_rule(said: str, language: str) -> None:
    i18n.use(language)
    start = NOW.astimezone(ZONE).replace(tzinfo=None)
    rule = recurrence.read(said, start)
    words = repeated(rule)
    assert "FREQ" not in words
    again, at = recurrence.read(words, start), start
    for _n in range(5):
        at_rule, at_words = recurrence.after(rule, start, at), recurrence.after(again, start, at)
        assert at_rule == at_words
        at = at_rule or at + timedelta(days=1)


def test_a_rule_without_words_is_shown_as_it_is() -> None:
    for rule in ("FREQ=MONTHLY;BYDAY=1MO", "FREQ=DAILY;COUNT=3", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"):
        assert repeated(rule) == rule
    assert repeated("") == ""
