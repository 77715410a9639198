"""Clocks of complaints: the most specific promise, in working time, paused while the customer is waited for."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icrm_tui import calendars, history, lists, search, users
from icrm_tui import settings as agreed
from icrm_tui.calendars_rules import Timetable, read_week, seconds, stamped
from icrm_tui.collect import orders
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.listen import categories, clocks, complaints, sla
from icrm_tui.listen import sla_rules as rules
from icrm_tui.listen.complaints import Complaint
from icrm_tui.listen.sla_rules import REPLY, SOLVE, About, Happened, Policy, Run, Terms
from icrm_tui.lists import Wanted
from icrm_tui.search import Who
from tests.support import ZONE, bring, person, snapshot

Opened = Callable[..., Context]

# Monday 23 November 2026, 09:30 in Shanghai; the standard calendar works Monday to Friday, 9 to 18


def at(text: str) -> datetime:
    """A wall clock in Shanghai."""
    return datetime.fromisoformat(text if "T" in text else f"2026-11-{text.replace(' ', 'T')}").replace(tzinfo=ZONE)


def then(ctx: Context, text: str) -> Context:
    """The same user at another moment."""
    return Context(ctx.connection, ctx.user, lambda: at(text), ctx.zone)


def wall(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(ZONE):%m-%d %H:%M}" if instant else ""


@pytest.fixture
def ada(ctx: Context) -> Who:
    person(ctx, "Ada", company="Yun")
    users.add(ctx, "li", role="manager")
    return search.who(ctx, "Ada")


def told(ctx: Context, ada: Who, severity: str = "normal", **more: str) -> int:
    return complaints.add(ctx.action(), ada, Complaint("it leaks", severity=severity, **more))


def due(ctx: Context, complaint_id: int) -> tuple[str, str]:
    """When the first reply and the resolution are due, by the clock on the wall."""
    record = complaints.show(ctx, complaint_id)
    return wall(record["first_reply_due"]), wall(record["resolution_due"])


def stand(ctx: Context, complaint_id: int) -> list[tuple[str, int, str]]:
    return [(one["clock"], one["nth"], one["state"]) for one in clocks.of(ctx, complaint_id)]


def found(ctx: Context, text: str, sort: str = "") -> list[int]:
    return [row["id"] for row in lists.rows(ctx, Wanted("complaint", text, ("ref",), sort))]


# --- which policy holds ----------------------------------------------------------------------------------


def test_a_fresh_store_promises_by_severity(ctx: Context, ada: Who) -> None:
    assert [(one["name"], one["first_reply"], one["resolution"]) for one in sla.everything(ctx)] == [
        ("standard", "9h", "45h"), ("critical", "1h", "9h"), ("high", "4h", "18h"), ("low", "18h", "90h"),
    ]  # fmt: skip
    assert due(ctx, told(ctx, ada)) == ("11-24 09:30", "11-30 09:30")
    assert due(ctx, told(ctx, ada, "critical")) == ("11-23 10:30", "11-24 09:30")


def test_praise_has_no_clock(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada, kind="praise")
    assert stand(ctx, made) == []
    assert complaints.show(ctx, made)["breached"] is False


def policy(name: str, n: int, severity: str = "", category: int | None = None, tier: str = "", **times: int) -> Policy:
    return Policy(n, name, severity, category, tier, times.get("reply"), times.get("solve"), 1, str(category or ""))


def test_more_conditions_go_before_fewer_and_a_category_before_a_tier_before_a_severity() -> None:
    known = [
        policy("any", 1),
        policy("severity", 2, "high"),
        policy("tier", 3, tier="high"),
        policy("category", 4, category=7),
        policy("newer", 8, category=7),
        policy("two", 5, "high", tier="high"),
        policy("three", 6, "high", 7, "high"),
        policy("other", 7, "low", 7, "high"),
    ]
    fit = rules.fitting(known, About("high", 7, "high"))
    assert [one.name for one in fit] == ["three", "two", "newer", "category", "tier", "severity", "any"]
    assert [one.name for one in rules.fitting(known, About("high", None, ""))] == ["severity", "any"]


def test_a_policy_that_says_nothing_of_a_clock_leaves_it_to_the_next() -> None:
    fit = [policy("quick", 1, "high", reply=60), policy("any", 2, reply=600, solve=6000)]
    assert rules.chosen(fit, REPLY) == Terms("quick", "severity:high", 60, 1)
    assert rules.chosen(fit, SOLVE) == Terms("any", "", 6000, 1)
    assert rules.chosen(fit[:1], SOLVE) is None


def test_the_most_specific_wins_and_says_why(ctx: Context, ada: Who) -> None:
    agreed.put(ctx, "currency", "CNY")
    orders.add(ctx, ada, orders.typed(ctx, "20000", "CNY"))
    categories.add(ctx, "Delivery")
    sla.add(ctx, "best", {"tier": "high", "severity": "critical", "first_reply": "30m"})
    sla.add(ctx, "lorries", {"category": "delivery", "resolution": "4h"})
    (first, second) = clocks.of(ctx, told(ctx, ada, "critical", category="delivery"))
    assert (first["policy"], first["why"], wall(first["due"])) == ("best", "tier:high severity:critical", "11-23 10:00")
    assert (second["policy"], second["why"], wall(second["due"])) == ("lorries", "category:Delivery", "11-23 13:30")
    shown = sla.preview(ctx, "critical", "Delivery", "high")
    assert [(row["clock"], row["policy"]) for row in shown] == [
        (REPLY, "best"), (SOLVE, "lorries"), ("", "critical"), ("", "standard"),
    ]  # fmt: skip
    assert [wall(row["due"]) for row in shown] == ["11-23 10:00", "11-23 13:30", "", ""]


# --- pauses, verdicts, reopening -------------------------------------------------------------------------


def test_acknowledging_in_time_is_met_and_a_second_later_is_missed(ctx: Context, ada: Who) -> None:
    one, other = told(ctx, ada, "critical"), told(ctx, ada, "critical")
    complaints.move(then(ctx, "23 10:30"), one, "ack")
    complaints.move(then(ctx, "2026-11-23T10:30:01"), other, "ack")
    assert stand(ctx, one)[0] == (REPLY, 0, "met")
    assert stand(ctx, other)[0] == (REPLY, 0, "missed")
    assert found(ctx, "first_reply:missed") == [other]
    assert found(ctx, "breached:yes") == [other]


def test_waiting_for_the_customer_pauses_the_resolution_and_never_the_first_reply(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada, "critical")
    complaints.move(then(ctx, "23 10:00"), made, "start")
    complaints.move(then(ctx, "23 11:00"), made, "wait")
    assert stand(ctx, made) == [(REPLY, 0, "met"), (SOLVE, 0, "paused")]
    assert due(ctx, made)[1] == ""
    assert clocks.of(then(ctx, "27 11:00"), made)[1]["left"] == 7.5 * 3600
    complaints.move(then(ctx, "24 11:00"), made, "start")
    assert due(ctx, made)[1] == "11-25 09:30"  # nine hours, and the nine it stood still
    complaints.resolve(then(ctx, "25 09:30"), made, "a new one")
    assert stand(ctx, made)[1] == (SOLVE, 0, "met")


def test_a_pause_across_a_holiday_is_as_long_as_the_work_in_it(ctx: Context, ada: Who) -> None:
    agreed.put(ctx, "country", "CN")
    opened = then(ctx, "2026-09-30T09:00")
    made = complaints.add(opened, ada, Complaint("it leaks", severity="critical"))
    complaints.move(then(ctx, "2026-09-30T10:00"), made, "start")
    complaints.move(then(ctx, "2026-09-30T17:00"), made, "wait")
    complaints.move(then(ctx, "2026-10-08T11:00"), made, "start")  # the first day after the seventh of October
    assert due(ctx, made)[1] == "10-08 12:00"  # eight hours before, the ninth now
    paused = ctx.read("SELECT paused FROM complaint_clocks WHERE what = 'resolution'")
    assert paused == [{"paused": 3 * 3600}]


def test_what_is_overdue_does_not_stand_still_any_more(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada, "critical")
    complaints.move(then(ctx, "23 10:00"), made, "start")
    late = then(ctx, "25 10:00")
    complaints.move(late, made, "wait")
    assert stand(late, made)[1] == (SOLVE, 0, "breached")
    complaints.move(then(ctx, "30 10:00"), made, "start")
    complaints.resolve(then(ctx, "30 11:00"), made, "a new one")
    assert stand(ctx, made)[1] == (SOLVE, 0, "missed")


def test_reopening_starts_a_clock_of_its_own_and_the_first_verdict_stands(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada, "critical", resolved="a new one")
    assert stand(ctx, made) == [(REPLY, 0, "met"), (SOLVE, 0, "met")]
    again = then(ctx, "26 17:00")
    complaints.close(again, made, "no")
    assert stand(again, made) == [(REPLY, 0, "met"), (SOLVE, 0, "met"), (SOLVE, 1, "running")]
    assert due(again, made)[1] == "11-27 17:00"
    complaints.resolve(then(ctx, "30 10:00"), made, "the money back")
    assert stand(ctx, made)[1:] == [(SOLVE, 0, "met"), (SOLVE, 1, "missed")]
    assert found(ctx, "resolution:met") == [made]
    assert found(ctx, "breached:yes") == [made]
    assert found(ctx, "clock(verdict:missed)") == [made]


def test_what_is_withdrawn_was_neither_met_nor_missed(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada)
    complaints.end(then(ctx, "30 10:00"), made, "withdraw", "found it")
    assert stand(ctx, made) == [(REPLY, 0, "void"), (SOLVE, 0, "void")]
    complaints.reopen(then(ctx, "30 11:00"), made)
    assert stand(then(ctx, "30 11:00"), made)[2:] == [(REPLY, 1, "running"), (SOLVE, 1, "running")]


steps = st.lists(
    st.sampled_from(["ack", "start", "wait", "resolve", "tried", "close", "no", "withdraw", "reopen"]), max_size=12
)
LED = {
    "ack": ("acknowledged", "acknowledged"), "start": ("started", "in-progress"), "wait": ("waiting", "waiting"),
    "resolve": ("resolved", "resolved"), "tried": ("tried", "waiting"), "close": ("closed", "closed"),
    "no": ("unsatisfied", "open"), "withdraw": ("withdrawn", "withdrawn"), "reopen": ("reopened", "open"),
}  # fmt: skip
OFFICE = Timetable(ZONE, read_week("mon-fri 09:00-18:00"))


@given(steps, st.lists(st.integers(0, 200_000), min_size=12, max_size=12), st.integers(60, 200_000))
def test_a_clock_never_goes_back_and_a_verdict_once_given_stands(
    moves: list[str], gaps: list[int], promised: int
) -> None:
    """Whatever happens: verdicts on stopped runs stay as they are when more happens, and due never comes sooner."""
    opened, moment = "2026-11-23T01:30:00Z", seconds("2026-11-23T01:30:00Z")
    told: list[Happened] = []
    verdicts: dict[tuple[str, int], str] = {}
    dues: dict[tuple[str, int], str] = {}
    for move, gap in zip(moves, gaps, strict=False):
        moment += gap
        told.append(Happened(stamped(moment), *LED[move]))
        for run in rules.runs(opened, told):
            one = rules.clock(run, Terms("any", "", promised, 1), OFFICE)
            key = (run.what, run.nth)
            assert verdicts.get(key, one.verdict) == one.verdict
            if one.verdict:
                verdicts[key] = one.verdict
            if one.due_at:
                assert dues.get(key, "") <= one.due_at
                dues[key] = one.due_at
            if one.verdict == rules.MISSED:
                assert one.stopped_at > one.due_at


@given(st.lists(st.tuples(st.integers(60, 90_000), st.integers(60, 90_000)), max_size=5), st.integers(600, 500_000))
def test_pauses_put_off_what_is_due_by_the_work_in_them(gaps: list[tuple[int, int]], promised: int) -> None:
    start = moment = seconds("2026-11-23T01:30:00Z")
    pauses, worked, standing = [], 0, 0
    for run, pause in gaps:
        since, until = moment + run, moment + run + pause
        if worked + OFFICE.between(moment, since) > promised:
            break
        worked += OFFICE.between(moment, since)
        standing += OFFICE.between(since, until)
        pauses.append((stamped(since), stamped(until)))
        moment = until
    run_ = Run(SOLVE, 0, stamped(start), pauses=tuple(pauses))
    one = rules.clock(run_, Terms("any", "", promised, 1), OFFICE)
    assert OFFICE.between(start, seconds(one.due_at)) == promised + standing
    assert one.warn_at <= one.due_at


# --- re-prioritising, policies and calendars that change -------------------------------------------------


def test_re_prioritising_reckons_anew_from_the_opening_and_is_told(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada, "low")
    later = then(ctx, "23 10:20")
    complaints.edit(later, made, {"severity": "critical"})
    assert due(ctx, made) == ("11-23 10:30", "11-24 09:30")
    events = complaints.show(ctx, made)["events"]
    assert [(one["outcome"], one["text"]) for one in events][1:] == [("reprioritised", "low → critical")]
    assert clocks.of(later, made)[0]["policy"] == "critical"
    history.undo(later.action())
    assert due(ctx, made) == ("11-25 09:30", "12-07 09:30")
    assert [one["outcome"] for one in complaints.show(ctx, made)["events"]] == ["opened"]


def test_a_category_named_later_and_another_kind_reckon_anew(ctx: Context, ada: Who) -> None:
    categories.add(ctx, "Delivery")
    sla.add(ctx, "lorries", {"category": "delivery", "resolution": "4h"})
    made = told(ctx, ada)
    complaints.edit(ctx.action(), made, {"category": "delivery"})
    assert due(ctx, made) == ("11-24 09:30", "11-23 13:30")
    complaints.edit(ctx.action(), made, {"kind": "praise"})
    assert stand(ctx, made) == [(REPLY, 0, "void"), (SOLVE, 0, "void")]
    assert found(ctx, "left<100h") == []


def test_a_promise_that_was_given_stands_when_the_policy_changes(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada, "critical")
    sla.edit(ctx, sla.find(ctx, "critical")["id"], {"first_reply": "15m", "resolution": "1h"})
    assert due(ctx, made) == ("11-23 10:30", "11-24 09:30")
    assert due(ctx, told(ctx, ada, "critical")) == ("11-23 09:45", "11-23 10:30")
    complaints.move(then(ctx, "23 10:00"), made, "start")
    complaints.move(then(ctx, "23 10:10"), made, "wait")
    complaints.move(then(ctx, "23 10:20"), made, "start")
    assert due(ctx, made)[1] == "11-24 09:40"
    complaints.edit(then(ctx, "23 10:30"), made, {"severity": "high"})
    complaints.edit(then(ctx, "23 10:30"), made, {"severity": "critical"})
    assert due(ctx, made)[1] == "11-23 10:40"


def test_a_verdict_stands_when_the_complaint_is_re_prioritised(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada, "low")
    complaints.move(then(ctx, "23 17:00"), made, "ack")
    complaints.edit(then(ctx, "23 17:01"), made, {"severity": "critical"})
    assert stand(then(ctx, "23 17:01"), made) == [(REPLY, 0, "met"), (SOLVE, 0, "warned")]


def test_a_day_that_is_closed_puts_off_what_runs(ctx: Context, ada: Who) -> None:
    made, over = told(ctx, ada), told(ctx, ada, resolved="a new one")
    before = snapshot(ctx)
    calendars.mark(
        ctx.action(), calendars.find(ctx, "standard")["id"], date(2026, 11, 24), date(2026, 11, 24), "closed"
    )
    assert due(ctx, made) == ("11-25 09:30", "12-01 09:30")
    assert found(ctx, "", "left")[0] == made
    assert due(ctx, over)[1] == "11-30 09:30"
    history.undo(ctx.action())
    assert snapshot(ctx) == before


def test_undo_takes_clocks_back_with_what_moved_them(ctx: Context, ada: Who) -> None:
    states = [snapshot(ctx)]
    made = told(ctx, ada, "critical")
    states.append(snapshot(ctx))
    for moment, verb in (
        ("23 10:00", lambda at: complaints.move(at, made, "start")),
        ("23 11:00", lambda at: complaints.move(at, made, "wait")),
        ("24 09:00", lambda at: complaints.resolve(at, made, "a new one")),
        ("24 10:00", lambda at: complaints.reopen(at, made)),
    ):
        verb(then(ctx, moment))
        states.append(snapshot(ctx))
    while len(states) > 1:
        assert snapshot(ctx) == states.pop()
        history.undo(ctx.action())
    assert snapshot(ctx)["complaint_clocks"] == []


# --- reading ---------------------------------------------------------------------------------------------


def test_time_left_is_reckoned_when_asked_and_found_by_the_query(ctx: Context, ada: Who) -> None:
    low, critical, praise = told(ctx, ada, "low"), told(ctx, ada, "critical"), told(ctx, ada, kind="praise")
    later = then(ctx, "23 10:00")
    rows = lists.rows(later, Wanted("complaint", "", ("left", "breached"), "left"))
    assert [(row["id"], row["left"], row["breached"]) for row in rows] == [
        (critical, 1800, 0), (low, 17.5 * 3600, 0), (praise, None, 0),
    ]  # fmt: skip
    assert found(later, "left<1h") == [critical]
    assert found(later, "left>1h") == [low]
    assert found(later, "left:..17h30m", "left") == [critical, low]
    assert found(later, "left<=30m") == [critical]
    assert found(later, "left<30m") == []
    assert found(later, "-left<1h", "left") == [low, praise]
    over = then(ctx, "23 12:30")
    assert found(over, "left<0") == found(over, "left<-1h") == found(over, "breached:yes") == [critical]
    assert found(over, "left<-2h") == []
    assert lists.rows(over, Wanted("complaint", "left<0", ("left", "breached")))[0]["left"] == -2 * 3600
    assert list(lists.stream(over, Wanted("complaint", "left<0", ("left", "breached")))) == [(critical, -7200, 1)]
    assert [row["left"] for row in lists.by_ids(over, Wanted("complaint", "", ("left",)), [critical, praise])] == [
        -7200,
        None,
    ]
    assert found(over, "first_reply_due<=2026-11-23") == [critical]
    assert found(over, "policy:low") == [low]


def test_two_calendars_are_told_apart(ctx: Context, ada: Who) -> None:
    calendars.add(ctx, calendars.Calendar("always", "daily 0-24"))
    sla.add(ctx, "day and night", {"severity": "high", "first_reply": "20h", "resolution": "40h", "calendar": "always"})
    night, office = told(ctx, ada, "high"), told(ctx, ada)
    evening = then(ctx, "23 20:00")
    assert found(evening, "left<2h") == [office]
    assert found(evening, "left<10h", "left") == [night, office]


def test_a_value_that_is_no_time_is_shown_at_its_column(ctx: Context, ada: Who) -> None:
    for text, code in (("left<soon", "query-span"), ("breached:perhaps", "query-flag"), ("left<2d", "query-span")):
        with pytest.raises(IcrmError) as refused:
            found(ctx, text)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "values", "code"),
    [
        ("critical", {"first_reply": "1h"}, "sla-exists"),
        (" ", {"first_reply": "1h"}, "sla-name"),
        ("new", {}, "sla-times"),
        ("new", {"first_reply": "2d"}, "span"),
        ("new", {"first_reply": "1h", "severity": "urgent"}, "choice"),
        ("new", {"first_reply": "1h", "tier": "gold"}, "choice"),
        ("new", {"first_reply": "1h", "calendar": "lunar"}, "no-calendar"),
        ("new", {"first_reply": "1h", "escalate": "nobody"}, "no-user"),
        ("new", {"colour": "red"}, "unknown-field"),
    ],
)
def test_a_policy_that_means_nothing_is_refused(ctx: Context, name: str, values: dict[str, str], code: str) -> None:
    with pytest.raises(IcrmError) as refused:
        sla.add(ctx, name, values)
    assert refused.value.code == code


def test_a_policy_is_changed_archived_and_taken_back(ctx: Context, ada: Who) -> None:
    low = sla.find(ctx, "LOW")["id"]
    assert sla.edit(ctx, low, {"first_reply": "none", "escalate": "li"})
    assert (sla.show(ctx, low)["first_reply"], sla.show(ctx, low)["escalate"]) == ("", "li")
    with pytest.raises(IcrmError):
        sla.edit(ctx, low, {"resolution": "none"})
    sla.archive(ctx.action(), low)
    assert "low" not in [one["name"] for one in sla.everything(ctx)]
    assert due(ctx, told(ctx, ada, "low"))[0] == "11-24 09:30"
    with pytest.raises(IcrmError):
        sla.find(ctx, "lw")


# --- importing -------------------------------------------------------------------------------------------


def test_complaints_from_elsewhere_have_clocks_as_if_told_here(ctx: Context) -> None:
    person(ctx, "Ada")
    text = (
        "name,opened,replied,closed,state,what,severity\n"
        "Ada,2026-11-20 09:00,2026-11-20 09:30,2026-11-20 12:00,Closed,in time,critical\n"
        "Ada,2026-11-20 09:00,2026-11-20 11:00,,In Progress,late,critical\n"
        "Ada,2026-11-23 09:00,,,Open,new,low\n"
    )
    bring(ctx, text, kind="complaint")
    states = {row["what"]: row["id"] for row in ctx.read("SELECT id, what FROM complaints")}
    assert stand(ctx, states["in time"]) == [(REPLY, 0, "met"), (SOLVE, 0, "met")]
    assert stand(ctx, states["late"]) == [(REPLY, 0, "missed"), (SOLVE, 0, "breached")]
    assert stand(ctx, states["new"]) == [(REPLY, 0, "running"), (SOLVE, 0, "running")]
    assert found(ctx, "", "left") == [states["late"], states["new"], states["in time"]]
    before = snapshot(ctx)
    history.undo(ctx.action())
    assert ctx.read("SELECT count(*) AS n FROM complaint_clocks") == [{"n": 0}]
    history.undo(ctx.action(), ctx.read("SELECT max(id) AS id FROM changes")[0]["id"])
    assert snapshot(ctx) == before
