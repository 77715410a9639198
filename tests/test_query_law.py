"""The law of the query language: what the engine finds is what plain Python finds, on any store, for any query."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icrm_tui import dates, db, query, users
from icrm_tui.collect import channels, consent, contacts, customers, fields, interactions
from icrm_tui.context import Context
from icrm_tui.search import Who
from icrm_tui.text import fold, plain
from tests.support import NOW, acting

ZONE = ZoneInfo("America/New_York")
TODAY = NOW.astimezone(ZONE).date()

NAMES = ("Anna Schmidt", "Hannah Weber", "Wei Zhang", "Ängström", "Dan", "Annabel")
FIRMS = ("", "Acme GmbH", "Anna & Co", "Ölwerke")
CITIES = ("", "Bonn", "bonn", "上海", "Bonndorf", "100%", "a_b", "ＢＯＮＮ")
TAGS = ("vip", "VIP 2", "重点")
NOTES = ("", "Likes Tea", "likes tea!", "x")
MAILS = ("ann@x.example", "dan@y.example", "hannah@x.example")
PHONES = ("+8613800001111", "+4930901820", "13800002222")
BIRTHDAYS = ("", "1990-11-23", "11-30", "02-29", "12-31", "01-01", "L1990-10-15", "农历四月初八")
MOMENTS = [
    NOW - timedelta(days=d, hours=h)
    for d, h in ((0, 1), (0, 13), (1, 0), (29, 23), (30, 0), (30, 1), (31, 0), (400, 5))
]


@dataclass
class Person:
    """What the evaluation in Python knows of a contact."""

    id: int
    name: str
    company: str
    city: str
    notes: str
    owner: str
    grade: str
    birthday: str
    tags: tuple[str, ...]
    mails: tuple[str, ...]
    phones: tuple[str, ...]
    size: float | None
    met: date | None
    member: bool | None
    optout: tuple[str, ...]
    archived: bool
    touches: list[tuple[str, datetime]]

    @property
    def last(self) -> datetime | None:
        return max((at for _channel, at in self.touches), default=None)


PEOPLE = st.lists(
    st.tuples(
        *(
            st.sampled_from(some)
            for some in (NAMES, FIRMS, CITIES, NOTES, ("wei", "li", ""), ("A", "B", ""), BIRTHDAYS)
        ),
        st.lists(st.sampled_from(TAGS), unique=True, max_size=2),
        st.lists(st.sampled_from(PHONES), unique=True, max_size=2),
        st.sampled_from([None, 0, 1.5, 41, -3]),
        st.sampled_from([None, "2026-11-23", "2026-10-31", "1999-01-01"]),
        st.sampled_from([None, True, False]),
        st.booleans(),
        st.booleans(),
        st.lists(st.tuples(st.sampled_from(("call", "email")), st.sampled_from(MOMENTS)), max_size=2),
    ),
    min_size=1,
    max_size=5,
)


def told(ctx: Context, rows: list[tuple[Any, ...]]) -> list[Person]:
    """The store filled with these people, and the people."""
    users.add(ctx, "li")
    for name, kind in (("Shoe size", "number"), ("Met", "date"), ("Member", "flag")):
        fields.add(ctx, "contact", name, kind)
    made = []
    for n, row in enumerate(rows):
        name, firm, city, notes, owner, grade, birthday, hung, phones, size, met, member, no, archived, touches = row
        mails = MAILS[n % 3 : n % 3 + n % 2] if n < 3 else ()
        values = {"company": firm, "city": city, "notes": notes, "birthday": birthday}
        values |= {"shoe_size": str(size)} if size is not None else {}
        values |= {"met": met} if met else {}
        values |= {"member": "yes" if member else "no"} if member is not None else {}
        reach = [
            channels.read(kind, value, "CN") for kind, some in (("email", mails), ("phone", phones)) for value in some
        ]
        contact_id = contacts.add(ctx, contacts.Contact(name, values, tuple(reach), tuple(hung)))
        customer_id = contacts.get(ctx, contact_id)["customer_id"]
        if not firm:
            customers.edit(ctx, customer_id, {"owner": owner, "grade": grade})
        if no:
            consent.give(ctx, contact_id, "email", False)
        for channel, at in touches:
            touch = interactions.Touch("said", channel, at=dates.stamp(at))
            interactions.add(ctx, Who(customer_id, contact_id, name), touch)
        if archived:
            contacts.archive(ctx, contact_id)
        keys = tuple(channels.read("phone", phone, "CN").key for phone in phones)
        shown = owner if not firm else "wei"
        made.append(
            Person(
                contact_id,
                name,
                firm,
                city,
                notes,
                shown,
                grade if not firm else "",
                birthday,
                tuple(hung),
                mails,
                keys,
                size,
                date.fromisoformat(met) if met else None,
                member,
                ("email",) if no else (),
                archived,
                touches,
            )
        )
    return made


# --- queries, each with what it means --------------------------------------------------------------------

Test = Callable[[Person], bool]
Query = tuple[str, Test]


def day(instant: datetime | None) -> date | None:
    return instant.astimezone(ZONE).date() if instant else None


def leaf(text: str, test: Test) -> st.SearchStrategy[Query]:
    return st.just((text, test))


def texts(word: str, of: Callable[[Person], str], values: tuple[str, ...]) -> Iterator[st.SearchStrategy[Query]]:
    for value in values:
        shown = query.quoted(value)
        yield leaf(f"{word}:{shown}", lambda p, v=fold(value): v in fold(of(p)))
        yield leaf(f"{word}={shown}", lambda p, v=fold(value): v == fold(of(p)))
        yield leaf(f"{word}!={shown}", lambda p, v=fold(value): v != fold(of(p)))
    yield leaf(f"{word}:{','.join(map(query.quoted, values))}", lambda p: any(fold(v) in fold(of(p)) for v in values))
    yield leaf(f"has:{word}", lambda p: of(p) != "")
    yield leaf(f"no:{word}", lambda p: of(p) == "")


def numbers(word: str, of: Callable[[Person], float | None]) -> Iterator[st.SearchStrategy[Query]]:
    for sign, test in (
        ("=", lambda a, b: a == b), (":", lambda a, b: a == b), ("<", lambda a, b: a < b), ("<=", lambda a, b: a <= b),
        (">", lambda a, b: a > b), (">=", lambda a, b: a >= b),
    ):  # fmt: skip
        for value in (0, 1.5, 41):
            yield leaf(f"{word}{sign}{value}", lambda p, t=test, v=value: (a := of(p)) is not None and t(a, v))
            yield leaf(f"-{word}{sign}{value}", lambda p, t=test, v=value: not ((a := of(p)) is not None and t(a, v)))
    yield leaf(f"{word}:0..41", lambda p: (a := of(p)) is not None and 0 <= a <= 41)
    yield leaf(f"{word}:..1", lambda p: (a := of(p)) is not None and a <= 1)
    yield leaf(f"{word}:0,41", lambda p: of(p) in (0, 41))


def days(word: str, of: Callable[[Person], date | None]) -> Iterator[st.SearchStrategy[Query]]:
    month = (date(2026, 11, 1), date(2026, 11, 30))
    for text, (first, last) in {
        "today": (TODAY, TODAY), "this-month": month, "2026-11": month, "2026": (date(2026, 1, 1), date(2026, 12, 31)),
        "2026-10-24": (date(2026, 10, 24),) * 2, "2026-10-24..today": (date(2026, 10, 24), TODAY),
    }.items():  # fmt: skip
        yield leaf(f"{word}:{text}", lambda p, a=first, b=last: (d := of(p)) is not None and a <= d <= b)
        if ".." not in text:
            yield leaf(f"{word}<{text}", lambda p, a=first: (d := of(p)) is not None and d < a)
            yield leaf(f"{word}<={text}", lambda p, b=last: (d := of(p)) is not None and d <= b)
            yield leaf(f"{word}>{text}", lambda p, b=last: (d := of(p)) is not None and d > b)
            yield leaf(f"{word}>={text}", lambda p, a=first: (d := of(p)) is not None and d >= a)
    yield leaf(f"has:{word}", lambda p: of(p) is not None)
    yield leaf(f"no:{word}", lambda p: of(p) is None)


def kept(p: Person, first: date, last: date) -> bool:
    """Whether the birthday is kept on one of these days."""
    if not p.birthday:
        return False
    return first <= dates.next_birthday(dates.birthday(p.birthday), first) <= last


def birthdays() -> Iterator[st.SearchStrategy[Query]]:
    for text, first, last in (
        ("this-month", date(2026, 11, 1), date(2026, 11, 30)), ("today", TODAY, TODAY),
        ("11-23", date(2026, 11, 23), date(2026, 11, 23)),
        ("2026-02-28", date(2026, 2, 28), date(2026, 2, 28)), ("next-month", date(2026, 12, 1), date(2026, 12, 31)),
        ("12-25..01-05", date(2026, 12, 25), date(2027, 1, 5)), ("2026-05", date(2026, 5, 1), date(2026, 5, 31)),
    ):  # fmt: skip
        yield leaf(f"birthday:{text}", lambda p, a=first, b=last: kept(p, a, b))
    yield leaf("has:birthday", lambda p: p.birthday != "")


def ages() -> Iterator[st.SearchStrategy[Query]]:
    """Days ago are days of the user's clock, also where it was set back between."""
    for text, ago in (("30d", timedelta(days=30)), ("1d", timedelta(days=1)), ("2w", timedelta(days=14))):
        then = NOW.astimezone(ZONE) - ago
        yield leaf(f"last_contact>{text}", lambda p, t=then: p.last is not None and p.last < t)
        yield leaf(f"last_contact<{text}", lambda p, t=then: p.last is not None and p.last > t)


def found(p: Person, word: str) -> bool:
    """A word of four Latin letters or more, in whatever a record is found by."""
    return any(word in plain(text) for text in (p.name, p.company, *p.tags, *p.mails))


LEAVES = st.one_of(
    *texts("name", lambda p: p.name, ("anna", "wei zhang", "ÄNG")),
    *texts("company", lambda p: p.company, ("acme", "anna & co", "öl")),
    *texts("city", lambda p: p.city, ("bonn", "上海", "%", "_", "100%")),
    *texts("notes", lambda p: p.notes, ("likes tea", "TEA!")),
    *numbers("shoe_size", lambda p: p.size),
    *numbers("touches", lambda p: len(p.touches)),
    *days("last_contact", lambda p: day(p.last)),
    *days("met", lambda p: p.met),
    *birthdays(),
    *ages(),
    *(leaf(f"tag:{query.quoted(t)}", lambda p, t=t: t in p.tags) for t in TAGS),
    leaf("tag:重点,vip", lambda p: bool({"重点", "vip"} & {*p.tags})),
    leaf("has:tag", lambda p: bool(p.tags)),
    leaf("no:tag", lambda p: not p.tags),
    leaf("owner:me", lambda p: p.owner == "wei"),
    leaf("owner:li", lambda p: p.owner == "li"),
    leaf("no:owner", lambda p: p.owner == ""),
    leaf("grade:a,b", lambda p: p.grade in ("A", "B")),
    leaf("grade!=A", lambda p: p.grade != "A"),
    leaf("member:yes", lambda p: p.member is True),
    leaf("member:no", lambda p: p.member is False),
    leaf("member!=yes", lambda p: p.member is not True),
    leaf("optout:email", lambda p: "email" in p.optout),
    leaf("archived:yes", lambda p: p.archived),
    leaf("email:x.example", lambda p: any("x.example" in mail for mail in p.mails)),
    leaf("no:email", lambda p: not p.mails),
    leaf("phone:0000", lambda p: any("0000" in phone for phone in p.phones)),
    leaf("phone=30901820", lambda p: any(phone.endswith("30901820") for phone in p.phones)),
    leaf("interaction(channel:call)", lambda p: any(channel == "call" for channel, _at in p.touches)),
    leaf("interaction()", lambda p: bool(p.touches)),
    leaf("no:interaction", lambda p: not p.touches),
    leaf(
        "interaction(channel:email at<30d)",
        lambda p: any(
            channel == "email" and at > NOW.astimezone(ZONE) - timedelta(days=30) for channel, at in p.touches
        ),
    ),
    leaf("interaction(-channel:call)", lambda p: any(channel != "call" for channel, _at in p.touches)),
    *(leaf(word, lambda p, w=word: found(p, w)) for word in ("anna", "schmidt", "acme", "example", "hannah")),
    *(leaf(f"-{word}", lambda p, w=word: not found(p, w)) for word in ("anna", "zhang")),
    *(leaf(f"id:{n}", lambda p, n=n: p.id == n) for n in (1, 2)),
    leaf("id:p1..p3", lambda p: 1 <= p.id <= 3),
)


def joined(children: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    pairs = st.tuples(children, children)
    return st.one_of(
        pairs.map(lambda two: (f"({two[0][0]}) ({two[1][0]})", lambda p: two[0][1](p) and two[1][1](p))),
        pairs.map(lambda two: (f"({two[0][0]}) OR ({two[1][0]})", lambda p: two[0][1](p) or two[1][1](p))),
        pairs.map(lambda two: (f"{two[0][0]} | {two[1][0]}", lambda p: two[0][1](p) or two[1][1](p))),
        children.map(lambda one: (f"-({one[0]})", lambda p: not one[1](p))),
    )


QUERIES = st.recursive(LEAVES, joined, max_leaves=5)


@settings(max_examples=60)
@given(rows=PEOPLE, queries=st.lists(QUERIES, min_size=5, max_size=25))
def test_the_engine_and_python_find_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]], queries: list[Query]
) -> None:
    with closing(db.open_store(tmp_path_factory.mktemp("law") / "icrm.db")) as connection:
        ctx = acting(connection, zone=ZONE)
        people = told(ctx, rows)
        for text, test in queries:
            sql, params = query.compile(ctx, "contact", text)
            hits = [row["id"] for row in ctx.read(f"SELECT t.id FROM contacts t WHERE {sql} ORDER BY t.id", **params)]
            assert hits == [p.id for p in people if test(p)], text


def test_days_are_the_users_days(ctx: Context) -> None:
    """23:30 in New York is the next day in London and in the store."""
    assert datetime(2026, 11, 23, 1, 30, tzinfo=UTC).astimezone(ZONE).date() == date(2026, 11, 22) == TODAY
