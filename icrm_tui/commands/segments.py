"""`icrm segment …`: groups of customers or contacts, who is in them, who came and who went."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated, Any

import typer

from icrm_tui.classify import segments, stays
from icrm_tui.commands.base import Number, Query, Run, Whom, group, pairs, run_of
from icrm_tui.errors import Unavailable, Usage
from icrm_tui.i18n import t
from icrm_tui.search import who as meant

app = group()

Segment = Annotated[str, typer.Argument(metavar="SEGMENT")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE")]


def _look(run: Run, name: str) -> tuple[int, int]:
    """How many entered and left since the last look; a store that cannot be written to now is read all the same."""
    with suppress(Unavailable):
        return next(iter(stays.record(run.ctx, name).values()))
    return 0, 0


def _spoken(run: Run, record: dict[str, Any]) -> dict[str, Any]:
    """On a terminal what is shipped bears its name in the language in use."""
    if record["shipped"] and run.out.chosen == "table":
        return record | {"name": t(f"segment.{record['name']}")}
    return record


def _counts(run: Run, entered: int, left: int) -> dict[str, int]:
    """On a terminal who left is headed by another word than what is left of a time."""
    return {"entered": entered, "gone" if run.out.chosen == "table" else "left": left}


def _wrote(run: Run, name: str) -> None:
    segment = segments.find(run.ctx, name)
    _look(run, segment.name)
    run.wrote(segment.name, lambda: segments.show(run.ctx, segment))


@app.command()
def save(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    query: Query = None,
    of: Annotated[str, typer.Option(metavar="customer|contact")] = "customer",
    static: Annotated[bool, typer.Option("--static")] = False,
) -> None:
    """icrm segment save "Shanghai regulars" "contact(city:上海)" "orders>=2" """
    run = run_of(ctx)
    _wrote(run, segments.save(run.ctx, name, run.asked(query), of, static))


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """icrm segment list"""
    run = run_of(ctx)
    known = segments.everything(run.ctx, run.said.has("archived"))
    if run.said.has("count"):
        run.out.line(str(len(known)))
        return
    rows = (_spoken(run, segments.show(run.ctx, segment)) for segment in known)
    run.out.rows(rows, ("name", "of", "count", "fixed", "query"))


@app.command()
def show(ctx: typer.Context, segment: Segment) -> None:
    """icrm segment show high-value"""
    run = run_of(ctx)
    found = segments.find(run.ctx, segment)
    entered, left = _look(run, segment)
    run.out.record(_spoken(run, segments.show(run.ctx, found)) | _counts(run, entered, left))


@app.command()
def members(ctx: typer.Context, segment: Segment) -> None:
    """icrm segment members silent --columns name,owner,last_contact --limit 20"""
    from icrm_tui.commands.listing import show_list

    run = run_of(ctx)
    wanted = segments.wanted(segments.find(run.ctx, segment))
    _look(run, segment)
    show_list(run, wanted.noun, [wanted.text])


@app.command()
def moves(
    ctx: typer.Context,
    segment: Segment,
    since: Annotated[str | None, typer.Option(metavar="WHEN")] = None,
) -> None:
    """icrm segment moves silent --since 30d"""
    run = run_of(ctx)
    found = segments.find(run.ctx, segment)
    _look(run, segment)
    run.out.rows(stays.moves(run.ctx, found, _since(run, since) if since else ""), ("at", "move", "id", "name"))


def _since(run: Run, text: str) -> str:
    from icrm_tui import dates, when

    day, hour = when.read(text, run.ctx.now, run.zone, ahead=False)
    return dates.utc(day, hour, run.zone)


@app.command()
def refresh(ctx: typer.Context, segment: Annotated[str | None, typer.Argument(metavar="SEGMENT")] = None) -> None:
    """icrm segment refresh"""
    run = run_of(ctx)
    seen = stays.record(run.ctx, segment or "")
    rows = [{"id": name, "name": name, **_counts(run, entered, left)} for name, (entered, left) in seen.items()]
    run.out.rows(rows, ("name", *_counts(run, 0, 0)))


@app.command()
def compare(
    ctx: typer.Context,
    a: Annotated[str, typer.Argument(metavar="A")],
    b: Annotated[str, typer.Argument(metavar="B")],
) -> None:
    """icrm segment compare high-value silent"""
    run = run_of(ctx)
    one, two = (segments.find(run.ctx, name) for name in (a, b))
    for found in (one, two):
        _look(run, found.name)
    run.out.rows(segments.compare(run.ctx, one, two), ("part", "count", "of", "query"))


@app.command()
def edit(ctx: typer.Context, segment: Segment, set_: Set = None, rev: Number = None) -> None:
    """icrm segment edit silent --set "query=last_contact>60d" """
    run = run_of(ctx)
    values = pairs(set_)
    if list(values) != ["query"]:
        wrong = next((word for word in values if word != "query"), "")
        raise Usage("unknown-field", field=wrong, noun="segment", nearest="query") if wrong else Usage("nothing-to-set")
    segments.edit(run.ctx, segment, run.asked([values["query"]]), rev)
    _wrote(run, segment)


@app.command()
def add(ctx: typer.Context, segment: Segment, who: Whom) -> None:
    """icrm segment add "fair invitations" p1 p2"""
    run = run_of(ctx)
    segments.add(run.ctx, segment, _people(run, segment, who))
    _wrote(run, segment)


@app.command()
def remove(ctx: typer.Context, segment: Segment, who: Whom) -> None:
    """icrm segment remove "fair invitations" p2"""
    run = run_of(ctx)
    segments.remove(run.ctx, segment, _people(run, segment, who))
    _wrote(run, segment)


def _people(run: Run, segment: str, who: Iterable[str]) -> list[Any]:
    noun = segments.find(run.ctx, segment).noun
    return [meant(run.ctx, text, noun) for text in who]


@app.command()
def archive(ctx: typer.Context, segment: Segment) -> None:
    """icrm segment archive potential"""
    run = run_of(ctx)
    segments.archive(run.ctx, segment)
    _wrote(run, segment)


@app.command()
def unarchive(ctx: typer.Context, segment: Segment) -> None:
    """icrm segment unarchive potential"""
    run = run_of(ctx)
    segments.archive(run.ctx, segment, False)
    _wrote(run, segment)
