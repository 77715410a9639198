"""A form declared as data: labelled fields, errors beside them, and a guard over what was entered."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Select, Static

from icrm_tui.i18n import t
from icrm_tui.widgets.dialogs import ConfirmDialog, Dialog, button
from icrm_tui.widgets.inputs import Flag, LineInput, LongInput
from icrm_tui.widgets.text import shown, word

Values = dict[str, Any]
Faults = Mapping[str, str]  # field key → sentence; the key "" is about the whole form
Check = Callable[[Values], Faults | Awaitable[Faults]]


@dataclass(frozen=True, slots=True)
class FormField:
    """`choices` are (value, label) of a choice; a choice that is not `required` may stay unchosen (None).

    Labels and hints are catalogue ids or plain words. A line or long field answers text, a flag True or False.
    """

    key: str
    label: str
    kind: Literal["line", "long", "choice", "flag"] = "line"
    value: Any = ""
    choices: Sequence[tuple[str, str]] = ()
    hint: str = ""
    required: bool = False


def control(field: FormField) -> Widget:
    id = f"field-{field.key}"
    match field.kind:
        case "line":
            return LineInput(field.value or "", placeholder=word(field.hint), id=id)
        case "long":
            return LongInput(field.value or "", id=id)
        case "flag":
            return Flag(word(field.hint), bool(field.value), id=id)
    options = [(Content(word(label)), value) for value, label in field.choices]
    chosen = field.value if field.value in [value for value, _ in field.choices] else Select.NULL
    return Select(
        options,
        value=chosen,
        prompt=t("ui.pick"),
        allow_blank=not field.required or chosen is Select.NULL,
        compact=True,
        id=id,
    )


def value_of(widget: Widget) -> Any:
    match widget:
        case Input():
            return widget.value
        case LongInput():
            return widget.text
        case Flag():
            return widget.value
        case Select():
            return None if widget.value is Select.NULL else widget.value
    raise TypeError(widget)


class FormDialog(Dialog[Values | None]):
    """Answers the values by key, or None. `check` says what is wrong before the dialog closes."""

    DEFAULT_CSS = """
    FormDialog {
        & > .dialog { width: 72; }
        .form-row { height: auto; }
        .form-label { width: 16; color: $text-muted; padding-right: 1; }
        .form-cell { width: 1fr; height: auto; }
        .form-fault { color: $text-error; display: none; }
        .form-row.-wrong .form-fault { display: block; }
        .form-row.-wrong .form-label { color: $text-error; }
        #form-fault { color: $text-error; display: none; }
        #form-fault.-wrong { display: block; }
        Select.-textual-compact > SelectCurrent { background: $foreground 6%; }
        Select.-textual-compact:focus > SelectCurrent { background: $foreground 10%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "save", show=False, priority=True)]

    def __init__(self, title: str, fields: Sequence[FormField], check: Check | None = None) -> None:
        super().__init__(title)
        self.fields = fields
        self._check = check
        self._before: Values = {}

    def body(self) -> ComposeResult:
        with VerticalScroll(classes="dialog-body", can_focus=False):
            for field in self.fields:
                with Horizontal(classes="form-row", id=f"row-{field.key}"):
                    yield Static(word(field.label), classes="form-label", markup=False)
                    with Vertical(classes="form-cell"):
                        yield control(field)
                        yield Static("", classes="form-fault", markup=False)
        yield Static("", id="form-fault", markup=False)

    def buttons(self) -> list[Button]:
        return [button("ui.save", "^S", "save"), button("ui.cancel", "Esc", "cancel")]

    def on_mount(self) -> None:
        self._before = self.values()

    def field(self, key: str) -> Widget:
        return self.query_one(f"#field-{key}")

    def values(self) -> Values:
        return {field.key: value_of(self.field(field.key)) for field in self.fields}

    async def check(self, values: Values) -> Faults:
        """What is wrong, by field. A subclass may ask the store here; by default the `check` given is asked."""
        answer = self._check(values) if self._check is not None else {}
        return await answer if isawaitable(answer) else answer

    def show_faults(self, faults: Faults) -> None:
        """Each beside its field; the first one gets the focus."""
        for field in self.fields:
            row = self.query_one(f"#row-{field.key}")
            row.query_one(".form-fault", Static).update(shown(faults.get(field.key, "")))
            row.set_class(field.key in faults, "-wrong")
        whole = self.query_one("#form-fault", Static)
        whole.update(shown(faults.get("", "")))
        whole.set_class("" in faults, "-wrong")
        for field in self.fields:
            if field.key in faults:
                self.field(field.key).focus()
                return

    @on(Button.Pressed, "#save")
    def action_save(self) -> None:
        self._save()

    @work(exclusive=True)
    async def _save(self) -> None:
        values = self.values()
        faults = {one.key: t("ui.required") for one in self.fields if one.required and _blank(values[one.key])}
        faults = faults or dict(await self.check(values))
        self.show_faults(faults)
        if not faults:
            self.dismiss(values)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and from the last one saves."""
        event.stop()
        if event.input.id == f"field-{self.fields[-1].key}":
            self._save()
        else:
            self.focus_next()

    @on(Button.Pressed, "#cancel")
    def action_close(self) -> None:
        if self.values() == self._before:
            self.dismiss(None)
            return
        question = ConfirmDialog("ui.discard.title", "ui.discard.action", refuse="ui.discard.keep")
        self.app.push_screen(question, self._discarded)

    def _discarded(self, sure: bool | None) -> None:
        if sure:
            self.dismiss(None)


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
