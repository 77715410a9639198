"""A screen as an SVG picture: what is drawn, cell by cell, the same bytes for the same screen.

Textual's own export measures text by characters, which squeezes Chinese into half its room.
"""

import asyncio
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Any

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual._compositor import LayoutUpdate
from textual.app import App
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input, TextArea

WIDTH, HEIGHT, SIZE = 9, 19, 15  # of a cell, and of its letters, in pixels
MARGIN = 12
STEPS = 2000  # of waiting: more than any answer, and any burst of keys, takes
FONTS = "'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', 'Microsoft YaHei', monospace"
THEME = TerminalTheme((0, 0, 0), (255, 255, 255), [(0, 0, 0)] * 8)


def drawn(app: App[Any]) -> list[Strip]:
    """The screen line by line as the terminal gets it, what shines through behind a dialog included."""
    compositor = app.screen._compositor
    update = compositor.render_update(full=True, screen_stack=app._background_screens, simplify=True)
    assert isinstance(update, LayoutUpdate)
    return [Strip.join(list(line)) for line in update.strips]


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until nothing is asked any more, every message is handled, and two pictures in a row are equal.

    Pilot's own pause waits for the processor to be idle, which takes three times as long.
    """
    before: list[str] | None = None
    for _step in range(STEPS):
        if getattr(pilot.app, "typing", False):  # a key may still take away the screen that would be waited for
            await asyncio.sleep(0.005)
            continue
        if not await pilot._wait_for_screen():
            raise AssertionError("the screens have stopped") from pilot.app._exception
        for _turn in range(3):  # what that left behind on the loop
            await asyncio.sleep(0)
        now = None
        if not _busy(pilot.app) and not asyncio.get_running_loop()._ready:  # type: ignore[attr-defined]
            now = [strip.text for strip in drawn(pilot.app)]
            if now == before:
                return
        before = now
        await asyncio.sleep(0.005)
    raise AssertionError(f"never settled: {pilot.app.screen}\n" + "\n".join(before or []))


def _busy(app: App[Any]) -> bool:
    """Whether anything is on its way: an answer, a layout, or what a timer is about to ask."""
    screen = app.screen
    if (
        getattr(app, "pending", 0)
        or getattr(app, "typing", False)
        or screen._layout_required
        or screen._repaint_required
        or screen._dirty_widgets
    ):
        return True
    nodes = [node for one in app.screen_stack for node in (one, *one.walk_children())]
    return any(getattr(node, "waiting", False) for node in nodes)


def still(app: App[Any]) -> None:
    """No cursor blinks in a picture."""
    for field in app.screen.query("Input, TextArea"):
        if isinstance(field, Input | TextArea):
            field.cursor_blink = False


def svg(strips: Sequence[Strip], title: str) -> str:
    columns = max(strip.cell_length for strip in strips)
    wide, high = columns * WIDTH + 2 * MARGIN, len(strips) * HEIGHT + 2 * MARGIN
    ground = _ground(strips)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{wide}" height="{high}" rx="8" fill="{ground}"/>',
        f'<g font-family="{FONTS}" font-size="{SIZE}" xml:space="preserve">',
    ]
    for row, strip in enumerate(strips):
        lines += _line(strip, row, ground)
    return "\n".join([*lines, "</g>", "</svg>", ""])


def _ground(strips: Sequence[Strip]) -> str:
    """The colour most cells stand on."""
    count: dict[str, int] = {}
    for strip in strips:
        for segment in strip:
            colour = _colours(segment.style)[1]
            count[colour] = count.get(colour, 0) + cell_len(segment.text)
    return max(count, key=lambda colour: (count[colour], colour))


def _line(strip: Strip, row: int, ground: str) -> Iterator[str]:
    x, y = MARGIN, MARGIN + row * HEIGHT
    texts: list[str] = []
    for segment in strip:
        fore, back = _colours(segment.style)
        width = cell_len(segment.text) * WIDTH
        if back != ground and width:
            yield f'<rect x="{x}" y="{y}" width="{width}" height="{HEIGHT}" fill="{back}"/>'
        texts += _texts(segment, x, y, fore)
        x += width
    yield from texts


def _texts(segment: Segment, x: int, y: int, fore: str) -> Iterator[str]:
    """One element a run of equally wide characters, so that every cell is where it belongs."""
    style = segment.style or Style()
    look = f'fill="{fore}"'
    look += ' font-weight="bold"' if style.bold else ""
    look += ' font-style="italic"' if style.italic else ""
    look += ' text-decoration="underline"' if style.underline else ""
    look += ' opacity="0.6"' if style.dim else ""
    for blank, pieces in groupby(segment.text, key=lambda c: (c == " ", cell_len(c))):
        text = "".join(pieces)
        width = cell_len(text) * WIDTH
        if not blank[0] and width:
            yield (
                f'<text x="{x}" y="{y + SIZE}" textLength="{width}" lengthAdjust="spacingAndGlyphs" {look}>'
                f"{escape(text)}</text>"
            )
        x += width


def _colours(style: Style | None) -> tuple[str, str]:
    fore, back = (style.color, style.bgcolor) if style else (None, None)
    names = _hex(fore, True), _hex(back, False)
    return (names[1], names[0]) if style and style.reverse else names


def _hex(colour: Color | None, foreground: bool) -> str:
    return (colour or Color.default()).get_truecolor(THEME, foreground).hex
