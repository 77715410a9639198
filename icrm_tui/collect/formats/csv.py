"""CSV as it is found: its delimiter, its header, and each row with the line it starts at.

Written for what spreadsheets, address books and other programs really export: report titles above
the header, totals below, sloppy quotes, rows of uneven length.
"""

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from icrm_tui.collect.formats import charset
from icrm_tui.errors import Refused, Usage
from icrm_tui.text import guarded

DELIMITERS = ",;\t|^~\x1f"
NAMED = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "\\t": "\t"}
LONGEST_CELL = 1 << 20
LONGEST_LINE = charset.LONGEST_LINE
MOST_COLUMNS = 2000
SAMPLE = 1 << 18
SAMPLE_ROWS = 100
HELD = 8  # rows kept back until it is known that they are no totals

LINE, REASON = "icrm_line", "icrm_reason"

SEP = re.compile(r"sep=(\\t|[^\r\n])[\r\n]", re.IGNORECASE)
QUOTED = re.compile(r'"(?:[^"]|"")*"')
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+\Z")
DATE = re.compile(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}")
NEWLINE = re.compile(r"\r\n|\r|\n")
INVISIBLE = "\ufeff\u200b\u200e\u200f"
TOTAL = re.compile(
    r"""\W*(
        (grand|sub|report|overall)?[ -]?totals? ( \s* (of\ )? (records?|rows?|contacts?|count|sum) )?
      | sum | count | record\ count | number\ of\ (records|rows|contacts)
      | 合\s*计 | 总\s*计 | 小\s*计 | 共\s*计 | 总\s*数 | 合\s*計 | 總\s*計 | 小\s*計
      | summe | gesamt(summe)? | insgesamt | total\ g[ée]n[ée]ral | totaux | totale | suma
    )(?![a-zà-ÿ])\W*(?P<rest>.*)
    """,
    re.IGNORECASE | re.VERBOSE,
)
COUNT = re.compile(
    r"\W*(共|总共|共有)?\s*\d[\d,. ]*\s*"
    r"(rows?|records?|contacts?|entries|results|items|条|行|个|位|名|筆|条记录|行记录|位客户|个客户"
    r"|datensätze|zeilen|lignes|enregistrements|registros)\W*(selected|exported|total|found|in total|记录)?\W*\Z",
    re.IGNORECASE,
)
FIGURE = re.compile(r"[^\w\s]{0,3}\s*-?(\d{1,9}|\d{1,3}([ ,.'’]\d{3})+)([.,]\d+)?\s*(%|[^\w\s]|[A-Z]{3}|元)?\Z")


class TooLong(list[str]):
    """The cells of a row one of which is longer than a cell may be."""


Row = tuple[int, list[str], str]
"""The line it starts at, its cells, and what is wrong with it: "", "csv-long", "csv-cell" or "csv-cut"."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`header` has a name of its own for each column, `names` are the file's; `skip` lines stand above it."""

    encoding: str
    delimiter: str
    skip: int
    header: tuple[str, ...]
    names: tuple[str, ...]
    spaced: bool = False
    cut: bool = False
    lines: int = 0


def sniff(
    path: Path, *, encoding: str | None = None, delimiter: str | None = None, skip_lines: int | None = None
) -> Layout:
    """How to read the file. What is given is believed, the rest found out."""
    text = charset.detect(path, encoding)
    with _open(path, text) as stream:
        sample = stream.read(SAMPLE)
    said = SEP.match(sample)
    above = (skip_lines or 0) or (1 if said else 0)
    sample = _below(sample, above)
    if not sample.strip():
        raise Refused("file-empty", path=str(path))
    if delimiter is not None:
        chosen = _one_character(delimiter)
    else:
        chosen = NAMED.get(said[1], said[1]) if said else _delimiter(sample)
    spaced = _is_spaced(sample, chosen)
    found = _rows_of(sample, chosen, spaced)
    line = (found[0][0] if skip_lines is not None else _header_line(found)) if found else 1
    draft = Layout(text.encoding, chosen, above + line - 1, (), (), spaced, text.cut, text.lines)
    return _with_names(path, draft)


def rows(path: Path, layout: Layout, totals: list[Row] | None = None) -> Iterator[Row]:
    """The rows below the header. Total and footer lines at the end are no rows: they go to `totals`.

    What makes the rest of the file unreadable is raised after the rows before it.
    """
    width = len(layout.header)
    held: deque[tuple[int, list[str], bool]] = deque()
    gap = False
    try:
        for line, cells in _below_header(path, layout):
            if not any(map(str.strip, cells)):
                gap = True
                continue
            held.append((line, cells, gap))
            gap = False
            if len(held) > HELD:
                yield _finished(held.popleft(), width)
    except Refused:
        for item in held:
            yield _finished(item, width)
        raise
    while held and _is_total(held, width):
        line, cells, _ = held.pop()
        if totals is not None:
            totals.insert(0, (line, cells, ""))
    for item in held:
        line, cells, problem = _finished(item, width)
        last = layout.cut and item is held[-1]
        yield line, cells, "csv-cut" if last else problem


def rest(path: Path, layout: Layout, line: int) -> Iterator[Row]:
    """What stands from `line` on where the rows can no longer be told apart: each line cut by itself."""
    csv.field_size_limit(LONGEST_LINE)
    with _open(path, layout) as stream:
        for at, text in enumerate(stream, 1):
            if at >= line and text.strip():
                cells = next(csv.reader([text.rstrip("\r\n")], delimiter=layout.delimiter), [])
                yield at, cells, "csv-unterminated"


class Writer:
    """Rows as RFC 4180 has them, but for the line end: "\\n", which Excel reads as well, and which leaves
    no "\\r" on the last column under cut, awk and sort.

    Open the stream with newline="". A file meant for Excel needs a byte order mark (encoding
    "utf-8-sig"), or Excel garbles its Chinese; a pipe must have none.
    """

    def __init__(self, stream: TextIO, header: Sequence[str], delimiter: str = ",") -> None:
        self._stream = stream
        # With its own "\r\n" csv quotes both characters inside cells; with "\n" it forgets a lone "\r".
        self._writer = csv.writer(self, delimiter=delimiter, lineterminator="\r\n")
        self._writer.writerow(header)

    def write(self, line: str) -> None:
        self._stream.write(line[:-2] + "\n")

    def row(self, cells: Iterable[str]) -> None:
        self._writer.writerow([guarded(cell) for cell in cells])

    def raw(self, cells: Iterable[str]) -> None:
        self._writer.writerow(cells)


def _open(path: Path, text: charset.Text | Layout) -> TextIO:
    try:
        return path.open(encoding=text.encoding, newline="", errors="replace" if text.cut else "strict")
    except OSError as error:
        raise charset.unreadable(path, error) from error


def _one_character(delimiter: str) -> str:
    chosen = NAMED.get(delimiter.casefold(), delimiter)
    if len(chosen) != 1 or chosen in '"\r\n\0':
        raise Usage("delimiter", text=delimiter)
    return chosen


def _below(text: str, lines: int) -> str:
    stream = io.StringIO(text, newline="")
    for _ in range(lines):
        stream.readline()
    return stream.read()


def _rows_of(sample: str, delimiter: str, spaced: bool = False) -> list[tuple[int, list[str]]]:
    """The sample's first rows that are not blank, with their lines, however badly quoted."""
    csv.field_size_limit(SAMPLE)
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=spaced, quotechar='"')
    found: list[tuple[int, list[str]]] = []
    line = 1
    for cells in reader:
        if any(map(str.strip, cells)):
            found.append((line, cells))
        line = reader.line_num + 1
        if len(found) == SAMPLE_ROWS:
            return found
    # a sample cut short ends in half a row
    return found[:-1] if len(sample) == SAMPLE and len(found) > 1 else found


def _delimiter(sample: str) -> str:
    """The character that cuts the rows, and above all the header, into the same number of cells."""

    def evenness(delimiter: str) -> float:
        found = _rows_of(sample, delimiter)
        width = _usual_width(found)
        if width < 2:
            return 0.0
        header = dict(found)[_header_line(found)]
        even = sum(len(cells) == width for _, cells in found) / len(found)
        return even + 0.5 * (len(header) == width) + min(width, 10) / 100

    return max(DELIMITERS, key=evenness)


def _usual_width(found: list[tuple[int, list[str]]]) -> int:
    widths = Counter(len(cells) for _, cells in found if len(cells) > 1)
    return max(widths, key=lambda width: (widths[width], width)) if widths else 1


def _header_line(found: list[tuple[int, list[str]]]) -> int:
    """Where the header is: the first row that fills at least half of the columns.

    Some titles do as well; they give way to a row just below with a name for every column.
    """
    width = _usual_width(found)
    for place, (line, cells) in enumerate(found):
        filled = [cell.strip() for cell in cells if cell.strip()]
        if len(filled) * 2 < width:
            continue
        below = found[place + 1 : place + 3]
        short = len(cells) < width and len(below) == 2 and len(below[1][1]) == width
        if below and (short or len(filled) + 2 <= width or any(map(_is_value, filled))):
            names = [name.strip() for name in below[0][1]]
            if len(names) == width and all(names) and not any(map(_is_value, names)):
                return below[0][0]
        return line
    return found[0][0]


def _is_value(cell: str) -> bool:
    return bool(FIGURE.match(cell) or EMAIL.match(cell) or DATE.match(cell))


def _is_spaced(sample: str, delimiter: str) -> bool:
    """Whether quotes come after a blank, as in `a, "b, c"`: csv then takes them for text."""
    mark = re.escape(delimiter)
    return bool(re.search(rf'{mark} +""(?=[\r\n]|{mark})', QUOTED.sub('""', sample)))


def _with_names(path: Path, draft: Layout) -> Layout:
    csv.field_size_limit(LONGEST_CELL)
    with _open(path, draft) as stream:
        for _ in range(draft.skip):
            stream.readline()
        names = next(_parsed(stream, draft, draft.skip + 1))[1]
    line = draft.skip + 1
    if names.__class__ is TooLong:
        raise Refused("csv-cell", line=line, limit=LONGEST_CELL)
    if not any(map(str.strip, names)):
        raise Refused("file-empty", path=str(path))
    if len(names) > MOST_COLUMNS:
        raise Refused("csv-columns", line=line, n=len(names), limit=MOST_COLUMNS)
    if any(EMAIL.match(name.strip()) for name in names):
        raise Refused("csv-header", line=line)
    return replace(draft, header=tuple(_apart(names)), names=tuple(names))


def _apart(names: list[str]) -> Iterator[str]:
    """`City`, `City (2)`; a column without a name goes by its place, `#7`."""
    seen: Counter[str] = Counter()
    taken = {name.strip() for name in names}
    for place, name in enumerate(names, 1):
        name = " ".join(name.strip(INVISIBLE + " \t").split()) or f"#{place}"
        seen[name] += 1
        own = name
        while seen[name] > 1 and own in taken:
            own = f"{name} ({seen[name]})"
            if own in taken:
                seen[name] += 1
        taken.add(own)
        yield own


def _below_header(path: Path, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LONGEST_CELL)
    with _open(path, layout) as stream:
        for _ in range(layout.skip):
            stream.readline()
        parsed = _parsed(stream, layout, layout.skip + 1)
        next(parsed)
        yield from parsed


def _parsed(stream: TextIO, layout: Layout, line: int) -> Iterator[tuple[int, list[str]]]:
    raw: list[str] = []

    def lines() -> Iterator[str]:
        for text in stream:
            raw.append(text)
            yield text

    reader = csv.reader(lines(), delimiter=layout.delimiter, skipinitialspace=layout.spaced, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells = _mended(raw, layout, line, str(error))
        yield line, cells
        line += len(raw)
        raw.clear()


def _mended(raw: list[str], layout: Layout, line: int, error: str) -> list[str]:
    """A quote inside one line is taken as typed; one that runs on over lines would swallow rows."""
    whole = "field larger" not in error

    def loose(lines: list[str]) -> list[str]:
        return next(csv.reader(lines, delimiter=layout.delimiter, skipinitialspace=layout.spaced), [])

    if len(raw) == 1:
        text = raw[0].rstrip("\r\n")
        if not whole:
            csv.field_size_limit(LONGEST_LINE)
            try:
                return TooLong(loose([text]))
            finally:
                csv.field_size_limit(LONGEST_CELL)
        cells = loose([text + "\n"])
        if not cells[-1].endswith("\n"):
            return cells
    ended = "end of data" in error
    before = loose(raw if ended else raw[:-1])
    opened = sum(len(NEWLINE.findall(cell)) for cell in before[:-1])
    raise Refused("csv-unterminated", line=line + opened, row=line)


def _finished(item: tuple[int, list[str], bool], width: int) -> Row:
    line, cells, _ = item
    if cells.__class__ is TooLong:
        return line, list(cells), "csv-cell"
    extra = len(cells) - width
    if extra == 0:
        return line, cells, ""
    if extra < 0:
        return line, cells + [""] * -extra, ""
    if any(map(str.strip, cells[width:])):
        return line, cells, "csv-long"
    return line, cells[:width], ""


def _is_total(held: deque[tuple[int, list[str], bool]], width: int) -> bool:
    """Whether the last row is no record: a total with nothing but figures, a count, or a footer."""
    _, cells, gap = held[-1]
    filled = [cell.strip() for cell in cells if cell.strip()]
    if width < 2:
        return False
    if len(filled) == 1 and COUNT.match(filled[0]):
        return True
    total = TOTAL.fullmatch(filled[0])
    if total:
        rest = total["rest"].strip()
        figures = all(FIGURE.match(cell) for cell in filled[1:])
        return figures and (not rest or bool(FIGURE.match(rest) or COUNT.match(rest)))
    footer = len(cells) == 1 and width > 2
    return footer and (gap or (len(held) > 1 and len(held[-2][1]) == 1 and _under_gap(held)))


def _under_gap(held: deque[tuple[int, list[str], bool]]) -> bool:
    """Whether the single cells at the end stand together under a blank line."""
    for _, cells, gap in reversed(held):
        if len(cells) != 1:
            return False
        if gap:
            return True
    return False
