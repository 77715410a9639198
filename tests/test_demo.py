"""The demo store is the same on the same day, whole, and gives every salesperson something to do."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from icrm_tui import db, demo, doctor, history, nouns, search, settings, users
from icrm_tui.context import Context
from icrm_tui.demo_words import SALES
from icrm_tui.errors import Refused
from icrm_tui.improve import today

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
SIZE = 300


def told(path: Path, now: datetime = NOW, size: int = SIZE, user: str = demo.FIRST) -> Context:
    ctx = Context(db.open_store(path), user, lambda: now, ZoneInfo("Asia/Shanghai"))
    assert demo.fill(ctx, size) == size
    return ctx


@pytest.fixture(scope="module")
def ctx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    made = told(tmp_path_factory.mktemp("demo") / "demo.db")
    with closing(made.connection):
        yield made


def rows(ctx: Context) -> dict[str, list[dict[str, Any]]]:
    return {table: ctx.read(f"SELECT * FROM {table} ORDER BY id") for table in nouns.TABLES}


def count(ctx: Context, sql: str, **params: Any) -> int:
    n: int = ctx.read(f"SELECT count(*) AS n FROM {sql}", **params)[0]["n"]
    return n


def test_the_same_day_tells_the_same_story(ctx: Context, tmp_path: Path) -> None:
    again = told(tmp_path / "again.db", NOW.replace(hour=10), user="somebody")
    with closing(again.connection):
        assert rows(again) == rows(ctx)


def test_the_store_is_sound(ctx: Context) -> None:
    assert [finding for finding in doctor.run(ctx) if not finding.ok] == []


def test_every_name_is_found(ctx: Context) -> None:
    people = ctx.read("SELECT 'p' || id AS id, name FROM contacts WHERE archived = 0")
    firms = ctx.read("SELECT 'co' || id AS id, name FROM customers WHERE kind = 'company' AND archived = 0")
    for row in people + firms:
        hits, _more = search.find(ctx, row["name"], limit=200)
        assert row["id"] in {hit["id"] for hit in hits}, row


@pytest.mark.parametrize(("typed", "surname"), [("zeng", "曾"), ("yuchi", "尉迟"), ("muller", "Müller")])
def test_a_surname_is_found_by_how_it_is_read(tmp_path: Path, typed: str, surname: str) -> None:
    ctx = told(tmp_path / "demo.db", size=600)
    with closing(ctx.connection):
        hits, _more = search.find(ctx, typed, limit=100)
        assert any(surname in hit["name"] for hit in hits)


@pytest.mark.parametrize("person", SALES, ids=lambda person: person.user)
@pytest.mark.parametrize(
    "now",
    [
        NOW,
        datetime(2027, 2, 28, 1, tzinfo=UTC),
        datetime(2028, 2, 29, 1, tzinfo=UTC),
        datetime(2027, 2, 5, 23, tzinfo=UTC),
    ],
    ids=["weekday", "end of February", "29 February", "lunar new year"],
)
def test_today_has_work_for_every_salesperson(tmp_path: Path, person: Any, now: datetime) -> None:
    ctx = told(tmp_path / "demo.db", now, 60, person.user)
    with closing(ctx.connection):
        what = today.today(ctx)
    assert what["birthdays"]
    assert what["touches"]
    assert all(entry["who"] == person.user for entry in what["touches"])


def test_many_customers_have_heard_nothing_for_a_month(ctx: Context) -> None:
    for person in SALES:
        ctx.user = person.user
        assert len(today.today(ctx)["silent"]) > 3
    ctx.user = demo.FIRST


def test_nothing_happened_after_yesterday(ctx: Context) -> None:
    last = ctx.read("SELECT max(at) AS at FROM interactions")[0]["at"]
    assert date.fromisoformat(last[:10]) < ctx.today
    made = ctx.read("SELECT max(created_at) AS at FROM contacts")[0]["at"]
    assert date.fromisoformat(made[:10]) < ctx.today


def test_it_is_bilingual_and_mixed(ctx: Context) -> None:
    chinese = count(ctx, "contacts WHERE language = 'zh_CN'")
    assert 0.5 < chinese / count(ctx, "contacts") < 0.7
    assert 0.35 < count(ctx, "customers WHERE kind = 'company'") / count(ctx, "customers") < 0.55
    assert count(ctx, "contacts WHERE reports_to IS NOT NULL") > 20
    assert count(ctx, "contacts WHERE birthday LIKE 'L%'") > 3
    assert count(ctx, "consents WHERE allowed = 0") > 3
    assert count(ctx, "belongings WHERE until <> ''") > 0
    assert count(ctx, "contacts WHERE archived = 1") > 0
    assert count(ctx, "field_values") > 20
    assert settings.get(ctx, "currency") == "CNY"
    assert {row["name"] for row in users.everyone(ctx)} == {person.user for person in SALES}


def test_every_address_is_nobodys(ctx: Context) -> None:
    assert count(ctx, "channels WHERE kind = 'email' AND key NOT LIKE '%.example'") == 0
    assert count(ctx, "companies WHERE domain NOT LIKE '%.example'") == 0


def test_somebody_was_typed_in_twice(ctx: Context) -> None:
    twice = "(SELECT key FROM channels WHERE kind = 'phone' GROUP BY key HAVING count(DISTINCT contact_id) > 1) AS k"
    assert count(ctx, twice) > 0


def test_a_salespersons_undo_does_not_take_the_store_away(ctx: Context) -> None:
    with pytest.raises(Refused, match="nothing-to-undo"):
        history.undo(ctx)


def test_a_store_with_customers_is_left_alone(ctx: Context) -> None:
    before = rows(ctx)
    with pytest.raises(Refused, match="demo-filled"):
        demo.fill(ctx, 10)
    assert rows(ctx) == before


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    with closing(db.open_store(tmp_path / "demo.db")) as connection:
        ctx = Context(connection, demo.FIRST, lambda: NOW, ZoneInfo("Asia/Shanghai"))
        demo.fill(ctx, 500, lambda *step: seen.append(step))
    assert list(dict.fromkeys(stage for stage, _done, _total in seen)) == ["customers", "histories", "search"]
    assert seen[-1][1] == seen[-1][2]


def test_every_salesperson_has_something_late_and_something_due(ctx: Context) -> None:
    for person in SALES:
        ctx.user = person.user
        what = today.today(ctx)
        assert what["overdue"] and what["due"], person
    ctx.user = demo.FIRST
    assert count(ctx, "reminders WHERE rule <> ''") > 0
