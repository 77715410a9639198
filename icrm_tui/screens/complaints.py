"""Complaints: in a list found by anything, or on a board by how far they are."""

from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from icrm_tui import nouns
from icrm_tui.context import Context
from icrm_tui.i18n import t
from icrm_tui.listen import board as columns
from icrm_tui.screens.acting import Target
from icrm_tui.screens.complaining import COMPLAINT_KEYS, Complaining, Record
from icrm_tui.screens.complaint import ComplaintScreen
from icrm_tui.screens.listed import ListPlace
from icrm_tui.widgets.blocks import Cell
from icrm_tui.widgets.board import Board, Card, Column
from icrm_tui.widgets.filter import FilterLine
from icrm_tui.widgets.frame import View
from icrm_tui.widgets.listing import Listing
from icrm_tui.widgets.values import clock, marked

COLUMNS = ("ref", "severity", "state", "left", "what", "name", "owner", "category", "kind", "opened")
OPEN, MINE = "no:ended", "owner:me"


def board(ctx: Context, everyone: bool) -> tuple[dict[str, list[Record]], dict[str, int]]:
    """The cards of every column, and how many there are."""
    return columns.board(ctx, everyone), columns.counts(ctx, everyone)


class ComplaintsScreen(Complaining, ListPlace):
    place = "complaints"
    lists = "complaint"
    empty = ("empty.complaints", (("a", "key.complaint.take"), ("g", "key.places")))
    views = (View("list", "tab.list"), View("board", "tab.board"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "take", "key.complaint.take", id="complaint.take"),
        *COMPLAINT_KEYS,
        Binding("asterisk", "everyone", "key.everyone", id="complaint.everyone", key_display="*", show=False),
        Binding("tab", "other", "key.complaint.board", id="complaint.board", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.everyone = False

    def body(self) -> ComposeResult:
        yield from super().body()
        shown = Board(id="board")
        shown.display = False
        yield shown

    def on_mount(self) -> None:
        self.records.show("complaint", self._text(), COLUMNS, "-severity")

    def find(self, noun: str, text: str) -> None:
        super().find(noun, text)
        self.records.show(noun, text, COLUMNS, "-severity")

    def _text(self) -> str:
        return OPEN if self.everyone else f"{OPEN} {MINE}"

    @property
    def board(self) -> Board:
        return self.query_one(Board)

    @property
    def on_board(self) -> bool:
        return self.top.view == "board"

    def turn_to(self, view: str) -> None:
        super().turn_to(view)
        self.board.display = view == "board"
        self.query_one("Horizontal").display = view == "list"
        (self.board if view == "board" else self.records.listing).focus()
        self.changed()

    def changed(self) -> None:
        if self.on_board:
            self.load(board, self.everyone, then=self._show, name="board")
        else:
            super().changed()

    def _show(self, found: tuple[dict[str, list[Record]], dict[str, int]]) -> None:
        cards, counts = found
        self.board.show(
            Column(state, f"board.{state}", counts[state], [self._card(row) for row in rows])
            for state, rows in cards.items()
        )

    def _card(self, row: Record) -> Card:
        owner = f"  {row['owner']}" if self.everyone else ""
        left = clock(row, brief=True) if row["alarm"] else Cell(t("ui.age", n=row["age"]), "muted")
        again = t("complaint.reopened", n=row["reopened"]) + "  " if row["reopened"] else ""
        first = ((*marked("severity", row["severity"]),), (f"  {row['ref']}", "accent"), (owner, "muted"))
        second = ((row["name"], "strong"), ("  " if row["name"] else "", ""), (row["what"], ""))
        return Card(int(row["id"][1:]), first, (f"{again}{left.text} ", left.tone), second)

    # Which are meant

    def targets(self) -> list[Target]:
        if not self.on_board:
            return super().targets()
        return [("complaint", self.board.card.id)] if self.board.card else []

    @property
    def under_cursor(self) -> Target | None:
        return self.one() if self.on_board else super().under_cursor

    # Keys

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        self.app.push_screen(ComplaintScreen(event.row.id, self.records.ids, event.index))

    @on(Board.Opened)
    def _card_opened(self, event: Board.Opened) -> None:
        assert event.card is not None
        self.app.push_screen(ComplaintScreen(event.card.id, event.board.ids, event.board.place))

    @work
    async def action_take(self) -> None:
        """Somebody nobody knows yet calls, or somebody who is named in the form."""
        await self.app.push_screen_wait(nouns.resolve(nouns.DIALOGS["complaint.add"])())

    def action_everyone(self) -> None:
        """Mine or everybody's, in both views; in the list the filter says so."""
        self.everyone = not self.everyone
        words = self.records.wanted.text.split()
        words = [word for word in words if word != MINE] if self.everyone else [*words, MINE]
        self.records.filter.set_value(" ".join(words))
        self.say("complaint.all" if self.everyone else "complaint.mine")
        self.changed()

    def action_other(self) -> None:
        """The board, then the list again; out of the filter line first, if that is where we are."""
        if isinstance(self.focused, FilterLine):
            self.records.listing.focus()
            return
        self.turn_to(self.top.step(1))

    def check_action(self, action: str, _parameters: Any) -> bool | None:
        return action not in ("filter", "sort") or not self.on_board
