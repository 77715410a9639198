"""Tags: short words hung on contacts and companies."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import NotFound, Usage
from icrm_tui.nouns import Field, Noun, Parent, Part
from icrm_tui.text import fold, sort_key

TAGGED = ("contact", "company")
BLOCK = 500  # rows asked about at once


def check(name: str) -> str:
    clean = " ".join(name.split()).removeprefix("#")
    if not clean or len(clean) > 60 or any(mark in clean for mark in ",;，；\"'()"):
        raise Usage("tag-name", tag=name)
    return clean


def named(tx: Tx, name: str) -> int:
    """The id of the tag of that name, made where there is none."""
    clean = check(name)
    found = tx.read("SELECT id FROM tags WHERE key = :key", key=fold(clean))
    return found[0]["id"] if found else tx.insert("tags", **_kept(clean))


def _kept(name: str) -> dict[str, Any]:
    return {"name": name, "key": fold(name), "sort_key": sort_key(name)}


def tag(ctx: Context, noun: str, ids: Iterable[int], names: Iterable[str]) -> int:
    """Hang these tags on these rows; how many were not there yet."""
    rows, wanted = list(ids), list(names)

    def work(tx: Tx) -> int:
        n = 0
        for tag_id in dict.fromkeys(named(tx, name) for name in wanted):
            for row_id in rows:
                place = {"tag": tag_id, "noun": noun, "row": row_id}
                if not tx.read(HUNG, **place):
                    tx.insert("taggings", tag_id=tag_id, noun=noun, row_id=row_id)
                    n += 1
        return n

    made: int = ctx.change(f"{noun}.tag", work)
    return made


def untag(ctx: Context, noun: str, ids: Iterable[int], names: Iterable[str]) -> int:
    """Take these tags off these rows; how many were there. NotFound for a tag nobody made."""
    rows, wanted = list(ids), list(names)

    def work(tx: Tx) -> int:
        n = 0
        for name in wanted:
            tag_id = get(ctx, name)["id"]
            for row_id in rows:
                for hung in tx.read(HUNG, tag=tag_id, noun=noun, row=row_id):
                    n += tx.delete("taggings", hung["id"])
        return n

    gone: int = ctx.change(f"{noun}.untag", work)
    return gone


def get(ctx: Context, name: str) -> Row:
    found = ctx.read("SELECT * FROM tags WHERE key = :key", key=fold(name.removeprefix("#")))
    if not found:
        from difflib import get_close_matches

        near = get_close_matches(name, [row["name"] for row in everything(ctx)], 1)
        raise NotFound("no-tag", tag=name, nearest=", ".join(near))
    return found[0]


def rename(ctx: Context, name: str, to: str) -> int:
    """Call a tag something else; where that tag exists already the two become one."""
    clean = check(to)

    def work(tx: Tx) -> int:
        row = get(ctx, name)
        held = tx.read("SELECT id FROM tags WHERE key = :key AND id <> :id", key=fold(clean), id=row["id"])
        hung = tx.read("SELECT id, noun, row_id FROM taggings WHERE tag_id = :id", id=row["id"])
        if not held:
            tx.update("tags", row["id"], **_kept(clean))
            for noun in TAGGED:
                tx.touch_ids("taggings", noun, [x["row_id"] for x in hung if x["noun"] == noun])
            return int(row["id"])
        for x in hung:
            if tx.read(HUNG, tag=held[0]["id"], noun=x["noun"], row=x["row_id"]):
                tx.delete("taggings", x["id"])
            else:
                tx.update("taggings", x["id"], tag_id=held[0]["id"])
        tx.delete("tags", row["id"])
        return int(held[0]["id"])

    kept: int = ctx.change("tag.rename", work)
    return kept


def everything(ctx: Context) -> list[Row]:
    """All tags with how many rows each hangs on."""
    return ctx.read(
        "SELECT g.id, g.name, count(x.id) AS n FROM tags g LEFT JOIN taggings x ON x.tag_id = g.id"
        " GROUP BY g.id, g.name ORDER BY g.sort_key, g.name"
    )


def of(ctx: Context, noun: str, row_id: int) -> list[str]:
    rows = ctx.read(
        "SELECT g.name FROM taggings x JOIN tags g ON g.id = x.tag_id WHERE x.noun = :noun AND x.row_id = :row"
        " ORDER BY g.key",
        noun=noun,
        row=row_id,
    )
    return [row["name"] for row in rows]


def shared(ctx: Context, noun: str, ids: Sequence[int]) -> dict[str, int]:
    """On how many of these rows each tag hangs."""
    found: dict[str, int] = {}
    for start in range(0, len(ids), BLOCK):
        among = ", ".join(map(str, ids[start : start + BLOCK]))
        rows = ctx.read(
            "SELECT g.name, count(*) AS n FROM taggings x JOIN tags g ON g.id = x.tag_id WHERE x.noun = :noun"
            f" AND x.row_id IN ({among}) GROUP BY g.name",
            noun=noun,
        )
        for row in rows:
            found[row["name"]] = found.get(row["name"], 0) + row["n"]
    return found


# --- importing -------------------------------------------------------------------------------------------

STAGED = {"name": "TEXT", "key": "TEXT", "sort_key": "TEXT"}


@lru_cache(maxsize=4096)
def staged(text: str) -> tuple[tuple[str, str, str], ...]:
    """The tags in a cell, names with their keys. Usage for one that cannot be a tag."""
    found: dict[str, str] = {}
    for piece in re.split("[,;，；、|\\n]", text):
        name = " ".join(re.sub("[\"'()]", " ", piece).split())
        if name:
            name = check(name)
            found.setdefault(fold(name), name)
    return tuple((name, key, sort_key(name)) for key, name in found.items())


def publish(tx: Tx, noun: str) -> None:
    """Hang the staged tags on the rows they were staged with."""
    tx.bulk(
        "tags",
        "name, key, sort_key",
        "SELECT min(g.name) AS name, g.key, min(g.sort_key) AS sort_key FROM stage.tags g"
        " JOIN stage.target t ON t.n = g.n GROUP BY g.key",
        unless="key",
    )
    for fresh in (1, 0):
        tx.bulk(
            "taggings",
            "tag_id, noun, row_id",
            "SELECT k.id AS tag_id, :noun AS noun, t.id AS row_id FROM stage.tags g JOIN stage.target t ON t.n = g.n"
            f" JOIN tags k ON k.key = g.key WHERE t.fresh = {fresh}",
            unless="noun, row_id, tag_id",
            fresh=bool(fresh),
            noun=noun,
        )


def hangs(noun: str) -> str:
    """That a tag `g` of which {} holds hangs on a row {t} of the noun."""
    return (
        "EXISTS (SELECT 1 FROM taggings x JOIN tags g ON g.id = x.tag_id"
        f" WHERE x.noun = '{noun}' AND x.row_id = {{t}}.id AND {{}})"
    )


HUNG = "SELECT id FROM taggings WHERE tag_id = :tag AND noun = :noun AND row_id = :row"


def _lent(noun: str) -> dict[str, Field]:
    tagged = f"FROM taggings x JOIN tags g ON g.id = x.tag_id WHERE x.noun = '{noun}'"
    hung = f"{tagged} AND x.row_id = {{t}}.id"
    return {
        "tag": Field(
            "tag",
            "g.key",
            shown=f"(SELECT group_concat(g.name, ', ') {hung})",
            within=f"{{t}}.id IN (SELECT x.row_id {tagged} AND {{test}})",
        )
    }


NOUN = Noun(
    "tag",
    "tags",
    {
        "tags": Part(unique=(("key",),)),
        "taggings": Part(
            {"tag_id": Parent("tag"), "row_id": Parent("", by="noun", bumps=True)},
            (("noun", "row_id", "tag_id"),),
        ),
    },
    fields={"name": Field("name", "{t}.key", shown="{t}.name")},
    lends={noun: _lent(noun) for noun in TAGGED},
)
