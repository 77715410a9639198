"""`icrm export KIND`: records into a file, or down a pipe."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from icrm_tui import nouns, paths
from icrm_tui.collect import exporting
from icrm_tui.commands.base import Query, Run, group, run_of
from icrm_tui.errors import Usage
from icrm_tui.i18n import t
from icrm_tui.text import visible

app = group()


@app.command("export")
def export(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND")],
    query: Query = None,
    to: Annotated[str | None, typer.Option(metavar="FILE")] = None,
    type_: Annotated[str | None, typer.Option("--type", metavar="csv|json|jsonl|ics")] = None,
) -> None:
    """icrm export contact tag:VIP --columns name,email,phone"""
    run = run_of(ctx)
    _one_of("KIND", kind, tuple(nouns.EXPORTERS))
    path = paths.given(to) if to else None
    written = _type(run, type_ or "", path)
    columns = tuple(column.strip() for column in run.said.get("columns").split(",") if column.strip())
    wanted = exporting.Wanted(
        kind, run.asked(query), columns, run.said.get("sort"), run.said.has("archived"), run.limit
    )
    if path is not None:
        with exporting.file(path, written, replace=run.said.has("yes")) as stream:
            n = exporting.write(run.ctx, wanted, written, stream, run.out.progress)
        run.out.say(t("out.exported", n=n, path=str(path)))
        return
    shown = visible if sys.stdout.isatty() else str
    stream = run.out.out
    exporting.write(run.ctx, wanted, written, stream, run.out.progress if run.out.progress_as else _silent, shown)


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Data goes where progress would."""


def _type(run: Run, said: str, path: Path | None) -> str:
    """As said, else by the file's ending, else CSV."""
    if said:
        return _one_of("--type", said, exporting.TYPES)
    if run.out.format in exporting.TYPES:
        return run.out.format
    ending = path.suffix.lower().removeprefix(".") if path else ""
    return ending if ending in exporting.TYPES else "csv"


def _one_of(option: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise Usage("option-choice", option=option, value=value, choices=", ".join(choices))
    return value
