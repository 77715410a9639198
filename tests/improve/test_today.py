"""Today: who has heard nothing for too long, and what I did last. Birthdays are proved with the contacts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from icrm_tui import dates, search, settings, users
from icrm_tui.collect import contacts, interactions
from icrm_tui.context import Context
from icrm_tui.improve import today
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
