"""Two that are one: what was known of either is known of the one that stays, and it can be taken back."""

from collections.abc import Callable

import pytest

from icrm_tui import search
from icrm_tui.collect import (
    channels,
    companies,
    consent,
    contacts,
    customers,
    fields,
    interactions,
    organisation,
    preferences,
    tags,
    timeline,
)
from icrm_tui.context import Context
from icrm_tui.errors import Refused
from icrm_tui.merge import merge
from tests.support import person


def touch(ctx: Context, who: str, text: str) -> None:
    interactions.add(ctx, search.who(ctx, who), interactions.Touch(text))


def said(ctx: Context, who: str) -> list[str]:
    return [row["text"] for row in timeline.entries(ctx, search.who(ctx, who))]


def test_every_record_of_a_person_goes_along(ctx: Context) -> None:
    fields.add(ctx, "contact", "Shoe size", "number")
    ada = person(ctx, "Ada", email="ada@x.example", tag="vip")
    twin = person(ctx, "A. Lovelace", email="al@y.example", phone="13800001111", tag="fair", city="London")
    carl = person(ctx, "Carl", reports_to="A. Lovelace", referred_by="A. Lovelace")
    touch(ctx, "Ada", "first")
    touch(ctx, "A. Lovelace", "second")
    fields.put(ctx, "contact", twin, {"shoe_size": "38"})
    preferences.add(ctx, twin, "tea")
    consent.give(ctx, twin, "email", True, "form")
    merge(ctx, "contact", twin, ada)
    record = contacts.show(ctx, ada)
    assert record["name"] == "Ada"
    assert record["city"] == "London"
    assert sorted(record["tags"]) == ["fair", "vip"]
    assert [c["value"] for c in record["channels"]] == ["ada@x.example", "al@y.example", "13800001111"]
    assert [c["main"] for c in record["channels"]] == [True, False, True]
    assert record["shoe_size"] == 38
    assert [fact["text"] for fact in record["preferences"]] == ["tea"]
    assert record["consent"] == {"email": True}
    assert said(ctx, "Ada") == ["second", "first"]
    assert record["touches"] == 2
    boss = contacts.get(ctx, carl)
    assert (boss["reports_to"], boss["referred_by"]) == (ada, ada)
    gone = contacts.show(ctx, twin)
    assert (gone["archived"], gone["merged_into"], gone["channels"]) == (True, f"p{ada}", [])


def test_whoever_looks_for_the_other_finds_the_one(ctx: Context) -> None:
    ada, twin = person(ctx, "Ada", email="ada@x.example"), person(ctx, "Lovelace", email="al@y.example")
    merge(ctx, "contact", twin, ada)
    assert search.who(ctx, "al@y.example").contact_id == ada
    hits, _more = search.find(ctx, "al@y")
    assert [hit["id"] for hit in hits] == [f"p{ada}"]
    assert search.find(ctx, "lovelace")[0] == []


def test_the_values_chosen_are_those_that_stay(ctx: Context) -> None:
    ada, twin = person(ctx, "Ada", city="Bonn", title="CTO"), person(ctx, "Ada L", city="London")
    merge(ctx, "contact", twin, ada, {"city": "London", "name": "Ada Lovelace"})
    record = contacts.show(ctx, ada)
    assert (record["name"], record["city"], record["title"]) == ("Ada Lovelace", "London", "CTO")
    assert customers.get(ctx, contacts.get(ctx, ada)["customer_id"])["name"] == "Ada Lovelace"
    assert search.who(ctx, "Ada Lovelace").contact_id == ada


def test_what_both_have_is_kept_once(ctx: Context) -> None:
    ada, twin = person(ctx, "Ada", phone="13800001111", tag="vip"), person(ctx, "A", phone="13800001111", tag="vip")
    for one in (ada, twin):
        preferences.add(ctx, one, "tea")
        consent.give(ctx, one, "phone", True)
    merge(ctx, "contact", twin, ada)
    record = contacts.show(ctx, ada)
    assert len(record["channels"]) == len(record["tags"]) == len(record["preferences"]) == 1


@pytest.mark.parametrize("no", [0, 1])
def test_a_no_outlives_a_yes(ctx: Context, no: int) -> None:
    pair = person(ctx, "Ada"), person(ctx, "A")
    consent.give(ctx, pair[no], "email", False, "asked by phone")
    consent.give(ctx, pair[1 - no], "email", True, "form")
    merge(ctx, "contact", pair[1], pair[0])
    assert [dict(row) for row in consent.of(ctx, pair[0])] == [
        {"channel": "email", "allowed": 0, "origin": "asked by phone", "at": "2026-11-23T01:30:00Z"}
    ]


def test_two_persons_as_customers_become_one_customer(ctx: Context) -> None:
    ada, twin = person(ctx, "Ada", owner=""), person(ctx, "A", source="fair")
    touch(ctx, "A", "hello")
    merge(ctx, "contact", twin, ada)
    customer = customers.show(ctx, contacts.get(ctx, ada)["customer_id"])
    assert (customer["id"], customer["source"], customer["owner"], customer["touches"]) == (f"p{ada}", "fair", "wei", 1)
    assert len(ctx.read("SELECT 1 FROM customers WHERE archived = 0")) == 1


@pytest.mark.parametrize("stays", ["the person", "the employee"])
def test_a_person_found_to_work_somewhere_is_a_contact_of_that_firm(ctx: Context, stays: str) -> None:
    alone, employed = person(ctx, "Ada"), person(ctx, "A. Lovelace", company="Acme", title="CTO")
    touch(ctx, "Ada", "before")
    src, dst = (employed, alone) if stays == "the person" else (alone, employed)
    merge(ctx, "contact", src, dst)
    record = contacts.show(ctx, dst)
    assert (record["company"], record["title"], record["former"]) == ("Acme", "CTO", [])
    assert said(ctx, "Acme") == ["before"]


def test_of_two_firms_the_one_that_stays_is_the_present_one(ctx: Context) -> None:
    old, new = person(ctx, "Ada", company="Acme"), person(ctx, "Ada L", company="Beta")
    touch(ctx, "Ada", "at Acme")
    merge(ctx, "contact", old, new)
    record = contacts.show(ctx, new)
    assert record["company"] == "Beta"
    assert [(firm["company"], firm["until"]) for firm in record["former"]] == [("Acme", "2026-11-23")]
    assert said(ctx, "Acme") == ["at Acme"]
    assert said(ctx, f"p{new}") == ["at Acme"]


def test_two_of_one_firm_worked_there_once(ctx: Context) -> None:
    one, two = person(ctx, "Ada", company="Acme"), person(ctx, "A", company="Acme")
    merge(ctx, "contact", two, one)
    assert contacts.show(ctx, one)["former"] == []
    assert len(ctx.read("SELECT 1 FROM belongings")) == 1


def test_nobody_reports_to_themselves_afterwards(ctx: Context) -> None:
    top = person(ctx, "Top", company="Acme")
    mid = person(ctx, "Mid", company="Acme", reports_to="Top")
    low = person(ctx, "Low", company="Acme", reports_to="Mid")
    merge(ctx, "contact", top, low)
    assert contacts.get(ctx, mid)["reports_to"] == low
    assert contacts.get(ctx, low)["reports_to"] is None
    merge(ctx, "contact", mid, low)
    assert contacts.get(ctx, low)["reports_to"] is None
    assert [depth for depth, _row in organisation.tree(organisation.people(ctx, 1))] == [0]


def test_an_address_freed_by_the_archive_identifies_again(ctx: Context) -> None:
    ada, twin = person(ctx, "Ada"), person(ctx, "A", email="ada@x.example")
    contacts.archive(ctx, twin)
    merge(ctx, "contact", twin, ada)
    with pytest.raises(Refused) as caught:
        person(ctx, "Other", email="ada@x.example")
    assert caught.value.values["id"] == f"p{ada}"


def test_an_address_somebody_else_has_by_now_stays_theirs(ctx: Context) -> None:
    ada, twin = person(ctx, "Ada"), person(ctx, "A", email="ada@x.example")
    contacts.archive(ctx, twin)
    other = person(ctx, "Other", email="ada@x.example")
    merge(ctx, "contact", twin, ada)
    held = channels.holder(ctx, "email", "ada@x.example")
    assert held is not None
    assert held["contact_id"] == other


REFUSED: dict[str, tuple[Callable[[Context], tuple[int, int]], str]] = {
    "with oneself": (lambda ctx: (person(ctx, "Ada"),) * 2, "merge-same"),
    "with nobody": (lambda ctx: (person(ctx, "Ada"), 99), "merge-missing"),
    "into what is archived": (
        lambda ctx: (person(ctx, "Ada"), (made := person(ctx, "A"), contacts.archive(ctx, made))[0]),
        "merge-archived",
    ),
    "twice": (
        lambda ctx: ((made := person(ctx, "Ada")), merge(ctx, "contact", made, person(ctx, "A"))),
        "merged-away",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_merged_is_refused(ctx: Context, case: str) -> None:
    make, code = REFUSED[case]
    src, dst = make(ctx)
    with pytest.raises(Refused) as caught:
        merge(ctx, "contact", src, dst)
    assert caught.value.code == code


# --- companies -------------------------------------------------------------------------------------------


def test_two_companies_become_one_with_all_their_people_and_touches(ctx: Context) -> None:
    fields.add(ctx, "company", "Terms", "text")
    acme = companies.add(ctx, companies.Company("Acme GmbH", {"city": "Bonn"}, ("key",)))
    twin = companies.add(ctx, companies.Company("Acme Deutschland", {"city": "Köln", "domain": "acme.de"}, ("fair",)))
    person(ctx, "Ada", company="Acme")
    bert = person(ctx, "Bert", company="Acme Deutschland")
    daughter = companies.add(ctx, companies.Company("Tiny", {"parent": "Acme Deutschland"}))
    fields.put(ctx, "company", twin, {"terms": "net 30"})
    touch(ctx, "Bert", "hello")
    merge(ctx, "company", twin, acme)
    record = companies.show(ctx, acme)
    assert (record["city"], record["domain"], record["terms"]) == ("Bonn", "acme.de", "net 30")
    assert record["tags"] == ["fair", "key"]
    assert sorted(record["people"]) == ["p1", f"p{bert}"]
    assert (record["touches"], said(ctx, "Acme")) == (1, ["hello"])
    assert contacts.show(ctx, bert)["former"] == []
    assert companies.show(ctx, daughter)["parent"] == "Acme GmbH"
    gone = companies.show(ctx, twin)
    assert (gone["archived"], gone["merged_into"], gone["people"], gone["tags"]) == (True, f"co{acme}", [], [])
    assert search.find(ctx, "deutschland")[0] == []


def test_a_daughter_merged_into_its_mother_has_no_mother(ctx: Context) -> None:
    mother = companies.add(ctx, companies.Company("Mother", {}))
    daughter = companies.add(ctx, companies.Company("Daughter", {"parent": "Mother"}))
    merge(ctx, "company", mother, daughter)
    assert companies.get(ctx, daughter)["parent_id"] is None


def test_the_name_chosen_for_a_company_is_found(ctx: Context) -> None:
    one = companies.add(ctx, companies.Company("Acme", {}))
    two = companies.add(ctx, companies.Company("Beta", {"industry": "pumps"}))
    merge(ctx, "company", two, one, {"name": "Acme Beta AG", "industry": "valves"})
    record = companies.show(ctx, search.who(ctx, "acme beta").customer_id)
    assert (record["name"], record["industry"]) == ("Acme Beta AG", "valves")


def test_a_timeline_tells_what_was_said_to_whoever_is_one_now(ctx: Context) -> None:
    one, two = person(ctx, "Ada", company="Acme"), person(ctx, "A", company="Acme")
    touch(ctx, "Ada", "first")
    touch(ctx, "A", "second")
    merge(ctx, "contact", two, one)
    rows = timeline.entries(ctx, search.who(ctx, "Acme"))
    assert [(row["text"], row["contact"]) for row in rows] == [("second", "Ada"), ("first", "Ada")]
    assert tags.everything(ctx) == []
