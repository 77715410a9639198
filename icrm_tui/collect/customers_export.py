"""Whom rows of other kinds are about, in the words their importers read."""

from collections.abc import Iterator, Sequence
from typing import Any

from icrm_tui.context import Context
from icrm_tui.db import Ids, Row

COLUMNS = ("contact_id", "contact", "company", "email", "phone")
# the rows {ids} of a table, each with its customer and contact; people bring what tells them from others of their name
ABOUT = """SELECT x.*, c.kind AS customer_kind, c.name AS customer_name, p.name AS contact_name,
 {email} AS contact_email, {phone} AS contact_phone FROM {table} x LEFT JOIN customers c ON c.id = x.customer_id
 LEFT JOIN contacts p ON p.id = x.contact_id WHERE x.id IN {ids}"""
MAIN = (
    "(SELECT h.value FROM channels h WHERE h.contact_id = x.contact_id AND h.kind = '{kind}' AND h.doubtful = 0"
    " ORDER BY h.main DESC, h.id LIMIT 1)"
)


def read(ctx: Context, table: str, ids: Sequence[int]) -> Iterator[Row]:
    """These rows of a table that has a customer and a contact, in this order."""
    main = {kind: MAIN.format(kind=kind) for kind in ("email", "phone")}
    rows = {row["id"]: row for row in ctx.read(ABOUT.format(table=table, ids=f"{Ids(ids)}", **main))}
    return (rows[row_id] for row_id in ids if row_id in rows)


def cells(row: Row) -> dict[str, str]:
    return {
        "contact_id": f"p{row['contact_id']}" if row["contact_id"] else "",
        "contact": row["contact_name"] or ("" if row["customer_kind"] == "company" else row["customer_name"] or ""),
        "company": row["customer_name"] if row["customer_kind"] == "company" else "",
        "email": row["contact_email"] or "",
        "phone": row["contact_phone"] or "",
    }


def record(row: Row) -> dict[str, Any]:
    """Whom a record names, and by what id."""
    who = f"p{row['contact_id']}" if row["contact_id"] else f"co{row['customer_id']}" if row["customer_id"] else ""
    company = row["customer_name"] if row["customer_kind"] == "company" and row["contact_id"] else ""
    return {"who": who, "name": row["contact_name"] or row["customer_name"] or "", "company": company}
