"""Cards in columns side by side, as many columns as there is room for; the cursor stands on one card."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from icrm_tui.widgets.lines import Lines
from icrm_tui.widgets.text import cut, cut_to, glyph, shown, word

TALL = 3  # lines of a card, the free one under it included
GAP = 2


class Card(NamedTuple):
    """Two lines of (text, tone), of which the last one takes what room there is; `right` ends the first line."""

    id: int
    first: tuple[tuple[str, str], ...]
    right: tuple[str, str]
    second: tuple[tuple[str, str], ...]


class Column(NamedTuple):
    """`title` is a catalogue id; `n` are all there are, of which the first ones have cards."""

    key: str
    title: str
    n: int
    cards: Sequence[Card]

    @property
    def lines(self) -> int:
        """Of the cards, and one that says how many more there are."""
        return len(self.cards) + (self.n > len(self.cards))


class Board(Lines):
    """Enter says `Opened`. Where not all columns have room, those around the cursor's are shown."""

    DEFAULT_CSS = """
    Board { scrollbar-size-vertical: 0; overflow-y: hidden; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "aside(-1)", "key.board.left", id="board.left", show=False),
        Binding("right,l", "aside(1)", "key.board.right", id="board.right", show=False),
    ]
    HEAD = 2  # lines over the cards

    class Said(Message):
        def __init__(self, board: "Board", card: Card | None) -> None:
            super().__init__()
            self.board = board
            self.card = card

        @property
        def control(self) -> "Board":
            return self.board

    class Opened(Said):
        pass

    class Highlighted(Said):
        pass

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns: tuple[Column, ...] = ()
        self.column = 0
        self.places: dict[str, int] = {}  # column → its card with the cursor
        self.tops: dict[str, int] = {}  # column → its first card in sight
        self._first = 0  # the first column in sight

    # What the owner tells

    def show(self, columns: Iterable[Column], follow: int | None = None) -> None:
        """Other cards; the cursor goes along with the one it stands on, or with `follow`, wherever that is now."""
        before = follow if follow is not None else self.card.id if self.card else None
        empty = not self.columns
        self.columns = tuple(columns)
        found = [
            (at, place)
            for at, column in enumerate(self.columns)
            for place, card in enumerate(column.cards)
            if card.id == before
        ]
        if found:
            self.column, place = found[0]
            self.places[self.columns[self.column].key] = place
        elif empty:
            self.column = next((at for at, column in enumerate(self.columns) if column.cards), 0)
        self._settle()

    @property
    def current(self) -> Column | None:
        return self.columns[self.column] if self.column < len(self.columns) else None

    @property
    def place(self) -> int:
        """Which card of its column the cursor stands on."""
        column = self.current
        return min(self.places.get(column.key, 0), max(0, len(column.cards) - 1)) if column else 0

    @property
    def card(self) -> Card | None:
        column = self.current
        return column.cards[self.place] if column and column.cards else None

    @property
    def ids(self) -> list[int]:
        """Of the cards of the column the cursor is in."""
        return [card.id for card in self.current.cards] if self.current else []

    # Where things are

    def _shown(self) -> int:
        """How many columns there is room for."""
        width = self.size.width
        return min(len(self.columns), 1 if width < 110 else 4 if width < 190 else 6)

    def _wide(self) -> int:
        return max(1, (self.size.width - GAP * (self._shown() - 1)) // max(1, self._shown()))

    def _room(self) -> int:
        """How many cards a column shows."""
        return max(1, (self.size.height - self.HEAD + 1) // TALL)

    def _settle(self) -> None:
        """Bring the cursor into sight and draw anew."""
        n = self._shown()
        self._first = max(0, min(self._first, self.column, len(self.columns) - n))
        self._first = max(self._first, self.column - n + 1)
        if (column := self.current) is not None:
            top = min(self.tops.get(column.key, 0), max(0, column.lines - self._room()))
            last = column.lines - 1 if self.place == len(column.cards) - 1 else self.place
            self.tops[column.key] = max(min(top, self.place), last - self._room() + 1)
        self.refresh()
        self.post_message(self.Highlighted(self, self.card))

    def on_resize(self) -> None:
        self._settle()

    # Keys and mouse

    def action_move(self, step: int) -> None:
        self._to(self.place + step)

    def action_page(self, pages: float) -> None:
        self._to(self.place + round(pages * self._room()))

    def action_first(self) -> None:
        self._to(0)

    def action_last(self) -> None:
        self._to(len(self.ids) - 1)

    def _to(self, place: int) -> None:
        if self.current is not None:
            self.places[self.current.key] = max(0, min(place, len(self.current.cards) - 1))
            self._settle()

    def action_aside(self, step: int) -> None:
        self.column = max(0, min(self.column + step, len(self.columns) - 1))
        self._settle()

    def action_open(self) -> None:
        if self.card is not None:
            self.post_message(self.Opened(self, self.card))

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()  # lines have a click of their own
        at = self._first + min(self._shown() - 1, event.x // (self._wide() + GAP))
        if at >= len(self.columns):
            return
        self.column = at
        if event.y == 0 and self._shown() == 1:
            self.column = self._tab_at(event.x)
        if event.y >= self.HEAD:
            key, cards = self.columns[at].key, self.columns[at].cards
            place = self.tops.get(key, 0) + (event.y - self.HEAD) // TALL
            if place >= len(cards):
                self._settle()
                return
            self.places[key] = place
        self._settle()
        if event.y >= self.HEAD and event.chain == 2:
            self.action_open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll(event, -1)

    def _scroll(self, event: events.MouseEvent, step: int) -> None:
        """The wheel moves the column under the pointer; the cursor stays where it is."""
        event.stop()
        event.prevent_default()
        at = self._first + min(self._shown() - 1, event.x // (self._wide() + GAP))
        if at < len(self.columns):
            column = self.columns[at]
            most = max(0, column.lines - self._room())
            self.tops[column.key] = max(0, min(self.tops.get(column.key, 0) + step, most))
            self.refresh()

    # Drawing

    def _tabs(self) -> list[tuple[int, str]]:
        """Where only one column has room: the heads of all, or of as many as fit around the current one."""
        heads = [f" {word(column.title)} {column.n:,} " for column in self.columns]
        first = 0
        while sum(map(cell_len, heads[first : self.column + 1])) > self.size.width and first < self.column:
            first += 1
        return list(enumerate(heads))[first:]

    def _tab_at(self, x: int) -> int:
        edge = 0
        for at, head in self._tabs():
            edge += cell_len(head)
            if x < edge:
                return at
        return self.column

    def render_line(self, y: int) -> Strip:
        if y == 0 and self._shown() == 1:
            tones = [(head, "strong" if at == self.column else "muted") for at, head in self._tabs()]
            segments = [Segment(head, self.style("row", tone)) for head, tone in tones]
            return Strip(segments).adjust_cell_length(self.size.width, self.style("row"))
        n, wide = self._shown(), self._wide()
        strips = []
        for at in range(self._first, min(self._first + n, len(self.columns))):
            strips.append(self._head(at, y, wide) if y < self.HEAD else self._line(at, y - self.HEAD, wide))
            strips.append(Strip([Segment(" " * GAP, self.style("row"))]))
        return Strip.join(strips[:-1]).adjust_cell_length(self.size.width, self.style("row"))

    def _head(self, at: int, y: int, wide: int) -> Strip:
        column = self.columns[at]
        if y == 1:
            return Strip([Segment(glyph("rule") * wide, self.style("row", "muted"))])
        here = at == self.column
        left = f"{glyph('left')} " if at == self._first and at > 0 else ""
        last = at == self._first + self._shown() - 1 and at < len(self.columns) - 1
        right = f" {glyph('right')}" if last else ""
        said = cut_to(f" {left}{word(column.title)} {column.n:,}", wide - cell_len(right))
        space = " " * (wide - cell_len(said) - cell_len(right))
        style = self.style("row", "strong" if here else "muted")
        return Strip([Segment(said + space, style), Segment(right, self.style("row", "muted"))])

    def _line(self, at: int, y: int, wide: int) -> Strip:
        column = self.columns[at]
        place, part = self.tops.get(column.key, 0) + y // TALL, y % TALL
        if place >= len(column.cards) or part == TALL - 1:
            more = column.n - len(column.cards)
            said = f"  {glyph('more')} {more:,}" if place == len(column.cards) and part == 0 and more > 0 else ""
            return Strip([Segment(cut(said, wide), self.style("row", "muted"))])
        card = column.cards[place]
        current = at == self.column and place == self.place
        ground = ("cursor" if self.lit else "blurred") if current else "row"
        bar = Segment(f"{glyph('bar')} " if current else "  ", self.style(ground, "bar"))
        cells = card.second if part else card.first
        right = ("", "") if part else card.right
        room = wide - 2 - cell_len(right[0])
        segments = [bar]
        for n, (text, tone) in enumerate(cells):
            most = room if n == len(cells) - 1 else min(room, max(12, wide // 3))
            said = cut_to(shown(text), most) if most > 0 else ""
            segments.append(Segment(said, self.style(ground, tone)))
            room -= cell_len(said)
        segments += [Segment(" " * max(0, room), self.style(ground)), Segment(right[0], self.style(ground, right[1]))]
        return Strip(segments).adjust_cell_length(wide, self.style(ground))
