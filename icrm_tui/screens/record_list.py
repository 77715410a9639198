"""A list of one noun with its filter: every place that shows rows is made of this."""

from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from icrm_tui import i18n, lists, nouns, query
from icrm_tui.collect import fields
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import t
from icrm_tui.lists import Wanted
from icrm_tui.nouns import Field
from icrm_tui.query import QueryError
from icrm_tui.widgets.blocks import BLOCK, Cell, Row
from icrm_tui.widgets.filter import FilterInput
from icrm_tui.widgets.frame import Empty
from icrm_tui.widgets.listhead import ListHead
from icrm_tui.widgets.listing import Listing
from icrm_tui.widgets.values import MARKS, column, marked, written

if TYPE_CHECKING:
    from icrm_tui.screens.base import IcrmScreen


UNFINISHED = (":", "=", "<", ">", "(", "-")


class Page(NamedTuple):
    """The columns, what the team calls its own ones, the first rows, and what totals are counted in."""

    columns: dict[str, Field]
    named: dict[str, str]
    rows: list[dict[str, Any]]
    currency: str


def first_page(ctx: Context, wanted: Wanted) -> Page:
    named = {row["key"]: row["name"] for row in fields.definitions(ctx, wanted.noun)}
    return Page(lists.columns(ctx, wanted), named, lists.rows(ctx, wanted, BLOCK), ctx.setting("currency"))


def all_ids(ctx: Context, wanted: Wanted) -> tuple["array[int]", int]:
    """The ids the filter leaves, and how many rows there are without it."""
    found = lists.ids(ctx, wanted)
    everything = Wanted(wanted.noun, archived=wanted.archived)
    return found, len(found) if not wanted.text else lists.count(ctx, everything)


class RecordList(Vertical):
    """Filter, head and list of `noun`. Reads in two steps: the first page, then all ids for jumps and marks."""

    DEFAULT_CSS = """
    RecordList { height: 1fr; }
    RecordList > Empty { display: none; }
    RecordList.-empty > .-none, RecordList.-missed > .-missed { display: block; }
    RecordList.-empty > Listing, RecordList.-empty > ListHead, RecordList.-missed > ListHead { display: none; }
    RecordList.-missed > Listing { height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,／,、", "filter", "key.filter", id="list.filter", key_display="/"),
        Binding("s", "sort", "key.sort", id="list.sort"),
        Binding("v", "columns", "key.columns", id="list.columns", show=False),
        Binding("X", "export", "key.export", id="list.export", show=False),
        Binding("H", "archived", "key.archived", id="list.archived", show=False),
    ]

    class Emptied(Message):
        """There is nobody to show."""

    def __init__(self, noun: str, empty: Empty, id: str | None = None) -> None:
        super().__init__(id=id)
        self.wanted = Wanted(noun, columns=nouns.noun(noun).columns)
        self.fields: dict[str, Field] = {}
        self.named: dict[str, str] = {}
        self.currency = ""
        self.empty = empty
        empty.add_class("-none")
        self.filter = FilterInput(self._complete, id="filter")
        self.listing = Listing(id="rows")
        self.ids: array[int] | None = None
        self._asked: tuple[int, int, int] | None = None

    def compose(self) -> ComposeResult:
        yield self.filter
        yield ListHead(self.listing)
        yield self.listing
        yield self.empty
        yield Empty("empty.filtered", ("Esc", "key.clear"), classes="-missed")

    @property
    def place(self) -> "IcrmScreen":
        return cast("IcrmScreen", self.screen)

    def show(self, noun: str, text: str = "", columns: tuple[str, ...] = (), sort: str = "") -> None:
        """Another noun in the same place, or the same asked for otherwise."""
        self.wanted = Wanted(noun, text, columns or nouns.noun(noun).columns, sort)
        self.listing.set_sort(sort.removeprefix("-"), sort.startswith("-"))
        self.fields = {}
        if self.filter.value != text:
            self.filter.set_value(text)
        self.read(keep=False)

    def read(self, keep: bool = True) -> None:
        """Read the list again; the rows shown stay until the new ones are there."""
        self.ids, self._asked = None, None
        generation = self.listing.reload(keep)
        wanted = self.wanted

        def first(page: Page) -> None:
            self.filter.clear_error()
            if wanted == self.wanted:
                self.currency = page.currency
                self._take_columns(page.columns, page.named)
                self.listing.fill(generation, 0, self._rows(page.rows))
                self.set_class(not page.rows and not wanted.text, "-empty")
                self.set_class(not page.rows and bool(wanted.text), "-missed")
                if not page.rows:
                    self.post_message(self.Emptied())
                self.place.load(all_ids, wanted, then=rest, failed=self._failed, wait=0)

        def rest(found: tuple["array[int]", int]) -> None:
            ids, total = found
            if wanted != self.wanted:
                return
            self.ids = ids
            self.listing.set_ids(ids)
            values = {"n": len(ids), "shown": f"{len(ids):,}", "total": f"{total:,}"}
            self.filter.note(t("ui.count.of" if wanted.text else "ui.count", **values))
            if self._asked is not None:
                self._block(*self._asked)

        self.place.load(first_page, wanted, then=first, failed=self._failed)

    def selected(self) -> list[int]:
        """The marked rows, else the one under the cursor."""
        if self.listing.marks:
            return sorted(self.listing.marks)
        return [self.listing.row.id] if self.listing.row else []

    def relabel(self) -> None:
        self.read()

    # What the list asks

    @on(Listing.BlockWanted)
    def _wanted_block(self, event: Listing.BlockWanted) -> None:
        event.stop()
        if event.first == 0 and self.ids is None:
            return  # the first page is on its way
        self._asked = (event.generation, event.first, event.count)
        if self.ids is not None:
            self._block(*self._asked)

    def _block(self, generation: int, first: int, count: int) -> None:
        assert self.ids is not None
        some = self.ids[first : first + count]

        def fill(rows: list[dict[str, Any]]) -> None:
            self.listing.fill(generation, first, self._rows(rows))

        self.place.load(lists.by_ids, self.wanted, some, then=fill, wait=0, failed=self._failed)

    @on(Listing.IdsWanted)
    def _wanted_ids(self, event: Listing.IdsWanted) -> None:
        event.stop()
        if self.ids is not None:
            self.listing.set_ids(self.ids)

    @on(Listing.Typed)
    def _typed(self, event: Listing.Typed) -> None:
        event.stop()
        self.filter.start_with(event.text)

    @on(ListHead.Clicked)
    def _head_clicked(self, event: ListHead.Clicked) -> None:
        event.stop()
        self.sort_by(event.key)

    # The filter

    async def _complete(self, text: str) -> list[str]:
        try:
            found: list[str] = await self.place.ask(query.words, self.wanted.noun, text)
        except IcrmError:  # the list itself says what is wrong
            return []
        return found

    @on(FilterInput.Changed)
    @on(FilterInput.Submitted)
    def _filtered(self, event: FilterInput.Said) -> None:
        event.stop()
        if event.text != self.wanted.text:
            self._want(text=event.text)
        if isinstance(event, FilterInput.Submitted):
            self.listing.focus()

    @on(FilterInput.Left)
    def _left(self, event: FilterInput.Left) -> None:
        event.stop()
        self.listing.focus()

    def _failed(self, error: IcrmError) -> None:
        if isinstance(error, QueryError):
            if self.wanted.text.endswith(UNFINISHED) and self.filter.line.has_focus:
                return  # a value is still to come
            self.filter.show_error(error.values["column"], error.values["length"], i18n.sentence(error))
        else:
            self.place.say_error(error)

    # Keys

    def back(self) -> bool:
        """Esc: first the marks go, then the filter; False where there was neither."""
        if self.listing.marks:
            self.listing.clear_marks()
        elif self.wanted.text:
            self.filter.set_value("")
        else:
            return False
        return True

    def action_filter(self) -> None:
        self.filter.line.focus()

    def action_archived(self) -> None:
        self._want(archived=not self.wanted.archived)
        self.place.say("list.archived.shown" if self.wanted.archived else "list.archived.hidden")

    def action_sort(self) -> None:
        from icrm_tui.widgets.dialogs import Choice, ChoiceDialog

        choices = [Choice(column.key, column.title) for column in self.listing.columns]

        def take(word: str | None) -> None:
            if word:
                self.sort_by(word)

        self.app.push_screen(ChoiceDialog("list.sort.title", choices, self.wanted.sort.removeprefix("-")), take)

    def sort_by(self, word: str) -> None:
        """Order by a column; the same one again turns the order round."""
        self._want(sort=f"-{word}" if self.wanted.sort == word else word)

    @work
    async def action_export(self) -> None:
        """Write the rows of the list, or those marked, to a file."""
        from icrm_tui.screens.exporting import export

        marks = self.listing.marks
        everything = not marks or (self.ids is not None and len(marks) == len(self.ids))
        n = len(marks) or self.listing.total
        await export(self.place, self.wanted, n, None if everything else sorted(marks))

    def action_columns(self) -> None:
        """Choose the columns shown."""
        from icrm_tui.screens.columns import ColumnsDialog

        def take(words: tuple[str, ...] | None) -> None:
            if words:
                self._want(columns=words)

        def ask(known: dict[str, Field]) -> None:
            self.app.push_screen(ColumnsDialog(list(known), self.wanted.columns, self.named), take)

        self.place.load(query.fields, self.wanted.noun, then=ask, wait=0)

    def _want(self, **changes: Any) -> None:
        self.wanted = self.wanted._replace(**changes)
        word = self.wanted.sort.removeprefix("-")
        self.listing.set_sort(word, self.wanted.sort.startswith("-"))
        self.read(keep="text" not in changes)

    # Drawing

    def _take_columns(self, columns: dict[str, Field], named: dict[str, str]) -> None:
        if columns != self.fields or named != self.named:
            self.fields, self.named = columns, named
            noun = self.wanted.noun
            self.listing.set_columns(
                *(column(word, field, named.get(word, ""), noun) for word, field in columns.items())
            )

    def _rows(self, rows: list[dict[str, Any]]) -> list[Row]:
        return [Row(row["id"], tuple(self._cells(row))) for row in rows]

    def _cells(self, row: dict[str, Any]) -> Iterator[str | Cell]:
        """An amount is counted as its own currency is, totals as the team's."""
        now, zone = self.place.icrm.opening.clock(), self.place.icrm.zone
        for word, field in self.fields.items():
            currency = row.get("currency") if field.type == "amount" else self.currency
            text = written(row[word], field, word, now, zone, currency or "")
            if field.type == "span" and (row[word] or 0) < 0:
                yield Cell(text, "error")
            else:
                yield marked(word, row[word], text) if word in MARKS else text
