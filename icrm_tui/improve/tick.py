"""The heartbeat: everything that falls due by itself is done here, and nothing here knows what that is.

Each noun declares its work in `nouns.DUE`. One tick runs at a time; one that is killed, or comes late, leaves to the
next what it has not done.
"""

from typing import Any, NamedTuple

from icrm_tui import nouns
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError, Unavailable


class Ticked(NamedTuple):
    """What was done (in a dry run: what would be), what could not be and why; `busy` where another tick is at it."""

    actions: list[dict[str, Any]]
    failed: list[tuple[str, IcrmError]]
    busy: bool = False


def run(ctx: Context, dry: bool = False) -> Ticked:
    """Do everything that is due now."""
    if dry:
        found = [_told(work, one) for work in nouns.DUE for one in nouns.due(work).find(ctx)]
        return Ticked(found, [])
    if ctx.connection.readonly:
        raise Unavailable("store-readonly", path=str(ctx.connection.place))
    program = ctx.program()
    with ctx.connection.alone("tick") as mine:
        if not mine:
            return Ticked([], [], busy=True)
        ticked = Ticked([], [])
        for work in nouns.DUE:
            _do(program, work, ticked)
        return ticked


def _do(ctx: Context, work: str, ticked: Ticked) -> None:
    """All of one kind; where one of a batch cannot be done, each of it by itself."""
    due = nouns.due(work)
    waiting = due.find(ctx)
    batches = [waiting[start : start + due.batch] for start in range(0, len(waiting), due.batch)]
    while batches:
        some = batches.pop(0)
        try:
            ticked.actions.extend(_told(work, one) for one in due.do(ctx, some))
        except Unavailable:
            raise
        except IcrmError as error:
            if len(some) == 1:
                ticked.failed.append((work, error))
            else:
                batches[:0] = [[one] for one in some]


def _told(work: str, one: dict[str, Any]) -> dict[str, Any]:
    """The part of it that is for people."""
    return {"work": work, **{key: value for key, value in one.items() if not key.startswith("_")}}
