"""Opening the screens on a store, pressing keys, and waiting until all is drawn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from textual import events
from textual.keys import _character_to_key, key_to_character
from textual.pilot import Pilot

from icrm_tui import i18n
from icrm_tui.app import IcrmApp, Opening
from icrm_tui.screens.base import IcrmScreen
from icrm_tui.screens.listed import ListPlace
from tests.support import NOW, ZONE
from tools.picture import drawn, settled


class Driver:
    """A person at the screens."""

    def __init__(self, pilot: "Pilot[str | None]") -> None:
        self.pilot = pilot
        self.app = cast(IcrmApp, pilot.app)

    @property
    def screen(self) -> IcrmScreen:
        return cast(IcrmScreen, self.app.screen)

    async def settle(self) -> None:
        await settled(self.pilot)

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

    async def home(self) -> None:
        """Back to Today, whatever is open and entered; lists are as they are at first."""
        while len(self.app.screen_stack) > 1:
            await self.app.pop_screen()
        if isinstance(place := self.app.screen, ListPlace):
            place.records.listing.clear_marks()
            if place.views:
                place.turn_to(place.views[0].key)
            else:
                place.records.show(place.lists)
        self.app.switch_mode("today")
        await self.settle()

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
        app.exit()  # what is still on its way finds nothing to be drawn on
