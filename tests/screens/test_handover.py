"""Customers are handed over at the screens: what goes along is said before, and one key takes all of it back."""

from pathlib import Path

from icrm_tui import lists
from icrm_tui.context import Context
from icrm_tui.lists import Wanted
from icrm_tui.screens.dialogs.handover import HandoverDialog
from tests.screens.driving import screens
from tests.screens.test_acting import named, to, told


def looked_after(store: Path, noun: str, word: str) -> dict[str, str]:
    def read(ctx: Context) -> dict[str, str]:
        return {row[word]: row["owner"] for row in lists.rows(ctx, Wanted(noun, "", (word, "owner")))}

    found: dict[str, str] = told(store, read)
    return found


async def test_two_customers_go_with_all_that_is_open_and_come_back(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "space", "space", "O")
        assert isinstance(me.screen, HandoverDialog)
        for said in ("Hand over 2 customers", "2 customers, 2 open reminders, 2 open complaints", "u takes all of it"):
            assert said in me.text, said
        await me.press("enter", "down", "enter", "tab")
        await me.type("both expect a call")
        await me.press("enter")
        assert "are lan's now" in me.said[-1]
        assert (named(full, "Ada Lovelace")["owner"], named(full, "Anna Schmidt")["owner"]) == ("lan", "lan")
        reminders = looked_after(full, "reminder", "what")
        assert (reminders["Send revised quote"], reminders["both expect a call"]) == ("lan", "lan")
        assert reminders["回电：合同条款"] == "wei"
        assert looked_after(full, "complaint", "what")["Invoice sent to the wrong address"] == "lan"
        await me.press("escape", "u")
    assert named(full, "Ada Lovelace")["owner"] == "wei"
    assert "both expect a call" not in looked_after(full, "reminder", "what")


async def test_nobody_named_is_said_and_esc_changes_nothing(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "Grace")
        await me.press("O", "ctrl+s")
        assert isinstance(me.screen, HandoverDialog) and "Needed." in me.text
        await me.press("escape")
        assert named(full, "Grace Hopper")["owner"] == "wei"
