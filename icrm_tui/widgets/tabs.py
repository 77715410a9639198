"""A few views of one place in one line: the current one in bold, the rest muted."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from icrm_tui.widgets.text import shown, word


class Tabs(Widget):
    """`tabs` are (key, catalogue id); a number beside a name tells how many there are.

    `key`, at the end, is what goes to the next one.
    """

    DEFAULT_CSS = "Tabs { height: 1; padding: 0 2; }"
    ALLOW_SELECT = False

    class Chosen(Message):
        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, tabs: Sequence[tuple[str, str]], key: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.key = key
        self.tabs = tuple(tabs)
        self.counts: dict[str, int] = {}
        self._current = self.tabs[0][0]

    @property
    def current(self) -> str:
        return self._current

    @current.setter
    def current(self, tab: str) -> None:
        self._current = tab
        self.refresh()

    def show_count(self, tab: str, n: int) -> None:
        self.counts[tab] = n
        self.refresh()

    def step(self, by: int) -> str:
        """The key of the tab `by` places on, round the ends."""
        keys = [key for key, _title in self.tabs]
        return keys[(keys.index(self.current) + by) % len(keys)]

    def _labels(self) -> list[tuple[str, str]]:
        return [
            (key, f"{word(title)} {self.counts[key]}" if self.counts.get(key) else word(title))
            for key, title in self.tabs
        ]

    def render(self) -> Content:
        parts: list[Content | str | tuple[str, str]] = []
        for place, (key, label) in enumerate(self._labels()):
            parts.append("   " if place else "")
            parts.append((shown(label), "bold $text-primary" if key == self.current else "$foreground-muted"))
        if self.key:
            parts.append((f"   {self.key}", "$text-disabled"))
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        edge = self.styles.padding.left
        for key, label in self._labels():
            if edge <= event.x < edge + cell_len(label):
                self.post_message(self.Chosen(key))
            edge += cell_len(label) + 3
