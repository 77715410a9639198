"""Opening the screens on a store, pressing keys, and waiting until all is drawn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from textual import events
from textual.keys import _character_to_key, key_to_character
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from icrm_tui import i18n
from icrm_tui.app import IcrmApp, Opening
from icrm_tui.screens.base import IcrmScreen
from tests.support import NOW, ZONE
from tools.picture import drawn

STEPS = 400  # of waiting: some seconds, more than any answer takes


class Driver:
    """A person at the screens."""

    def __init__(self, pilot: "Pilot[str | None]") -> None:
        self.pilot = pilot
        self.app = cast(IcrmApp, pilot.app)

    @property
    def screen(self) -> IcrmScreen:
        return cast(IcrmScreen, self.app.screen)

    async def settle(self) -> None:
        """Wait until nothing is asked any more, every message is handled, and two pictures in a row are equal.

        Pilot's own pause waits for the processor to be idle, which takes three times as long.
        """
        before: list[str] | None = None
        for _step in range(STEPS):
            if not await self.pilot._wait_for_screen():
                raise AssertionError("the screens have stopped") from self.app._exception
            for _turn in range(3):  # what that left behind on the loop
                await asyncio.sleep(0)
            now = self.lines()
            quiet = not self.busy and not asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
            if quiet and now == before:
                return
            before = now if quiet else None
            await asyncio.sleep(0.01)
        raise AssertionError(f"never settled: {self.app.screen}\n{self.text}")

    @property
    def busy(self) -> bool:
        screen = self.app.screen
        if self.app.pending or screen._layout_required or screen._repaint_required or screen._dirty_widgets:
            return True
        nodes = [node for one in self.app.screen_stack for node in (one, *one.walk_children())]
        return any(getattr(node, "waiting", False) for node in nodes)

    async def press(self, *keys: str) -> None:
        for key in keys:
            self._send(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Keys in quick succession, as a person or an input method sends them."""
        for character in text:
            self._send(character)
        await self.settle()

    def _send(self, key: str) -> None:
        """A key by its name or its character, as the terminal's driver would send it."""
        name = _character_to_key(key) if len(key) == 1 else key
        event = events.Key(name, key if len(key) == 1 else key_to_character(key))
        event.set_sender(self.app)
        assert self.app._driver is not None
        self.app._driver.send_message(event)

    async def click(self, text: str, nth: int = 0, chain: int = 1) -> None:
        """Click on the first cell of `text`, where it is drawn."""
        from rich.cells import cell_len

        places = [(y, line.find(text)) for y, line in enumerate(self.lines()) if text in line]
        assert places, f"{text!r} is not on the screen:\n" + self.text
        y, x = places[nth]
        line = self.lines()[y]
        await self.pilot.click(offset=(cell_len(line[:x]), y), times=chain)
        await self.settle()

    async def resize(self, width: int, height: int) -> None:
        await self.pilot.resize_terminal(width, height)
        await self.settle()

    def lines(self) -> list[str]:
        return [strip.text for strip in drawn(self.app)]

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines())

    @property
    def said(self) -> list[str]:
        """What was said in passing."""
        return [notification.message for notification in self.app._notifications]

    def still(self) -> None:
        """No cursor blinks in a picture."""
        for field in self.app.screen.query("Input, TextArea"):
            if isinstance(field, Input | TextArea):
                field.cursor_blink = False


@asynccontextmanager
async def screens(
    store: Path,
    size: tuple[int, int] = (100, 30),
    language: str = "en",
    user: str = "wei",
    theme: str = "icrm-dark",
    glyphs: str = "unicode",
    first_run: bool = False,
    notifications: bool = True,
    name: str = "demo",
) -> AsyncIterator[Driver]:
    i18n.use(language)
    opening = Opening(store, user, lambda: NOW, ZONE, name, theme, glyphs, first_run)
    app = IcrmApp(opening)
    async with app.run_test(size=size, notifications=notifications) as pilot:
        driver = Driver(pilot)
        await driver.settle()
        yield driver
