"""One touch between us and a customer: a call, a mail, a visit."""

from typing import Any, NamedTuple

from icrm_tui.context import Context
from icrm_tui.db import Ids, Tx
from icrm_tui.errors import NotFound, Usage
from icrm_tui.nouns import Field, Noun, Parent, Part
from icrm_tui.search import Who
from icrm_tui.text import fold

CHANNELS = (
    "call", "email", "sms", "wechat", "wecom", "whatsapp", "meeting", "visit", "fair", "web", "social", "other",
)  # fmt: skip
DIRECTIONS = ("in", "out")
OUTCOMES = (
    "reached", "no-answer", "refused", "left-message", "wrong-number", "interested", "not-interested", "done",
)  # fmt: skip


class Touch(NamedTuple):
    """What is logged; `at` is an instant as the store keeps it, empty for now; `by` whoever it was, empty for me."""

    text: str
    channel: str = "other"
    direction: str = "out"
    at: str = ""
    outcome: str = ""
    subject: str = ""
    link: str = ""
    by: str = ""


def check(touch: Touch) -> None:
    for field, value, choices in (
        ("channel", touch.channel, CHANNELS),
        ("direction", touch.direction, DIRECTIONS),
        ("outcome", touch.outcome, ("", *OUTCOMES)),
    ):
        if value not in choices:
            raise Usage("choice", field=field, value=value, choices=", ".join(filter(None, choices)))
    if not touch.text.strip() and not touch.subject.strip():
        raise Usage("text-empty")


def add(ctx: Context, who: Who, touch: Touch) -> int:
    """Log a touch with a customer and, where it was a person, the contact."""
    check(touch)

    def work(tx: Tx) -> int:
        return tx.insert(
            "interactions",
            customer_id=who.customer_id,
            contact_id=who.contact_id,
            channel=touch.channel,
            dir=touch.direction,
            at=touch.at or ctx.stamp,
            subject=touch.subject.strip(),
            body=touch.text.strip(),
            body_key=fold(f"{touch.subject} {touch.text}"),
            who=touch.by or ctx.user,
            outcome=touch.outcome,
            link=touch.link.strip(),
        )

    made: int = ctx.change("interaction.add", work)
    return made


def show(ctx: Context, interaction_id: int) -> dict[str, Any]:
    """The touch's record, as JSON gives it."""
    found = ctx.read("SELECT * FROM interactions WHERE id = :id", id=interaction_id)
    if not found:
        raise NotFound("not-found", noun="interaction", id=f"i{interaction_id}")
    row = found[0]
    keys = ("channel", "dir", "at", "subject", "outcome", "link", "who", "rev")
    contact = f"p{row['contact_id']}" if row["contact_id"] else ""
    return {"id": f"i{interaction_id}", "contact": contact, "text": row["body"], **{key: row[key] for key in keys}}


def derive_customers(tx: Tx, ids: Ids) -> None:
    """How often and when last we were in touch with these customers."""
    _derive(tx, "customer", ids)


def derive_contacts(tx: Tx, ids: Ids) -> None:
    _derive(tx, "contact", ids)


def _derive(tx: Tx, noun: str, ids: Ids) -> None:
    tx.derived(f"DELETE FROM {noun}_stats WHERE {noun}_id IN {ids}")
    tx.derived(
        f"INSERT INTO {noun}_stats ({noun}_id, touches, last_at) SELECT {noun}_id, count(*), max(at)"
        f" FROM interactions WHERE {noun}_id IN {ids} GROUP BY {noun}_id"
    )


NOUN = Noun(
    "interaction",
    "interactions",
    {"interactions": Part({"customer_id": Parent("customer"), "contact_id": Parent("contact")})},
    prefix="i",
    label="subject",
    fields={
        "at": Field("instant", "{t}.at"),
        "channel": Field("choice", "{t}.channel", choices=CHANNELS),
        "direction": Field("choice", "{t}.dir", choices=DIRECTIONS),
        "outcome": Field("choice", "{t}.outcome", choices=OUTCOMES),
        "who": Field("user", "{t}.who"),
        "text": Field("text", "{t}.body_key", shown="{t}.body"),
    },
    timeline="SELECT customer_id, contact_id, at, 'interaction' AS noun, id AS row_id, id, channel, dir, outcome, who,"
    " CASE WHEN subject = '' THEN body ELSE subject || ': ' || body END AS text FROM interactions",
)
