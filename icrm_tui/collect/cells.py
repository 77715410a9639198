"""What the cells of a row say, in the words of this house: moments, choices, users, yes or no."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from icrm_tui import money
from icrm_tui.collect import headers, moments
from icrm_tui.collect.moments import Moment
from icrm_tui.collect.reading import Doubt, Given, Rejected
from icrm_tui.errors import Usage
from icrm_tui.text import fold

Cells = Mapping[str, Any]


def moment(cells: Cells, word: str, given: Given) -> Moment | None:
    """Rejected where there is something that is no day."""
    text = cells.get(word)
    if not text:
        return None
    if "time" in cells and ":" not in text:
        text = f"{text} {cells['time']}"
    found = moments.read(text, given.order, given.zone)
    if found is None:
        raise Rejected("import-moment", word, text=text)
    return found


def needed(cells: Cells, word: str, given: Given) -> Moment:
    found = moment(cells, word, given)
    if found is None:
        raise Rejected("import-no-moment", word)
    return found


def choice(cells: Cells, word: str, table: str, choices: Iterable[str], doubts: list[Doubt]) -> str | None:
    """One of `choices`, or what other systems call it by the words of `table`; anything else is left out, and said."""
    text = cells.get(word)
    if not text:
        return None
    found = known(text, table, choices)
    if found is None:
        doubts.append((word, "choice", {"field": word, "value": text, "choices": ", ".join(choices)}))
    return found


def known(text: str, table: str, choices: Iterable[str]) -> str | None:
    own = fold(text).replace(" ", "-").replace("_", "-")
    return own if own in choices else headers.meaning(table, text)


def currency(cells: Cells, given: Given) -> str:
    """The code that a code, a word or a sign means; empty where nothing is said.

    A sign of several currencies means the usual one, if it is among them.
    """
    text = cells.get("currency")
    return _currency(text, given.currency) if text else ""


@lru_cache(maxsize=256)
def _currency(text: str, usual: str) -> str:
    signs = money.SIGNS.get(fold(text), ())
    if usual in signs or len(signs) == 1:
        return usual if usual in signs else signs[0]
    try:
        return headers.meaning("currencies", text) or money.code(text)
    except Usage as error:
        raise Rejected(error.code, "currency", **error.values) from error


def user(cells: Cells, word: str, given: Given, doubts: list[Doubt]) -> str | None:
    """A user by any name of theirs; one nobody knows is left out, and said once."""
    text = cells.get(word)
    found = given.users.get(fold(text)) if text else None
    if text and not found:
        doubts.append((word, "import-owner", {"user": text}))
    return found


def flag(cells: Cells, word: str) -> int | None:
    """1, 0, or None where nothing is said; Rejected for what is neither."""
    text = cells.get(word)
    if not text:
        return None
    meant = headers.meaning("flags", text)
    if meant is None:
        raise Rejected("flag", word, value=text)
    return int(meant == "yes")
