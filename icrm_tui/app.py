"""The screens' application: one session, the places, and what is the same everywhere."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, cast
from zoneinfo import ZoneInfo

from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import WorkerFailed

from icrm_tui import i18n, lists, nouns
from icrm_tui.context import Context
from icrm_tui.db import Connection, Place
from icrm_tui.errors import IcrmError, Interrupted, Unavailable
from icrm_tui.screens.base import OPTIONAL, PLACES, SCREENS, IcrmScreen
from icrm_tui.screens.keys import KeysInTurn
from icrm_tui.session import Session
from icrm_tui.themes import THEMES
from icrm_tui.widgets.frame import sentence
from icrm_tui.widgets.text import glyphs

LOOK = 1.0  # seconds between looks whether another process has written


class Opening(NamedTuple):
    """What the command line decided before the screens open."""

    place: Place
    user: str
    clock: Callable[[], datetime]
    zone: ZoneInfo
    store_name: str
    theme: str = "icrm-dark"
    glyphs: str = "unicode"
    first_run: bool = False


def mode(place: str) -> Callable[[], Screen[Any]]:
    return lambda: cast(Screen[Any], nouns.resolve(SCREENS[place])())


class IcrmApp(KeysInTurn):
    """Answers what is to open next: `demo`, or nothing."""

    CSS_PATH = "app.tcss"
    TITLE = "icrm"
    ENABLE_COMMAND_PALETTE = False  # ours is translated
    DEFAULT_MODE = "today"
    MODES: ClassVar[dict[str, Any]] = {place: mode(place) for place in SCREENS}
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(p.digit, f"go('{p.key}')", p.title, id=f"go.{p.key}", show=False) for p in PLACES if p.digit),
        Binding("g", "places", "key.places", id="app.places", show=False),
        Binding("ctrl+k", "find", "key.find", id="app.find", priority=True, show=False),
        Binding("ctrl+p", "palette", "key.palette", id="app.palette", priority=True, show=False),
        Binding("u", "undo", "key.undo", id="app.undo", show=False),
        Binding("ctrl+q", "leave", "key.quit", id="app.quit", show=False, priority=True),
    ]

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self.opening = opening
        self.user = opening.user
        self.zone = opening.zone
        self.session = Session(opening.place)
        self.trouble: IcrmError | str = self.session.standing(opening.clock())
        self.used: frozenset[str] = frozenset()  # nouns there are rows of
        self._token: int | None = None
        self._reading = ""
        self._closing = False
        glyphs(opening.glyphs)
        for theme in THEMES:
            self.register_theme(theme)
        self.set_reactive(App.theme, opening.theme)  # a change would have all styles parsed again
        self.stylesheet.set_variables(self.get_css_variables())

    # Every read and write runs on the session's own threads, never on the loop

    def context(self, connection: Connection) -> Context:
        return Context(connection, self.user, self.opening.clock, self.zone)

    async def read(self, work: Callable[[Context], Any], name: str = "") -> Any:
        """The answer of `work` on the reader thread; `drop` calls it off by its name."""

        def run(connection: Connection) -> Any:
            self._reading = name
            try:
                return work(self.context(connection))
            finally:
                self._reading = ""

        while True:
            try:
                answer = await self._answer(self.session.submit("reader", run))
            except Interrupted:  # meant for the read before this one
                if self._closing:
                    raise
                continue
            except Unavailable as error:
                self.tell(error)
                raise
            self.tell(self.session.standing(self.opening.clock()))
            return answer

    def drop(self, name: str) -> None:
        """Call off the read of this name, if it is what the reader is busy with."""
        if self._reading == name:
            self.session.interrupt()

    async def write(self, work: Callable[[Context], Any]) -> Any:
        try:
            return await self._answer(self.session.submit("writer", lambda c: work(self.context(c))))
        except Unavailable as error:
            self.tell(error)
            raise

    async def aside(self, work: Callable[..., Any], *args: Any) -> Any:
        return await self._answer(asyncio.to_thread(work, *args))

    async def _answer(self, future: "Future[Any] | Awaitable[Any]") -> Any:
        self.pending += 1
        try:
            return await (asyncio.wrap_future(future) if isinstance(future, Future) else future)
        finally:
            self.pending -= 1

    def on_mount(self) -> None:
        self.look()  # before anything is shown, so that nothing written after goes unseen
        if self.opening.first_run:
            from icrm_tui.screens.first import WelcomeScreen

            self.push_screen(WelcomeScreen())
        self.set_interval(LOOK, self._beat)

    def on_ready(self) -> None:
        if not gc.isenabled():  # as the command line left it, to start sooner
            gc.freeze()
            gc.enable()

    def look(self) -> None:
        """Let the screens read again if the store has moved."""
        self.run_worker(self._look(), group="look", exclusive=True)

    def _beat(self) -> None:
        if not any(worker.group == "look" for worker in self.workers):  # a server may take its time
            self.look()

    async def _look(self) -> None:
        token, used = await self.read(lambda ctx: (ctx.connection.token(), lists.used(ctx, OPTIONAL)))
        moved, self._token = self._token is not None and token != self._token, token
        if used != self.used:
            self.used = used
            self._each("framed")
        if moved:
            self._each("changed")

    def tell(self, trouble: IcrmError | str) -> None:
        """What is wrong with the store, in the top line of every place, until it is right again."""
        if str(trouble) != str(self.trouble):
            self.trouble = trouble
            self._each("framed")

    def _each(self, what: str) -> None:
        """Tell the screens that are open; one that is just opening reads for itself."""
        for screen in self.screen_stack:
            call = getattr(screen, what, None)
            if call is not None and screen.is_mounted:
                call()

    def _handle_exception(self, error: Exception) -> None:
        """A refusal that nobody caught, in an action half-way through, is said and not died of."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(cause, Unavailable):
            self.tell(cause)
        elif isinstance(cause, IcrmError):
            self.notify(sentence(cause), severity="error", markup=False)
        else:
            super()._handle_exception(error)

    async def on_unmount(self) -> None:
        self._closing = True
        await asyncio.to_thread(self.session.close)

    # What the keys do everywhere; a dialog that is open has to be answered first

    @property
    def asking(self) -> bool:
        return self.screen.is_modal

    def action_go(self, place: str) -> None:
        if not self.asking:
            self.switch_mode(place)

    def action_places(self) -> None:
        from icrm_tui.screens.places import open_places

        open_places(self)

    def action_find(self) -> None:
        if not self.asking:
            from icrm_tui.screens.find import FindDialog, open_hit

            self.push_screen(FindDialog(), lambda hit: open_hit(self, hit))

    def action_palette(self) -> None:
        if not self.asking:
            from icrm_tui.screens.places import open_palette

            open_palette(self)

    def action_help(self) -> None:
        if not self.asking:
            from icrm_tui.screens.help import HelpDialog, keys_of

            self.push_screen(HelpDialog(keys_of(self.screen)))

    def action_undo(self) -> None:
        from icrm_tui.screens.history import undo_latest

        if isinstance(self.screen, IcrmScreen):
            self.run_worker(undo_latest(self.screen), group="undo")

    def action_leave(self) -> None:
        """Quit, unless something entered is not saved: then that is asked about first."""
        close = getattr(self.screen, "action_close", None)
        if close is not None and getattr(self.screen, "unsaved", False):
            close()
        else:
            self.exit()

    def action_help_quit(self) -> None:
        self.notify(i18n.t("ui.quit", key=self.key_shown("ctrl+q")), markup=False)

    def speak(self, language: str) -> None:
        i18n.use(language)
        self._each("language_changed")


def run(opening: Opening) -> str | None:
    return IcrmApp(opening).run()
