"""A form declared as data: labelled fields, errors and remarks under them, and a guard over what was entered."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from inspect import isawaitable
from typing import Any, ClassVar, Literal, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Select, Static

from icrm_tui.errors import IcrmError
from icrm_tui.i18n import t
from icrm_tui.widgets.dialogs import Dialog, button
from icrm_tui.widgets.filter import QueryLine
from icrm_tui.widgets.frame import sentence
from icrm_tui.widgets.inputs import Flag, LineInput, LongInput
from icrm_tui.widgets.text import shown, word

Values = dict[str, Any]
Faults = Mapping[str, str]  # field key → sentence; the key "" is about the whole form
Check = Callable[[Values], Faults | Awaitable[Faults]]


class FormField(NamedTuple):
    """`choices` are (value, label) of a choice; a choice that is not `required` may stay unchosen (None).

    Labels and hints are catalogue ids or plain words. A line or long field answers text, a flag True or False;
    a heading answers nothing. The dialog says what completes a query.
    """

    key: str
    label: str
    kind: Literal["line", "long", "choice", "flag", "query", "heading"] = "line"
    value: Any = ""
    choices: Sequence[tuple[str, str]] = ()
    hint: str = ""
    required: bool = False


def control(field: FormField, id: str) -> Widget:
    match field.kind:
        case "line":
            return LineInput(field.value or "", placeholder=word(field.hint), id=id)
        case "long":
            return LongInput(field.value or "", id=id)
        case "flag":
            return Flag(word(field.hint), bool(field.value), id=id)
        case "query":
            return QueryLine(field.value or "", id=id)
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
        case Input() | QueryLine():
            return widget.value
        case LongInput():
            return widget.text
        case Flag():
            return widget.value
        case Select():
            return None if widget.value is Select.NULL else widget.value
    raise TypeError(widget)


class FormDialog(Dialog[Any]):
    """Answers what `keep` makes of the values (by default those themselves), or None.

    `check` says what is wrong before that; what `keep` is refused is shown, and nothing entered is lost.
    """

    DEFAULT_CSS = """
    FormDialog {
        & > .dialog { width: 72; }
        .form-row { height: auto; }
        .form-label { width: 16; color: $text-muted; padding-right: 1; }
        .form-cell { width: 1fr; height: auto; }
        .form-heading { text-style: bold; margin-top: 1; }
        .form-fault { color: $text-error; display: none; }
        .form-note { color: $text-warning; display: none; text-wrap: nowrap; text-overflow: ellipsis; }
        .form-note.-shown { display: block; }
        .form-row.-wrong .form-fault { display: block; }
        .form-row.-wrong .form-label { color: $text-error; }
        #form-fault { color: $text-error; display: none; }
        #form-fault.-wrong { display: block; }
        Select.-textual-compact > SelectCurrent { background: $foreground 6%; }
        Select.-textual-compact:focus > SelectCurrent { background: $foreground 10%; }
    }
    """
    ACTION = "ui.save"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "save", show=False)]

    def __init__(self, title: str, fields: Sequence[FormField], check: Check | None = None) -> None:
        super().__init__(title)
        self.all = fields
        self.fields = [field for field in fields if field.kind != "heading"]
        # A key may be Chinese, an id may not.
        self._ids = {one.key: one.key if one.key.isascii() else str(n) for n, one in enumerate(self.fields)}
        self._check = check
        self._before: Values = {}
        self._saving = False

    def body(self) -> ComposeResult:
        with VerticalScroll(classes="dialog-body", can_focus=False):
            for field in self.all:
                if field.kind == "heading":
                    yield Static(word(field.label), classes="form-heading", markup=False)
                    continue
                with Horizontal(classes="form-row", id=f"row-{self._ids[field.key]}"):
                    yield Static(word(field.label), classes="form-label", markup=False)
                    with Vertical(classes="form-cell"):
                        yield control(field, f"field-{self._ids[field.key]}")
                        yield Static("", classes="form-fault", markup=False)
                        yield Static("", classes="form-note", markup=False)
        yield Static("", id="form-fault", markup=False)

    def buttons(self) -> list[Button]:
        return [button(self.ACTION, "^S", "save"), button("ui.cancel", "Esc", "cancel")]

    def on_mount(self) -> None:
        self._before = self.values()

    def field(self, key: str) -> Widget:
        return self.query_one(f"#field-{self._ids[key]}")

    def row(self, key: str) -> Widget:
        """The field with its label, faults and remarks."""
        return self.query_one(f"#row-{self._ids[key]}")

    def values(self) -> Values:
        return {field.key: value_of(self.field(field.key)) for field in self.fields}

    @property
    def unsaved(self) -> bool:
        """Whether anything was entered that closing would lose."""
        return self.values() != self._before

    def note(self, key: str, text: str) -> None:
        """A remark under a field, which hinders nothing; empty takes it away."""
        line = self.row(key).query_one(".form-note", Static)
        line.update("\n".join(shown(one) for one in text.split("\n")))
        line.set_class(bool(text), "-shown")

    async def keep(self, values: Values) -> Any:
        """Do what the form is for. None keeps it open; an IcrmError is shown and keeps it open too."""
        return values

    def blame(self, error: IcrmError) -> Faults:
        """Which field a refusal is about; a subclass may know."""
        return {"": sentence(error)}

    async def check(self, values: Values) -> Faults:
        """What is wrong, by field. A subclass may ask the store here; by default the `check` given is asked."""
        answer = self._check(values) if self._check is not None else {}
        return await answer if isawaitable(answer) else answer

    def show_faults(self, faults: Faults) -> None:
        """Each beside its field; the first one gets the focus."""
        for field in self.fields:
            row = self.row(field.key)
            row.query_one(".form-fault", Static).update(shown(faults.get(field.key, "")))
            row.set_class(field.key in faults, "-wrong")
        whole = self.query_one("#form-fault", Static)
        whole.update(shown(faults.get("", "")))
        whole.set_class("" in faults, "-wrong")
        for field in self.fields:
            if field.key in faults:
                self.field(field.key).focus()
                return

    def action_save(self) -> None:
        self._save()

    @work
    async def _save(self) -> None:
        if self._saving:  # the same key twice saves once
            return
        self._saving = True
        try:
            answer, faults = await self._kept(self.values())
        finally:
            self._saving = False
        self.show_faults(faults)
        if answer is not None and not faults:
            self.dismiss(answer)

    async def _kept(self, values: Values) -> tuple[Any, Faults]:
        missing = {one.key: t("ui.required") for one in self.fields if one.required and _blank(values[one.key])}
        faults = {**await self.check(values), **missing}
        if faults:
            return None, faults
        try:
            return await self.keep(values), {}
        except IcrmError as error:
            return None, self.blame(error)

    @on(Input.Submitted)
    @on(QueryLine.Submitted)
    def _entered(self, event: Input.Submitted | QueryLine.Submitted) -> None:
        """Enter goes to the next field, and from the last one saves."""
        event.stop()
        if event.control is self.field(self.fields[-1].key):
            self._save()
        else:
            self.focus_next()


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
