"""The embedded engine: one SQLite file, a connection a thread, and what only SQLite says this way."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any
from urllib.parse import quote

from icrm_tui.errors import Constraint, IcrmError, Interrupted, Locked, Unavailable
from icrm_tui.store import connection, files
from icrm_tui.store.connection import WAIT, Row

APPLICATION_ID = 0x6963726D  # "icrm", so that another program's file is never taken for ours
PAUSE = 0.003  # between its tries: SQLite's own back-off grows to 100 ms and misses short gaps
LARGE_CACHE = 16  # MB for long work: more makes it no faster
LARGE_LOG = 20_000  # pages committed in long work that wait to be put in their place: each time asks much of a disk
STEPS = 100_000  # of the engine's machine between two looks whether to go on
ROOM = 100 * 1024 * 1024  # bytes a disk should have left beside a store
DANGLING = 'SELECT "table", rowid, parent FROM pragma_foreign_key_check LIMIT 20'


CODES = {
    sqlite3.SQLITE_FULL: "store-full",
    sqlite3.SQLITE_READONLY: "store-readonly",
    sqlite3.SQLITE_CANTOPEN: "store-open",
    sqlite3.SQLITE_NOTADB: "store-foreign",
    sqlite3.SQLITE_CORRUPT: "store-corrupt",
    sqlite3.SQLITE_IOERR: "store-io",
    sqlite3.SQLITE_PERM: "store-open",
}


def mapped(error: sqlite3.Error, path: Path) -> IcrmError | None:
    """What a driver's error means to us; None for one that is a defect of ours."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Locked("store-locked", path=str(path))
    if code == sqlite3.SQLITE_INTERRUPT:
        return Interrupted("interrupted")
    if isinstance(error, sqlite3.IntegrityError):
        return Constraint("constraint", detail=str(error))
    return Unavailable(CODES[code], path=str(path)) if code in CODES else None


def dict_row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


class Connection(connection.Connection):
    """One thread's connection to a file."""

    def __init__(self, path: Path, *, readonly: bool = False, wait: float = WAIT, cache_mb: int = 8) -> None:
        self.place = self.path = path
        self.wait = wait
        with self.errors():
            self.raw = connect(path, readonly, wait)
            self.raw.execute(f"PRAGMA cache_size = -{cache_mb * 1024}")
        self.readonly = readonly

    @contextmanager
    def errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            ours = mapped(error, self.path)
            if ours is None:
                raise
            raise ours from error

    def read(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        with self.errors():
            cursor = self.raw.execute(sql, params or {})
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def stream(self, sql: str, params: Mapping[str, Any] | None = None) -> Iterator[tuple[Any, ...]]:
        """Rows as tuples, as they come, for results too large to hold."""
        with self.errors():
            for row in self.raw.execute(sql, params or {}):  # noqa: UP028 - yield from would close a cursor that is gone
                yield row

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> int:
        """The number of rows changed."""
        with self.errors():
            return self.raw.execute(sql, params or {}).rowcount

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        names = ", ".join(values)
        places = ", ".join(f":{name}" for name in values)
        with self.errors():
            cursor = self.raw.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", values)
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self.errors():
            self.raw.executemany(sql, rows)

    def columns(self, table: str) -> list[str]:
        return [row["name"] for row in self.read(f"SELECT name FROM pragma_table_info('{table}')")]

    def postings(self) -> int:
        found = self.read("SELECT seq FROM sqlite_sequence WHERE name = 'docs'")
        return found[0]["seq"] if found else 0

    def clear_search(self) -> None:
        self.execute("DELETE FROM docs")
        self.execute("INSERT INTO docs_fts (docs_fts) VALUES ('delete-all')")
        self.execute("DELETE FROM sqlite_sequence WHERE name = 'docs'")

    def reserve(self, table: str, n: int) -> int:
        with self.errors():
            found = self.raw.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
            if found is None:
                self.raw.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, 0)", (table,))
            last: int = found[0] if found else 0
            self.raw.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (last + n, table))
            return last + 1

    def put_tokens(self, kind: str, rows: Sequence[tuple[int, str]]) -> None:
        """Old postings vanish with their docs row."""
        first = self.reserve("docs", len(rows))
        docs = [(first + i, kind, row_id) for i, (row_id, _tokens) in enumerate(rows)]
        self.many("INSERT INTO docs (docid, kind, ref_id) VALUES (?, ?, ?)", docs)
        postings = [(first + i, tokens) for i, (_row_id, tokens) in enumerate(rows)]
        self.many("INSERT INTO docs_fts (rowid, tokens) VALUES (?, ?)", postings)

    @staticmethod
    def expression(words: Iterable[Sequence[Sequence[str]]]) -> str:
        def every(tokens: Sequence[str]) -> str:
            return " AND ".join('"' + token.replace('"', '""') + '"' for token in tokens)

        def either(ways: Sequence[Sequence[str]]) -> str:
            return every(ways[0]) if len(ways) == 1 else "(" + " OR ".join(f"({every(way)})" for way in ways) + ")"

        return " AND ".join(either(ways) for ways in words)

    def matching(self, kind: str, param: str) -> str:
        """CROSS JOIN keeps the engine from going through all rows and asking the index of each."""
        return (
            "SELECT d.ref_id FROM docs_fts f CROSS JOIN docs d"
            f" WHERE docs_fts MATCH :{param} AND d.docid = f.rowid AND d.kind = '{kind}'"
        )

    def found(self, kind: str, param: str) -> tuple[str, str]:
        where = f"docs_fts MATCH :{param} AND d.docid = f.rowid AND d.kind = '{kind}' AND t.id = d.ref_id"
        return "docs_fts f CROSS JOIN docs d CROSS JOIN ", where

    def begin(self) -> None:
        """Take the write lock, waiting up to `wait` seconds for whoever holds it."""
        if self.readonly:
            raise Unavailable("store-copied" if self.copied else "store-readonly", path=str(self.path))
        self.insist("BEGIN IMMEDIATE")

    def insist(self, sql: str) -> None:
        """Run what needs a lock that others may hold, trying again and again for `wait` seconds."""
        pause, deadline = Event(), monotonic() + self.wait
        with self.errors():
            self.raw.execute("PRAGMA busy_timeout = 0")
            try:
                while True:
                    try:
                        self.raw.execute(sql)
                        break
                    except sqlite3.OperationalError as error:
                        busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                        if not busy or monotonic() > deadline:
                            raise
                        pause.wait(PAUSE)
            finally:
                self.raw.execute(f"PRAGMA busy_timeout = {int(self.wait * 1000)}")

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """The lock of an empty database beside the store: every system frees it when its process is gone."""
        path = self.path.with_name(f"{self.path.name}.{name}")
        with self.errors():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, stat.S_IRUSR | stat.S_IWUSR))
            raw = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            try:
                raw.execute("BEGIN EXCLUSIVE")
                mine = True
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                mine = False
            yield mine
        finally:
            raw.close()

    @contextmanager
    def lasting(self) -> Iterator[None]:
        with self.errors():
            self.raw.execute("PRAGMA synchronous = FULL")
        try:
            yield
        finally:
            with self.errors():
                self.raw.execute("PRAGMA synchronous = NORMAL")

    def commit(self) -> None:
        with self.errors():
            self.raw.execute("COMMIT")

    def rollback(self) -> None:
        if self.raw.in_transaction:  # a full disk rolls back by itself
            with self.errors():
                self.raw.execute("ROLLBACK")

    @contextmanager
    def stage(self) -> Iterator[None]:
        """A private file beside the store, attached: a kill leaves nothing but the file."""
        path = files.private_file(self.path)
        try:
            with self.errors():
                self.raw.execute("ATTACH :path AS stage", {"path": str(path)})
                for pragma in ("journal_mode = MEMORY", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
                    self.raw.execute(f"PRAGMA stage.{pragma}")
                self.raw.execute(f"PRAGMA stage.cache_size = -{LARGE_CACHE * 1024}")
            try:
                yield
            finally:
                with self.errors():
                    self.raw.execute("DETACH stage")
        finally:
            path.unlink(missing_ok=True)

    @contextmanager
    def staging(self) -> Iterator[None]:
        self.execute("BEGIN")
        try:
            yield
            self.commit()
        finally:
            self.rollback()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self.errors():
            self.raw.execute("BEGIN")
        try:
            yield
        finally:
            self.rollback()

    def token(self) -> int:
        with self.errors():
            value: int = self.raw.execute("PRAGMA data_version").fetchone()[0]
            return value

    def moment(self) -> int:
        return self.token()

    def moved(self, moment: int) -> bool:
        return self.token() != moment

    @contextmanager
    def at_length(self) -> Iterator[None]:
        """Inside, a long statement is stopped by Ctrl-C: signals are heard between steps of the engine, not only after
        it. The cache is larger, and what is committed is put in its place when much has come together.
        """
        cache, pages = (
            self.raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("cache_size", "wal_autocheckpoint")
        )
        self.raw.execute(f"PRAGMA cache_size = -{LARGE_CACHE * 1024}")
        self.raw.execute(f"PRAGMA wal_autocheckpoint = {LARGE_LOG}")
        self.raw.set_progress_handler(lambda: 0, STEPS)
        try:
            yield
        finally:
            self.raw.set_progress_handler(None, STEPS)
            self.raw.execute(f"PRAGMA wal_autocheckpoint = {pages}")
            self.raw.execute(f"PRAGMA cache_size = {cache}")

    def interrupt(self) -> None:
        self.raw.interrupt()

    def tables(self) -> set[str]:
        return {row["name"] for row in self.read("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def checks(self) -> list[tuple[str, list[str]]]:
        found = [row["integrity_check"] for row in self.read("PRAGMA integrity_check(10)")]
        mode = stat.S_IMODE(self.path.stat().st_mode)
        kind = files.filesystem(self.path)
        free = shutil.disk_usage(self.path.parent).free
        return [
            ("integrity", [] if found == ["ok"] else found),
            ("pointers", [f"{r['table']} {r['rowid']} → {r['parent']}" for r in self.read(DANGLING)]),
            ("private", [f"{mode:o}"] if os.name == "posix" and mode & 0o077 else []),
            ("disk", [kind] if kind.startswith(files.NETWORK) else []),
            ("space", [f"{free // 1024**2} MiB"] if free < ROOM else []),
        ]

    def tidy(self) -> None:
        """Staging files beside the store whose process is gone."""
        for stage in self.path.parent.glob(".icrm-stage-*"):
            pid = stage.name.split("-")[2].split(".")[0]
            if pid.isdigit() and not files.alive(int(pid)):
                stage.unlink(missing_ok=True)

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self.raw.close()


def connect(path: Path, readonly: bool, wait: float) -> sqlite3.Connection:
    def opened(query: str) -> sqlite3.Connection:
        raw = sqlite3.connect(
            f"file:{quote(str(path))}?{query}",
            uri=True,
            timeout=wait,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            raw.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")
            raw.execute("PRAGMA foreign_keys = ON")
            raw.execute("PRAGMA synchronous = NORMAL")
            raw.execute("PRAGMA temp_store = MEMORY")
            raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error:
            raw.close()
            raise
        return raw

    if not readonly:
        return opened("mode=rw")
    try:
        return opened("mode=ro")
    except sqlite3.OperationalError:  # a WAL store in a folder we may not write to has no place for its index
        return opened("mode=ro&immutable=1")


def is_store(raw: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is ours; False for an empty one, refused when it is another program's."""
    raw.execute("BEGIN")  # both of one moment: another start may be making it
    try:
        ours: bool = raw.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        tables = raw.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    finally:
        raw.execute("ROLLBACK")
    if tables and not ours:
        raise Unavailable("store-foreign", path=str(path))
    return ours


def copied(store: Connection) -> str:
    """When this was copied from a team's store; empty where it is no copy."""
    found = store.read("SELECT 1 FROM sqlite_master WHERE name = 'copied'")
    at: str = store.read("SELECT at FROM copied")[0]["at"] if found else ""
    return at


def copy(source: sqlite3.Connection, target: Path) -> None:
    """The whole store in one step: copying page by page starts again at every write by others."""
    mode = stat.S_IRUSR | stat.S_IWUSR
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY, mode))
    destination = sqlite3.connect(target)
    try:
        source.backup(destination)
    finally:
        destination.close()
