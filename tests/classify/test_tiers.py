"""Value tiers: judged by money and frequency of the last year in which somebody bought, by cuts that can be moved."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icrm_tui import history, lists
from icrm_tui import settings as agreed
from icrm_tui.classify import tiers
from icrm_tui.classify.tiers import DEFAULTS, TIERS, Cut
from icrm_tui.collect import orders
from icrm_tui.context import Context
from icrm_tui.errors import Refused, Usage
from icrm_tui.i18n import reasons, use
from icrm_tui.search import Who, who
from tests.support import person


def bought(ctx: Context, name: str, *totals: str, at: str = "2026-11-01", currency: str = "CNY") -> Who:
    if not ctx.read("SELECT 1 FROM contacts WHERE name = :name", name=name):
        person(ctx, name)
    whom = who(ctx, name)
    for total in totals:
        orders.add(ctx.action(), whom, orders.typed(ctx, total, currency, at))
    return whom


def tier(ctx: Context, whom: Who) -> str:
    """The tier by the rule, which is what lists and queries say too."""
    found, _why = tiers.why(ctx, whom.customer_id)
    row = lists.rows(ctx, lists.Wanted("customer", f"id:{whom.customer_id}", ("tier",)))[0]
    assert (row["tier"] or "") == found
    for one in TIERS:
        asked = lists.count(ctx, lists.Wanted("customer", f"id:{whom.customer_id} tier:{one}"))
        assert asked == int(found == one)
    return found


def why(ctx: Context, whom: Who) -> str:
    return reasons(tiers.why(ctx, whom.customer_id)[1])


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        (["10000"], "high"),
        (["9999.99"], "middle"),
        (["2000"], "middle"),
        (["1999.99"], "low"),
        (["0"], "low"),
        (["1"] * 4, "middle"),  # a regular is one above what they spend
        (["1"] * 3, "low"),
        (["0"] * 4, "low"),
        (["200"] * 12, "high"),
        (["100"] * 12, "middle"),
        (["12000", "-2000.01"], "middle"),
    ],
)
def test_money_sets_the_tier_and_frequency_lifts_it(ctx: Context, totals: list[str], expected: str) -> None:
    assert tier(ctx, bought(ctx, "Ada", *totals)) == expected


def test_who_never_bought_or_only_without_a_rate_has_none(ctx: Context) -> None:
    bought(ctx, "Ada", "1")
    assert tier(ctx, bought(ctx, "Bob")) == ""
    eve = bought(ctx, "Eve", "99999", currency="EUR")
    assert tier(ctx, eve) == ""
    assert why(ctx, eve) == "no orders to judge by yet; 1 amount in another currency left out"
    assert lists.count(ctx, lists.Wanted("customer", "no:tier")) == 2


def test_it_is_the_last_year_in_which_they_bought(ctx: Context) -> None:
    ada = bought(ctx, "Ada", "9000", at="2019-03-01")
    bought(ctx, "Ada", "1000", at="2020-02-28")
    assert tier(ctx, ada) == "high"
    bought(ctx, "Ada", "1", at="2020-03-01")
    assert tier(ctx, ada) == "low"


def test_it_does_not_hang_on_the_day_it_is_asked(ctx: Context, opened: Any) -> None:
    ada = bought(ctx, "Ada", "10000", at="2026-11-01")
    later = opened(now=datetime(2036, 1, 1, tzinfo=UTC))
    assert tier(later, ada) == "high"


def test_it_always_says_why_with_its_figures(ctx: Context) -> None:
    ada = bought(ctx, "Ada", "12400", at="2026-11-02")
    assert why(ctx, ada) == "spent 12,400.00 CNY in the 365 days to 2026-11-02 (≥ 10,000.00 CNY), 1 order"
    bob = bought(ctx, "Bob", *["200"] * 12)
    assert why(ctx, bob) == "12 orders in the 365 days to 2026-11-01 (≥ 12), spent 2,400.00 CNY"
    carl = bought(ctx, "Carl", "5")
    assert why(ctx, carl) == "spent 5.00 CNY in the 365 days to 2026-11-01 (< 2,000.00 CNY), 1 order"
    use("zh_CN")
    assert why(ctx, ada) == "截至 2026-11-02 的 365 天内消费 12,400.00 CNY（≥ 10,000.00 CNY），共 1 单"


def test_a_cut_that_moves_is_right_at_once_and_so_is_its_undo(ctx: Context) -> None:
    ada = bought(ctx, "Ada", "12400")
    assert tiers.edit(ctx.action(), "high", {"spent": "20,000"})
    assert tier(ctx, ada) == "middle"
    assert tiers.edit(ctx.action(), "middle", {"spent": "15000", "orders": "1"})
    assert tier(ctx, ada) == "middle"
    assert not tiers.edit(ctx.action(), "middle", {"spent": "15000"})
    history.undo(ctx.action())
    history.undo(ctx.action())
    assert tier(ctx, ada) == "high"
    assert tiers.cuts(ctx) == DEFAULTS


def test_another_base_currency_judges_by_what_was_paid_in_it(ctx: Context) -> None:
    ada = bought(ctx, "Ada", "12400")
    bought(ctx, "Ada", "1500000", currency="JPY")
    agreed.put(ctx.action(), "currency", "JPY")
    assert tier(ctx, ada) == "high"
    assert "1,500,000 JPY" in why(ctx, ada)
    agreed.put(ctx.action(), "currency", "EUR")
    assert tier(ctx, ada) == ""


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("low", {"spent": "1"}),
        ("high", {"spent": "0"}),
        ("high", {"spent": "2000"}),
        ("middle", {"spent": "10000"}),
        ("high", {"orders": "0"}),
        ("high", {"orders": "-1"}),
        ("high", {"orders": "many"}),
        ("high", {"spent": "lots"}),
        ("high", {"colour": "red"}),
    ],
)
def test_cuts_that_cannot_be_are_refused(ctx: Context, name: str, values: dict[str, str]) -> None:
    bought(ctx, "Ada", "1")
    with pytest.raises(Usage):
        tiers.edit(ctx, name, values)
    assert tiers.cuts(ctx) == DEFAULTS


def test_cuts_are_drawn_from_what_customers_spend_once_enough_have_bought(ctx: Context) -> None:
    for n in range(1, 20):
        bought(ctx, f"C{n}", str(n * 111))
    with pytest.raises(Refused, match="tier-few"):
        tiers.fit(ctx.action())
    bought(ctx, "C20", "2220")
    cuts = tiers.fit(ctx.action())
    assert cuts == {"high": Cut(180_000, 12), "middle": Cut(110_000, 4)}  # 1,776 and 1,110, in two figures
    assert [row["customers"] for row in tiers.everything(ctx)] == [4, 7, 9]
    history.undo(ctx.action())
    assert tiers.cuts(ctx) == DEFAULTS


def test_customers_too_much_alike_are_not_told_apart(ctx: Context) -> None:
    for n in range(20):
        bought(ctx, f"C{n}", "100")
    with pytest.raises(Refused, match="tier-alike"):
        tiers.fit(ctx)


@given(st.integers(1, 10**13))
def test_a_rounded_cut_has_two_figures_and_is_near(amount: int) -> None:
    found = tiers.rounded(amount)
    assert len(str(found).rstrip("0")) <= 2
    assert abs(found - amount) <= amount / 20
