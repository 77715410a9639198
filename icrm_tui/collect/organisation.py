"""Who reports to whom, and who brought whom."""

from icrm_tui import search
from icrm_tui.context import Context
from icrm_tui.db import Row
from icrm_tui.errors import Refused, Usage

PEOPLE = ("reports_to", "referred_by")


def pointers(ctx: Context, values: dict[str, str], contact_id: int | None = None) -> dict[str, int | None]:
    """Whom the contact reports to and was referred by, as ids; nobody is above or before themselves."""
    kept: dict[str, int | None] = {}
    for column in PEOPLE:
        if column not in values:
            continue
        text = values[column].strip()
        target = search.who(ctx, text).contact_id if text else None
        if text and target is None:
            raise Usage("not-a-person", field=column, who=text)
        if target is not None and contact_id in above(ctx, column, target):
            raise Refused("circle", field=column, id=f"p{contact_id}")
        kept[column] = target
    return kept


def above(ctx: Context, column: str, contact_id: int | None) -> set[int]:
    """The contact and everyone the column leads to from them."""
    seen: set[int] = set()
    while contact_id is not None and contact_id not in seen:
        seen.add(contact_id)
        found = ctx.read(f"SELECT {column} AS boss FROM contacts WHERE id = :id", id=contact_id)
        contact_id = found[0]["boss"] if found else None
    return seen


def people(ctx: Context, company_id: int) -> list[Row]:
    """Who works there, each with `reports_to`, so that a face can draw the tree."""
    return ctx.read(
        "SELECT p.id, p.name, p.title, p.department, p.buying_role, p.reports_to FROM contacts p"
        " WHERE p.customer_id = :id AND p.archived = 0 AND p.merged_into IS NULL ORDER BY p.sort_key, p.id",
        id=company_id,
    )


def tree(rows: list[Row]) -> list[tuple[int, Row]]:
    """People in the order of their organisation, each with its depth; a circle or a stranger starts a branch."""
    ids = {row["id"] for row in rows}
    under: dict[int | None, list[Row]] = {}
    for row in rows:
        boss = row["reports_to"] if row["reports_to"] in ids else None
        under.setdefault(boss, []).append(row)
    placed: list[tuple[int, Row]] = []
    seen: set[int] = set()
    for start in under.get(None, []) + rows:
        waiting = [(0, start)]
        while waiting:
            depth, row = waiting.pop()
            if row["id"] not in seen:
                seen.add(row["id"])
                placed.append((depth, row))
                waiting += [(depth + 1, below) for below in reversed(under.get(row["id"], []))]
    return placed
