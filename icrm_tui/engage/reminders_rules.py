"""What a reminder is, when it is due, and when it comes again; nothing here touches the store."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icrm_tui import dates
from icrm_tui.dates import When
from icrm_tui.db import Row
from icrm_tui.errors import Usage

PRIORITIES = ("low", "normal", "high")


class Reminder(NamedTuple):
    """What is typed to make a reminder. `repeat` is a rule or the words for one; no owner is whoever adds it."""

    what: str
    due: When
    repeat: str = ""
    priority: str = "normal"
    owner: str = ""


def check(reminder: Reminder) -> None:
    if not reminder.what.strip():
        raise Usage("text-empty")
    if reminder.priority not in PRIORITIES:
        raise Usage("choice", field="priority", value=reminder.priority, choices=", ".join(PRIORITIES))


def is_past(due: When, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the moment is over already: a day once it has ended."""
    return instants(due.day, hour(due), zone)[1] <= dates.stamp(now)


def hour(due: When) -> str:
    return f"{due.hour:%H:%M}" if due.hour else ""


def instants(day: date, hour: str, zone: ZoneInfo) -> tuple[str, str]:
    """When it is due from, and overdue from."""
    if hour:
        moment = dates.utc(day, time.fromisoformat(hour), zone)
        return moment, moment
    return dates.utc(day, None, zone), dates.utc(day + timedelta(days=1), None, zone)


def wall(when: When) -> datetime:
    """What the clock on the wall shows; of a day its midnight."""
    return datetime.combine(when.day, when.hour or time())


def _wall(day: str, hour: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour or "00:00"))


def following(row: Row, now: datetime) -> When | None:
    """The occurrence after the one that stands and after `now`; None for one that does not come again."""
    if not row["rule"]:
        return None
    from icrm_tui import recurrence

    local = now.astimezone(ZoneInfo(row["zone"])).replace(tzinfo=None)
    if not row["occurs_time"]:
        local = datetime.combine(local.date(), time())
    scheduled = _wall(row["occurs_on"], row["occurs_time"])
    start = _wall(row["starts_on"], row["occurs_time"])
    found = recurrence.after(row["rule"], start, max(scheduled, local))
    return When(found.date(), found.time() if row["occurs_time"] else None) if found else None
