"""iCalendar: what is due as events with an alarm, as every calendar takes them in."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, TextIO
from zoneinfo import ZoneInfo


class Event(NamedTuple):
    """`hour` None is a whole day; `rule` follows RFC 5545; `uid` stays the same however often it is written."""

    uid: str
    title: str
    text: str
    day: date
    hour: time | None
    zone: ZoneInfo
    rule: str
    made: datetime
    urgent: bool = False


LONG = timedelta(minutes=30)


def write(stream: TextIO, events: Iterable[Event]) -> int:
    """One calendar of all events; how many. Lines end as the standard has them: open the stream with newline=""."""
    from icalendar import Alarm, Calendar, vRecur
    from icalendar import Event as Entry

    calendar = Calendar()
    calendar.add("prodid", "-//icrm//icrm//EN")
    calendar.add("version", "2.0")
    n = 0
    for n, one in enumerate(events, 1):  # noqa: B007 - counted
        entry = Entry()
        entry.add("uid", one.uid)
        entry.add("dtstamp", one.made.astimezone(UTC))
        entry.add("summary", one.title)
        if one.text:
            entry.add("description", one.text)
        if one.hour is None:
            entry.add("dtstart", one.day)
        else:
            start = datetime.combine(one.day, one.hour, one.zone)
            entry.add("dtstart", start)
            entry.add("dtend", start + LONG)
        if one.rule:
            entry.add("rrule", vRecur.from_ical(one.rule))
        if one.urgent:
            entry.add("priority", 1)
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", one.title)
        alarm.add("trigger", timedelta(hours=9) if one.hour is None else timedelta(0))
        entry.add_component(alarm)
        calendar.add_component(entry)
    if hasattr(calendar, "add_missing_timezones"):
        calendar.add_missing_timezones()
    stream.write(calendar.to_ical().decode("utf-8"))
    return n
