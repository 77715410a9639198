"""`icrm order …`: what customers bought."""

from typing import Annotated

import typer

from icrm_tui.collect import orders
from icrm_tui.commands.base import Number, Query, Run, Text, Who, changes, group, readable, run_of
from icrm_tui.i18n import t
from icrm_tui.search import who as meant

app = group()

Ref = Annotated[str, typer.Argument(metavar="ORDER")]


def _wrote(run: Run, order_id: int) -> None:
    record = orders.show(run.ctx, order_id)
    run.wrote(record["id"], lambda: record)
    if record["left_out"]:
        run.out.say(t("out.left-out", currency=record["currency"], base=run.ctx.setting("currency")))


@app.command()
def add(
    ctx: typer.Context,
    who: Who,
    total: Annotated[str, typer.Option(metavar="AMOUNT")],
    currency: Annotated[str | None, typer.Option(metavar="CURRENCY")] = None,
    at: Annotated[str | None, typer.Option(metavar="WHEN")] = None,
    ref: Annotated[str | None, typer.Option(metavar="REF")] = None,
    note: Text = None,
) -> None:
    """icrm order add p1 --total 12,400.00 --ref A-1024 --note "two machines" """
    run = run_of(ctx)
    whom = meant(run.ctx, who)
    order = orders.typed(run.ctx, total, currency or "", at or "")
    _wrote(run, orders.add(run.ctx, whom, order._replace(ref=ref or "", note=note or "")))


@app.command("list")
def list_(ctx: typer.Context, query: Query = None) -> None:
    """icrm order list at:this-month "amount>=1000" --sort -at"""
    from icrm_tui.commands.listing import show_list

    show_list(run_of(ctx), "order", query)


@app.command()
def show(ctx: typer.Context, ref: Ref) -> None:
    """icrm order show o1"""
    run = run_of(ctx)
    run.out.record(readable(run, orders.show(run.ctx, orders.named(run.ctx, ref)), "amount"))


@app.command()
def edit(
    ctx: typer.Context,
    ref: Ref,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE")] = None,
    rev: Number = None,
) -> None:
    """icrm order edit o1 --set ref=A-1025 --set at=yesterday"""
    run = run_of(ctx)
    values = changes(set_)
    order_id = orders.named(run.ctx, ref)
    orders.edit(run.ctx, order_id, values, rev)
    _wrote(run, order_id)


@app.command()
def archive(ctx: typer.Context, ref: Ref) -> None:
    """icrm order archive o2"""
    run = run_of(ctx)
    order_id = orders.named(run.ctx, ref)
    orders.archive(run.ctx, order_id)
    _wrote(run, order_id)


@app.command()
def unarchive(ctx: typer.Context, ref: Ref) -> None:
    """icrm order unarchive o2"""
    run = run_of(ctx)
    order_id = orders.named(run.ctx, ref)
    orders.archive(run.ctx, order_id, False)
    _wrote(run, order_id)
