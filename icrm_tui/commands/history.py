"""`icrm history` and `icrm undo`: what was done, and taking it back."""

from typing import Annotated, Any

import typer

from icrm_tui import history
from icrm_tui.commands.base import group, run_of
from icrm_tui.errors import Usage
from icrm_tui.i18n import has, t
from icrm_tui.search import who as meant

app = group()


@app.command("history")
def history_(ctx: typer.Context, who: Annotated[str | None, typer.Argument(metavar="WHO")] = None) -> None:
    """icrm history --limit 5"""
    run = run_of(ctx)
    if who is None:
        rows = history.changes(run.ctx, run.limit or 1_000_000)
    else:
        whom = meant(run.ctx, who)
        table = "contacts" if whom.contact_id is not None else "customers"
        rows = history.of(run.ctx, table, whom.id)
    run.out.rows((record(row, run.out.json) for row in rows), ("id", "at", "who", "verb", "undone", "details"))


def record(row: dict[str, Any], raw: bool) -> dict[str, Any]:
    verb = row["verb"] if raw or not has(f"verb.{row['verb']}") else t(f"verb.{row['verb']}")
    found = {"id": row["id"], "at": row["at"], "who": row["who"], "verb": verb, "undone": bool(row["undone"])}
    if "n" in row:
        return found | {"n": row["n"], "undoes": row["undoes"], "details": t("out.rows", n=row["n"])}
    before, after = row["before"] or {}, row["after"] or {}
    moved = [f"{key}: {before.get(key)} → {after.get(key)}" for key in after if key != "rev"]
    return found | {"before": row["before"], "after": row["after"], "details": ", ".join(moved)}


@app.command()
def undo(ctx: typer.Context, change: Annotated[str | None, typer.Argument(metavar="CHANGE")] = None) -> None:
    """icrm undo"""
    run = run_of(ctx)
    if change is not None and not (change.isascii() and change.isdigit()):
        raise Usage("option-number", option="CHANGE", value=change)
    done = history.undo(run.ctx, int(change) if change is not None else None)
    verb = t(f"verb.{done.verb}") if has(f"verb.{done.verb}") else done.verb
    run.out.say(t("out.redone" if done.again else "out.undone", change=done.change, verb=verb, n=done.rows))
    record = {"id": run.ctx.last_change, "change": done.change, "verb": done.verb, "again": done.again}
    run.out.made(str(run.ctx.last_change), record | {"rows": done.rows})
