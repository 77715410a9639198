"""The store into files: the rows a query finds, as one moment of the store has them, a block at a time."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from icrm_tui import lists, nouns
from icrm_tui.collect import headers
from icrm_tui.collect.formats import csv
from icrm_tui.context import Context
from icrm_tui.errors import Refused, Unavailable, Usage
from icrm_tui.text import json_text

TYPES = ("csv", "json", "jsonl", "ics")
BLOCK = 500  # rows read at once

Progress = Callable[[str, int, int], None]


class Wanted(NamedTuple):
    """What is to be written. `columns` empty: all the store can fill."""

    kind: str
    text: str = ""
    columns: tuple[str, ...] = ()
    sort: str = ""
    archived: bool = False
    limit: int | None = None


def write(
    ctx: Context,
    wanted: Wanted,
    type_: str,
    stream: TextIO,
    progress: Progress = lambda _stage, _done, _total: None,
    shown: Callable[[str], str] = str,
) -> int:
    """The rows found, one after the other; how many. `shown` is what a terminal needs of a text."""
    exporter = nouns.exporter(wanted.kind)
    if type_ == "ics" and exporter.event is None:
        raise Usage("export-calendar", kind=wanted.kind)
    with ctx.connection.snapshot():
        columns = _columns(ctx, wanted)
        rows = _rows(ctx, wanted, progress)
        if type_ == "ics" and exporter.event is not None:
            from icrm_tui.collect.formats import ical

            return ical.write(stream, map(exporter.event, rows))
        if type_ == "csv":
            return _csv(stream, columns, (exporter.cells(row) for row in rows), shown)
        records = (_part(exporter.record(row), wanted.columns) for row in rows)
        return _jsonl(stream, records) if type_ == "jsonl" else _json(stream, records)


def _columns(ctx: Context, wanted: Wanted) -> list[str]:
    known = nouns.exporter(wanted.kind).columns(ctx)
    if not wanted.columns:
        return known
    # a custom field may be said by its key; what no row has is an empty column
    named = {
        column.split(":")[2].casefold().replace(" ", "_"): column for column in known if column.startswith("field:")
    }
    importable = nouns.importer(wanted.kind) if wanted.kind in nouns.IMPORTERS else None
    allowed = {*known, *(importable.targets + importable.many if importable else ())}
    found = []
    for column in wanted.columns:
        if column not in allowed and column not in named:
            raise Usage("unknown-column", field=column, nearest=headers.nearest(column, [*known, *named]))
        found.append(named.get(column, column))
    return found


def _rows(ctx: Context, wanted: Wanted, progress: Progress) -> Iterator[Any]:
    listed = lists.Wanted(wanted.kind, wanted.text, sort=wanted.sort or "id", archived=wanted.archived)
    ids = lists.ids(ctx, listed)[: wanted.limit]
    read = nouns.exporter(wanted.kind).read
    for start in range(0, len(ids), BLOCK):
        progress("write", start, len(ids))
        yield from read(ctx, ids[start : start + BLOCK])
    progress("write", len(ids), len(ids))


def _part(record: dict[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    return {column: record.get(column, "") for column in columns} if columns else record


def _csv(stream: TextIO, columns: Sequence[str], rows: Iterator[Any], shown: Callable[[str], str]) -> int:
    writer = csv.Writer(stream, columns)
    n = 0
    for n, cells in enumerate(rows, 1):  # noqa: B007 - counted
        writer.row([shown(cells.get(column, "")) for column in columns])
    return n


def _jsonl(stream: TextIO, records: Iterator[Any]) -> int:
    n = 0
    for n, record in enumerate(records, 1):  # noqa: B007 - counted
        stream.write(json_text(record) + "\n")
    return n


def _json(stream: TextIO, records: Iterator[Any]) -> int:
    n = 0
    for n, record in enumerate(records, 1):
        stream.write(("[\n" if n == 1 else ",\n") + json_text(record))
    stream.write("\n]\n" if n else "[]\n")
    return n


@contextmanager
def file(path: Path, type_: str, *, replace: bool) -> Iterator[TextIO]:
    """A file that is there, private and whole, when all is written, and else is not touched.

    CSV has the mark by which Excel knows UTF-8.
    """
    if path.exists() and not replace:
        raise Refused("export-exists", path=str(path))
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    encoding = "utf-8-sig" if type_ == "csv" else "utf-8"
    try:
        handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding=encoding, newline="") as stream:
            yield stream
        fresh.replace(path)
    except OSError as error:
        raise Unavailable("file-write", path=str(path), detail=error.strerror or "") from error
    finally:
        fresh.unlink(missing_ok=True)
