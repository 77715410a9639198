"""Reminding of something: for one or many customers, changed later, and done with a word on what came of it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from textual import on
from textual.widgets import Input

from icrm_tui import recurrence, search
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.engage import reminders
from icrm_tui.engage.reminders import Reminder
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import t
from icrm_tui.screens.dialogs.moments import MomentForm, sure_of_past
from icrm_tui.screens.dialogs.records import RecordDialog
from icrm_tui.search import Who
from icrm_tui.widgets.dialogs import Choice, ConfirmDialog
from icrm_tui.widgets.finder import Finder
from icrm_tui.widgets.forms import Faults, FormField, Values
from icrm_tui.widgets.frame import sentence
from icrm_tui.widgets.moments import full, repeated
from icrm_tui.widgets.text import glyph

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

TIMES = 2  # occurrences named under a repetition
ABOUT = {"repeat": "repeat", "repeat-two-ends": "repeat", "repeat-never": "repeat", "no-user": "owner"}


class ReminderDialog(RecordDialog, MomentForm):
    """Adding: answers for how many it was. Editing: whether anything changed. `due` is the moment said."""

    noun = "reminder"
    naming = "what"
    ADDING = EDITING = ("what", "due", "repeat", "priority", "owner")
    CHOICES: ClassVar = {"priority": reminders.PRIORITIES}
    MOMENTS = {"due": True}

    def __init__(self, known: dict[str, Any], whos: Sequence[Who], user: str) -> None:
        self.whos = list(whos)
        self.user = user
        self.due: When | None = None
        super().__init__(known)

    @classmethod
    async def opening(cls, app: "IcrmApp", whos: Sequence[Who]) -> Self:
        """Of a new one, for each of them."""
        return cls(await app.read(lambda ctx: cls.known(ctx, None)), whos, app.user)

    @classmethod
    async def editing(cls, app: "IcrmApp", row_id: int) -> Self:
        return cls(await app.read(lambda ctx: cls.known(ctx, row_id)), (), app.user)

    @staticmethod
    def show(ctx: Context, row_id: int) -> dict[str, Any]:
        return reminders.show(ctx, row_id)

    def title_of(self) -> str:
        if self.record:
            return t("form.reminder.edit", name=self.record["name"])
        if len(self.whos) == 1:
            return t("form.reminder.add", name=self.whos[0].name)
        return t("form.reminder.many", n=len(self.whos))

    def _field(self, word: str, value: str) -> FormField:
        given = {"priority": "normal", "owner": self.user}.get(word, "")
        found = super()._field(word, value or given)
        return found._replace(required=word != "repeat")

    def texts(self, record: Mapping[str, Any]) -> dict[str, str]:
        return {**super().texts(record), "repeat": repeated(record["repeat"])}

    # Saying how it was understood

    @on(Input.Changed, "#field-due")
    @on(Input.Changed, "#field-repeat")
    def _again(self) -> None:
        """The next times it would come."""
        values = self.values()
        try:
            moment = self.moment("due", values["due"])
            times = self._times(values["repeat"], moment) if moment and values["repeat"].strip() else []
        except IcrmError:
            times = []
        between = f" {glyph('between')} "
        self.note("repeat", t("form.reminder.then", times=between.join(map(full, times))) if times else "")

    @staticmethod
    def _times(repeat: str, first: When) -> list[When]:
        start = reminders.wall(first)
        rule, at = recurrence.read(repeat, start), start
        found: list[When] = []
        while len(found) < TIMES and (again := recurrence.after(rule, start, at)):
            at = again
            found.append(When(at.date()))
        return found

    # Checking and keeping

    async def check(self, values: Values) -> Faults:
        faults = dict(await MomentForm.check(self, values))
        repeat = values["repeat"].strip()
        if not faults and repeat and repeat != self.base.get("repeat", ""):
            try:
                moment = self.moment("due", values["due"])
                if moment is not None:
                    recurrence.read(repeat, reminders.wall(moment))
            except IcrmError as error:
                faults["repeat"] = sentence(error)
        return faults

    def blame(self, error: IcrmError) -> Faults:
        return {ABOUT.get(error.code, ""): sentence(error)}

    async def keep(self, values: Values) -> Any:
        self.due = self.moment("due", values["due"])
        assert self.due is not None  # the field is required
        moved = self.record is None or values["due"].strip() != self.base["due"]
        if moved and not await sure_of_past(self.icrm, self.due):
            return None
        if self.record is None and len(self.whos) > 1 and not await self._sure():
            return None
        return await super().keep(values)

    async def _sure(self) -> bool:
        question = ConfirmDialog(t("ask.remind", n=len(self.whos)), "key.remind", [t("ask.undoable")])
        answer = await self.app.push_screen_wait(question)
        return bool(answer)

    def add(self, ctx: Context, values: dict[str, str]) -> int:
        assert self.due is not None
        made = Reminder(values["what"], self.due, values.get("repeat", ""), values["priority"], values["owner"])

        def change(_tx: Any) -> int:
            for who in self.whos:
                reminders.add(ctx, who, made)
            return len(self.whos)

        n: int = ctx.change("reminder.add", change)
        return n

    def edit(self, ctx: Context, values: dict[str, str], base: int) -> bool:
        assert self.row_id is not None
        rest = {key: text for key, text in values.items() if key != "due"}
        return reminders.edit(ctx, self.row_id, rest, base, self.moment("due", values.get("due", "")))


class DoneDialog(MomentForm):
    """Answers what came of it and when the next is due, or None; Enter straight through is done."""

    MOMENTS = {"next": True}
    ACTION = "key.done"

    def __init__(self, title: str) -> None:
        super().__init__(
            title,
            [
                FormField("outcome", "field.outcome", hint="form.hint.outcome"),
                FormField("next", "form.next", hint="form.hint.next"),
            ],
        )

    async def keep(self, values: Values) -> Any:
        then = self.moment("next", values["next"])
        if then is not None and not await sure_of_past(self.icrm, then):
            return None
        return values["outcome"].strip(), then


class WhomDialog(Finder):
    """Answers the written id of a contact or company."""

    def __init__(self, title: str) -> None:
        super().__init__(title, self._look, "form.hint.find")

    async def _look(self, text: str) -> Sequence[Choice]:
        if not text.strip():
            return ()
        app = cast("IcrmApp", self.app)
        found = await app.read(lambda ctx: search.find(ctx, text, 30, ("contact", "company"))[0])
        return [Choice(one["id"], one["name"], note=f"{one['detail']}  {one['id']}") for one in found]
