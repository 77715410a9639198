"""How rows of a file become complaints, with the state they are in and the times that brought them there."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from icrm_tui.collect import cells as say
from icrm_tui.collect import customers_import
from icrm_tui.collect.interactions import CHANNELS
from icrm_tui.collect.moments import Moment
from icrm_tui.collect.reading import Doubt, Draft, Given, Rejected
from icrm_tui.listen import categories, progress
from icrm_tui.listen import complaints_rules as rules
from icrm_tui.listen.complaints_publish import MATCH, publish
from icrm_tui.nouns import Importer
from icrm_tui.text import fold

TIMES = ("opened", "replied", "resolved", "closed")
TARGETS = (
    *customers_import.TARGETS,
    *("ref", "number", *TIMES, "state", "kind", "what", "text", "category", "severity", "channel", "order"),
    *(*rules.PLAIN, "cost", "currency", "satisfied", "reason", "duplicate_of", "reopened", "owner", "archived"),
    *("events", "timely"),
)
COLUMNS = {
    "whom": "whom", "ref": "TEXT", "ref_key": "TEXT", "number": "TEXT", "number_key": "TEXT", "opened_at": "TEXT",
    "state": "TEXT", "ended_at": "TEXT", "kind": "TEXT", "what": "TEXT", "what_key": "TEXT", "sort_key": "TEXT",
    "text": "TEXT", "text_key": "TEXT", "channel": "TEXT", "category": "categories", "severity": "TEXT",
    "weight": "INTEGER", "order_ref": "TEXT", "order_key": "TEXT", **dict.fromkeys(rules.PLAIN, "TEXT"),
    "cost": "INTEGER", "currency": "TEXT", "satisfied": "TEXT", "reason": "TEXT", "duplicate_of": "TEXT",
    "reopened": "INTEGER", "owner": "TEXT", "archived": "INTEGER",
    "timely": "TEXT",
}  # fmt: skip
REF = re.compile(f"C-[{rules.SIGNS}]{{3,}}")
ANSWER = re.compile(r"\s+(?:with|by|as|mit|avec|con)\s+|\s*[-–—:;,，(（/]\s*")  # Closed with explanation


def parse(cells: Mapping[str, Any], given: Given) -> Draft:
    """A complaint's row; it may be anybody's. Rejected without a day or words, or in a state nobody knows."""
    doubts: list[Doubt] = []
    times = {word: found for word in TIMES if (found := say.moment(cells, word, given))}
    if "opened" not in times:
        raise Rejected("import-no-moment", "opened")
    state, answer = _state(cells, times)
    said: dict[str, Any] = {"whom": customers_import.number(cells, given), "opened_at": times["opened"].at}
    said |= _named(cells) | _words(cells, given, doubts)
    if answer and not said["remedy"]:
        said["remedy"] = answer
    said |= {"state": state, **_ended(cells, state, times, said)}
    said["owner"] = say.user(cells, "owner", given, doubts)
    _doubt_order(times, doubts)
    events = [(n, *event) for n, event in enumerate(_events(cells, said, times))]
    return Draft([said.get(column) for column in COLUMNS], {"events": events}, doubts)


# --- what it is about ------------------------------------------------------------------------------------


def _named(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The reference we gave out, or the number another system knows it by."""
    ref, number = cells.get("ref", ""), cells.get("number", "")
    if ref and not REF.fullmatch(ref):
        ref, number = "", number or ref
    return {
        "ref": ref or None,
        "ref_key": fold(ref) or None,
        "number": number or None,
        "number_key": fold(number) or None,
    }


def _words(cells: Mapping[str, Any], given: Given, doubts: list[Doubt]) -> dict[str, Any]:
    get = cells.get
    text = get("text") or get("what") or get("category")
    if not text:
        raise Rejected("text-empty", "text")
    severity = say.choice(cells, "severity", "severities", rules.SEVERITIES, doubts)
    found = rules.kept("what", get("what") or text) | rules.kept("text", text)
    found |= {
        "kind": say.choice(cells, "kind", "kinds", rules.KINDS, doubts),
        "channel": say.choice(cells, "channel", "touches", CHANNELS, doubts),
        "category": given.shared.number("categories", cells["category"], categories.staged)
        if "category" in cells
        else None,
        "satisfied": say.choice(cells, "satisfied", "flags", rules.ANSWERS, doubts),
        "severity": severity,
        "weight": rules.SEVERITIES.index(severity) if severity else None,
        "duplicate_of": get("duplicate_of"),
        "archived": say.flag(cells, "archived"),
        "timely": say.choice(cells, "timely", "flags", ("yes", "no"), doubts),
        **{word: get(word) for word in rules.PLAIN},
    }
    if "order" in cells:
        found |= rules.kept("order", cells["order"])
    if "cost" in cells:
        found |= rules.kept("cost", cells["cost"], say.currency(cells, given) or given.currency)
    if (reopened := get("reopened", "")).isdecimal():
        found["reopened"] = int(reopened)
    return found


# --- the state it is in ----------------------------------------------------------------------------------


def _state(cells: Mapping[str, Any], times: Mapping[str, Moment]) -> tuple[str, str]:
    """The state, in our words, and what was said beside it: `Closed with explanation`. Without one, the times tell."""
    text = cells.get("state")
    if not text:
        return next((word for word in ("closed", "resolved") if word in times), "open"), ""
    found, answer = say.known(text, "states", rules.STATES), ""
    if found is None:
        first, *rest = ANSWER.split(text, maxsplit=1)
        found, answer = say.known(first, "states", rules.STATES), text if rest else ""
    if found is None:
        raise Rejected("import-state", "state", text=text, states=", ".join(rules.STATES))
    return found, answer


def _ended(
    cells: Mapping[str, Any], state: str, times: Mapping[str, Moment], said: Mapping[str, Any]
) -> dict[str, Any]:
    """When and how it came to its end; who is not said to be satisfied was closed before it came to us."""
    if state not in rules.ENDS:
        return {}
    reason = cells.get("reason")
    own = "events" in cells and said["kind"] not in (None, rules.COMPLAINT)  # what is no complaint ends unasked
    if not said["satisfied"] and not reason and not own:
        reason = rules.IMPORTED
    return {"ended_at": (times.get("closed") or list(times.values())[-1]).at, "reason": reason}


def _doubt_order(times: Mapping[str, Moment], doubts: list[Doubt]) -> None:
    """Say of what is told to have happened before the complaint was opened; it is kept as it is said."""
    opened = times["opened"]
    for word, found in times.items():
        whole = opened.hour is not None and found.hour is not None
        if (found.at < opened.at) if whole else (found.day < opened.day):
            doubts.append((word, "import-before", {"day": str(found.day), "opened": str(opened.day)}))


# --- what happened to it ---------------------------------------------------------------------------------

Event = tuple[str, str | None, str, str, str, str, str]  # at, who, event, state, channel, text, its key


def _events(cells: Mapping[str, Any], said: Mapping[str, Any], times: Mapping[str, Moment]) -> Iterator[Event]:
    if "events" in cells:
        yield from _told(cells["events"])
        return
    channel, opened = said["channel"] or "other", times["opened"].at
    yield _event(opened, "opened", "open", channel=channel)
    notes = "\n".join(f"{label}: {text}" if label else text for label, text in cells.get("note", ()))
    if notes:
        yield _event(opened, "noted", "open", notes)
    state = said["state"]
    last = opened
    for step, word in STEPS.items():
        found = times.get(word)
        if found is None and step != state:
            continue  # it may have been there; nobody says when
        last = found.at if found else last
        text = said["remedy"] or "" if step == "resolved" else ""
        yield _event(last, "started" if step == "in-progress" else step, state if state == "open" else step, text)
    if state in rules.ENDS:
        satisfied = state == "closed" and said.get("satisfied") == "yes"
        yield _event(said["ended_at"], "satisfied" if satisfied else state, state, said.get("reason") or "")


# the steps it may have gone, each with the time that says so
STEPS = {"acknowledged": "replied", "in-progress": "", "waiting": "", "resolved": "resolved"}


def _event(at: str, event: str, state: str, text: str = "", channel: str = "") -> Event:
    return at, None, event, state, channel, text, fold(text)


def _told(text: str) -> Iterator[Event]:
    """What our own export tells: each step as a list of its parts."""
    try:
        for at, who, event, state, channel, said in json.loads(text):
            if event not in progress.EVENTS or state not in rules.STATES:
                raise ValueError(event)
            yield str(at), str(who), event, state, str(channel), str(said), fold(str(said))
    except (ValueError, TypeError) as error:
        raise Rejected("import-events", "events") from error


IMPORTER = Importer(
    table="complaints",
    targets=TARGETS,
    many=("note",),
    days=TIMES,
    columns=COLUMNS,
    parts={"events": progress.STAGED},
    shared={**customers_import.SHARED, "categories": categories.STAGED},
    match=MATCH,
    parse=parse,
    publish=publish,
    look=customers_import.look,
)
