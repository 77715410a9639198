"""`icrm check`: is this customer here already, and whose are they?"""

import typer

from icrm_tui.collect import duplicates
from icrm_tui.commands.base import Words, group, run_of
from icrm_tui.i18n import t

app = group()


@app.command("check")
def check(ctx: typer.Context, text: Words) -> None:
    """icrm check 上海云图科技"""
    run = run_of(ctx)
    found = duplicates.check(run.ctx, " ".join(text))
    run.out.rows(found, ("sure", "id", "name", "owner", "last_contact"))
    if not found:
        run.out.say(t("out.nobody"))
