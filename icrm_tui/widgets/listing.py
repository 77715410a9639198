"""A list of any length that draws only its visible lines from a small cache of blocks.

The owner answers `BlockWanted` with `fill`; the list never asks a store itself.
"""

from array import array
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from icrm_tui.widgets.blocks import BLOCK, Blocks, Cell, Row
from icrm_tui.widgets.columns import GAP, ListColumn, fit
from icrm_tui.widgets.lines import GUTTER, Lines
from icrm_tui.widgets.text import cell, glyph, shown

PATIENCE = 0.1  # seconds before a line says that it is waiting


class Listing(Lines):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "key.mark", id="list.mark", show=False),
        Binding("V", "mark_all", "key.mark-all", id="list.mark-all", show=False),
        Binding("left", "shift(-1)", "key.columns-left", id="list.left", show=False),
        Binding("right", "shift(1)", "key.columns-right", id="list.right", show=False),
    ]

    class Said(Message):
        def __init__(self, listing: "Listing") -> None:
            super().__init__()
            self.listing = listing

        @property
        def control(self) -> "Listing":
            return self.listing

    class BlockWanted(Said):
        """Rows `first` … `first + count - 1` are needed: answer with `fill(generation, first, rows)`.

        Each names all that is missing now, so an unanswered earlier one may be dropped.
        """

        def __init__(self, listing: "Listing", generation: int, first: int, count: int) -> None:
            super().__init__(listing)
            self.generation = generation
            self.first = first
            self.count = count

    class IdsWanted(Said):
        """All rows are to be marked, and their ids are not known: answer with `set_ids`."""

    class Highlighted(Said):
        """The cursor stands on another row, or the row under it has come (`row` is None until then)."""

        def __init__(self, listing: "Listing", index: int, row: Row | None) -> None:
            super().__init__(listing)
            self.index = index
            self.row = row

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Listing.Highlighted)

    class Opened(Said):
        def __init__(self, listing: "Listing", index: int, row: Row) -> None:
            super().__init__(listing)
            self.index = index
            self.row = row

    class Marked(Said):
        """The set `listing.marks` changed."""

    class Typed(Said):
        """Text was typed or pasted that no key is bound to: the start of a filter."""

        def __init__(self, listing: "Listing", text: str) -> None:
            super().__init__(listing)
            self.text = text

    def __init__(self, *columns: ListColumn, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.columns: tuple[ListColumn, ...] = columns
        self.sort: tuple[str, bool] | None = None
        self.generation = 0
        self.shift = 0
        self.marks: set[int] = set()
        self.head: Widget | None = None
        self._ids: array[int] | Sequence[int] | None = None
        self._blocks = Blocks()
        self._stale = False
        self._keep: int | None = None
        self._left: int | None = None
        self._wanted: tuple[int, int, int] | None = None
        self._waiting = False
        self._patience: Timer | None = None
        self._marking_all = False
        self._told: tuple[int, Row | None] | None = None

    # What the owner tells

    def reload(self, keep: bool = True) -> int:
        """Ask for all rows anew; those shown stay until the new ones come. Returns the generation to fill.

        `keep` follows the row under the cursor to its new place; otherwise the cursor goes to the top
        and the marks go.
        """
        self.generation += 1
        self._stale = True
        self._wanted = self._ids = self._told = None
        self._keep = self.row.id if keep and self.row and self.row.id != self._left else None
        if not keep:
            self.cursor = 0
            self.clear_marks()
            self.scroll_to(y=0, animate=False)
        self._want()
        return self.generation

    def leave(self) -> None:
        """The row under the cursor is done with: wherever it goes, the cursor stays, and what comes there is next."""
        self._left = self.row.id if self.row else None
        self._keep = None  # nor is it followed by a reading that is on its way

    def set_total(self, total: int) -> None:
        self.length(total)
        if total == 0:
            self._blocks.clear()
        self._want()
        self._tell()
        self.refresh()

    def set_ids(self, ids: "array[int] | Sequence[int]") -> None:
        """The ids of all rows in order: the cursor then finds its row wherever it went, and V marks all."""
        self._ids = ids
        self.set_total(len(ids))
        if not self._stale:
            self._follow_by_id()
        if self._marking_all:
            self._marking_all = False
            self.action_mark_all()

    def fill(self, generation: int, first: int, rows: Sequence[Row]) -> None:
        """Rows in answer to `BlockWanted`; a block that is not full ends the list.

        Those of an earlier generation are dropped.
        """
        if generation != self.generation:
            return
        fresh, self._stale = self._stale, False
        if fresh:
            self._blocks.clear()
        self._blocks.put(first, rows)
        end = first + len(rows)
        if end > self.total or len(rows) % BLOCK or not rows:
            self.length(end)
        self._wanted = None
        self._settle()
        if fresh:
            self._follow_among(first, rows)
        self._want()
        self._tell()
        self.refresh()

    def set_columns(self, *columns: ListColumn) -> None:
        """Other columns; call `reload` after, for the rows have other cells."""
        self.columns = columns
        self.shift = 0
        self._blocks.clear()
        self._laid_out()

    def set_sort(self, key: str, descending: bool = False) -> None:
        """The mark in the head; the order itself is the owner's."""
        self.sort = (key, descending)
        self._laid_out()

    def clear_marks(self) -> None:
        if self.marks:
            self.marks = set()
            self._marks_changed()

    @property
    def row(self) -> Row | None:
        """The row under the cursor, once it is there."""
        row = self.row_at(self.cursor)
        return row if row and not row.heading else None

    def row_at(self, index: int) -> Row | None:
        return self._blocks.row(index)

    # Blocks

    def _want(self) -> None:
        """Ask for what is missing of the rows in sight and half a screen around them."""
        height = max(1, self.size.height)
        top = self.scroll_offset.y
        low, last = max(0, top - height // 2), top + height + height // 2
        if not self._stale:
            last = min(last, self.total - 1)
        if last < low:
            return
        missing = self._blocks.missing(low // BLOCK, last // BLOCK)
        if self._stale:
            missing = [low // BLOCK, last // BLOCK]
        if not missing:
            return
        first = missing[0] * BLOCK
        count = (missing[-1] + 1) * BLOCK - first
        if self._wanted != (self.generation, first, count):
            self._wanted = (self.generation, first, count)
            self.post_message(self.BlockWanted(self, self.generation, first, count))
        if self._patience is None and not self._waiting:
            self._patience = self.set_timer(PATIENCE, self._impatient)

    def _impatient(self) -> None:
        self._patience = None
        self._waiting = self._wanted is not None
        self.refresh()

    def _settle(self) -> None:
        self._waiting = False
        if self._patience is not None:
            self._patience.stop()
            self._patience = None

    # Keeping the place over a reload

    def _follow_among(self, first: int, rows: Sequence[Row]) -> None:
        """Find the kept row where it most likely is: among those just read."""
        place = next((at for at, row in enumerate(rows) if row.id == self._keep and not row.heading), None)
        if self._keep is not None and place is not None:
            self._follow(first + place)
        elif self._ids is not None:
            self._follow_by_id()
        if not self.selectable(self.cursor):
            self.select_near(self.cursor, 1)

    def _follow_by_id(self) -> None:
        if self._keep is not None and self._ids is not None and self._keep in self._ids:
            self._follow(self._ids.index(self._keep))
        self._keep = None

    def _follow(self, index: int) -> None:
        """The row under the cursor moved to `index`: it stays on its line of the screen."""
        moved = index - self.cursor
        self._keep = None
        self.cursor = index
        if moved:
            self.scroll_to(y=self.scroll_offset.y + moved, animate=False)
            self._tell()

    # Keys and mouse

    def selectable(self, index: int) -> bool:
        row = self.row_at(index)
        return 0 <= index < self.total and not (row and row.heading)

    def moved(self) -> None:
        self._left = None
        if self._stale:
            self._keep = self.row.id if self.row else None
        else:
            self._keep = None
        self._want()
        self._tell()

    def action_shift(self, step: int) -> None:
        """Bring the columns that did not fit into view; the first one always stays."""
        shift = self.shift + step
        if shift < 0 or (step > 0 and self.shape()[-1][0] == len(self.columns) - 1):
            return
        self.shift = shift
        self._laid_out()

    def action_open(self) -> None:
        if self.row is not None:
            self.post_message(self.Opened(self, self.cursor, self.row))

    def action_mark(self) -> None:
        if self.row is not None:
            self.marks ^= {self.row.id}
            self._marks_changed()
            self.action_move(1)

    def action_mark_all(self) -> None:
        """Mark every row of the list, not only those in sight; unmark them if all are marked."""
        if self._ids is None:
            self._marking_all = True
            self.post_message(self.IdsWanted(self))
            return
        everything = set(self._ids)
        self.marks = set() if self.marks == everything else everything
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.post_message(self.Marked(self))
        self.refresh()

    def _tell(self) -> None:
        now = (self.cursor, self.row)
        if self.total and now != self._told:
            self._told = now
            self.post_message(self.Highlighted(self, *now))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._want()

    def on_resize(self) -> None:  # Lines.on_resize runs too: Textual calls the handlers of every class
        self._want()
        self._laid_out()

    def on_key(self, event: events.Key) -> None:
        """ASCII letters are commands here; any other letter can only be meant as text."""
        text = event.character or ""
        if text.isascii() or not text.isalnum() or event.key in self.screen.active_bindings:
            return
        event.stop()
        self.post_message(self.Typed(self, text))

    def on_paste(self, event: events.Paste) -> None:
        if text := " ".join(event.text.split()):
            event.stop()
            self.post_message(self.Typed(self, text))

    # Drawing

    def _laid_out(self) -> None:
        self.refresh()
        if self.head is not None:
            self.head.refresh()

    def shape(self) -> tuple[tuple[int, int], ...]:
        """The columns drawn: (place, width)."""
        return fit(self.columns, self.width - GUTTER, self.shift)

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        if index >= self.total:
            return self.draw_plain("", "row")
        row = self.row_at(index)
        if row is None:
            return self.draw_plain("   " + glyph("wait") if self._waiting else "", "wait")
        if row.heading:
            return self.draw_plain(" " + shown(row.heading), "heading")
        cells = []
        for place, size in self.shape():
            value = row.cells[place] if place < len(row.cells) else ""
            text, tone = value if isinstance(value, Cell) else (value, "")
            cells.append((cell(text, size, self.columns[place].align) + " " * GAP, tone))
        return self.draw(cells, index == self.cursor, glyph("mark") if row.id in self.marks else " ")
