"""Contacts: people or companies, found by anything, with the one under the cursor beside the list."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from icrm_tui.screens.acting import CUSTOMER_KEYS, Acting
from icrm_tui.screens.customer import CustomerScreen, Summary
from icrm_tui.screens.record_list import RecordList
from icrm_tui.widgets.frame import Empty
from icrm_tui.widgets.listing import Listing
from icrm_tui.widgets.tabs import Tabs

NOUNS = ("contact", "company")


class ContactsScreen(Acting):
    place = "contacts"
    AUTO_FOCUS = "#rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        *CUSTOMER_KEYS,
        Binding("tab", "other", "key.people-companies", id="contacts.other", show=False),
        Binding("i", "app.go('import')", "key.import", id="contacts.import", show=False),
    ]

    def body(self) -> ComposeResult:
        yield Tabs([("contact", "noun.people"), ("company", "noun.companies")], "tab", id="tabs")
        with Horizontal():
            yield RecordList("contact", Empty("empty.contacts", ("a", "key.add"), ("i", "key.import")), id="list")
            yield Summary(id="summary")

    @property
    def records(self) -> RecordList:
        return self.query_one("#list", RecordList)

    def changed(self) -> None:
        self.records.read()

    def targets(self) -> list[tuple[str, int]]:
        return [(self.records.wanted.noun, row_id) for row_id in self.records.selected()]

    def action_open(self) -> None:
        row = self.records.listing.row
        if row is not None:
            self.open(row.id)

    def open(self, row_id: int) -> None:
        self.app.push_screen(CustomerScreen(self.records.wanted.noun, row_id, self.records.ids))

    def action_other(self) -> None:
        """People, then companies, then people again; out of the filter line first, if that is where we are."""
        if self.focused is not self.records.listing:
            self.records.listing.focus()
            return
        self.turn_to(NOUNS[1 - NOUNS.index(self.records.wanted.noun)])

    def turn_to(self, noun: str, text: str = "") -> None:
        self.query_one(Tabs).current = noun
        self.records.show(noun, text)

    @on(Tabs.Chosen)
    def _chosen(self, event: Tabs.Chosen) -> None:
        self.turn_to(event.tab)

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        self.open(event.row.id)

    @on(Listing.Highlighted)
    def _highlighted(self, event: Listing.Highlighted) -> None:
        summary = self.query_one(Summary)
        if event.row is not None and summary.display:
            summary.show(self.records.wanted.noun, event.row.id)
