"""Lines under a cursor, drawn one at a time: what lists, timelines and comparisons have in common."""

from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from icrm_tui.widgets.text import cut, glyph

TONES = ("muted", "strong", "accent", "success", "warning", "error")
PARTS = ("row", "cursor", "blurred", "bar", "mark", "heading", "wait", *TONES)
GUTTER = 3  # cursor bar, mark, space


class Lines(ScrollView, can_focus=True):
    """`total` lines with a cursor on one of them. Subclasses draw in `render_line`.

    The wheel leaves the cursor alone; the cursor comes back into sight when it moves.
    """

    DEFAULT_CSS = """
    Lines {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        scrollbar-color: $foreground 20%;
        scrollbar-background: $background;
        & > .lines--row { color: $foreground; }
        & > .lines--cursor { background: $primary 18%; }
        & > .lines--blurred { background: $foreground 7%; }
        & > .lines--bar { color: $primary; }
        & > .lines--mark { color: $accent; }
        & > .lines--heading { color: $text-muted; text-style: bold; }
        & > .lines--wait { color: $text-disabled; }
        & > .lines--muted { color: $text-muted; }
        & > .lines--strong { text-style: bold; }
        & > .lines--accent { color: $text-accent; }
        & > .lines--success { color: $text-success; }
        & > .lines--warning { color: $text-warning; }
        & > .lines--error { color: $text-error; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{part}" for part in PARTS}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "key.open", id="list.open"),
        Binding("up,k", "move(-1)", "key.up", id="list.up", show=False),
        Binding("down,j", "move(1)", "key.down", id="list.down", show=False),
        Binding("pageup", "page(-1)", "key.page-up", id="list.page-up", show=False),
        Binding("pagedown", "page(1)", "key.page-down", id="list.page-down", show=False),
        Binding("ctrl+u", "page(-0.5)", "key.half-up", id="list.half-up", show=False),
        Binding("ctrl+d", "page(0.5)", "key.half-down", id="list.half-down", show=False),
        Binding("home", "first", "key.first", id="list.first", show=False),
        Binding("end,G", "last", "key.last", id="list.last", show=False),
    ]
    ALLOW_SELECT = False

    def __init__(self, id: str | None = None, classes: str | None = None) -> None:
        self._styles_drawn: dict[tuple[str, str], Style] = {}
        super().__init__(id=id, classes=classes)
        self.total = 0
        self.cursor = 0

    @property
    def width(self) -> int:
        """Cells a line has, the scrollbar left out."""
        return self.scrollable_content_region.width

    def selectable(self, index: int) -> bool:
        """Whether the cursor may stand on the line."""
        return 0 <= index < self.total

    def moved(self) -> None:
        """The cursor moved; a subclass tells whom it concerns."""

    def action_open(self) -> None:
        """Enter, or a double click."""

    def select(self, index: int) -> None:
        """Put the cursor on a line and bring it into sight."""
        if self.total:
            self.cursor = max(0, min(index, self.total - 1))
            self.into_sight()
            self.moved()
            self.refresh()

    def length(self, total: int) -> None:
        """There are so many lines now; the cursor stays among them."""
        self.total = total
        self.cursor = max(0, min(self.cursor, total - 1))
        self.virtual_size = Size(self.width, total)
        if self.scroll_offset.y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False)

    def into_sight(self) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)

    def action_move(self, step: int) -> None:
        at = self.cursor + step
        while 0 <= at < self.total and not self.selectable(at):
            at += step
        if 0 <= at < self.total:
            self.select(at)
        else:
            self.scroll_to(y=0 if step < 0 else self.max_scroll_y, animate=False)

    def action_page(self, pages: float) -> None:
        self.select_near(self.cursor + round(pages * max(2, self.size.height)), 1 if pages > 0 else -1)

    def action_first(self) -> None:
        self.select_near(0, 1)
        if self.cursor < self.size.height:
            self.scroll_to(y=0, animate=False)

    def action_last(self) -> None:
        self.select_near(self.total - 1, -1)

    def select_near(self, index: int, step: int) -> None:
        """The line at `index`, or the next one in the direction of `step` that can be selected, or back."""
        index = max(0, min(index, self.total - 1))
        for way in (step, -step):
            at = index
            while 0 <= at < self.total and not self.selectable(at):
                at += way
            if 0 <= at < self.total:
                self.select(at)
                return

    def on_resize(self) -> None:
        self.length(self.total)
        self.into_sight()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if self.selectable(index):
            self.select(index)
            if event.chain == 2:
                self.action_open()

    def style(self, ground: str, tone: str = "") -> Style:
        """The colour and weight of `tone` on the background of `ground`."""
        found = self._styles_drawn.get((ground, tone))
        if found is None:
            found = self.get_component_rich_style(f"lines--{ground}")
            if tone:
                over = self.get_component_rich_style(f"lines--{tone}")
                found += Style(color=over.color, bold=over.bold)
            self._styles_drawn[ground, tone] = found
        return found

    def notify_style_update(self) -> None:
        self._styles_drawn.clear()
        super().notify_style_update()

    @property
    def lit(self) -> bool:
        """Whether its cursor is the one the keys move."""
        return self.has_focus

    def draw(self, cells: Iterable[tuple[str, str]], current: bool, mark: str = " ") -> Strip:
        """A line of (text, tone), one segment each, so that wide characters cannot push their neighbours."""
        ground = ("cursor" if self.lit else "blurred") if current else "row"
        segments = [
            Segment(glyph("bar") if current else " ", self.style(ground, "bar")),
            Segment(mark + " ", self.style(ground, "mark")),
        ]
        segments += [Segment(text, self.style(ground, tone)) for text, tone in cells]
        return Strip(segments).adjust_cell_length(self.width, self.style(ground))

    def draw_plain(self, text: str, part: str) -> Strip:
        """A line that is not a row: a heading, a marker of waiting, or nothing."""
        return Strip([Segment(cut(text, self.width), self.style(part))])
