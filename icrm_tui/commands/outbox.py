"""`icrm outbox …`: mail that is to go out, and what became of it."""

import re
from collections.abc import Callable
from typing import Annotated, Any

import typer

from icrm_tui.commands.base import Query, Run, Text, Who, Words, group, run_of
from icrm_tui.context import Context
from icrm_tui.engage import messages
from icrm_tui.errors import Usage
from icrm_tui.i18n import t
from icrm_tui.search import who as meant

app = group()

PIECES = ("did", "id", "receiver", "detail")

Id = Annotated[str, typer.Argument(metavar="ID")]


def read_id(text: str) -> int:
    found = re.fullmatch(r"m?(\d{1,18})", text.strip().casefold())
    if found is None:
        raise Usage("option-id", option="ID", value=text)
    return int(found[1])


def _wrote(run: Run, message_id: int) -> None:
    run.wrote(f"m{message_id}", lambda: messages.show(run.ctx, message_id))


def _do(ctx: typer.Context, id: str, verb: Callable[[Context, int], object]) -> None:
    run = run_of(ctx)
    verb(run.ctx, read_id(id))
    _wrote(run, read_id(id))


@app.command()
def add(
    ctx: typer.Context,
    who: Who,
    text: Words,
    subject: Text = None,
    to: Annotated[str | None, typer.Option(metavar="EMAIL")] = None,
    about: Annotated[str | None, typer.Option(metavar="REF")] = None,
    kind: Annotated[str, typer.Option(metavar="KIND")] = "reply",
    at: Annotated[str | None, typer.Option(metavar="WHEN")] = None,
) -> None:
    """icrm outbox add p2 "The new seal is on its way." --subject "Your seal" """
    from icrm_tui import dates, when
    from icrm_tui.listen import complaints

    run = run_of(ctx)
    whom = meant(run.ctx, who)
    subject_of = ("complaint", complaints.meant(run.ctx, about)) if about else None
    after = dates.utc(*when.read(at, run.ctx.now, run.zone), run.zone) if at else ""
    message = messages.Message(" ".join(text), subject or "", kind, to or "", subject_of, after=after)
    _wrote(run, messages.add(run.ctx, whom, message))


@app.command("list")
def list_(ctx: typer.Context, query: Query = None) -> None:
    """icrm outbox list state:unknown,failed"""
    from icrm_tui.commands.listing import show_list

    show_list(run_of(ctx), "message", query)


@app.command()
def show(ctx: typer.Context, id: Id) -> None:
    """icrm outbox show m1"""
    run = run_of(ctx)
    run.out.record(messages.show(run.ctx, read_id(id)))


@app.command()
def send(ctx: typer.Context, dry_run: Annotated[bool, typer.Option("--dry-run")] = False) -> int:
    """icrm outbox send --dry-run"""
    from icrm_tui.engage import messages_sending as sending

    run = run_of(ctx)
    if dry_run:
        _tell(run, sending.find(run.ctx))
        return 0
    sent = sending.send(run.ctx)
    _tell(run, sent.pieces)
    if sent.busy:
        run.out.say(t("outbox.busy"))
    if sent.down:
        raise sent.down
    return 0


def _tell(run: Run, pieces: list[dict[str, Any]]) -> None:
    run.out.rows([{**piece, "receiver": piece["who"]} for piece in pieces], PIECES)


@app.command()
def sent(ctx: typer.Context, id: Id) -> None:
    """icrm outbox sent m1"""
    _do(ctx, id, messages.went)


@app.command()
def retry(ctx: typer.Context, id: Id) -> None:
    """icrm outbox retry m1"""
    _do(ctx, id, messages.retry)


@app.command()
def drop(ctx: typer.Context, id: Id) -> None:
    """icrm outbox drop m1"""
    _do(ctx, id, messages.drop)
