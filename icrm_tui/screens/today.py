"""Today: what is due, whose birthday it is, who has heard nothing for too long, and what I did last."""

from datetime import date
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from icrm_tui.i18n import has, t
from icrm_tui.improve import today
from icrm_tui.screens.acting import CUSTOMER_KEYS, Acting, Target, target_of
from icrm_tui.widgets.blocks import Cell, Row
from icrm_tui.widgets.columns import ListColumn
from icrm_tui.widgets.frame import Empty
from icrm_tui.widgets.listing import Listing
from icrm_tui.widgets.text import glyph
from icrm_tui.widgets.values import chosen, day, local

Cells = tuple[str | Cell, ...]
PRIORITIES = {"high": ("critical", "error"), "normal": ("dot", "warning"), "low": ("between", "muted")}


class TodayScreen(Acting):
    place = "today"
    AUTO_FOCUS = "Listing"
    BINDINGS: ClassVar[list[BindingType]] = [
        *CUSTOMER_KEYS,
        Binding("asterisk", "everyone", "key.everyone", id="today.everyone", key_display="*", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.everyone = False
        self.rows: list[Target | None] = []

    def body(self) -> ComposeResult:
        yield Listing(
            ListColumn("what", "", 12, 10),
            ListColumn("name", "", 22, 14, 1),
            ListColumn("text", "", 26, 12, 4),
            ListColumn("when", "", 11, 11, align="right"),
        )
        nothing = Empty("today.nothing", ("2", "place.contacts"), ("g", "key.places"))
        nothing.display = False  # until that is known
        yield nothing

    def changed(self) -> None:
        self.load(today.today, self.everyone, then=self._show)

    @property
    def day(self) -> date:
        return self.icrm.opening.clock().astimezone(self.icrm.zone).date()

    def _show(self, found: dict[str, list[dict[str, Any]]]) -> None:
        makers = {
            "overdue": self._due,
            "due": self._due,
            "birthdays": self._birthday,
            "silent": self._silent,
            "touches": self._touch,
        }
        lines: list[tuple[Target | None, Row]] = []
        for section, make in makers.items():
            rows = found.get(section, [])
            if rows:
                lines.append((None, Row(-1, heading=f"{t(f'today.{section}')} {len(rows)}")))
                lines += [(target_of(row.get("who_id") or row["id"]), Row(0, make(row))) for row in map(_whom, rows)]
        self.rows = [who for who, _row in lines]
        listing = self.query_one(Listing)
        listing.fill(listing.reload(), 0, [row._replace(id=place) for place, (_who, row) in enumerate(lines)])
        self.query_one(Empty).display = not lines
        if not lines:
            self.set_focus(None)
        elif not listing.display:
            listing.focus()
        listing.display = bool(lines)
        self.refresh_bindings()

    def _due(self, row: dict[str, Any]) -> Cells:
        mark, tone = PRIORITIES.get(row["priority"], PRIORITIES["normal"])
        key = f"priority.{row['priority']}"
        what = Cell(f"{glyph(mark)} {t(key) if has(key) else row['priority']}", tone)
        on, _blank, hour = row["due"].partition(" ")
        late = (self.day - date.fromisoformat(on)).days
        when = t("today.late", n=late) if row["overdue"] and late else hour or t("ui.day.today")
        said = f"{row['what']}  {row['owner']}" if self.everyone else row["what"]
        return what, Cell(row["name"], "strong"), said, Cell(when, "error" if row["overdue"] else "warning")

    def _birthday(self, row: dict[str, Any]) -> Cells:
        age = t("today.turns", n=row["turns"]) if row["turns"] is not None else ""
        what = Cell(f"{glyph('dot')} {t('today.birthday')}", "accent")
        said = "  ".join(part for part in (age, row["company"]) if part)
        return what, Cell(row["name"], "strong"), said, day(date.fromisoformat(row["on"]), self.day)

    def _silent(self, row: dict[str, Any]) -> Cells:
        last = t("today.last", when=local(row["last_contact"], self.icrm.zone).date().isoformat())
        said = f"{last}  {row['owner']}" if self.everyone else last
        what = Cell(f"{glyph('warn')} {t('today.quiet')}", "warning")
        return what, Cell(row["name"], "strong"), Cell(said, "muted"), Cell(t("today.days", n=row["days"]), "warning")

    def _touch(self, row: dict[str, Any]) -> Cells:
        what = Cell(f"{glyph(row['dir'])} {chosen('channel', row['channel'])}", "muted")
        said = f"{row['text']}  {row['who']}" if self.everyone else row["text"]
        return what, row["name"], Cell(said, "muted"), day(local(row["at"], self.icrm.zone).date(), self.day)

    def targets(self) -> list[Target]:
        cursor = self.query_one(Listing).cursor
        found = self.rows[cursor] if cursor < len(self.rows) else None
        return [found] if found else []

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        found = self.rows[event.index]
        if found:
            from icrm_tui.screens.customer import CustomerScreen

            self.app.push_screen(CustomerScreen(*found))

    def action_everyone(self) -> None:
        self.everyone = not self.everyone
        self.say("today.all" if self.everyone else "today.mine")
        self.changed()


def _whom(row: dict[str, Any]) -> dict[str, Any]:
    """A reminder is about somebody; the other lines are that somebody."""
    return {**row, "who_id": row["who"]} if row["id"].startswith("r") else row
