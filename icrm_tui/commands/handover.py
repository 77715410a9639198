"""`icrm handover` and `icrm brief`: customers change hands, and whoever takes them over need not ask anything again."""

from typing import Annotated, Any

import typer

from icrm_tui.commands.base import Run, Text, Who, Whom, group, run_of
from icrm_tui.i18n import t
from icrm_tui.improve import handover
from icrm_tui.search import who as meant

app = group()


@app.command("handover")
def handover_(
    ctx: typer.Context, who: Whom, to: Annotated[str, typer.Option(metavar="USER")], note: Text = None
) -> None:
    """icrm handover co3 p1 --to grace --note "they expect a call this week" """
    run = run_of(ctx)
    whom = [meant(run.ctx, one) for one in who]
    report(run, handover.hand_over(run.ctx, whom, to, note or ""))


def report(run: Run, handed: handover.Handed) -> None:
    """What went where: the counts as data, the change as narration."""
    rows = [{"id": noun, "noun": noun, "count": n, "to": handed.to} for noun, n in handed.rows.items()]
    run.out.rows(rows, ("noun", "count", "to"))
    run.changed()


@app.command("brief")
def brief(ctx: typer.Context, who: Who) -> None:
    """icrm brief co3"""
    run = run_of(ctx)
    found = handover.brief(run.ctx, meant(run.ctx, who))
    if run.out.chosen in ("table", "plain"):
        page(run, found)
    else:
        run.out.record(found)


PARTS = {
    "people": ("id", "name", "title"),
    "open": ("id", "due", "what"),
    "complaints": ("ref", "severity", "state", "age", "what"),
    "last": ("at", "channel", "text"),
}


def page(run: Run, found: dict[str, Any]) -> None:
    """A brief as people read it: the record, then each of its lists."""
    run.out.record({key: value for key, value in found.items() if key not in PARTS})
    for key, columns in PARTS.items():
        _part(run, key, found[key], columns)


def _part(run: Run, key: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    if rows:
        run.out.line("")
        run.out.line(t(f"brief.{key}"))
        run.out.rows(rows, columns)
