"""`icrm sla …`: what is promised to whoever complains, and how well it is kept."""

from typing import Annotated, Any

import typer

from icrm_tui.calendars_rules import write_span
from icrm_tui.commands.base import Number, Query, Run, Text, changes, given, group, run_of
from icrm_tui.listen import sla

app = group()

TIMES = ("mean", "median", "p90", "max", "mean_all")
COLUMNS = ("name", "severity", "category", "tier", "first_reply", "resolution", "calendar", "escalate")

Policy = Annotated[str, typer.Argument(metavar="POLICY")]
Span = Annotated[str | None, typer.Option(metavar="TIME")]
Severity = Annotated[str | None, typer.Option(metavar="SEVERITY")]


def _wrote(run: Run, policy_id: int) -> None:
    record = sla.show(run.ctx, policy_id)
    run.wrote(record["name"], lambda: record)


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """icrm sla list"""
    run = run_of(ctx)
    run.out.rows(sla.everything(run.ctx, run.said.has("archived")), COLUMNS)


@app.command()
def add(
    ctx: typer.Context,
    name: Policy,
    first_reply: Span = None,
    resolution: Span = None,
    severity: Severity = None,
    category: Text = None,
    tier: Text = None,
    calendar: Text = None,
    escalate: Text = None,
) -> None:
    """icrm sla add "our best" --tier high --severity critical --first-reply 30m --resolution 4h"""
    run = run_of(ctx)
    values = given(
        first_reply=first_reply, resolution=resolution, severity=severity, category=category, tier=tier,
        calendar=calendar, escalate=escalate,
    )  # fmt: skip
    _wrote(run, sla.add(run.ctx, name, values))


@app.command()
def edit(
    ctx: typer.Context,
    name: Policy,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE")] = None,
    rev: Number = None,
) -> None:
    """icrm sla edit critical --set first_reply=45m --set escalate=me"""
    values = changes(set_)
    run = run_of(ctx)
    policy_id = sla.find(run.ctx, name)["id"]
    sla.edit(run.ctx, policy_id, values, rev)
    _wrote(run, policy_id)


@app.command()
def archive(ctx: typer.Context, name: Policy) -> None:
    """icrm sla archive low"""
    run = run_of(ctx)
    policy_id = sla.find(run.ctx, name)["id"]
    sla.archive(run.ctx, policy_id)
    _wrote(run, policy_id)


@app.command()
def unarchive(ctx: typer.Context, name: Policy) -> None:
    """icrm sla unarchive low"""
    run = run_of(ctx)
    policy_id = sla.find(run.ctx, name)["id"]
    sla.archive(run.ctx, policy_id, False)
    _wrote(run, policy_id)


@app.command()
def report(
    ctx: typer.Context,
    query: Query = None,
    by: Annotated[str, typer.Option(metavar="policy|owner|category|severity|month")] = "policy",
    hours: Annotated[str, typer.Option(metavar="working|all")] = "working",
) -> None:
    """icrm sla report opened>=this-year --by month"""
    from icrm_tui.listen import sla_report

    run = run_of(ctx)
    rows = sla_report.report(run.ctx, run.asked(query), by, hours)
    if not run.out.json:
        rows = [row | {word: _hours(row[word]) for word in TIMES} for row in rows]
    run.out.rows(rows, (by, "clock", "n", "met", "missed", "rate", "running", "flagged", "mean", "median", "p90"))


def _hours(seconds: float | None) -> str:
    return "" if seconds is None else write_span(round(seconds))


@app.command()
def preview(
    ctx: typer.Context,
    severity: Annotated[str, typer.Option(metavar="SEVERITY")] = "normal",
    category: Text = None,
    tier: Text = None,
) -> None:
    """icrm sla preview --severity critical"""
    run = run_of(ctx)
    rows: list[dict[str, Any]] = sla.preview(run.ctx, severity, category or "", tier or "")
    run.out.rows(rows, ("clock", "due", "time", "policy", "why"))
