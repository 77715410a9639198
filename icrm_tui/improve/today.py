"""What now: whose birthday it is, who has heard nothing for too long, and what I did last."""

from datetime import datetime, timedelta
from typing import Any

from icrm_tui import dates, settings
from icrm_tui.context import Context
from icrm_tui.db import Row
from icrm_tui.engage import reminders

AHEAD = 7  # days in which a birthday is worth knowing
MOST = 50  # lines of one kind

BIRTHDAYS = """SELECT p.id, p.name, p.birthday, c.owner,
 CASE WHEN c.kind = 'company' THEN c.name ELSE '' END AS company
 FROM contacts p JOIN customers c ON c.id = p.customer_id
 WHERE p.birthday_key <> '' AND p.birthday_key IN ({keys}) AND p.archived = 0 AND p.merged_into IS NULL{own}
 ORDER BY p.sort_key, p.id LIMIT :most"""
SILENT = """SELECT c.id, c.kind, c.name, c.owner, s.last_at,
 (SELECT min(p.id) FROM contacts p WHERE p.customer_id = c.id AND p.archived = 0 AND p.merged_into IS NULL) AS contact
 FROM {tables} WHERE s.customer_id = c.id AND s.last_at < :before AND c.archived = 0 AND c.merged_into IS NULL{own}
 ORDER BY s.last_at, c.id LIMIT :most"""
# the smaller side first: mine are few, and of all the longest silent come first by themselves
MINE = {"tables": "customers c CROSS JOIN customer_stats s", "own": " AND c.owner = :me"}
EVERYBODYS = {"tables": "customer_stats s CROSS JOIN customers c", "own": ""}
TOUCHES = """SELECT i.id, i.at, i.channel, i.dir, i.who, i.body AS text, i.customer_id, i.contact_id,
 COALESCE(p.name, c.name) AS name FROM interactions i JOIN customers c ON c.id = i.customer_id
 LEFT JOIN contacts p ON p.id = i.contact_id{own} ORDER BY i.at DESC, i.id DESC LIMIT :most"""


def today(ctx: Context, everyone: bool = False) -> dict[str, list[dict[str, Any]]]:
    """What is overdue and what is due by tonight, birthdays of the coming week, customers grown silent (longest
    first), and the last touches.

    Mine, unless `everyone`. A birthday has `on` (a day) and `turns` (None where the year is unknown).
    """
    whose = EVERYBODYS if everyone else MINE
    due = reminders.due(ctx, tonight(ctx), everyone)
    return {
        "overdue": [row for row in due if row["overdue"]],
        "due": [row for row in due if not row["overdue"]],
        "birthdays": _birthdays(ctx, whose["own"]),
        "silent": _silent(ctx, whose),
        "touches": [
            {"id": _who(row["contact_id"], row["customer_id"]), **{k: row[k] for k in TOUCH}}
            for row in ctx.read(TOUCHES.format(own="" if everyone else " WHERE i.who = :me"), me=ctx.user, most=10)
        ],
    }


def tonight(ctx: Context) -> datetime:
    """The last moment of the user's day."""
    return dates.local(dates.utc(ctx.today + timedelta(days=1), None, ctx.zone), ctx.zone) - timedelta(seconds=1)


TOUCH = ("name", "at", "channel", "dir", "who", "text")


def _birthdays(ctx: Context, own: str) -> list[dict[str, Any]]:
    """Day by day, until there are as many as one looks at."""
    found: list[dict[str, Any]] = []
    for ahead in range(AHEAD + 1):
        on = ctx.today + timedelta(days=ahead)
        places = {f"k{n}": key for n, key in enumerate(dates.keys(on, on))}
        sql = BIRTHDAYS.format(keys=", ".join(f":{name}" for name in places), own=own)
        for row in ctx.read(sql, **places, me=ctx.user, most=MOST - len(found)):
            entry = {"id": f"p{row['id']}", "name": row["name"], "company": row["company"], "owner": row["owner"]}
            turns = dates.turns(dates.birthday(row["birthday"]), on)
            found.append(entry | {"on": on.isoformat(), "turns": turns})
    return found


def _silent(ctx: Context, whose: dict[str, str]) -> list[dict[str, Any]]:
    days = int(settings.get(ctx, "silent_days"))
    before = dates.stamp(ctx.now - timedelta(days=days))
    rows: list[Row] = ctx.read(SILENT.format(**whose), before=before, most=MOST, me=ctx.user)
    return [
        {
            "id": f"co{row['id']}" if row["kind"] == "company" else _who(row["contact"], row["id"]),
            "name": row["name"],
            "owner": row["owner"],
            "last_contact": row["last_at"],
            "days": (ctx.today - dates.local(row["last_at"], ctx.zone).date()).days,
        }
        for row in rows
    ]


def _who(contact_id: int | None, customer_id: int) -> str:
    return f"p{contact_id}" if contact_id is not None else f"co{customer_id}"
