"""The keys that settle reminders, the same on Today and in the list of them: done, put off, moved, called off."""

from collections.abc import Callable, Sequence
from typing import Any

from textual import work
from textual.binding import Binding

from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.errors import IcrmError, Refused
from icrm_tui.i18n import t
from icrm_tui.screens.acting import Acting
from icrm_tui.widgets.listing import Listing
from icrm_tui.widgets.moments import full, read

REMINDER_KEYS = (
    Binding("d", "done", "key.done", id="reminder.done"),
    Binding("z", "snooze", "key.snooze", id="reminder.snooze"),
    Binding("w", "when", "key.when", id="reminder.when"),
)


def each(ctx: Context, event: str, verb: Callable[[Context, int], Any], ids: Sequence[int]) -> int:
    """The same with all of them, in one change."""

    def change(_tx: Any) -> int:
        for row_id in ids:
            verb(ctx, row_id)
        return len(ids)

    n: int = ctx.change(event, change)
    return n


def open_ones(ctx: Context, ids: Sequence[int]) -> dict[str, Any]:
    """The first of them, once all are known to be still open; Refused names one that is not."""
    from icrm_tui.engage import reminders

    for row_id in ids:
        reminders.open_(ctx, row_id)
    return reminders.show(ctx, ids[0])


class Reminding(Acting):
    """A place with reminders in it; `reminders` are those the keys mean."""

    def reminders(self) -> list[int]:
        return [row_id for noun, row_id in self.targets() if noun == "reminder"]

    def leaving(self) -> None:
        """What is meant is about to be settled: then what is next comes under the cursor."""

    def settled(self) -> None:
        """It was."""

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Only a reminder can be done, put off or moved."""
        if action in ("done", "snooze", "when"):
            return bool(self.query(Listing)) and bool(self.reminders())
        return True

    async def meant(self) -> tuple[list[int], dict[str, Any]] | None:
        """The reminders the key is for and the first one's record; None, once it is said why, where it is too late."""
        ids = self.reminders()
        if not ids:
            return None
        try:
            return ids, await self.ask(open_ones, ids)
        except IcrmError as error:
            self.say_error(error)
            return None

    def titled(self, key: str, ids: Sequence[int], record: dict[str, Any]) -> str:
        if len(ids) > 1:
            return t(f"{key}.many", n=len(ids))
        return t(key, name=record["name"], what=record["what"])

    @work
    async def action_done(self) -> None:
        """Ask for a word on it, then tick off; many are asked about once more."""
        from icrm_tui.screens.dialogs.reminders import DoneDialog

        if (found := await self.meant()) is None:
            return
        ids, record = found
        answer = await self.app.push_screen_wait(DoneDialog(self.titled("form.done", ids, record)))
        if answer is not None and await self.sure(len(ids), "ask.done", "key.done"):
            await self.tick_off(ids, record, *answer)

    async def tick_off(
        self, ids: list[int], record: dict[str, Any], outcome: str = "", then: When | None = None
    ) -> None:
        """One is done as it was shown; what comes again and is not due yet only after a question."""
        from icrm_tui.engage import reminders

        of = record["due"] if len(ids) == 1 else ""
        self.leaving()

        def done(early: bool) -> Any:
            def verb(ctx: Context, row_id: int) -> Any:
                return reminders.done(ctx, row_id, outcome, then, early=early, of=of)

            return self.icrm.write(lambda ctx: each(ctx, "reminder.done", verb, ids))

        try:
            try:
                n = await done(early=False)
            except Refused as error:
                if error.code != "reminder-early":
                    raise
                if not await self._early(error):
                    return
                n = await done(early=True)
        except IcrmError as error:
            self.say_error(error)
            return
        self.settled()
        self.say("done.done", n=n, what=record["what"])
        self.icrm.look()

    async def _early(self, error: Refused) -> bool:
        from icrm_tui.widgets.dialogs import ConfirmDialog

        question = ConfirmDialog(t("ask.early", due=full(read(error.values["due"]))), "key.done")
        answer = await self.app.push_screen_wait(question)
        return bool(answer)

    @work
    async def action_snooze(self) -> None:
        from icrm_tui.screens.dialogs.moments import LATER

        await self._move("form.snooze", "ask.snooze", "key.snooze", LATER)

    @work
    async def action_when(self) -> None:
        from icrm_tui.screens.dialogs.moments import DAYS

        await self._move("form.when", "ask.when", "key.when", DAYS)

    async def _move(self, title: str, question: str, action: str, offered: dict[str, str]) -> None:
        from icrm_tui.engage import reminders
        from icrm_tui.screens.dialogs.moments import WhenDialog

        if (found := await self.meant()) is None:
            return
        ids, record = found
        now, zone = self.icrm.opening.clock(), self.icrm.zone
        until = await self.app.push_screen_wait(WhenDialog(self.titled(title, ids, record), offered, now, zone))
        if until is None or not await self.sure(len(ids), question, action):
            return
        moment: When = until
        self.leaving()
        n = await self.perform(each, "reminder.snooze", lambda ctx, one: reminders.snooze(ctx, one, moment), ids)
        if n is not None:
            self.settled()
            self.say("done.moved", n=n, what=record["what"], due=full(moment))
