"""Keys that come in a burst, as over a slow line: each does what it would have done a moment later."""

from pathlib import Path

from icrm_tui.screens.dialogs.contacts import ContactDialog
from icrm_tui.screens.dialogs.interactions import LogDialog
from tests.screens.driving import Driver, screens
from tests.screens.test_acting import named


async def burst(me: Driver, *keys: str) -> None:
    """All at once: nothing is drawn in between."""
    for key in keys:
        me._send(key)
    await me.settle()


async def test_what_is_typed_ahead_stands_in_the_dialog_and_acts_on_nothing_behind_it(full: Path) -> None:
    async with screens(full) as me:
        await burst(me, "2", "l", *"Arrived, no order.")
        assert isinstance(me.screen, LogDialog)
        assert me.screen.values()["text"] == "Arrived, no order."


async def test_what_follows_a_tab_stands_in_the_next_field(full: Path) -> None:
    async with screens(full) as me:
        await burst(me, "2", "a", *"Ada King", "tab", *"King Ltd", "ctrl+s", "2")
        assert not isinstance(me.screen, ContactDialog)
        assert named(full, "Ada King")["company"] == "King Ltd"


async def test_what_follows_an_answer_goes_where_one_is_then(full: Path) -> None:
    async with screens(full) as me:
        await burst(me, "2", "slash", *"王小明", "enter", "enter", "e", "escape", "escape", "1")
        assert me.screen.place == "today"
