"""Today: what is due, who complains, whose birthday it is, who has heard nothing for too long, what I did last.

One key settles what is under the cursor, and what is next comes there.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from icrm_tui import nouns
from icrm_tui.context import Context
from icrm_tui.i18n import t
from icrm_tui.improve import today
from icrm_tui.screens.acting import CUSTOMER_KEYS, Target, about, target_of, who
from icrm_tui.screens.beside import Beside
from icrm_tui.screens.reminding import REMINDER_KEYS, Reminding
from icrm_tui.widgets.blocks import Cell, Row
from icrm_tui.widgets.columns import ListColumn
from icrm_tui.widgets.day import Bar, Bars, Calm, Chart
from icrm_tui.widgets.frame import Count
from icrm_tui.widgets.listing import Listing
from icrm_tui.widgets.moments import due, full, read
from icrm_tui.widgets.text import glyph
from icrm_tui.widgets.values import chosen, clock, day, local, marked

Cells = tuple[str | Cell, ...]
Record = dict[str, Any]
MINUTE = 60.0
# what Enter does with a row of a section
DOES = {
    "overdue": "key.log-done",
    "due": "key.log-done",
    "complaints": "key.open",
    "mail": "key.customer",
    "birthdays": "key.log",
    "silent": "key.log",
    "touches": "key.customer",
}

ABOUT_SOMEBODY = {one.action for one in CUSTOMER_KEYS} - {"add"} | {"page"}


class Item(NamedTuple):
    """One line of the day: its section, what it is, and the row as it was read."""

    section: str
    target: Target
    row: Record


def whole(ctx: Context, everyone: bool) -> tuple[dict[str, list[Record]], Record]:
    """The day, and the week round it."""
    return today.today(ctx, everyone), today.week(ctx, everyone)


def counted(section: str, rows: list[Record]) -> str:
    """How many there are, or that there are more than are shown."""
    return f"{len(rows)}+" if section in today.CUT and len(rows) >= today.MOST else str(len(rows))


class TodayScreen(Reminding):
    place = "today"
    AUTO_FOCUS = "Listing"
    DEFAULT_CSS = """
    TodayScreen {
        #day { width: 1fr; }
        Calm, Bars { display: none; }
        &.-wide Beside, &.-widest Beside, &.-widest Bars { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *REMINDER_KEYS,
        *CUSTOMER_KEYS,
        Binding("p", "page", "key.customer", id="today.page"),
        Binding("i", "app.go('import')", "key.import", id="today.import", show=False),
        Binding("asterisk", "everyone", "key.everyone", id="today.everyone", key_display="*", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.everyone = False
        self.items: dict[int, Item] = {}
        self._numbers: dict[Any, int] = {}  # what a line is → its number, the same as long as it is there

    def body(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="day"):
                yield Calm()
                yield Listing(
                    ListColumn("what", "", 10),
                    ListColumn("name", "", 18, 12, 1),
                    ListColumn("text", "", 32, 12, 4),
                    ListColumn("when", "", 11, align="right"),
                )
            yield Beside()
            yield Bars()

    def on_mount(self) -> None:
        self.set_interval(MINUTE, self.changed)  # what is due follows the clock

    def changed(self) -> None:
        self.load(whole, self.everyone, then=self._show)

    @property
    def day(self) -> date:
        return self.icrm.opening.clock().astimezone(self.icrm.zone).date()

    @property
    def listing(self) -> Listing:
        return self.query_one(Listing)

    # Showing the day

    def _show(self, found: tuple[dict[str, list[Record]], Record]) -> None:
        sections, week = found
        makers = {
            "overdue": self._due,
            "due": self._due,
            "complaints": self._complaint,
            "mail": self._mail,
            "birthdays": self._birthday,
            "silent": self._silent,
            "touches": self._touch,
        }
        self.items = {}
        lines: list[Row] = []
        for section, make in makers.items():
            if sections[section]:
                lines.append(Row(-1, heading=f"{t(f'today.{section}')} {counted(section, sections[section])}"))
                lines += self._rows(section, sections[section], make)
        listing = self.listing
        listing.fill(listing.reload(), 0, lines)
        listing.set_total(len(lines))
        self._calm(sections, week, bool(lines))
        self._frame(sections, week)
        self.refresh_bindings()

    def _rows(self, section: str, rows: list[Record], make: Callable[[Record], Cells]) -> Iterator[Row]:
        for row in rows:
            noun = {"r": "reminder", "c": "complaint"}.get(row["id"][0] if row["id"][:2] != "co" else "")
            target = (noun, int(row["id"][1:])) if noun else target_of(row["id"])
            number = self._numbers.setdefault((noun or section, row["id"], row.get("at")), len(self._numbers))
            self.items[number] = Item(section, target, row)
            yield Row(number, make(row))

    def _calm(self, sections: dict[str, list[Record]], week: Record, lines: bool) -> None:
        """What is said where nothing waits, and how to begin where nobody is here yet."""
        calm = self.query_one(Calm)
        calm.display = not any(rows for section, rows in sections.items() if section != "touches")
        if not week["begun"]:
            calm.show("today.begin", [], (("a", "key.add"), ("i", "key.import"), ("g", "key.places")))
        else:
            then = week["next"]
            touches = t("today.did.touches", n=week["touches"][-1]["n"])
            facts = [t("today.did", touches=touches, done=t("today.did.done", n=week["done"]))]
            facts.append(
                t("today.then", due=full(read(then["due"])), name=then["name"], what=then["what"])
                if then
                else t("today.then.nothing")
            )
            keys = (("2", "place.contacts"), ("3", "place.reminders"), ("*", "key.everyone"))
            calm.show("today.nothing", facts, keys)
        calm.set_class(not lines, "-alone")
        if not lines:
            self.set_focus(None)
        elif not self.listing.display:
            self.listing.focus()
        self.listing.display = lines

    def _frame(self, sections: dict[str, list[Record]], week: Record) -> None:
        """What counts, in the top line; and the week in bars."""
        late, complaints = len(sections["overdue"]), len(sections["complaints"])
        counts = [Count("dot", t("today.count.overdue", n=late), "error")] if late else []
        counts += [Count("warn", t("today.count.complaints", n=complaints), "warning")] if complaints else []
        self.top.show(counts=counts)
        past = [Bar(self._named(one["on"]), one["n"]) for one in week["touches"]]
        coming = [Bar(self._named(one["on"]), one["n"]) for one in week["due"]]
        coming[0] = coming[0]._replace(late=late)
        charts = (Chart("week.touches", "$text-success", past), Chart("week.due", "$text-accent", coming))
        self.query_one(Bars).show(charts)

    def _named(self, on: str) -> str:
        """A day of the week round today, as briefly as it is clear."""
        when = date.fromisoformat(on)
        if when == self.day:
            return t("ui.day.today")
        return f"{t(f'ui.weekday.{when.weekday()}')} {when.day}"

    def _due(self, row: Record) -> Cells:
        when = due(row["due"], self.icrm.opening.clock(), self.icrm.zone)
        said = f"{row['what']}  {row['owner']}" if self.everyone else row["what"]
        return marked("priority", row["priority"]), Cell(row["name"], "strong"), said, when

    def _complaint(self, row: Record) -> Cells:
        said = f"{row['ref']} {row['what']}"
        said += f"  {row['owner']}" if self.everyone else ""
        name = row["name"] or t("today.nobody")
        left = clock(row) if row["alarm"] else t("today.days", n=row["days"])
        return marked("severity", row["severity"]), Cell(name, "strong"), said, left

    def _mail(self, row: Record) -> Cells:
        what = Cell(f"{glyph('warn')} {chosen('state', row['state'])}", "warning")
        said = f"{row['mail']} {row['subject']}" + (f"  {row['who']}" if self.everyone else "")
        return what, Cell(row["name"], "strong"), said, day(local(row["at"], self.icrm.zone).date(), self.day)

    def _birthday(self, row: Record) -> Cells:
        age = t("today.turns", n=row["turns"]) if row["turns"] is not None else ""
        what = Cell(f"{glyph('dot')} {t('today.birthday')}", "accent")
        said = "  ".join(part for part in (age, row["company"]) if part)
        return what, Cell(row["name"], "strong"), said, day(date.fromisoformat(row["on"]), self.day)

    def _silent(self, row: Record) -> Cells:
        last = t("today.last", when=local(row["last_contact"], self.icrm.zone).date().isoformat())
        said = f"{last}  {row['owner']}" if self.everyone else last
        what = Cell(f"{glyph('warn')} {t('today.quiet')}", "warning")
        return what, Cell(row["name"], "strong"), Cell(said, "muted"), Cell(t("today.days", n=row["days"]), "warning")

    def _touch(self, row: Record) -> Cells:
        what = Cell(f"{glyph(row['dir'])} {chosen('channel', row['channel'])}", "muted")
        said = f"{row['text']}  {row['who']}" if self.everyone else row["text"]
        return what, row["name"], Cell(said, "muted"), day(local(row["at"], self.icrm.zone).date(), self.day)

    # Which are meant

    @property
    def item(self) -> Item | None:
        """The one under the cursor."""
        row = self.listing.row
        return self.items.get(row.id) if row else None

    def targets(self) -> list[Target]:
        marked_ = [self.items[number] for number in sorted(self.listing.marks) if number in self.items]
        some = marked_ or ([self.item] if self.item else [])
        return list(dict.fromkeys(item.target for item in some))

    @property
    def under_cursor(self) -> Target | None:
        return self.item.target if self.item else None

    def one(self) -> Target | None:
        return self.under_cursor

    @on(Listing.Highlighted)
    def _highlighted(self) -> None:
        self.refresh_bindings()
        self.query_one(Beside).tell_more()

    @on(Listing.Marked)
    def _marked(self) -> None:
        self.refresh_bindings()

    @on(Listing.IdsWanted)
    def _all_wanted(self, event: Listing.IdsWanted) -> None:
        event.listing.set_ids([event.listing.row_at(n).id for n in range(event.listing.total)])  # type: ignore[union-attr]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where nobody is under the cursor there is nobody to do anything with."""
        if action in ABOUT_SOMEBODY and not (self.query(Listing) and self.item):
            return False
        return super().check_action(action, parameters)

    def spoken(self, binding: Binding) -> Binding:
        """Enter is called what it does with the row under the cursor."""
        if binding.id == "list.open" and self.item:
            from dataclasses import replace

            return replace(binding, description=t(DOES[self.item.section]))
        return super().spoken(binding)

    # What the keys do

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        item = self.items.get(event.row.id)
        if item is None:
            return
        if item.section in ("overdue", "due"):
            self._log_due(item)
        elif item.section == "complaints":
            from icrm_tui.screens.complaint import ComplaintScreen

            self.app.push_screen(ComplaintScreen(item.target[1]))
        elif item.section in ("mail", "touches"):
            self.action_page()
        else:
            self.action_log()

    @work
    async def _log_due(self, item: Item) -> None:
        """Log what came of a reminder, which is done with it; what is next is asked in the same form."""
        whom = await self.ask(who, item.target)
        self.leaving()
        dialog = nouns.resolve(nouns.DIALOGS["interaction.add"])(whom, item.row)
        if await self.app.push_screen_wait(dialog) is not None:
            self.say("done.done", n=1, what=item.row["what"])

    @work
    async def action_log(self) -> None:
        """Log a touch; somebody greeted or spoken to again is done with, and the next one comes under the cursor."""
        item = self.item
        if item is None:
            return
        self.leaving()
        if await self.log_with(item.target) and item.section == "birthdays":
            self.listing.action_move(1)  # it stays their birthday

    @work
    async def action_done(self) -> None:
        """At once; one word on it is what Enter is for."""
        if (found := await self.meant()) is None:
            return
        ids, record = found
        if await self.sure(len(ids), "ask.done", "key.done"):
            await self.tick_off(ids, record)

    def leaving(self) -> None:
        self.listing.leave()

    def settled(self) -> None:
        self.listing.clear_marks()

    @work
    async def action_page(self) -> None:
        """All there is about the customer."""
        if self.item is not None:
            from icrm_tui.screens.customer import CustomerScreen

            self.app.push_screen(CustomerScreen(*await self.ask(about, self.item.target)))

    def action_everyone(self) -> None:
        self.everyone = not self.everyone
        self.say("today.all" if self.everyone else "today.mine")
        self.changed()
