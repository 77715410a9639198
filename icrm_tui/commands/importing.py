"""`icrm import FILE`: contacts and companies from a file, and what happened with them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Annotated, Any

import typer

from icrm_tui import paths
from icrm_tui.collect import importing
from icrm_tui.collect.importing import ImportReport, Options
from icrm_tui.commands.base import File, Number, Run, Text, group, pairs, run_of
from icrm_tui.errors import Refused, RejectedRows
from icrm_tui.i18n import sentence, t

app = group()

SAID = 5  # rejects and warnings a person is shown; the report and the rejects file have them all


@app.command("import")
def import_(
    ctx: typer.Context,
    file: File,
    kind: Text = None,
    map_: Annotated[list[str] | None, typer.Option("--map", metavar="COLUMN=FIELD")] = None,
    preset: Text = None,
    save_mapping: Text = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE")] = None,
    on_duplicate: Annotated[str | None, typer.Option(metavar="update|merge|skip|create")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    partial: Annotated[bool, typer.Option("--partial")] = False,
    rejects: Annotated[str | None, typer.Option(metavar="FILE")] = None,
    encoding: Text = None,
    delimiter: Text = None,
    dates: Annotated[str | None, typer.Option(metavar="dmy|mdy|ymd")] = None,
    skip_lines: Number = None,
    country: Annotated[str | None, typer.Option(metavar="CC")] = None,
    create_missing: Annotated[bool, typer.Option("--create-missing")] = False,
) -> None:
    """icrm import leads.csv --set source=fair --dry-run"""
    run = run_of(ctx)
    options = Options(
        kind=kind or "contact",
        map=pairs(map_, last=True),
        preset=preset or "",
        save_mapping=save_mapping or "",
        set=pairs(set_),
        on_duplicate=on_duplicate or "update",
        dry_run=dry_run,
        partial=partial,
        rejects=paths.given(rejects) if rejects else None,
        replace=run.said.has("yes"),
        encoding=encoding or "",
        delimiter=delimiter or "",
        dates=dates or "",
        skip_lines=skip_lines,
        country=country or "",
        create_missing=create_missing,
    )
    with _readable(file) as path, _store(run, dry_run):
        report = importing.run(run.ctx, path, options, run.out.progress, sentence, file)
    _tell(run, report)
    if report.rejected:
        raise RejectedRows(report) if partial else Refused("import-nothing")


@contextmanager
def _readable(file: str) -> Iterator[Path]:
    """The file; of what is piped in, a private copy, since it is read more than once."""
    if file != "-":
        yield paths.given(file)
        return
    with NamedTemporaryFile(prefix="icrm-") as kept:
        while block := sys.stdin.buffer.read(1 << 20):
            kept.write(block)
        kept.flush()
        yield Path(kept.name)


@contextmanager
def _store(run: Run, dry_run: bool) -> Iterator[None]:
    """A dry run makes no store either: where there is none, it tries on one that is thrown away."""
    if not dry_run or run.place.exists():
        yield
        return
    with TemporaryDirectory(prefix="icrm-") as folder:
        run.said.said["db"] = str(Path(folder) / "icrm.db")
        try:
            yield
        finally:
            run.close()


def _tell(run: Run, report: ImportReport) -> None:
    if run.out.json:
        run.out.record(record(report))
        return
    for trouble in [*report.rejects[:SAID], *report.warned[:SAID]]:
        run.out.complain(t("import.line", line=trouble.line, name=trouble.name, reason=trouble.reason))
    ends = ("created", "updated", "merged", "skipped", "rejected")
    counted = [f"{t(f'import.{end}')} {getattr(report, end):,}" for end in ends if getattr(report, end)]
    if report.customers:
        counted.append(f"{t('import.customers')} {report.customers:,}")
    run.out.say(t("ui.comma").join(counted))
    if report.id:
        run.out.line(str(report.id))


def record(report: ImportReport) -> dict[str, Any]:
    """The report as JSON has it."""
    columns = [{key: getattr(c, key) for key in ("name", "target", "sure", "first")} for c in report.columns]
    troubles = {key: [one._asdict() for one in getattr(report, key)] for key in ("rejects", "warned")}
    return {**vars(report), "columns": columns, **troubles}
