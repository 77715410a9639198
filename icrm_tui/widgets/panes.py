"""What stands beside or under a list: the timeline of a customer, a portrait, a chart of an organisation."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from icrm_tui.i18n import t
from icrm_tui.widgets.lines import GUTTER, Lines
from icrm_tui.widgets.text import cell, cut, glyph, is_ascii, shown, word


class Entry(NamedTuple):
    """One thing that happened. `kind` is a catalogue id or a word; `open_noun` and `id` say what it is."""

    noun: str
    id: int
    day: date
    time: str
    kind: str
    text: str
    who: str = ""
    tone: str = ""


def day_name(day: date, today: date) -> str:
    """Today, yesterday, or the date with its weekday."""
    if day == today:
        return t("ui.day.today")
    if (today - day).days == 1:
        return t("ui.day.yesterday")
    return f"{day.isoformat()} {t(f'ui.weekday.{day.weekday()}')}"


class _Line(NamedTuple):
    """A line drawn: the place of its entry, and which line of its text (-1: the heading of its day)."""

    entry: int
    part: int


class Timeline(Lines):
    """Entries by day, newest first, one line each; Enter or → shows a whole text, ← folds it.

    `MoreWanted` asks for older entries when the cursor nears the end: answer with `extend`.
    """

    KIND = 12  # cells for the kind of thing
    nothing = ""  # what stands there while there is nothing

    class Said(Message):
        def __init__(self, timeline: "Timeline", entry: Entry) -> None:
            super().__init__()
            self.timeline = timeline
            self.entry = entry

        @property
        def control(self) -> "Timeline":
            return self.timeline

    class Highlighted(Said):
        """The cursor stands on another entry."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Timeline.Highlighted)

    class MoreWanted(Said):
        """Older ones than `entry`, the last one here."""

    BINDINGS: ClassVar = [
        Binding("right", "unfold(True)", "key.unfold", id="timeline.unfold", show=False),
        Binding("left", "unfold(False)", "key.fold", id="timeline.fold", show=False),
    ]

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.entries: list[Entry] = []
        self.today = date.min
        self._lines: list[_Line] = []
        self._unfolded: set[tuple[str, int]] = set()
        self._more = False

    def set_entries(self, entries: Iterable[Entry], today: date, more: bool = False) -> None:
        """All there is to show, newest first; `more`: older ones can be asked for.

        The cursor stays on its entry if that is still among them.
        """
        before = self.entry
        self.entries = list(entries)
        self.today = today
        self._more = more
        self._lay_out(before)

    def extend(self, entries: Iterable[Entry], more: bool = False) -> None:
        before = self.entry
        self.entries += entries
        self._more = more
        self._lay_out(before)

    @property
    def entry(self) -> Entry | None:
        """The one under the cursor."""
        return self.entries[self._lines[self.cursor].entry] if self._lines else None

    def _who(self, entry: Entry) -> int:
        """Cells for who did it, where there is room for that."""
        return min(cell_len(shown(entry.who)), 12) + 2 if entry.who and self.width >= 60 else 0

    def _body(self, entry: Entry) -> int:
        """Cells for the text."""
        return max(8, self.width - GUTTER - 7 - self.KIND - self._who(entry))

    def _texts(self, place: int) -> list[str]:
        """The lines of an entry's text: one, cut when it is drawn, unless it is unfolded."""
        entry = self.entries[place]
        if (entry.noun, entry.id) not in self._unfolded:
            return [entry.text]
        wrapped: list[str] = []
        for paragraph in entry.text.splitlines() or [""]:
            lines = Text(shown(paragraph)).wrap(self.app.console, self._body(entry))
            wrapped += [line.plain for line in lines] or [""]
        return wrapped

    def _lay_out(self, before: Entry | None) -> None:
        self._lines = []
        day = None
        for place, entry in enumerate(self.entries):
            if entry.day != day:
                day = entry.day
                self._lines.append(_Line(place, -1))
            self._lines += [_Line(place, part) for part in range(len(self._texts(place)))]
        self.length(len(self._lines))
        self._back_to(before)
        self.refresh()

    def _back_to(self, before: Entry | None) -> None:
        for at, line in enumerate(self._lines):
            entry = self.entries[line.entry]
            if line.part == 0 and before and (entry.noun, entry.id) == (before.noun, before.id):
                self.select(at)
                return
        if self._lines:
            self.select_near(self.cursor, 1)

    def selectable(self, index: int) -> bool:
        return 0 <= index < len(self._lines) and self._lines[index].part == 0

    def moved(self) -> None:
        if self.entry is None:
            return
        self.post_message(self.Highlighted(self, self.entry))
        if self._more and self.cursor + self.size.height >= self.total:
            self._more = False
            self.post_message(self.MoreWanted(self, self.entries[-1]))

    def action_open(self) -> None:
        if self.entry is not None:
            self.action_unfold((self.entry.noun, self.entry.id) not in self._unfolded)

    def action_unfold(self, unfold: bool) -> None:
        if (entry := self.entry) is not None:
            key = {(entry.noun, entry.id)}
            self._unfolded = self._unfolded | key if unfold else self._unfolded - key
            self._lay_out(entry)

    def on_resize(self) -> None:  # what is unfolded wraps anew
        if self._unfolded:
            self._lay_out(self.entry)

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        if not self.entries and y == 0 and self.nothing:
            return self.draw_plain(f" {word(self.nothing)}", "muted")
        if index >= len(self._lines):
            return self.draw_plain("", "row")
        line = self._lines[index]
        entry = self.entries[line.entry]
        if line.part < 0:
            return self.draw_plain(" " + day_name(entry.day, self.today), "heading")
        current = self.entry is entry
        text = self._texts(line.entry)[line.part]
        if line.part:
            return self.draw([(" " * (7 + self.KIND), ""), (cell(text, self._body(entry)), "")], current)
        cells = [
            (cell(entry.time, 5) + "  ", "muted"),
            (cut(word(entry.kind), self.KIND - 1) + " ", entry.tone or "accent"),
            (cell(text, self._body(entry)), ""),
        ]
        if who := self._who(entry):
            cells.append(("  " + cell(entry.who, who - 2), "muted"))
        return self.draw(cells, current)


class Fact(NamedTuple):
    """A label (catalogue id or a user's word) with its value; without a label it is a heading, or a whole text."""

    label: str
    value: str
    tone: str = ""


WHOLE = "whole"  # the tone of a text that takes the whole width
_TONES = {
    "muted": "$foreground-muted",
    "strong": "bold",
    "accent": "$text-accent",
    "success": "$text-success",
    "warning": "$text-warning",
    "error": "$text-error",
}


class Portrait(Widget):
    """Facts one under the other: labels muted, values wrapped beside them.

    Empty values are left out, and headings over nothing.
    """

    DEFAULT_CSS = "Portrait { height: auto; padding: 0 1; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.facts: tuple[Fact, ...] = ()

    def show(self, facts: Sequence[Fact]) -> None:
        self.facts = tuple(facts)
        self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        return max(1, len(self._lines(width)))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.size.width))

    def _filled(self, place: int) -> bool:
        """Whether anything stands under the heading before this place."""
        for fact in self.facts[place:]:
            if not fact.label and fact.tone != WHOLE:
                return False
            if fact.value:
                return True
        return False

    def _lines(self, width: int) -> list[Content]:
        lines: list[Content] = []
        labels = min(14, max((cell_len(word(fact.label)) for fact in self.facts if fact.label), default=0))
        room = max(4, width - labels - 2)
        for place, fact in enumerate(self.facts):
            if not fact.label and fact.tone != WHOLE and not self._filled(place + 1):
                continue
            if not fact.label and fact.tone == WHOLE:
                for paragraph in fact.value.splitlines():
                    wrapped = Text(shown(paragraph)).wrap(self.app.console, max(4, width))
                    lines += [Content(line.plain) for line in wrapped]
                continue
            if not fact.label:
                lines += [Content("")] if lines else []
                lines.append(Content.styled(cut(word(fact.value), width), "bold"))
                continue
            label = cut(word(fact.label), labels) + "  "
            for line in Text(shown(fact.value)).wrap(self.app.console, room) if fact.value else ():
                lines.append(Content.assemble((label, _TONES["muted"]), (line.plain, _TONES.get(fact.tone, ""))))
                label = " " * cell_len(label)
        return lines


class Person(NamedTuple):
    """Somebody in an organisation, under `parent` (None: at the top)."""

    id: int
    name: str
    note: str = ""
    parent: int | None = None


class OrgTree(Tree[int]):
    """Who reports to whom in a company. Enter says `Tree.NodeSelected` with the id as `node.data`."""

    DEFAULT_CSS = """
    OrgTree {
        background: $background;
        scrollbar-size-vertical: 1;
        & > .tree--cursor { background: $foreground 7%; color: $foreground; text-style: none; }
        &:focus > .tree--cursor { background: $primary 18%; color: $foreground; text-style: none; }
        & > .tree--guides, & > .tree--guides-hover, & > .tree--guides-selected {
            color: $foreground;
            text-style: dim;
        }
    }
    """
    BINDINGS: ClassVar = [
        Binding("enter", "select_cursor", "key.open", id="tree.open"),
        Binding("k", "cursor_up", "key.up", id="tree.up", show=False),
        Binding("j", "cursor_down", "key.down", id="tree.down", show=False),
        Binding("left", "fold(True)", "key.fold", id="tree.fold", show=False),
        Binding("right", "fold(False)", "key.unfold", id="tree.unfold", show=False),
    ]

    def __init__(self, company: str, id: str | None = None) -> None:
        super().__init__(Text(shown(company)), id=id)
        self.guide_depth = 3
        self.auto_expand = False
        self.ICON_NODE = glyph("closed") + " "
        self.ICON_NODE_EXPANDED = glyph("open") + " "
        if is_ascii():
            guides = ("   ", "|  ", "`- ", "|- ")
            self.LINES = dict.fromkeys(self.LINES, guides)

    def set_people(self, company: str, people: Sequence[Person]) -> None:
        """Those whose superior is not among them, or who form a circle, stand at the top."""
        self.root.set_label(Text(shown(company)))
        self.root.remove_children()
        self.root.expand()
        known = {person.id for person in people}
        under: dict[int | None, list[Person]] = {}
        for person in people:
            under.setdefault(person.parent if person.parent in known else None, []).append(person)
        placed: set[int] = set()
        self._place(self.root, under.get(None, []), under, placed)
        for person in people:
            if person.id not in placed:
                self._place(self.root, [person], under, placed)

    def _place(
        self, top: TreeNode[int], people: list[Person], under: dict[int | None, list[Person]], placed: set[int]
    ) -> None:
        waiting = [(top, person) for person in reversed(people)]
        while waiting:
            node, person = waiting.pop()
            if person.id in placed:
                continue
            placed.add(person.id)
            label = Text.assemble(shown(person.name), ("  " + shown(person.note), "dim") if person.note else "")
            below = [one for one in under.get(person.id, []) if one.id not in placed]
            child = node.add(label, person.id, expand=True, allow_expand=bool(below))
            waiting += [(child, one) for one in reversed(below)]

    def action_fold(self, fold: bool) -> None:
        """← folds the node or goes to its superior, → unfolds it."""
        node = self.cursor_node
        if node is None:
            return
        if not fold:
            node.expand()
        elif node.is_expanded and node.children:
            node.collapse()
        elif node.parent is not None:
            self.move_cursor(node.parent)
