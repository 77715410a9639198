"""The team's engine: a PostgreSQL server, a connection a thread, and what only PostgreSQL says this way.

Several people write at once here, so that rows are locked before they are read to be written. What nobody waits for
travels along with the next question: a change is few round trips, however many statements it has.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count, islice
from threading import Event
from time import monotonic
from typing import Any

from icrm_tui.errors import Constraint, Crossed, IcrmError, Lost, Refused, Unavailable
from icrm_tui.store import filling
from icrm_tui.store.connecting import PATIENCE
from icrm_tui.store.connection import WAIT, Params, Row, Service
from icrm_tui.store.pg_search import Search
from icrm_tui.store.pg_sql import HOLD, MOVED, NEXT, NEXT_OF, SCHEMA, SETUP, SLACK
from icrm_tui.store.speaking import Result, Statement, statement
from icrm_tui.store.translating import INSERT
from icrm_tui.store.wire import Wire

OLDEST = 150000  # of the servers we know
FEW, MANY = 100, 20_000  # rows of a long answer fetched at first, and at most
PAUSE = 0.2  # seconds between two tries to reach a server that is gone


class Connection(Search):
    """One thread's connection to a server. It is made anew where it was lost, but never inside a transaction."""

    def __init__(self, place: Service, *, readonly: bool = False, wait: float = WAIT) -> None:
        self.place: Service = place
        self.readonly = readonly
        self.wait = wait
        self._rounds = 0  # of the lines lost
        self._inside = False
        self._staged = False
        self._wire: Wire | None = None
        self._began = monotonic()
        self._ids: dict[str, list[int]] = {}
        self._start = ""  # what the transaction could see when it began
        self._held: set[tuple[str, int]] = set()  # rows
        self._crossed: set[tuple[str, int]] = set()  # rows the next transaction has to hold from its beginning
        self._cursors = count(1)
        self._listening: Wire | None = None
        self._seen: tuple[int, int] = (0, 0)
        self._token = 0
        self._open(self._began + PATIENCE)

    # The line

    @property
    def wire(self) -> Wire:
        """The conversation; begun anew where it was lost and nothing hangs on the last one."""
        if self._wire is None or not self._wire.alive:
            if self._inside or self._staged:
                raise Lost("team-lost", service=self.place.name, detail="")
            self._open(monotonic() + PATIENCE)
        assert self._wire is not None
        return self._wire

    def _open(self, until: float) -> None:
        if self._wire is not None:
            self._rounds += self._wire.rounds
        wire = Wire(self.place.name, until)
        role = f"SET ROLE {quoted(self.place.role)}" if self.place.role else "RESET ROLE"
        try:
            told = wire.script(SETUP.format(wait=int(self.wait), readonly="on" if self.readonly else "off", role=role))
        except BaseException:
            wire.close()
            raise
        self.role, standby, version = told.rows[0]
        if version < OLDEST:
            wire.close()
            raise Unavailable("team-old", service=self.place.name, version=str(version // 10000))
        self.readonly = self.readonly or bool(standby)
        self._wire = wire

    def regained(self) -> bool:
        if self._staged:
            return False
        until, pause = self._began + PATIENCE, Event()
        while monotonic() < until:
            try:
                self._open(until)
                return True
            except Lost:
                pause.wait(PAUSE)
        return False

    @property
    def rounds(self) -> int:
        """How often an answer was waited for."""
        return self._rounds + (self._wire.rounds if self._wire is not None else 0)

    def _alone(self, ask: Callable[[Wire], Result]) -> Result:
        """Ask outside a transaction: where the line had died while nobody used it, once more on a new one."""
        self._began = monotonic()
        try:
            return ask(self.wire)
        except Lost:
            if self._inside or self._staged or monotonic() > self._began + PATIENCE / 2:
                raise
        return ask(self.wire)

    # Reading

    def read(self, sql: str, params: Params | None = None) -> list[Row]:
        return self._ask(filling.asked(sql, params)).dicts()

    def reads(self, *wanted: tuple[str, Params]) -> list[list[Row]]:
        if not self._inside:
            return super().reads(*wanted)
        return [found.dicts() for found in self.wire.answers(*(filling.asked(sql, params) for sql, params in wanted))]

    def _ask(self, one: Statement) -> Result:
        return self.wire.ask(one) if self._inside else self._alone(lambda wire: wire.ask(one))

    def stream(self, sql: str, params: Params | None = None) -> Iterator[tuple[Any, ...]]:
        one = filling.asked(sql, params)
        if self._inside:
            return self._cursor(one)
        return (row for block in self.wire.stream(one) for row in block)

    def _cursor(self, one: Statement) -> Iterator[tuple[Any, ...]]:
        """A long answer inside a transaction, in which other things are asked meanwhile."""
        name = f"c{next(self._cursors)}"
        wire = self.wire
        wire.queue(one._replace(sql=f"DECLARE {name} NO SCROLL CURSOR FOR ".encode() + one.sql))
        size = FEW
        while True:
            found = self.wire.ask(statement(f"FETCH FORWARD {size} FROM {name}"))
            yield from found.rows
            if found.number < size:
                break
            size = min(size * 4, MANY)
        self.queue(f"CLOSE {name}")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        self._alone(lambda wire: wire.ask(statement("SELECT 1")))
        self._begin("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try:
            yield
        finally:
            self.rollback()

    def columns(self, table: str) -> list[str]:
        sql = (
            "SELECT attname::text AS name FROM pg_attribute WHERE attrelid = :table::regclass AND attnum > 0"
            " AND NOT attisdropped AND attname <> 'xid' ORDER BY attnum"
        )
        return [row["name"] for row in self.read(sql, {"table": f"{SCHEMA}.{table}"})]

    # Writing

    def execute(self, sql: str, params: Params | None = None) -> int:
        return self.wire.ask(filling.asked(sql, params)).number

    def queue(self, sql: str, params: Params | None = None) -> None:
        if self._inside:
            self.wire.queue(filling.asked(sql, params))
        else:
            self.execute(sql, params)

    def insert(self, table: str, values: Params) -> int:
        given = values if "id" in values else {"id": self._next(table), **values}
        places = ", ".join(f":{name}" for name in given)
        self.queue(f"INSERT INTO {table} ({', '.join(given)}) VALUES ({places})", given)
        found: int = given["id"]
        return found

    def expect(self, table: str) -> None:
        if self._inside and not self._ids.get(table):
            ids = self._ids.setdefault(table, [])
            self.wire.queue(statement(NEXT.format(table=table)), lambda found: ids.append(found.rows[0][0]))

    def _next(self, table: str) -> int:
        ids = self._ids.get(table)
        if ids:
            return ids.pop(0)
        found: int = self.wire.ask(statement(NEXT.format(table=table))).rows[0][0]
        return found

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        given, insert = iter(rows), INSERT.fullmatch(sql)
        few = list(islice(given, filling.SINGLY + 1))
        with self._together():
            if insert is None or len(few) <= filling.SINGLY:
                filling.one_by_one(self.wire, sql, few, given)
            else:
                filling.filled(self.wire, insert, few, given)

    def reserve(self, table: str, n: int) -> int:
        if n <= 1:
            return self._next(table)
        series = f"SELECT min(v) AS a, max(v) AS b FROM (SELECT {NEXT_OF} AS v FROM generate_series(1, {n})) AS s"
        found = self.wire.ask(statement(series.format(table=table))).rows[0]
        if found[1] - found[0] + 1 == n:
            first: int = found[0]
            return first
        # somebody else took some of them; past all that can be taken meanwhile there is a block
        lock, unlock = (f"SELECT pg_advisory_{way}('{SCHEMA}.{table}'::regclass::bigint)" for way in ("lock", "unlock"))
        with self._together():
            self.wire.queue(statement(lock))
            taken: list[int] = []
            jump = f"SELECT setval('{SCHEMA}.{table}_id_seq', {NEXT_OF} + {n + SLACK})".format(table=table)
            self.wire.queue(statement(jump), lambda found: taken.append(found.rows[0][0]))
            self.wire.queue(statement(unlock))
            self.wire.sync()
        return taken[0] - n + 1

    # Transactions

    def begin(self) -> None:
        if self.readonly:
            raise Refused("team-readonly", service=self.place.name)
        self._began = monotonic()
        self._begin("BEGIN")
        self._held.clear()
        for table, row_id in sorted(self._crossed):
            self.lock(table, f"({row_id})")
        self.wire.queue(statement("SELECT pg_current_snapshot()::text"), self._starts)

    def _starts(self, found: Result) -> None:
        self._start = found.rows[0][0]

    def _begin(self, sql: str) -> None:
        wire = self.wire
        wire.pipe(True)
        wire.queue(statement(sql))
        self._inside = True

    @contextmanager
    def _together(self) -> Iterator[None]:
        """Several statements as one, also where no transaction has begun."""
        if self._inside:
            yield
            return
        self._begin("BEGIN")
        try:
            yield
            self._commit()
        finally:
            self.rollback()

    def commit(self) -> None:
        self.wire.queue(statement(f"NOTIFY {SCHEMA}"))
        self._commit()
        self._crossed.clear()

    def _commit(self) -> None:
        wire = self.wire
        wire.ask(statement("COMMIT"))
        self._ended(wire)

    def rollback(self) -> None:
        if not self._inside:
            return
        wire, self._inside = self._wire, False
        if wire is not None and wire.alive:
            with suppress(IcrmError):
                if wire.piped:
                    wire.rolled_back()
                self._ended(wire)

    def _ended(self, wire: Wire) -> None:
        self._inside, self._start = False, ""
        self._ids.clear()
        wire.pipe(False)

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        said = {"name": f"{SCHEMA}.{name}"}
        mine = bool(self.read("SELECT pg_try_advisory_lock(hashtext(:name)) AS mine", said)[0]["mine"])
        try:
            yield mine
        finally:
            if mine:
                with suppress(Lost):
                    self.read("SELECT pg_advisory_unlock(hashtext(:name))", said)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        self.wire.ask(statement("SAVEPOINT attempt"))
        try:
            yield
            self.wire.sync()
        except Constraint:
            self.wire.ask(statement("ROLLBACK TO SAVEPOINT attempt"))
            raise

    def again(self) -> None:
        self._crossed |= self._held

    def hold(self, table: str, row_id: int) -> Row | None:
        if not self._start:
            self.wire.sync()
        self._held.add((table, row_id))
        found = self.read(HOLD.format(table=table), {"id": row_id, "start": self._start})
        if found and found[0].pop("news"):
            raise Crossed("team-crossed", service=self.place.name)
        return found[0] if found else None

    def lock(self, table: str, ids: Any) -> None:
        rows = f"SELECT 1 FROM {table} WHERE id IN {ids} ORDER BY id FOR NO KEY UPDATE"
        self.queue(f"SELECT count(*) FROM ({rows}) AS locked")

    def claim(self, word: str, key: str) -> None:
        self.queue("SELECT pg_advisory_xact_lock(hashtext(:word), hashtext(:key))", {"word": word, "key": key})

    def locking(self, alias: str = "") -> str:
        return f" FOR NO KEY UPDATE OF {alias}" if alias else " FOR NO KEY UPDATE"

    # What others do

    def token(self) -> int:
        """Told at once by NOTIFY; asked all the same, which also shows whether anybody is there."""
        wire = self.wire
        if self._listening is not wire:
            wire.ask(statement(f"LISTEN {SCHEMA}"))
            self._listening, self._token = wire, self._token + 1
        last: int = self._alone(lambda now: now.ask(statement("SELECT COALESCE(max(id), 0) FROM changes"))).rows[0][0]
        seen = (self.wire.heard, last)
        if seen != self._seen:
            self._seen, self._token = seen, self._token + 1
        return self._token

    def moment(self) -> str:
        found: str = self._ask(statement("SELECT pg_current_snapshot()::text")).rows[0][0]
        return found

    def moved(self, moment: str) -> bool:
        return bool(self.read(MOVED, {"moment": moment}))

    # What is staged

    @contextmanager
    def stage(self) -> Iterator[None]:
        self._alone(lambda wire: wire.ask(statement("SELECT 1")))
        self._staged = True
        try:
            yield
        finally:
            self._staged = False
            if self._wire is not None and self._wire.alive:
                with suppress(Lost):  # called off in the middle of a question: a line that is gone keeps nothing
                    self.execute("DISCARD TEMP")

    @contextmanager
    def staging(self) -> Iterator[None]:
        with self._together():
            yield

    # Life

    def interrupt(self) -> None:
        if self._wire is not None:
            self._wire.call_off()

    @property
    def host(self) -> str:
        return self.wire.conn.host.decode()

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()

    def tables(self) -> set[str]:
        found = self.read("SELECT tablename AS name FROM pg_tables WHERE schemaname = :schema", {"schema": SCHEMA})
        return {row["name"] for row in found}

    def scrambled(self, name: str, secret: str) -> str:
        """What the server keeps of a password; the password itself is never sent."""
        return self.wire.conn.encrypt_password(secret.encode(), name.encode(), b"scram-sha-256").decode()

    def checks(self) -> list[tuple[str, list[str]]]:
        return [("server", [])]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
