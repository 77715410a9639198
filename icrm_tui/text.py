"""Text as it is compared, sorted and cut for search, and made harmless for terminals and spreadsheets."""

import json
import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"


def fold(text: str) -> str:
    """Full width, case and spare blanks do not tell two texts apart."""
    if text.isascii():
        return " ".join(text.casefold().split())
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Folded, and without accents, so that `muller` finds Müller."""
    folded = fold(text)
    if folded.isascii():
        return folded
    apart = unicodedata.normalize("NFD", folded)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def pieces(text: str) -> list[str]:
    """The words of folded text: runs of Chinese characters, and of other letters and digits."""
    return (_ascii_piece() if text.isascii() else _piece()).findall(text)


def is_han(piece: str) -> bool:
    """Whether one of `pieces` is Chinese."""
    return not piece.isascii() and _han().match(piece) is not None


@cache
def _han() -> re.Pattern[str]:
    return re.compile(f"[{HAN}]")


@cache
def _ascii_piece() -> re.Pattern[str]:
    return re.compile(r"[^\W_]+")


@cache
def _piece() -> re.Pattern[str]:
    """Compiled when it is needed: classes of so many characters take milliseconds."""
    return re.compile(f"[{HAN}]+|[^\\W_{HAN}]+")


def sort_key(text: str) -> str:
    """What a text is sorted by: Chinese by its pinyin, a syllable a word."""
    return _sort_key(text, person=False)


def person_key(name: str) -> str:
    """What a person is sorted by: the surname by its own reading (曾 zeng, 单 shan)."""
    return _sort_key(name, person=True)


def _sort_key(text: str, person: bool) -> str:
    folded = plain(text)
    if folded.isascii():
        return folded
    from icrm_tui import pinyin

    words: list[str] = []
    for piece in pieces(folded):
        words += (pinyin.name_syllables(piece)[1] if person else pinyin.syllables(piece)) if is_han(piece) else [piece]
    return " ".join(words)


def like(text: str) -> str:
    """`text` anywhere, as a pattern for LIKE … ESCAPE '!'."""
    for mark in "!%_":
        text = text.replace(mark, "!" + mark)
    return f"%{text}%"


# Control characters act on the terminal; marks of direction and of no width lie about what is written;
# lone surrogates cannot be encoded. Joiners (U+200C, U+200D) stay: Persian and family emoji need them.
_ACTING = (
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code == 0x0A or code in (0x2028, 0x2029):
        return "⏎"
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "␦"


def visible(text: str) -> str:
    """`text` with each acting character as a picture of one cell; character for character."""
    return text if text.isprintable() else re.sub(_ACTING, _picture, text)


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON in which what would act on a terminal is written as its number."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return re.sub(_ACTING, lambda found: found[0] if found[0] == "\n" else json.dumps(found[0])[1:-1], text)


FORMULA = re.compile(r"'*[=+\-@\t\r]")
HARMLESS = re.compile(r"[+-]?[ \d().,/-]*\d[ \d().,/-]*(%|[eE][+-]?\d+| ?(x|ext\.?|#) ?\d+)?\Z")


def guarded(value: str) -> str:
    """A cell no spreadsheet takes for a formula. NUL, which no CSV can hold, becomes U+FFFD."""
    if "\0" in value:
        value = value.replace("\0", "\ufffd")
    return "'" + value if FORMULA.match(value) and not HARMLESS.match(value) else value


def unguarded(value: str) -> str:
    """The cell as it was before `guarded`, and without the quote people type to keep a phone's plus sign."""
    return value[1:] if value[:1] == "'" and FORMULA.match(value) else value
