"""Every place and dialog as it looks, in both languages and at the sizes people have."""

from pathlib import Path

import pytest

from tests.screens.driving import Driver, screens
from tests.screens.pictures import pictured

SIZES = ((80, 24), (120, 36))
LEADS = """Name;E-mail;Phone;Firm;Birthday;Shoe size
Ada King;ada@king.example;+44 20 7946 0002;King Ltd;03/04/1985;39
;;;;;41
"""

# name → keys from Today on; `"…` is typed
PLACES: dict[str, tuple[str, ...]] = {
    "today": (),
    "contacts": ("2", "j", "space", "j"),
    "companies": ("2", "tab", "j"),
    "filter": ("2", "slash", '"tag:v'),
    "filter-wrong": ("2", "slash", '"city:上海 towm:x', "enter"),
    "filter-nobody": ("2", "slash", '"zzz', "enter"),
    "customer": ("2", "slash", '"王小明', "enter", "enter"),
    "customer-info": ("2", "slash", '"王小明', "enter", "enter", "tab"),
    "customer-org": ("2", "slash", '"王小明', "enter", "enter", "tab", "tab"),
    "company": ("2", "tab", "slash", '"云图', "enter", "enter"),
    "complaints": ("4", "j", "space", "j"),
    "complaints-board": ("4", "tab", "right", "right"),
    "complaint": ("4", "enter"),
    "complaint-history": ("4", "enter", "tab", "j"),
    "reminders": ("3", "j", "space", "j"),
    "reminders-done": ("3", "d", "ctrl+s", "tab"),
    "segments": ("5", "j", "j"),
    "orders": ("6", "j"),
    "history": ("8", "j"),
    "settings": ("9", "j"),
    "import": ("g", "i", '"no such'),
}
DIALOGS: dict[str, tuple[str, ...]] = {
    "places": ("g",),
    "palette": ("2", "ctrl+p"),
    "help": ("2", "question_mark"),
    "find": ("ctrl+k", '"wang'),
    "contact-add": ("2", "a", '"王小明'),
    "contact-edit": ("2", "slash", '"王小明', "enter", "e"),
    "contact-wrong": ("2", "a", "tab", "tab", "tab", '"12', "tab", '"nobody', "ctrl+s"),
    "company-add": ("2", "tab", "a"),
    "log": ("2", "l"),
    "log-due": ("enter", '"ok', "tab", "tab", '"next tue 9am'),
    "remind": ("2", "r", '"寄样品', "tab", '"next tue 9am', "tab", '"weekly'),
    "remind-wrong": ("2", "r", "tab", '"31 feb', "ctrl+s"),
    "remind-past": ("2", "r", '"寄样品', "tab", '"yesterday', "ctrl+s"),
    "remind-many": ("2", "space", "space", "r", '"寄样品', "tab", '"tomorrow'),
    "reminder-edit": ("3", "e"),
    "reminder-done": ("3", "d"),
    "reminder-whom": ("3", "j", "a", '"wang'),
    "snooze": ("j", "z"),
    "when": ("3", "j", "w", '"eom'),
    "tag": ("2", "t"),
    "tag-new": ("2", "t", '"新客'),
    "owner": ("2", "o"),
    "merge-who": ("2", "m"),
    "merge": ("2", "m", '"1382', "enter"),
    "archive": ("2", "space", "space", "A"),
    "copy": ("2", "y"),
    "sort": ("2", "s"),
    "columns": ("2", "v"),
    "export": ("2", "X"),
    "discard": ("2", "a", '"x', "escape"),
    "prefer": ("2", "enter", "p"),
    "consent": ("2", "enter", "w"),
    "complaint-add": ("2", "c", '"外箱压扁'),
    "complaint-take": ("4", "a", '"13900001111'),
    "complaint-wrong": ("4", "a", '"1382', "tab", '"王姐', "ctrl+s"),
    "complaint-edit": ("4", "e"),
    "complaint-moves": ("4", "m"),
    "complaint-resolve": ("4", "m", "r", '"换新'),
    "complaint-close": ("4", "m", "r", '"换新', "ctrl+s", "greater_than_sign"),
    "complaint-tried": ("4", "m", "r", '"换新', "ctrl+s", "m", "t"),
    "complaint-duplicate": ("4", "m", "d"),
    "complaint-assign": ("4", "space", "space", "o"),
    "complaint-assign-sure": ("4", "V", "o", '"lan', "enter"),
    "complaint-brief": ("4", "B"),
    "segment": ("5", "j", "j", "enter"),
    "segment-add": ("5", "a", '"沪上', "tab", "tab", "tab", '"contact(city:上海)'),
    "segment-wrong": ("5", "e", "ctrl+u", '"tier:hih', "ctrl+s"),
    "segment-compare": ("5", "space", "space", "equals_sign"),
    "segment-keep": ("2", "slash", '"tag:vip', "enter", "S"),
    "order-add": ("6", "b", '"99 USD', "tab", '"2026-11-20'),
    "order-wrong": ("6", "e", "ctrl+u", '"x', "tab", "ctrl+u", '"2026-13-01', "ctrl+s"),
    "order-whose": ("6", "a", '"grac'),
    "handover": ("2", "space", "space", "O"),
    "history-undo": ("8", "u"),
    "language": ("9", "j", "enter"),
    "zone": ("9", "j", "j", "enter", '"berlin'),
    "country": ("9", "j", "j", "j", "j", "j", "j", "enter", '"ger'),
}


async def show(me: Driver, keys: tuple[str, ...]) -> None:
    for key in keys:
        await (me.type(key[1:]) if key.startswith('"') else me.press(key))


def name_of(what: str, language: str, size: tuple[int, int], theme: str = "") -> str:
    return f"{what}-{language}-{size[0]}x{size[1]}{theme}"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("what", [*PLACES, *DIALOGS])
async def test_it_looks_as_it_did(full: Path, what: str, language: str) -> None:
    async with screens(full, SIZES[0], language, notifications=False) as me:
        await show(me, (PLACES | DIALOGS)[what])
        for size in SIZES:
            await me.resize(*size)
            await pictured(me, name_of(what, language, size))


@pytest.mark.soak
@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("what", [*PLACES, *DIALOGS])
async def test_it_looks_as_it_did_on_a_wide_screen_and_in_the_light(full: Path, what: str, language: str) -> None:
    for size, theme in (((200, 60), "dark"), ((80, 24), "light")):
        async with screens(full, size, language, theme=f"icrm-{theme}", notifications=False) as me:
            await show(me, (PLACES | DIALOGS)[what])
            await pictured(me, name_of(what, language, size, "" if theme == "dark" else "-light"))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_empty_places_say_what_belongs_there(bare: Path, language: str) -> None:
    for what, keys in (("today", ()), ("contacts", ("2",)), ("history", ("8",))):
        async with screens(bare, (80, 24), language, notifications=False) as me:
            await show(me, keys)
            await pictured(me, name_of(f"empty-{what}", language, (80, 24)))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_the_steps_of_an_import(
    full: Path, tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("leads.csv").write_text(LEADS, encoding="utf-8")
    size = (80, 24)
    async with screens(full, size, language, notifications=False) as me:
        await show(me, ("g", "i", '"leads.csv', "enter"))
        await pictured(me, name_of("import-columns", language, size))
        await me.press("n")
        await pictured(me, name_of("import-dates", language, size))
        await me.press("enter")
        await pictured(me, name_of("import-check", language, size))
        await me.press("p", "n")
        await pictured(me, name_of("import-result", language, size))


@pytest.mark.parametrize("step", range(4))
@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.usefixtures("folder")
async def test_the_first_start(language: str, step: int) -> None:
    async with screens(Path("icrm.db"), (80, 24), language, user="wei", first_run=True, notifications=False) as me:
        await me.press(*["enter"] * step)
        await pictured(me, name_of(f"first-{step}", language, (80, 24)))
