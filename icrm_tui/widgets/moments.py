"""Moments as people say them: in full as an echo of what was typed, and in few words where they are due."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icrm_tui import dates, i18n
from icrm_tui.dates import When
from icrm_tui.i18n import t
from icrm_tui.recurrence import DAYS
from icrm_tui.widgets.blocks import Cell

WEEKDAYS = ",".join(DAYS[:5])
i18n.need("screens")


def full(when: When) -> str:
    """`Tue 1 Dec 2026, 09:00`, 2026年12月1日 周二 09:00."""
    day = when.day
    said = t(
        "ui.date.full",
        weekday=t(f"ui.weekday.{day.weekday()}"),
        day=day.day,
        month=day.month,
        name=t(f"ui.month.{day.month}"),
        year=day.year,
    )
    return t("ui.date.hour", day=said, hour=f"{when.hour:%H:%M}") if when.hour is not None else said


def read(text: str) -> When:
    """A due moment as lists and records write it: a day, and behind it the hour if it has one."""
    day, _, hour = text.partition(" ")
    return When(date.fromisoformat(day), time.fromisoformat(hour) if hour else None)


def due(text: str, now: datetime, zone: ZoneInfo) -> Cell:
    """How late it is, or when it is due, in words; the tone says it again."""
    when, here = read(text), now.astimezone(zone)
    days = (here.date() - when.day).days
    if days > 0:
        return Cell(t("today.late", n=days), "error")
    hour = f" {when.hour:%H:%M}" if when.hour is not None else ""
    if days < 0:
        return Cell(f"{_coming(when.day, here.date())}{hour}", "")
    if when.hour is not None and (over := _minutes(when, now, zone)) >= 0:
        late = t("today.late.hours", n=over // 60) if over >= 60 else t("today.late.minutes", n=over)
        return Cell(late if over else t("today.now"), "error")
    return Cell(f"{t('ui.day.today')}{hour}", "warning")


def repeated(rule: str) -> str:
    """The words for a rule, as they are read; one that has none stays what it is."""
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    every, days = parts.get("FREQ", "").lower(), parts.pop("BYDAY", "")
    n = int(parts.get("INTERVAL", "1"))
    if every not in ("daily", "weekly", "monthly", "yearly") or parts.keys() - {"FREQ", "INTERVAL"}:
        return rule
    if not days:
        return t(f"repeat.{every}", n=n)
    if every != "weekly" or n != 1:
        return rule
    if days == WEEKDAYS:
        return t("repeat.weekdays")
    return t("repeat.weekday", day=t(f"ui.weekday.{DAYS.index(days)}")) if days in DAYS else rule


def _minutes(when: When, now: datetime, zone: ZoneInfo) -> int:
    """Since that moment."""
    moment = dates.local(dates.utc(when.day, when.hour, zone), zone)
    return int((now - moment).total_seconds() // 60)


def _coming(day: date, today: date) -> str:
    """Tomorrow, the weekday within a week, else the date."""
    if day == today + timedelta(days=1):
        return t("ui.day.tomorrow")
    if day < today + timedelta(days=7):
        return t(f"ui.weekday.{day.weekday()}")
    if day.year == today.year:
        return t("ui.date.short", month=day.month, day=day.day, name=t(f"ui.month.{day.month}"))
    return day.isoformat()
