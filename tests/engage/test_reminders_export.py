"""Reminders go out as files and into calendars."""

import csv
import io
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from icrm_tui.collect import contacts, exporting
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.engage import reminders
from icrm_tui.engage.reminders import Reminder
from icrm_tui.errors import Usage
from icrm_tui.search import who


@pytest.fixture
def filled(ctx: Context) -> Context:
    contacts.add(ctx, contacts.Contact("王小明", {"company": "云图"}))
    ming = who(ctx, "王小明")
    reminders.add(ctx, ming, Reminder("回电; a, b", When(date(2026, 12, 31), time(9, 30)), "monthly", "high"))
    reminders.add(ctx, ming, Reminder("\x1b[31mred\nline", When(date(2026, 12, 1))))
    reminders.done(ctx, reminders.add(ctx, ming, Reminder("done", When(date(2026, 11, 23)))))
    return ctx


def written(ctx: Context, type_: str, text: str = "") -> str:
    stream = io.StringIO(newline="")
    exporting.write(ctx, exporting.Wanted("reminder", text), type_, stream)
    return stream.getvalue()


def test_every_calendar_reads_them(filled: Context) -> None:
    text = written(filled, "ics")
    assert text.count("\n") == text.count("\r\n")
    first, second = Calendar.from_ical(text).walk("VEVENT")
    assert str(first["summary"]) == "回电; a, b (王小明, 云图)"
    assert first["dtstart"].dt == datetime(2026, 12, 31, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert dict(first["rrule"]) == {"FREQ": ["MONTHLY"], "BYMONTHDAY": [28, 29, 30, 31], "BYSETPOS": [-1]}
    assert first["priority"] == 1
    assert second["dtstart"].dt == date(2026, 12, 1)
    assert second.walk("VALARM")[0]["trigger"].dt == timedelta(hours=9)
    assert "\x1b" not in text


def test_the_same_reminder_is_the_same_event(filled: Context) -> None:
    def uids() -> set[str]:
        return {str(event["uid"]) for event in Calendar.from_ical(written(filled, "ics")).walk("VEVENT")}

    before = uids()
    reminders.snooze(filled, 1, When(date(2027, 1, 3)))
    assert uids() == before


def test_a_table_of_them_has_the_query_applied(filled: Context) -> None:
    rows = list(csv.DictReader(io.StringIO(written(filled, "csv", "priority:high"))))
    assert [(row["what"], row["due"], row["contact"], row["repeat"]) for row in rows] == [
        ("回电; a, b", "2026-12-31 09:30", "王小明", "FREQ=MONTHLY")
    ]


def test_people_are_no_events(filled: Context) -> None:
    with pytest.raises(Usage, match="export-calendar"):
        exporting.write(filled, exporting.Wanted("contact"), "ics", io.StringIO())
