"""The filter line of a list: a query completed as it is typed, its error, its history."""

from collections.abc import Awaitable, Callable
from typing import ClassVar, Self

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from icrm_tui.i18n import t
from icrm_tui.query_parser import last_word
from icrm_tui.widgets.inputs import LineInput
from icrm_tui.widgets.text import shown

KEYS = "slash,fullwidth_solidus,ideographic_comma"  # what opens the filter: / ／ 、
PAUSE = 0.08  # seconds without a key before the query is asked
REMEMBERED = 50

Complete = Callable[[str], Awaitable[list[str]]]


class _Wrong(Highlighter):
    """Marks the part of the query that an error is about."""

    def __init__(self, line: "FilterLine") -> None:
        self.line = line

    def highlight(self, text: Text) -> None:
        if self.line.wrong is not None:
            start, length = self.line.wrong
            style = self.line.get_component_rich_style("filterline--wrong", partial=True)
            text.stylize(style, start, start + max(1, length))


class FilterLine(LineInput):
    """The input itself. Keys for the overlay and the history are its parent's."""

    DEFAULT_CSS = """
    FilterLine { width: 1fr; }
    FilterLine.-textual-compact { background: transparent; }
    FilterLine > .filterline--wrong { color: $text-error; text-style: underline; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"filterline--wrong"}

    def __init__(self) -> None:
        super().__init__(placeholder=t("ui.filter.placeholder"))
        self.wrong: tuple[int, int] | None = None
        self.highlighter = _Wrong(self)

    def action_cursor_right(self, select: bool = False) -> None:
        """→ at the end takes the completion."""
        filter = self.query_ancestor(FilterInput)
        if filter.completing and self.cursor_at_end:
            filter.action_accept()
        else:
            super().action_cursor_right(select)


class FilterInput(Vertical):
    """`complete(text)` gives what the last token of `text` may become, best first.

    Enter submits, Tab or → takes the completion, Esc closes the completions, then clears, then leaves;
    ↑ and ↓ choose among the completions, or go through the history where there are none.
    """

    DEFAULT_CSS = """
    FilterInput {
        height: auto;
        & > Horizontal { height: 1; }
        #filter-prompt { width: 3; padding: 0 1; color: $text-muted; }
        #filter-note { width: auto; color: $text-muted; padding: 0 1; }
        #filter-error { height: 1; padding: 0 3; color: $text-error; display: none; }
        &.-wrong #filter-error { display: block; }
        & > OptionList {
            display: none;
            overlay: screen;
            constrain: inside inside;
            width: auto;
            min-width: 16;
            max-width: 60;
            height: auto;
            max-height: 8;
            margin: 0 0 0 3;
            padding: 0 1 0 0;
            background: $panel;
            scrollbar-size-vertical: 1;
        }
        &.-completing > OptionList { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "accept", "key.complete", id="filter.complete"),
        Binding("up", "older", show=False),
        Binding("down", "newer", show=False),
        Binding("escape", "back", "key.back", id="filter.back"),
    ]

    class Said(Message):
        def __init__(self, filter: "FilterInput", text: str) -> None:
            super().__init__()
            self.filter = filter
            self.text = text

        @property
        def control(self) -> "FilterInput":
            return self.filter

    class Changed(Said):
        """The text has settled for a moment."""

    class Submitted(Said):
        """Enter: the text is meant as it stands."""

    class Left(Said):
        """Esc in an empty line."""

    def __init__(self, complete: Complete | None = None, id: str | None = None) -> None:
        super().__init__(id=id)
        self.complete = complete
        self.history: list[str] = []
        self._at = 0
        self._pause: Timer | None = None
        self._found: list[str] = []
        self._settled = ""
        self._accepted: str | None = None

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label("/", id="filter-prompt")
            yield FilterLine()
            yield Label("", id="filter-note", markup=False)
        yield Static("", id="filter-error", markup=False)
        options = OptionList(compact=True, markup=False)
        options.can_focus = False
        yield options

    @property
    def line(self) -> FilterLine:
        return self.query_one(FilterLine)

    @property
    def options(self) -> OptionList:
        return self.query_one(OptionList)

    @property
    def waiting(self) -> bool:
        """Whether what was typed has not settled yet."""
        return self._pause is not None

    @property
    def value(self) -> str:
        return self.line.value

    # What the owner does

    def start_with(self, text: str) -> None:
        """Text typed elsewhere was meant for here: it is appended, and what follows is typed here."""
        self.line.focus()
        self.line.cursor_position = len(self.value)
        self.line.insert_text_at_cursor(text)

    def set_value(self, text: str) -> None:
        """Another query, without asking for completions; `Changed` follows at once."""
        self._accepted = text
        self.line.value = text
        self.line.cursor_position = len(text)
        self._settle()

    def note(self, text: str) -> None:
        """What stands at the right end: how many rows there are."""
        self.query_one("#filter-note", Label).update(shown(text))

    def show_error(self, column: int, length: int, message: str) -> None:
        """`column` counts characters from 0."""
        self.line.wrong = (column, length)
        self.line.refresh()
        self.query_one("#filter-error", Static).update(shown(message))
        self.add_class("-wrong")

    def clear_error(self) -> None:
        self.line.wrong = None
        self.line.refresh()
        self.remove_class("-wrong")

    def relabel(self) -> None:
        self.line.placeholder = t("ui.filter.placeholder")

    # Typing

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.clear_error()
        if event.value != self._settled:
            self._stop()
            self._pause = self.set_timer(PAUSE, self._settle)

    def _stop(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None

    def _settle(self) -> None:
        self._stop()
        if self.value == self._settled:
            return
        self._settled = self.value
        self.post_message(self.Changed(self, self.value))
        if self.value == self._accepted or not self.value.strip():
            self._close()
        elif self.complete is not None:
            self._ask(self.value)

    @work(exclusive=True, group="filter")
    async def _ask(self, text: str) -> None:
        assert self.complete is not None
        found = await self.complete(text)
        if text == self.value and self.line.has_focus:
            self._offer([one for one in found if one != self._last_token()])

    def _last_token(self) -> str:
        return self.value[last_word(self.value)[0] :]

    def _offer(self, found: list[str]) -> None:
        options = self.options
        options.clear_options()
        options.add_options(Option(shown(one), id=str(n)) for n, one in enumerate(found))
        self._found = found
        options.highlighted = None
        self.set_class(bool(found), "-completing")
        self.refresh_bindings()

    def _close(self) -> None:
        self.remove_class("-completing")
        self.refresh_bindings()

    @property
    def completing(self) -> bool:
        return self.has_class("-completing")

    # Keys

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Tab is ours only while there is something to take."""
        return action != "accept" or self.completing

    def action_accept(self) -> None:
        self._take(self.options.highlighted or 0)

    def _take(self, place: int) -> None:
        token = self._last_token()
        text = self.value[: len(self.value) - len(token)] + self._found[place]
        self._accepted = text
        self.line.value = text
        self.line.cursor_position = len(text)
        self._close()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._take(event.option_index)
        self.line.focus()

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()

    def action_older(self) -> None:
        if self.completing:
            self.options.action_cursor_up()
        elif self._at < len(self.history):
            self._at += 1
            self.set_value(self.history[-self._at])

    def action_newer(self) -> None:
        if self.completing:
            self.options.action_cursor_down()
        elif self._at > 0:
            self._at -= 1
            self.set_value(self.history[-self._at] if self._at else "")

    def action_back(self) -> None:
        if self.completing:
            self._close()
        elif self.value:
            self.set_value("")
        else:
            self.post_message(self.Left(self, ""))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self.completing and self.options.highlighted is not None:
            self._take(self.options.highlighted)
            return
        self._close()
        self._settle()
        text = self.value.strip()
        if text and self.history[-1:] != [text]:
            self.history = [*self.history, text][-REMEMBERED:]
        self._at = 0
        self.post_message(self.Submitted(self, self.value))

    def on_descendant_blur(self, _event: events.DescendantBlur) -> None:
        self._close()


class QueryLine(FilterInput):
    """A query as a field of a form: Esc and ↑ ↓ are its own only while it has completions."""

    DEFAULT_CSS = """
    QueryLine {
        #filter-prompt { display: none; }
        #filter-error { padding: 0; height: auto; }
        FilterLine.-textual-compact { background: $foreground 6%; }
        FilterLine.-textual-compact:focus { background: $foreground 10%; background-tint: transparent; }
        & > OptionList { margin: 0; }
    }
    """

    def __init__(self, text: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.text = self._settled = self._accepted = text

    def on_mount(self) -> None:
        self.line.value = self.text

    def _offer(self, found: list[str]) -> None:
        """Nothing before a word is begun: what stands under the field is not hidden for that."""
        super()._offer(found if self._last_token() else [])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("back", "older", "newer"):
            return self.completing
        return super().check_action(action, parameters)

    def focus(self, scroll_visible: bool = True) -> Self:
        self.line.focus(scroll_visible)
        return self
