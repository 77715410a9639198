"""What surrounds every place: the top line, the footer, a line for errors, and what an empty place says."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.keys import key_to_character
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from icrm_tui import i18n
from icrm_tui.errors import IcrmError
from icrm_tui.widgets.text import cut, glyph, shown, word


class Place(NamedTuple):
    """One of the places: its digit (may be empty), its key, and the catalogue id of its name.

    One of a `noun` is shown once the store has any.
    """

    digit: str
    key: str
    title: str
    noun: str = ""


class Count(NamedTuple):
    """Something that counts right now, such as ●3 overdue: a glyph's name, words, and a tone."""

    glyph: str
    text: str
    tone: str = "muted"


class View(NamedTuple):
    """One of several things a place shows in turn; `n`, where it is not 0, how many there are."""

    key: str
    title: str
    n: int = 0


class Piece(NamedTuple):
    text: str
    part: str = "plain"
    place: str = ""
    view: str = ""


RENAMED = {"slash": "/", "backslash": "\\", "at": "@", "minus": "-", "plus": "+", "underscore": "_"}
PARTS = ("plain", "current", "muted", "warning", "error", "accent", "success")


def sentence(error: IcrmError | str) -> str:
    """What an error says in the language in use."""
    if isinstance(error, str):
        return shown(error)
    return shown(i18n.sentence(error, "screen"))


class TopLine(Widget):
    """The current place by number and name, the others by digit, or by name where there is room.

    Right of them the views of the place, what counts, then who works in which store; a notice (the store is away,
    read-only) takes that side.
    """

    DEFAULT_CSS = """
    TopLine {
        height: 1;
        dock: top;
        background: $panel;
        & > .top--plain { color: $foreground; }
        & > .top--current { color: $foreground; text-style: bold; }
        & > .top--muted { color: $text-muted; }
        & > .top--warning { color: $text-warning; }
        & > .top--error { color: $text-error; }
        & > .top--accent { color: $text-accent; }
        & > .top--success { color: $text-success; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"top--{part}" for part in PARTS}
    ALLOW_SELECT = False

    class Chosen(Message):
        """A place was clicked."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    class ViewChosen(Message):
        """A view of the place was clicked."""

        def __init__(self, view: str) -> None:
            super().__init__()
            self.view = view

    def __init__(
        self, places: Sequence[Place], current: str = "", views: Sequence[View] = (), id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.places = tuple(places)
        self.current = current
        self.views = tuple(views)
        self.view = self.views[0].key if views else ""
        self.counts: tuple[Count, ...] = ()
        self.user = self.store = ""
        self._notice: IcrmError | str = ""
        self._tone = "warning"

    def show(
        self,
        current: str | None = None,
        counts: Sequence[Count] | None = None,
        user: str | None = None,
        store: str | None = None,
        places: Sequence[Place] | None = None,
    ) -> None:
        """Change what is given, leave the rest."""
        self.places = self.places if places is None else tuple(places)
        self.current = self.current if current is None else current
        self.counts = self.counts if counts is None else tuple(counts)
        self.user = self.user if user is None else user
        self.store = self.store if store is None else store
        self.refresh()

    def turn(self, view: str) -> None:
        self.view = view
        self.refresh()

    def step(self, by: int) -> str:
        """The view `by` places on, round the ends."""
        keys = [view.key for view in self.views]
        return keys[(keys.index(self.view) + by) % len(keys)]

    def count(self, view: str, n: int) -> None:
        """How many a view shows."""
        self.views = tuple(one._replace(n=n) if one.key == view else one for one in self.views)
        self.refresh()

    def notice(self, text: IcrmError | str, tone: str = "warning") -> None:
        """A catalogue id, an error or plain words; empty takes it away."""
        self._notice, self._tone = text, tone
        self.refresh()

    def _places(self, named: bool) -> list[Piece]:
        pieces = []
        for place in self.places:
            here = place.key == self.current
            if not here and not place.digit:
                continue
            label = f"{place.digit} {word(place.title)}".strip() if here or named else place.digit
            pieces.append(Piece(label, "current" if here else "muted", place.key))
            pieces.append(Piece("  " if here or named else " "))
        return pieces

    def _right(self) -> list[list[Piece]]:
        """What the right side says, in groups; the first ones go first where there is no room."""
        if self._notice:
            text = self._notice
            said = sentence(text) if isinstance(text, IcrmError) else word(text)
            return [[Piece(f"{glyph('warn')} {said}", self._tone)]]
        who = glyph("between").join(shown(part) for part in (self.store, self.user) if part)
        groups = [[Piece(who, "muted")]] if who else []
        counts = [Piece(f"{glyph(one.glyph)}{shown(one.text)}", one.tone) for one in self.counts]
        groups += [[count] for count in reversed(counts)]
        if self.views:
            groups.append(self._views())
        return groups

    def _views(self) -> list[Piece]:
        pieces: list[Piece] = []
        for view in self.views:
            here = view.key == self.view
            pieces += [Piece(f" {glyph('line')} ", "muted")] if pieces else []
            label = f"{word(view.title)} {view.n:,}" if view.n else word(view.title)
            pieces.append(Piece(label, "current" if here else "muted", view=view.key))
        return pieces

    def pieces(self) -> list[Piece]:
        """The line from left to right, exactly as wide as the widget."""
        width = max(0, self.size.width - 2)
        groups = self._right()
        left = self._places(named=True)
        if _width(left) + _spaced(groups) > width:
            left = self._places(named=False)
        while len(groups) > 1 and _width(left) + _spaced(groups) > width:
            groups.pop(0)
        pieces = [piece for group in reversed(groups) for piece in (Piece("  "), *group)]
        if pieces and _width(left) + _width(pieces) > width:
            room = max(0, width - _width(left) - 2)
            pieces = [Piece("  "), pieces[1]._replace(text=cut("".join(piece.text for piece in pieces[1:]), room))]
        gap = max(0, width - _width(left) - _width(pieces))
        return [Piece(" "), *left, Piece(" " * gap), *pieces, Piece(" ")]

    def render_line(self, _y: int) -> Strip:
        segments = [Segment(piece.text, self._style(piece.part)) for piece in self.pieces()]
        return Strip(segments).adjust_cell_length(self.size.width, self._style("plain"))

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"top--{part}")

    def on_click(self, event: events.Click) -> None:
        edge = 0
        for piece in self.pieces():
            if edge <= event.x < edge + cell_len(piece.text):
                if piece.place:
                    self.post_message(self.Chosen(piece.place))
                elif piece.view:
                    self.post_message(self.ViewChosen(piece.view))
            edge += cell_len(piece.text)


def _width(pieces: Sequence[Piece]) -> int:
    return sum(cell_len(piece.text) for piece in pieces)


def _spaced(groups: Sequence[Sequence[Piece]]) -> int:
    """The width of pieces with two cells before each."""
    return sum(_width(group) + 2 * len(group) for group in groups)


class ErrorLine(Widget):
    """One line of error, there only while there is one."""

    DEFAULT_CSS = """
    ErrorLine { height: auto; max-height: 2; padding: 0 2; color: $text-error; display: none; }
    ErrorLine.-shown { display: block; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._error: IcrmError | str = ""

    def show(self, error: IcrmError | str) -> None:
        """Empty takes it away."""
        self._error = error
        self.set_class(bool(error), "-shown")
        self.refresh(layout=True)

    def render(self) -> Content:
        return Content(sentence(self._error))


class Empty(Widget):
    """What belongs here, and the keys that make one: `Empty("ui.empty.contacts", ("a", "contacts.add"))`."""

    DEFAULT_CSS = """
    Empty { height: 1fr; content-align: center middle; text-align: center; color: $text-muted; padding: 0 4; }
    """

    def __init__(self, title: str, *keys: tuple[str, str], id: str | None = None, classes: str = "") -> None:
        super().__init__(id=id, classes=classes)
        self.title = title
        self.keys = keys

    def render(self) -> Content:
        parts: list[Content | str | tuple[str, str]] = [word(self.title)]
        if self.keys:
            parts.append("\n\n")
        for place, (key, does) in enumerate(self.keys):
            parts += ["   " if place else "", (key, "bold $foreground"), " ", word(does)]
        return Content.assemble(*parts)


class Key(NamedTuple):
    """One key of the footer: as pressed, as shown, and what it does."""

    key: str
    shown: str
    does: str


def _typed(field: Widget, key: str) -> bool:
    """Whether the key is a character that `field` takes as text. Textual does not know its own names for some."""
    return field.check_consume_key(key, key_to_character(key) or RENAMED.get(key))


class KeyLine(Widget):
    """The keys that do something here, as many as fit whole, with help at the right end; a click presses one."""

    DEFAULT_CSS = """
    KeyLine {
        height: 1;
        dock: bottom;
        background: $panel;
        & > .keyline--key { color: $foreground; background: $panel; text-style: bold; }
        & > .keyline--does { color: $text-muted; background: $panel; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keyline--key", "keyline--does"}
    ALLOW_SELECT = False
    HELP = "app.help"
    GAP = 2

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.refresh())

    def on_unmount(self) -> None:
        self.screen.bindings_updated_signal.unsubscribe(self)

    def keys(self) -> tuple[list[Key], Key | None]:
        """Those shown, in order, and the one for help. A key that would be typed into a field is none."""
        found: dict[str, Key] = {}
        focused = self.screen.focused
        bindings = [active.binding for active in self.screen.active_bindings.values() if active.enabled]
        typed = {binding.action for binding in bindings if focused and _typed(focused, binding.key)}
        for binding in bindings:
            if binding.show and binding.description and binding.action not in typed:
                name = self.app.get_key_display(binding)
                found.setdefault(binding.action, Key(binding.key, name, word(binding.description)))
        return list(found.values()), found.pop(self.HELP, None)

    def fitting(self) -> list[Key]:
        """As many as there is room for; help keeps its place at the end."""
        keys, last = self.keys()
        room = self.size.width - 2 - (self._width(last) if last else 0)
        chosen: list[Key] = []
        for key in keys:
            if key == last:
                continue
            room -= self._width(key)
            if room < 0:
                break
            chosen.append(key)
        return [*chosen, last] if last else chosen

    def _width(self, key: Key) -> int:
        return cell_len(key.shown) + 1 + cell_len(key.does) + self.GAP

    def render_line(self, _y: int) -> Strip:
        strong = self.get_component_rich_style("keyline--key")
        muted = self.get_component_rich_style("keyline--does")
        segments = [Segment(" ", muted)]
        for key in self.fitting():
            segments += [Segment(key.shown, strong), Segment(f" {key.does}{' ' * self.GAP}", muted)]
        return Strip(segments).adjust_cell_length(self.size.width, muted)

    def on_click(self, event: events.Click) -> None:
        edge = 1
        for key in self.fitting():
            if edge <= event.x < edge + self._width(key) - self.GAP:
                self.app.simulate_key(key.key)
            edge += self._width(key)


def relabel(root: Widget) -> None:
    """Draw everything under `root` anew after a change of language; what keeps words says them again.

    Words are read when drawing; a widget that handed them to another has `relabel()`.
    """
    for node in root.walk_children(Widget, with_self=True):
        again = getattr(node, "relabel", None)
        if again is not None:
            again()
        node.refresh(layout=True)
