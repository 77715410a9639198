"""Days, times and birthdays: what people type, what the store keeps, and what the calendar says between.

An instant is kept as `YYYY-MM-DDTHH:MM:SSZ`, a day as `YYYY-MM-DD`; a birthday may be lunar and lack its year.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icrm_tui.errors import Usage

WORDS = {"today": 0, "yesterday": -1, "tomorrow": 1, "今天": 0, "昨天": -1, "明天": 1, "前天": -2, "后天": 2}
AGO = re.compile(r"([+-]?)(\d{1,5})([hdwmy])")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class When(NamedTuple):
    """A day and, where one was said, an hour on the user's clock."""

    day: date
    hour: time | None = None


# --- instants and zones ----------------------------------------------------------------------------------


def zone(name: str) -> ZoneInfo:
    """Usage names the nearest where there is no such zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        from difflib import get_close_matches
        from zoneinfo import available_timezones

        near = get_close_matches(name, sorted(available_timezones()), 1)
        raise Usage("zone", zone=name, nearest=", ".join(near)) from None


def stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(text: str, where: ZoneInfo) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).astimezone(where)


def utc(day: date, at: time | None, where: ZoneInfo) -> str:
    """The instant a wall clock there shows this; no time is midnight.

    A time that does not exist moves forward by the gap, an ambiguous one is the first.
    """
    wall = datetime.combine(day, at or time(), where)
    return stamp(wall)  # fold=0 reads a missing time with the offset before the gap: forward by the gap


def _day_word(text: str, today: date) -> date | None:
    if text.casefold() in WORDS:
        return today + timedelta(days=WORDS[text.casefold()])
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


# --- spans of days, for the query language ---------------------------------------------------------------

SPANS = {
    "this-week": ("week", 0), "last-week": ("week", -1), "next-week": ("week", 1),
    "本周": ("week", 0), "上周": ("week", -1), "下周": ("week", 1),
    "this-month": ("month", 0), "last-month": ("month", -1), "next-month": ("month", 1),
    "本月": ("month", 0), "上月": ("month", -1), "下月": ("month", 1),
    "上个月": ("month", -1), "下个月": ("month", 1),
    "this-quarter": ("quarter", 0), "last-quarter": ("quarter", -1), "next-quarter": ("quarter", 1),
    "本季度": ("quarter", 0), "上季度": ("quarter", -1), "下季度": ("quarter", 1),
    "this-year": ("year", 0), "last-year": ("year", -1), "next-year": ("year", 1),
    "今年": ("year", 0), "去年": ("year", -1), "明年": ("year", 1),
}  # fmt: skip


def span(word: str, today: date) -> tuple[date, date] | None:
    """First and last day of what `word` names: a day, `this-month`, 本周, `2026-12`, `2026`."""
    key = word.strip().casefold()
    if key in SPANS:
        kind, offset = SPANS[key]
        return _span(kind, offset, today)
    day = _day_word(key, today)
    if day is not None:
        return day, day
    if found := re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?", key):
        year, month = int(found[1]), int(found[2] or 0)
        if not 1 <= year <= 9999 or month > 12 or (found[2] and not month):
            return None
        if month:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        return date(year, 1, 1), date(year, 12, 31)
    return None


def _span(kind: str, offset: int, today: date) -> tuple[date, date]:
    if kind == "week":
        first = today - timedelta(days=today.weekday()) + timedelta(weeks=offset)
        return first, first + timedelta(days=6)
    if kind == "year":
        return date(today.year + offset, 1, 1), date(today.year + offset, 12, 31)
    months = 3 if kind == "quarter" else 1
    start = (today.year * 12 + today.month - 1) // months * months + offset * months
    last = start + months - 1
    year, month = divmod(last, 12)
    return date(start // 12, start % 12 + 1, 1), date(year, month + 1, monthrange(year, month + 1)[1])


def back(text: str, today: date) -> date | None:
    """The day that long ago: `30d`, `2w`, `6m`, `1y`; with `+` in front, that far ahead. None where it is none."""
    key = text.strip().casefold()
    return shift(today, key) if AGO.fullmatch(key) and not key.endswith("h") else None


def shift(today: date, text: str) -> date | None:
    found = AGO.fullmatch(text.strip().casefold())
    if found is None:
        return None
    sign, n, unit = 1 if found[1] == "+" else -1, int(found[2]), found[3]
    try:
        if unit in ("d", "w"):
            return today + timedelta(days=sign * n * (7 if unit == "w" else 1))
        months = today.year * 12 + today.month - 1 + sign * n * (12 if unit == "y" else 1)
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(today.day, monthrange(year, month)[1]))
    except (OverflowError, ValueError):
        return None


# --- days in files ---------------------------------------------------------------------------------------

NUMERIC = re.compile(r"(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})\s*日?(?:[ T].*)?")
SHORT = re.compile(r"(\d{1,2})[/.](\d{1,2})\.?")
NAMED = (
    re.compile(r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[ .-]+(?P<m>[a-z]{3,9})\.?,?(?:[ -]+(?P<y>\d{4}))?"),
    re.compile(r"(?P<m>[a-z]{3,9})\.? +(?P<d>\d{1,2})(?:st|nd|rd|th)?,?(?: +(?P<y>\d{4}))?"),
)


def _named(text: str) -> tuple[int | None, int, int] | None:
    for shape in NAMED:
        found = shape.fullmatch(text.strip().casefold())
        if found and found["m"][:3] in MONTHS:
            return (int(found["y"]) if found["y"] else None), MONTHS.index(found["m"][:3]) + 1, int(found["d"])
    return None


def _parts(text: str, order: str) -> tuple[int, int, int] | None:
    """Year, month, day of three numbers in that order; a first number of four digits is a year in any case."""
    found = NUMERIC.fullmatch(text.strip())
    if found is None:
        return None
    one, two, three = found.groups()
    if len(one) > 2:
        year, month, day = one, two, three
    elif order == "dmy":
        day, month, year = one, two, three
    elif order == "mdy":
        month, day, year = one, two, three
    else:
        return None
    if len(year) == 3 or len(month) > 2 or len(day) > 2:
        return None
    full = int(year) + (0 if len(year) == 4 else 2000 if int(year) < 70 else 1900)
    return full, int(month), int(day)


def day_of(text: str, order: str = "ymd") -> date | None:
    """A day written with its year, numbers in `order` (ymd, dmy, mdy); None where it cannot be read."""
    found = _parts(text, order)
    if found is None:
        named = _named(text)
        if named is None or named[0] is None:
            return None
        found = (named[0], named[1], named[2])
    try:
        return date(*found)
    except ValueError:
        return None


class OrderNeeded(Exception):
    """The numbers of a day can be read in more than one order, and none was given."""


def needs_order(text: str, order: str) -> None:
    """OrderNeeded where `order` is empty and the day is not clear by itself."""
    if not order and orders(text) is not None:
        raise OrderNeeded


@lru_cache(maxsize=4096)
def orders(text: str) -> frozenset[str] | None:
    """The orders that the numbers of a day can be read in; None where only one is possible by its shape."""
    found = NUMERIC.fullmatch(text.strip())
    if found is None and (found := SHORT.fullmatch(text.strip())) is None:
        return None
    if len(found[1]) > 2:
        return None
    one, two = int(found[1]), int(found[2])
    possible = {"dmy": 0 < two <= 12 and 0 < one <= 31, "mdy": 0 < one <= 12 and 0 < two <= 31}
    if "." in text:  # wherever days are written with dots, the day comes first
        possible["mdy"] = False
    return frozenset(order for order, fits in possible.items() if fits)


def order_of(samples: Iterable[str]) -> set[str]:
    """The orders of numbers all samples can be read in; none where every one of them is clear by itself."""
    found: set[str] = set()
    for text in samples:
        possible = orders(text)
        if possible is not None:
            found = (found & possible or found) if found else set(possible)
    return found


# --- birthdays -------------------------------------------------------------------------------------------

LUNAR_MONTHS = "正二三四五六七八九十冬腊"
JULIAN = 1_721_425  # days from the beginning of the Julian count to that of Python's
DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
LUNAR = re.compile(
    r"(?:(?P<y>\d{4})[年 -]?)?\s*(?P<leap>闰)?(?P<m>正|十一|十二|[一二三四五六七八九十冬腊]|\d{1,2})(?:月|-)"
    r"(?P<d>初[一二三四五六七八九十]|[一二三四五六七八九十廿卅]{1,3}|\d{1,2})[日号]?"
)


class Birthday(NamedTuple):
    """`leap`: born in a leap month of the Chinese calendar, kept in the common one where a year has none."""

    year: int | None
    month: int
    day: int
    lunar: bool = False
    leap: bool = False

    def __str__(self) -> str:
        year = f"{self.year:04}" if self.year is not None else "-"
        head = "L" if self.lunar else ""
        return f"{head}{year}-{self.month:02}{'+' if self.leap else ''}-{self.day:02}"

    @property
    def key(self) -> str:
        return f"{'L' if self.lunar else ''}{self.month:02}-{self.day:02}"


def birthday(text: str, order: str = "ymd") -> Birthday:
    """`1990-05-12`, `05-12`, `5月12日`, `12 May`, 农历四月初八, `lunar 4-8`, `L1990-04-08`; Usage where impossible."""
    words = text.strip()
    found = _lunar(words) or _solar(words, order)
    if found is None or not _possible(found):
        raise Usage("birthday", text=text)
    return found


def _solar(text: str, order: str) -> Birthday | None:
    if found := re.fullmatch(r"(?:--?)?(\d{1,2})[-/.月](\d{1,2})日?", text):
        month, day = int(found[1]), int(found[2])
        swapped = order == "dmy" and "月" not in text and not text.startswith("-")
        return Birthday(None, *((day, month) if swapped else (month, day)))
    if parts := _parts(text, order):
        return Birthday(*parts)
    named = _named(text)
    return Birthday(*named) if named else None


def _lunar(text: str) -> Birthday | None:
    if found := re.fullmatch(r"L(\d{4}|-)-(\d{2})(\+?)-(\d{2})", text):
        year = None if found[1] == "-" else int(found[1])
        return Birthday(year, int(found[2]), int(found[4]), True, bool(found[3]))
    marked = re.fullmatch(r"(?:农历|阴历|旧历|lunar)\s*(.+)", text, re.IGNORECASE)
    shape = LUNAR.fullmatch(marked[1].strip()) if marked else None
    if shape is None:
        return None
    year = int(shape["y"]) if shape["y"] else None
    return Birthday(year, _chinese(shape["m"], LUNAR_MONTHS), _chinese(shape["d"], ""), True, bool(shape["leap"]))


def _chinese(text: str, names: str) -> int:
    if text.isdigit():
        return int(text)
    if names and text in names:
        return names.index(text) + 1
    text = text.removeprefix("初").replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.partition("十")
    if not ten:
        return DIGITS.get(text, 0)
    return DIGITS.get(tens, 1 if not tens else 0) * 10 + DIGITS.get(ones, 0)


def _possible(b: Birthday) -> bool:
    if not 1 <= b.month <= 12 or (b.year is not None and not 1850 <= b.year <= 2200):
        return False
    if b.lunar:
        return 1 <= b.day <= 30
    return 1 <= b.day <= monthrange(b.year or 2000, b.month)[1]


@lru_cache(maxsize=256)
def _months(year: int) -> dict[int, tuple[date, int]]:
    """The months of a Chinese year, a leap one below 0: its first day and how many it has.

    The library computes the sun's course anew for every day it is asked about; a year asked for once costs 6 ms.
    """
    from lunar_python import LunarYear

    months = LunarYear.fromYear(year).getMonthsInYear()
    return {
        month.getMonth(): (date.fromordinal(int(month.getFirstJulianDay()) - JULIAN), month.getDayCount())
        for month in months
    }


def _lunar_year(day: date) -> int:
    return day.year if day >= _months(day.year)[1][0] else day.year - 1


def _lunar_day(day: date) -> tuple[int, bool, int, int]:
    """Month, whether it is a leap one, day, and days in that month, of the Chinese calendar."""
    months = _months(_lunar_year(day))
    month, (first, length) = max(((m, one) for m, one in months.items() if one[0] <= day), key=lambda pair: pair[1][0])
    return abs(month), month < 0, (day - first).days + 1, length


def keys(first: date, last: date) -> list[str]:
    """The keys of all birthdays kept from `first` to `last`; beyond a year, every key there is."""
    days = min((last - first).days + 1, 366)
    found: list[str] = []
    for n in range(days):
        day = first + timedelta(days=n)
        found.append(f"{day:%m-%d}")
        if (day.month, day.day) == (2, 28) and monthrange(day.year, 2)[1] == 28:
            found.append("02-29")
        month, leap, lunar_day, length = _lunar_day(day)
        if leap:  # whoever was born in a leap month keeps the common one
            continue
        found.append(f"L{month:02}-{lunar_day:02}")
        if lunar_day == 29 and length == 29:
            found.append(f"L{month:02}-30")
    return list(dict.fromkeys(found))


def next_birthday(b: Birthday, today: date) -> date:
    """When it is kept next, today included."""
    if not b.lunar:
        for year in (today.year, today.year + 1):
            day = date(year, b.month, min(b.day, monthrange(year, b.month)[1]))
            if day >= today:
                return day
    this = _lunar_year(today)
    months = [_months(year)[b.month] for year in (this, this + 1)]
    days = [first + timedelta(days=min(b.day, length) - 1) for first, length in months]
    return next(day for day in days if day >= today)


def turns(b: Birthday, on: date) -> int | None:
    """The age reached on that birthday; None where the year is unknown."""
    if b.year is None:
        return None
    if not b.lunar:
        return on.year - b.year
    return _lunar_year(on) - b.year
