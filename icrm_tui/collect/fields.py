"""Custom fields: what a team wants to keep that nobody foresaw, with a type."""

import re
from collections.abc import Container, Iterable, Mapping
from typing import Any

from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import Refused, Usage
from icrm_tui.nouns import Field, Noun, Parent, Part
from icrm_tui.text import fold

TYPES = ("text", "number", "date", "choice", "flag")
NOUNS = ("contact", "company")
YES = frozenset(("yes", "y", "true", "1", "on", "是", "有", "对"))
NO = frozenset(("no", "n", "false", "0", "off", "否", "无", "没有", ""))


# --- rules -----------------------------------------------------------------------------------------------


def flag(text: str) -> bool:
    word = fold(text)
    if word not in YES and word not in NO:
        raise Usage("flag", value=text)
    return word in YES


def read(definition: Mapping[str, Any], text: str) -> tuple[str, float | None]:
    """A value as kept: its text and, where it has one, its number. Usage where the type forbids it."""
    text, kind = text.strip(), definition["type"]
    if kind == "number":
        try:
            number = float(text.replace(",", "").replace(" ", ""))
        except ValueError:
            number = float("nan")
        if number != number or number in (float("inf"), float("-inf")):
            raise Usage("field-number", field=definition["name"], value=text)
        return f"{number:.15g}", number
    if kind == "date":
        from icrm_tui import dates

        day = dates.day_of(text, "ymd")
        if day is None:
            raise Usage("field-date", field=definition["name"], value=text)
        return day.isoformat(), None
    if kind == "flag":
        return ("1", 1.0) if flag(text) else ("0", 0.0)
    if kind == "choice":
        choices = definition["choices"].split("\n")
        for choice in choices:
            if fold(choice) == fold(text):
                return choice, None
        raise Usage("choice", field=definition["name"], value=text, choices=", ".join(choices))
    return text, None


# --- verbs -----------------------------------------------------------------------------------------------


def add(ctx: Context, noun: str, name: str, kind: str, choices: Iterable[str] = ()) -> int:
    """Define a field for every row of `noun`."""
    from icrm_tui import nouns, query

    clean, options = " ".join(name.split()), [c.strip() for c in choices if c.strip()]
    key = fold(clean).replace(" ", "_")
    if noun not in NOUNS:
        raise Usage("field-noun", noun=noun, nouns=", ".join(NOUNS))
    if kind not in TYPES:
        raise Usage("choice", field="type", value=kind, choices=", ".join(TYPES))
    if not re.fullmatch(r"[^\W\d]\w{0,39}", key):
        raise Usage("field-name", name=name)
    if (kind == "choice") != bool(options):
        raise Usage("field-choices", name=name)

    def work(tx: Tx) -> int:
        if key in query.fields(ctx, noun) or key in nouns.NOUNS:
            raise Refused("field-exists", name=clean, noun=noun)
        return tx.insert("fields", noun=noun, name=clean, key=key, type=kind, choices="\n".join(options))

    made: int = ctx.change("field.add", work)
    return made


def put(ctx: Context, noun: str, row_id: int, values: Mapping[str, str]) -> bool:
    """Set custom fields of one row, an empty text takes the value away; False when nothing changed."""
    if not values:
        return False

    def work(tx: Tx) -> bool:
        defined = {row["key"]: row for row in definitions(ctx, noun)}
        changed = False
        for word, text in values.items():
            definition = defined[_key(word)]
            held = tx.read(
                "SELECT id FROM field_values WHERE noun = :noun AND row_id = :row AND field_id = :field",
                noun=noun,
                row=row_id,
                field=definition["id"],
            )
            if not text.strip():
                changed = any(tx.delete("field_values", row["id"]) for row in held) or changed
                continue
            txt, num = read(definition, text)
            kept: dict[str, Any] = {"txt": txt, "key": fold(txt), "num": num}
            if held:
                changed = tx.update("field_values", held[0]["id"], **kept) or changed
            else:
                tx.insert("field_values", noun=noun, row_id=row_id, field_id=definition["id"], **kept)
                changed = True
        return changed

    done: bool = ctx.change(f"{noun}.edit", work)
    return done


def definitions(ctx: Context, noun: str = "") -> list[Row]:
    return ctx.read("SELECT * FROM fields WHERE :noun = '' OR noun = :noun ORDER BY noun, id", noun=noun)


def of(ctx: Context, noun: str, row_id: int) -> dict[str, Any]:
    """A row's custom values by field key, typed; only those it has."""
    rows = ctx.read(
        "SELECT f.key, f.type, v.txt, v.num FROM field_values v JOIN fields f ON f.id = v.field_id"
        " WHERE v.noun = :noun AND v.row_id = :row ORDER BY f.id",
        noun=noun,
        row=row_id,
    )
    return {row["key"]: typed(row) for row in rows}


def known(ctx: Context, noun: str, words: Iterable[str], others: Iterable[str]) -> None:
    """Usage, with the nearest word, for a field that neither we nor the team defined."""
    unknown = list(words)
    if not unknown:
        return
    keys = [row["key"] for row in definitions(ctx, noun)]
    for word in unknown:
        if _key(word) not in keys:
            from difflib import get_close_matches

            near = get_close_matches(word, [*keys, *others], 1)
            raise Usage("unknown-field", field=word, noun=noun, nearest=", ".join(near))


def query_fields(ctx: Context, noun: str) -> dict[str, Field]:
    """The team's fields as words of the query language."""
    types = {"text": "text", "date": "day", "choice": "text", "number": "number", "flag": "flag"}
    found = {}
    for row in definitions(ctx, noun):
        value = "v.num" if row["type"] in ("number", "flag") else "v.key"
        kept = f"FROM field_values v WHERE v.noun = '{noun}' AND v.field_id = {row['id']}"
        found[row["key"]] = Field(
            types[row["type"]],
            value,
            shown=f"(SELECT v.txt {kept} AND v.row_id = {{t}}.id)",
            within=f"{{t}}.id IN (SELECT v.row_id {kept} AND {{test}})",
            order=f"(SELECT {value} {kept} AND v.row_id = {{t}}.id)",
        )
    return found


# --- importing -------------------------------------------------------------------------------------------

STAGED = {"field": "TEXT", "txt": "TEXT", "key": "TEXT", "num": "REAL"}


def staged(cells: Mapping[str, Any], given: Mapping[str, Mapping[str, Any]], order: str) -> list[tuple[Any, ...]]:
    """The custom values of a row; dates in the file's order of numbers. Usage where a type forbids one."""
    found = []
    for word, text in cells.items():
        if word.startswith("field:"):
            definition = given[word[6:]]
            if definition["type"] == "date":
                from icrm_tui import dates

                dates.needs_order(text, order)
                day = dates.day_of(text, order)
                text = day.isoformat() if day else text
            txt, num = read(definition, text)
            found.append((definition["key"], txt, fold(txt), num))
    return found


# all values of some rows {{ids}} of a noun, each with its definition
VALUES = (
    "SELECT v.row_id, f.key, f.name, f.type, f.choices, v.txt, v.num FROM field_values v"
    " JOIN fields f ON f.id = v.field_id WHERE v.noun = '{noun}' AND v.row_id IN {{ids}} ORDER BY f.id"
)
TITLE = re.compile(r"field:(text|number|date|choice|flag):([^:]+?)(?::(.*))?", re.DOTALL)


def title(definition: Mapping[str, Any]) -> str:
    """The name of a field's column in an export, which tells what it is: `field:choice:Size:S|M|L`."""
    choices = definition["choices"].replace("|", "||").replace("\n", "|")
    head = f"field:{definition['type']}:{definition['name']}"
    return f"{head}:{choices}" if choices else head


def cell(value: Row) -> str:
    """A custom value in an export."""
    return str(value["txt"]) if value["type"] != "flag" else "yes" if value["num"] else "no"


def said_in(header: Iterable[str], known: Container[str]) -> dict[str, dict[str, str]]:
    """The fields that columns of an export tell of, by their keys, which are not known here."""
    found = {}
    for text in header:
        told = TITLE.fullmatch(text)
        if told and (key := _key(told[2])) not in known:
            choices = "\n".join(part.replace("||", "|") for part in re.split(r"(?<!\|)\|(?!\|)", told[3] or ""))
            found[key] = {"noun": "", "key": key, "name": told[2], "type": told[1], "choices": choices}
    return found


def titled(text: str) -> str:
    """The key of the field a column of an export tells of; else empty."""
    told = TITLE.fullmatch(text)
    return _key(told[2]) if told else ""


def publish(tx: Tx, noun: str, policy: str) -> None:
    """Set the staged custom values; of rows that are there already, what they lack or, to update, everything."""
    values = (
        "SELECT {id}, v.txt, v.key, v.num FROM stage.field_values v JOIN stage.target t ON t.n = v.n"
        " JOIN fields f ON f.noun = :noun AND f.key = v.field"
    )
    if policy == "update":
        held = " JOIN field_values x ON x.noun = f.noun AND x.row_id = t.id AND x.field_id = f.id WHERE t.fresh = 0"
        tx.revise("field_values", ("txt", "key", "num"), values.format(id="x.id") + held, noun=noun)
    tx.bulk(
        "field_values",
        "noun, row_id, field_id, txt, key, num",
        values.format(id=":noun AS noun, t.id AS row_id, f.id AS field_id"),
        unless="noun, row_id, field_id",
        noun=noun,
    )


def _key(word: str) -> str:
    return fold(word.removeprefix("field:")).replace(" ", "_")


def typed(row: Row) -> Any:
    """A custom value as JSON has it."""
    if row["type"] == "number":
        return int(row["num"]) if row["num"] == int(row["num"]) else row["num"]
    return row["num"] == 1 if row["type"] == "flag" else row["txt"]


NOUN = Noun(
    "field",
    "fields",
    {
        "fields": Part(unique=(("noun", "key"),)),
        "field_values": Part(
            {"field_id": Parent("field"), "row_id": Parent("", by="noun", bumps=True)},
            (("noun", "row_id", "field_id"),),
        ),
    },
)
