"""A place that is a list of one noun, with the customer of the row under the cursor beside it."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from icrm_tui.screens.acting import Acting, Target
from icrm_tui.screens.base import PLACES
from icrm_tui.screens.customer import Recent, Summary
from icrm_tui.screens.record_list import RecordList
from icrm_tui.widgets.frame import Empty
from icrm_tui.widgets.listing import Listing

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp


class ListPlace(Acting):
    """`lists` is the noun shown at first, `empty` what is said where there is none of it, with the keys that help."""

    lists: ClassVar[str] = ""
    rows: ClassVar[type[RecordList]] = RecordList
    empty: ClassVar[tuple[str, tuple[tuple[str, str], ...]]] = ("", ())
    AUTO_FOCUS = "#rows"

    def body(self) -> ComposeResult:
        said, keys = self.empty
        with Horizontal():
            yield self.rows(self.lists, Empty(said, *keys), id="list")
            yield Summary(id="summary")
            yield Recent()

    @property
    def records(self) -> RecordList:
        return self.query_one("#list", RecordList)

    def changed(self) -> None:
        self.records.read()

    def find(self, noun: str, text: str) -> None:
        """Show what `text` finds among rows of `noun`."""
        if self.views and self.top.view != self.views[0].key:
            self.turn_to(self.views[0].key)
        self.records.show(noun, text)

    @property
    def noun(self) -> str:
        return self.records.wanted.noun

    def targets(self) -> list[Target]:
        return [(self.noun, row_id) for row_id in self.records.selected()]

    @property
    def under_cursor(self) -> Target | None:
        row = self.records.listing.row
        return (self.noun, row.id) if row else None

    def action_back(self) -> None:
        self.records.back()

    @on(RecordList.Emptied)
    def _emptied(self) -> None:
        self.query_one(Summary).clear()

    @on(Listing.Highlighted)
    def _highlighted(self) -> None:
        self.query_one(Summary).tell_more()


def show_query(app: "IcrmApp", noun: str, text: str) -> None:
    """Go to the place where rows of `noun` are listed and show what `text` finds there."""
    app.action_go(next((place.key for place in PLACES if place.noun == noun), "contacts"))

    def show() -> None:
        if isinstance(app.screen, ListPlace):
            app.screen.find(noun, text)

    app.call_after_refresh(show)
