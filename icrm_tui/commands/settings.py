"""`icrm config …`: what this user and this team have agreed on."""

from typing import Annotated

import typer

from icrm_tui import config, settings
from icrm_tui.commands.base import Run, group, run_of
from icrm_tui.errors import Usage

app = group()

Key = Annotated[str, typer.Argument(metavar="KEY")]


def _all(run: Run) -> list[dict[str, str]]:
    """The user's own from their file, then the team's from the store."""
    mine = [{"id": key, "value": run.kept.get(key, ""), "where": "config.toml"} for key in config.SCHEMA]
    return mine + [{"id": key, "value": settings.get(run.ctx, key), "where": "store"} for key in settings.DEFAULTS]


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """icrm config list"""
    run = run_of(ctx)
    run.out.rows(_all(run), ("id", "value", "where"))


@app.command()
def get(ctx: typer.Context, key: Key) -> None:
    """icrm config get currency"""
    run = run_of(ctx)
    if key in config.SCHEMA:
        run.out.line(run.kept.get(key, ""))
        return
    run.out.line(settings.get(run.ctx, _known(key)))


@app.command("set")
def set_(ctx: typer.Context, key: Key, value: Annotated[str, typer.Argument(metavar="VALUE")]) -> None:
    """icrm config set country DE"""
    run = run_of(ctx)
    if key in config.SCHEMA:
        run.out.line(config.put(key, value))
        return
    run.wrote(settings.put(run.ctx, _known(key), value))


def _known(key: str) -> str:
    if key not in settings.DEFAULTS:
        from difflib import get_close_matches

        near = get_close_matches(key, [*config.SCHEMA, *settings.DEFAULTS], 1)
        raise Usage("unknown-setting", key=key, nearest=", ".join(near))
    return key
