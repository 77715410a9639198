"""Complaints: all of them, found by anything."""

from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from icrm_tui import nouns
from icrm_tui.screens.listed import ListPlace


class ComplaintsScreen(ListPlace):
    place = "complaints"
    lists = "complaint"
    empty = ("empty.complaints", (("a", "key.complaint.take"), ("g", "key.places")))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "take", "key.complaint.take", id="complaint.take"),
    ]

    @work
    async def action_take(self) -> None:
        """Somebody nobody knows yet calls, or somebody who is named in the form."""
        await self.app.push_screen_wait(nouns.resolve(nouns.DIALOGS["complaint.add"])())
