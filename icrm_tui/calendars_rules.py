"""Working hours and the time spent in them: how hours are written, and a calendar as one line of shifts.

Time is counted as it passes: a shift across the night a clock is put back is longer, and a wall time that does not
exist or comes twice is read as everywhere here (forward by the gap; the first). All instants are whole seconds since
1970; from 1970 to 2199 somebody works, before and after nobody does.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from unicodedata import normalize
from zoneinfo import ZoneInfo

from icrm_tui.errors import Refused, Usage

DAY = 24 * 60  # minutes
FIRST, LAST = 1970, 2199

Shift = tuple[int, int]  # minutes from the midnight its day begins with; its end may lie on the next day
Shifts = tuple[Shift, ...]
Week = tuple[Shifts, ...]  # Monday first

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHINESE = {sign: n for n, sign in enumerate("一二三四五六日")} | {"天": 6}
NAME = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])|([a-z]{3})[a-z]*\.?")
EVERY = ("daily", "every day", "每天", "每日")
ENTRY = re.compile(r"(?P<days>\D+?)\s*(?P<shifts>\d.*|closed|off|休息)")
CLOCK = r"(\d{1,2})(?::(\d{2})|点)?"
SHIFT = re.compile(rf"{CLOCK}\s*(?:-|–|—|~|to|至|到)\s*{CLOCK}")
SPAN = re.compile(r"(?:(\d{1,5}(?:\.\d{1,4})?)(?:h|小时))?\s*(?:(\d{1,6})(?:m|min|分钟|分))?\s*(?:(\d{1,7})(?:s|秒))?")


# --- how hours are written -------------------------------------------------------------------------------


def read_week(text: str) -> Week:
    """`mon-fri 09:00-12:00, 13:00-18:00; sat 10:00-14:00`, `周一至周五 9:00-18:00`, `daily 0:00-24:00`."""
    week: list[Shifts] = [()] * 7
    for entry in filter(None, (part.strip() for part in _plain(text).split(";"))):
        found = ENTRY.fullmatch(entry)
        if found is None:
            raise Usage("hours", text=entry)
        shifts = read_shifts(found["shifts"])
        for day in _days(found["days"]):
            week[day] = shifts
    if not any(week):
        raise Usage("hours-none")
    _check(tuple(week), text)
    return tuple(week)


def read_shifts(text: str) -> Shifts:
    """`09:00-12:00, 13:00-18:00`; an end no later than its start is on the next day."""
    plain = _plain(text)
    if plain in ("closed", "off", "休息"):
        return ()
    found = [_shift(part.strip(), text) for part in plain.split(",")]
    for one, other in pairwise(sorted(found)):
        if other[0] < one[1]:
            raise Usage("hours-overlap", text=text)
    return tuple(sorted(found))


def _plain(text: str) -> str:
    return normalize("NFKC", text).strip().casefold().replace("、", ",").replace("，", ",")


def _shift(part: str, text: str) -> Shift:
    found = SHIFT.fullmatch(part)
    if found is None:
        raise Usage("hours", text=text)
    hour, minute, end_hour, end_minute = (int(group or 0) for group in found.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if max(minute, end_minute) > 59 or start >= DAY or end > DAY:
        raise Usage("hours", text=text)
    return (start, end) if end > start else (start, end + DAY)


def _days(text: str) -> list[int]:
    plain = text.strip().rstrip(":").strip()
    if plain in EVERY:
        return list(range(7))
    found: list[int] = []
    for part in filter(None, (part.strip() for part in plain.split(","))):
        ends = [_day(end.strip(), text) for end in re.split(r"-|–|—|~|至|到| to ", part)]
        if len(ends) > 2:
            raise Usage("hours", text=text)
        first, last = ends[0], ends[-1]
        found += [n % 7 for n in range(first, last + 1 if last >= first else last + 8)]
    return found


def _day(word: str, text: str) -> int:
    found = NAME.fullmatch(word)
    if found and found[1]:
        return CHINESE[found[1]]
    if found and found[2] in DAYS:
        return DAYS.index(found[2])
    raise Usage("hours", text=text)


def _check(week: Week, text: str) -> None:
    """No shift runs into the next, not even over night or from Sunday to Monday."""
    line = sorted((day * DAY + start, day * DAY + end) for day, shifts in enumerate(week) for start, end in shifts)
    for one, other in pairwise([*line, (line[0][0] + 7 * DAY, 0)]):
        if other[0] < one[1]:
            raise Usage("hours-overlap", text=text)


def write_week(week: Week) -> str:
    """As it is kept: days that are alike together."""
    parts = []
    first = 0
    for day in range(1, 8):
        if day == 7 or week[day] != week[first]:
            if week[first]:
                days = DAYS[first] if day - first == 1 else f"{DAYS[first]}-{DAYS[day - 1]}"
                parts.append(f"{days} {write_shifts(week[first])}")
            first = day
    return "; ".join(parts)


def write_shifts(shifts: Shifts) -> str:
    def clock(minutes: int) -> str:
        return f"{minutes // 60:02}:{minutes % 60:02}"

    return ",".join(f"{clock(start)}-{clock(end if end <= DAY else end - DAY)}" for start, end in shifts)


def read_span(text: str) -> int:
    """Seconds of working time: `4h`, `1h30m`, `90m`, `1.5h`, `4小时`. How long a day is, calendars do not agree on."""
    found = SPAN.fullmatch(_plain(text))
    if found is None or not any(found.groups()):
        raise Usage("span", text=text)
    seconds = round(float(found[1] or 0) * 3600) + int(found[2] or 0) * 60 + int(found[3] or 0)
    if not 0 < seconds <= 10_000 * 3600:
        raise Usage("span", text=text)
    return seconds


def write_span(seconds: int) -> str:
    """`1h30m`, in whole minutes towards zero; `-2h` is that long over; a moment is `0m`."""
    minutes = abs(seconds) // 60
    text = f"{minutes // 60}h" * (minutes >= 60) + f"{minutes % 60}m" * (minutes % 60 > 0 or minutes < 60)
    return f"-{text}" if seconds < 0 else text


# --- public holidays -------------------------------------------------------------------------------------


class Public(NamedTuple):
    """Days off, and days of a weekend that are worked instead (调休), of one year."""

    off: frozenset[date]
    worked: frozenset[date]


NONE = Public(frozenset(), frozenset())


def check_holidays(code: str) -> str:
    """`CN`, `DE`, `DE-BY`: a country, with a region where its holidays differ."""
    from holidays import list_supported_countries

    known = list_supported_countries(include_aliases=True)
    country, _dash, region = code.strip().upper().partition("-")
    if country not in known or (region and region not in [part.upper() for part in known[country]]):
        raise Usage("holidays", text=code)
    return f"{country}-{region}" if region else country


@lru_cache(maxsize=512)
def public(code: str, year: int) -> Public:
    """The public holidays of a country in a year, as far as they are known."""
    if not code:
        return NONE
    from holidays import country_holidays

    country, _dash, region = code.partition("-")
    found = country_holidays(country, subdiv=region or None, years=year, expand=False)
    worked = found.weekend_workdays
    return Public(*(frozenset(day for day in days if day.year == year) for days in (found, worked)))


# --- a calendar as one line of shifts --------------------------------------------------------------------


def seconds(instant: str) -> int:
    """An instant, as the store keeps it, in seconds since 1970."""
    return int(datetime.fromisoformat(instant).timestamp())


def stamped(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Laid(NamedTuple):
    """Some years laid out: where each shift starts and ends, and what was worked before it."""

    first: int
    last: int
    starts: list[int]
    ends: list[int]
    sums: list[int]

    def worked(self, at: int) -> int:
        n = bisect_right(self.starts, at) - 1
        return self.sums[n] + min(at, self.ends[n]) - self.starts[n] if n >= 0 else 0


class Timetable:
    """When somebody works: the week, but for public holidays and the days that have hours of their own (`special`).

    Threads may share one: the years laid out are replaced as a whole.
    """

    def __init__(self, zone: ZoneInfo, week: Week, holidays: str = "", special: Mapping[date, Shifts] | None = None):
        self.zone = zone
        self.week = week
        self.full = next(shifts for shifts in week if shifts)  # what is worked on a Saturday that stands for a Monday
        self.holidays = holidays
        self.special = special or {}
        self._laid: Laid | None = None

    def shifts(self, day: date) -> Shifts:
        """The shifts that begin on that day."""
        if day in self.special:
            return self.special[day]
        known = public(self.holidays, day.year)
        if day in known.worked:
            return self.full
        return () if day in known.off else self.week[day.weekday()]

    def between(self, start: int, end: int) -> int:
        """Seconds worked from one instant to another; less than none where the second is the earlier."""
        laid = self._around(start, end)
        return laid.worked(end) - laid.worked(start)

    def after(self, start: int, worked: int) -> int:
        """The first instant by which so many seconds are worked from `start`."""
        if worked <= 0:
            return start
        laid = self._around(start)
        wanted = laid.worked(start) + worked
        while not laid.sums or laid.sums[-1] + laid.ends[-1] - laid.starts[-1] < wanted:
            if laid.last == LAST:
                raise Refused("calendar-far")
            laid = self._lay(laid.first, min(LAST, 2 * laid.last - laid.first + 1))
        n = bisect_left(laid.sums, wanted) - 1
        return laid.starts[n] + wanted - laid.sums[n]

    def before(self, end: int, worked: int) -> int:
        """The last instant from which so many seconds are worked until `end`."""
        if worked <= 0:
            return end
        laid = self._around(end)
        while laid.worked(end) < worked:
            if laid.first == FIRST:
                raise Refused("calendar-far")
            laid = self._lay(max(FIRST, 2 * laid.first - laid.last - 1), laid.last)
        wanted = laid.worked(end) - worked
        n = bisect_right(laid.sums, wanted) - 1
        return laid.starts[n] + wanted - laid.sums[n]

    def opens(self, at: int) -> int:
        """The first instant from `at` on at which somebody works."""
        return self.after(at, 1) - 1

    def workdays(self, start: int, days: int) -> int:
        """The same time of day so many working days later, or when work begins after that."""
        wall = datetime.fromtimestamp(start, self.zone)
        day = wall.date()
        while days:
            day += timedelta(days=1)
            days -= bool(self.shifts(day))
        return self.opens(int(datetime.combine(day, wall.time(), self.zone).timestamp()))

    def _around(self, *instants: int) -> Laid:
        """The years around these instants, laid out; those of a zone begin up to a day before or after ours."""
        years = [min(max(datetime.fromtimestamp(at, UTC).year, FIRST), LAST) for at in instants]
        first, last = max(FIRST, min(years) - 1), min(LAST, max(years) + 1)
        laid = self._laid
        if laid is None or first < laid.first or last > laid.last:
            known = (first, last) if laid is None else (min(first, laid.first), max(last, laid.last))
            laid = self._lay(*known)
        return laid

    def _lay(self, first: int, last: int) -> Laid:
        spans: list[tuple[int, int]] = []
        day, after = date(first, 1, 1), date(last + 1, 1, 1)
        while day < after:
            spans += [(self._instant(day, start), self._instant(day, end)) for start, end in self.shifts(day)]
            day += timedelta(days=1)
        laid = Laid(first, last, [], [], [])
        over, total = -(10**12), 0
        for start, end in sorted(spans):
            start = max(start, over)  # a day with hours of its own may begin before the night before it is over
            if start < end:
                laid.starts.append(start)
                laid.ends.append(end)
                laid.sums.append(total)
                total += end - start
                over = end
        self._laid = laid
        return laid

    def _instant(self, day: date, minutes: int) -> int:
        days, minute = divmod(minutes, DAY)
        wall = datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60), self.zone)
        return int(wall.timestamp())
