"""Reminders: due by the user's clock, done once, again and again by their rule, settled by a touch."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icrm_tui import dates, history, lists, recurrence, users
from icrm_tui.collect import contacts, interactions, timeline
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.engage import reminders
from icrm_tui.engage.reminders import Reminder
from icrm_tui.errors import Refused, Usage
from icrm_tui.search import Who, who

MONDAY = date(2026, 11, 23)  # the tests' today, 09:30 in Shanghai


@pytest.fixture
def ada(ctx: Context) -> Who:
    contacts.add(ctx, contacts.Contact("Ada", {"company": "Yun"}))
    return who(ctx, "Ada")


def on(days: int, hour: str = "") -> When:
    return When(MONDAY + timedelta(days=days), time.fromisoformat(hour) if hour else None)


def due(ctx: Context, **more: object) -> list[str]:
    return [row["what"] for row in reminders.due(ctx, **more)]  # type: ignore[arg-type]


# --- when it is due --------------------------------------------------------------------------------------


def test_a_day_without_an_hour_is_due_from_its_midnight_and_overdue_once_it_is_over(
    ctx: Context, ada: Who, opened: Callable[..., Context]
) -> None:
    reminders.add(ctx, ada, Reminder("call", on(0)))
    midnight = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # in Shanghai

    def state(moment: datetime) -> list[bool]:
        return [row["overdue"] for row in reminders.due(opened(now=moment))]

    assert state(midnight - timedelta(seconds=1)) == []
    assert state(midnight) == [False]
    assert state(midnight + timedelta(days=1, seconds=-1)) == [False]
    assert state(midnight + timedelta(days=1)) == [True]


def test_an_hour_is_due_and_overdue_at_once(ctx: Context, ada: Who) -> None:
    reminders.add(ctx, ada, Reminder("now", on(0, "09:30")))
    reminders.add(ctx, ada, Reminder("later", on(0, "09:31")))
    assert [(row["what"], row["overdue"]) for row in reminders.due(ctx)] == [("now", True)]


def test_mine_unless_asked_for_all_and_what_falls_due_in_time(ctx: Context, ada: Who) -> None:
    users.add(ctx, "li")
    reminders.add(ctx, ada, Reminder("mine", on(0)))
    reminders.add(ctx, ada, Reminder("hers", on(-1), owner="li"))
    reminders.add(ctx, ada, Reminder("tomorrow", on(1)))
    assert due(ctx) == ["mine"]
    assert due(ctx, everyone=True) == ["hers", "mine"]
    assert due(ctx, until=ctx.now + timedelta(days=1)) == ["mine", "tomorrow"]


def test_a_time_that_the_clocks_skip_moves_forward(opened: Callable[..., Context], ctx: Context, ada: Who) -> None:
    berlin = opened(zone=ZoneInfo("Europe/Berlin"))
    reminders.add(berlin, ada, Reminder("call", When(date(2027, 3, 28), time(2, 30))))
    row = berlin.read("SELECT due_utc FROM reminder_due")[0]
    assert row["due_utc"] == "2027-03-28T01:30:00Z"  # 03:30 summer time


@pytest.mark.parametrize(
    ("day", "hour", "past"), [(-1, "", True), (0, "", False), (0, "09:29", True), (0, "09:31", False), (1, "", False)]
)
def test_past_is_what_is_over(ctx: Context, day: int, hour: str, past: bool) -> None:
    assert reminders.is_past(on(day, hour), ctx.now, ctx.zone) is past


# --- done, put off, called off ---------------------------------------------------------------------------


def test_done_is_done_once_and_can_be_undone(ctx: Context, ada: Who) -> None:
    made = reminders.add(ctx, ada, Reminder("call", on(0)))
    assert reminders.done(ctx.action(), made) is None
    assert due(ctx) == []
    with pytest.raises(Refused, match="reminder-done"):
        reminders.done(ctx.action(), made)
    with pytest.raises(Refused, match="reminder-done"):
        reminders.snooze(ctx.action(), made, on(1))
    history.undo(ctx.action())
    assert due(ctx) == ["call"]


def test_an_outcome_is_logged_and_may_set_the_next(ctx: Context, ada: Who) -> None:
    made = reminders.add(ctx, ada, Reminder("send the quote", on(0), priority="high"))
    then = reminders.done(ctx, made, "sent by mail", on(3), "ask about it")
    entry = timeline.entries(ctx, ada)[0]
    assert (entry["noun"], entry["text"]) == ("interaction", "send the quote: sent by mail")
    assert then is not None
    row = reminders.show(ctx, then)
    assert (row["what"], row["due"], row["priority"], row["owner"]) == ("ask about it", "2026-11-26", "high", "wei")


def test_an_outcome_of_the_table_is_kept_as_one(ctx: Context, ada: Who) -> None:
    reminders.done(ctx, reminders.add(ctx, ada, Reminder("call", on(0))), "no-answer")
    assert timeline.entries(ctx, ada)[0]["outcome"] == "no-answer"


def test_what_was_ticked_off_without_a_word_stands_in_the_timeline(ctx: Context, ada: Who) -> None:
    reminders.done(ctx, reminders.add(ctx, ada, Reminder("send the sample", on(0))))
    assert [(row["noun"], row["text"]) for row in timeline.entries(ctx, ada)] == [("reminder", "send the sample")]


def test_put_off_and_called_off(ctx: Context, ada: Who) -> None:
    made = reminders.add(ctx, ada, Reminder("call", on(0)))
    assert reminders.snooze(ctx, made, on(2, "14:00"))
    assert due(ctx) == []
    assert reminders.show(ctx, made)["due"] == "2026-11-25 14:00"
    assert reminders.archive(ctx, made)
    assert lists.rows(ctx, lists.Wanted("reminder")) == []
    with pytest.raises(Refused, match="reminder-archived"):
        reminders.done(ctx, made)
    assert reminders.archive(ctx, made, archived=False)


def test_lists_leave_out_what_is_done_unless_it_is_asked_for(ctx: Context, ada: Who) -> None:
    reminders.done(ctx, reminders.add(ctx, ada, Reminder("old", on(0))))
    reminders.add(ctx, ada, Reminder("new", on(1)))

    def listed(text: str) -> list[str]:
        return [row["what"] for row in lists.rows(ctx, lists.Wanted("reminder", text))]

    assert listed("") == ["new"]
    assert listed("done:yes") == ["old"]
    assert listed("due:tomorrow name:ada owner:me") == ["new"]


def test_a_touch_with_a_next_date_settles_what_was_due(ctx: Context, ada: Who) -> None:
    users.add(ctx, "li")
    reminders.add(ctx, ada, Reminder("call", on(-1)))
    reminders.add(ctx, ada, Reminder("weekly call", on(0), "weekly"))
    reminders.add(ctx, ada, Reminder("not yet", on(5)))
    reminders.add(ctx, ada, Reminder("hers", on(0), owner="li"))
    change = ctx.action()
    reminders.log(change, ada, interactions.Touch("talked", "call"), on(3))
    assert due(ctx) == []
    assert due(ctx, everyone=True) == ["hers"]
    open_ = {row["what"]: row["due"] for row in lists.rows(ctx, lists.Wanted("reminder", "owner:me", ("what", "due")))}
    assert open_ == {"weekly call": "2026-11-30", "not yet": "2026-11-28", "call": "2026-11-26"}
    assert [row["text"] for row in timeline.entries(ctx, ada)] == ["talked"]
    history.undo(ctx.action())
    assert sorted(due(ctx)) == ["call", "weekly call"]


def test_a_touch_without_a_next_date_settles_nothing(ctx: Context, ada: Who) -> None:
    reminders.add(ctx, ada, Reminder("call", on(0)))
    reminders.log(ctx, ada, interactions.Touch("talked"))
    assert due(ctx) == ["call"]


@pytest.mark.parametrize(
    "reminder",
    [
        Reminder(" ", on(1)),
        Reminder("call", on(1), priority="urgent"),
        Reminder("call", on(1), repeat="now and then"),
        Reminder("call", on(1), repeat="FREQ=DAILY;COUNT=2;UNTIL=20270101"),
        Reminder("call", on(1), repeat="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
        Reminder("call", on(1), repeat="FREQ=DAILY;INTERVAL=0"),
        Reminder("call", on(1), repeat="FREQ=SECONDLY"),
    ],
)
def test_what_makes_no_sense_is_refused(ctx: Context, ada: Who, reminder: Reminder) -> None:
    with pytest.raises(Usage):
        reminders.add(ctx, ada, reminder)
    assert lists.count(ctx, lists.Wanted("reminder")) == 0


# --- again and again -------------------------------------------------------------------------------------


def test_what_repeats_moves_to_its_next_day_and_is_not_ticked_off_early(ctx: Context, ada: Who) -> None:
    made = reminders.add(ctx, ada, Reminder("weekly call", on(-8), "weekly"))
    assert reminders.done(ctx, made) == made
    assert reminders.show(ctx, made)["due"] == "2026-11-29"  # by the rule, after today, however late
    with pytest.raises(Refused, match="reminder-early"):
        reminders.done(ctx, made)
    reminders.done(ctx, made, early=True)
    assert reminders.show(ctx, made)["due"] == "2026-12-06"
    assert [run["due"] for run in reminders.show(ctx, made)["runs"]] == ["2026-11-15", "2026-11-29"]


def test_putting_off_keeps_the_rhythm(ctx: Context, ada: Who) -> None:
    made = reminders.add(ctx, ada, Reminder("weekly call", on(-7), "weekly"))
    reminders.snooze(ctx, made, on(0))
    reminders.done(ctx, made)
    assert reminders.show(ctx, made)["due"] == "2026-11-30"


def test_it_ends_where_its_rule_ends(ctx: Context, ada: Who) -> None:
    made = reminders.add(ctx, ada, Reminder("call", on(-2), "FREQ=DAILY;COUNT=2"))
    reminders.done(ctx, made)
    assert reminders.show(ctx, made)["done"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("daily", "FREQ=DAILY"),
        ("每周", "FREQ=WEEKLY"),
        ("every 2 weeks", "FREQ=WEEKLY;INTERVAL=2"),
        ("每两个月", "FREQ=MONTHLY;INTERVAL=2"),
        ("every monday", "FREQ=WEEKLY;BYDAY=MO"),
        ("每周日", "FREQ=WEEKLY;BYDAY=SU"),
        ("工作日", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("RRULE:FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;BYDAY=2TU"),
    ],
)
def test_a_rule_can_be_said_in_words(text: str, rule: str) -> None:
    assert recurrence.read(text, datetime.combine(MONDAY, time(9))) == rule


STARTS = st.datetimes(datetime.combine(MONDAY, time()), datetime.combine(MONDAY, time()) + timedelta(days=2000))
RULES = st.sampled_from(
    ["FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY", "FREQ=YEARLY"]
)


@given(RULES, STARTS, st.integers(0, 400))
def test_there_is_no_double_and_no_gap(rule: str, start: datetime, days: int) -> None:
    """Whatever the moment one asks at, the next occurrence is the first of the whole series that is later."""
    start = start.replace(second=0, microsecond=0)
    series, moment = [start], start
    while moment < start + timedelta(days=days):
        later = recurrence.after(rule, start, moment)
        assert later is not None and later > moment
        series.append(later)
        moment = later
    asked = start + timedelta(days=days // 2)
    assert (
        recurrence.after(rule, start, asked) == next(one for one in series if one > asked)
        if asked < series[-1]
        else True
    )


@given(st.integers(0, 40), st.integers(29, 31))
def test_the_end_of_a_month_is_kept_in_every_month(months: int, day: int) -> None:
    start = datetime(2026, 1, day, 9, 0)  # noqa: DTZ001 - a wall time
    moment = start
    for _ in range(months):
        found = recurrence.after("FREQ=MONTHLY", start, moment)
        assert found is not None
        assert (found.year * 12 + found.month) - (moment.year * 12 + moment.month) == 1
        last = (found.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        assert found.day == min(day, last.day)
        moment = found


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_an_hour_stays_an_hour_across_a_change_of_clocks(zone: str) -> None:
    where, start = ZoneInfo(zone), datetime(2026, 1, 1, 9, 0)  # noqa: DTZ001 - a wall time
    moment = start
    for _ in range(366):
        found = recurrence.after("FREQ=DAILY", start, moment)
        assert found is not None
        instant = dates.local(dates.utc(found.date(), found.time(), where), where)
        assert (instant.date(), instant.time()) == (moment.date() + timedelta(days=1), time(9))
        moment = found


# --- a simulated week of cron ----------------------------------------------------------------------------


def test_each_appears_exactly_while_it_is_due(ctx: Context, ada: Who, opened: Callable[..., Context]) -> None:
    """Asked every hour of a week, with reminders made, put off and done meanwhile."""
    start = ctx.now
    once = reminders.add(ctx, ada, Reminder("once", on(1, "10:00")))
    daily = reminders.add(ctx, ada, Reminder("daily", on(0, "12:00"), "daily"))
    seen: dict[str, list[int]] = {"once": [], "daily": []}
    later = opened()
    for hour in range(7 * 24):
        later.clock = lambda hour=hour: start + timedelta(hours=hour)  # type: ignore[misc]
        for row in reminders.due(later):
            seen[row["what"]].append(hour)
        if hour == 26:
            reminders.snooze(later.action(), once, on(3, "08:00"))
        if hour == 80:
            reminders.done(later.action(), once)
        if "daily" in due(later) and hour % 5 == 0:
            reminders.done(later.action(), daily)
    assert seen["once"] == [25, 26, *range(71, 81)]
    for day in range(7):  # each day's stands from noon until it is ticked off
        first = 3 + 24 * day
        assert first in seen["daily"]
        gone = first + (-first) % 5
        assert [hour for hour in seen["daily"] if first <= hour < first + 21] == list(range(first, gone + 1))


# --- what the screens ask for ----------------------------------------------------------------------------


def test_a_touch_settles_the_reminder_it_was_for_and_says_what_it_was_about(ctx: Context, ada: Who) -> None:
    made = reminders.add(ctx, ada, Reminder("ask for the order", on(0)))
    then = reminders.settle(ctx.action(), made, interactions.Touch("they want two"), on(2), "send it", "2026-11-23")
    touch = interactions.show(ctx, 1)
    assert (touch["subject"], touch["text"]) == ("ask for the order", "they want two")
    assert then is not None and reminders.show(ctx, then)["what"] == "send it"
    history.undo(ctx.action())
    assert (due(ctx), ctx.read("SELECT 1 FROM interactions")) == (["ask for the order"], [])


def test_the_occurrence_that_was_shown_is_the_one_done(ctx: Context, ada: Who) -> None:
    made = reminders.add(ctx, ada, Reminder("call", on(0, "17:00"), "daily"))
    with pytest.raises(Refused, match="reminder-early"):
        reminders.done(ctx.action(), made)
    reminders.done(ctx.action(), made, of="2026-11-23 17:00")
    with pytest.raises(Refused, match="reminder-moved"):
        reminders.done(ctx.action(), made, of="2026-11-23 17:00")
    assert reminders.show(ctx, made)["due"] == "2026-11-24 17:00"


def test_an_edit_moves_it_and_begins_another_repetition(ctx: Context, ada: Who) -> None:
    made = reminders.add(ctx, ada, Reminder("call", on(0), "daily"))
    row = reminders.show(ctx, made)
    assert reminders.edit(ctx.action(), made, {"repeat": "weekly"}, row["rev"], on(1, "10:00"))
    reminders.done(ctx.action(), made, of="2026-11-24 10:00")
    assert reminders.show(ctx, made)["due"] == "2026-12-01 10:00"
    with pytest.raises(Refused, match="reminder-done"):  # there it was done already
        reminders.edit(ctx.action(), made, {"repeat": "monthly"}, due=on(1, "10:00"))
    with pytest.raises(Usage, match="repeat-two-ends"):
        reminders.edit(ctx.action(), made, {"repeat": "FREQ=DAILY;COUNT=2;UNTIL=20270101"})
    assert reminders.edit(ctx.action(), made, {"repeat": ""})
    assert reminders.done(ctx.action(), made) is None
    with pytest.raises(Refused, match="reminder-done"):
        reminders.edit(ctx.action(), made, {}, due=on(3))


def test_what_comes_next_is_mine_unless_asked_for_all(ctx: Context, ada: Who) -> None:
    users.add(ctx, "li")
    for what, days, owner in (("today", 0, ""), ("hers", 1, "li"), ("later", 3, ""), ("soon", 2, "")):
        reminders.add(ctx, ada, Reminder(what, on(days), owner=owner))
    assert [row["what"] for row in reminders.upcoming(ctx, ctx.now, 1)] == ["soon"]
    assert [row["what"] for row in reminders.upcoming(ctx, ctx.now, 9, everyone=True)] == ["hers", "soon", "later"]


@pytest.mark.file
def test_a_list_goes_by_the_hour_what_has_none_first(ctx: Context, ada: Who) -> None:
    for what, hour in (("late", "17:00"), ("early", "09:00"), ("some time", "")):
        reminders.add(ctx, ada, Reminder(what, on(0, hour)))
    rows = lists.rows(ctx, lists.Wanted("reminder", "", ("what", "due")))
    assert [row["what"] for row in rows] == ["some time", "early", "late"]
    assert rows[1]["due"] == "2026-11-23 09:00"
    sql = "EXPLAIN QUERY PLAN SELECT id FROM reminders t ORDER BY (t.due_on || t.due_time), t.id LIMIT 9"
    assert "reminders_when" in str(ctx.read(sql))
