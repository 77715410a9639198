"""How a value is compared, type by type: the SQL test that `field operator value` stands for."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from icrm_tui import calendars_rules, dates, money, nouns
from icrm_tui.context import Context
from icrm_tui.errors import Usage
from icrm_tui.nouns import Field
from icrm_tui.query_parser import QueryError, Word
from icrm_tui.text import fold, like

EQUAL = frozenset((":", "="))
ORDERED = EQUAL | {"<", "<=", ">", ">="}
FLAGS = {"yes": 1, "true": 1, "1": 1, "是": 1, "no": 0, "false": 0, "0": 0, "否": 0}
LATER = {">": "<", ">=": "<=", "<": ">", "<=": ">="}  # what is older comes earlier
LAST_IMPORT = "SELECT l.id FROM changes l WHERE l.verb = 'import' AND l.undone = 0 ORDER BY l.id DESC LIMIT 1"

RANGE = re.compile(r"\.{2,}|。。")  # an ellipsis is three dots once normalised
NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,9})?", re.ASCII)
MONTH_DAY = re.compile(r"(\d{1,2})-(\d{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is compared: `sql` is the field in the `row`, `bind` makes a parameter of a value."""

    ctx: Context
    noun: str
    row: str
    field: Field
    sql: str
    bind: Callable[[Any], str]


Test = Callable[[Place, str, Word], str]


def unknown(code: str, word: Word, known: Iterable[str], **values: Any) -> QueryError:
    """The error for a word that is none of `known`: with the nearest or, where none is near, what there is."""
    from difflib import get_close_matches

    words = list(known)
    nearest = ", ".join(get_close_matches(fold(word.text), words, 3))
    return QueryError(code if nearest else f"{code}-none", word, nearest=nearest, known=", ".join(words[:12]), **values)


def cleaned(value: Word) -> str:
    return normalize("NFKC", value.text).strip().casefold()


def ends_of(operator: str, value: Word) -> tuple[str, str] | None:
    """The two ends of a range, one of them empty where it is open; None for a single value."""
    first, *rest = RANGE.split(cleaned(value))
    if not rest:
        return None
    if len(rest) > 1 or operator not in EQUAL or not (first or rest[0]):
        raise QueryError("query-range", value)
    return first, rest[0]


# --- words ---------------------------------------------------------------------------------------------


def _text(place: Place, operator: str, value: Word) -> str:
    key = fold(value.text)
    if not key:
        raise QueryError("query-empty", value)
    if place.field.type == "raw":
        return _as_typed(place, operator, value, key)
    if operator == "=":
        return f"{place.sql} = {place.bind(key)}"
    return f"{place.sql} LIKE {place.bind(like(key))} ESCAPE '!'"


def _as_typed(place: Place, operator: str, value: Word, key: str) -> str:
    """Text that has no folded key beside it: the engine folds ASCII, other letters are tried in the cases they have."""
    typed = normalize("NFKC", value.text).strip()
    cases = dict.fromkeys((key,) if key.isascii() else (key, typed, key.upper(), key.title()))
    patterns = [like(case) if operator == ":" else like(case)[1:-1] for case in cases]
    return "(" + " OR ".join(f"{place.sql} LIKE {place.bind(p)} ESCAPE '!'" for p in patterns) + ")"


def _tag(place: Place, _operator: str, value: Word) -> str:
    return _text(place, "=", value)


def _phone(place: Place, operator: str, value: Word) -> str:
    """Any four digits of a number, or more; with `=` its end, so that a country's prefix may be left out."""
    digits = "".join(re.findall(r"\d", cleaned(value), re.ASCII))
    if len(digits) < 4:
        raise QueryError("query-phone", value)
    return f"{place.sql} LIKE {place.bind(f'%{digits}' if operator == '=' else f'%{digits}%')}"


def _choice(place: Place, _operator: str, value: Word) -> str:
    choices = {fold(choice): choice for choice in place.field.choices}
    key = fold(value.text)
    if key not in choices:
        raise unknown("query-choice", value, choices)
    return f"{place.sql} = {place.bind(choices[key])}"


def _flag(place: Place, _operator: str, value: Word) -> str:
    key = fold(value.text)
    if key not in FLAGS:
        raise QueryError("query-flag", value)
    return f"{place.sql} = {place.bind(FLAGS[key])}"


def _user(place: Place, _operator: str, value: Word) -> str:
    """People who left are found too."""
    key = fold(value.text)
    if key == "me":
        return f"{place.sql} = {place.bind(place.ctx.user)}"
    names = {row["key"]: row["name"] for row in place.ctx.read("SELECT key, name FROM users ORDER BY key")}
    if key not in names:
        raise unknown("query-user", value, names)
    return f"{place.sql} = {place.bind(names[key])}"


# --- numbers -------------------------------------------------------------------------------------------


def _number(place: Place, operator: str, value: Word) -> str:
    return _counted(place, operator, value, _read_number)


def _id(place: Place, operator: str, value: Word) -> str:
    prefix = nouns.noun(place.noun).prefix

    def read(text: str, value: Word) -> int:
        digits = text.removeprefix(prefix)
        if not re.fullmatch(r"\d{1,18}", digits, re.ASCII):
            raise QueryError("query-id", value, prefix=prefix)
        return int(digits)

    return _counted(place, operator, value, read)


def _import(place: Place, operator: str, value: Word) -> str:
    if cleaned(value) == "last":
        return f"{place.sql} = ({LAST_IMPORT})"
    return _counted(place, operator, value, _read_number)


def _read_number(text: str, value: Word) -> float:
    if not NUMBER.fullmatch(text):
        raise QueryError("query-number", value)
    return float(text) if "." in text else int(text)


def _money(place: Place, operator: str, value: Word) -> str:
    """What is typed in whole units of the base currency lies in its minor ones."""
    digits = money.digits(place.ctx.setting("currency"))

    def read(text: str, value: Word) -> float:
        _read_number(text, value)
        minor = Decimal(text).scaleb(digits)
        return int(minor) if minor == int(minor) and abs(minor) < 2**53 else float(minor)

    return _counted(place, operator, value, read)


def read_span(text: str, value: Word) -> int:
    """Seconds of working time: `4h`, `1h30m`, `0`; with `-` in front, that long ago."""
    try:
        return 0 if text == "0" else calendars_rules.read_span(text.removeprefix("-")) * (-1 if text[:1] == "-" else 1)
    except Usage as error:
        raise QueryError("query-span", value) from error


def _lasting(place: Place, operator: str, value: Word) -> str:
    return _counted(place, operator, value, read_span)


def _counted(place: Place, operator: str, value: Word, read: Callable[[str, Word], float]) -> str:
    ends = ends_of(operator, value)
    if ends is None:
        sign = "=" if operator in EQUAL else operator
        return f"{place.sql} {sign} {place.bind(read(cleaned(value), value))}"
    low, high = (read(end, value) if end else None for end in ends)
    if low is not None and high is not None and high < low:
        low, high = high, low
    bounds = [(">=", low), ("<=", high)]
    return " AND ".join(f"{place.sql} {sign} {place.bind(bound)}" for sign, bound in bounds if bound is not None)


# --- days ----------------------------------------------------------------------------------------------


def _dated(place: Place, operator: str, value: Word) -> str:
    """Compared by whole days of the user's zone, `+7d` is one to come; an age (`30d`) is counted from this moment."""
    text, ends = cleaned(value), ends_of(operator, value)
    if ends is None and not text.startswith("+") and dates.back(text, place.ctx.today):
        return _aged(place, operator, value)
    spans = [_span(place.ctx, end, value) for end in ends or (text,) if end]
    first, after = min(span[0] for span in spans), max(span[1] for span in spans) + timedelta(1)
    since: date | None
    until: date | None
    since, until = {
        "<": (None, first),
        "<=": (None, after),
        ">": (after, None),
        ">=": (first, None),
    }.get(operator, (first, after))
    if ends and not ends[0]:
        since = None
    if ends and not ends[1]:
        until = None
    tests = [f"{place.sql} >= {_start(place, since)}" if since else f"{place.sql} <> ''"]
    if until:
        tests.append(f"{place.sql} < {_start(place, until)}")
    return " AND ".join(tests)


def _start(place: Place, day: date) -> str:
    return place.bind(day.isoformat() if place.field.type == "day" else dates.utc(day, None, place.ctx.zone))


def _aged(place: Place, operator: str, value: Word) -> str:
    if operator not in LATER:
        raise QueryError("query-age", value)
    ctx = place.ctx
    day = _span(ctx, cleaned(value), value)[0]
    moment = day.isoformat()
    if place.field.type == "instant":
        moment = dates.utc(day, ctx.now.astimezone(ctx.zone).time(), ctx.zone)
    return f"{place.sql} <> '' AND {place.sql} {LATER[operator]} {place.bind(moment)}"


def _span(ctx: Context, text: str, value: Word) -> tuple[date, date]:
    """The first and last day meant by a word, a month, a day or an age."""
    back = dates.back(text, ctx.today)
    found = (back, back) if back else dates.span(text, ctx.today)
    if found is None or not (found[0].year > 1 and found[1].year < 9999):  # the day after has to exist, in any zone
        raise QueryError("query-date", value)
    return found


def _birthday(place: Place, operator: str, value: Word) -> str:
    """Birthdays that fall on these days, of this year or the year named; a range may run over New Year."""
    ends = ends_of(operator, value) or (cleaned(value),) * 2
    first, last = (
        _birth_span(place.ctx, ends[0] or "01-01", value)[0],
        _birth_span(place.ctx, ends[1] or "12-31", value)[1],
    )
    if last < first:
        last = _on(first.year + 1, last.month, last.day)
    keys = dates.keys(first, min(last, first + timedelta(365)))
    return f"{place.sql} IN ({', '.join(place.bind(key) for key in keys)})"


def _birth_span(ctx: Context, text: str, value: Word) -> tuple[date, date]:
    found = MONTH_DAY.fullmatch(text)
    if not found:
        return _span(ctx, text, value)
    try:
        day = _on(ctx.today.year, int(found[1]), int(found[2]))
    except ValueError:
        raise QueryError("query-date", value) from None
    return day, day


def _on(year: int, month: int, day: int) -> date:
    """29 February is kept on the 28th in common years."""
    try:
        return date(year, month, day)
    except ValueError:
        if (month, day) != (2, 29):
            raise
        return date(year, 2, 28)


# type → how a value is tested, and which operators it takes besides `!=`
TESTS: dict[str, tuple[Test, frozenset[str]]] = {
    "text": (_text, EQUAL),
    "raw": (_text, EQUAL),
    "name": (_text, EQUAL),
    "tag": (_tag, EQUAL),
    "phone": (_phone, EQUAL),
    "choice": (_choice, EQUAL),
    "flag": (_flag, EQUAL),
    "user": (_user, EQUAL),
    "number": (_number, ORDERED),
    "money": (_money, ORDERED),
    "amount": (_number, ORDERED),
    "span": (_lasting, ORDERED),
    "id": (_id, ORDERED),
    "import": (_import, EQUAL),
    "day": (_dated, ORDERED),
    "instant": (_dated, ORDERED),
    "birthday": (_birthday, EQUAL),
}
