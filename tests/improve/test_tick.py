"""What falls due by itself is done by a tick: once, whoever else ticks, and only then."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import pytest

from icrm_tui import db, nouns, ticks
from icrm_tui.classify import segments, stays
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError, Refused, Unavailable
from icrm_tui.improve import tick
from icrm_tui.nouns import Due
from tests.support import NOW, acting, person, snapshot

Opened = Callable[..., Context]


def done(ctx: Context) -> list[tuple[str, str]]:
    return [(one["work"], one["id"]) for one in tick.run(ctx).actions]


def test_a_tick_sees_who_entered_a_segment_and_the_next_has_nothing_to_do(ctx: Context) -> None:
    segments.save(ctx, "Ada's", "name:ada")
    assert ("segments", "Ada's") in done(ctx)
    assert done(ctx) == []
    person(ctx, "Ada")
    assert ("segments", "Ada's") in done(ctx)
    assert stays.moved(ctx, segments.find(ctx, "Ada's"), "2026-01-01") == (1, 0)
    assert done(ctx) == []


def test_a_dry_run_says_what_is_due_and_does_nothing(ctx: Context) -> None:
    person(ctx, "Ada")
    before = snapshot(ctx)
    assert [one["did"] for one in tick.run(ctx, dry=True).actions] == ["segment"] * len(segments.everything(ctx))
    assert snapshot(ctx) == before
    assert ticks.log(ctx) == []
    assert len(done(ctx)) == len(segments.everything(ctx))


def test_search_that_waits_is_filled(ctx: Context) -> None:
    person(ctx, "Ada")
    ctx.aside(lambda tx: tx.connection.execute("INSERT INTO search_todo SELECT 'contact', id FROM contacts") and None)
    assert ("search", "") in done(ctx)
    assert ctx.read("SELECT count(*) AS n FROM search_todo")[0]["n"] == 0


def test_one_ticks_at_a_time_and_the_other_goes_home(opened: Opened) -> None:
    one, other = opened(), opened()
    person(one, "Ada")
    with other.connection.alone("tick") as mine:
        assert mine
        assert tick.run(one) == tick.Ticked([], [], busy=True)
        assert tick.run(one, dry=True).actions
    assert tick.run(one).actions


def test_a_tick_is_nobodys_last_change(ctx: Context) -> None:
    person(ctx, "Ada")
    last = ctx.read("SELECT max(id) AS id FROM changes")[0]["id"]
    tick.run(ctx)
    assert ctx.read("SELECT max(id) AS id FROM changes")[0]["id"] == last


def test_what_it_did_is_logged_with_the_last_lines_kept(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticks, "KEPT", 3)
    tick.run(ctx)
    assert [row["did"] for row in ticks.log(ctx)] == ["segment"] * 3
    assert {row["at"] for row in ticks.log(ctx)} == {"2026-11-23T01:30:00Z"}


def test_what_cannot_be_done_is_said_and_holds_up_nothing_else(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    did: list[int] = []

    def do(ctx: Context, some: list[dict[str, object]]) -> list[dict[str, object]]:
        if {"_n": 2} in some:
            raise Refused("text-empty")
        did.extend(int(str(one["_n"])) for one in some)
        return some

    broken = Due(lambda ctx: [{"_n": n} for n in range(5)], do, 3)
    monkeypatch.setitem(nouns.DUE, "search", "improve.tick:BROKEN")
    monkeypatch.setattr(tick, "BROKEN", broken, raising=False)
    nouns.due.cache_clear()
    try:
        ticked = tick.run(ctx)
    finally:
        nouns.due.cache_clear()
    assert did == [0, 1, 3, 4]
    assert [(work, error.code) for work, error in ticked.failed] == [("search", "text-empty")]
    assert {one["work"] for one in ticked.actions} == {"search", "segments"}
    assert isinstance(ticked.failed[0][1], IcrmError)


def test_a_store_that_may_only_be_read_is_left_alone(ctx: Context) -> None:
    with closing(db.attach(ctx.connection.place, readonly=True)) as connection:
        reader = acting(connection, now=NOW + timedelta(days=1))
        with pytest.raises(Unavailable):
            tick.run(reader)
        assert tick.run(reader, dry=True).failed == []
