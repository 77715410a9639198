"""Screens kept as plain text: what is written, then in which colours and weights."""

import os
from itertools import groupby
from pathlib import Path

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from tests.screens.driving import Driver
from tools.picture import drawn, still

KEPT = Path(__file__).parents[1] / "snapshots"
WRITE = os.environ.get("ICRM_SNAPSHOTS") == "write"


async def pictured(me: Driver, name: str) -> None:
    """The screen must be as it is kept under this name; ICRM_SNAPSHOTS=write keeps it anew."""
    still(me.app)
    await me.settle()
    seen = written(drawn(me.app))
    path = KEPT / f"{name}.txt"
    if WRITE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(seen, encoding="utf-8")
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    assert seen == kept, f"{path.name} shows something else now; look, and if it is right: ICRM_SNAPSHOTS=write"


def written(strips: list[Strip]) -> str:
    """The lines; which letter stands for which style; and for each line its runs of cells by those letters."""
    letters: dict[str, str] = {}
    runs = []
    for strip in strips:
        cells = [(_named(segment.style), cell_len(segment.text)) for segment in strip]
        grouped = [(style, sum(n for _style, n in some)) for style, some in groupby(cells, key=lambda cell: cell[0])]
        runs.append(" ".join(f"{letters.setdefault(style, _letter(len(letters)))}{n}" for style, n in grouped if n))
    legend = [f"{letter} {style}" for style, letter in letters.items()]
    return "\n".join([*(strip.text.rstrip() for strip in strips), "---", *legend, "---", *runs, ""])


def _letter(n: int) -> str:
    return chr(ord("a") + n % 26) * (n // 26 + 1)


def _named(style: Style | None) -> str:
    if style is None:
        return "-"
    colour, ground = (one.get_truecolor().hex if one else "-" for one in (style.color, style.bgcolor))
    weights = [name for name in ("bold", "dim", "italic", "underline", "reverse") if getattr(style, name)]
    return " ".join([colour, ground, *weights])
