"""Which column feeds which field, and a row's cells by field."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from icrm_tui.collect import headers
from icrm_tui.collect.formats.csv import LINE, REASON
from icrm_tui.errors import Usage
from icrm_tui.text import unguarded

CHANNELS = (
    *("email", "phone", "sms", "wechat", "wecom", "whatsapp"),
    *("qq", "weibo", "linkedin", "x", "website", "post"),
)
PLACE = ("street", "street2", "city", "region", "postcode", "country")
CONTACT = (
    *("id", "name", "family", "given", "middle", "prefix", "suffix", "nickname", "company", "title"),
    *("department", "role", "gender", "birthday", "birthday.year", "birthday.month", "birthday.day"),
    *("language", "zone", "notes", "tags", "source", "owner", "grade", "stage", "reports_to", "referred_by"),
    *("city", "region", "country", "postcode", "address"),
    *(f"address.{label}.{part}" for label in ("home", "work", "other", "*") for part in PLACE),
    *(f"{what}.{channel}" for what in ("optout", "optin", "consent") for channel in CHANNELS),
)
COMPANY = (
    *("id", "name", "domain", "website", "phone", "industry", "size", "region", "city", "country", "postcode"),
    *("address", "parent", "owner", "source", "notes", "tags", "competitor", "grade"),
)
# Columns of our own exports that are worked out, and so do not come back in.
WORKED_OUT = frozenset(("created", "last_contact", "touches", "archived", "rev"))
JOINED = {"notes": "\n", "tags": ",", "address": ", ", "street2": ", "}
PACKED = " ::: "  # how Google puts several values into one cell
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
                _add(found, key, value, headers.label(said) if said else label)
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
    if not preset and not name and _is_own(header, kind, custom):
        kept = [n for n, seen in zip(header, values, strict=True) if headers.looks_like(n, seen) or n != "role"]
        name, table = "icrm", {n: n for n in kept if _is_target(n, kind, custom)}
    known = headers.by_preset(header, table)
    said = {column: target for column, target in (saved or {}).items() if column in header}
    said |= {_column(header, column): target for column, target in (overrides or {}).items()}
    columns = []
    for place, column in enumerate(header):
        target, label, sure = None, None, 100
        if place in known:
            target, label = known[place]
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
    if meant:
        return meant
    fields = (*CONTACT, *CHANNELS) if kind == "contact" else COMPANY
    raise Usage("map-field", field=text, nearest=headers.nearest(text, [*fields, *(f"field:{k}" for k in custom)]))


def _guess(
    column: str, header: Sequence[str], kind: str, values: Sequence[str], custom: Sequence[str], alone: bool
) -> tuple[str | None, int]:
    """`alone`: no preset knows the file, so what stands in a column may speak for it."""
    for key in custom:
        if headers.key(key) == headers.key(column):
            return f"field:{key}", 95
    target, sure = headers.by_name(column, header, kind, values)
    if target is None and alone and kind == "contact":
        return headers.by_values(values)
    return target, sure


def _is_target(text: str, kind: str, custom: Sequence[str]) -> bool:
    if text.startswith("field:"):
        return text[6:] in custom
    if kind != "contact":
        return text in COMPANY
    channel, dot, label = text.partition(".")
    return text in CONTACT or (channel in CHANNELS and (not dot or bool(label.strip())))


def _is_own(header: Sequence[str], kind: str, custom: Sequence[str]) -> bool:
    """A file of our own: every column is the name of a field, and not all of them are everybody's words."""
    names = [name for name in header if name not in (LINE, REASON)]
    known = all(name in WORKED_OUT or _is_target(name, kind, custom) for name in names)
    return known and "name" in names and any(name == "id" or "_" in name or "." in name for name in names)


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
    if kind == "contact" and start in CHANNELS:
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
        if piece.strip() and all(old != piece.strip() for _, old in pairs):
            pairs.append((label, piece.strip()))


def _tags(value: str) -> str:
    """Google marks with a star the groups that are its own and nobody's tags."""
    if PACKED not in value and not value.startswith("* "):
        return value
    return ",".join(piece for piece in value.split(PACKED) if not piece.startswith("* "))


def _consent(found: Cells, how: str, channel: str, value: str) -> None:
    word = headers.key(value)
    if not word:
        return
    if how == "consent":
        how = "optout" if word in headers.answers("out") else "optin" if word in headers.answers("in") else ""
    elif word in headers.answers("no" if how == "optout" else "out"):
        how = ""
    if how:
        found[f"{how}.{channel}"] = "yes"
