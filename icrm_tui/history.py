"""What happened, by whom; and taking it back.

Undoing a change that is itself an undo does the first one again: every chain ends at one real change that is
either standing or taken back.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from icrm_tui import db, lists, nouns
from icrm_tui.context import Context
from icrm_tui.db import Tx
from icrm_tui.errors import Constraint, NotFound, Refused
from icrm_tui.store import history as images


@dataclass(frozen=True, slots=True)
class Undone:
    """`change` was taken back (or, with `again`, done once more); `rows` it concerned."""

    change: int
    verb: str
    again: bool
    rows: int


def undo(ctx: Context, change: int | None = None) -> Undone:
    """Take back `change`, or my latest one that is neither an undo nor undone.

    Refused, naming what stands on it, when anything it wrote has moved on or is pointed at by a later row.
    """

    def work(tx: Tx) -> list[Any]:
        target = _change(ctx, change) if change is not None else latest(ctx)
        chain = _chain(ctx, target)
        if target["undone"] or chain[-1]["undone"] == len(chain) % 2:
            raise Refused("already-undone", change=target["id"])
        if chain[-1]["verb"] in nouns.LASTING:
            raise Refused("undo-outside", change=target["id"])
        n = _take_back(ctx, tx, target["id"], chain) if len(chain) % 2 else _redo(ctx, tx, target["id"], chain)
        tx.derived("UPDATE changes SET undoes = :target WHERE id = :id", target=target["id"], id=tx.id)
        for index, link in enumerate(chain):
            tx.derived(
                "UPDATE changes SET undone = :undone WHERE id = :id",
                undone=int(index % 2 == 0),
                id=link["id"],
            )
        tx.written += n
        root = chain[-1]
        return [root["id"], root["verb"], len(chain) % 2 == 0, n]

    root_id, verb, again, rows = ctx.change("undo", work)
    return Undone(change=root_id, verb=verb, again=again, rows=rows)


def _take_back(ctx: Context, tx: Tx, target: int, chain: list[db.Row]) -> int:
    root, tables = chain[-1]["id"], list(nouns.TABLES)
    _refuse(ctx, "later-change", target, images.moved(ctx.connection, root, tables, back=True))
    _touch(tx, root, tables)
    made = _made(ctx, root, tables)
    try:
        with ctx.connection.attempt():
            n = images.unapply(ctx.connection, root, tables)
    except Constraint:
        _refuse(ctx, "undo-taken", target, _holders(ctx, images.wanted(ctx.connection, root, back=True)))
        raise
    _refuse(ctx, "later-change", target, _pointing(ctx, made))
    _refuse(ctx, "undo-orphan", target, _orphans(ctx, tx, root, back=True))
    _touch(tx, root, tables)
    return n


def _redo(ctx: Context, tx: Tx, target: int, chain: list[db.Row]) -> int:
    root, tables = chain[-1]["id"], list(nouns.TABLES)
    _refuse(ctx, "later-change", target, images.moved(ctx.connection, root, tables, back=False))
    _touch(tx, root, tables)
    wanted = list(images.wanted(ctx.connection, root, back=False))
    try:
        with ctx.connection.attempt():
            n = images.reapply(ctx.connection, root)
    except Constraint:
        _refuse(ctx, "undo-taken", target, _holders(ctx, wanted))
        raise
    _refuse(ctx, "undo-orphan", target, _orphans(ctx, tx, root, back=False))
    _touch(tx, root, tables)
    return n


def changes(ctx: Context, limit: int = 50, before: int | None = None, who: str = "") -> list[db.Row]:
    """Changes, the latest first."""
    return ctx.read(
        "SELECT id, who, at, verb, undoes, undone, n FROM changes WHERE (:before IS NULL OR id < :before)"
        " AND (:who = '' OR who = :who) ORDER BY id DESC LIMIT :limit",
        before=before,
        who=who,
        limit=limit,
    )


def of(ctx: Context, table: str, row_id: int) -> list[db.Row]:
    """What was done to one row, the latest first, with the fields before and after."""
    rows = ctx.read(
        "SELECT c.id, c.who, c.at, c.verb, c.undone, h.before, h.after FROM changes c"
        " JOIN history h ON h.change_id = c.id WHERE h.tbl = :tbl AND h.row_id = :row"
        f" UNION ALL SELECT c.id, c.who, c.at, c.verb, c.undone, NULL, NULL FROM {table} r"
        " JOIN changes c ON c.id = r.created_rev WHERE r.id = :row ORDER BY 1 DESC",
        tbl=table,
        row=row_id,
    )
    return [{**row, "before": images.loads(row["before"]), "after": images.loads(row["after"])} for row in rows]


def ids(ctx: Context) -> "array[int]":
    """All changes, the latest first."""
    return array("q", (row[0] for row in ctx.stream("SELECT id FROM changes ORDER BY id DESC")))


def standing(ctx: Context, change: int) -> int:
    """The change to undo so that `change` is turned round once more: itself, or the last of those that undid it."""
    last = change
    while found := ctx.read("SELECT id FROM changes WHERE undoes = :id ORDER BY id DESC LIMIT 1", id=last):
        last = found[0]["id"]
    return last


def detail(ctx: Context, change: int, limit: int = 100) -> list[dict[str, Any]]:
    """What a change did, row by row; of an undo, what it took back.

    Each has noun, id and name, `of` (what it belongs to), `did` (made, changed or removed) and, where it changed,
    `fields`: column → (before, after).
    """
    root = _chain(ctx, _change(ctx, change))[-1]["id"]
    found = []
    for table, row, before, after in islice(images.rows(ctx.connection, root, list(nouns.TABLES)), limit):
        seen = {**(before or {}), **row, **(after or {})}
        did = "made" if before is None else "removed" if after is None else "changed"
        fields = {k: (before.get(k), after[k]) for k in after if k not in HIDDEN} if before and after else {}
        if did != "changed" or fields:
            found.append({**_spoken(ctx, table, seen), "did": did, "fields": fields})
    return found


HIDDEN = ("rev", "created_rev")


def _spoken(ctx: Context, table: str, row: dict[str, Any]) -> dict[str, Any]:
    """How to speak of a row that may be gone: its own name, and the names of what it belongs to."""
    noun = nouns.noun(nouns.TABLES[table])
    own = noun.table == table
    parents = []
    for column, parent in nouns.part(table).parents.items():
        word = row.get(parent.by, "") if parent.by else parent.noun
        if row.get(column) and word in nouns.NOUNS and column != "id":
            parents.append(name_of(ctx, nouns.noun(word).table, row[column]))
    written, name = (f"{noun.prefix}{row['id']}", _label(ctx, noun, row)) if own else ("", "")
    return {"noun": noun.word, "id": written, "name": name, "of": parents}


def name_of(ctx: Context, table: str, row_id: int) -> dict[str, Any]:
    """How to speak of a row: its noun, written id and, where it has one, its name."""
    noun = nouns.noun(nouns.TABLES[table])
    own = noun.table == table
    found = ctx.read(f"SELECT * FROM {table} WHERE id = :id", id=row_id) if own else []
    name = _label(ctx, noun, found[0]) if found else ""
    written = lists.written(ctx, noun.word, [row_id])[row_id] if own else ""
    return {"noun": noun.word, "id": written, "name": name}


def _label(ctx: Context, noun: nouns.Noun, row: dict[str, Any]) -> Any:
    """What a person knows the row by; where it is part of another, that one's."""
    whole = noun.parts[noun.table].parents.get("id")
    if noun.label in row or whole is None:
        return row.get(noun.label, "")
    return name_of(ctx, nouns.noun(whole.noun).table, row["id"])["name"]


def _change(ctx: Context, change: int) -> db.Row:
    found = ctx.read("SELECT * FROM changes WHERE id = :id", id=change)
    if not found:
        raise NotFound("no-change", change=change)
    return found[0]


def latest(ctx: Context) -> db.Row:
    """My latest change that is neither an undo nor undone."""
    found = ctx.read(
        "SELECT * FROM changes WHERE who = :who AND undoes IS NULL AND undone = 0 AND n > 0 ORDER BY id DESC LIMIT 1",
        who=ctx.user,
    )
    if not found:
        raise Refused("nothing-to-undo", user=ctx.user)
    return found[0]


def _chain(ctx: Context, change: db.Row) -> list[db.Row]:
    """The change, what it undid, what that undid, down to the real one."""
    chain = [change]
    while chain[-1]["undoes"] is not None:
        chain.append(_change(ctx, chain[-1]["undoes"]))
    return chain


def _touch(tx: Tx, change: int, tables: list[str]) -> None:
    """Note whose derived rows the change concerns, as its rows stand at this moment."""
    for table in tables:
        if tx.read(f"SELECT 1 FROM {table} WHERE created_rev = :c LIMIT 1", c=change):
            tx.touch_made(table, change)
    for table, row_id, _before, _after in images.images(tx.connection, change):
        row = tx.row(table, row_id)
        if row is not None:
            tx.touch_row(table, row)


def _made(ctx: Context, change: int, tables: list[str]) -> list[str]:
    """Put the ids of the rows the change made aside, as `made(tbl, id)`; the tables that have any."""
    ctx.connection.execute("CREATE TEMPORARY TABLE IF NOT EXISTS made (tbl TEXT, id INTEGER, PRIMARY KEY (tbl, id))")
    ctx.connection.execute("DELETE FROM made")
    some = []
    for table in tables:
        sql = f"INSERT INTO made SELECT '{table}', id FROM {table} WHERE created_rev = :c"
        if ctx.connection.execute(sql, {"c": change}):
            some.append(table)
    return some


def _pointing(ctx: Context, made: list[str]) -> list[tuple[str, int]]:
    """Rows still standing that point at a row which is gone."""
    found: list[tuple[str, int]] = []
    tables_of = {nouns.noun(word).table: word for word in nouns.NOUNS}
    for table in nouns.TABLES:
        for column, parent in nouns.part(table).parents.items():
            for gone in made:
                noun = tables_of.get(gone)
                if noun is None or not (parent.by or parent.noun == noun):
                    continue
                also = f" AND c.{parent.by} = '{noun}'" if parent.by else ""
                sql = (
                    f"SELECT c.id FROM made m JOIN {table} c ON c.{column} = m.id WHERE m.tbl = '{gone}'{also} LIMIT 20"
                )
                found += [(table, row["id"]) for row in ctx.read(sql)]
    return found


def _holders(ctx: Context, wanted: Iterable[tuple[str, db.Row]]) -> list[tuple[str, int]]:
    """Rows that have by now what rows to be restored may not share with anybody."""
    found: list[tuple[str, int]] = []
    for table, row in wanted:
        part = nouns.part(table)
        sole = [columns for flag, columns in part.sole.items() if row.get(flag)]
        for columns in (*part.unique, *sole):
            same = {column: row[column] for column in columns}
            tests = " AND ".join(f"{column} = :{column}" for column in columns)
            also = "".join(f" AND {flag} = 1" for flag, those in part.sole.items() if those is columns)
            sql = f"SELECT id FROM {table} WHERE {tests}{also} AND id <> :own"
            found += [(table, held["id"]) for held in ctx.read(sql, own=row["id"], **same)]
    return found


def _orphans(ctx: Context, tx: Tx, change: int, *, back: bool) -> list[tuple[str, int]]:
    """What restored rows point at and is gone."""
    found: list[tuple[str, int]] = []
    for table, row_id, before, after in images.images(tx.connection, change):
        image = before if back else after
        parents = nouns.part(table).parents
        if image is not None and parents.keys() & image.keys() and (row := tx.row(table, row_id)):
            found += [(nouns.noun(noun).table, parent_id) for noun, parent_id in tx.parents(table, row)]
    found = [(table, row_id) for table, row_id in dict.fromkeys(found) if tx.row(table, row_id) is None]
    for table in () if back else nouns.TABLES:
        for column, parent in nouns.part(table).parents.items():
            for noun in nouns.NOUNS if parent.by else (parent.noun,):
                also = f" AND c.{parent.by} = '{noun}'" if parent.by else ""
                over = nouns.noun(noun).table
                gone = ctx.read(
                    f"SELECT DISTINCT c.{column} AS id FROM {table} c LEFT JOIN {over} o ON o.id = c.{column}"
                    f" WHERE c.created_rev = :c AND c.{column} IS NOT NULL AND o.id IS NULL{also} LIMIT 20",
                    c=change,
                )
                found += [(over, row["id"]) for row in gone]
    return found


def _refuse(ctx: Context, code: str, change: int, rows: Iterable[tuple[str, int]]) -> None:
    """Refused, naming these rows, where there are any; a part of a record by the record."""
    owners = dict.fromkeys(_owner(ctx, table, row_id) for table, row_id in rows)
    if owners:
        named = [name_of(ctx, table, row_id) for table, row_id in owners]
        # a person who is a customer as well is named once
        once = {row["id"] if row["id"][:1].isalpha() else (row["noun"], row["id"], row["name"]): row for row in named}
        raise Refused(code, change=change, rows=[*once.values()], n=len(once))


def _owner(ctx: Context, table: str, row_id: int) -> tuple[str, int]:
    """The row itself, or the one it is a part of."""
    parents = nouns.part(table).parents
    whole = next((column for column, parent in parents.items() if parent.bumps and column != "id"), None)
    found = ctx.read(f"SELECT * FROM {table} WHERE id = :id", id=row_id) if whole else []
    if not found or whole is None:
        return table, row_id
    word = found[0][parents[whole].by] if parents[whole].by else parents[whole].noun
    return nouns.noun(word).table, found[0][whole]
