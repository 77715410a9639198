"""`icrm inbox` takes in mail for a mail server's filter; `icrm mail …` shows what came."""

import re
import sys
from contextlib import ExitStack
from typing import Annotated, BinaryIO

import typer

from icrm_tui import paths
from icrm_tui.commands.base import Query, Run, Who, group, run_of
from icrm_tui.errors import Usage
from icrm_tui.i18n import t
from icrm_tui.listen import mails
from icrm_tui.search import who as meant

app = group()
mail = group()
app.add_typer(mail, name="mail")

Id = Annotated[str, typer.Argument(metavar="ID")]
Kind = Annotated[str | None, typer.Option(metavar="KIND")]


@app.command("inbox")
def inbox(
    ctx: typer.Context,
    file: Annotated[list[str] | None, typer.Argument(metavar="FILE")] = None,
    kind: Kind = None,
) -> None:
    """icrm inbox message.eml nobodys.eml"""
    run = run_of(ctx)
    for name in file or ("-",):
        with ExitStack() as open_files:
            stream: BinaryIO = sys.stdin.buffer
            if name != "-":
                stream = open_files.enter_context(paths.given(name).open("rb"))
            _tell(run, mails.receive(run.ctx.action(), stream, kind or ""))


def _tell(run: Run, received: mails.Received) -> None:
    """The id, and in a sentence what it became."""
    written = f"e{received.id}"
    run.out.made(written, mails.show(run.ctx, received.id) if run.out.json else None)
    if received.known:
        run.out.say(t("inbox.known", id=written))
    elif received.state == "aside":
        run.out.say(t("inbox.aside", id=written, why=t(f"why.{received.why}")))
    else:
        run.out.say(t(f"inbox.{received.state}", id=written, about=received.about))


def read_id(text: str) -> int:
    found = re.fullmatch(r"e?(\d{1,18})", text.strip().casefold())
    if found is None:
        raise Usage("option-id", option="ID", value=text)
    return int(found[1])


def _wrote(run: Run, mail_id: int) -> None:
    run.wrote(f"e{mail_id}", lambda: mails.show(run.ctx, mail_id))


@mail.command("list")
def list_(ctx: typer.Context, query: Query = None) -> None:
    """icrm mail list state:aside"""
    from icrm_tui.commands.listing import show_list

    show_list(run_of(ctx), "mail", query)


@mail.command()
def show(ctx: typer.Context, id: Id) -> None:
    """icrm mail show e1"""
    run = run_of(ctx)
    record = mails.show(run.ctx, read_id(id))
    if run.out.chosen not in ("table", "plain"):
        run.out.record(record)
        return
    run.out.record({key: value for key, value in record.items() if key != "text"})
    run.out.line("")
    for line in record["text"].split("\n"):
        run.out.line(line)


@mail.command()
def take(ctx: typer.Context, id: Id, who: Who) -> None:
    """icrm mail take e2 p1"""
    run = run_of(ctx)
    mails.take(run.ctx, read_id(id), meant(run.ctx, who))
    _wrote(run, read_id(id))


@mail.command()
def archive(ctx: typer.Context, id: Id) -> None:
    """icrm mail archive e1"""
    run = run_of(ctx)
    mails.archive(run.ctx, read_id(id))
    _wrote(run, read_id(id))


@mail.command()
def unarchive(ctx: typer.Context, id: Id) -> None:
    """icrm mail unarchive e1"""
    run = run_of(ctx)
    mails.archive(run.ctx, read_id(id), False)
    _wrote(run, read_id(id))
