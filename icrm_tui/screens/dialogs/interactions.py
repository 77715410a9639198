"""Logging a touch: what was said first, then how, in which direction, with what outcome, and when."""

from typing import TYPE_CHECKING, Any, cast

from textual import on
from textual.widgets import Input

from icrm_tui import dates, when
from icrm_tui.collect import interactions
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import t
from icrm_tui.search import Who
from icrm_tui.widgets.forms import Faults, FormDialog, FormField, Values
from icrm_tui.widgets.frame import sentence
from icrm_tui.widgets.values import local

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp


def choices(field: str, values: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(value, f"{field}.{value}") for value in values]


class LogDialog(FormDialog):
    """Answers the id of the touch logged with `who`. The channel is the one used last, for it is likely the same."""

    DEFAULT_CSS = "LogDialog LongInput.-textual-compact { height: 6; }"
    last = "call"

    def __init__(self, who: Who) -> None:
        self.who = who
        super().__init__(
            t("form.log", name=who.name),
            [
                FormField("text", "field.text", "long"),
                FormField(
                    "channel", "field.channel", "choice", self.last, choices("channel", interactions.CHANNELS),
                    required=True,
                ),
                FormField(
                    "direction", "field.direction", "choice", "out", choices("direction", interactions.DIRECTIONS),
                    required=True,
                ),
                FormField("outcome", "field.outcome", "choice", "", choices("outcome", interactions.OUTCOMES)),
                FormField("at", "field.at", hint="form.hint.at"),
            ],
        )  # fmt: skip

    @property
    def icrm(self) -> "IcrmApp":
        return cast("IcrmApp", self.app)

    def _touch(self, values: Values) -> interactions.Touch:
        return interactions.Touch(
            values["text"], values["channel"], values["direction"], self._at(values["at"]), values["outcome"] or ""
        )

    def _at(self, text: str) -> str:
        """When it was, as the store keeps it; nothing said, or today without an hour, is now."""
        app = self.icrm
        now = app.opening.clock()
        if not text.strip():
            return ""
        day, hour = when.read(text, now, app.zone, ahead=False)
        if hour is None and day == now.astimezone(app.zone).date():
            return ""
        return dates.utc(day, hour, app.zone)

    @on(Input.Changed, "#field-at")
    def _read_back(self, event: Input.Changed) -> None:
        """Say how the time typed was understood."""
        try:
            at = self._at(event.value)
        except IcrmError:
            at = ""
        moment = local(at, self.icrm.zone) if at else None
        said = f"{moment:%Y-%m-%d %H:%M} {t(f'ui.weekday.{moment.weekday()}')}" if moment else ""
        self.note("at", said)

    async def check(self, values: Values) -> Faults:
        try:
            self._at(values["at"])
        except IcrmError as error:
            return {"at": sentence(error)}
        try:
            interactions.check(self._touch(values))
        except IcrmError as error:
            return {"text": sentence(error)}
        return {}

    async def keep(self, values: Values) -> Any:
        touch = self._touch(values)

        def add(ctx: Context) -> int:
            return interactions.add(ctx, self.who, touch)

        made = await self.icrm.write(add)
        LogDialog.last = touch.channel
        self.icrm.look()
        return made
