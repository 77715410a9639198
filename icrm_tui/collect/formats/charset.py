"""Which characters a file is written in, found before the first row is believed."""

import codecs
import errno
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from icrm_tui.errors import IcrmError, NotFound, Refused, Usage

CHUNK = 1 << 20
HEAD = 1 << 16
LONGEST_LINE = 1 << 24

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Each one holds what its older names mean, and more.
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "utf-8", "shift_jis": "cp932"}
LEGACY = ["gb18030", "big5", "cp932", "cp1252"]
MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"SQLite format 3\0", "sqlite"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"\x7fELF", "program"),
)
CONTROL = bytes(set(range(1, 32)) - {9, 10, 11, 12, 13, 26, 27}) + b"\x7f"
HIGH = re.compile(rb"[\x80-\xff]+")
GB_PAIR = re.compile(rb"[\xb0-\xf7][\xa1-\xfe]")
TYPOGRAPHIC = "‘’“”–—…€«»°"


@dataclass(frozen=True, slots=True)
class Text:
    """`lines` counts line ends; `cut`: the file stops in the middle of its last character."""

    encoding: str
    lines: int
    cut: bool = False


def detect(path: Path, encoding: str | None = None) -> Text:
    """The file's encoding, proved over its whole length; refuses what is no text, and a wrong `encoding`."""
    head = _head(path)
    given = encoding is not None
    for start, name in BOMS:
        if head.startswith(start) and _same_family(encoding, name):
            return _whole(path, name, name_errors=True, may_be_cut=not given)
    for start, kind in MAGIC:
        if head.startswith(start):
            raise Refused("file-binary", path=str(path), kind=kind)
    encoding = _codec(encoding) if encoding else _utf16_without_mark(head)
    if encoding:
        return _whole(path, encoding, name_errors=True, may_be_cut=not given)
    if head.count(0) * 3 > len(head):
        raise Refused("file-binary", path=str(path), kind="binary")
    try:
        return _whole(path, "utf-8")
    except UnicodeDecodeError as error:
        if _has_controls(head):
            raise Refused("file-binary", path=str(path), kind="binary") from error
        return _legacy(path)


def _head(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise Refused("file-directory", path=str(path))
        if not stat.S_ISREG(mode):
            raise Refused("file-special", path=str(path))
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise unreadable(path, error) from error
    if not head.strip():
        with path.open("rb") as stream:
            if not any(chunk.strip() for chunk in iter(lambda: stream.read(CHUNK), b"")):
                raise Refused("file-empty", path=str(path))
    return head


def unreadable(path: Path, error: OSError) -> IcrmError:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return NotFound("file-missing", path=str(path))
    return Refused("file-unreadable", path=str(path), why=error.strerror or "")


def _codec(name: str) -> str:
    try:
        found = codecs.lookup(name).name
        "".encode(found)  # rot13 and zlib are codecs too, but none of text
    except LookupError as error:
        raise Usage("encoding", text=name) from error
    return WIDER.get(found, found)


def _same_family(encoding: str | None, marked: str) -> bool:
    """A byte order mark is believed, unless another family was asked for by name."""
    return encoding is None or _codec(encoding).replace("_", "-").startswith(marked.removesuffix("-sig"))


def _has_controls(head: bytes) -> bool:
    return (len(head) - len(head.translate(None, CONTROL))) * 50 > len(head)


def _utf16_without_mark(head: bytes) -> str:
    """Every ASCII character of UTF-16 has a zero byte, all of them on the same side."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    if max(even, odd) * 50 < len(head) or min(even, odd):
        return ""
    text = head.decode(name, "replace")[:-1]
    return name if set(text) & set("\n\r,") and all(c.isprintable() or c.isspace() for c in text) else ""


def _whole(path: Path, encoding: str, *, name_errors: bool = False, may_be_cut: bool = True) -> Text:
    """Decodes all of it once. `name_errors`: a byte that does not fit is refused with its line."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    lines = run = 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                if not name_errors:
                    raise
                lines += error.object[: error.start].decode(encoding, "replace").count("\n")
                raise Refused("file-encoding", path=str(path), encoding=encoding, line=lines + 1) from error
            if "\0" in text:
                raise Refused("csv-nul", line=lines + _ends(text[: text.index("\0")]) + 1)
            found = _ends(text)
            run = 0 if found else run + len(text)
            if run > LONGEST_LINE:
                raise Refused("csv-cell", line=lines + 1, limit=LONGEST_LINE)
            lines += found
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        if not may_be_cut:
            raise Refused("file-encoding", path=str(path), encoding=encoding, line=lines + 1) from error
        return Text(encoding, lines, cut=True)
    return Text(encoding, lines)


def _ends(text: str) -> int:
    return text.count("\n") or text.count("\r")


def _legacy(path: Path) -> Text:
    sample = _sample(path)
    as_utf8 = sample.decode("utf-8", "replace")
    wrong = as_utf8.count("\ufffd")
    if wrong * 10 < sum(not c.isascii() for c in as_utf8) - wrong:
        # UTF-8 with a few damaged bytes: any other encoding would garble all the rest
        return _whole(path, "utf-8", name_errors=True)
    for name in _ranked(sample):
        try:
            return _whole(path, name)
        except UnicodeDecodeError:
            continue
    return _whole(path, "utf-8", name_errors=True)


def _sample(path: Path) -> bytes:
    """The first lines that are not plain ASCII: an export may have its first foreign name far down."""
    found: list[bytes] = []
    size = 0
    with path.open("rb") as stream:
        for line in stream:
            if not line.isascii():
                found.append(line[:HEAD])
                size += len(line)
                if size > HEAD:
                    break
    return b"".join(found)


def _ranked(sample: bytes) -> Iterator[str]:
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=LEGACY).best()
    guess = best.encoding if best else "gb18030"
    if _is_western(sample):
        guess = "cp1252"
    elif guess == "big5" and _is_gb2312(sample):
        guess = "gb18030"
    yield guess
    yield from (name for name in LEGACY if name != guess)


def _is_western(sample: bytes) -> bool:
    """Single high bytes between ASCII ones, each an accented letter; Chinese and Japanese come in pairs."""
    runs = HIGH.findall(sample)
    letters = b"".join(runs).decode("cp1252", "replace")
    return all(len(run) == 1 for run in runs) and all(c.isalpha() or c in TYPOGRAPHIC for c in letters)


def _is_gb2312(sample: bytes) -> bool:
    """Nothing but pairs of GB2312 characters: half of all Big5 pairs end in an ASCII byte and are none."""
    runs = b"".join(HIGH.findall(sample))
    return len(runs) % 2 == 0 and len(GB_PAIR.findall(runs)) * 2 == len(runs)
