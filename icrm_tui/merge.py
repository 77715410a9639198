"""Two rows that are one: everything that hangs on the first moves to the second, and it can be undone."""

from collections.abc import Mapping
from typing import Any

from icrm_tui import nouns
from icrm_tui.context import Context
from icrm_tui.db import Tx
from icrm_tui.errors import Refused

KEPT = frozenset(("id", "rev", "created_rev", "created_at", "archived", "merged_into", "kind"))


def merge(ctx: Context, noun: str, src: int, dst: int, chosen: Mapping[str, Any] | None = None) -> int:
    """Make `src` part of `dst`; empty columns of `dst` are filled from `src`, `chosen` columns as given."""

    def work(tx: Tx) -> int:
        join(ctx, tx, noun, src, dst)
        if chosen:
            tx.update(nouns.noun(noun).table, dst, **chosen)
        return dst

    merged: int = ctx.change(f"{noun}.merge", work)
    return merged


def join(ctx: Context, tx: Tx, noun: str, src: int, dst: int) -> None:
    declared = nouns.noun(noun)
    table = declared.table
    one, other = tx.row(table, src), tx.row(table, dst)
    name = f"{declared.prefix}{src}"
    if one is None or other is None:
        raise Refused("merge-missing", id=name if one is None else f"{declared.prefix}{dst}")
    if src == dst:
        raise Refused("merge-same", id=name)
    for row, row_id in ((one, src), (other, dst)):
        if row.get("merged_into"):
            raise Refused("merged-away", id=f"{declared.prefix}{row_id}", into=f"{declared.prefix}{row['merged_into']}")
    along = declared.merges(ctx, src, dst) if declared.merges else []
    for child in nouns.TABLES:
        for column, parent in nouns.part(child).parents.items():
            if column != "merged_into" and (parent.noun == noun or parent.by):
                _repoint(tx, noun, child, column, parent, src, dst)
    fill = {
        column: one[column]
        for column in other
        if column not in KEPT
        and other[column] in ("", None, 0)
        and one[column] not in ("", None, 0)
        and one[column] != dst
    }
    if fill:
        tx.update(table, dst, **fill)
    tx.update(table, src, archived=1, merged_into=dst)
    for kind, from_id, to_id in along:
        join(ctx, tx, kind, from_id, to_id)


def _repoint(tx: Tx, noun: str, child: str, column: str, parent: nouns.Parent, src: int, dst: int) -> None:
    """Point the rows of `child` at `dst`; one that would repeat what `dst` has is dropped."""
    also = f" AND {parent.by} = '{noun}'" if parent.by else ""
    for row in tx.read(f"SELECT * FROM {child} WHERE {column} = :src{also} ORDER BY id", src=src):
        moved = {**row, column: dst}
        if row["id"] == dst and child == nouns.noun(noun).table:
            tx.update(child, row["id"], **{column: None})  # who pointed at the other half would point at itself
        elif any(_clashes(tx, child, unique, moved) for unique in nouns.part(child).unique if column in unique):
            tx.delete(child, row["id"])
        else:
            tx.update(child, row["id"], **{column: dst}, **nouns.part(child).resets)


def _clashes(tx: Tx, table: str, unique: tuple[str, ...], row: dict[str, Any]) -> bool:
    tests = " AND ".join(f"{column} = :{column}" for column in unique)
    values = {column: row[column] for column in unique}
    return bool(tx.read(f"SELECT 1 FROM {table} WHERE {tests} AND id <> :not_id", not_id=row["id"], **values))
