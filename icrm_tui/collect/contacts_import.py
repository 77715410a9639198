"""How rows of a file become contacts, with their companies, channels, tags, consents and whatever else they say."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icrm_tui import dates
from icrm_tui.collect import (
    belongings,
    channels_import,
    companies_import,
    consent,
    customers,
    fields,
    headers,
    preferences,
    tags,
)
from icrm_tui.collect.channels import KINDS
from icrm_tui.collect.companies_import import FIRMS
from icrm_tui.collect.contacts import GENDERS, ROLES
from icrm_tui.collect.contacts_publish import MATCH, publish
from icrm_tui.collect.reading import Doubt, Draft, Given, Rejected
from icrm_tui.errors import Usage
from icrm_tui.nouns import Importer
from icrm_tui.text import fold, person_key

PLACE = ("street", "street2", "city", "region", "postcode", "country")
PLACES = ("work", "home", "other")  # the first of them that is filled is where the contact is
TARGETS = (
    *("id", "name", "family", "given", "middle", "prefix", "suffix", "nickname", "company", "title"),
    *("department", "buying_role", "gender", "birthday", "birthday.year", "birthday.month", "birthday.day"),
    *("language", "zone", "notes", "tags", "source", "owner", "service_owner", "grade"),
    *("reports_to", "referred_by", "archived", "city", "region", "country", "postcode", "address"),
    *(f"address.{label}.{part}" for label in (*PLACES, "*") for part in PLACE),
    *(f"{what}.{channel}" for what in ("optout", "optin", "consent") for channel in KINDS),
)
COLUMNS = {
    "name": "TEXT", "name_key": "TEXT", "sort_key": "TEXT", "called": "INTEGER", "own": "INTEGER", "bare": "INTEGER",
    "family": "TEXT", "given": "TEXT", "gender": "TEXT", "birthday": "TEXT", "birthday_key": "TEXT", "title": "TEXT",
    "title_key": "TEXT", "department": "TEXT", "buying_role": "TEXT", "language": "TEXT", "country": "TEXT",
    "zone": "TEXT", "city": "TEXT", "city_key": "TEXT", "region": "TEXT", "address": "TEXT", "notes": "TEXT",
    "firm": "firms", **customers.STAGED, "reports_to": "TEXT", "referred_by": "TEXT", "archived": "INTEGER",
}  # fmt: skip

BLANK: list[Any] = [None] * len(COLUMNS)
AT = {column: place for place, column in enumerate(COLUMNS)}
CALLED, OWN, BARE, FIRM, OWNER = AT["called"], AT["own"], AT["bare"], AT["firm"], AT["owner"]
GENDER, BIRTHDAY, ROLE, ZONE = AT["gender"], AT["birthday"], AT["buying_role"], AT["zone"]
NOTES, ADDRESS, ARCHIVED = AT["notes"], AT["address"], AT["archived"]
# columns that take a cell as it is, those that are folded beside, and what needs more than that
PLAIN = {
    word: AT[word]
    for word in (
        *("family", "given", "title", "department", "language", "country", "city", "region", "address", "notes"),
        *("reports_to", "referred_by"),
    )
}
FOLDED = (AT["title"], AT["city"])
SPECIAL = frozenset(
    ["id", "gender", "prefix", "birthday.month", "buying_role", "zone", "nickname", "postcode", "archived"],
)
CUSTOMER = frozenset(customers.COLUMNS)

NUMBER = re.compile(r"p(\d{1,18})")
FAMILY_FIRST = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
FORMER = re.compile(r"(.*) \((.*), (\d{4}-\d\d-\d\d)?, (\d{4}-\d\d-\d\d)\)\Z", re.DOTALL)
TOLD = re.compile(r"(.*) \((.*), (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\)\Z", re.DOTALL)
ELSEWHERE = frozenset(f"address.{label}.{part}" for label in PLACES for part in PLACE)
CONSENTS = {f"{what}.{kind}": (kind, int(what == "optin")) for what in ("optout", "optin") for kind in KINDS}
NO_YEAR = 1604  # what Apple writes where nobody gave one


def parse(cells: Mapping[str, Any], given: Given) -> Draft:
    """A contact's row. Rejected when it names nobody, or says what a field cannot hold."""
    doubts: list[Doubt] = []
    reach = channels_import.staged(cells, given.country, doubts)
    if not ELSEWHERE.isdisjoint(cells):
        cells = _placed(cells, reach)
    values = BLANK.copy()
    name, values[CALLED] = _name(cells, reach)
    key = fold(name)
    values[:3] = name, key, key if key.isascii() else person_key(name)
    if values[CALLED] and not reach and "company" not in cells:
        values[BARE] = 1
    for word, text in cells.items():
        place = PLAIN.get(word)
        if place is not None:
            values[place] = text
    for place in FOLDED:
        if (text := values[place]) is not None:
            values[place + 1] = folded(text)
    if "company" in cells:
        values[FIRM] = companies_import.number(cells["company"], given)
    if "birthday" in cells:
        values[BIRTHDAY : BIRTHDAY + 2] = birthday(cells["birthday"], given.order)
    if not SPECIAL.isdisjoint(cells):
        _special(cells, name, values, doubts)
    if not CUSTOMER.isdisjoint(cells):
        values[OWNER : OWNER + len(customers.STAGED)] = customers.staged(cells, given.users, doubts)
    return Draft(values, _parts(cells, given, reach), doubts)


def _special(cells: Mapping[str, Any], name: str, values: list[Any], doubts: list[Doubt]) -> None:
    """What is not kept as it is written."""
    own = NUMBER.fullmatch(cells.get("id", ""))
    values[OWN] = int(own[1]) if own else None
    values[GENDER] = _gender(cells, doubts)
    if values[BIRTHDAY] is None and "birthday.month" in cells and "birthday.day" in cells:
        day = (cells.get("birthday.year"), cells["birthday.month"], cells["birthday.day"])
        values[BIRTHDAY : BIRTHDAY + 2] = birthday("-".join(filter(None, day)), "ymd")
    values[ROLE] = _role(cells.get("buying_role"), doubts)
    values[ZONE] = _zone(cells.get("zone"), doubts)
    values[NOTES] = _notes(cells, name)
    if "postcode" in cells:
        values[ADDRESS] = ", ".join(filter(None, (values[ADDRESS], cells["postcode"])))
    if "archived" in cells:
        values[ARCHIVED] = 1 if fields.flag(cells["archived"]) else None


def _parts(cells: Mapping[str, Any], given: Given, reach: list[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    parts = {"channels": reach} if reach else {}
    if "tags" in cells:
        parts["tags"] = list(tags.staged(cells["tags"]))
    if not CONSENTS.keys().isdisjoint(cells):
        parts["consents"] = _consents(cells, given)
    if "preference" in cells:
        parts["preferences"] = [_preference(text, given) for _label, text in cells["preference"]]
    if "former" in cells:
        parts["former"] = [_former(text, given) for _label, text in cells["former"]]
    if given.fields:
        parts["field_values"] = fields.staged(cells, given.fields, given.order)
    return parts


# --- who -------------------------------------------------------------------------------------------------


folded = lru_cache(maxsize=4096)(fold)


def _name(cells: Mapping[str, Any], reach: list[tuple[Any, ...]]) -> tuple[str, int | None]:
    """What to call the contact, and whether the row says it: else they go by how they are reached."""
    name = cells.get("name") or _composed(cells) or cells.get("nickname")
    if name:
        name = " ".join(name.split())
        if len(name) > customers.NAME_LIMIT:
            raise Rejected("name-long", "name", n=len(name), limit=customers.NAME_LIMIT)
        return name, 1
    for _kind, value, _key, _label, _main, _ident, doubtful in reach:
        if not doubtful:
            return value[: customers.NAME_LIMIT], None
    raise Rejected("import-nobody", "name")


def _composed(cells: Mapping[str, Any]) -> str:
    """Family and given name in the order of their script, with a title that is no form of address in front."""
    get = cells.get
    family, given = get("family", ""), get("given", "")
    if not family and not given:
        return ""
    if FAMILY_FIRST.search(family + given):
        return str(family + given)
    prefix = get("prefix", "")
    if headers.gender(prefix):
        prefix = ""
    return " ".join(filter(None, (prefix, given, get("middle"), family, get("suffix"))))


def _gender(cells: Mapping[str, Any], doubts: list[Doubt]) -> str | None:
    text = cells.get("gender")
    if text:
        found = headers.gender(text) or (fold(text) if fold(text) in GENDERS else None)
        if not found:
            doubts.append(("gender", "choice", {"field": "gender", "value": text, "choices": ", ".join(GENDERS)}))
        return found
    return headers.gender(cells["prefix"]) if "prefix" in cells else None


@lru_cache(maxsize=4096)
def birthday(text: str, order: str) -> tuple[str, str]:
    """As it is kept, and its key."""
    if len(text) == 10 and text[4] == text[7] == "-":
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise Rejected("birthday", "birthday", text=text) from None
        if day.year != NO_YEAR and 1850 <= day.year <= 2200:
            return text, text[5:]
    dates.needs_order(text, order)
    try:
        found = dates.birthday(text, order)
    except Usage as error:
        apple = re.fullmatch(rf"{NO_YEAR}-?(\d\d)-?(\d\d)", text)
        if apple is None:
            raise Rejected("birthday", "birthday", text=text) from error
        found = dates.birthday(f"--{apple[1]}-{apple[2]}")
    return str(found), found.key


def _role(text: str | None, doubts: list[Doubt]) -> str | None:
    if not text:
        return None
    found = headers.role(text) or fold(text).replace(" ", "-").replace("_", "-")
    if found not in ROLES:
        said = {"field": "buying_role", "value": text, "choices": ", ".join(ROLES)}
        doubts.append(("buying_role", "choice", said))
        return None
    return found


def _zone(text: str | None, doubts: list[Doubt]) -> str | None:
    if not text:
        return None
    found = _known_zone(text)
    if not found:
        doubts.append(("zone", "zone", {"zone": text, "nearest": ""}))
    return found


@lru_cache(maxsize=256)
def _known_zone(text: str) -> str | None:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _notes(cells: Mapping[str, Any], name: str) -> str | None:
    """The notes, and a nickname, which has no place of its own."""
    notes, nickname = cells.get("notes"), cells.get("nickname")
    if nickname and nickname not in name and nickname not in (notes or ""):
        return f"{nickname}\n{notes}" if notes else str(nickname)
    return notes


# --- where -----------------------------------------------------------------------------------------------


def _placed(cells: Mapping[str, Any], reach: list[tuple[Any, ...]]) -> dict[str, Any]:
    """The cells with the first address that is filled as the contact's own; the others become post."""
    said = dict(cells)
    own = any(part in cells for part in ("city", "region", "country", "postcode", "address"))
    for label in PLACES:
        place = {part: cells[at] for part in PLACE if (at := f"address.{label}.{part}") in cells}
        if not place:
            continue
        street = ", ".join(filter(None, (place.pop("street", ""), place.pop("street2", ""))))
        if not own:
            own = True
            said |= place | ({"address": street} if street else {})
            continue
        town = " ".join(filter(None, (place.get("postcode"), place.get("city"))))
        text = ", ".join(filter(None, (street, town, place.get("region"), place.get("country"))))
        reach.append(("post", text, fold(text), label, int(all(c[0] != "post" for c in reach)), 0, 0))
    return said


# --- what they said --------------------------------------------------------------------------------------


def _consents(cells: Mapping[str, Any], given: Given) -> list[tuple[Any, ...]]:
    found = []
    for target, (kind, allowed) in CONSENTS.items():
        if target in cells:
            told = TOLD.match(f" ({cells[target]})")
            origin, at = (told[2], told[3]) if told else (given.origin, given.stamp)
            found.append((kind, allowed, origin, at))
    return found


def _preference(text: str, given: Given) -> tuple[str, str, str, str]:
    told = TOLD.match(text)
    fact, origin, at = (told[1], told[2], told[3]) if told else (text, given.origin, given.stamp)
    return fact, fold(fact), origin, at


def _former(text: str, given: Given) -> tuple[Any, ...]:
    """A firm somebody was at: `Acme (Buyer, 2019-01-01, 2024-06-30)`."""
    told = FORMER.match(text)
    name, title, since, until = told.groups() if told else (text, "", "", given.stamp[:10])
    return companies_import.number(name, given), title, since or "", until


IMPORTER = Importer(
    table="contacts",
    targets=TARGETS,
    many=(*KINDS, "preference", "former"),
    days=("birthday",),
    columns=COLUMNS,
    parts={
        "channels": channels_import.STAGED,
        "tags": tags.STAGED,
        "consents": consent.STAGED,
        "preferences": preferences.STAGED,
        "former": belongings.STAGED,
        "field_values": fields.STAGED,
    },
    shared={"firms": FIRMS},
    match=MATCH,
    parse=parse,
    publish=publish,
)
