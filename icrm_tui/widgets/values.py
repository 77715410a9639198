"""Values of the store as a person reads them: days and times in their zone, money, yes and no, words for choices."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icrm_tui import money
from icrm_tui.calendars_rules import write_span
from icrm_tui.i18n import has, t
from icrm_tui.nouns import Field
from icrm_tui.widgets.blocks import Cell
from icrm_tui.widgets.columns import ListColumn
from icrm_tui.widgets.text import glyph

# how wide a column of a type is, may shrink to, and how it shares what is left over
WIDTHS = {
    "name": (18, 14, 3),
    "text": (14, 10, 2),
    "choice": (12, 8, 0),
    "user": (10, 6, 0),
    "tag": (14, 10, 1),
    "phone": (17, 15, 0),
    "instant": (12, 12, 0),
    "day": (10, 10, 0),
    "birthday": (11, 10, 0),
    "number": (8, 6, 0),
    "money": (13, 10, 0),
    "amount": (13, 10, 0),
    "flag": (8, 5, 0),
    "span": (9, 8, 0),
    "id": (8, 5, 0),
}
COUNTED = frozenset(("number", "money", "amount", "span"))  # types whose figures stand under one another
WIDER = {
    "email": (26, 18, 2),
    "name": (24, 14, 3),
    "city": (12, 8, 0),
    "company": (22, 14, 3),
    "ref": (9, 9, 0),
    "order.ref": (12, 9, 1),
    "severity": (10, 10, 0),
    "state": (13, 12, 0),
    "what": (24, 14, 4),
    "age": (6, 5, 0),
    "due": (16, 12, 0),
    "priority": (10, 8, 0),
    "repeat": (18, 18, 1),
}
MANY = 10 * 3600  # seconds of which nobody counts the minutes
# word → value → the glyph it is marked with, and its tone
MARKS = {
    "severity": {
        "critical": ("critical", "error"),
        "high": ("warn", "warning"),
        "normal": ("dot", ""),
        "low": ("between", "muted"),
    },
    "priority": {"high": ("critical", "error"), "normal": ("dot", "warning"), "low": ("between", "muted")},
    "alarm": {
        "breached": ("critical", "error"),
        "warned": ("warn", "warning"),
        "running": ("dot", "muted"),
        "paused": ("minus", "muted"),
    },
}


def column(word: str, field: Field, named: str = "", noun: str = "") -> ListColumn:
    """The column of a list of `noun` that shows this field; `named` is what the team calls a field of its own."""
    width, least, flex = WIDER.get(f"{noun}.{word}") or WIDER.get(word) or WIDTHS.get(field.type, (14, 6, 1))
    align = "right" if field.type in COUNTED or word == "age" else "left"
    title = f"field.{word}" if has(f"field.{word}") and not named else named or word
    return ListColumn(word, title, width, least, flex, align)  # type: ignore[arg-type]


def written(value: Any, field: Field, word: str, now: datetime, zone: ZoneInfo, currency: str = "") -> str:
    """One value in the language in use, without control characters dealt with; money as its currency counts."""
    if value is None or value == "":
        return ""
    if field.type == "flag":
        return t("ui.yes") if value else t("ui.no")
    if word == "age":
        return t("ui.age", n=(now.astimezone(zone).date() - local(value, zone).date()).days)
    if field.type == "instant":
        return day(local(value, zone).date(), now.astimezone(zone).date())
    if field.type == "choice":
        return ", ".join(chosen(word, one) for one in str(value).split(", "))
    if field.type in ("money", "amount"):
        return money.grouped(value, currency)
    if field.type == "span":
        return write_span(value)
    if field.type == "number":
        return f"{value:,}" if isinstance(value, int | float) else str(value)
    return str(value)


def chosen(word: str, value: str) -> str:
    """The word for a value of a choice, such as `channel.call` for a call."""
    key = f"{word}.{value}"
    return t(key) if has(key) else value


def marked(word: str, value: str, text: str = "") -> Cell:
    """The word for a value, or another `text`, with the glyph and the tone of that value, where it has any."""
    sign, tone = MARKS.get(word, {}).get(value, ("", ""))
    said = text or chosen(word, value)
    return Cell(f"{glyph(sign)} {said}" if sign else said, tone)


def clock(row: Mapping[str, Any], brief: bool = False) -> Cell:
    """How long until somebody must have answered, or since they should have; nothing where no clock runs.

    `brief` is without words, and in whole hours where there are many.
    """
    alarm, left = row["alarm"], row["left"]
    if not alarm:
        return Cell("")
    if brief:
        whole = left if abs(left) < MANY else int(left / 3600) * 3600
        return marked("alarm", alarm, "" if alarm == "paused" else write_span(whole))
    return marked("alarm", alarm, t(f"alarm.{alarm}", left=write_span(abs(left))))


def local(stamp: str, zone: ZoneInfo) -> datetime:
    return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).astimezone(zone)


def day(when: date, today: date) -> str:
    """A day as briefly as it is clear: today, yesterday, a weekday within the week, else the date."""
    if when == today:
        return t("ui.day.today")
    if when == today - timedelta(days=1):
        return t("ui.day.yesterday")
    if when.year == today.year:
        return t("ui.date.short", month=when.month, day=when.day, name=t(f"ui.month.{when.month}"))
    return when.isoformat()
