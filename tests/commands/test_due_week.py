"""`icrm due` as cron asks it: a week minute by minute, a thousand at once, a pipe that closes.

What is due can only change at the minute something comes due or somebody does something: there every minute on both
sides is asked, and between them every hour; the soak test asks each of the 10,080.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from shlex import split
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from icrm_tui import db
from icrm_tui.dates import When
from icrm_tui.engage import reminders
from icrm_tui.search import who
from tests.support import NOW, Icrm, acting, person

MINUTE = timedelta(minutes=1)
Moment = tuple[int, str]  # day of the week, hour


class Deed(NamedTuple):
    """What is typed at a moment, and since when each reminder it touches is due after it; None: no more."""

    at: Moment
    line: str
    due: dict[str, Moment | None]


WEEK = (
    Deed((0, "08:00"), "reminder add Ada day --due tomorrow", {"r1": (1, "00:00")}),
    Deed((0, "08:01"), "reminder add Ada hour --due 'today 09:30'", {"r2": (0, "09:30")}),
    Deed((0, "08:02"), "reminder add Ada daily --due 'today 9am' --repeat daily", {"r3": (0, "09:00")}),
    Deed((0, "08:03"), "reminder add Ada theirs --due today --owner li", {}),
    Deed((0, "09:45"), "reminder done r2 --outcome reached", {"r2": None}),
    Deed((0, "10:15"), "reminder snooze r3 in 2 hours", {"r3": (0, "12:15")}),
    Deed((0, "13:00"), "reminder done r3", {"r3": (1, "09:00")}),
    Deed((1, "08:59"), "reminder done r3 --yes", {"r3": (2, "09:00")}),  # ahead of its time
    Deed((1, "09:01"), "undo", {"r3": (1, "09:00")}),
    Deed((1, "18:00"), "reminder snooze r1 tomorrow", {"r1": (2, "00:00")}),
    Deed((2, "09:30"), "reminder archive r1", {"r1": None}),
    Deed((2, "11:00"), "reminder unarchive r1", {"r1": (2, "00:00")}),
    Deed((3, "10:00"), "reminder done r3", {"r3": (4, "09:00")}),  # two days late: what was missed is not made up for
    Deed((3, "10:30"), "reminder edit r1 --set owner=li", {"r1": None}),
    Deed((3, "12:00"), "log Ada talked --next 'in 3 days' --what after", {"r5": (6, "00:00")}),
    Deed(
        (4, "12:00"),
        "reminder done r3 --next 'tomorrow 23:59' --what more",
        {"r3": (5, "09:00"), "r6": (5, "23:59")},
    ),
    Deed((4, "12:01"), "reminder add Ada night --due '2027-03-28 02:30'", {"r7": (6, "02:30")}),
    Deed((5, "09:00"), "reminder done r3", {"r3": (6, "09:00")}),  # in the very minute
    Deed(
        (6, "10:00"),  # a touch with a next one settles all that is due with her
        "log Ada again --next 'in 1 week'",
        {"r3": (7, "09:00"), "r5": None, "r6": None, "r7": None, "r8": (13, "00:00")},
    ),
)
MONDAY = date(2027, 3, 22)  # at its end, clocks go forward in Berlin: there is no 02:30


def moment(at: Moment, zone: ZoneInfo) -> datetime:
    """An hour that the clocks skip is the one they show instead."""
    return datetime.combine(MONDAY + timedelta(days=at[0]), time.fromisoformat(at[1]), zone).astimezone(UTC)


def asked(zone: ZoneInfo, every: bool) -> Iterator[datetime]:
    start = moment((0, "00:00"), zone)
    turns = {moment(deed.at, zone) for deed in WEEK}
    turns |= {moment(at, zone) for deed in WEEK for at in deed.due.values() if at}
    near = {turn + n * MINUTE for turn in turns for n in range(-2, 3)}
    for n in range(7 * 24 * 60):
        now = start + n * MINUTE
        if every or now in near or n % 60 == 0:
            yield now


def live(icrm: Icrm, monkeypatch: pytest.MonkeyPatch, zone: ZoneInfo, every: bool) -> int:
    """Go through the week; how often something was due."""
    monkeypatch.setenv("TZ", zone.key)
    monkeypatch.setenv("ICRM_NOW", moment((0, "00:00"), zone).isoformat())
    for line in ("contact add Ada", "user add li"):
        assert icrm(*split(line)).code == 0
    waiting, todo, seen = dict[str, datetime](), list(WEEK), 0
    for now in asked(zone, every):
        monkeypatch.setenv("ICRM_NOW", now.isoformat())
        while todo and moment(todo[0].at, zone) == now:
            deed = todo.pop(0)
            answer = icrm(*split(deed.line))
            assert answer.code == 0, (deed, answer.err)
            waiting |= {one: moment(at, zone) for one, at in deed.due.items() if at}
            waiting = {one: at for one, at in waiting.items() if deed.due.get(one, at) is not None}
        answer = icrm("due", "--format", "ids", "--exit-code")
        expected = [one for _at, one in sorted((at, one) for one, at in waiting.items() if at <= now)]
        assert answer.lines == expected, (now.astimezone(zone), expected)
        assert (answer.code, answer.err) == (10 if expected else 0, "")
        seen += bool(expected)
    assert not todo
    return seen


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
def test_over_a_week_each_appears_exactly_while_it_is_due(
    icrm: Icrm, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    assert live(icrm, monkeypatch, ZoneInfo(zone), every=False) > 50


@pytest.mark.timeout(900)  # ten thousand runs
@pytest.mark.soak
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
def test_so_it_is_in_every_minute_of_it(icrm: Icrm, monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    assert live(icrm, monkeypatch, ZoneInfo(zone), every=True) > 2000


# --- many, and a pipe ------------------------------------------------------------------------------------


@pytest.fixture
def thousand(store: Path) -> Path:
    with closing(db.open_store(store)) as connection:
        ctx = acting(connection)
        people = [who(ctx, f"p{person(ctx, f'Person {n}')}") for n in range(10)]

        def add(_tx: db.Tx) -> None:
            for n in range(1000):
                reminders.add(ctx, people[n % 10], reminders.Reminder(f"call {n}", When(NOW.date())))

        ctx.change("reminder.add", add)
    return store


def test_a_thousand_at_once_are_a_thousand_lines(thousand: Path, process: Icrm) -> None:
    answer = process("due", "--exit-code", env={"ICRM_NOW": "2026-11-23T09:30"})
    assert (answer.code, len(answer.lines), answer.err) == (10, 1000, "")
    assert all("call" in line for line in answer.lines)


def test_a_pipe_that_closes_is_silent(thousand: Path) -> None:
    line = f"{sys.executable} -m icrm_tui.cli due | head -n 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        env=os.environ | {"ICRM_DB": str(thousand), "ICRM_USER": "wei", "ICRM_NOW": "2026-11-23T09:30"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stderr, len(done.stdout.splitlines())) == ("", 1)


def test_what_cron_starts_prints_no_more_than_lines(thousand: Path, process: Icrm) -> None:
    """No terminal, no locale: plain text, and nothing at all when nothing is due."""
    bare = {"ICRM_NOW": "2026-11-23T09:30", "LANG": "C", "LC_ALL": "C"}
    assert "\x1b" not in process("due", env=bare).out
    answer = process("due", "--as", "wei", env=bare | {"ICRM_NOW": "2026-11-22T23:59"})
    assert (answer.code, answer.out, answer.err) == (0, "", "")
