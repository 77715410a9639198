"""One complaint: what they said and want, how far it is, what can be done with it now, and all that happened."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from icrm_tui.context import Context
from icrm_tui.i18n import t
from icrm_tui.listen import complaints
from icrm_tui.screens.acting import Target, about, record
from icrm_tui.screens.complaining import COMPLAINT_KEYS, Complaining, Record
from icrm_tui.screens.customer import CustomerScreen
from icrm_tui.screens.dialogs.complaint_moves import KEYS
from icrm_tui.widgets.frame import View
from icrm_tui.widgets.panes import WHOLE, Entry, Fact, Portrait, Timeline
from icrm_tui.widgets.text import cut_to, glyph, shown
from icrm_tui.widgets.values import MARKS, chosen, clock, local, marked

WIDE = 110


def page(ctx: Context, complaint_id: int) -> dict[str, Any]:
    """The complaint, and how to reach whoever complains."""
    found = complaints.show(ctx, complaint_id)
    return {"record": found, "reach": record(ctx, ("complaint", complaint_id)) if found["who"] else {}}


def facts(found: Record, reach: Record, zone: ZoneInfo) -> list[Fact]:
    said = [Fact("", "complaint.said"), Fact("", found["text"], WHOLE)]
    about = [Fact(f"field.{word}", found[word]) for word in ("wanted", "order")]
    who = [
        Fact("", "complaint.who"),
        Fact("field.name", found["name"] or t("complaint.nobody"), "strong" if found["name"] else "muted"),
        Fact("field.company", found["company"]),
        *(Fact(f"field.{one['kind']}", one["value"]) for one in reach.get("channels", [])),
    ]
    if "channels" not in reach:
        who.append(Fact("field.phone", reach.get("phone", "")))
    severity = marked("severity", found["severity"])
    case = [
        Fact("", "complaint.case"),
        Fact("field.severity", *severity),
        *(Fact(f"field.{word}", chosen(word, found[word])) for word in ("kind", "category", "channel")),
        Fact("field.opened", f"{local(found['opened'], zone):%Y-%m-%d %H:%M}"),
        *(_clock(one, zone) for one in found["clocks"]),
        Fact("field.reopened", str(found["reopened"] or ""), "warning"),
        Fact("field.number", found["number"]),
    ]
    end = [Fact("", "complaint.outcome")]
    end += [Fact(f"field.{word}", found[word]) for word in ("cause", "remedy", "cost", "tell_back")]
    end.append(Fact("field.satisfied", chosen("satisfied", found["satisfied"]) if found["satisfied"] else ""))
    end += [Fact(f"field.{word}", found[word]) for word in ("reason", "duplicate_of")]
    if found["ended"]:
        end.append(Fact("field.ended", f"{local(found['ended'], zone):%Y-%m-%d %H:%M}"))
    return [*said, *about, *who, *case, *end]


def _clock(one: Record, zone: ZoneInfo) -> Fact:
    """A clock: how it stands, when it is or was due, and by which policy."""
    due = f"{local(one['due'], zone):%m-%d %H:%M}" if one["due"] else ""
    said, tone = clock({"alarm": one["state"], "left": one["left"]}) if one["state"] in MARKS["alarm"] else ("", "")
    verdict = said or chosen("verdict", one["state"])
    tone = tone or {"missed": "error", "met": "success"}.get(one["state"], "muted")
    return Fact(f"field.{one['clock'].replace('-', '_')}", f"{verdict}  {due}  {one['policy']}".rstrip(), tone)


def happened(events: Sequence[Record], zone: ZoneInfo) -> list[Entry]:
    """Newest first."""
    made = []
    for n, row in enumerate(events):
        when = local(row["at"], zone)
        by = chosen("channel", row["channel"]) if row["channel"] else ""
        text = "  ".join(part for part in (by, row["text"]) if part)
        made.append(Entry("progress", n, when.date(), f"{when:%H:%M}", f"outcome.{row['outcome']}", text, row["who"]))
    return made[::-1]


class History(Timeline):
    KIND = 24
    nothing = "complaint.no-history"


class Case(Widget):
    """Reference and title; then how bad, how far, how old, and whose."""

    DEFAULT_CSS = "Case { height: 2; padding: 0 2; }"

    def __init__(self) -> None:
        super().__init__()
        self.record: Record = {}
        self.at = ""

    def show(self, found: Record, at: str) -> None:
        self.record, self.at = found, at
        self.refresh()

    def render(self) -> Content:
        row = self.record
        if not row:
            return Content("")
        where = f"{self.at}  " if self.at else ""
        ref = f"{shown(row['ref'])}  "
        what = cut_to(shown(row["what"]), max(8, self.size.width - cell_len(where + ref)))
        severity, tone = marked("severity", row["severity"])
        tones = {"error": "$text-error", "warning": "$text-warning", "muted": "$foreground-muted"}
        parts = [chosen("state", row["state"]), t("ui.age", n=row["age"]), shown(row["owner"])]
        if row["reopened"]:
            parts.append(t("complaint.reopened", n=row["reopened"]))
        if row["archived"]:
            parts.append(t("field.archived"))
        between = f" {glyph('between')} "
        return Content.assemble(
            (where, "$foreground-muted"), (ref, "$text-accent"), (what, "bold"), "\n",
            (severity, tones.get(tone, "")), between, (parts[0], "bold"), between, between.join(parts[1:]),
        )  # fmt: skip


class Moves(Widget):
    """What can be done with it now, each with its key after `m`; a click does it."""

    DEFAULT_CSS = "Moves { height: auto; padding: 0 2; margin-bottom: 1; }"
    ALLOW_SELECT = False

    class Chosen(Message):
        def __init__(self, move: str) -> None:
            super().__init__()
            self.move = move

    def __init__(self) -> None:
        super().__init__()
        self.moves: Sequence[str] = ()

    def show(self, moves: Sequence[str]) -> None:
        self.moves = moves
        self.refresh(layout=True)

    def _lines(self, width: int) -> list[list[str]]:
        """The moves that stand in each line."""
        lines: list[list[str]] = [[]]
        used = 2
        for move in self.moves:
            size = len(KEYS[move]) + 1 + cell_len(chosen("do", move)) + 2
            if used + size - 2 > width and lines[-1]:
                lines.append([])
                used = 2
            lines[-1].append(move)
            used += size
        return lines

    def get_content_height(self, _container: Any, _viewport: Any, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        lines = []
        for n, some in enumerate(self._lines(self.size.width)):
            parts: list[tuple[str, str]] = [("  " if n else "m ", "$text-accent")]
            for move in some:
                parts += [(KEYS[move], "bold"), (f" {chosen('do', move)}  ", "$foreground-muted")]
            lines.append(Content.assemble(*parts))
        return Content("\n").join(lines)

    def on_click(self, event: events.Click) -> None:
        spot = event.get_content_offset(self)
        lines = self._lines(self.size.width)
        if spot is None or spot.y >= len(lines):
            return
        edge = 2
        for move in lines[spot.y]:
            size = len(KEYS[move]) + 1 + cell_len(chosen("do", move))
            if edge <= spot.x < edge + size:
                self.post_message(self.Chosen(move))
            edge += size + 2


class ComplaintScreen(Complaining):
    """`ids` is the list it was opened from and `at` its place there, for next and previous."""

    views = (View("info", "tab.complaint"), View("history", "tab.history"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m,space", "moves", "key.complaint.moves", id="complaint.moves"),
        *(one for one in COMPLAINT_KEYS if one.action != "moves"),
        Binding("enter,p", "customer", "key.complaint.customer", id="complaint.customer"),
        Binding("J", "step(1)", "key.next", id="customer.next"),
        Binding("K", "step(-1)", "key.previous", id="customer.previous"),
        Binding("tab", "tab(1)", "key.tab", id="customer.tab", show=False, priority=True),
        Binding("shift+tab", "tab(-1)", "key.tab", id="customer.tab-back", show=False, priority=True),
    ]

    def __init__(self, complaint_id: int, ids: Sequence[int] | None = None, at: int = 0) -> None:
        super().__init__()
        self.complaint_id = complaint_id
        self.ids = ids
        self.at = at

    def body(self) -> ComposeResult:
        yield Case()
        yield Moves()
        with Horizontal(id="page"):
            with VerticalScroll(id="info"):
                yield Portrait()
            yield History(id="history")

    def on_mount(self) -> None:
        self.turn_to("info" if self.app.size.width < WIDE else "history")

    def targets(self) -> list[Target]:
        return [("complaint", self.complaint_id)]

    def changed(self) -> None:
        self.load(page, self.complaint_id, then=self._show, failed=self.gone, name="complaint")

    def _show(self, found: dict[str, Any]) -> None:
        row = found["record"]
        now: datetime = self.icrm.opening.clock()
        zone = self.icrm.zone
        self.query_one(Case).show(row, self._where())
        self.query_one(Moves).show(row["moves"])
        self.query_one(Portrait).show(facts(row, found["reach"], zone))
        self.query_one(History).set_entries(happened(row["events"], zone), now.astimezone(zone).date())
        self.top.count("history", len(row["events"]))

    def _where(self) -> str:
        """The place in the list, where it is still that row's."""
        if self.ids is None or self.at >= len(self.ids) or self.ids[self.at] != self.complaint_id:
            return ""
        return f"{glyph('left')} {self.at + 1:,}/{len(self.ids):,} {glyph('right')}"

    def turn_to(self, view: str) -> None:
        super().turn_to(view)
        for one in self.views:
            self.query_one(f"#{one.key}").set_class(one.key == view, "-current")
        self.query_one(f"#{view}").focus()

    @on(Moves.Chosen)
    def _chosen(self, event: Moves.Chosen) -> None:
        self.action_move(event.move)

    def action_tab(self, by: int) -> None:
        self.turn_to(self.top.step(by))

    def action_step(self, by: int) -> None:
        """The next or previous one of the list, without going back to it."""
        if self.ids is not None and 0 <= self.at + by < len(self.ids):
            self.at += by
            self.complaint_id = self.ids[self.at]
            self.changed()

    @work
    async def action_customer(self) -> None:
        """The page of whoever complains."""
        self.app.push_screen(CustomerScreen(*await self.ask(about, ("complaint", self.complaint_id))))

    def action_back(self) -> None:
        self.app.pop_screen()

    def check_action(self, action: str, _parameters: Iterable[object]) -> bool | None:
        """There is a next one only where we came from a list."""
        return action != "step" or self.ids is not None
