"""`icrm tick`: everything that falls due by itself, for cron."""

from typing import Annotated

import typer

from icrm_tui.commands.base import group, run_of
from icrm_tui.i18n import sentence, t

app = group()

COLUMNS = ("did", "id", "who", "detail")


@app.command("tick")
def tick_(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    log: Annotated[bool, typer.Option("--log")] = False,
) -> int:
    """icrm tick --dry-run"""
    from icrm_tui import ticks
    from icrm_tui.improve import tick

    run = run_of(ctx)
    if log:
        run.out.rows(ticks.log(run.ctx, run.limit or ticks.KEPT), ("at", *COLUMNS))
        return 0
    ticked = tick.run(run.ctx, dry_run)
    if run.out.json:
        run.out.record({"done": len(ticked.actions), "actions": ticked.actions})
    else:
        run.out.rows(ticked.actions, COLUMNS)
    if ticked.busy:
        run.out.say(t("tick.busy"))
    elif dry_run:
        run.out.say(t("tick.would", n=len(ticked.actions)))
    for work, error in ticked.failed:
        run.out.complain(t("tick.failed", work=t(f"work.{work}"), reason=sentence(error)))
    return 1 if ticked.failed else 0
