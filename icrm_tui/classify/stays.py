"""Who came into a segment and who left it, as it was seen when somebody looked.

Looking is `record`: it is no change of anybody's and nothing to undo. Who was there at the first look never entered.
Whoever looks, `me` in a query is who saved it: else everybody's look would turn the others out.
"""

from functools import partial
from typing import Any

from icrm_tui import ticks
from icrm_tui.classify import segments
from icrm_tui.classify.segments import SHIPPED, Segment
from icrm_tui.context import Context
from icrm_tui.db import Ids, Row, Tx
from icrm_tui.nouns import Due
from icrm_tui.query_parser import QueryError
from icrm_tui.search import Who

HERE = "SELECT x.row_id FROM segment_stays x WHERE x.segment = :segment AND x.left_at = ''"
MOVED = f"""SELECT (SELECT count(*) FROM ({{ids}}) AS m WHERE m.id NOT IN ({HERE})) AS entered,
 (SELECT count(*) FROM ({HERE} AND x.row_id NOT IN ({{ids}})) AS g) AS gone,
 EXISTS (SELECT 1 FROM segment_stays x WHERE x.segment = :segment) AS seen"""


def record(ctx: Context, name: str = "") -> dict[str, tuple[int, int]]:
    """Note who entered and who left since the last look, of one segment or of all; how many, by its name.

    A store that may only be read keeps nothing.
    """
    found = {}
    for segment in [segments.find(ctx, name)] if name else segments.everything(ctx, archived=False):
        entered, left, news = _looked(ctx, segment)
        found[segment.name] = (entered, left)
        if news and not ctx.connection.readonly:
            ctx.aside(partial(_note, ctx, segment))
    return found


def _looked(ctx: Context, segment: Segment) -> tuple[int, int, bool]:
    """How many entered and left since the last look, and whether there is anything to note."""
    ids, params = _members(ctx, segment)
    moved = ctx.read(MOVED.format(ids=ids), segment=segment.key, **params)[0]
    news = bool(moved["entered"] or moved["gone"] or not moved["seen"])
    return moved["entered"] if moved["seen"] else 0, moved["gone"], news


def _members(ctx: Context, segment: Segment) -> tuple[str, dict[str, Any]]:
    saver = Context(ctx.connection, segment.who or ctx.user, ctx.clock, ctx.zone)
    return segments.members(saver, segment)


def _note(ctx: Context, segment: Segment, tx: Tx) -> None:
    ids, params = _members(ctx, segment)
    given: dict[str, Any] = {"segment": segment.key, "noun": segment.noun, "at": ctx.stamp, **params}
    if not tx.read("SELECT 1 FROM segment_stays WHERE segment = :segment LIMIT 1", segment=segment.key):
        given["at"] = ""
        tx.derived(NOBODY, segment=segment.key, noun=segment.noun)
    tx.derived(
        f"UPDATE segment_stays SET left_at = :at WHERE segment = :segment AND left_at = '' AND row_id NOT IN ({ids})",
        **given,
    )
    tx.derived(
        "INSERT INTO segment_stays (segment, noun, row_id, entered_at)"
        f" SELECT :segment, :noun, m.id, :at FROM ({ids}) AS m WHERE m.id NOT IN ({HERE})",
        **given,
    )


# a stay of nobody, long over, says that there was a first look
NOBODY = "INSERT INTO segment_stays (segment, noun, row_id, entered_at, left_at) VALUES (:segment, :noun, 0, '', '-')"


def moves(ctx: Context, segment: Segment, since: str = "") -> list[Row]:
    """Who entered and who left at or after the instant `since`: id as it is written, name, move and at, in order."""
    return ctx.read(MOVES[segment.noun], segment=segment.key, since=since or "0")


def _moves(columns: str, joined: str) -> str:
    halves = [
        f"SELECT {columns}, '{move}' AS move, x.{column} AS at FROM segment_stays x JOIN {joined}"
        f" WHERE x.segment = :segment AND x.{column} >= :since"
        for move, column in (("entered", "entered_at"), ("left", "left_at"))
    ]
    return f"{' UNION ALL '.join(halves)} ORDER BY at, id, move"


PERSON = "(SELECT p.id FROM contacts p WHERE p.customer_id = c.id ORDER BY p.archived, p.id LIMIT 1)"
MOVES = {
    "contact": _moves("'p' || p.id AS id, p.name", "contacts p ON p.id = x.row_id"),
    "customer": _moves(
        f"CASE WHEN c.kind = 'company' THEN 'co' || c.id ELSE 'p' || {PERSON} END AS id, c.name",
        "customers c ON c.id = x.row_id",
    ),
}


def moved(ctx: Context, segment: Segment, since: str) -> tuple[int, int]:
    """How many were seen to enter, and how many to leave, at or after the instant `since`."""
    row = ctx.read(COUNTED, segment=segment.key, since=since)[0]
    return row["entered"], row["gone"]


COUNTED = """SELECT COALESCE(sum(CASE WHEN x.entered_at >= :since THEN 1 ELSE 0 END), 0) AS entered,
 COALESCE(sum(CASE WHEN x.left_at >= :since THEN 1 ELSE 0 END), 0) AS gone
 FROM segment_stays x WHERE x.segment = :segment AND x.row_id > 0"""


def inside(ctx: Context, who: Who) -> list[Segment]:
    """The segments somebody, or their customer, is in now; one whose query does not read is left out."""
    found = []
    for segment in segments.everything(ctx, archived=False):
        row_id = who.customer_id if segment.noun == "customer" else who.contact_id
        try:
            ids, params = segments.members(ctx, segment)
        except QueryError:
            continue
        if row_id is not None and ctx.read(f"SELECT m.id FROM ({ids}) AS m WHERE m.id = :row_", row_=row_id, **params):
            found.append(segment)
    return found


def derive(tx: Tx, _ids: Ids) -> None:
    """What was seen of a segment that is gone goes with it."""
    shipped = ", ".join(f"'{key}'" for key in SHIPPED)
    tx.derived(
        f"DELETE FROM segment_stays WHERE segment NOT IN (SELECT key FROM segments) AND segment NOT IN ({shipped})"
    )


# --- what falls due --------------------------------------------------------------------------------------


def _unseen(ctx: Context) -> list[dict[str, Any]]:
    """Segments that somebody entered or left since the last look; a first look has nothing to tell."""
    found = []
    for segment in segments.everything(ctx, archived=False):
        try:
            entered, left, news = _looked(ctx, segment)
        except QueryError:  # its query names what is no more: whoever opens it is told so
            continue
        if news:
            found.append({"did": "segment", "id": segment.name, "who": "", "detail": f"+{entered} -{left}"})
    return found


def _see(ctx: Context, some: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for one in some:
        segment = segments.find(ctx, one["id"])

        def work(tx: Tx, segment: Segment = segment, one: dict[str, Any] = one) -> None:
            _note(ctx, segment, tx)
            ticks.note(ctx, tx, [one])

        ctx.aside(work)
    return some


DUE = Due(_unseen, _see, 20)
