"""What now: whose birthday it is, who has heard nothing for too long, and what I did last."""

from datetime import datetime, timedelta
from typing import Any

from icrm_tui import dates, settings
from icrm_tui.context import Context
from icrm_tui.db import Row
from icrm_tui.engage import reminders

AHEAD = 7  # days in which a birthday is worth knowing
MOST = 50  # lines of one kind

OWN = "(:all = 1 OR c.owner = :me)"
BIRTHDAYS = f"""SELECT p.id, p.name, p.birthday, c.owner,
 CASE WHEN c.kind = 'company' THEN c.name ELSE '' END AS company
 FROM contacts p JOIN customers c ON c.id = p.customer_id
 WHERE p.birthday_key IN ({{keys}}) AND p.archived = 0 AND p.merged_into IS NULL AND {OWN}"""
SILENT = f"""SELECT c.id, c.kind, c.name, c.owner, s.last_at,
 (SELECT min(p.id) FROM contacts p WHERE p.customer_id = c.id AND p.archived = 0 AND p.merged_into IS NULL) AS contact
 FROM customer_stats s JOIN customers c ON c.id = s.customer_id
 WHERE s.last_at < :before AND c.archived = 0 AND c.merged_into IS NULL AND {OWN}
 ORDER BY s.last_at, c.id LIMIT :most"""
TOUCHES = """SELECT i.id, i.at, i.channel, i.dir, i.who, i.body AS text, i.customer_id, i.contact_id,
 COALESCE(p.name, c.name) AS name FROM interactions i JOIN customers c ON c.id = i.customer_id
 LEFT JOIN contacts p ON p.id = i.contact_id WHERE :all = 1 OR i.who = :me ORDER BY i.at DESC, i.id DESC LIMIT :most"""


def today(ctx: Context, everyone: bool = False) -> dict[str, list[dict[str, Any]]]:
    """What is overdue and what is due by tonight, birthdays of the coming week, customers grown silent (longest
    first), and the last touches.

    Mine, unless `everyone`. A birthday has `on` (a day) and `turns` (None where the year is unknown).
    """
    mine = {"all": int(everyone), "me": ctx.user}
    due = reminders.due(ctx, tonight(ctx), everyone)
    return {
        "overdue": [row for row in due if row["overdue"]],
        "due": [row for row in due if not row["overdue"]],
        "birthdays": _birthdays(ctx, mine),
        "silent": _silent(ctx, mine),
        "touches": [
            {"id": _who(row["contact_id"], row["customer_id"]), **{k: row[k] for k in TOUCH}}
            for row in ctx.read(TOUCHES, **mine, most=10)
        ],
    }


def tonight(ctx: Context) -> datetime:
    """The last moment of the user's day."""
    return dates.local(dates.utc(ctx.today + timedelta(days=1), None, ctx.zone), ctx.zone) - timedelta(seconds=1)


TOUCH = ("name", "at", "channel", "dir", "who", "text")


def _birthdays(ctx: Context, mine: dict[str, Any]) -> list[dict[str, Any]]:
    keys = dates.keys(ctx.today, ctx.today + timedelta(days=AHEAD))
    places = {f"k{n}": key for n, key in enumerate(keys)}
    rows = ctx.read(BIRTHDAYS.format(keys=", ".join(f":{name}" for name in places)), **places, **mine)
    found = []
    for row in rows:
        birthday = dates.birthday(row["birthday"])
        on = dates.next_birthday(birthday, ctx.today)
        entry = {"id": f"p{row['id']}", "name": row["name"], "company": row["company"], "owner": row["owner"]}
        found.append(entry | {"on": on.isoformat(), "turns": dates.turns(birthday, on)})
    return sorted(found, key=lambda entry: (entry["on"], entry["name"]))[:MOST]


def _silent(ctx: Context, mine: dict[str, Any]) -> list[dict[str, Any]]:
    days = int(settings.get(ctx, "silent_days"))
    before = dates.stamp(ctx.now - timedelta(days=days))
    rows: list[Row] = ctx.read(SILENT, before=before, most=MOST, **mine)
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
