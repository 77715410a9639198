"""Dialogs that ask one thing and answer through `dismiss`: yes or no, one of several.

Titles and labels are catalogue ids or plain words.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Button, Static

from icrm_tui.i18n import t
from icrm_tui.widgets.lines import GUTTER, Lines
from icrm_tui.widgets.text import cut, cut_to, glyph, is_ascii, shown, word

Answer = TypeVar("Answer")


def button(label: str, key: str, id: str) -> Button:
    """A button of one line that names its key."""
    return Button(Content.assemble(word(label), (f" {key}", "$foreground-muted")), compact=True, id=id)


class Dialog(ModalScreen[Answer], Generic[Answer]):
    """A calm box in the middle: title, body, buttons. Esc answers None."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 55%;
        & > .dialog {
            width: 64;
            max-width: 96%;
            height: auto;
            border: round $foreground 25%;
            background: $surface;
            padding: 0 2;
        }
        & > .-ascii { border: ascii $foreground 25%; }
        .dialog-title { text-style: bold; margin-bottom: 1; }
        .dialog-body {
            height: auto;
            scrollbar-size-vertical: 1;
            scrollbar-color: $foreground 20%;
            scrollbar-background: $surface;
        }
        .dialog-buttons { height: 1; margin-top: 1; align-horizontal: right; }
        .dialog-buttons Button { margin-left: 2; min-width: 0; padding: 0 1; background: $foreground 8%; }
        .dialog-buttons Button:focus { background: $primary 30%; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", show=False)]

    BESIDE = 9  # lines of a dialog that are not its body, and a free one

    def __init__(self, title: str) -> None:
        super().__init__()
        self.heading = title

    def on_resize(self, event: events.Resize) -> None:
        """The body scrolls where all of it has no room. Textual heeds such a limit only in cells."""
        for body in self.query(".dialog-body"):
            body.styles.max_height = max(3, event.size.height - self.BESIDE)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -ascii" if is_ascii() else "dialog"):
            yield Static(word(self.heading), classes="dialog-title", markup=False)
            yield from self.body()
            buttons = self.buttons()
            if buttons:
                with Horizontal(classes="dialog-buttons"):
                    yield from buttons

    def body(self) -> ComposeResult:
        yield from ()

    def buttons(self) -> list[Button]:
        return []

    @property
    def unsaved(self) -> bool:
        """Whether closing would lose anything that was entered."""
        return False

    @on(Button.Pressed, "#save")
    def _save_pressed(self) -> None:
        self.action_save()

    @on(Button.Pressed, "#cancel")
    def _cancel_pressed(self) -> None:
        self.action_close()

    def action_save(self) -> None:
        """Ctrl-S, or the button that names it."""

    def action_close(self) -> None:
        if not self.unsaved:
            self.dismiss(None)
            return
        question = ConfirmDialog("ui.discard.title", "ui.discard.action", refuse="ui.discard.keep")
        self.app.push_screen(question, self._discarded)

    def _discarded(self, sure: bool | None) -> None:
        if sure:
            self.dismiss(None)


class ConfirmDialog(Dialog[bool]):
    """Asks before something that concerns many rows or cannot be taken back.

    `action` is the word on the button, `consequences` one sentence each. The safe answer has the focus.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", show=False),
        Binding("n", "close", show=False),
        Binding("left,right", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "#no"

    def __init__(self, title: str, action: str, consequences: Sequence[str] = (), refuse: str = "ui.cancel") -> None:
        super().__init__(title)
        self.action = action
        self.consequences = consequences
        self.refuse = refuse

    def body(self) -> ComposeResult:
        with VerticalScroll(classes="dialog-body", can_focus=False):
            for sentence in self.consequences:
                yield Static(f"{glyph('between')} {word(sentence)}", markup=False)

    def buttons(self) -> list[Button]:
        return [button(self.action, "y", "yes"), button(self.refuse, "Esc", "no")]

    @on(Button.Pressed, "#yes")
    def action_yes(self) -> None:
        self.dismiss(True)

    @on(Button.Pressed, "#no")
    def action_close(self) -> None:
        self.dismiss(False)


class Choice(NamedTuple):
    """`key` chooses it at once; `note` stands muted at the right."""

    value: str
    label: str
    key: str = ""
    note: str = ""


class ChoiceList(Lines):
    """Choices under one another; Enter or a click says `Chosen`."""

    DEFAULT_CSS = "ChoiceList { height: auto; scrollbar-gutter: auto; }"

    class Chosen(Message):
        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    def __init__(self, choices: Sequence[Choice] = (), id: str | None = None) -> None:
        super().__init__(id=id, classes="dialog-body")
        self.choices = choices

    def on_mount(self) -> None:
        self.length(len(self.choices))

    def show(self, choices: Sequence[Choice], keep: bool = False) -> None:
        """Other choices; the cursor goes to the first, or with `keep` stays on its own."""
        before = self.chosen.value if keep and self.chosen else None
        self.choices = choices
        self.length(len(choices))
        self.cursor = next((n for n, one in enumerate(choices) if one.value == before), 0)
        self.into_sight()
        self.refresh(layout=True)

    @property
    def chosen(self) -> Choice | None:
        """The one under the cursor."""
        return self.choices[self.cursor] if self.cursor < len(self.choices) else None

    def on_click(self, event: events.Click) -> None:
        if event.chain == 1 and self.selectable(event.y + self.scroll_offset.y):
            self.call_after_refresh(self.action_open)

    def action_open(self) -> None:
        if self.chosen is not None:
            self.post_message(self.Chosen(self.chosen.value))

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        if index >= self.total:
            return self.draw_plain("", "row")
        choice = self.choices[index]
        keys = max(cell_len(one.key) for one in self.choices)
        note = cut_to(shown(choice.note), self.width // 2)
        room = self.width - GUTTER - (keys + 2 if keys else 0) - cell_len(note) - 2
        cells = [(cut(choice.key, keys) + "  ", "accent")] if keys else []
        cells += [(cut(word(choice.label), room) + " ", ""), (note + " ", "muted")]
        return self.draw(cells, index == self.cursor)


class ChoiceDialog(Dialog[str | None]):
    """One of several; also the overlay of all places. `also` are further keys and what they answer."""

    def __init__(
        self, title: str, choices: Sequence[Choice], current: str = "", also: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(title)
        self.choices = choices
        self.current = current
        self.keys = {choice.key: choice.value for choice in choices if choice.key} | dict(also or {})

    def body(self) -> ComposeResult:
        yield ChoiceList(self.choices)

    def on_mount(self) -> None:
        at = next((n for n, one in enumerate(self.choices) if one.value == self.current), 0)
        self.query_one(ChoiceList).cursor = at

    @on(ChoiceList.Chosen)
    def _chosen(self, event: ChoiceList.Chosen) -> None:
        self.dismiss(event.value)

    def on_key(self, event: events.Key) -> None:
        value = self.keys.get(event.character or "")
        if value is not None:
            event.stop()
            self.dismiss(value)


class ConflictField(NamedTuple):
    """One field as it was when the edit began, as it stands now, and as the user wants it."""

    key: str
    label: str
    base: str
    theirs: str
    mine: str

    @property
    def clear(self) -> str:
        """The side to take where only one changed it, else nothing."""
        if self.mine == self.theirs or self.theirs == self.base:
            return "mine"
        return "theirs" if self.mine == self.base else ""


class ConflictTable(Lines):
    """Fields with a value for each side, one of which is taken; a field names its values as the sides are named."""

    SIDES: ClassVar[tuple[str, ...]] = ("base", "theirs", "mine")
    DEFAULT_CSS = "ConflictTable { height: auto; scrollbar-gutter: auto; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "take('base')", show=False),
        Binding("t", "take('theirs')", show=False),
        Binding("m", "take('mine')", show=False),
        Binding("left", "aside(-1)", show=False),
        Binding("right", "aside(1)", show=False),
    ]

    def __init__(self, fields: Sequence[Any]) -> None:
        super().__init__(classes="dialog-body")
        self.fields = fields
        self.taken = {field.key: field.clear for field in fields}

    def on_mount(self) -> None:
        self.length(len(self.fields))
        self.to_undecided()

    def to_undecided(self) -> bool:
        """Put the cursor on a field that has no side yet, if there is one."""
        for place, field in enumerate(self.fields):
            if not self.taken[field.key]:
                self.select(place)
                return True
        return False

    def action_take(self, side: str) -> None:
        self.taken[self.fields[self.cursor].key] = side
        self.refresh()
        self.action_move(1)

    def action_aside(self, step: int) -> None:
        key = self.fields[self.cursor].key
        at = self.SIDES.index(self.taken[key]) if self.taken[key] else 1
        self.taken[key] = self.SIDES[max(0, min(at + step, len(self.SIDES) - 1))]
        self.refresh()

    def moved(self) -> None:
        if isinstance(self.screen, ConflictDialog):
            self.screen.explain(self.fields[self.cursor])

    def widths(self) -> tuple[int, int]:
        """Of the labels, and of each side with its mark."""
        labels = min(14, max(cell_len(word(field.label)) for field in self.fields))
        return labels, max(4, (self.width - GUTTER - labels - 2) // len(self.SIDES))

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        if index >= self.total:
            return self.draw_plain("", "row")
        field = self.fields[index]
        taken = self.taken[field.key]
        labels, side = self.widths()
        cells = [(cut(word(field.label), labels) + "  ", "muted" if taken else "warning")]
        for name in self.SIDES:
            mark = glyph("chosen" if taken == name else "free")
            value = shown(getattr(field, name)) or glyph("rule")
            cells.append((f"{mark} {cut(value, side - 3)} ", "strong" if taken == name else "muted"))
        return self.draw(cells, index == self.cursor)


class ConflictHead(Widget):
    """The titles over the table, in line with its columns."""

    DEFAULT_CSS = "ConflictHead { height: 1; color: $text-muted; }"

    def __init__(self, table: ConflictTable) -> None:
        super().__init__()
        self.table = table

    def render(self) -> Content:
        labels, side = self.table.widths()
        titles = "".join(cut("  " + t(f"ui.conflict.{name}"), side) for name in self.table.SIDES)
        return Content(" " * GUTTER + cut(t("ui.conflict.field"), labels) + "  " + titles)


class ConflictDialog(Dialog[dict[str, str] | None]):
    """Somebody changed the row meanwhile: a side for each field; answers the values to save.

    Where only one side changed a field it is taken; where both did, the user must choose.
    """

    DEFAULT_CSS = """
    ConflictDialog > .dialog { width: 96; }
    ConflictDialog #conflict-full { height: auto; max-height: 6; margin-top: 1; }
    ConflictDialog #conflict-hint { color: $text-muted; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "save", show=False)]

    HINT = "ui.conflict.hint"
    BESIDE = 16

    def __init__(self, fields: Sequence[Any], title: str = "ui.conflict.title") -> None:
        super().__init__(title)
        self.table = self.made(fields)

    def made(self, fields: Sequence[Any]) -> ConflictTable:
        return ConflictTable(fields)

    def body(self) -> ComposeResult:
        yield ConflictHead(self.table)
        yield self.table
        yield Static("", id="conflict-full", markup=False)
        yield Static(t(self.HINT), id="conflict-hint", markup=False)

    def buttons(self) -> list[Button]:
        return [button("ui.save", "^S", "save"), button("ui.cancel", "Esc", "cancel")]

    def on_mount(self) -> None:
        self.explain(self.table.fields[self.table.cursor])

    def explain(self, field: Any) -> None:
        """The values in full, for the columns may have cut them."""
        lines: list[Content] = []
        titles = {name: t(f"ui.conflict.{name}") for name in self.table.SIDES}
        width = max(cell_len(title) for title in titles.values()) + 2
        for name, title in titles.items():
            value = shown(getattr(field, name)) or glyph("rule")
            lines.append(Content.assemble((cut(title, width), "$foreground-muted"), value))
        self.query_one("#conflict-full", Static).update(Content("\n").join(lines))

    def action_save(self) -> None:
        if self.table.to_undecided():
            self.table.focus()
            self.app.bell()
            return
        self.dismiss({one.key: getattr(one, self.table.taken[one.key]) for one in self.table.fields})
