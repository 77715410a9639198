"""How text is cut into tokens for search, and which tokens a search asks for.

The engine only looks tokens up; cutting them here finds one or two Chinese characters, pinyin, initials, any part
of an e-mail and any four digits of a phone. What is longer than its window is verified against the record.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from icrm_tui.text import fold, is_han, pieces, plain

VERSION = "3"  # of the cutting below; a store indexed by another is read anew

# What the engine takes for a blank stands for itself by a picture.
STAND_IN = {ord("'"): "’", ord('"'): "”", 0x7F: "␡", **{code: chr(0x2400 + code) for code in range(0x20)}}
LONG_DIGITS = re.compile(r"\d{4,}")
NUMBER = re.compile(r"[-+().\d/]*\d[-+().\d/]*")
NOT_DIGITS = re.compile(r"\D+")
INITIALS = 8  # letters at most
SHORT = 8  # signs, up to which every window is asked for
LONG = 7  # digits, from which on they are somebody's number


class Way(NamedTuple):
    """One way to find a word: all these tokens, and each of these texts somewhere in the record."""

    tokens: tuple[str, ...]
    texts: tuple[str, ...]


# --- what a row is found by ------------------------------------------------------------------------------


# Lists, not sets: a token said twice costs less than asking each of them whether it was said.


@lru_cache(maxsize=8192)
def _word(word: str) -> tuple[str, ...]:
    """Its first letters, and every window of three."""
    windows = [word[i : i + 3] for i in range(len(word) - 2)]
    return (word[:1], word[:2], *windows, *(() if word.isalpha() else _digits(word)))


def _digits(text: str) -> list[str]:
    """Every window of four digits, wherever they stand."""
    return [run[i : i + 4] for run in LONG_DIGITS.findall(text) for i in range(len(run) - 3)]


@lru_cache(maxsize=4096)
def _pinyin(piece: str, person: bool) -> tuple[str, ...]:
    from icrm_tui import pinyin

    surname, syllables = pinyin.name_syllables(piece) if person else (0, pinyin.syllables(piece))
    read = _read(syllables, surname)
    if "v" in "".join(syllables):
        read += _read([syllable.replace("v", "u") for syllable in syllables], surname)
    return tuple(read)


def _read(syllables: list[str], surname: int) -> list[str]:
    """One reading: each syllable's first letters, all joined, the given name joined, the initials."""
    firsts = [syllable[:1] for syllable in syllables]
    given = _word("".join(syllables[surname:])) if surname else ()
    return [*firsts, *(s[:2] for s in syllables), *_word("".join(syllables)), *given, *_word("".join(firsts))]


def _name(text: str, into: list[str]) -> None:
    _words(text, into, person=True)


def _shared(text: str, into: list[str]) -> None:
    """What many rows are found by: their company, their tags."""
    into += _shared_tokens(text)


@lru_cache(maxsize=4096)
def _shared_tokens(text: str) -> tuple[str, ...]:
    into: list[str] = []
    _words(text, into)
    return tuple(into)


def _words(text: str, into: list[str], person: bool = False) -> None:
    folded = plain(text) or fold(text)
    words = pieces(folded)
    for piece in words:
        if not piece.isascii() and _wide(piece):
            # scripts whose signs are syllables or words: each sign, and each two neighbours
            into += piece
            into += [piece[i : i + 2] for i in range(len(piece) - 1)]
            if is_han(piece):
                into += _pinyin(piece, person)
        else:
            into += _word(piece)
    if not (words and folded.isascii()):
        marks = folded.translate(STAND_IN)
        into += [c for c in marks if not c.isalnum() and c != " " and not (words and c.isascii())]


def _phone(text: str, into: list[str]) -> None:
    into += _digits(text)


def _email(text: str, into: list[str]) -> None:
    for word in plain(text).translate(STAND_IN).split():
        for part in pieces(word):
            into += (part[:1], part[:2])
        into += [word[i : i + 3] for i in range(len(word) - 2)]
        into += _digits(word)


CUT: dict[str, Callable[[str, list[str]], None]] = {
    "name": _name,
    "words": _words,
    "company": _shared,
    "tag": _shared,
    "email": _email,
    "handle": _email,
    "phone": _phone,
}


def of(noun: str, row: dict[str, Any]) -> str:
    """The tokens a row is found by; `row` has its id and texts named for how they are cut."""
    into = [kind(noun)]
    for column, text in row.items():
        if text and column != "id":
            CUT[column](text, into)
    return " ".join(into)


def kind(noun: str) -> str:
    """The token all rows of a noun have: so that one noun's are found without looking at the others'."""
    return f"={noun}"


# --- what is asked for -----------------------------------------------------------------------------------


def asked(text: str) -> list[tuple[Way, ...]]:
    """For each word typed the ways to find it, of which one will do."""
    found = []
    folded = plain(text) or fold(text)
    words = folded.split()
    if not pieces(folded):
        marks = folded.translate(STAND_IN)
        return [(_signs(mark, word),) for mark, word in zip(marks.split(), fold(text).split(), strict=False)]
    for group in _grouped(words):
        if len(group) > 1:
            apart = _all(_plain(piece) for word in group for piece in pieces(word))
            found.append((*_number("".join(group)), apart))
        else:
            word, parts = group[0], pieces(group[0])  # a mark between words says nothing
            found += [_ways(word)] if parts and _whole(word) else [(_plain(piece),) for piece in parts]
    return [_checked(ways) for ways in found if ways]


def _grouped(words: list[str]) -> list[list[str]]:
    """A phone may be typed with blanks: neighbouring words of digits belong together."""
    groups: list[list[str]] = []
    for word in words:
        number = NUMBER.fullmatch(word) is not None
        if number and groups and NUMBER.fullmatch(groups[-1][-1]):
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _whole(word: str) -> bool:
    """Whether a word may mean something as it is, marks and all: a number, an e-mail, a domain."""
    return NUMBER.fullmatch(word) is not None or "@" in word or "." in word.strip(".")


def is_number(text: str) -> bool:
    """Whether it is as long as a whole phone number and nothing else."""
    return all(NUMBER.fullmatch(word) for word in plain(text).split()) and len(NOT_DIGITS.sub("", text)) >= LONG


def _ways(word: str) -> tuple[Way, ...]:
    if NUMBER.fullmatch(word):
        return _number(word)
    marked = word.translate(STAND_IN)
    local, at, _domain = marked.rpartition("@")
    telling = local + at if len(local) >= SHORT else marked  # what half the world has after the @ tells nothing
    whole = Way(_windows(telling, 3), (word,))
    parts = [_plain(piece) for piece in pieces(word)]
    return (whole, _all(parts)) if parts else (whole,)


def _number(word: str) -> tuple[Way, ...]:
    """Digits as typed, of a phone without the zero dialled at home, or between marks (`2026-11`)."""
    digits = NOT_DIGITS.sub("", word)
    bare, parts = digits.lstrip("0"), pieces(word)
    ways = [_plain(digits)]
    if len(digits) > 6 and len(bare) >= 4:
        ways.append(_plain(bare))
    if len(parts) > 1:
        ways.append(_all(map(_plain, parts)))
    return tuple(ways)


def _plain(piece: str) -> Way:
    """A run of one script."""
    if _wide(piece):
        return Way(_windows(piece, 2), (piece,) if len(piece) > 2 else ())
    window = 4 if len(piece) > 3 and piece.isdigit() else 3
    return Way(_windows(piece, window), (piece,) if len(piece) > window else ())


def _signs(mark: str, word: str) -> Way:
    """A word without letters or digits."""
    return Way(tuple(dict.fromkeys(mark)), (word,) if len(mark) > 1 else ())


def _windows(text: str, size: int) -> tuple[str, ...]:
    """Windows that cover the text: all of a word, of anything else that is long those side by side.

    What they let through is found when it is verified; syllables let too much through, and of an e-mail or a phone
    each window more is one more list to go through for nothing.
    """
    step = 1 if len(text) <= SHORT or text.isalpha() else size
    starts = (*range(0, len(text) - size, step), max(0, len(text) - size))
    return tuple(text[start : start + size] for start in starts)


def _all(ways: Iterable[Way]) -> Way:
    ways = list(ways)
    return Way(tuple(t for way in ways for t in way.tokens), tuple(t for way in ways for t in way.texts))


def _checked(ways: tuple[Way, ...]) -> tuple[Way, ...]:
    """Where one of several ways needs verifying all do, so that what one finds is not what another let through."""
    different = tuple(dict.fromkeys(ways))
    if len(different) == 1 or not any(way.texts for way in different):
        return different
    return tuple(way if way.texts else Way(way.tokens, way.tokens) for way in different)


def _wide(piece: str) -> bool:
    """Chinese, kana, Hangul: a sign says as much as a Latin syllable."""
    return is_han(piece) or "\u3040" <= piece[0] <= "\u30ff" or "\uac00" <= piece[0] <= "\ud7af"


def wanted(noun: str, words: Iterable[tuple[Way, ...]]) -> list[list[tuple[str, ...]]]:
    """The tokens by which rows of the noun are found that have what is asked: of each word, those of each way."""
    return [[(kind(noun),)], *([tuple(dict.fromkeys(way.tokens)) for way in ways] for ways in words)]


def initials(text: str) -> str:
    """The pattern of a name in pinyin or Latin letters with these initials, a blank before it; empty for none."""
    fits = 2 < len(text) <= INITIALS and text.isascii() and text.isalpha()
    return "% " + "% ".join(text) + "%" if fits else ""
