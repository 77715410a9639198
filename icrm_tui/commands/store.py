"""`icrm backup`, `restore-backup`, `doctor` and `reindex`: keeping the store whole."""

import typer

from icrm_tui import db, doctor, paths, search
from icrm_tui.commands.base import File, group, run_of, sure
from icrm_tui.errors import Refused
from icrm_tui.i18n import t

app = group()


@app.command("backup")
def backup_(ctx: typer.Context, file: File) -> None:
    """icrm backup monday.db"""
    run = run_of(ctx)
    target = paths.given(file)
    db.backup(run.ctx.connection, target)
    run.out.line(str(target))


@app.command("restore-backup")
def restore(ctx: typer.Context, file: File) -> None:
    """icrm restore-backup monday.db --yes"""
    run = run_of(ctx)
    if not sure(run, t("ask.restore", path=run.place, file=file)):
        raise Refused("restore-unsure")
    kept = db.restore(run.ctx.connection, paths.given(file))
    run.out.say(t("out.restored", kept=kept))
    run.out.line(str(kept))


@app.command("doctor")
def doctor_(ctx: typer.Context) -> int:
    """icrm doctor"""
    run = run_of(ctx)
    findings = doctor.run(run.ctx)
    if run.out.chosen in ("table", "plain"):
        for finding in findings:
            mark = t("doctor.ok") if finding.ok else t("doctor.wrong")
            detail = "" if finding.ok else t(f"doctor.{finding.check}.wrong", detail=finding.detail)
            run.out.line(f"{mark} {t(f'doctor.{finding.check}')} {detail}".rstrip())
    else:
        run.out.rows([doctor.record(finding) for finding in findings], ("check", "ok", "detail"))
    return 0 if all(finding.ok for finding in findings) else 1


@app.command()
def reindex(ctx: typer.Context) -> None:
    """icrm reindex"""
    run = run_of(ctx)
    search.rebuild(run.ctx.connection)
    total = 0
    for done, total in search.drain(run.ctx.connection):
        run.out.progress("search", done, total)
    run.out.say(t("out.reindexed", n=total))
