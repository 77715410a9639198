"""`icrm calendar …`: when the team works."""

from datetime import date
from typing import Annotated

import typer

from icrm_tui import calendars, dates
from icrm_tui import calendars_rules as rules
from icrm_tui.commands.base import Number, Run, Text, changes, group, run_of

app = group()

Calendar = Annotated[str, typer.Argument(metavar="CALENDAR")]
Day = Annotated[str, typer.Argument(metavar="DAY")]
Until = Annotated[str | None, typer.Option(metavar="DAY")]
Reason = Annotated[list[str] | None, typer.Argument(metavar="REASON")]


def _day(run: Run, text: str) -> date:
    from icrm_tui import when

    return when.read(text, run.ctx.now, run.zone).day


def _instant(run: Run, text: str) -> int:
    """A moment, an hour said or midnight."""
    from icrm_tui import when

    day, hour = when.read(text, run.ctx.now, run.zone)
    return rules.seconds(dates.utc(day, hour, run.zone))


def _wrote(run: Run, calendar_id: int) -> None:
    record = calendars.show(run.ctx, calendar_id)
    run.wrote(record["name"], lambda: record)


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """icrm calendar list"""
    run = run_of(ctx)
    run.out.rows(calendars.everything(run.ctx), ("name", "hours", "zone", "holidays"))


@app.command()
def show(ctx: typer.Context, name: Calendar) -> None:
    """icrm calendar show standard"""
    run = run_of(ctx)
    record = calendars.show(run.ctx, calendars.find(run.ctx, name)["id"])
    if run.out.chosen not in ("table", "plain"):
        run.out.record(record)
        return
    run.out.record({key: value for key, value in record.items() if key not in ("days", "week")})
    for part, columns in (("week", ("day", "hours")), ("days", ("day", "hours", "why"))):
        if record[part]:
            run.out.line("")
            run.out.rows(record[part], columns)


@app.command()
def add(
    ctx: typer.Context,
    name: Calendar,
    hours: Annotated[str, typer.Option(metavar="HOURS")],
    zone: Text = None,
    holidays: Text = None,
) -> None:
    """icrm calendar add night --hours "mon-fri 09:00-12:00,13:00-18:00; sat 22:00-02:00" --holidays CN"""
    run = run_of(ctx)
    made = calendars.add(run.ctx, calendars.Calendar(name, hours, zone or "", holidays or ""))
    _wrote(run, made)


@app.command()
def edit(
    ctx: typer.Context,
    name: Calendar,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE")] = None,
    rev: Number = None,
) -> None:
    """icrm calendar edit standard --set "hours=mon-fri 08:30-17:30" --set holidays=CN"""
    values = changes(set_)
    run = run_of(ctx)
    calendar_id = calendars.find(run.ctx, name)["id"]
    calendars.edit(run.ctx, calendar_id, values, rev)
    _wrote(run, calendar_id)


@app.command()
def close(ctx: typer.Context, name: Calendar, day: Day, reason: Reason = None, until: Until = None) -> None:
    """icrm calendar close standard 2027-01-04 "stock-taking" --until 2027-01-05"""
    _mark(ctx, name, day, until, "closed", reason)


@app.command("open")
def open_(
    ctx: typer.Context,
    name: Calendar,
    day: Day,
    hours: Annotated[str, typer.Option(metavar="HOURS")],
    reason: Reason = None,
    until: Until = None,
) -> None:
    """icrm calendar open standard 2027-01-09 "the fair" --hours 10:00-16:00"""
    _mark(ctx, name, day, until, hours, reason)


def _mark(ctx: typer.Context, name: str, day: str, until: str | None, hours: str, reason: list[str] | None) -> None:
    run = run_of(ctx)
    calendar_id, first = calendars.find(run.ctx, name)["id"], _day(run, day)
    calendars.mark(run.ctx, calendar_id, first, _day(run, until) if until else first, hours, " ".join(reason or ()))
    _wrote(run, calendar_id)


@app.command()
def clear(ctx: typer.Context, name: Calendar, day: Day, until: Until = None) -> None:
    """icrm calendar clear standard 2027-01-04"""
    run = run_of(ctx)
    calendar_id, first = calendars.find(run.ctx, name)["id"], _day(run, day)
    calendars.clear(run.ctx, calendar_id, first, _day(run, until) if until else first)
    _wrote(run, calendar_id)


@app.command()
def between(
    ctx: typer.Context,
    name: Calendar,
    start: Annotated[str, typer.Argument(metavar="WHEN")],
    end: Annotated[str, typer.Argument(metavar="WHEN")],
) -> None:
    """icrm calendar between standard "2026-11-20 16:00" "2026-11-23 10:00" """
    run = run_of(ctx)
    table = calendars.timetable(run.ctx, calendars.find(run.ctx, name)["id"])
    worked = table.between(_instant(run, start), _instant(run, end))
    if run.out.json:
        run.out.record({"seconds": worked, "time": rules.write_span(worked)})
    else:
        run.out.line(rules.write_span(worked))


@app.command()
def after(
    ctx: typer.Context,
    name: Calendar,
    start: Annotated[str, typer.Argument(metavar="WHEN")],
    time: Annotated[str, typer.Argument(metavar="TIME")],
) -> None:
    """icrm calendar after standard "2026-11-20 16:00" 4h"""
    run = run_of(ctx)
    table = calendars.timetable(run.ctx, calendars.find(run.ctx, name)["id"])
    moment = rules.stamped(table.after(_instant(run, start), rules.read_span(time)))
    if run.out.json:
        run.out.record({"at": moment})
    else:
        run.out.line(run.out.shown("at", moment))
