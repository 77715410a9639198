"""Mail addresses as they stand in headers and settings: whose it is, where that is plain, and never two for one."""

import re
from typing import NamedTuple

SIGN = r"[^\s@,;:<>()\[\]\\\"\x00-\x20\x7f-\x9f]"
PLAIN = re.compile(rf"(?!\.){SIGN}+(?<!\.)@(?!-)[^\W_]{SIGN}*\.{SIGN}*[^\W_]")
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
ANGLED = re.compile(r"(.*?)<([^<>]*)>\s*", re.DOTALL)
COMMENT = re.compile(r"\(([^()\\]*)\)")
LONGEST = 254  # characters of an address, as mail servers count


class Address(NamedTuple):
    """A name, empty where none is said, and the address as it was written."""

    name: str
    address: str


def plain(text: str) -> bool:
    """Whether this is one address and nothing else: no blank, no line end, nothing that could end a header."""
    return len(text) <= LONGEST and PLAIN.fullmatch(text) is not None and text.isprintable()


def read(text: str) -> Address | None:
    """`Ada Lovelace <ada@engines.example>`, with or without a name; None where it is not plain whose it is."""
    text = text.strip()
    angled = ANGLED.fullmatch(text)
    if angled and "<" not in QUOTED.sub("", angled[1]):
        name, address = _name(angled[1]), angled[2].strip()
    else:
        said = COMMENT.search(text)
        name, address = (said[1].strip() if said else ""), COMMENT.sub("", text).strip()
    return Address(name, address) if plain(address) else None


def _name(text: str) -> str:
    text = " ".join(text.split())
    if QUOTED.fullmatch(text):
        text = re.sub(r"\\(.)", r"\1", text[1:-1]).strip()
    return text


def several(text: str, most: int = 200) -> list[Address]:
    """All addresses of a header, with at most so many looked at; what is none is left out."""
    found = (read(piece) for piece in _pieces(text)[:most])
    return [address for address in found if address is not None]


def _pieces(text: str) -> list[str]:
    """Cut at the commas and semicolons that stand outside of quotes."""
    pieces, start = [], 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|<[^<>]*>|[,;]', text):
        if found[0] in ",;":
            pieces.append(text[start : found.start()])
            start = found.end()
    return [*pieces, text[start:]]


def domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()
