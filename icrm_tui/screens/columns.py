"""Which columns a list shows, and in what order."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button, Static

from icrm_tui.i18n import has, t
from icrm_tui.widgets.dialogs import Choice, ChoiceList, Dialog, button
from icrm_tui.widgets.text import glyph, word


class ColumnsDialog(Dialog[tuple[str, ...] | None]):
    """Answers the words of the columns chosen, in their order; space or Enter takes one in or out."""

    DEFAULT_CSS = """
    ColumnsDialog #columns-hint { color: $foreground-muted; margin-top: 1; }
    """
    BESIDE = 11
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "take", show=False),
        Binding("less_than_sign,left", "move(-1)", show=False),
        Binding("greater_than_sign,right", "move(1)", show=False),
        Binding("ctrl+s", "save", show=False),
    ]

    def __init__(self, words: Sequence[str], shown: Sequence[str], named: Mapping[str, str]) -> None:
        super().__init__("key.columns")
        self.named = named
        self.before = tuple(shown)
        self.words = [*shown, *(word for word in words if word not in shown)]
        self.taken = set(shown)

    def body(self) -> ComposeResult:
        yield ChoiceList(self._choices())
        yield Static(t("form.columns.hint"), id="columns-hint", markup=False)

    def buttons(self) -> list[Button]:
        return [button("ui.save", "^S", "save"), button("ui.cancel", "Esc", "cancel")]

    def _choices(self) -> list[Choice]:
        return [
            Choice(one, f"{glyph('chosen' if one in self.taken else 'free')} {self._title(one)}") for one in self.words
        ]

    def _title(self, field: str) -> str:
        return self.named.get(field) or (word(f"field.{field}") if has(f"field.{field}") else field)

    @property
    def list(self) -> ChoiceList:
        return self.query_one(ChoiceList)

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(one for one in self.words if one in self.taken)

    @property
    def unsaved(self) -> bool:
        return self.chosen != self.before

    @on(ChoiceList.Chosen)
    def _chosen(self, event: ChoiceList.Chosen) -> None:
        self.taken ^= {event.value}
        self.list.show(self._choices(), keep=True)

    def action_take(self) -> None:
        self.list.action_open()

    def action_move(self, by: int) -> None:
        """The column under the cursor further to the left or right."""
        at = self.list.cursor
        to = at + by
        if 0 <= to < len(self.words):
            self.words[at], self.words[to] = self.words[to], self.words[at]
            self.list.show(self._choices(), keep=True)

    def action_save(self) -> None:
        if self.taken:
            self.dismiss(self.chosen)
        else:
            self.app.bell()
