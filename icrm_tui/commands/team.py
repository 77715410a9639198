"""`icrm team …`: a store on a server, for people at several machines."""

from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer

from icrm_tui import db, paths
from icrm_tui.commands.base import File, Run, group, run_of
from icrm_tui.errors import Usage
from icrm_tui.i18n import t

if TYPE_CHECKING:
    from icrm_tui.store.moving import Moved

app = group()


@app.command()
def init(ctx: typer.Context) -> None:
    """icrm team init --db service=team"""
    run = run_of(ctx)
    place = _place(run)
    before, after = _team(place).init(place)
    run.out.say(t("out.team-init", service=place.name, before=before, after=after))


@app.command("add-user")
def add_user(ctx: typer.Context, user: Annotated[str, typer.Argument(metavar="USER")]) -> None:
    """icrm team add-user li --db service=team"""
    run = run_of(ctx)
    place = _place(run)
    secret = _team(place).add_user(place, user)
    if run.out.json:
        run.out.record({"user": user, "password": secret})
    else:
        run.out.line(secret)
    run.out.say(t("out.team-user", user=user))


@app.command()
def status(ctx: typer.Context) -> None:
    """icrm team status --db service=team"""
    run = run_of(ctx)
    place = _place(run)
    run.out.record(_team(place).status(place))


@app.command()
def push(ctx: typer.Context, file: File) -> None:
    """icrm team push icrm.db --db service=team"""
    run = run_of(ctx)
    place = _place(run)
    moved = _team(place).push(place, paths.given(file), run.out.progress)
    _report(run, moved, t("out.team-pushed", service=place.name, n=sum(one.rows for one in moved)))


@app.command()
def pull(ctx: typer.Context, file: File) -> None:
    """icrm team pull monday.db --db service=team"""
    from icrm_tui import dates

    run = run_of(ctx)
    place = _place(run)
    target = paths.given(file)
    moved = _team(place).pull(place, target, dates.stamp(run.clock()), run.out.progress)
    _report(run, moved, t("out.team-pulled", path=target, n=sum(one.rows for one in moved)))


def _place(run: Run) -> db.Service:
    if not isinstance(run.place, db.Service):
        raise Usage("team-where", path=str(run.place))
    return run.place


def _team(place: db.Service) -> ModuleType:
    with db.driver(place):
        from icrm_tui import team
    return team


def _report(run: Run, moved: "list[Moved]", said: str) -> None:
    rows = [{"id": one.table, "table": one.table, "rows": one.rows, "sum": one.sum} for one in moved if one.rows]
    run.out.rows(rows, ("table", "rows", "sum"))
    run.out.say(said)
