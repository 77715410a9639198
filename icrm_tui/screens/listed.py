"""A place that is a list of one noun, with the customer of the row under the cursor beside it."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from icrm_tui.screens.acting import Acting, Target
from icrm_tui.screens.customer import Recent, Summary
from icrm_tui.screens.record_list import RecordList
from icrm_tui.widgets.frame import Empty
from icrm_tui.widgets.listing import Listing


class ListPlace(Acting):
    """`lists` is the noun shown at first, `empty` what is said where there is none of it, with the keys that help."""

    lists: ClassVar[str] = ""
    empty: ClassVar[tuple[str, tuple[tuple[str, str], ...]]] = ("", ())
    AUTO_FOCUS = "#rows"

    def body(self) -> ComposeResult:
        said, keys = self.empty
        with Horizontal():
            yield RecordList(self.lists, Empty(said, *keys), id="list")
            yield Summary(id="summary")
            yield Recent()

    @property
    def records(self) -> RecordList:
        return self.query_one("#list", RecordList)

    def changed(self) -> None:
        self.records.read()

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
