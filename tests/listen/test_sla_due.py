"""Each clock warns once, is broken once and goes up once, however often a tick runs; and nobody is flooded."""

from collections.abc import Callable
from datetime import datetime

import pytest

from icrm_tui import config, history, search, ticks, users
from icrm_tui.collect import customers
from icrm_tui.context import Context
from icrm_tui.engage import reminders
from icrm_tui.improve import tick
from icrm_tui.listen import complaints, sla
from icrm_tui.listen.complaints import Complaint
from icrm_tui.search import Who
from tests.support import ZONE, person, snapshot

Opened = Callable[..., Context]


@pytest.fixture
def ada(ctx: Context) -> Who:
    """A customer of wei; li manages, wei runs the store."""
    person(ctx, "Ada", company="Yun")
    users.add(ctx, "li", role="manager", email="li@icrm.example")
    users.add(ctx, "zhao", email="zhao@icrm.example")
    tick.run(ctx)
    return search.who(ctx, "Ada")


def then(ctx: Context, text: str) -> Context:
    moment = datetime.fromisoformat(f"2026-{text.replace(' ', 'T')}").replace(tzinfo=ZONE)
    return Context(ctx.connection, ctx.user, lambda: moment, ctx.zone)


def told(ctx: Context, ada: Who, severity: str = "critical", owner: str = "zhao") -> int:
    return complaints.add(ctx.action(), ada, Complaint("it leaks", severity=severity, owner=owner))


def ticked(ctx: Context) -> list[tuple[str, str]]:
    """What a tick did about complaints: what, and to whom."""
    return [(one["did"], one["who"]) for one in tick.run(ctx).actions if one["work"] == "complaints"]


def test_at_three_quarters_its_owner_is_warned_once(ctx: Context, ada: Who) -> None:
    told(ctx, ada)
    assert ticked(then(ctx, "11-23 10:14")) == []
    assert ticked(then(ctx, "11-23 10:15")) == [("warning", "zhao")]
    assert ticked(then(ctx, "11-23 10:20")) == []


def test_what_is_broken_is_told_to_its_owner_and_goes_up_to_the_manager(ctx: Context, ada: Who) -> None:
    told(ctx, ada)
    late = then(ctx, "11-23 10:30")
    assert ticked(late) == [("warning", "zhao")]  # due now is not overdue
    later = then(ctx, "11-23 10:31")
    assert ticked(later) == [("breach", "zhao"), ("escalation", "li")]
    assert ticked(later) == []
    line = ticks.log(later)[0]
    assert (line["did"], line["who"], line["detail"]) == ("escalation", "li", "first-reply 2026-11-23T02:30:00Z")


def test_it_goes_up_to_whom_the_policy_names_and_never_to_its_owner(ctx: Context, ada: Who) -> None:
    sla.edit(ctx, sla.find(ctx, "critical")["id"], {"escalate": "wei"})
    told(ctx, ada)
    told(ctx, ada, owner="wei")
    assert ticked(then(ctx, "11-23 10:31")) == [("breach", "zhao"), ("escalation", "wei"), ("breach", "wei")]


def test_without_a_manager_it_goes_up_to_who_runs_the_store(ctx: Context, ada: Who) -> None:
    users.leave(ctx, "li")
    told(ctx, ada)
    assert ticked(then(ctx, "11-23 10:31")) == [("breach", "zhao"), ("escalation", "wei")]


def test_after_a_week_without_ticks_only_the_worst_is_told(ctx: Context, ada: Who) -> None:
    for _n in range(3):
        told(ctx, ada)
    found = ticked(then(ctx, "12-01 10:00"))
    assert found == [("breach", "zhao"), ("escalation", "li")] * 6  # of each complaint both clocks, and no warning


def test_what_was_answered_in_time_is_never_told(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada)
    complaints.resolve(then(ctx, "11-23 10:00"), made, "a new one")
    assert ticked(then(ctx, "12-01 10:00")) == []


def test_a_customer_who_lets_us_wait_is_asked_again_after_three_working_days(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada)
    complaints.move(then(ctx, "11-23 10:00"), made, "start")
    complaints.move(then(ctx, "11-23 11:00"), made, "wait")
    assert ticked(then(ctx, "11-26 10:59")) == []
    day = then(ctx, "11-26 11:00")
    assert ticked(day) == [("waiting", "zhao")]
    (reminder,) = reminders.due(day, everyone=True)
    assert (reminder["what"], reminder["owner"], reminder["due"]) == ("C-MW9 it leaks", "zhao", "2026-11-26")
    assert ticked(then(ctx, "11-27 11:00")) == []
    complaints.move(then(ctx, "11-27 12:00"), made, "start")
    complaints.move(then(ctx, "11-27 13:00"), made, "wait")
    assert ticked(then(ctx, "12-02 13:00")) == [("waiting", "zhao")]  # it is another time that we wait


def test_nobody_is_reminded_of_a_customer_who_is_archived(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada)
    complaints.move(then(ctx, "11-23 10:00"), made, "start")
    complaints.move(then(ctx, "11-23 11:00"), made, "wait")
    customers.archive(ctx, ada.customer_id)
    assert ticked(then(ctx, "11-26 11:00")) == [("waiting", "zhao")]
    assert ctx.read("SELECT count(*) AS n FROM reminders") == [{"n": 0}]


def test_a_dry_run_tells_and_marks_nothing(ctx: Context, ada: Who) -> None:
    told(ctx, ada)
    late = then(ctx, "11-23 10:31")
    before = snapshot(ctx)
    assert [one["did"] for one in tick.run(late, dry=True).actions] == ["breach", "escalation"]
    assert snapshot(ctx) == before
    assert len(ticked(late)) == 2


def test_what_was_told_stands_in_nobodys_way(ctx: Context, ada: Who) -> None:
    """A warning blocks no undo, and undoing takes no warning back: it was heard."""
    made = told(ctx, ada, "low")
    complaints.edit(ctx.action(), made, {"severity": "critical"})
    late = then(ctx, "11-23 10:31")
    assert ticked(late) == [("breach", "zhao"), ("escalation", "li")]
    history.undo(late.action())
    assert complaints.get(ctx, made)["severity"] == "low"
    complaints.edit(late.action(), made, {"severity": "critical"})
    assert ticked(late) == []
    history.undo(late.action())
    history.undo(late.action())
    assert ctx.read("SELECT count(*) AS n FROM complaints") == [{"n": 0}]


# --- mail ------------------------------------------------------------------------------------------------


@pytest.fixture
def mailed(ctx: Context, ada: Who) -> Callable[[], list[tuple[str, str]]]:
    """To whom mail is queued, and from when on it may go."""
    config.put("mail_host", "mail.icrm.example")
    config.put("mail_from", "icrm@icrm.example")

    def read() -> list[tuple[str, str]]:
        rows = ctx.read("SELECT address, next_at FROM messages ORDER BY id")
        return [(row["address"].partition("@")[0], row["next_at"][5:16].replace("T", " ")) for row in rows]

    return read


def notices(ctx: Context) -> None:
    """The notices alone: no server is asked."""
    from icrm_tui.listen import sla_due

    program = ctx.program()
    sla_due.do(program, sla_due.find(program))


def test_each_gets_one_mail_that_tells_of_everything(
    ctx: Context, ada: Who, mailed: Callable[[], list[tuple[str, str]]]
) -> None:
    for _n in range(30):
        told(ctx, ada)
    notices(then(ctx, "12-01 10:00"))
    assert mailed() == [("zhao", "12-01 02:00"), ("li", "12-01 02:00")]
    body = ctx.read("SELECT subject, body FROM messages ORDER BY id")[0]
    assert body["subject"] == "60 complaints need you"
    assert "C-MW9 it leaks: first reply was due 2026-11-23 10:30 and is overdue." in body["body"]
    notices(then(ctx, "12-01 10:00"))
    assert len(mailed()) == 2


def test_at_night_only_what_is_critical_is_mailed_at_once(
    ctx: Context, ada: Who, mailed: Callable[[], list[tuple[str, str]]]
) -> None:
    told(ctx, ada, "normal")
    notices(then(ctx, "11-28 03:00"))
    assert mailed() == [("zhao", "11-30 01:00"), ("li", "11-30 01:00")]  # Monday, nine o'clock in Shanghai
    told(ctx, ada, "critical")
    notices(then(ctx, "11-28 04:00"))
    assert mailed()[2:] == [("zhao", "11-27 20:00"), ("li", "11-27 20:00")]


def test_without_a_mail_server_nothing_is_queued(ctx: Context, ada: Who) -> None:
    told(ctx, ada)
    assert ticked(then(ctx, "12-01 10:00"))
    assert ctx.read("SELECT count(*) AS n FROM messages") == [{"n": 0}]
