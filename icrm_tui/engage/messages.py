"""The outbox: what is to be sent, what was, and what nobody knows of.

A message is `sending` before it is handed over and `sent` once the server has taken it. One found `sending` by who
holds the lock of the outbox was left there by a crash: it is `unknown` and asks a person, for nothing is sent twice.
What happened outside the store no undo takes back (`nouns.LASTING`).
"""

import uuid
from typing import Any

from icrm_tui import addresses, dates
from icrm_tui.addresses import Address
from icrm_tui.collect import interactions
from icrm_tui.collect.interactions import Touch
from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.engage import messages_rules as rules
from icrm_tui.engage.messages_rules import KINDS, Message
from icrm_tui.errors import NotFound, Refused, Usage
from icrm_tui.nouns import Field, Noun, Parent, Part
from icrm_tui.search import Who
from icrm_tui.text import fold

__all__ = ["KINDS", "Message"]

# --- queueing --------------------------------------------------------------------------------------------


def add(ctx: Context, who: Who, message: Message) -> int:
    """Queue a mail to a customer. Refused where they said no to mail, or must have said yes and did not."""
    rules.check(message)

    def work(tx: Tx) -> int:
        if known := _once(ctx, message.once):
            return known
        if why := _barred(ctx, who.contact_id, message.kind):
            raise Refused(rules.BARRED[why], name=who.name)
        thread = _thread(ctx, who, message)
        return _queue(ctx, tx, message, Address(who.name, _address(ctx, who, message.to)), who, **thread)

    made: int = ctx.change("message.add", work)
    return made


def notify(ctx: Context, user: str, message: Message) -> int | None:
    """Queue a mail to somebody who works here; None where no address of theirs is known."""
    rules.check(message)

    def work(tx: Tx) -> int | None:
        if known := _once(ctx, message.once):
            return known
        found = ctx.read("SELECT name, full_name, email FROM users WHERE key = :key AND active = 1", key=fold(user))
        if not found or not addresses.plain(found[0]["email"]):
            return None
        to = Address(found[0]["full_name"] or found[0]["name"], found[0]["email"])
        return _queue(ctx, tx, message._replace(kind="notice"), to, None)

    made: int | None = ctx.change("message.add", work)
    return made


def _queue(ctx: Context, tx: Tx, message: Message, to: Address, who: Who | None, **thread: Any) -> int:
    subject = rules.head(message.subject) or thread.pop("subject", "")
    if not subject:
        raise Usage("message-subject")
    thread.pop("subject", "")
    return tx.insert(
        "messages",
        customer_id=who.customer_id if who else None,
        contact_id=who.contact_id if who else None,
        about_noun=message.about[0] if message.about else "",
        about_id=message.about[1] if message.about else None,
        kind=message.kind,
        name=rules.head(to.name),
        address=to.address,
        subject=subject,
        subject_key=fold(subject),
        body=rules.body(message.text),
        state="queued",
        once=message.once,
        next_at=message.after or ctx.stamp,
        queued_at=ctx.stamp,
        who=ctx.user,
        **thread,
    )


def _once(ctx: Context, once: str) -> int | None:
    found = ctx.read("SELECT id FROM messages WHERE once = :once", once=once) if once else []
    return int(found[0]["id"]) if found else None


def _address(ctx: Context, who: Who, said: str) -> str:
    """Where it goes: as said, else the contact's main address."""
    if said:
        if not addresses.plain(said):
            raise Usage("email-invalid", value=said)
        return said
    found = ctx.read(
        "SELECT value FROM channels WHERE contact_id = :id AND kind = 'email' AND doubtful = 0 ORDER BY main DESC, id",
        id=who.contact_id,
    )
    for row in found:
        value = str(row["value"]).removeprefix("mailto:")
        if addresses.plain(value):
            return value
    raise Refused("message-nowhere", name=who.name)


def _barred(ctx: Context, contact_id: int | None, kind: str) -> str:
    """Why nobody may write to them; empty where one may."""
    found = ctx.read("SELECT allowed FROM consents WHERE contact_id = :id AND channel = 'email'", id=contact_id)
    return rules.barred(kind, bool(found[0]["allowed"]) if found else None)


def _thread(ctx: Context, who: Who, message: Message) -> dict[str, Any]:
    """What it answers: the last mail that came about the same, and its subject."""
    if message.about is None:
        return {}
    noun, row_id = message.about
    if noun == "complaint":
        about = ctx.read("SELECT ref, customer_id, what FROM complaints WHERE id = :id", id=row_id)
        if not about or about[0]["customer_id"] not in (None, who.customer_id):
            raise Refused("message-other", ref=about[0]["ref"] if about else "", name=who.name)
    came = ctx.read(
        "SELECT message_id, thread, subject FROM mails WHERE about_noun = :noun AND about_id = :id AND message_id <> ''"
        " ORDER BY id DESC LIMIT 1",
        noun=noun,
        id=row_id,
    )
    if came:
        subject = rules.answering(rules.head(came[0]["subject"])) if came[0]["subject"] else ""
        return {"answers": came[0]["message_id"], "thread": came[0]["thread"], "subject": subject}
    return {"subject": rules.head(f"{about[0]['what']} [{about[0]['ref']}]")} if noun == "complaint" else {}


# --- what a person decides -------------------------------------------------------------------------------

# move → the states it can be made from
MOVES = {
    "sent": ("queued", "unknown", "failed", "returned"),
    "retry": ("unknown", "failed", "returned", "dropped"),
    "drop": ("queued", "unknown", "failed", "returned"),
}


def went(ctx: Context, message_id: int) -> None:
    """It has reached them: the server's log says so, or it went by another way."""

    def work(tx: Tx) -> None:
        _sent(ctx, tx, _may(ctx, message_id, "sent"))

    ctx.change("message.went", work)


def retry(ctx: Context, message_id: int) -> None:
    """Send it again, at the next chance."""

    def work(tx: Tx) -> None:
        row = _may(ctx, message_id, "retry")
        if why := _barred(ctx, row["contact_id"], row["kind"]):
            raise Refused(rules.BARRED[why], name=row["name"])
        tx.update("messages", message_id, state="queued", why="", tries=0, next_at=ctx.stamp, queued_at=ctx.stamp)

    ctx.change("message.retry", work)


def drop(ctx: Context, message_id: int) -> None:
    """It need not go any more."""

    def work(tx: Tx) -> None:
        _may(ctx, message_id, "drop")
        tx.update("messages", message_id, state="dropped")

    ctx.change("message.drop", work)


def _may(ctx: Context, message_id: int, move: str) -> Row:
    row = get(ctx, message_id)
    if row["state"] not in MOVES[move]:
        raise Refused("message-state", id=f"m{message_id}", state=row["state"])
    return row


# --- sending: called by who holds the lock of the outbox, as the program ---------------------------------


def due(ctx: Context, most: int = 1_000_000) -> list[Row]:
    """What is to be sent now, the longest due first."""
    return ctx.read(
        "SELECT id, name, address, subject FROM messages WHERE state = 'queued' AND next_at <= :now"
        " ORDER BY next_at, id LIMIT :most",
        now=ctx.stamp,
        most=most,
    )


def left(ctx: Context) -> list[Row]:
    """What is `sending`: under the lock, what a crash has left so."""
    return ctx.read("SELECT id, name, address, subject FROM messages WHERE state = 'sending' ORDER BY id")


def doubt(ctx: Context, message_id: int) -> bool:
    """Nobody knows whether it went. False where that was found before."""

    def work(tx: Tx) -> bool:
        standing = get(ctx, message_id)["state"] == "sending"
        return standing and tx.update("messages", message_id, state="unknown", why="crash", answer="")

    doubted: bool = ctx.change("message.doubt", work)
    return doubted


def claim(ctx: Context, message_id: int, sender: Address) -> Row | None:
    """The message, `sending` from now on; None where it is not to be sent, or not any more."""

    def work(tx: Tx) -> bool:
        row = get(ctx, message_id)
        if row["state"] != "queued" or row["next_at"] > ctx.stamp:
            return False
        if why := _barred(ctx, row["contact_id"], row["kind"]):
            tx.update("messages", message_id, state="failed", why=why, answer="")
            return False
        named = row["message_id"] or rules.new_id(sender, uuid.uuid4().hex)
        return tx.update("messages", message_id, row["rev"], state="sending", message_id=named, why="", answer="")

    with ctx.connection.lasting():
        claimed: bool = ctx.change("message.sending", work)
    return get(ctx, message_id) if claimed else None


def settle(ctx: Context, message_id: int, state: str, answer: str) -> str:
    """What became of it, by the server's word: sent, later, failed or unknown. The state it has now."""

    def work(tx: Tx) -> str:
        row = get(ctx, message_id)
        if state == "sent":
            _sent(ctx, tx, row, answer)
            return state
        if row["state"] != "sending":
            return str(row["state"])
        why = "line" if state == "unknown" else "server"
        kept: dict[str, Any] = {"state": state, "answer": answer, "tries": row["tries"] + 1, "why": why}
        if state == "later":
            over = dates.stamp(ctx.now - rules.GIVEN_UP) >= row["queued_at"]
            kept |= {"state": "failed", "why": "gave-up"} if over else _again(ctx, kept["tries"])
        tx.update("messages", message_id, **kept)
        return str(kept["state"])

    became: str = ctx.change("message.settle", work)
    return became


def hold(ctx: Context, answer: str) -> int:
    """The server cannot be used: what is due waits, longer each time. How many those are."""

    def work(tx: Tx) -> int:
        waiting = "FROM messages WHERE state = 'queued' AND next_at <= :now"
        most = ctx.read(f"SELECT max(tries) AS tries {waiting}", now=ctx.stamp)[0]["tries"]
        if most is None:
            return 0
        return tx.revise(
            "messages",
            ("tries", "next_at", "why", "answer"),
            f"SELECT id, tries + 1 AS tries, :next AS next_at, 'server' AS why, :answer AS answer {waiting}",
            now=ctx.stamp,
            next=dates.stamp(ctx.now + rules.pause(most + 1)),
            answer=answer,
        )

    held: int = ctx.change("message.hold", work)
    return held


def bounced(ctx: Context, message_id: int, answer: str) -> bool:
    """It came back. Called by mails, in the change that takes the bounce in; what is over stays as it is."""

    def work(tx: Tx) -> bool:
        if get(ctx, message_id)["state"] not in ("sent", "unknown", "sending"):
            return False
        return tx.update("messages", message_id, state="returned", why="bounced", answer=rules.harmless(answer))

    changed: bool = ctx.change("message.bounced", work)
    return changed


def _again(ctx: Context, tries: int) -> dict[str, str]:
    return {"state": "queued", "next_at": dates.stamp(ctx.now + rules.pause(tries))}


def _sent(ctx: Context, tx: Tx, row: Row, answer: str = "") -> None:
    """It has gone: a touch with the customer, where somebody wrote to them."""
    if row["state"] == "sent":
        return
    logged = row["interaction_id"]
    if row["customer_id"] is not None and row["kind"] in rules.PERSONAL and logged is None:
        who = Who(row["customer_id"], row["contact_id"], row["name"])
        touch = Touch(row["body"], "email", "out", subject=row["subject"], by=row["who"])
        logged = interactions.add(ctx, who, touch)
    tx.update("messages", row["id"], state="sent", sent_at=ctx.stamp, why="", answer=answer, interaction_id=logged)
    tx.emit("message.sent", [row["id"]])


# --- reading ---------------------------------------------------------------------------------------------


def get(ctx: Context, message_id: int) -> Row:
    found = ctx.read("SELECT * FROM messages WHERE id = :id", id=message_id)
    if not found:
        raise NotFound("not-found", noun="message", id=f"m{message_id}")
    return found[0]


def show(ctx: Context, message_id: int) -> dict[str, Any]:
    """The message's record, as JSON gives it."""
    row = get(ctx, message_id)
    who = f"p{row['contact_id']}" if row["contact_id"] else f"co{row['customer_id']}" if row["customer_id"] else ""
    keys = ("name", "kind", "subject", "state", "why", "answer", "tries")
    return {
        "id": f"m{message_id}",
        "who": who,
        "receiver": row["address"],
        **{key: row[key] for key in keys},
        "about": _about(ctx, row),
        "next": row["next_at"] if row["state"] == "queued" else "",
        "queued": row["queued_at"],
        "sent": row["sent_at"],
        "message_id": row["message_id"],
        "written_by": row["who"],
        "text": row["body"],
        "rev": row["rev"],
    }


def _about(ctx: Context, row: Row) -> str:
    if row["about_noun"] != "complaint":
        return ""
    return str(ctx.read("SELECT ref FROM complaints WHERE id = :id", id=row["about_id"])[0]["ref"])


NOUN = Noun(
    "message",
    "messages",
    {
        "messages": Part(
            {
                "customer_id": Parent("customer"),
                "contact_id": Parent("contact"),
                "about_id": Parent("", by="about_noun"),
                "interaction_id": Parent("interaction"),
            }
        )
    },
    prefix="m",
    label="subject",
    fields={
        "receiver": Field("raw", "{t}.address"),
        "name": Field("raw", "{t}.name"),
        "subject": Field("text", "{t}.subject_key", shown="{t}.subject"),
        "kind": Field("choice", "{t}.kind", choices=KINDS),
        "state": Field("choice", "{t}.state", choices=rules.STATES),
        "why": Field("choice", "{t}.why", choices=rules.WHYS),
        "answer": Field("raw", "{t}.answer"),
        "tries": Field("number", "{t}.tries"),
        "written_by": Field("user", "{t}.who"),
        "next": Field("instant", "{t}.next_at"),
        "queued": Field("instant", "{t}.queued_at"),
        "sent": Field("instant", "{t}.sent_at"),
        "done": Field("flag", f"CASE WHEN {{t}}.state IN {rules.OVER} THEN 1 ELSE 0 END"),
    },
    hides=("done",),
    order="queued",
    columns=("state", "receiver", "subject", "why", "answer", "queued", "written_by"),
)
