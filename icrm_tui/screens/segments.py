"""Segments: all of them with how many are in each, and what the one under the cursor is and who is in it."""

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button
from textual.worker import Worker

from icrm_tui import lists, nouns
from icrm_tui.classify import segments, stays
from icrm_tui.classify.segments import Segment
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError, Interrupted, Unavailable
from icrm_tui.i18n import t
from icrm_tui.lists import Wanted
from icrm_tui.screens.base import IcrmScreen
from icrm_tui.screens.dialogs.segments import CompareDialog, SegmentDialog, asking_for, called, compared, shown_as
from icrm_tui.screens.exporting import export
from icrm_tui.screens.listed import show_query
from icrm_tui.screens.segment_view import SegmentView, Told, tell
from icrm_tui.widgets.blocks import Cell, Row
from icrm_tui.widgets.columns import ListColumn
from icrm_tui.widgets.dialogs import Choice, ChoiceDialog, Dialog, button
from icrm_tui.widgets.finder import Finder, among
from icrm_tui.widgets.frame import Empty, sentence
from icrm_tui.widgets.listhead import ListHead
from icrm_tui.widgets.listing import Listing
from icrm_tui.widgets.text import glyph

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

COLUMNS = (
    ListColumn("name", "field.segment", 22, 16, 1),
    ListColumn("n", "segments.count", 8, 6, align="right"),
    ListColumn("of", "field.of", 9),
    ListColumn("query", "field.query", 28, 16, 2),
)
COUNT = "segment-count"  # the read that is called off where somebody waits for another
RECORDED = 50_000  # members up to which a look notes who came and went; of more, `icrm segment refresh` does


class SegmentPane(VerticalScroll):
    """The segment under the cursor, where there is room beside the list."""

    DEFAULT_CSS = """
    SegmentPane { display: none; border-left: solid $foreground 10%; padding: 0 1; scrollbar-size-vertical: 1; }
    """
    can_focus = False

    def compose(self) -> ComposeResult:
        yield SegmentView()

    def on_show(self) -> None:
        """There is room now: what is under the cursor has not been asked for yet."""
        if isinstance(self.screen, SegmentsScreen):
            self.screen.tell_more()


class ViewDialog(Dialog[bool]):
    """The same where there is no room beside the list; Enter answers that its members are wanted."""

    DEFAULT_CSS = "ViewDialog > .dialog { width: 84; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "members", show=False)]

    def body(self) -> ComposeResult:
        with VerticalScroll(classes="dialog-body"):
            yield SegmentView(named=False)

    def buttons(self) -> list[Button]:
        enter = cast("IcrmApp", self.app).key_shown("enter")
        return [button("key.members", enter, "save"), button("ui.close", "Esc", "cancel")]

    def action_save(self) -> None:
        self.action_members()

    def action_members(self) -> None:
        self.dismiss(True)


class SegmentsScreen(IcrmScreen):
    place = "segments"
    AUTO_FOCUS = "Listing"
    means = {"list.open": "key.members"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "key.add", id="segments.add"),
        Binding("e", "edit", "key.edit", id="segments.edit"),
        Binding("equals_sign", "compare", "key.compare", id="segments.compare", key_display="="),
        Binding("X", "export", "key.export", id="segments.export"),
        Binding("A", "archive", "key.archive", id="segments.archive"),
        Binding("H", "archived", "key.archived", id="segments.archived", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.archived = False
        self.known: list[Segment] = []
        self.counts: dict[str, int | IcrmError] = {}
        self.numbers: dict[str, int] = {}  # key → its row's id, which stays while the list changes
        self.shown: Segment | None = None
        self._counting: Worker[None] | None = None

    def body(self) -> ComposeResult:
        listing = Listing(*COLUMNS)
        with Horizontal():
            with Vertical(id="segments-list"):
                yield ListHead(listing)
                yield listing
            yield SegmentPane()
        nothing = Empty("empty.segments", ("a", "key.add"))
        nothing.display = False  # until that is known
        yield nothing

    @property
    def listing(self) -> Listing:
        return self.query_one(Listing)

    @property
    def under_cursor(self) -> Segment | None:
        row = self.listing.row
        return self._by_number(row.id) if row else None

    def _by_number(self, number: int) -> Segment | None:
        return next((one for one in self.known if self.numbers[one.key] == number), None)

    # Reading

    def changed(self) -> None:
        self.load(segments.everything, self.archived, then=self._take)

    def _take(self, known: list[Segment]) -> None:
        self.known, self.shown = known, None
        for segment in known:
            self.numbers.setdefault(segment.key, len(self.numbers))
        self.listing.fill(self.listing.reload(), 0, self._rows())
        self.query_one(Empty).display = not known
        self.query_one(Horizontal).display = bool(known)
        self.tell_more()
        self._counting = self._count()

    def relabel(self) -> None:
        self.changed()

    @work(exclusive=True, group=COUNT)
    async def _count(self) -> None:
        """How many are in each, one after the other; whoever asks for anything else goes first."""
        for segment in self.known:
            try:
                n = await self.icrm.read(lambda ctx, of=segment: lists.count(ctx, segments.wanted(of)), COUNT)  # type: ignore[misc]
            except (Interrupted, Unavailable):
                return
            except IcrmError as error:  # its query does not read any more
                self._counted(segment, error)
            else:
                self._counted(segment, n)

    def _counted(self, segment: Segment, n: int | IcrmError) -> None:
        if self.counts.get(segment.key) != n:
            self.counts[segment.key] = n
            self.listing.fill(self.listing.generation, 0, self._rows())

    @property
    def waiting(self) -> bool:
        counting = self._counting
        return super().waiting or bool(counting and not counting.is_finished and not counting.is_cancelled)

    def on_screen_suspend(self) -> None:
        """Nobody sees them now."""
        self.workers.cancel_group(self, COUNT)
        self.icrm.drop(COUNT)

    def _rows(self) -> list[Row]:
        return [Row(self.numbers[one.key], self._cells(one)) for one in self.known]

    def _cells(self, segment: Segment) -> tuple[str | Cell, ...]:
        query = Cell(segment.query or t("field.fixed"), "muted")
        name = Cell(called(segment), "muted" if segment.archived else "")
        return name, self._number(segment), Cell(t(f"of.{segment.noun}"), "muted"), query

    def _number(self, segment: Segment) -> str | Cell:
        n = self.counts.get(segment.key)
        if n is None:
            return Cell(glyph("wait"), "muted")
        return Cell(glyph("warn"), "error") if isinstance(n, IcrmError) else f"{n:,}"

    # What stands beside the list

    @on(Listing.Highlighted)
    def _highlighted(self) -> None:
        if self.under_cursor != self.shown:
            self.tell_more()

    def tell_more(self) -> None:
        pane, segment = self.query_one(SegmentPane), self.under_cursor
        if not pane.display or segment is None:
            return
        view = pane.query_one(SegmentView)
        if view.segment is None or view.segment.key != segment.key:
            view.show(segment, None)
        self.shown = segment
        self._tell(view, segment)

    def _tell(self, view: SegmentView, segment: Segment) -> None:
        def then(told: Told) -> None:
            self._counted(segment, told.n)
            if view.is_attached:
                view.show(segment, told)
            if told.n <= RECORDED:
                self._record(view, segment)

        def failed(error: IcrmError) -> None:
            if not isinstance(error, Interrupted | Unavailable):
                view.show(segment, None, sentence(error))

        self.icrm.drop(COUNT)
        self.load(tell, segment, then=then, failed=failed, wait=0.08, name="segment")

    @work(exclusive=True, group="record")
    async def _record(self, view: SegmentView, segment: Segment) -> None:
        """Who came and who went since somebody last looked is noted by looking."""
        with suppress(IcrmError):  # what may only be read is read all the same
            seen = await self.icrm.write(lambda ctx: stays.record(ctx, segment.name))
            if any(seen[segment.name]) and view.is_attached:
                view.show(segment, await self.ask(tell, segment))

    # Keys

    @on(Listing.Opened)
    @work
    async def _opened(self) -> None:
        """Its members; where nothing stands beside the list, first what it is."""
        segment = self.under_cursor
        if segment is None:
            return
        if not self.query_one(SegmentPane).display:
            dialog = ViewDialog(called(segment))
            self.app.push_screen(dialog, lambda wanted: self._members(segment) if wanted else None)
            dialog.call_after_refresh(lambda: self._fill(dialog, segment))
            return
        self._members(segment)

    def _fill(self, dialog: ViewDialog, segment: Segment) -> None:
        view = dialog.query_one(SegmentView)
        view.show(segment, None)
        self._tell(view, segment)

    def _members(self, segment: Segment) -> None:
        self._show(segment.noun, asking_for(segment))

    @work
    async def _show(self, noun: str, text: str) -> None:
        try:
            shown_noun = await self.ask(shown_as, noun, text)
        except IcrmError as error:
            self.say_error(error)
            return
        show_query(self.icrm, shown_noun, text)

    @work
    async def action_add(self) -> None:
        name = await self.app.push_screen_wait(SegmentDialog())
        if name is not None:
            self.say("done.added", name=name)

    @work
    async def action_edit(self) -> None:
        segment = self.under_cursor
        if segment is None:
            return
        if segment.fixed:
            self.say("form.segment-fixed", segment=segment.name)
            return
        if await self.app.push_screen_wait(SegmentDialog(segment)) is not None:
            self.say("done.saved", name=called(segment))

    @work
    async def action_archive(self) -> None:
        """Put it away; one that is away comes back."""
        segment = self.under_cursor
        if segment is None:
            return
        if await self.perform(segments.archive, segment.name, not segment.archived):
            self.say("done.unarchived" if segment.archived else "segments.archived", name=called(segment))

    def action_archived(self) -> None:
        self.archived = not self.archived
        self.say("list.archived.shown" if self.archived else "list.archived.hidden")
        self.changed()

    @work
    async def action_compare(self) -> None:
        """Two marked ones; else the one under the cursor with another that is asked for."""
        pair = await self._pair()
        if pair is None:
            return
        try:
            found = await self.ask(compared, *pair)
        except IcrmError as error:
            self.say_error(error)
            return
        part = await self.app.push_screen_wait(CompareDialog(*pair, found))
        for half, _n in found:
            if half.part == part:
                self._show(half.noun, half.query)

    async def _pair(self) -> tuple[Segment, Segment] | None:
        marked = [one for one in self.known if self.numbers[one.key] in self.listing.marks]
        if len(marked) > 2:
            self.say("segments.two")
            return None
        if len(marked) == 2:
            return marked[0], marked[1]
        one = marked[0] if marked else self.under_cursor
        if one is None:
            return None
        rest = [other for other in self.known if other.key != one.key]
        choices = [Choice(other.key, called(other), note=other.query) for other in rest]
        dialog = Finder(t("form.compare", name=called(one)), among(choices), "form.hint.segment")
        key = await self.app.push_screen_wait(dialog)
        return next(((one, other) for other in rest if other.key == key), None)

    @work
    async def action_export(self) -> None:
        """Its members in a file; customers as the people or as the companies among them."""
        segment = self.under_cursor
        if segment is None:
            return
        text = asking_for(segment)
        try:
            found = await self.ask(_countable, segment.noun, text)
        except IcrmError as error:
            self.say_error(error)
            return
        noun = next(iter(found), "contact")
        if len(found) > 1:
            choices = [Choice(one, f"noun.{NAMED[one]}", note=f"{n:,}") for one, n in found.items()]
            noun = await self.app.push_screen_wait(ChoiceDialog("segments.export", choices))
        if noun:
            wanted = Wanted(noun, text, nouns.noun(noun).columns)
            await export(self, wanted, found.get(noun, 0), None)


NAMED = {"contact": "people", "company": "companies"}


def _countable(ctx: Context, noun: str, text: str) -> dict[str, int]:
    """As what its members can be exported, and how many that are."""
    kinds: Sequence[str] = ("contact",) if noun == "contact" else tuple(NAMED)
    return {one: n for one in kinds if (n := lists.count(ctx, Wanted(one, text)))}
