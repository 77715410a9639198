"""May we write to them? A yes or no for each way of reaching somebody, with its date and where it came from."""

from typing import Any

from icrm_tui.collect.channels import KINDS
from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import Usage
from icrm_tui.nouns import Field, Noun, Parent, Part


def give(ctx: Context, contact_id: int, channel: str, allowed: bool, origin: str = "") -> int:
    """Record what the contact said; the latest word counts and the earlier stays in the history."""
    if channel not in KINDS:
        raise Usage("channel-kind", kind=channel, kinds=", ".join(KINDS))

    def work(tx: Tx) -> int:
        held = tx.read(
            "SELECT id, allowed, origin FROM consents WHERE contact_id = :id AND channel = :channel",
            id=contact_id,
            channel=channel,
        )
        kept: dict[str, Any] = {"allowed": int(allowed), "origin": origin.strip()}
        if not held:
            return tx.insert("consents", contact_id=contact_id, channel=channel, at=ctx.stamp, **kept)
        if held[0]["allowed"] != kept["allowed"] or held[0]["origin"] != kept["origin"]:
            tx.update("consents", held[0]["id"], at=ctx.stamp, **kept)
        return int(held[0]["id"])

    made: int = ctx.change("contact.consent", work)
    return made


def join(ctx: Context, src: int, dst: int) -> None:
    """Before `src` becomes part of `dst`: a no said by either stands, as it was said."""

    def work(tx: Tx) -> None:
        for said in tx.read(
            "SELECT y.id, n.origin, n.at FROM consents n JOIN consents y ON y.channel = n.channel"
            " WHERE n.contact_id = :src AND y.contact_id = :dst AND n.allowed = 0 AND y.allowed = 1",
            src=src,
            dst=dst,
        ):
            tx.update("consents", said["id"], allowed=0, origin=said["origin"], at=said["at"])

    ctx.change("contact.consent", work)


def of(ctx: Context, contact_id: int) -> list[Row]:
    return ctx.read(
        "SELECT channel, allowed, origin, at FROM consents WHERE contact_id = :id ORDER BY channel",
        id=contact_id,
    )


def _said(allowed: int) -> Field:
    where = f"FROM consents s WHERE s.contact_id = {{t}}.id AND s.allowed = {allowed}"
    return Field(
        "choice",
        "s.channel",
        shown=f"(SELECT group_concat(s.channel, ', ') {where})",
        within=f"EXISTS (SELECT 1 {where} AND {{test}})",
        choices=KINDS,
    )


NOUN = Noun(
    "consent",
    "consents",
    {"consents": Part({"contact_id": Parent("contact", bumps=True)}, (("contact_id", "channel"),))},
    label="channel",
    lends={"contact": {"optin": _said(1), "optout": _said(0)}},
)
