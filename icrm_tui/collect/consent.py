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


# --- importing -------------------------------------------------------------------------------------------

STAGED = {"channel": "TEXT", "allowed": "INTEGER", "origin": "TEXT", "at": "TEXT"}


def publish(tx: Tx) -> None:
    """What a file says of consent: a no is kept whoever said yes before, and no yes lifts a no."""
    said = (
        "SELECT d.contact_id, d.channel, d.allowed, d.origin, d.at FROM (SELECT t.id AS contact_id, s.channel,"
        " s.allowed, s.origin, s.at,"
        " row_number() OVER (PARTITION BY t.id, s.channel ORDER BY s.allowed, s.rowid) AS nth"
        " FROM stage.consents s JOIN stage.target t ON t.n = s.n) AS d WHERE d.nth = 1"
    )
    tx.revise(
        "consents",
        ("allowed", "origin", "at"),
        f"SELECT x.id, 0 AS allowed, f.origin, f.at FROM ({said}) AS f JOIN consents x"
        " ON x.contact_id = f.contact_id AND x.channel = f.channel WHERE f.allowed = 0 AND x.allowed = 1",
    )
    tx.derived(
        "INSERT INTO stage.doubts (line, name, field, code, value)"
        " SELECT r.line, r.name, 'optin.' || s.channel, :code, s.channel FROM stage.consents s"
        " JOIN stage.target t ON t.n = s.n JOIN stage.rows r ON r.n = s.n"
        " JOIN consents x ON x.contact_id = t.id AND x.channel = s.channel WHERE s.allowed = 1 AND x.allowed = 0",
        code="import-optin",
    )
    tx.bulk("consents", "contact_id, channel, allowed, origin, at", said, unless="contact_id, channel")


def _said(allowed: int) -> Field:
    said = f"FROM consents s WHERE s.allowed = {allowed}"
    return Field(
        "choice",
        "s.channel",
        shown=f"(SELECT group_concat(s.channel, ', ') {said} AND s.contact_id = {{t}}.id)",
        within=f"{{t}}.id IN (SELECT s.contact_id {said} AND {{test}})",
        choices=KINDS,
    )


NOUN = Noun(
    "consent",
    "consents",
    {"consents": Part({"contact_id": Parent("contact", bumps=True)}, (("contact_id", "channel"),))},
    label="channel",
    lends={"contact": {"optin": _said(1), "optout": _said(0)}},
)
