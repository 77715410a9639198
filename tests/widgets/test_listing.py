from array import array
from collections.abc import Callable

import pytest
from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual.message import Message

from icrm_tui.widgets.blocks import BLOCK, KEPT, Cell, Row
from icrm_tui.widgets.columns import ListColumn
from icrm_tui.widgets.listhead import ListHead
from icrm_tui.widgets.listing import Listing

COLUMNS = (
    ListColumn("name", "Name", 16, min=10),
    ListColumn("company", "Company", 20, min=12, flex=1),
    ListColumn("city", "City", 8),
    ListColumn("phone", "Phone", 14),
    ListColumn("owner", "Owner", 10),
    ListColumn("last", "Last touch", 20),
)


def contact(n: int) -> Row:
    company = f"阿里巴巴咨询{n}" if n % 2 else f"Schmidt & Sons {n}"
    return Row(n, (f"刘黛琳{n}", company, "广州", "137 2660 0539", Cell("wei", "muted"), "2026-11-01"))


class ListApp(App[None]):
    """A list over `make(index)`, answering at once unless told to hold back."""

    BINDINGS = [("a", "noop", "add"), ("ü", "noop", "bound")]

    def __init__(self, total: int, make: Callable[[int], Row] = contact, answering: bool = True) -> None:
        super().__init__()
        self.size_of_list = total
        self.make = make
        self.answering = answering
        self.wanted: list[Listing.BlockWanted] = []
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        listing = Listing(*COLUMNS)
        yield ListHead(listing)
        yield listing

    def on_mount(self) -> None:
        self.listing.reload()
        self.listing.set_total(self.size_of_list)
        self.listing.focus()

    @property
    def listing(self) -> Listing:
        return self.query_one(Listing)

    def on_listing_block_wanted(self, wanted: Listing.BlockWanted) -> None:
        self.wanted.append(wanted)
        if self.answering:
            self.answer(wanted)

    def answer(self, wanted: Listing.BlockWanted) -> None:
        end = min(wanted.first + wanted.count, self.size_of_list)
        rows = [self.make(n) for n in range(wanted.first, end)]
        self.listing.fill(wanted.generation, wanted.first, rows)

    def on_listing_opened(self, message: Message) -> None:
        self.said.append(message)

    on_listing_highlighted = on_listing_typed = on_listing_ids_wanted = on_listing_marked = on_listing_opened
    on_list_head_clicked = on_listing_opened

    def heard(self, kind: type[Message]) -> list[Message]:
        return [message for message in self.said if isinstance(message, kind)]


def lines(listing: Listing) -> list[str]:
    return [listing.render_line(y).text for y in range(listing.size.height)]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (40, 10), (8, 3)])
async def test_every_line_is_as_wide_as_the_list_in_chinese_and_latin(size: tuple[int, int]) -> None:
    app = ListApp(1000)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert {cell_len(line) for line in lines(app.listing)} == {app.listing.width}
        assert app.listing.width == size[0] - 1
        columns = [[cell_len(s.text) for s in app.listing.render_line(y)] for y in range(2)]
        assert columns[0] == columns[1]


async def test_columns_that_do_not_fit_come_by_shifting_and_the_first_stays() -> None:
    app = ListApp(5)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "2026-11-01" not in lines(app.listing)[0]
        await pilot.press("right", "right", "right", "right", "right")
        assert "2026-11-01" in lines(app.listing)[0]
        assert "刘黛琳0" in lines(app.listing)[0]
        assert "Last touch" in app.query_one(ListHead).render_line(0).text
        await pilot.press("left", "left", "left", "left", "left")
        assert "Schmidt & Sons 0" in lines(app.listing)[0]


async def test_keys_move_the_cursor_and_tell_which_row_it_is_on() -> None:
    app = ListApp(1000)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        height = app.listing.size.height
        for keys, place in (
            (["down", "j"], 2),
            (["k"], 1),
            (["pagedown"], 1 + height),
            (["pageup"], 1),
            (["ctrl+d"], 1 + round(height / 2)),
            (["ctrl+u"], 1),
            (["G"], 999),
            (["down"], 999),
            (["home"], 0),
            (["up"], 0),
            (["end"], 999),
        ):
            await pilot.press(*keys)
            assert app.listing.cursor == place, keys
        await pilot.pause()
        last = app.heard(Listing.Highlighted)[-1]
        assert isinstance(last, Listing.Highlighted)
        assert (last.index, last.row) == (999, contact(999))


async def test_enter_and_double_click_open_a_row_and_a_click_only_chooses() -> None:
    app = ListApp(50)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click(Listing, offset=(10, 4))
        assert app.listing.cursor == 4
        assert not app.heard(Listing.Opened)
        await pilot.press("enter")
        await pilot.double_click(Listing, offset=(10, 7))
        opened = [(m.index, m.row.id) for m in app.heard(Listing.Opened) if isinstance(m, Listing.Opened)]
        assert opened == [(4, 4), (7, 7)]


async def test_the_wheel_leaves_the_cursor_alone() -> None:
    app = ListApp(500)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot._post_mouse_events([events.MouseScrollDown] * 5, Listing, (5, 5))
        assert app.listing.scroll_offset.y > 0
        assert app.listing.cursor == 0
        await pilot.press("down")
        assert (app.listing.cursor, app.listing.scroll_offset.y) == (1, 1)


async def test_a_million_rows_keep_only_a_few_blocks() -> None:
    app = ListApp(1_000_000)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        for place in range(0, 1_000_000, 40_000):
            app.listing.select(place)
            await pilot.pause()
            assert app.listing.row == contact(place)
        await pilot.press("end")
        assert app.listing.row == contact(999_999)
        assert len(app.listing._blocks) <= KEPT
        assert max(wanted.count for wanted in app.wanted) <= 2 * BLOCK


async def test_rows_that_have_not_come_are_blank_then_say_so() -> None:
    app = ListApp(1000, answering=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert lines(app.listing)[0].strip() == ""
        await pilot.pause(0.15)
        assert lines(app.listing)[0].strip() == "····"
        app.answer(app.wanted[-1])
        assert "刘黛琳0" in lines(app.listing)[0]


async def test_rows_shown_stay_while_newer_ones_are_read() -> None:
    app = ListApp(1000)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        before = lines(app.listing)
        app.answering = False
        app.listing.reload()
        await pilot.pause(0.15)
        assert lines(app.listing) == before
        app.make = lambda n: Row(n, (f"newer {n}",))
        app.answer(app.wanted[-1])
        assert "newer 0" in lines(app.listing)[0]


async def test_an_answer_to_an_earlier_question_is_dropped() -> None:
    app = ListApp(1000, answering=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        old = app.wanted[-1]
        app.listing.reload(keep=False)
        await pilot.pause()
        app.answer(app.wanted[-1])
        app.make = lambda n: Row(n, ("stale",))
        app.answer(old)
        assert "刘黛琳0" in lines(app.listing)[0]


async def test_the_cursor_stays_with_its_row_when_others_come_before_it() -> None:
    app = ListApp(1000)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.listing.select(100)
        await pilot.pause()
        on_screen = app.listing.cursor - app.listing.scroll_offset.y
        app.make = lambda n: contact(n - 3)
        app.size_of_list = 1003
        app.listing.reload()
        app.listing.set_total(1003)
        await pilot.pause()
        assert (app.listing.cursor, app.listing.row) == (103, contact(100))
        assert app.listing.cursor - app.listing.scroll_offset.y == on_screen


async def test_with_all_ids_known_a_row_is_found_wherever_it_went() -> None:
    app = ListApp(20_000)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.listing.select(50)
        await pilot.pause()
        app.make = lambda n: contact(19_999 - n)
        app.listing.reload()
        app.listing.set_ids(array("q", range(19_999, -1, -1)))
        await pilot.pause()
        assert (app.listing.cursor, app.listing.row) == (19_949, contact(50))


async def test_a_list_that_became_shorter_keeps_the_cursor_inside() -> None:
    app = ListApp(1000)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("end")
        app.size_of_list = 3
        app.listing.reload(keep=False)
        await pilot.pause()
        assert app.listing.total == 3
        assert app.listing.row == contact(0)
        app.size_of_list = 0
        app.listing.reload()
        app.listing.set_total(0)
        await pilot.pause()
        assert app.listing.row is None
        await pilot.press("down", "up", "pagedown", "end", "home", "enter", "space", "right")


async def test_marks_are_a_set_of_ids_and_v_marks_all_rows() -> None:
    app = ListApp(1000)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("space", "down", "space")
        assert app.listing.marks == {0, 2}
        assert [line[1] for line in lines(app.listing)[:3]] == ["✓", " ", "✓"]
        await pilot.press("V")
        await pilot.pause()
        assert app.heard(Listing.IdsWanted)
        app.listing.set_ids(array("q", range(1000)))
        assert app.listing.marks == set(range(1000))
        await pilot.press("V")
        assert app.listing.marks == set()


async def test_headings_are_passed_over() -> None:
    rows = [Row(0, heading="Overdue 2"), contact(1), contact(2), Row(0, heading="Today 1"), contact(3)]
    app = ListApp(5, make=lambda n: rows[n])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.listing.cursor == 1
        await pilot.press("down", "down")
        assert app.listing.cursor == 4
        await pilot.press("up")
        assert app.listing.cursor == 2
        await pilot.press("home")
        assert app.listing.cursor == 1
        await pilot.click(Listing, offset=(5, 3))
        assert app.listing.cursor == 1


async def test_text_typed_on_the_list_is_told_and_commands_are_not() -> None:
    app = ListApp(10)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("张", "伟", "b", "a", "ü", "é")
        app.listing.post_message(events.Paste("李四\n上海"))
        await pilot.pause()
        typed = [message.text for message in app.heard(Listing.Typed) if isinstance(message, Listing.Typed)]
        assert typed == ["张", "伟", "é", "李四 上海"]


async def test_text_from_outside_cannot_act() -> None:
    app = ListApp(1, make=lambda n: Row(n, ("\x1b[2J[bold]x[/]\u202e", "a\nb", "=1+1")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        line = lines(app.listing)[0]
        assert "\x1b" not in line
        assert "\u202e" not in line
        assert "␛[2J[bold]x[/]␦" in line
        assert "a⏎b" in line


async def test_a_click_on_a_title_asks_for_its_order_and_the_mark_shows_it() -> None:
    app = ListApp(10)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click(ListHead, offset=(25, 0))
        clicked = app.heard(ListHead.Clicked)[-1]
        assert isinstance(clicked, ListHead.Clicked)
        assert clicked.key == "company"
        app.listing.set_sort("company", descending=True)
        assert "Company ▼" in app.query_one(ListHead).render_line(0).text


async def test_selection_is_a_bar_and_a_background_never_reversed() -> None:
    app = ListApp(10)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        first, second = app.listing.render_line(0), app.listing.render_line(1)
        assert first.text.startswith("▌")
        assert not any(segment.style and segment.style.reverse for segment in first)
        grounds = {segment.style.bgcolor for segment in first if segment.style}
        assert len(grounds) == 1
        assert grounds != {segment.style.bgcolor for segment in second if segment.style}
