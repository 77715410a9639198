"""Complaints as rows of a file, and as records, with all that happened to them."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from icrm_tui import money
from icrm_tui.collect import customers_export
from icrm_tui.context import Context
from icrm_tui.db import Ids, Row
from icrm_tui.listen import complaints_rules as rules
from icrm_tui.nouns import Exporter

COLUMNS = (
    *("ref", "number", "opened", "state", "closed", *customers_export.COLUMNS, "kind", "what", "text", "category"),
    *("severity", "channel", "order", *rules.PLAIN, "cost", "currency", "satisfied", "reason", "duplicate_of"),
    *("reopened", "owner", "archived", "events"),
)
BESIDE = """SELECT x.id, g.name AS category, d.ref AS other FROM complaints x
 LEFT JOIN complaint_categories g ON g.id = x.category_id LEFT JOIN complaints d ON d.id = x.duplicate_of
 WHERE x.id IN {ids}"""
STEPS = """SELECT complaint_id, at, who, event, state, channel, text FROM complaint_events
 WHERE complaint_id IN {ids} ORDER BY id"""
TEXTS = ("ref", "number", "state", "kind", "what", "text", "severity", "channel", "satisfied", "reason", "owner")


class Known(NamedTuple):
    row: Row
    events: list[Row]


def read(ctx: Context, ids: Sequence[int]) -> Iterator[Known]:
    among = f"{Ids(ids)}"
    beside = {row["id"]: row for row in ctx.read(BESIDE.format(ids=among))}
    events: dict[int, list[Row]] = {row_id: [] for row_id in ids}
    for step in ctx.read(STEPS.format(ids=among)):
        events[step.pop("complaint_id")].append(step)
    return (Known(row | beside[row["id"]], events[row["id"]]) for row in customers_export.read(ctx, "complaints", ids))


def record(known: Known) -> dict[str, Any]:
    row, events = known
    return {
        "id": f"c{row['id']}",
        **{key: row[key] for key in TEXTS},
        **customers_export.record(row),
        **{key: row[key] for key in rules.PLAIN},
        "category": row["category"] or "",
        "order": row["order_ref"],
        "cost": money.shown(row["cost"], row["currency"]) if row["currency"] else "",
        "duplicate_of": row["other"] or "",
        "reopened": row["reopened"],
        "opened": row["opened_at"],
        "ended": row["ended_at"],
        "archived": bool(row["archived"]),
        "rev": row["rev"],
        "events": events,
    }


def cells(known: Known) -> dict[str, str]:
    row, events = known
    return {
        **customers_export.cells(row),
        **{key: row[key] for key in (*TEXTS, *rules.PLAIN, "currency")},
        "category": row["category"] or "",
        "opened": row["opened_at"],
        "closed": row["ended_at"],
        "order": row["order_ref"],
        "cost": money.plain(row["cost"], row["currency"]) if row["currency"] else "",
        "duplicate_of": row["other"] or "",
        "reopened": str(row["reopened"] or ""),
        "archived": "yes" if row["archived"] else "",
        "events": json.dumps([list(step.values()) for step in events], ensure_ascii=False),
    }


EXPORTER = Exporter(lambda _ctx: list(COLUMNS), read, record, cells)
