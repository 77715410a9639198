"""Contacts: people or companies, found by anything, with the one under the cursor beside the list."""

from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from icrm_tui import nouns
from icrm_tui.screens.acting import CUSTOMER_KEYS
from icrm_tui.screens.customer import CustomerScreen
from icrm_tui.screens.listed import ListPlace
from icrm_tui.widgets.filter import FilterLine
from icrm_tui.widgets.frame import View
from icrm_tui.widgets.listing import Listing


class ContactsScreen(ListPlace):
    place = "contacts"
    lists = "contact"
    empty = ("empty.contacts", (("a", "key.add"), ("i", "key.import")))
    views = (View("contact", "noun.people"), View("company", "noun.companies"))
    BINDINGS: ClassVar[list[BindingType]] = [
        *CUSTOMER_KEYS,
        Binding("tab", "other", "key.people-companies", id="contacts.other", show=False),
        Binding("S", "segment", "key.segment", id="contacts.segment", show=False),
        Binding("i", "app.go('import')", "key.import", id="contacts.import", show=False),
    ]

    def action_other(self) -> None:
        """People, then companies, then people again, of the same segment if they are of one; out of the filter line
        first, if that is where we are."""
        if isinstance(self.focused, FilterLine):
            self.records.listing.focus()
            return
        text = self.records.wanted.text
        self.turn_to(self.top.step(1), text if "segment:" in text else "")

    def turn_to(self, view: str, text: str = "") -> None:
        super().turn_to(view)
        self.records.show(view, text)

    def find(self, noun: str, text: str) -> None:
        self.turn_to(noun, text)

    @work
    async def action_segment(self) -> None:
        """Keep the filter, or those marked, as a segment."""
        await nouns.resolve(nouns.DIALOGS["segment.keep"])(self, self.records.wanted, self.targets())

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        self.app.push_screen(CustomerScreen(self.noun, event.row.id, self.records.ids, event.index))
