"""How rows of a file become contacts, with their companies, channels, tags, consents and whatever else they say."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icrm_tui import dates
from icrm_tui.collect import belongings, channels_import, consent, customers, fields, headers, preferences, tags
from icrm_tui.collect.channels import KINDS
from icrm_tui.collect import companies_import
from icrm_tui.collect.companies_import import FIRMS
from icrm_tui.collect.contacts import GENDERS, ROLES
from icrm_tui.collect.contacts_publish import MATCH, publish
from icrm_tui.collect.customers import Doubt
from icrm_tui.collect.staging import Draft, Given, Rejected
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
    "firm": "INTEGER", **customers.STAGED, "reports_to": "TEXT", "referred_by": "TEXT", "archived": "INTEGER",
}  # fmt: skip

NUMBER = re.compile(r"p(\d{1,18})")
FAMILY_FIRST = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
FORMER = re.compile(r"(.*) \((.*), (\d{4}-\d\d-\d\d)?, (\d{4}-\d\d-\d\d)\)\Z", re.DOTALL)
TOLD = re.compile(r"(.*) \((.*), (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\)\Z", re.DOTALL)
ELSEWHERE = frozenset(f"address.{label}.{part}" for label in PLACES for part in PLACE)
CONSENTS = {f"{what}.{kind}": (kind, int(what == "optin")) for what in ("optout", "optin") for kind in KINDS}
NO_YEAR = 1604  # what Apple writes where nobody gave one


def parse(cells: Mapping[str, Any], given: Given) -> Draft:
    """A contact's row. Rejected when it names nobody, or says what a field cannot hold."""
    get = cells.get
    doubts: list[Doubt] = []
    where, elsewhere = _places(cells) if not ELSEWHERE.isdisjoint(cells) else (cells, [])
    reach = channels_import.staged(cells, given.country, doubts)
    for label, text in elsewhere:
        reach.append(("post", text, fold(text), label, int(all(c[0] != "post" for c in reach)), 0, 0))
    name, called = _name(cells, reach)
    company, own = get("company"), get("id")
    title, city, address = get("title"), where.get("city"), where.get("address")
    if "postcode" in where:
        address = f"{address}, {where['postcode']}" if address else where["postcode"]
    values = (
        *(name, fold(name), person_key(name), 1 if called else None),
        int(found[1]) if own and (found := NUMBER.fullmatch(own)) else None,
        None if reach or company or not called else 1,
        *(get("family"), get("given"), _gender(cells, doubts), *_birthday(cells, given.order)),
        *(title, fold(title) if title else None, get("department"), _role(get("buying_role"), doubts)),
        *(get("language"), where.get("country"), _zone(get("zone"), doubts)),
        *(city, fold(city) if city else None, where.get("region"), address, _notes(cells, name)),
        companies_import.number(company, given) if company else None,
        *customers.staged(cells, given.users, doubts),
        *(get("reports_to"), get("referred_by")),
        1 if "archived" in cells and fields.flag(cells["archived"]) else None,
    )
    parts: dict[str, list[tuple[Any, ...]]] = {"channels": reach}
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
    return Draft(values, parts, doubts)


# --- who -------------------------------------------------------------------------------------------------


def _name(cells: Mapping[str, Any], reach: list[tuple[Any, ...]]) -> tuple[str, bool]:
    """What to call the contact, and whether the row says it: else they go by how they are reached."""
    name = cells.get("name") or _composed(cells) or cells.get("nickname")
    if name:
        name = " ".join(name.split())
        if len(name) > customers.NAME_LIMIT:
            raise Rejected("name-long", "name", n=len(name), limit=customers.NAME_LIMIT)
        return name, True
    for _kind, value, _key, _label, _main, _ident, doubtful in reach:
        if not doubtful:
            return value[: customers.NAME_LIMIT], False
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


def _birthday(cells: Mapping[str, Any], order: str) -> tuple[str | None, str | None]:
    text = cells.get("birthday")
    if text is None:
        if "birthday.month" not in cells or "birthday.day" not in cells:
            return None, None
        year = cells.get("birthday.year")
        text, order = "-".join(filter(None, (year, cells["birthday.month"], cells["birthday.day"]))), "ymd"
    return birthday(text, order)


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


def _places(cells: Mapping[str, Any]) -> tuple[Mapping[str, str], list[tuple[str, str]]]:
    """Where the contact is, by field; and the other addresses, each in one line with its label."""
    said = {part: cells[part] for part in ("city", "region", "country", "postcode", "address") if part in cells}
    elsewhere = []
    for label in PLACES:
        place = {part: cells[at] for part in PLACE if (at := f"address.{label}.{part}") in cells}
        if not place:
            continue
        street = ", ".join(filter(None, (place.pop("street", ""), place.pop("street2", ""))))
        if not said:
            said = place | ({"address": street} if street else {})
        else:
            town = " ".join(filter(None, (place.get("postcode"), place.get("city"))))
            parts = (street, town, place.get("region"), place.get("country"))
            elsewhere.append((label, ", ".join(filter(None, parts))))
    return said, elsewhere


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
