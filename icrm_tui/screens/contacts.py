"""Contacts: people or companies, found by anything, with the one under the cursor beside the list."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from icrm_tui.screens.acting import CUSTOMER_KEYS, Acting, Target
from icrm_tui.screens.customer import CustomerScreen, Recent, Summary
from icrm_tui.screens.record_list import RecordList
from icrm_tui.widgets.filter import FilterLine
from icrm_tui.widgets.frame import Empty, View
from icrm_tui.widgets.listing import Listing

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp


class ContactsScreen(Acting):
    place = "contacts"
    views = (View("contact", "noun.people"), View("company", "noun.companies"))
    AUTO_FOCUS = "#rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        *CUSTOMER_KEYS,
        Binding("tab", "other", "key.people-companies", id="contacts.other", show=False),
        Binding("i", "app.go('import')", "key.import", id="contacts.import", show=False),
    ]

    def body(self) -> ComposeResult:
        with Horizontal():
            yield RecordList("contact", Empty("empty.contacts", ("a", "key.add"), ("i", "key.import")), id="list")
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

    def targets(self) -> list[tuple[str, int]]:
        return [(self.records.wanted.noun, row_id) for row_id in self.records.selected()]

    def action_back(self) -> None:
        self.records.back()

    def action_other(self) -> None:
        """People, then companies, then people again; out of the filter line first, if that is where we are."""
        if isinstance(self.focused, FilterLine):
            self.records.listing.focus()
            return
        self.turn_to(self.top.step(1))

    def turn_to(self, view: str, text: str = "") -> None:
        super().turn_to(view)
        self.records.show(view, text)

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        noun, ids = self.records.wanted.noun, self.records.ids
        self.app.push_screen(CustomerScreen(noun, event.row.id, ids, event.index))

    @on(RecordList.Emptied)
    def _emptied(self) -> None:
        self.query_one(Summary).clear()

    @property
    def under_cursor(self) -> Target | None:
        row = self.records.listing.row
        return (self.records.wanted.noun, row.id) if row else None

    @on(Listing.Highlighted)
    def _highlighted(self) -> None:
        self.query_one(Summary).tell_more()


def show_query(app: "IcrmApp", noun: str, text: str) -> None:
    """Go to the contacts and show what `text` finds there."""
    app.action_go("contacts")

    def show() -> None:
        if isinstance(app.screen, ContactsScreen):
            app.screen.turn_to(noun, text)

    app.call_after_refresh(show)
