"""`icrm field …`: what a team keeps beside what everybody does."""

from typing import Annotated

import typer

from icrm_tui.collect import fields
from icrm_tui.commands.base import Many, Name, group, run_of

app = group()


@app.command()
def add(
    ctx: typer.Context,
    noun: Annotated[str, typer.Argument(metavar="NOUN")],
    name: Name,
    type_: Annotated[str, typer.Option("--type", metavar="TYPE")] = "text",
    choice: Many = None,
) -> None:
    """icrm field add company "Delivery terms" --type choice --choice EXW --choice FOB"""
    run = run_of(ctx)
    fields.add(run.ctx, noun, name, type_, choice or ())
    made = fields.definitions(run.ctx, noun)[-1]
    run.wrote(made["key"], lambda: record(made))


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """icrm field list"""
    run = run_of(ctx)
    rows = [record(row) for row in fields.definitions(run.ctx)]
    run.out.rows(rows, ("noun", "id", "name", "type", "choices"))


def record(row: dict[str, str]) -> dict[str, object]:
    choices = [choice for choice in row["choices"].split("\n") if choice]
    return {"id": row["key"], "noun": row["noun"], "name": row["name"], "type": row["type"], "choices": choices}
