import asyncio

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.pilot import Pilot

from icrm_tui import i18n
from icrm_tui.widgets.columns import ListColumn
from icrm_tui.widgets.filter import KEYS, PAUSE, FilterInput
from icrm_tui.widgets.listing import Listing

WORDS = ["city:上海", "city:苏州", "company:", "created>30d", "tag:vip"]


class FilterApp(App[None]):
    BINDINGS = [Binding(KEYS, "filter"), Binding("a", "add"), Binding("1", "place")]

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []
        self.asked: list[str] = []

    def compose(self) -> ComposeResult:
        yield FilterInput(self.complete)
        yield Listing(ListColumn("name", "Name", 10))

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    async def complete(self, text: str) -> list[str]:
        self.asked.append(text)
        await asyncio.sleep(0)
        last = text.split(" ")[-1]
        return [word for word in WORDS if last and word.startswith(last)]

    def action_filter(self) -> None:
        self.query_one(FilterInput).line.focus()

    def action_add(self) -> None:
        self.said.append(("Added", ""))

    def action_place(self) -> None:
        self.said.append(("Placed", ""))

    def on_listing_typed(self, typed: Listing.Typed) -> None:
        self.query_one(FilterInput).start_with(typed.text)

    def on_filter_input_changed(self, message: FilterInput.Said) -> None:
        self.said.append((type(message).__name__, message.text))

    on_filter_input_submitted = on_filter_input_left = on_filter_input_changed

    @property
    def filter(self) -> FilterInput:
        return self.query_one(FilterInput)

    def heard(self, kind: type[Message]) -> list[str]:
        return [text for name, text in self.said if name == kind.__name__]


async def settled(pilot: Pilot[None]) -> None:
    await pilot.pause(PAUSE + 0.05)
    await pilot.pause()


async def test_a_query_is_told_once_typing_pauses() -> None:
    app = FilterApp()
    async with app.run_test() as pilot:
        await pilot.press("slash", "v", "i", "p")
        await settled(pilot)
        assert app.heard(FilterInput.Changed)[-1] == "vip"
        assert app.asked[-1] == "vip"
        assert app.said.count(("Changed", "vip")) == 1


async def test_full_width_keys_open_the_filter_too() -> None:
    for key in ("／", "、", "/"):
        app = FilterApp()
        async with app.run_test() as pilot:
            await pilot.press(key)
            assert app.filter.line.has_focus, key
            await pilot.press("x")
            assert app.filter.value == "x"


async def test_chinese_typed_on_a_list_arrives_whole() -> None:
    app = FilterApp()
    async with app.run_test() as pilot:
        await pilot.press("张", "伟", "a", "1")
        assert app.filter.value == "张伟a1"
        assert not app.heard(FilterInput.Left)
        assert ("Added", "") not in app.said


async def test_a_whole_word_committed_at_once_arrives_whole_and_in_order() -> None:
    word = "上海云图科技有限公司客户服务部"
    app = FilterApp()
    async with app.run_test() as pilot:
        assert app._driver is not None
        for character in word:
            app._driver.send_message(events.Key(character, character))
        await pilot.pause()
        await pilot.pause()
        assert app.filter.value == word


async def test_tab_takes_the_first_completion_of_the_last_word_only() -> None:
    app = FilterApp()
    async with app.run_test() as pilot:
        await pilot.press("slash", *"vip ci")
        await settled(pilot)
        assert app.filter.completing
        await pilot.press("tab")
        assert app.filter.value == "vip city:上海"
        assert app.filter.line.has_focus
        await settled(pilot)
        assert not app.filter.completing
        assert app.heard(FilterInput.Changed)[-1] == "vip city:上海"


async def test_arrows_choose_a_completion_and_enter_takes_it_before_it_submits() -> None:
    app = FilterApp()
    async with app.run_test() as pilot:
        await pilot.press("slash", *"ci")
        await settled(pilot)
        await pilot.press("down", "down", "enter")
        assert app.filter.value == "city:苏州"
        assert not app.heard(FilterInput.Submitted)
        await pilot.press("enter")
        await pilot.pause()
        assert app.heard(FilterInput.Submitted) == ["city:苏州"]


async def test_enter_submits_what_was_typed_when_no_completion_was_chosen() -> None:
    app = FilterApp()
    async with app.run_test() as pilot:
        await pilot.press("slash", *"ci")
        await settled(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert app.heard(FilterInput.Submitted) == ["ci"]


async def test_right_takes_a_completion_at_the_end_and_moves_the_cursor_elsewhere() -> None:
    app = FilterApp()
    async with app.run_test() as pilot:
        await pilot.press("slash", *"co")
        await settled(pilot)
        await pilot.press("left", "right")
        assert app.filter.value == "co"
        await pilot.press("right")
        assert app.filter.value == "company:"


async def test_escape_closes_completions_then_clears_then_leaves() -> None:
    app = FilterApp()
    async with app.run_test() as pilot:
        await pilot.press("slash", *"ci")
        await settled(pilot)
        await pilot.press("escape")
        assert (app.filter.completing, app.filter.value) == (False, "ci")
        await pilot.press("escape")
        await pilot.pause()
        assert app.filter.value == ""
        assert app.heard(FilterInput.Changed)[-1] == ""
        await pilot.press("escape")
        await pilot.pause()
        assert app.heard(FilterInput.Left) == [""]


async def test_up_and_down_go_through_what_was_asked_before() -> None:
    app = FilterApp()
    async with app.run_test() as pilot:
        await pilot.press("slash", *"one", "enter", "escape", *"two", "enter", "escape")
        await pilot.press("up")
        assert app.filter.value == "two"
        await pilot.press("up", "up")
        assert app.filter.value == "one"
        await pilot.press("down", "down")
        assert app.filter.value == ""


async def test_an_error_marks_its_word_and_says_one_line_until_the_text_changes() -> None:
    app = FilterApp()
    async with app.run_test() as pilot:
        await pilot.press("slash", *"vip citty:x")
        await settled(pilot)
        app.filter.show_error(4, 5, "There is no field “citty”; city?")
        await pilot.pause()
        wrong = [s.text for s in app.filter.line.render_line(0) if s.style and s.style.underline]
        assert wrong == ["citty"]
        assert app.filter.size.height == 2
        await pilot.press("y")
        await pilot.pause()
        assert app.filter.size.height == 1


async def test_control_characters_in_a_query_are_drawn_as_pictures() -> None:
    app = FilterApp()
    async with app.run_test() as pilot:
        app.filter.set_value("a\x1b[2Jb\u202e")
        await pilot.pause()
        drawn = app.filter.line.render_line(0).text
        assert drawn.startswith("a␛[2Jb␦")
        assert app.filter.value == "a\x1b[2Jb\u202e"


async def test_the_hint_follows_the_language() -> None:
    i18n.use("zh_CN")
    try:
        app = FilterApp()
        async with app.run_test() as pilot:
            await pilot.pause()
            assert "电话" in app.filter.line.render_line(0).text
            i18n.use("en")
            app.filter.relabel()
            assert "phone" in app.filter.line.render_line(0).text
    finally:
        i18n.use("en")
