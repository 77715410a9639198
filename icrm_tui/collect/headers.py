"""What a column's name, and what stands in it, say about the field it holds."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from icrm_tui.errors import Usage
from icrm_tui.text import plain

PRESETS = Path(__file__).parent / "presets"

APART = re.compile(r"[\W_]+")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
AGAIN = re.compile(r" \((\d+)\)\Z")
BRACKETS = re.compile(r"[(（\[【](.*?)[)）\]】]")
SPARE = re.compile(r"\d+\Z|[:：*#]")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+\Z")
PHONE = re.compile(r"(\+|00|\()?\d[\d ().\-/]{5,18}\d( ?(x|ext\.?) ?\d+)?\Z", re.IGNORECASE)
SURE_PHONE = re.compile(r"(\+\d[\d ().\-/]{6,18}|(86)?1[3-9]\d{9}|\(\d{2,5}\)[ \d\-]{5,12})\Z")
LINKEDIN = re.compile(r"(https?://)?([a-z]{2,3}\.)?linkedin\.com/in/", re.IGNORECASE)
URL = re.compile(r"(https?://|www\.)\S+\Z", re.IGNORECASE)
DAY = re.compile(r"(--)?\d{1,4}[-/.年月]\d{1,2}|\d{8}\Z|.*[农農]历")

Looks = Callable[[str], object]
LOOKS: dict[str, Looks] = {"email": EMAIL.match, "phone": PHONE.match, "birthday": DAY.match}
BETRAYS: tuple[tuple[str, Looks], ...] = (
    ("email", EMAIL.match),
    ("phone", SURE_PHONE.match),
    ("linkedin", LINKEDIN.match),
    ("website", URL.match),
)
CUSTOMER = frozenset(("客户", "客户名称", "客户名", "customername", "clientname"))
PERSON = frozenset(("姓名", "联系人", "联系人姓名", "contact", "contactname", "contactperson", "firstname", "fullname"))


def key(name: str) -> str:
    """`E-mail 1 - Value`, `email_1_value` → email1value: how one column's name is written differs."""
    return APART.sub("", plain(name))


def presets() -> list[str]:
    return sorted(path.stem for path in PRESETS.glob("*.toml") if path.stem != "words")


def words(kind: str) -> dict[str, str]:
    """What columns are called → their field."""
    return _turned(kind)


def label(said: str) -> str:
    """`* Work`, `Geschäftlich` → work; a label of one's own stays as it is."""
    said = said.removeprefix("* ").strip()
    return _turned("labels").get(key(said), said.casefold())


@cache
def answers(which: str) -> frozenset[str]:
    """The cells that say `no`, `out` or `in`."""
    return frozenset(key(word) for word in _load("words")["answers"][which])


def gender(text: str) -> str | None:
    return _turned("genders").get(key(text)) if text else None


def role(text: str) -> str | None:
    return _turned("roles").get(key(text))


def meaning(table: str, text: str) -> str | None:
    """What other systems call by `text`, in the words of that table; None where nobody is known to."""
    return _turned(table).get(key(text))


def preset(header: Sequence[str], kind: str, asked: str | None) -> tuple[str, dict[str, Any]]:
    """The preset asked for, else the one whose signature finds most of its names in the header."""
    if asked:
        if asked not in presets():
            raise Usage("preset", text=asked, nearest=nearest(asked, presets()))
        return asked, _load(asked).get(kind, {}).get("columns", {})
    keys = {key(name) for name in header}
    best, size = "", 0
    for name in presets():
        for signature in _load(name).get(kind, {}).get("signature", ()):
            if len(signature) > size and all(key(column) in keys for column in signature):
                best, size = name, len(signature)
    return (best, _load(best)[kind]["columns"]) if best else ("", {})


def by_preset(header: Sequence[str], columns: dict[str, Any]) -> dict[int, tuple[str, int | None]]:
    """Position → target and label column. `{n}` stands for a number, a list for columns of one name in turn."""
    places = {key(name): place for place, name in reversed(list(enumerate(header)))}
    exact = {key(name): to for name, to in columns.items() if "{n}" not in name}
    counted = [(_pattern(name), to) for name, to in columns.items() if "{n}" in name]
    seen: Counter[str] = Counter()
    found: dict[int, tuple[str, int | None]] = {}
    for place, name in enumerate(header):
        own = key(_bare(name, header))
        number, to = "", exact.get(own)
        if to is None:
            number, to = next(((m[1], to) for pattern, to in counted if (m := pattern.match(own))), ("", None))
        if isinstance(to, list):
            to = to[min(seen[own], len(to) - 1)]
            seen[own] += 1
        beside = None
        if isinstance(to, dict):
            labels = (places.get(key(name.replace("{n}", number))) for name in to.get("label", ()))
            beside = next((at for at in labels if at is not None), None)
            to = to["to"]
        if to is not None:
            found[place] = to, beside
    return found


def by_name(
    name: str, header: Sequence[str], kind: str, values: Sequence[str], fits: Callable[[str], bool]
) -> tuple[str | None, int]:
    """The field a column's name means, and how sure that is; cells that look like nothing of the kind shake it.

    `fits` tells whether there is such a field, with such a label.
    """
    target, sure = _named(_bare(name, header), header, kind, fits)
    if target and not looks_like(target, values):
        sure = 40
    return target, sure


def by_values(values: Sequence[str]) -> tuple[str | None, int]:
    """The field that four cells of five betray, whatever the column is called."""
    for target, fits in BETRAYS:
        hits = sum(bool(fits(value.strip())) for value in values)
        if hits and hits * 5 >= len(values) * 4:
            return target, 60
    return None, 0


def looks_like(target: str, values: Sequence[str]) -> bool:
    """False when most of the cells cannot be what the field holds."""
    fits = LOOKS.get(target.partition(".")[0]) if not target.startswith("birthday.") else None
    return not fits or sum(bool(fits(value.strip())) for value in values) * 2 >= len(values)


def nearest(text: str, among: Sequence[str]) -> str:
    from difflib import get_close_matches

    return (get_close_matches(text, among, 1, 0.0) or [""])[0]


@cache
def _load(name: str) -> dict[str, Any]:
    import tomllib

    with (PRESETS / f"{name}.toml").open("rb") as stream:
        return tomllib.load(stream)


@cache
def _turned(table: str) -> dict[str, str]:
    return {key(word): target for target, words in _load("words").get(table, {}).items() for word in words}


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(r"(\d*)".join(re.escape(key(part)) for part in name.split("{n}")) + r"\Z")


def _bare(name: str, header: Sequence[str]) -> str:
    """`City (2)` beside `City` is a city again."""
    bare = AGAIN.sub("", name)
    return bare if bare in header else name


def _named(name: str, header: Sequence[str], kind: str, fits: Callable[[str], bool]) -> tuple[str | None, int]:
    known = words(kind)
    own = key(name)
    if own in known:
        return (_beside(own, known, header) if "given" in known.values() else known[own]), 90
    labels = _turned("labels")
    plainer = SPARE.sub("", BRACKETS.sub(" ", name).strip())
    aside = BRACKETS.search(name)
    if key(plainer) in known:
        return _labelled(known[key(plainer)], labels.get(key(aside[1]), "") if aside else "", fits), 80
    pieces = [piece for piece in APART.split(plain(CAMEL.sub(" ", plainer)).strip()) if piece]
    for at, piece in enumerate(pieces):
        rest = known.get("".join(pieces[:at] + pieces[at + 1 :]))
        if rest and piece in labels:
            return _labelled(rest, labels[piece], fits), 85
    return None, 0


def _beside(own: str, known: dict[str, str], header: Sequence[str]) -> str:
    """Some names mean another thing beside others: `Nom` a surname beside `Prénom`, `Title` Dr beside `Position`."""
    others = {key(name) for name in header} - {own}
    targets = {known.get(other) for other in others}
    if own in ("nom", "name") and others & {"prenom", "vorname"} and "family" not in targets:
        return "family"
    if own == "名字" and others & {"姓", "姓氏"}:
        return "given"
    if own in CUSTOMER and others & PERSON and "company" not in targets:
        return "company"
    if own in ("title", "titel") and others & {"jobtitle", "position", "jobposition"}:
        return "prefix"
    if own == "birthday" and others & {"birthyear", "birthmonth"}:
        return "birthday.day"
    return known[own]


def _labelled(target: str, said: str, fits: Callable[[str], bool]) -> str:
    """`home` and `city` → address.home.city; what takes no label is itself."""
    place = f"address.{said}.{'street' if target == 'address' else target}"
    if said and fits(place):
        return place
    return f"{target}.{said}" if said and said != "main" and fits(f"{target}.{said}") else target
