import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from icrm_tui import i18n
from icrm_tui.errors import Refused
from icrm_tui.widgets.frame import Count, Empty, ErrorLine, KeyLine, Place, TopLine, relabel

PLACES = [
    Place("1", "today", "Today"),
    Place("2", "contacts", "联系人"),
    Place("3", "reminders", "Reminders"),
    Place("4", "complaints", "Complaints"),
    Place("5", "segments", "Segments"),
    Place("9", "settings", "Settings"),
    Place("", "import", "Import"),
]


class FrameApp(App[None]):
    BINDINGS = [("a", "add", "Add")]

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield TopLine(PLACES, "contacts")
        yield ErrorLine()
        yield Empty("ui.day.today", ("a", "ui.save"), ("i", "Import"))
        yield KeyLine()

    def on_top_line_chosen(self, chosen: TopLine.Chosen) -> None:
        self.chosen.append(chosen.place)

    @property
    def top(self) -> TopLine:
        return self.query_one(TopLine)

    @property
    def line(self) -> str:
        return self.top.render_line(0).text


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (30, 8)])
async def test_the_top_line_is_exactly_as_wide_as_the_screen(size: tuple[int, int]) -> None:
    app = FrameApp()
    async with app.run_test(size=size) as pilot:
        for counts in ([], [Count("dot", "3 overdue", "warning"), Count("critical", "剩 1:12", "error")]):
            app.top.show(counts=counts, user="王伟", store="demo")
            await pilot.pause()
            assert cell_len(app.line) == size[0]


async def test_the_current_place_has_its_name_and_the_others_theirs_only_where_there_is_room() -> None:
    for width, names in ((80, False), (120, True)):
        app = FrameApp()
        async with app.run_test(size=(width, 24)) as pilot:
            app.top.show(counts=[Count("dot", "3 overdue")], user="wei", store="demo")
            await pilot.pause()
            assert "2 联系人" in app.line
            assert ("5 Segments" in app.line) is names
            assert "Import" not in app.line
            assert app.line.rstrip().endswith("demo·wei")


async def test_where_there_is_no_room_the_counts_stay_longest() -> None:
    app = FrameApp()
    async with app.run_test(size=(40, 24)) as pilot:
        app.top.show(counts=[Count("dot", "3 overdue")], user="wei", store="a-long-name-of-a-store")
        await pilot.pause()
        assert "●3 overdue" in app.line
        assert "wei" not in app.line


async def test_a_notice_takes_the_right_side_until_it_is_taken_back() -> None:
    app = FrameApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.top.show(user="wei", store="demo")
        app.top.notice("reconnecting…")
        await pilot.pause()
        assert "▲ reconnecting…" in app.line
        assert "wei" not in app.line
        app.top.notice("")
        assert "wei" in app.line


async def test_a_click_on_a_place_chooses_it() -> None:
    app = FrameApp()
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        await pilot.click(TopLine, offset=(cell_len(app.line[: app.line.index("Reminders")]), 0))
        await pilot.pause()
        assert app.chosen == ["reminders"]


async def test_an_error_takes_a_line_only_while_there_is_one() -> None:
    app = FrameApp()
    async with app.run_test(size=(80, 24)) as pilot:
        line = app.query_one(ErrorLine)
        assert not line.display
        line.show("[bold]no\x1b")
        await pilot.pause()
        assert (line.size.height, line.render().plain) == (1, "[bold]no␛")
        line.show("")
        await pilot.pause()
        assert not line.display


async def test_words_change_with_the_language_and_nothing_is_composed_anew() -> None:
    app = FrameApp()
    async with app.run_test(size=(80, 24)) as pilot:
        empty = app.query_one(Empty)
        assert empty.render().plain == "Today\n\na Save   i Import"
        try:
            i18n.use("zh_CN")
            relabel(app.screen)
            await pilot.pause()
            assert empty.render().plain == "今天\n\na 保存   i Import"
            assert "今天" in app.export_screenshot()
            assert app.query_one(Empty) is empty
        finally:
            i18n.use("en")


async def test_an_error_of_the_rooms_is_said_in_the_language_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    i18n.need("errors")
    monkeypatch.setitem(i18n._words, "error.frame-test", "{name} is too long.")
    app = FrameApp()
    async with app.run_test(size=(80, 24)):
        line = app.query_one(ErrorLine)
        line.show(Refused("frame-test", name="王\x07"))
        assert line.render().plain == "王␇ is too long."
