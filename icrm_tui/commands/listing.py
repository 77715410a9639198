"""Lists as commands print them: the query, the columns, the order, and where to go on."""

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from icrm_tui import lists, money, nouns, search
from icrm_tui.commands.base import Run, number
from icrm_tui.context import Context
from icrm_tui.errors import Usage
from icrm_tui.lists import Wanted
from icrm_tui.nouns import Field


def show_list(run: Run, noun: str, query: Iterable[str] | None) -> None:
    """The rows of `noun` that the rest of the line asks for."""
    ctx, said = run.ctx, run.said
    chosen = tuple(word.strip() for word in said.get("columns").split(",") if word.strip())
    wanted = Wanted(noun, run.asked(query), chosen, said.get("sort"), said.has("archived"))
    if said.has("count"):
        run.out.line(str(lists.count(ctx, wanted)))
        return
    limit = run.limit
    fields = lists.columns(ctx, wanted)
    shown = tuple(fields)
    columns = shown if chosen else ("id", *without_id(shown))
    after = _after(ctx, noun, said.get("after"))
    if limit is None and after is None:
        run.out.rows(_counted(run, fields, _streamed(run, wanted, shown)), columns)
        return
    rows = lists.rows(ctx, wanted, limit, after)
    total = lists.count(ctx, wanted) if len(rows) == limit else len(rows)
    written = _counted(run, fields, _named(ctx, noun, rows))
    run.out.rows(written, columns, total if total > len(rows) else None)


def _streamed(run: Run, wanted: Wanted, shown: tuple[str, ...]) -> Iterable[dict[str, Any]]:
    names = ("id", *without_id(shown))
    rows = (dict(zip(names, row, strict=True)) for row in lists.stream(run.ctx, wanted))
    while block := list(islice(rows, lists.BLOCK)):
        yield from _named(run.ctx, wanted.noun, block)


def _counted(run: Run, fields: Mapping[str, Field], rows: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Money with its decimals, on a terminal with its thousands apart; spans of time in hours. Scripts get numbers."""
    words = [word for word, field in fields.items() if field.type in ("money", "amount")]
    spans = [word for word, field in fields.items() if field.type == "span"]
    if not (words or spans) or run.out.json:
        return rows
    base = run.ctx.setting("currency")
    mark = "," if run.out.chosen == "table" else ""

    def amount(word: str, row: dict[str, Any]) -> str:
        currency = row.get("currency", base) if fields[word].type == "amount" else base
        return "" if row[word] is None else f"{row[word]:{mark}.{money.digits(currency)}f}"

    def span(seconds: int | None) -> str:
        from icrm_tui.calendars_rules import write_span

        return "" if seconds is None else write_span(seconds)

    return (
        row | {word: amount(word, row) for word in words} | {word: span(row[word]) for word in spans} for row in rows
    )


def without_id(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word != "id")


def _named(ctx: Context, noun: str, rows: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """The rows with their ids as they are written."""
    written = lists.written(ctx, noun, [row["id"] for row in rows])
    return ({**row, "id": written[row["id"]]} for row in rows)


def _after(ctx: Context, noun: str, text: str) -> int | None:
    if not text:
        return None
    if nouns.noun(noun).written:  # as other nouns' ids are
        return search.who(ctx, text, noun).customer_id
    found = re.fullmatch(rf"(?:{nouns.noun(noun).prefix})?(\d+)", text.casefold())
    if found is None:
        raise Usage("option-id", option="--after", value=text)
    return number("--after", found[1])
