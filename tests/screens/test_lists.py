"""Finding, filtering, sorting and marking in lists, and what a list does while others write."""

import csv
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from icrm_tui import db
from icrm_tui.collect import contacts
from icrm_tui.screens.contacts import ContactsScreen
from icrm_tui.screens.customer import CustomerScreen
from icrm_tui.widgets.filter import FilterLine
from icrm_tui.widgets.listing import Listing
from tests.screens.driving import Driver, screens
from tests.screens.test_acting import named, to, told
from tests.support import acting, person


def names(me: Driver) -> list[str]:
    """The first column of the list, as it is drawn."""
    listing = me.screen.query_one(Listing)
    rows = [listing.row_at(place) for place in range(listing.total)]
    return [str(row.cells[0]) for row in rows if row]


# --- the filter ------------------------------------------------------------------------------------------


async def test_chinese_typed_on_a_list_starts_the_filter_and_arrives_whole(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2")
        await me.type("张伟")
        filter = me.screen.query_one(FilterLine)
        assert (filter.value, names(me)) == ("张伟", ["张伟"])


async def test_full_width_marks_do_what_theirs_do(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2")
        for mark in ("／", "、"):
            await me.press(mark)
            assert isinstance(me.screen.focused, FilterLine)
            await me.press("escape")
        await me.press("？")
        assert "Everywhere" in me.text


async def test_no_letter_is_a_command_while_a_line_is_typed_in(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "slash")
        await me.type("aeltoAmgu12689?/sv VXH")
        assert me.screen.query_one(FilterLine).value == "aeltoAmgu12689?/sv VXH"
        assert isinstance(me.screen, ContactsScreen)
        await me.press("escape", "escape", "a")
        await me.type("1289 gu?aelt")
        assert me.screen.values()["name"] == "1289 gu?aelt"  # type: ignore[attr-defined]


async def test_a_filter_is_completed_and_its_mistake_pointed_at(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "slash")
        await me.type("tag:v")
        await me.press("tab", "enter")
        assert names(me) == ["Günther Groß", "王小明", "尉迟恭"]
        await me.press("slash")
        await me.type(" towm:x")
        await me.press("enter")
        assert "town" in me.text or "towm" in me.text
        assert len(names(me)) == 3  # the last rows stay


async def test_esc_goes_one_level_back_each_time(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "slash")
        await me.type("city:上海")
        await me.press("enter", "space", "enter")
        assert isinstance(me.screen, CustomerScreen)
        await me.press("escape")
        listing = me.screen.query_one(Listing)
        assert listing.marks
        await me.press("escape")
        assert not listing.marks and len(names(me)) == 2
        await me.press("escape")
        assert len(names(me)) == 9
        await me.press("escape")
        assert isinstance(me.screen, ContactsScreen)


# --- order, columns, marks -------------------------------------------------------------------------------


async def test_a_list_is_sorted_by_key_and_by_its_head(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "s", "down", "down", "down", "enter")
        assert "City ▲" in me.text
        await me.click("City ▲")
        assert "City ▼" in me.text
        by_city = names(me)
        await me.click("Name")
        assert "Name ▲" in me.text and names(me) != by_city


async def test_columns_are_taken_in_and_out_and_moved(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "v", "down", "space", "down", "less_than_sign", "less_than_sign", "ctrl+s")
        head = me.lines()[2]
        assert "Company" not in head
        assert head.index("Title") < head.index("Name")


async def test_what_is_marked_is_exported_as_it_is(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "j", "space", "j", "space", "X")
        await me.press("ctrl+u")
        await me.type("out.csv")
        await me.press("ctrl+s")
        assert me.said[-1] == "2 records are in out.csv"
    rows = list(csv.DictReader(Path("out.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["name"] for row in rows] == ["Anna Schmidt", "Günther Groß"]


async def test_a_file_that_is_there_is_replaced_only_where_that_is_wanted(full: Path) -> None:
    Path("out.csv").write_text("mine")
    async with screens(full) as me:
        await me.press("2", "X", "ctrl+u")
        await me.type("out.csv")
        await me.press("ctrl+s", "n")
        assert Path("out.csv").read_text() == "mine"
        await me.press("X", "ctrl+u")
        await me.type("nowhere/out.csv")
        await me.press("ctrl+s")
        assert "There is no such folder." in me.text


# --- going about -----------------------------------------------------------------------------------------


async def test_everything_is_found_as_it_is_typed(full: Path) -> None:
    async with screens(full) as me:
        for text, name in (
            ("wxm", "王小明"),
            ("yuchi", "尉迟恭"),
            ("0539", "王小明"),
            ("engines.ex", "Ada Lovelace"),
        ):
            await me.press("ctrl+k")
            await me.type(text)
            await me.press("enter")
            assert isinstance(me.screen, CustomerScreen), text
            assert name in me.lines()[1], text
            await me.press("escape")


async def test_what_was_typed_last_is_what_enter_takes(full: Path) -> None:
    async with screens(full) as me:
        await me.press("ctrl+k")
        await me.type("ada")
        await me.press("ctrl+u")
        for key in (*"grace", "enter"):  # faster than anything is looked for
            me._send(key)
        await me.settle()
        assert "Grace Hopper" in me.lines()[1]


async def test_the_next_and_the_previous_of_the_list_are_a_key_away(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "j", "enter")
        assert "2/9" in me.text
        await me.press("J")
        assert "3/9" in me.text and "Grace Hopper" in me.text
        await me.press("K", "K", "K")
        assert "1/9" in me.text and "Ada Lovelace" in me.text


async def test_from_the_chart_of_a_company_to_its_people(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "王小明")
        await me.press("enter", "tab", "tab", "down", "down", "enter")
        assert "李娜" in me.lines()[1]


# --- while others write ----------------------------------------------------------------------------------


async def test_what_another_process_adds_comes_by_itself(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2")
        command = [sys.executable, "-m", "icrm_tui.cli", "--db", str(full), "--as", "wei", "contact", "add", "Zoe"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        me.app.look()
        await me.settle()
        assert "Zoe" in names(me)


async def test_the_cursor_stays_on_its_row_when_others_come_before_it(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "j", "j")
        listing = me.screen.query_one(Listing)
        assert listing.row and listing.row.cells[0] == "Grace Hopper"
        with closing(db.open_store(full)) as connection:
            person(acting(connection), "Aaron")
        me.app.look()
        await me.settle()
        assert listing.row and listing.row.cells[0] == "Grace Hopper"
        assert listing.cursor == 3


async def test_who_is_taken_back_by_another_is_shown_no_more(bare: Path) -> None:
    async with screens(bare) as me:
        made = told(bare, lambda ctx: person(ctx, "Ada"))
        me.app.look()
        await me.press("2", "enter")
        assert isinstance(me.screen, CustomerScreen)
        from icrm_tui import history

        told(bare, history.undo)
        me.app.look()
        await me.settle()
        assert isinstance(me.screen, ContactsScreen)
        assert f"p{made}" in me.said[-1]


async def test_trouble_with_the_store_stands_in_the_top_line_and_the_rows_stay(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2")
        before = names(me)
        with full.open("r+b") as file:
            file.truncate(100)
            file.write(b"no store any more" * 1000)
        await me.press("slash")
        await me.type("ada")
        assert "▲" in me.lines()[0]
        assert names(me) == before


async def test_a_store_that_may_only_be_read_says_so_and_refuses_to_write(full: Path) -> None:
    full.chmod(0o400)
    async with screens(full) as me:
        if not me.app.session.readonly:  # whoever may do everything may write here too
            return
        assert "read-only" in me.lines()[0]
        await to(me, "Grace")
        await me.press("A")
        assert not named(full, "Grace Hopper")["archived"]


async def test_undo_names_what_holds_it_and_does_nothing(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "Grace")
        await me.press("t")
        await me.type("vip")
        await me.press("enter", "ctrl+s")
        told(full, lambda ctx: contacts.edit(ctx, 9, {"city": "Boston"}), "lan")
        await me.press("u")
        assert named(full, "Grace Hopper")["city"] == "Boston"
