"""Touches as rows of a file, and as records."""

from collections.abc import Iterator, Sequence
from typing import Any

from icrm_tui.context import Context
from icrm_tui.db import Ids, Row
from icrm_tui.nouns import Exporter

TOUCHES = """SELECT i.*, c.kind AS customer_kind, c.name AS customer_name, p.name AS contact_name
 FROM interactions i JOIN customers c ON c.id = i.customer_id LEFT JOIN contacts p ON p.id = i.contact_id
 WHERE i.id IN {ids}"""
COLUMNS = (
    *("id", "at", "contact_id", "contact", "company", "channel", "dir", "outcome", "subject", "text", "link", "who"),
)


def read(ctx: Context, ids: Sequence[int]) -> Iterator[Row]:
    rows = {row["id"]: row for row in ctx.read(TOUCHES.format(ids=f"{Ids(ids)}"))}
    return (rows[row_id] for row_id in ids if row_id in rows)


def record(row: Row) -> dict[str, Any]:
    return cells(row) | {"rev": row["rev"]}


def cells(row: Row) -> dict[str, str]:
    found = {key: row[key] for key in ("at", "channel", "dir", "outcome", "subject", "link", "who")}
    return found | {
        "id": f"i{row['id']}",
        "contact_id": f"p{row['contact_id']}" if row["contact_id"] else "",
        "contact": row["contact_name"] or "",
        "company": row["customer_name"] if row["customer_kind"] == "company" else "",
        "text": row["body"],
    }


EXPORTER = Exporter(lambda _ctx: list(COLUMNS), read, record, cells)
