"""`icrm demo`: a believable store of its own, then the screens."""

import sys
from contextlib import closing
from typing import Annotated

import typer

from icrm_tui import db, demo
from icrm_tui.commands import opening
from icrm_tui.commands.base import Run, group, run_of
from icrm_tui.commands.running import Globals
from icrm_tui.context import Context

app = group()


@app.command("demo")
def demo_(ctx: typer.Context, customers: Annotated[int, typer.Option(metavar="N")] = 2000) -> int:
    """icrm demo --customers 200"""
    return shown(run_of(ctx), customers)


def shown(run: Run, customers: int = 2000) -> int:
    """The demo store, filled where it is empty, on the screens."""
    run.demo = True
    with closing(db.open_store(run.place)) as connection:  # before anybody is asked who they are
        teller = Context(connection, run.user, run.clock, run.zone)
        if not teller.read("SELECT 1 FROM customers LIMIT 1"):
            demo.fill(teller, customers, run.out.progress)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from icrm_tui.commands import today

        today.show(run)
        return 0
    opening.screens(run)
    return 0


def instead(run: Run) -> int:
    """The demo store, whatever store this run was about."""
    said = Globals()
    said.said = {word: value for word, value in run.said.said.items() if word != "db"}
    return shown(Run(said))
