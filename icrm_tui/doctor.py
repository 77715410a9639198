"""Is the store sound? Each check says what it found; what can be finished safely is finished."""

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from icrm_tui import db, nouns, search
from icrm_tui.context import Context
from icrm_tui.store import sqlite

ROOM = 100 * 1024 * 1024  # bytes a disk should have left beside a store


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
        sweep(ctx.connection.path)
    return [*_checks(ctx)]


def _checks(ctx: Context) -> Iterator[Finding]:
    path = ctx.connection.path
    found = [row["integrity_check"] for row in ctx.read("PRAGMA integrity_check(10)")]
    yield _finding("integrity", [] if found == ["ok"] else found)
    yield _finding("pointers", [f"{r['table']} {r['rowid']} → {r['parent']}" for r in ctx.read(DANGLING)])
    yield _finding("owned", list(_ownerless(ctx)))
    yield _finding("tables", _tables(ctx))
    yield _finding("search", list(_unsearchable(ctx)))
    yield _finding("totals", list(_stale(ctx)))
    mode = stat.S_IMODE(path.stat().st_mode)
    yield _finding("private", [f"{mode:o}"] if os.name == "posix" and mode & 0o077 else [])
    kind = sqlite.filesystem(path)
    yield _finding("disk", [kind] if kind.startswith(sqlite.NETWORK) else [])
    free = shutil.disk_usage(path.parent).free
    yield _finding("space", [f"{free // 1024**2} MiB"] if free < ROOM else [])


DANGLING = 'SELECT "table", rowid, parent FROM pragma_foreign_key_check LIMIT 20'


def _finding(check: str, wrong: list[str]) -> Finding:
    return Finding(check, not wrong, "; ".join(wrong[:5]))


def _ownerless(ctx: Context) -> Iterator[str]:
    """Rows whose parent, named by noun and id, is gone."""
    for table in nouns.TABLES:
        for column, parent in nouns.part(table).parents.items():
            if not parent.by:
                continue
            for noun in ctx.read(f"SELECT DISTINCT {parent.by} AS noun FROM {table}"):
                owner = nouns.noun(noun["noun"]).table
                sql = (
                    f"SELECT x.id FROM {table} x WHERE x.{parent.by} = :noun"
                    f" AND x.{column} NOT IN (SELECT id FROM {owner}) LIMIT 5"
                )
                for row in ctx.read(sql, noun=noun["noun"]):
                    yield f"{table} {row['id']}"


def _tables(ctx: Context) -> list[str]:
    """What the registry declares and the store lacks."""
    there = {row["name"] for row in ctx.read("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return sorted(set(nouns.TABLES) - there)


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


def sweep(path: Path) -> list[str]:
    """Remove staging files beside the store whose process is gone; their names."""
    gone = []
    for stage in path.parent.glob(".icrm-stage-*"):
        pid = stage.name.split("-")[2].split(".")[0]
        if pid.isdigit() and not _alive(int(pid)):
            stage.unlink(missing_ok=True)
            gone.append(stage.name)
    return gone


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def record(finding: Finding) -> dict[str, Any]:
    return {"check": finding.check, "ok": finding.ok, "detail": finding.detail}
