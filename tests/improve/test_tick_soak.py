"""Ticks killed with -9 at any moment, and several at once: whatever is to be told is told once, and nothing is lost."""

import os
import random
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from icrm_tui import db, search, users
from icrm_tui.context import Context
from icrm_tui.listen import complaints
from icrm_tui.listen.complaints import Complaint
from tests.support import NOW, ZONE, acting, person

pytestmark = pytest.mark.soak

KILLS = 30
COMPLAINTS = 120
HOURS = 12  # of clocks that run out one after the other


@pytest.fixture
def running(ctx: Context, store: db.Place) -> db.Place:
    """Complaints opened over half a day, some of which wait for their customer."""
    person(ctx, "Ada", company="Yun")
    users.add(ctx, "li", role="manager")
    ada = search.who(ctx, "Ada")
    for n in range(COMPLAINTS):
        at = NOW + timedelta(minutes=n * HOURS * 60 // COMPLAINTS)
        then = Context(ctx.connection, "wei", lambda at=at: at, ZONE)  # type: ignore[misc]
        severity = ("critical", "high", "normal")[n % 3]
        made = complaints.add(then, ada, Complaint(f"it leaks {n}", severity=severity, owner="wei"))
        if n % 5 == 0:
            complaints.move(then, made, "start")
            complaints.move(then, made, "wait")
    return store


def ticking(store: db.Place, home: Path, now: datetime) -> "subprocess.Popen[bytes]":
    env = os.environ | {"ICRM_DB": str(store), "ICRM_USER": "wei", "HOME": str(home), "ICRM_NOW": now.isoformat()}
    return subprocess.Popen(
        [sys.executable, "-m", "icrm_tui.cli", "tick", "--quiet"],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def told(ctx: Context) -> list[tuple[int, str, str, str]]:
    rows = ctx.read("SELECT clock_id, level, since, who FROM sla_notices ORDER BY 1, 2, 3, 4")
    return [(row["clock_id"], row["level"], row["since"], row["who"]) for row in rows]


def told_once(ctx: Context) -> None:
    """Nothing twice: neither in the marks, nor in the log, nor as reminders; and each reminder has its mark."""
    marks = told(ctx)
    assert len(marks) == len(set(marks))
    lines = ctx.read("SELECT did, written, who, detail FROM tick_log WHERE did <> 'segment'")
    logged = [tuple(row.values()) for row in lines]
    assert len(logged) == len(set(logged)) == len(marks)
    reminders = [row["what"] for row in ctx.read("SELECT what FROM reminders")]
    assert len(reminders) == len(set(reminders)) == sum(level == "waiting" for _clock, level, _since, _who in marks)


def pieces(ctx: Context) -> set[tuple[int, str]]:
    return {(clock, level) for clock, level, _since, _who in told(ctx)}


def test_ticks_killed_at_any_moment_tell_everything_once(running: db.Place, home: Path) -> None:
    chance, pause = random.Random(7), Event()
    end = NOW + timedelta(days=30)
    whole = 0.0
    for n in range(KILLS):
        now = NOW + (end - NOW) * (n + 1) / (KILLS + 5)
        process = ticking(running, home, now)
        pause.wait(chance.uniform(0.1, 0.8))
        process.kill()
        process.communicate()
        whole += process.returncode == 0
        with closing(db.open_store(running)) as connection:
            told_once(acting(connection))
    assert whole < KILLS  # some were killed at work
    last = ticking(running, home, end)
    assert (last.communicate()[1], last.returncode) == (b"", 0)
    with closing(db.open_store(running)) as connection:
        ctx = acting(connection)
        told_once(ctx)
        overdue = ctx.read("SELECT id FROM complaint_clocks WHERE stopped_at = '' AND due_at <> ''")
        waited = ctx.read("SELECT id FROM complaint_clocks WHERE remind_at <> ''")
        expected = {(row["id"], "breach") for row in overdue} | {(row["id"], "escalation") for row in overdue}
        expected |= {(row["id"], "waiting") for row in waited}
        assert {piece for piece in pieces(ctx) if piece[1] != "warning"} == expected


def test_two_at_once_tell_everything_once(running: db.Place, home: Path) -> None:
    for n in range(8):
        now = NOW + timedelta(days=3 * n)
        both = [ticking(running, home, now) for _n in range(3)]
        assert [(one.communicate()[1], one.returncode) for one in both] == [(b"", 0)] * 3
        with closing(db.open_store(running)) as connection:
            told_once(acting(connection))
