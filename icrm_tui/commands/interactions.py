"""`icrm log`: one touch with a customer."""

from typing import Annotated

import typer

from icrm_tui.collect import interactions
from icrm_tui.commands.base import Run, Text, Who, Words, group, run_of
from icrm_tui.errors import Usage
from icrm_tui.search import who as meant

app = group()


@app.command("log")
def log(
    ctx: typer.Context,
    who: Who,
    text: Words,
    channel: Annotated[str, typer.Option(metavar="CHANNEL")] = "other",
    in_: Annotated[bool, typer.Option("--in")] = False,
    out: Annotated[bool, typer.Option("--out")] = False,
    at: Annotated[str | None, typer.Option(metavar="WHEN")] = None,
    outcome: Annotated[str | None, typer.Option(metavar="OUTCOME")] = None,
    next: Annotated[str | None, typer.Option(metavar="WHEN")] = None,
    what: Text = None,
) -> None:
    """icrm log p1 "asked for a quote" --channel call --in --next "next tue 9am" --what "send the quote" """
    run = run_of(ctx)
    if in_ and out:
        raise Usage("in-and-out")
    whom = meant(run.ctx, who)
    when = _instant(run, at) if at else ""
    direction = "in" if in_ else "out"
    touch = interactions.Touch(" ".join(text), channel, direction, when, outcome or "")
    if next is None:
        made = interactions.add(run.ctx, whom, touch)
    else:
        from icrm_tui.commands.reminders import moment
        from icrm_tui.engage import reminders

        made = reminders.log(run.ctx, whom, touch, moment(run, next), what or "")
    run.wrote(f"i{made}", lambda: interactions.show(run.ctx, made))


def _instant(run: Run, text: str) -> str:
    """The instant something happened; of today without an hour: now."""
    from icrm_tui import dates, when

    day, hour = when.read(text, run.ctx.now, run.zone, ahead=False)
    return run.ctx.stamp if hour is None and day == run.ctx.today else dates.utc(day, hour, run.zone)
