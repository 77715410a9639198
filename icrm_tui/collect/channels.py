"""The many ways to reach one person, and which of them say who somebody is."""

import re
from typing import Any, NamedTuple

from icrm_tui import phones
from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import NotFound, Refused, Usage
from icrm_tui.nouns import Field, Lookup, Noun, Parent, Part
from icrm_tui.text import fold

KINDS = (
    "email",
    "phone",
    "sms",
    "wechat",
    "wecom",
    "whatsapp",
    "qq",
    "weibo",
    "linkedin",
    "x",
    "website",
    "post",
)
PHONES = ("phone", "sms", "whatsapp")
# Families and switchboards share a phone, everyone shares a website or a house: these do not identify.
IDENTIFY = frozenset({"email", "wechat", "wecom", "whatsapp", "qq", "weibo", "linkedin", "x"})

EMAIL = re.compile(r"[^@\s,;<>\"()]+@[^@\s,;<>\"()]+\.[^@\s.,;<>\"()]{2,}")


class Channel(NamedTuple):
    """One way to reach somebody: as typed, and the key it is compared by. `doubtful`: kept, but not valid."""

    kind: str
    value: str
    key: str
    label: str = ""
    doubtful: bool = False


# --- rules -----------------------------------------------------------------------------------------------


def read(kind: str, value: str, country: str, label: str = "") -> Channel:
    """A channel from what was typed, without judging it beyond its shape; import keeps what is doubtful."""
    value = " ".join(value.split()) if kind != "post" else value.strip()
    if kind == "email":
        key = fold(value.removeprefix("mailto:"))
        return Channel(kind, value, key, label, EMAIL.fullmatch(key) is None)
    if kind in PHONES:
        key, doubtful = phones.key(value, country)
        return Channel(kind, value, key, label, doubtful)
    return Channel(kind, value, fold(value.lstrip("@") if kind == "x" else value), label, not value)


def entered(kind: str, value: str, country: str, label: str = "") -> Channel:
    """A channel typed by hand: what is not valid is refused."""
    if kind not in KINDS:
        raise Usage("channel-kind", kind=kind, kinds=", ".join(KINDS))
    channel = read(kind, value, country, label)
    if kind == "email":
        if channel.doubtful or not _addressed(channel.key):
            raise Usage("email-invalid", value=value)
    elif kind in PHONES and (channel.doubtful or not phones.possible(value, channel.key)):
        raise Usage("phone-invalid", value=value, country=country or "-")
    elif not channel.key:
        raise Usage("channel-empty", kind=kind)
    return channel


def _addressed(key: str) -> bool:
    """Whether mail can be sent there, be it inside a firm's own network."""
    from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

    local, _at, domain = key.rpartition("@")
    if any(domain.endswith(f".{name}") for name in SPECIAL_USE_DOMAIN_NAMES):
        domain = "example.com"
    try:
        validate_email(f"{local}@{domain}", check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


# --- SQL -------------------------------------------------------------------------------------------------

HOLDER = """SELECT c.id, c.contact_id, p.name FROM channels c JOIN contacts p ON p.id = c.contact_id
 WHERE c.kind = :kind AND c.key = :key AND c.ident = 1"""
OF = """SELECT id, kind, value, key, label, main, doubtful, rev FROM channels WHERE contact_id = :contact
 ORDER BY kind, main DESC, id"""


def of(ctx: Context, contact_id: int) -> list[Row]:
    return ctx.read(OF, contact=contact_id)


def holder(ctx: Context, kind: str, key: str) -> Row | None:
    """Who is identified by this key: contact_id and name."""
    found = ctx.read(HOLDER, kind=kind, key=key)
    return found[0] if found else None


# --- verbs -----------------------------------------------------------------------------------------------


def add(ctx: Context, contact_id: int, channel: Channel) -> int:
    """Give a contact one more channel; the first of its kind is the main one.

    Refused, naming the holder, when it identifies somebody else. One the contact has already is not added again.
    """

    def work(tx: Tx) -> int:
        own = tx.read(
            "SELECT id, key FROM channels WHERE contact_id = :contact AND kind = :kind",
            contact=contact_id,
            kind=channel.kind,
        )
        same = [row["id"] for row in own if row["key"] == channel.key]
        if same:
            return int(same[0])
        ident = channel.kind in IDENTIFY and not channel.doubtful and not _archived(tx, contact_id)
        if ident and (held := holder(ctx, channel.kind, channel.key)):
            raise Refused(
                "channel-taken",
                kind=channel.kind,
                value=channel.value,
                id=f"p{held['contact_id']}",
                name=held["name"],
            )
        return tx.insert(
            "channels",
            contact_id=contact_id,
            kind=channel.kind,
            value=channel.value,
            key=channel.key,
            label=channel.label,
            main=int(not own),
            ident=int(ident),
            doubtful=int(channel.doubtful),
        )

    made: int = ctx.change("channel.add", work)
    return made


def _archived(tx: Tx, contact_id: int) -> bool:
    """Who is hidden identifies nobody until they are brought back."""
    return bool(tx.read("SELECT 1 FROM contacts WHERE id = :id AND archived = 1", id=contact_id))


def _own(ctx: Context, contact_id: int, value: str) -> Row:
    """The contact's channel that `value` means, as typed or folded."""
    digits = phones.NOT_DIGITS.sub("", value)
    for row in of(ctx, contact_id):
        if row["value"] == value or row["key"] in (fold(value), read(row["kind"], value, ctx.setting("country")).key):
            return row
        if (
            digits
            and row["kind"] in PHONES
            and digits in {phones.NOT_DIGITS.sub("", row[text]) for text in ("key", "value")}
        ):
            return row
    raise NotFound("no-channel", value=value)


def remove(ctx: Context, contact_id: int, value: str) -> int:
    """Take a channel away; the next of its kind becomes the main one."""

    def work(tx: Tx) -> int:
        row = _own(ctx, contact_id, value)
        tx.delete("channels", row["id"])
        rest = [other for other in of(ctx, contact_id) if other["kind"] == row["kind"]]
        if row["main"] and rest:
            tx.update("channels", rest[0]["id"], main=1)
        return int(row["id"])

    removed: int = ctx.change("channel.remove", work)
    return removed


def primary(ctx: Context, contact_id: int, value: str) -> int:
    """Make a channel the main one of its kind."""

    def work(tx: Tx) -> int:
        row = _own(ctx, contact_id, value)
        for other in of(ctx, contact_id):
            if other["kind"] == row["kind"]:
                tx.update("channels", other["id"], main=int(other["id"] == row["id"]))
        return int(row["id"])

    made: int = ctx.change("channel.primary", work)
    return made


def put(ctx: Context, contact_id: int, kind: str, text: str) -> bool:
    """All channels of a kind at once, as typed with `;` between them, the main one first; False: nothing changed."""
    country = ctx.setting("country")

    def work(tx: Tx) -> bool:
        own = {row["key"]: row for row in of(ctx, contact_id) if row["kind"] == kind}
        wanted = [read(kind, value, country) for value in several(kind, text)]
        wanted = [channel if channel.key in own else entered(kind, channel.value, country) for channel in wanted]
        keys = [channel.key for channel in wanted]
        gone = [row["id"] for key, row in own.items() if key not in keys]
        changed = sum(tx.delete("channels", row_id) for row_id in gone) > 0
        for channel in wanted:
            if channel.key in own:
                changed = tx.update("channels", own[channel.key]["id"], value=channel.value) or changed
            else:
                add(ctx, contact_id, channel)
                changed = True
        for row in of(ctx, contact_id) if wanted else ():
            if row["kind"] == kind:
                changed = tx.update("channels", row["id"], main=int(row["key"] == keys[0])) or changed
        return changed

    done: bool = ctx.change("contact.edit", work)
    return done


def several(kind: str, text: str) -> list[str]:
    """The values typed in one field: cut at `;`, except for an address."""
    parts = [text] if kind == "post" else re.split("[;；]", text)
    return [part.strip() for part in parts if part.strip()]


def release(ctx: Context, contact_id: int) -> None:
    """Let go of what identifies an archived contact, so that its keys are free."""

    def work(tx: Tx) -> None:
        for row in tx.read("SELECT id FROM channels WHERE contact_id = :id AND ident = 1", id=contact_id):
            tx.update("channels", row["id"], ident=0)

    ctx.change("channel.release", work)


def reclaim(ctx: Context, contact_id: int) -> None:
    """Take back what identifies a restored contact; Refused names whoever holds it now."""

    def work(tx: Tx) -> None:
        for row in of(ctx, contact_id):
            if row["kind"] not in IDENTIFY or row["doubtful"]:
                continue
            held = holder(ctx, row["kind"], row["key"])
            if held and held["contact_id"] != contact_id:
                name, who = held["name"], f"p{held['contact_id']}"
                raise Refused("channel-taken", kind=row["kind"], value=row["value"], id=who, name=name)
            tx.update("channels", row["id"], ident=1)

    ctx.change("channel.reclaim", work)


def settle(ctx: Context, contact_id: int) -> None:
    """After a merge: each kind has one main channel, and what identifies nobody else identifies this contact."""

    def work(tx: Tx) -> None:
        kinds: set[str] = set()
        for row in of(ctx, contact_id):
            tx.update("channels", row["id"], main=int(row["kind"] not in kinds))
            kinds.add(row["kind"])
            if row["kind"] in IDENTIFY and not row["doubtful"] and holder(ctx, row["kind"], row["key"]) is None:
                tx.update("channels", row["id"], ident=1)

    ctx.change("channel.settle", work)


def _reads_email(text: str, _country: str) -> str | None:
    key = fold(text)
    return key if "@" in key else None


def _reads_phone(text: str, country: str) -> str | None:
    if not re.fullmatch(r"[\d\s+().\-/·]+", text) or not 5 <= len(phones.NOT_DIGITS.sub("", text)) <= 20:
        return None
    return phones.key(text, country)[0].removeprefix("+")


def _reads_handle(text: str, _country: str) -> str | None:
    key = fold(text)
    return key if re.fullmatch(r"[\w.\-]{3,64}", key) and not key.isdigit() else None


HOLDERS = "SELECT DISTINCT p.customer_id, p.id AS contact_id, p.name FROM channels c"
LIVING = "JOIN contacts p ON p.id = c.contact_id AND p.archived = 0 AND p.merged_into IS NULL"

NOUN = Noun(
    "channel",
    "channels",
    {
        "channels": Part(
            {"contact_id": Parent("contact", bumps=True)},
            (("contact_id", "kind", "key"),),
            sole={"ident": ("kind", "key")},
            resets={"main": 0},
        )
    },
    label="value",
    fields={
        "kind": Field("choice", "{t}.kind", choices=KINDS),
        "value": Field("text", "{t}.key", shown="{t}.value"),
        "label": Field("raw", "{t}.label"),
    },
    lends={
        "contact": {
            kind: Field(
                "phone" if kind in PHONES else "text",
                "c.key",
                shown="(SELECT c.value FROM channels c WHERE c.contact_id = {t}.id"
                f" AND c.kind = '{kind}' ORDER BY c.main DESC, c.id LIMIT 1)",
                within=f"{{t}}.id IN (SELECT c.contact_id FROM channels c WHERE c.kind = '{kind}' AND {{test}})",
            )
            for kind in KINDS
        }
    },
    lookup=(
        Lookup(
            "email",
            _reads_email,
            f"{HOLDERS} {LIVING} WHERE c.kind = 'email' AND c.key = :key",
        ),
        Lookup(
            "phone",
            _reads_phone,
            f"{HOLDERS} {LIVING}"
            " WHERE c.kind IN ('phone', 'sms', 'whatsapp')"
            " AND c.key IN (:key, '+' || :key, '+86' || :key, '+1' || :key)",
        ),
        Lookup(
            "handle",
            _reads_handle,
            f"{HOLDERS} {LIVING} WHERE c.kind IN ('wechat', 'wecom', 'qq', 'weibo', 'linkedin', 'x') AND c.key = :key",
        ),
    ),
)


def facts(ctx: Context, contact_id: int) -> list[dict[str, Any]]:
    """A contact's channels as a record shows them."""
    return [
        {key: row[key] for key in ("kind", "value", "label")} | {"main": bool(row["main"])}
        for row in of(ctx, contact_id)
    ]
