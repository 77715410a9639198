"""Complaints at the screens: taken down, moved on to their end, and read by whoever takes them over."""

from pathlib import Path
from typing import Any

import pytest
from textual import events

from icrm_tui.context import Context
from icrm_tui.listen import categories, complaints
from icrm_tui.listen import complaints_rules as rules
from icrm_tui.listen.complaints_rules import Complaint
from icrm_tui.screens.complaint import ComplaintScreen
from icrm_tui.screens.complaints import ComplaintsScreen
from icrm_tui.screens.customer import CustomerScreen
from icrm_tui.screens.dialogs.briefs import BriefDialog
from icrm_tui.screens.dialogs.complaint_moves import ComplaintEditDialog, SayDialog
from icrm_tui.screens.dialogs.complaints import ComplaintDialog
from icrm_tui.search import who
from icrm_tui.widgets.board import Board
from icrm_tui.widgets.dialogs import ChoiceDialog, ConflictDialog
from icrm_tui.widgets.listing import Listing
from tests.screens.cast import clock
from tests.screens.driving import Driver, screens
from tests.screens.test_acting import told
from tests.screens.test_harmless import NAMES, whole
from tests.support import acting, person


def latest(store: Path) -> dict[str, Any]:
    """The record of the complaint taken down last."""

    def read(ctx: Context) -> dict[str, Any]:
        return complaints.show(ctx, ctx.read("SELECT max(id) AS id FROM complaints")[0]["id"])

    return told(store, read)


def shown(store: Path, ref: str) -> dict[str, Any]:
    return told(store, lambda ctx: complaints.show(ctx, complaints.meant(ctx, ref)))


def state(store: Path, ref: str) -> str:
    return str(shown(store, ref)["state"])


def happened(store: Path, ref: str) -> list[str]:
    return [event["outcome"] for event in shown(store, ref)["events"]]


# of the cast, by what state they are in
OPEN, ACKNOWLEDGED, DOING, WAITING = "C-7RM", "C-VNW", "C-MW9", "C-HK6"


async def to(me: Driver, ref: str) -> None:
    """The page of a complaint, by its reference from anywhere."""
    await me.press("ctrl+k")
    await me.type(ref)
    await me.press("enter")
    assert isinstance(me.screen, ComplaintScreen)


async def say(me: Driver, text: str) -> None:
    """Answer the one question a move asks."""
    assert isinstance(me.screen, SayDialog)
    await me.type(text)
    await me.press("ctrl+s")


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


async def test_c_on_a_customer_takes_down_theirs(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "slash")
        await me.type("Grace")
        await me.press("enter", "c")
        assert "Grace Hopper" in me.text
        await fill(me, text="The lid does not close", resolved="sent a new lid", satisfied="")
        me.screen.query_one("#field-satisfied").focus()
        await me.press("enter", "down", "enter", "ctrl+s")
        row = latest(full)
        assert (row["name"], row["state"], row["satisfied"]) == ("Grace Hopper", "closed", "yes")


async def test_a_category_names_who_takes_it_on(full: Path) -> None:
    told(full, lambda ctx: categories.add(ctx, "Delivery", "lan"))
    async with screens(full) as me:
        await me.press("4", "a")
        await fill(me, caller="p1", text="late again", category="deliv")
        assert "a new category" in me.text
        await me.press("right")  # as it is offered
        assert "lan takes it on" in me.text
        await me.press("ctrl+s")
        assert (latest(full)["category"], latest(full)["owner"]) == ("Delivery", "lan")


# --- to its end ------------------------------------------------------------------------------------------


async def test_one_complaint_from_the_call_to_its_end_and_once_more(full: Path) -> None:
    async with screens(full) as me:
        await me.press("4", "a")
        await fill(me, caller="13900001111", name="王姐", text="到货破损", wanted="补发")
        await me.press("ctrl+s")
        ref = latest(full)["ref"]
        await to(me, ref)
        for key, after in ((">", "acknowledged"), (">", "in-progress"), (">", "waiting"), ("<", "in-progress")):
            await me.press(key)
            assert state(full, ref) == after
        await me.press("n")
        await say(me, "寄来两张照片")
        await me.press("m", "r")
        await say(me, "补发一台，旧机取回")
        assert state(full, ref) == "resolved"
        await me.press(">", "n")  # not satisfied
        assert (state(full, ref), shown(full, ref)["reopened"]) == ("open", 1)
        assert "reopened once" in me.text
        await me.press("m", "r")
        await say(me, "退款")
        await me.press(">", "y")
        assert state(full, ref) == "closed"
        assert me.said[-1] == f"{ref}: closed"
        await me.press("<")
        await say(me, "又坏了")
        row = shown(full, ref)
        assert (row["state"], row["reopened"], row["ended"]) == ("open", 2, "")
        assert "reopened 2 times" in me.text and "又坏了" in row["events"][-1]["text"]
        await me.press("u")
        assert state(full, ref) == "closed"


ENDS = {"b": "withdrawn", "i": "invalid"}


@pytest.mark.parametrize("key", ENDS)
async def test_other_ends_ask_why(full: Path, key: str) -> None:
    async with screens(full) as me:
        await to(me, DOING)
        await me.press("x", key, "ctrl+s")
        assert "Needed." in me.text  # there is no end without a reason
        await say(me, "found the missing box")
        assert (state(full, DOING), shown(full, DOING)["reason"]) == (ENDS[key], "found the missing box")
        await me.press("x")
        assert "Reopen" in me.text and "Not valid" not in me.text.split("what now?")[1]


async def test_a_duplicate_is_found_by_its_words_or_its_reference(full: Path) -> None:
    async with screens(full) as me:
        await to(me, OPEN)
        await me.press("m", "d")
        assert OPEN not in me.text.split("which other")[1]
        await me.type("grinder")
        assert WAITING in me.text
        await me.press("enter")
        assert (state(full, OPEN), shown(full, OPEN)["duplicate_of"]) == ("duplicate", WAITING)
        await to(me, WAITING)
        await me.press("m", "d")
        await me.type(OPEN.lower())
        await me.press("enter")
        assert "which would be one of" in me.said[-1]
        assert state(full, WAITING) == "waiting"


async def test_asked_three_days_by_two_channels_closes_what_is_never_answered(full: Path) -> None:
    def tried(ctx: Context) -> None:
        one = complaints.meant(ctx, DOING)
        complaints.resolve(ctx, one, "sent a new one")
        for days, channel in ((-2, "call"), (-1, "call")):
            complaints.tried(acting(ctx.connection, "wei", clock(-days - 3)), one, channel)

    told(full, tried)
    async with screens(full) as me:
        await to(me, DOING)
        await me.press(">", "a")
        assert me.said[-1].endswith("so far: days 2, channels 1.")
        assert "--" not in me.said[-1]  # flags are the command line's
        await me.press("m", "t")
        assert "asked on 2 of 3 days, by 1 of 2 channels" in me.text
        await me.press("down", "enter")
        assert me.said[-1] == f"{DOING}: asked on 3 of 3 days, by 2 of 2 channels"
        await me.press(">", "a")
        assert (state(full, DOING), shown(full, DOING)["satisfied"]) == ("closed", "none")


async def test_the_last_word_is_a_managers(full: Path) -> None:
    told(full, lambda ctx: complaints.resolve(ctx, complaints.meant(ctx, DOING), "a new one"))
    for user, after in (("lan", "resolved"), ("wei", "closed")):
        async with screens(full, user=user) as me:
            await to(me, DOING)
            await me.press(">", "f")
            await say(me, "replaced twice already")
            assert state(full, DOING) == after
            if user == "lan":
                assert "manager's." in me.text and isinstance(me.screen, SayDialog)
    assert happened(full, DOING)[-1] == "final"


async def test_what_is_no_complaint_is_just_closed(full: Path) -> None:
    async with screens(full) as me:
        await to(me, WAITING)  # a question
        await me.press("x", "c", "c")
        assert state(full, WAITING) == "closed"


# --- what may not be -------------------------------------------------------------------------------------


@pytest.mark.parametrize("move", rules.MOVES)
async def test_every_illegal_move_is_one_line_that_names_the_legal_ones(full: Path, move: str) -> None:
    async with screens(full) as me:
        for ref in (OPEN, ACKNOWLEDGED, DOING, WAITING):
            record = shown(full, ref)
            if move in record["moves"]:
                continue
            await to(me, ref)
            assert isinstance(me.screen, ComplaintScreen)
            me.screen.action_move(move)
            await me.settle()
            assert me.said[-1].startswith(f"{ref} is ")
            assert "Resolve" in me.said[-1] and "\n" not in me.said[-1]
            assert shown(full, ref)["rev"] == record["rev"]
            await me.press("escape")


async def test_a_step_there_is_no_way_for_says_where_there_is_one(full: Path) -> None:
    async with screens(full, language="zh_CN") as me:
        await to(me, DOING)
        await me.press("<")
        assert (
            me.said[-1]
            == f"{DOING} 现在是“处理中”，不能这样移动；可以：等客户回复、解决、客户撤回、标为重复、标为无效。"
        )
        assert state(full, DOING) == "in-progress"


async def test_what_somebody_moved_meanwhile_is_not_moved_again(full: Path) -> None:
    async with screens(full) as me:
        await to(me, ACKNOWLEDGED)
        await me.press("m")
        told(full, lambda ctx: complaints.move(ctx, complaints.meant(ctx, ACKNOWLEDGED), "start"), "lan")
        await me.press("s")
        assert me.said[-1].startswith("Somebody else changed this")
        assert happened(full, ACKNOWLEDGED).count("started") == 1
        assert "in progress" in me.text


async def test_two_steps_in_quick_succession_are_two(full: Path) -> None:
    async with screens(full) as me:
        await to(me, OPEN)
        me._send(">")
        me._send(">")
        await me.settle()
        assert state(full, OPEN) == "in-progress"
        assert happened(full, OPEN) == ["opened", "acknowledged", "started"]


# --- the list and the board ------------------------------------------------------------------------------


async def test_the_list_shows_mine_that_are_not_over_the_worst_first_and_everybodys_by_a_key(full: Path) -> None:
    def more(ctx: Context) -> None:
        complaints.add(ctx, who(ctx, "p2"), Complaint("茶凉了", owner="lan"))
        complaints.end(ctx, complaints.meant(ctx, OPEN), "invalid", "not ours")

    told(full, more)
    async with screens(full) as me:
        await me.press("4")
        listing = me.screen.query_one(Listing)
        assert listing.total == 3 and "◆ critical" in me.lines()[3]
        assert "-36h30m" in me.lines()[3] and "茶凉了" not in me.text
        await me.press("*")
        assert listing.total == 4 and "茶凉了" in me.text
        assert me.said[-1] == "Everybody's complaints."
        await me.press("escape")
        assert listing.total == 5


async def test_marked_ones_are_given_away_together_and_taken_back_together(full: Path) -> None:
    async with screens(full) as me:
        await me.press("4", "V", "o")
        assert "Who takes on these 4 complaints?" in me.text
        await me.type("lan")
        await me.press("enter")
        assert "Give 4 complaints to somebody else?" in me.text
        await me.press("y")
        owners = lambda: {shown(full, ref)["owner"] for ref in (OPEN, ACKNOWLEDGED, DOING, WAITING)}  # noqa: E731
        assert owners() == {"lan"}
        assert me.said[-1] == "4 complaints go to lan"
        await me.press("u")
        assert owners() == {"wei"}


async def test_the_board_moves_cards_and_the_cursor_goes_along(full: Path) -> None:
    async with screens(full, (120, 36)) as me:
        await me.press("4", "tab")
        board = me.screen.query_one(Board)
        assert board.column == 0 and board.card is not None
        await me.press(">")
        assert (state(full, OPEN), board.column) == ("acknowledged", 1)
        assert [column.n for column in board.columns] == [0, 2, 1, 1, 0, 0]
        await me.press("j")
        assert board.place == 1
        await me.press("k", "l", "l")
        assert board.column == 3 and "C-HK6" in me.text
        await me.press("<")
        assert (state(full, WAITING), board.column) == ("in-progress", 2)
        await me.press("<")
        assert "no step that way" in me.said[-1]
        await me.press("enter")
        assert isinstance(me.screen, ComplaintScreen)
        assert "‹ 2/2 ›" in me.text
        await me.press("K")
        assert "C-MW9" in me.lines()[1]
        await me.press("escape", "tab")
        assert isinstance(me.screen, ComplaintsScreen) and me.screen.query_one(Listing).has_focus


@pytest.mark.parametrize(("width", "columns"), [(80, 1), (110, 4), (200, 6)])
async def test_the_board_has_as_many_columns_as_there_is_room_for(full: Path, width: int, columns: int) -> None:
    async with screens(full, (width, 24)) as me:
        await me.press("4", "tab")
        head = me.lines()[1]
        board = me.screen.query_one(Board)
        if columns > 1:
            assert sum(title in head for title in ("Open 1", "In progress 1", "Resolved 0", "Closed 0")) >= columns // 2
            assert len(me.lines()[2].split()) == columns
        assert ("C-MW9" in me.text) == (columns > 1)
        await me.press("l", "l")
        assert "C-MW9" in me.text
        for _ in range(5):
            await me.press("right")
        assert board.column == 5 and "Closed 0" in me.lines()[1]


async def test_a_full_column_scrolls_and_says_how_many_more_there_are(full: Path) -> None:
    def more(ctx: Context) -> None:
        for n in range(60):
            complaints.add(ctx, who(ctx, "p1"), Complaint(f"number {n}", severity="low"))

    told(full, more)
    async with screens(full) as me:
        await me.press("4", "tab", "end")
        assert "Open 61" in me.text and "number 48" in me.text and "… 11" in me.text
        await me.press("g", "g")
        assert "C-7RM" in me.text


async def test_the_board_by_mouse(full: Path) -> None:
    async with screens(full, (120, 36)) as me:
        await me.press("4")
        await me.click("Board")
        await me.click("C-VNW")
        assert me.screen.query_one(Board).column == 1
        await me.click("> Forward")
        assert state(full, ACKNOWLEDGED) == "in-progress"
        await me.click("C-MW9", chain=2)
        assert isinstance(me.screen, ComplaintScreen)
        await me.click("Wait for them")
        assert state(full, DOING) == "waiting"
        await me.click("Resolve")
        await say(me, "a new one")
        await me.click("Close")
        await me.click("Not satisfied")
        assert (state(full, DOING), shown(full, DOING)["reopened"]) == ("open", 1)


async def test_the_wheel_moves_the_column_under_the_pointer_and_not_the_cursor(full: Path) -> None:
    def more(ctx: Context) -> None:
        for n in range(20):
            complaints.add(ctx, who(ctx, "p1"), Complaint(f"number {n}", severity="low"))

    told(full, more)
    async with screens(full) as me:
        await me.press("4", "tab")
        await me.pilot._post_mouse_events([events.MouseScrollDown], offset=(20, 10))
        await me.settle()
        board = me.screen.query_one(Board)
        assert (board.place, board.tops["open"]) == (0, 1)


# --- the page --------------------------------------------------------------------------------------------


async def test_the_page_says_who_what_and_all_that_happened(full: Path) -> None:
    def more(ctx: Context) -> None:
        one = complaints.meant(ctx, DOING)
        complaints.note(ctx, one, "two photos\nby mail")
        complaints.edit(ctx, one, {"wanted": "两台新的", "order": "YT-1042", "category": "物流"})

    told(full, more, "lan")
    async with screens(full, (120, 36)) as me:
        await to(me, DOING)
        for said in ("王小明", "wang@yuntu.example", "13826600539", "两台新的", "YT-1042", "物流", "in progress", "9 d",
                     "work begun", "noted", "two photos", "lan", "w Wait for them"):  # fmt: skip
            assert said in me.text, said
        await me.press("p")
        assert isinstance(me.screen, CustomerScreen) and "王小明" in me.lines()[1]
        await me.press("escape", "l")
        assert "王小明" in me.text and me.app.asking


async def test_next_and_previous_walk_the_list_it_came_from(full: Path) -> None:
    async with screens(full) as me:
        await me.press("4", "enter")
        seen = [me.lines()[1]]
        for _ in range(4):
            await me.press("J")
            seen.append(me.lines()[1])
        assert [line.split()[3] for line in seen] == [DOING, ACKNOWLEDGED, OPEN, WAITING, WAITING]
        await me.press("K")
        assert OPEN in me.lines()[1]


async def test_it_is_corrected_and_where_somebody_was_faster_the_sides_are_asked_for(full: Path) -> None:
    async with screens(full) as me:
        await to(me, DOING)
        await me.press("e")
        dialog = me.screen
        assert isinstance(dialog, ComplaintEditDialog)
        dialog.field("cost").focus()
        await me.type("12x")
        await me.press("ctrl+s")
        assert "12x" in me.text and me.screen is dialog  # beside its field
        await me.press("ctrl+u")
        await me.type("120")
        dialog.field("wanted").focus()
        await me.type("refund")
        told(full, lambda ctx: complaints.edit(ctx, complaints.meant(ctx, DOING), {"wanted": "a new one"}), "lan")
        await me.press("ctrl+s")
        assert isinstance(me.screen, ConflictDialog)
        await me.press("m", "ctrl+s")
        row = shown(full, DOING)
        assert (row["wanted"], row["cost"]) == ("refund", "120.00 CNY")


async def test_the_brief_is_read_and_copied(full: Path) -> None:
    async with screens(full) as me:
        await to(me, DOING)
        await me.press("B")
        dialog = me.screen
        assert isinstance(dialog, BriefDialog)
        for said in (DOING, "到货破损", "work begun", "王小明", "13826600539", "下午四点后联系", "回电：合同条款"):
            assert said in dialog.text, said
        await me.press("y")
        assert me.said[-1].startswith(f"Copied: {DOING}")


async def test_of_nobody_known_it_is_shown_and_moved_all_the_same(full: Path) -> None:
    def anonymous(ctx: Context) -> None:
        one = complaints.meant(ctx, OPEN)
        ctx.change("import", lambda tx: tx.update("complaints", one, customer_id=None, contact_id=None))

    told(full, anonymous)
    async with screens(full) as me:
        await to(me, OPEN)
        assert "nobody known" in me.text
        for key in ("p", "l", "y", "r"):
            await me.press(key)
            assert me.said[-1] == "Nobody is known there."
        await me.press("B")
        assert OPEN in me.text
        await me.press("escape", ">")
        assert state(full, OPEN) == "acknowledged"
        await me.press("escape", "4", "tab")
        assert OPEN in me.text


async def test_what_is_over_is_hidden_and_what_is_not_is_not(full: Path) -> None:
    async with screens(full) as me:
        await to(me, OPEN)
        await me.press("A")
        assert "is open" in me.said[-1] and "stays in sight" in me.said[-1]
        await me.press("m", "i")
        await say(me, "not ours")
        await me.press("A")
        assert shown(full, OPEN)["archived"] and "Archived" in me.text
        await me.press("A")
        assert me.said[-1] == f"Back again: {OPEN}"


async def test_what_they_wait_for_stands_on_the_page_of_the_customer(full: Path) -> None:
    async with screens(full, (120, 36)) as me:
        await me.press("2", "slash")
        await me.type("王小明")
        await me.press("enter", "enter")
        assert "Open complaints" in me.text and DOING in me.text
        await me.press("C")
        assert isinstance(me.screen, ComplaintScreen) and DOING in me.lines()[1]
        await me.press("escape")
        told(full, lambda ctx: complaints.add(ctx, who(ctx, "p2"), Complaint("茶凉了")))
        me.app.look()
        await me.settle()
        await me.press("C")
        assert isinstance(me.screen, ChoiceDialog)
        await me.press("2")
        assert "茶凉了" in me.lines()[1]


async def test_chinese_all_the_way(full: Path) -> None:
    async with screens(full, language="zh_CN") as me:
        await me.press("4")
        assert "列表 │ 看板" in me.lines()[0] and "◆ 紧急" in me.text and "-36h30m" in me.text
        await me.press("tab", "》")  # as an input method sends it
        assert state(full, OPEN) == "acknowledged"
        assert me.said[-1] == f"{OPEN}：已受理"
        await me.press("《")
        assert "不能这样移动" in me.said[-1]


@pytest.mark.parametrize("text", ["escape codes", "markup", "right to left", "line feeds", "wide"])
async def test_what_they_say_is_only_text_wherever_it_stands(full: Path, text: str) -> None:
    said = NAMES[text]

    def hostile(ctx: Context) -> None:
        one = who(ctx, f"p{person(ctx, said, company=said)}")
        more = Complaint(said * 3, category=said[:60], severity="critical", order=said, wanted=said)
        made = complaints.add(ctx, one, more)
        complaints.note(ctx, made, said)
        ctx.change("import", lambda tx: tx.update("complaints", made, ref=said, opened_at="2026-01-01T00:00:00Z"))

    told(full, hostile)
    async with screens(full, (120, 30)) as me:
        await me.press("4")
        for keys in (("tab",), ("tab", "enter"), ("m",), ("escape", "o"), ("escape", "e"), ("escape", "B"),
                     ("escape", "n"), ("escape", "x", "d"), ("escape", "p"), ("escape", "escape", "a")):  # fmt: skip
            await me.press(*keys)
            await whole(me)
        await me.press("escape", "tab")
        await whole(me)
