"""Is the store sound? Each check says what it found; what can be finished safely is finished."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from icrm_tui import db, nouns, search
from icrm_tui.context import Context


@dataclass(frozen=True, slots=True)
class Finding:
    """`detail` says what is wrong, as values for the sentence of this check; empty when all is well."""

    check: str
    ok: bool
    detail: str = ""


def run(ctx: Context) -> list[Finding]:
    """All checks in order. Search that waits is filled, staging files of dead processes are swept."""
    if not ctx.connection.readonly:
        for _done, _total in search.drain(ctx.connection, thorough=True):
            pass
        ctx.connection.tidy()
    return [*_checks(ctx)]


def _checks(ctx: Context) -> Iterator[Finding]:
    yield from (_finding(check, wrong) for check, wrong in ctx.connection.checks())
    yield _finding("owned", list(_ownerless(ctx)))
    yield _finding("tables", sorted(set(nouns.TABLES) - ctx.connection.tables()))
    yield _finding("search", list(_unsearchable(ctx)))
    yield _finding("totals", list(_stale(ctx)))


def _finding(check: str, wrong: list[str]) -> Finding:
    return Finding(check, not wrong, "; ".join(wrong[:5]))


def _ownerless(ctx: Context) -> Iterator[str]:
    """Rows whose parent, named by noun and id, is gone."""
    for table in nouns.TABLES:
        for column, parent in nouns.part(table).parents.items():
            if not parent.by:
                continue
            for noun in ctx.read(f"SELECT DISTINCT {parent.by} AS noun FROM {table} WHERE {column} IS NOT NULL"):
                owner = nouns.noun(noun["noun"]).table
                sql = (
                    f"SELECT x.id FROM {table} x WHERE x.{parent.by} = :noun"
                    f" AND x.{column} NOT IN (SELECT id FROM {owner}) LIMIT 5"
                )
                for row in ctx.read(sql, noun=noun["noun"]):
                    yield f"{table} {row['id']}"


def _unsearchable(ctx: Context) -> Iterator[str]:
    if waiting := search.pending(ctx):
        yield str(waiting)
    for noun in nouns.SEARCHED:
        declared = nouns.noun(noun)
        indexed = ctx.read("SELECT count(*) AS n FROM docs WHERE kind = :kind", kind=noun)[0]["n"]
        ids = f"(SELECT id FROM {declared.table})"
        there = ctx.read(f"SELECT count(*) AS n FROM ({declared.search.format(ids=ids)}) AS s")[0]["n"]
        if indexed != there:
            yield f"{noun} {indexed}/{there}"


def _stale(ctx: Context) -> Iterator[str]:
    """Derived tables that would read otherwise if they were made anew; it is tried, and not kept."""
    if ctx.connection.readonly:
        return
    ctx.connection.begin()
    try:
        tx = db.Tx(ctx.connection, 0)
        for spec, table in nouns.DERIVED.items():
            ctx.connection.execute(f"CREATE TEMPORARY TABLE kept_{table} AS SELECT * FROM {table}")
            owner = nouns.noun(nouns.DERIVE[spec][0]).table
            nouns.resolve(spec)(tx, db.Every(owner))
            one, other = f"SELECT * FROM {table}", f"SELECT * FROM kept_{table}"
            wrong = ctx.read(
                f"SELECT count(*) AS n FROM (SELECT * FROM ({one} EXCEPT {other}) AS a"
                f" UNION ALL SELECT * FROM ({other} EXCEPT {one}) AS b) AS c"
            )[0]["n"]
            if wrong:
                yield f"{table} {wrong}"
    finally:
        ctx.connection.rollback()


def record(finding: Finding) -> dict[str, Any]:
    return {"check": finding.check, "ok": finding.ok, "detail": finding.detail}
