"""Everything a command prints: data to stdout in the format asked for, narration to stderr."""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from icrm_tui.i18n import has, t
from icrm_tui.text import guarded, json_text, visible

FORMATS = ("table", "plain", "json", "jsonl", "csv", "tsv", "ids")
LINES = 50  # rows of a list on a terminal
GAP = "  "
LEGIBLE = 14  # cells of a column that are worth looking at

Record = Mapping[str, Any]


class Output:
    """How this run prints. `format` is empty until something was asked for."""

    def __init__(
        self, format: str = "", quiet: bool = False, progress_as: str = "", zone: ZoneInfo | None = None
    ) -> None:
        self.format = format
        self.quiet = quiet
        self.progress_as = progress_as
        self.zone = zone
        self.out: TextIO = sys.stdout
        self.err: TextIO = sys.stderr

    @property
    def chosen(self) -> str:
        return self.format or ("table" if self.out.isatty() else "plain")

    @property
    def json(self) -> bool:
        return self.format in ("json", "jsonl")

    @property
    def page(self) -> int | None:
        """How many rows of a list are enough where nothing was said."""
        return LINES if self.out.isatty() and self.chosen == "table" else None

    def say(self, sentence: str) -> None:
        """Narration: never data, and nothing with --quiet."""
        if not self.quiet:
            self.complain(sentence)

    def complain(self, sentence: str) -> None:
        print(visible(sentence), file=self.err)

    def text(self, text: str) -> None:
        """Several lines of our own, as they are."""
        print(text, end="", file=self.out)

    def line(self, text: str) -> None:
        """One line of data as it is."""
        print(visible(text), file=self.out)

    def progress(self, stage: str, done: int, total: int) -> None:
        """How far long work is: a line of JSON where that was asked for, one line that changes on a terminal."""
        if self.progress_as:
            print(json.dumps({"stage": stage, "done": done, "total": total}), file=self.err, flush=True)
        elif self.err.isatty() and not self.quiet:
            part = f"{done:,} / {total:,}" if total else f"{done:,}"
            end = "\n" if done >= total else ""
            print(f"\r\x1b[K{t(f'stage.{stage}')} {part}", end=end, file=self.err, flush=True)

    def made(self, written: str, record: Record | None = None) -> None:
        """What a write made: its id, or the record where JSON was asked for."""
        if self.json:
            self._json(record or {"id": written})
        else:
            self.line(written)

    def record(self, record: Record) -> None:
        """One record: a field a line, or one object."""
        match self.chosen:
            case "json" | "jsonl":
                self._json(record)
            case "ids":
                self.line(str(record["id"]))
            case "csv" | "tsv":
                self._separated([record], list(record))
            case _:
                width = max(cells(self._head(key)) for key in record)
                for key, value in record.items():
                    if value not in ("", None, [], {}):
                        self.line(f"{pad(self._head(key), width)}{GAP}{self.shown(key, value)}")

    def rows(self, rows: Iterable[Record], columns: Sequence[str], total: int | None = None) -> None:
        """A list. `total` says how many there are where not all are shown."""
        match self.chosen:
            case "json":
                self._json(list(rows))
            case "jsonl":
                for row in rows:
                    print(json_text(row), file=self.out)
            case "ids":
                for row in rows:
                    self.line(str(row["id"]))
            case "csv" | "tsv":
                self._separated(rows, columns)
            case "plain":
                for row in rows:
                    print("\t".join(self.shown(column, row.get(column, "")) for column in columns), file=self.out)
            case _:
                self._table(list(rows), columns)
        if total is not None:
            self.say(t("out.more", total=total))

    def _head(self, column: str) -> str:
        """A column's name: on a terminal in the user's language."""
        return t(f"field.{column}") if self.chosen == "table" and has(f"field.{column}") else column

    def shown(self, column: str, value: Any) -> str:
        """A value in one line: instants by the user's clock and, on a terminal, choices in their language."""
        if isinstance(value, str):
            if self.zone and value[10:11] == "T" and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}Z", value):
                moment = datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
                return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}"
            if self.chosen == "table" and has(f"{column}.{value}"):
                return t(f"{column}.{value}")
        return one_line(value)

    def _json(self, value: Any) -> None:
        print(json_text(value, 2), file=self.out)

    def _separated(self, rows: Iterable[Record], columns: Sequence[str]) -> None:
        import csv

        seen = visible if self.out.isatty() else str  # a file or another program gets what there is
        writer = csv.writer(self.out, delimiter="," if self.chosen == "csv" else "\t", lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([seen(guarded(_text(row.get(column, "")))) for column in columns] for row in rows)

    def _table(self, rows: list[Record], columns: Sequence[str]) -> None:
        heads = [self._head(column) for column in columns]
        lines = [[self.shown(column, row.get(column, "")) for column in columns] for row in rows]
        widths = [max(cells(text) for text in texts) for texts in zip(heads, *lines, strict=True)]
        widths = fitted(legible(widths, terminal_width()), terminal_width())
        for line in (heads, *lines):
            shown = [pad(cut(text, width), width) for text, width in zip(line, widths, strict=False)]
            self.line(GAP.join(shown).rstrip())


def terminal_width() -> int:
    import shutil

    return shutil.get_terminal_size((80, 24)).columns


def legible(widths: list[int], room: int) -> list[int]:
    """Leave columns out from the right until each of the rest has room to be read."""
    while len(widths) > 1 and sum(min(width, LEGIBLE) + len(GAP) for width in widths) - len(GAP) > room:
        widths = widths[:-1]
    return widths


def fitted(widths: list[int], room: int) -> list[int]:
    """Narrow the columns until the line fits: first those of long text, then the others, none to nothing."""
    widths = list(widths)
    over = sum(widths) + len(GAP) * (len(widths) - 1) - room
    for least in (24, 16, 8):
        while over > 0 and max(widths) > least:
            widths[widths.index(max(widths))] -= 1
            over -= 1
    return widths


def cells(text: str) -> int:
    """Columns a terminal gives to the text: two to a wide character, none to a combining one."""
    if text.isascii():
        return len(text)
    return sum(_cell(character) for character in text)


def _cell(character: str) -> int:
    import unicodedata

    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def cut(text: str, width: int) -> str:
    if cells(text) <= width:
        return text
    while text and cells(text) > width - 1:
        text = text[:-1]
    return text + "…"


def one_line(value: Any) -> str:
    return " ".join(visible(_text(value)).split())


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return t("ui.yes") if value else t("ui.no")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_text(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_entry(one) for one in value)
    return str(value)


def _entry(value: Any) -> str:
    """One of several: a channel by its value, anybody by name."""
    if isinstance(value, Mapping):
        for key in ("value", "name", "text"):
            if key in value:
                return str(value[key])
    return _text(value)
