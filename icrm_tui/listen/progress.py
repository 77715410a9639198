"""What happened to a complaint, step by step: its moves, notes, who had it, and each try to ask the customer."""

from typing import Any

from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.listen.complaints_rules import Asked, asked
from icrm_tui.nouns import Field, Noun, Parent, Part
from icrm_tui.text import fold

EVENTS = (
    "opened", "acknowledged", "started", "waiting", "resolved", "satisfied", "final", "unanswered", "closed",
    "unsatisfied", "reopened", "withdrawn", "duplicate", "invalid", "noted", "tried", "assigned", "wrote", "replied",
    "reprioritised",
)  # fmt: skip


def add(
    ctx: Context, complaint_id: int, event: str, state: str, text: str = "", channel: str = "", by: str = ""
) -> None:
    """Called by complaints, in the change that makes it happen; `state` is the one that follows, `by` who did it."""

    def work(tx: Tx) -> None:
        tx.insert(
            "complaint_events",
            complaint_id=complaint_id,
            at=ctx.stamp,
            who=by or ctx.user,
            event=event,
            state=state,
            channel=channel,
            text=text.strip(),
            text_key=fold(text),
        )

    ctx.change("complaint.note", work)


def of(ctx: Context, complaint_id: int) -> list[dict[str, Any]]:
    """All that happened, in its order."""
    return ctx.read(
        "SELECT at, who, event AS outcome, state, channel, text FROM complaint_events WHERE complaint_id = :id"
        " ORDER BY id",
        id=complaint_id,
    )


def tries(ctx: Context, complaint_id: int) -> Asked:
    """How often the customer was asked since the complaint was resolved last."""
    rows: list[Row] = ctx.read(
        "SELECT at, channel FROM complaint_events WHERE complaint_id = :id AND event = 'tried' AND id > COALESCE("
        "(SELECT max(r.id) FROM complaint_events r WHERE r.complaint_id = :id AND r.event = 'resolved'), 0)",
        id=complaint_id,
    )
    return asked(((row["at"], row["channel"]) for row in rows), ctx.zone)


# --- importing -------------------------------------------------------------------------------------------

STAGED = {
    "seq": "INTEGER", "at": "TEXT", "who": "TEXT", "event": "TEXT", "state": "TEXT", "channel": "TEXT", "text": "TEXT",
    "text_key": "TEXT",
}  # fmt: skip


def publish(ctx: Context, tx: Tx) -> None:
    """What staged rows tell of: all of it for a new complaint; for one that is there the step that moved it on, and
    notes nobody has made yet."""
    if tx.read("SELECT 1 FROM stage.twins LIMIT 1"):  # rows that became one tell of the same things
        tx.derived(
            "DELETE FROM stage.events WHERE n IN (SELECT w.lead FROM stage.twins w) AND rowid NOT IN"
            " (SELECT min(e.rowid) FROM stage.events e GROUP BY e.n, e.at, e.event, e.channel, e.text_key)"
        )
    last = "SELECT max(o.seq) FROM stage.events o WHERE o.n = e.n AND o.event <> 'noted'"
    tx.bulk(
        "complaint_events",
        "complaint_id, at, who, event, state, channel, text, text_key",
        "SELECT t.id AS complaint_id, e.at, COALESCE(e.who, :me) AS who, e.event, e.state, e.channel, e.text,"
        " e.text_key FROM stage.target t JOIN stage.events e ON e.n = t.n WHERE t.fresh = 1"
        f" OR (e.event <> 'noted' AND t.id IN (SELECT m.id FROM stage.moved m) AND e.seq = ({last}))"
        " OR (e.event = 'noted' AND NOT EXISTS (SELECT 1 FROM complaint_events x WHERE x.complaint_id = t.id"
        " AND x.event = 'noted' AND x.text_key = e.text_key)) ORDER BY t.id, e.seq, e.rowid",
        me=ctx.user,
    )


NOUN = Noun(
    "progress",
    "complaint_events",
    {"complaint_events": Part({"complaint_id": Parent("complaint", bumps=True)})},
    label="text",
    fields={
        "at": Field("instant", "{t}.at"),
        "who": Field("user", "{t}.who"),
        "outcome": Field("choice", "{t}.event", choices=EVENTS),
        "channel": Field("text", "{t}.channel"),
        "text": Field("text", "{t}.text_key", shown="{t}.text"),
    },
    timeline="SELECT * FROM (SELECT c.customer_id, c.contact_id, e.at, 'complaint' AS noun, c.id AS row_id, e.id,"
    " CASE WHEN e.channel = '' THEN 'complaint' ELSE e.channel END AS channel,"
    " CASE WHEN e.event IN ('opened', 'satisfied', 'unsatisfied', 'withdrawn') THEN 'in'"
    " WHEN e.event = 'tried' THEN 'out' ELSE '' END AS dir, e.event AS outcome, e.who,"
    " c.ref || ' ' || CASE WHEN e.text = '' THEN c.what ELSE e.text END AS text"
    " FROM complaint_events e JOIN complaints c ON c.id = e.complaint_id"
    " WHERE e.event NOT IN ('wrote', 'replied')) AS happened",  # the mail itself is a touch
)
