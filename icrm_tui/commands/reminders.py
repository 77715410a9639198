"""`icrm due` and `icrm reminder …`: what is to be done, for whom, and when."""

import re
from datetime import timedelta
from typing import Annotated, Any

import typer

from icrm_tui import dates
from icrm_tui.commands.base import Number, Query, Run, Text, Who, changes, group, run_of, sure
from icrm_tui.dates import When
from icrm_tui.engage import reminders
from icrm_tui.errors import Refused, Usage
from icrm_tui.i18n import t
from icrm_tui.search import who as meant

app = group()
reminder = group()
app.add_typer(reminder, name="reminder")

ANY = 10  # exit code of --exit-code
LINE = ("id", "due", "name", "what", "priority")

Id = Annotated[str, typer.Argument(metavar="ID")]


@app.command("due")
def due(
    ctx: typer.Context,
    within: Annotated[str | None, typer.Option(metavar="TIME")] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code")] = False,
) -> int:
    """icrm due --within 2d"""
    run = run_of(ctx)
    found = reminders.due(run.ctx, _until(run, within) if within else None, run.said.has("all"))
    run.out.rows(found, LINE if not run.said.has("all") else (*LINE, "owner"))
    return ANY if found and exit_code else 0


def _until(run: Run, text: str) -> Any:
    """The end of the time that `2d` names, counted from now."""
    from icrm_tui import when

    day, hour = when.read(text, run.ctx.now, run.zone)
    if hour is None:
        day += timedelta(days=1)
    return dates.local(dates.utc(day, hour, run.zone), run.zone)


def read_id(text: str) -> int:
    found = re.fullmatch(r"r?(\d{1,18})", text.strip().casefold())
    if found is None:
        raise Usage("option-id", option="ID", value=text)
    return int(found[1])


def moment(run: Run, text: str) -> When:
    """When somebody means; a moment that is over takes a yes."""
    from icrm_tui import when

    found = when.read(text, run.ctx.now, run.zone)
    said = _said(found)
    if reminders.is_past(found, run.ctx.now, run.zone) and not sure(run, t("ask.past", due=said)):
        raise Refused("past", due=said)
    return found


def _said(found: When) -> str:
    """A moment in full, as what was understood is echoed."""
    return f"{found.day} {found.hour:%H:%M}" if found.hour else str(found.day)


def _wrote(run: Run, reminder_id: int, says: str) -> None:
    record = reminders.show(run.ctx, reminder_id)
    run.wrote(f"r{reminder_id}", lambda: record)
    if not record["done"]:
        run.out.say(t(says, due=record["due"]))


@reminder.command()
def add(
    ctx: typer.Context,
    who: Who,
    what: Annotated[list[str], typer.Argument(metavar="WHAT")],
    due: Annotated[str, typer.Option(metavar="WHEN")],
    repeat: Annotated[str | None, typer.Option(metavar="RULE")] = None,
    priority: Annotated[str, typer.Option(metavar="PRIORITY")] = "normal",
    owner: Text = None,
) -> None:
    """icrm reminder add p1 "send the quote" --due "next tue 9am" --priority high"""
    run = run_of(ctx)
    made = reminders.Reminder(" ".join(what), moment(run, due), repeat or "", priority, owner or "")
    _wrote(run, reminders.add(run.ctx, meant(run.ctx, who), made), "out.due")


@reminder.command("list")
def list_(ctx: typer.Context, query: Query = None) -> None:
    """icrm reminder list owner:me due:this-week --sort due"""
    from icrm_tui.commands.listing import show_list

    show_list(run_of(ctx), "reminder", query)


@reminder.command()
def show(ctx: typer.Context, id: Id) -> None:
    """icrm reminder show r1"""
    run = run_of(ctx)
    run.out.record(reminders.show(run.ctx, read_id(id)))


@reminder.command()
def edit(
    ctx: typer.Context,
    id: Id,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE")] = None,
    rev: Number = None,
) -> None:
    """icrm reminder edit r4 --set priority=high"""
    run = run_of(ctx)
    values = changes(set_)
    reminders.edit(run.ctx, read_id(id), values, rev)
    _wrote(run, read_id(id), "out.due")


@reminder.command()
def snooze(ctx: typer.Context, id: Id, until: Annotated[list[str], typer.Argument(metavar="WHEN")]) -> None:
    """icrm reminder snooze r4 tomorrow 9am"""
    run = run_of(ctx)
    reminders.snooze(run.ctx, read_id(id), moment(run, " ".join(until)))
    _wrote(run, read_id(id), "out.due")


@reminder.command()
def done(
    ctx: typer.Context,
    id: Id,
    outcome: Text = None,
    next: Annotated[str | None, typer.Option(metavar="WHEN")] = None,
    what: Text = None,
) -> None:
    """icrm reminder done r3 --outcome "quote sent" --next "in 3 days" --what "ask about the quote" """
    run = run_of(ctx)
    then = moment(run, next) if next else None
    again = reminders.done(run.ctx, read_id(id), outcome or "", then, what or "", early=run.said.has("yes"))
    _wrote(run, again or read_id(id), "out.next")


@reminder.command()
def archive(ctx: typer.Context, id: Id) -> None:
    """icrm reminder archive r2"""
    run = run_of(ctx)
    reminders.archive(run.ctx, read_id(id))
    _wrote(run, read_id(id), "out.due")


@reminder.command()
def unarchive(ctx: typer.Context, id: Id) -> None:
    """icrm reminder unarchive r2"""
    run = run_of(ctx)
    reminders.archive(run.ctx, read_id(id), False)
    _wrote(run, read_id(id), "out.due")
