"""The rules of complaints: what may be said of one, its states and moves, when it may be closed, its reference."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from icrm_tui import dates, money
from icrm_tui.collect.interactions import CHANNELS
from icrm_tui.errors import Refused, Usage
from icrm_tui.text import fold, sort_key

COMPLAINT = "complaint"
KINDS = (COMPLAINT, "service-request", "question", "suggestion", "praise")
SEVERITIES = ("low", "normal", "high", "critical")
ANSWERS = ("yes", "no", "none")  # whether the customer is satisfied; none: never said, however often asked
IMPORTED = "imported"  # the reason of what was closed before it came to us

ACTIVE = ("open", "acknowledged", "in-progress", "waiting", "resolved")
ENDS = ("closed", "withdrawn", "duplicate", "invalid")
STATES = (*ACTIVE, *ENDS)

# move → the states it can be made from, the state it leads to; one that leads nowhere leaves it as it is
MOVES: dict[str, tuple[tuple[str, ...], str]] = {
    "ack": (("open",), "acknowledged"),
    "start": (("open", "acknowledged", "waiting"), "in-progress"),
    "wait": (("in-progress",), "waiting"),
    "resolve": (ACTIVE[:4], "resolved"),
    "tried": (("waiting", "resolved"), ""),
    "close": (("resolved",), "closed"),
    "withdraw": (ACTIVE, "withdrawn"),
    "duplicate": (ACTIVE, "duplicate"),
    "invalid": (ACTIVE, "invalid"),
    "reopen": (("resolved", *ENDS), "open"),
}
EVENT = {"start": "started", "wait": "waiting", "tried": "tried", "reopen": "reopened"}  # else called as the state

ASK_DAYS, ASK_CHANNELS = 3, 2  # on how many days, by how many channels, one asks before closing unanswered
HEADLINE = 80  # characters of what a complaint is called by


# --- what is said ----------------------------------------------------------------------------------------


class Complaint(NamedTuple):
    """What is said to open one. `resolved` is the remedy agreed on at once, `satisfied` what they said to it.

    Without an owner it goes to the handler of its category, the customer's service owner, or whoever opens it.
    """

    text: str
    kind: str = COMPLAINT
    category: str = ""
    severity: str = "normal"
    channel: str = "other"
    order: str = ""
    wanted: str = ""
    owner: str = ""
    resolved: str = ""
    satisfied: str = ""


def check(complaint: Complaint) -> None:
    if complaint.satisfied and not complaint.resolved.strip() and complaint.kind == COMPLAINT:
        raise Usage("complaint-unresolved")


def choice(field: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise Usage("choice", field=field, value=value, choices=", ".join(choices))
    return value


def headline(text: str) -> str:
    """What it is called by: its first line, cut where that is long."""
    line = " ".join(text.strip().splitlines()[0].split()) if text.strip() else ""
    return line if len(line) <= HEADLINE else line[: HEADLINE - 1].rstrip() + "…"


# words that are kept as they are said
PLAIN = ("wanted", "cause", "remedy", "tell_back")
EDITED = ("what", "text", "kind", "category", "severity", "channel", "order", "cost", *PLAIN)


def kept(word: str, said: str, currency: str = "") -> dict[str, Any]:
    """The columns that a word of EDITED, but for the category, becomes; `currency` is that of a bare cost."""
    value = said.strip()
    match word:
        case "what" | "text" if not value:
            raise Usage("text-empty")
        case "what":
            what = headline(value)
            return {"what": what, "what_key": fold(what), "sort_key": sort_key(what)}
        case "text":
            return {"text": value, "text_key": fold(value)}
        case "kind":
            return {"kind": choice(word, value, KINDS)}
        case "severity":
            return {"severity": choice(word, value, SEVERITIES), "weight": SEVERITIES.index(value)}
        case "channel":
            return {"channel": choice(word, value, CHANNELS)}
        case "order":
            return {"order_ref": value, "order_key": fold(value)}
        case "cost":
            return _cost(value, currency)
    if word not in PLAIN:
        raise Usage("unknown-field", field=word, noun="complaint", nearest=", ".join(EDITED))
    return {word: value}


def columns(complaint: Complaint) -> dict[str, Any]:
    """All that is kept of what was said, but for the category and the owner."""
    found = kept("what", complaint.text)
    for word in ("text", "kind", "severity", "channel", "order", "wanted"):
        found |= kept(word, getattr(complaint, word))
    return found


def _cost(value: str, currency: str) -> dict[str, Any]:
    if not value:
        return {"cost": None, "currency": ""}
    cost = money.given(value, currency)
    if cost.amount < 0:
        raise Usage("money-negative", text=value)
    return {"cost": cost.amount, "currency": cost.currency}


# --- moving ----------------------------------------------------------------------------------------------


def moves(kind: str, state: str) -> dict[str, str]:
    """The moves that can be made now, and the state each leads to. What is no complaint closes from anywhere."""
    found = {move: to or state for move, (starts, to) in MOVES.items() if state in starts}
    if kind != COMPLAINT and state in ACTIVE:
        found["close"] = "closed"
    return found


def check_move(kind: str, state: str, move: str, ref: str) -> None:
    legal = moves(kind, state)
    if move not in legal:
        raise Refused("complaint-move", ref=ref, state=state, move=move, moves=list(legal))


def passed(state: str, move: str) -> list[tuple[str, str]]:
    """Event and state of the steps that go without saying: who sets to work has taken it on, who solves it began."""
    steps = [("acknowledged", "acknowledged")] if state == "open" and move in ("start", "resolve") else []
    if move == "resolve" and state in ("open", "acknowledged"):
        steps.append(("started", "in-progress"))
    return steps


# --- closing ---------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """On how many days, by how many channels, the customer was asked since it was resolved."""

    days: int
    channels: int

    @property
    def enough(self) -> bool:
        return self.days >= ASK_DAYS and self.channels >= ASK_CHANNELS


def asked(tries: Iterable[tuple[str, str]], zone: ZoneInfo) -> Asked:
    """`tries` are instants and channels; the days are those of whoever asks."""
    some = list(tries)
    days = {dates.local(at, zone).date() for at, _channel in some}
    return Asked(len(days), len({channel for _at, channel in some}))


def verdict(kind: str, ref: str, satisfied: str, final: str, manager: bool, tried: Asked) -> str:
    """What closing comes to: satisfied, final, unanswered or plainly closed; `unsatisfied` opens it again.

    A complaint ends with the customer's answer, a manager's last word, or enough tries to get an answer.
    """
    if satisfied not in ("", "yes", "no"):
        raise Usage("flag", value=satisfied)
    if final and satisfied != "no":
        raise Usage("complaint-final")
    if kind != COMPLAINT:
        return "satisfied" if satisfied == "yes" else "closed"
    if satisfied == "yes":
        return "satisfied"
    if satisfied == "no":
        if final and not manager:
            raise Refused("complaint-manager", ref=ref)
        return "final" if final else "unsatisfied"
    if not tried.enough:
        raise Refused("complaint-unasked", ref=ref, days=tried.days, channels=tried.channels)
    return "unanswered"


# --- the reference ---------------------------------------------------------------------------------------

# no sign that is taken for another, nor the C before it
SIGNS = "23456789DFGHJKMNPQRTVWXY"
LETTERS = SIGNS[8:]
SPREAD = 5695  # shares no factor with the numbers of signs: neighbours look different, no two alike


def refer(n: int) -> str:
    """The reference of the complaint with id `n`: `C-7K2`. There is a letter in it, so it is never taken for an id."""
    left, length, size = n - 1, 3, len(SIGNS) ** 2 * len(LETTERS)
    while left >= size:
        left, length, size = left - size, length + 1, size * len(SIGNS)
    left = (left + 1) * SPREAD % size
    signs = ""
    for place in range(length):
        among = LETTERS if place == 1 else SIGNS
        left, sign = divmod(left, len(among))
        signs = among[sign] + signs
    return f"C-{signs}"


def key(text: str) -> tuple[str, int | str]:
    """Column and value of the complaint that `C-7K2`, `7k2`, `c17` or `17` names."""
    said = re.sub("^c?[-‐–]?", "", fold(text))
    return ("id", int(said)) if re.fullmatch(r"\d{1,18}", said) else ("ref_key", f"c-{said}")
