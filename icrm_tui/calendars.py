"""Calendars: when a team works, and so how long somebody has been waiting.

The `standard` calendar is there in every store; its zone is that of the first user, its public holidays are those of
the store's country. `auto` stands for that country, an empty zone for that of whoever looks.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from icrm_tui import calendars_rules as rules
from icrm_tui import dates
from icrm_tui.calendars_rules import Timetable
from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import NotFound, Refused, Usage
from icrm_tui.nouns import Field, Noun, Parent, Part
from icrm_tui.text import fold

STANDARD = "standard"
AUTO = "auto"
LIMIT = 60
LONGEST = 400  # days that are closed at once


class Calendar(NamedTuple):
    """What is typed to make one."""

    name: str
    hours: str
    zone: str = ""
    holidays: str = ""


# --- verbs -----------------------------------------------------------------------------------------------


def add(ctx: Context, calendar: Calendar) -> int:
    values = _kept({"name": calendar.name, "hours": calendar.hours, "holidays": calendar.holidays})
    values["zone"] = dates.zone(calendar.zone or ctx.zone.key).key

    def work(tx: Tx) -> int:
        _free(ctx, values["key"])
        return tx.insert("calendars", **values)

    made: int = ctx.change("calendar.add", work)
    return made


EDITED = ("name", "hours", "zone", "holidays")


def edit(ctx: Context, calendar_id: int, values: dict[str, str], base: int | None = None) -> bool:
    """Other hours, another zone: what runs by this calendar is reckoned anew."""
    unknown = [word for word in values if word not in EDITED]
    if unknown:
        raise Usage("unknown-field", field=unknown[0], noun="calendar", nearest=", ".join(EDITED))
    kept = _kept(values)

    def work(tx: Tx) -> bool:
        if "key" in kept:
            _free(ctx, kept["key"], calendar_id)
        changed = tx.update("calendars", calendar_id, base, **kept)
        if changed:
            tx.emit("calendar.edit", [calendar_id])
        return changed

    changed: bool = ctx.change("calendar.edit", work)
    return changed


def mark(ctx: Context, calendar_id: int, first: date, last: date, hours: str, why: str = "") -> int:
    """Give days hours of their own, none where they are `closed`; how many were not so before."""
    shifts = rules.write_shifts(rules.read_shifts(hours))
    if not timedelta(0) <= last - first < timedelta(LONGEST):
        raise Usage("calendar-days", first=first, last=last, limit=LONGEST)

    def work(tx: Tx) -> int:
        n = 0
        for day in (first + timedelta(n) for n in range((last - first).days + 1)):
            held = tx.read(DAY, calendar=calendar_id, day=day.isoformat())
            if held:
                n += tx.update("calendar_days", held[0]["id"], hours=shifts, why=why)
            else:
                tx.insert("calendar_days", calendar_id=calendar_id, day=day.isoformat(), hours=shifts, why=why)
                n += 1
        if n:
            tx.emit("calendar.edit", [calendar_id])
        return n

    marked: int = ctx.change("calendar.mark", work)
    return marked


def clear(ctx: Context, calendar_id: int, first: date, last: date) -> int:
    """These days are like any other again; how many were not."""

    def work(tx: Tx) -> int:
        held = tx.read(
            "SELECT id FROM calendar_days WHERE calendar_id = :id AND day >= :first AND day <= :last",
            id=calendar_id,
            first=first.isoformat(),
            last=last.isoformat(),
        )
        for row in held:
            tx.delete("calendar_days", row["id"])
        if held:
            tx.emit("calendar.edit", [calendar_id])
        return len(held)

    cleared: int = ctx.change("calendar.clear", work)
    return cleared


def settle(ctx: Context) -> None:
    """The standard calendar is that of whoever is first here."""
    ctx.change(
        "calendar.edit",
        lambda tx: [
            tx.update("calendars", row["id"], zone=ctx.zone.key)
            for row in tx.read("SELECT id FROM calendars WHERE key = :key AND zone = ''", key=STANDARD)
        ],
    )


def _kept(values: dict[str, str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for word, said in values.items():
        value = " ".join(said.split())
        if word == "name":
            if not value or len(value) > LIMIT:
                raise Usage("calendar-name", name=value, limit=LIMIT)
            kept |= {"name": value, "key": fold(value)}
        elif word == "hours":
            kept["hours"] = rules.write_week(rules.read_week(value))
        elif word == "zone":
            kept["zone"] = dates.zone(value).key
        elif value and fold(value) not in ("none", "无"):
            kept["holidays"] = AUTO if fold(value) in (AUTO, "自动") else rules.check_holidays(value)
        else:
            kept["holidays"] = ""
    return kept


def _free(ctx: Context, key: str, but: int = 0) -> None:
    for row in ctx.read("SELECT id, name FROM calendars WHERE key = :key AND id <> :but", key=key, but=but):
        raise Refused("calendar-exists", calendar=row["name"])


DAY = "SELECT id FROM calendar_days WHERE calendar_id = :calendar AND day = :day"


# --- reading ---------------------------------------------------------------------------------------------


def find(ctx: Context, name: str) -> Row:
    """The calendar of that name; NotFound names the nearest."""
    found = ctx.read("SELECT * FROM calendars WHERE key = :key", key=fold(name))
    if found:
        return found[0]
    from difflib import get_close_matches

    near = get_close_matches(fold(name), [row["key"] for row in ctx.read("SELECT key FROM calendars")], 1)
    raise NotFound("no-calendar", calendar=name, nearest=", ".join(near))


def everything(ctx: Context) -> list[dict[str, Any]]:
    rows = ctx.read(f"SELECT k.*, {COUNTRY} FROM calendars k ORDER BY k.key")
    return [_record(ctx, row) for row in rows]


def show(ctx: Context, calendar_id: int) -> dict[str, Any]:
    """The calendar's record, with the days that have hours of their own, and what is worked in the coming week."""
    row = ctx.read(f"SELECT k.*, {COUNTRY} FROM calendars k WHERE k.id = :id", id=calendar_id)[0]
    table = timetable(ctx, calendar_id)
    week = [ctx.today + timedelta(n) for n in range(7)]
    return {
        **_record(ctx, row),
        "days": [
            {"day": one["day"], "hours": one["hours"] or "closed", "why": one["why"]}
            for one in ctx.read(DAYS, id=calendar_id)
        ],
        "week": [{"day": day.isoformat(), "hours": rules.write_shifts(table.shifts(day)) or "closed"} for day in week],
        "rev": row["rev"],
    }


def _record(ctx: Context, row: Row) -> dict[str, Any]:
    zone, holidays = _meant(ctx, row)
    return {"id": row["name"], "name": row["name"], "hours": row["hours"], "zone": zone, "holidays": holidays}


def _meant(ctx: Context, row: Row) -> tuple[str, str]:
    """The zone and the country or region that the row stands for."""
    holidays = row["country"] or "" if row["holidays"] == AUTO else row["holidays"]
    return row["zone"] or ctx.zone.key, holidays


def timetable(ctx: Context, calendar_id: int) -> Timetable:
    """When somebody works by this calendar, as it is now."""
    rows = ctx.read(WHOLE, id=calendar_id)
    days = tuple((row["day"], row["special"]) for row in rows if row["day"] is not None)
    return _laid(*_meant(ctx, rows[0]), rows[0]["hours"], days)


def tables(ctx: Context) -> Callable[[int], Timetable]:
    """The same for one answer, in which each calendar is read once."""
    return cache(partial(timetable, ctx))


@lru_cache(maxsize=64)
def _laid(zone: str, holidays: str, hours: str, days: tuple[tuple[str, str], ...]) -> Timetable:
    special = {date.fromisoformat(day): rules.read_shifts(text or "closed") for day, text in days}
    known = holidays and not _unknown(holidays)
    return Timetable(ZoneInfo(zone), rules.read_week(hours), holidays if known else "", special)


def _unknown(holidays: str) -> bool:
    """A store's country may be one whose holidays nobody has written down."""
    try:
        rules.check_holidays(holidays)
    except Usage:
        return True
    return False


COUNTRY = "(SELECT s.value FROM settings s WHERE s.key = 'country') AS country"
WHOLE = f"""SELECT k.*, d.day, d.hours AS special, {COUNTRY} FROM calendars k
 LEFT JOIN calendar_days d ON d.calendar_id = k.id WHERE k.id = :id ORDER BY d.day"""
DAYS = "SELECT day, hours, why FROM calendar_days WHERE calendar_id = :id ORDER BY day"

NOUN = Noun(
    "calendar",
    "calendars",
    {
        "calendars": Part(unique=(("key",),)),
        "calendar_days": Part({"calendar_id": Parent("calendar", bumps=True)}, (("calendar_id", "day"),)),
    },
    fields={
        "name": Field("name", "{t}.key", shown="{t}.name"),
        "hours": Field("raw", "{t}.hours"),
        "zone": Field("raw", "{t}.zone"),
        "holidays": Field("raw", "{t}.holidays"),
    },
    columns=("name", "hours", "zone", "holidays"),
)
