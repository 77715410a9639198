"""How rows of a file become touches with customers."""

import re
from collections.abc import Mapping
from typing import Any

from icrm_tui.collect import cells as say
from icrm_tui.collect import customers_import, customers_publish
from icrm_tui.collect.customers import takes
from icrm_tui.collect.customers_import import PARTY
from icrm_tui.collect.interactions import CHANNELS, DIRECTIONS, OUTCOMES
from icrm_tui.collect.reading import Doubt, Draft, Given, Rejected
from icrm_tui.collect.staging import changed, met
from icrm_tui.context import Context
from icrm_tui.db import Tx
from icrm_tui.nouns import Importer, Match
from icrm_tui.text import fold

TARGETS = (
    *customers_import.TARGETS,
    *("id", "at", "time", "channel", "dir", "outcome", "subject", "text", "link", "who"),
)
COLUMNS = {
    "whom": "whom", "own": "INTEGER", "at": "TEXT", "channel": "TEXT", "dir": "TEXT", "outcome": "TEXT",
    "subject": "TEXT", "body": "TEXT", "body_key": "TEXT", "link": "TEXT", "who": "TEXT",
}  # fmt: skip
NUMBER = re.compile(r"i(\d{1,18})")


def parse(cells: Mapping[str, Any], given: Given) -> Draft:
    """A touch's row. Rejected without a customer, a moment, or anything that was said."""
    doubts: list[Doubt] = []
    get = cells.get
    whom = customers_import.named(cells, given)
    subject, text = get("subject", ""), get("text", "")
    if not subject and not text:
        raise Rejected("text-empty", "text")
    own = NUMBER.fullmatch(get("id", ""))
    values = (
        whom,
        int(own[1]) if own else None,
        say.needed(cells, "at", given).at,
        say.choice(cells, "channel", "touches", CHANNELS, doubts),
        say.choice(cells, "dir", "directions", DIRECTIONS, doubts),
        say.choice(cells, "outcome", "outcomes", OUTCOMES, doubts),
        subject or None,
        text or None,
        fold(f"{subject} {text}"),
        get("link"),
        say.user(cells, "who", given, doubts),
    )
    return Draft(values, {}, doubts)


OF = f"FROM stage.rows r {PARTY} JOIN interactions i ON"
MATCH = (
    Match(
        "id",
        f"SELECT r.n, i.id {OF} i.id = r.own AND (i.customer_id = w.customer_id OR i.contact_id = w.contact_id)"
        " AND (i.at = r.at OR i.body_key = r.body_key)",
        "",
    ),
    Match(
        "person",
        f"SELECT r.n, i.id {OF} i.contact_id = w.contact_id AND i.at = r.at AND i.body_key = r.body_key",
        f"SELECT w.who || ' ' || r.at || ' ' || r.body_key AS k, r.n FROM stage.rows r {PARTY}",
    ),
    # the same was said at the same moment to others there as well, unless nobody was named
    Match(
        "customer",
        f"SELECT r.n, i.id {OF} i.customer_id = w.customer_id AND i.at = r.at AND i.body_key = r.body_key"
        " AND (i.contact_id IS NULL OR w.contact_id IS NULL)",
        "",
    ),
)
TEXTS = ("subject", "body", "body_key", "outcome", "link")


def publish(ctx: Context, tx: Tx, policy: str) -> dict[str, int]:
    """Log the staged touches, or give those that are there what their rows say."""
    made = customers_publish.make(ctx, tx)
    texts = ", ".join(f"COALESCE(r.{column}, '') AS {column}" for column in TEXTS)
    tx.bulk(
        "interactions",
        f"id, customer_id, contact_id, channel, dir, at, who, {', '.join(TEXTS)}",
        "SELECT t.id, w.customer_id, w.contact_id, COALESCE(r.channel, 'other') AS channel,"
        f" COALESCE(r.dir, 'out') AS dir, r.at, COALESCE(r.who, :me) AS who, {texts} FROM stage.target t"
        f" JOIN stage.rows r ON r.n = t.n {PARTY} WHERE t.fresh = 1 ORDER BY t.id",
        me=ctx.user,
    )
    if met(tx):
        said = ", ".join(f"{takes(policy, f'r.{c}', f'i.{c}')} AS {c}" for c in (*TEXTS, "channel", "dir", "at", "who"))
        tx.revise(
            "interactions",
            (*TEXTS, "channel", "dir", "at", "who"),
            f"SELECT i.id, {said} FROM stage.target t JOIN stage.rows r ON r.n = t.n"
            " JOIN interactions i ON i.id = t.id WHERE t.fresh = 0",
        )
        changed(tx, "interactions")
    return made


IMPORTER = Importer(
    table="interactions",
    targets=TARGETS,
    many=(),
    days=("at",),
    columns=COLUMNS,
    parts={},
    shared=customers_import.SHARED,
    match=MATCH,
    parse=parse,
    publish=publish,
    look=customers_import.look,
)
