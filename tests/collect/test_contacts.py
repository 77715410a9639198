"""People: what is known of them, where they belong, and when their day is."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from icrm_tui import query, search
from icrm_tui.collect import companies, contacts, customers, duplicates, interactions, organisation, timeline
from icrm_tui.context import Context
from icrm_tui.errors import NotFound, Refused, Usage
from icrm_tui.improve import today
from tests.support import person


@pytest.mark.parametrize(
    "name", ["\x1b[31mAda\x1b[0m", "[bold]Ada[/]", "=cmd()", "\u202eadA", "x" * 200, "🧑🏽‍🚀", "Ada\tB\nC"]
)
def test_a_name_is_data_whatever_it_is_made_of(ctx: Context, name: str) -> None:
    ada = person(ctx, name)
    assert contacts.show(ctx, ada)["name"] == " ".join(name.split())


@pytest.mark.parametrize(("name", "code"), [("", "name-empty"), (" \t\n", "name-empty"), ("x" * 10_000, "name-long")])
def test_no_name_and_a_novel_are_refused(ctx: Context, name: str, code: str) -> None:
    with pytest.raises(Usage) as caught:
        person(ctx, name)
    assert caught.value.code == code
    assert ctx.read("SELECT * FROM customers") == []


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("gender", "女", "female"), ("gender", "M", "male"), ("buying_role", "Decision Maker", "decision-maker"),
        ("zone", "Europe/Berlin", "Europe/Berlin"), ("birthday", "12 May 1990", "1990-05-12"),
        ("birthday", "5月12日", "--05-12"), ("birthday", "农历四月初八", "L--04-08"), ("birthday", "", ""),
    ],
)  # fmt: skip
def test_values_are_kept_as_they_are_meant(ctx: Context, field: str, value: str, kept: str) -> None:
    ada = person(ctx, "Ada", **{field: value})
    assert contacts.show(ctx, ada)[field] == kept


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("gender", "tall", "choice"), ("buying_role", "boss", "choice"), ("zone", "Europe/Bonn", "zone"),
        ("birthday", "31 February", "birthday"), ("birthday", "1990-02-29", "birthday"),
        ("birthday", "L-13-01", "birthday"),
        ("grade", "E", "choice"), ("owner", "nobody", "no-user"), ("colour", "red", "unknown-field"),
        ("reports_to", "Nobody", "who-unknown"),
    ],
)  # fmt: skip
def test_values_that_mean_nothing_are_refused_and_nothing_is_kept(
    ctx: Context, field: str, value: str, code: str
) -> None:
    with pytest.raises((Usage, NotFound)) as caught:
        person(ctx, "Ada", **{field: value})
    assert caught.value.code == code
    assert ctx.read("SELECT * FROM customers") == []


def test_who_belongs_to_no_firm_is_a_customer_themselves(ctx: Context) -> None:
    ada = person(ctx, "Ada", owner="wei", source="fair", grade="b")
    customer = customers.show(ctx, contacts.get(ctx, ada)["customer_id"])
    assert (customer["id"], customer["kind"], customer["owner"], customer["grade"]) == (f"p{ada}", "person", "wei", "B")
    contacts.edit(ctx, ada, {"name": "Ada L"})
    assert customers.show(ctx, contacts.get(ctx, ada)["customer_id"])["name"] == "Ada L"


def test_whoever_changes_firms_leaves_what_happened_behind(ctx: Context, opened: Callable[..., Context]) -> None:
    ada = person(ctx, "Ada", company="Acme", title="CTO")
    interactions.add(ctx, search.who(ctx, "Ada"), interactions.Touch("at Acme"))
    later = opened("wei", datetime(2027, 2, 1, tzinfo=UTC))
    contacts.edit(later, ada, {"company": "Beta", "title": "CEO"})
    interactions.add(later, search.who(later, "Ada"), interactions.Touch("at Beta"))
    record = contacts.show(later, ada)
    assert record["company"] == "Beta"
    assert record["former"] == [
        {"company": "Acme", "company_id": "co1", "title": "CTO", "since": "", "until": "2027-02-01"}
    ]

    def said(who: str) -> list[str]:
        return [row["text"] for row in timeline.entries(later, search.who(later, who))]

    assert (said("Acme"), said("Beta"), said("Ada")) == (["at Acme"], ["at Beta"], ["at Beta", "at Acme"])
    assert contacts.move(later, ada, "beta") is False


def test_a_person_hired_brings_along_what_happened(ctx: Context) -> None:
    ada = person(ctx, "Ada", source="fair")
    interactions.add(ctx, search.who(ctx, "Ada"), interactions.Touch("before"))
    contacts.move(ctx, ada, "Acme")
    assert [row["text"] for row in timeline.entries(ctx, search.who(ctx, "Acme"))] == ["before"]
    acme = companies.show(ctx, search.who(ctx, "Acme").customer_id)
    assert (acme["source"], acme["touches"]) == ("fair", 1)
    contacts.move(ctx, ada, "")
    record = contacts.show(ctx, ada)
    assert (record["company"], [firm["company"] for firm in record["former"]]) == ("", ["Acme"])


def test_nobody_is_above_themselves(ctx: Context) -> None:
    top, mid, low = (person(ctx, name) for name in ("Top", "Mid", "Low"))
    contacts.edit(ctx, mid, {"reports_to": "Top"})
    contacts.edit(ctx, low, {"reports_to": "Mid"})
    for boss in ("Low", "Mid", "Top"):
        with pytest.raises(Refused) as caught:
            contacts.edit(ctx, top, {"reports_to": boss})
        assert caught.value.code == "circle"
    companies.add(ctx, companies.Company("Acme", {}))
    with pytest.raises(Usage):
        contacts.edit(ctx, top, {"reports_to": "Acme"})


def test_a_chart_of_any_depth_is_drawn(ctx: Context) -> None:
    rows = [{"id": n, "reports_to": n - 1 or None, "name": str(n)} for n in range(1, 3001)]
    assert [depth for depth, _row in organisation.tree(rows)] == list(range(3000))
    circle = [{"id": 1, "reports_to": 2}, {"id": 2, "reports_to": 1}]
    assert [row["id"] for _depth, row in organisation.tree(circle)] == [1, 2]


def test_the_archive_hides_and_gives_back(ctx: Context) -> None:
    ada = person(ctx, "Ada", company="Acme")
    assert contacts.archive(ctx, ada) is True
    assert contacts.archive(ctx, ada) is False
    assert companies.show(ctx, 1)["people"] == []
    assert contacts.unarchive(ctx, ada) is True
    assert companies.show(ctx, 1)["people"] == [f"p{ada}"]


# --- birthdays -------------------------------------------------------------------------------------------


def on(opened: Callable[..., Context], year: int, month: int, day: int) -> list[tuple[str, int | None]]:
    """Whose birthday it is that day, by Today and by a query alike."""
    ctx = opened("wei", datetime(year, month, day, 4, tzinfo=UTC))
    day_of = f"{year}-{month:02}-{day:02}"
    shown = [(b["name"], b["turns"]) for b in today.today(ctx, everyone=True)["birthdays"] if b["on"] == day_of]
    sql, params = query.compile(ctx, "contact", f"birthday:{day_of}")
    rows = ctx.read(f"SELECT t.name FROM contacts t WHERE {sql} ORDER BY t.sort_key", **params)
    assert [row["name"] for row in rows] == [name for name, _turns in shown]
    return shown


def test_a_leapling_keeps_the_28th_in_common_years(ctx: Context, opened: Callable[..., Context]) -> None:
    person(ctx, "Leap", birthday="2000-02-29")
    assert on(opened, 2027, 2, 28) == [("Leap", 27)]
    assert on(opened, 2028, 2, 28) == []
    assert on(opened, 2028, 2, 29) == [("Leap", 28)]


def test_a_birthday_without_a_year_turns_nothing(ctx: Context, opened: Callable[..., Context]) -> None:
    person(ctx, "Solar", birthday="12-01")
    assert on(opened, 2026, 12, 1) == [("Solar", None)]


def test_lunar_birthdays_move(ctx: Context, opened: Callable[..., Context]) -> None:
    person(ctx, "Moon", birthday="农历1990年八月十五")
    assert on(opened, 2026, 9, 25) == [("Moon", 36)]  # the mid-autumn festivals of both years
    assert on(opened, 2027, 9, 15) == [("Moon", 37)]


def test_day_thirty_of_a_short_month_is_its_last(ctx: Context, opened: Callable[..., Context]) -> None:
    person(ctx, "Eve", birthday="农历1990年十二月三十")
    assert on(opened, 2027, 2, 5) == [("Eve", 36)]  # a twelfth month of 29 days
    assert on(opened, 2024, 2, 9) == [("Eve", 33)]  # one of 30


def test_a_leap_month_is_kept_in_the_common_one(ctx: Context, opened: Callable[..., Context]) -> None:
    person(ctx, "Leap moon", birthday="农历2020年闰四月初八")
    person(ctx, "Moon", birthday="农历1990年六月初八")
    assert on(opened, 2026, 5, 24) == [("Leap moon", 6)]
    assert on(opened, 2025, 7, 2) == [("Moon", 35)]
    assert on(opened, 2025, 8, 1) == []  # 2025 has a leap sixth month


def test_todays_birthdays_are_those_of_the_coming_week_mine_first_asked(
    ctx: Context, opened: Callable[..., Context]
) -> None:
    person(ctx, "Tomorrow", birthday="11-24")
    person(ctx, "Next week", birthday="11-30")
    person(ctx, "Too late", birthday="12-01")
    person(ctx, "Not mine", birthday="11-25", owner="")
    person(ctx, "Gone", birthday="11-25")
    contacts.archive(ctx, search.who(ctx, "Gone").contact_id or 0)
    mine = [entry["name"] for entry in today.today(ctx)["birthdays"]]
    assert mine == ["Tomorrow", "Next week"]
    assert [entry["name"] for entry in today.today(ctx, everyone=True)["birthdays"]] == [
        "Tomorrow",
        "Not mine",
        "Next week",
    ]


# --- is this customer here? ------------------------------------------------------------------------------


def test_check_tells_whose_a_customer_is_and_nothing_more(ctx: Context) -> None:
    ada = person(ctx, "Ada Lovelace", email="ada@x.example", phone="13800001111", notes="secret")
    person(ctx, "Ada Love", owner="")
    companies.add(ctx, companies.Company("Acme GmbH", {}))
    interactions.add(ctx, search.who(ctx, "Ada Lovelace"), interactions.Touch("called"))
    exact = {"noun": "contact", "id": f"p{ada}", "name": "Ada Lovelace", "owner": "wei"}
    exact |= {"last_contact": "2026-11-23T01:30:00Z", "sure": "exact"}
    for text in ("ada lovelace", "ADA@x.example", "13800001111"):
        assert duplicates.check(ctx, text)[0] == exact
    assert [(hit["name"], hit["sure"]) for hit in duplicates.check(ctx, "ada love")] == [
        ("Ada Love", "exact"),
        ("Ada Lovelace", "near"),
    ]
    assert [hit["name"] for hit in duplicates.check(ctx, "ACME, Ltd.")] == ["Acme GmbH"]
    assert duplicates.check(ctx, "nobody at all") == []


def test_check_knows_the_archived_too(ctx: Context) -> None:
    ada = person(ctx, "Ada", email="ada@x.example")
    contacts.archive(ctx, ada)
    assert [hit["id"] for hit in duplicates.check(ctx, "ada@x.example")] == [f"p{ada}"]
