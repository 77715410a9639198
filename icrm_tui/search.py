"""Finding anyone by any part of what is known of them, and telling whom somebody meant."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from itertools import chain
from threading import Event
from typing import Any, NamedTuple

from icrm_tui import db, nouns, tokens
from icrm_tui.context import Context
from icrm_tui.errors import Ambiguous, NotFound, Usage
from icrm_tui.nouns import Due
from icrm_tui.text import like, plain

BATCH = 1000  # rows indexed in one short transaction
CUT = 4000  # rows of one whose tokens are cut before
MANY = 10_000  # waiting rows, from which on other processes are worth starting
PAUSE = 0.004  # seconds between two: another writer looks every three milliseconds
STALE = 0.2  # of all postings, from which on the index is built anew
LEAST = 1000  # postings, below which that is not worth it
CANDIDATES = 1000  # what `find` ranks at most
PEOPLE = tuple(noun for noun in nouns.LOOKUPS if noun in nouns.SEARCHED)  # what is found when somebody is asked for


class Who(NamedTuple):
    """Whom somebody meant: a customer and, where it is a person, the contact."""

    customer_id: int
    contact_id: int | None
    name: str

    @property
    def noun(self) -> str:
        return "company" if self.contact_id is None else "contact"

    @property
    def id(self) -> int:
        return self.customer_id if self.contact_id is None else self.contact_id


# --- conditions ------------------------------------------------------------------------------------------


def condition(ctx: Context, noun: str, text: str, alias: str, n: int) -> tuple[str, dict[str, Any]]:
    """SQL over `alias` that `text` is found in a row; parameters are numbered from `n`. Complete, not ranked."""
    words = tokens.asked(text)
    if not words:
        return "1 = 0", {}
    verified, params = _verified(noun, words, alias, n + 1)
    params[f"q{n}"] = ctx.connection.expression(tokens.wanted(noun, words))
    return f"{alias}.id IN ({ctx.connection.matching(noun, f'q{n}')}){verified}", params


def _verified(noun: str, words: list[tuple[tokens.Way, ...]], alias: str, n: int) -> tuple[str, dict[str, Any]]:
    """That what is longer than its tokens is really there, as ` AND …`; parameters are numbered from `n`."""
    sql, params = "", dict[str, Any]()

    def somewhere(text: str) -> str:
        name = f"q{n + len(params)}"
        params[name] = like(text)
        tests = [test for test in nouns.noun(noun).verify if "{initials}" not in test]
        if pattern := tokens.initials(text):
            params[f"{name}i"] = pattern
            tests = list(nouns.noun(noun).verify)
        places = {"t": alias, "like": f"LIKE :{name} ESCAPE '!'", "initials": f"LIKE :{name}i"}
        return f"({' OR '.join(test.format(**places) for test in tests)})"

    for ways in words:
        if ways[0].texts:
            found = [" AND ".join(somewhere(text) for text in way.texts) for way in ways]
            sql += f" AND ({' OR '.join(found)})"
    return sql, params


def find(ctx: Context, text: str, limit: int = 50, kinds: Iterable[str] = ()) -> tuple[list[db.Row], bool]:
    """The best hits of every noun, and whether there were more candidates than are ranked.

    A hit has noun, id (as written), name and detail.
    """
    hits: list[tuple[int, str, str, int, str]] = []
    more = False
    key, words = plain(text), tokens.asked(text)
    for noun in (kinds or nouns.SEARCHED) if words else ():
        verified, params = _verified(noun, words, "t", 1)
        found, where = ctx.connection.found(noun, "q0")
        sql = nouns.noun(noun).hits.format(found=found, condition=f"{where}{verified}")
        params["q0"] = ctx.connection.expression(tokens.wanted(noun, words))
        rows = list(ctx.stream(f"{sql} LIMIT {CANDIDATES + 1}", **params))
        more = more or len(rows) > CANDIDATES
        hits += [(_grade(key, name, sort), sort, noun, row_id, name) for row_id, name, sort in rows[:CANDIDATES]]
    hits.sort()
    details = {noun: _details(ctx, noun, [hit[3] for hit in hits[:limit] if hit[2] == noun]) for noun in nouns.SEARCHED}
    shown = [
        {"noun": noun, "id": f"{nouns.noun(noun).prefix}{row_id}", "name": name, "detail": details[noun][row_id]}
        for _grade, _sort, noun, row_id, name in hits[:limit]
    ]
    return shown, more or len(hits) > limit


def _grade(key: str, name: str, sort: str) -> int:
    """How near a name is to what was typed: the same, beginning so, a word beginning so, somewhere, elsewhere."""
    name, joined = name.casefold(), sort.replace(" ", "")
    if key in (name, sort, joined):
        return 0
    if name.startswith(key) or sort.startswith(key) or joined.startswith(key):
        return 1
    if f" {key}" in name or f" {key}" in sort:
        return 2
    return 3 if key in name or key in joined else 4


def _details(ctx: Context, noun: str, ids: list[int]) -> dict[int, str]:
    """What tells these rows from others of their name."""
    declared = nouns.noun(noun)
    detail = declared.detail.format(t="t")
    rows = (
        ctx.read(f"SELECT t.id, {detail} AS detail FROM {declared.table} t WHERE t.id IN {db.Ids(ids)}") if ids else []
    )
    return {row["id"]: row["detail"] for row in rows}


def pending(ctx: Context) -> int:
    """Rows that are not searchable yet."""
    return _waiting(ctx.connection)


# --- keeping the index -----------------------------------------------------------------------------------


def refresh(tx: db.Tx, noun: str, touched: Mapping[str, db.Ids]) -> None:
    """Index the rows again that hang on the rows `touched`, by noun; many are left for `drain`."""
    declared = nouns.noun(noun)
    sources = {
        owner: f"SELECT id FROM {declared.table} WHERE id IN {ids}"
        if owner == noun
        else declared.found_by[owner].format(ids=ids)
        for owner, ids in touched.items()
    }
    if not any(ids.key for ids in touched.values()):
        some = {*touched.get(noun, db.Ids(())).ids}  # also those that are gone
        some.update(row["id"] for sql in sources.values() for row in tx.read(sql))
        if len(some) <= db.Ids.LIMIT:
            index(tx.connection, noun, db.Ids(some))
            return
    for owner, source in sources.items():
        tx.derived(
            f"INSERT INTO search_todo (kind, ref_id) SELECT '{noun}', s.id FROM ({source}) AS s WHERE 1 = 1"
            " ON CONFLICT DO NOTHING"
        )
        if owner == noun:
            tx.derived(
                f"DELETE FROM docs WHERE kind = '{noun}' AND ref_id IN {touched[owner]}"
                f" AND ref_id NOT IN (SELECT id FROM {declared.table})"
            )


def index(connection: db.Connection, noun: str, ids: db.Ids) -> None:
    """Cut and index these rows now."""
    connection.lock(nouns.noun(noun).table, ids)
    _put(connection, noun, ids, _cut(connection, noun, ids))


def _cut(connection: db.Connection, noun: str, ids: db.Ids) -> list[tuple[int, str]]:
    """The tokens of these rows, of those that can be found at all."""
    rows = connection.read(nouns.noun(noun).search.format(ids=ids))
    return [(row["id"], tokens.of(noun, row)) for row in rows]


def _put(connection: db.Connection, noun: str, ids: db.Ids, cut: Sequence[tuple[int, str]]) -> None:
    """Index rows by their tokens. Old postings vanish with their docs row."""
    connection.queue(f"DELETE FROM docs WHERE kind = '{noun}' AND ref_id IN {ids}")
    if cut:
        connection.put_tokens(noun, cut)


def drain(connection: db.Connection, thorough: bool = False, hurry: bool = False) -> Iterator[tuple[int, int]]:
    """Index what waits, a short transaction at a time, with pauses that let other writers in; (done, total).

    All is read anew where another version cut the tokens, or (asked only when something waits, or `thorough`) where
    too much of the index is postings of what has changed since. In a `hurry` other processes help where much waits.
    """
    total = _waiting(connection)
    if _other_version(connection) or ((total or thorough) and _stale(connection)):
        rebuild(connection)
        total = _waiting(connection)
    done, pause = 0, Event()
    helped = _drain_helped(connection) if hurry and total >= MANY else iter(())
    for n in chain(helped, iter(partial(_drain_some, connection), 0)):
        done += n
        yield done, max(total, done)
        pause.wait(PAUSE)


def _drain_some(connection: db.Connection) -> int:
    if not connection.read("SELECT 1 FROM search_todo LIMIT 1"):  # do not stand in line for nothing
        return 0
    connection.begin()
    try:
        waiting = connection.read(f"SELECT kind, ref_id FROM search_todo ORDER BY kind, ref_id LIMIT {BATCH}")
        for noun in {row["kind"] for row in waiting}:
            ids = db.Ids(row["ref_id"] for row in waiting if row["kind"] == noun)
            index(connection, noun, ids)
            _done(connection, noun, ids)
        connection.commit()
    finally:
        connection.rollback()
    return len(waiting)


def _done(connection: db.Connection, noun: str, ids: db.Ids) -> None:
    connection.queue(f"DELETE FROM search_todo WHERE kind = '{noun}' AND ref_id IN {ids}")


def _drain_helped(connection: db.Connection) -> Iterator[int]:
    """The same with tokens cut in other processes; when somebody writes meanwhile, what they read may be no more."""
    from icrm_tui.processes import in_turn, processors

    if processors() < 2:
        return
    moment = connection.moment()
    with in_turn(_help, connection.place) as shares:
        for noun, some, cut in shares:
            ids = db.Ids(some)
            connection.begin()
            try:
                connection.lock(nouns.noun(noun).table, ids)
                if connection.moved(moment):
                    return
                _put(connection, noun, ids, cut)
                _done(connection, noun, ids)
                connection.commit()
            finally:
                connection.rollback()
            yield len(some)


def _help(place: db.Place, share: int, shares: int) -> Iterator[tuple[str, list[int], list[tuple[int, str]]]]:
    """A share of what waits: noun, ids, and the tokens of those that can be found."""
    with closing(db.attach(place, readonly=True)) as connection, connection.snapshot():
        n = 0
        for noun in nouns.SEARCHED:
            waiting = "SELECT ref_id FROM search_todo WHERE kind = :kind ORDER BY ref_id"
            ids = array("q", (row[0] for row in connection.stream(waiting, {"kind": noun})))
            for start in range(0, len(ids), CUT):
                if n % shares == share:
                    some = ids[start : start + CUT].tolist()
                    yield noun, some, _cut(connection, noun, db.Ids(some))
                n += 1


def _waiting(connection: db.Connection) -> int:
    found: int = connection.read("SELECT count(*) AS n FROM search_todo")[0]["n"]
    return found


def _other_version(connection: db.Connection) -> bool:
    known = connection.read("SELECT version FROM search_state")
    return not known or known[0]["version"] != tokens.VERSION


def _stale(connection: db.Connection) -> bool:
    """Whether a fifth of what was ever indexed is no longer how a row reads."""
    last = connection.postings()
    standing: int = connection.read("SELECT count(*) AS n FROM docs")[0]["n"]
    return last > LEAST and last - standing > last * STALE


def rebuild(connection: db.Connection) -> None:
    """Mark everything for indexing anew and drop what the index holds; `drain` does the work."""
    connection.begin()
    try:
        mark(connection)
        connection.commit()
    finally:
        connection.rollback()


def mark(connection: db.Connection) -> None:
    """The same, as part of a transaction."""
    connection.clear_search()
    for noun in nouns.SEARCHED:
        connection.execute(
            f"INSERT INTO search_todo SELECT '{noun}', id FROM {nouns.noun(noun).table} WHERE 1 = 1"
            " ON CONFLICT DO NOTHING"
        )
    connection.execute("DELETE FROM search_state")
    connection.execute("INSERT INTO search_state (version) VALUES (:version)", {"version": tokens.VERSION})


# --- whom did they mean ----------------------------------------------------------------------------------


def who(ctx: Context, text: str, noun: str = "contact") -> Who:
    """The one customer or contact `text` means: an id, e-mail, phone, handle or name.

    Bare digits are an id of `noun`. Ambiguous carries the candidates; NotFound what is near.
    """
    wanted_text = text.strip()
    if not wanted_text:
        raise Usage("who-empty")
    asked = [wanted_text]
    if wanted_text.isascii() and wanted_text.isdigit():
        asked.append(nouns.noun(noun).prefix + wanted_text)
    country = ctx.setting("country")
    people: dict[Who, None] = {}
    for kind in nouns.LOOKUPS:
        for lookup in nouns.noun(kind).lookup:
            for key in {lookup.reads(words, country) for words in asked} - {None}:
                people |= {Who(**row): None for row in ctx.read(lookup.sql, key=key)}
    if not people:
        near, _more = find(ctx, wanted_text, 3, PEOPLE)
        if not tokens.is_number(wanted_text):
            raise NotFound("who-unknown", who=text, nearest=", ".join(f"{hit['id']} {hit['name']}" for hit in near))
        people = {who(ctx, hit["id"]): None for hit in near if hit["noun"] in nouns.LOOKUPS}
    found = list(people)
    if len(found) > 1:
        raise Ambiguous("who-ambiguous", [_candidate(ctx, person) for person in found], who=text, n=len(found))
    if not found:
        raise NotFound("who-unknown", who=text, nearest="")
    return found[0]


def _candidate(ctx: Context, person: Who) -> dict[str, Any]:
    declared = nouns.noun(person.noun)
    return {
        "noun": person.noun,
        "id": f"{declared.prefix}{person.id}",
        "name": person.name,
        "detail": _details(ctx, person.noun, [person.id]).get(person.id, ""),
    }


# --- what falls due --------------------------------------------------------------------------------------


def _unfilled(ctx: Context) -> list[dict[str, Any]]:
    waiting = pending(ctx)
    return [{"did": "indexed", "id": "", "who": "", "detail": str(waiting)}] if waiting else []


def _fill(ctx: Context, some: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fill the search with what an import that was killed left; that it is filled is mark enough."""
    for _done, _total in drain(ctx.connection):
        pass
    return some


DUE = Due(_unfilled, _fill, 1)
