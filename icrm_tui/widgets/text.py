"""Text from outside made safe and fitted to cells, and every glyph the screens draw."""

from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from icrm_tui import i18n
from icrm_tui.i18n import has, t
from icrm_tui.text import visible

# Each glyph with its ASCII stand-in: terminals set to East Asian widths draw many of these two cells wide.
_GLYPHS = {
    "dot": ("●", "*"),
    "warn": ("▲", "^"),
    "critical": ("◆", "#"),
    "more": ("…", "~"),
    "bar": ("▌", ">"),
    "line": ("│", "|"),
    "rule": ("─", "-"),
    "full": ("━", "="),
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
i18n.need("screens")


def glyphs(name: str) -> None:
    """Draw with `unicode` or `ascii` glyphs from now on."""
    global _ascii
    _ascii = name == "ascii"
    cell.cache_clear()


def is_ascii() -> bool:
    return _ascii


def glyph(name: str) -> str:
    return _GLYPHS[name][_ascii]


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


def cut_to(text: str, most: int) -> str:
    """`text` in at most `most` cells."""
    return text if cell_len(text) <= most else cut(text, most)


@lru_cache(8192)
def cell(value: str, width: int, align: str = "left") -> str:
    """A value from outside, safe and cut; a huge one costs no more than a long one."""
    return cut(shown(value[: 8 * width + 64]), width, align)


def word(key: str) -> str:
    """The catalogue's word where `key` is one of its ids, else `key` itself: names that users gave."""
    return t(key) if has(key) else shown(key)
