from typing import Any

import pytest
from textual.app import App
from textual.widgets import Static

from icrm_tui import i18n
from icrm_tui.widgets.dialogs import ConfirmDialog
from icrm_tui.widgets.forms import FormDialog, FormField, Values

FIELDS = [
    FormField("name", "Name", required=True),
    FormField("email", "E-mail", value="wei@example.com"),
    FormField("channel", "Channel", "choice", choices=[("wechat", "微信"), ("phone", "Phone")]),
    FormField("vip", "VIP", "flag", hint="counts as a key customer"),
    FormField("note", "Note", "long", value="first\nsecond"),
]


def no_at_sign(values: Values) -> dict[str, str]:
    return {} if "@" in values["email"] else {"email": "An e-mail address has an @."}


class FormApp(App[None]):
    answer: Any = "nothing yet"

    def __init__(self, fields: list[FormField] = FIELDS) -> None:
        super().__init__()
        self.dialog = FormDialog("New contact", fields, no_at_sign)

    def on_mount(self) -> None:
        self.push_screen(self.dialog, self.keep)

    def keep(self, answer: Any) -> None:
        self.answer = answer

    def fault(self, key: str) -> str:
        row = self.dialog.query_one(f"#row-{key}")
        return str(row.query_one(".form-fault", Static).content) if row.has_class("-wrong") else ""


async def test_a_form_answers_its_values_by_key() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*"张伟", "tab", "tab", "enter", "down", "enter", "tab", "space", "ctrl+s")
        await pilot.pause()
        await pilot.pause()
        assert app.answer == {
            "name": "张伟",
            "email": "wei@example.com",
            "channel": "wechat",
            "vip": True,
            "note": "first\nsecond",
        }


async def test_what_is_wrong_stands_beside_its_field_and_the_first_gets_the_focus() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.fault("name") == i18n.t("ui.required")
        await pilot.press("W", "tab", "home", "shift+end", "delete", "x", "ctrl+s")
        await pilot.pause()
        assert app.fault("name") == ""
        assert app.fault("email") == "An e-mail address has an @."
        assert app.focused is app.dialog.field("email")
        assert app.answer == "nothing yet"


async def test_enter_goes_from_field_to_field() -> None:
    app = FormApp(FIELDS[:2])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("W", "enter")
        assert app.focused is app.dialog.field("email")
        await pilot.press("enter")
        await pilot.pause()
        assert app.answer == {"name": "W", "email": "wei@example.com"}


async def test_escape_leaves_an_untouched_form_at_once() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert app.answer is None


async def test_escape_asks_before_it_discards_what_was_entered() -> None:
    app = FormApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("W", "escape")
        await pilot.pause()
        assert isinstance(app.screen, ConfirmDialog)
        await pilot.press("n")
        await pilot.pause()
        assert app.screen is app.dialog
        assert app.dialog.values()["name"] == "W"
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert app.answer is None


@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_a_long_form_scrolls_to_the_field_in_focus_at_80_by_24(language: str) -> None:
    i18n.use(language)
    try:
        fields = [FormField(f"f{n}", f"字段 {n}") for n in range(40)]
        app = FormApp([*fields, FormField("email", "E-mail", value="a@b")])
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            box = app.dialog.query_one(".dialog").region
            assert (box.y >= 0, box.bottom <= 24) == (True, True)
            assert app.dialog.query_one("#save").region.bottom < box.bottom
            await pilot.press(*["tab"] * 30)
            await pilot.pause()
            body = app.dialog.query_one(".dialog-body").region
            assert app.focused is app.dialog.field("f30")
            assert body.contains_region(app.dialog.field("f30").region)
    finally:
        i18n.use("en")


async def test_a_stored_value_cannot_act_while_it_is_edited() -> None:
    app = FormApp(
        [FormField("email", "E-mail", value="\x1b[2J@"), FormField("note", "N", "long", value="\x1b]0;x\x07")]
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        drawn = app.export_screenshot()
        assert "\x1b" not in drawn
        assert "␛]0;x␇" in drawn.replace("&#160;", " ")
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.answer == {"email": "\x1b[2J@", "note": "\x1b]0;x\x07"}
