"""`icrm demo`: a believable store of its own, then the screens."""

import sys
from contextlib import closing
from typing import Annotated

import typer

from icrm_tui import db, demo
from icrm_tui.commands.base import Globals, Run, group, run_of
from icrm_tui.context import Context

app = group()


@app.command("demo")
def demo_(ctx: typer.Context, customers: Annotated[int, typer.Option(metavar="N")] = 2000) -> int:
    """icrm demo --customers 200"""
    return shown(run_of(ctx), customers)


def shown(run: Run, customers: int = 2000) -> int:
    """The demo store, filled where it is empty, on the screens."""
    run.demo = True
    with closing(db.open_store(run.path)) as connection:  # before anybody is asked who they are
        teller = Context(connection, run.user, run.clock, run.zone)
        if not teller.read("SELECT 1 FROM customers LIMIT 1"):
            demo.fill(teller, customers, run.out.progress)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from icrm_tui.commands import today

        today.show(run)
        return 0
    return screens(run)


def screens(run: Run) -> int:
    """Open the screens on this run's store; a store nobody works in yet asks who is there first."""
    from icrm_tui import app as face

    with closing(db.open_store(run.path)) as connection:
        first_run = not connection.read("SELECT 1 FROM users LIMIT 1")
    opening = face.Opening(
        path=run.path,
        user=run.user if first_run else run.ctx.user,
        clock=run.clock,
        zone=run.zone,
        store_name=run.path.stem,
        theme=run.kept.get("theme", "icrm-dark"),
        glyphs=run.kept.get("glyphs", "unicode"),
        first_run=first_run,
    )
    run.close()  # the screens have connections of their own
    if face.run(opening) == "demo":  # a store of its own, whatever was said of this one
        said = Globals()
        said.said = {word: value for word, value in run.said.said.items() if word != "db"}
        return shown(Run(said))
    return 0
