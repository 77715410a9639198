"""Which column feeds which field, and a row's cells by field."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from icrm_tui import nouns
from icrm_tui.collect import fields, headers
from icrm_tui.collect.formats.csv import LINE, REASON
from icrm_tui.errors import Usage
from icrm_tui.text import unguarded

# Columns of our own exports that are worked out, and so do not come back in.
WORKED_OUT = frozenset(("created", "last_contact", "touches", "rev"))
OWN = "icrm"  # the preset of our own exports
JOINED = {"notes": "\n", "text": "\n", "tags": ",", "address": ", ", "street2": ", "}
PACKED = " ::: "  # how Google puts several values into one cell
NOT_CALLED = frozenset(("fax", "pager"))  # labels of numbers that nobody talks at
NUMBERED = re.compile(r"(\w+?)(?:_\d+)?(_label)?")  # email, email_2, email_2_label in our own exports
# What address books write into a birthday or gender nobody gave.
NOTHING = frozenset(("0/0/00", "0/0/0000", "0.0.00", "00.00.00", "0000-00-00", "unspecified", "keine angabe"))

Cells = dict[str, Any]
"""Field → text; a contact's channel → its (label, value) pairs; optout.email and the like → "yes"."""


@dataclass(frozen=True, slots=True)
class Column:
    """`sure` is 0–100, `first` its first different values; `label`: the column that says which kind of phone."""

    position: int
    name: str
    target: str | None
    sure: int
    first: tuple[str, ...] = ()
    label: int | None = None


@dataclass(slots=True)
class Mapping:
    """`preset` is "" where the columns were known by their names alone."""

    preset: str
    columns: list[Column]
    kind: str = "contact"
    _texts: list[tuple[int, str]] = field(init=False, repr=False, default_factory=list)
    _others: list[tuple[int, str, str, int | None, str]] = field(init=False, repr=False, default_factory=list)

    def __post_init__(self) -> None:
        for column in self.columns:
            if not column.target:
                continue
            how, key, label = _treatment(column.target, self.kind)
            if how == "text":
                self._texts.append((column.position, key))
            else:
                self._others.append((column.position, key, how, column.label, label))
        self._others.sort(key=lambda other: other[4] in NOT_CALLED)  # the first phone will be the main one

    @property
    def unmapped(self) -> list[Column]:
        """The columns that hold something and go nowhere."""
        spoken_for = {column.label for column in self.columns}
        left = [c for c in self.columns if not c.target and c.first and c.position not in spoken_for]
        return [column for column in left if column.name not in (LINE, REASON)]

    def saved(self) -> dict[str, str]:
        """What to keep under a name, for the next file of this kind."""
        return {column.name: column.target or "-" for column in self.columns}

    def cells(self, row: Sequence[str]) -> Cells:
        """The row's values by field. Empty cells are left out; of two columns for one text the first counts."""
        found: Cells = {}
        for position, key in self._texts:
            value = row[position]
            if value:
                value = (unguarded(value) if value[0] == "'" else value).strip()
                if value and key not in found:
                    found[key] = value
        for position, key, how, label_at, label in self._others:
            value = row[position]
            if not value or value.isspace():
                continue
            if value[0] == "'":
                value = unguarded(value)
            if how == "many":
                said = row[label_at] if label_at is not None else ""
                if said:
                    said = said.strip() if self.preset == OWN else headers.label(said)
                _add(found, key, value, said or label)
            elif how == "joined":
                value = _tags(value) if key == "tags" else value if key == "notes" else value.strip()
                if value:
                    found[key] = f"{found[key]}{label}{value}" if key in found else value
            elif how == "place":
                said = headers.label(row[label_at]) if label_at is not None else ""
                found.setdefault(key.replace("*", said if said in ("home", "work") else "other"), value.strip())
            elif how == "given":
                if value.strip().casefold() not in NOTHING:
                    found.setdefault(key, value.strip())
            else:
                _consent(found, how, key, value)
        return found


def suggest(
    header: Sequence[str],
    samples: Sequence[Sequence[str]],
    *,
    kind: str = "contact",
    preset: str | None = None,
    saved: dict[str, str] | None = None,
    overrides: dict[str, str] | None = None,
    custom: Iterable[str] = (),
) -> Mapping:
    """Where each column goes: `overrides` before `saved` before a preset before what its name and cells say.

    A target "-" or "" leaves the column out. `custom` are the keys of custom fields.
    """
    custom = tuple(custom)
    values = [
        [row[place] for row in samples if place < len(row) and row[place].strip()] for place in range(len(header))
    ]
    name, table = headers.preset(header, kind, preset)
    known = headers.by_preset(header, table)
    if not preset and not name and (own := _own(header, kind, custom)):
        name, known = OWN, own
    said = {column: target for column, target in (saved or {}).items() if column in header}
    said |= {_column(header, column): target for column, target in (overrides or {}).items()}
    columns = []
    for place, column in enumerate(header):
        target, label, sure = None, None, 100
        if place in known:
            target, label = known[place]
            if target != "-" and not _is_target(target, kind, custom):
                target = None
        if column in said:
            target = checked(said[column], kind, custom)
        elif place not in known and column not in (LINE, REASON):
            target, sure = _guess(column, header, kind, values[place][:50], custom, alone=not name)
        first = tuple(dict.fromkeys(value.strip() for value in values[place]))[:3]
        columns.append(Column(place, column, None if target == "-" else target, sure, first, label))
    return Mapping(name, columns, kind)


def checked(target: str, kind: str = "contact", custom: Iterable[str] = ()) -> str:
    """The field meant by what a person wrote, or Usage with the nearest one."""
    custom = tuple(custom)
    text = target.strip()
    if text in ("", "-"):
        return "-"
    if _is_target(text, kind, custom):
        return text
    if text in custom:
        return f"field:{text}"
    meant = headers.words(kind).get(headers.key(text))
    if meant and _is_target(meant, kind, custom):
        return meant
    importer = nouns.importer(kind)
    known = [*importer.targets, *importer.many, *(f"field:{key}" for key in custom)]
    raise Usage("map-field", field=text, nearest=headers.nearest(text, known))


def _guess(
    column: str, header: Sequence[str], kind: str, values: Sequence[str], custom: Sequence[str], alone: bool
) -> tuple[str | None, int]:
    """`alone`: no preset knows the file, so what stands in a column may speak for it."""
    for key in custom:
        if key == fields.titled(column) or headers.key(key) == headers.key(column):
            return f"field:{key}", 95

    def fits(target: str) -> bool:
        return _is_target(target, kind, custom)

    target, sure = headers.by_name(column, header, kind, values, fits)
    if target is None and alone:
        target, sure = headers.by_values(values)
    return (target, sure) if target and fits(target) else (None, 0)


def _is_target(text: str, kind: str, custom: Sequence[str]) -> bool:
    if text.startswith("field:"):
        return text[6:] in custom
    importer = nouns.importer(kind)
    word, dot, label = text.partition(".")
    return text in importer.targets or (word in importer.many and (not dot or bool(label.strip())))


def _own(header: Sequence[str], kind: str, custom: Sequence[str]) -> dict[int, tuple[str, int | None]]:
    """A file of our own, by the places of its columns; none where one of them is not, or all are everybody's words."""
    importer = nouns.importer(kind)
    known: dict[int, tuple[str, int | None]] = {}
    for place, name in enumerate(header):
        many = NUMBERED.fullmatch(name)
        if _is_target(name, kind, custom) or name in WORKED_OUT:
            known[place] = ("-" if name in WORKED_OUT else name), None
        elif (key := fields.titled(name)) and key in custom:
            known[place] = f"field:{key}", None
        elif many and many[1] in importer.many:
            known[place] = ("-" if many[2] else many[1]), None
        elif name not in (LINE, REASON):
            return {}
        if (label := f"{name}_label") in header:
            known[place] = known[place][0], list(header).index(label)
    names = [name for name in header if name not in (LINE, REASON)]
    telling = any(name == "id" or "_" in name or "." in name for name in names)
    return known if {"name", "contact_id"} & set(names) and telling else {}


def _column(header: Sequence[str], name: str) -> str:
    if name in header:
        return name
    alike = [column for column in header if headers.key(column) == headers.key(name)]
    if len(alike) == 1:
        return alike[0]
    raise Usage("map-column", column=name, nearest=headers.nearest(name, header))


def _treatment(target: str, kind: str) -> tuple[str, str, str]:
    """How its cells are taken, the key they go under, and their label or what joins them."""
    start, _, rest = target.partition(".")
    joint = JOINED.get(target.rpartition(".")[2])
    if "*" in target:
        return "place", target, ""
    if joint:
        return "joined", target, joint
    if start in nouns.importer(kind).many:
        return "many", start, rest
    if start in ("optout", "optin", "consent"):
        return start, rest, ""
    return ("given" if target in ("birthday", "gender") else "text"), target, ""


def _add(found: Cells, key: str, value: str, label: str) -> None:
    if key not in found:
        if PACKED not in value:
            found[key] = [(label, value.strip())]
            return
        found[key] = []
    pairs = found[key]
    for piece in value.split(PACKED):
        if piece.strip() and (label, piece.strip()) not in pairs:
            pairs.append((label, piece.strip()))


def _tags(value: str) -> str:
    """Google marks with a star the groups that are its own and nobody's tags."""
    if PACKED not in value and not value.startswith("* "):
        return value
    return ",".join(piece for piece in value.split(PACKED) if not piece.startswith("* "))


def _consent(found: Cells, how: str, channel: str, value: str) -> None:
    """What was said stands first; in brackets, in our own exports, where and when."""
    said, _, told = value.partition(" (")
    word = headers.key(said)
    if not word:
        return
    if how == "consent":
        how = "optout" if word in headers.answers("out") else "optin" if word in headers.answers("in") else ""
    elif word in headers.answers("no" if how == "optout" else "out"):
        how = ""
    if how:
        found[f"{how}.{channel}"] = told.removesuffix(")") or "yes"
