"""Orders: whose it is, then how much, when, under which reference."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Self, cast

from textual import on
from textual.widgets import Input

from icrm_tui import money, search, when
from icrm_tui.collect import orders
from icrm_tui.collect.orders import Order
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import t
from icrm_tui.search import Who
from icrm_tui.widgets.dialogs import Choice
from icrm_tui.widgets.finder import Finder
from icrm_tui.widgets.forms import Faults, FormDialog, FormField, Values
from icrm_tui.widgets.frame import sentence

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

MOST = 30
KINDS = ("contact", "company")


class OrderDialog(FormDialog):
    """Answers the id of an order entered, or whether an edited one changed. How each text is read stands under it."""

    def __init__(self, whom: Who, currency: str, record: dict[str, Any] | None = None) -> None:
        self.whom = whom
        self.currency = currency
        self.record = record
        self.named = whom.name
        before = self._texts(record) if record else {}
        super().__init__(
            t("form.order.edit" if record else "form.order", name=whom.name),
            [
                FormField("total", "field.amount", value=before.get("total", ""), hint=self._example(), required=True),
                FormField("at", "field.at", value=before.get("at", ""), hint="form.hint.day"),
                FormField("ref", "field.ref", value=before.get("ref", ""), hint="form.hint.ref"),
                FormField("note", "field.note", value=before.get("note", "")),
            ],
        )

    @classmethod
    async def of(cls, app: "IcrmApp", whom: Who) -> Self:
        return cls(whom, await app.read(lambda ctx: ctx.setting("currency")))

    @classmethod
    async def editing(cls, app: "IcrmApp", order_id: int) -> Self:
        def known(ctx: Context) -> tuple[Who, str, dict[str, Any]]:
            row, record = orders.get(ctx, order_id), orders.show(ctx, order_id)
            return Who(row["customer_id"], row["contact_id"], record["name"]), ctx.setting("currency"), record

        return cls(*await app.read(known))

    @property
    def icrm(self) -> "IcrmApp":
        return cast("IcrmApp", self.app)

    def _example(self) -> str:
        return f"1280.00 {self.currency}" if self.currency else "form.hint.amount"

    @staticmethod
    def _texts(record: dict[str, Any]) -> dict[str, str]:
        """The order as the form shows it."""
        total = money.grouped(record["amount"], record["currency"])
        return {
            "total": f"{total} {record['currency']}",
            "at": record["at"],
            "ref": record["ref"],
            "note": record["note"],
        }

    # How it is read

    def _amount(self, text: str) -> money.Money:
        return money.given(text, self.record["currency"] if self.record else self.currency)

    def _day(self, text: str) -> date | None:
        """None is today, as the store has it."""
        app = self.icrm
        return when.read(text, app.opening.clock(), app.zone, ahead=False).day if text.strip() else None

    def _order(self, values: Values) -> Order:
        return Order(*self._amount(values["total"]), self._day(values["at"]), values["ref"], values["note"])

    @on(Input.Changed, "#field-total")
    def _read_amount(self, event: Input.Changed) -> None:
        try:
            found = self._amount(event.value)
        except IcrmError:
            self.note("total", "")
            return
        said = money.shown(*found)
        if self.currency and found.currency != self.currency:
            said = t("form.order.left-out", amount=said, base=self.currency)
        self.note("total", said)

    @on(Input.Changed, "#field-at")
    def _read_day(self, event: Input.Changed) -> None:
        try:
            day = self._day(event.value)
        except IcrmError:
            day = None
        self.note("at", f"{day.isoformat()} {t(f'ui.weekday.{day.weekday()}')}" if day else "")

    async def check(self, values: Values) -> Faults:
        faults = {}
        for key, read in (("total", self._amount), ("at", self._day)):
            try:
                if values[key].strip():
                    read(values[key])
            except IcrmError as error:
                faults[key] = sentence(error)
        return faults

    def blame(self, error: IcrmError) -> Faults:
        return {"ref" if error.code == "order-ref" else "": sentence(error)}

    async def keep(self, values: Values) -> Any:
        order = self._order(values)
        answer = await self.icrm.write(lambda ctx: self._edit(ctx, values) if self.record else self._add(ctx, order))
        self.icrm.look()
        return answer

    def _add(self, ctx: Context, order: Order) -> int:
        return orders.add(ctx, self.whom, order)

    def _edit(self, ctx: Context, values: Values) -> bool:
        assert self.record is not None
        amount, currency = self._amount(values["total"])
        texts = {"total": money.plain(amount, currency), "currency": currency, "at": values["at"].strip()}
        texts |= {"ref": values["ref"], "note": values["note"]}
        return orders.edit(ctx, int(self.record["id"].removeprefix("o")), texts, self.record["rev"])


class BuyerDialog(Finder):
    """Whose order it is; whoever is under the cursor stands there before anything is typed."""

    def __init__(self, first: Sequence[Choice]) -> None:
        self.first = first
        super().__init__("form.order.whose", self._look, "form.hint.find")

    async def _look(self, text: str) -> Sequence[Choice]:
        app = cast("IcrmApp", self.app)
        if not text.strip():
            return self.first
        app.drop("buyer")
        found = await app.read(lambda ctx: search.find(ctx, text, MOST, KINDS)[0], "buyer")
        return [Choice(hit["id"], hit["name"], note=f"{hit['detail']}  {t('noun.' + hit['noun'])}") for hit in found]
