"""Reminders: what is still to be done and what is done, found by anything, settled by a key."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from icrm_tui import nouns
from icrm_tui.context import Context
from icrm_tui.i18n import t
from icrm_tui.screens.acting import CUSTOMER_KEYS, about, target_of, whom
from icrm_tui.screens.customer import CustomerScreen
from icrm_tui.screens.listed import ListPlace
from icrm_tui.screens.record_list import RecordList
from icrm_tui.screens.reminding import REMINDER_KEYS, Reminding, each
from icrm_tui.widgets.blocks import Cell
from icrm_tui.widgets.filter import FilterLine
from icrm_tui.widgets.frame import View
from icrm_tui.widgets.listing import Listing
from icrm_tui.widgets.moments import due, repeated

DONE, MINE = "done:yes", "owner:me"


class ReminderList(RecordList):
    """What is open says when it is due in words that count from now."""

    def _cells(self, row: dict[str, Any]) -> Iterator[str | Cell]:
        now, zone = self.place.icrm.opening.clock(), self.place.icrm.zone
        for word, cell in zip(self.fields, super()._cells(row), strict=True):
            if word == "due" and DONE not in self.wanted.text:
                yield due(row["due"], now, zone)
            elif word == "repeat":
                yield repeated(row["repeat"])
            else:
                yield cell


class RemindersScreen(Reminding, ListPlace):
    place = "reminders"
    lists = "reminder"
    rows = ReminderList
    empty = ("empty.reminders", (("a", "key.add"), ("2", "place.contacts")))
    views = (View("open", "tab.open"), View("done", "tab.done"))
    means: ClassVar = {"customer.archive": "key.call-off"}
    BINDINGS: ClassVar[list[BindingType]] = [
        *REMINDER_KEYS,
        *(one for one in CUSTOMER_KEYS if one.action != "merge"),
        Binding("asterisk", "everyone", "key.everyone", id="reminders.everyone", key_display="*", show=False),
        Binding("tab", "other", "key.open-done", id="reminders.other", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.everyone = False

    def on_mount(self) -> None:
        self.turn_to("open")

    def turn_to(self, view: str) -> None:
        super().turn_to(view)
        words = [DONE] if view == "done" else []
        words += [] if self.everyone else [MINE]
        self.records.show("reminder", " ".join(words), sort="-due" if view == "done" else "due")

    def leaving(self) -> None:
        self.records.listing.leave()

    @on(Listing.Highlighted)
    @on(Listing.Marked)
    def _another(self) -> None:
        self.refresh_bindings()  # there may be none, or one of another kind

    def settled(self) -> None:
        self.records.listing.clear_marks()

    def action_other(self) -> None:
        """What is open, then what is done; out of the filter line first, if that is where we are."""
        if isinstance(self.focused, FilterLine):
            self.records.listing.focus()
            return
        self.turn_to(self.top.step(1))

    def action_everyone(self) -> None:
        self.everyone = not self.everyone
        words = [word for word in self.records.wanted.text.split() if word != MINE]
        self.records.filter.set_value(" ".join(words if self.everyone else [*words, MINE]))
        self.say("reminders.all" if self.everyone else "reminders.mine")

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        self.action_page(event.row.id)

    @work
    async def action_page(self, row_id: int) -> None:
        self.app.push_screen(CustomerScreen(*await self.ask(about, ("reminder", row_id))))

    @work
    async def action_add(self, _name: str = "") -> None:
        """One for whoever is named."""
        from icrm_tui.screens.dialogs.reminders import WhomDialog

        written = await self.app.push_screen_wait(WhomDialog("form.reminder.whom"))
        if written is not None:
            await self.remind(await self.ask(whom, [target_of(written)]))

    @work
    async def action_owner(self) -> None:
        """Whose reminders they are; the customers stay whose they were."""
        ids = self.reminders()
        if not ids:
            return
        dialog = await nouns.resolve(nouns.DIALOGS["owner"]).opening(self.icrm, len(ids), "")
        dialog.heading = t("form.reminder.owner", n=len(ids))
        owner = await self.app.push_screen_wait(dialog)
        if not owner or not await self.sure(len(ids), "ask.reminder.owner", "key.owner"):
            return
        if await self.perform(hand, ids, owner) is not None:
            self.say("done.reminder.owner", n=len(ids), owner=owner)


def hand(ctx: Context, ids: Sequence[int], owner: str) -> int:
    from icrm_tui.engage import reminders

    return each(ctx, "reminder.edit", lambda ctx, one: reminders.edit(ctx, one, {"owner": owner}), ids)
