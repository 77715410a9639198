"""Value tier 客户等级: high, middle or low, by what a customer spends in a year and how often; never written by hand.

What is judged is the last year in which they bought (`customer_money`): the tier says what a customer is worth while
they buy, and does not fade by itself; silence has words of its own. It is judged when asked, so a cut that moves is
right at once and nothing has to be computed anew. Cuts are fixed sums in minor units: 10,000.00 of most currencies,
1,000,000 yen. `fit` draws them from what this store's customers spend; what one customer buys never moves another.
"""

from typing import Any, NamedTuple

from icrm_tui import money
from icrm_tui.context import Context
from icrm_tui.db import Tx
from icrm_tui.errors import Refused, Usage
from icrm_tui.nouns import Field, Noun, Part
from icrm_tui.query_parser import Word
from icrm_tui.query_values import TESTS, Place
from icrm_tui.text import fold

TIERS = ("high", "middle", "low")
ENOUGH = 20  # customers who bought, before what they spend says where to cut
SHARES = {"high": 0.2, "middle": 0.5}  # of them, from the top


class Cut(NamedTuple):
    """What a tier takes in a year: this much, or this many orders and as much as the tier below takes."""

    spent: int
    orders: int


DEFAULTS = {"high": Cut(1_000_000, 12), "middle": Cut(200_000, 4)}


class Why(NamedTuple):
    """A reason: the faces say it as `why.<code>`, filled with `values`."""

    code: str
    values: dict[str, Any]


# --- rules -----------------------------------------------------------------------------------------------


def tier_of(spent: int, orders: int, cuts: dict[str, Cut]) -> str:
    """The tier of who bought at all. A regular is one tier above what they spend."""
    high, middle = cuts["high"], cuts["middle"]
    if spent >= high.spent or (orders >= high.orders and spent >= middle.spent):
        return "high"
    if spent >= middle.spent or (orders >= middle.orders and spent > 0):
        return "middle"
    return "low"


def check(cuts: dict[str, Cut]) -> None:
    for tier, cut in cuts.items():
        if cut.spent <= 0 or cut.orders <= 0:
            raise Usage("tier-positive", tier=tier)
    if cuts["high"].spent <= cuts["middle"].spent:
        raise Usage("tier-order")


def rounded(amount: int) -> int:
    """Two figures are enough for a cut, and easier to remember."""
    scale = int("1" + "0" * (len(str(amount)) - 2)) if amount >= 100 else 1
    return (amount + scale // 2) // scale * scale


# --- verbs -----------------------------------------------------------------------------------------------


def edit(ctx: Context, tier: str, values: dict[str, str]) -> bool:
    """Move a cut: `spent` in the base currency, `orders` a year. False when it lies there already."""
    if tier not in DEFAULTS:
        raise Usage("choice", field="tier", value=tier, choices=", ".join(DEFAULTS))
    unknown = [word for word in values if word not in Cut._fields]
    if unknown:
        raise Usage("unknown-field", field=unknown[0], noun="tier", nearest=", ".join(Cut._fields))

    def work(tx: Tx) -> bool:
        now = cuts(ctx)
        spent, orders = now[tier]
        if "spent" in values:
            spent = money.read(values["spent"], _currency(ctx))
        if "orders" in values:
            orders = _number(values["orders"])
        return _put(tx, now | {tier: Cut(spent, orders)}, now)

    changed: bool = ctx.change("tier.edit", work)
    return changed


def fit(ctx: Context) -> dict[str, Cut]:
    """Cut where a fifth and a half of those who bought spend more; the cuts. Refused where too few have bought."""

    def work(tx: Tx) -> bool:
        now = cuts(ctx)
        n = tx.read("SELECT count(*) AS n FROM customer_money WHERE year_orders > 0")[0]["n"]
        if n < ENOUGH:
            raise Refused("tier-few", n=n, needed=ENOUGH)
        found = {
            tier: Cut(rounded(max(1, tx.read(NTH, nth=int(n * share))[0]["year_spent"])), now[tier].orders)
            for tier, share in SHARES.items()
        }
        if found["high"].spent <= found["middle"].spent:
            raise Refused("tier-alike", spent=money.shown(found["high"].spent, _currency(ctx)))
        return _put(tx, found, now)

    ctx.change("tier.fit", work)
    return cuts(ctx)


NTH = (
    "SELECT year_spent FROM customer_money WHERE year_orders > 0 ORDER BY year_spent DESC, customer_id"
    " LIMIT 1 OFFSET :nth"
)


def _put(tx: Tx, wanted: dict[str, Cut], now: dict[str, Cut]) -> bool:
    check(wanted)
    for tier, cut in wanted.items():
        if cut != now[tier]:
            held = tx.read("SELECT id FROM tier_rules WHERE tier = :tier", tier=tier)
            if held:
                tx.update("tier_rules", held[0]["id"], **cut._asdict())
            else:
                tx.insert("tier_rules", tier=tier, **cut._asdict())
    return wanted != now


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Usage("option-number", option="orders", value=text)
    return int(text)


def _currency(ctx: Context) -> str:
    return ctx.setting("currency")


# --- reading ---------------------------------------------------------------------------------------------


def cuts(ctx: Context) -> dict[str, Cut]:
    kept = {row["tier"]: Cut(row["spent"], row["orders"]) for row in ctx.read("SELECT * FROM tier_rules")}
    return DEFAULTS | kept


def why(ctx: Context, customer_id: int) -> tuple[str, list[Why]]:
    """A customer's tier, empty where there is nothing to judge, and why, with the figures."""
    found = ctx.read("SELECT * FROM customer_money WHERE customer_id = :id", id=customer_id)
    if not found:
        return "", [Why("tier-none", {})]
    row = found[0]
    left = [Why("left-out", {"n": row["left_out"]})] if row["left_out"] else []
    if not row["year_orders"]:
        return "", [Why("tier-none", {}), *left]
    known = cuts(ctx)
    spent, orders = row["year_spent"], row["year_orders"]
    tier = tier_of(spent, orders, known)
    currency = _currency(ctx)
    figures = {"spent": money.shown(spent, currency), "n": orders, "to": row["year_to"]}
    if tier == "low":
        reason = Why("tier-low", figures | {"cut": money.shown(known["middle"].spent, currency)})
    elif spent >= known[tier].spent:
        reason = Why("tier-money", figures | {"cut": money.shown(known[tier].spent, currency)})
    else:
        reason = Why("tier-orders", figures | {"needed": known[tier].orders})
    return tier, [reason, *left]


def everything(ctx: Context) -> list[dict[str, Any]]:
    """The tiers with what each takes, and how many customers are in it."""
    known, currency = cuts(ctx), _currency(ctx)
    counted = {row["tier"]: row["n"] for row in ctx.read(COUNTED)}
    return [
        {
            "id": tier,
            "tier": tier,
            "spent": known[tier].spent / 10 ** money.digits(currency) if tier in known else 0,
            "orders": known[tier].orders if tier in known else 0,
            "currency": currency,
            "customers": counted.get(tier, 0),
        }
        for tier in TIERS
    ]


# --- what it declares ------------------------------------------------------------------------------------


def _cut(tier: str, column: str) -> str:
    default = getattr(DEFAULTS[tier], column)
    return f"COALESCE((SELECT r.{column} FROM tier_rules r WHERE r.tier = '{tier}'), {default})"


SOME = f"m.year_spent >= {_cut('middle', 'spent')}"
# `tier_of`, as the store reckons it
HIGH = f"m.year_spent >= {_cut('high', 'spent')} OR (m.year_orders >= {_cut('high', 'orders')} AND {SOME})"
TIER = f"""CASE WHEN m.year_orders = 0 THEN NULL WHEN {HIGH} THEN 'high'
 WHEN {SOME} OR (m.year_orders >= {_cut("middle", "orders")} AND m.year_spent > 0) THEN 'middle' ELSE 'low' END"""
# what is true of every customer of the tier, and can be looked up
BOUNDS = {"high": f"{SOME} AND ", "middle": "m.year_spent > 0 AND "}
COUNTED = f"""SELECT {TIER} AS tier, count(*) AS n FROM customer_money m JOIN customers c ON c.id = m.customer_id
 WHERE c.archived = 0 GROUP BY 1"""


def _test(place: Place, operator: str, value: Word) -> str:
    test = TESTS["choice"][0](place, operator, value)
    return BOUNDS.get(fold(value.text), "") + test


def _lent(customer: str) -> dict[str, Field]:
    return {
        "tier": Field(
            "choice",
            TIER,
            shown=f"(SELECT {TIER} FROM customer_money m WHERE m.customer_id = {customer})",
            within=f"{customer} IN (SELECT m.customer_id FROM customer_money m WHERE {{test}})",
            choices=TIERS,
            test=_test,
        )
    }


NOUN = Noun(
    "tier",
    "tier_rules",
    {"tier_rules": Part(unique=(("tier",),))},
    label="tier",
    fields={"tier": Field("choice", "{t}.tier", choices=TIERS)},
    lends={"customer": _lent("{t}.id"), "company": _lent("{t}.id"), "contact": _lent("{t}.customer_id")},
)
