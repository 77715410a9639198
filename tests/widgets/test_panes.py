from datetime import date, timedelta

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget

from icrm_tui import i18n
from icrm_tui.widgets.panes import Entry, Fact, OrgTree, Person, Portrait, Timeline, day_name

TODAY = date(2026, 11, 23)
LONG = "报价已发，等待法务。" * 12


def entries(n: int) -> list[Entry]:
    return [
        Entry(
            "interaction", i, TODAY - timedelta(days=i // 3), "14:02", "call", LONG if i == 1 else f"touch {i}", "wei"
        )
        for i in range(n)
    ]


class PaneApp(App[None]):
    def __init__(self, pane: Widget) -> None:
        super().__init__()
        self.pane = pane
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield VerticalScroll(self.pane) if isinstance(self.pane, Portrait) else self.pane

    def on_timeline_highlighted(self, message: Message) -> None:
        self.said.append(message)

    on_timeline_more_wanted = on_tree_node_selected = on_timeline_highlighted


def lines(timeline: Timeline) -> list[str]:
    return [timeline.render_line(y).text.rstrip() for y in range(timeline.size.height)]


def test_days_are_named_as_people_name_them() -> None:
    names = [day_name(TODAY - timedelta(days=n), TODAY) for n in (0, 1, 2)]
    assert names == ["Today", "Yesterday", "2026-11-21 Sat"]
    i18n.use("zh_CN")
    try:
        assert [day_name(TODAY - timedelta(days=n), TODAY) for n in (0, 2)] == ["今天", "2026-11-21 周六"]
    finally:
        i18n.use("en")


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (44, 12)])
async def test_entries_stand_one_a_line_under_their_day(size: tuple[int, int]) -> None:
    timeline = Timeline()
    app = PaneApp(timeline)
    async with app.run_test(size=size) as pilot:
        timeline.set_entries(entries(200), TODAY)
        await pilot.pause()
        shown = lines(timeline)
        assert shown[0] == " Today"
        assert shown[1].startswith("▌  14:02  call        touch 0")
        assert "…" in shown[2]
        assert shown[4] == " Yesterday"
        assert {cell_len(timeline.render_line(y).text) for y in range(10)} == {timeline.width}
        assert timeline.width == size[0] - 1
        assert shown[1].endswith("wei") is (size[0] >= 60)


async def test_a_whole_text_is_unfolded_and_folded_and_the_cursor_passes_days() -> None:
    timeline = Timeline()
    app = PaneApp(timeline)
    async with app.run_test(size=(80, 24)) as pilot:
        timeline.set_entries(entries(6), TODAY)
        await pilot.pause()
        timeline.focus()
        await pilot.press("down", "enter")
        assert "".join(line[20:].removesuffix("wei").strip() for line in lines(timeline)[2:7]).startswith(LONG)
        await pilot.press("down", "down")
        assert timeline.entry is not None
        assert timeline.entry.id == 3
        await pilot.press("up", "up", "left")
        assert timeline.total == 8
        await pilot.pause()
        told = [m.entry.id for m in app.said if isinstance(m, Timeline.Highlighted)]
        assert told[-1] == 1


async def test_newer_entries_leave_the_cursor_on_its_own() -> None:
    timeline = Timeline()
    app = PaneApp(timeline)
    async with app.run_test(size=(80, 24)) as pilot:
        timeline.set_entries(entries(30), TODAY)
        await pilot.pause()
        timeline.focus()
        await pilot.press("pagedown")
        before = timeline.entry
        timeline.set_entries([Entry("note", 1, TODAY, "15:00", "note", "new"), *entries(30)], TODAY)
        assert timeline.entry == before


async def test_older_entries_are_asked_for_once_near_the_end() -> None:
    timeline = Timeline()
    app = PaneApp(timeline)
    async with app.run_test(size=(80, 24)) as pilot:
        timeline.set_entries(entries(90), TODAY, more=True)
        await pilot.pause()
        assert not [m for m in app.said if isinstance(m, Timeline.MoreWanted)]
        timeline.focus()
        await pilot.press("end", "up", "down")
        await pilot.pause()
        wanted = [m.entry.id for m in app.said if isinstance(m, Timeline.MoreWanted)]
        assert wanted == [89]
        timeline.extend([entry._replace(id=1000 + entry.id) for entry in entries(3)])
        assert (timeline.entry.id if timeline.entry else None, len(timeline.entries)) == (89, 93)


async def test_an_empty_timeline_bears_every_key() -> None:
    timeline = Timeline()
    app = PaneApp(timeline)
    async with app.run_test(size=(80, 24)) as pilot:
        timeline.set_entries([], TODAY)
        timeline.focus()
        await pilot.press("down", "up", "enter", "right", "left", "end", "home", "pagedown")
        assert timeline.entry is None


async def test_a_portrait_wraps_values_beside_their_labels_and_leaves_out_what_is_empty() -> None:
    portrait = Portrait()
    app = PaneApp(portrait)
    async with app.run_test(size=(36, 24)) as pilot:
        portrait.show(
            [
                Fact("", "王小明"),
                Fact("手机", "137 2660 0539"),
                Fact("Company", "上海云图科技有限公司客户服务部第二分部"),
                Fact("Wechat", ""),
                Fact("Tier", "A", "success"),
                Fact("Note", "\x1b[31m[bold]x"),
            ]
        )
        await pilot.pause()
        said = portrait.render().plain.splitlines()
        assert said[0].strip() == "王小明"
        assert said[1] == "手机     137 2660 0539"
        assert said[3].startswith(" " * 9)
        assert not any("Wechat" in line for line in said)
        assert said[-1].endswith("␛[31m[bold]x")
        assert portrait.size.height == len(said)


async def test_an_organisation_is_a_tree_and_a_circle_in_it_loses_nobody() -> None:
    tree = OrgTree("云图")
    app = PaneApp(tree)
    people = [
        Person(1, "王总", "CEO"),
        Person(2, "李梅", "采购", 1),
        Person(3, "[red]x\x1b", "", 2),
        Person(4, "circle", "", 5),
        Person(5, "circle too", "", 4),
        Person(6, "stranger", "", 99),
    ]
    async with app.run_test(size=(60, 20)) as pilot:
        tree.set_people("上海云图", people)
        await pilot.pause()
        drawn = [tree.render_line(y).text.rstrip() for y in range(7)]
        assert "上海云图" in drawn[0]
        assert "李梅  采购" in drawn[2]
        assert "[red]x␛" in drawn[3]
        assert all(any(name in line for line in drawn) for name in ("circle too", "stranger"))
        tree.focus()
        await pilot.press("j", "j", "enter")
        await pilot.pause()
        assert [m.node.data for m in app.said if isinstance(m, OrgTree.NodeSelected)] == [2]
        await pilot.press("left")
        await pilot.pause()
        assert not any("[red]" in tree.render_line(y).text for y in range(7))
