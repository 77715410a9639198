"""What holds in every place: going about, all commands, help, undo, languages, settings, the first start."""

from pathlib import Path

import pytest

from icrm_tui import config, i18n
from icrm_tui.screens.contacts import ContactsScreen
from icrm_tui.screens.dialogs.contacts import ContactDialog
from icrm_tui.screens.first import guessed
from icrm_tui.screens.history import HistoryScreen
from icrm_tui.screens.importing import ImportScreen
from icrm_tui.screens.settings import SettingsScreen
from icrm_tui.screens.today import TodayScreen
from icrm_tui.widgets.listing import Listing
from tests.screens.driving import screens
from tests.screens.test_acting import named, to, told


async def test_a_digit_goes_to_its_place_and_g_to_any(full: Path) -> None:
    async with screens(full) as me:
        for key, place in (("2", ContactsScreen), ("8", HistoryScreen), ("9", SettingsScreen), ("1", TodayScreen)):
            await me.press(key)
            assert isinstance(me.screen, place)
        for key, place in (("c", ContactsScreen), ("i", ImportScreen)):
            await me.press("g", key)
            assert isinstance(me.screen, place)
            await me.press("escape")


async def test_gg_goes_to_the_top_of_a_list_and_the_end_is_a_key_away(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "G")
        listing = me.screen.query_one(Listing)
        assert listing.cursor == 8
        await me.press("g", "g")
        assert (listing.cursor, isinstance(me.screen, ContactsScreen)) == (0, True)


async def test_every_command_is_found_by_its_words_and_done(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "ctrl+p")
        await me.type("add")
        await me.press("enter")
        assert isinstance(me.screen, ContactDialog)
        await me.press("escape", "ctrl+p")
        await me.type("hist")
        await me.press("enter")
        assert isinstance(me.screen, HistoryScreen)
        await me.press("ctrl+p")
        await me.type("中文")
        await me.press("enter")
        assert "历史" in me.lines()[0]
        await me.press("ctrl+p")
        await me.type("设置")
        await me.press("enter")
        assert isinstance(me.screen, SettingsScreen)


async def test_help_lists_the_keys_that_are_bound_here(full: Path) -> None:
    async with screens(full, (120, 40)) as me:
        await me.press("2", "question_mark")
        for said in ("Filter", "Columns", "Owner", "Export", "Find everything", "All commands", "last_contact>30d"):
            assert said in me.text, said
        await me.press("question_mark")
        assert isinstance(me.screen, ContactsScreen)


async def test_undo_says_what_it_took_back_and_history_does_it_again(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "Grace")
        await me.press("A", "u")
        assert "archived (" in me.said[-1] and "History can redo it." in me.said[-1]
        assert not named(full, "Grace Hopper")["archived"]
        await me.press("8", "j", "u")  # the change itself, below its undo
        assert me.app.asking  # more than one row moved
        await me.press("y")
        assert named(full, "Grace Hopper")["archived"]
        assert me.said[-1].startswith("Done again: ")


async def test_somebody_elses_change_is_taken_back_only_after_a_question(full: Path) -> None:
    async with screens(full) as me:
        await me.press("8", "j", "j", "u")
        assert "1 row, by lan" in me.text
        await me.press("escape")
        assert named(full, "Anna Schmidt")["tags"] == ["fair"]


async def test_where_nothing_is_mine_there_is_nothing_to_undo(full: Path) -> None:
    told(full, lambda ctx: ctx.read("SELECT 1"))
    async with screens(full, user="nobody") as me:
        await me.press("u")
        assert len(me.said) == 1


# --- languages and settings ------------------------------------------------------------------------------


async def test_a_language_is_changed_everywhere_at_once_and_nothing_is_lost(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "slash")
        await me.type("tag:vip")
        await me.press("enter", "j", "9", "j", "enter", "down", "enter")
        assert i18n.language() == "zh_CN"
        assert "设置" in me.lines()[0] and "我的设置" in me.text
        await me.press("2")
        assert "联系人 │ 公司" in me.lines()[0]
        assert "姓名" in me.lines()[2]
        assert "tag:vip" in me.lines()[1]
        assert me.screen.query_one(Listing).cursor == 1
        assert config.load()["language"] == "zh_CN"


async def test_what_is_mine_is_kept_in_my_file_and_holds_at_once(full: Path) -> None:
    async with screens(full) as me:
        await me.press("9", "j", "j", "enter")
        await me.type("berlin")
        await me.press("enter", "j", "enter", "down", "enter")
        assert (me.app.zone.key, me.app.theme) == ("Europe/Berlin", "icrm-light")
        await me.press("j", "enter", "down", "enter")
        assert "Enter Change" in me.lines()[-1]
        kept = config.load()
        assert {key: kept[key] for key in ("zone", "theme", "glyphs")} == {
            "zone": "Europe/Berlin",
            "theme": "icrm-light",
            "glyphs": "ascii",
        }
        await me.press("1")
        assert all(ord(c) < 0x2500 or ord(c) > 0x2BFF for c in me.text), me.text  # no line, block or shape is left


async def test_what_is_the_teams_is_kept_in_the_store_and_can_be_undone(full: Path) -> None:
    async with screens(full) as me:
        await me.press("9", *["j"] * 5, "enter", "ctrl+u")
        await me.type("euros")
        await me.press("enter")
        assert "euros" in me.text and me.app.asking  # refused beside the field
        await me.press("ctrl+u")
        await me.type("eur")
        await me.press("enter", "j", "enter")
        await me.type("德国" if i18n.language() == "zh_CN" else "germ")
        await me.press("enter")
        settings = told(full, lambda ctx: {key: ctx.setting(key) for key in ("currency", "country")})
        assert settings == {"currency": "EUR", "country": "DE"}
        await me.press("u")
        assert told(full, lambda ctx: ctx.setting("country")) == "CN"
        assert "China" in me.text


async def test_a_settings_file_that_cannot_be_written_is_said(full: Path, home: Path) -> None:
    (home / ".config").write_text("a file where a folder should be")
    async with screens(full) as me:
        await me.press("9", "j", "j", "j", "enter", "down", "enter")
        assert me.said
        assert me.app.theme == "icrm-dark"


# --- the first start -------------------------------------------------------------------------------------


async def test_three_questions_and_the_first_contact(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    store = Path("icrm.db")
    async with screens(store, user="login", first_run=True) as me:
        await me.press("down", "enter", "ctrl+u")
        await me.type("王伟")
        await me.press("enter")
        assert "德国" in me.lines()[me_line(me.lines(), "▌")]  # what the locale says stands first
        await me.type("china")
        await me.press("enter", "a")
        assert isinstance(me.screen, ContactDialog)
        await me.type("张三")
        await me.press("ctrl+s")
        assert "demo·王伟" in me.lines()[0]
    row = told(store, lambda ctx: ctx.read("SELECT owner FROM customers")[0], "王伟")
    assert row["owner"] == "王伟"
    assert told(store, lambda ctx: ctx.setting("country"), "王伟") == "CN"
    assert config.load() == {"language": "zh_CN", "user": "王伟"}


def me_line(lines: list[str], mark: str) -> int:
    return next(place for place, line in enumerate(lines) if mark in line)


async def test_whoever_answers_nothing_begins_all_the_same(folder: Path) -> None:
    async with screens(Path("icrm.db"), user="login", first_run=True) as me:
        await me.press("escape", "escape", "escape", "escape")
        assert isinstance(me.screen, ContactsScreen)
        assert "demo·login" in me.lines()[0]


async def test_a_name_that_cannot_be_one_is_refused_beside_the_field(folder: Path) -> None:
    async with screens(Path("icrm.db"), user="login", first_run=True) as me:
        await me.press("enter", "ctrl+u")
        await me.type('a"b')
        await me.press("enter")
        assert me.app.asking and 'a"b' in me.text


async def test_the_demo_is_a_store_of_its_own(folder: Path) -> None:
    async with screens(Path("icrm.db"), user="login", first_run=True) as me:
        for key in ("enter", "enter", "enter"):
            await me.press(key)
        me._send("d")
        await me.pilot.pause()
        assert me.app.return_value == "demo"


@pytest.mark.parametrize(("language", "zone", "country"), [("en", "UTC", ""), ("zh_CN", "UTC", "CN")])
def test_the_country_is_proposed_only_where_something_speaks_for_it(
    language: str, zone: str, country: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("LC_ALL", "LC_TELEPHONE"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    i18n.use(language)
    assert guessed(zone) == country
    i18n.use("en")
