"""Looking things up in a store that is open: each kind of question many times, at its median and its worst.

The floor is one row read by its id. Beside it stands the same store on a PostgreSQL server, where one is installed.
"""

import random
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks import people
from benchmarks.measure import Line, call
from icrm_tui import db, lists, search
from icrm_tui.collect import contacts, timeline
from icrm_tui.context import Context
from icrm_tui.improve import today
from icrm_tui.lists import Wanted
from icrm_tui.search import Who

ROUNDS = 200
WORDS = {
    "one Chinese character": people.GIVEN,
    "two Chinese characters": [a + b for a in people.FAMILY[:6] for b in people.GIVEN[:6]],
    "pinyin": ("zhangwei", "wangfang", "liuyang", "chenjing", "yangli"),
    "initials": ("zw", "wf", "ly", "cjm", "wxm"),
    "a name": people.LAST,
    "part of an e-mail": ("user12", "atth", "mail9", "ser77", "l13.ex"),
    "four digits": ("0717", "1234", "9876", "4711", "0042"),
    "company": ("Firm 17", "Firm 203", "有限公司"),
    "nothing there": ("qqqqq", "龘", "99999999999"),
}


def lines(size: int, folder: Path) -> Iterator[Line]:
    path = people.store(folder, size)
    with closing(db.open_store(path)) as connection, on_a_server(path) as server:
        ctx, chance = acting(connection), random.Random(1)
        there = iter(asked(acting(server), random.Random(1))) if server else None
        floor = statistics.median(
            call(lambda: ctx.read("SELECT * FROM contacts WHERE id = :id", id=chance.randrange(1, size))).seconds
            for _ in range(ROUNDS)
        )
        for what, ask, target in asked(ctx, chance):
            middle, worst = timed(ask)
            far = timed(next(there)[1]) if there else (0.0, 0.0)
            yield Line(f"{what}, p50", middle, "one row", floor, server=far[0])
            yield Line(f"{what}, p99", worst, "one row", floor, target, server=far[1])


def acting(connection: db.Connection) -> Context:
    return Context(connection, "bench", lambda: datetime(2026, 1, 2, tzinfo=UTC), ZoneInfo("UTC"))


def timed(ask: Callable[[], object]) -> tuple[float, float]:
    """The median, and what one in a hundred takes."""
    spent = sorted(call(ask).seconds for _ in range(ROUNDS))
    return statistics.median(spent), spent[int(len(spent) * 0.99)]


@contextmanager
def on_a_server(path: Path) -> Iterator[db.Connection | None]:
    """The same store on a server of its own, made for this and gone after it."""
    from tests import servers

    if (missing := servers.missing()) is not None:
        print(missing, file=sys.stderr)
        yield None
        return
    from icrm_tui import team

    stores = servers.Stores()
    try:
        place = next(stores.store())
        team.push(place, path, lambda _stage, _n, _of: None)
        owner = stores.service(f"{place.name}_owner", dbname=place.name, user=servers.OWNER)
        with closing(servers.connect(owner)) as connection:
            connection.execute("ANALYZE")  # which a server at work does by itself
        with closing(db.open_store(place)) as connection:
            yield connection
    finally:
        stores.close()


def asked(ctx: Context, chance: random.Random) -> Iterator[tuple[str, Callable[[], object], str]]:
    for kind, words in WORDS.items():
        pick = list(words)
        yield f"find {kind}", lambda pick=pick: search.find(ctx, chance.choice(pick)), "≤10 ms"  # type: ignore[misc]
    for sort in ("name", "city", "created"):
        wanted = Wanted("contact", sort=sort)
        yield f"first page by {sort}", lambda wanted=wanted: lists.rows(ctx, wanted, 50), "≤10 ms"  # type: ignore[misc]
    by_city = Wanted("contact", "city:Berlin tag:vip")
    yield "first page of a filter", lambda: lists.rows(ctx, by_city, 50), "≤1.5 s"
    ids = lists.ids(ctx, Wanted("contact"))
    somewhere = Wanted("contact")

    def page() -> object:
        start = chance.randrange(len(ids))
        return lists.by_ids(ctx, somewhere, ids[start : start + 256])

    yield "256 rows anywhere", page, "≤10 ms"
    yield "one contact", lambda: contacts.show(ctx, chance.choice(ids)), "≤5 ms"

    def last() -> object:
        row = contacts.get(ctx, chance.choice(ids))
        return timeline.entries(ctx, Who(row["customer_id"], row["id"], row["name"]))

    yield "a timeline", last, "≤5 ms"
    yield "Today of all", lambda: today.today(ctx, everyone=True), "≤50 ms"
