"""Doctor finds what is wrong and finishes what was left; it breaks nothing itself."""

import os
from pathlib import Path

import pytest

from icrm_tui import doctor, search
from icrm_tui.collect import interactions
from icrm_tui.context import Context
from tests.support import person, snapshot


def wrong(ctx: Context) -> dict[str, str]:
    return {finding.check: finding.detail for finding in doctor.run(ctx) if not finding.ok and finding.check != "space"}


@pytest.fixture
def told(ctx: Context) -> Context:
    person(ctx, "Ada", company="Acme", tag="vip")
    interactions.add(ctx, search.who(ctx, "Ada"), interactions.Touch("called"))
    return ctx


def test_a_sound_store_is_left_as_it_is(told: Context) -> None:
    before = snapshot(told)
    assert wrong(told) == {}
    assert snapshot(told) == before


SPOILT = {
    "owned": ("UPDATE taggings SET row_id = 99", "taggings 1"),
    "totals": ("UPDATE contact_stats SET touches = 7", "contact_stats 2"),
    "search": ("DELETE FROM docs WHERE kind = 'contact'", "contact 0/1"),
}


@pytest.mark.parametrize("check", SPOILT)
def test_what_is_spoilt_is_named(told: Context, check: str) -> None:
    sql, detail = SPOILT[check]
    told.connection.execute(sql)
    assert wrong(told)[check].startswith(detail)


@pytest.mark.file
def test_a_pointer_that_leads_nowhere_is_named(told: Context) -> None:
    told.connection.execute("PRAGMA foreign_keys = OFF")
    told.connection.execute("DELETE FROM customers")
    assert wrong(told)["pointers"].startswith("interactions 1 → customers")


@pytest.mark.file
def test_a_store_others_can_read_is_named(told: Context, store: Path) -> None:
    store.chmod(0o644)
    assert wrong(told) == {"private": "644"}


def test_search_that_waits_is_filled(told: Context) -> None:
    told.connection.execute("INSERT INTO search_todo VALUES ('contact', 1), ('contact', 99)")
    assert wrong(told) == {}
    assert search.pending(told) == 0


@pytest.mark.file
def test_what_a_dead_process_left_beside_the_store_is_swept(told: Context, store: Path) -> None:
    dead = store.with_name(".icrm-stage-999999999.db")
    mine = store.with_name(f".icrm-stage-{os.getpid()}.db")
    other = store.with_name("notes.txt")
    for path in (dead, mine, other):
        path.write_text("x")
    doctor.run(told)
    assert [path.exists() for path in (dead, mine, other)] == [False, True, True]
