"""A file is brought in by steps, in a process of its own that can be stopped, and taken back."""

from pathlib import Path

import pytest

from icrm_tui.screens.child import ProgressDialog
from icrm_tui.screens.contacts import ContactsScreen
from icrm_tui.screens.importing import ImportScreen
from icrm_tui.screens.orders import OrdersScreen
from icrm_tui.widgets.finder import Finder
from tests.screens.driving import Driver, screens
from tests.screens.test_acting import named, told

LEADS = """Name;E-mail;Phone;Firm;Birthday;Shoe size
Ada King;ada@king.example;+44 20 7946 0002;King Ltd;03/04/1985;39
;;;;;41
张三丰;zsf@wudang.example;13812345678;武当山;05/06/1980;40
"""


@pytest.fixture
def leads(folder: Path) -> Path:
    path = folder / "leads.csv"
    path.write_text(LEADS, encoding="gb18030")
    return path


async def opened(me: Driver) -> None:
    await me.press("g", "i")
    await me.type("lea")
    await me.press("enter")


async def test_from_a_file_to_the_people_in_it_and_back(full: Path, leads: Path) -> None:
    async with screens(full) as me:
        await opened(me)
        assert "gb18030" in me.text and "Left out: Shoe size" in me.text
        await me.press("n")
        assert "How are the dates of this file written?" in me.text
        await me.press("enter")  # day, month, year
        assert "created 2" in me.text and "rejected 1" in me.text
        assert (
            told(full, lambda ctx: ctx.read("SELECT count(*) AS n FROM contacts"))[0]["n"] == 9
        )  # a try writes nothing
        await me.press("n")
        assert "mend the file" in me.said[-1]  # nobody agreed to leave a row out
        await me.press("p", "n")
        assert "created 2" in me.text and "leads-rejected.csv" in me.text
        assert named(full, "Ada King")["birthday"] == "1985-04-03"
        assert "41" in (leads.parent / "leads-rejected.csv").read_text(encoding="gb18030")
        await me.press("s")
        assert isinstance(me.screen, ContactsScreen)
        assert "import:last" in me.text and "2 of 11" in me.text
        await me.press("g", "i", "u")
        assert told(full, lambda ctx: ctx.read("SELECT count(*) AS n FROM contacts"))[0]["n"] == 9
        assert isinstance(me.screen, ImportScreen)


async def test_a_column_is_put_to_another_field_and_rows_are_given_more(full: Path, leads: Path) -> None:
    async with screens(full) as me:
        await opened(me)
        await me.press("G", "enter")
        assert isinstance(me.screen, Finder)
        await me.type("first met")
        await me.press("escape")
        await me.press("G", "enter")
        await me.type("notes")
        await me.press("enter")
        assert "Left out" not in me.text
        await me.press("b")
        await me.type("展会")
        await me.press("tab")
        await me.type("vip")
        await me.press("ctrl+s", "d", "down", "enter")
        assert "Source: 展会" in me.text and "only what they lack" in me.text
        await me.press("n", "enter", "p", "n")
        row = named(full, "张三丰")
        assert (row["notes"], row["source"], row["tags"]) == ("40", "展会", ["vip"])


async def test_companies_come_in_as_such(full: Path, folder: Path) -> None:
    (folder / "leads.csv").write_text("Company,City\nAcme,Paris\n")
    async with screens(full) as me:
        await opened(me)
        await me.press("t")
        await me.press("down", "enter")
        assert "one company a row" in me.text
        await me.press("n", "n", "s")
        assert "Companies" in me.lines()[0] and "Acme" in me.text


async def test_the_same_file_again_changes_nothing(full: Path, folder: Path) -> None:
    (folder / "leads.csv").write_text("Name,E-mail\nAda King,ada@king.example\n")
    async with screens(full) as me:
        for said in ("created 1", "skipped 1"):
            await opened(me)
            await me.press("n")
            assert said in me.text
            await me.press("n")
            assert said in me.text
            await me.press("a", "ctrl+u", "escape")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.csv", None),
        ("empty.csv", b""),
        ("binary.csv", bytes(range(256)) * 20),
        ("header.csv", b"Name,E-mail\n"),
        ("folder.csv", "folder"),
    ],
)
async def test_a_file_that_is_none_is_said_in_one_line(full: Path, folder: Path, name: str, content: object) -> None:
    if isinstance(content, bytes):
        (folder / name).write_bytes(content)
    elif content == "folder":
        (folder / name).mkdir()
    async with screens(full) as me:
        await me.press("g", "i")
        await me.type(name)
        await me.press("enter")
        if name == "header.csv":
            await me.press("n")
        elif name == "folder.csv":
            assert me.screen.query_one("#path").value == "folder.csv/"  # type: ignore[attr-defined]
            return
        assert name in me.text or me.said
        assert isinstance(me.screen, ImportScreen)
        assert told(full, lambda ctx: ctx.read("SELECT count(*) AS n FROM contacts"))[0]["n"] == 9


async def test_a_running_import_can_be_stopped_and_leaves_nothing(full: Path, folder: Path) -> None:
    rows = "".join(f"Person {n},p{n}@example.com,+4420{n:08}\n" for n in range(60_000))
    (folder / "leads.csv").write_text("Name,E-mail,Phone\n" + rows)
    async with screens(full) as me:
        await opened(me)
        me._send("n")
        while not isinstance(me.screen, ProgressDialog) or me.screen.child.process is None:
            await me.pilot.pause()
        await me.pilot.press("escape")
        await me.settle()
        assert isinstance(me.screen, ImportScreen)
        assert me.said[-1] == "Stopped; nothing was taken in."
        assert told(full, lambda ctx: ctx.read("SELECT count(*) AS n FROM contacts"))[0]["n"] == 9


async def test_paths_are_completed_folder_by_folder(full: Path, folder: Path) -> None:
    (folder / "from fairs").mkdir()
    (folder / "from fairs" / "Köln.csv").write_text("Name\nAda\n")
    (folder / ".hidden.csv").write_text("Name\n")
    (folder / "picture.png").write_bytes(b"")
    async with screens(full) as me:
        await me.press("g", "i")
        assert "picture" not in me.text and ".hidden" not in me.text
        await me.type("fairs")
        await me.press("tab")
        assert "from fairs/Köln.csv" in me.text
        await me.press("enter")
        assert "Köln.csv · utf-8" in me.text


ORDERS = """Customer;Order date;Amount;Order number
王小明;2026-11-02;12,400.00 CNY;A-9
Nobody Known;2026-11-03;99.50;A-10
"""


async def test_orders_come_in_and_make_the_customers_nobody_knows(full: Path, folder: Path) -> None:
    (folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
    async with screens(full) as me:
        await me.press("g", "i")
        await me.type("orders")
        await me.press("enter", "t")
        assert "order" in me.text and "complaint" in me.text
        await me.press("end", "enter")
        assert "one order a row" in me.text and "Left out" not in me.text
        await me.press("b")
        assert "Currency" in me.text and "Source" not in me.text
        await me.press("escape", "n")
        assert "rejected 1" in me.text and "Nobody Known" in me.text
        await me.press("m")  # the try is made again
        assert "rejected 1" not in me.text and "created 2" in me.text
        await me.press("n")
        assert "customers created 1" in me.text
        await me.press("s")
        assert isinstance(me.screen, OrdersScreen)
        assert "import:last" in me.text and "2 of 5" in me.text and "12,499.50 CNY" in me.text
        await me.press("g", "i", "u")
        assert told(full, lambda ctx: ctx.read("SELECT count(*) AS n FROM orders"))[0]["n"] == 3


async def test_touches_that_came_in_show_whom_they_were_with(full: Path, folder: Path) -> None:
    (folder / "calls.csv").write_text("Who;When;What was said\n张伟;2026-11-02;订了两台\n", encoding="utf-8")
    async with screens(full) as me:
        await me.press("g", "i")
        await me.type("calls")
        await me.press("enter", "t", "down", "down", "enter")
        for column, field in (("", "customer"), ("j", "when"), ("j", "text")):
            await me.press(*column, "enter")
            await me.type(field)
            await me.press("enter")
        await me.press("b", "enter", "down", "enter", "ctrl+s")  # by phone, all of them
        assert "Channel: " in me.text
        await me.press("n", "n", "s")
        assert isinstance(me.screen, ContactsScreen)
        assert "interaction(import:last)" in me.text and "1 of 9" in me.text and "张伟" in me.text
