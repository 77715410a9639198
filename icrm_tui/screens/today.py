"""Today: whose birthday it is, who has heard nothing for too long, and what I did last."""

from datetime import date
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from icrm_tui.i18n import t
from icrm_tui.improve import today
from icrm_tui.screens.acting import CUSTOMER_KEYS, Acting, Target, target_of
from icrm_tui.screens.customer import CustomerScreen
from icrm_tui.widgets.blocks import Cell, Row
from icrm_tui.widgets.columns import ListColumn
from icrm_tui.widgets.frame import Empty
from icrm_tui.widgets.listing import Listing
from icrm_tui.widgets.text import glyph
from icrm_tui.widgets.values import chosen, day, local


class TodayScreen(Acting):
    place = "today"
    BINDINGS: ClassVar[list[BindingType]] = [
        *CUSTOMER_KEYS,
        Binding("asterisk", "everyone", "key.everyone", id="today.everyone", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.everyone = False
        self.rows: list[Target | None] = []

    def body(self) -> ComposeResult:
        yield Listing(
            ListColumn("what", "", 12, 6),
            ListColumn("name", "", 22, 10, 1),
            ListColumn("text", "", 30, 10, 3),
            ListColumn("when", "", 12, 8, align="right"),
        )
        yield Empty("empty.today", ("2", "place.contacts"), ("g", "key.places"))

    def changed(self) -> None:
        self.load(today.today, self.everyone, then=self._show)

    def _show(self, found: dict[str, list[dict[str, Any]]]) -> None:
        lines: list[tuple[Target | None, Row]] = []
        for section, make in (("birthdays", self._birthday), ("silent", self._silent), ("touches", self._touch)):
            rows = found[section]
            if rows:
                lines.append((None, Row(-1, heading=f"{t(f'today.{section}')} {len(rows)}")))
                lines += [(target_of(row["id"]), Row(0, make(row))) for row in rows]
        self.rows = [who for who, _row in lines]
        listing = self.query_one(Listing)
        generation = listing.reload(keep=False) if not listing.total else listing.reload()
        listing.fill(generation, 0, [row._replace(id=place) for place, (_who, row) in enumerate(lines)])
        self.query_one(Empty).display = not lines
        listing.display = bool(lines)

    def _birthday(self, row: dict[str, Any]) -> tuple[str | Cell, ...]:
        on = date.fromisoformat(row["on"])
        age = t("today.turns", n=row["turns"]) if row["turns"] is not None else ""
        now = self.icrm.opening.clock().astimezone(self.icrm.opening.zone).date()
        what = Cell(f"{glyph('dot')} {t('today.birthday')}", "accent")
        return what, Cell(row["name"], "strong"), f"{row['company']}  {age}".strip(), day(on, now)

    def _silent(self, row: dict[str, Any]) -> tuple[str | Cell, ...]:
        days = Cell(t("today.days", n=row["days"]), "warning")
        return Cell(f"{glyph('warn')} {t('today.quiet')}", "warning"), Cell(row["name"], "strong"), row["owner"], days

    def _touch(self, row: dict[str, Any]) -> tuple[str | Cell, ...]:
        when = local(row["at"], self.icrm.opening.zone)
        now = self.icrm.opening.clock().astimezone(self.icrm.opening.zone).date()
        arrow = glyph(row["dir"])
        return (
            Cell(f"{arrow} {chosen('channel', row['channel'])}", "muted"),
            row["name"],
            row["text"],
            day(when.date(), now),
        )

    def targets(self) -> list[Target]:
        cursor = self.query_one(Listing).cursor
        found = self.rows[cursor] if cursor < len(self.rows) else None
        return [found] if found else []

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        found = self.rows[event.index]
        if found:
            self.app.push_screen(CustomerScreen(*found))

    def action_everyone(self) -> None:
        self.everyone = not self.everyone
        self.say("today.all" if self.everyone else "today.mine")
        self.changed()
