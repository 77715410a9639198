"""Import: a file, its columns, a try that writes nothing, and what came of it; one step a page."""

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from icrm_tui import nouns
from icrm_tui.collect import fields, importing
from icrm_tui.collect.importing import Options, Preview
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import has, t
from icrm_tui.screens.base import IcrmScreen
from icrm_tui.screens.child import INTERRUPTED, Answer, Child, ProgressDialog
from icrm_tui.screens.import_steps import ColumnsStep, FileStep, ReportStep, target_choices
from icrm_tui.widgets.dialogs import Choice, ChoiceDialog
from icrm_tui.widgets.finder import Finder, among
from icrm_tui.widgets.forms import FormDialog, FormField
from icrm_tui.widgets.text import glyph, shown, word

STEPS = ("file", "columns", "check", "result")
POLICIES = ("update", "merge", "skip", "create")
CUSTOMERS = ("contact", "company")  # the kinds whose rows are customers themselves
# kind → what every row of a file is likely to have in common
BATCH = {
    "contact": ("source", "tags", "owner"),
    "company": ("source", "tags", "owner"),
    "interaction": ("channel", "dir", "who"),
    "reminder": ("what", "due", "priority", "owner"),
    "complaint": ("kind", "severity", "category", "channel", "owner"),
    "order": ("at", "currency", "note"),
}
MOST = 30  # values that are still a choice
CALLED = {"dir": "direction"}  # a column of a file → the field, where they are called differently


def look(ctx: Context, path: Path, options: Options) -> tuple[Preview, list[dict[str, Any]]]:
    return importing.preview(ctx, path, options), fields.definitions(ctx, options.kind)


def batch_field(kind: str, name: str, value: str) -> FormField:
    """A value for every row: one of its choices, where the field has few."""
    called = CALLED.get(name, name)
    field = nouns.noun(kind).fields.get(called)
    hint = f"import.hint.{name}" if has(f"import.hint.{name}") else ""
    if field is None or not field.choices or len(field.choices) > MOST:
        return FormField(name, f"field.{called}", value=value, hint=hint)
    choices = [(one, word(f"{called}.{one}")) for one in field.choices]
    return FormField(name, f"field.{called}", "choice", value, choices)


class StepLine(Widget):
    """The steps with the current one in bold, and the file with how it is written."""

    DEFAULT_CSS = "StepLine { height: 2; padding: 0 2; }"

    def __init__(self) -> None:
        super().__init__(id="steps")
        self.step = "file"
        self.about = ""

    def show(self, step: str, about: str) -> None:
        self.step, self.about = step, about
        self.refresh()

    def render(self) -> Content:
        parts: list[Content | str | tuple[str, str]] = []
        for place, step in enumerate(STEPS):
            parts.append((f" {glyph('right')} " if place else "", "$foreground-muted"))
            parts.append((t(f"import.step.{step}"), "bold $text-primary" if step == self.step else "$foreground-muted"))
        if self.about:
            parts.append((f"     {self.about}", "$foreground-muted"))
        return Content.assemble(*parts)


class ImportScreen(IcrmScreen):
    place = "import"
    means = {"list.open": "import.field.choose"}
    AUTO_FOCUS = "FileStep Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "key.back", id="import.back"),
        Binding("n,ctrl+s", "next", "key.next-step", id="import.next", key_display="n"),
        Binding("t", "kind", "import.kind", id="import.kind"),
        Binding("d", "duplicates", "import.duplicates", id="import.duplicates"),
        Binding("b", "batch", "import.batch", id="import.batch"),
        Binding("p", "partial", "import.partial", id="import.partial"),
        Binding("m", "missing", "import.missing", id="import.missing"),
        Binding("s", "show_last", "import.show", id="import.show"),
        Binding("u", "take_back", "key.undo", id="import.undo"),
        Binding("a", "again", "import.again", id="import.again"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.step = "file"
        self.path: Path | None = None
        self.options = Options()
        self.preview: Preview | None = None
        self.custom: list[dict[str, Any]] = []
        self.change: int | None = None

    def body(self) -> ComposeResult:
        with Vertical():
            yield StepLine()
            with ContentSwitcher(initial="file"):
                yield FileStep(id="file")
                yield ColumnsStep(id="columns")
                yield ReportStep(id="check")
                yield ReportStep(id="result")

    def relabel(self) -> None:
        self._turn(self.step)

    # Moving between the steps

    def _turn(self, step: str) -> None:
        self.step = step
        self.query_one(ContentSwitcher).current = step
        self.query_one(StepLine).show(step, self._about())
        self.query_one(f"#{step}", Widget).query("Input, Listing").first().focus()
        self.refresh_bindings()

    def _about(self) -> str:
        if self.path is None or self.preview is None or self.step == "file":
            return ""
        layout = self.preview.layout
        delimiter = {"\t": "tab", " ": "space"}.get(layout.delimiter, layout.delimiter)
        parts = [shown(self.path.name), layout.encoding, delimiter, self.preview.preset]
        return f" {glyph('between')} ".join(part for part in parts if part)

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        where = {
            "next": ("columns", "check"),
            "kind": ("columns",),
            "duplicates": ("columns",),
            "batch": ("columns",),
            "missing": ("columns", "check"),
            "partial": ("check",),
            "show_last": ("result",),
            "take_back": ("result",),
            "again": ("result",),
        }
        if action in ("show_last", "take_back") and self.change is None:
            return False
        if action == "missing" and self.options.kind in CUSTOMERS:
            return False
        return self.step in where.get(action, STEPS)

    def action_back(self) -> None:
        """One step back; from the first one to the contacts."""
        if self.step == "file":
            self.icrm.action_go("contacts")
        else:
            self._turn("file" if self.step == "result" else STEPS[STEPS.index(self.step) - 1])

    def action_again(self) -> None:
        self._turn("file")

    def action_next(self) -> None:
        self._check() if self.step == "columns" else self._import()

    # The file

    @on(FileStep.Chosen)
    def _file_chosen(self, event: FileStep.Chosen) -> None:
        if event.path != self.path:
            self.path, self.options = event.path, Options()
        self._read()

    @work(exclusive=True)
    async def _read(self) -> None:
        """Look at the file as it would be read with what has been said so far."""
        assert self.path is not None
        try:
            self.preview, self.custom = await self.ask(look, self.path, self.options)
        except IcrmError as error:
            if self.step == "file":
                self.query_one(FileStep).wrong(error)
            else:
                self.say_error(error)
            return
        self.query_one(ColumnsStep).show(self.preview, self.options, self.custom)
        self._turn("columns")

    def _say(self, **changes: Any) -> None:
        self.options = replace(self.options, **changes)
        self._read()

    # The columns

    @on(ColumnsStep.FieldWanted)
    @work
    async def _field_wanted(self, event: ColumnsStep.FieldWanted) -> None:
        choices = target_choices(self.options.kind, self.custom)
        title = t("import.target", name=event.column)
        answer = await self.app.push_screen_wait(Finder(title, among(choices), "import.target.hint"))
        if answer is not None:
            self._say(map={**(self.options.map or {}), event.column: answer})

    @work
    async def action_kind(self) -> None:
        choices = [Choice(kind, f"noun.{kind}") for kind in nouns.IMPORTERS]
        answer = await self.app.push_screen_wait(ChoiceDialog("import.kind", choices, self.options.kind))
        if answer and answer != self.options.kind:
            self._say(kind=answer, map=None, set=None, on_duplicate="update")

    def action_missing(self) -> None:
        """Whether customers that nobody knows are made; a try that was made is made again."""
        self.options = replace(self.options, create_missing=not self.options.create_missing)
        if self.step == "check":
            self._check()
        else:
            self._read()

    @work
    async def action_duplicates(self) -> None:
        choices = [Choice(one, f"import.policy.{one}") for one in POLICIES]
        answer = await self.app.push_screen_wait(ChoiceDialog("import.duplicates", choices, self.options.on_duplicate))
        if answer:
            self._say(on_duplicate=answer)

    @work
    async def action_batch(self) -> None:
        """Values that every row of the file gets."""
        before = self.options.set or {}
        asked = [batch_field(self.options.kind, one, before.get(one, "")) for one in BATCH[self.options.kind]]
        values = await self.app.push_screen_wait(FormDialog("import.batch.title", asked))
        if values is not None:
            self._say(set={key: text for key, value in values.items() if (text := (value or "").strip())})

    async def _dates_known(self) -> bool:
        """Dates that can be read in two ways are asked about, never guessed."""
        assert self.preview is not None
        if not self.preview.dates or self.options.dates:
            return True
        choices = [Choice(order, f"import.dates.{order}") for order in self.preview.dates]
        answer = await self.app.push_screen_wait(ChoiceDialog(t("import.dates"), choices))
        if answer is None:
            return False
        self.options = replace(self.options, dates=answer)
        return True

    # Trying, and doing it

    @work(exclusive=True, group="run")
    async def _check(self) -> None:
        if not await self._dates_known():
            return
        answer = await self._run("import.checking", dry_run=True)
        if answer is None:
            return
        self.query_one("#check", ReportStep).show(answer.record, partial=self.options.partial)
        self._turn("check")

    @work(exclusive=True, group="run")
    async def _import(self) -> None:
        """Do it, unless rows would be left out that nobody agreed to leave out."""
        found = self.query_one("#check", ReportStep).report
        if found.get("rejected") and not self.options.partial:
            self.say("import.partial.first")
            return
        answer = await self._run("import.importing", dry_run=False)
        if answer is None:
            return
        self.change = answer.record.get("id")
        self.query_one("#result", ReportStep).show(answer.record, partial=self.options.partial)
        self._turn("result")
        self.icrm.look()

    async def _run(self, title: str, dry_run: bool) -> Answer | None:
        """Run the import beside the screens; None, with a notice, where it came to nothing."""
        answer: Answer = await self.app.push_screen_wait(ProgressDialog(title, Child(self.icrm, self._words(dry_run))))
        if isinstance(answer.record, dict) and "rows" in answer.record:
            return answer
        if answer.code == INTERRUPTED:
            self.say("import.stopped")
        else:
            self.notify(shown(answer.said), severity="error", markup=False)
        return None

    def _words(self, dry_run: bool) -> list[str]:
        """The command line of what was chosen here."""
        options = self.options
        words = ["import", "--kind", options.kind, "--on-duplicate", options.on_duplicate]
        for column, field in (options.map or {}).items():
            words += ["--map", f"{column}={field}"]
        for field, value in (options.set or {}).items():
            words += ["--set", f"{field}={value}"]
        if options.create_missing and options.kind not in CUSTOMERS:
            words.append("--create-missing")
        if options.dates:
            words += ["--dates", options.dates]
        if dry_run:
            words.append("--dry-run")
        elif options.partial:
            words += ["--partial", "--rejects", str(self._rejects())]
        return [*words, "--", str(self.path)]

    def _rejects(self) -> Path:
        """Beside the file, under a name that is free."""
        assert self.path is not None
        names = (f"{self.path.stem}-{word('import.rejects.name')}{n or ''}{self.path.suffix}" for n in range(1000))
        return next(path for name in names if not (path := self.path.with_name(name)).exists())

    def action_partial(self) -> None:
        self.options = replace(self.options, partial=not self.options.partial)
        step = self.query_one("#check", ReportStep)
        step.show(step.report, partial=self.options.partial)

    # Afterwards

    def action_show_last(self) -> None:
        """What came in, in its own place; of touches those they were with."""
        from icrm_tui.screens.listed import show_query

        kind = self.options.kind
        if kind == "interaction":
            show_query(self.icrm, "contact", "interaction(import:last)")
        else:
            show_query(self.icrm, kind, "import:last")

    @work
    async def action_take_back(self) -> None:
        from icrm_tui.screens.history import take_back

        rows = self.query_one("#result", ReportStep).report["rows"]
        if self.change is not None and await take_back(self, self.change, rows):
            self.change = None
            self._turn("file")
