"""Lists: any order, page by page without a gap, and all ids at once, interruptible."""

import threading

import pytest

from icrm_tui import lists, query
from icrm_tui.collect import companies, contacts
from icrm_tui.context import Context
from icrm_tui.errors import Interrupted, Usage
from icrm_tui.lists import Wanted
from tests.support import person

CITIES = ("", "Bonn", "上海", "Ålesund")


@pytest.fixture
def town(ctx: Context) -> Context:
    for n in range(30):
        person(ctx, f"Somebody {n % 7}", city=CITIES[n % 4], company=f"Firm {n % 3}" if n % 5 else "")
    contacts.archive(ctx, 4)
    return ctx


@pytest.mark.parametrize("noun", ["contact", "company", "customer"])
def test_pages_follow_each_other_in_every_order(town: Context, noun: str) -> None:
    orders = ["", *query.fields(town, noun)]
    for order in (sign + word for word in orders for sign in ("", "-") if word or not sign):
        wanted = Wanted(noun, sort=order)
        whole = list(lists.ids(town, wanted))
        assert len(whole) == len({*whole}) == lists.count(town, wanted)
        paged: list[int] = []
        while page := lists.rows(town, wanted, 7, paged[-1] if paged else None):
            paged += [row["id"] for row in page]
        assert paged == whole, order
        assert [row[0] for row in lists.stream(town, wanted)] == whole
        assert [row["id"] for row in lists.by_ids(town, wanted, whole[::-1])] == whole[::-1]


@pytest.mark.file
@pytest.mark.parametrize("noun", ["contact", "company", "customer"])
def test_orders_offered_run_along_an_index(town: Context, noun: str) -> None:
    for word in lists.sorts(town, noun):
        for sign in ("", "-"):
            plan = " ".join(explained(town, Wanted(noun, sort=sign + word)))
            assert "TEMP B-TREE" not in plan, plan


def explained(ctx: Context, wanted: Wanted) -> list[str]:
    where, order, params = lists._shape(ctx, wanted, None)
    table = {"contact": "contacts", "company": "companies", "customer": "customers"}[wanted.noun]
    rows = ctx.read(f"EXPLAIN QUERY PLAN SELECT t.id FROM {table} t WHERE {where} ORDER BY {order} LIMIT 50", **params)
    return [row["detail"] for row in rows]


def test_names_are_listed_as_they_are_read(ctx: Context) -> None:
    for name in ("张伟", "Anna", "曾小明", "Öztürk", "单雄信", "Zoe", "白洁"):
        person(ctx, name)
    names = [row["name"] for row in lists.rows(ctx, Wanted("contact"))]
    assert names == ["Anna", "白洁", "Öztürk", "单雄信", "曾小明", "张伟", "Zoe"]


def test_the_archived_are_shown_where_they_are_asked_for(town: Context) -> None:
    assert lists.count(town, Wanted("contact")) == 29
    assert lists.count(town, Wanted("contact", archived=True)) == 30
    assert lists.count(town, Wanted("contact", "archived:yes")) == 1
    assert lists.count(town, Wanted("contact", "archived:yes OR archived:no")) == 30
    assert lists.count(town, Wanted("company", "contact(archived:yes)")) == 1


def test_what_is_shown_is_asked_for_by_word(town: Context) -> None:
    row = lists.rows(town, Wanted("contact", "id:2", ("city", "name", "tag", "owner")))[0]
    assert row == {"id": 2, "city": "Bonn", "name": "Somebody 1", "tag": None, "owner": "wei"}
    for wanted in (Wanted("contact", columns=("nmae",)), Wanted("contact", sort="nmae")):
        with pytest.raises(Usage) as caught:
            lists.rows(town, wanted)
        assert (caught.value.code, caught.value.values["nearest"]) == ("unknown-column", "name")


def test_reading_all_ids_is_called_off(ctx: Context) -> None:
    ctx.change("import", lambda _tx: [companies.add(ctx, companies.Company(f"Firm {n}", {})) for n in range(300)])
    stop = threading.Event()

    def interrupt() -> None:
        while not stop.wait(0.001):
            ctx.connection.interrupt()

    caller = threading.Thread(target=interrupt)
    caller.start()
    try:
        with pytest.raises(Interrupted):
            while True:
                lists.ids(ctx, Wanted("company", " OR ".join(f"name:{n}" for n in range(100))))
    finally:
        stop.set()
        caller.join()
    assert len(lists.ids(ctx, Wanted("company"))) == 300
