"""Segments: naming a query or a list, putting people on lists, holding two segments against each other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual import on
from textual.timer import Timer
from textual.widgets import Select

from icrm_tui import lists, query
from icrm_tui.classify import segments
from icrm_tui.classify.segments import SHIPPED, Segment
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import has, sentence, t
from icrm_tui.lists import Wanted
from icrm_tui.query import QueryError
from icrm_tui.query_parser import quoted
from icrm_tui.screens.acting import Acting, Target, who
from icrm_tui.search import Who
from icrm_tui.widgets.dialogs import Choice, ChoiceDialog
from icrm_tui.widgets.filter import FilterInput, QueryLine
from icrm_tui.widgets.finder import Finder, among
from icrm_tui.widgets.forms import Faults, FormDialog, FormField, Values
from icrm_tui.widgets.text import glyph, shown

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

PAUSE = 0.2  # seconds without a key before it is counted
NAMED = frozenset(("segment-name", "segment-exists", "segment-archived"))  # refusals that are about the name
KEEP, LIST, PUT, TAKE = "keep", "list", "put ", "take "  # what the dialog of `S` answers; a name follows


def called(segment: Segment) -> str:
    """Its name; of a shipped one in the language in use."""
    return t(f"segment.{segment.key}") if segment.key in SHIPPED else segment.name


def asking_for(segment: Segment) -> str:
    """The query for those in it, by the name people see where that names it."""
    spoken = called(segment)
    return f"segment:{quoted(spoken if segments.key_of(spoken) == segment.key else segment.name)}"


def shown_as(ctx: Context, noun: str, text: str) -> str:
    """Under which noun Contacts shows rows of `noun`: customers as what most of them are, companies or people."""
    if noun != "customer":
        return noun
    firms = lists.count(ctx, Wanted(noun, f"({text}) kind:company"))
    return "company" if firms * 2 > lists.count(ctx, Wanted(noun, text)) else "contact"


class SegmentDialog(FormDialog):
    """Answers the name of the segment saved. Its query is counted while it is typed, its mistake marked in it."""

    def __init__(
        self,
        segment: Segment | None = None,
        noun: str = "customer",
        text: str = "",
        people: Sequence[Who] = (),
    ) -> None:
        self.segment = segment
        self.people = people
        self._pause: Timer | None = None
        of = FormField("of", "field.of", "choice", noun, [(one, f"of.{one}") for one in segments.OF], required=True)
        asked = FormField("query", "field.query", "query", segment.query if segment else text)
        if segment:
            title, fields = t("form.segment.edit", name=called(segment)), [asked]
        elif people:
            title, fields = t("form.segment.list", n=len(people)), [_name(), of]
        else:
            title, fields = "form.segment.add", [_name(), of, _fixed(), asked]
        super().__init__(title, fields)

    @property
    def icrm(self) -> "IcrmApp":
        return cast("IcrmApp", self.app)

    @property
    def noun(self) -> str:
        return self.segment.noun if self.segment else self.values()["of"] or "customer"

    @property
    def line(self) -> QueryLine:
        return self.query_one(QueryLine)

    def on_mount(self) -> None:
        for line in self.query(QueryLine):
            line.complete = self._complete
            self._recount()

    async def _complete(self, text: str) -> list[str]:
        try:
            found: list[str] = await self.icrm.read(lambda ctx: query.words(ctx, self.noun, text))
        except IcrmError:  # the field itself says what is wrong
            return []
        return found

    # How many that would be now

    @property
    def waiting(self) -> bool:
        return self._pause is not None

    @on(FilterInput.Changed)
    @on(Select.Changed)
    def _recount(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        if self.query(QueryLine):
            self._pause = self.set_timer(PAUSE, self._ask)

    def _ask(self) -> None:
        self._pause = None
        self.run_worker(self._count(self.line.value), group="count", exclusive=True)

    async def _count(self, text: str) -> None:
        noun = self.noun
        self.line.clear_error()
        self.note("query", "")
        if not text.strip():
            return
        try:
            self.icrm.drop("segment-query")
            n = await self.icrm.read(lambda ctx: lists.count(ctx, Wanted(noun, text)), "segment-query")
        except IcrmError as error:
            if text == self.line.value:
                self._wrong(error)
            return
        if text == self.line.value and noun == self.noun:
            self.note("query", t("segments.now", n=n))

    def _wrong(self, error: IcrmError) -> bool:
        """Mark the mistake where it is; False for what is no mistake in the query."""
        if not isinstance(error, QueryError):
            return False
        self.line.show_error(error.values["column"], error.values["length"], sentence(error))
        return True

    # Keeping it

    def blame(self, error: IcrmError) -> Faults:
        if self.query(QueryLine) and self._wrong(error):
            self.line.focus()
            return {}
        keys = {field.key for field in self.fields}
        about = "name" if error.code in NAMED else "query"
        said = f"form.{error.code}"  # without the command that would mend it
        words = t(said, **error.values) if has(said) else sentence(error)
        return {about if about in keys else "": words}

    async def keep(self, values: Values) -> Any:
        """The name under which it is kept."""

        def save(ctx: Context) -> str:
            if self.segment:
                segments.edit(ctx, self.segment.name, values["query"], self.segment.rev or None)
                return self.segment.name
            if self.people:
                return on_a_list(ctx, values["name"], values["of"], self.people)
            return segments.save(ctx, values["name"], values["query"], values["of"], values["fixed"])

        name = await self.icrm.write(save)
        self.icrm.look()
        return name


def _name() -> FormField:
    return FormField("name", "form.segment.name", required=True)


def _fixed() -> FormField:
    return FormField("fixed", "field.fixed", "flag", hint="form.hint.fixed")


def on_a_list(ctx: Context, name: str, noun: str, people: Sequence[Who]) -> str:
    """A fixed list of these, in one change; its name."""

    def work(_tx: Any) -> str:
        kept = segments.save(ctx, name, "", noun, fixed=True)
        segments.add(ctx, kept, people)
        return kept

    made: str = ctx.change("segment.save", work)
    return made


# --- from a list of contacts -----------------------------------------------------------------------------


class Offer(NamedTuple):
    """What of a list can be kept: its filter, and `n` rows marked; `fixed` are the lists they can be put on."""

    noun: str
    text: str
    n: int
    fixed: list[Segment]


def offered(ctx: Context, noun: str, text: str, n: int) -> Offer:
    """People go on lists of contacts and of customers, companies only on the latter."""
    known = [one for one in segments.everything(ctx, archived=False) if one.fixed]
    return Offer(noun, text, n, [one for one in known if noun == "contact" or one.noun == "customer"])


class KeepDialog(Finder):
    """What to do with what a list shows: answers KEEP, LIST, PUT or TAKE with a name."""

    def __init__(self, offer: Offer) -> None:
        inside = [one for one in offer.fixed if f"segment:{quoted(one.name)}" == offer.text.strip()]
        choices = [Choice(TAKE + one.name, t("form.keep.take", n=offer.n, name=one.name)) for one in inside]
        if offer.text.strip() and not inside:
            choices.append(Choice(KEEP, "form.keep.query", note=offer.text))
        choices.append(Choice(LIST, t("form.keep.list", n=offer.n)))
        rest = [one for one in offer.fixed if one not in inside]
        choices += [Choice(PUT + one.name, t("form.keep.put", n=offer.n, name=one.name)) for one in rest]
        super().__init__("key.segment", among(choices), "form.hint.segment")


def as_query(ctx: Context, noun: str, text: str) -> tuple[str, str]:
    """A filter of people or companies as the query of a segment, and of what that is."""
    if noun == "contact":
        return "contact", text
    try:
        query.compile(ctx, "customer", text)
    except QueryError:
        return "customer", f"company({text})"
    return "customer", text


async def keep_from(screen: Acting, wanted: Wanted, targets: list[Target]) -> None:
    """Ask what to do with the filter and these rows of a list, and do it."""
    offer = await screen.ask(offered, wanted.noun, wanted.text, len(targets))
    answer = await screen.app.push_screen_wait(KeepDialog(offer))
    if answer is None:
        return
    if answer == KEEP:
        noun, text = await screen.ask(as_query, wanted.noun, wanted.text)
        name = await screen.app.push_screen_wait(SegmentDialog(None, noun, text))
    else:
        people = await screen.ask(lambda ctx: [who(ctx, target) for target in targets])
        if answer != LIST:
            await _moved(screen, answer, people)
            return
        noun = "contact" if wanted.noun == "contact" else "customer"
        name = await screen.app.push_screen_wait(SegmentDialog(noun=noun, people=people))
    if name is not None:
        screen.say("done.added", name=name)


async def _moved(screen: Acting, answer: str, people: Sequence[Who]) -> None:
    verb, name = (
        (segments.add, answer[len(PUT) :]) if answer.startswith(PUT) else (segments.remove, answer[len(TAKE) :])
    )
    n = await screen.perform(verb, name, people)
    if n is not None:
        screen.say("segments.put" if verb is segments.add else "segments.taken", n=n, name=name)


# --- comparing -------------------------------------------------------------------------------------------


def compared(ctx: Context, one: Segment, other: Segment) -> list[tuple[segments.Half, int]]:
    """The halves of two segments, each with how many are in it."""
    return [(half, lists.count(ctx, Wanted(half.noun, half.query))) for half in segments.halves(one, other)]


class CompareDialog(ChoiceDialog):
    """Who is in one, in both, in either; answers the part to be shown."""

    def __init__(self, one: Segment, other: Segment, found: list[tuple[segments.Half, int]]) -> None:
        names = {"one": called(one), "other": called(other)}
        choices = [Choice(half.part, t(f"compare.{half.part}", **names), note=f"{n:,}") for half, n in found]
        super().__init__(f"{shown(names['one'])} {glyph('between')} {shown(names['other'])}", choices, "both")
