"""The line of column titles over a list."""

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from icrm_tui.widgets.columns import GAP
from icrm_tui.widgets.lines import GUTTER
from icrm_tui.widgets.listing import Listing
from icrm_tui.widgets.text import cut, glyph, word


class ListHead(Widget):
    """Titles, with the mark of the sort; a click asks to sort by that column."""

    DEFAULT_CSS = """
    ListHead {
        height: 1;
        color: $text-muted;
        & > .listhead--sorted { color: $foreground; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"listhead--sorted"}
    ALLOW_SELECT = False

    class Clicked(Message):
        def __init__(self, head: "ListHead", key: str) -> None:
            super().__init__()
            self.head = head
            self.key = key

        @property
        def control(self) -> "ListHead":
            return self.head

    def __init__(self, listing: Listing, id: str | None = None) -> None:
        super().__init__(id=id)
        self.listing = listing
        listing.head = self

    def render_line(self, _y: int) -> Strip:
        plain = self.rich_style
        segments = [Segment(" " * GUTTER, plain)]
        for place, size in self.listing.shape():
            column = self.listing.columns[place]
            title, style = word(column.title), plain
            if self.listing.sort and self.listing.sort[0] == column.key:
                title += " " + glyph("down" if self.listing.sort[1] else "up")
                style = self.get_component_rich_style("listhead--sorted")
            segments.append(Segment(cut(title, size, column.align) + " " * GAP, style))
        return Strip(segments).adjust_cell_length(self.size.width, plain)

    def on_click(self, event: events.Click) -> None:
        edge = GUTTER
        for place, size in self.listing.shape():
            if edge <= event.x < edge + size + GAP:
                self.post_message(self.Clicked(self, self.listing.columns[place].key))
            edge += size + GAP
