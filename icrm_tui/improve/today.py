"""What now: what is due, which complaints wait, whose birthday it is, who has heard nothing for too long, and what I
did last; and what the days before and after look like."""

from datetime import date, datetime, timedelta
from typing import Any

from icrm_tui import dates, settings
from icrm_tui.context import Context
from icrm_tui.db import Row
from icrm_tui.engage import reminders
from icrm_tui.listen import clocks

DAYS = 7  # of the week before and after
AHEAD = 7  # days in which a birthday is worth knowing
MOST = 50  # lines of one kind, of those that can be many
CUT = ("complaints", "mail", "birthdays", "silent")  # which these are

# what is due first, then the oldest; mine, and what went up to me because it was not answered in time
COMPLAINTS = """SELECT x.id, x.ref, x.kind, x.state, x.severity, x.what, x.owner, x.opened_at, x.contact_id,
 x.customer_id, COALESCE(p.name, c.name, '') AS name
 FROM complaints x LEFT JOIN customers c ON c.id = x.customer_id LEFT JOIN contacts p ON p.id = x.contact_id
 WHERE x.ended_at = '' AND x.archived = 0{own} ORDER BY x.due_at, x.opened_at, x.id LIMIT :most"""
WATCHED = """ AND x.id IN (SELECT o.id FROM complaints o WHERE o.owner = :me AND o.ended_at = '' UNION
 SELECT k.complaint_id FROM sla_notices n JOIN complaint_clocks k ON k.id = n.clock_id
 WHERE n.who = :me AND n.level = 'escalation' AND k.stopped_at = '')"""
# mail to customers that did not go, came back, or of which nobody knows: somebody has to say what becomes of it
MAIL = """SELECT m.id, m.name, m.subject, m.state, m.why, m.answer, m.who, m.queued_at AS at,
 m.contact_id, m.customer_id FROM messages m
 WHERE m.state IN ('unknown', 'failed', 'returned') AND m.customer_id IS NOT NULL{own}
 ORDER BY m.queued_at, m.id LIMIT :most"""
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
TOUCHES = """SELECT i.id, i.at, i.channel, i.dir, i.who, i.customer_id, i.contact_id,
 CASE WHEN i.subject = '' THEN i.body WHEN i.body = '' THEN i.subject ELSE i.subject || ': ' || i.body END AS text,
 COALESCE(p.name, c.name) AS name FROM interactions i JOIN customers c ON c.id = i.customer_id
 LEFT JOIN contacts p ON p.id = i.contact_id{own} ORDER BY i.at DESC, i.id DESC LIMIT :most"""


def today(ctx: Context, everyone: bool = False) -> dict[str, list[dict[str, Any]]]:
    """What is overdue and what is due by tonight, complaints that have not ended (what is due first), mail that did not
    go, birthdays of the coming week, customers grown silent (longest first), and the last touches.

    Mine, unless `everyone`. A birthday has `on` (a day) and `turns` (None where the year is unknown).
    """
    whose = EVERYBODYS if everyone else MINE
    due = reminders.due(ctx, tonight(ctx), everyone)
    return {
        "overdue": [row for row in due if row["overdue"]],
        "due": [row for row in due if not row["overdue"]],
        "complaints": _complaints(ctx, everyone),
        "mail": [
            {"id": _who(row["contact_id"], row["customer_id"]), "mail": f"m{row['id']}", **{k: row[k] for k in LETTER}}
            for row in ctx.read(MAIL.format(own="" if everyone else " AND m.who = :me"), me=ctx.user, most=MOST)
        ],
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


def week(ctx: Context, everyone: bool = False) -> dict[str, Any]:
    """How many touches each of the last seven days saw (`touches`), how many reminders are due on each of the coming
    ones (`due`), today in both and what is overdue within it; how many were done today (`done`), what is due first
    after tonight (`next`, or None), and whether anybody is in the store yet (`begun`).

    Mine, unless `everyone`.
    """
    past = [ctx.today + timedelta(days=n) for n in range(-DAYS + 1, 1)]
    coming = [ctx.today + timedelta(days=n) for n in range(DAYS)]
    who, owner = ("", "") if everyone else (" AND who = :me", " AND owner = :me")
    asked = {
        **{f"t{n}": f"interactions WHERE at >= :a{n} AND at < :b{n}{who}" for n in range(DAYS)},
        **{f"d{n}": f"reminder_due WHERE due_utc >= :c{n} AND due_utc < :e{n}{owner}" for n in range(DAYS)},
        "done": f"reminder_runs WHERE at >= :a{DAYS - 1} AND at < :b{DAYS - 1}{who}",
        "begun": "(SELECT 1 FROM customers LIMIT 1) AS any_of_them",
    }
    instants: dict[str, str] = {}
    for n in range(DAYS):
        instants |= {f"a{n}": _from(ctx, past[n]), f"b{n}": _from(ctx, past[n] + timedelta(days=1))}
        instants |= {f"c{n}": _from(ctx, coming[n]), f"e{n}": _from(ctx, coming[n] + timedelta(days=1))}
    instants["c0"] = ""
    sql = ", ".join(f"(SELECT count(*) FROM {rows}) AS {name}" for name, rows in asked.items())
    found = ctx.read(f"SELECT {sql}", me=ctx.user, **instants)[0]
    return {
        "touches": [{"on": day.isoformat(), "n": found[f"t{n}"]} for n, day in enumerate(past)],
        "due": [{"on": day.isoformat(), "n": found[f"d{n}"]} for n, day in enumerate(coming)],
        "done": found["done"],
        "next": next(iter(reminders.upcoming(ctx, tonight(ctx), 1, everyone)), None),
        "begun": bool(found["begun"]),
    }


def _from(ctx: Context, day: date) -> str:
    """When that day begins by the user's clock."""
    return dates.utc(day, None, ctx.zone)


LETTER = ("name", "subject", "state", "why", "answer", "who", "at")
TOUCH = ("name", "at", "channel", "dir", "who", "text")


def _complaints(ctx: Context, everyone: bool) -> list[dict[str, Any]]:
    rows = ctx.read(COMPLAINTS.format(own="" if everyone else WATCHED), me=ctx.user, most=MOST)
    nearest = clocks.nearest(ctx, [row["id"] for row in rows])
    return [
        {
            "id": f"c{row['id']}",
            **{key: row[key] for key in ("ref", "kind", "state", "severity", "what", "owner", "name")},
            "who": _who(row["contact_id"], row["customer_id"]) if row["customer_id"] else "",
            "opened": row["opened_at"],
            "days": (ctx.today - dates.local(row["opened_at"], ctx.zone).date()).days,
            **nearest.get(row["id"], clocks.NONE),
        }
        for row in rows
    ]


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
