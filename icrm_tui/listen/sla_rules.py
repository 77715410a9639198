"""The rules of the clocks: which policy holds, when a clock runs, stands still and stops, and what comes of it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from icrm_tui.calendars_rules import Timetable, seconds, stamped

REPLY, SOLVE = "first-reply", "resolution"
CLOCKS = (REPLY, SOLVE)
CLOCKED = ("complaint", "service-request", "question")  # kinds that somebody waits for an answer to
MET, MISSED, VOID = "met", "missed", "void"
VERDICTS = (MET, MISSED, VOID)
WARNED = 0.75  # of what was promised is over
PATIENCE = 3  # working days a customer may let us wait before we ask again
NEVER = "9999"  # where nothing runs, later than everything

# what happened, by what it does to the clocks
ANSWERS = frozenset(
    ("acknowledged", "started", "waiting", "replied", "resolved", "tried", "satisfied", "final", "unanswered", "closed")
)
SOLVED = frozenset(("resolved", "satisfied", "final", "unanswered", "closed"))
VOIDS = frozenset(("withdrawn", "duplicate", "invalid"))
UNTIMED = "untimed"  # it has been answered, nobody tells when
REOPENED = frozenset(("reopened", "unsatisfied"))


# --- which policy holds ----------------------------------------------------------------------------------


class Policy(NamedTuple):
    """What is promised, in seconds of working time, to complaints of a severity, category or tier; empty is any.

    A policy without a time for one of the clocks says nothing of it: the next that fits does.
    """

    id: int
    name: str
    severity: str
    category_id: int | None
    tier: str
    reply: int | None
    solve: int | None
    calendar_id: int
    category: str = ""

    def promised(self, what: str) -> int | None:
        return self.reply if what == REPLY else self.solve

    @property
    def why(self) -> str:
        """The conditions it names, as a query says them; empty for one that holds for all."""
        said = {"category": self.category, "tier": self.tier, "severity": self.severity}
        return " ".join(f"{word}:{value}" for word, value in said.items() if value)


class About(NamedTuple):
    """What of a complaint decides."""

    severity: str
    category_id: int | None
    tier: str


class Terms(NamedTuple):
    """What was promised when the clock started: it holds, whatever becomes of the policy."""

    policy: str
    why: str
    promised: int
    calendar_id: int


def fitting(policies: Iterable[Policy], about: About) -> list[Policy]:
    """The policies that hold for such a complaint, the most specific first.

    More conditions go before fewer; of as many, a category before a tier before a severity; then the newer policy.
    """
    fit = [
        one
        for one in policies
        if one.severity in ("", about.severity)
        and one.category_id in (None, about.category_id)
        and one.tier in ("", about.tier)
    ]

    def rank(one: Policy) -> tuple[int, bool, bool, int]:
        named = (one.category_id is not None, bool(one.tier), bool(one.severity))
        return -sum(named), not named[0], not named[1], -one.id

    return sorted(fit, key=rank)


def chosen(fit: Sequence[Policy], what: str) -> Terms | None:
    """The terms of the first that promises anything of this clock."""
    for one in fit:
        promised = one.promised(what)
        if promised is not None:
            return Terms(one.name, one.why, promised, one.calendar_id)
    return None


# --- when a clock runs -----------------------------------------------------------------------------------


class Happened(NamedTuple):
    """A step of a complaint: when, what, and the state it led to."""

    at: str
    event: str
    state: str


class Run(NamedTuple):
    """One run of a clock: from when, until when (empty while it runs), and when it stood still in between.

    The last pause has no end while the customer is waited for. `void`: it ended without anybody having to answer.
    """

    what: str
    nth: int
    started: str
    stopped: str = ""
    void: bool = False
    pauses: tuple[tuple[str, str], ...] = ()


def runs(opened: str, happened: Iterable[Happened]) -> list[Run]:
    """The runs of both clocks of one complaint, from what happened to it, in its order.

    The first reply is given once. Each reopening starts another run of the resolution; the verdict on an earlier one
    stands. Waiting for the customer pauses the resolution, never the first reply.
    """
    reply, solve = Run(REPLY, 0, opened), Run(SOLVE, 0, opened)
    over: list[Run] = []
    for step in happened:
        if step.event in REOPENED:
            if solve.stopped:
                over.append(solve)
                solve = Run(SOLVE, solve.nth + 1, step.at)
            if reply.stopped and reply.void:
                over.append(reply)
                reply = Run(REPLY, reply.nth + 1, step.at)
            continue
        solve = _paused(solve, step)
        if step.event in ANSWERS | VOIDS | {UNTIMED} and not reply.stopped:
            reply = reply._replace(stopped=step.at, void=step.event not in ANSWERS)
        if step.event in SOLVED | VOIDS and not solve.stopped:
            solve = solve._replace(stopped=step.at, void=step.event in VOIDS)
    return [*over, reply, solve]


def _paused(solve: Run, step: Happened) -> Run:
    if solve.stopped:
        return solve
    standing = bool(solve.pauses) and not solve.pauses[-1][1]
    if step.state == "waiting" and not standing:
        return solve._replace(pauses=(*solve.pauses, (step.at, "")))
    if step.state != "waiting" and standing:
        return solve._replace(pauses=(*solve.pauses[:-1], (solve.pauses[-1][0], step.at)))
    return solve


# --- what comes of it ------------------------------------------------------------------------------------


class Clock(NamedTuple):
    """A run under its terms, as it is kept.

    `due_at` is empty and `paused_at` set while it stands still; `remind_at` is when the customer should be asked again.
    `paused` is the working time it stood still. `verdict` is empty while it runs.
    """

    what: str
    nth: int
    policy: str
    why: str
    promised: int
    calendar_id: int
    started_at: str
    warn_at: str
    due_at: str
    paused: int
    paused_at: str
    remind_at: str
    stopped_at: str
    verdict: str


def clock(run: Run, terms: Terms, table: Timetable) -> Clock:
    """When it is due, and the verdict once it has stopped. What is overdue does not stand still any more."""
    start = seconds(run.started)
    paused, standing = 0, ""
    for since, until in run.pauses:
        if table.between(start, seconds(since)) - paused > terms.promised:
            break
        if until:
            paused += table.between(seconds(since), seconds(until))
        elif not run.stopped:
            standing = since
    due = stamped(table.after(start, terms.promised + paused))
    warn = stamped(table.after(start, round(terms.promised * WARNED) + paused))
    verdict = ""
    if run.stopped:
        broken = run.void or run.stopped < run.started
        verdict = VOID if broken else MET if run.stopped <= due else MISSED
    return Clock(
        run.what,
        run.nth,
        *terms,
        run.started,
        "" if standing else warn,
        "" if standing else due,
        paused,
        standing,
        stamped(table.workdays(seconds(standing), PATIENCE)) if standing else "",
        run.stopped,
        verdict,
    )


def left(one: Clock, now: str, table: Timetable) -> int:
    """Working seconds until it is due, less than none once it was; of one that stands still, what it has left."""
    if one.paused_at:
        return one.promised + one.paused - table.between(seconds(one.started_at), seconds(one.paused_at))
    return table.between(seconds(one.stopped_at or now), seconds(one.due_at))


def next_due(some: Iterable[Clock]) -> str:
    """The instant at which the first of the clocks that run is due."""
    return min((one.due_at for one in some if one.due_at and not one.stopped_at), default=NEVER)
