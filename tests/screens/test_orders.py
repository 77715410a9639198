"""Orders at the screens: what a list comes to, entering, correcting, calling off, what they make of a customer."""

from pathlib import Path

import pytest
from rich.cells import cell_len

from icrm_tui import merge
from icrm_tui.collect import contacts, orders
from icrm_tui.context import Context
from icrm_tui.screens.customer import CustomerScreen
from icrm_tui.screens.dialogs.orders import BuyerDialog, OrderDialog
from icrm_tui.screens.orders import OrdersScreen
from icrm_tui.search import who
from tests.screens.driving import Driver, screens
from tests.screens.test_acting import to, told

FOOT = -2  # the line over the keys


def foot(me: Driver) -> str:
    return me.lines()[FOOT].strip()


def bought(store: Path, name: str) -> list[tuple[str, int, str, str, str]]:
    """The orders of somebody: day, amount, currency, reference, note."""

    def read(ctx: Context) -> list[tuple[str, int, str, str, str]]:
        rows = ctx.read("SELECT * FROM orders WHERE customer_id = :id ORDER BY id", id=who(ctx, name).customer_id)
        return [(row["day"], row["amount"], row["currency"], row["ref"], row["note"]) for row in rows]

    return list(told(store, read))


async def enter(me: Driver, total: str, at: str = "", ref: str = "", note: str = "") -> None:
    """Fill in the form that is open, and save it by Enter in its last field."""
    assert isinstance(me.screen, OrderDialog)
    for place, text in enumerate((total, at, ref, note)):
        await me.type(text)
        await me.press("enter" if place == 3 else "tab")


async def test_money_stands_under_money_and_the_foot_says_what_it_comes_to(full: Path) -> None:
    async with screens(full, notifications=False) as me:
        await me.press("6")
        amounts = ("36,500.00", "4,200.50", "128,000.00")
        ends = {cell_len(line.partition(text)[0] + text) for line, text in zip(me.lines()[3:6], amounts, strict=True)}
        assert len(ends) == 1, me.text
        assert foot(me) == "2 orders  164,500.00 CNY   no rate, not counted: 4,200.50 EUR (1)"
        await me.press("slash")
        await me.type("amount>=100000")
        await me.press("enter")
        assert foot(me) == "1 order  128,000.00 CNY"
        await me.press("slash", "escape")
        await me.type("nothing at all")
        await me.press("enter")
        assert foot(me) == ""


async def test_an_order_is_entered_for_whoever_is_found(full: Path) -> None:
    async with screens(full, notifications=False) as me:
        await me.press("6", "a")
        assert isinstance(me.screen, BuyerDialog) and "王小明" in me.text  # whoever is under the cursor
        await me.type("grace")
        await me.press("enter")
        await me.type("1 280,5")
        assert "1,280.50 CNY" in me.text
        await me.press("tab")
        await me.type("yesterday")
        assert "2026-11-22 Sun" in me.text
        await me.press("tab")
        await me.type("G-1")
        await me.press("tab", "enter")
        assert isinstance(me.screen, OrdersScreen)
        assert "165,780.50 CNY" in foot(me)
        await me.press("u")
        assert "164,500.00 CNY" in foot(me)
    assert bought(full, "Grace Hopper") == []


async def test_a_key_enters_one_of_any_customer(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "Grace")
        await me.press("b")
        assert "Order of Grace Hopper" in me.text
        await enter(me, "99 USD", ref="G-2", note="one grinder")
        assert me.said[-1] == "Order of Grace Hopper entered"
        await me.press("enter", "b")
        await enter(me, "10")
    assert bought(full, "Grace Hopper") == [
        ("2026-11-23", 9900, "USD", "G-2", "one grinder"),
        ("2026-11-23", 1000, "CNY", "", ""),
    ]


async def test_what_has_no_rate_is_taken_and_said_so(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "Grace")
        await me.press("b")
        await me.type("99 USD")
        assert "no rate to CNY" in me.text


@pytest.mark.parametrize(
    ("total", "at", "said"),
    [
        ("", "", "Needed."),
        ("twelve", "", "is not an amount"),
        ("1.234 EUR", "", "counts 2 decimals"),
        ("12", "31 Feb", "31 Feb"),
        ("12", "2026-13-01", "2026-13-01"),
    ],
)
async def test_what_cannot_be_an_order_is_said_beside_its_field(full: Path, total: str, at: str, said: str) -> None:
    async with screens(full) as me:
        await to(me, "Grace")
        await me.press("b")
        await enter(me, total, at)
        assert isinstance(me.screen, OrderDialog) and said in me.text
    assert bought(full, "Grace Hopper") == []


async def test_whoever_is_archived_buys_nothing(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "Grace")
        await me.press("b")
        await me.type("12")
        told(full, lambda ctx: contacts.archive(ctx, who(ctx, "Grace Hopper").contact_id or 0), "lan")
        await me.press("ctrl+s")
        assert isinstance(me.screen, OrderDialog)
        assert "Grace Hopper (p9) is archived" in me.text


async def test_whoever_was_merged_away_meanwhile_buys_nothing(full: Path) -> None:
    def join(ctx: Context) -> None:
        merge.merge(ctx, "contact", who(ctx, "Grace Hopper").contact_id or 0, who(ctx, "Ada Lovelace").contact_id or 0)

    async with screens(full) as me:
        await to(me, "Grace")
        await me.press("b")
        await me.type("12")
        told(full, join, "lan")
        await me.press("ctrl+s")
        assert isinstance(me.screen, OrderDialog) and "was merged into p8" in me.text


async def test_an_order_is_corrected_and_taken_back(full: Path) -> None:
    async with screens(full) as me:
        await me.press("6", "e")
        assert "36,500.00 CNY" in me.text
        await me.press("ctrl+u")
        await me.type("36000 EUR")
        await me.press("ctrl+s")
        assert bought(full, "王小明")[1][1:4] == (3600000, "EUR", "YT-1077")
        await me.press("u")
    assert bought(full, "王小明")[1][1:4] == (3650000, "CNY", "YT-1077")


async def test_orders_called_off_count_no_more_and_come_back(full: Path) -> None:
    async with screens(full, notifications=False) as me:
        await me.press("6", "A")
        assert "YT-1077" not in me.text and foot(me).startswith("1 order  128,000.00 CNY")
        await me.press("H", "home")
        assert "YT-1077" in me.text and foot(me).startswith("1 order  128,000.00 CNY")
        await me.press("A")
        assert foot(me).startswith("2 orders  164,500.00 CNY")
        await me.press("space", "space", "A")
        assert "Archive 2 records?" in me.text
        await me.press("y")
        assert foot(me) == "1 order  128,000.00 CNY"
        await me.press("u")
        assert foot(me).startswith("2 orders  164,500.00 CNY")


async def test_enter_goes_to_the_customer_whose_page_says_what_they_are_worth(full: Path) -> None:
    async with screens(full, (120, 40)) as me:
        await me.press("6", "enter")
        assert isinstance(me.screen, CustomerScreen)
        for said in ("Value tier high", "164,500.00 CNY", "Orders 2", "Last order 2026-11-03", "(≥"):
            assert said in " ".join(me.text.split()), said
        told(full, lambda ctx: orders.add(ctx, who(ctx, "王小明"), orders.typed(ctx, "500")), "lan")
        me.app.look()
        await me.settle()
        assert "165,000.00 CNY" in me.text


async def test_a_store_without_orders_has_no_place_for_them_until_the_first(bare: Path) -> None:
    async with screens(bare, notifications=False) as me:
        assert "6" not in me.lines()[0]
        await me.press("2", "a")
        await me.type("Grace")
        await me.press("ctrl+s", "b")
        await enter(me, "12")
        assert "6" in me.lines()[0]
        await me.press("6")
        assert foot(me) == "1 order  12.00 CNY"
