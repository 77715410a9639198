"""Where the rows of a file wait, parsed and matched, before one change makes them part of the store.

A private file beside the store, attached to its connection as `stage`: nothing waits for it, a kill leaves nothing
but the file, and what is published is there as a set. Its tables: `rows` and the importer's parts, by the row's
number `n`; `met` (which stored row a staged one is), `twins` (which earlier row of the file it is), `target` (the
row a leader goes to), `rejects` and `doubts`.
"""

import json
import os
from array import array
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from icrm_tui.collect.customers import Doubt
from icrm_tui.db import Connection, Tx
from icrm_tui.errors import IcrmError
from icrm_tui.nouns import Importer

BATCH = 5000  # rows handed to the engine at once
KEPT = 100  # rejects and doubts a report shows
ONCE = frozenset(("import-owner",))  # doubts said once for all rows that share them


class Rejected(IcrmError):
    """A row that cannot come in; `field` is what is wrong with it."""

    def __init__(self, code: str, field: str = "", **values: Any) -> None:
        super().__init__(code, **values)
        self.field = field


class Draft(NamedTuple):
    """A row as it will be staged: the importer's columns in order, rows of its parts, and doubts."""

    values: tuple[Any, ...]
    parts: Mapping[str, list[tuple[Any, ...]]]
    doubts: list[Doubt]


class Shared:
    """What many rows point at, each kept once and known by its number; a row's first value tells it from others."""

    def __init__(self) -> None:
        self.fresh: dict[str, list[tuple[Any, ...]]] = {}
        self._numbers: dict[str, dict[str, int]] = {}

    def number(self, table: str, row: tuple[Any, ...]) -> int:
        known = self._numbers.setdefault(table, {})
        found = known.get(row[0])
        if found is None:
            found = known[row[0]] = len(known) + 1
            self.fresh.setdefault(table, []).append((found, *row))
        return found


class Given(NamedTuple):
    """What parsing needs to know beside the row: nothing is read while it runs."""

    country: str
    order: str  # of the numbers in dates: ymd, dmy, mdy
    users: Mapping[str, str]  # how a user may be named, folded → the user
    fields: Mapping[str, Mapping[str, Any]]  # custom fields by key
    origin: str  # where the rows come from
    stamp: str
    shared: Shared


TABLES = """
CREATE TABLE stage.rows (n INTEGER PRIMARY KEY, line INTEGER NOT NULL, {columns});
CREATE TABLE stage.met (n INTEGER PRIMARY KEY, id INTEGER NOT NULL);
CREATE TABLE stage.twins (n INTEGER PRIMARY KEY, lead INTEGER NOT NULL);
CREATE TABLE stage.target (n INTEGER PRIMARY KEY, id INTEGER NOT NULL, fresh INTEGER NOT NULL);
CREATE TABLE stage.changed (id INTEGER PRIMARY KEY);
CREATE TABLE stage.rejects (line INTEGER PRIMARY KEY, name TEXT, field TEXT, code TEXT, given TEXT);
CREATE TABLE stage.doubts (line INTEGER, name TEXT, field TEXT, code TEXT, given TEXT, value TEXT)
"""


class Stage:
    """Use as a context: the file is there inside, and gone after it whatever happens."""

    def __init__(self, connection: Connection, importer: Importer) -> None:
        self.connection = connection
        self.importer = importer
        self.path = _private_file(connection.path)
        self.shared = Shared()
        self.n = 0
        self.rejected = 0
        self._rows: list[tuple[Any, ...]] = []
        self._parts: dict[str, list[tuple[Any, ...]]] = {part: [] for part in importer.parts}
        self._doubts: list[tuple[Any, ...]] = []
        self._said: set[tuple[str, str]] = set()
        places = ", ".join("?" * (len(importer.columns) + 2))
        self._into_rows = f"INSERT INTO stage.rows VALUES ({places})"

    def __enter__(self) -> "Stage":
        try:
            self.connection.attach(self.path, "stage")
            columns = ", ".join(f"{name} {kind}" for name, kind in self.importer.columns.items())
            for statement in TABLES.format(columns=columns).split(";"):
                self.connection.execute(statement)
            for part, names in self.importer.parts.items():
                columns = ", ".join(f"{name} {kind}" for name, kind in names.items())
                self.connection.execute(f"CREATE TABLE stage.{part} (n INTEGER NOT NULL, {columns})")
            for table, names in self.importer.shared.items():
                columns = ", ".join(f"{name} {kind}" for name, kind in names.items())
                self.connection.execute(f"CREATE TABLE stage.{table} (seq INTEGER PRIMARY KEY, {columns}, id INTEGER)")
        except BaseException:
            self.path.unlink(missing_ok=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.connection.detach("stage")
        finally:
            self.path.unlink(missing_ok=True)

    # filling

    def add(self, line: int, draft: Draft) -> None:
        self.n += 1
        n = self.n
        self._rows.append((n, line, *draft.values))
        for part, rows in draft.parts.items():
            self._parts[part] += [(n, *row) for row in rows]
        if draft.doubts:
            name = next((value for value in draft.values if isinstance(value, str)), "")
            for field, code, values in draft.doubts:
                given = json.dumps(values, ensure_ascii=False)
                if code in ONCE:
                    if (code, given) in self._said:
                        continue
                    self._said.add((code, given))
                self._doubts.append((line, name, field, code, given))
        if len(self._rows) >= BATCH:
            self.flush()

    def reject(self, line: int, name: str, field: str, error: IcrmError) -> None:
        self.rejected += 1
        given = json.dumps(error.values, default=str)
        self.connection.many(
            "INSERT INTO stage.rejects VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(line, name, field, error.code, given)],
        )

    def flush(self) -> None:
        """Hand over what waits in memory, in one transaction of the stage alone."""
        connection = self.connection
        connection.execute("BEGIN")
        try:
            connection.many(self._into_rows, self._rows)
            for part, rows in self._parts.items():
                if rows:
                    connection.many(f"INSERT INTO stage.{part} VALUES ({', '.join('?' * len(rows[0]))})", rows)
            for table, shared in self.shared.fresh.items():
                if shared:
                    connection.many(
                        f"INSERT INTO stage.{table} VALUES ({', '.join('?' * len(shared[0]))}, NULL)", shared
                    )
            if self._doubts:
                connection.many(
                    "INSERT INTO stage.doubts (line, name, field, code, given) VALUES (?, ?, ?, ?, ?)", self._doubts
                )
            connection.commit()
        finally:
            connection.rollback()
        self._rows.clear()
        self._doubts.clear()
        for rows in (*self._parts.values(), *self.shared.fresh.values()):
            rows.clear()

    # matching

    def meet(self) -> None:
        """Which stored row each staged one is, by the first match that knows one; of several the oldest."""
        self.connection.execute("DELETE FROM stage.met")
        for match in self.importer.match:
            self.connection.execute(
                f"INSERT INTO stage.met (n, id) SELECT m.n, min(m.id) FROM ({match.sql}) AS m"
                " WHERE NOT EXISTS (SELECT 1 FROM stage.met k WHERE k.n = m.n) GROUP BY m.n"
            )

    def pair(self) -> None:
        """Which rows of the file are one: those that meet each other, or the same stored row.

        Two that are different stored rows stay apart, whatever they share.
        """
        leads = _Leads(self.n, self.connection.stream("SELECT n, id FROM stage.met"))
        leads.join(self._groups("SELECT id AS k, n FROM stage.met"))
        for match in self.importer.match:
            if match.twins:
                leads.join(self._groups(match.twins))
        self.connection.execute("DELETE FROM stage.twins")
        self.connection.many("INSERT INTO stage.twins (n, lead) VALUES (?, ?)", leads.followers())
        self.connection.many("INSERT INTO stage.met (n, id) VALUES (?, ?) ON CONFLICT DO NOTHING", leads.met())

    def _groups(self, sql: str) -> Iterator[list[int]]:
        grouped = f"SELECT group_concat(g.n) FROM ({sql}) AS g GROUP BY g.k HAVING count(*) > 1"
        for (members,) in self.connection.stream(grouped):
            yield sorted(map(int, members.split(",")))

    def _any(self, table: str) -> bool:
        return bool(self.connection.read(f"SELECT 1 FROM stage.{table} LIMIT 1"))

    def fold(self, *, later: bool) -> None:
        """Make the rows of one person one row: what `later` ones fill counts, or only what the first left empty."""
        if not self._any("twins"):
            return
        way = "DESC" if later else "ASC"
        filled = ", ".join(
            f"{column} = (SELECT m.{column} FROM stage.rows m WHERE (m.n = rows.n OR m.n IN (SELECT w.n FROM"
            f" stage.twins w WHERE w.lead = rows.n)) AND m.{column} IS NOT NULL ORDER BY m.n {way} LIMIT 1)"
            for column in self.importer.columns
        )
        self.connection.execute("CREATE INDEX IF NOT EXISTS stage.twins_lead ON twins (lead)")
        self.connection.execute(f"UPDATE stage.rows SET {filled} WHERE n IN (SELECT lead FROM stage.twins)")
        for part in self.importer.parts:
            self.connection.execute(
                f"UPDATE stage.{part} SET n = (SELECT w.lead FROM stage.twins w WHERE w.n = {part}.n)"
                " WHERE n IN (SELECT w.n FROM stage.twins w)"
            )

    def aim(self, tx: Tx, *, matched: bool) -> None:
        """Where each leader goes: to the stored row it is (only if `matched` ones are written), or to a new one."""
        tx.derived("DELETE FROM stage.target")
        leads = "FROM stage.rows r WHERE r.n NOT IN (SELECT w.n FROM stage.twins w)"
        if matched:
            tx.derived(
                "INSERT INTO stage.target (n, id, fresh) SELECT m.n, m.id, 0 FROM stage.met m"
                " WHERE m.n NOT IN (SELECT w.n FROM stage.twins w) ORDER BY m.n"
            )
        unmet = f"{leads} AND r.n NOT IN (SELECT m.n FROM stage.met m)"
        n = tx.read(f"SELECT count(*) AS n {unmet}")[0]["n"]
        tx.derived(
            "INSERT INTO stage.target (n, id, fresh)"
            f" SELECT r.n, :first - 1 + row_number() OVER (ORDER BY r.n), 1 {unmet} ORDER BY r.n",
            first=tx.reserve(self.importer.table, n),
        )

    # reporting

    def ends(self) -> tuple[int, int, int]:
        """How many leaders are new, how many stored rows changed, and how many rows were joined to either."""
        row = self.connection.read(
            "SELECT (SELECT count(*) FROM stage.target WHERE fresh = 1) AS made,"
            " (SELECT count(*) FROM stage.changed) AS changed,"
            " (SELECT count(*) FROM stage.twins w JOIN stage.target t ON t.n = w.lead"
            " WHERE t.fresh = 1 OR t.id IN (SELECT c.id FROM stage.changed c)) AS joined"
        )[0]
        return row["made"], row["changed"], row["joined"]

    def rejects(self) -> Iterator[tuple[int, IcrmError]]:
        """All rejected rows by their lines."""
        for line, code, given in self.connection.stream("SELECT line, code, given FROM stage.rejects ORDER BY line"):
            yield line, IcrmError(code, **json.loads(given))

    def troubles(self, table: str) -> list[tuple[int, str, str, str, dict[str, Any]]]:
        """The first rejects or doubts: line, name, field, code and values."""
        rows = self.connection.read(f"SELECT * FROM stage.{table} ORDER BY line, rowid LIMIT {KEPT}")
        return [
            (
                row["line"],
                row["name"] or "",
                row["field"],
                row["code"],
                json.loads(row["given"]) if row["given"] else {"value": row["value"]},
            )
            for row in rows
        ]

    def count(self, table: str) -> int:
        found: int = self.connection.read(f"SELECT count(*) AS n FROM stage.{table}")[0]["n"]
        return found


class _Leads:
    """Rows joined into groups, each led by its first. Eight bytes a row each way: a file may have a million."""

    def __init__(self, n: int, met: Iterable[tuple[int, int]]) -> None:
        self._over = array("q", bytes(8 * (n + 1)))  # row → one further up, 0 for a leader
        self._met = array("q", bytes(8 * (n + 1)))  # leader → its stored row, 0 for none
        for row, row_id in met:
            self._met[row] = row_id

    def join(self, groups: Iterable[list[int]]) -> None:
        for first, *rest in groups:
            for n in rest:
                self._join(first, n)

    def _join(self, one: int, other: int) -> None:
        one, other = self._lead(one), self._lead(other)
        ids = {self._met[one], self._met[other]} - {0}
        if one != other and len(ids) < 2:
            lead, follower = min(one, other), max(one, other)
            self._over[follower] = lead
            self._met[lead] = max(ids, default=0)

    def _lead(self, n: int) -> int:
        while over := self._over[n]:
            self._over[n] = self._over[over] or over
            n = over
        return n

    def followers(self) -> Iterator[tuple[int, int]]:
        return ((n, self._lead(n)) for n, over in enumerate(self._over) if over)

    def met(self) -> Iterator[tuple[int, int]]:
        return (
            (lead, self._met[lead])
            for lead in {self._lead(n) for n, over in enumerate(self._over) if over}
            if self._met[lead]
        )


def number(tx: Tx, table: str, staged: str) -> int:
    """Give the staged rows that have no id yet those of new rows of `table`, in their order; the first of them."""
    n = tx.read(f"SELECT count(*) AS n FROM {staged} WHERE id IS NULL")[0]["n"]
    first = tx.reserve(table, n)
    tx.derived(
        f"UPDATE {staged} SET id = :first - 1 + s.k FROM (SELECT rowid AS at, row_number() OVER (ORDER BY rowid) AS k"
        f" FROM {staged} WHERE id IS NULL) AS s WHERE s.at = {staged.partition('.')[2]}.rowid",
        first=first,
    )
    return first


def doubt(tx: Tx, line: int, name: str, field: str, code: str, value: str) -> None:
    """What publishing could not take as a row says it."""
    tx.derived(
        "INSERT INTO stage.doubts (line, name, field, code, value) VALUES (:line, :name, :field, :code, :value)",
        line=line,
        name=name,
        field=field,
        code=code,
        value=value,
    )


def _private_file(store: Path) -> Path:
    for k in count():
        path = store.parent / f".icrm-stage-{os.getpid()}.{k}.db"
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            continue
        return path
    raise AssertionError
