"""`icrm tier …`: what makes a customer a high, middle or low one, and why somebody is."""

from typing import Annotated

import typer

from icrm_tui import nouns
from icrm_tui.classify import tiers
from icrm_tui.commands.base import Run, Who, changes, group, readable, run_of
from icrm_tui.i18n import reasons
from icrm_tui.search import who as meant

app = group()


def _list(run: Run) -> None:
    rows = (readable(run, row, "spent") for row in tiers.everything(run.ctx))
    run.out.rows(rows, ("tier", "spent", "orders", "currency", "customers"))


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """icrm tier list"""
    _list(run_of(ctx))


@app.command()
def edit(
    ctx: typer.Context,
    tier: Annotated[str, typer.Argument(metavar="TIER")],
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE")] = None,
) -> None:
    """icrm tier edit high --set spent=50000 --set orders=24"""
    run = run_of(ctx)
    values = changes(set_)
    tiers.edit(run.ctx, tier, values)
    run.wrote(tier, lambda: next(row for row in tiers.everything(run.ctx) if row["tier"] == tier))


@app.command()
def fit(ctx: typer.Context) -> None:
    """icrm tier fit"""
    run = run_of(ctx)
    tiers.fit(run.ctx)
    _list(run)
    run.changed()


@app.command()
def why(ctx: typer.Context, who: Who) -> None:
    """icrm tier why p1"""
    run = run_of(ctx)
    whom = meant(run.ctx, who, "customer")
    tier, found = tiers.why(run.ctx, whom.customer_id)
    said = reasons(found)
    if run.out.json:
        written = f"{nouns.noun(whom.noun).prefix}{whom.id}"
        run.out.record({"id": written, "name": whom.name, "tier": tier, "why": said})
    else:
        run.out.line(said)
