"""Text from outside made safe and fitted to cells, and every glyph the screens draw."""

import re
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from icrm_tui.i18n import has, t

# Each glyph with its ASCII stand-in: terminals set to East Asian widths draw many of these two cells wide.
_GLYPHS = {
    "dot": ("●", "*"),
    "warn": ("▲", "^"),
    "critical": ("◆", "#"),
    "more": ("…", "~"),
    "bar": ("▌", ">"),
    "line": ("│", "|"),
    "rule": ("─", "-"),
    "mark": ("✓", "+"),
    "up": ("▲", "^"),
    "down": ("▼", "v"),
    "left": ("‹", "<"),
    "right": ("›", ">"),
    "wait": ("····", "...."),
    "between": ("·", "/"),
    "open": ("▾", "-"),
    "closed": ("▸", "+"),
    "chosen": ("◉", "@"),
    "free": ("○", "o"),
    "minus": ("−", "-"),
    "in": ("←", "<"),
    "out": ("→", ">"),
}
_ascii = False


def glyphs(name: str) -> None:
    """Draw with `unicode` or `ascii` glyphs from now on."""
    global _ascii
    _ascii = name == "ascii"
    cell.cache_clear()


def is_ascii() -> bool:
    return _ascii


def glyph(name: str) -> str:
    return _GLYPHS[name][_ascii]


# Control characters act on the terminal; marks of direction and of no width lie about what is written;
# lone surrogates cannot be encoded. Joiners (U+200C, U+200D) stay: Persian and family emoji need them.
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code == 0x0A or code in (0x2028, 0x2029):
        return "⏎"
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "␦"


def visible(text: str) -> str:
    """`text` with each acting character as a picture of one cell; character for character."""
    return text if text.isprintable() else _ACTING.sub(_picture, text)


def shown(value: object) -> str:
    """Any value as one line that is safe to draw; None is empty."""
    return "" if value is None else visible(str(value).replace("\r\n", "\n"))


def cut(text: str, width: int, align: str = "left") -> str:
    """`text` in exactly `width` cells: padded, or ending in `…` where it did not fit."""
    if width <= 0:
        return ""
    if cell_len(text) > width:
        text = set_cell_size(text, width - 1).rstrip() + glyph("more")
    space = " " * (width - cell_len(text))
    return space + text if align == "right" else text + space


@lru_cache(8192)
def cell(value: str, width: int, align: str = "left") -> str:
    """A value from outside, safe and cut; a huge one costs no more than a long one."""
    return cut(shown(value[: 8 * width + 64]), width, align)


def word(key: str) -> str:
    """The catalogue's word where `key` is one of its ids, else `key` itself: names that users gave."""
    return t(key) if has(key) else shown(key)
