"""A customer changes hands with everything that is open; a leaver's everything does; undo gives all of it back."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icrm_tui import history, lists, nouns, users
from icrm_tui.collect import companies, contacts, customers, interactions
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.engage import reminders
from icrm_tui.engage.reminders import Reminder
from icrm_tui.errors import NotFound, Refused
from icrm_tui.improve import handover
from icrm_tui.search import who

TODAY = When(date(2026, 11, 23))


@pytest.fixture
def team(ctx: Context, opened: Callable[..., Context]) -> Context:
    """Wei looks after Yun and Ada, li after Bob; each has something open, li also with Yun."""
    users.add(ctx, "li")
    users.add(ctx, "wang")
    companies.add(ctx, companies.Company("Yun", {"service_owner": "li"}))
    contacts.add(ctx, contacts.Contact("Ada", {}))
    contacts.add(ctx, contacts.Contact("Bob", {"owner": "li"}))
    reminders.add(ctx, who(ctx, "Yun"), Reminder("renew", TODAY))
    reminders.add(ctx, who(ctx, "Yun"), Reminder("visit", TODAY, owner="li"))
    reminders.add(ctx, who(ctx, "Ada"), Reminder("call", TODAY))
    reminders.add(ctx, who(ctx, "Bob"), Reminder("write", TODAY, owner="li"))
    return ctx


def owners(ctx: Context, noun: str, word: str) -> dict[str, str]:
    return {row[word]: row["owner"] for row in lists.rows(ctx, lists.Wanted(noun, "", (word, "owner")))}


def everything(ctx: Context) -> dict[str, list[dict[str, object]]]:
    tables = [*nouns.TABLES, *nouns.DERIVED.values()]
    return {table: ctx.read(f"SELECT * FROM {table} ORDER BY 1") for table in tables}


def test_a_customer_goes_with_what_its_owner_had_open(team: Context) -> None:
    done = handover.hand_over(team, [who(team, "Yun")], "wang")
    assert done.rows["customer"] == 1
    assert owners(team, "customer", "name") == {"Yun": "wang", "Ada": "wei", "Bob": "li"}
    assert owners(team, "reminder", "what") == {"renew": "wang", "visit": "li", "call": "wei", "write": "li"}
    assert customers.show(team, 1)["service_owner"] == "li"


def test_a_note_becomes_a_reminder_of_the_new_owner(team: Context) -> None:
    handover.hand_over(team, [who(team, "Ada")], "wang", "expects a call")
    assert owners(team, "reminder", "what")["expects a call"] == "wang"


def test_a_leavers_everything_goes(team: Context) -> None:
    handover.leave(team, "li", "wang")
    assert owners(team, "customer", "name")["Bob"] == "wang"
    assert customers.show(team, 1)["service_owner"] == "wang"
    assert owners(team, "reminder", "what") == {"renew": "wei", "visit": "wang", "call": "wei", "write": "wang"}
    with pytest.raises(NotFound, match="no-user"):
        users.known(team, "li")


def test_what_is_done_stays_with_whoever_did_it(team: Context, opened: Callable[..., Context]) -> None:
    reminders.done(opened("li"), 4)
    handover.leave(team, "li", "wang")
    assert reminders.show(team, 4)["owner"] == "li"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.sampled_from(["hand", "leave"]), st.sampled_from(["wang", "li"]))
def test_undo_gives_all_of_it_back(team: Context, how: str, to: str) -> None:
    before = everything(team)
    if how == "hand":
        handover.hand_over(team.action(), [who(team, "Yun"), who(team, "Ada")], to, "note")
    else:
        handover.leave(team.action(), "wei" if to == "li" else "li", to)
    assert everything(team) != before
    history.undo(team.action(), team.read("SELECT max(id) AS n FROM changes")[0]["n"])
    assert everything(team) == before


def test_nobody_hands_over_to_themselves_or_to_a_stranger(team: Context) -> None:
    with pytest.raises(Refused, match="handover-same"):
        handover.leave(team, "li", "li")
    with pytest.raises(NotFound, match="no-user"):
        handover.hand_over(team, [who(team, "Yun")], "nobody")


def test_a_brief_says_who_what_is_open_and_what_was_said_last(team: Context) -> None:
    contacts.add(team, contacts.Contact("Boss", {"company": "Yun", "title": "CEO"}))
    interactions.add(team, who(team, "Boss"), interactions.Touch("wants a discount"))
    page = handover.brief(team, who(team, "Yun"))
    assert [one["name"] for one in page["people"]] == ["Boss"]
    assert [one["what"] for one in page["open"]] == ["renew", "visit"]
    assert [one["text"] for one in page["last"]] == ["wants a discount"]
    assert handover.brief(team, who(team, "Boss"))["company"] == "Yun"
