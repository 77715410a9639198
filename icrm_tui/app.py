"""The screens' application: one session, the places, and what is the same everywhere."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from icrm_tui import db, i18n, nouns
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.session import Session
from icrm_tui.themes import THEMES

LOOK = 1.0  # seconds between looks whether another process has written


@dataclass(frozen=True, slots=True)
class Opening:
    """What the command line decided before the screens open."""

    path: Path
    user: str
    clock: Callable[[], datetime]
    zone: ZoneInfo
    store_name: str
    theme: str = "icrm-dark"
    glyphs: str = "unicode"
    first_run: bool = False


# place → its screen; imported when first shown
SCREENS = {
    "today": "screens.today:TodayScreen",
    "contacts": "screens.contacts:ContactsScreen",
    "history": "screens.history:HistoryScreen",
    "settings": "screens.settings:SettingsScreen",
    "import": "screens.importing:ImportScreen",
}


def mode(place: str) -> Callable[[], Screen[Any]]:
    def make() -> Screen[Any]:
        screen: Screen[Any] = nouns.resolve(SCREENS[place])()
        return screen

    return make


class IcrmApp(App[None]):
    CSS_PATH = "app.tcss"
    TITLE = "icrm"
    ENABLE_COMMAND_PALETTE = True
    MODES: ClassVar[dict[str, Any]] = {place: mode(place) for place in SCREENS}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "go('today')", "place.today", id="go.today", show=False),
        Binding("2", "go('contacts')", "place.contacts", id="go.contacts", show=False),
        Binding("8", "go('history')", "place.history", id="go.history", show=False),
        Binding("9", "go('settings')", "place.settings", id="go.settings", show=False),
        Binding("g", "places", "key.places", id="app.places", show=False),
        Binding("ctrl+k", "find", "key.find", id="app.find", priority=True, show=False),
        Binding("u", "undo", "key.undo", id="app.undo", show=False),
        Binding("ctrl+q", "quit", "key.quit", id="app.quit", show=False, priority=True),
    ]

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self.opening = opening
        self.user = opening.user
        self.store_name = opening.store_name
        self.session = Session(opening.path)
        self._token: int | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = opening.theme

    # The session: every read and write runs on its own thread, never on the loop

    def context(self, connection: db.Connection) -> Context:
        return Context(connection, self.user, self.opening.clock, self.opening.zone)

    async def read(self, work: Callable[[Context], Any]) -> Any:
        return await asyncio.wrap_future(self.session.submit("reader", lambda c: work(self.context(c))))

    async def write(self, work: Callable[[Context], Any]) -> Any:
        return await asyncio.wrap_future(self.session.submit("writer", lambda c: work(self.context(c))))

    def on_mount(self) -> None:
        self.switch_mode("today")
        self.set_interval(LOOK, self.look)

    def look(self) -> None:
        """See whether the store has moved, and let the screen read again if so."""
        self.run_worker(self._look(), group="look", exclusive=True)

    async def _look(self) -> None:
        try:
            token = await asyncio.wrap_future(self.session.submit("reader", lambda c: c.token()))
        except IcrmError as error:
            self._tell_store(error)
            return
        moved, self._token = self._token is not None and token != self._token, token
        if moved:
            self._each("changed")

    def _tell_store(self, error: IcrmError) -> None:
        top = getattr(self.screen, "top", None)
        if top is not None:
            top.notice(error)

    def _each(self, what: str) -> None:
        for screen in self.screen_stack:
            call = getattr(screen, what, None)
            if call is not None:
                call()

    def exit(self, *args: Any, **kwargs: Any) -> None:
        super().exit(*args, **kwargs)

    async def on_unmount(self) -> None:
        await asyncio.to_thread(self.session.close)

    # What the keys do everywhere

    def action_go(self, place: str) -> None:
        self.switch_mode(place)

    async def action_undo(self) -> None:
        from icrm_tui.screens.history import undo_latest

        await undo_latest(self.screen)

    def speak(self, language: str) -> None:
        """Change the language of everything that is on screen."""
        i18n.use(language)
        self._each("language_changed")


def run(opening: Opening) -> None:
    IcrmApp(opening).run()
