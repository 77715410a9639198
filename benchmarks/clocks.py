"""Complaints on the clock: the board and the first page by what is left, a tick, and reckoning working time.

As many open complaints as the size says, opened over forty days. The floor of reads is one row read by its id; that of
a tick is reading the clocks it looks through.
"""

import random
import statistics
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.measure import Line, call
from icrm_tui import calendars, db, i18n, lists, users
from icrm_tui.calendars_rules import seconds
from icrm_tui.collect import importing
from icrm_tui.collect.importing import Options
from icrm_tui.context import Context
from icrm_tui.improve import tick, today
from icrm_tui.listen import board, sla_report
from icrm_tui.lists import Wanted

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
ROUNDS = 20


def lines(size: int, folder: Path) -> Iterator[Line]:
    path = folder / f"clocks-{size}.db"
    made = not path.exists()
    with closing(db.open_store(path)) as connection:
        ctx = acting(connection, NOW)
        users.identify(ctx)
        if made:
            _fill(ctx, size, folder)
            tick.run(ctx)  # what had run out before anybody looked
        chance = random.Random(1)
        row = statistics.median(
            call(lambda: ctx.read("SELECT * FROM complaints WHERE id = :id", id=chance.randrange(1, size))).seconds
            for _ in range(200)
        )
        for what, ask, target in _asked(ctx):
            yield Line(what, _median(ask), "one row", row, target)
        by_month = _median(lambda: sla_report.report(ctx, by="month"), 3)
        yield Line("a report by month", by_month, "one row", row)
        later = NOW + timedelta(hours=1)
        clocks = _median(lambda: ctx.read("SELECT count(*) FROM complaint_clocks WHERE stopped_at = ''"), 3)
        yield Line("a tick with nothing new", _median(lambda: tick.run(ctx), 3), "counting clocks", clocks, "≤2 s")
        once = call(lambda: tick.run(acting(connection, later))).seconds
        yield Line("a tick an hour later", once, "counting clocks", clocks, "≤2 s")
        table = calendars.timetable(ctx, calendars.find(ctx, "standard")["id"])
        start = seconds(ctx.stamp)
        reckoned = call(lambda: [table.between(start, start + n * 977) for n in range(10_000)]).seconds / 10_000
        yield Line("working time between two instants", reckoned, "one row", row, "≤20 µs")


def acting(connection: db.Connection, now: datetime) -> Context:
    return Context(connection, "wei", lambda: now, ZONE)


def _asked(ctx: Context) -> Iterator[tuple[str, Callable[[], object], str]]:
    by_left = Wanted("complaint", "", ("ref", "severity", "left", "breached", "what", "customer"), "left")
    yield "first page by what is left", lambda: lists.rows(ctx, by_left, 50), "≤20 ms"
    over = by_left._replace(text="breached:yes")
    yield "first page of what is overdue", lambda: lists.rows(ctx, over, 50), "≤20 ms"
    yield "the board", lambda: board.board(ctx), "≤20 ms"
    yield "Today of all with clocks", lambda: today.today(ctx, everyone=True), "≤50 ms"


def _median(ask: Callable[[], object], rounds: int = ROUNDS) -> float:
    return statistics.median(call(ask).seconds for _ in range(rounds))


def _fill(ctx: Context, size: int, folder: Path) -> None:
    i18n.use("en")
    users.add(ctx.action(), "li", role="manager")
    chance, file = random.Random(1), folder / "clocks.csv"
    with file.open("w", encoding="utf-8") as out:
        out.write("number,opened,state,what,severity\n")
        for n in range(1, size + 1):
            at = (NOW - timedelta(minutes=chance.randrange(60 * 24 * 40))).astimezone(ZONE)
            state = chance.choice(("Open", "Acknowledged", "In Progress"))
            severity = chance.choice(("low", "normal", "high", "critical"))
            out.write(f"{n},{at:%Y-%m-%d %H:%M},{state},thing {n},{severity}\n")
    importing.run(ctx.action(), file, Options(kind="complaint"), speak=i18n.sentence)
