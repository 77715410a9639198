"""Segments at the screens: counted while one looks on, named, held against each other, kept from any list, exported."""

from pathlib import Path

import pytest
from textual.widgets import Input

from icrm_tui.classify import segments, stays
from icrm_tui.collect import contacts, interactions
from icrm_tui.collect.interactions import Touch
from icrm_tui.context import Context
from icrm_tui.screens.contacts import ContactsScreen
from icrm_tui.screens.segments import SegmentsScreen, ViewDialog
from icrm_tui.search import who
from icrm_tui.widgets.listing import Listing
from tests.screens.driving import Driver, screens
from tests.screens.test_acting import told


def counts(me: Driver) -> dict[str, str]:
    """Name → figure, as the list shows them."""
    listing = me.screen.query_one(Listing)
    rows = [listing.row_at(place) for place in range(listing.total)]
    return {text(row.cells[0]): text(row.cells[1]) for row in rows if row}


def text(cell: object) -> str:
    return cell if isinstance(cell, str) else str(getattr(cell, "text", ""))


def kept(store: Path, name: str) -> segments.Segment:
    found: segments.Segment = told(store, lambda ctx: segments.find(ctx, name))
    return found


async def filter_is(me: Driver, query: str) -> None:
    assert isinstance(me.screen, ContactsScreen)
    assert f"/ {query}" in me.lines()[1], me.text


async def test_each_is_counted_and_the_one_under_the_cursor_told_of(full: Path) -> None:
    async with screens(full, (120, 36)) as me:
        await me.press("5")
        assert counts(me) == {
            "High value": "1",
            "Potential": "5",
            "Silent for 30 days": "2",
            "Birthday this month": "3",
            "Due this week": "4",
        }
        await me.press("j", "j")
        for said in ("Customers without a touch for 30 days", "last_contact>30d", "2 now", "Silberwald", "张伟"):
            assert said in me.text, said


async def test_shipped_ones_are_named_in_the_language_in_use(full: Path) -> None:
    async with screens(full, language="zh_CN") as me:
        await me.press("5")
        assert list(counts(me)) == ["高价值客户", "潜在客户", "沉默客户", "本月生日", "本周需跟进"]
        await me.press("j", "j", "enter", "enter")
        await filter_is(me, "segment:沉默客户")
        assert "3 / 9" in me.text


async def test_enter_shows_its_members_where_there_is_room_at_once(full: Path) -> None:
    async with screens(full, (120, 36)) as me:
        await me.press("5", "G", "k", "enter")
        await filter_is(me, "segment:birthday")
        await me.press("5", "k", "enter")
        await filter_is(me, "segment:silent")
        await me.press("tab")  # the companies of the same segment
        await filter_is(me, "segment:silent")
        assert "1 of 4" in me.text
        await me.press("escape", "tab")
        assert "9" in me.lines()[1] and "segment" not in me.lines()[1]


async def test_where_there_is_no_room_enter_first_tells_what_it_is(full: Path) -> None:
    async with screens(full, (80, 24)) as me:
        await me.press("5", "j", "j", "enter")
        assert isinstance(me.screen, ViewDialog)
        assert "2 now" in me.text and "张伟" in me.text
        await me.press("escape")
        assert isinstance(me.screen, SegmentsScreen)
        await me.press("enter", "enter")
        await filter_is(me, "segment:silent")


async def test_who_came_and_who_went_is_seen_by_looking(full: Path) -> None:
    told(full, lambda ctx: stays.record(ctx, "silent"))

    def touch(ctx: Context) -> None:
        interactions.add(ctx, who(ctx, "张伟"), Touch("called"))

    told(full, touch)
    async with screens(full, (120, 36)) as me:
        await me.press("5", "j", "j")
        assert "1 now" in me.text and "+0 −1 in 7 days" in me.text
    moves = told(full, lambda ctx: stays.moves(ctx, segments.find(ctx, "silent"), "2026"))
    assert [(row["name"], row["move"]) for row in moves] == [("张伟", "left")]


async def test_a_query_is_counted_while_it_is_typed_and_kept_under_a_name(full: Path) -> None:
    async with screens(full) as me:
        await me.press("5", "a")
        await me.type("Shanghai")
        await me.press("tab", "tab", "tab")
        await me.type("contact(city:上海)")
        assert "1 now" in me.text
        await me.press("enter")
        assert me.said[-1] == "Added: Shanghai"
        assert counts(me)["Shanghai"] == "1"
    assert kept(full, "shanghai")[3:6] == ("customer", "contact(city:上海)", False)


async def test_a_query_that_does_not_read_is_marked_and_nothing_is_lost(full: Path) -> None:
    async with screens(full) as me:
        await me.press("5", "a")
        await me.type("X")
        await me.press("tab", "tab", "tab")
        await me.type("tier:hih orders>2")
        assert "hih" in me.text and "high" in me.text
        await me.press("ctrl+s")
        assert me.app.asking and isinstance(me.screen.focused, Input)
        assert told(full, lambda ctx: ctx.read("SELECT count(*) AS n FROM segments"))[0]["n"] == 0
        await me.press("ctrl+u")
        await me.type("tier:high")
        await me.press("ctrl+s")
        assert kept(full, "X").query == "tier:high"


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("silent", "orders>1", "There is a segment “silent” already."),
        ("Nobody", "", "Who belongs in it?"),
        ("", "orders>1", "Needed."),
    ],
)
async def test_what_cannot_be_a_segment_is_said_beside_its_field(full: Path, name: str, query: str, said: str) -> None:
    async with screens(full) as me:
        await me.press("5", "a")
        await me.type(name)
        await me.press("tab", "tab", "tab")
        await me.type(query)
        await me.press("ctrl+s")
        assert me.app.asking
        assert said in " ".join(me.text.split()), me.text


async def test_a_query_is_changed_and_a_shipped_one_becomes_the_teams_own(full: Path) -> None:
    async with screens(full) as me:
        await me.press("5", "j", "j", "e")
        assert "last_contact>30d" in me.text
        await me.press("ctrl+u")
        await me.type("last_contact>60d")
        await me.press("enter")
        assert counts(me)["Silent for 30 days"] == "1"
        await me.press("u")
        assert counts(me)["Silent for 30 days"] == "2"


async def test_a_segment_that_names_itself_is_refused_in_its_query(full: Path) -> None:
    async with screens(full) as me:
        await me.press("5", "e", "ctrl+u")
        await me.type("-segment:high-value")
        await me.press("ctrl+s")
        assert me.app.asking and "would be made of itself" in me.text
    assert kept(full, "high-value").query == "tier:high"


async def test_one_is_put_away_and_comes_back(full: Path) -> None:
    async with screens(full) as me:
        await me.press("5", "j", "A")
        assert "Potential" not in counts(me)
        await me.press("H", "k")
        assert "Potential" in counts(me)
        await me.press("A", "H")
        assert "Potential" in counts(me)


async def test_two_are_held_against_each_other(full: Path) -> None:
    async with screens(full) as me:
        await me.press("5", "space", "space", "equals_sign")
        for line in ("Only in High value 1", "In both 0", "Only in Potential 5", "In either 6"):
            assert line in " ".join(me.text.split()), line
        await me.press("down", "enter")
        await filter_is(me, "segment:potential -segment:high-value")


async def test_with_one_the_other_is_asked_for(full: Path) -> None:
    async with screens(full) as me:
        await me.press("5", "equals_sign")
        await me.type("silent")
        await me.press("enter")
        assert "Only in Silent for 30 days" in me.text


async def test_its_members_go_to_a_file(full: Path, folder: Path) -> None:
    async with screens(full) as me:
        await me.press("5", "j", "j", "X")
        assert "People" in me.text and "Companies" in me.text
        await me.press("enter", "ctrl+u")
        await me.type("silent.csv")
        await me.press("ctrl+s")
        assert "3 records are in" in me.said[-1]
    assert (folder / "silent.csv").read_text(encoding="utf-8-sig").count("\n") == 4


# --- from the list of contacts ---------------------------------------------------------------------------


async def test_a_filter_is_kept_as_a_segment(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "slash")
        await me.type("tag:vip")
        await me.press("enter", "S", "enter")
        await me.type("very important")
        await me.press("ctrl+s")
    assert kept(full, "very important")[3:6] == ("contact", "tag:vip", False)


async def test_a_filter_of_companies_is_kept_of_customers(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "tab", "slash")
        await me.type("industry:餐饮")
        await me.press("enter", "S", "enter")
        await me.type("restaurants")
        assert "1 now" in me.text
        await me.press("ctrl+s")
    assert kept(full, "restaurants")[3:6] == ("customer", "company(industry:餐饮)", False)


async def test_marked_ones_go_on_a_list_more_are_put_on_it_and_taken_off(full: Path) -> None:
    async with screens(full) as me:
        await me.press("2", "space", "space", "S", "enter")
        await me.type("invited")
        await me.press("ctrl+s", "escape", "S")
        await me.type("on “inv")
        await me.press("enter")  # the one under the cursor
        assert me.said[-1] == "1 put on “invited”"
        await me.press("5", "end", "enter", "enter")
        await filter_is(me, "segment:invited")
        assert "3 of 9" in me.text
        await me.press("V", "S", "enter")
        assert me.said[-1] == "3 taken off “invited”"
        assert "0 of 9" in me.text
        await me.press("u")
        assert "3 of 9" in me.text


async def test_a_list_that_is_filled_by_hand_has_no_query_to_change(full: Path) -> None:
    told(full, lambda ctx: segments.save(ctx, "by hand", "", "contact", fixed=True))
    async with screens(full) as me:
        await me.press("5", "end", "e")
        assert "S puts marked rows on it" in me.said[-1]
        assert isinstance(me.screen, SegmentsScreen)


async def test_what_others_do_shows_at_once(full: Path) -> None:
    async with screens(full, (120, 36)) as me:
        await me.press("5", "G", "k")
        assert counts(me)["Birthday this month"] == "3"

        def birth(ctx: Context) -> None:
            found = who(ctx, "Grace Hopper")
            assert found.contact_id
            contacts.edit(ctx, found.contact_id, {"birthday": "1906-11-09"})

        told(full, birth, "lan")
        me.app.look()
        await me.settle()
        assert counts(me)["Birthday this month"] == "4" and "4 now" in me.text
