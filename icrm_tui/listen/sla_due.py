"""What falls due of complaints: a warning, a breach and its escalation, a customer who lets us wait too long.

Who was told of what is kept in `sla_notices`, which only a tick writes and nothing takes back: each clock warns once,
is broken once, and goes up once to each. After a time without ticks only the worst is told, and one mail tells a person
of everything.
"""

from collections.abc import Iterator
from typing import Any

from icrm_tui import calendars, ticks, users
from icrm_tui import calendars_rules as time
from icrm_tui.context import Context
from icrm_tui.dates import When, local
from icrm_tui.db import Ids, Row, Tx
from icrm_tui.engage import messages, reminders
from icrm_tui.engage.messages_rules import Message
from icrm_tui.engage.messages_smtp import server
from icrm_tui.engage.reminders_rules import Reminder
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import t
from icrm_tui.nouns import Due
from icrm_tui.search import Who
from icrm_tui.text import visible

WARNING, BREACH, ESCALATION, WAITING = "warning", "breach", "escalation", "waiting"
MANY = 100_000  # pieces done in one transaction, so that each person gets one mail
LINES = 100  # of one mail

Piece = dict[str, Any]

CLOCK = """SELECT k.id, k.what, k.warn_at, k.due_at, k.paused_at, k.calendar_id, c.id AS complaint_id, c.ref, c.owner,
 c.severity, c.what AS title, COALESCE(p.escalate, '') AS escalate
 FROM complaint_clocks k JOIN complaints c ON c.id = k.complaint_id LEFT JOIN sla_policies p ON p.name = k.policy
 WHERE c.archived = 0 AND k.stopped_at = '' AND {test} ORDER BY k.{order}, k.id"""
TOLD = "EXISTS (SELECT 1 FROM sla_notices n WHERE n.clock_id = k.id AND n.level = '{}' AND n.since = {})"
NONE = "''"
TESTS = {
    BREACH: f"k.due_at <> '' AND k.due_at < :now AND NOT {TOLD.format(BREACH, NONE)}",
    WARNING: f"k.warn_at <> '' AND k.warn_at <= :now AND k.due_at >= :now AND NOT {TOLD.format(WARNING, NONE)}",
    WAITING: f"k.remind_at <> '' AND k.remind_at <= :now AND NOT {TOLD.format(WAITING, 'k.paused_at')}",
}
ORDER = {BREACH: "due_at", WARNING: "due_at", WAITING: "remind_at"}
MARK = "INSERT INTO sla_notices (clock_id, level, since, who, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"


def find(ctx: Context) -> list[Piece]:
    """What is due now, the longest due first: of one clock only the worst."""
    chiefs = _chiefs(ctx)
    return [piece for level, row in _due(ctx) for piece in _pieces(level, row, chiefs)]


def _due(ctx: Context, ids: Ids | None = None) -> Iterator[tuple[str, Row]]:
    only = f" AND k.id IN {ids}" if ids else ""
    for level, test in TESTS.items():
        sql = CLOCK.format(test=test + only, order=ORDER[level])
        yield from ((level, row) for row in ctx.read(sql, now=ctx.stamp))


def _pieces(level: str, row: Row, chiefs: list[str]) -> list[Piece]:
    """To whom it is told: to its owner, and what is broken to whoever stands above."""
    when = row["paused_at"] if level == WAITING else row["due_at"]
    told = [(level, row["owner"])]
    if level == BREACH:
        above = [row["escalate"]] if row["escalate"] else chiefs
        told += [(ESCALATION, who) for who in above if who != row["owner"]]
    return [
        {"did": did, "id": row["ref"], "who": who, "detail": f"{row['what']} {when}", "_clock": row["id"]}
        for did, who in told
    ]


def _chiefs(ctx: Context) -> list[str]:
    """Who is told where a policy names nobody: the managers, or those who run the store."""
    found: dict[str, list[str]] = {}
    for user in users.everyone(ctx):
        found.setdefault(user["role"], []).append(user["name"])
    return next((found[role] for role in users.MANAGERS if role in found), [])


# --- doing it --------------------------------------------------------------------------------------------


def do(ctx: Context, some: list[Piece]) -> list[Piece]:
    """Tell of these clocks, and put a reminder where a customer lets us wait, in the transaction that marks it."""
    done: list[Piece] = []
    ctx = ctx.action()

    def work(tx: Tx) -> int:
        done.clear()
        chiefs, rows, marks = _chiefs(ctx), dict[int, Row](), list[tuple[Any, ...]]()
        few = Ids({piece["_clock"] for piece in some}) if len(some) <= Ids.LIMIT else None
        for level, row in list(_due(ctx, few)):  # of many all that is due was meant
            rows[row["id"]] = row
            since = row["paused_at"] if level == WAITING else ""
            for piece in _pieces(level, row, chiefs):
                marks.append((row["id"], piece["did"], since, piece["who"], ctx.stamp))
                done.append(piece)
            if level == WAITING:
                _remind(ctx, row)
        tx.derive_many(MARK, marks)
        _mail(ctx, done, rows)
        ticks.note(ctx, tx, done)
        tx.written += len(done)  # marks have no history; they are what was done all the same
        return len(done)

    ctx.change("tick", work)
    return list(done)


def _remind(ctx: Context, row: Row) -> None:
    """Its owner asks again today, if there is anybody to ask and anybody who asks."""
    found = ctx.read(
        "SELECT x.customer_id, x.contact_id FROM complaints x JOIN customers c ON c.id = x.customer_id"
        " WHERE x.id = :id AND c.archived = 0 AND c.merged_into IS NULL",
        id=row["complaint_id"],
    )
    if found and users.find(ctx, row["owner"]):
        who = Who(found[0]["customer_id"], found[0]["contact_id"], "")
        reminders.add(ctx, who, Reminder(f"{row['ref']} {row['title']}", When(ctx.today), owner=row["owner"]))


# --- by mail ---------------------------------------------------------------------------------------------


def _mail(ctx: Context, done: list[Piece], rows: dict[int, Row]) -> None:
    """One mail to each who is told anything; at night only where something is critical."""
    if not (done and _reachable()):
        return
    told: dict[str, list[Piece]] = {}
    for piece in done:
        told.setdefault(piece["who"], []).append(piece)
    for who, pieces in told.items():
        urgent = any(rows[piece["_clock"]]["severity"] == "critical" for piece in pieces)
        lines = [_line(ctx, piece, rows[piece["_clock"]]) for piece in pieces[:LINES]]
        if len(pieces) > LINES:
            lines.append(t("notice.more", n=len(pieces) - LINES))
        text = "\n".join((*lines, "", t("notice.see")))
        after = "" if urgent else min(_morning(ctx, one) for one in {rows[p["_clock"]]["calendar_id"] for p in pieces})
        message = Message(text, t("notice.subject", n=len(pieces), ref=pieces[0]["id"]), "notice", after=after)
        messages.notify(ctx, who, message)


def _reachable() -> bool:
    """Whether mail goes out from here at all; where it is set up wrong, the outbox says so."""
    try:
        return server() is not None
    except IcrmError:
        return False


def _line(ctx: Context, piece: Piece, row: Row) -> str:
    when = row["paused_at"] if piece["did"] == WAITING else row["due_at"]
    return t(
        f"notice.{piece['did']}",
        ref=row["ref"],
        what=visible(row["title"]),
        clock=t(f"clock.{row['what']}"),
        owner=row["owner"],
        when=f"{local(when, ctx.zone):%Y-%m-%d %H:%M}",
    )


def _morning(ctx: Context, calendar_id: int) -> str:
    """When work by this calendar begins, or now."""
    return time.stamped(calendars.timetable(ctx, calendar_id).opens(time.seconds(ctx.stamp)))


DUE = Due(find, do, MANY)
