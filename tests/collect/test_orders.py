"""Orders and their totals: in the store's currency, exact whatever happens, honest about what is left out."""

from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icrm_tui import db, doctor, history, lists, query
from icrm_tui import settings as agreed
from icrm_tui.collect import companies, contacts, orders, timeline
from icrm_tui.collect.orders import Order
from icrm_tui.context import Context
from icrm_tui.errors import Ambiguous, IcrmError, NotFound, Refused, Usage
from icrm_tui.merge import merge
from icrm_tui.search import Who, who
from tests.support import acting, person

TODAY = date(2026, 11, 23)


@pytest.fixture
def ada(ctx: Context) -> Who:
    person(ctx, "Ada")
    return who(ctx, "Ada")


def buy(ctx: Context, whom: Who, total: str, currency: str = "", **more: Any) -> int:
    order = orders.typed(ctx, total, currency, more.pop("at", ""))
    return orders.add(ctx.action(), whom, order._replace(**more))


def money_of(ctx: Context, whom: Who) -> dict[str, Any]:
    return orders.totals(ctx, whom.customer_id)


# --- amounts and currencies ------------------------------------------------------------------------------


def test_the_first_amount_says_what_totals_are_in_and_taking_it_back_unsays_it(ctx: Context, ada: Who) -> None:
    with pytest.raises(Usage, match="money-which"):
        orders.typed(ctx, "100")
    buy(ctx, ada, "100", "EUR")
    assert agreed.get(ctx, "currency") == "EUR"
    buy(ctx, ada, "12.50")
    assert (money_of(ctx, ada)["spent"], money_of(ctx, ada)["currency"]) == (112.5, "EUR")
    history.undo(ctx.action())
    history.undo(ctx.action())
    assert agreed.get(ctx, "currency") == ""
    assert money_of(ctx, ada)["orders"] == 0


def test_an_amount_without_a_rate_is_kept_left_out_and_counted(ctx: Context, ada: Who) -> None:
    buy(ctx, ada, "100", "CNY")
    made = buy(ctx, ada, "50", "EUR")
    assert orders.show(ctx, made)["left_out"]
    totals = money_of(ctx, ada)
    assert (totals["orders"], totals["spent"], totals["left_out"]) == (2, 100, 1)


def test_another_base_currency_makes_all_totals_anew_and_its_undo_the_old_ones(ctx: Context, ada: Who) -> None:
    buy(ctx, ada, "100", "CNY")
    buy(ctx, ada, "1200", "JPY")
    agreed.put(ctx.action(), "currency", "JPY")
    assert (money_of(ctx, ada)["spent"], money_of(ctx, ada)["left_out"]) == (1200, 1)
    assert rows(ctx, "spent>=1200") == ["Ada"]
    history.undo(ctx.action())
    assert (money_of(ctx, ada)["spent"], money_of(ctx, ada)["left_out"]) == (100, 1)
    assert rows(ctx, "spent>=100 spent<101") == ["Ada"]
    agreed.put(ctx.action(), "silent_days", "20")
    assert money_of(ctx, ada)["spent"] == 100


def test_a_return_lowers_what_was_spent_and_is_no_order(ctx: Context, ada: Who) -> None:
    buy(ctx, ada, "100", "CNY", at="2026-10-01")
    buy(ctx, ada, "-30", at="2026-11-01")
    totals = money_of(ctx, ada)
    assert (totals["orders"], totals["spent"]) == (1, 70)
    assert (totals["first_order"], totals["last_order"]) == ("2026-10-01", "2026-10-01")


@pytest.mark.parametrize(
    ("total", "currency", "code"),
    [
        ("lots", "CNY", "money"),
        ("1.234", "EUR", "money-digits"),
        ("12.5", "JPY", "money-digits"),
        ("€5", "CNY", "money-other"),
        ("5", "XYZ", "currency"),
        ("9" * 20, "CNY", "money-large"),
    ],
)
def test_what_is_no_amount_is_refused(ctx: Context, ada: Who, total: str, currency: str, code: str) -> None:
    with pytest.raises(Usage) as caught:
        buy(ctx, ada, total, currency)
    assert caught.value.code == code
    assert lists.count(ctx, lists.Wanted("order")) == 0


# --- whom an order is of ---------------------------------------------------------------------------------


def test_whom_an_order_cannot_be_of(ctx: Context, ada: Who) -> None:
    person(ctx, "Bob", company="Acme")
    bob, acme = who(ctx, "Bob"), who(ctx, "Acme")
    companies.archive(ctx.action(), acme.customer_id)
    with pytest.raises(Refused, match="order-archived") as caught:
        buy(ctx, bob, "1", "CNY")
    assert caught.value.values == {"name": "Acme", "id": f"co{acme.customer_id}", "word": "company"}
    contacts.archive(ctx.action(), ada.id)
    with pytest.raises(Refused, match="order-archived") as caught:
        buy(ctx, ada, "1", "CNY")
    assert (caught.value.values["id"], caught.value.values["word"]) == ("p1", "contact")
    eve = person(ctx, "Eve")
    into = person(ctx, "Eva")
    merge(ctx.action(), "contact", eve, into)
    with pytest.raises(Refused, match="order-merged") as caught:
        buy(ctx, who(ctx, f"p{eve}"), "1", "CNY")
    assert caught.value.values["into"] == f"p{into}"
    assert agreed.get(ctx, "currency") == ""


def test_orders_go_along_in_a_merge_and_come_back(ctx: Context, ada: Who) -> None:
    twin = person(ctx, "Ada L")
    buy(ctx, ada, "100", "CNY", at="2026-10-01")
    buy(ctx, who(ctx, "Ada L"), "50", at="2026-09-01")
    merge(ctx.action(), "contact", twin, ada.id)
    totals = money_of(ctx, ada)
    assert (totals["orders"], totals["spent"], totals["first_order"]) == (2, 150, "2026-09-01")
    history.undo(ctx.action())
    assert money_of(ctx, ada)["spent"] == 100
    assert money_of(ctx, who(ctx, "Ada L"))["spent"] == 50


def test_who_finds_a_firm_takes_their_orders_along(ctx: Context, ada: Who) -> None:
    buy(ctx, ada, "100", "CNY")
    contacts.move(ctx.action(), ada.id, "Acme")
    assert money_of(ctx, who(ctx, "Acme"))["spent"] == 100


# --- finding and changing them ---------------------------------------------------------------------------


def test_an_order_is_meant_by_its_reference_or_id(ctx: Context, ada: Who) -> None:
    first = buy(ctx, ada, "100", "CNY", ref=" A  7 ")
    assert orders.named(ctx, "a 7") == orders.named(ctx, f"o{first}") == orders.named(ctx, str(first)) == first
    second = buy(ctx, ada, "-100", ref="A 7")
    with pytest.raises(Ambiguous, match="order-ambiguous") as caught:
        orders.named(ctx, "A 7")
    assert [one["id"] for one in caught.value.candidates] == [f"o{first}", f"o{second}"]
    for nothing in ("", "o99", "B"):
        with pytest.raises(NotFound):
            orders.named(ctx, nothing)


def test_an_order_is_corrected(ctx: Context, ada: Who) -> None:
    made = buy(ctx, ada, "100", "CNY", ref="A", at="yesterday")
    rev = orders.show(ctx, made)["rev"]
    assert orders.edit(ctx.action(), made, {"total": "1,234.50", "at": "2026-11-01", "note": "twice"}, rev)
    record = orders.show(ctx, made)
    assert (record["amount"], record["at"], record["ref"], record["note"]) == (1234.5, "2026-11-01", "A", "twice")
    assert money_of(ctx, ada)["spent"] == 1234.5
    assert not orders.edit(ctx.action(), made, {"total": "1234.5"})
    assert orders.edit(ctx.action(), made, {"currency": "USD"})
    assert (orders.show(ctx, made)["amount"], money_of(ctx, ada)["left_out"]) == (1234.5, 1)
    with pytest.raises(Usage, match="unknown-field"):
        orders.edit(ctx, made, {"who": "p1"})
    with pytest.raises(Usage, match="when"):
        orders.edit(ctx, made, {"at": "31 Feb"})


def test_an_order_called_off_counts_no_more(ctx: Context, ada: Who) -> None:
    made = buy(ctx, ada, "100", "CNY")
    orders.archive(ctx.action(), made)
    assert money_of(ctx, ada)["orders"] == 0
    assert lists.count(ctx, lists.Wanted("order")) == 0
    assert timeline.entries(ctx, ada) == []
    orders.archive(ctx.action(), made, archived=False)
    assert money_of(ctx, ada)["spent"] == 100


def test_orders_stand_in_the_timeline_at_their_day(ctx: Context, ada: Who) -> None:
    buy(ctx, ada, "-0.05", "CNY", at="2026-11-20", note="rounding")
    buy(ctx, ada, "1200", "JPY", ref="A-1")
    entries = [(row["noun"], row["text"], row["at"]) for row in timeline.entries(ctx, ada)]
    assert entries == [
        ("order", "1200 JPY · A-1", "2026-11-23T01:30:00Z"),
        ("order", "-0.05 CNY · rounding", "2026-11-20T04:00:00Z"),
    ]


def rows(ctx: Context, text: str, noun: str = "customer") -> list[str]:
    return [row["name"] for row in lists.rows(ctx, lists.Wanted(noun, text, ("name",), "name"))]


def test_customers_companies_and_contacts_are_asked_for_by_what_was_bought(ctx: Context, ada: Who) -> None:
    person(ctx, "Bob", company="Acme")
    person(ctx, "Carl")
    buy(ctx, ada, "999.99", "CNY", at="2026-01-05")
    buy(ctx, who(ctx, "Bob"), "1000", at="2026-11-20")
    buy(ctx, who(ctx, "Bob"), "0.01", at="2026-11-21")
    assert rows(ctx, "spent>=1000") == ["Acme"]
    assert rows(ctx, "spent>=1000", "company") == ["Acme"]
    assert rows(ctx, "spent>=1000", "contact") == ["Bob"]
    assert rows(ctx, "spent:999.99") == ["Ada"]
    assert rows(ctx, "orders:2 last_order<7d first_order:2026-11-20") == ["Acme"]
    assert rows(ctx, "last_order>90d") == ["Ada"]
    assert rows(ctx, "no:spent") == rows(ctx, "-orders>0") == ["Carl"]
    assert rows(ctx, "order(amount>=1000 at:this-month)") == ["Acme"]
    assert rows(ctx, "amount>=999.99 amount<1000 currency:cny", "order") == ["Ada"]
    with pytest.raises(query.QueryError):
        rows(ctx, "spent>=lots")


@pytest.mark.file
def test_totals_are_found_by_their_index(ctx: Context) -> None:
    for text in ("spent>=10000", "last_order>90d", "orders>=3", "tier:high"):
        where, params = lists.condition(ctx, lists.Wanted("customer", text))
        plan = ctx.read(f"EXPLAIN QUERY PLAN SELECT count(*) FROM customers t WHERE {where}", **params)
        assert any("SEARCH m USING COVERING INDEX" in step["detail"] for step in plan), (text, plan)


# --- exact whatever happens ------------------------------------------------------------------------------


def reckoned(ctx: Context) -> dict[int, tuple[Any, ...]]:
    """The money of every customer by plain arithmetic."""
    base = agreed.get(ctx, "currency")
    found: dict[int, tuple[Any, ...]] = {}
    standing = ctx.read("SELECT * FROM orders WHERE archived = 0 ORDER BY day")
    for customer in {row["customer_id"] for row in standing}:
        mine = [row for row in standing if row["customer_id"] == customer]
        bought = [row for row in mine if row["amount"] >= 0]
        counted = [row for row in mine if row["currency"] == base]
        paid = [date.fromisoformat(row["day"]) for row in counted if row["amount"] >= 0]
        since = max(paid) - timedelta(days=365) if paid else None
        year = [row for row in counted if since and date.fromisoformat(row["day"]) > since]
        days = [row["day"] for row in bought]
        found[customer] = (
            len(bought),
            sum(row["amount"] for row in counted),
            len(mine) - len(counted),
            min(days, default=""),
            max(days, default=""),
            sum(row["amount"] >= 0 for row in year),
            sum(row["amount"] for row in year),
            str(max(paid)) if paid else "",
        )
    return found


def kept(ctx: Context) -> dict[int, tuple[Any, ...]]:
    columns = "orders, spent, left_out, first_day, last_day, year_orders, year_spent, year_to"
    found = ctx.read(f"SELECT customer_id, {columns} FROM customer_money")
    return {row.pop("customer_id"): tuple(row.values()) for row in found}


def whom(ctx: Context, n: int) -> Who:
    found = ctx.read("SELECT id, customer_id FROM contacts ORDER BY id")
    row = found[n % len(found)]
    return Who(row["customer_id"], row["id"] if n % 2 else None, "")


def an(ctx: Context, n: int) -> int:
    found = ctx.read("SELECT id FROM orders ORDER BY id")
    return int(found[n % len(found)]["id"]) if found else 0


def entered(n: int, m: int) -> Order:
    currency = ("CNY", "CNY", "EUR", "JPY")[n % 4]
    return Order((m - 40) * 1000 + n, currency, TODAY - timedelta(days=m * n % 900))


VERBS: tuple[Callable[[Context, int, int], Any], ...] = (
    lambda ctx, n, m: orders.add(ctx, whom(ctx, n), entered(n, m)),
    lambda ctx, n, m: orders.add(ctx, whom(ctx, n + m), entered(n, m)),
    lambda ctx, n, m: orders.edit(ctx, an(ctx, n), {"total": str(m * 7 - 100), "at": f"{m * 9}d"}),
    lambda ctx, n, m: orders.edit(ctx, an(ctx, n), {"currency": ("CNY", "EUR")[m % 2]}),
    lambda ctx, n, m: orders.archive(ctx, an(ctx, n), bool(m % 3)),
    lambda ctx, n, m: merge(ctx, "contact", *(whom(ctx, 2 * k + 1).id for k in (n, m))),
    lambda ctx, n, m: contacts.move(ctx, whom(ctx, 2 * n + 1).id, ("Acme", "Beta", "")[m % 3]),
    lambda ctx, n, m: agreed.put(ctx, "currency", ("CNY", "EUR", "JPY", "")[m % 4]),
    lambda ctx, n, m: history.undo(ctx, None if n % 2 else max(3, ctx.read(LAST)[0]["id"] - m % 6)),
)
LAST = "SELECT max(id) AS id FROM changes"
STEPS = st.lists(
    st.tuples(st.integers(0, len(VERBS) - 1), st.integers(0, 99), st.integers(0, 99)), min_size=6, max_size=25
)


@settings(max_examples=40)
@given(STEPS)
def test_totals_equal_a_recount_after_anything(steps: list[tuple[int, int, int]]) -> None:
    with TemporaryDirectory() as folder, closing(db.open_store(Path(folder) / "icrm.db")) as connection:
        ctx = acting(connection)
        for name, firm in (("Ada", ""), ("Bob", "Acme"), ("Carl", ""), ("Dora", "Beta")):
            person(ctx.action(), name, company=firm)
        for verb, n, m in steps:
            try:
                VERBS[verb](ctx.action(), n, m)
            except IcrmError:
                continue
            assert kept(ctx) == reckoned(ctx)
        assert [finding for finding in doctor.run(ctx) if finding.check == "totals" and not finding.ok] == []


SAMPLE = Path(__file__).parents[2] / "../shared/data/purchases/cdnow/CDNOW_sample.txt"


@pytest.mark.realdata
@pytest.mark.skipif(not SAMPLE.exists(), reason="the collected real files are not here")
def test_cdnow_is_taken_whole(ctx: Context) -> None:
    """2,357 customers of a record shop and all they bought in a year and a half, some of it for nothing."""
    lines = [line.split() for line in SAMPLE.read_text(encoding="ascii").splitlines()]
    spent: dict[str, int] = {}

    def work(_tx: db.Tx) -> int:
        people: dict[str, Who] = {}
        for _master, sample, day, _count, price in lines:
            if sample not in people:
                made = person(ctx, f"Customer {sample}")
                people[sample] = Who(contacts.get(ctx, made)["customer_id"], made, "")
            order = orders.typed(ctx, price, "USD")._replace(day=date.fromisoformat(day))
            orders.add(ctx, people[sample], order)
            spent[sample] = spent.get(sample, 0) + order.amount
        return len(people)

    assert ctx.change("cdnow", work) == 2357
    assert lists.count(ctx, lists.Wanted("customer", "orders>0")) == 2357
    assert ctx.read("SELECT sum(orders) AS n, sum(spent) AS spent FROM customer_money")[0] == {
        "n": 6919,
        "spent": sum(spent.values()),
    }
    assert kept(ctx) == reckoned(ctx)
    names = ctx.read("SELECT c.name, m.spent FROM customer_money m JOIN customers c ON c.id = m.customer_id")
    assert {row["name"].removeprefix("Customer "): row["spent"] for row in names} == spent
    assert lists.count(ctx, lists.Wanted("order", "amount:0")) == sum(float(line[4]) == 0 for line in lines) > 0
