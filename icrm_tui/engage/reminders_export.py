"""Reminders as rows of a file, as records, and as events of a calendar."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from icrm_tui import recurrence
from icrm_tui.collect.formats.ical import Event
from icrm_tui.context import Context
from icrm_tui.db import Ids, Row
from icrm_tui.nouns import Exporter
from icrm_tui.text import visible

REMINDERS = """SELECT r.*, c.kind AS customer_kind, c.name AS customer_name, p.name AS contact_name
 FROM reminders r JOIN customers c ON c.id = r.customer_id LEFT JOIN contacts p ON p.id = r.contact_id
 WHERE r.id IN {ids}"""
COLUMNS = ("id", "what", "due", "contact_id", "contact", "company", "repeat", "priority", "owner", "zone", "done")


def read(ctx: Context, ids: Sequence[int]) -> Iterator[Row]:
    rows = {row["id"]: row for row in ctx.read(REMINDERS.format(ids=f"{Ids(ids)}"))}
    return (rows[row_id] for row_id in ids if row_id in rows)


def record(row: Row) -> dict[str, Any]:
    return cells(row) | {"done": bool(row["done"]), "archived": bool(row["archived"]), "rev": row["rev"]}


def cells(row: Row) -> dict[str, str]:
    return {
        "id": f"r{row['id']}",
        "due": f"{row['due_on']} {row['due_time']}".strip(),
        "contact_id": f"p{row['contact_id']}" if row["contact_id"] else "",
        "contact": row["contact_name"] or ("" if row["customer_kind"] == "company" else row["customer_name"]),
        "company": row["customer_name"] if row["customer_kind"] == "company" else "",
        "repeat": row["rule"],
        "done": "yes" if row["done"] else "",
        **{key: row[key] for key in ("what", "priority", "owner", "zone")},
    }


def event(row: Row) -> Event:
    """One that was put off stands where it was put; its rhythm starts from where it should have been."""
    day, hour = date.fromisoformat(row["due_on"]), time.fromisoformat(row["due_time"]) if row["due_time"] else None
    start = datetime.combine(date.fromisoformat(row["starts_on"]), hour or time())
    made = datetime.strptime(row["created_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    whom = ", ".join(dict.fromkeys(filter(None, (row["contact_name"], row["customer_name"]))))
    return Event(
        uid=f"r{row['id']}-{made:%Y%m%dT%H%M%SZ}@icrm",
        title=visible(f"{row['what']} ({whom})"),
        text="",
        day=day,
        hour=hour,
        zone=ZoneInfo(row["zone"]),
        rule=recurrence.clamped(row["rule"], start) if row["rule"] else "",
        made=made,
        urgent=row["priority"] == "high",
    )


EXPORTER = Exporter(lambda _ctx: list(COLUMNS), read, record, cells, event)
