"""What complaints are about, and who takes them on unless somebody else is named."""

from typing import Any

from icrm_tui import users
from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import Usage
from icrm_tui.nouns import Field, Noun, Owned, Part
from icrm_tui.text import fold

LIMIT = 60


def check(name: str) -> str:
    clean = " ".join(name.split())
    if not clean or len(clean) > LIMIT:
        raise Usage("category-name", name=name, limit=LIMIT)
    return clean


def add(ctx: Context, name: str, handler: str | None = None) -> int:
    """Make a category, or give one that is there another handler; an empty one leaves it to nobody in particular."""
    clean = check(name)

    def work(tx: Tx) -> int:
        row = named(tx, clean)
        if handler is not None:
            tx.update("complaint_categories", row["id"], handler=users.known(ctx, handler) if handler else "")
        return int(row["id"])

    made: int = ctx.change("category.add", work)
    return made


def named(tx: Tx, name: str) -> Row:
    """The category of that name, made where there is none."""
    clean = check(name)
    found = tx.read("SELECT * FROM complaint_categories WHERE key = :key", key=fold(clean))
    if not found:
        made = tx.insert("complaint_categories", name=clean, key=fold(clean))
        found = tx.read("SELECT * FROM complaint_categories WHERE id = :id", id=made)
    return found[0]


def everything(ctx: Context) -> list[dict[str, Any]]:
    """All categories with their handlers, and how many complaints of each are not ended."""
    return ctx.read(
        "SELECT g.id, g.name, g.handler, (SELECT count(*) FROM complaints c WHERE c.category_id = g.id"
        " AND c.ended_at = '') AS count FROM complaint_categories g ORDER BY g.key"
    )


# --- importing -------------------------------------------------------------------------------------------

STAGED = {"key": "TEXT", "name": "TEXT"}


def staged(name: str) -> tuple[str, str]:
    """The key and name of a category that a row names; one that is too long is cut."""
    clean = check(" ".join(name.split())[:LIMIT])
    return fold(clean), clean


def publish(tx: Tx) -> None:
    """See that there is a category for each that staged rows name."""
    tx.bulk(
        "complaint_categories",
        "name, key",
        "SELECT g.name, g.key FROM stage.categories g WHERE g.seq IN (SELECT r.category FROM stage.target t"
        " JOIN stage.rows r ON r.n = t.n) ORDER BY g.seq",
        unless="key",
    )


NOUN = Noun(
    "category",
    "complaint_categories",
    {"complaint_categories": Part(unique=(("key",),))},
    fields={"name": Field("name", "{t}.key", shown="{t}.name"), "handler": Field("user", "{t}.handler")},
    columns=("name", "handler"),
    owned=(Owned("complaint_categories", "handler", "1 = 1", "NULL"),),
)
