"""Mail that came in: whose it is, what it belongs to, and what was kept aside and why.

Nothing a mail says makes anything happen: it is noted where its thread or its sender belong, once, and no more.
"""

from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from icrm_tui import addresses, config
from icrm_tui.addresses import Address
from icrm_tui.collect import channels, contacts, interactions
from icrm_tui.collect.formats import mail as reading
from icrm_tui.collect.formats.mail import Mail, Unreadable
from icrm_tui.collect.interactions import Touch
from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.engage import messages
from icrm_tui.errors import Constraint, NotFound, Nothing, Refused
from icrm_tui.listen import complaints
from icrm_tui.listen import complaints_rules as rules_of_complaints
from icrm_tui.listen import mails_rules as rules
from icrm_tui.listen.complaints_rules import Complaint
from icrm_tui.listen.mails_kept import keep
from icrm_tui.nouns import Field, Noun, Parent, Part
from icrm_tui.search import Who
from icrm_tui.text import fold


class Received(NamedTuple):
    """What became of a mail; `known` where it had come before. `about` is a complaint's reference or a touch."""

    id: int
    state: str
    why: str
    about: str
    known: bool = False


class Belonging(NamedTuple):
    """Whose a mail is and, where its thread is about a complaint that goes on, which."""

    who: Who | None
    complaint: Row | None
    stranger: bool = False  # who wrote is not known to belong there


# --- receiving -------------------------------------------------------------------------------------------


def receive(ctx: Context, stream: BinaryIO, kind: str = "") -> Received:
    """Take in one mail. With `kind` one that belongs to no open complaint opens one of that kind.

    Nothing (`mail-none`) only where nothing came. What cannot be read is kept in a file beside the store.
    """
    if kind:
        rules_of_complaints.choice("kind", kind, rules_of_complaints.KINDS)
    raw = stream.read(reading.LARGEST + 1)
    if not raw.strip():
        raise Nothing("mail-none")
    if len(raw) > reading.LARGEST:
        path, key, size = keep(ctx, raw, stream)
        return _aside(ctx, raw, key, path, size, "oversize")
    try:
        mail = reading.read(raw)
    except Unreadable as reason:
        path, key, size = keep(ctx, raw, stream)
        return _aside(ctx, raw, key, path, size, str(reason))
    return _read(ctx, mail, len(raw), kind)


def _read(ctx: Context, mail: Mail, size: int, kind: str) -> Received:
    program = ctx.program()

    def work(tx: Tx) -> list[Any]:
        if known := _known(program, mail.key):
            return known
        if mail.auto:
            return _automatic(program, tx, mail, size)
        return _personal(program, tx, mail, size, kind, ctx.user)

    return Received(*program.change("mail.add", work))


def _known(ctx: Context, key: str) -> list[Any] | None:
    found = ctx.read("SELECT * FROM mails WHERE key = :key", key=key)
    return [found[0]["id"], found[0]["state"], found[0]["why"], _about(ctx, found[0]), True] if found else None


def _automatic(ctx: Context, tx: Tx, mail: Mail, size: int) -> list[Any]:
    """No person wrote it: it is no touch, makes nobody a customer, and is never answered."""
    sender = _sender(ctx, mail.sender.address)
    values: dict[str, Any] = {"state": "automatic", "why": mail.auto, **_whose(sender)}
    if mail.bounce:
        values |= {"state": "bounce", "why": ""}
        found = ctx.read(
            "SELECT id, address, customer_id, contact_id FROM messages WHERE message_id = :id AND message_id <> ''",
            id=mail.bounce.message_id,
        )
        if found:
            row = found[0]
            messages.bounced(ctx, row["id"], mail.bounce.words)
            values |= {"about_noun": "message", "about_id": row["id"]}
            values |= {"customer_id": row["customer_id"], "contact_id": row["contact_id"]}
    return _insert(ctx, tx, mail, size, values)


def _personal(ctx: Context, tx: Tx, mail: Mail, size: int, kind: str, user: str) -> list[Any]:
    """Somebody wrote: to whom it belongs it is logged, with the complaint it is about."""
    outward = fold(mail.sender.address) in _ours(ctx)
    if outward and mail.answer_to and fold(mail.answer_to.address) not in _ours(ctx):
        mail, outward = mail._replace(sender=mail.answer_to), False  # what a form on our own site sends
    found = _belonging(ctx, mail, outward)
    if found.who is None and outward:
        return _insert(ctx, tx, mail, size, {"state": "aside", "why": "ours"})
    who = found.who or _lead(ctx, mail.sender, user)
    text, complaint = rules.said(mail, found.stranger), found.complaint
    at = rules.written(mail.at, ctx.now)
    touch = Touch(text, "email", "out" if outward else "in", at, subject=mail.subject, by=_author(ctx, mail, outward))
    logged = interactions.add(ctx, who, touch)
    about = {"about_noun": "interaction", "about_id": logged}
    if complaint is None and kind and not outward:
        said = "\n".join(filter(None, (mail.subject, text)))
        owner = "" if who.customer_id and _served(ctx, who.customer_id) else user
        complaint = complaints.get(ctx, complaints.add(ctx, who, Complaint(said, kind, channel="email", owner=owner)))
        about = {"about_noun": "complaint", "about_id": complaint["id"]}
    elif complaint is not None:
        _append(ctx, complaint, text, touch.by, outward)
        about = {"about_noun": "complaint", "about_id": complaint["id"]}
    values = {"state": "taken", "interaction_id": logged, **about, **_whose(who)}
    return _insert(ctx, tx, mail, size, values)


def _append(ctx: Context, complaint: Row, text: str, by: str, outward: bool) -> None:
    """It stands with the complaint; one that waited for the customer waits no more."""
    complaints.wrote(ctx, complaint["id"], "replied" if outward else "wrote", text, by)


def _insert(ctx: Context, tx: Tx, mail: Mail, size: int, values: dict[str, Any]) -> list[Any]:
    mail_id = tx.insert(
        "mails",
        key=mail.key,
        message_id=mail.message_id,
        thread=" ".join(mail.thread),
        name=mail.sender.name,
        address=mail.sender.address,
        subject=mail.subject,
        subject_key=fold(mail.subject),
        body=mail.text,
        files="\n".join(mail.files),
        size=size,
        at=rules.written(mail.at, ctx.now),
        came_at=ctx.stamp,
        **values,
    )
    row = get(ctx, mail_id)
    return [mail_id, row["state"], row["why"], _about(ctx, row)]


# --- whose it is -----------------------------------------------------------------------------------------


def _belonging(ctx: Context, mail: Mail, outward: bool) -> Belonging:
    """By its thread, where who writes belongs there or is nobody else's customer; else by who writes."""
    sender = _written_to(ctx, mail) if outward else _sender(ctx, mail.sender.address)
    thread = _thread(ctx, mail)
    if thread is None or thread["customer_id"] is None:
        return Belonging(sender, None)
    if sender is not None and sender.customer_id != thread["customer_id"]:
        return Belonging(sender, None)
    complaint = complaints.get(ctx, thread["about_id"]) if thread["about_noun"] == "complaint" else None
    goes_on = complaint is not None and complaint["ended_at"] == "" and not complaint["archived"]
    who = sender or Who(thread["customer_id"], None, thread["name"])
    return Belonging(who, complaint if goes_on else None, sender is None and not outward)


def _thread(ctx: Context, mail: Mail) -> Row | None:
    """The nearest mail it answers that we sent or got: whose it was, and what about."""
    for message_id in reversed(mail.thread):
        for table in ("messages", "mails"):
            found = ctx.read(
                "SELECT x.customer_id, x.about_noun, x.about_id, c.name FROM"
                f" {table} x LEFT JOIN customers c ON c.id = x.customer_id WHERE x.message_id = :id ORDER BY x.id DESC",
                id=message_id,
            )
            if found:
                return found[0]
    return None


HOLDER = """SELECT p.customer_id, p.id, p.name FROM channels c JOIN contacts p ON p.id = c.contact_id
 WHERE c.kind = 'email' AND c.key = :key AND p.archived = 0 AND p.merged_into IS NULL ORDER BY c.ident DESC, c.id"""
FIRM = """SELECT c.id, c.name FROM companies o JOIN customers c ON c.id = o.id WHERE o.domain = :domain
 AND c.archived = 0 AND c.merged_into IS NULL LIMIT 2"""


def _sender(ctx: Context, address: str) -> Who | None:
    """The contact with this address; of several the one it identifies, else the first."""
    found = ctx.read(HOLDER, key=fold(address))
    return Who(found[0]["customer_id"], found[0]["id"], found[0]["name"]) if found else None


def _written_to(ctx: Context, mail: Mail) -> Who | None:
    """The first customer among those a mail of ours went to."""
    return next((who for one in mail.to if (who := _sender(ctx, one.address))), None)


def _lead(ctx: Context, sender: Address, user: str) -> Who:
    """Somebody new: at the firm whose domain they write from, else a customer of their own."""
    values = {"source": "email", "owner": user}
    domain = addresses.domain(sender.address)
    firms = ctx.read(FIRM, domain=domain) if rules.firm(domain) else []
    if len(firms) == 1:
        values["company"] = firms[0]["name"]
    channel = channels.read("email", sender.address, "")
    name = rules.called(sender)
    try:
        contact_id = contacts.add(ctx, contacts.Contact(name, values, (channel,)))
    except Refused as error:
        if error.code != "channel-taken":
            raise
        raise Constraint("constraint", detail=error.code) from error  # another mail was faster: look again
    return Who(contacts.get(ctx, contact_id)["customer_id"], contact_id, name)


def _ours(ctx: Context) -> set[str]:
    """The addresses we write from."""
    own = addresses.read(config.load().get("mail_from", ""))
    users = {fold(row["email"]) for row in ctx.read("SELECT email FROM users WHERE email <> ''")}
    return users | ({fold(own.address)} if own else set())


def _author(ctx: Context, mail: Mail, outward: bool) -> str:
    """Who of us wrote it, where that can be told."""
    found = ctx.read("SELECT name, email FROM users WHERE email <> ''") if outward else []
    return next((str(row["name"]) for row in found if fold(row["email"]) == fold(mail.sender.address)), "")


def _served(ctx: Context, customer_id: int) -> bool:
    found = ctx.read("SELECT service_owner FROM customers WHERE id = :id", id=customer_id)
    return bool(found and found[0]["service_owner"])


def _whose(who: Who | None) -> dict[str, int | None]:
    return {"customer_id": who.customer_id, "contact_id": who.contact_id} if who else {}


# --- kept aside ------------------------------------------------------------------------------------------


def _aside(ctx: Context, raw: bytes, key: str, path: Path, size: int, why: str) -> Received:
    program = ctx.program()
    sender, subject = reading.named_by(raw)

    def work(tx: Tx) -> list[Any]:
        if known := _known(program, key):
            return known
        values: dict[str, Any] = {"state": "aside", "why": why, "kept": str(path)}
        mail = Mail(key, "", (), sender, None, (), subject, "", "", (), "", None)
        return _insert(program, tx, mail, size, values)

    return Received(*program.change("mail.add", work))


def take(ctx: Context, mail_id: int, who: Who) -> int:
    """Log a mail with a customer after all, that was kept aside or came by itself; the touch it became."""

    def work(tx: Tx) -> int:
        row = get(ctx, mail_id)
        if row["state"] == "taken":
            raise Refused("mail-taken", id=f"e{mail_id}")
        names = "\n".join(f"[{name}]" for name in row["files"].splitlines())
        text = "\n".join(filter(None, (rules.fresh(row["body"])[: rules.TEXT], names)))
        subject = row["subject"] or row["address"] or Path(row["kept"]).name
        logged = interactions.add(ctx, who, Touch(text, "email", "in", row["at"], subject=subject, link=row["kept"]))
        about: dict[str, Any] = {"about_noun": "interaction", "about_id": logged, "interaction_id": logged}
        tx.update("mails", mail_id, state="taken", why="", **about, **_whose(who))
        return logged

    made: int = ctx.change("mail.take", work)
    return made


def archive(ctx: Context, mail_id: int, archived: bool = True) -> bool:
    """Hide one that was looked at, or bring it back."""
    get(ctx, mail_id)
    changed: bool = ctx.change(
        "mail.archive" if archived else "mail.unarchive",
        lambda tx: tx.update("mails", mail_id, archived=int(archived)),
    )
    return changed


def on_sent(ctx: Context, ids: list[int]) -> None:
    """A mail about a complaint has gone: that stands with the complaint."""
    for message_id in ids:
        row = messages.get(ctx, message_id)
        if row["about_noun"] == "complaint":
            complaints.wrote(ctx, row["about_id"], "replied", row["body"], row["who"])


# --- reading ---------------------------------------------------------------------------------------------


def get(ctx: Context, mail_id: int) -> Row:
    found = ctx.read("SELECT * FROM mails WHERE id = :id", id=mail_id)
    if not found:
        raise NotFound("not-found", noun="mail", id=f"e{mail_id}")
    return found[0]


def _about(ctx: Context, row: Row) -> str:
    """What it became, as that is written."""
    if row["about_noun"] == "complaint":
        return str(complaints.get(ctx, row["about_id"])["ref"])
    return {"interaction": "i", "message": "m"}.get(row["about_noun"], "") + str(row["about_id"] or "")


def show(ctx: Context, mail_id: int) -> dict[str, Any]:
    """The mail's record, as JSON gives it."""
    row = get(ctx, mail_id)
    who = f"p{row['contact_id']}" if row["contact_id"] else f"co{row['customer_id']}" if row["customer_id"] else ""
    return {
        "id": f"e{mail_id}",
        "who": who,
        "name": row["name"],
        "sender": row["address"],
        "subject": row["subject"],
        "state": row["state"],
        "why": row["why"],
        "about": _about(ctx, row),
        "at": row["at"],
        "came": row["came_at"],
        "files": row["files"].splitlines(),
        "size": row["size"],
        "kept": row["kept"],
        "message_id": row["message_id"],
        "archived": bool(row["archived"]),
        "text": row["body"],
        "rev": row["rev"],
    }


NOUN = Noun(
    "mail",
    "mails",
    {
        "mails": Part(
            {
                "customer_id": Parent("customer"),
                "contact_id": Parent("contact"),
                "about_id": Parent("", by="about_noun"),
                "interaction_id": Parent("interaction"),
            },
            (("key",),),
        )
    },
    prefix="e",
    label="subject",
    fields={
        "sender": Field("raw", "{t}.address"),
        "name": Field("raw", "{t}.name"),
        "subject": Field("text", "{t}.subject_key", shown="{t}.subject"),
        "state": Field("choice", "{t}.state", choices=rules.STATES),
        "why": Field("choice", "{t}.why", choices=rules.WHYS),
        "at": Field("instant", "{t}.at"),
        "came": Field("instant", "{t}.came_at", sort="{t}.came_at"),
        "kept": Field("raw", "{t}.kept"),
        "archived": Field("flag", "{t}.archived"),
    },
    order="-came",
    columns=("came", "state", "sender", "subject", "why"),
)
