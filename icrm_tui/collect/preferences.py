"""What somebody likes, avoids or always does: dated facts, with where we know them from."""

from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import Usage
from icrm_tui.nouns import Field, Noun, Parent, Part
from icrm_tui.text import fold


def add(ctx: Context, contact_id: int, text: str, origin: str = "") -> int:
    """The same fact told twice is kept once."""
    clean = text.strip()
    if not clean:
        raise Usage("text-empty")

    def work(tx: Tx) -> int:
        held = tx.read(
            "SELECT id FROM preferences WHERE contact_id = :id AND text_key = :key",
            id=contact_id,
            key=fold(clean),
        )
        if held:
            return int(held[0]["id"])
        return tx.insert(
            "preferences",
            contact_id=contact_id,
            text=clean,
            text_key=fold(clean),
            origin=origin.strip() or ctx.user,
            at=ctx.stamp,
        )

    made: int = ctx.change("contact.prefer", work)
    return made


def of(ctx: Context, contact_id: int) -> list[Row]:
    return ctx.read(
        "SELECT text, origin, at FROM preferences WHERE contact_id = :id ORDER BY at DESC, id DESC",
        id=contact_id,
    )


# --- importing -------------------------------------------------------------------------------------------

STAGED = {"text": "TEXT", "text_key": "TEXT", "origin": "TEXT", "at": "TEXT"}


def publish(tx: Tx) -> None:
    """Note the staged facts that are not known of the contact yet."""
    tx.bulk(
        "preferences",
        "contact_id, text, text_key, origin, at",
        "SELECT t.id AS contact_id, min(f.text) AS text, f.text_key, min(f.origin) AS origin, min(f.at) AS at"
        " FROM stage.preferences f JOIN stage.target t ON t.n = f.n WHERE NOT EXISTS (SELECT 1 FROM preferences x"
        " WHERE x.contact_id = t.id AND x.text_key = f.text_key) GROUP BY t.id, f.text_key ORDER BY min(f.rowid) DESC",
    )


NOUN = Noun(
    "preference",
    "preferences",
    {"preferences": Part({"contact_id": Parent("contact", bumps=True)}, (("contact_id", "text_key"),))},
    label="text",
    lends={
        "contact": {
            "preference": Field(
                "text",
                "f.text_key",
                shown="(SELECT group_concat(f.text, '; ') FROM preferences f WHERE f.contact_id = {t}.id)",
                within="{t}.id IN (SELECT f.contact_id FROM preferences f WHERE {test})",
            )
        }
    },
)
