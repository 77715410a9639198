"""Today: complaints, who has heard nothing for too long, what I did last, and the week round it.

Birthdays are proved with the contacts.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from icrm_tui import dates, search, settings, users
from icrm_tui.addresses import Address
from icrm_tui.collect import contacts, interactions
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.engage import messages, reminders
from icrm_tui.engage.messages import Message
from icrm_tui.improve import tick, today
from icrm_tui.listen import complaints
from icrm_tui.listen.complaints_rules import Complaint
from tests.support import NOW, person


def touch(ctx: Context, who: str, days: int, text: str = "said") -> None:
    interactions.add(ctx, search.who(ctx, who), interactions.Touch(text, at=dates.stamp(NOW - timedelta(days=days))))


def names(found: list[dict[str, Any]]) -> list[str]:
    return [entry["name"] for entry in found]


def test_customers_grown_silent_come_longest_first_mine_unless_all(ctx: Context) -> None:
    users.add(ctx, "li")
    person(ctx, "Ada", company="Acme")
    for name, days in (("Berta", 40), ("Clara", 31), ("Dora", 29)):
        person(ctx, name)
        touch(ctx, name, days)
    touch(ctx, "Ada", 50)
    person(ctx, "Theirs", owner="li")
    touch(ctx, "Theirs", 90)
    person(ctx, "Never spoken to")
    silent = today.today(ctx)["silent"]
    assert names(silent) == ["Acme", "Berta", "Clara"]
    assert silent[0] | {"id": ""} == {
        "id": "",
        "name": "Acme",
        "owner": "wei",
        "last_contact": "2026-10-04T01:30:00Z",
        "days": 50,
    }
    assert [search.who(ctx, entry["id"]).name for entry in silent] == ["Acme", "Berta", "Clara"]
    assert names(today.today(ctx, everyone=True)["silent"]) == ["Theirs", "Acme", "Berta", "Clara"]
    settings.put(ctx, "silent_days", "45")
    assert names(today.today(ctx)["silent"]) == ["Acme"]


def test_the_archived_are_silent_for_good(ctx: Context) -> None:
    ada = person(ctx, "Ada")
    touch(ctx, "Ada", 90)
    contacts.archive(ctx, ada)
    assert today.today(ctx, everyone=True)["silent"] == []


def test_my_last_touches_are_mine_newest_first(ctx: Context, opened: Callable[..., Context]) -> None:
    users.add(ctx, "li")
    person(ctx, "Ada")
    for n in range(12):
        touch(ctx, "Ada", n, f"call {n}")
    touch(opened("li"), "Ada", 0, "li was here")
    mine = today.today(ctx)["touches"]
    assert [entry["text"] for entry in mine] == [f"call {n}" for n in range(10)]
    assert (mine[0]["id"], mine[0]["name"], mine[0]["who"]) == ("p1", "Ada", "wei")
    assert "li was here" in [entry["text"] for entry in today.today(ctx, everyone=True)["touches"]]


def test_a_clock_set_back_shows_what_was_then(ctx: Context, opened: Callable[..., Context]) -> None:
    person(ctx, "Ada", birthday="01-02")
    touch(ctx, "Ada", 0)
    past = opened("wei", NOW - timedelta(days=325))  # 2 January
    found = today.today(past)
    assert names(found["birthdays"]) == ["Ada"]
    assert (found["silent"], names(found["touches"])) == ([], ["Ada"])


# --- complaints, and the week ----------------------------------------------------------------------------


def test_unended_complaints_come_by_age_mine_unless_all(ctx: Context, opened: Callable[..., Context]) -> None:
    users.add(ctx, "li")
    person(ctx, "Ada", company="Acme")
    ada = search.who(ctx, "Ada")
    for what, days, owner in (("new", 1, "wei"), ("old", 9, "wei"), ("hers", 5, "li"), ("over", 20, "wei")):
        then = opened("wei", NOW - timedelta(days=days))
        made = complaints.add(then, ada, Complaint(what, owner=owner))
        if what == "over":
            complaints.end(then.action(), made, "withdraw", "a misunderstanding")
    found = today.today(ctx)["complaints"]
    assert [(row["what"], row["days"], row["name"], row["who"]) for row in found] == [
        ("old", 9, "Ada", "p1"),
        ("new", 1, "Ada", "p1"),
    ]
    assert [row["what"] for row in today.today(ctx, everyone=True)["complaints"]] == ["old", "hers", "new"]


def test_the_week_counts_by_the_days_of_the_user(ctx: Context) -> None:
    users.add(ctx, "li")
    assert today.week(ctx)["begun"] is False
    person(ctx, "Ada")
    ada = search.who(ctx, "Ada")
    midnight = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # where today begins in Shanghai
    for at in (midnight - timedelta(seconds=1), midnight, NOW, NOW - timedelta(days=7)):
        interactions.add(ctx, ada, interactions.Touch("said", at=dates.stamp(at)))
    todo = ((-4, None, ""), (0, time(17), ""), (1, None, ""), (6, time(23, 59), ""), (7, None, ""), (2, None, "li"))
    for days, hour, owner in todo:
        moment = When(NOW.date() + timedelta(days=days), hour)
        reminders.add(ctx, ada, reminders.Reminder(f"in {days}", moment, owner=owner))
    week = today.week(ctx)
    assert [day["n"] for day in week["touches"]] == [0, 0, 0, 0, 0, 1, 2]
    assert [day["n"] for day in week["due"]] == [2, 1, 0, 0, 0, 0, 1]
    assert (week["touches"][-1]["on"], week["due"][0]["on"]) == ("2026-11-23", "2026-11-23")
    assert (week["next"]["what"], week["done"], week["begun"]) == ("in 1", 0, True)
    reminders.done(ctx.action(), 1, "reached")
    week = today.week(ctx)
    assert (week["done"], week["due"][0]["n"], week["touches"][-1]["n"]) == (1, 1, 3)
    assert today.week(ctx, everyone=True)["due"][2]["n"] == 1


@pytest.mark.file
def test_no_part_of_the_day_reads_a_whole_table(ctx: Context) -> None:
    person(ctx, "Ada")
    asked: list[str] = []
    ctx.connection.raw.set_trace_callback(asked.append)
    for everyone in (False, True):
        today.today(ctx, everyone)
        today.week(ctx, everyone)
    ctx.connection.raw.set_trace_callback(None)
    plans = {sql: [row["detail"] for row in ctx.read(f"EXPLAIN QUERY PLAN {sql}")] for sql in asked if "SELECT" in sql}
    read = {
        sql: [step for step in plan if step.startswith("SCAN") and "INDEX" not in step and "CONSTANT" not in step]
        for sql, plan in plans.items()
    }
    assert {sql: steps for sql, steps in read.items() if steps and "any_of_them" not in sql} == {}


def test_mail_that_did_not_go_asks_whoever_wrote_it(ctx: Context, opened: Callable[..., Context]) -> None:
    users.add(ctx, "li", email="li@yun.example")
    person(ctx, "Ada", email="ada@engines.example")
    ada, program = search.who(ctx, "Ada"), ctx.program()
    ids = [messages.add(ctx, ada, Message("x", f"Mail {n}")) for n in range(4)]
    theirs = messages.add(opened("li"), ada, Message("x", "Theirs"))
    told = messages.notify(ctx, "li", Message("x", "To one of us"))
    assert told
    for message_id in (*ids[:3], theirs, told):
        messages.claim(program, message_id, Address("", "service@yun.example"))
    for message_id, state in ((ids[0], "sent"), (ids[1], "failed"), (theirs, "failed"), (told, "failed")):
        messages.settle(program, message_id, state, "550 no")
    messages.doubt(program, ids[2])
    found = today.today(ctx)["mail"]
    assert [(one["mail"], one["id"], one["state"], one["answer"]) for one in found] == [
        ("m2", "p1", "failed", "550 no"), ("m3", "p1", "unknown", ""),
    ]  # fmt: skip
    assert len(today.today(ctx, everyone=True)["mail"]) == 3
    messages.went(ctx, ids[2])
    messages.drop(ctx, ids[1])
    assert today.today(ctx)["mail"] == []


# --- clocks ----------------------------------------------------------------------------------------------


def test_what_is_due_first_comes_first_and_what_went_up_to_me_is_mine_as_well(
    ctx: Context, opened: Callable[..., Context]
) -> None:
    users.add(ctx, "li", role="manager")
    users.add(ctx, "zhao")
    person(ctx, "Ada")
    ada = search.who(ctx, "Ada")
    for what, severity in (("slow", "low"), ("torn", "critical"), ("praise", "normal")):
        kind = "praise" if what == "praise" else "complaint"
        complaints.add(ctx.action(), ada, Complaint(what, kind, severity=severity, owner="zhao"))
    mine = opened("zhao")
    assert [(row["what"], row["alarm"], row["left"]) for row in today.today(mine)["complaints"]] == [
        ("torn", "running", 3600), ("slow", "running", 18 * 3600), ("praise", "", None),
    ]  # fmt: skip
    later = NOW + timedelta(hours=2)
    tick.run(Context(ctx.connection, "wei", lambda: later, ctx.zone))
    boss = opened("li", now=later)
    assert [(row["what"], row["alarm"], row["left"]) for row in today.today(boss)["complaints"]] == [
        ("torn", "breached", -3600)
    ]
    complaints.move(mine.action(), 2, "ack")
    assert today.today(boss)["complaints"] == []
