"""How well what was promised is kept: met and missed, and how long customers waited.

A first verdict counts; the time is that from the opening to the last answer. An answer before the question, or one of
which nobody told when, is flagged and in no mean.
"""

from collections.abc import Callable
from datetime import datetime
from math import ceil
from statistics import fmean, median
from typing import Any, NamedTuple

from icrm_tui import calendars, lists
from icrm_tui import calendars_rules as time
from icrm_tui.context import Context
from icrm_tui.db import Row
from icrm_tui.errors import Usage
from icrm_tui.listen.sla_rules import CLOCKS, MET, MISSED, VOID, VOIDS
from icrm_tui.lists import Wanted

BY = ("policy", "owner", "category", "severity", "month")
HOURS = ("working", "all")

ROWS = """SELECT k.complaint_id, k.what, k.nth, k.policy, k.calendar_id, k.due_at, k.stopped_at, k.verdict,
 t.owner, t.severity, t.opened_at, t.state, COALESCE(g.name, '') AS category
 FROM complaint_clocks k JOIN complaints t ON t.id = k.complaint_id
 LEFT JOIN complaint_categories g ON g.id = t.category_id WHERE {where} ORDER BY k.what, k.complaint_id, k.nth"""


class Case(NamedTuple):
    """One clock of one complaint over all its runs: `took` is None while it runs, or where its end is not known."""

    group: str
    clock: str
    verdict: str  # met, missed, running, breached
    took: int | None
    flagged: bool


def report(ctx: Context, text: str = "", by: str = "policy", hours: str = "working") -> list[dict[str, Any]]:
    """For each group and clock: how many, met, missed, and mean, median and 90th percentile of the seconds they took.

    `mean_all` is the mean with what is flagged, where that has a length.
    """
    for field, value, choices in (("by", by, BY), ("hours", hours, HOURS)):
        if value not in choices:
            raise Usage("choice", field=field, value=value, choices=", ".join(choices))
    groups: dict[tuple[str, str], list[Case]] = {}
    for case in _cases(ctx, text, by, hours):
        groups.setdefault((case.group, case.clock), []).append(case)
    order = sorted(groups, key=lambda key: (key[0], CLOCKS.index(key[1])))
    return [_summed(by, *key, groups[key]) for key in order]


def _cases(ctx: Context, text: str, by: str, hours: str) -> list[Case]:
    where, params = lists.condition(ctx, Wanted("complaint", text))
    rows = ctx.read(ROWS.format(where=where), **params)
    measure = _measure(ctx, hours)
    found, start = [], 0
    for end in range(1, len(rows) + 1):
        same = end < len(rows) and all(rows[end][word] == rows[start][word] for word in ("what", "complaint_id"))
        if not same:
            case = _case(ctx, rows[start:end], by, measure)
            if case is not None:
                found.append(case)
            start = end
    return found


def _measure(ctx: Context, hours: str) -> Callable[[Row, int, int], int]:
    """Seconds between two instants: of work by the calendar of the clock, or all that pass."""
    table = calendars.tables(ctx)

    def working(row: Row, start: int, end: int) -> int:
        return table(row["calendar_id"]).between(start, end)

    return working if hours == "working" else lambda _row, start, end: end - start


def _case(ctx: Context, runs: list[Row], by: str, measure: Callable[[Row, int, int], int]) -> Case | None:
    """What became of one clock; None where nobody had to answer."""
    first, last = runs[0], runs[-1]
    if last["verdict"] == VOID and last["state"] in VOIDS:
        return None
    judged = next((run["verdict"] for run in runs if run["verdict"] in (MET, MISSED)), "")
    verdict = judged or ("breached" if last["due_at"] and last["due_at"] < ctx.stamp else "running")
    took, flagged = None, False
    if last["stopped_at"]:
        start, end = time.seconds(first["opened_at"]), time.seconds(last["stopped_at"])
        flagged = end < start or not judged
        took = measure(last, start, end) if end < start or judged else None
        verdict = judged or "flagged"
    return Case(_group(ctx, last, by), last["what"], verdict, took, flagged)


def _group(ctx: Context, row: Row, by: str) -> str:
    if by == "month":
        return datetime.fromisoformat(row["opened_at"]).astimezone(ctx.zone).isoformat()[:7]
    return str(row[by])


def _summed(by: str, group: str, clock: str, cases: list[Case]) -> dict[str, Any]:
    sound = sorted(case.took for case in cases if case.took is not None and not case.flagged)
    every = [case.took for case in cases if case.took is not None]
    met, missed = (sum(case.verdict == verdict for case in cases) for verdict in (MET, MISSED))
    return {
        "id": group,
        by: group,
        "clock": clock,
        "n": len(cases),
        "met": met,
        "missed": missed,
        "rate": round(met / (met + missed), 4) if met + missed else None,
        "breached": sum(case.verdict == "breached" for case in cases),
        "running": sum(case.verdict in ("running", "breached") for case in cases),
        "flagged": sum(case.flagged for case in cases),
        "mean": fmean(sound) if sound else None,
        "median": median(sound) if sound else None,
        "p90": sound[ceil(len(sound) * 0.9) - 1] if sound else None,
        "max": sound[-1] if sound else None,
        "mean_all": fmean(every) if every else None,
    }
