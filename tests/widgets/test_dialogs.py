import unicodedata
from typing import Any

import pytest
from rich.cells import cell_len
from textual.app import App
from textual.screen import ModalScreen
from textual.widgets import Static

from icrm_tui import i18n
from icrm_tui.widgets.dialogs import (
    Choice,
    ChoiceDialog,
    ChoiceList,
    ConfirmDialog,
    ConflictDialog,
    ConflictField,
    ConflictHead,
    ConflictTable,
)
from icrm_tui.widgets.text import glyphs

SIZES = [(80, 24), (120, 36)]


class DialogApp(App[None]):
    """Shows one dialog and keeps its answer."""

    answer: Any = "nothing yet"

    def __init__(self, dialog: ModalScreen[Any]) -> None:
        super().__init__()
        self.dialog = dialog

    def on_mount(self) -> None:
        self.push_screen(self.dialog, self.keep)

    def keep(self, answer: Any) -> None:
        self.answer = answer


def archive() -> ConfirmDialog:
    return ConfirmDialog("Archive 214 contacts?", "Archive", ["Reminders of 12 of them stop.", "u takes it back."])


@pytest.mark.parametrize(
    ("keys", "answer"),
    [("y", True), ("n", False), ("escape", False), ("enter", False), ("left enter", True), ("tab enter", True)],
)
async def test_a_question_is_answered_by_keys_and_enter_alone_is_no(keys: str, answer: bool) -> None:
    app = DialogApp(archive())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*keys.split())
        await pilot.pause()
        assert app.answer is answer


async def test_a_question_is_answered_by_the_mouse() -> None:
    app = DialogApp(archive())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click("#yes")
        await pilot.pause()
        assert app.answer is True


PLACES = [Choice("today", "Today", "1"), Choice("contacts", "联系人", "2", "1,204"), Choice("import", "Import", "i")]


@pytest.mark.parametrize(
    ("keys", "answer"),
    [("2", "contacts"), ("down enter", "import"), ("enter", "contacts"), ("g", "top"), ("escape", None)],
)
async def test_one_of_several_is_chosen_by_its_key_or_by_the_cursor(keys: str, answer: str | None) -> None:
    app = DialogApp(ChoiceDialog("All places", PLACES, current="contacts", also={"g": "top"}))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*keys.split())
        await pilot.pause()
        assert app.answer == answer


async def test_one_of_several_is_chosen_by_a_click() -> None:
    app = DialogApp(ChoiceDialog("All places", PLACES))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click(ChoiceList, offset=(8, 2))
        await pilot.pause()
        assert app.answer == "import"


FIELDS = [
    ConflictField("name", "Name", "王小明", "王晓明", "王小明"),
    ConflictField("city", "City", "Berlin", "Berlin", "上海"),
    ConflictField("company", "Company", "云图", "上海云图科技", "Yuntu Ltd"),
]


async def test_where_one_side_changed_a_field_it_is_taken_and_where_both_did_the_user_must_choose() -> None:
    app = DialogApp(ConflictDialog(FIELDS))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.dialog.query_one(ConflictTable).cursor == 2
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.answer == "nothing yet"
        await pilot.press("m", "ctrl+s")
        await pilot.pause()
        assert app.answer == {"name": "王晓明", "city": "上海", "company": "Yuntu Ltd"}


async def test_any_side_can_be_taken_for_any_field() -> None:
    app = DialogApp(ConflictDialog(FIELDS))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("home", "m", "b", "left", "ctrl+s")
        await pilot.pause()
        assert app.answer == {"name": "王小明", "city": "Berlin", "company": "云图"}


async def test_leaving_a_conflict_saves_nothing() -> None:
    app = DialogApp(ConflictDialog(FIELDS))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert app.answer is None


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES)
async def test_the_columns_of_a_conflict_are_in_line_and_the_values_stand_in_full(
    language: str, size: tuple[int, int]
) -> None:
    i18n.use(language)
    try:
        app = DialogApp(ConflictDialog([*FIELDS, ConflictField("note", "Note", "", "长" * 40, "x")]))
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            table = app.dialog.query_one(ConflictTable)
            widths = {tuple(s.cell_length for s in table.render_line(y)) for y in range(4)}
            assert len(widths) == 1
            head = app.dialog.query_one(ConflictHead).render().plain
            title = head.index(i18n.t("ui.conflict.theirs"))
            row = table.render_line(0).text
            assert cell_len(head[:title]) == cell_len(row[: row.index("王晓明")])
            assert table.size.height == len(table.fields)
            assert table.region.right <= size[0]
            await pilot.press("end")
            full = str(app.dialog.query_one("#conflict-full", Static).content)
            assert "长" * 40 in full
            assert i18n.t("ui.conflict.theirs") in full
    finally:
        i18n.use("en")


async def test_with_ascii_glyphs_nothing_of_uncertain_width_is_drawn() -> None:
    glyphs("ascii")
    try:
        app = DialogApp(ConflictDialog([ConflictField("name", "Name", "a", "b", "c")]))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            drawn = "".join(strip.text for strip in app.screen._compositor.render_strips())
            assert {c for c in drawn if unicodedata.east_asian_width(c) == "A"} <= {"·", "↑", "↓"}
            assert "+--" in drawn
    finally:
        glyphs("unicode")
