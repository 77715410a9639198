"""What happened, by whom; and taking it back.

Undoing a change that is itself an undo does the first one again: every chain ends at one real change that is
either standing or taken back.
"""

from dataclasses import dataclass
from typing import Any

from icrm_tui import db, nouns
from icrm_tui.context import Context
from icrm_tui.db import Tx
from icrm_tui.errors import NotFound, Refused
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
        target = _change(ctx, change) if change is not None else _latest(ctx)
        chain = _chain(ctx, target)
        if target["undone"] or chain[-1]["undone"] == len(chain) % 2:
            raise Refused("already-undone", change=target["id"])
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
    _refuse_moved(ctx, target, images.moved(ctx.connection, root, tables, back=True))
    _touch(tx, root, tables)
    made = _made(ctx, root, tables)
    n = images.unapply(ctx.connection, root, tables)
    _refuse_moved(ctx, target, _pointing(ctx, made))
    _touch(tx, root, tables)
    return n


def _redo(ctx: Context, tx: Tx, target: int, chain: list[db.Row]) -> int:
    root, tables = chain[-1]["id"], list(nouns.TABLES)
    _refuse_moved(ctx, target, images.moved(ctx.connection, root, tables, back=False))
    _touch(tx, root, tables)
    n = images.reapply(ctx.connection, root)
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


def name_of(ctx: Context, table: str, row_id: int) -> dict[str, Any]:
    """How to speak of a row: its noun, written id and, where it has one, its name."""
    noun = nouns.noun(nouns.TABLES[table])
    found = ctx.read(f"SELECT * FROM {table} WHERE id = :id", id=row_id) if noun.table == table else []
    label = found[0].get(noun.label, "") if found else ""
    return {"noun": noun.word, "id": f"{noun.prefix}{row_id}" if noun.table == table else "", "name": label}


def _change(ctx: Context, change: int) -> db.Row:
    found = ctx.read("SELECT * FROM changes WHERE id = :id", id=change)
    if not found:
        raise NotFound("no-change", change=change)
    return found[0]


def _latest(ctx: Context) -> db.Row:
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


def _refuse_moved(ctx: Context, change: int, rows: list[tuple[str, int]]) -> None:
    if rows:
        named = [name_of(ctx, table, row_id) for table, row_id in dict.fromkeys(rows)]
        raise Refused("later-change", change=change, rows=named, n=len(named))
