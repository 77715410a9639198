"""What ticks did of late: a log that keeps its last lines and no more."""

from collections.abc import Iterable
from typing import Any

from icrm_tui.context import Context
from icrm_tui.db import Row, Tx

KEPT = 5000  # lines
SHOWN = ("did", "id", "who", "detail")


def note(ctx: Context, tx: Tx, some: Iterable[dict[str, Any]]) -> None:
    """Log these pieces of work in the transaction that does them."""
    tx.derive_many(
        "INSERT INTO tick_log (at, did, written, who, detail) VALUES (?, ?, ?, ?, ?)",
        [(ctx.stamp, *(str(one[key]) for key in SHOWN)) for one in list(some)[-KEPT:]],
    )
    tx.derived("DELETE FROM tick_log WHERE id <= (SELECT max(l.id) FROM tick_log l) - :kept", kept=KEPT)


def log(ctx: Context, limit: int = 50) -> list[Row]:
    """The last lines, the latest first."""
    return ctx.read(
        "SELECT at, did, written AS id, who, detail FROM tick_log ORDER BY tick_log.id DESC LIMIT :limit", limit=limit
    )
