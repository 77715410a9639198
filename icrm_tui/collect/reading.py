"""The rows of a file, parsed, a batch at a time; those of a large file by processes of their own, in turn.

Parsing takes a processor longer than storing what was parsed. Nothing here touches the store.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from icrm_tui import nouns
from icrm_tui.collect import mapping
from icrm_tui.collect.formats import csv
from icrm_tui.errors import IcrmError, Refused, Usage
from icrm_tui.processes import in_turn, processors

BATCH = 500  # rows of one batch: few enough to stay in the processor's cache
LARGE = 2 << 20  # bytes from which a file has readers of its own

Doubt = tuple[str, str, dict[str, Any]]  # field, code, values: what a row says that was not taken as it stands


class Rejected(IcrmError):
    """A row that cannot come in; `field` is what is wrong with it."""

    def __init__(self, code: str, field: str = "", **values: Any) -> None:
        super().__init__(code, **values)
        self.field = field


class Draft(NamedTuple):
    """A row as it will be staged: the importer's columns in order, rows of its parts, and doubts."""

    values: Sequence[Any]
    parts: Mapping[str, list[tuple[Any, ...]]]
    doubts: list[Doubt]


class Shared:
    """What many rows name, each kept once and known by its number.

    `make` gives the row of a name; its first value tells it from others, whatever it is called.
    """

    def __init__(self) -> None:
        self.fresh: dict[str, list[tuple[Any, ...]]] = {}
        self._named: dict[str, dict[str, int]] = {}
        self._numbers: dict[str, dict[str, int]] = {}

    def number(self, table: str, name: str, make: Callable[[str], tuple[str, ...]]) -> int:
        named = self._named.setdefault(table, {})
        found = named.get(name)
        if found is None:
            row, numbers = make(name), self._numbers.setdefault(table, {})
            found = numbers.get(row[0])
            if found is None:
                found = numbers[row[0]] = len(numbers) + 1
                self.fresh.setdefault(table, []).append((found, *row))
            named[name] = found
        return found


class Given(NamedTuple):
    """What parsing needs to know beside the row: nothing is read while it runs."""

    country: str
    order: str  # of the numbers in dates: ymd, dmy, mdy; empty while none was met that needs it
    users: Mapping[str, str]  # how a user may be named, folded → the user
    fields: Mapping[str, Mapping[str, Any]]  # custom fields by key
    origin: str  # where the rows come from
    stamp: str
    shared: Shared
    zone: ZoneInfo  # whose clocks times without one are read by
    currency: str  # of amounts that name none; empty while there is none


class Job(NamedTuple):
    """A file to be read, how, and what every row of it is given; several values take turns."""

    path: Path
    layout: csv.Layout
    mapping: mapping.Mapping
    kind: str
    given: Given
    constants: list[list[str]]
    partial: bool


class Batch(NamedTuple):
    """Rows for the stage, by columns; of the importer's only those that some row fills: `columns` says which.

    `line` is how far the file is read, `totals` how many of its lines are no rows. `reader` tells whose numbers the
    `shared` rows have.
    """

    reader: int
    line: int
    columns: tuple[int, ...]
    rows: list[tuple[Any, ...]]  # n, line, values
    parts: dict[str, list[tuple[Any, ...]]]  # n, values
    shared: dict[str, list[tuple[Any, ...]]]  # number, values
    rejects: list[tuple[Any, ...]]  # line, name, field, code, values
    doubts: list[tuple[Any, ...]]  # line, name, field, code, values
    totals: int


def batches(job: Job, reader: int = 0, readers: int = 1) -> Iterator[Batch]:
    """All of the file, or every so many batches of it.

    Refused where it cannot be read to its end, unless a part of it will do.
    """
    own = _Reader(job, reader)
    totals: list[csv.Row] = []
    try:
        for n, (line, row, problem) in enumerate(csv.rows(job.path, job.layout, totals)):
            if n // BATCH % readers == reader:
                own.row(n, line, row, problem)
                if n % BATCH == BATCH - 1:
                    yield own.batch(line)
    except Refused as error:
        if not job.partial or "row" not in error.values:
            raise
        if reader == 0:
            for line, row, _problem in csv.rest(job.path, job.layout, error.values["row"]):
                own.reject(line, row, "", error)
    yield own.batch(job.layout.lines, len(totals) if reader == 0 else 0)


class _Reader:
    """Parses rows and collects what comes of them."""

    def __init__(self, job: Job, number: int) -> None:
        self.number = number
        self.given = job.given
        self.cells = job.mapping.cells
        self.parse = nouns.importer(job.kind).parse
        self.constants = job.constants
        self._begin()

    def _begin(self) -> None:
        self.rows: list[Sequence[Any]] = []
        self.parts: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self.rejects: list[tuple[Any, ...]] = []
        self.doubts: list[tuple[Any, ...]] = []
        self.given.shared.fresh = {}

    def row(self, n: int, line: int, row: list[str], problem: str) -> None:
        if problem:
            self.reject(line, row, "", IcrmError(problem, line=line, limit=csv.LONGEST_CELL))
            return
        if self.constants:
            row = row + [values[n % len(values)] for values in self.constants]
        try:
            draft = self.parse(self.cells(row), self.given)
        except (Rejected, Usage) as error:
            field = error.field if isinstance(error, Rejected) else error.values.get("field", "")
            self.reject(line, row, str(field), error)
            return
        n += 1
        self.rows.append([n, line, *draft.values])
        for part, rows in draft.parts.items():
            kept = self.parts[part]
            for values in rows:
                kept.append((n, *values))
        if draft.doubts:
            name = next((value for value in draft.values if isinstance(value, str)), "")
            self.doubts += [
                (line, name, field, code, json.dumps(values, ensure_ascii=False))
                for field, code, values in draft.doubts
            ]

    def reject(self, line: int, row: Sequence[str], field: str, error: IcrmError) -> None:
        name = next((cell.strip() for cell in row if cell.strip()), "")[:80]
        self.rejects.append((line, name, field, error.code, json.dumps(error.values, default=str)))

    def batch(self, line: int, totals: int = 0) -> Batch:
        """What was collected; binding a column that nobody fills would cost as much as one that is full."""
        columns: list[tuple[Any, ...]] = list(zip(*self.rows, strict=True))
        filled = [at for at, values in enumerate(columns) if at < 2 or values.count(None) < len(values)]
        made = Batch(
            self.number,
            line,
            tuple(at - 2 for at in filled[2:]),
            [columns[at] for at in filled],
            {part: list(zip(*rows, strict=True)) for part, rows in self.parts.items()},
            self.given.shared.fresh,
            self.rejects,
            self.doubts,
            totals,
        )
        self._begin()
        return made


# --- processes of their own ------------------------------------------------------------------------------


@contextmanager
def reader(job: Job) -> Iterator[Iterator[Batch]]:
    """The batches of a file, of a large one from other processes, which end with this context."""
    if job.path.stat().st_size < LARGE or processors() < 2:
        yield batches(job)
        return
    with in_turn(_plain_batches, job) as shares:
        yield (Batch(*share) for share in shares)


def _plain_batches(job: Job, reader: int, readers: int) -> Iterator[tuple[Any, ...]]:
    return (tuple(batch) for batch in batches(job, reader, readers))
