"""The rules of mail that came in: what became of one, what in it is new, and when it counts as written."""

import re
from datetime import datetime, timedelta

from icrm_tui import dates
from icrm_tui.addresses import Address
from icrm_tui.collect.formats.mail import Mail

STATES = ("taken", "automatic", "bounce", "aside")
WHYS = ("oversize", "headless", "nobody", "broken", "empty", "ours", "auto-reply", "list", "report", "nobody-reads")

BELIEVED = timedelta(days=60)  # how old a mail may say it is
TEXT = 20_000  # characters of a touch
NAME = 120

# hosts whose addresses say nothing of a firm
PUBLIC = frozenset((
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "icloud.com",
    "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "gmx.de", "gmx.net", "web.de", "mail.ru",
    "yandex.ru", "qq.com", "foxmail.com", "163.com", "126.com", "yeah.net", "sina.com", "sina.cn", "sohu.com",
    "139.com", "189.cn", "aliyun.com",
))  # fmt: skip

# the line above what a mail answers; what follows is only quoted
INTRODUCED = re.compile(
    r"^\s*(-{2,}\s*(original message|original-nachricht|ursprüngliche nachricht|message d'origine|原始邮件|原始郵件"
    r"|forwarded message|转发的邮件|转发邮件信息)\s*-{2,}"
    r"|_{20,}"
    r"|on .{6,120} wrote:|am .{6,120} schrieb .{0,120}:|le .{6,120} a écrit\s?:|el .{6,120} escribió:"
    r"|.{0,20}\d{4}.{4,80}写道[:：]|在\s?.{6,120}写道[:：])\s*$",
    re.IGNORECASE,
)
# Outlook's block of headers, in the languages its users have
HEADS = re.compile(r"^\s*\*?(from|von|de|发件人|寄件者)\*?\s*[:：]\s*\S", re.IGNORECASE)
DATED = re.compile(r"^\s*\*?(sent|date|gesendet|datum|envoyé|发送时间|日期|寄件日期)\*?\s*[:：]\s*\S", re.IGNORECASE)
QUOTE = re.compile(r"^\s*>")


def fresh(text: str) -> str:
    """What is new in a mail: without the mails it answers below. All of it where answers stand between the lines."""
    lines = text.split("\n")
    at = next((n for n in range(len(lines)) if _introduces(lines, n)), None)
    if at is not None:
        below = [line for line in lines[at + 1 :] if line.strip()]
        answered_within = any(map(QUOTE.match, below)) and not all(map(QUOTE.match, below[1:]))
        new = "\n".join(lines[:at]).strip()
        if new and not (answered_within and not _foreign(lines[at])):
            return new
        return text.strip()
    while lines and (not lines[-1].strip() or QUOTE.match(lines[-1])):
        lines.pop()
    return "\n".join(lines).strip() or text.strip()


def _introduces(lines: list[str], n: int) -> bool:
    if INTRODUCED.match(lines[n]):
        return True
    if n + 1 < len(lines) and INTRODUCED.match(f"{lines[n]} {lines[n + 1].strip()}") and lines[n].strip():
        return True  # broken by the sender's program
    return bool(HEADS.match(lines[n])) and any(map(DATED.match, lines[n + 1 : n + 4]))


def _foreign(line: str) -> bool:
    """A line that Outlook and the like draw, under which nothing is marked as quoted."""
    return bool(re.match(r"\s*(-{2}|_{20})", line) or HEADS.match(line))


def said(mail: Mail, stranger: bool = False) -> str:
    """The text of the touch: who wrote, where that is not the contact; what is new; what is attached."""
    text = fresh(mail.text)
    if len(text) > TEXT:
        text = text[:TEXT].rstrip() + "…"
    pieces = [f"{mail.sender.address}:" if stranger else "", text, *(f"[{name}]" for name in mail.files)]
    return "\n".join(piece for piece in pieces if piece)


def written(at: str, now: datetime) -> str:
    """When it was written, as it says, where that can be."""
    stamp = dates.stamp(now)
    return at if dates.stamp(now - BELIEVED) <= at <= stamp else stamp


def called(sender: Address) -> str:
    """What whoever wrote is called by: as they say, else what stands before the @."""
    name = " ".join(sender.name.strip("'\" ").split())
    return (name or sender.address.rpartition("@")[0])[:NAME]


def firm(domain: str) -> bool:
    """Whether a domain can tell a firm."""
    return domain not in PUBLIC
