"""Orders: what a customer bought, when and for how much; a return is one below nothing.

An amount keeps its own currency. Totals are in the store's base currency, which the first amount of a store without
one decides; what is in another is left out of them, and counted. The money of a customer is derived: see `derive`.
"""

import re
from datetime import date, time
from decimal import Decimal
from typing import Any, NamedTuple

from icrm_tui import dates, lists, money, settings
from icrm_tui.context import Context
from icrm_tui.db import Every, Ids, Row, Tx
from icrm_tui.errors import Ambiguous, NotFound, Refused, Usage
from icrm_tui.lists import Wanted
from icrm_tui.nouns import Field, Noun, Parent, Part
from icrm_tui.search import Who
from icrm_tui.text import fold

REF_LIMIT = 100
EDITED = ("total", "currency", "at", "ref", "note")


class Order(NamedTuple):
    """What is typed to enter an order: minor units of a currency; no day is today."""

    amount: int
    currency: str
    day: date | None = None
    ref: str = ""
    note: str = ""


# --- rules -----------------------------------------------------------------------------------------------


def check(order: Order) -> dict[str, Any]:
    """The order's own columns; the amount of an order that is none, or beyond counting, is refused."""
    ref, note = " ".join(order.ref.split()), order.note.strip()
    if len(ref) > REF_LIMIT:
        raise Usage("order-ref", n=len(ref), limit=REF_LIMIT)
    if abs(order.amount) > money.LARGEST:
        raise Usage("money-large", text=str(order.amount))
    return {
        "amount": order.amount,
        "currency": money.code(order.currency),
        "ref": ref,
        "ref_key": fold(ref),
        "note": note,
        "note_key": fold(note),
    }


def _dated(ctx: Context, day: date) -> dict[str, Any]:
    """A day as it is kept: as text, as a number to reckon with, and as a moment in the timeline."""
    at = ctx.stamp if day == ctx.today else dates.utc(day, time(12), ctx.zone)
    return {"day": day.isoformat(), "day_no": day.toordinal(), "at": at}


def typed(ctx: Context, total: str, currency: str = "", at: str = "") -> Order:
    """An order as it is written: an amount in the currency named or in the store's own, on a day said in words."""
    asked = money.code(currency) if currency else ""
    found = money.given(total, asked or settings.get(ctx, "currency"))
    if asked and found.currency != asked:
        raise Usage("money-other", text=total, currency=asked)
    return Order(found.amount, found.currency, _day(ctx, at) if at else None)


def _day(ctx: Context, text: str) -> date:
    from icrm_tui import when

    return when.read(text, ctx.now, ctx.zone, ahead=False).day


# --- verbs -----------------------------------------------------------------------------------------------


def add(ctx: Context, who: Who, order: Order) -> int:
    """Enter an order of a customer. One who is archived or was merged away is refused."""
    kept = check(order)

    def work(tx: Tx) -> int:
        _trading(ctx, who)
        agree(ctx, kept["currency"])
        return tx.insert(
            "orders",
            customer_id=who.customer_id,
            contact_id=who.contact_id,
            **kept,
            **_dated(ctx, order.day or ctx.today),
            who=ctx.user,
            created_at=ctx.stamp,
        )

    made: int = ctx.change("order.add", work)
    return made


def edit(ctx: Context, order_id: int, values: dict[str, str], base: int | None = None) -> bool:
    """Change `total`, `currency`, `at`, `ref` or `note`, as they are typed; False when nothing changed."""
    unknown = [word for word in values if word not in EDITED]
    if unknown:
        raise Usage("unknown-field", field=unknown[0], noun="order", nearest=", ".join(EDITED))

    def work(tx: Tx) -> bool:
        row = get(ctx, order_id)
        total = values.get("total") or money.plain(row["amount"], row["currency"])
        order = typed(ctx, total, values.get("currency") or row["currency"])
        order = order._replace(ref=str(values.get("ref", row["ref"])), note=str(values.get("note", row["note"])))
        day = _dated(ctx, _day(ctx, values["at"])) if values.get("at") else {}
        return tx.update("orders", order_id, base, **check(order), **day)

    changed: bool = ctx.change("order.edit", work)
    return changed


def archive(ctx: Context, order_id: int, archived: bool = True) -> bool:
    """Call the order off: it counts no more; or bring it back."""
    get(ctx, order_id)
    changed: bool = ctx.change(
        "order.archive" if archived else "order.unarchive",
        lambda tx: tx.update("orders", order_id, archived=int(archived)),
    )
    return changed


def agree(ctx: Context, currency: str) -> None:
    """The first amount decides what a store counts in, where nobody has said so."""
    if not settings.get(ctx, "currency"):
        settings.put(ctx, "currency", currency)


def _trading(ctx: Context, who: Who) -> None:
    """Refused, saying what to do, where the customer or contact is archived or goes on as another."""
    for noun, prefix, row_id in (("contact", "p", who.contact_id), ("customer", "co", who.customer_id)):
        if row_id is None:
            continue
        row = ctx.read(STANDING[noun], id=row_id)[0]
        if row["merged_into"]:
            raise Refused(
                "order-merged", name=row["name"], id=f"{prefix}{row_id}", into=f"{prefix}{row['merged_into']}"
            )
        if row["archived"]:
            word = "contact" if who.contact_id is not None and row["kind"] == "person" else "company"
            shown = f"p{who.contact_id}" if word == "contact" else f"co{who.customer_id}"
            raise Refused("order-archived", name=row["name"], id=shown, word=word)


STANDING = {
    "contact": "SELECT name, archived, merged_into, 'person' AS kind FROM contacts WHERE id = :id",
    "customer": "SELECT name, archived, merged_into, kind FROM customers WHERE id = :id",
}


# --- reading ---------------------------------------------------------------------------------------------


def get(ctx: Context, order_id: int) -> Row:
    found = ctx.read("SELECT * FROM orders WHERE id = :id", id=order_id)
    if not found:
        raise NotFound("not-found", noun="order", id=f"o{order_id}")
    return found[0]


def named(ctx: Context, text: str) -> int:
    """The order meant by its reference or id; Ambiguous carries those that bear the same reference."""
    digits = re.fullmatch(r"o?(\d{1,18})", text.strip().casefold())
    rows = ctx.read(NAMED, key=fold(text), id=int(digits[1]) if digits else None)
    if not rows:
        raise NotFound("not-found", noun="order", id=text)
    if len(rows) > 1:
        raise Ambiguous("order-ambiguous", [_candidate(row) for row in rows], ref=text, n=len(rows))
    return int(rows[0]["id"])


NAMED = """SELECT o.id, o.day, o.amount, o.currency, c.name FROM orders o JOIN customers c ON c.id = o.customer_id
 WHERE (o.ref_key = :key AND :key <> '') OR o.id = :id ORDER BY o.id LIMIT 20"""


def _candidate(row: Row) -> dict[str, Any]:
    detail = f"{row['day']}  {money.shown(row['amount'], row['currency'])}"
    return {"noun": "order", "id": f"o{row['id']}", "name": row["name"], "detail": detail}


def show(ctx: Context, order_id: int) -> dict[str, Any]:
    """The order's record, as JSON gives it."""
    row = get(ctx, order_id)
    found = ctx.read(
        "SELECT c.name, p.name AS contact FROM customers c LEFT JOIN contacts p ON p.id = :contact WHERE c.id = :id",
        id=row["customer_id"],
        contact=row["contact_id"],
    )[0]
    return {
        "id": f"o{order_id}",
        "ref": row["ref"],
        "who": f"p{row['contact_id']}" if row["contact_id"] is not None else f"co{row['customer_id']}",
        "name": found["contact"] or found["name"],
        "at": row["day"],
        "amount": whole(row["amount"], row["currency"]),
        "currency": row["currency"],
        "left_out": row["currency"] != settings.get(ctx, "currency"),
        "note": row["note"],
        "entered_by": row["who"],
        "archived": bool(row["archived"]),
        "created": row["created_at"],
        "rev": row["rev"],
    }


def whole(amount: int, currency: str) -> float:
    """Minor units as the number people write, for scripts."""
    return float(Decimal(amount).scaleb(-money.digits(currency)))


def totals(ctx: Context, customer_id: int) -> dict[str, Any]:
    """What a customer has bought so far, as their record shows it."""
    found = ctx.read("SELECT * FROM customer_money WHERE customer_id = :id", id=customer_id)
    row: Row = found[0] if found else {"orders": 0, "spent": 0, "left_out": 0, "first_day": "", "last_day": ""}
    currency = settings.get(ctx, "currency")
    return {
        "orders": row["orders"],
        "spent": whole(row["spent"], currency),
        "currency": currency,
        "left_out": row["left_out"],
        "first_order": row["first_day"],
        "last_order": row["last_day"],
    }


def sums(ctx: Context, wanted: Wanted) -> list[Row]:
    """What the orders of a list that stand come to, currency by currency, and how many they are."""
    where, params = lists.condition(ctx, wanted)
    return ctx.read(
        f"SELECT t.currency, count(*) AS n, sum(t.amount) AS amount FROM orders t WHERE {where} AND t.archived = 0"
        " GROUP BY t.currency ORDER BY n DESC, t.currency",
        **params,
    )


# --- totals ----------------------------------------------------------------------------------------------

YEAR = 365

# Dates and numbers of orders are of all of them, money of those in the base currency. The year is the last in which
# the customer bought: it says what they are worth while they buy, whatever day it is today.
MONEY = f"""SELECT x.customer_id, sum(x.bought), COALESCE(sum(x.base), 0),
 sum(CASE WHEN x.base IS NULL THEN 1 ELSE 0 END),
 COALESCE(min(CASE WHEN x.bought = 1 THEN x.day_no END), 0), COALESCE(max(CASE WHEN x.bought = 1 THEN x.day_no END), 0),
 COALESCE(min(CASE WHEN x.bought = 1 THEN x.day END), ''), COALESCE(max(CASE WHEN x.bought = 1 THEN x.day END), ''),
 sum(CASE WHEN x.base IS NOT NULL AND x.day_no > x.paid_no - {YEAR} THEN x.bought ELSE 0 END),
 COALESCE(sum(CASE WHEN x.day_no > x.paid_no - {YEAR} THEN x.base END), 0),
 COALESCE(max(CASE WHEN x.bought = 1 AND x.base IS NOT NULL THEN x.day END), '')
 FROM (SELECT o.customer_id, o.day, o.day_no, CASE WHEN o.amount >= 0 THEN 1 ELSE 0 END AS bought,
 CASE WHEN o.currency = :base THEN o.amount END AS base,
 max(CASE WHEN o.amount >= 0 AND o.currency = :base THEN o.day_no END) OVER (PARTITION BY o.customer_id) AS paid_no
 FROM orders o WHERE o.customer_id IN {{ids}} AND o.archived = 0) AS x GROUP BY x.customer_id"""


def derive(tx: Tx, ids: Ids) -> None:
    """The money of these customers, from all their orders that stand."""
    tx.derived(f"DELETE FROM customer_money WHERE customer_id IN {ids}")
    tx.derived(
        "INSERT INTO customer_money (customer_id, orders, spent, left_out, first_no, last_no, first_day, last_day,"
        f" year_orders, year_spent, year_to) {MONEY.format(ids=ids)}",
        base=_agreed(tx),
    )


def derive_base(tx: Tx, _ids: Ids) -> None:
    """The currency that totals are in; when another one is agreed on, everybody's are made anew."""
    base = _agreed(tx)
    kept = tx.read("SELECT currency FROM money_base")
    if base == (kept[0]["currency"] if kept else ""):
        return
    tx.derived("DELETE FROM money_base")
    if base:
        scale = 10 ** money.digits(base)
        tx.derived("INSERT INTO money_base (currency, scale) VALUES (:base, :scale)", base=base, scale=scale)
    derive(tx, Every("customers"))


def _agreed(tx: Tx) -> str:
    found = tx.read("SELECT value FROM settings WHERE key = 'currency'")
    return str(found[0]["value"]) if found else ""


# --- what it declares ------------------------------------------------------------------------------------


def _lent(kind: str, column: str, customer: str, shown: str = "") -> Field:
    where = f"customer_money m WHERE m.customer_id = {customer}"
    return Field(
        kind,
        f"m.{column}",
        shown=shown.replace("{where}", where) or f"(SELECT m.{column} FROM {where})",
        within=f"{customer} IN (SELECT m.customer_id FROM customer_money m WHERE {{test}})",
    )


def _lends(customer: str) -> dict[str, Field]:
    """The money of a customer for a noun whose column names it."""
    spent = "(SELECT m.spent * 1.0 / (SELECT b.scale FROM money_base b) FROM {where})"
    return {
        "orders": _lent("number", "orders", customer),
        "spent": _lent("money", "spent", customer, spent),
        "first_order": _lent("day", "first_day", customer),
        "last_order": _lent("day", "last_day", customer),
    }


NAME = (
    "(SELECT COALESCE(p.name, c.name) FROM customers c LEFT JOIN contacts p ON p.id = {t}.contact_id"
    " WHERE c.id = {t}.customer_id)"
)
NOUN = Noun(
    "order",
    "orders",
    {"orders": Part({"customer_id": Parent("customer"), "contact_id": Parent("contact")})},
    prefix="o",
    label="ref",
    fields={
        "at": Field("day", "{t}.day", sort="{t}.day"),
        "ref": Field("text", "{t}.ref_key", shown="{t}.ref"),
        "name": Field("name", NAME.replace("p.name, c.name", "p.name_key, c.name_key"), shown=NAME),
        "amount": Field("amount", money.major("{t}.amount", "{t}.currency")),
        "currency": Field("choice", "{t}.currency", choices=money.CODES),
        "note": Field("text", "{t}.note_key", shown="{t}.note"),
        "who": Field("user", "{t}.who"),
        "created": Field("instant", "{t}.created_at"),
        "archived": Field("flag", "{t}.archived"),
    },
    lends={"customer": _lends("{t}.id"), "company": _lends("{t}.id"), "contact": _lends("{t}.customer_id")},
    columns=("at", "ref", "name", "amount", "currency", "note"),
    order="-at",
    timeline="SELECT * FROM (SELECT o.customer_id, o.contact_id, o.at, 'order' AS noun, o.id AS row_id, o.id,"
    f" 'order' AS channel, 'in' AS dir, '' AS outcome, o.who, {money.readable('o.amount', 'o.currency')}"
    " || CASE WHEN o.ref = '' THEN '' ELSE ' · ' || o.ref END"
    " || CASE WHEN o.note = '' THEN '' ELSE ' · ' || o.note END AS text FROM orders o WHERE o.archived = 0) AS bought",
)
