"""What moving a complaint on asks for: a remedy or a reason, the customer's answer, the other one it is told by."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.widgets import Static

from icrm_tui import lists, search, users
from icrm_tui.collect.interactions import CHANNELS
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import t
from icrm_tui.listen import categories, complaints
from icrm_tui.listen import complaints_rules as rules
from icrm_tui.listen.complaints_rules import Asked
from icrm_tui.lists import Wanted
from icrm_tui.screens.dialogs.records import RecordDialog
from icrm_tui.widgets.dialogs import Choice, ChoiceDialog
from icrm_tui.widgets.finder import Finder, among
from icrm_tui.widgets.forms import FormDialog, FormField, Values
from icrm_tui.widgets.values import marked

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

KEYS = {
    "ack": "a",
    "start": "s",
    "wait": "w",
    "resolve": "r",
    "tried": "t",
    "close": "c",
    "withdraw": "b",
    "duplicate": "d",
    "invalid": "i",
    "reopen": "o",
}
MOST = 12  # complaints offered as the other one


def moves(ref: str, legal: Iterable[str]) -> ChoiceDialog:
    """Every legal move; answers its word."""
    return ChoiceDialog(t("form.complaint.moves", ref=ref), [Choice(one, f"do.{one}", KEYS[one]) for one in legal])


class TriedDialog(ChoiceDialog):
    """By which channel the customer was asked; how often they were so far stands below."""

    DEFAULT_CSS = "TriedDialog #tried-so-far { color: $foreground-muted; margin: 1 0 0 3; }"
    BESIDE = 11

    def __init__(self, ref: str, asked: Asked) -> None:
        self.asked = asked
        super().__init__(t("form.complaint.tried", ref=ref), [Choice(one, f"channel.{one}") for one in CHANNELS])

    def body(self) -> ComposeResult:
        yield from super().body()
        yield Static(said_of(self.asked), id="tried-so-far", markup=False)


def said_of(asked: Asked) -> str:
    """How often somebody was asked, and how often that has to be."""
    return t("form.complaint.asked", days=asked.days, of=rules.ASK_DAYS, channels=asked.channels, by=rules.ASK_CHANNELS)


def answers(ref: str, kind: str, asked: Asked) -> ChoiceDialog:
    """What the customer says to the remedy: yes, no, final (no, and that is our last word), or none."""
    choices = [Choice("yes", "form.answer.yes", "y")]
    if kind == rules.COMPLAINT:
        choices += [
            Choice("no", "form.answer.no", "n", t("form.answer.no.note")),
            Choice("final", "form.answer.final", "f", t("form.answer.final.note")),
            Choice("none", "form.answer.none", "a", said_of(asked)),
        ]
    else:
        choices.append(Choice("none", "form.answer.plain", "c"))
    return ChoiceDialog(t("form.complaint.close", ref=ref), choices)


def which(rows: Sequence[dict[str, Any]]) -> ChoiceDialog:
    """One of these; answers its place."""
    choices = [
        Choice(str(n), f"{marked('severity', row['severity']).text}  {row['what']}", str(n + 1), row["ref"])
        for n, row in enumerate(rows[:9])
    ]
    return ChoiceDialog("portrait.complaints", choices)


class SayDialog(FormDialog):
    """One text, which `verb(ctx, text)` takes or refuses; answers what it returns, or the text where that is None."""

    def __init__(self, title: str, label: str, verb: Callable[[Context, str], Any], required: bool = True) -> None:
        self.verb = verb
        super().__init__(title, [FormField("text", label, "long", required=required)])

    async def keep(self, values: Values) -> Any:
        app = cast("IcrmApp", self.app)
        answer = await app.write(lambda ctx: self.verb(ctx, values["text"]))
        app.look()
        return values["text"] if answer is None else answer


def takers(people: Sequence[dict[str, Any]], title: str) -> Finder:
    """Who takes complaints on; answers the name of a user."""
    choices = [Choice(one["name"], one["name"], note=one["full_name"]) for one in people]
    return Finder(title, among(choices), "form.hint.owner")


async def taking(app: "IcrmApp", title: str) -> Finder:
    return takers(await app.read(users.everyone), title)


def others(app: "IcrmApp", record: dict[str, Any]) -> Finder:
    """Which other complaint tells the same; at first those of the same customer, or the latest. Answers its id."""

    async def ask(text: str) -> Sequence[Choice]:
        found: list[Choice] = await app.read(lambda ctx: _others(ctx, record, text))
        return found

    return Finder(t("form.complaint.duplicate", ref=record["ref"]), ask, "form.hint.complaint")


def _others(ctx: Context, record: dict[str, Any], text: str) -> list[Choice]:
    if text.strip():
        hits, _more = search.find(ctx, text, MOST + 1, ("complaint",))
        rows = [{"id": hit["id"], "what": hit["name"], "ref": hit["detail"]} for hit in hits]
    else:
        name = record["name"].replace('"', "")
        rows = _listed(ctx, f'name:"{name}"' if name else "", record["id"]) or _listed(ctx, "", record["id"])
    return [Choice(row["id"], row["what"], note=row["ref"]) for row in rows if row["id"] != record["id"]]


def _listed(ctx: Context, text: str, but: str) -> list[dict[str, Any]]:
    rows = lists.rows(ctx, Wanted("complaint", text, ("ref", "what")), MOST + 1)
    return [{**row, "id": f"c{row['id']}"} for row in rows if f"c{row['id']}" != but]


class ComplaintEditDialog(RecordDialog):
    """What is known of a complaint; where somebody else was faster, the sides are asked for."""

    noun = "complaint"
    naming = "what"
    EDITING = ("what", "text", "kind", "severity", "category", "channel", "order", "wanted", "cause", "remedy", "cost",
               "tell_back")  # fmt: skip
    CHOICES: ClassVar = {"kind": rules.KINDS, "severity": rules.SEVERITIES, "channel": CHANNELS}
    LONG = frozenset({"text"})

    @staticmethod
    def show(ctx: Context, row_id: int) -> dict[str, Any]:
        return complaints.show(ctx, row_id)

    def fault(self, ctx: Context, key: str, text: str) -> None:
        if key != "category":
            rules.kept(key, text, ctx.setting("currency"))
        elif text:
            categories.check(text)

    def edit(self, ctx: Context, values: dict[str, str], base: int) -> bool:
        assert self.row_id is not None
        return complaints.edit(ctx, self.row_id, values, base)

    def blame(self, error: IcrmError) -> Any:
        return super().blame(error) if error.code != "complaint-ended" else {"kind": super().blame(error)[""]}
