"""When something was, as files of other programs say it: a day and, where one is said, an hour.

Unlike `when`, which people talk to, nothing here depends on today; and a bare number of seconds is not believed.
"""

import re
from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize
from zoneinfo import ZoneInfo

from icrm_tui import dates

LONG_AGO = 1800  # whoever writes a year before that has mistyped it
NOON = time(12)  # of a day without an hour: the same day wherever it is read
EARLY, LATE = ("上午", "凌晨", "早上", "午前"), ("下午", "晚上", "中午", "午後")
HALF = f"[ap]\\.?m\\.?|{'|'.join((*EARLY, *LATE))}"
CLOCK = re.compile(
    rf"(?P<day>.+?)(?:[ T,]+|(?<=日))(?P<first>{HALF})? ?(?P<h>\d{{1,2}})[:时点](?P<m>\d{{2}})分?"
    rf"(?::?(?P<s>\d{{2}})秒?(?:[.,]\d+)?)? ?(?P<last>{HALF})?"
    r" ?(?P<zone>z|utc|gmt|(?:gmt|utc)?[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? ", re.IGNORECASE)
COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
TRAILING = re.compile(r"\d{1,4} ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,4} ?日?[ T].*")


class Moment(NamedTuple):
    """A day and, where one was said, an hour on the clocks of whoever reads; `at` is the instant, as it is kept."""

    day: date
    hour: time | None
    at: str


@lru_cache(maxsize=8192)
def read(text: str, order: str, zone: ZoneInfo) -> Moment | None:
    """What `text` means on the clocks of `zone`, the numbers of a day in `order`; None where it cannot be read.

    OrderNeeded where the order matters and is not known.
    """
    words = WEEKDAY.sub("", " ".join(normalize("NFKC", text).split()), count=1)
    found = CLOCK.fullmatch(words)
    said = (found["day"] if found else words).strip(" ,")
    if compact := COMPACT.fullmatch(said):
        said = "-".join(compact.groups())
    if TRAILING.fullmatch(said):
        return None
    dates.needs_order(said, order)
    day = dates.day_of(said, order or "ymd")
    try:
        return _moment(day, found, zone) if day and day.year > LONG_AGO else None
    except (ValueError, OverflowError):  # 25:00, 13 pm, the first day of all
        return None


def _moment(day: date, found: re.Match[str] | None, zone: ZoneInfo) -> Moment:
    hour = _hour(found) if found else None
    if found is None or not found["zone"]:
        return Moment(day, hour, dates.utc(day, hour or NOON, zone))
    offset = re.sub("^(gmt|utc)", "", found["zone"].casefold()) or "z"
    there = datetime.fromisoformat(f"{day}T{hour}{offset.upper()}")
    here = there.astimezone(zone)
    return Moment(here.date(), here.time(), dates.stamp(there))


def _hour(found: re.Match[str]) -> time:
    hour, half = int(found["h"]), (found["first"] or found["last"] or "").casefold()
    if half and hour > 12 and half.isascii():
        raise ValueError(hour)
    if half and hour <= 12:
        hour = hour % 12 + (12 if half in LATE or half.startswith("p") else 0)
    return time(hour, int(found["m"]), int(found["s"] or 0))
