"""The board 看板: where complaints stand, the worst first."""

from typing import Any

from icrm_tui.context import Context
from icrm_tui.listen import complaints_rules as rules
from icrm_tui.listen.complaints import SHOW, lines

COLUMNS = (*rules.ACTIVE, "closed")
ORDER = "x.weight DESC, x.opened_at, x.id"
MINE = "x.archived = 0 AND (:all = 1 OR x.owner = :me)"


def board(ctx: Context, everyone: bool = True, limit: int = 50) -> dict[str, list[dict[str, Any]]]:
    """By state the worst first, of those the oldest; of what is closed the last one. Mine unless `everyone`."""
    where = f"{SHOW} WHERE x.state = '{{state}}' AND {MINE} ORDER BY {{order}} LIMIT :limit"
    orders = dict.fromkeys(COLUMNS, ORDER) | {"closed": "x.ended_at DESC, x.id DESC"}
    each = [f"SELECT * FROM ({where.format(state=state, order=order)}) AS s" for state, order in orders.items()]
    rows = lines(ctx, ctx.read(" UNION ALL ".join(each), limit=limit, me=ctx.user, all=int(everyone)))
    return {state: [row for row in rows if row["state"] == state] for state in COLUMNS}


def unended(ctx: Context, customer_id: int, limit: int = 50) -> list[dict[str, Any]]:
    """What a customer still waits for."""
    sql = f"{SHOW} WHERE x.customer_id = :customer AND x.ended_at = '' ORDER BY {ORDER} LIMIT :limit"
    return lines(ctx, ctx.read(sql, customer=customer_id, limit=limit))


def counts(ctx: Context, everyone: bool = True) -> dict[str, int]:
    """How many there are in each state."""
    sql = f"SELECT x.state, count(*) AS n FROM complaints x WHERE {MINE} GROUP BY x.state"
    found = {row["state"]: row["n"] for row in ctx.read(sql, me=ctx.user, all=int(everyone))}
    return {state: found.get(state, 0) for state in rules.STATES}
