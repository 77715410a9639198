"""The characters of mail: headers and bodies in the code they name, or the one they are in where that is not true."""

import codecs
import re
from base64 import b64decode
from collections.abc import Iterator
from email.message import Message
from itertools import groupby
from quopri import decodestring

# each one holds what its older names mean, and more
WIDER = {
    "gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "shift_jis": "cp932", "euc_kr": "cp949",
    "big5": "big5hkscs",
}  # fmt: skip
ENOUGH = 1 << 20  # bytes of one text that are read
WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")


def header(message: Message, name: str) -> str:
    """The header as people read it, in one line."""
    return named(raw(message, name))


def raw(message: Message, name: str) -> str:
    """The header as it stands, empty where it is absent."""
    return next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")


def named(text: str) -> str:
    """Encoded words, and bare bytes that should have been, as text in one line."""
    pieces: list[tuple[str, bytes]] = []  # the code and what is written in it; next to each other in one code, joined
    at = 0
    text = BETWEEN.sub(r"\1", text[:20_000])
    for word in WORD.finditer(text):
        pieces += [("", _unsaid(text[at : word.start()])), (word[1].lower(), _bytes(word[2], word[3]))]
        at = word.end()
    pieces.append(("", _unsaid(text[at:])))
    runs = groupby((piece for piece in pieces if piece[1]), key=lambda piece: piece[0])
    said = "".join(in_code(b"".join(data for _code, data in run), code) for code, run in runs)
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())


def _bytes(how: str, text: str) -> bytes:
    data = text.encode("ascii", "ignore")
    if how in "qQ":
        return decodestring(data.replace(b"_", b" "), header=True)
    try:
        return b64decode(data + b"=" * (-len(data) % 4))
    except ValueError:
        return data


def bare(text: str) -> str:
    """Bytes that stand in a header as they are, as the text they must be."""
    return text if text.isascii() else in_code(_unsaid(text), "")


def _unsaid(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def decoded(part: Message) -> str:
    """The text of a part, whatever it says it is written in; line ends are \\n."""
    payload = part.get_payload(decode=True)
    data = payload[:ENOUGH] if isinstance(payload, bytes) else b""
    return re.sub("\r\n?", "\n", in_code(data, part.get_content_charset("") or ""))


def in_code(data: bytes, code: str) -> str:
    """Bytes in the code they are said to be in; in another where they cannot be."""
    said = _codec(code)
    for name in _likely(data, said):
        try:
            return codecs.getincrementaldecoder(name)().decode(data, final=len(data) < ENOUGH)
        except UnicodeError:
            continue
    return data.decode(said or "utf-8", "replace")


def _likely(data: bytes, said: str) -> Iterator[str]:
    if said:
        yield said
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield "utf-16"
    yield "utf-8"
    if said not in ("", "ascii", "utf-8"):
        return  # a byte or two are damaged, and all the rest is as it is said to be
    high = re.findall(rb"[\x80-\xff]+", data)
    if not all(len(run) == 1 for run in high):  # Chinese comes in pairs, an accented letter alone
        yield "gb18030"
    yield "cp1252"


def _codec(code: str) -> str:
    try:
        found = codecs.lookup(code.strip().strip("'\"")).name
        "".encode(found)  # rot13 and zlib are codecs too, but none of text
    except (LookupError, ValueError):
        return ""
    return WIDER.get(found, found)
