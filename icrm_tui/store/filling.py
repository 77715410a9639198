"""The house's statements with their values, for one row or for very many, as a PostgreSQL server takes them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from re import Match
from typing import Any

from icrm_tui.store.connection import Params
from icrm_tui.store.speaking import Statement, statement
from icrm_tui.store.translating import translated
from icrm_tui.store.wire import Wire

SINGLY = 50  # rows that are cheaper one by one
BLOCK = 5000  # rows sent at once


def asked(sql: str, params: Params | None) -> Statement:
    if not params:
        text, _names = translated(sql)
        return statement(text)
    empty = frozenset(name for name, value in params.items() if value is None)
    text, names = translated(sql, empty)
    return statement(text, [params[name] for name in names])


def placed(sql: str, row: Sequence[Any]) -> Statement:
    """A statement whose values stand at its question marks."""
    return statement(translated(sql)[0], row)


def one_by_one(wire: Wire, sql: str, few: list[Sequence[Any]], more: Iterator[Sequence[Any]]) -> None:
    """A statement for each row."""
    block = few
    while block:
        for row in block:
            wire.queue(placed(sql, row))
        block = list(islice(more, BLOCK))
        if block:
            wire.sync()


def filled(wire: Wire, insert: Match[str], few: list[Sequence[Any]], more: Iterator[Sequence[Any]]) -> None:
    """Many new rows: as they are where none can clash, else as JSON, which knows the types of the table."""
    table, columns, clash = insert[1].replace("stage.", "pg_temp."), insert[2], insert[3]
    block = few + list(islice(more, BLOCK))
    while block:
        if clash is None:
            _copied(wire, f"COPY {table} ({columns}) FROM STDIN", block)
        else:
            packed = [dict(zip(columns.split(", "), row, strict=True)) for row in block]
            sql = (
                f"INSERT INTO {table} ({columns}) SELECT {columns}"
                f" FROM json_populate_recordset(NULL::{table}, ?::json) ON CONFLICT{clash}"
            )
            wire.queue(placed(sql, [json.dumps(packed, ensure_ascii=False)]))
        block = list(islice(more, BLOCK))


def _copied(wire: Wire, sql: str, block: list[Sequence[Any]]) -> None:
    """No other statement can be under way while rows pour in: where they come from was asked before."""
    wire.sync()
    wire.pipe(False)
    try:
        wire.copy(sql, [poured(block)])
    finally:
        if wire.alive:
            wire.pipe(True)


ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\ufffd"})


def poured(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as COPY reads them."""
    return "".join("\t".join(map(_cell, row)) + "\n" for row in rows).encode(errors="replace")


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(ESCAPED)
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return str(int(value)) if isinstance(value, bool) else str(value)
