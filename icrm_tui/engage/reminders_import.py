"""How rows of a file become reminders: those of another program, or our own from another store."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from functools import lru_cache
from typing import Any

from icrm_tui import dates, recurrence
from icrm_tui.collect import cells as say
from icrm_tui.collect import customers_import, customers_publish, headers
from icrm_tui.collect.customers import takes
from icrm_tui.collect.customers_import import PARTY
from icrm_tui.collect.reading import Doubt, Draft, Given, Rejected
from icrm_tui.collect.staging import changed, met
from icrm_tui.context import Context
from icrm_tui.db import Tx
from icrm_tui.engage.reminders import PRIORITIES
from icrm_tui.errors import Usage
from icrm_tui.nouns import Importer, Match
from icrm_tui.text import fold

TARGETS = (
    *customers_import.TARGETS,
    *("id", "what", "due", "time", "repeat", "starts", "priority", "owner", "zone", "done", "archived"),
)
COLUMNS = {
    "whom": "whom", "own": "INTEGER", "what": "TEXT", "what_key": "TEXT", "due_on": "TEXT", "due_time": "TEXT",
    "starts_on": "TEXT", "zone": "TEXT", "rule": "TEXT", "priority": "TEXT", "owner": "TEXT", "done": "INTEGER",
    "archived": "INTEGER",
}  # fmt: skip
NUMBER = re.compile(r"r(\d{1,18})")


def parse(cells: Mapping[str, Any], given: Given) -> Draft:
    """A reminder's row. Rejected without a customer, a day, or anything to be done."""
    doubts: list[Doubt] = []
    get = cells.get
    whom, what = customers_import.named(cells, given), get("what")
    if not what:
        raise Rejected("text-empty", "what")
    if zone := get("zone"):
        given = given._replace(zone=dates.zone(zone))
    due = say.needed(cells, "due", given)
    starts = say.moment({"starts": get("starts")}, "starts", given) or due
    hour = f"{due.hour:%H:%M}" if due.hour else ""
    own = NUMBER.fullmatch(get("id", ""))
    values = (
        whom,
        int(own[1]) if own else None,
        what,
        fold(what),
        due.day.isoformat(),
        hour,
        starts.day.isoformat(),
        given.zone.key,
        _rule(get("repeat", ""), datetime.combine(starts.day, due.hour or time())) or None,
        say.choice(cells, "priority", "priorities", PRIORITIES, doubts),
        say.user(cells, "owner", given, doubts),
        say.flag(cells, "done"),
        say.flag(cells, "archived"),
    )
    return Draft(values, {}, doubts)


@lru_cache(maxsize=1024)
def _rule(text: str, start: datetime) -> str:
    if not text or headers.meaning("flags", text) == "no":
        return ""
    try:
        return recurrence.read(text, start)
    except Usage as error:
        raise Rejected(error.code, "repeat", **error.values) from error


THEIRS = "(x.customer_id = w.customer_id OR x.contact_id = w.contact_id)"
OF = f"FROM stage.rows r {PARTY} JOIN reminders x ON"
DUE = "(x.due_on = r.due_on OR x.starts_on = r.starts_on)"  # also one that was put off or has come again since
MATCH = (
    Match("id", f"SELECT r.n, x.id {OF} x.id = r.own AND {THEIRS} AND (x.what_key = r.what_key OR {DUE})", ""),
    Match(
        "person",
        f"SELECT r.n, x.id {OF} x.contact_id = w.contact_id AND x.what_key = r.what_key AND {DUE}",
        "SELECT w.who || ' ' || r.due_on || ' ' || r.due_time || ' ' || r.what_key AS k, r.n"
        f" FROM stage.rows r {PARTY}",
    ),
    Match(
        "customer",
        f"SELECT r.n, x.id {OF} x.customer_id = w.customer_id AND x.what_key = r.what_key AND {DUE}"
        " AND (x.contact_id IS NULL OR w.contact_id IS NULL)",
        "",
    ),
)
WHEN = ("due_on", "due_time")


def publish(ctx: Context, tx: Tx, policy: str) -> dict[str, int]:
    """Make the staged reminders, or give those that are there what their rows say."""
    made = customers_publish.make(ctx, tx)
    tx.bulk(
        "reminders",
        "id, customer_id, contact_id, what, what_key, due_on, due_time, zone, rule, starts_on, occurs_on, occurs_time,"
        " priority, owner, done, archived, created_at",
        "SELECT t.id, w.customer_id, w.contact_id, r.what, r.what_key, r.due_on, r.due_time, r.zone,"
        " COALESCE(r.rule, '') AS rule, r.starts_on, r.due_on AS occurs_on, r.due_time AS occurs_time,"
        " COALESCE(r.priority, 'normal') AS priority, COALESCE(r.owner, :me) AS owner, COALESCE(r.done, 0) AS done,"
        " COALESCE(r.archived, 0) AS archived, :stamp AS created_at FROM stage.target t"
        f" JOIN stage.rows r ON r.n = t.n {PARTY} WHERE t.fresh = 1 ORDER BY t.id",
        me=ctx.user,
        stamp=ctx.stamp,
    )
    if met(tx):
        _update(tx, policy)
    return made


def _update(tx: Tx, policy: str) -> None:
    """What was put off here stays so while the row says the day it began with; what is done here stays done."""
    texts = ("what", "what_key", "rule", "priority", "owner")
    said = ", ".join(f"{takes(policy, f'r.{c}', f'x.{c}')} AS {c}" for c in texts)
    stays = "1 = 1" if policy == "merge" else "x.starts_on = r.due_on OR x.due_on = r.due_on"
    when = ", ".join(f"CASE WHEN {stays} THEN x.{c} ELSE r.{c} END AS {c}" for c in WHEN)
    tx.revise(
        "reminders",
        (*texts, *WHEN, "done"),
        f"SELECT x.id, {said}, {when}, CASE WHEN r.done = 1 THEN 1 ELSE x.done END AS done FROM stage.target t"
        " JOIN stage.rows r ON r.n = t.n JOIN reminders x ON x.id = t.id WHERE t.fresh = 0",
    )
    changed(tx, "reminders")


IMPORTER = Importer(
    table="reminders",
    targets=TARGETS,
    many=(),
    days=("due", "starts"),
    columns=COLUMNS,
    parts={},
    shared=customers_import.SHARED,
    match=MATCH,
    parse=parse,
    publish=publish,
    look=customers_import.look,
)
