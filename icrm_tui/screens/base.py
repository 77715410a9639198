"""What every place shares: the frame, running verbs and reads off the event loop, and saying what went wrong."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from icrm_tui import i18n
from icrm_tui.errors import IcrmError, Interrupted, NotFound, Unavailable
from icrm_tui.i18n import t
from icrm_tui.widgets.frame import KeyLine, Place, TopLine, View, relabel, sentence
from icrm_tui.widgets.text import word

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

PLACES = (
    Place("1", "today", "place.today"),
    Place("2", "contacts", "place.contacts"),
    Place("3", "reminders", "place.reminders", "reminder"),
    Place("4", "complaints", "place.complaints", "complaint"),
    Place("5", "segments", "place.segments"),
    Place("6", "orders", "place.orders", "order"),
    Place("8", "history", "place.history"),
    Place("9", "settings", "place.settings"),
    Place("", "import", "place.import"),
)
OPTIONAL = tuple(place.noun for place in PLACES if place.noun)
# place → its screen; imported when first shown
SCREENS = {
    "today": "screens.today:TodayScreen",
    "contacts": "screens.contacts:ContactsScreen",
    "reminders": "screens.reminders:RemindersScreen",
    "complaints": "screens.complaints:ComplaintsScreen",
    "segments": "screens.segments:SegmentsScreen",
    "orders": "screens.orders:OrdersScreen",
    "history": "screens.history:HistoryScreen",
    "settings": "screens.settings:SettingsScreen",
    "import": "screens.importing:ImportScreen",
}
WAIT = 0.05  # seconds a read waits for a newer one of its kind


def places(app: "IcrmApp") -> list[Place]:
    """Those in use, and the one we are in."""
    return [place for place in PLACES if not place.noun or place.noun in app.used or place.key == app.current_mode]


class IcrmScreen(Screen[None]):
    """One place. Subclasses compose their `body`, load what they show in `changed`, and call verbs by `perform`."""

    place: ClassVar[str] = ""
    views: ClassVar[tuple[View, ...]] = ()  # what this place shows in turn; a subclass with any has `turn_to`
    means: ClassVar[dict[str, str]] = {}  # binding id → what that key does here, where it is more than it says itself
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (160, "-widest")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "key.back", id="screen.back", show=False),
        Binding("question_mark,？", "app.help", "key.help", id="app.help", key_display="?"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._reads: dict[str, int] = {}
        self._waiting: dict[str, Timer] = {}
        self._started: dict[str, float] = {}
        self._spoken = i18n.language()

    @property
    def icrm(self) -> "IcrmApp":
        return cast("IcrmApp", self.app)

    def compose(self) -> ComposeResult:
        yield TopLine(places(self.icrm), self.place or self.app.current_mode, self.views, id="top")
        yield from self.body()
        yield KeyLine()

    def body(self) -> ComposeResult:
        yield Widget()

    @property
    def top(self) -> TopLine:
        return self.query_one("#top", TopLine)

    def on_screen_resume(self) -> None:
        if self._spoken != i18n.language():
            self.language_changed()
        self.framed()
        self.changed()

    @on(TopLine.Chosen)
    def _place_chosen(self, event: TopLine.Chosen) -> None:
        self.icrm.action_go(event.place)

    @on(TopLine.ViewChosen)
    def _view_chosen(self, event: TopLine.ViewChosen) -> None:
        self.turn_to(event.view)

    def turn_to(self, view: str) -> None:
        """Show another view of the place."""
        self.top.turn(view)

    # What the app tells every screen that is open

    def changed(self) -> None:
        """The store may have moved: read again what is shown."""

    def framed(self) -> None:
        """Something is wrong with the store, or right again, or another place has come into use."""
        self.top.show(user=self.icrm.user, store=self.icrm.opening.store_name, places=places(self.icrm))
        self.top.notice(self.icrm.trouble)

    def language_changed(self) -> None:
        self._spoken = i18n.language()
        relabel(self)
        self.refresh_bindings()
        self.changed()

    # Verbs and reads

    async def perform(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a verb as one action of the user on the writer thread; None, with a notice, when it was refused."""
        try:
            answer = await self.icrm.write(lambda ctx: verb(ctx, *args, **kwargs))
        except IcrmError as error:
            self.say_error(error)
            return None
        self.icrm.look()
        return answer

    async def ask(self, read: Callable[..., Any], *args: Any) -> Any:
        """The answer of a read, in turn; errors are the caller's."""
        return await self.icrm.read(lambda ctx: read(ctx, *args))

    def load(
        self,
        read: Callable[..., Any],
        *args: Any,
        then: Callable[[Any], None],
        wait: float = WAIT,
        failed: Callable[[IcrmError], None] | None = None,
        name: str = "",
    ) -> None:
        """Call `read(ctx, *args)` on the reader thread and `then` with its answer.

        Of several loads of one `name` (default: the read's) in quick succession only the first and the last are
        asked; an answer that a later one has made stale is called off, or dropped.
        """
        key = name or read.__qualname__
        self._reads[key] = turn = self._reads.get(key, 0) + 1
        if key in self._waiting:
            self._waiting.pop(key).stop()

        async def answer() -> None:
            try:
                found = await self.icrm.read(lambda ctx: read(ctx, *args), key)
            except IcrmError as error:
                if turn == self._reads[key] and self.is_attached:
                    (failed or self.say_error)(error)
                return
            if turn == self._reads[key] and self.is_attached:
                then(found)

        def start() -> None:
            self._waiting.pop(key, None)
            self._started[key] = monotonic()
            self.icrm.drop(key)
            ask: Any = answer  # begun only by the worker that runs it
            self.run_worker(ask, group=f"load-{key}", exclusive=True)

        if monotonic() - self._started.get(key, 0.0) > wait:
            start()
        else:
            self._waiting[key] = self.set_timer(wait, start)

    @property
    def waiting(self) -> bool:
        """Whether a read is about to be asked."""
        return bool(self._waiting)

    # Saying things

    def say_error(self, error: IcrmError) -> None:
        """In passing; of the store's own trouble the top line tells."""
        if not isinstance(error, Interrupted | Unavailable):
            self.notify(sentence(error), severity="error", markup=False)

    def gone(self, error: IcrmError) -> None:
        """What the page is about is here no more: taken back, perhaps, by somebody else."""
        self.say_error(error)
        if isinstance(error, NotFound) and self.is_current:
            self.app.pop_screen()

    def say(self, key: str, **values: Any) -> None:
        self.notify(t(key, **values), markup=False, timeout=4)

    def action_back(self) -> None:
        if len(self.app.screen_stack) > 1 and self.place == "":
            self.app.pop_screen()

    @property
    def active_bindings(self) -> dict[str, Any]:
        """As Textual finds them, described in the language in use: footer, help and palette follow a switch."""
        found = super().active_bindings
        return {key: active._replace(binding=self.spoken(active.binding)) for key, active in found.items()}

    def spoken(self, binding: Binding) -> Binding:
        does = self.means.get(binding.id or "", binding.description)
        return replace(binding, description=word(does)) if does else binding
