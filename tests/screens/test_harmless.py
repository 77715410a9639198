"""Whatever a name is made of, it is drawn as a name: it moves no cursor, sets no colour, and fits its cell."""

import unicodedata
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.screens.driving import screens
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


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
async def test_a_name_is_only_a_name(bare: Path, name: str) -> None:
    told(bare, lambda ctx: person(ctx, name, tag="vip", company=name, title=name[:60], city=name[:60], notes=name * 9))
    async with screens(bare, (120, 30)) as me:
        # A field of Textual's cuts a family of joined people apart where it ends; ours are drawn by the cell.
        form = () if "\u200d👩" in name else ("e", "escape")
        for keys in (("2",), ("enter",), form, ("t",), ("escape", "m"), ("escape", "o"), ("escape", "8")):
            await me.press(*keys)
            for strip in drawn(me.app):
                assert sum(cell_len(segment.text) for segment in strip) == 120
                wrong = [c for c in strip.text if unicodedata.category(c) in ("Cc", "Cf") and c != "\u200d"]
                assert not wrong, wrong
        await me.press("ctrl+k")
        await me.type("vip")
        assert "1 found" in me.text


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
