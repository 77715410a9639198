"""`icrm tag …`: the short words hung on people and companies."""

from typing import Annotated

import typer

from icrm_tui.collect import tags
from icrm_tui.commands.base import group, run_of

app = group()


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """icrm tag list"""
    run = run_of(ctx)
    rows = ({"id": row["name"], "name": row["name"], "count": row["n"]} for row in tags.everything(run.ctx))
    run.out.rows(rows, ("name", "count"))


@app.command()
def rename(
    ctx: typer.Context,
    tag: Annotated[str, typer.Argument(metavar="TAG")],
    to: Annotated[str, typer.Argument(metavar="TO")],
) -> None:
    """icrm tag rename VIP vip"""
    run = run_of(ctx)
    tags.rename(run.ctx, tag, to)
    run.wrote(tags.get(run.ctx, to)["name"], lambda: {"id": to, "name": to})
