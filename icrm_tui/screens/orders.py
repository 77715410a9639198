"""Orders: all of them, found by anything, and what those found come to."""

from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget

from icrm_tui import money
from icrm_tui.collect import orders
from icrm_tui.context import Context
from icrm_tui.i18n import t
from icrm_tui.lists import Wanted
from icrm_tui.screens.acting import CUSTOMER_KEYS, Target, about, target_of, who
from icrm_tui.screens.customer import CustomerScreen
from icrm_tui.screens.dialogs.orders import BuyerDialog
from icrm_tui.screens.listed import ListPlace
from icrm_tui.screens.record_list import RecordList
from icrm_tui.widgets.dialogs import Choice
from icrm_tui.widgets.listing import Listing


def buyer(ctx: Context, target: Target) -> Choice:
    """The customer of a row, to be chosen again."""
    noun, row_id = about(ctx, target)
    return Choice(f"{'co' if noun == 'company' else 'p'}{row_id}", who(ctx, target).name, note=t(f"noun.{noun}"))


def archive(ctx: Context, ids: list[int], archived: bool) -> int:
    """Call these off, or bring them back, in one change."""
    verb = "order.archive" if archived else "order.unarchive"
    n: int = ctx.change(verb, lambda _tx: sum(orders.archive(ctx, one, archived) for one in ids))
    return n


class Totals(Widget):
    """What the orders of the list come to; those in another currency beside it, for they are in no total."""

    DEFAULT_CSS = "Totals { height: 1; padding: 0 3; color: $foreground-muted; }"

    def __init__(self) -> None:
        super().__init__()
        self.sums: list[dict[str, Any]] = []
        self.base = ""

    def show(self, found: tuple[list[dict[str, Any]], str]) -> None:
        self.sums, self.base = found
        self.refresh()

    def render(self) -> Content:
        parts: list[Any] = []
        for row in self.sums:
            if row["currency"] == self.base:
                parts += [
                    t("orders.total", n=row["n"]),
                    "  ",
                    (money.shown(row["amount"], self.base), "bold $foreground"),
                ]
        rest = [row for row in self.sums if row["currency"] != self.base]
        if rest:
            listed = t("ui.comma").join(f"{money.shown(row['amount'], row['currency'])} ({row['n']:,})" for row in rest)
            parts += ["   " if parts else "", t("orders.left-out", amounts=listed)]
        return Content.assemble(*parts)


def sums(ctx: Context, wanted: Wanted) -> tuple[list[dict[str, Any]], str]:
    return orders.sums(ctx, wanted), ctx.setting("currency")


class OrdersScreen(ListPlace):
    place = "orders"
    lists = "order"
    empty = ("empty.orders", (("a", "key.add"),))
    BINDINGS: ClassVar[list[BindingType]] = [key for key in CUSTOMER_KEYS if key.id != "customer.merge"]

    def __init__(self) -> None:
        super().__init__()
        self._summed = -1  # the reading of the list whose sums stand there

    def body(self) -> ComposeResult:
        yield from super().body()
        yield Totals()

    @on(Listing.Highlighted)
    @on(RecordList.Emptied)
    def _sum(self) -> None:
        """The list was read again: what it comes to may have changed."""
        if self._summed != (now := self.records.listing.generation):
            self._summed = now
            self.load(sums, self.records.wanted, then=self.query_one(Totals).show, wait=0.1)

    @on(Listing.Opened)
    @work
    async def _opened(self, event: Listing.Opened) -> None:
        self.app.push_screen(CustomerScreen(*await self.ask(about, ("order", event.row.id))))

    @work
    async def action_add(self, _name: str = "") -> None:
        """Ask whose order it is, then for the order."""
        first = [await self.ask(buyer, self.under_cursor)] if self.under_cursor else []
        written = await self.app.push_screen_wait(BuyerDialog(first))
        if written:
            await self.enter_order(target_of(written))

    @work
    async def action_archive(self) -> None:
        """Call them off; one that is called off already counts again."""
        ids = self.records.selected()
        if not ids or not await self.sure(len(ids), "ask.archive", "key.archive"):
            return
        found = await self.ask(orders.show, ids[0])
        back = len(ids) == 1 and found["archived"]
        done = await self.perform(archive, ids, not back)
        if done is not None:
            name = found["ref"] or found["id"]
            self.say("done.unarchived", name=name) if back else self.say("done.archived", n=done)
