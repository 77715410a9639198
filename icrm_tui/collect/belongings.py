"""Where somebody works and worked: dated, because what happened stays with the firm it happened at."""

from typing import Any

from icrm_tui.context import Context
from icrm_tui.db import Tx
from icrm_tui.nouns import Field, Noun, Parent, Part


def begin(ctx: Context, contact_id: int, company_id: int, title: str, since: str = "") -> int:
    """The contact belongs to the firm from the day `since`, empty where nobody knows; where they were is over."""

    def work(tx: Tx) -> int:
        end(ctx, contact_id)
        return tx.insert("belongings", contact_id=contact_id, customer_id=company_id, title=title, since=since)

    made: int = ctx.change("contact.move", work)
    return made


def end(ctx: Context, contact_id: int) -> None:
    """The contact leaves the firm they are at, today."""

    def work(tx: Tx) -> None:
        for row in tx.read("SELECT id FROM belongings WHERE contact_id = :id AND until = ''", id=contact_id):
            tx.update("belongings", row["id"], until=ctx.today.isoformat())

    ctx.change("contact.move", work)


def former(ctx: Context, contact_id: int) -> list[dict[str, Any]]:
    """The firms somebody was at before, the latest first."""
    rows = ctx.read(
        "SELECT b.customer_id, c.name, b.title, b.since, b.until FROM belongings b"
        " JOIN customers c ON c.id = b.customer_id WHERE b.contact_id = :id AND b.until <> ''"
        " ORDER BY b.until DESC, b.id DESC",
        id=contact_id,
    )
    return [
        {"company": row["name"], "company_id": f"co{row['customer_id']}"}
        | {key: row[key] for key in ("title", "since", "until")}
        for row in rows
    ]


# --- importing -------------------------------------------------------------------------------------------


STAGED = {"firm": "firms", "title": "TEXT", "since": "TEXT", "until": "TEXT"}


def publish(tx: Tx) -> None:
    """New contacts of a company belong to it, since nobody knows when; where they were before is over."""
    tx.bulk(
        "belongings",
        "contact_id, customer_id, title",
        "SELECT t.id AS contact_id, f.id AS customer_id, COALESCE(r.title, '') AS title FROM stage.target t"
        " JOIN stage.rows r ON r.n = t.n JOIN stage.firms f ON f.seq = r.firm WHERE t.fresh = 1 ORDER BY t.id",
    )
    tx.bulk(
        "belongings",
        "contact_id, customer_id, title, since, until",
        "SELECT t.id AS contact_id, f.id AS customer_id, b.title, b.since, b.until FROM stage.former b"
        " JOIN stage.target t ON t.n = b.n JOIN stage.firms f ON f.seq = b.firm WHERE NOT EXISTS"
        " (SELECT 1 FROM belongings x WHERE x.contact_id = t.id AND x.customer_id = f.id AND x.until = b.until)"
        " ORDER BY b.rowid DESC",
    )


def join(tx: Tx, select: str) -> None:
    """Contacts made in this change belong to the firms that SELECT pairs them with."""
    tx.bulk("belongings", "contact_id, customer_id", select)


def move(ctx: Context, tx: Tx) -> None:
    """Contacts that move (`stage.moves`) leave where they were and begin where they go, today."""
    today = ctx.today.isoformat()
    tx.revise(
        "belongings",
        ("until",),
        "SELECT b.id, :today AS until FROM stage.moves m JOIN belongings b ON b.contact_id = m.id AND b.until = ''",
        today=today,
    )
    tx.bulk(
        "belongings",
        "contact_id, customer_id, title, since",
        "SELECT m.id AS contact_id, m.dst AS customer_id, p.title, :today AS since FROM stage.moves m"
        " JOIN contacts p ON p.id = m.id ORDER BY m.id",
        today=today,
    )


NOUN = Noun(
    "belonging",
    "belongings",
    {
        "belongings": Part(
            {"contact_id": Parent("contact"), "customer_id": Parent("customer")},
            (("contact_id", "customer_id", "until"),),
        )
    },
    label="title",
    fields={
        "title": Field("raw", "{t}.title"),
        "since": Field("day", "{t}.since"),
        "until": Field("day", "{t}.until"),
    },
)
