"""Saying when: fields in which a moment is typed as people say it, and one question for nothing else."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, cast
from zoneinfo import ZoneInfo

from textual import on, work
from textual.widgets import Input

from icrm_tui import when
from icrm_tui.dates import When
from icrm_tui.engage import reminders
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import t
from icrm_tui.widgets.dialogs import Choice, ChoiceList, ConfirmDialog
from icrm_tui.widgets.finder import Finder
from icrm_tui.widgets.forms import Faults, FormDialog, Values
from icrm_tui.widgets.frame import sentence
from icrm_tui.widgets.moments import full

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

# what is offered before anything is typed: key of its words → how it is read
LATER = {"hour": "in 1 hour", "evening": "today 17:00", "tomorrow": "tomorrow 9:00", "monday": "next monday 9:00"}
DAYS = {"today": "today", "tomorrow": "tomorrow", "monday": "next monday", "weeks": "in 2 weeks", "month": "in 1 month"}


async def sure_of_past(app: "IcrmApp", moment: When) -> bool:
    """A moment that is over already is asked about."""
    if not reminders.is_past(moment, app.opening.clock(), app.zone):
        return True
    question = ConfirmDialog(t("ask.past", due=full(moment)), "ask.past.action")
    answer = await app.push_screen_wait(question)
    return bool(answer)


class MomentForm(FormDialog):
    """A form with fields for moments: under each stands how it was understood."""

    MOMENTS: ClassVar[dict[str, bool]] = {}  # field → whether what is meant lies ahead

    @property
    def icrm(self) -> "IcrmApp":
        return cast("IcrmApp", self.app)

    def now(self) -> datetime:
        return self.icrm.opening.clock()

    def moment(self, key: str, text: str) -> When | None:
        """What is meant by the text of that field; None for nothing."""
        if not text.strip():
            return None
        return when.read(text, self.now(), self.icrm.zone, ahead=self.MOMENTS[key])

    @on(Input.Changed)
    def _read_back(self, event: Input.Changed) -> None:
        key = (event.input.id or "").removeprefix("field-")
        if key not in self.MOMENTS:
            return
        try:
            moment = self.moment(key, event.value)
        except IcrmError:
            moment = None
        self.note(key, full(moment) if moment else "")

    async def check(self, values: Values) -> Faults:
        found = {}
        for key in self.MOMENTS:
            try:
                self.moment(key, values[key])
            except IcrmError as error:
                found[key] = sentence(error)
        return found


class WhenDialog(Finder):
    """Answers a moment: one of those offered, or what is typed; nothing typed and Enter is the first."""

    DEFAULT_CSS = "WhenDialog Found.dialog-body { height: 6; }"

    def __init__(self, title: str, offered: dict[str, str], now: datetime, zone: ZoneInfo, text: str = "") -> None:
        super().__init__(title, self._meant, "form.hint.when", text)
        self.now = now
        self.zone = zone
        self.moments: dict[str, When] = {}
        self.offered: list[Choice] = []
        for key, words in offered.items():
            moment = when.read(words, now, zone)
            if not reminders.is_past(moment, now, zone):
                self.moments[key] = moment
                self.offered.append(Choice(key, f"when.{key}", note=full(moment)))

    async def _meant(self, text: str) -> Sequence[Choice]:
        self.wrong = ""
        if not text.strip():
            return self.offered
        try:
            moment = when.read(text, self.now, self.zone)
        except IcrmError as error:
            self.wrong = sentence(error)
            return ()
        self.moments["typed"] = moment
        return (Choice("typed", full(moment)),)

    def found(self, _text: str, _found: Sequence[Choice]) -> None:
        self.note(self.wrong)

    @on(ChoiceList.Chosen)
    def _taken(self, event: ChoiceList.Chosen) -> None:
        event.stop()
        event.prevent_default()  # what is past is asked about first
        self._sure(self.moments[event.value])

    @work(exclusive=True, group="sure")
    async def _sure(self, moment: When) -> None:
        if await sure_of_past(cast("IcrmApp", self.app), moment):
            self.dismiss(moment)
