"""Writing whole sets of rows by one SELECT, each with its history."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice
from typing import Any

from icrm_tui.store.connection import Connection
from icrm_tui.store.history import Image, Recorder, dumps, loads

BLOCK = 2000  # rows written at once

Params = Mapping[str, Any]


def revise(recorder: Recorder, table: str, columns: tuple[str, ...], select: str, params: Params) -> int:
    """Give the rows that SELECT names by `id` its other columns; how many held something else.

    What they become is written to the history first and read back from there, so that no set is ever held. Rows
    this change made need none.
    """
    recorder.flush()
    connection, change = recorder.connection, recorder.change
    held = ", ".join(f"x.{column}" for column in columns)
    wanted = ", ".join(f"s.{column}" for column in columns)
    differs = " OR ".join(f"x.{c} <> s.{c} OR (x.{c} IS NULL) <> (s.{c} IS NULL)" for c in columns)
    sql = (
        f"SELECT x.id, x.rev, {held}, {wanted} FROM ({select}) AS s JOIN {table} x ON x.id = s.id"
        f" WHERE x.created_rev <> :rev_ AND ({differs})"
    )
    rows = connection.stream(sql, {**params, "rev_": change})
    n = _written(recorder, table, _images(recorder, table, columns, rows))
    sets = ", ".join(f"{column} = s.{column}" for column in columns)
    made = (
        f"UPDATE {table} AS x SET {sets} FROM ({select}) AS s"
        f" WHERE s.id = x.id AND x.created_rev = :rev_ AND ({differs})"
    )
    return n + connection.execute(made, {**params, "rev_": change})


def bump(recorder: Recorder, table: str, select: str, params: Params) -> int:
    """A new version of the rows SELECT names by `id`, unless this change made one already."""
    recorder.flush()
    change = recorder.change
    sql = f"SELECT x.id, x.rev FROM {table} x WHERE x.id IN ({select}) AND x.rev <> :rev_ AND x.created_rev <> :rev_"
    rows = recorder.connection.stream(sql, {**params, "rev_": change})
    return _written(recorder, table, ((row_id, {"rev": rev}, {"rev": change}) for row_id, rev in rows))


Images = Iterator[tuple[int, Image, Image]]


def _images(recorder: Recorder, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Images:
    width, change = len(columns), recorder.change
    for row_id, rev, *values in rows:
        pairs = zip(columns, values[:width], values[width:], strict=True)
        changed = [(column, was, now) for column, was, now in pairs if was != now]
        before: Image = {column: was for column, was, _now in changed} | {"rev": rev}
        after: Image = {column: now for column, _was, now in changed} | {"rev": change}
        if rev == change:  # this change has written it before
            before, after = recorder.joined(table, row_id, before, after)
        yield row_id, before, after


def _written(recorder: Recorder, table: str, images: Images) -> int:
    connection, change = recorder.connection, recorder.change
    n, last = 0, 0
    for block in _blocks(images):
        n += len(block)
        connection.many(
            "INSERT INTO history (change_id, tbl, row_id, before, after) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (change_id, tbl, row_id) DO UPDATE SET before = excluded.before, after = excluded.after",
            [(change, table, row_id, dumps(before), dumps(after)) for row_id, before, after in block],
        )
    while n:
        rows = connection.read(
            "SELECT row_id, after FROM history WHERE change_id = :c AND tbl = :tbl AND row_id > :last"
            f" AND after IS NOT NULL ORDER BY row_id LIMIT {BLOCK}",
            {"c": change, "tbl": table, "last": last},
        )
        if not rows:
            break
        last = rows[-1]["row_id"]
        put(connection, table, ((row["row_id"], loads(row["after"]) or {}) for row in rows))
    return n


def put(connection: Connection, table: str, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Set columns of rows by their ids, those of the same columns together."""
    for columns, alike in groupby(sorted(rows, key=lambda row: tuple(row[1])), key=lambda row: tuple(row[1])):
        sets = ", ".join(f"{column} = ?" for column in columns)
        connection.many(
            f"UPDATE {table} SET {sets} WHERE id = ?", [(*values.values(), row_id) for row_id, values in alike]
        )


def _blocks(images: Images) -> Iterator[list[tuple[int, Image, Image]]]:
    while block := list(islice(images, BLOCK)):
        yield block
