"""`icrm find`: everything by any part of it."""

import typer

from icrm_tui import search
from icrm_tui.commands.base import Words, group, run_of
from icrm_tui.i18n import t

app = group()
AT_ONCE = 20_000  # records made searchable before an answer: what takes about a second


@app.command("find")
def find(ctx: typer.Context, text: Words) -> None:
    """icrm find zhangwei"""
    run = run_of(ctx)
    if not run.ctx.connection.readonly:
        for done, total in search.drain(run.ctx.connection):
            run.out.progress("search", done, total)
            if done >= AT_ONCE:
                break
    hits, more = search.find(run.ctx, " ".join(text), limit=run.limit or 1000)
    run.out.rows(hits, ("noun", "id", "name", "detail"))
    if more:
        run.out.say(t("out.more-hits", n=len(hits)))
    if waiting := search.pending(run.ctx):
        run.out.say(t("out.waiting", n=waiting))
