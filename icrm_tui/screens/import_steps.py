"""The pages of an import: which file, which column is which field, and what a run says."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from icrm_tui import nouns, paths
from icrm_tui.collect.importing import Options, Preview
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import has, t
from icrm_tui.screens.base import IcrmScreen
from icrm_tui.widgets.blocks import Cell, Row
from icrm_tui.widgets.columns import ListColumn
from icrm_tui.widgets.dialogs import Choice, ChoiceList
from icrm_tui.widgets.finder import Found
from icrm_tui.widgets.frame import ErrorLine
from icrm_tui.widgets.inputs import LineInput
from icrm_tui.widgets.listhead import ListHead
from icrm_tui.widgets.listing import Listing
from icrm_tui.widgets.text import glyph, shown

READABLE = frozenset({".csv", ".tsv", ".txt", ".tab"})
MOST = 200  # names of a folder that are listed
ENDS = (
    ("created", "success"),
    ("updated", "accent"),
    ("merged", "accent"),
    ("skipped", "muted"),
    ("rejected", "error"),
    ("customers", "success"),
    ("warnings", "warning"),
)


def listed(text: str) -> list[tuple[str, bool]]:
    """What a path may become: (path as it would be typed, whether it is a folder), folders first."""
    head, _slash, start = text.rpartition("/")
    folder = paths.given((head or ("/" if text.startswith("/") else "")) or ".")
    found: list[tuple[bool, str, bool]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") and not start.startswith("."):
                    continue
                if start.casefold() in entry.name.casefold():
                    is_folder = entry.is_dir()
                    if is_folder or Path(entry.name).suffix.casefold() in READABLE:
                        found.append((not is_folder, entry.name, is_folder))
    except OSError:
        return []
    prefix = text[: len(text) - len(start)]
    return [(f"{prefix}{name}{'/' if is_folder else ''}", is_folder) for _file, name, is_folder in sorted(found)[:MOST]]


class FileStep(Vertical):
    """A line for the path and what it may become; a folder is gone into, a file is taken."""

    DEFAULT_CSS = """
    FileStep { padding: 0 2; }
    FileStep #file-hint { color: $foreground-muted; margin: 1 0; }
    FileStep Found { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "list('action_move', -1)", show=False),
        Binding("down", "list('action_move', 1)", show=False),
        Binding("pageup", "list('action_page', -1)", show=False),
        Binding("pagedown", "list('action_page', 1)", show=False),
        Binding("tab", "take", "key.complete", id="import.complete"),
    ]

    class Chosen(Message):
        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    def compose(self) -> ComposeResult:
        yield LineInput(placeholder=t("import.file.hint"), id="path")
        yield ErrorLine()
        yield Static(t("import.file.about"), id="file-hint", markup=False)
        yield Found()

    def relabel(self) -> None:
        self.line.placeholder = t("import.file.hint")
        self.query_one("#file-hint", Static).update(t("import.file.about"))

    def on_mount(self) -> None:
        self._list("")

    @property
    def line(self) -> Input:
        return self.query_one(Input)

    def wrong(self, error: IcrmError) -> None:
        self.query_one(ErrorLine).show(error)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(ErrorLine).show("")
        self._list(event.value)

    @work(exclusive=True)
    async def _list(self, text: str) -> None:
        screen = self.screen
        assert isinstance(screen, IcrmScreen)
        names = await screen.icrm.aside(listed, text)
        self.query_one(Found).show([Choice(path, shown(path)) for path, _is_folder in names])

    def action_list(self, action: str, by: int) -> None:
        getattr(self.query_one(Found), action)(by)

    def action_take(self) -> None:
        """Make the line what the list points at."""
        chosen = self.query_one(Found).chosen
        if chosen is not None:
            self.line.value = chosen.value
            self.line.cursor_position = len(chosen.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        """What was typed, where that is a file; else what the list points at."""
        event.stop()
        typed = paths.given(event.value.strip().strip("'\""))
        if event.value.strip() and typed.is_file():
            self.post_message(self.Chosen(typed))
            return
        chosen = self.query_one(Found).chosen
        if chosen is None:
            self.post_message(self.Chosen(typed))  # which says that there is none
        else:
            self._go(chosen.value)

    @on(ChoiceList.Chosen)
    def _clicked(self, event: ChoiceList.Chosen) -> None:
        event.stop()
        self._go(event.value)

    def _go(self, path: str) -> None:
        if path.endswith("/"):
            self.line.value = path
            self.line.cursor_position = len(path)
        else:
            self.post_message(self.Chosen(paths.given(path)))


def target_word(target: str | None, custom: Iterable[dict[str, Any]]) -> str:
    """`phone.work` → Phone · work; a custom field by its name; nothing → left out."""
    if target in (None, "", "-"):
        return t("import.left-out")
    assert target is not None
    if target.startswith("field:"):
        key = target.removeprefix("field:")
        return next((row["name"] for row in custom if row["key"] == key), key)
    parts = [t(f"field.{part}") if has(f"field.{part}") else part for part in target.split(".") if part != "*"]
    return f" {glyph('between')} ".join(parts)


def target_choices(kind: str, custom: Sequence[dict[str, Any]]) -> list[Choice]:
    importer = nouns.importer(kind)
    targets = [*importer.many, *importer.targets, *(f"field:{row['key']}" for row in custom)]
    plain = [target for target in targets if "." not in target]
    rest = [target for target in targets if "." in target and "*" not in target]
    words = [Choice(target, target_word(target, custom), note=target) for target in (*plain, *rest)]
    return [Choice("-", "import.left-out"), *words]


class ColumnsStep(Vertical):
    """Each column with the field it feeds, how sure that is, and its first values."""

    DEFAULT_CSS = "ColumnsStep #options { height: auto; padding: 0 3; margin-bottom: 1; color: $foreground-muted; }"

    class FieldWanted(Message):
        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.names: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static("", id="options", markup=False)
        listing = Listing(
            ListColumn("column", "import.column", 22, 12, 2),
            ListColumn("field", "import.field", 20, 12, 1),
            ListColumn("sure", "import.sure", 6, 6, align="right"),
            ListColumn("first", "import.first", 26, 12, 3),
        )
        yield ListHead(listing)
        yield listing

    def show(self, preview: Preview, options: Options, custom: Sequence[dict[str, Any]]) -> None:
        self.names = [column.name for column in preview.columns]
        listing = self.query_one(Listing)
        rows = []
        for place, column in enumerate(preview.columns):
            target = Cell(target_word(column.target, custom), "" if column.target else "warning")
            sure = Cell(f"{column.sure}%", "warning" if column.sure < 60 else "muted") if column.target else ""
            first = "  ".join(" ".join(value.split()) for value in column.first[:3])
            rows.append(Row(place, (Cell(column.name, "strong"), target, sure, Cell(first, "muted"))))
        listing.fill(listing.reload(), 0, rows)
        self.query_one("#options", Static).update(self._options(preview, options))

    def _options(self, preview: Preview, options: Options) -> Content:
        said = [
            t("import.says.kind", kind=t(f"noun.{options.kind}")),
            t(f"import.policy.{options.on_duplicate}"),
            *([t("import.missing.on")] if options.create_missing else []),
            *([t(f"import.dates.{options.dates}")] if options.dates else []),
            *(f"{target_word(key, ())}: {shown(value)}" for key, value in (options.set or {}).items()),
        ]
        lines: list[Any] = [f" {glyph('between')} ".join(said)]
        if preview.unmapped:
            names = t("ui.comma").join(shown(name) for name in preview.unmapped)
            lines += ["\n", (f"{glyph('warn')} {t('import.unmapped', names=names)}", "$text-warning")]
        if preview.dates and not options.dates:
            lines += ["\n", (f"{glyph('warn')} {t('import.dates.unclear')}", "$text-warning")]
        return Content.assemble(*lines)

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        event.stop()
        self.post_message(self.FieldWanted(self.names[event.index]))


class Counts(Widget):
    """How the rows end, each kind with its figure."""

    DEFAULT_CSS = "Counts { height: auto; padding: 0 3; margin-bottom: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.report: dict[str, Any] = {}
        self.notes: list[str] = []

    def show(self, report: dict[str, Any], notes: list[str]) -> None:
        self.report, self.notes = report, notes
        self.refresh(layout=True)

    def render(self) -> Content:
        tones = {"success": "$text-success", "accent": "$text-accent", "muted": "$foreground-muted"}
        tones |= {"error": "$text-error", "warning": "$text-warning"}
        parts: list[Any] = [(t("import.rows", n=self.report.get("rows", 0)), "bold")]
        for end, tone in ENDS:
            if n := self.report.get(end, 0):
                parts += ["   ", (t(f"import.{end}"), "$foreground-muted"), " ", (f"{n:,}", f"bold {tones[tone]}")]
        for note in self.notes:
            parts += ["\n", note]
        return Content.assemble(*parts)


class Troubles(Listing):
    """Lines to be read; there is nothing to open."""

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        return action != "open"


class ReportStep(Vertical):
    """What a run says: figures, and the rows that stay out or were not taken as they stand."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.report: dict[str, Any] = {}

    def compose(self) -> ComposeResult:
        yield Counts()
        listing = Troubles(
            ListColumn("line", "field.line", 7, 5, align="right"),
            ListColumn("name", "field.name", 22, 10, 1),
            ListColumn("reason", "field.reason", 44, 20, 3),
        )
        yield ListHead(listing)
        yield listing

    def show(self, report: dict[str, Any], partial: bool) -> None:
        self.report = report
        self.query_one(Counts).show(report, self._notes(report, partial))
        rows: list[Row] = []
        for tone, troubles in (("error", report.get("rejects", [])), ("warning", report.get("warned", []))):
            for one in troubles:
                mark = glyph("critical" if tone == "error" else "warn")
                cells = f"{one['line']:,}", one["name"], Cell(f"{mark} {one['reason']}", tone)
                rows.append(Row(len(rows), cells))
        listing = self.query_one(Listing)
        listing.fill(listing.reload(keep=False), 0, rows)
        self.query_one(ListHead).display = bool(rows)

    def _notes(self, report: dict[str, Any], partial: bool) -> list[str]:
        notes = []
        if report["dry_run"]:
            if report["rejected"]:
                notes.append(t("import.partial.on" if partial else "import.partial.off", n=report["rejected"]))
            notes.append(t("import.ready"))
        else:
            notes.append(t("import.done" if report.get("id") else "import.done.nothing"))
            if report.get("rejects_file"):
                notes.append(t("import.rejects.file", path=shown(report["rejects_file"])))
        return notes
