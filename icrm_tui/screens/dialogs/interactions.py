"""Logging a touch: what was said first, then what comes next, how it was, with what outcome, and when."""

from typing import Any

from icrm_tui import dates
from icrm_tui.collect import interactions
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.engage import reminders
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import t
from icrm_tui.screens.dialogs.moments import MomentForm, sure_of_past
from icrm_tui.search import Who
from icrm_tui.widgets.forms import Faults, FormField, Values
from icrm_tui.widgets.frame import sentence


def choices(field: str, values: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(value, f"{field}.{value}") for value in values]


class LogDialog(MomentForm):
    """Answers what became of it: the id of the touch logged with `who`, or True where a reminder was settled.

    `due` is the reminder the touch is for, as it is shown; it is done with it, and without a word it is just done.
    The channel is the one used last, for it is likely the same.
    """

    DEFAULT_CSS = "LogDialog LongInput.-textual-compact { height: 5; }"
    MOMENTS = {"next": True, "at": False}
    last = "call"

    def __init__(self, who: Who, due: dict[str, Any] | None = None) -> None:
        self.who = who
        self.due = due
        title = f"{who.name}: {due['what']}" if due else t("form.log", name=who.name)
        super().__init__(
            title,
            [
                FormField("text", "field.text", "long"),
                FormField("outcome", "field.outcome", "choice", "", choices("outcome", interactions.OUTCOMES)),
                FormField("next", "form.next", hint="form.hint.next"),
                FormField("what", "form.next.what", hint="form.hint.next.what"),
                FormField(
                    "channel", "field.channel", "choice", self.last, choices("channel", interactions.CHANNELS),
                    required=True,
                ),
                FormField(
                    "direction", "field.direction", "choice", "out", choices("direction", interactions.DIRECTIONS),
                    required=True,
                ),
                FormField("at", "field.at", hint="form.hint.at"),
            ],
        )  # fmt: skip

    def _touch(self, values: Values) -> interactions.Touch:
        """What is logged; where only the outcome is said, the reminder says what it was about."""
        text = values["text"].strip() or (self.due["what"] if self.due else "")
        return interactions.Touch(
            text, values["channel"], values["direction"], self._at(values["at"]), values["outcome"] or ""
        )

    def _wordless(self, values: Values) -> bool:
        """Whether a reminder is only ticked off."""
        return self.due is not None and not values["text"].strip() and not values["outcome"]

    def _at(self, text: str) -> str:
        """When it was, as the store keeps it; nothing said, or today without an hour, is now."""
        moment = self.moment("at", text)
        if moment is None or moment == When(self.now().astimezone(self.icrm.zone).date()):
            return ""
        return dates.utc(moment.day, moment.hour, self.icrm.zone)

    async def check(self, values: Values) -> Faults:
        faults = await super().check(values)
        if not faults and not self._wordless(values):
            try:
                interactions.check(self._touch(values))
            except IcrmError as error:
                return {"text": sentence(error)}
        return faults

    async def keep(self, values: Values) -> Any:
        then = self.moment("next", values["next"])
        if then is not None and not await sure_of_past(self.icrm, then):
            return None
        answer = await self.icrm.write(lambda ctx: self._keep(ctx, values, then))
        LogDialog.last = values["channel"]
        self.icrm.look()
        return answer

    def _keep(self, ctx: Context, values: Values, then: When | None) -> Any:
        what = values["what"].strip()
        if self.due is None:
            return reminders.log(ctx, self.who, self._touch(values), then, what)
        number, of = int(self.due["id"][1:]), self.due["due"]
        if self._wordless(values):
            reminders.done(ctx, number, then=then, what=what, of=of)
        else:
            reminders.settle(ctx, number, self._touch(values), then, what, of)
        return True
