"""Where the rows of a file wait, parsed and matched, before one change makes them part of the store.

Tables called `stage.…` that only this connection sees: nothing waits for them, and what is published is there as a
set. Its tables: `rows` and the importer's parts, by the row's
number `n`; `aside`, the rows turned away since; `met` (which stored row a staged one is), `twins` (which earlier row
of the file it is), `target` (the row a leader goes to), `rejects` and `doubts`.
"""

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from icrm_tui.collect.reading import Batch
from icrm_tui.db import Connection, Tx
from icrm_tui.errors import IcrmError
from icrm_tui.nouns import Importer

ONCE = frozenset(("import-owner",))  # doubts said once for all rows that share them
KEPT = 100  # rejects and doubts a report shows


TABLES = """
CREATE TABLE stage.rows (n INTEGER PRIMARY KEY, line INTEGER NOT NULL, {columns});
CREATE TABLE stage.aside (n INTEGER PRIMARY KEY, line INTEGER NOT NULL, {columns});
CREATE TABLE stage.met (n INTEGER PRIMARY KEY, id INTEGER NOT NULL);
CREATE TABLE stage.twins (n INTEGER PRIMARY KEY, lead INTEGER NOT NULL);
CREATE TABLE stage.target (n INTEGER PRIMARY KEY, id INTEGER NOT NULL, fresh INTEGER NOT NULL);
CREATE TABLE stage.changed (id INTEGER PRIMARY KEY);
CREATE TABLE stage.rejects (line INTEGER, name TEXT, field TEXT, code TEXT, given TEXT, n INTEGER);
CREATE TABLE stage.doubts (line INTEGER, name TEXT, field TEXT, code TEXT, given TEXT, value TEXT)
"""


class Stage:
    """Use as a context: its tables are there inside, and gone after it whatever happens."""

    def __init__(self, connection: Connection, importer: Importer) -> None:
        self.connection = connection
        self.importer = importer
        self.last = 0  # the number of the last row
        self.rows = 0
        self.rejected = 0
        self._fresh: dict[str, list[tuple[Any, ...]]] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        self._readers: dict[tuple[int, str], list[int]] = {}
        self._said: set[tuple[str, str]] = set()

    def __enter__(self) -> "Stage":
        with ExitStack() as life:
            life.enter_context(self.connection.stage())
            for statement in TABLES.format(columns=self._columns(self.importer.columns)).split(";"):
                self.connection.execute(statement)
            for part, names in self.importer.parts.items():
                self.connection.execute(f"CREATE TABLE stage.{part} (n INTEGER NOT NULL, {self._columns(names)})")
            for table, names in self.importer.shared.items():
                columns = f"seq INTEGER PRIMARY KEY, {self._columns(names)}, id INTEGER"
                self.connection.execute(f"CREATE TABLE stage.{table} ({columns})")
            self._life = life.pop_all()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._life.close()

    def _columns(self, names: Mapping[str, str]) -> str:
        shared = self.importer.shared
        return ", ".join(f"{name} {'INTEGER' if kind in shared else kind}" for name, kind in names.items())

    def take(self, batch: Batch) -> None:
        """Rows from the file, in one transaction of the stage alone."""
        columns, importer = [list(self.importer.columns)[at] for at in batch.columns], self.importer
        self.rejected += len(batch.rejects)
        for table, rows in batch.shared.items():
            self._number(batch.reader, table, rows)
        with self.connection.staging():
            for table, rows in self._fresh.items():
                self._put(table, ("seq", *importer.shared[table]), rows)
            if batch.rows:
                self.last = batch.rows[0][-1]
                self.rows += len(batch.rows[0])
                self._put_columns(batch.reader, "rows", columns, importer.columns, batch.rows)
            for part, rows in batch.parts.items():
                names = importer.parts[part]
                self._put_columns(batch.reader, part, list(names), names, rows)
            trouble = ("line", "name", "field", "code", "given")
            self._put("rejects", trouble, batch.rejects)
            self._put("doubts", trouble, [row for row in batch.doubts if self._news(row)])
        self._fresh.clear()

    def _number(self, reader: int, table: str, rows: list[tuple[Any, ...]]) -> None:
        """Readers number what is shared each for itself; here it has one number."""
        known = self._numbers.setdefault(table, {})
        own = self._readers.setdefault((reader, table), [0])
        for _number, *values in rows:
            number = known.get(values[0])
            if number is None:
                number = known[values[0]] = len(known) + 1
                self._fresh.setdefault(table, []).append((number, *values))
            own.append(number)

    def _put_columns(
        self, reader: int, table: str, columns: list[str], types: Mapping[str, str], values: list[tuple[Any, ...]]
    ) -> None:
        """Rows by their columns; those that point at what is shared say so by its name as their type."""
        head = len(values) - len(columns)
        for at, column in enumerate(columns, head):
            if types[column] in self.importer.shared:
                numbers = self._readers[reader, types[column]]
                values[at] = tuple(number and numbers[number] for number in values[at])
        names = (*("n", "line")[:head], *columns)
        self._put(table, names, zip(*values, strict=True))

    def _put(self, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
        places = ", ".join("?" * len(columns))
        self.connection.many(f"INSERT INTO stage.{table} ({', '.join(columns)}) VALUES ({places})", rows)

    def _news(self, doubt: tuple[Any, ...]) -> bool:
        """Whether it was not said of another row, where once is enough."""
        _line, _name, _field, code, said = doubt
        if code not in ONCE:
            return True
        fresh = (code, said) not in self._said
        self._said.add((code, said))
        return fresh

    # turning away

    def refuse(self, field: str, some: Iterable[tuple[int, str, str, str]]) -> None:
        """Turn away rows: number, the name that is said, code and values (as JSON)."""
        self.connection.many(
            "INSERT INTO stage.rejects (line, name, field, code, given, n)"
            " SELECT r.line, ?, ?, ?, ?, r.n FROM stage.rows r WHERE r.n = ?",
            ((name, field, code, given, n) for n, name, code, given in some),
        )
        refused = "n IN (SELECT j.n FROM stage.rejects j WHERE j.n IS NOT NULL)"
        self.connection.execute(f"INSERT INTO stage.aside SELECT * FROM stage.rows WHERE {refused}")
        n = self.connection.execute(f"DELETE FROM stage.rows WHERE {refused}")
        self.rows -= n
        self.rejected += n

    def refused(self) -> set[int]:
        """The numbers of the rows turned away."""
        return {n for (n,) in self.connection.stream("SELECT n FROM stage.rejects WHERE n IS NOT NULL")}

    def readmit(self) -> None:
        """Take back in whoever was turned away, to look again; also after a change that was given up."""
        if self.connection.execute("DELETE FROM stage.rejects WHERE n IS NOT NULL"):
            self.connection.execute("INSERT INTO stage.rows SELECT * FROM stage.aside")
            self.connection.execute("DELETE FROM stage.aside")
        self.rows, self.rejected = self.count("rows"), self.count("rejects")

    # matching

    def meet(self) -> None:
        """Which stored row each staged one is, by the first match that knows one; of several the oldest."""
        self.connection.execute("DELETE FROM stage.met")
        if not self.connection.read(f"SELECT 1 FROM {self.importer.table} LIMIT 1"):
            return
        for match in self.importer.match:
            self.connection.execute(
                f"INSERT INTO stage.met (n, id) SELECT m.n, min(m.id) FROM ({match.sql}) AS m"
                " WHERE NOT EXISTS (SELECT 1 FROM stage.met k WHERE k.n = m.n) GROUP BY m.n"
            )

    def pair(self) -> None:
        """Which rows of the file are one: those that meet each other, or the same stored row.

        Two that are different stored rows stay apart, whatever they share.
        """
        leads = Leads(self.last, self.connection.stream("SELECT n, id FROM stage.met"))
        leads.join(self.groups("SELECT id AS k, n FROM stage.met"))
        for match in self.importer.match:
            if match.twins:
                leads.join(self.groups(match.twins))
        self.connection.execute("DELETE FROM stage.twins")
        self.connection.many("INSERT INTO stage.twins (n, lead) VALUES (?, ?)", leads.followers())
        self.connection.many("INSERT INTO stage.met (n, id) VALUES (?, ?) ON CONFLICT DO NOTHING", leads.met())

    def groups(self, sql: str) -> Iterator[list[int]]:
        """Rows by what SELECT k, n says they share."""
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


class Leads:
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


def met(tx: Tx) -> bool:
    """Whether any row goes to a stored one: with skip and create none does."""
    return bool(tx.read("SELECT 1 FROM stage.target WHERE fresh = 0 LIMIT 1"))


def changed(tx: Tx, table: str) -> None:
    """Note which of the stored rows this change has written."""
    tx.derived(
        f"INSERT INTO stage.changed (id) SELECT t.id FROM stage.target t JOIN {table} x ON x.id = t.id"
        " WHERE t.fresh = 0 AND x.rev = :change",
        change=tx.id,
    )


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
