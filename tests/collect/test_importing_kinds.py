"""What an import promises holds for rows of every kind: nothing half-done, nothing twice, all of it taken back."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icrm_tui import db, doctor, history, i18n, lists, nouns, users
from icrm_tui.collect import companies, contacts, exporting, importing, interactions, orders
from icrm_tui.collect.importing import Options
from icrm_tui.collect.interactions import CHANNELS, DIRECTIONS, OUTCOMES, Touch
from icrm_tui.collect.orders import Order
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.engage import reminders
from icrm_tui.engage.reminders import PRIORITIES, Reminder
from icrm_tui.errors import IcrmError, Interrupted
from icrm_tui.listen import complaints
from icrm_tui.listen import complaints_rules as rules
from icrm_tui.listen.complaints import Complaint
from icrm_tui.search import Who, who
from tests.support import NOW, acting, bring, ends, person, snapshot

FILES = {
    "interaction": "Name,Email,Date,Type,Notes\n"
    "Ada,ada@a.example,2026-01-02 10:00,Phone,asked for a quote\nZoe,zoe@z.example,2026-01-03,Meeting,liked it\n"
    "Ada,,2026-01-04,Mail,sent it\n",
    "reminder": "Name,Email,Task,Due,Priority\n"
    "Ada,ada@a.example,Call back,2026-12-02 10:00,High\nZoe,zoe@z.example,Send it,2026-12-03,\n"
    "Ada,,Visit,2026-12-04,\n",
    "complaint": "Name,Email,Ticket,Opened,Status,Description,Category\n"
    "Ada,ada@a.example,T1,2026-01-02 10:00,Open,It leaks,Quality\n"
    "Zoe,zoe@z.example,T2,2026-01-03,Closed,Late,Delivery\nAda,,T3,2026-01-04,Pending,Torn,Quality\n",
    "order": "Name,Email,Order No,Date,Amount\n"
    "Ada,ada@a.example,A1,2026-01-02,10.00 EUR\nZoe,zoe@z.example,A2,2026-01-03,20 EUR\nAda,,A3,2026-01-04,-5 EUR\n",
}
KINDS = list(FILES)


@pytest.fixture
def shop(ctx: Context) -> Context:
    users.add(ctx, "li")
    person(ctx, "Ada", email="ada@a.example", phone="+44 20 7946 0001")
    return ctx


def everything(ctx: Context) -> dict[str, list[Any]]:
    """Every row of every table there is."""
    tables = sorted(name for name in ctx.connection.tables() if not name.startswith(("docs_fts", "sqlite_")))
    return {name: ctx.read(f"SELECT * FROM {name}") for name in tables}


@pytest.mark.parametrize("kind", KINDS)
def test_a_customer_nobody_knows_keeps_all_rows_out_unless_they_are_made(shop: Context, kind: str) -> None:
    before = everything(shop)
    report = bring(shop, FILES[kind], kind=kind)
    assert (ends(report), report.id) == ({"rejected": 1}, None)
    assert everything(shop) == before
    report = bring(shop, FILES[kind], kind=kind, create_missing=True)
    assert (ends(report), report.customers, report.unmapped) == ({"created": 3}, 1, [])
    assert [row["name"] for row in shop.read("SELECT name FROM contacts ORDER BY id")] == ["Ada", "Zoe"]
    assert [found.check for found in doctor.run(shop) if not found.ok and found.check != "space"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_in_part_the_others_come_in(shop: Context, kind: str) -> None:
    report = bring(shop, FILES[kind], kind=kind, partial=True)
    assert (ends(report), report.customers) == ({"created": 2, "rejected": 1}, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_dry_run_counts_the_same_and_writes_nothing(shop: Context, kind: str) -> None:
    before = everything(shop)
    tried = bring(shop, FILES[kind], kind=kind, create_missing=True, dry_run=True)
    assert everything(shop) == before
    done = bring(shop, FILES[kind], kind=kind, create_missing=True)
    assert (ends(tried), tried.customers, tried.id) == (ends(done), done.customers, None)


@pytest.mark.parametrize("policy", ["update", "merge", "skip"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_file_twice_changes_nothing(shop: Context, kind: str, policy: str) -> None:
    bring(shop, FILES[kind], kind=kind, create_missing=True)
    before = snapshot(shop)
    report = bring(shop, FILES[kind], kind=kind, create_missing=True, on_duplicate=policy)
    assert (ends(report), report.id) == ({"skipped": 3}, None)
    assert snapshot(shop) == before


@pytest.mark.parametrize("kind", KINDS)
def test_undo_takes_it_back_and_can_be_undone(shop: Context, kind: str) -> None:
    before = snapshot(shop)
    report = bring(shop, FILES[kind], kind=kind, create_missing=True)
    after = snapshot(shop)
    undoing = shop.action()
    history.undo(undoing, report.id)
    assert snapshot(shop) == before
    history.undo(shop.action(), undoing.last_change)
    assert snapshot(shop) == after


@pytest.mark.parametrize("kind", KINDS)
def test_what_came_in_is_found(shop: Context, kind: str) -> None:
    bring(shop, FILES[kind], kind=kind, create_missing=True)
    assert lists.count(shop, lists.Wanted(kind, "import:last")) == 3
    assert lists.count(shop, lists.Wanted("contact", "import:last")) == 1
    bring(shop, FILES[kind].replace("2026-01-04", "2026-01-05").replace("Visit", "Visits"), kind=kind)
    assert lists.count(shop, lists.Wanted(kind, "import:last")) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_called_off_it_leaves_nothing(shop: Context, kind: str) -> None:
    before = everything(shop)

    def stop(stage: str, _done: int, _total: int) -> None:
        if stage == "publish":
            raise Interrupted("interrupted")

    path = Path.home() / "rows.csv"
    path.write_text(FILES[kind], "utf-8")
    with pytest.raises(Interrupted):
        importing.run(shop.action(), path, Options(kind=kind, create_missing=True), stop)
    assert everything(shop) == before
    assert list(path.parent.glob(".icrm-*")) == []


# --- out and in again ------------------------------------------------------------------------------------

OURS = ("id", "rev", "created", "contact_id")  # what is not the record's own, but this store's
ABOUT = ("company", "contact")


def out(ctx: Context, kind: str, folder: Path) -> Path:
    path = folder / f"{kind}.csv"
    with exporting.file(path, "csv", replace=True) as stream:
        exporting.write(ctx, exporting.Wanted(kind, archived=True), "csv", stream)
    return path


def records(ctx: Context, kind: str) -> list[dict[str, Any]]:
    exporter = nouns.exporter(kind)
    ids = lists.ids(ctx, lists.Wanted(kind, sort="id", archived=True))
    found = [exporter.record(row) for row in exporter.read(ctx, ids)]
    ours = (*OURS, "who") if kind in ("order", "complaint") else OURS
    return [{key: value for key, value in one.items() if key not in ours} for one in found]


def moved(ctx: Context, kinds: Sequence[str] = KINDS) -> None:
    """All of it goes out and into another store, where it is the same; here it is nothing new."""
    with TemporaryDirectory() as name, closing(db.open_store(Path(name) / "there.db")) as connection:
        files = {kind: out(ctx, kind, Path(name)) for kind in (*ABOUT, *kinds)}
        there = acting(connection, ctx.user)
        users.add(there, "li")
        for kind, path in files.items():
            if len(path.read_text("utf-8").splitlines()) > 1:
                report = importing.run(there.action(), path, Options(kind=kind), speak=i18n.sentence)
                assert (report.preset, report.rejected, report.warnings) == ("icrm", 0, 0), report.rejects
        for kind in kinds:
            assert records(there, kind) == records(ctx, kind)
        for kind in kinds:
            if records(ctx, kind):
                before = snapshot(ctx)
                again = importing.run(ctx.action(), files[kind], Options(kind=kind), speak=i18n.sentence)
                assert (again.id, again.skipped) == (None, again.rows), again
                assert snapshot(ctx) == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_came_in_goes_out_and_in_again(shop: Context, kind: str) -> None:
    bring(shop, FILES[kind], kind=kind, create_missing=True)
    assert len(records(shop, kind)) == 3
    moved(shop, [kind])


WORDS = st.text("aB'=+@,;\"\n\t ö张é\u200b#-", min_size=1, max_size=12).filter(lambda text: any(map(str.isalnum, text)))
Acts = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 9999), WORDS), min_size=1, max_size=12)


def happen(ctx: Context, who_: Who, act: int, n: int, text: str) -> Any:
    """One of the things that may happen with a customer; a rule may refuse it."""
    kind = rules.KINDS[n % 5]
    match act:
        case 0:
            touch = Touch(text, CHANNELS[n % 12], DIRECTIONS[n % 2], "", ("", *OUTCOMES)[n % 9], text[: n % 5], text)
            return interactions.add(ctx, who_, touch)
        case 1:
            due = When(date(2026, 12, 1) + timedelta(days=n % 60), time(n % 24, n % 60) if n % 3 else None)
            repeat = ("", "monthly", "every 2 weeks", "FREQ=DAILY;COUNT=3")[n % 4]
            return reminders.add(ctx, who_, Reminder(text, due, repeat, PRIORITIES[n % 3], ("", "li")[n % 2]))
        case 2:
            ref = text if n % 4 else ""
            return orders.add(ctx, who_, Order(n - 500, ("EUR", "JPY", "CNY")[n % 3], None, ref, text))
        case 3:
            return complaints.add(ctx, who_, Complaint(text, kind, text[:3], rules.SEVERITIES[n % 4], "call", text))
    return later(ctx, act, n, text)


def later(ctx: Context, act: int, n: int, text: str) -> Any:
    """What becomes of one that is there."""
    table = ("reminders", "complaints", "complaints", "orders")[act - 4]
    found = ctx.read(f"SELECT id FROM {table} ORDER BY id")
    if not found:
        return None
    one = found[n % len(found)]["id"]
    match act, n % 5:
        case 4, 0:
            return reminders.snooze(ctx, one, When(date(2027, 1, 1) + timedelta(days=n % 30)))
        case 4, 1:
            return reminders.archive(ctx, one)
        case 4, _:
            return reminders.done(ctx, one, early=True)
        case 5, 0:
            return complaints.resolve(ctx, one, text)
        case 5, 1:
            return complaints.close(ctx, one, ("yes", "no")[n % 2], text if n % 3 else "")
        case 5, 2:
            return complaints.end(ctx, one, ("withdraw", "invalid")[n % 2], text)
        case 5, 3:
            return complaints.duplicate(ctx, one, found[n // 7 % len(found)]["id"], text)
        case 5, _:
            return complaints.reopen(ctx, one, text)
        case 6, 0:
            return complaints.note(ctx, one, text)
        case 6, 1:
            return complaints.assign(ctx, one, "li")
        case 6, 2:
            return complaints.tried(ctx, one, "email")
        case 6, 3:
            return complaints.archive(ctx, one)
        case 6, _:
            return complaints.edit(ctx, one, {"cost": f"{n} JPY", "cause": text, "what": text})
    return orders.archive(ctx, one, bool(n % 3))


@given(Acts)
@settings(max_examples=25)
def test_whatever_happened_is_the_same_elsewhere(acts: list[tuple[int, int, str]]) -> None:
    with TemporaryDirectory() as name, closing(db.open_store(Path(name) / "here.db")) as connection:
        ctx = acting(connection)
        users.add(ctx, "li")
        person(ctx, "Ada", email="ada@a.example", company="Engines Ltd")
        person(ctx, "Ben", phone="13800001111")
        person(ctx, "Ada", email="ada@b.example")
        companies.add(ctx, companies.Company("云图科技有限公司", {}))
        whom = [who(ctx, text) for text in ("p1", "p2", "p3", "co1", "云图科技有限公司")]
        for k, (act, n, text) in enumerate(acts):
            now = acting(connection, now=NOW + timedelta(minutes=k // 3)).action()
            try:
                happen(now, whom[n % 5], act, n, f"{text} {k}" if act < 3 else text)  # else they are the same
            except IcrmError:
                continue
        if any(records(ctx, "order")) and len(acts) % 2:
            contacts.move(ctx, 1, "New Ltd")
        moved(ctx)
