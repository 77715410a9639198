"""A mail as it comes from a server, read: whose it is, what it says, what it belongs to, and whether a person wrote it.

Nothing in it is believed beyond that. What cannot be read raises Unreadable with a reason.
"""

import re
from datetime import UTC
from email import message_from_bytes, utils
from email.message import Message
from hashlib import sha256
from typing import NamedTuple

from icrm_tui import addresses
from icrm_tui.addresses import Address
from icrm_tui.collect.formats import html
from icrm_tui.collect.formats import mail_words as words
from icrm_tui.collect.formats.mail_words import decoded, header, named

LARGEST = 50 << 20  # bytes of a mail that is read at all
MOST = 100_000  # characters kept of what it says
PARTS = 500
THREAD = 50  # ids of earlier mails that are looked at
HEADS = 1000  # characters of a header
ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")
CARRIED = re.compile(r"(?im)^message-id:\s*(<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>)")
AUTOMATIC = ("auto-generated", "auto-replied", "auto-notified")
NOBODY = re.compile(
    r"(no|do.?not|ne.?pas|nicht)[-._]?repl(y|ies)|no[-._]?responder|mailer-daemon|postmaster", re.IGNORECASE
)
AWAY = re.compile(
    r"(automatic(al)? reply|auto(matic)?[- ]?(reply|response)|out of (the )?office|abwesenheit\S*|réponse automatique"
    r"|自动回复|自動回覆|自動返信|自动答复)\s*[:：]?",
    re.IGNORECASE,
)
RETURNED = re.compile(
    r"(undeliver|delivery (status notification|failure|has failed)|mail delivery (failed|subsystem)|returned mail"
    r"|failure notice|系统退信|退信|邮件投递失败)",
    re.IGNORECASE,
)


class Unreadable(Exception):
    """Why it is kept aside: headless, nobody, broken, empty."""


class Bounce(NamedTuple):
    """Which of our mails came back, from whom, by what the server said."""

    message_id: str
    recipient: str
    words: str


class Mail(NamedTuple):
    """`key` tells it from every other; `thread` are the ids of what it answers, the nearest last. `auto` says why no
    person wrote it, empty where one did. `files` are names and sizes of what is attached."""

    key: str
    message_id: str
    thread: tuple[str, ...]
    sender: Address
    answer_to: Address | None
    to: tuple[Address, ...]
    subject: str
    at: str
    text: str
    files: tuple[str, ...]
    auto: str
    bounce: Bounce | None


def read(raw: bytes) -> Mail:
    try:
        return _read(raw)
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        # what the parser makes of mail that was made to break it
        raise Unreadable("broken") from error


def _read(raw: bytes) -> Mail:
    message = message_from_bytes(_unframed(raw))
    if not (message["From"] or message["Message-ID"] or message["Received"] or message["Subject"]):
        raise Unreadable("headless")
    subject = header(message, "Subject")[:HEADS]
    sender = _address(message, "From")
    bounce = _bounce(message, subject)
    auto = "bounce" if bounce else _automatic(message, subject, sender)
    if sender is None and not auto:
        raise Unreadable("nobody")
    text, files = _said(message)
    if not (text or files or subject):
        raise Unreadable("empty")
    ids = ID.findall(_plain(message, "Message-ID"))
    return Mail(
        ids[0] if ids else _digest(raw, message),
        ids[0] if ids else "",
        _thread(message),
        sender or Address("", ""),
        _address(message, "Reply-To"),
        tuple(_all(message, "To") + _all(message, "Cc")),
        subject,
        _instant(message),
        text[:MOST],
        files,
        auto,
        bounce,
    )


def named_by(raw: bytes) -> tuple[Address, str]:
    """Sender and subject of a mail that is not read, as far as its head tells."""
    head = re.split(rb"\r?\n\r?\n", raw[: 1 << 16], maxsplit=1)[0]
    try:
        message = message_from_bytes(_unframed(head))
        return _address(message, "From") or Address("", ""), header(message, "Subject")[:HEADS]
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return Address("", ""), ""


def _unframed(raw: bytes) -> bytes:
    """Without the line a mailbox file begins each mail with."""
    return raw.split(b"\n", 1)[1] if raw.startswith((b"From ", b">From ")) and b"\n" in raw else raw


def _digest(raw: bytes, message: Message) -> str:
    """What tells a mail without an id from others: all but the stamps of the servers it came through."""
    body = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[-1]
    heads = "\n".join(_plain(message, name) for name in ("From", "To", "Date", "Subject"))
    return "sha256:" + sha256(heads.encode("utf-8", "replace") + body.replace(b"\r\n", b"\n").strip()).hexdigest()


# --- headers ---------------------------------------------------------------------------------------------


def _plain(message: Message, name: str) -> str:
    """The header as it stands, cut where it is endless."""
    return words.raw(message, name)[: HEADS * 20]


def _address(message: Message, name: str) -> Address | None:
    said = words.bare(_plain(message, name))
    found = addresses.read(said) or next(iter(addresses.several(said)), None)
    return found and Address(named(found.name), found.address)


def _all(message: Message, name: str) -> list[Address]:
    return [Address(named(one.name), one.address) for one in addresses.several(words.bare(_plain(message, name)))]


def _thread(message: Message) -> tuple[str, ...]:
    """The ids of what it answers, the nearest last."""
    earlier, answered = ID.findall(_plain(message, "References")), ID.findall(_plain(message, "In-Reply-To"))
    return tuple(dict.fromkeys(one for one in (*earlier[-THREAD:], *answered[:1])))


def _instant(message: Message) -> str:
    """When it was written, as the store keeps instants; empty where that is not said."""
    try:
        said = utils.parsedate_to_datetime(_plain(message, "Date"))
        return said.replace(tzinfo=said.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, TypeError, OverflowError, IndexError):
        return ""


def _automatic(message: Message, subject: str, sender: Address | None) -> str:
    """Why no person wrote it; empty where one did."""
    said = _plain(message, "Auto-Submitted").strip().lower()
    if said.startswith(AUTOMATIC) or any(message[name] for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply")):
        return "auto-reply"
    precedence = _plain(message, "Precedence").strip().lower()
    if precedence == "auto_reply" or AWAY.match(subject):
        return "auto-reply"
    if message["List-Id"] or message["List-Unsubscribe"] or precedence in ("bulk", "list", "junk"):
        return "list"
    if _plain(message, "Return-Path").strip() == "<>":
        return "report"
    answerable = _address(message, "Reply-To")
    if sender and NOBODY.match(sender.address) and (answerable is None or NOBODY.match(answerable.address)):
        return "nobody-reads"
    return ""


# --- what it says ----------------------------------------------------------------------------------------


def _said(message: Message) -> tuple[str, tuple[str, ...]]:
    """The text, plain where there is any, and what is attached. Of a calendar or another mail only that it is there."""
    plain: list[str] = []
    pages: list[str] = []
    files: list[str] = []
    for part in _parts(message):
        kind = part.get_content_type()
        name = named(str(part.get_filename() or ""))[:200]
        shown = part.get_content_disposition() != "attachment" and not name
        if shown and kind == "text/plain":
            plain.append(_flowed(part, decoded(part)))
        elif shown and kind == "text/html":
            pages.append(decoded(part))
        elif kind != "text/rfc822-headers" or not shown:
            files.append(f"{name or kind} ({_size(part)})")
    text = "\n\n".join(one for one in map(str.strip, plain) if one)
    if not text:
        text = "\n\n".join(one for one in map(html.text, pages) if one)
    return text, tuple(files)


def _parts(message: Message) -> list[Message]:
    """What is not made of others; a mail that is attached is one thing."""
    found: list[Message] = []
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting = _inside(part) + waiting
        else:
            found.append(part)
        if len(found) + len(waiting) > PARTS:
            raise ValueError("parts")
    return found


def _inside(part: Message) -> list[Message]:
    """The parts it is made of; of a mail that is carried, that mail."""
    within = part.get_payload()
    return [one for one in within if isinstance(one, Message)] if isinstance(within, list) else []


def _flowed(part: Message, text: str) -> str:
    """Lines that were broken only for the way are whole again."""
    if str(part.get_param("format") or "").lower() != "flowed":
        return text
    return re.sub(r"(?m)^(?!-- $)(.*) \n(?!>|-- $)", r"\1 ", text)


def _size(part: Message) -> str:
    within = _inside(part)
    size = len(within[0].as_string() if within else str(part.get_payload()))
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        size = size * 3 // 4
    return f"{size / (1 << 20):.1f} MB" if size >= 1 << 20 else f"{max(1, round(size / 1024))} KB"


# --- what came back --------------------------------------------------------------------------------------


def _bounce(message: Message, subject: str) -> Bounce | None:
    """A report that a mail of ours could not be delivered; None for anything else, be it a report of delay."""
    report = message.get_content_type() == "multipart/report" and message.get_param("report-type") == "delivery-status"
    daemon = _plain(message, "Return-Path").strip() == "<>" or "mailer-daemon" in _plain(message, "From").lower()
    if not report and not (daemon and (RETURNED.search(subject) or message["X-Failed-Recipients"])):
        return None
    status = {"final-recipient": "", "action": "", "status": "", "diagnostic-code": ""}
    original = ""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for block in _inside(part):
                for name in status:
                    status[name] = status[name] or " ".join(str(block.get(name, "")).split())
        elif kind in ("message/rfc822", "text/rfc822-headers") or (part is not message and part.get("Message-ID")):
            original = original or _first_id(part)
    if status["action"].lower() in ("delayed", "delivered", "relayed", "expanded"):
        return None
    if not original:  # servers that send the returned mail as plain text
        text = next((decoded(part) for part in _parts(message) if part.get_content_type() == "text/plain"), "")
        original = next(iter(CARRIED.findall(text[:MOST])), "")
    recipient = status["final-recipient"].rpartition(";")[2].strip() or _plain(message, "X-Failed-Recipients").strip()
    said = status["diagnostic-code"].partition(";")[2].strip() or status["status"] or subject
    return Bounce(original, recipient, said)


def _first_id(part: Message) -> str:
    """The id of a mail that is carried in another, whole or only its head."""
    if within := _inside(part):
        found = ID.findall(_plain(within[0], "Message-ID"))
    else:
        found = ID.findall(_plain(part, "Message-ID")) or CARRIED.findall(str(part.get_payload()))
    return found[0] if found else ""
