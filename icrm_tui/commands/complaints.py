"""`icrm complaint …`: what customers complain of and ask for, until they say that it is well."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from icrm_tui.commands.base import Number, Query, Run, Text, Who, Words, changes, group, run_of, yes_or_no
from icrm_tui.i18n import t
from icrm_tui.listen import callers, categories, complaints
from icrm_tui.search import who as meant

app = group()
category_ = group()
app.add_typer(category_, name="category")

CLOCKS = ("clock", "state", "due", "left", "promised", "policy", "why")
EVENTS = ("at", "outcome", "who", "channel", "text")

Ref = Annotated[str, typer.Argument(metavar="REF")]
Reasons = Annotated[list[str], typer.Argument(metavar="REASON")]
Reason = Annotated[list[str] | None, typer.Argument(metavar="REASON")]
Channel = Annotated[str, typer.Option(metavar="CHANNEL")]


def _wrote(run: Run, complaint_id: int) -> None:
    record = complaints.show(run.ctx, complaint_id)
    run.wrote(record["ref"], lambda: record)
    run.out.say(f"{record['ref']} {t('state.' + record['state'])}")


def _do(ctx: typer.Context, ref: str, verb: Callable[..., object], *said: object) -> None:
    run = run_of(ctx)
    complaint_id = complaints.meant(run.ctx, ref)
    verb(run.ctx, complaint_id, *said)
    _wrote(run, complaint_id)


def _answer(said: str | None) -> str:
    """What the customer said: yes, no or nothing."""
    return "" if said is None else "yes" if yes_or_no(said) else "no"


def _clock(one: dict[str, Any]) -> dict[str, Any]:
    """A clock as people read it: what is left in hours, and why that is promised."""
    from icrm_tui.calendars_rules import write_span

    left = "" if one["left"] is None else write_span(one["left"])
    return one | {"left": left, "promised": write_span(one["promised"])}


def _page(run: Run, record: dict[str, Any]) -> None:
    """A complaint as people read it: what it is, then what happened."""
    run.out.record({key: value for key, value in record.items() if key not in ("events", "customer", "clocks")})
    run.out.line("")
    if record["clocks"]:
        run.out.rows([_clock(one) for one in record["clocks"]], CLOCKS)
        run.out.line("")
    run.out.rows(record["events"], EVENTS)


@app.command()
def add(
    ctx: typer.Context,
    who: Who,
    text: Words,
    new: Text = None,
    kind: Annotated[str, typer.Option(metavar="KIND")] = "complaint",
    category: Text = None,
    severity: Annotated[str, typer.Option(metavar="SEVERITY")] = "normal",
    channel: Channel = "other",
    order: Text = None,
    wanted: Text = None,
    owner: Text = None,
    resolved: Text = None,
    satisfied: Annotated[str | None, typer.Option(metavar="YES|NO")] = None,
) -> None:
    """icrm complaint add 13900002222 "the box was torn" --new 王姐 --resolved "sent another" --satisfied yes"""
    run = run_of(ctx)
    said = complaints.Complaint(
        " ".join(text), kind, category or "", severity, channel, order or "", wanted or "", owner or "",
        resolved or "", _answer(satisfied),
    )  # fmt: skip
    if new is None:
        _wrote(run, complaints.add(run.ctx, meant(run.ctx, who), said))
    else:
        _wrote(run, callers.take(run.ctx, who, new, said))


@app.command("list")
def list_(ctx: typer.Context, query: Query = None) -> None:
    """icrm complaint list no:ended severity:critical,high "age>2d" --sort -severity"""
    from icrm_tui.commands.listing import show_list

    show_list(run_of(ctx), "complaint", query)


@app.command()
def show(ctx: typer.Context, ref: Ref) -> None:
    """icrm complaint show c1"""
    run = run_of(ctx)
    record = complaints.show(run.ctx, complaints.meant(run.ctx, ref))
    if run.out.chosen in ("table", "plain"):
        _page(run, record)
    else:
        run.out.record(record)


@app.command()
def brief(ctx: typer.Context, ref: Ref) -> None:
    """icrm complaint brief c1"""
    from icrm_tui.commands import handover
    from icrm_tui.improve import handover as briefs

    run = run_of(ctx)
    record = briefs.complaint(run.ctx, complaints.meant(run.ctx, ref))
    if run.out.chosen not in ("table", "plain"):
        run.out.record(record)
        return
    _page(run, record)
    if record["customer"]:
        run.out.line("")
        handover.page(run, record["customer"])


@app.command()
def edit(
    ctx: typer.Context,
    ref: Ref,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE")] = None,
    rev: Number = None,
) -> None:
    """icrm complaint edit c1 --set severity=high --set "cost=120 CNY" --set cause=packaging"""
    values = changes(set_)
    _do(ctx, ref, complaints.edit, values, rev)


@app.command()
def note(ctx: typer.Context, ref: Ref, text: Words) -> None:
    """icrm complaint note c1 "sent two photos" """
    _do(ctx, ref, complaints.note, " ".join(text))


@app.command()
def assign(ctx: typer.Context, ref: Ref, user: Annotated[str, typer.Argument(metavar="USER")]) -> None:
    """icrm complaint assign c1 me"""
    _do(ctx, ref, complaints.assign, user)


@app.command()
def ack(ctx: typer.Context, ref: Ref) -> None:
    """icrm complaint ack c1"""
    _do(ctx, ref, complaints.move, "ack")


@app.command()
def start(ctx: typer.Context, ref: Ref) -> None:
    """icrm complaint start c2"""
    _do(ctx, ref, complaints.move, "start")


@app.command()
def wait(ctx: typer.Context, ref: Ref) -> None:
    """icrm complaint wait c3"""
    _do(ctx, ref, complaints.move, "wait")


@app.command()
def resolve(ctx: typer.Context, ref: Ref, remedy: Annotated[str, typer.Option(metavar="TEXT")]) -> None:
    """icrm complaint resolve c4 --remedy "sent a new one by courier" """
    _do(ctx, ref, complaints.resolve, remedy)


@app.command()
def tried(ctx: typer.Context, ref: Ref, channel: Channel) -> None:
    """icrm complaint tried c5 --channel call"""
    _do(ctx, ref, complaints.tried, channel)


@app.command()
def close(
    ctx: typer.Context,
    ref: Ref,
    satisfied: Annotated[str | None, typer.Option(metavar="YES|NO")] = None,
    final: Annotated[str | None, typer.Option(metavar="REASON")] = None,
) -> None:
    """icrm complaint close c6 --satisfied yes"""
    _do(ctx, ref, complaints.close, _answer(satisfied), final or "")


@app.command()
def withdraw(ctx: typer.Context, ref: Ref, reason: Reasons) -> None:
    """icrm complaint withdraw c7 "found the missing box" """
    _do(ctx, ref, complaints.end, "withdraw", " ".join(reason))


@app.command()
def invalid(ctx: typer.Context, ref: Ref, reason: Reasons) -> None:
    """icrm complaint invalid c8 "bought elsewhere" """
    _do(ctx, ref, complaints.end, "invalid", " ".join(reason))


@app.command()
def duplicate(
    ctx: typer.Context,
    ref: Ref,
    other: Annotated[str, typer.Argument(metavar="OTHER")],
    reason: Reason = None,
) -> None:
    """icrm complaint duplicate c9 c10"""
    run = run_of(ctx)
    _do(ctx, ref, complaints.duplicate, complaints.meant(run.ctx, other), " ".join(reason or ()))


@app.command()
def reopen(ctx: typer.Context, ref: Ref, reason: Reason = None) -> None:
    """icrm complaint reopen c11 "it leaks again" """
    _do(ctx, ref, complaints.reopen, " ".join(reason or ()))


@app.command()
def archive(ctx: typer.Context, ref: Ref) -> None:
    """icrm complaint archive c12"""
    _do(ctx, ref, complaints.archive)


@app.command()
def unarchive(ctx: typer.Context, ref: Ref) -> None:
    """icrm complaint unarchive c12"""
    _do(ctx, ref, complaints.archive, False)


@category_.command("add")
def add_category(
    ctx: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME")], handler: Text = None
) -> None:
    """icrm complaint category add delivery --handler me"""
    run = run_of(ctx)
    categories.add(run.ctx, name, handler)
    run.wrote(categories.check(name))


@category_.command("list")
def list_categories(ctx: typer.Context) -> None:
    """icrm complaint category list"""
    run = run_of(ctx)
    rows = categories.everything(run.ctx)
    run.out.rows([{**row, "id": row["name"]} for row in rows], ("name", "handler", "count"))
