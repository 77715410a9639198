"""What comes again: a rule of RFC 5545, or the words for one, and the occurrences that follow from it.

Every occurrence is computed from the rule and its start by wall time, never from the one before: so nothing drifts,
an hour stays an hour across a change of clocks, and a day of the month that a month lacks is its last.
"""

import re
from datetime import datetime, timedelta
from unicodedata import normalize

from icrm_tui.errors import Usage

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
AHEAD = timedelta(days=366 * 60)  # a rule that has nothing for so long has nothing
SHAPES = {"INTERVAL": re.compile("[1-9][0-9]{0,2}"), "COUNT": re.compile("[1-9][0-9]{0,4}")}  # 0 would go on for ever
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NAMED = {
    "daily": "FREQ=DAILY", "every day": "FREQ=DAILY", "每天": "FREQ=DAILY", "每日": "FREQ=DAILY",
    "weekly": "FREQ=WEEKLY", "every week": "FREQ=WEEKLY", "每周": "FREQ=WEEKLY", "每星期": "FREQ=WEEKLY",
    "monthly": "FREQ=MONTHLY", "every month": "FREQ=MONTHLY", "每月": "FREQ=MONTHLY", "每个月": "FREQ=MONTHLY",
    "quarterly": "FREQ=MONTHLY;INTERVAL=3", "每季度": "FREQ=MONTHLY;INTERVAL=3", "每季": "FREQ=MONTHLY;INTERVAL=3",
    "yearly": "FREQ=YEARLY", "annually": "FREQ=YEARLY", "every year": "FREQ=YEARLY", "每年": "FREQ=YEARLY",
    "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "工作日": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "每个工作日": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
}  # fmt: skip
EVERY = re.compile(
    r"every (?P<n>[1-9]\d{0,2}) (?P<unit>day|week|month|year)s?"
    r"|每(?P<zh>[1-9]\d{0,2}|[两二三四五六])个?(?P<zhunit>天|周|星期|月|年)"
)
WEEKDAY = re.compile(r"every (?P<day>mon|tue|wed|thu|fri|sat|sun)[a-z]*|每(?:周|星期|礼拜)(?P<zh>[一二三四五六日天])")
UNITS = {"天": "DAILY", "周": "WEEKLY", "星期": "WEEKLY", "月": "MONTHLY", "年": "YEARLY"}
UNITS |= {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
CHINESE = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}


def read(text: str, start: datetime) -> str:
    """The rule as it is kept. Usage for one that cannot be read, that contradicts itself, or never comes again.

    `start` is the wall time of the first occurrence, without a zone.
    """
    words = " ".join(normalize("NFKC", text).strip().casefold().split())
    rule = NAMED.get(words) or _every(words) or words.upper().removeprefix("RRULE:")
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    sound = all(shape.fullmatch(parts.get(name, "1")) for name, shape in SHAPES.items())
    if parts.get("FREQ") not in FREQUENCIES or not sound:
        raise Usage("repeat", text=text)
    if "COUNT" in parts and "UNTIL" in parts:
        raise Usage("repeat-two-ends", text=text)
    try:
        endless = ";".join(part for part in rule.split(";") if not part.startswith("COUNT="))
        again = after(endless, start, start) and after(rule, start, start)
    except (ValueError, TypeError, OverflowError):
        raise Usage("repeat", text=text) from None
    if again is None:
        raise Usage("repeat-never", text=text)
    return rule


def _every(words: str) -> str:
    if found := EVERY.fullmatch(words):
        n = int(found["n"]) if found["n"] else CHINESE.get(found["zh"]) or int(found["zh"])
        return f"FREQ={UNITS[found['unit'] or found['zhunit']]};INTERVAL={n}"
    if found := WEEKDAY.fullmatch(words):
        day = (
            found["day"][:2].upper() if found["day"] else DAYS["一二三四五六日".index(found["zh"].replace("天", "日"))]
        )
        return f"FREQ=WEEKLY;BYDAY={day}"
    return ""


def after(rule: str, start: datetime, moment: datetime) -> datetime | None:
    """The first occurrence later than `moment`; None where the rule has come to its end. All by wall time."""
    from dateutil.rrule import rrulestr

    whole = clamped(rule, start)
    if "COUNT=" not in rule and "UNTIL=" not in rule:  # else looking for what never comes takes ten thousand years
        whole += f";UNTIL={max(moment, start) + AHEAD:%Y%m%dT%H%M%S}"
    found: datetime | None = rrulestr(whole, dtstart=start, ignoretz=True).after(moment)
    return found


def clamped(rule: str, start: datetime) -> str:
    """A rule by which the 31st is kept on the last day of a shorter month, and 29 February on the 28th."""
    if re.search(r"(^|;)BY", rule) or start.day < 29:
        return rule
    days = ",".join(str(day) for day in range(28, start.day + 1))
    if "FREQ=MONTHLY" in rule:
        return f"{rule};BYMONTHDAY={days};BYSETPOS=-1"
    if "FREQ=YEARLY" in rule and start.month == 2:
        return f"{rule};BYMONTH=2;BYMONTHDAY={days};BYSETPOS=-1"
    return rule
