"""`icrm user …`: who works here."""

from typing import Annotated

import typer

from icrm_tui import users
from icrm_tui.commands.base import Text, group, run_of

app = group()


@app.command()
def add(
    ctx: typer.Context,
    user: Annotated[str, typer.Argument(metavar="USER")],
    full_name: Text = None,
    email: Text = None,
    role: Annotated[str, typer.Option(metavar="ROLE")] = "member",
) -> None:
    """icrm user add li --full-name "Li Na" --role manager"""
    run = run_of(ctx)
    users.add(run.ctx, user, full_name=full_name or "", email=email or "", role=role)
    run.wrote(users.known(run.ctx, user), lambda: users.show(run.ctx, user))


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """icrm user list"""
    run = run_of(ctx)
    columns = ("name", "full_name", "role", "email")
    run.out.rows(({"id": row["name"], **{c: row[c] for c in columns}} for row in users.everyone(run.ctx)), columns)


@app.command()
def show(ctx: typer.Context, user: Annotated[str, typer.Argument(metavar="USER")]) -> None:
    """icrm user show me"""
    run = run_of(ctx)
    run.out.record(users.show(run.ctx, user))


@app.command()
def leave(
    ctx: typer.Context,
    user: Annotated[str, typer.Argument(metavar="USER")],
    to: Annotated[str, typer.Option(metavar="USER")],
) -> None:
    """icrm user leave jonas --to wei"""
    from icrm_tui.commands.handover import report
    from icrm_tui.improve import handover

    run = run_of(ctx)
    report(run, handover.leave(run.ctx, user, to))
