"""Textual's fields for text, drawing what would act on the terminal as pictures; the value stays as it is."""

from typing import Any

from rich.cells import cell_len
from rich.text import Text
from textual.content import Content
from textual.widgets import Checkbox, Input, TextArea

from icrm_tui.text import visible


class LineInput(Input):
    """A compact line of text. Focus does not select it all, so a first letter typed elsewhere is kept."""

    DEFAULT_CSS = """
    LineInput.-textual-compact { background: $foreground 6%; }
    LineInput.-textual-compact:focus { background: $foreground 10%; background-tint: transparent; }
    """

    def __init__(self, value: str = "", **options: Any) -> None:
        super().__init__(value, compact=True, select_on_focus=False, **options)

    @property
    def _value(self) -> Text:
        text = Text(visible(self.value), no_wrap=True, overflow="ignore", end="")
        return self.highlighter(text) if self.highlighter is not None else text

    def _position_to_cell(self, position: int) -> int:
        return cell_len(visible(self.value[:position]))


class LongInput(TextArea):
    """A few lines of text; Tab goes to the next field."""

    DEFAULT_CSS = """
    LongInput.-textual-compact { background: $foreground 6%; height: 4; padding: 0; scrollbar-size-vertical: 1; }
    LongInput.-textual-compact:focus { background: $foreground 10%; background-tint: transparent; }
    """

    def __init__(self, text: str = "", **options: Any) -> None:
        super().__init__(text, compact=True, tab_behavior="focus", highlight_cursor_line=False, **options)

    def get_line(self, line_index: int) -> Text:
        return Text(visible(self.document.get_line(line_index)), end="", no_wrap=True)


class Flag(Checkbox):
    """A yes or no that shows which without relying on colour."""

    DEFAULT_CSS = """
    Flag.-textual-compact, Flag.-textual-compact:focus { width: 1fr; background: transparent; }
    """

    def __init__(self, label: str, value: bool = False, **options: Any) -> None:
        super().__init__(Content(label), value, compact=True, **options)

    @property
    def _button(self) -> Content:
        return Content("[x]" if self.value else "[ ]")
