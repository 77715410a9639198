"""`icrm customer …`: companies and persons alike, as whoever looks after them sees them."""

from typing import Annotated

import typer

from icrm_tui.collect import customers
from icrm_tui.commands.base import Query, Who, group, run_of
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
    run.out.record(customers.show(run.ctx, meant(run.ctx, who, "customer").customer_id))


@app.command()
def assign(ctx: typer.Context, who: Who, user: Annotated[str, typer.Argument(metavar="USER")]) -> None:
    """icrm customer assign co3 me"""
    run = run_of(ctx)
    customer_id = meant(run.ctx, who, "customer").customer_id
    customers.assign(run.ctx, [customer_id], user)
    record = customers.show(run.ctx, customer_id)
    run.wrote(record["id"], lambda: record)
