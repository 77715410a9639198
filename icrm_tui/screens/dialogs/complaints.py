"""Taking down what somebody complains of, also of a caller nobody knows yet, and correcting what was taken down."""

from typing import TYPE_CHECKING, Any, Self, cast

from textual import events, on
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.timer import Timer
from textual.widgets import Input, Select

from icrm_tui import search, users
from icrm_tui.collect.interactions import CHANNELS
from icrm_tui.context import Context
from icrm_tui.errors import Ambiguous, IcrmError, NotFound, Usage
from icrm_tui.i18n import t
from icrm_tui.listen import callers, categories, complaints
from icrm_tui.listen import complaints_rules as rules
from icrm_tui.listen.complaints_rules import Complaint
from icrm_tui.screens.dialogs.interactions import choices
from icrm_tui.search import Who
from icrm_tui.text import fold
from icrm_tui.widgets.forms import Faults, FormDialog, FormField, Values
from icrm_tui.widgets.frame import sentence
from icrm_tui.widgets.text import glyph, shown

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

PAUSE = 0.2  # seconds without a key before the store is asked who that is
# refusal → the field it is about
ABOUT = {
    "text-empty": "text",
    "category-name": "category",
    "complaint-known": "name",
    "who-ambiguous": "caller",
    "phone-invalid": "caller",
    "email-invalid": "caller",
}


class ComplaintDialog(FormDialog):
    """Answers the id of the complaint, after saying its reference. Without `whom` it asks who is calling."""

    DEFAULT_CSS = "ComplaintDialog LongInput.-textual-compact { height: 3; }"

    def __init__(self, whom: Who | None = None) -> None:
        self.whom = whom
        self.named = ""  # its reference, once there is one
        self.handlers: dict[str, str] = {}  # key of a category → who takes it on
        self._asking: Timer | None = None
        caller = [
            FormField("caller", "form.complaint.caller", hint="form.hint.caller", required=True),
            FormField("name", "form.complaint.name", hint="form.hint.caller-name"),
        ]
        said = [
            FormField("text", "form.complaint.text", "long", required=True),
            FormField("kind", "field.kind", "choice", rules.COMPLAINT, choices("kind", rules.KINDS), required=True),
            FormField(
                "severity", "field.severity", "choice", "normal", choices("severity", rules.SEVERITIES), required=True
            ),
            FormField("category", "field.category"),
            FormField("channel", "field.channel", "choice", "call", choices("channel", CHANNELS), required=True),
            FormField("order", "field.order"),
            FormField("wanted", "field.wanted"),
            FormField("owner", "field.owner", "choice"),
            FormField(":solved", "form.complaint.solved", "heading"),
            FormField("resolved", "field.remedy"),
            FormField("satisfied", "field.satisfied", "choice", "", choices("satisfied", ("yes", "no"))),
        ]
        title = t("form.complaint", name=whom.name) if whom else "form.complaint.take"
        super().__init__(title, said if whom else [*caller, *said])

    @classmethod
    async def adding(cls, _app: "IcrmApp", _name: str = "") -> Self:
        return cls()

    @property
    def icrm(self) -> "IcrmApp":
        return cast("IcrmApp", self.app)

    @on(events.Mount)
    async def _known(self) -> None:
        people, known = await self.icrm.read(lambda ctx: (users.everyone(ctx), categories.everything(ctx)))
        self.handlers = {fold(row["name"]): row["handler"] for row in known}
        names = [row["name"] for row in known if row["name"] == shown(row["name"])]  # what is offered is drawn as it is
        category, owner = self.query_one("#field-category", Input), self.query_one("#field-owner", Select)
        category.suggester = SuggestFromList(names, case_sensitive=False)
        category.placeholder = t("ui.comma").join(names[:6])
        owner.set_options([(Content(row["name"]), row["name"]) for row in people])

    # What is said back while it is typed

    @on(Input.Changed, "#field-category")
    def _categorised(self, event: Input.Changed) -> None:
        key = fold(event.value)
        handler = self.handlers.get(key, "")
        said = t("form.complaint.handler", name=handler) if handler else ""
        self.note("category", said if not key or key in self.handlers else t("form.complaint.new-category"))

    @on(Input.Changed, "#field-caller")
    def _called(self, event: Input.Changed) -> None:
        if self._asking is not None:
            self._asking.stop()
        self._asking = self.set_timer(PAUSE, lambda: self.run_worker(self._ask(event.value), group="caller"))

    @property
    def waiting(self) -> bool:
        """Whether the store is about to be asked."""
        return self._asking is not None

    async def _ask(self, text: str) -> None:
        self._asking = None
        said = await self.icrm.read(lambda ctx: _who_calls(ctx, text)) if len(fold(text)) > 3 else ""
        self.note("caller", said)

    # Keeping it

    async def check(self, values: Values) -> Faults:
        found = {}
        if values["satisfied"] and not values["resolved"].strip() and values["kind"] == rules.COMPLAINT:
            found["resolved"] = t("error.complaint-remedy")
        if values["category"].strip():
            try:
                categories.check(values["category"])
            except Usage as error:
                found["category"] = sentence(error)
        return found

    def blame(self, error: IcrmError) -> Faults:
        keys = {one.key for one in self.fields}
        key = ABOUT.get(error.code, "")
        if self.whom is None and isinstance(error, NotFound) and error.code == "who-unknown":
            return {"name": t("form.complaint.unknown")}
        return {key if key in keys else "": sentence(error)}

    async def keep(self, values: Values) -> Any:
        said = Complaint(
            values["text"], values["kind"], values["category"], values["severity"], values["channel"],
            values["order"], values["wanted"], values["owner"] or "", values["resolved"], values["satisfied"] or "",
        )  # fmt: skip
        caller, name = values.get("caller", "").strip(), values.get("name", "").strip()

        def add(ctx: Context) -> tuple[int, str]:
            if self.whom is None and name:
                made = callers.take(ctx, caller, name, said)
            else:
                made = complaints.add(ctx, self.whom or search.who(ctx, caller), said)
            return made, complaints.get(ctx, made)["ref"]

        complaint_id, self.named = await self.icrm.write(add)
        self.notify(t("done.complaint", ref=self.named), markup=False, timeout=6)
        self.icrm.look()
        return complaint_id


def _who_calls(ctx: Context, text: str) -> str:
    """Whether that is somebody we know."""
    try:
        known = search.who(ctx, text)
    except Ambiguous as error:
        return sentence(error)
    except IcrmError:
        return t("form.complaint.unknown")
    written = f"{'p' if known.noun == 'contact' else 'co'}{known.id}"
    return f"{glyph('warn')} {t('form.here')}: {known.name} {glyph('between')} {written}"
