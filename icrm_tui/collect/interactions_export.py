"""Touches as rows of a file, and as records."""

from collections.abc import Iterator, Sequence
from typing import Any

from icrm_tui.collect import customers_export
from icrm_tui.context import Context
from icrm_tui.db import Row
from icrm_tui.nouns import Exporter

WHAT = ("channel", "dir", "outcome", "subject", "text", "link", "who")
COLUMNS = ("id", "at", *customers_export.COLUMNS, *WHAT)


def read(ctx: Context, ids: Sequence[int]) -> Iterator[Row]:
    return customers_export.read(ctx, "interactions", ids)


def record(row: Row) -> dict[str, Any]:
    return cells(row) | {"rev": row["rev"]}


def cells(row: Row) -> dict[str, str]:
    said = row | {"text": row["body"]}
    return {"id": f"i{row['id']}", "at": row["at"], **customers_export.cells(row), **{key: said[key] for key in WHAT}}


EXPORTER = Exporter(lambda _ctx: list(COLUMNS), read, record, cells)
