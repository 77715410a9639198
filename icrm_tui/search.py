"""Finding anyone by any part of what is known of them, and telling whom somebody meant.

Words are cut here, not by the engine, so that one or two Chinese characters, pinyin, initials, any part of
an e-mail and any four digits of a phone are looked up exactly; what is longer than its window is verified.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from icrm_tui import db, nouns
from icrm_tui.context import Context
from icrm_tui.errors import Ambiguous, NotFound, Usage
from icrm_tui.text import is_han, like, pieces, plain

VERSION = "1"  # of the cutting below; a store indexed by another is read anew
BATCH = 400  # rows indexed in one short transaction
CANDIDATES = 1000  # what `find` ranks at most
DIGITS = re.compile(r"\d+")


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


# --- cutting ---------------------------------------------------------------------------------------------


def _word(word: str, into: set[str]) -> None:
    """A Latin word: its first letters, and every window of three."""
    into.add(word[:1])
    into.add(word[:2])
    into.update(word[i : i + 3] for i in range(len(word) - 2))


def _name(text: str, into: set[str]) -> None:
    for piece in pieces(plain(text)):
        if not is_han(piece):
            _word(piece, into)
            continue
        from icrm_tui import pinyin

        into.update(piece)
        into.update(piece[i : i + 2] for i in range(len(piece) - 1))
        surname, syllables = pinyin.name_syllables(piece)
        for reading in {tuple(syllables), tuple(s.replace("v", "u") for s in syllables)}:
            for syllable in reading:
                into.add(syllable[:1])
                into.add(syllable[:2])
            _word("".join(reading), into)
            _word("".join(reading[surname:]), into)
            _word("".join(syllable[:1] for syllable in reading), into)
    into.discard("")


def _phone(text: str, into: set[str]) -> None:
    for digits in DIGITS.findall(text) if " " in text else ["".join(DIGITS.findall(text))]:
        into.update(digits[i : i + 4] for i in range(len(digits) - 3))


def _email(text: str, into: set[str]) -> None:
    folded = plain(text)
    for part in pieces(folded):
        into.add(part[:1])
        into.add(part[:2])
    into.update(folded[i : i + 3] for i in range(len(folded) - 2) if " " not in folded[i : i + 3])


CUT = {"name": _name, "company": _name, "tag": _name, "email": _email, "handle": _email, "phone": _phone}


def tokens(row: db.Row) -> str:
    """The words a row is found by; `row` has its id and texts named for how they are cut."""
    into: set[str] = set()
    for column, text in row.items():
        if text and column != "id":
            CUT[column](text, into)
    return " ".join(into)


def wanted(text: str) -> list[str]:
    """The tokens that must all be there for `text`; groups of alternatives are joined by OR."""
    need: list[str] = []
    for piece in _pieces(text):
        if is_han(piece):
            need += [piece] if len(piece) == 1 else [piece[i : i + 2] for i in range(len(piece) - 1)]
        elif len(piece) <= 2:
            need.append(piece)
        else:
            windows = _and(piece[i : i + 3] for i in range(len(piece) - 2))
            if piece.isdigit() and len(piece) >= 4:
                digits = _and(piece[i : i + 4] for i in range(len(piece) - 3))
                need.append(f"(({digits}) OR ({windows}))")
            else:
                need.append(windows)
    return need


def _pieces(text: str) -> list[str]:
    """What was typed, cut where blanks or the script change; a phone's punctuation does not cut it."""
    found: list[str] = []
    for word in plain(text).split():
        if "@" in word or ("." in word.strip(".") and not word.replace(".", "").isdigit()):
            found.append(word)
            continue
        digits = re.sub(r"[-().+/]", "", word)
        found += [digits] if digits.isdigit() else pieces(word)
    return found


def _and(windows: Iterable[str]) -> str:
    return " AND ".join(quoted(window) for window in windows)


def quoted(token: str) -> str:
    return '"' + token.replace('"', '""') + '"'


def match(text: str) -> str:
    """The full-text expression for `text`; empty when there is nothing in it to look for."""
    return " AND ".join(part if part.startswith("(") or " AND " in part else _once(part) for part in wanted(text))


def _once(token: str) -> str:
    return token if token.startswith('"') else quoted(token)


# --- conditions ------------------------------------------------------------------------------------------


def condition(ctx: Context, noun: str, text: str, alias: str, n: int) -> tuple[str, dict[str, Any]]:
    """SQL over `alias` that `text` is found in a row; parameters are numbered from `n`. Complete, not ranked."""
    expression = match(text)
    if not expression:
        return "1 = 0", {}
    params: dict[str, Any] = {f"q{n}": expression}
    sql = f"{alias}.id IN ({ctx.connection.matching(noun, f'q{n}')})"
    for piece in _pieces(text):
        if len(piece) <= (2 if is_han(piece) else 3):
            continue
        n += 1
        params[f"q{n}"] = like(piece)
        words = {"t": alias, "like": f"LIKE :q{n} ESCAPE '!'", "initials": f"LIKE :q{n}i"}
        tests = [test for test in nouns.noun(noun).verify if "{initials}" not in test]
        if len(piece) <= 8 and piece.isascii() and piece.isalpha():
            params[f"q{n}i"] = "% ".join(piece) + "%"
            tests = list(nouns.noun(noun).verify)
        tests = [test.format(**words) for test in tests]
        sql += f" AND ({' OR '.join(tests)})"
    return sql, params


def find(ctx: Context, text: str, limit: int = 50, kinds: Iterable[str] = ()) -> tuple[list[db.Row], bool]:
    """The best hits of every noun, and whether there were more candidates than are ranked.

    A hit has noun, id (as written), name and detail.
    """
    hits: list[tuple[tuple[int, str], db.Row]] = []
    more = False
    for noun in kinds or nouns.SEARCHED:
        declared = nouns.noun(noun)
        sql, params = condition(ctx, noun, text, "t", 1)
        rows = ctx.read(declared.hits.format(condition=sql) + f" LIMIT {CANDIDATES + 1}", **params)
        more = more or len(rows) > CANDIDATES
        for row in rows[:CANDIDATES]:
            hit = {
                "noun": noun,
                "id": f"{declared.prefix}{row['id']}",
                "name": row["name"],
                "detail": row["detail"],
            }
            hits.append((_rank(text, row), hit))
    hits.sort(key=lambda pair: pair[0])
    return [hit for _rank, hit in hits[:limit]], more or len(hits) > limit


def _rank(text: str, row: db.Row) -> tuple[int, str]:
    key, name, sort = plain(text), plain(row["name"]), row["sort_key"]
    joined = sort.replace(" ", "")
    if key in (name, joined):
        grade = 0
    elif name.startswith(key) or joined.startswith(key):
        grade = 1
    elif any(word.startswith(key) for word in name.split()):
        grade = 2
    elif key in name or key in joined:
        grade = 3
    else:
        grade = 4
    return grade, sort


def pending(ctx: Context) -> int:
    """Rows that are not searchable yet."""
    n: int = ctx.read("SELECT count(*) AS n FROM search_todo")[0]["n"]
    return n


# --- keeping the index -----------------------------------------------------------------------------------


def refresh(tx: db.Tx, noun: str, owner: str, ids: db.Ids) -> None:
    """Index the rows again that writing `owner`'s rows touched; many are left for `drain`."""
    own = ids if owner == noun else None
    source = f"{ids}" if own is not None else f"({nouns.noun(noun).found_by[owner].format(ids=ids)})"
    if own is not None and own.ids and not own.key:
        index(tx.connection, noun, own)
        return
    if own is None and not ids.key:
        found = [row["id"] for row in tx.read(f"SELECT id FROM {nouns.noun(noun).table} WHERE id IN {source}")]
        if len(found) <= db.Ids.LIMIT:
            if found:
                index(tx.connection, noun, db.Ids(found))
            return
    tx.derived(
        f"INSERT INTO search_todo (kind, ref_id) SELECT '{noun}', x.id FROM {nouns.noun(noun).table} x"
        f" WHERE x.id IN {source} ON CONFLICT DO NOTHING"
    )
    tx.derived(
        f"DELETE FROM docs WHERE kind = '{noun}' AND ref_id IN {source}"
        f" AND ref_id NOT IN (SELECT id FROM {nouns.noun(noun).table})"
    )


def index(connection: db.Connection, noun: str, ids: db.Ids) -> None:
    """Cut and index these rows now. Old postings vanish with their docs row."""
    rows = connection.read(nouns.noun(noun).search.format(ids=ids))
    connection.execute(f"DELETE FROM docs WHERE kind = '{noun}' AND ref_id IN {ids}")
    if not rows:
        return
    first = connection.reserve("docs", len(rows))
    connection.many(
        "INSERT INTO docs (docid, kind, ref_id) VALUES (?, ?, ?)",
        [(first + i, noun, row["id"]) for i, row in enumerate(rows)],
    )
    connection.many(
        "INSERT INTO docs_fts (rowid, tokens) VALUES (?, ?)",
        [(first + i, tokens(row)) for i, row in enumerate(rows)],
    )


def drain(connection: db.Connection) -> Iterator[tuple[int, int]]:
    """Index what waits, a short transaction at a time, so that other writers get in between; (done, total)."""
    total: int = connection.read("SELECT count(*) AS n FROM search_todo")[0]["n"]
    done = 0
    while True:
        waiting = connection.read(f"SELECT kind, ref_id FROM search_todo ORDER BY kind, ref_id LIMIT {BATCH}")
        if not waiting:
            return
        connection.begin()
        try:
            for noun in {row["kind"] for row in waiting}:
                ids = db.Ids(row["ref_id"] for row in waiting if row["kind"] == noun)
                index(connection, noun, ids)
                connection.execute(f"DELETE FROM search_todo WHERE kind = '{noun}' AND ref_id IN {ids}")
            connection.commit()
        finally:
            connection.rollback()
        done += len(waiting)
        yield done, max(total, done)


def rebuild(connection: db.Connection) -> None:
    """Mark everything for indexing anew and drop what the index holds; `drain` does the work."""
    connection.begin()
    try:
        connection.execute("DELETE FROM docs")
        connection.execute("INSERT INTO docs_fts (docs_fts) VALUES ('delete-all')")
        for noun in nouns.SEARCHED:
            connection.execute(
                f"INSERT INTO search_todo SELECT '{noun}', id FROM {nouns.noun(noun).table} WHERE 1 = 1"
                " ON CONFLICT DO NOTHING"
            )
        connection.commit()
    finally:
        connection.rollback()


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
    found: dict[tuple[str, int], None] = {}
    for kind in nouns.LOOKUPS:
        for lookup in nouns.noun(kind).lookup:
            for key in {lookup.reads(words, country) for words in asked} - {None}:
                rows = ctx.read(lookup.sql, key=key)
                found.update({(row["noun"], row["id"]): None for row in rows})
    people = [_who(ctx, kind, row_id) for kind, row_id in found]
    if len(people) == 1:
        return people[0]
    if people:
        raise Ambiguous("who-ambiguous", [_candidate(ctx, person) for person in people], who=text, n=len(people))
    near, _more = find(ctx, wanted_text, limit=3)
    raise NotFound("who-unknown", who=text, nearest=", ".join(f"{hit['id']} {hit['name']}" for hit in near))


def _who(ctx: Context, noun: str, row_id: int) -> Who:
    if noun == "company":
        row = ctx.read("SELECT name FROM customers WHERE id = :id", id=row_id)[0]
        return Who(row_id, None, row["name"])
    row = ctx.read("SELECT customer_id, name FROM contacts WHERE id = :id", id=row_id)[0]
    return Who(row["customer_id"], row_id, row["name"])


def _candidate(ctx: Context, person: Who) -> dict[str, Any]:
    declared = nouns.noun(person.noun)
    rows = ctx.read(declared.hits.format(condition="t.id = :id"), id=person.id)
    return {
        "noun": person.noun,
        "id": f"{declared.prefix}{person.id}",
        "name": person.name,
        "detail": rows[0]["detail"] if rows else "",
    }
