"""`icrm today`: what now."""

from typing import Any

import typer

from icrm_tui.commands.base import Run, group, run_of
from icrm_tui.i18n import t
from icrm_tui.improve import today

app = group()

COLUMNS = {
    "overdue": ("id", "due", "name", "what", "priority"),
    "due": ("id", "due", "name", "what", "priority"),
    "complaints": ("ref", "left", "days", "name", "what", "severity", "state"),
    "mail": ("mail", "state", "name", "subject", "answer"),
    "birthdays": ("id", "name", "company", "on", "turns"),
    "silent": ("id", "name", "owner", "days"),
    "touches": ("id", "name", "at", "channel", "text"),
}


@app.command("today")
def today_(ctx: typer.Context) -> None:
    """icrm today --all"""
    show(run_of(ctx))


def show(run: Run) -> None:
    found = today.today(run.ctx, run.said.has("all"))
    if run.out.chosen not in ("table", "plain"):
        run.out.record(found) if run.out.json else run.out.rows(*flat(found))
        return
    if not any(found.values()):
        run.out.line(t("today.nothing"))
    for section, rows in found.items():
        if rows:
            run.out.line(f"{t(f'today.{section}')} {len(rows)}")
            run.out.rows([_readable(row) for row in rows], COLUMNS[section])


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    """What is left of a clock in hours."""
    if row.get("left") is None:
        return row
    from icrm_tui.calendars_rules import write_span

    return row | {"left": write_span(row["left"])}


def flat(found: dict[str, list[dict[str, Any]]]) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """All sections as one list, for formats that know but one."""
    rows = [{"section": section, **row} for section, some in found.items() for row in some]
    return rows, ("section", "id", "name", "due", "on", "days", "at", "what", "text")
