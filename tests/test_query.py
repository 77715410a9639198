"""The query language: what each word of domain.md's grammar means, and how a mistake is shown."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icrm_tui import db, i18n, nouns, query
from icrm_tui.context import Context
from icrm_tui.nouns import Field, Noun, Parent, Part
from icrm_tui.query_parser import parse, quoted
from icrm_tui.text import fold

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)

# --- a small store of our own: things with every type of field, and notes that point at them -----------------

SCHEMA = """
CREATE TABLE things (id INTEGER PRIMARY KEY, name_key TEXT, n NUMERIC, day TEXT, at TEXT, flag INTEGER, grade TEXT,
  birth TEXT NOT NULL DEFAULT '', owner TEXT NOT NULL DEFAULT '');
CREATE TABLE thing_tags (thing_id INTEGER, key TEXT);
CREATE TABLE thing_phones (thing_id INTEGER, key TEXT);
CREATE TABLE notes (id INTEGER PRIMARY KEY, thing_id INTEGER, kind TEXT, at TEXT, body_key TEXT,
  archived INTEGER DEFAULT 0);
CREATE TABLE replies (id INTEGER PRIMARY KEY, on_noun TEXT, on_id INTEGER, n INTEGER);
CREATE TABLE users (key TEXT, name TEXT);
INSERT INTO users VALUES ('wei', 'Wei'), ('anna', 'Anna');
"""
THING = Noun(
    "thing",
    "things",
    {"things": Part()},
    prefix="t",
    fields={
        "name": Field("name", "{t}.name_key"),
        "n": Field("number", "{t}.n"),
        "day": Field("day", "{t}.day"),
        "at": Field("instant", "{t}.at"),
        "flag": Field("flag", "{t}.flag"),
        "grade": Field("choice", "{t}.grade", choices=("A", "B")),
        "birthday": Field("birthday", "{t}.birth"),
        "owner": Field("user", "{t}.owner"),
        "tag": Field("tag", "g.key", within="EXISTS (SELECT 1 FROM thing_tags g WHERE g.thing_id = {t}.id AND {test})"),
    },
)
PHONE = Field("phone", "p.key", within="EXISTS (SELECT 1 FROM thing_phones p WHERE p.thing_id = {t}.id AND {test})")
NOTE = Noun(
    "note",
    "notes",
    {"notes": Part({"thing_id": Parent("thing")})},
    fields={
        "kind": Field("choice", "{t}.kind", choices=("call", "wechat")),
        "at": Field("instant", "{t}.at"),
        "text": Field("text", "{t}.body_key"),
        "archived": Field("flag", "{t}.archived"),
    },
    lends={"thing": {"phone": PHONE}},
)
REPLY = Noun(
    "reply",
    "replies",
    {"replies": Part({"on_id": Parent("", by="on_noun")})},
    fields={"n": Field("number", "{t}.n")},
)
FAKE = {"thing": THING, "note": NOTE, "reply": REPLY}
CUSTOM = {"色": Field("text", "{t}.name_key")}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[db.Connection]:
    path = tmp_path_factory.mktemp("query") / "things.db"
    path.touch()
    with closing(db.attach(path)) as made, pytest.MonkeyPatch.context() as patch:
        made.raw.executescript(SCHEMA)
        patch.setattr(nouns, "NOUNS", {word: word for word in FAKE})
        patch.setattr(nouns, "noun", FAKE.__getitem__)
        patch.setattr(nouns, "LENT", {("thing", "phone"): "note"})
        patch.setattr(nouns, "SEARCHED", {})
        patch.setattr(nouns, "CUSTOM", "fake")
        patch.setattr(nouns, "resolve", lambda spec: lambda ctx, noun: CUSTOM if noun == "thing" else {})
        yield made


def context(connection: db.Connection, zone: ZoneInfo = SHANGHAI, now: datetime = NOW) -> Context:
    return Context(connection, "Wei", lambda: now, zone)


@dataclass(frozen=True)
class Thing:
    name: str | None = "a"
    n: float | None = None
    day: str | None = ""
    at: str | None = ""
    flag: int | None = None
    grade: str | None = ""
    birth: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    notes: tuple[tuple[str, str, str], ...] = ()
    replies: tuple[int, ...] = ()


def fill(connection: db.Connection, things: list[Thing]) -> None:
    raw = connection.raw
    raw.execute("BEGIN")
    for table in ("things", "thing_tags", "thing_phones", "notes", "replies"):
        raw.execute(f"DELETE FROM {table}")
    for i, thing in enumerate(things):
        name = None if thing.name is None else fold(thing.name)
        values = (i, name, thing.n, thing.day, thing.at, thing.flag, thing.grade, thing.birth, thing.owner)
        raw.execute("INSERT INTO things VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        raw.executemany("INSERT INTO thing_tags VALUES (?, ?)", [(i, fold(tag)) for tag in thing.tags])
        raw.executemany("INSERT INTO thing_phones VALUES (?, ?)", [(i, phone) for phone in thing.phones])
        raw.executemany(
            "INSERT INTO notes (thing_id, kind, at, body_key) VALUES (?, ?, ?, ?)",
            [(i, kind, at, fold(body)) for kind, at, body in thing.notes],
        )
        raw.executemany(
            "INSERT INTO replies (on_noun, on_id, n) VALUES ('thing', ?, ?)", [(i, n) for n in thing.replies]
        )
        raw.execute("INSERT INTO replies (on_noun, on_id, n) VALUES ('note', ?, 7)", (i,))
    raw.execute("COMMIT")


def found(ctx: Context, text: str, noun: str = "thing") -> list[int]:
    sql, params = query.compile(ctx, noun, text)
    rows = ctx.read(f"SELECT t.id FROM {nouns.noun(noun).table} t WHERE {sql} ORDER BY t.id", **params)
    return [row["id"] for row in rows]


def mistake(ctx: Context, text: str, noun: str = "thing") -> query.QueryError:
    with pytest.raises(query.QueryError) as caught:
        query.compile(ctx, noun, text)
    return caught.value


# --- the law: SQL and a plain reading agree, negation is the exact complement ---------------------------------

WORDS = ["a", "ab", "上海", "北京", "x%y", "a_b", "A", "Ｂ", "a,b", "it's", "a:b", "-a", "OR", 'say "a"', "b (c)"]
# Few days, so that equal ones meet: those round the end of summer time in New York, and round today.
DAYS = st.dates(date(2026, 10, 31), date(2026, 11, 2)) | st.dates(date(2026, 11, 22), date(2026, 11, 24))
INSTANTS = st.builds("{}T{:02}:{:02}:00Z".format, DAYS, st.integers(0, 23), st.integers(0, 59))
BACK = st.sampled_from([0, 1, 20, 21, 22, 23])
NUMBERS = st.one_of(st.integers(-3, 3), st.sampled_from([0.5, -1.25, 2.75]))
EMPTY = st.sampled_from([None, ""])
THINGS = st.builds(
    Thing,
    name=EMPTY | st.sampled_from(WORDS),
    n=st.none() | NUMBERS,
    day=EMPTY | DAYS.map(date.isoformat),
    at=EMPTY | INSTANTS,
    flag=st.sampled_from([None, 0, 1]),
    grade=st.sampled_from([None, "", "A", "B"]),
    owner=st.sampled_from(["", "Wei", "Anna"]),
    tags=st.lists(st.sampled_from(WORDS), max_size=2).map(tuple),
    phones=st.lists(st.sampled_from(["+8613800001111", "02155556666"]), max_size=1).map(tuple),
    notes=st.lists(st.tuples(st.sampled_from(["call", "wechat"]), INSTANTS, st.sampled_from(WORDS)), max_size=2).map(
        tuple
    ),
    replies=st.lists(st.integers(0, 2), max_size=2).map(tuple),
)

# What a query says, and the same in Python: of a thing (or a note) in a zone.
Reading = tuple[str, Callable[[Any, ZoneInfo], bool]]
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ":": lambda a, b: a == b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def listed(values: list[str]) -> str:
    return ",".join(quoted(value) for value in values)


def local_day(at: str, zone: ZoneInfo) -> date:
    return datetime.fromisoformat(at).astimezone(zone).date()


def moment_ago(days: int, zone: ZoneInfo) -> str:
    """The same time of day, so many days ago, on the clock of the zone."""
    return (NOW.astimezone(zone) - timedelta(days)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def names(operator: str, words: list[str]) -> Reading:
    keys = [fold(word) for word in words]

    def holds(thing: Thing, _zone: ZoneInfo) -> bool:
        key = None if thing.name is None else fold(thing.name)
        if operator == ":":
            return key is not None and any(part in key for part in keys)
        return (key in keys) == (operator == "=")

    return f"name{operator}{listed(words)}", holds


def tags(operator: str, words: list[str]) -> Reading:
    keys = {fold(word) for word in words}
    return (
        f"tag{operator}{listed(words)}",
        lambda thing, _zone: bool(keys & {fold(tag) for tag in thing.tags}) == (operator != "!="),
    )


def numbers(operator: str, number: float) -> Reading:
    def holds(thing: Thing, _zone: ZoneInfo) -> bool:
        return operator == "!=" if thing.n is None else COMPARE[operator](thing.n, number)

    return f"n{operator}{number}", holds


def number_range(low: float | None, high: float | None) -> Reading:
    ends = sorted((low, high)) if low is not None and high is not None else (low, high)

    def holds(thing: Thing, _zone: ZoneInfo) -> bool:
        n = thing.n
        return n is not None and (ends[0] is None or n >= ends[0]) and (ends[1] is None or n <= ends[1])

    return f"n:{'' if low is None else low}..{'' if high is None else high}", holds


def days(field: str, operator: str, day: date) -> Reading:
    def holds(row: Any, zone: ZoneInfo) -> bool:
        value = getattr(row, field)
        if not value:
            return operator == "!="
        own = date.fromisoformat(value) if field == "day" else local_day(value, zone)
        return COMPARE[operator](own, day)

    return f"{field}{operator}{day}", holds


def ages(field: str, operator: str, back: int) -> Reading:
    older = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[operator]

    def holds(row: Any, zone: ZoneInfo) -> bool:
        bound = moment_ago(back, zone)
        if field == "day":
            bound = local_day(moment_ago(back, zone), zone).isoformat()
        value = getattr(row, field)
        return bool(value) and COMPARE[older](value, bound)

    return f"{field}{operator}{back}d", holds


def day_range(field: str, first: date, last: date) -> Reading:
    def holds(row: Any, zone: ZoneInfo) -> bool:
        value = getattr(row, field)
        own = value and (value if field == "day" else local_day(value, zone).isoformat())
        return bool(own) and min(first, last).isoformat() <= own <= max(first, last).isoformat()

    return f"{field}:{first}..{last}", holds


def flags(operator: str, word: str) -> Reading:
    wanted = int(word in ("yes", "是", "1"))
    return f"flag{operator}{word}", lambda thing, _zone: (thing.flag == wanted) == (operator != "!=")


def equals(field: str, operator: str, values: list[str]) -> Reading:
    return (
        f"{field}{operator}{listed(values)}",
        lambda row, _zone: (getattr(row, field) in values) == (operator != "!="),
    )


def phones(digits: str) -> Reading:
    return f"phone:{digits}", lambda thing, _zone: any(digits in phone for phone in thing.phones)


HELD: dict[str, Callable[[Thing], object]] = {
    "name": lambda thing: thing.name,
    "n": lambda thing: thing.n is not None,
    "day": lambda thing: thing.day,
    "at": lambda thing: thing.at,
    "flag": lambda thing: thing.flag is not None,
    "grade": lambda thing: thing.grade,
    "tag": lambda thing: thing.tags,
    "phone": lambda thing: thing.phones,
    "note": lambda thing: thing.notes,
}


def filled(word: str, wanted: list[str]) -> Reading:
    return (
        f"{word}:{','.join(wanted)}",
        lambda thing, _zone: any(bool(HELD[name](thing)) for name in wanted) == (word == "has"),
    )


def note_rows(thing: Thing) -> list[SimpleNamespace]:
    return [SimpleNamespace(kind=kind, at=at, text=fold(body)) for kind, at, body in thing.notes]


def said(words: list[str], exact: bool) -> Reading:
    """Free text in notes, which search does not index."""
    if exact:
        return f'"{words[0]}"', lambda note, _zone: fold(words[0]) in note.text
    return " ".join(words), lambda note, _zone: all(fold(word) in note.text for word in words)


def with_note(inner: Reading) -> Reading:
    return f"note({inner[0]})", lambda thing, zone: any(inner[1](note, zone) for note in note_rows(thing))


def with_reply(number: int) -> Reading:
    return f"reply(n:{number})", lambda thing, _zone: number in thing.replies


def negated(inner: Reading) -> Reading:
    return f"-({inner[0]})", lambda row, zone: not inner[1](row, zone)


def both(one: Reading, other: Reading) -> Reading:
    return f"({one[0]} {other[0]})", lambda row, zone: one[1](row, zone) and other[1](row, zone)


def either(one: Reading, other: Reading, sign: str) -> Reading:
    return f"({one[0]} {sign} {other[0]})", lambda row, zone: one[1](row, zone) or other[1](row, zone)


def combined(leaves: st.SearchStrategy[Reading]) -> st.SearchStrategy[Reading]:
    return st.recursive(
        leaves,
        lambda some: (
            st.builds(negated, some)
            | st.builds(both, some, some)
            | st.builds(either, some, some, st.sampled_from(["OR", "|", "｜"]))
        ),
        max_leaves=5,
    )


EQUALS, ANY = st.sampled_from([":", "=", "!="]), st.sampled_from(sorted(COMPARE))
ORDER = st.sampled_from(["<", "<=", ">", ">="])
SOME = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2)
NOTES = combined(
    st.builds(equals, st.just("kind"), EQUALS, st.lists(st.sampled_from(["call", "wechat"]), min_size=1, max_size=2))
    | st.builds(days, st.just("at"), ANY, DAYS)
    | st.builds(ages, st.just("at"), ORDER, BACK)
    | st.builds(said, st.lists(st.sampled_from(["a", "上海", "x%y", "Ａ"]), min_size=1, max_size=2), st.booleans())
)
READINGS = combined(
    st.builds(names, EQUALS, SOME)
    | st.builds(tags, EQUALS, SOME)
    | st.builds(numbers, ANY, NUMBERS)
    | (st.tuples(st.none() | NUMBERS, st.none() | NUMBERS).filter(any).map(lambda ends: number_range(*ends)))
    | st.builds(days, st.sampled_from(["day", "at"]), ANY, DAYS)
    | st.builds(ages, st.sampled_from(["day", "at"]), ORDER, BACK)
    | st.builds(day_range, st.sampled_from(["day", "at"]), DAYS, DAYS)
    | st.builds(flags, EQUALS, st.sampled_from(["yes", "no", "是", "否", "1", "0"]))
    | st.builds(equals, st.just("grade"), EQUALS, st.lists(st.sampled_from(["A", "B"]), min_size=1, max_size=2))
    | st.builds(equals, st.just("owner"), EQUALS, st.lists(st.sampled_from(["Wei", "Anna"]), min_size=1, max_size=2))
    | st.builds(phones, st.sampled_from(["1380", "0000111", "55556666", "9999"]))
    | st.builds(filled, st.sampled_from(["has", "no"]), st.lists(st.sampled_from(sorted(HELD)), min_size=1, max_size=2))
    | st.builds(with_note, NOTES)
    | st.builds(with_reply, st.integers(0, 2))
)
FULL_WIDTH = str.maketrans("():,<>=", "（）：，＜＞＝")
ZONES = st.sampled_from([SHANGHAI, ZoneInfo("America/New_York"), ZoneInfo("UTC")])


@settings(max_examples=500, deadline=None)
@given(things=st.lists(THINGS, max_size=6), reading=READINGS, zone=ZONES, wide=st.booleans())
def test_sql_and_a_plain_reading_agree(
    connection: db.Connection, things: list[Thing], reading: Reading, zone: ZoneInfo, wide: bool
) -> None:
    text, holds = reading
    if wide:
        text = text.translate(FULL_WIDTH)
    ctx = context(connection, zone)
    fill(connection, things)
    expected = [i for i, thing in enumerate(things) if holds(thing, zone)]
    assert found(ctx, text) == expected
    assert found(ctx, f"-({text})") == [i for i in range(len(things)) if i not in expected]


# --- what the words mean ----------------------------------------------------------------------------------------


@pytest.fixture
def ctx(connection: db.Connection) -> Context:
    return context(connection)


def test_nothing_asked_is_everything(ctx: Context) -> None:
    fill(ctx.connection, [Thing(), Thing(name=None)])
    assert found(ctx, "  　") == [0, 1]


def test_or_binds_weaker_than_and_and_parentheses_group(ctx: Context) -> None:
    fill(ctx.connection, [Thing("a", n=1), Thing("b", n=1), Thing("b", n=2), Thing("c", n=3)])
    assert found(ctx, "name:a OR name:b n:2") == [0, 2]
    assert found(ctx, "(name:a OR name:b) n:1") == [0, 1]
    assert found(ctx, "name:a|name:c") == [0, 3]
    assert found(ctx, "-(name:a OR name:b)") == [3]
    assert found(ctx, "--name:a") == [0]


def test_what_a_chinese_keyboard_types_means_the_same(ctx: Context) -> None:
    fill(ctx.connection, [Thing("上海", n=1500), Thing("北京", n=700), Thing("广州", n=9000)])
    assert found(ctx, "name：上海，北京") == found(ctx, "name:上海、北京") == [0, 1]
    assert found(ctx, "－（name：“上海”｜name：北京）") == [2]
    assert found(ctx, "n＞＝１０００") == found(ctx, "n≥1000") == [0, 2]
    assert found(ctx, "n：1000。。5000") == found(ctx, "n:1000……5000") == [0]
    assert found(ctx, "name！＝上海") == found(ctx, "name≠上海") == [1, 2]


def test_text_is_contained_or_equal_whatever_its_case_and_width(ctx: Context) -> None:
    fill(ctx.connection, [Thing("New York"), Thing("ＮＥＷ  york"), Thing("York"), Thing("100%")])
    assert found(ctx, "name:york") == [0, 1, 2]
    assert found(ctx, 'name="new york"') == [0, 1]
    assert found(ctx, "NAME:%") == [3]


def test_an_age_is_counted_back_from_this_very_time(ctx: Context) -> None:
    ago = [moment_ago(30, SHANGHAI), "2026-10-24T01:29:59Z", "2026-10-24T01:30:01Z", ""]
    assert ago[0] == "2026-10-24T01:30:00Z"
    fill(ctx.connection, [Thing(at=at) for at in ago])
    assert found(ctx, "at>30d") == [1]
    assert found(ctx, "at>=30d") == [0, 1]
    assert found(ctx, "at<30d") == [2]


def test_days_begin_at_midnight_of_the_users_zone(ctx: Context) -> None:
    ends = ["2026-11-22T15:59:59Z", "2026-11-22T16:00:00Z", "2026-11-23T15:59:59Z", "2026-11-23T16:00:00Z"]
    fill(ctx.connection, [Thing(at=at, day=at[:10]) for at in ends])
    assert found(ctx, "at:today") == [1, 2]
    assert found(ctx, "at:yesterday") == [0]
    assert found(ctx, "at>=2026-11-24") == found(ctx, "at>today") == [3]
    assert found(ctx, "at<today") == [0]
    assert found(ctx, "day>2026-11-22") == [2, 3]
    assert found(ctx, "day<=2026-11-22") == [0, 1]
    assert found(ctx, "at<=yesterday") == [0]
    assert found(ctx, "day:today") == [2, 3]
    assert found(ctx, "at:this-month") == [0, 1, 2, 3]
    assert found(ctx, "at:2026-10..") == [0, 1, 2, 3]
    assert found(ctx, "at:..2026-10") == []
    assert found(ctx, "at:1d..today") == [0, 1, 2]
    assert found(ctx, "at:+1d") == found(ctx, "at:tomorrow") == [3]
    assert found(ctx, "at<=+1d") == [0, 1, 2, 3]
    assert found(ctx, "at：本月") == [0, 1, 2, 3]


def test_birthdays_fall_in_a_month_on_a_day_or_in_a_range_over_new_year(ctx: Context) -> None:
    keys = ["11-23", "11-30", "12-05", "01-03", "02-29", ""]
    fill(ctx.connection, [Thing(birth=key) for key in keys])
    assert found(ctx, "birthday:today") == [0]
    assert found(ctx, "birthday:this-month") == [0, 1]
    assert found(ctx, "birthday:12-01..12-31") == [2]
    assert found(ctx, "birthday:12-01..01-31") == [2, 3]
    assert found(ctx, "birthday:02-29") == [4]  # 2026 has none: kept on the 28th
    assert found(ctx, "no:birthday") == [5]


def test_lunar_birthdays_are_found_on_this_years_day(ctx: Context) -> None:
    # The Mid-Autumn festival, the 15th of the eighth month, is 25 September in 2026.
    fill(ctx.connection, [Thing(birth="L08-15"), Thing(birth="L08-16")])
    assert found(ctx, "birthday:09-25") == [0]
    assert found(ctx, "birthday:2026-09") == [0, 1]


def test_owners_are_users_and_me_is_whoever_asks(ctx: Context) -> None:
    fill(ctx.connection, [Thing(owner="Wei"), Thing(owner="Anna"), Thing()])
    assert found(ctx, "owner:me") == [0]
    assert found(ctx, "owner:ANNA,me") == [0, 1]
    assert found(ctx, "no:owner") == [2]


def test_phones_are_found_by_any_four_digits_or_by_their_end(ctx: Context) -> None:
    fill(ctx.connection, [Thing(phones=("+8613800001111",)), Thing(phones=("+8613800001112",))])
    assert found(ctx, "phone:0000-1111") == [0]
    assert found(ctx, 'phone:"+86 138 0000"') == [0, 1]
    assert found(ctx, "phone=13800001111") == [0]
    assert found(ctx, "phone=1380000") == []


def test_ids_may_bear_their_prefix(ctx: Context) -> None:
    fill(ctx.connection, [Thing()] * 4)
    assert found(ctx, "id:t2,3") == [2, 3]
    assert found(ctx, "id:t1..t2") == [1, 2]
    assert found(ctx, "id>2") == [3]


def test_what_the_team_defined_is_a_field_too(ctx: Context) -> None:
    fill(ctx.connection, [Thing("红"), Thing("蓝")])
    assert found(ctx, "色:红") == [0]


def test_related_rows_are_those_that_point_here(ctx: Context) -> None:
    wechat, call = ("wechat", "2026-11-20T00:00:00Z", "报价"), ("call", "2026-01-01T00:00:00Z", "hello")
    fill(ctx.connection, [Thing(notes=(wechat,)), Thing(notes=(call,)), Thing(), Thing(replies=(7,))])
    assert found(ctx, "note(kind:wechat at<30d)") == [0]
    assert found(ctx, "-note(kind:wechat)") == [1, 2, 3]
    assert found(ctx, "note(-kind:wechat)") == [1]
    assert found(ctx, "note()") == found(ctx, "has:note") == [0, 1]
    assert found(ctx, "no:note") == [2, 3]
    assert found(ctx, "note(报价)") == [0]
    assert found(ctx, "reply(n:7)") == [3]  # those on notes are not ours


def test_archived_related_rows_stay_hidden_unless_asked_for(ctx: Context) -> None:
    fill(ctx.connection, [Thing(notes=(("call", "", "old"),))])
    ctx.connection.raw.execute("UPDATE notes SET archived = 1")
    assert found(ctx, "note(kind:call)") == []
    assert found(ctx, "note(archived:yes)") == [0]


# --- mistakes ---------------------------------------------------------------------------------------------------


MISTAKES = [
    ("nmae:a", "query-field", 0, "nmae"),
    ("上海 -nmae:a", "query-field", 4, "nmae"),
    ("http://a.example", "query-field-none", 0, "http"),
    ("note(knd:call)", "query-field", 5, "knd"),
    ("grade:C", "query-choice-none", 6, "C"),
    ("note(kind:wecat)", "query-choice", 10, "wecat"),
    ("owner:wie", "query-user", 6, "wie"),
    ("owner:张", "query-user-none", 6, "张"),
    ("notes(kind:call)", "query-related", 0, "notes"),
    ("name:a has:notes", "query-field", 11, "notes"),
    ("nots()", "query-related", 0, "nots"),
    ("count(note)", "query-related-none", 0, "count"),
    ("note(note())", "query-related-none", 5, "note"),
    ("n>abc", "query-number", 2, "abc"),
    ("n:1..x", "query-number", 2, "1..x"),
    ("n:99999999999999999999", "query-number", 2, "99999999999999999999"),
    ("n>1..2", "query-range", 2, "1..2"),
    ("n:..", "query-range", 2, ".."),
    ("n:1..2..3", "query-range", 2, "1..2..3"),
    ("n<1,2", "query-list", 4, "2"),
    ("name>a", "query-operator", 0, "name"),
    ("has>name", "query-operator", 0, "has"),
    ("at:30d", "query-age", 3, "30d"),
    ("at>soon", "query-date", 3, "soon"),
    ("at>=9999-12-31", "query-date", 4, "9999-12-31"),
    ("at<0001-01-01", "query-date", 3, "0001-01-01"),
    ("birthday:13-40", "query-date", 9, "13-40"),
    ("flag:maybe", "query-flag", 5, "maybe"),
    ("phone:123", "query-phone", 6, "123"),
    ("id:p3", "query-id", 3, "p3"),
    ("name:", "query-missing", 0, "name:"),
    ("a name:x, b", "query-missing", 2, "name:x,"),
    ('name:""', "query-empty", 5, ""),
    ('""', "query-empty", 0, ""),
    ("n > 3", "query-stray", 2, ">"),
    ("a OR", "query-term", 4, ""),
    ("OR a", "query-term", 0, "OR"),
    ("a || b", "query-term", 3, "|"),
    ("a - b", "query-term", 2, "-"),
    ("()", "query-term", 1, ")"),
    ("(a (b)", "query-open", 0, "("),
    ("a) b", "query-close", 1, ")"),
    ('a "b c', "query-quote", 2, '"b c'),
    ("reply(hello)", "query-text", 6, "hello"),
    ("(" * 41 + "a" + ")" * 41, "query-deep", 40, "("),
    ("|".join(["n:1"] * 501), "query-long", 2002, "1"),
]


@pytest.mark.parametrize(("text", "code", "column", "wrong"), MISTAKES)
def test_a_mistake_is_shown_where_it_is(ctx: Context, text: str, code: str, column: int, wrong: str) -> None:
    error = mistake(ctx, text)
    assert (error.code, error.values["column"], error.values["text"]) == (code, column, wrong)
    assert error.values["length"] >= 1
    if wrong:
        assert text[column : column + error.values["length"]] == wrong


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_mistake_has_its_sentence(ctx: Context, language: str) -> None:
    i18n.use(language)
    try:
        for text, *_rest in MISTAKES:
            error = mistake(ctx, text)
            assert "{" not in i18n.t(f"error.{error.code}", **error.values)
    finally:
        i18n.use("en")


def test_the_nearest_words_are_named(ctx: Context) -> None:
    assert mistake(ctx, "nmae:a").values["nearest"] == "name"
    assert mistake(ctx, "owner:wie").values["nearest"] == "wei"
    assert "birthday" in mistake(ctx, "zzz:a").values["known"]


@pytest.mark.parametrize("text", ["a" * 20_001, "name:" + "%" * 20_000])
def test_a_line_beyond_all_reason_is_refused(ctx: Context, text: str) -> None:
    assert mistake(ctx, text).code == "query-long"


@pytest.mark.parametrize(
    "text",
    [
        "|".join(["-name:a"] * 500),
        " ".join(["note(kind:call)"] * 250),
        "-(" * 40 + "|".join(["name:a"] * 400) + ")" * 40,
        "name:" + ",".join(["a"] * 499),
        "name:" + "%" * 19_000,
        "note(" + "a " * 499 + ")",
    ],
)
def test_the_engine_takes_the_longest_that_is_allowed(ctx: Context, text: str) -> None:
    found(ctx, text)


PIECES = (
    st.sampled_from([*THING.fields, "phone", "id", "has", "no", "note", "reply", "import", "OR", ".."])
    | st.sampled_from(["30d", "99999y", "today", "this-month", "1", "yes", "上海", "02-29", "9999-12"])
    | st.sampled_from('()|-:=<>!"，、：（）“”＝ .。…,')
)


@settings(max_examples=500, deadline=None)
@given(text=st.text() | st.lists(PIECES, max_size=12).map("".join) | st.text('name:()"|-<>=0123d.\0\ud800 '))
def test_any_text_compiles_and_runs_or_is_a_mistake_within_it(connection: db.Connection, text: str) -> None:
    ctx = context(connection)
    try:
        found(ctx, text)
    except query.QueryError as error:
        assert 0 <= error.values["column"] <= len(text)
        assert error.values["length"] >= 1
    query.words(ctx, "thing", text)


@given(value=st.text(min_size=1).filter(lambda value: value.strip()))
def test_a_quoted_value_is_read_as_it_was(value: str) -> None:
    tree: Any = parse(f"name:{quoted(value)}")
    assert [word.text for word in tree.values] == [value.replace("\0", "\ufffd")]


# --- completion -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("na", ["name:"]),
        ("name:x -na", ["-name:"]),
        ("(gra", ["grade:"]),
        ("not", ["note("]),
        ("grade:", ["grade:A", "grade:B"]),
        ("grade:A,b", ["grade:A,B"]),
        ("flag：y", ["flag：yes"]),
        ("name:new", ['name:"new york"']),
        ('name:"new y', ['name:"new york"']),
        ("note(kind:w", ["kind:wechat"]),
        ("note(kind:call) gr", ["grade:"]),
        ("at>3", ["at>30d"]),
        ("at:yes", ["at:yesterday"]),
        ("at:本", ["at:本周", "at:本月", "at:本季度"]),
        ("has:no", ["has:note"]),
        ("import:", ["import:last"]),
        ("色:", ['色:"new york"', "色:上海"]),
        ("nothing:", []),
        ("nothing(na", []),
    ],
)
def test_the_last_word_is_completed(ctx: Context, line: str, offered: list[str]) -> None:
    fill(ctx.connection, [Thing("上海"), Thing("New York"), Thing("new york"), Thing("")])
    assert query.words(ctx, "thing", line) == offered
