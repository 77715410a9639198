"""Any list of any noun: which rows, in what order, showing what."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from icrm_tui import nouns, query
from icrm_tui.context import Context
from icrm_tui.db import Row
from icrm_tui.errors import Usage
from icrm_tui.nouns import Field

BLOCK = 500  # rows read by their ids at once
NUMBERS = frozenset(("number", "money", "amount", "flag", "id", "span", "import"))  # types whose unknown is sorted as 0


class Wanted(NamedTuple):
    """What a list is asked for. `sort` is a field's word, with `-` in front for the other direction."""

    noun: str
    text: str = ""
    columns: tuple[str, ...] = ()
    sort: str = ""
    archived: bool = False


def columns(ctx: Context, wanted: Wanted) -> dict[str, Field]:
    """The fields shown, by word; Usage names the nearest word for one that is not there."""
    known = query.fields(ctx, wanted.noun)
    words = wanted.columns or nouns.noun(wanted.noun).columns
    return {word: _field(known, word) for word in words}


def rows(ctx: Context, wanted: Wanted, limit: int | None = None, after: int | None = None) -> list[Row]:
    """Rows with `id` and the columns; those that follow the row `after` in this order."""
    where, order, params = _shape(ctx, wanted, after)
    tail = f" LIMIT {limit}" if limit is not None else ""
    table = nouns.noun(wanted.noun).table
    sql = f"SELECT {_select(ctx, wanted)} FROM {table} t WHERE {where} ORDER BY {order}{tail}"
    return _told(ctx, wanted, ctx.read(sql, **params))


def stream(ctx: Context, wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """All rows as tuples of id and the columns, without holding them."""
    where, order, params = _shape(ctx, wanted, None)
    table = nouns.noun(wanted.noun).table
    sql = f"SELECT {_select(ctx, wanted)} FROM {table} t WHERE {where} ORDER BY {order}"
    names = ("id", *(word for word in columns(ctx, wanted) if word != "id"))
    if not _reckoned(ctx, wanted):
        yield from ctx.stream(sql, **params)
        return
    read = ctx.stream(sql, **params)
    while block := [dict(zip(names, row, strict=True)) for row in islice(read, BLOCK)]:
        yield from (tuple(row.values()) for row in _told(ctx, wanted, block))


def ids(ctx: Context, wanted: Wanted) -> "array[int]":
    """All ids in order; interruptible, and eight bytes a row."""
    where, order, params = _shape(ctx, wanted, None)
    sql = f"SELECT t.id FROM {nouns.noun(wanted.noun).table} t WHERE {where} ORDER BY {order}"
    return array("q", (row[0] for row in ctx.stream(sql, **params)))


def count(ctx: Context, wanted: Wanted) -> int:
    where, params = condition(ctx, wanted)
    found: int = ctx.read(f"SELECT count(*) AS n FROM {nouns.noun(wanted.noun).table} t WHERE {where}", **params)[0][
        "n"
    ]
    return found


def used(ctx: Context, some: Iterable[str]) -> frozenset[str]:
    """Those of the nouns there is any row of."""
    tables = {noun: table for table, noun in reversed(nouns.TABLES.items())}  # its own comes first
    each = [f"SELECT '{word}' AS noun WHERE EXISTS (SELECT 1 FROM {tables[word]})" for word in some]
    return frozenset(row["noun"] for row in ctx.read(" UNION ALL ".join(each)))


def by_ids(ctx: Context, wanted: Wanted, some: Sequence[int]) -> list[Row]:
    """These rows, in the order given; one that is gone is left out."""
    found: dict[int, Row] = {}
    table, select = nouns.noun(wanted.noun).table, _select(ctx, wanted)
    for block in _blocks(some):
        places = ", ".join(map(str, block))
        rows = ctx.read(f"SELECT {select} FROM {table} t WHERE t.id IN ({places})")
        found.update((row["id"], row) for row in _told(ctx, wanted, rows))
    return [found[row_id] for row_id in some if row_id in found]


def condition(ctx: Context, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """SQL over `t` for the rows of the list, and its parameters: what is hidden stays out unless it is asked for."""
    known = query.fields(ctx, wanted.noun)
    where, params = query.compile(ctx, wanted.noun, wanted.text)
    where = f"({where})"
    for word in nouns.noun(wanted.noun).hides:
        if word in known and not wanted.archived and not query.mentions(wanted.text, word):
            where += f" AND {known[word].sql.format(t='t')} = 0"
    return where, params


def written(ctx: Context, noun: str, some: Sequence[int]) -> dict[int, str]:
    """How the ids of these rows are written."""
    declared = nouns.noun(noun)
    found = {row_id: f"{declared.prefix}{row_id}" for row_id in some}
    if declared.written:
        sql = f"SELECT t.id, {declared.written.format(t='t')} AS written FROM {declared.table} t WHERE t.id IN "
        for block in _blocks(some):
            found |= {row["id"]: row["written"] for row in ctx.read(f"{sql}({', '.join(map(str, block))})")}
    return found


def sorts(ctx: Context, noun: str) -> list[str]:
    """The words a list of this noun can be ordered by without reading all of it."""
    return [word for word, field in query.fields(ctx, noun).items() if field.sort]


def _shape(ctx: Context, wanted: Wanted, after: int | None) -> tuple[str, str, dict[str, Any]]:
    where, params = condition(ctx, wanted)
    key, down = _order(ctx, wanted)
    way = " DESC" if down else ""
    order = f"t.id{way}" if key == "t.id" else f"{key}{way}, t.id{way}"
    if after is not None:
        sign, inner = "<" if down else ">", key.replace("t.", "a.")
        table = nouns.noun(wanted.noun).table
        params["after_"] = after
        if key == "t.id":
            where += f" AND t.id {sign} :after_"
        else:
            where += f" AND ({key}, t.id) {sign} (SELECT {inner}, a.id FROM {table} a WHERE a.id = :after_)"
    return where, order, params


def _order(ctx: Context, wanted: Wanted) -> tuple[str, bool]:
    known = query.fields(ctx, wanted.noun)
    said = wanted.sort or nouns.noun(wanted.noun).order or ("name" if "name" in known else "id")
    down, word = said.startswith("-"), said.removeprefix("-")
    if word == "id":
        return "t.id", down
    field = _field(known, word)
    if field.sort:
        return field.sort.format(t="t"), down
    empty = "0" if field.type in NUMBERS else "''"
    many = bool(field.within or field.test) and not field.told
    compared = field.order or ((field.shown or field.sql) if many else field.sql)
    return f"COALESCE({compared.format(t='t')}, {empty})", down


def _select(ctx: Context, wanted: Wanted) -> str:
    shown = [
        f"{(field.shown or field.sql).format(t='t')} AS {word}"
        for word, field in columns(ctx, wanted).items()
        if word != "id"
    ]
    return ", ".join(["t.id AS id", *shown])


def _reckoned(ctx: Context, wanted: Wanted) -> dict[str, Callable[..., list[Any]]]:
    return {word: field.told for word, field in columns(ctx, wanted).items() if field.told}


def _told(ctx: Context, wanted: Wanted, rows: list[Row]) -> list[Row]:
    """The rows with what only their noun can reckon."""
    for word, told in _reckoned(ctx, wanted).items() if rows else ():
        for row, value in zip(rows, told(ctx, [row[word] for row in rows]), strict=True):
            row[word] = value
    return rows


def _field(known: dict[str, Field], word: str) -> Field:
    if word == "id":
        return Field("id", "{t}.id")
    if word not in known:
        from difflib import get_close_matches

        raise Usage("unknown-column", field=word, nearest=", ".join(get_close_matches(word, known, 1)))
    return known[word]


def _blocks(some: Sequence[int]) -> Iterable[Sequence[int]]:
    return (some[start : start + BLOCK] for start in range(0, len(some), BLOCK))
