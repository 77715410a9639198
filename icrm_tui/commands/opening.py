"""`icrm` alone: the screens on this run's store."""

import gc
from contextlib import closing

from icrm_tui import db, users
from icrm_tui.commands.running import Run
from icrm_tui.context import Context


def screens(run: Run) -> str | None:
    """What is to be opened next: `demo`, or nothing. A store nobody works in yet asks who is there first."""
    gc.disable()  # until the screens are there: to look for waste among what stays takes a tenth of the time
    with closing(db.open_store(run.place)) as connection:
        ctx = Context(connection, connection.role or run.user, run.clock, run.zone)
        first_run = not users.everyone(ctx)
        if not first_run:
            users.identify(ctx)
    from icrm_tui import app

    opening = app.Opening(
        place=run.place,
        user=ctx.user,
        clock=run.clock,
        zone=run.zone,
        store_name=run.place.stem,
        theme=run.kept.get("theme", "icrm-dark"),
        glyphs=run.kept.get("glyphs", "unicode"),
        first_run=first_run,
    )
    run.close()  # the screens have connections of their own
    return app.run(opening)
