"""`icrm contact …`: people."""

from typing import Annotated, Any

import typer

from icrm_tui import nouns
from icrm_tui.collect import channels, consent, contacts, preferences, tags, timeline
from icrm_tui.commands.base import (
    Many,
    Name,
    Number,
    Query,
    Run,
    Text,
    Who,
    Words,
    changes,
    given,
    group,
    pairs,
    run_of,
)
from icrm_tui.commands.base import yes_or_no as read_flag
from icrm_tui.errors import Usage
from icrm_tui.search import who as meant

app = group()
channel = group()
app.add_typer(channel, name="channel")

SINGLE = ("wechat",)  # kinds of channel that have an option of their own beside e-mail and phone


def person(run: Run, text: str) -> int:
    """The contact meant; a company is none."""
    found = meant(run.ctx, text, "contact")
    if found.contact_id is None:
        raise Usage("not-a-person", field="WHO", who=text)
    return found.contact_id


def _wrote(run: Run, contact_id: int) -> None:
    run.wrote(f"p{contact_id}", lambda: contacts.show(run.ctx, contact_id))


@app.command()
def add(
    ctx: typer.Context,
    name: Name,
    email: Many = None,
    phone: Many = None,
    wechat: Many = None,
    company: Text = None,
    title: Text = None,
    tag: Many = None,
    owner: Text = None,
    source: Text = None,
    birthday: Text = None,
    city: Text = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE")] = None,
) -> None:
    """icrm contact add "Ada Lovelace" --email ada@analytical.example --company "Analytical Engines" --tag vip"""
    run = run_of(ctx)
    country = run.ctx.setting("country")
    reach = [
        channels.entered(kind, value, country)
        for kind, values in (("email", email), ("phone", phone), ("wechat", wechat))
        for value in values or ()
    ]
    values = given(company=company, title=title, owner=owner, source=source, birthday=birthday, city=city)
    made = contacts.Contact(name, {**values, **pairs(set_)}, tuple(reach), tuple(tag or ()))
    _wrote(run, contacts.add(run.ctx, made))


@app.command("list")
def list_(ctx: typer.Context, query: Query = None) -> None:
    """icrm contact list tag:VIP "last_contact>30d" --columns name,phone --sort name"""
    from icrm_tui.commands.listing import show_list

    show_list(run_of(ctx), "contact", query)


@app.command()
def show(ctx: typer.Context, who: Who) -> None:
    """icrm contact show p1"""
    run = run_of(ctx)
    run.out.record(contacts.show(run.ctx, person(run, who)))


@app.command()
def edit(
    ctx: typer.Context,
    who: Who,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE")] = None,
    rev: Number = None,
) -> None:
    """icrm contact edit p1 --set city=Bonn --set title="Head of purchasing" """
    run = run_of(ctx)
    values = changes(set_)
    contact_id = person(run, who)
    contacts.edit(run.ctx, contact_id, values, rev)
    _wrote(run, contact_id)


@app.command()
def archive(ctx: typer.Context, who: Who) -> None:
    """icrm contact archive p2"""
    run = run_of(ctx)
    contact_id = person(run, who)
    contacts.archive(run.ctx, contact_id)
    _wrote(run, contact_id)


@app.command()
def unarchive(ctx: typer.Context, who: Who) -> None:
    """icrm contact unarchive p2"""
    run = run_of(ctx)
    contact_id = person(run, who)
    contacts.unarchive(run.ctx, contact_id)
    _wrote(run, contact_id)


@app.command("timeline")
def timeline_(ctx: typer.Context, who: Who) -> None:
    """icrm contact timeline p1 --limit 5"""
    run = run_of(ctx)
    show_timeline(run, who, "contact")


def show_timeline(run: Run, who: str, noun: str) -> None:
    whom = meant(run.ctx, who, noun)
    rows = timeline.entries(run.ctx, whom, run.limit or 1_000_000)
    columns: tuple[str, ...] = ("at", "contact", "channel", "dir", "outcome", "who", "text")
    if run.out.chosen == "table":  # where there is little room, and one look should do
        columns = ("at", "channel", "outcome", "text") if whom.contact_id else ("at", "contact", "channel", "text")
    run.out.rows([record(row) for row in rows], columns)


def record(row: dict[str, Any]) -> dict[str, Any]:
    contact = f"p{row['contact_id']}" if row["contact_id"] else ""
    kept = {key: row[key] or "" for key in ("at", "noun", "channel", "dir", "outcome", "who", "text", "contact")}
    return {"id": f"{nouns.noun(row['noun']).prefix}{row['row_id']}", **kept, "contact_id": contact}


@app.command()
def tag(ctx: typer.Context, who: Who, tag: Words) -> None:
    """icrm contact tag p1 vip fair"""
    run = run_of(ctx)
    contact_id = person(run, who)
    tags.tag(run.ctx, "contact", [contact_id], tag)
    _wrote(run, contact_id)


@app.command()
def untag(ctx: typer.Context, who: Who, tag: Words) -> None:
    """icrm contact untag p1 vip"""
    run = run_of(ctx)
    contact_id = person(run, who)
    tags.untag(run.ctx, "contact", [contact_id], tag)
    _wrote(run, contact_id)


@app.command()
def merge(ctx: typer.Context, who: Who, into: Annotated[str, typer.Argument(metavar="INTO")]) -> None:
    """icrm contact merge p4 p3"""
    from icrm_tui.merge import merge as join

    run = run_of(ctx)
    target = person(run, into)
    join(run.ctx, "contact", person(run, who), target)
    _wrote(run, target)


@app.command("consent")
def consent_(
    ctx: typer.Context,
    who: Who,
    channel: Annotated[str, typer.Argument(metavar="CHANNEL")],
    answer: Annotated[str, typer.Argument(metavar="YES|NO")],
    origin: Text = None,
) -> None:
    """icrm contact consent p1 email no --origin "asked on the phone" """
    run = run_of(ctx)
    contact_id = person(run, who)
    consent.give(run.ctx, contact_id, channel, read_flag(answer), origin or "")
    _wrote(run, contact_id)


@app.command()
def prefer(ctx: typer.Context, who: Who, text: Words) -> None:
    """icrm contact prefer p1 "calls after four" """
    run = run_of(ctx)
    contact_id = person(run, who)
    preferences.add(run.ctx, contact_id, " ".join(text))
    _wrote(run, contact_id)


@channel.command("add")
def add_channel(
    ctx: typer.Context,
    who: Who,
    kind: Annotated[str, typer.Argument(metavar="KIND")],
    value: Annotated[str, typer.Argument(metavar="VALUE")],
    label: Text = None,
) -> None:
    """icrm contact channel add p1 phone "+49 30 901820" --label work"""
    run = run_of(ctx)
    contact_id = person(run, who)
    reach = channels.entered(kind, value, run.ctx.setting("country"), label or "")
    channels.add(run.ctx, contact_id, reach)
    _wrote(run, contact_id)


@channel.command("remove")
def remove_channel(ctx: typer.Context, who: Who, value: Annotated[str, typer.Argument(metavar="VALUE")]) -> None:
    """icrm contact channel remove p1 "+49 30 901820" """
    run = run_of(ctx)
    contact_id = person(run, who)
    channels.remove(run.ctx, contact_id, value)
    _wrote(run, contact_id)


@channel.command("primary")
def primary_channel(ctx: typer.Context, who: Who, value: Annotated[str, typer.Argument(metavar="VALUE")]) -> None:
    """icrm contact channel primary p1 "+49 30 901820" """
    run = run_of(ctx)
    contact_id = person(run, who)
    channels.primary(run.ctx, contact_id, value)
    _wrote(run, contact_id)
