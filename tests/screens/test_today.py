"""Today: one key settles what is under the cursor, and what is next comes there, until nothing waits."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from icrm_tui import db, search
from icrm_tui.addresses import Address
from icrm_tui.collect import interactions
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.engage import messages, reminders
from icrm_tui.engage.messages import Message
from icrm_tui.engage.reminders import Reminder
from icrm_tui.listen import complaints
from icrm_tui.listen.complaints_rules import Complaint
from icrm_tui.screens.complaint import ComplaintScreen
from icrm_tui.screens.customer import CustomerScreen
from icrm_tui.screens.dialogs.interactions import LogDialog
from icrm_tui.screens.dialogs.moments import WhenDialog
from icrm_tui.screens.today import TodayScreen, whole
from icrm_tui.widgets.dialogs import ConfirmDialog
from icrm_tui.widgets.listing import Listing
from tests.screens.driving import Driver, screens
from tests.screens.pictures import pictured
from tests.screens.test_acting import named, told
from tests.support import NOW, acting

TODAY = NOW.date()


def under(me: Driver) -> str:
    """The line under the cursor, as it is drawn."""
    screen = me.app.screen_stack[0]
    listing = screen.query_one(Listing)
    row = listing.row
    assert row is not None
    return "  ".join(getattr(cell, "text", cell) for cell in row.cells)


def reminder(store: Path, number: int) -> dict[str, Any]:
    return told(store, lambda ctx: reminders.show(ctx, number))


def work_for(store: Path, *whats: str, hour: str = "") -> None:
    """More that is due today, for 张伟."""

    def add(ctx: Context) -> None:
        whom = search.who(ctx, "张伟")
        for what in whats:
            reminders.add(ctx.action(), whom, Reminder(what, When(TODAY)))

    told(store, add)


# --- the loop --------------------------------------------------------------------------------------------


async def test_five_in_a_row_without_leaving_the_place_or_moving_the_cursor(full: Path) -> None:
    work_for(full, "call one", "call two", "call three")
    async with screens(full) as me:
        start = me.screen.query_one(Listing).cursor
        for what in ("回电", "Ask how", "call one", "call two", "call three"):
            assert what in under(me), me.text
            await me.press("enter")
            assert isinstance(me.screen, LogDialog)
            await me.type(f"said {what}")
            await me.press("ctrl+s")
            assert isinstance(me.screen, TodayScreen)
            assert me.said[-1].startswith("Done: ")
        assert me.screen.query_one(Listing).cursor == start
        assert "Send revised quote" in under(me)
        touches = told(full, lambda ctx: ctx.read("SELECT subject, body FROM interactions ORDER BY id DESC LIMIT 5"))
        assert touches[0]["body"] == "said call three"
        assert {row["subject"] for row in touches} >= {"回电：合同条款", "call one"}
        assert all(reminder(full, number)["done"] for number in (1, 6, 7, 8))


async def test_a_logged_reminder_and_its_next_are_one_change_that_u_takes_back(full: Path) -> None:
    async with screens(full) as me:
        await me.press("enter")
        await me.type("等法务")
        await me.press("tab", "tab")
        await me.type("下周二 上午9点")
        assert "Tue 1 Dec 2026, 09:00" in me.text  # how it was understood
        await me.press("enter")
        await me.type("再问一次")
        await me.press("ctrl+s")
        assert reminder(full, 1)["done"]
        made = reminder(full, 6)
        assert (made["what"], made["due"], made["priority"]) == ("再问一次", "2026-12-01 09:00", "high")
        await me.press("u")
        assert not reminder(full, 1)["done"]
        assert told(full, lambda ctx: ctx.read("SELECT count(*) AS n FROM reminders"))[0]["n"] == 5
        assert told(full, lambda ctx: ctx.read("SELECT count(*) AS n FROM interactions"))[0]["n"] == 6


async def test_an_outcome_is_enough_and_without_a_word_it_is_only_ticked_off(full: Path) -> None:
    async with screens(full) as me:
        await me.press("enter", "tab", "enter", "down", "down", "enter", "ctrl+s")
        touch = told(full, lambda ctx: interactions.show(ctx, 7))
        assert (touch["text"], bool(touch["outcome"])) == ("回电：合同条款", True)
        await me.press("enter", "ctrl+s")
        assert reminder(full, 3)["done"]
        assert told(full, lambda ctx: ctx.read("SELECT count(*) AS n FROM interactions"))[0]["n"] == 7


async def test_d_is_done_at_once_and_what_was_done_elsewhere_is_said(full: Path) -> None:
    async with screens(full) as me:
        await me.press("d")
        assert me.said[-1] == "Done: 回电：合同条款"
        assert "Ask how" in under(me)
        told(full, lambda ctx: reminders.done(ctx, 3), "lan")
        await me.press("d")
        assert me.said[-1].startswith("r3 (Ask how")
        assert me.said[-1].endswith("is done already.")


async def test_what_others_do_meanwhile_does_not_move_the_cursor_off_its_row(full: Path) -> None:
    async with screens(full) as me:
        await me.press("j", "j")
        assert "Send revised quote" in under(me)
        old = Reminder("old", When(TODAY - timedelta(days=9)), owner="wei")
        told(full, lambda ctx: reminders.add(ctx, search.who(ctx, "李娜"), old), "lan")
        await me.app._look()
        await me.settle()
        assert "Overdue 2" in me.text
        assert "Send revised quote" in under(me)


async def test_what_comes_again_is_done_as_it_was_shown_once(full: Path) -> None:
    def add(ctx: Context) -> int:
        return reminders.add(ctx, search.who(ctx, "张伟"), Reminder("daily", When(TODAY - timedelta(days=3)), "daily"))

    made = told(full, add)
    async with screens(full) as me:
        assert "daily" in under(me)
        await me.press("d")
        assert reminder(full, made)["due"] == "2026-11-24"
        assert "daily" not in me.text.split("My last touches")[0]


# --- putting off and moving ------------------------------------------------------------------------------


async def test_a_reminder_is_put_off_by_a_choice_or_by_words(full: Path) -> None:
    async with screens(full) as me:
        await me.press("z")
        assert isinstance(me.screen, WhenDialog)
        assert "Mon 23 Nov 2026, 10:30" in me.text
        await me.press("enter")
        assert reminder(full, 1)["due"] == "2026-11-23 10:30"
        assert "Ask how" in under(me)  # the next one; what was put off stands further down
        await me.press("z")
        await me.type("tomorrow 3pm")
        assert "Tue 24 Nov 2026, 15:00" in me.text
        await me.press("enter")
        assert reminder(full, 3)["due"] == "2026-11-24 15:00"
        await me.press("u")
        assert reminder(full, 3)["due"] == "2026-11-23"


async def test_a_reminder_is_moved_in_words_of_the_language(full: Path) -> None:
    async with screens(full, language="zh_CN") as me:
        await me.press("w")
        await me.type("月底")
        assert "2026年11月30日 周一" in me.text
        await me.press("enter")
        assert reminder(full, 1)["due"] == "2026-11-30"


async def test_a_moment_that_is_none_is_said_and_one_that_is_over_is_asked_about(full: Path) -> None:
    async with screens(full) as me:
        await me.press("w")
        await me.type("31 feb")
        assert "“31 feb” is not a time" in me.text
        await me.press("enter")
        assert isinstance(me.screen, WhenDialog)
        await me.press("ctrl+u")
        await me.type("yesterday")
        await me.press("enter")
        assert isinstance(me.screen, ConfirmDialog)
        assert "Sun 22 Nov 2026 is in the past" in me.text
        await me.press("n", "escape")
        assert reminder(full, 1)["due"] == "2026-11-21"
        await me.press("w")
        await me.type("yesterday")
        await me.press("enter", "y")
        assert reminder(full, 1)["due"] == "2026-11-22"


async def test_many_are_done_after_a_question_and_come_back_with_one_undo(full: Path) -> None:
    async with screens(full) as me:
        await me.press("space", "space", "space", "d")
        assert "Tick off 3 reminders?" in me.text
        await me.press("y")
        assert all(reminder(full, number)["done"] for number in (1, 2, 3))
        assert "Overdue" not in me.text
        await me.press("u")
        assert not any(reminder(full, number)["done"] for number in (1, 2, 3))


# --- the other rows --------------------------------------------------------------------------------------


async def test_enter_opens_a_complaint_and_p_the_customer_of_any_row(full: Path) -> None:
    async with screens(full) as me:
        await me.press("p")
        assert isinstance(me.screen, CustomerScreen)
        await me.press("escape", "j", "j", "j", "enter")
        assert isinstance(me.screen, ComplaintScreen)
        await me.press("escape")
        assert isinstance(me.screen, TodayScreen)
        assert "C-" in under(me)
        for key in ("d", "z", "w"):  # a complaint is not ticked off
            await me.press(key)
            assert not me.app.asking


async def test_a_birthday_is_greeted_with_enter_and_the_next_one_comes_under_the_cursor(full: Path) -> None:
    async with screens(full) as me:
        await me.press(*["j"] * 7)
        assert "曾静" in under(me)
        await me.press("enter")
        await me.type("生日快乐")
        await me.press("ctrl+s")
        assert "李娜" in under(me)
        assert named(full, "曾静")["touches"] == 1


async def test_the_silent_are_silent_no_more_once_somebody_was_spoken_to(full: Path) -> None:
    async with screens(full) as me:
        await me.press(*["j"] * 10)
        assert "张伟" in under(me)
        await me.press("enter")
        await me.type("hello")
        await me.press("ctrl+s")
        assert "Silent customers 1" in me.text
        assert "Silberwald" in under(me)


async def test_the_keys_say_what_they_do_with_the_row(full: Path) -> None:
    async with screens(full, (120, 30)) as me:
        assert "Log and done" in me.lines()[-1] and "Snooze" in me.lines()[-1]
        await me.press("j", "j", "j")
        assert "Open" in me.lines()[-1] and "Snooze" not in me.lines()[-1]


# --- beside it, and the end of the day -------------------------------------------------------------------


async def test_beside_the_list_stands_how_to_reach_them_and_what_was_said(full: Path) -> None:
    async with screens(full, (120, 36)) as me:
        assert "13826600539" in me.text and "报价已收到" in me.text
        await me.press("j", "j")
        assert "anna@silberwald.example" in me.text


async def test_the_week_in_bars_has_figures(full: Path) -> None:
    async with screens(full, (200, 50), glyphs="ascii") as me:
        lines = [line for line in me.lines() if "===" in line]
        assert any("Fri 20" in line and "= 1" in line for line in lines)
        assert any("Today" in line and "3  1 late" in line for line in lines)


async def test_what_is_overdue_is_counted_in_the_top_line(full: Path) -> None:
    async with screens(full) as me:
        assert "●1 overdue" in me.lines()[0] and "▲4 complaints" in me.lines()[0]
        await me.press("d")
        assert "overdue" not in me.lines()[0]


async def test_when_nothing_waits_the_day_says_what_was_done_and_what_is_next(full: Path) -> None:
    def lan(ctx: Context) -> None:
        for number in (4,):
            reminders.done(ctx, number, "sent")
        reminders.add(ctx.action(), search.who(ctx, "李娜"), Reminder("参观工厂", When(TODAY + timedelta(days=8))))

    told(full, lan, "lan")
    async with screens(full, user="lan") as me:
        assert "Nothing waits today." in me.text
        assert "Today: 1 touch, 1 reminder done" in me.text
        assert "Next: Tue 1 Dec 2026  李娜: 参观工厂" in me.text
        await me.press("asterisk")
        assert "Nothing waits today." not in me.text


@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_the_end_of_a_day_and_a_wide_screen_look_as_they_did(full: Path, language: str) -> None:
    async with screens(full, (200, 60), language, notifications=False) as me:
        await pictured(me, f"today-{language}-200x60")
    told(full, lambda ctx: reminders.done(ctx, 4, "寄出了"), "lan")
    async with screens(full, (80, 24), language, user="lan", notifications=False) as me:
        await pictured(me, f"today-done-{language}-80x24")


async def test_a_store_without_anybody_says_how_to_begin(bare: Path) -> None:
    async with screens(bare) as me:
        assert "Nobody is here yet." in me.text
        await me.press("a")
        assert me.app.asking


def test_today_is_a_handful_of_reads_however_much_there_is(full: Path) -> None:
    def counted(store: Path) -> int:
        asked: list[str] = []
        with closing(db.open_store(store)) as connection:
            ctx = acting(connection)
            connection.raw.set_trace_callback(asked.append)
            whole(ctx, False)
        return sum(sql.lstrip().startswith("SELECT") for sql in asked)

    before = counted(full)
    work_for(full, *(f"call {n}" for n in range(30)))
    assert counted(full) == before <= 18


async def test_what_is_cut_short_says_that_there_is_more(full: Path) -> None:
    def many(ctx: Context) -> None:
        whom = search.who(ctx, "张伟")
        for n in range(60):
            complaints.add(ctx.action(), whom, Complaint(f"late again {n}"))

    told(full, many)
    async with screens(full) as me:
        assert "Complaints 50+" in me.text


# --- mail ------------------------------------------------------------------------------------------------


async def test_mail_nobody_knows_of_is_a_line_of_the_day_and_opens_its_customer(full: Path) -> None:
    def doubt(ctx: Context) -> None:
        program = ctx.program()
        for subject in ("Your seal", "Your other seal"):
            sent = messages.add(ctx, search.who(ctx, "张伟"), Message("x", subject, to="zw@yun.example"))
            messages.claim(program, sent, Address("", "service@yun.example"))
            messages.doubt(program, sent)

    told(full, doubt)
    async with screens(full) as me:
        assert "Mail that asks what became of it 2" in me.text
        assert "m1 Your seal" in me.text
        await me.click("m2 Your other seal")
        await me.press("enter")
        assert isinstance(me.screen, CustomerScreen)
