"""A line to type in and what it finds, one of which is chosen: people, commands, zones, countries."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Input, Static

from icrm_tui.i18n import t
from icrm_tui.text import plain
from icrm_tui.widgets.dialogs import Choice, ChoiceList, Dialog
from icrm_tui.widgets.inputs import LineInput
from icrm_tui.widgets.text import shown, word

PAUSE = 0.06  # seconds without a key before it is asked

Ask = Callable[[str], Awaitable[Sequence[Choice]]]


class Found(ChoiceList):
    """What was found; its keys work while the line above is typed in."""

    can_focus = False

    @property
    def lit(self) -> bool:
        return True


class Finder(Dialog[Any]):
    """Answers the value chosen. `ask(text)` gives the choices, best first; the keys of the list work while typing."""

    DEFAULT_CSS = """
    Finder {
        align: center top;
        & > .dialog { width: 76; margin-top: 2; }
        #finder-note { color: $foreground-muted; padding: 0 3; height: 1; }
        & Found.dialog-body { height: 12; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "list('action_move', -1)", show=False),
        Binding("down", "list('action_move', 1)", show=False),
        Binding("pageup", "list('action_page', -1)", show=False),
        Binding("pagedown", "list('action_page', 1)", show=False),
    ]
    AUTO_FOCUS = "#finder-line"
    BESIDE = 12

    def __init__(self, title: str, ask: Ask, hint: str = "", text: str = "") -> None:
        super().__init__(title)
        self.asked = ask
        self.hint = hint
        self.text = text
        self._pause: Timer | None = None
        self._shown_for: str | None = None
        self._hurried = False

    def body(self) -> ComposeResult:
        yield LineInput(self.text, placeholder=word(self.hint), id="finder-line")
        yield Found(id="finder-list")
        yield Static("", id="finder-note", markup=False)

    def on_mount(self) -> None:
        self._ask(self.text)

    @property
    def list(self) -> Found:
        return self.query_one(Found)

    @property
    def waiting(self) -> bool:
        """Whether what was typed has not been looked for yet."""
        return self._shown_for != self.value

    @property
    def value(self) -> str:
        return self.query_one("#finder-line", Input).value

    def note(self, text: str) -> None:
        """One line under what was found."""
        self.query_one("#finder-note", Static).update(shown(text))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, lambda: self._ask(event.value))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_choose()

    @work(exclusive=True, group="finder")
    async def _ask(self, text: str) -> None:
        found = await self.asked(text)
        if text != self.value:
            return
        self._shown_for = text
        self.list.show(found)
        self.found(text, found)
        if self._hurried:
            self.action_choose()

    def found(self, text: str, found: Sequence[Choice]) -> None:
        """What stands under the list; a subclass says more."""
        self.note(t("find.nothing") if text.strip() and not found else "")

    def action_list(self, action: str, by: int) -> None:
        getattr(self.list, action)(by)

    def action_choose(self) -> None:
        """Take the one under the cursor; of what was typed a moment ago, once it is found."""
        self._hurried = self._shown_for != self.value
        if not self._hurried:
            self.list.action_open()

    @on(ChoiceList.Chosen)
    def _chosen(self, event: ChoiceList.Chosen) -> None:
        self.dismiss(event.value)


def among(choices: Sequence[Choice]) -> Ask:
    """Those whose words hold everything typed, as they stand; for lists short enough to be all there."""
    keys = [plain(f"{word(one.label)} {one.note} {one.value}") for one in choices]

    async def ask(text: str) -> Sequence[Choice]:
        words = plain(text).split()
        return [one for one, key in zip(choices, keys, strict=True) if all(part in key for part in words)]

    return ask
