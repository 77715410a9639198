"""How rows of a file become orders of customers, one row an order."""

import json
import re
from collections.abc import Mapping
from typing import Any

from icrm_tui import money
from icrm_tui.collect import cells as say
from icrm_tui.collect import customers_import, customers_publish, moments, orders
from icrm_tui.collect.customers import takes
from icrm_tui.collect.customers_import import PARTY
from icrm_tui.collect.reading import Doubt, Draft, Given, Rejected
from icrm_tui.collect.staging import Stage, changed, met
from icrm_tui.context import Context
from icrm_tui.dates import utc
from icrm_tui.db import Tx
from icrm_tui.errors import Usage
from icrm_tui.nouns import Importer, Match

TARGETS = (*customers_import.TARGETS, "id", "ref", "at", "amount", "currency", "note", "who", "archived")
COLUMNS = {
    "whom": "whom", "own": "INTEGER", "ref": "TEXT", "ref_key": "TEXT", "day": "TEXT", "day_no": "INTEGER",
    "at": "TEXT", "noon": "TEXT", "amount": "INTEGER", "currency": "TEXT", "note": "TEXT", "note_key": "TEXT",
    "who": "TEXT", "archived": "INTEGER",
}  # fmt: skip
NUMBER = re.compile(r"o(\d{1,18})")
BRACKETS = re.compile(r"\((.+)\)")


# --- rules -----------------------------------------------------------------------------------------------


def parse(cells: Mapping[str, Any], given: Given) -> Draft:
    """An order's row. Rejected without a customer, a day or an amount, or where the amount can be read in two ways."""
    doubts: list[Doubt] = []
    get = cells.get
    whom = customers_import.named(cells, given)
    when = say.needed(cells, "at", given)
    own = NUMBER.fullmatch(get("id", ""))
    kept = orders.check(orders.Order(*_amount(cells, given), ref=get("ref", ""), note=get("note", "")))
    texts = {word: kept[word] or None for word in ("ref", "ref_key", "note", "note_key")}
    values = (
        whom,
        int(own[1]) if own else None,
        texts["ref"],
        texts["ref_key"],
        when.day.isoformat(),
        when.day.toordinal(),
        when.at if when.hour else None,
        utc(when.day, moments.NOON, given.zone),
        kept["amount"],
        kept["currency"],
        texts["note"],
        texts["note_key"],
        say.user(cells, "who", given, doubts),
        say.flag(cells, "archived"),
    )
    return Draft(values, {}, doubts)


def _amount(cells: Mapping[str, Any], given: Given) -> money.Money:
    text = cells.get("amount")
    if not text:
        raise Rejected("import-no-amount", "amount")
    asked = say.currency(cells, given)
    less = BRACKETS.fullmatch(text)  # as bookkeepers write what is below nothing
    try:
        found = money.given(less[1] if less else text, asked or given.currency)
    except Usage as error:
        raise Rejected(error.code, "amount", **error.values) from error
    if asked and found.currency != asked:
        raise Rejected("money-other", "amount", text=text, currency=asked)
    return found._replace(amount=-found.amount) if less else found


# --- whom and which --------------------------------------------------------------------------------------

SPLIT = f"""SELECT r.n, r.ref, g.n AS several FROM stage.rows r {PARTY} JOIN (SELECT w.who,
 r.ref_key, count(*) AS n FROM stage.rows r {PARTY} WHERE r.ref_key IS NOT NULL
 GROUP BY w.who, r.ref_key HAVING min(r.amount) <> max(r.amount) OR min(r.currency) <> max(r.currency)) AS g
 ON g.who = w.who AND g.ref_key = r.ref_key"""


def look(stage: Stage, options: Any) -> None:
    """Beside customers nobody knows, orders in several rows are turned away: their total is none of these."""
    customers_import.look(stage, options)
    split = list(stage.connection.stream(SPLIT))
    told = ((n, ref, "import-order-lines", json.dumps({"ref": ref, "n": of})) for n, ref, of in split)
    stage.refuse("ref", told)


OF = f"FROM stage.rows r {PARTY} JOIN orders o ON"
THEIRS = "(o.customer_id = w.customer_id OR o.contact_id = w.contact_id)"
# the first, second … order of somebody on a day for an amount: what has no reference is told apart by nothing else
NTH = f"""SELECT r.n, w.customer_id, COALESCE(w.contact_id, 0) AS contact_id, r.day, r.amount, r.currency,
 row_number() OVER (PARTITION BY w.customer_id, w.contact_id, r.day, r.amount, r.currency ORDER BY r.n) AS k
 FROM stage.rows r {PARTY}
 WHERE r.ref_key IS NULL AND w.customer_id IS NOT NULL AND r.n NOT IN (SELECT m.n FROM stage.met m)"""
STORED = """SELECT o.id, o.customer_id, COALESCE(o.contact_id, 0) AS contact_id, o.day, o.amount, o.currency,
 row_number() OVER (PARTITION BY o.customer_id, o.contact_id, o.day, o.amount, o.currency ORDER BY o.id) AS k
 FROM orders o WHERE o.ref_key = '' AND o.customer_id IN (SELECT w.customer_id FROM stage.parties w)
 AND o.id NOT IN (SELECT m.id FROM stage.met m)"""
MATCH = (
    Match(
        "id",
        f"SELECT r.n, o.id {OF} o.id = r.own AND {THEIRS} AND (o.day = r.day OR o.amount = r.amount"
        " OR o.ref_key = r.ref_key)",
        "",
    ),
    Match(
        "reference",
        f"SELECT r.n, o.id {OF} o.ref_key = r.ref_key AND o.ref_key <> '' AND {THEIRS}",
        f"SELECT w.who || ' ' || r.ref_key AS k, r.n FROM stage.rows r {PARTY} WHERE r.ref_key IS NOT NULL",
    ),
    Match(
        "nth",
        f"SELECT s.n, o.id FROM ({NTH}) AS s JOIN ({STORED}) AS o ON o.customer_id = s.customer_id"
        " AND o.contact_id = s.contact_id AND o.day = s.day AND o.amount = s.amount AND o.currency = s.currency"
        " AND o.k = s.k",
        "",
    ),
)


# --- publishing ------------------------------------------------------------------------------------------

TEXTS = ("ref", "ref_key", "note", "note_key")
OWN = ("day", "day_no", "amount", "currency")


def publish(ctx: Context, tx: Tx, policy: str) -> dict[str, int]:
    """Make the staged orders, or give those that are there what their rows say."""
    made = customers_publish.make(ctx, tx)
    fresh = "FROM stage.target t JOIN stage.rows r ON r.n = t.n WHERE t.fresh = 1"
    first = tx.read(f"SELECT r.currency {fresh} ORDER BY r.n LIMIT 1")
    if first:
        orders.agree(ctx, first[0]["currency"])
    texts = ", ".join(f"COALESCE(r.{column}, '') AS {column}" for column in TEXTS)
    own = ", ".join(f"r.{column}" for column in OWN)
    tx.bulk(
        "orders",
        f"id, customer_id, contact_id, {', '.join(TEXTS)}, {', '.join(OWN)}, at, who, archived, created_at",
        f"SELECT t.id, w.customer_id, w.contact_id, {texts}, {own}, COALESCE(r.at, r.noon) AS at,"
        " COALESCE(r.who, :me) AS who, COALESCE(r.archived, 0) AS archived, :stamp AS created_at"
        f" FROM stage.target t JOIN stage.rows r ON r.n = t.n {PARTY} WHERE t.fresh = 1 ORDER BY t.id",
        me=ctx.user,
        stamp=ctx.stamp,
    )
    if met(tx):
        _update(tx, policy)
    return made


def _update(tx: Tx, policy: str) -> None:
    """The day, amount and currency are always there, so that to fill what is empty leaves them."""
    said = "r" if policy == "update" else "o"
    texts = ", ".join(f"{takes(policy, f'r.{column}', f'o.{column}')} AS {column}" for column in TEXTS)
    own = ", ".join(f"{said}.{column}" for column in OWN)
    at = "COALESCE(r.at, CASE WHEN r.day = o.day THEN o.at ELSE r.noon END)" if policy == "update" else "o.at"
    tx.revise(
        "orders",
        (*TEXTS, *OWN, "at"),
        f"SELECT o.id, {texts}, {own}, {at} AS at FROM stage.target t JOIN stage.rows r ON r.n = t.n"
        " JOIN orders o ON o.id = t.id WHERE t.fresh = 0",
    )
    changed(tx, "orders")


IMPORTER = Importer(
    table="orders",
    targets=TARGETS,
    many=(),
    days=("at",),
    columns=COLUMNS,
    parts={},
    shared=customers_import.SHARED,
    match=MATCH,
    parse=parse,
    publish=publish,
    look=look,
)
