"""The clocks of a complaint: how long until somebody must have answered, and whether they did.

They are brought up to what happened whenever something does (`follow`); what is left is reckoned when asked.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from icrm_tui import calendars
from icrm_tui import calendars_rules as time
from icrm_tui.calendars_rules import Timetable
from icrm_tui.classify import tiers
from icrm_tui.context import Context
from icrm_tui.db import Ids, Row, Tx
from icrm_tui.listen import sla
from icrm_tui.listen import sla_rules as rules
from icrm_tui.listen.complaints_rules import ACTIVE
from icrm_tui.listen.sla_rules import NEVER, About, Clock, Happened, Policy, Terms
from icrm_tui.nouns import Field, Noun, Parent, Part
from icrm_tui.query_parser import QueryError, Word
from icrm_tui.query_values import EQUAL, FLAGS, Place, cleaned, ends_of, read_span
from icrm_tui.text import fold

COLUMNS = ("complaint_id", *Clock._fields)
ABOUT = "id, kind, severity, category_id, customer_id, opened_at"
HAPPENED = "SELECT at, event, state FROM complaint_events WHERE complaint_id = :id ORDER BY id"

# --- following what happens ------------------------------------------------------------------------------


def follow(ctx: Context, complaint_id: int, afresh: bool = False) -> str:
    """Bring the clocks to what happened to the complaint; the instant the first of them is due.

    Called by complaints, in the change in which it happens. `afresh`: it is about something else by now, or worse,
    and what still runs does so on the terms of that. A verdict that was given stands.
    """

    def work(tx: Tx) -> str:
        row = tx.read(f"SELECT {ABOUT} FROM complaints WHERE id = :id", id=complaint_id)[0]
        held = {(one["what"], one["nth"]): one for one in tx.read(OF, id=complaint_id)}
        kept = {key: Terms(*(one[word] for word in Terms._fields)) for key, one in held.items()}
        happened = [Happened(*step.values()) for step in tx.read(HAPPENED, id=complaint_id)]
        choose, table = _chooser(ctx, row), calendars.tables(ctx)
        clocks = []
        for run in rules.runs(row["opened_at"], happened):
            key = (run.what, run.nth)
            if key in held and held[key]["stopped_at"]:
                continue
            fresh = afresh or key not in held
            terms = choose(run.what) if fresh else kept[key]
            if terms is None and key in held:  # nothing is promised any more
                over: dict[str, Any] = {**ENDED, "stopped_at": ctx.stamp, "verdict": rules.VOID}
                tx.update("complaint_clocks", held[key]["id"], **over)
            elif terms is not None:
                clocks.append(rules.clock(run, terms, table(terms.calendar_id)))
        for one in clocks:
            if (one.what, one.nth) in held:
                tx.update("complaint_clocks", held[one.what, one.nth]["id"], **one._asdict())
            else:
                tx.insert("complaint_clocks", complaint_id=complaint_id, **one._asdict())
        return rules.next_due(clocks)

    due: str = ctx.change("complaint.note", work)
    return due


ENDED = {"warn_at": "", "due_at": "", "paused_at": "", "remind_at": ""}
OF = "SELECT * FROM complaint_clocks WHERE complaint_id = :id ORDER BY id"


def _chooser(
    ctx: Context, row: Row, known: list[Policy] | None = None, tier: str | None = None
) -> Callable[[str], Terms | None]:
    """What is promised to this complaint of each clock, looked up once and only if it is asked for."""

    @cache
    def fit() -> list[Policy]:
        policies = sla.policies(ctx) if known is None else known
        return rules.fitting(policies, About(row["severity"], row["category_id"], _tier(ctx, row, policies, tier)))

    return lambda what: rules.chosen(fit(), what) if row["kind"] in rules.CLOCKED else None


def _tier(ctx: Context, row: Row, policies: Iterable[Policy], tier: str | None) -> str:
    if tier is not None or row["customer_id"] is None or not any(one.tier for one in policies):
        return tier or ""
    return tiers.why(ctx, row["customer_id"])[0]


def running(ctx: Context, calendar_ids: list[int]) -> list[int]:
    """The complaints with a clock that runs by one of these calendars."""
    rows = ctx.read(
        f"SELECT DISTINCT complaint_id AS id FROM complaint_clocks WHERE calendar_id IN {Ids(calendar_ids)}"
        " AND stopped_at = '' ORDER BY 1"
    )
    return [row["id"] for row in rows]


# --- importing -------------------------------------------------------------------------------------------


def publish(ctx: Context, tx: Tx) -> None:
    """The clocks of the complaints an import made, as if each had been told here when it happened."""
    tx.derived(f"CREATE TABLE IF NOT EXISTS stage.clocks ({', '.join(f'{column} TEXT' for column in COLUMNS)})")
    tx.derived("DELETE FROM stage.clocks")
    places = ", ".join("?" * len(COLUMNS))
    tx.derive_many(f"INSERT INTO stage.clocks ({', '.join(COLUMNS)}) VALUES ({places})", list(_staged(ctx, tx)))
    columns = ", ".join(COLUMNS)
    casts = ", ".join(f"CAST(s.{one} AS INTEGER) AS {one}" if one in NUMBERS else f"s.{one}" for one in COLUMNS)
    tx.bulk("complaint_clocks", columns, f"SELECT {casts} FROM stage.clocks s ORDER BY 1, 2, 3")


FRESH = """SELECT k.complaint_id AS id, min(CASE WHEN k.stopped_at = '' AND k.due_at <> '' THEN k.due_at
 ELSE '9999' END) AS due_at FROM complaint_clocks k JOIN stage.target g ON g.id = k.complaint_id WHERE g.fresh = 1
 GROUP BY k.complaint_id"""
NUMBERS = ("complaint_id", "nth", "promised", "calendar_id", "paused")


def _staged(ctx: Context, tx: Tx) -> Iterator[tuple[Any, ...]]:
    policies = sla.policies(ctx)
    by_tier = any(one.tier for one in policies)
    table = calendars.tables(ctx)
    steps = iter(
        tx.connection.stream(
            "SELECT e.complaint_id, e.at, e.event, e.state FROM complaint_events e JOIN stage.target g"
            " ON g.id = e.complaint_id WHERE g.fresh = 1 ORDER BY e.complaint_id, e.id"
        )
    )
    step = next(steps, None)
    for row in tx.read(
        f"SELECT {_of('c', ABOUT)}, c.state, r.timely FROM complaints c JOIN stage.target g ON g.id = c.id"
        " JOIN stage.rows r ON r.n = g.n WHERE g.fresh = 1 ORDER BY c.id"
    ):
        happened = []
        while step is not None and step[0] == row["id"]:
            happened.append(_untimed(row, Happened(*step[1:])))
            step = next(steps, None)
        choose = _chooser(ctx, row, policies, None if by_tier else "")
        for run in rules.runs(row["opened_at"], happened):
            terms = choose(run.what)
            if terms is not None:
                yield row["id"], *_judged(row, rules.clock(run, terms, table(terms.calendar_id)))


def _untimed(row: Row, step: Happened) -> Happened:
    """The state a complaint came in may be all that is known: then nobody said when it was answered."""
    known = step.state != row["state"] or step.at != row["opened_at"] or step.state not in ACTIVE[1:]
    return step if known else step._replace(event=rules.UNTIMED)


def _judged(row: Row, one: Clock) -> Clock:
    """Where it came from they knew whether the first reply was in time."""
    if one.what != rules.REPLY or row["timely"] is None or not one.stopped_at:
        return one
    return one._replace(verdict=rules.MET if row["timely"] == "yes" else rules.MISSED)


def _of(alias: str, columns: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in columns.split(", "))


# --- reading ---------------------------------------------------------------------------------------------


def of(ctx: Context, complaint_id: int) -> list[dict[str, Any]]:
    """The clocks of a complaint, as people read them: what is left is reckoned now."""
    table = calendars.tables(ctx)
    return [_line(ctx, row, table) for row in ctx.read(OF, id=complaint_id)]


def _line(ctx: Context, row: Row, table: Callable[[int], Timetable]) -> dict[str, Any]:
    one = Clock(*(row[word] for word in Clock._fields))
    rest = rules.left(one, ctx.stamp, table(one.calendar_id)) if one.verdict != rules.VOID else None
    return {
        "clock": one.what,
        "nth": one.nth,
        "state": one.verdict or state(one, ctx.stamp),
        "due": one.due_at,
        "left": rest,
        "policy": one.policy,
        "why": one.why,
        "promised": one.promised,
        "started": one.started_at,
        "stopped": one.stopped_at,
    }


def state(one: Clock, now: str) -> str:
    """How a clock that has not stopped stands: paused, breached, warned or running."""
    if one.paused_at:
        return "paused"
    return "breached" if one.due_at < now else "warned" if one.warn_at <= now else "running"


def shown(ctx: Context, complaint_id: int) -> dict[str, Any]:
    """What a complaint's record says of its clocks."""
    some = of(ctx, complaint_id)
    last = {one["clock"]: one for one in some}
    due = {one["clock"]: one["due"] if one["state"] != rules.VOID else "" for one in last.values()}
    return {
        "first_reply_due": due.get(rules.REPLY, ""),
        "resolution_due": due.get(rules.SOLVE, ""),
        "breached": any(one["state"] in ("breached", rules.MISSED) for one in some),
        "clocks": some,
    }


NONE: dict[str, Any] = {"clock": "", "alarm": "", "due": "", "left": None}


def nearest(ctx: Context, some: list[int]) -> dict[int, dict[str, Any]]:
    """Of each complaint the clock that is due first, and how it stands; else one that stands still."""
    found: dict[int, dict[str, Any]] = {}
    table = calendars.tables(ctx)
    rows = ctx.read(
        f"SELECT * FROM complaint_clocks k WHERE k.complaint_id IN {Ids(some)} AND k.stopped_at = ''"
        " ORDER BY CASE WHEN k.due_at = '' THEN 1 ELSE 0 END, k.due_at, k.id"
    )
    for row in rows:
        if row["complaint_id"] not in found:
            line = _line(ctx, row, table)
            found[row["complaint_id"]] = {"alarm": line["state"], **{word: line[word] for word in NONE if word in line}}
    return found


# --- what lists say of them ------------------------------------------------------------------------------


def _remaining(ctx: Context, firsts: list[str | None]) -> list[int | None]:
    """Working seconds from now until each of these, an instant and a calendar; None where nothing runs."""
    now, table = time.seconds(ctx.stamp), calendars.tables(ctx)
    found: list[int | None] = []
    for first in firsts:
        at, _blank, calendar = (first or "").partition(" ")
        found.append(table(int(calendar)).between(now, time.seconds(at)) if calendar else None)
    return found


def _left(place: Place, operator: str, value: Word) -> str:
    """So much working time until the first clock is due: compared as the instant that is, in each calendar."""
    ends = ends_of(operator, value)
    if ends is None:
        signs = ("<=", ">=") if operator in EQUAL else (operator,)
        bounds = [(sign, cleaned(value)) for sign in signs]
    else:
        bounds = [(sign, end) for sign, end in zip((">=", "<="), ends, strict=True) if end]
    spans = [(sign, read_span(text, value)) for sign, text in bounds]
    ctx, now = place.ctx, time.seconds(place.ctx.stamp)
    tests: dict[int, list[str]] = {}
    for row in ctx.read("SELECT DISTINCT calendar_id AS id FROM complaint_clocks WHERE stopped_at = '' ORDER BY 1"):
        table = calendars.timetable(ctx, row["id"])
        moments = ((sign, table.after(now, n) if n >= 0 else table.before(now, -n)) for sign, n in spans)
        tests[row["id"]] = [f"{place.row}.due_at {sign} {place.bind(time.stamped(at))}" for sign, at in moments]
    runs = f"{place.row}.due_at <> '{NEVER}'"
    if len(tests) < 2:  # as nearly everywhere: then nobody has to look whose hours count
        return " AND ".join([runs, *next(iter(tests.values()), [])])
    own = [f"k.calendar_id = {calendar} AND {' AND '.join(some)}" for calendar, some in tests.items()]
    # not by the index of what is due: there may be thousands of the same moment
    first = f"{RUNNING.replace('{t}', place.row)} AND k.due_at || '' = {place.row}.due_at"
    return f"{runs} AND EXISTS (SELECT 1 {first} AND ({' OR '.join(f'({one})' for one in own)}))"


def _breached(place: Place, _operator: str, value: Word) -> str:
    key = fold(value.text)
    if key not in FLAGS:
        raise QueryError("query-flag", value)
    over = OVER.format(now=place.bind(place.ctx.stamp))
    test = f"EXISTS (SELECT 1 FROM complaint_clocks k WHERE k.complaint_id = {place.row}.id AND {over})"
    return test if FLAGS[key] else f"NOT {test}"


def _are_breached(ctx: Context, some: list[str]) -> list[int]:
    """`missed`, or when the first of those that run is due."""
    return [int(one == rules.MISSED or (one or NEVER) < ctx.stamp) for one in some]


RUNNING = "FROM complaint_clocks k WHERE k.complaint_id = {t}.id AND k.stopped_at = '' AND k.due_at <> ''"
OVER = "(k.verdict = 'missed' OR (k.stopped_at = '' AND k.due_at <> '' AND k.due_at < {now}))"
MISSED = "EXISTS (SELECT 1 FROM complaint_clocks k WHERE k.complaint_id = {t}.id AND k.verdict = 'missed')"


def _last(what: str, column: str) -> str:
    return (
        f"COALESCE((SELECT k.{column} FROM complaint_clocks k WHERE k.complaint_id = {{t}}.id AND k.what = '{what}'"
        " ORDER BY k.nth DESC LIMIT 1), '')"
    )


def _first(what: str, column: str) -> str:
    return (
        f"COALESCE((SELECT k.{column} FROM complaint_clocks k WHERE k.complaint_id = {{t}}.id AND k.what = '{what}'"
        " AND k.nth = 0), '')"
    )


# the words of a complaint
FIELDS = {
    "left": Field(
        "span",
        f"NULLIF({{t}}.due_at, '{NEVER}')",
        shown=f"(SELECT k.due_at || ' ' || k.calendar_id {RUNNING} ORDER BY k.due_at, k.id LIMIT 1)",
        sort="{t}.due_at",
        test=_left,
        told=_remaining,
    ),
    "breached": Field(
        "flag",
        f"CASE WHEN {MISSED} THEN 1 ELSE 0 END",
        shown=f"CASE WHEN {MISSED} THEN 'missed' ELSE {{t}}.due_at END",
        test=_breached,
        told=_are_breached,
    ),
    "first_reply_due": Field("instant", _last(rules.REPLY, "due_at")),
    "resolution_due": Field("instant", _last(rules.SOLVE, "due_at")),
    "first_reply": Field("choice", _first(rules.REPLY, "verdict"), choices=rules.VERDICTS),
    "resolution": Field("choice", _first(rules.SOLVE, "verdict"), choices=rules.VERDICTS),
    "policy": Field("raw", _last(rules.SOLVE, "policy")),
}

NOUN = Noun(
    "clock",
    "complaint_clocks",
    {
        "complaint_clocks": Part(
            {"complaint_id": Parent("complaint", bumps=True), "calendar_id": Parent("calendar")},
            (("complaint_id", "what", "nth"),),
        )
    },
    label="what",
    fields={
        "clock": Field("choice", "{t}.what", choices=rules.CLOCKS),
        "policy": Field("raw", "{t}.policy"),
        "verdict": Field("choice", "{t}.verdict", choices=rules.VERDICTS),
        "started": Field("instant", "{t}.started_at"),
        "due": Field("instant", "{t}.due_at"),
        "stopped": Field("instant", "{t}.stopped_at"),
    },
    columns=("clock", "policy", "verdict", "started", "due", "stopped"),
)
