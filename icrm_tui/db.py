"""The only door to the data: a store, and the writers of one change."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from icrm_tui import nouns
from icrm_tui.errors import Conflict, NotFound, Refused, Unavailable
from icrm_tui.store import files, migrations, sets, sqlite
from icrm_tui.store.backup import backup, restore
from icrm_tui.store.connection import Connection, Place, Row, Service
from icrm_tui.store.history import Recorder

__all__ = ["Connection", "Every", "Ids", "Place", "Row", "Service", "Tx", "attach", "backup", "open_store", "restore"]


def open_store(place: Place, *, create: bool = True, readonly: bool = False) -> Connection:
    """A connection to the store, a file made or migrated where needed.

    Without `create` a missing file is refused. What we may not write to is opened for reading.
    """
    if isinstance(place, Service):
        with driver(place):
            from icrm_tui.store import pg_schema
        return pg_schema.opened(place, readonly=readonly)
    if not create and not place.exists():
        raise Unavailable("store-missing", path=str(place))
    files.prepare(place)
    connection = sqlite.Connection(place, readonly=readonly or not files.writable(place))
    try:
        migrations.migrate(connection)
        connection.copied = sqlite.copied(connection)
        connection.readonly = connection.readonly or bool(connection.copied)
    except BaseException:
        connection.close()
        raise
    return connection


def attach(place: Place, *, readonly: bool = False, cache_mb: int = 8) -> Connection:
    """One more connection to a store that is open already."""
    if isinstance(place, Service):
        with driver(place):
            from icrm_tui.store import postgres
        return postgres.Connection(place, readonly=readonly)
    return sqlite.Connection(place, readonly=readonly, cache_mb=cache_mb)


@contextmanager
def driver(place: Service) -> Iterator[None]:
    """What speaks to servers comes with an extra."""
    try:
        yield
    except ImportError as error:
        raise Unavailable("team-extra", text=str(place)) from error


class Ids:
    """Row ids for `IN {ids}`: written out while few, else the subselect `key`."""

    LIMIT = 500

    def __init__(self, ids: Iterable[int], key: str = "") -> None:
        self.ids = sorted(ids)
        self.key = key

    def __str__(self) -> str:
        if self.key:
            return f"({self.key})"
        return f"({', '.join(map(str, self.ids))})" if self.ids else "(NULL)"

    def __bool__(self) -> bool:
        return bool(self.ids or self.key)


class Every(Ids):
    """All ids of a table."""

    def __init__(self, table: str) -> None:
        super().__init__((), f"SELECT id FROM {table}")


class Tx:
    """The writers of one change: they check versions, record history and note whose derived rows are stale."""

    def __init__(self, connection: Connection, change: int) -> None:
        self.connection = connection
        self.id = change
        self.written = 0
        self.events: dict[str, list[int]] = {}
        self._recorder = Recorder(connection, change)
        # (table, noun) → ids: writing `table` touched these rows of `noun`
        self._touched: dict[tuple[str, str], set[int]] = defaultdict(set)
        # the same as subselects: what is one row by one is never held
        self._selects: dict[tuple[str, str], set[str]] = defaultdict(set)

    def read(self, sql: str, **params: Any) -> list[Row]:
        return self.connection.read(sql, params)

    def row(self, table: str, row_id: int) -> Row | None:
        """The row as it stands until this change is over: nobody else writes it meanwhile."""
        return self.connection.hold(table, row_id)

    def insert(self, table: str, /, **values: Any) -> int:
        kept = {name: storable(value) for name, value in values.items()}
        for noun, parent_id in sorted(self.parents(table, kept), key=_from_below):
            self._living(nouns.noun(noun).table, parent_id)
        row_id = self.connection.insert(table, {**kept, "created_rev": self.id, "rev": self.id})
        self.written += 1
        self._touch(table, row_id, kept)
        self._bump_parents(table, kept)
        return row_id

    def update(self, table: str, row_id: int, /, base: int | None = None, **values: Any) -> bool:
        """False when the row holds these values already. `base` is the rev the edit was made on."""
        now = self._living(table, row_id)
        self.stands(table, now, base)
        kept = {name: storable(value) for name, value in values.items()}
        changed = {name: value for name, value in kept.items() if now[name] != value}
        if not changed:
            return False
        sets = ", ".join(f"{name} = :{name}" for name in changed)
        self.connection.queue(
            f"UPDATE {table} SET {sets}, rev = :rev_ WHERE id = :id_",
            {**changed, "rev_": self.id, "id_": row_id},
        )
        if now["created_rev"] != self.id:
            before = {name: now[name] for name in changed} | {"rev": now["rev"]}
            self._recorder.note(table, row_id, before, {**changed, "rev": self.id})
        self.written += 1
        for row in (now, {**now, **changed}):
            self._touch(table, row_id, row)
            self._bump_parents(table, row)
        return True

    def delete(self, table: str, row_id: int, base: int | None = None) -> bool:
        now = self._standing(table, row_id)
        self.stands(table, now, base)
        self.connection.queue(f"DELETE FROM {table} WHERE id = :id", {"id": row_id})
        if now["created_rev"] != self.id:
            self._recorder.note(table, row_id, now, None)
        self.written += 1
        self._touch(table, row_id, now)
        self._bump_parents(table, now)
        return True

    def bulk(
        self, table: str, columns: str, select: str, /, unless: str = "", fresh: bool = False, **params: Any
    ) -> int:
        """INSERT … SELECT of rows whose parents were made in this change or need no new version.

        `unless`: columns by which a row that is there already keeps its place. `fresh`: the parents were all made in
        this change, and so need not be told.
        """
        conflict = f" ON CONFLICT ({unless}) DO NOTHING" if unless else ""
        n = self.connection.execute(
            f"INSERT INTO {table} ({columns}, created_rev, rev) SELECT {columns}, :rev_, :rev_ FROM ({select}) AS s_"
            f" WHERE 1 = 1{conflict}",
            {**params, "rev_": self.id},
        )
        if n:
            self.written += n
            self._touch_set(table, f"x.created_rev = {self.id}", made=True, parents=not fresh)
        return n

    def revise(self, table: str, columns: tuple[str, ...], select: str, **params: Any) -> int:
        """UPDATE … of the rows that SELECT names by `id` to its other columns; how many held something else.

        What they belong to needs a new version (`bump_all`) of its own.
        """
        n = sets.revise(self._recorder, table, columns, select, params)
        if n:
            self.written += n
            self._touch_set(table, self._revised(table))
        return n

    def bump_all(self, noun: str, select: str, **params: Any) -> int:
        """A new version of the rows that SELECT names by `id` and this change has not written yet."""
        table = nouns.noun(noun).table
        n = sets.bump(self._recorder, table, select, params)
        if n:
            self._touch_set(table, self._revised(table))
        return n

    def _revised(self, table: str) -> str:
        return f"x.id IN (SELECT row_id FROM history WHERE change_id = {self.id} AND tbl = '{table}')"

    def reserve(self, table: str, n: int) -> int:
        return self.connection.reserve(table, n)

    def derived(self, sql: str, **params: Any) -> None:
        """Write a derived or staging table, which has no history."""
        self.connection.queue(sql, params)

    def claim(self, word: str, key: str) -> None:
        """Nobody else makes anything by this name until this change is over, where only looking keeps it single."""
        self.connection.claim(word, key)

    def lock(self, table: str, ids: Ids) -> None:
        """Keep others from writing these rows until this change is over."""
        self.connection.lock(table, ids)

    def derive_many(self, sql: str, rows: Iterable[Any]) -> None:
        self.connection.many(sql, rows)

    def bump(self, noun: str, row_id: int) -> None:
        """A new version of a row whose own columns stay as they are."""
        table = nouns.noun(noun).table
        now = self._living(table, row_id)
        if now["rev"] == self.id:
            return
        self.connection.queue(f"UPDATE {table} SET rev = :rev WHERE id = :id", {"rev": self.id, "id": row_id})
        if now["created_rev"] != self.id:
            self._recorder.note(table, row_id, {"rev": now["rev"]}, {"rev": self.id})
        self._bump_parents(table, now)

    def stands(self, table: str, row: Row, base: int | None) -> None:
        """Conflict unless the row is the version the edit was made on."""
        if base is not None and row["rev"] != base:
            raise Conflict(table, row["id"], base, row)

    def emit(self, event: str, ids: Iterable[int]) -> None:
        self.events.setdefault(event, []).extend(ids)

    def flush(self) -> None:
        self._recorder.flush()

    def touch_ids(self, table: str, noun: str, ids: Iterable[int]) -> None:
        """Note rows of `noun` whose derived rows hang on what was written to `table`."""
        self._touched[table, noun].update(ids)

    def touch_row(self, table: str, values: Row) -> None:
        """Note a row, as it stands, and its parents."""
        self._touch(table, values["id"], values)

    def take_touched(self) -> "Touched":
        taken = Touched(self.connection, self._touched, self._selects)
        self._touched, self._selects = defaultdict(set), defaultdict(set)
        return taken

    def _standing(self, table: str, row_id: int) -> Row:
        now = self.row(table, row_id)
        if now is None:
            noun = nouns.noun(nouns.TABLES[table])
            raise NotFound("not-found", noun=noun.word, id=f"{noun.prefix}{row_id}")
        return now

    def _living(self, table: str, row_id: int) -> Row:
        """The row, unless it was merged into another: nothing is written to what is somebody else by now."""
        now = self._standing(table, row_id)
        if now.get("merged_into"):
            prefix = nouns.noun(nouns.TABLES[table]).prefix
            raise Refused("merged-away", id=f"{prefix}{row_id}", into=f"{prefix}{now['merged_into']}")
        return now

    def parents(self, table: str, values: Mapping[str, Any]) -> list[tuple[str, int]]:
        """The rows, by noun and id, that a row with these values points at."""
        return [(noun, parent_id) for noun, parent_id, _bumps in self._parents(table, values)]

    def _parents(self, table: str, values: Mapping[str, Any]) -> list[tuple[str, int, bool]]:
        found = []
        for column, parent in nouns.part(table).parents.items():
            noun = values.get(parent.by, "") if parent.by else parent.noun
            if values.get(column) is not None and noun in nouns.NOUNS:
                found.append((noun, values[column], parent.bumps))
        return found

    def _touch(self, table: str, row_id: int, values: Mapping[str, Any]) -> None:
        self._touched[table, nouns.TABLES[table]].add(row_id)
        for noun, parent_id, _bumps in self._parents(table, values):
            self._touched[table, noun].add(parent_id)

    def _bump_parents(self, table: str, values: Mapping[str, Any]) -> None:
        for noun, parent_id, bumps in self._parents(table, values):
            if bumps:
                self.bump(noun, parent_id)

    def touch_made(self, table: str, change: int) -> None:
        """Note every row of `table` that `change` made, and its parents, before or after they are gone."""
        make_touched(self.connection)
        for noun, select in self._hanging(table, f"x.created_rev = {change}", made=True):
            key = f"{table}>{noun}"
            self.connection.execute(
                f"INSERT INTO touched SELECT '{key}', t.id FROM ({select}) AS t WHERE 1 = 1 ON CONFLICT DO NOTHING"
            )
            self._selects[table, noun].add(f"SELECT id FROM touched WHERE k = '{key}'")

    def _touch_set(self, table: str, where: str, *, made: bool = False, parents: bool = True) -> None:
        for noun, select in self._hanging(table, where, made=made, parents=parents):
            self._selects[table, noun].add(select)

    def _hanging(
        self, table: str, where: str, *, made: bool = False, parents: bool = True
    ) -> Iterator[tuple[str, str]]:
        """The rows `x` of a table and their parents from which something is derived, as subselects by noun.

        What hangs on a row that is only `made` now was written in the same change, and tells of itself.
        """
        own, needed = nouns.TABLES[table], nouns.hanging(table)
        if own in (nouns.own(table) if made else needed):
            yield own, f"SELECT x.id FROM {table} x WHERE {where}"
        for column, parent in nouns.part(table).parents.items() if parents else ():
            for noun in needed if parent.by else {parent.noun} & needed:
                also = f"x.{parent.by} = '{noun}'" if parent.by else f"x.{column} IS NOT NULL"
                yield noun, f"SELECT DISTINCT x.{column} AS id FROM {table} x WHERE {where} AND {also}"


def _from_below(parent: tuple[str, int]) -> tuple[int, str, int]:
    """In which order rows are held: what belongs to another before it, as versions go up."""
    return -_depth(parent[0]), *parent


def _depth(noun: str, below: frozenset[str] = frozenset()) -> int:
    """How many nouns stand over it."""
    above = {p.noun for p in nouns.part(nouns.noun(noun).table).parents.values()} & set(nouns.NOUNS)
    return 1 + max((_depth(one, below | {noun}) for one in above - below - {noun}), default=0)


UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(value: Any) -> Any:
    """Text without what no engine keeps whole: NUL, and half characters from a terminal that speaks another code."""
    if isinstance(value, str) and ("\0" in value or not value.isascii()):
        return UNSTORABLE.sub("\ufffd", value)
    return value


def make_touched(connection: Connection) -> None:
    connection.execute("CREATE TEMPORARY TABLE IF NOT EXISTS touched (k TEXT, id INTEGER, PRIMARY KEY (k, id))")


class Touched:
    """Which rows of which noun a round of writing touched, by the table written."""

    def __init__(
        self,
        connection: Connection,
        ids: Mapping[tuple[str, str], set[int]],
        selects: Mapping[tuple[str, str], set[str]],
    ) -> None:
        self.connection = connection
        self.pairs = {pair: found for pair, found in ids.items() if found}
        self.selects = selects
        self.kept = any("FROM touched" in select for group in selects.values() for select in group)

    def __bool__(self) -> bool:
        return bool(self.pairs or self.selects)

    def tables(self) -> set[str]:
        return {table for table, _noun in (*self.pairs, *self.selects)}

    def ids(self, noun: str, tables: Iterable[str]) -> Ids:
        pairs = [(table, noun) for table in tables]
        some: set[int] = set()
        for pair in pairs:
            some |= self.pairs.get(pair, set())
        selects = sorted({select for pair in pairs for select in self.selects.get(pair, ())})
        if not selects and len(some) <= Ids.LIMIT:
            return Ids(some)
        if some:
            make_touched(self.connection)
            self.kept = True
            key = "+".join(f"{table}>{noun}" for table, _noun in pairs)
            self.connection.many(
                "INSERT INTO touched VALUES (?, ?) ON CONFLICT DO NOTHING", ((key, row_id) for row_id in some)
            )
            selects.append(f"SELECT id FROM touched WHERE k = '{key}'")
        union = " UNION ".join(selects)
        few = self.connection.read(f"SELECT t.id FROM ({union}) AS t LIMIT {Ids.LIMIT + 1}")
        return Ids((), union) if len(few) > Ids.LIMIT else Ids(row["id"] for row in few)

    def clear(self) -> None:
        if self.kept:
            self.connection.execute("DELETE FROM touched")
