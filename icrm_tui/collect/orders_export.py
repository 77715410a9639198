"""Orders as rows of a file, and as records."""

from collections.abc import Iterator, Sequence
from typing import Any

from icrm_tui import money
from icrm_tui.collect import customers_export, orders
from icrm_tui.context import Context
from icrm_tui.db import Row
from icrm_tui.nouns import Exporter

COLUMNS = ("id", "ref", "at", *customers_export.COLUMNS, "amount", "currency", "note", "who")


def columns(ctx: Context) -> list[str]:
    archived = ctx.read("SELECT 1 FROM orders WHERE archived = 1 LIMIT 1")
    return [*COLUMNS, *(["archived"] if archived else [])]


def read(ctx: Context, ids: Sequence[int]) -> Iterator[Row]:
    return customers_export.read(ctx, "orders", ids)


def record(row: Row) -> dict[str, Any]:
    return {
        "id": f"o{row['id']}",
        "ref": row["ref"],
        **customers_export.record(row),
        "at": row["day"],
        "amount": orders.whole(row["amount"], row["currency"]),
        **{key: row[key] for key in ("currency", "note")},
        "entered_by": row["who"],
        "archived": bool(row["archived"]),
        "created": row["created_at"],
        "rev": row["rev"],
    }


def cells(row: Row) -> dict[str, str]:
    return {
        "id": f"o{row['id']}",
        "at": row["day"],
        "amount": money.plain(row["amount"], row["currency"]),
        "archived": "yes" if row["archived"] else "",
        **customers_export.cells(row),
        **{key: row[key] for key in ("ref", "currency", "note", "who")},
    }


EXPORTER = Exporter(columns, read, record, cells)
