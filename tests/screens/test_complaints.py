"""Complaints at the screens: taken down, moved on to their end, and read by whoever takes them over."""

from pathlib import Path
from typing import Any

from icrm_tui.context import Context
from icrm_tui.listen import complaints
from icrm_tui.screens.dialogs.complaints import ComplaintDialog
from tests.screens.driving import Driver, screens
from tests.screens.test_acting import told


def latest(store: Path) -> dict[str, Any]:
    """The record of the complaint taken down last."""

    def read(ctx: Context) -> dict[str, Any]:
        return complaints.show(ctx, ctx.read("SELECT max(id) AS id FROM complaints")[0]["id"])

    return told(store, read)


async def fill(me: Driver, **values: str) -> None:
    """Type into the lines of the form that is open, and say the rest by its first letters."""
    dialog = me.screen
    assert isinstance(dialog, ComplaintDialog)
    for field in dialog.fields:
        if field.key in values:
            dialog.field(field.key).focus()
            await me.type(values[field.key])


# --- taking down -----------------------------------------------------------------------------------------


async def test_an_unknown_caller_is_taken_down_and_becomes_a_contact(full: Path) -> None:
    async with screens(full) as me:
        await me.press("4", "a")
        await fill(me, caller="139 0000 1111")
        assert "Nobody we know" in me.text
        await fill(me, text="到货破损", order="A-17", wanted="补发")
        await me.press("ctrl+s")
        assert isinstance(me.screen, ComplaintDialog)  # who is it?
        await fill(me, name="王姐")
        await me.press("ctrl+s")
        row = latest(full)
        assert me.said[-1] == f"{row['ref']} is taken down"
        assert (row["name"], row["text"], row["order"], row["wanted"]) == ("王姐", "到货破损", "A-17", "补发")
        assert (row["state"], row["owner"], row["channel"]) == ("open", "wei", "call")
        await me.press("u")
        assert told(full, lambda ctx: ctx.read("SELECT 1 FROM contacts WHERE name = '王姐'")) == []


async def test_a_caller_we_know_is_shown_and_not_made_again(full: Path) -> None:
    async with screens(full) as me:
        await me.press("4", "a")
        await fill(me, caller="13826600539", name="王姐", text="外箱压扁")
        assert "Here already: 王小明 · p1" in me.text
        await me.press("ctrl+s")
        assert "is 王小明 (p1) already; leave" in me.text
        me.screen.query_one("#field-name").focus()
        await me.press("ctrl+u", "ctrl+s")
        assert latest(full)["who"] == "p1"


async def test_what_is_missing_stands_beside_its_field(full: Path) -> None:
    async with screens(full) as me:
        await me.press("4", "a", "ctrl+s")
        assert me.text.count("Needed.") == 2
        await fill(me, caller="12", name="王姐", text="坏了", category="x" * 61)
        await me.press("ctrl+s")
        assert "at most 60" in me.text
        me.screen.query_one("#field-category").focus()
        await me.press("ctrl+u", "ctrl+s")
        assert "“12” is not a phone number" in me.text
