"""The query language over the nouns that are built, in a real store."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from icrm_tui import db, nouns, query, users
from icrm_tui.collect import channels, companies, contacts, interactions
from icrm_tui.context import Context
from icrm_tui.search import who

VALUES = {
    "text": ":a",
    "raw": ":ä",
    "name": "=上海",
    "tag": ":vip",
    "phone": ":1234",
    "flag": ":yes",
    "user": "!=me",
    "number": ":1..2",
    "id": ":3",
    "import": ":last",
    "day": ":this-month",
    "instant": "<30d",
    "birthday": ":today",
    "money": ">=1000.50",
    "amount": ":1..2",
    "segment": ":high-value",
}
QUERIED = ["contact", "company", "customer", "interaction", "order"]


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context]:
    now = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    with closing(db.open_store(tmp_path / "icrm.db")) as connection:
        made = Context(connection, "wei", lambda: now, ZoneInfo("Asia/Shanghai"))
        users.identify(made)
        yield made


def names(ctx: Context, noun: str, text: str) -> list[str]:
    sql, params = query.compile(ctx, noun, text)
    shown = query.fields(ctx, noun)["name"].shown.replace("{t}", "t")
    rows = ctx.read(f"SELECT {shown} AS name FROM {nouns.noun(noun).table} t WHERE {sql} ORDER BY t.id", **params)
    return [row["name"] for row in rows]


def person(ctx: Context, name: str, *, email: str = "", phone: str = "", tag: str = "", **values: str) -> int:
    reach = [channels.read(kind, text, "CN") for kind, text in (("email", email), ("phone", phone)) if text]
    return contacts.add(ctx, contacts.Contact(name, values, tuple(reach), (tag,) if tag else ()))


@pytest.mark.parametrize("noun", QUERIED)
def test_every_field_and_related_noun_can_be_asked_for(ctx: Context, noun: str) -> None:
    table = nouns.noun(noun).table
    known = query.fields(ctx, noun)
    for word, field in known.items():
        value = f":{field.choices[0]}" if field.type == "choice" else VALUES[field.type]
        for text in (f"{word}{value}", f"-{word}{value}", f"has:{word}", f"no:{word}"):
            sql, params = query.compile(ctx, noun, text)
            ctx.read(f"SELECT t.id FROM {table} t WHERE {sql}", **params)
        query.words(ctx, noun, f"{word}:")
    for child in query.related(noun):
        sql, params = query.compile(ctx, noun, f"{child}() -{child}(id:1)")
        ctx.read(f"SELECT t.id FROM {table} t WHERE {sql}", **params)


def test_what_customers_channels_and_tags_lend_is_asked_of_contacts(ctx: Context) -> None:
    person(ctx, "王小明", email="Ming@Yun.example", phone="138 0000 1111", tag="VIP", city="上海")
    person(ctx, "Anna Schmidt", email="anna@firm.example", city="Berlin", owner="wei")
    assert names(ctx, "contact", "email:yun") == ["王小明"]
    assert names(ctx, "contact", "phone:0000-1111 tag:vip") == ["王小明"]
    assert names(ctx, "contact", "-tag:vip") == ["Anna Schmidt"]
    assert names(ctx, "contact", "owner:me city:berlin") == ["Anna Schmidt"]
    assert names(ctx, "contact", "no:phone") == ["Anna Schmidt"]
    assert query.words(ctx, "contact", "tag:v") == ["tag:VIP"]
    assert query.words(ctx, "contact", "owner:") == ["owner:wei"]
    assert query.words(ctx, "contact", "city:上") == ["city:上海"]


def test_free_words_go_to_search_and_exact_words_stand_together(ctx: Context) -> None:
    person(ctx, "Anna Maria Schmidt")
    person(ctx, "Maria Anna Weber")
    assert names(ctx, "contact", "maria anna") == ["Anna Maria Schmidt", "Maria Anna Weber"]
    assert names(ctx, "contact", '"maria anna"') == ["Maria Anna Weber"]
    assert names(ctx, "contact", "anna -weber") == ["Anna Maria Schmidt"]
    assert names(ctx, "contact", "weber | schmidt") == ["Anna Maria Schmidt", "Maria Anna Weber"]


def test_touches_with_people_are_touches_with_their_company(ctx: Context) -> None:
    companies.add(ctx, companies.Company("云图科技", {}))
    person(ctx, "王小明", company="云图科技", city="上海")
    person(ctx, "李雷")
    interactions.add(ctx, who(ctx, "王小明"), interactions.Touch("报价已发", channel="wechat"))
    assert names(ctx, "contact", "interaction(channel:wechat at<30d 报价)") == ["王小明"]
    assert names(ctx, "company", "interaction(channel:wechat)") == ["云图科技"]
    assert names(ctx, "company", "contact(city:上海)") == ["云图科技"]
    assert names(ctx, "contact", "no:interaction") == ["李雷"]


def test_the_last_import_is_what_it_made_and_what_it_wrote(ctx: Context) -> None:
    anna = person(ctx, "Anna")
    person(ctx, "Berta")
    ctx.change("import", lambda _tx: person(ctx, "Clara"))
    assert names(ctx, "contact", "import:last") == ["Clara"]
    ctx.change("import", lambda _tx: contacts.edit(ctx, anna, {"city": "Bonn"}))
    contacts.edit(ctx, anna, {"city": "Berlin"})
    assert names(ctx, "contact", "import:last") == ["Anna"]
    assert names(ctx, "contact", "has:import") == ["Anna", "Clara"]


def test_the_engine_takes_as_many_words_as_a_line_may_hold(ctx: Context) -> None:
    assert names(ctx, "contact", " ".join(f"word{n}" for n in range(500))) == []
    assert names(ctx, "contact", "|".join(f'"word {n}"' for n in range(500))) == []
