"""Two rows that are one: everything that hangs on the first moves to the second, and it can be undone."""

from collections.abc import Iterator, Mapping
from typing import Any

from icrm_tui import nouns
from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import Refused
from icrm_tui.nouns import Noun, Parent

KEPT = frozenset(("id", "rev", "created_rev", "created_at", "archived", "merged_into", "kind"))
EMPTY = ("", None, 0)


def merge(ctx: Context, noun: str, src: int, dst: int, chosen: Mapping[str, str] | None = None) -> int:
    """Make `src` part of `dst`, which keeps its values, takes over those it lacks, and gets the `chosen` ones."""
    edit = nouns.noun(noun).edit

    def work(tx: Tx) -> int:
        join(ctx, tx, noun, src, dst)
        if chosen and edit:
            edit(ctx, dst, dict(chosen))
        return dst

    merged: int = ctx.change(f"{noun}.merge", work)
    return merged


def join(ctx: Context, tx: Tx, noun: str, src: int, dst: int) -> None:
    """One noun's share of a merge; what it names in `merges` goes along."""
    declared = nouns.noun(noun)
    one, other = _both(tx, declared, src, dst)
    along = declared.merges(ctx, src, dst) if declared.merges else []
    for child, column, parent in _pointing(noun):
        _repoint(tx, noun, child, column, parent, src, dst)
    fill = {
        column: one[column]
        for column in other
        if column not in KEPT and other[column] in EMPTY and one[column] not in EMPTY and one[column] != dst
    }
    tx.update(declared.table, dst, **fill)
    for child, column, _parent in _pointing(noun):
        if _same_ids(child, noun):
            _uncircle(tx, child, column, dst)
    for kind, from_id, to_id in along:
        join(ctx, tx, kind, from_id, to_id)
    if "merged_into" in one:  # else it is more of another row, which says so
        tx.update(declared.table, src, archived=1, merged_into=dst)
    if declared.merged:
        declared.merged(ctx, src, dst)


def _both(tx: Tx, declared: Noun, src: int, dst: int) -> tuple[Row, Row]:
    def written(row_id: int) -> str:
        return f"{declared.prefix}{row_id}"

    one, other = tx.row(declared.table, src), tx.row(declared.table, dst)
    if one is None or other is None:
        raise Refused("merge-missing", id=written(src if one is None else dst))
    if src == dst:
        raise Refused("merge-same", id=written(src))
    for row in (one, other):
        if row.get("merged_into"):
            raise Refused("merged-away", id=written(row["id"]), into=written(row["merged_into"]))
    if other.get("archived"):
        raise Refused("merge-archived", id=written(dst))
    return one, other


def _pointing(noun: str) -> Iterator[tuple[str, str, Parent]]:
    """Table and column of all that may hang on a row of this noun; a row that is more of it stays what it is."""
    for child in nouns.TABLES:
        for column, parent in nouns.part(child).parents.items():
            if column not in ("id", "merged_into") and (parent.noun == noun or parent.by):
                yield child, column, parent


def _same_ids(child: str, noun: str) -> bool:
    """Whether rows of the table are rows of the noun, or more of them."""
    whole = nouns.part(child).parents.get("id")
    return child == nouns.noun(noun).table or (whole is not None and whole.noun == noun)


def _repoint(tx: Tx, noun: str, child: str, column: str, parent: Parent, src: int, dst: int) -> None:
    """Point the rows of `child` at `dst`; one that would repeat what `dst` has is dropped."""
    also = f" AND {parent.by} = '{noun}'" if parent.by else ""
    part = nouns.part(child)
    for row in tx.read(f"SELECT * FROM {child} WHERE {column} = :src{also} ORDER BY id", src=src):
        if row.get("merged_into"):  # what was merged before stays as it went
            continue
        moved = {**row, column: dst}
        if any(_clashes(tx, child, unique, moved) for unique in part.unique if column in unique):
            tx.delete(child, row["id"])
        else:
            tx.update(child, row["id"], **{column: dst}, **part.resets)


def _clashes(tx: Tx, table: str, unique: tuple[str, ...], row: dict[str, Any]) -> bool:
    tests = " AND ".join(f"{column} = :{column}" for column in unique)
    values = {column: row[column] for column in unique}
    return bool(tx.read(f"SELECT 1 FROM {table} WHERE {tests} AND id <> :not_id", not_id=row["id"], **values))


def _uncircle(tx: Tx, table: str, column: str, start: int) -> None:
    """Nobody is above themselves: where following the column leads back to `start`, it points nowhere now."""
    seen: set[int] = set()
    at: int | None = start
    while at is not None and at not in seen:
        seen.add(at)
        row = tx.row(table, at)
        at = row[column] if row else None
        if at == start:
            tx.update(table, start, **{column: None})
            return
