"""Reminders: made for anybody anywhere, found in a list, settled by keys; what is wrong is said beside its field."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from icrm_tui import search
from icrm_tui.collect import timeline
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.engage import reminders
from icrm_tui.engage.reminders import Reminder
from icrm_tui.screens.customer import CustomerScreen
from icrm_tui.screens.dialogs.reminders import DoneDialog, ReminderDialog, WhomDialog
from icrm_tui.screens.reminders import RemindersScreen
from icrm_tui.widgets.dialogs import ConfirmDialog, ConflictDialog
from icrm_tui.widgets.listing import Listing
from tests.screens.driving import Driver, screens
from tests.screens.test_acting import to, told
from tests.screens.test_today import reminder
from tests.support import NOW

TODAY = NOW.date()


def count(store: Path) -> int:
    found: int = told(store, lambda ctx: ctx.read("SELECT count(*) AS n FROM reminders"))[0]["n"]
    return found


async def fill(me: Driver, **values: str) -> None:
    dialog = me.screen
    assert isinstance(dialog, ReminderDialog)
    for key, value in values.items():
        dialog.field(key).focus()
        await me.settle()
        await me.press("end")
        await me.press("ctrl+u")
        await me.type(value)


def shown(me: Driver) -> list[str]:
    """The lines of the list, as far as they say what is due and when."""
    listing = me.screen.query_one(Listing)
    rows = [listing.row_at(n) for n in range(listing.total)]
    return ["  ".join(str(getattr(cell, "text", cell)) for cell in row.cells[:2]) for row in rows if row]


# --- making ----------------------------------------------------------------------------------------------


async def test_r_reminds_of_anybody_and_says_how_the_words_were_understood(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "张伟")
        await me.press("r")
        await fill(me, what="问新店开业", due="next tue 9am", repeat="every 2 weeks")
        assert "Tue 1 Dec 2026, 09:00" in me.text
        assert "then Tue 15 Dec 2026 · Tue 29 Dec 2026" in me.text
        await me.press("ctrl+s")
        assert me.said[-1] == "Reminder of 张伟: Tue 1 Dec 2026, 09:00"
        row = reminder(full, 6)
        assert {key: row[key] for key in ("what", "who", "due", "repeat", "priority", "owner")} == {
            "what": "问新店开业",
            "who": "p3",
            "due": "2026-12-01 09:00",
            "repeat": "FREQ=WEEKLY;INTERVAL=2",
            "priority": "normal",
            "owner": "wei",
        }
        await me.press("u")
        assert count(full) == 5


async def test_it_reads_and_says_chinese(full: Path) -> None:
    async with screens(full, language="zh_CN") as me:
        await to(me, "张伟")
        await me.press("enter", "r")
        await fill(me, what="回访", due="后天下午3点", repeat="每周")
        assert "2026年11月25日 周三 15:00" in me.text
        await me.press("ctrl+s")
        assert (reminder(full, 6)["due"], reminder(full, 6)["repeat"]) == ("2026-11-25 15:00", "FREQ=WEEKLY")


async def test_many_are_reminded_of_after_a_question_in_one_change(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "space", "space", "space", "r")
        assert "Remind me of these 3 customers" in me.text
        await fill(me, what="Christmas card", due="1 dec")
        await me.press("ctrl+s")
        assert isinstance(me.screen, ConfirmDialog)
        assert "Make a reminder for 3 customers?" in me.text
        await me.press("n")
        assert isinstance(me.screen, ReminderDialog)  # and what was entered is still there
        await me.press("ctrl+s", "y")
        assert me.said[-1] == "3 reminders: Tue 1 Dec 2026"
        assert count(full) == 8
        await me.press("u")
        assert count(full) == 5


WRONG = {
    "the other day": ("due", "“the other day” is not a time"),
    "31 feb": ("due", "“31 feb” is not a time"),
    "2026-02-31": ("due", "“2026-02-31” is not a time"),
    "25:00": ("due", "“25:00” is not a time"),
}
NEVER = {
    "now and then": "“now and then” is no repetition",
    "FREQ=DAILY;COUNT=3;UNTIL=20270101": "ends twice",
    "FREQ=DAILY;UNTIL=20200101": "never comes again",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30": "never comes again",
    "FREQ=DAILY;INTERVAL=0": "is no repetition",
}


@pytest.mark.parametrize("said", WRONG)
async def test_a_moment_that_is_none_is_said_beside_its_field(full: Path, said: str) -> None:
    field, why = WRONG[said]
    async with screens(full) as me:
        await to(me, "张伟")
        await me.press("r")
        await fill(me, what="call", due=said)
        await me.press("ctrl+s")
        _faulty(me, field, why)
        assert count(full) == 5


def _faulty(me: Driver, field: str, why: str) -> None:
    """The form is still there, the fault stands right under the field, which has the focus."""
    dialog = me.screen
    assert isinstance(dialog, ReminderDialog)
    assert why in str(dialog.row(field).query_one(".form-fault").render())
    assert dialog.focused is dialog.field(field)


@pytest.mark.parametrize("said", NEVER)
async def test_a_repetition_that_is_none_is_said_beside_its_field(full: Path, said: str) -> None:
    async with screens(full) as me:
        await to(me, "张伟")
        await me.press("r")
        await fill(me, what="call", due="tomorrow", repeat=said)
        await me.press("ctrl+s")
        _faulty(me, "repeat", NEVER[said])
        assert count(full) == 5


async def test_an_hour_that_the_clocks_skip_is_said_as_the_one_they_show(full: Path) -> None:
    async with screens(full) as me:
        me.app.zone = ZoneInfo("Europe/Berlin")
        await to(me, "张伟")
        await me.press("r")
        await fill(me, what="call", due="2027-03-28 02:30")
        assert "Sun 28 Mar 2027, 03:30" in me.text
        await me.press("ctrl+s")
        assert reminder(full, 6)["due"] == "2027-03-28 03:30"


async def test_a_moment_that_is_over_is_kept_only_after_a_question(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "张伟")
        await me.press("r")
        await fill(me, what="call", due="today 9am")
        await me.press("ctrl+s")
        assert isinstance(me.screen, ConfirmDialog)
        assert "Mon 23 Nov 2026, 09:00 is in the past" in me.text
        await me.press("n")
        assert (isinstance(me.screen, ReminderDialog), count(full)) == (True, 5)
        await me.press("ctrl+s", "y")
        assert reminder(full, 6)["due"] == "2026-11-23 09:00"


async def test_what_is_needed_is_said_and_nothing_is_lost(full: Path) -> None:
    async with screens(full) as me:
        await to(me, "张伟")
        await me.press("r")
        await fill(me, due="tomorrow")
        await me.press("ctrl+s")
        _faulty(me, "what", "Needed.")
        assert me.screen.values()["due"] == "tomorrow"  # type: ignore[attr-defined]


# --- the place -------------------------------------------------------------------------------------------


async def test_the_list_says_how_late_and_when_mine_first_and_everybodys_with_a_star(full: Path) -> None:
    async with screens(full) as me:
        await me.press("3")
        assert isinstance(me.screen, RemindersScreen)
        assert shown(me) == [
            "2 days late  回电：合同条款",
            "Today  Ask how the trial of the two grinders goes, and whether the invoice reached the head office",
            "Today 11:00  Send revised quote",
            "Sun  约试饮",
        ]
        await me.press("asterisk")
        assert shown(me)[3] == "Tomorrow 09:30  寄样品"
        await me.press("asterisk")
        assert len(shown(me)) == 4


async def test_done_goes_straight_through_and_stands_under_done(full: Path) -> None:
    async with screens(full) as me:
        await me.press("3", "d")
        assert isinstance(me.screen, DoneDialog)
        await me.press("enter", "enter")
        assert me.said[-1] == "Done: 回电：合同条款"
        assert shown(me)[0].startswith("Today")
        await me.press("tab")
        assert shown(me) == ["2026-11-21  回电：合同条款"]
        await me.press("d")
        assert me.said[-1] == "r1 (回电：合同条款) is done already."
        assert not me.app.asking
        await me.press("z")
        assert me.said[-1] == "r1 (回电：合同条款) is done already."


async def test_a_word_on_it_is_logged_and_the_next_is_set(full: Path) -> None:
    async with screens(full) as me:
        await me.press("3", "d")
        await me.type("they sign")
        await me.press("enter")
        await me.type("in 3 days")
        assert "Thu 26 Nov 2026" in me.text
        await me.press("enter")
        first = told(full, lambda ctx: timeline.entries(ctx, search.who(ctx, "王小明"))[0])
        assert first["text"] == "回电：合同条款: they sign"
        assert "Thu  回电：合同条款" in shown(me)


async def test_many_are_put_off_moved_and_given_away_each_with_one_undo(full: Path) -> None:
    async with screens(full) as me:
        await me.press("3", "space", "space", "z")
        await me.type("tomorrow 10am")
        await me.press("enter")
        assert "Put off 2 reminders?" in me.text
        await me.press("y")
        assert [reminder(full, number)["due"] for number in (1, 3)] == ["2026-11-24 10:00"] * 2
        await me.press("u")
        assert [reminder(full, number)["due"] for number in (1, 3)] == ["2026-11-21", "2026-11-23"]
        await me.press("escape", "home", "V", "w")
        await me.type("eom")
        await me.press("enter", "y")
        assert [reminder(full, number)["due"] for number in (1, 2, 3, 5)] == ["2026-11-30"] * 4
        await me.press("u", "V", "o")
        await me.type("lan")
        await me.press("enter", "y")
        assert {reminder(full, number)["owner"] for number in (1, 2, 3, 4, 5)} == {"lan"}
        await me.press("u")
        assert reminder(full, 1)["owner"] == "wei"


async def test_many_are_done_with_one_word(full: Path) -> None:
    async with screens(full) as me:
        await me.press("3", "V", "d")
        await me.type("no-answer")
        await me.press("ctrl+s", "y")
        assert all(reminder(full, number)["done"] for number in (1, 2, 3, 5))
        assert told(full, lambda ctx: ctx.read("SELECT count(*) AS n FROM interactions"))[0]["n"] == 10
        await me.press("u")
        assert not any(reminder(full, number)["done"] for number in (1, 2, 3, 5))


async def test_what_comes_again_before_it_is_due_is_done_only_after_a_question(full: Path) -> None:
    def add(ctx: Context) -> None:
        for what in ("weekly call", "weekly mail"):
            due = When(TODAY + timedelta(days=1))
            reminders.add(ctx.action(), search.who(ctx, "张伟"), Reminder(what, due, "weekly"))

    told(full, add)
    async with screens(full, (140, 30)) as me:
        await me.press("3", "slash")
        await me.type(" weekly")
        await me.press("enter")
        assert "weekly" in me.text
        await me.press("V", "d", "ctrl+s", "y")
        assert "It is not due before Tue 24 Nov 2026." in me.text
        await me.press("y")
        assert [reminder(full, number)["due"] for number in (6, 7)] == ["2026-12-01"] * 2


async def test_the_cursor_stays_where_it_was_and_what_is_next_comes_there(full: Path) -> None:
    async with screens(full) as me:
        await me.press("3", "j", "d", "ctrl+s")
        listing = me.screen.query_one(Listing)
        assert listing.cursor == 1
        assert "Send revised quote" in shown(me)[1]
        await me.press("z")
        await me.type("in 2 weeks")
        await me.press("enter")
        assert (listing.cursor, shown(me)[1]) == (1, "Sun  约试饮")


async def test_it_is_called_off_and_comes_back(full: Path) -> None:
    async with screens(full) as me:
        await me.press("3", "A")
        assert reminder(full, 1)["archived"]
        assert "回电" not in me.text
        await me.press("H", "home", "A")
        assert not reminder(full, 1)["archived"]


async def test_enter_opens_the_customer_and_a_asks_whom(full: Path) -> None:
    async with screens(full) as me:
        await me.press("3", "enter")
        assert isinstance(me.screen, CustomerScreen)
        assert "王小明" in me.text
        await me.press("escape", "a")
        assert isinstance(me.screen, WhomDialog)
        await me.type("grace")
        await me.press("enter")
        await fill(me, what="write", due="tomorrow")
        await me.press("ctrl+s")
        assert reminder(full, 6)["name"] == "Grace Hopper"


# --- changing --------------------------------------------------------------------------------------------


async def test_it_is_edited_whole_and_only_what_changed_is_written(full: Path) -> None:
    async with screens(full) as me:
        await me.press("3", "e")
        await fill(me, due="tomorrow 9:00", repeat="monthly")
        await me.press("ctrl+s")
        row = reminder(full, 1)
        assert (row["due"], row["repeat"], row["what"]) == ("2026-11-24 09:00", "FREQ=MONTHLY", "回电：合同条款")
        await me.press("e", "ctrl+s")
        assert me.said[-1] == "Nothing changed."


async def test_an_edit_of_what_somebody_changed_meanwhile_shows_both_sides(full: Path) -> None:
    async with screens(full) as me:
        await me.press("3", "e")
        await fill(me, what="mine")
        told(full, lambda ctx: reminders.edit(ctx, 1, {"what": "theirs"}), "lan")
        await me.press("ctrl+s")
        assert isinstance(me.screen, ConflictDialog)
        assert "theirs" in me.text
        await me.press("m", "ctrl+s")
        assert reminder(full, 1)["what"] == "mine"


async def test_what_is_done_is_not_moved_by_an_edit(full: Path) -> None:
    told(full, lambda ctx: reminders.done(ctx, 1))
    async with screens(full) as me:
        await me.press("3", "tab", "e")
        await fill(me, due="tomorrow")
        await me.press("ctrl+s")
        assert "is done already" in me.text
        assert isinstance(me.screen, ReminderDialog)


async def test_a_complaint_is_taken_down_with_c(full: Path) -> None:
    async with screens(full) as me:
        await me.press("3", "c")
        assert me.app.asking
        await me.type("wrong colour")
        await me.press("ctrl+s")
        rows: list[dict[str, Any]] = told(
            full, lambda ctx: ctx.read("SELECT what FROM complaints ORDER BY id DESC LIMIT 1")
        )
        assert rows[0]["what"] == "wrong colour"
