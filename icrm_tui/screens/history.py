"""History: every change, by whom and when, what it did to which row, and taking it back or doing it again."""

from array import array
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget

from icrm_tui import history
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import has, t
from icrm_tui.screens.base import IcrmScreen
from icrm_tui.screens.child import Child, ProgressDialog
from icrm_tui.widgets.blocks import Cell, Row
from icrm_tui.widgets.columns import ListColumn
from icrm_tui.widgets.dialogs import ConfirmDialog, Dialog
from icrm_tui.widgets.frame import Empty
from icrm_tui.widgets.listhead import ListHead
from icrm_tui.widgets.listing import Listing
from icrm_tui.widgets.text import glyph, shown, word
from icrm_tui.widgets.values import chosen, day, local

BULK = 2000  # rows from which on an undo runs in a process of its own
SHOWN = 100  # rows of one change that are told
COLUMNS = (
    ListColumn("at", "history.at", 15, 14),
    ListColumn("who", "field.who", 10, 6),
    ListColumn("verb", "field.verb", 22, 14, 1),
    ListColumn("whom", "history.whom", 20, 12, 2),
    ListColumn("n", "history.rows", 7, 5, align="right"),
    ListColumn("state", "history.state", 12, 8),
)
SIGNS = {"made": ("+", "$text-success"), "changed": ("~", "$text-warning"), "removed": ("-", "$text-error")}


def said(verb: str) -> str:
    return t(f"verb.{verb}") if has(f"verb.{verb}") else verb


def moment(stamp: str, now: datetime, zone: ZoneInfo) -> str:
    when = local(stamp, zone)
    return f"{day(when.date(), now.astimezone(zone).date())} {when:%H:%M}"


def block(ctx: Context, newest: int, count: int) -> list[dict[str, Any]]:
    """Changes from `newest` on, each with the one it turns round, how often, and whom it concerns."""
    rows = history.changes(ctx, count, newest + 1)
    for row in rows:
        root, row["turns"] = row, 0
        while root["undoes"]:
            root, row["turns"] = history.changes(ctx, 1, root["undoes"] + 1)[0], row["turns"] + 1
        row["root"], row["gone"] = root["verb"], root["undone"]
        row["whom"] = concerned(history.detail(ctx, row["id"], 5), root["verb"].partition(".")[0])
    return rows


def concerned(rows: list[dict[str, Any]], about: str) -> str:
    """The person a change was about, else the company, else what its verb speaks of, else whatever has a name."""
    named = [one for row in rows for one in (row, *row["of"]) if one["name"]]
    for noun in ("contact", "company", "customer", about):
        for one in named:
            if one["noun"] == noun:
                return called(one)
    return called(named[0]) if named else ""


def called(row: dict[str, Any]) -> str:
    """The name of a row; of a setting, what the settings call it."""
    key = f"settings.{row['name']}"
    return word(key) if row["noun"] == "setting" and has(key) else shown(row["name"])


class Detail(Widget):
    """What one change did, row by row."""

    DEFAULT_CSS = "Detail { height: auto; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, Any]] = []

    def show(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.refresh(layout=True)

    def render(self) -> Content:
        return Content("\n").join(line for row in self.rows for line in self._lines(row))

    def _lines(self, row: dict[str, Any]) -> list[Content]:
        sign, tone = SIGNS[row["did"]]
        of = f" {glyph('between')} ".join(shown(one["name"]) for one in row["of"] if one["name"])
        head = Content.assemble(
            (f"{sign} ", tone),
            (word(f"noun.{row['noun']}") + " ", "$foreground-muted"),
            (called(row), "bold"),
            (f"  {row['id']}" if row["id"] else "", "$foreground-muted"),
            (f"  {of}" if of else "", "$foreground-muted"),
        )
        return [head, *(self._field(key, *values) for key, values in row["fields"].items() if not key.endswith("_key"))]

    def _field(self, key: str, before: object, after: object) -> Content:
        blank = glyph("rule")
        label = word(f"field.{key}") if has(f"field.{key}") else key
        old, new = (shown(chosen(key, str(value))) if value not in (None, "") else blank for value in (before, after))
        return Content.assemble(
            (f"    {label}  ", "$foreground-muted"),
            (old, "$foreground-muted"),
            (f" {glyph('out')} ", "$foreground-muted"),
            new,
        )


class DetailPane(VerticalScroll):
    DEFAULT_CSS = """
    DetailPane { width: 46; display: none; border-left: solid $foreground 10%; padding: 0 1;
        scrollbar-size-vertical: 1; }
    """
    can_focus = False

    def compose(self) -> ComposeResult:
        yield Detail()

    def on_show(self) -> None:
        """There is room now: what is under the cursor has not been asked for yet."""
        if isinstance(self.screen, HistoryScreen):
            self.screen.tell_more()


class DetailDialog(Dialog[None]):
    """The same where there is no room beside the list."""

    def __init__(self, title: str, rows: list[dict[str, Any]]) -> None:
        super().__init__(title)
        self.rows = rows

    def body(self) -> ComposeResult:
        detail = Detail()
        detail.show(self.rows)
        with VerticalScroll(classes="dialog-body"):
            yield detail


class HistoryScreen(IcrmScreen):
    place = "history"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "turn_round", "key.turn-round", id="history.undo"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.ids: array[int] = array("q")
        self.rows: dict[int, dict[str, Any]] = {}

    def body(self) -> ComposeResult:
        listing = Listing(*COLUMNS)
        yield ListHead(listing)
        with Horizontal():
            yield listing
            yield DetailPane()
        nothing = Empty("empty.history")
        nothing.display = False  # until that is known
        yield nothing

    @property
    def listing(self) -> Listing:
        return self.query_one(Listing)

    def changed(self) -> None:
        self.load(history.ids, then=self._take_ids)

    def relabel(self) -> None:
        self.changed()

    def _take_ids(self, ids: "array[int]") -> None:
        self.ids = ids
        self.listing.reload()
        self.listing.set_ids(ids)
        self.set_class(not ids, "-empty")
        self.query_one(Empty).display = not ids

    @on(Listing.BlockWanted)
    def _wanted(self, event: Listing.BlockWanted) -> None:
        def fill(rows: list[dict[str, Any]]) -> None:
            self.rows |= {row["id"]: row for row in rows}
            self.listing.fill(event.generation, event.first, [self._row(row) for row in rows])

        if event.first < len(self.ids):
            self.load(block, self.ids[event.first], event.count, then=fill, wait=0, name="block")

    def _row(self, row: dict[str, Any]) -> Row:
        now = self.icrm.opening.clock()
        state = Cell(t("history.undone"), "warning") if row["undone"] else ""
        tone = "muted" if row["undone"] else ""
        what = said(row["root"])
        if row["turns"]:
            what = t("history.redo" if row["turns"] % 2 == 0 else "history.undo", verb=what)
        when = moment(row["at"], now, self.icrm.zone)
        cells = Cell(when, "muted"), row["who"], Cell(what, tone), Cell(row["whom"], tone), f"{row['n']:,}", state
        return Row(row["id"], cells)

    @property
    def change(self) -> dict[str, Any] | None:
        row = self.listing.row
        return self.rows.get(row.id) if row else None

    @on(Listing.Highlighted)
    def tell_more(self) -> None:
        """What the change under the cursor did, where there is room for it."""
        pane, row = self.query_one(DetailPane), self.listing.row
        if row is not None and pane.display:
            self.load(history.detail, row.id, SHOWN, then=pane.query_one(Detail).show, wait=0.08)

    @on(Listing.Opened)
    @work
    async def _opened(self, event: Listing.Opened) -> None:
        rows = await self.ask(history.detail, event.row.id, SHOWN)
        change = self.rows[event.row.id]
        self.app.push_screen(DetailDialog(said(change["verb"]), rows))

    @work
    async def action_turn_round(self) -> None:
        """Take back the change under the cursor, or do it again where it is taken back."""
        change = self.change
        if change is None:
            return
        if change["n"] > 1 or change["who"] != self.icrm.user:
            title = t("ask.redo" if change["gone"] else "ask.undo", verb=said(change["root"]))
            facts = [t("ask.undo.facts", n=change["n"], who=change["who"])]
            action = "key.redo" if change["gone"] else "key.undo"
            if not await self.app.push_screen_wait(ConfirmDialog(title, action, facts)):
                return
        await take_back(self, await self.ask(history.standing, change["id"]), change["n"])


async def undo_latest(screen: IcrmScreen) -> None:
    """Take back the user's latest change, and say which it was."""
    try:
        change = await screen.ask(history.latest)
    except IcrmError as error:
        screen.say_error(error)
        return
    await take_back(screen, change["id"], change["n"])


async def take_back(screen: IcrmScreen, change: int, rows: int) -> bool:
    """Undo a change (of an undo: do it again), beside the screens where many rows move; whether it was done."""
    if rows > BULK:
        dialog = ProgressDialog("ask.undo.running", Child(screen.icrm, ["undo", str(change)]))
        answer = await screen.app.push_screen_wait(dialog)
        if answer.code:
            screen.notify(shown(answer.said), severity="error", markup=False)
            return False
        screen.icrm.look()
        verb, again, n = answer.record["verb"], answer.record["again"], answer.record["rows"]
    else:
        done = await screen.perform(history.undo, change)
        if done is None:
            return False
        verb, again, n = done.verb, done.again, done.rows
    screen.say("done.redone" if again else "done.undone", verb=said(verb), n=n)
    return True
