"""Segments 客户分群: a named query, or a fixed list, of customers or of contacts.

Some are shipped: they stand in no table until somebody changes them. Who is in one by its query is computed when asked.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from icrm_tui import lists, nouns, query
from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import NotFound, Refused, Usage
from icrm_tui.lists import Wanted
from icrm_tui.nouns import Field, Noun, Parent, Part
from icrm_tui.query_parser import All, Comparison, Node, Not, QueryError, Related, Some, Word, parse, quoted
from icrm_tui.query_values import Place, unknown
from icrm_tui.search import Who
from icrm_tui.text import fold

OF = ("customer", "contact")
NAME_LIMIT = 60


class Segment(NamedTuple):
    """`noun` is what it is made of, `who` saved it; `id` is 0 for a shipped one that nobody changed."""

    id: int
    name: str
    key: str
    noun: str
    query: str
    fixed: bool
    who: str = ""
    archived: bool = False
    rev: int = 0


# by their names in the store; `segment:` and every command know them by both names
SHIPPED = {
    key: Segment(0, key, key, noun, text, False)
    for key, noun, text in (
        ("high-value", "customer", "tier:high"),
        ("potential", "customer", "-orders>0"),
        ("silent", "customer", "last_contact>30d"),
        ("birthday", "contact", "birthday:this-month"),
        ("due-this-week", "customer", "reminder(done:no due<=this-week)"),
    )
}
ALSO = {
    "高价值客户": "high-value",
    "潜在客户": "potential",
    "沉默客户": "silent",
    "本月生日": "birthday",
    "本周需跟进": "due-this-week",
}


# --- rules -----------------------------------------------------------------------------------------------


def check_name(name: str) -> str:
    clean = " ".join(name.split())
    if not clean or len(clean) > NAME_LIMIT:
        raise Usage("segment-name", segment=clean, limit=NAME_LIMIT)
    return clean


def key_of(name: str) -> str:
    folded = fold(name)
    return ALSO.get(folded, folded)


def names_in(text: str) -> list[str]:
    """The keys of the segments a query names, those asked of related rows included."""
    tree = parse(text)
    return [key_of(value.text) for value in _values(tree)] if tree else []


def _values(node: Node) -> Iterable[Word]:
    match node:
        case Comparison():
            yield from node.values if fold(node.field.text) == "segment" else ()
        case Not():
            yield from _values(node.node)
        case All() | Some():
            for part in node.nodes:
                yield from _values(part)
        case Related():
            yield from _values(node.body) if node.body else ()


def reached(ctx: Context, text: str) -> set[str]:
    """The keys of all segments that a query asks for, and that those ask for."""
    seen: set[str] = set()
    waiting = names_in(text)
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            found = _find(ctx, key)
            waiting += names_in(found.query) if found and not found.fixed else []
    return seen


def _check_query(ctx: Context, name: str, noun: str, text: str) -> None:
    if key_of(name) in reached(ctx, text):
        raise Refused("segment-circle", segment=name)
    query.compile(ctx, noun, text)


# --- verbs -----------------------------------------------------------------------------------------------


def save(ctx: Context, name: str, text: str = "", noun: str = "customer", fixed: bool = False) -> str:
    """Keep a query under a name, or the rows it finds now as a fixed list (none where it says nothing); the name."""
    clean = check_name(name)
    if noun not in OF:
        raise Usage("choice", field="noun", value=noun, choices=", ".join(OF))
    if not text.strip() and not fixed:
        raise Usage("segment-query")

    def work(tx: Tx) -> str:
        if held := _find(ctx, key_of(clean)):
            raise Refused("segment-archived" if held.archived else "segment-exists", segment=held.name)
        _check_query(ctx, clean, noun, text)
        made = _insert(ctx, tx, Segment(0, clean, key_of(clean), noun, "" if fixed else text.strip(), fixed))
        if fixed and text.strip():
            where, params = lists.condition(ctx, Wanted(noun, text))
            table = nouns.noun(noun).table
            select = f"SELECT :made AS segment_id, :noun AS noun, t.id AS row_id FROM {table} t WHERE {where}"
            tx.bulk("segment_members", "segment_id, noun, row_id", select, made=made, noun=noun, **params)
        return clean

    kept: str = ctx.change("segment.save", work)
    return kept


def edit(ctx: Context, name: str, text: str, base: int | None = None) -> bool:
    """Another query for a segment that has one; False when it is the same."""

    def work(tx: Tx) -> bool:
        now = find(ctx, name)
        if now.fixed:
            raise Refused("segment-fixed", segment=now.name)
        if not text.strip():
            raise Usage("segment-query")
        _check_query(ctx, now.name, now.noun, text)
        return tx.update("segments", _stored(ctx, tx, now), base, query=text.strip())

    changed: bool = ctx.change("segment.edit", work)
    return changed


def archive(ctx: Context, name: str, archived: bool = True) -> bool:
    changed: bool = ctx.change(
        "segment.archive" if archived else "segment.unarchive",
        lambda tx: tx.update("segments", _stored(ctx, tx, find(ctx, name)), archived=int(archived)),
    )
    return changed


def add(ctx: Context, name: str, some: Iterable[Who]) -> int:
    """Put these on a fixed list; how many were not on it."""
    people = list(some)

    def work(tx: Tx) -> int:
        segment = _list(ctx, name)
        n = 0
        for row_id in dict.fromkeys(_row_of(segment, who) for who in people):
            if not tx.read(MEMBER, segment=segment.id, row=row_id):
                tx.insert("segment_members", segment_id=segment.id, noun=segment.noun, row_id=row_id)
                n += 1
        return n

    added: int = ctx.change("segment.add", work)
    return added


def remove(ctx: Context, name: str, some: Iterable[Who]) -> int:
    """Take these off a fixed list; how many were on it."""
    people = list(some)

    def work(tx: Tx) -> int:
        segment = _list(ctx, name)
        n = 0
        for row_id in dict.fromkeys(_row_of(segment, who) for who in people):
            for held in tx.read(MEMBER, segment=segment.id, row=row_id):
                n += tx.delete("segment_members", held["id"])
        return n

    gone: int = ctx.change("segment.remove", work)
    return gone


MEMBER = "SELECT id FROM segment_members WHERE segment_id = :segment AND row_id = :row"


def _insert(ctx: Context, tx: Tx, segment: Segment) -> int:
    return tx.insert(
        "segments",
        name=segment.name,
        key=segment.key,
        noun=segment.noun,
        query=segment.query,
        fixed=int(segment.fixed),
        who=ctx.user,
        created_at=ctx.stamp,
    )


def _stored(ctx: Context, tx: Tx, segment: Segment) -> int:
    """The row of a segment; a shipped one gets its own when it is changed."""
    return segment.id or _insert(ctx, tx, segment)


def _list(ctx: Context, name: str) -> Segment:
    segment = find(ctx, name)
    if not segment.fixed:
        raise Refused("segment-dynamic", segment=segment.name)
    return segment


def _row_of(segment: Segment, who: Who) -> int:
    if segment.noun == "customer":
        return who.customer_id
    if who.contact_id is None:
        raise Refused("segment-people", segment=segment.name, who=who.name)
    return who.contact_id


# --- finding ---------------------------------------------------------------------------------------------


def find(ctx: Context, name: str) -> Segment:
    """The segment of that name, archived ones too; NotFound names the nearest."""
    found = _find(ctx, key_of(name))
    if found:
        return found
    from difflib import get_close_matches

    near = get_close_matches(fold(name), [*(segment.key for segment in everything(ctx)), *ALSO], 1)
    raise NotFound("no-segment", segment=name, nearest=", ".join(near))


def _find(ctx: Context, key: str) -> Segment | None:
    found = ctx.read("SELECT * FROM segments WHERE key = :key", key=key)
    return _read(found[0]) if found else SHIPPED.get(key)


def _read(row: Row) -> Segment:
    return Segment(
        row["id"],
        row["name"],
        row["key"],
        row["noun"],
        row["query"],
        bool(row["fixed"]),
        row["who"],
        bool(row["archived"]),
        row["rev"],
    )


def everything(ctx: Context, archived: bool = True) -> list[Segment]:
    """All segments, the shipped ones first."""
    rows = {row["key"]: _read(row) for row in ctx.read("SELECT * FROM segments ORDER BY key")}
    known = [*(SHIPPED | rows).values()]
    return [segment for segment in known if archived or not segment.archived]


def wanted(segment: Segment) -> Wanted:
    """The list of its members."""
    return Wanted(segment.noun, segment.query or f"segment:{quoted(segment.name)}")


def show(ctx: Context, segment: Segment) -> dict[str, Any]:
    """The segment's record, with how many are in it now."""
    return {
        "id": segment.name,
        "name": segment.name,
        "of": segment.noun,
        "fixed": segment.fixed,
        "query": segment.query,
        "count": lists.count(ctx, wanted(segment)),
        "shipped": segment.key in SHIPPED,
        "archived": segment.archived,
        "rev": segment.rev,
    }


class Half(NamedTuple):
    """What of two segments a comparison shows: `part` names it, `query` finds it among rows of `noun`."""

    part: str
    noun: str
    query: str


def halves(one: Segment, other: Segment) -> list[Half]:
    """Who is only in the one, in both, only in the other, in either.

    Where one is of customers and the other of contacts, contacts are compared, each as its customer is.
    """
    noun = one.noun if one.noun == other.noun else "contact"
    a, b = (f"segment:{quoted(segment.name)}" for segment in (one, other))
    parts = {"only-first": f"{a} -{b}", "both": f"{a} {b}", "only-second": f"{b} -{a}", "either": f"{a} OR {b}"}
    return [Half(part, noun, text) for part, text in parts.items()]


def compare(ctx: Context, one: Segment, other: Segment) -> list[dict[str, Any]]:
    """The halves of two segments that do not overlap, each with its count and the ids of its members."""
    found = []
    for part, noun, text in halves(one, other)[:3]:
        ids = [*lists.written(ctx, noun, lists.ids(ctx, Wanted(noun, text, sort="id"))).values()]
        found.append({"id": part, "part": part, "of": noun, "count": len(ids), "query": text, "members": ids})
    return found


# --- what it declares ------------------------------------------------------------------------------------

# (who is asked about, what the segment is of) → the test; contacts are in it where their customer is, and a customer
# where one of its contacts is
WITHIN = {
    ("customer", "customer"): "{row}.id IN ({ids})",
    ("company", "customer"): "{row}.id IN ({ids})",
    ("contact", "contact"): "{row}.id IN ({ids})",
    ("contact", "customer"): "{row}.customer_id IN ({ids})",
    ("customer", "contact"): "{row}.id IN (SELECT p.customer_id FROM contacts p WHERE p.id IN ({ids}))",
    ("company", "contact"): "{row}.id IN (SELECT p.customer_id FROM contacts p WHERE p.id IN ({ids}))",
}
PARAM = re.compile(r":(q\d+i?)\b")


def members(ctx: Context, segment: Segment) -> tuple[str, dict[str, Any]]:
    """A SELECT of the ids of its members, and its parameters."""
    table = nouns.noun(segment.noun).table
    if segment.fixed:
        return (
            f"SELECT t.id FROM segment_members s JOIN {table} t ON t.id = s.row_id"
            f" WHERE s.segment_id = {segment.id} AND t.archived = 0",
            {},
        )
    where, params = lists.condition(ctx, Wanted(segment.noun, segment.query))
    return f"SELECT t.id FROM {table} t WHERE {where}", params


def _test(place: Place, _operator: str, value: Word) -> str:
    ctx = place.ctx
    segment = _find(ctx, key_of(value.text))
    if segment is None:
        raise unknown("query-segment", value, [*(one.key for one in everything(ctx)), *ALSO])
    if not segment.fixed and segment.key in reached(ctx, segment.query):
        raise QueryError("query-segment-circle", value)
    try:
        ids, params = members(ctx, segment)
    except QueryError as error:  # its place is in the query of the segment, not in this line
        raise QueryError("query-segment-broken", value, detail=error.values["text"]) from error
    places = {name: place.bind(given) for name, given in params.items()}
    return WITHIN[place.noun, segment.noun].format(row=place.row, ids=PARAM.sub(lambda found: places[found[1]], ids))


def _lent(noun: str) -> dict[str, Field]:
    """`has:segment` is to be on a fixed list."""
    listed = f"(SELECT max(s.segment_id) FROM segment_members s WHERE s.noun = '{noun}' AND s.row_id = {{t}}.id)"
    names = (
        "(SELECT group_concat(g.name, ', ') FROM segment_members s JOIN segments g ON g.id = s.segment_id"
        f" WHERE s.noun = '{noun}' AND s.row_id = {{t}}.id AND g.archived = 0)"
    )
    return {"segment": Field("segment", listed, shown=names, choices=tuple(SHIPPED), test=_test)}


NOUN = Noun(
    "segment",
    "segments",
    {
        "segments": Part(unique=(("key",),)),
        "segment_members": Part(
            {"segment_id": Parent("segment", bumps=True), "row_id": Parent("", by="noun")},
            (("segment_id", "row_id"),),
        ),
    },
    fields={
        "name": Field("name", "{t}.key", shown="{t}.name"),
        "of": Field("choice", "{t}.noun", choices=OF),
        "query": Field("text", "{t}.query"),
        "fixed": Field("flag", "{t}.fixed"),
        "archived": Field("flag", "{t}.archived"),
    },
    lends={"customer": _lent("customer"), "company": _lent("customer"), "contact": _lent("contact")},
)
