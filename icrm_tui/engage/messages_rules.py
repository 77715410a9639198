"""The rules of messages: what may be sent to whom, when it is tried again, and how it looks on the wire."""

import re
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from icrm_tui.addresses import Address, domain
from icrm_tui.errors import Usage
from icrm_tui.text import visible

KINDS = ("reply", "quote", "notice", "care", "campaign")
ASKED = ("care", "campaign")  # only to who has agreed; the others to whoever has not said no
PERSONAL = ("reply", "quote")  # a touch with the customer; what goes to many is none
STATES = ("queued", "sending", "unknown", "sent", "failed", "returned", "dropped")
OVER = ("sent", "dropped")
BARRED = {"opted-out": "message-opted-out", "no-consent": "message-no-consent"}  # why not → the error that says so
WHYS = ("server", "line", "crash", "gave-up", "opted-out", "no-consent", "bounced")

LIMIT = 200_000  # characters of a mail
SUBJECT = 300
LINE = 900  # characters that go as they are
SAID = 300  # characters of a server's words
FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=4)
GIVEN_UP = timedelta(days=3)  # after which a receiver who is never ready has had time enough
HEAD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
BODY = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Message(NamedTuple):
    """What is said to queue one. `to` is another address than the contact's main one; `about` the noun and id of what
    it answers; of those with the same `once` only the first is queued; `after` is an instant to wait for."""

    text: str
    subject: str = ""
    kind: str = "reply"
    to: str = ""
    about: tuple[str, int] | None = None
    once: str = ""
    after: str = ""


def check(message: Message) -> None:
    if message.kind not in KINDS:
        raise Usage("choice", field="kind", value=message.kind, choices=", ".join(KINDS))
    if not message.text.strip():
        raise Usage("text-empty")
    if len(message.text) > LIMIT:
        raise Usage("message-long", n=len(message.text), limit=LIMIT)


def head(text: str) -> str:
    """What stands in a header: one line, nothing in it that could begin another."""
    return " ".join(HEAD.sub(" ", text).split())[:SUBJECT].strip()


def body(text: str) -> str:
    """Lines that end as lines do, and nothing that acts on who reads them."""
    return BODY.sub("", re.sub("\r\n?|[\x85\u2028\u2029]", "\n", text)).strip() + "\n"


def answering(subject: str) -> str:
    """The subject of an answer; no second Re: before a first."""
    return subject if re.match(r"(re|aw|回复|答复)\s*[:：]", subject, re.IGNORECASE) else f"Re: {subject}"


def barred(kind: str, said: bool | None) -> str:
    """Why a message of that kind may not go to somebody who said yes, no or nothing; empty where it may."""
    if said is False:
        return "opted-out"
    return "no-consent" if kind in ASKED and not said else ""


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries."""
    return min(FIRST * (1 << min(tries - 1, 20)), LONGEST)


def harmless(words: bytes | str, secrets: tuple[str, ...] = ()) -> str:
    """A server's words in one line that acts on nothing, without what was told it in confidence."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    for secret in secrets:
        text = text.replace(secret, "***") if secret else text
    return visible(" ".join(text.split()))[:SAID]


def new_id(sender: Address, token: str) -> str:
    """A Message-ID that nobody has had."""
    return f"<{token}@{domain(wire(sender.address))}>"


def wire(address: str) -> str:
    """The address as servers take it: the part after the @ in ASCII, where that can be."""
    local, _at, host = address.rpartition("@")
    try:
        return f"{local}@{host.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def compose(row: dict[str, Any], sender: Address, now: datetime) -> bytes:
    """The message as it goes over the wire, but for the dots: put together here, where every part is one line."""
    from base64 import encodebytes
    from email.utils import format_datetime

    text = body(row["body"])
    bare = text.isascii() and max(map(len, text.split("\n"))) < LINE
    heads = {
        "Date": format_datetime(now),
        "From": mailbox(sender.name, wire(sender.address)),
        "To": mailbox(row["name"], wire(row["address"])),
        "Subject": _words(head(row["subject"])),
        "Message-ID": row["message_id"],
        "In-Reply-To": row["answers"],
        "References": "\r\n ".join(f"{row['thread']} {row['answers']}".split()),
        # nobody's holiday note answers what no person wrote
        "Auto-Submitted": "" if row["kind"] in PERSONAL else "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "7bit" if bare else "base64",
    }
    top = "".join(f"{name}: {value}\r\n" for name, value in heads.items() if value)
    return f"{top}\r\n".encode() + (text.encode() if bare else encodebytes(text.replace("\n", "\r\n").encode()))


def mailbox(name: str, address: str) -> str:
    """A name and an address as a header has them."""
    name = head(name)
    if not name:
        return address
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return f"{quoted if name.isascii() else _words(name)} <{address}>"


def _words(text: str) -> str:
    """The text as a header may hold it."""
    from email.header import Header

    return Header(text, None if text.isascii() else "utf-8").encode(linesep="\r\n")


def stuffed(data: bytes) -> bytes:
    """Ready for DATA: every line ends as mail has it, a dot that begins one is doubled."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", data)
    lines = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", lines)
