"""`icrm customer …`: companies and persons alike, as whoever looks after them sees them."""

from typing import Annotated, Any

import typer

from icrm_tui.collect import customers
from icrm_tui.commands.base import Query, Run, Who, group, readable, run_of
from icrm_tui.i18n import reasons
from icrm_tui.search import who as meant

app = group()


@app.command("list")
def list_(ctx: typer.Context, query: Query = None) -> None:
    """icrm customer list owner:me no:last_contact"""
    from icrm_tui.commands.listing import show_list

    show_list(run_of(ctx), "customer", query)


@app.command()
def show(ctx: typer.Context, who: Who) -> None:
    """icrm customer show co3"""
    run = run_of(ctx)
    run.out.record(readable(run, _record(run, meant(run.ctx, who, "customer").customer_id), "spent"))


def _record(run: Run, customer_id: int) -> dict[str, Any]:
    """The customer with what they bought, what they are worth, and why."""
    from icrm_tui.classify import tiers
    from icrm_tui.collect import orders

    tier, found = tiers.why(run.ctx, customer_id)
    worth = {**orders.totals(run.ctx, customer_id), "tier": tier, "why": reasons(found) if tier else ""}
    return customers.show(run.ctx, customer_id) | worth


@app.command()
def assign(ctx: typer.Context, who: Who, user: Annotated[str, typer.Argument(metavar="USER")]) -> None:
    """icrm customer assign co3 me"""
    run = run_of(ctx)
    customer_id = meant(run.ctx, who, "customer").customer_id
    customers.assign(run.ctx, [customer_id], user)
    record = _record(run, customer_id)
    run.wrote(record["id"], lambda: record)
