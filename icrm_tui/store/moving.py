"""A whole store moved from one engine to the other, table by table as it stands, and held against where it came from.

What each engine keeps for search its own way is left behind: whoever moves a store has it built anew.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from icrm_tui.errors import Refused, Unavailable
from icrm_tui.store import backup, migrations, sqlite
from icrm_tui.store.connection import Connection
from icrm_tui.store.files import prepare, refuse_existing
from icrm_tui.store.pg_sql import SCHEMA
from icrm_tui.store.postgres import Connection as Server

OWN = ("docs", "search_", "sqlite_", "copied", "schema_version")  # tables that each engine fills for itself
EMPTY = ("users", "customers", "changes")  # what has no rows in a store that nobody has used
COPIED = "CREATE TABLE copied (at TEXT NOT NULL, place TEXT NOT NULL)"

Told = Callable[[int, int], None]  # tables done, and all


class Moved(NamedTuple):
    """What is in a table: `sum` is the same wherever its rows are, in whatever order."""

    table: str
    rows: int
    sum: str


def push(source: Path, target: Server, finish: Callable[[Connection], None], told: Told) -> list[Moved]:
    """Fill an empty store on a server with what a file holds, all at once or not at all.

    `finish` does what remains to be done before others see it.
    """
    backup.check(source)
    with closing(sqlite.Connection(source, readonly=True)) as file, file.snapshot():
        if migrations.version(file) != len(migrations.MIGRATIONS):
            raise Unavailable("team-push-older", path=str(source))
        target.begin()
        try:
            for table in EMPTY:
                if target.read(f"SELECT 1 FROM {table} LIMIT 1"):
                    raise Refused("team-not-empty", service=target.place.name)
            moved = _filled(file, target, told)
            for name, last in _last_of_file(file):
                target.execute(f"SELECT setval('{SCHEMA}.{name}_id_seq', :last)", {"last": last})
            finish(target)
            target.commit()
        finally:
            target.rollback()
    return moved


def pull(source: Server, target: Path, at: str, finish: Callable[[Connection], None], told: Told) -> list[Moved]:
    """Write what a server's store holds at one moment to a new file, which is there once it is whole."""
    refuse_existing(target)
    with _beside(target) as fresh:
        prepare(fresh)
        with closing(sqlite.Connection(fresh)) as file:
            migrations.migrate(file)
            with source.snapshot():
                file.begin()
                try:
                    moved = _filled(source, file, told)
                    for name, last in _last_of_server(source, [one.table for one in moved]):
                        file.execute("DELETE FROM sqlite_sequence WHERE name = :name", {"name": name})
                        file.execute("INSERT INTO sqlite_sequence VALUES (:name, :last)", {"name": name, "last": last})
                    file.execute(COPIED)
                    file.execute("INSERT INTO copied VALUES (:at, :place)", {"at": at, "place": str(source.place)})
                    file.commit()
                finally:
                    file.rollback()
            finish(file)
            file.read("PRAGMA journal_mode = DELETE")  # one file, which nobody writes to
        refuse_existing(target)
        fresh.replace(target)
    return moved


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A name for a file that is not whole yet; whatever happens, nothing is left of it."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield fresh
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            fresh.with_name(fresh.name + end).unlink(missing_ok=True)


def tables(file: Connection) -> list[str]:
    return sorted(name for name in file.tables() if not name.startswith(OWN))


def _filled(source: Connection, target: Connection, told: Told) -> list[Moved]:
    """Move every table, and see that it arrived."""
    moved = []
    names = tables(target if isinstance(source, Server) else source)
    for n, table in enumerate(names):
        columns = sorted(target.columns(table))
        listed, places = ", ".join(columns), ", ".join("?" * len(columns))
        target.execute(f"DELETE FROM {table}")
        counted = Sum()
        target.many(f"INSERT INTO {table} ({listed}) VALUES ({places})", counted.over(source, table, columns))
        there = Sum()
        for _row in there.over(target, table, columns):
            pass
        if (counted.rows, str(counted)) != (there.rows, str(there)):
            raise Unavailable("team-differs", table=table, was=counted.rows, now=there.rows)
        moved.append(Moved(table, counted.rows, str(counted)))
        told(n + 1, len(names))
    return moved


def sums(connection: Connection, names: list[str]) -> list[Moved]:
    """The same for a store that is only looked at."""
    found = []
    for table in names:
        counted = Sum()
        for _row in counted.over(connection, table, sorted(connection.columns(table))):
            pass
        found.append(Moved(table, counted.rows, str(counted)))
    return found


class Sum:
    """Of the rows that pass."""

    def __init__(self) -> None:
        self.rows = 0
        self.value = 0

    def __str__(self) -> str:
        return f"{self.value:032x}"

    def over(self, connection: Connection, table: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
        for row in connection.stream(f"SELECT {', '.join(columns)} FROM {table}"):
            said = json.dumps(row, default=bytes.hex, ensure_ascii=False).encode(errors="surrogatepass")
            self.value = (self.value + int.from_bytes(sha256(said).digest()[:16])) % 2**128
            self.rows += 1
            yield row


def _last_of_file(file: Connection) -> list[tuple[str, int]]:
    found = file.read("SELECT name, seq FROM sqlite_sequence WHERE seq > 0")
    return [(row["name"], row["seq"]) for row in found if not row["name"].startswith(OWN)]


def _last_of_server(server: Server, names: list[str]) -> list[tuple[str, int]]:
    rows = server.read(
        "SELECT sequencename::text AS name, last_value FROM pg_sequences"
        " WHERE schemaname = :schema AND last_value IS NOT NULL",
        {"schema": SCHEMA},
    )
    last = {row["name"]: row["last_value"] for row in rows}
    return [(name, last[f"{name}_id_seq"]) for name in names if f"{name}_id_seq" in last]
