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
        "title": Field("text", "{t}.title"),
        "since": Field("day", "{t}.since"),
        "until": Field("day", "{t}.until"),
    },
)
