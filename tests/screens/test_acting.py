"""What is done to customers, by keys and by mouse, on a real store."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from icrm_tui import db, history
from icrm_tui.collect import companies, contacts, interactions
from icrm_tui.context import Context
from icrm_tui.screens.dialogs.contacts import ContactDialog
from icrm_tui.screens.dialogs.merge import MergeDialog
from icrm_tui.widgets.dialogs import ConfirmDialog, ConflictDialog
from tests.screens.driving import Driver, screens
from tests.support import acting


def told(store: Path, read: Callable[[Context], Any], user: str = "wei") -> Any:
    """What the store says to another process."""
    with closing(db.open_store(store)) as connection:
        return read(acting(connection, user))


def named(store: Path, name: str) -> dict[str, Any]:
    """The record of the one contact of that name."""

    def read(ctx: Context) -> dict[str, Any]:
        rows = ctx.read("SELECT id FROM contacts WHERE name = :name AND merged_into IS NULL", name=name)
        assert len(rows) == 1, (name, rows)
        return contacts.show(ctx, rows[0]["id"])

    return told(store, read)


async def to(me: Driver, name: str) -> None:
    """Put the cursor on somebody in the list of contacts."""
    await me.press("2", "slash")
    await me.type(name)
    await me.press("enter")


async def fill(me: Driver, **values: str) -> None:
    """Type into the fields of the form that is open, going from one to the next by Tab."""
    dialog = me.screen
    assert isinstance(dialog, ContactDialog)
    for field in dialog.fields:
        if field.key in values:
            await me.type(values[field.key])
        await me.press("tab")


# --- adding and editing ----------------------------------------------------------------------------------


async def test_a_contact_is_added_by_keys_and_taken_back_by_u(bare: Path) -> None:
    async with screens(bare) as me:
        await me.press("2", "a")
        await fill(me, name="张伟", company="云图", phone="138 2660 0539", email="zw@yuntu.example", tags="vip，展会")
        await me.press("ctrl+s")
        assert "Added: 张伟" in me.said
        assert "张伟" in me.text
        row = named(bare, "张伟")
        assert (row["company"], row["phone"], row["tags"]) == ("云图", "138 2660 0539", ["vip", "展会"])
        await me.press("u")
        assert "Nobody is here yet." in me.text
        assert me.said[-1].startswith("Undone: contact added")
        assert told(bare, lambda ctx: ctx.read("SELECT 1 FROM contacts")) == []


async def test_the_same_contact_is_not_added_twice_however_often_save_is_pressed(bare: Path) -> None:
    async with screens(bare) as me:
        await me.press("2", "a")
        await me.type("Ada")
        me._send("ctrl+s")
        me._send("ctrl+s")
        await me.settle()
        assert told(bare, lambda ctx: ctx.read("SELECT count(*) AS n FROM contacts"))[0]["n"] == 1


async def test_a_company_is_added_where_companies_are_shown(bare: Path) -> None:
    async with screens(bare) as me:
        await me.press("2", "tab", "a")
        await me.type("Analytical Engines")
        await me.press("ctrl+s")
        assert "Analytical Engines" in me.text
        await me.press("a")
        await me.type("Analytical Engines Ltd.")
        await me.press("ctrl+s")
        assert "Analytical Engines" in me.text
        assert "already" in me.text  # and the form is still there, with what was typed
        await me.press("escape", "y")
        assert told(bare, lambda ctx: ctx.read("SELECT count(*) AS n FROM companies"))[0]["n"] == 1


async def test_who_is_there_already_is_shown_while_typing(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "a")
        await me.type("王小明")
        assert "Here already: 王小明 · p1 · wei" in me.text
        await me.press("tab", "tab", "tab")
        await me.type("+86 139-1234-5678")
        assert "Here already: 张伟 · p3 · wei" in me.text


async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "a")
        await fill(me, name="Ada", phone="12", email="wang@yuntu.example", birthday="31.31.")
        await me.press("ctrl+s")
        lines = me.lines()
        email = next(y for y, line in enumerate(lines) if "wang@yuntu.example" in line)
        assert "王小明" in lines[email + 1]  # who holds it
        phone = next(y for y, line in enumerate(lines) if "12  " in line)
        assert "12" in lines[phone + 1]
        assert isinstance(me.screen, ContactDialog)
        assert me.screen.values()["name"] == "Ada"
        assert told(full, lambda ctx: ctx.read("SELECT 1 FROM contacts WHERE name = 'Ada'")) == []


async def test_a_contact_is_edited_and_only_what_changed_is_written(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "王小明")
        await me.press("e", "tab", "tab")
        await me.type("!")
        await me.press("ctrl+s")
        assert named(full, "王小明")["title"] == "采购总监!"
        detail = told(full, lambda ctx: history.detail(ctx, history.latest(ctx)["id"]))
        assert set(detail[0]["fields"]) == {"title", "title_key"}
        await me.press("e", "ctrl+s")
        assert me.said[-1] == "Nothing changed."


async def test_one_more_phone_is_typed_behind_the_first(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "张伟")
        await me.press("e", "tab", "tab", "tab", "tab")
        await me.type("; 0755 2660 0539")
        await me.press("ctrl+s")
        reach = [channel["value"] for channel in named(full, "张伟")["channels"] if channel["kind"] == "phone"]
        assert reach == ["13912345678", "0755 2660 0539"]


async def test_what_was_entered_is_not_thrown_away_unasked(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "a", "escape")
        assert not me.app.asking  # nothing entered, nothing asked
        await me.press("a")
        await me.type("Ada")
        for leave in ("escape", "ctrl+q"):
            await me.press(leave)
            assert isinstance(me.screen, ConfirmDialog)
            await me.press("n")
            assert isinstance(me.screen, ContactDialog)
        await me.press("escape", "y")
        assert not me.app.asking


async def test_a_stale_edit_shows_both_sides_and_saves_what_is_chosen(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "王小明")
        await me.press("e", "tab", "tab")
        await me.type(" (mine)")
        told(full, lambda ctx: contacts.edit(ctx, 1, {"title": "副总裁", "city": "苏州"}), "lan")
        await me.press("ctrl+s")
        assert isinstance(me.screen, ConflictDialog)
        assert "副总裁" in me.text and "采购总监 (mine)" in me.text
        await me.press("m", "ctrl+s")
        row = named(full, "王小明")
        assert (row["title"], row["city"]) == ("采购总监 (mine)", "苏州")


async def test_a_stale_edit_can_be_left_for_the_form(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "王小明")
        await me.press("e", "tab", "tab")
        await me.type("!")
        told(full, lambda ctx: contacts.edit(ctx, 1, {"title": "副总裁"}), "lan")
        await me.press("ctrl+s", "escape")
        assert isinstance(me.screen, ContactDialog)
        assert named(full, "王小明")["title"] == "副总裁"


# --- logging, tags, owners -------------------------------------------------------------------------------


async def test_a_touch_is_logged_and_stands_on_the_timeline(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "张伟")
        await me.press("enter", "l")
        await me.type("问了新店的送货时间")
        await me.press(*["tab"] * 4, "down", "enter", "tab", "tab")
        await me.type("昨天 15:00")
        assert "Sun 22 Nov 2026, 15:00" in me.text  # how it was understood
        await me.press("ctrl+s")
        assert "问了新店的送货时间" in me.text
        touch = told(full, lambda ctx: interactions.show(ctx, 7))
        assert (touch["text"], touch["at"]) == ("问了新店的送货时间", "2026-11-22T07:00:00Z")


async def test_a_touch_without_words_or_of_no_day_is_refused_beside_the_field(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "l", *["tab"] * 6)
        await me.type("the other day")
        await me.press("ctrl+s")
        assert "the other day" in me.text
        assert me.app.asking
        assert told(full, lambda ctx: ctx.read("SELECT count(*) AS n FROM interactions"))[0]["n"] == 6


async def test_tags_are_hung_and_taken_off_many_rows_at_once(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "space", "space", "t")
        assert "Tags of 2 records" in me.text
        await me.type("vip")
        await me.press("enter")
        await me.type("新客")
        await me.press("enter", "ctrl+s")
        assert me.said[-1] == "Tags changed on 2 records"
        assert named(full, "Ada Lovelace")["tags"] == ["vip", "新客"]
        assert named(full, "Anna Schmidt")["tags"] == ["fair", "vip", "新客"]
        await me.press("u")
        assert named(full, "Anna Schmidt")["tags"] == ["fair"]


async def test_an_owner_is_chosen_by_typing_and_many_are_asked_about_first(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "Grace")
        await me.press("o")
        await me.type("lan")
        await me.press("enter")
        assert named(full, "Grace Hopper")["owner"] == "lan"
        await me.press("escape", "V", "o")
        await me.type("lan")
        await me.press("enter")
        assert isinstance(me.screen, ConfirmDialog)
        assert "9 customers" in me.text
        await me.press("escape")
        assert named(full, "张伟")["owner"] == "wei"


async def test_one_is_archived_at_once_many_after_a_question_and_one_comes_back(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "Grace")
        await me.press("A")
        assert named(full, "Grace Hopper")["archived"]
        await me.press("escape", "space", "space", "A")
        assert "Archive 2 records?" in me.text
        await me.press("y")
        assert named(full, "Ada Lovelace")["archived"]
        assert named(full, "Anna Schmidt")["archived"]
        await me.press("escape", "H")
        await me.press("slash")
        await me.type("Grace")
        await me.press("enter", "A")
        assert me.said[-1] == "Back again: Grace Hopper"
        assert not named(full, "Grace Hopper")["archived"]


async def test_two_who_are_one_become_one_with_what_was_chosen(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "Ada")
        await me.press("m")
        await me.type("grace")
        await me.press("enter")
        assert isinstance(me.screen, MergeDialog)
        await me.press("down", "down", "2", "ctrl+s")
        row = named(full, "Ada Lovelace")
        assert {channel["value"] for channel in row["channels"]} >= {"grace@mail.example", "ada@engines.example"}
        assert row["city"] == "New York"
        assert told(full, lambda ctx: contacts.show(ctx, 9))["merged_into"] == "p8"
        await me.press("u")
        assert not told(full, lambda ctx: contacts.show(ctx, 9))["merged_into"]


async def test_two_companies_become_one(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "tab", "slash")
        await me.type("Silberwald")
        await me.press("enter", "m")
        await me.type("engines")
        await me.press("enter", "ctrl+s")
        assert me.said[-1].startswith("Merged into Silberwald")
        people = told(full, lambda ctx: companies.show(ctx, _company(ctx, "Silberwald Großhandel AG")))["people"]
        assert len(people) == 3


def _company(ctx: Context, name: str) -> int:
    rows = ctx.read("SELECT id FROM customers WHERE name = :name AND kind = 'company'", name=name)
    return int(rows[0]["id"])


async def test_a_preference_and_a_consent_are_noted_of_a_person_only(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "张伟")
        await me.press("enter", "p")
        await me.type("不吃辣")
        await me.press("ctrl+s", "w", "ctrl+s")
        row = named(full, "张伟")
        assert [fact["text"] for fact in row["preferences"]] == ["不吃辣"]
        assert row["consent"] == {"email": False}
        await me.press("escape", "tab", "enter", "p")
        assert not me.app.asking


async def test_a_value_is_copied_and_shown(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # no clipboard program: the terminal is told
    async with screens(full) as me:
        await to(me, "王小明")
        await me.press("y")
        await me.type("wang@")
        await me.press("enter")
        assert me.app.clipboard == "wang@yuntu.example"
        assert me.said[-1] == "Copied: wang@yuntu.example"


# --- by mouse ----------------------------------------------------------------------------------------------


async def test_everything_is_in_reach_of_the_mouse(full: Path) -> None:
    async with screens(full) as me:
        await me.click("2 3 4")
        await me.click("Companies")
        assert "Silberwald Großhandel AG" in me.text
        await me.click("People")
        await me.click("Grace Hopper", chain=2)
        assert "Nothing has happened" in me.text or "Freelance" in me.text
        await me.click("e Edit")
        assert isinstance(me.screen, ContactDialog)
        await me.click("Freelance")
        await me.press("end")
        await me.type(" writer")
        await me.click("Save")
        assert named(full, "Grace Hopper")["title"] == "Freelance writer"
        await me.click("Org")
        await me.click("1 2")
        assert "Birthdays" in me.text
        await me.click("8 9")
        await me.click("contact edited")
        await me.click("u Undo or redo")
        assert named(full, "Grace Hopper")["title"] == "Freelance"
