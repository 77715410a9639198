"""Files into the store: one change takes in every row, or none, or those that can come in.

Nothing waits while a file is read: its rows are staged in a private file and matched; the change then publishes them
as sets. Which rows become what is the nouns' affair.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from icrm_tui import nouns, search, settings, users
from icrm_tui.collect import fields, headers, plans, rejecting
from icrm_tui.collect.mapping import Column
from icrm_tui.collect.plans import Options, Plan, Preview, preview
from icrm_tui.collect.reading import Given, Job, Shared, reader
from icrm_tui.collect.staging import Stage
from icrm_tui.context import Context
from icrm_tui.dates import OrderNeeded
from icrm_tui.db import Tx
from icrm_tui.errors import IcrmError, Interrupted, Refused, Usage
from icrm_tui.text import fold

__all__ = ["ImportReport", "Options", "Preview", "Trouble", "preview", "run"]

Progress = Callable[[str, int, int], None]
Speak = Callable[[IcrmError], str]


class Trouble(NamedTuple):
    """A row that did not come in, or something it says that was not taken as it stands."""

    line: int
    name: str
    field: str
    code: str
    reason: str


@dataclass
class ImportReport:
    """How it ended; each row is created, updated, merged, skipped or rejected. `id` is the change."""

    id: int | None
    kind: str
    file: str
    encoding: str
    delimiter: str
    dates: str
    preset: str
    rows: int
    created: int
    updated: int
    merged: int
    skipped: int
    rejected: int
    warnings: int
    columns: list[Column]
    unmapped: list[str]
    rejects: list[Trouble]
    warned: list[Trouble]
    dry_run: bool
    rejects_file: str = ""
    totals: int = 0  # lines at the end that are no rows
    customers: int = 0  # made because rows of another kind name them
    waiting: int = 0  # rows that cannot be found by search yet


def run(
    ctx: Context,
    path: Path,
    options: Options,
    progress: Progress = lambda _stage, _done, _total: None,
    speak: Speak = lambda error: error.code,
    name: str = "",
) -> ImportReport:
    """Import the file in one change. `speak` words what is wrong with a row, `name` is how the file is called.

    With a rejected row nothing comes in, unless `partial`; a dry run counts what would.
    """
    plan = plans.make(ctx, path, options)
    called = name or str(path)
    if options.rejects:
        rejecting.check(options.rejects, path, replace=options.replace)
    try:
        report = _run(ctx, plan, options.dates, called, progress, speak)
    except OrderNeeded:
        report = _run(ctx, plan, plans.order(plan), called, progress, speak)
    if report.id:
        report.waiting = _fill_search(ctx, progress)
    return report


def _run(ctx: Context, plan: Plan, order: str, called: str, progress: Progress, speak: Speak) -> ImportReport:
    options = plan.options
    with Stage(ctx.connection, nouns.importer(options.kind)) as stage, ctx.connection.at_length():
        totals = _read(stage, _job(ctx, plan, order, called), progress)
        if not stage.rows and not stage.rejected:
            raise Refused("import-no-rows", path=called)
        counts = None
        while counts is None:
            counts = _take(ctx, stage, plan, progress, speak)
        report = _report(plan, order or "ymd", called, counts, speak)
        report.totals = totals
        report.rejects_file = str(options.rejects) if options.rejects and stage.rejected else ""
    return report


def _take(ctx: Context, stage: Stage, plan: Plan, progress: Progress, speak: Speak) -> dict[str, Any] | None:
    """Match what is staged and publish it; None where others wrote meanwhile and other rows are turned away now."""
    options = plan.options
    progress("check", 0, 1)
    moment = ctx.connection.moment()
    _match(stage, options)
    progress("check", 1, 1)
    wanted = options.dry_run or options.partial or not stage.rejected
    try:
        with ExitStack() as stack:
            if options.rejects and stage.rejected:
                stack.enter_context(rejecting.written(plan.path, plan.layout, stage.rejects(), options.rejects, speak))
            return _publish(ctx, stage, plan, moment, progress) if wanted else _counts(stage, options)
    except _Again:
        return None


def _job(ctx: Context, plan: Plan, order: str, called: str) -> Job:
    known = {"me": ctx.user}
    for user in users.everyone(ctx):
        known |= {fold(user[key]): user["name"] for key in ("email", "full_name", "name") if user[key]}
    country = plan.options.country.upper() or ctx.setting("country")
    money = settings.get(ctx, "currency")
    given = Given(country, order, known, plan.fields, Path(called).name, ctx.stamp, Shared(), ctx.zone, money)
    constants = [_turns(column, known) for column in plan.mapping.columns[: plan.constants]]
    return Job(plan.path, plan.layout, plan.mapping, plan.options.kind, given, constants, plan.options.partial)


def _turns(column: Column, known: Mapping[str, str]) -> list[str]:
    """The values that `set` gives to rows in turn: several only of owners."""
    if column.target not in ("owner", "service_owner"):
        return [column.first[0]]
    owners = [value.strip() for value in column.first[0].split(",") if value.strip()]
    for owner in owners:
        if fold(owner) not in known:
            raise Usage("no-user", user=owner, nearest=headers.nearest(owner, list(known.values())))
    return owners or [""]


def _read(stage: Stage, job: Job, progress: Progress) -> int:
    """Put every row on the stage; how many lines of the file are none."""
    total, totals = job.layout.lines, 0
    progress("read", 0, total)
    with reader(job) as batches:
        for batch in batches:
            stage.take(batch)
            totals += batch.totals
            progress("read", batch.line, total)
    return totals


def _match(stage: Stage, options: Options) -> None:
    if stage.importer.look:
        stage.readmit()
        stage.importer.look(stage, options)
    if options.on_duplicate != "create":
        stage.meet()
        stage.pair()


class _Again(Exception):
    """Not the same rows as before are turned away."""


class _TakenBack(Exception):
    """A dry run is over: what it counted."""

    def __init__(self, counts: dict[str, Any]) -> None:
        super().__init__()
        self.counts = counts


def _publish(ctx: Context, stage: Stage, plan: Plan, moment: Any, progress: Progress) -> dict[str, Any]:
    """The one change. Where somebody wrote since the rows were matched, they are matched again."""
    options = plan.options

    def work(tx: Tx) -> dict[str, Any]:
        if ctx.connection.moved(moment):
            refused = stage.refused()
            _match(stage, options)
            if stage.refused() != refused:
                raise _Again
        progress("publish", 0, 1)
        stage.fold(later=options.on_duplicate == "update")
        stage.aim(tx, matched=options.on_duplicate in ("update", "merge"))
        _define(ctx, plan)
        more = stage.importer.publish(ctx, tx, options.on_duplicate)
        if options.save_mapping:
            settings.put(ctx, f"mapping.{options.kind}.{options.save_mapping}", json.dumps(_columns(plan)))
        counts = _counts(stage, options) | (more or {})
        if options.dry_run:
            raise _TakenBack(counts)
        return counts

    before = ctx.last_change
    try:
        counts: dict[str, Any] = ctx.change("import", work)
    except _TakenBack as over:
        return over.counts
    progress("publish", 1, 1)
    return counts | ({"id": ctx.last_change} if ctx.last_change != before else {})


def _define(ctx: Context, plan: Plan) -> None:
    """Make the custom fields our own exports tell of."""
    used = {column.target for column in plan.mapping.columns}
    for key, field in plan.fields.items():
        if "id" not in field and f"field:{key}" in used:
            fields.add(ctx, plan.options.kind, field["name"], field["type"], filter(None, field["choices"].split("\n")))


def _columns(plan: Plan) -> dict[str, str]:
    return {column.name: column.target or "-" for column in plan.columns}


def _counts(stage: Stage, options: Options) -> dict[str, Any]:
    """How the rows ended; before anything is published, none of them anywhere."""
    created, changed, joined = stage.ends()
    if options.on_duplicate == "skip":
        joined = 0
    merging = options.on_duplicate == "merge"
    return {
        "rows": stage.rows + stage.rejected,
        "created": created,
        "updated": 0 if merging else changed,
        "merged": joined + changed * merging,
        "skipped": stage.rows - created - changed - joined if created + changed + joined or not stage.rejected else 0,
        "rejected": stage.rejected,
        "warnings": stage.count("doubts"),
        "rejects": stage.troubles("rejects"),
        "warned": stage.troubles("doubts"),
    }


def _report(plan: Plan, order: str, called: str, counts: dict[str, Any], speak: Speak) -> ImportReport:
    troubles = {
        key: [
            Trouble(line, name, field, code, speak(IcrmError(code, **values)))
            for line, name, field, code, values in counts[key]
        ]
        for key in ("rejects", "warned")
    }
    options, layout = plan.options, plan.layout
    return ImportReport(
        **{"id": None, **counts, **troubles},
        kind=options.kind,
        file=called,
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        dates=order,
        preset=plan.mapping.preset,
        columns=plan.columns,
        unmapped=[column.name for column in plan.mapping.unmapped],
        dry_run=options.dry_run,
    )


def _fill_search(ctx: Context, progress: Progress) -> int:
    """Make what came in searchable; called off, it goes on another time. How many rows wait."""
    try:
        with ctx.connection.at_length():
            for done, total in search.drain(ctx.connection, hurry=True):
                progress("search", done, total)
    except (KeyboardInterrupt, Interrupted):
        pass
    return search.pending(ctx)
