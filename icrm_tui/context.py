"""Who is acting, when and where, on which connection; and the one way to change anything."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from icrm_tui import db, nouns
from icrm_tui.errors import Constraint, Crossed, Lost

Work = Callable[[db.Tx], Any]

PROGRAM = "icrm"  # who acts where nobody does
DEPTH = 20  # rounds of reactions to reactions before we call it a circle
TRIES = 10  # of one change that others crossed


class Context:
    """One thread's view of the store on behalf of one user.

    `clock` gives an aware instant. `op` names the user's action, so that the same action sent twice applies
    once; each change inside it is numbered.
    """

    def __init__(
        self,
        connection: db.Connection,
        user: str,
        clock: Callable[[], datetime],
        zone: ZoneInfo,
        op: str | None = None,
    ) -> None:
        self.connection = connection
        self.user = user
        self.clock = clock
        self.zone = zone
        self.op = op or str(uuid.uuid4())
        self.tx: db.Tx | None = None
        self.last_change: int | None = None
        self._changes = 0

    @property
    def now(self) -> datetime:
        return self.clock()

    @property
    def stamp(self) -> str:
        """Now, as the store keeps instants."""
        return self.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def action(self, op: str | None = None) -> "Context":
        """The same user on the same connection, doing the next thing."""
        return Context(self.connection, self.user, self.clock, self.zone, op)

    def program(self) -> "Context":
        """The same store for what the program does by itself: nobody's last change."""
        return Context(self.connection, PROGRAM, self.clock, self.zone)

    def read(self, sql: str, **params: Any) -> list[db.Row]:
        """Inside a change this sees what the change has written."""
        return self.connection.read(sql, params)

    def stream(self, sql: str, **params: Any) -> Iterator[tuple[Any, ...]]:
        return self.connection.stream(sql, params)

    def setting(self, key: str, default: str = "") -> str:
        found = self.read("SELECT value FROM settings WHERE key = :key", key=key)
        return found[0]["value"] if found else default

    def change(self, verb: str, work: Work) -> Any:
        """Run `work(tx)` in one transaction and return what it returns, which JSON must be able to hold.

        Inside a change it joins that one. `work` may be run again, so it does nothing outside the store. A
        change that writes nothing leaves no trace. An action already applied returns its first answer.
        """
        if self.tx is not None:
            return work(self.tx)
        self._changes += 1
        op = f"{self.op}/{self._changes}"
        for left in range(TRIES - 1, -1, -1):
            try:
                return self._change(op, verb, work)
            except (Constraint, Crossed):
                # Somebody took the key between our look and our write, or waited for us: the next run sees it.
                if not left:
                    raise
                self.connection.again()
            except Lost:
                # What became of it nobody knows; the same operation tells.
                if not left or not self.connection.regained():
                    raise
        raise AssertionError

    def aside(self, work: Callable[[db.Tx], None]) -> None:
        """Let `work` write tables without history, in a transaction that is no change: nobody's doing, no undo."""
        for left in range(TRIES - 1, -1, -1):
            self.connection.begin()
            try:
                work(db.Tx(self.connection, 0))
                self.connection.commit()
                return
            except (Constraint, Crossed):
                if not left:
                    raise
                self.connection.again()
            finally:
                self.connection.rollback()

    def _change(self, op: str, verb: str, work: Work) -> Any:
        connection = self.connection
        connection.begin()
        try:
            made = connection.read(
                "INSERT INTO changes (op, who, at, verb) VALUES (:op, :who, :at, :verb)"
                " ON CONFLICT (op) DO NOTHING RETURNING id",
                {"op": op, "who": self.user, "at": self.stamp, "verb": verb},
            )
            if not made:
                done = connection.read("SELECT id, result FROM changes WHERE op = :op", {"op": op})[0]
                self.last_change = done["id"]
                return json.loads(done["result"])
            tx = self.tx = db.Tx(connection, made[0]["id"])
            result = work(tx)
            settle(self, tx)
            if not tx.written:
                return result
            tx.flush()
            connection.queue(
                "UPDATE changes SET n = :n, result = :result WHERE id = :id",
                {"n": tx.written, "result": json.dumps(result), "id": tx.id},
            )
            connection.commit()
            self.last_change = tx.id
            return result
        finally:
            self.tx = None
            connection.rollback()


def settle(ctx: Context, tx: db.Tx) -> None:
    """Recompute what is derived from the rows touched and run the reactions, until nothing more moves."""
    for _round in range(DEPTH):
        touched = tx.take_touched()
        events, tx.events = tx.events, {}
        if not touched and not events:
            return
        tables = touched.tables()
        for spec, (noun, reads) in nouns.DERIVE.items():
            hit = tables & set(reads)
            if hit and (ids := touched.ids(noun, sorted(hit))):
                tx.lock(nouns.noun(noun).table, ids)
                nouns.resolve(spec)(tx, ids)
        for noun, whose in nouns.SEARCHED.items():
            words = {owner: sorted(t for t in tables if whose.get(t) == owner) for owner in whose.values()}
            stale = {owner: touched.ids(owner, some) for owner, some in words.items() if some}
            if any(stale.values()):
                nouns.resolve(nouns.INDEX)(tx, noun, stale)
        touched.clear()
        for event, row_ids in events.items():
            for spec in nouns.AFTER.get(event, ()):
                nouns.resolve(spec)(ctx, row_ids)
    raise RecursionError(f"reactions run in a circle: {sorted(tx.events)}")
