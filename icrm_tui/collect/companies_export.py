"""Companies as rows of a file that come back in as they went out, and as records, many at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from icrm_tui.collect import customers, fields
from icrm_tui.collect.companies import COLUMNS
from icrm_tui.context import Context
from icrm_tui.db import Ids, Row
from icrm_tui.nouns import Exporter

FIRMS = """SELECT o.*, c.name, c.owner, c.service_owner, c.source, c.grade, c.archived, c.created_at,
 c.rev AS version, a.name AS above, COALESCE(s.touches, 0) AS touches, COALESCE(s.last_at, '') AS last_at
 FROM companies o JOIN customers c ON c.id = o.id LEFT JOIN customers a ON a.id = o.parent_id
 LEFT JOIN customer_stats s ON s.customer_id = o.id WHERE o.id IN {ids} AND c.merged_into IS NULL"""
PARTS = {
    "tags": "SELECT x.row_id, g.name FROM taggings x JOIN tags g ON g.id = x.tag_id"
    " WHERE x.noun = 'company' AND x.row_id IN {ids} ORDER BY g.key",
    "fields": fields.VALUES.format(noun="company"),
    "people": "SELECT customer_id AS row_id, id FROM contacts WHERE customer_id IN {ids} AND archived = 0"
    " AND merged_into IS NULL ORDER BY sort_key, id",
}
OWN = ("id", "name", *COLUMNS, "parent", "competitor", *customers.COLUMNS, "tags")
WORKED_OUT = ("created", "last_contact", "touches")


class Known(NamedTuple):
    """A company's row, and the rows of its parts."""

    row: Row
    parts: Mapping[str, Sequence[Row]]


def read(ctx: Context, ids: Sequence[int]) -> Iterator[Known]:
    """Companies in the order of their ids given; those merged into others are none."""
    among = f"{Ids(ids)}"
    firms = {row["id"]: row for row in ctx.read(FIRMS.format(ids=among))}
    parts: dict[int, dict[str, list[Row]]] = {row_id: {part: [] for part in PARTS} for row_id in firms}
    for part, sql in PARTS.items():
        for row in ctx.read(sql.format(ids=among)):
            if row["row_id"] in parts:
                parts[row["row_id"]][part].append(row)
    return (Known(firms[row_id], parts[row_id]) for row_id in ids if row_id in firms)


def record(known: Known) -> dict[str, Any]:
    """As `companies.show` gives it."""
    row, parts = known
    return {
        "id": f"co{row['id']}",
        "name": row["name"],
        **{column: row[column] for column in COLUMNS},
        "parent": row["above"] or "",
        "competitor": bool(row["competitor"]),
        **{column: row[column] for column in customers.COLUMNS},
        "tags": [tag["name"] for tag in parts["tags"]],
        **{value["key"]: fields.typed(value) for value in parts["fields"]},
        "touches": row["touches"],
        "last_contact": row["last_at"],
        "people": [f"p{person['id']}" for person in parts["people"]],
        "archived": bool(row["archived"]),
        "merged_into": "",
        "created": row["created_at"],
        "rev": row["version"],
    }


def cells(known: Known) -> dict[str, str]:
    """By column; what is empty is left out."""
    row, parts = known
    found = {column: row[column] for column in ("name", *COLUMNS, *customers.COLUMNS)}
    found |= {
        "id": f"co{row['id']}",
        "parent": row["above"] or "",
        "competitor": "yes" if row["competitor"] else "",
        "tags": ", ".join(tag["name"] for tag in parts["tags"]),
        "archived": "yes" if row["archived"] else "",
        "created": row["created_at"],
        "last_contact": row["last_at"],
        "touches": str(row["touches"] or ""),
    }
    return found | {fields.title(value): fields.cell(value) for value in parts["fields"]}


def columns(ctx: Context) -> list[str]:
    archived = ctx.read(
        "SELECT 1 FROM customers WHERE kind = 'company' AND archived = 1 AND merged_into IS NULL LIMIT 1"
    )
    own = [fields.title(definition) for definition in fields.definitions(ctx, "company")]
    return [*OWN, *own, *(["archived"] if archived else []), *WORKED_OUT]


EXPORTER = Exporter(columns, read, record, cells)
