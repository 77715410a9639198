"""Whatever a name is made of, it is drawn as a name: it moves no cursor, sets no colour, and fits its cell."""

import unicodedata
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.screens.driving import Driver, screens
from tests.screens.test_acting import told
from tests.support import person
from tools.picture import drawn

NAMES = {
    "escape codes": "Eve \x1b[31mred\x1b[0m \x1b]0;title\x07",
    "markup": "[bold]Bob[/] [link=x]y[/link] [@click=app.quit]z[/]",
    "right to left": "Mallory\u202e\u2067evil\u2069\u200f",
    "a formula": "=cmd|' /C calc'!A0",
    "no width": "Zero\u200b\u200d\ufeff\u0301\u0301\u0301Width",
    "line feeds": "two\nlines\ttab\rback",
    "wide": "王" * 60,
    "family": "👨‍👩‍👧‍👦 Ω𝔘𝔫𝔦",
}


async def whole(me: Driver) -> None:
    """Every line is as wide as the screen, and nothing in it acts."""
    for strip in drawn(me.app):
        assert sum(cell_len(segment.text) for segment in strip) == 120, strip.text
        wrong = [c for c in strip.text if unicodedata.category(c) in ("Cc", "Cf") and c != "\u200d"]
        assert not wrong, wrong


async def test_names_are_only_names_wherever_they_stand(bare: Path) -> None:
    for name in NAMES.values():
        values = {"company": name, "title": name[:60], "city": name[:60], "notes": name * 9}
        told(bare, lambda ctx, name=name, values=values: person(ctx, name, tag="vip", **values))
    async with screens(bare, (120, 30)) as me:
        await me.press("2")
        await whole(me)
        await me.press("enter")
        for _name in NAMES:
            await whole(me)
            await me.press("J")
        for key in ("8", "ctrl+k"):
            await me.press(key)
            await whole(me)
        await me.type("vip")
        await whole(me)
        assert f"{len(NAMES)} found" in me.text


@pytest.mark.parametrize("name", ["escape codes", "markup", "wide"])
async def test_a_name_is_only_a_name_in_every_dialog(bare: Path, name: str) -> None:
    told(bare, lambda ctx: person(ctx, NAMES[name], tag="vip", company=NAMES[name]))
    async with screens(bare, (120, 30)) as me:
        await me.press("2")
        for key in ("e", "t", "m", "o", "y", "l"):
            await me.press(key)
            await whole(me)
            await me.press("escape")


async def test_ten_thousand_characters_of_notes_and_of_a_filter_cost_little(bare: Path) -> None:
    told(bare, lambda ctx: person(ctx, "Ada", notes="long " * 2000))
    async with screens(bare) as me:
        await me.press("2", "enter", "tab", "escape", "slash")
        await me.type("x" * 3000)
        await me.press("enter", "escape")
        assert "Ada" in me.text or me.said


async def test_what_is_typed_into_a_form_is_drawn_as_pictures(bare: Path) -> None:
    async with screens(bare) as me:
        await me.press("2", "a")
        field = me.screen.query_one("#field-name")
        field.value = "Eve\x1b[2J"  # type: ignore[attr-defined]
        await me.settle()
        assert "Eve␛[2J" in me.text
