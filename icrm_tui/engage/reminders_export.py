"""Reminders as rows of a file, as records, and as events of a calendar."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from icrm_tui import recurrence
from icrm_tui.collect import customers_export
from icrm_tui.collect.formats.ical import Event
from icrm_tui.context import Context
from icrm_tui.db import Row
from icrm_tui.nouns import Exporter
from icrm_tui.text import visible

COLUMNS = (
    *("id", "what", "due", *customers_export.COLUMNS, "repeat", "starts", "priority", "owner", "zone", "done"),
    "archived",
)


def read(ctx: Context, ids: Sequence[int]) -> Iterator[Row]:
    return customers_export.read(ctx, "reminders", ids)


def record(row: Row) -> dict[str, Any]:
    return cells(row) | {"done": bool(row["done"]), "archived": bool(row["archived"]), "rev": row["rev"]}


def cells(row: Row) -> dict[str, str]:
    return {
        "id": f"r{row['id']}",
        "due": f"{row['due_on']} {row['due_time']}".strip(),
        **customers_export.cells(row),
        "repeat": row["rule"],
        "starts": row["starts_on"] if row["rule"] else "",
        "done": "yes" if row["done"] else "",
        "archived": "yes" if row["archived"] else "",
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
