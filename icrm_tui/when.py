"""When somebody means, as people type it in English and Chinese; docs/dates.md says what each form means.

Nothing here guesses: what cannot be read is refused, and whoever asks echoes the full date.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from unicodedata import normalize
from zoneinfo import ZoneInfo

from icrm_tui import dates
from icrm_tui.dates import When
from icrm_tui.errors import Usage


class Base(NamedTuple):
    """Where the reading starts: the user's now, and whether what is meant lies ahead (a due day) or behind (a log)."""

    now: datetime
    ahead: bool

    @property
    def today(self) -> date:
        return self.now.date()

    def nearest(self, candidates: list[date]) -> date | None:
        """Of days in order the first that is to come, or the last that has been; today counts."""
        if self.ahead:
            return next((day for day in candidates if day >= self.today), None)
        return next((day for day in reversed(candidates) if day <= self.today), None)


def read(text: str, now: datetime, where: ZoneInfo, *, ahead: bool = True) -> When:
    """What `text` means at `now` on the clocks of `where`; Usage where it means nothing, or no day there is."""
    base = Base(now.astimezone(where), ahead)
    words = " ".join(normalize("NFKC", text).strip().casefold().split())
    for short, whole in SHORTENED.items():
        words = words.replace(short, whole)
    try:
        found = _exact(words, where) or _span(words, base) or _day_and_hour(words, base)
    except (ValueError, OverflowError):  # 31 February, 25:00, the year 12000
        found = None
    if found is None:
        raise Usage("when", text=text)
    return _shown(found, where)


def _shown(found: When, where: ZoneInfo) -> When:
    """As the clocks there will show it: an hour that they skip is the one they show instead."""
    if found.hour is None:
        return found
    try:
        there = dates.local(dates.utc(found.day, found.hour, where), where)
    except OverflowError:  # at either end of the calendar
        return found
    return When(there.date(), there.time())


# --- whole forms -----------------------------------------------------------------------------------------

ISO = re.compile(r"\d{4}-\d{2}-\d{2}([t ]\d{1,2}:\d{2}(:\d{2})?(z|[+-]\d{2}:?\d{2})?)?")


def _exact(words: str, where: ZoneInfo) -> When | None:
    if not ISO.fullmatch(words):
        return None
    if len(words) == 10:
        return When(date.fromisoformat(words))
    day, _, hour = words.replace("t", " ").partition(" ")
    moment = datetime.fromisoformat(f"{day}T{hour.zfill(5) if len(hour) < 6 else hour.upper()}")
    there = moment.astimezone(where) if moment.tzinfo else moment
    return When(there.date(), there.time())


NUMBER = r"(?P<n>\d{1,4}|半|[一二两三四五六七八九十]{1,3}|an?|half an?|one|two|three|four|five|six|seven|ten)"
UNIT = (
    r"(?P<unit>minutes?|mins?|min|hours?|hrs?|h|days?|d|weeks?|wks?|w|months?|mo|m|years?|yrs?|y"
    r"|分钟|个?小时|个?钟头|天|日|个?星期|周|个?礼拜|个?月|年)"
)
SIDE = "(?P<side> ago| from now|前|以前|之前|后|以后|之后)?"
SPAN = re.compile(rf"(?P<sign>\+|-|in )?{NUMBER} ?个?(?P<half>半)?{UNIT}{SIDE}")
ENGLISH = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
LONG = {"m": "month", "mo": "month", "月": "month", "y": "year", "年": "year"}
SHORT = {"w": 7, "周": 7, "星": 7, "礼": 7, "d": 1, "天": 1, "日": 1}


def _span(words: str, base: Base) -> When | None:
    """`in 3 days`, `2w`, `half an hour ago`, 三天后; without a side, the one that is asked for."""
    found = SPAN.fullmatch(words)
    if found is None:
        return None
    said, unit = found["n"], found["unit"].removeprefix("个")
    half = said in ("半", "half a", "half an")
    n = 0.5 if half else float(ENGLISH.get(said) or chinese(said)) + (0.5 if found["half"] else 0)
    side = (found["side"] or "").strip()
    back = found["sign"] == "-" or side in ("ago", "前", "以前", "之前")
    onward = found["sign"] in ("+", "in ") or side in ("from now", "后", "以后", "之后")
    if back and onward:
        return None
    way = -1 if back or (not onward and not base.ahead) else 1
    minutes = {"h": 60, "小": 60, "钟": 60}.get(unit[0], 1 if unit.startswith(("min", "分")) else 0)
    if minutes:
        then = base.now.replace(second=0, microsecond=0, tzinfo=None) + timedelta(minutes=round(n * minutes) * way)
        return When(then.date(), then.time())
    if unit[0] in SHORT:
        return None if n != int(n) else When(base.today + timedelta(days=int(n) * SHORT[unit[0]] * way))
    months = n * (12 if LONG.get(unit, unit).startswith("year") else 1)
    return None if months != int(months) else When(later(base.today, int(months) * way))


def later(day: date, months: int) -> date:
    """So many months on, the end of a shorter month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}


def chinese(text: str) -> int:
    """A number up to 99 in figures or in Chinese; ValueError for anything else."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        if len(text) != 1 or text not in DIGITS:
            raise ValueError(text)
        return DIGITS[text]
    return (DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0)


# --- a day, an hour, or both -----------------------------------------------------------------------------

PARTS = {
    "凌晨": 0, "清晨": 6, "早上": 8, "早晨": 8, "上午": 9, "中午": 12, "下午": 14, "傍晚": 18, "晚上": 19, "夜里": 22,
    "morning": 9, "noon": 12, "afternoon": 14, "evening": 19, "tonight": 19, "midnight": 0,
}  # fmt: skip
LATE = ("下午", "傍晚", "晚上", "夜里")
PART = r"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里)"
HOURS = (
    re.compile(r"(?:(?:at|@) ?)?(?P<h>\d{1,2})(?:[:.](?P<m>\d{2}))? ?(?P<half>am|pm|a\.m\.|p\.m\.)"),
    re.compile(rf"(?:(?:at|@) ?)?{PART}? ?(?P<h>\d{{1,2}}):(?P<m>\d{{2}})"),
    re.compile(
        rf"{PART}? ?(?P<h>\d{{1,2}}|[零一二两三四五六七八九十]{{1,3}})[点时]"
        r"(?P<m>半|一刻|三刻|整|(?:\d{1,2}|[零一二三四五六七八九十]{1,3})分?)?钟?"
    ),
    re.compile(r"(?:in the |at )?(?P<part>" + "|".join(PARTS) + r")(?P<h>)(?P<m>)"),
)
QUARTERS = {"半": 30, "一刻": 15, "三刻": 45, "整": 0}


def _day_and_hour(words: str, base: Base) -> When | None:
    """A day with an hour behind or before it, a day alone, or an hour alone."""
    if (day := day_of(words, base)) is not None:
        return When(day)
    for cut in range(len(words) + 1):
        for first, second in ((words[:cut], words[cut:]), (words[cut:], words[:cut])):
            hour = hour_of(second.strip(" ,，"))
            if hour is None:
                continue
            if not first.strip(" ,，的"):
                return When(_today_or_next(hour, base), hour)
            if (day := day_of(first.strip(" ,，的"), base)) is not None:
                return When(day, hour)
    return None


def _today_or_next(hour: time, base: Base) -> date:
    """The day on which that hour comes next, or was last."""
    gone = hour <= base.now.time().replace(tzinfo=None)
    if base.ahead:
        return base.today + timedelta(days=1) if gone else base.today
    return base.today if gone else base.today - timedelta(days=1)


def hour_of(words: str) -> time | None:
    for shape in HOURS:
        found = shape.fullmatch(words)
        if found is None:
            continue
        parts = found.groupdict()
        part, said = parts.get("part"), parts["m"] or "0"
        if not parts["h"]:
            return time(PARTS[str(part)])
        hour = chinese(parts["h"])
        minute = QUARTERS[said] if said in QUARTERS else chinese(said.removesuffix("分"))
        return _on_the_clock(hour, minute, part, (parts.get("half") or "").replace(".", ""))
    return None


def _on_the_clock(hour: int, minute: int, part: str | None, half: str) -> time:
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        return time(hour % 12 + (12 if half == "pm" else 0), minute)
    if (part in LATE and 1 <= hour < 12) or (part == "中午" and hour in (1, 2)):
        hour += 12
    elif part == "凌晨" and hour == 12:
        hour = 0
    if hour == 24 and minute == 0:
        raise ValueError(hour)
    return time(hour, minute)


# --- days ------------------------------------------------------------------------------------------------

NAMED = {
    "today": 0, "tomorrow": 1, "tmr": 1, "yesterday": -1, "day after tomorrow": 2, "the day after tomorrow": 2,
    "day before yesterday": -2, "the day before yesterday": -2,
    "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3,
    "昨天": -1, "昨日": -1, "前天": -2, "大前天": -3,
}  # fmt: skip
SHORTENED = {
    "今晚": "今天晚上", "明晚": "明天晚上", "今早": "今天早上", "明早": "明天早上",
    "昨晚": "昨天晚上", "后晚": "后天晚上",
}  # fmt: skip
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAY = re.compile(
    r"(?:on )?(?P<which>this|next|last|coming)? ?"
    r"(?P<day>mon|tues?|wed|thu|thurs?|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
)
CHINESE_WEEKDAY = re.compile(r"(?P<which>这个?|本|下+个?|上个?)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])")
WHOLE = re.compile(r"(?P<which>next|last) (?P<unit>week|month|year)|(?P<zh>下|上)个?(?P<zhunit>周|星期|礼拜|月)")
ENDS = {
    "eow": "week", "end of week": "week", "end of the week": "week",
    "eom": "month", "end of month": "month", "end of the month": "month",
    "月底": "month", "本月底": "month", "月末": "month",
    "eoy": "year", "end of year": "year", "end of the year": "year", "年底": "year", "年末": "year",
    "下月底": "next-month", "下个月底": "next-month", "end of next month": "next-month",
}  # fmt: skip
CHINESE = "[一二三四五六七八九十]{1,3}"
DATES = (
    re.compile(rf"(?:(?P<y>\d{{4}})年)?(?P<m>\d{{1,2}}|{CHINESE})月(?P<d>\d{{1,2}}|{CHINESE})[日号]?"),
    re.compile(r"(?:on )?(?P<m>[a-z]{3,9})\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?(?:,? (?P<y>\d{4}))?"),
    re.compile(r"(?:on )?(?:the )?(?P<d>\d{1,2})(?:st|nd|rd|th)?\.? (?:of )?(?P<m>[a-z]{3,9})\.?(?:,? (?P<y>\d{4}))?"),
    re.compile(r"(?P<y>\d{4})[/.](?P<m>\d{1,2})[/.](?P<d>\d{1,2})"),
)
DAY_OF_MONTH = re.compile(r"(?P<which>本|这个?|下个?)?(?P<month>月)?(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3})[号日]")
THE_NTH = re.compile(r"(?:on )?the (?P<d>\d{1,2})(?:st|nd|rd|th)")


def day_of(words: str, base: Base) -> date | None:
    """The day that is meant, None where the words are no day; ValueError where there is no such day."""
    if words in NAMED:
        return base.today + timedelta(days=NAMED[words])
    if ISO.fullmatch(words) and len(words) == 10:
        return date.fromisoformat(words)
    for shape in (_weekday, _whole, _end, _date, _day_of_month):
        if (found := shape(words, base)) is not None:
            return found
    return None


def _monday(base: Base, weeks: int = 0) -> date:
    return base.today - timedelta(days=base.today.weekday()) + timedelta(weeks=weeks)


def _weekday(words: str, base: Base) -> date | None:
    """`tue` is the coming one, never today; `this tue` this week's, `next tue` and 下周二 next week's."""
    if found := WEEKDAY.fullmatch(words):
        which, place = found["which"] or "", DAYS.index(found["day"][:3])
        weeks = {"this": 0, "next": 1}.get(which)
    elif found := CHINESE_WEEKDAY.fullmatch(words):
        said = (found["which"] or "").removesuffix("个")
        place = "一二三四五六日".index(found["day"].replace("天", "日").replace("末", "六"))
        weeks = len(said) if said.startswith("下") else {"这": 0, "本": 0, "上": -1}.get(said)
        which = ""
    else:
        return None
    if weeks is not None:
        return _monday(base, weeks) + timedelta(days=place)
    away = (place - base.today.weekday()) % 7 or 7
    if which == "last" or (not base.ahead and which != "coming"):
        return base.today - timedelta(days=(base.today.weekday() - place) % 7 or 7)
    return base.today + timedelta(days=away)


def _whole(words: str, base: Base) -> date | None:
    """The first day of next (or last) week, month or year."""
    found = WHOLE.fullmatch(words)
    if found is None:
        return None
    way = 1 if found["which"] == "next" or found["zh"] == "下" else -1
    unit = found["unit"] or {"月": "month"}.get(found["zhunit"], "week")
    if unit == "week":
        return _monday(base, way)
    if unit == "year":
        return date(base.today.year + way, 1, 1)
    return later(base.today.replace(day=1), way)


def _end(words: str, base: Base) -> date | None:
    unit = ENDS.get(words)
    if unit is None:
        return None
    if unit == "week":
        return _monday(base) + timedelta(days=4)  # the working week's
    if unit == "year":
        return date(base.today.year, 12, 31)
    return later(base.today.replace(day=1), 2 if unit == "next-month" else 1) - timedelta(days=1)


def _date(words: str, base: Base) -> date | None:
    for shape in DATES:
        found = shape.fullmatch(words)
        if found is None:
            continue
        month = MONTHS.index(found["m"][:3]) + 1 if found["m"][:3] in MONTHS else None
        if month is None:
            if found["m"].isalpha() and found["m"].isascii():
                continue
            month = chinese(found["m"])
        day = chinese(found["d"])
        if found["y"]:
            return date(int(found["y"]), month, day)
        return _of_any_year(month, day, base)
    return None


def _of_any_year(month: int, day: int, base: Base) -> date | None:
    years = range(base.today.year - 8, base.today.year + 9)  # there is a 29 February in every eight
    return _soonest(lambda year: date(year, month, day), years, base)


def _day_of_month(words: str, base: Base) -> date | None:
    """30号 is the coming 30th; 下月5号 the one of next month."""
    found = DAY_OF_MONTH.fullmatch(words) or THE_NTH.fullmatch(words)
    if found is None:
        return None
    day, parts = chinese(found["d"]), found.groupdict()
    which = (parts.get("which") or "").removesuffix("个")
    first = base.today.replace(day=1)
    if which:
        return later(first, int(which == "下")).replace(day=day) if parts.get("month") else None
    return _soonest(lambda n: later(first, n).replace(day=day), range(-12, 13), base)


def _soonest(make: Callable[[int], date], choices: range, base: Base) -> date | None:
    """The nearest of the days that exist; ValueError where none does."""
    days = []
    for choice in choices:
        try:
            days.append(make(choice))
        except ValueError:
            continue
    found = base.nearest(days)
    if found is None:
        raise ValueError(choices)
    return found
