"""Beside the work of a day: how to reach whoever it is about, and what was said to them last."""

from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from icrm_tui.errors import IcrmError
from icrm_tui.screens.acting import Acting
from icrm_tui.screens.customer import Heading, entries, facts, page
from icrm_tui.widgets.panes import WHOLE, Fact, Portrait, Timeline

WORTH = ("field.company", "field.title", "field.role", "field.their-time", "field.owner", "field.tag", "field.birthday")


def reach(lines: list[Fact]) -> list[Fact]:
    """Of a portrait what is needed before picking up the phone: who they are, their channels and preferences."""
    worth, group = [], ""
    grouped: list[Fact] = []
    for fact in lines:
        if not fact.label and fact.tone != WHOLE:
            group = fact.value
        if fact.label in WORTH:
            worth.append(fact)
        elif group in ("portrait.reach", "portrait.preferences"):
            grouped.append(fact)
    return worth + grouped


class Beside(Vertical):
    """Whoever the row under the cursor is about, where there is room to show them."""

    DEFAULT_CSS = """
    Beside {
        width: 44;
        display: none;
        border-left: solid $foreground 10%;
        & > Heading { padding: 0 1; }
        & > Portrait { max-height: 50%; margin-bottom: 1; }
    }
    """
    can_focus = False

    def compose(self) -> ComposeResult:
        yield Heading()
        yield Portrait()
        last = Timeline()
        last.can_focus = False
        last.nothing = "empty.timeline"
        yield last

    def on_show(self) -> None:
        """There is room now: whoever it is has not been asked for yet."""
        self.tell_more()

    def tell_more(self) -> None:
        screen = self.screen
        if self.display and isinstance(screen, Acting):
            target = screen.under_cursor
            if target is None:
                self.clear()
            else:
                screen.load(page, target, then=self._show, failed=self._nobody, wait=0.08, name="beside")

    def clear(self) -> None:
        self.query_one(Heading).show({})
        self.query_one(Portrait).show(())
        self.query_one(Timeline).set_entries((), self.today)

    def _nobody(self, _error: IcrmError) -> None:
        self.clear()

    @property
    def today(self) -> Any:
        screen = self.screen
        assert isinstance(screen, Acting)
        return screen.icrm.opening.clock().astimezone(screen.icrm.zone).date()

    def _show(self, found: dict[str, Any]) -> None:
        screen = self.screen
        assert isinstance(screen, Acting)
        now, zone = screen.icrm.opening.clock(), screen.icrm.zone
        self.query_one(Heading).show(found["record"])
        self.query_one(Portrait).show(reach(facts(found, now, zone)))
        self.query_one(Timeline).set_entries(
            entries(found["entries"], zone, found["record"]["id"].startswith("p")), self.today
        )
