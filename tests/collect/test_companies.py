"""Companies, and customers of either kind."""

import pytest

from icrm_tui import lists, search
from icrm_tui.collect import companies, contacts, customers, interactions
from icrm_tui.context import Context
from icrm_tui.errors import NotFound, Refused, Usage
from icrm_tui.merge import merge
from tests.support import person


def company(ctx: Context, name: str, **values: str) -> int:
    return companies.add(ctx, companies.Company(name, values))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Acme GmbH", "acme"),
        ("ACME, Inc.", "acme"),
        ("Acme GmbH & Co. KG", "acme"),
        ("Acme SE", "acme"),
        ("云图科技有限公司", "云图科技"),
        ("云图（上海）股份有限公司", "云图(上海)"),
        ("Ａｃｍｅ　Ｌｔｄ", "acme"),
        ("Co", "co"),
        ("公司", "公司"),
    ],
)
def test_a_legal_form_tells_no_two_companies_apart(name: str, key: str) -> None:
    assert companies.key(name) == key


def test_a_company_is_there_once(ctx: Context) -> None:
    acme = company(ctx, "Acme GmbH")
    for again in ("acme", "ACME Inc."):
        with pytest.raises(Refused) as caught:
            company(ctx, again)
        assert caught.value.values == {"name": "Acme GmbH", "id": f"co{acme}"}
    beta = company(ctx, "Beta")
    with pytest.raises(Refused):
        companies.edit(ctx, beta, {"name": "Acme AG"})
    companies.edit(ctx, acme, {"name": "Acme SE"})  # its own name in another form
    companies.archive(ctx, acme)
    twin = company(ctx, "Acme")
    with pytest.raises(Refused) as caught:
        companies.archive(ctx, acme, False)
    assert caught.value.values["id"] == f"co{twin}"


def test_what_is_typed_of_a_company_is_kept_as_it_is_compared(ctx: Context) -> None:
    acme = company(
        ctx, "Acme", domain="https://www.Acme.example/about", phone="030 901820", competitor="是", industry="Pumps"
    )
    row = companies.get(ctx, acme)
    assert (row["domain"], row["phone"], row["competitor"], row["industry_key"]) == (
        "acme.example",
        "030 901820",
        1,
        "pumps",
    )
    for values, code in (
        ({"parent": "Nobody"}, "who-unknown"),
        ({"colour": "red"}, "unknown-field"),
        ({"competitor": "perhaps"}, "flag"),
    ):
        with pytest.raises((Usage, NotFound)) as caught:
            companies.edit(ctx, acme, values)
        assert caught.value.code == code


def test_a_company_is_not_its_own_mother(ctx: Context) -> None:
    mother, daughter = company(ctx, "Mother"), company(ctx, "Daughter", parent="Mother")
    for parent in ("Daughter", "Mother"):
        with pytest.raises(Refused) as caught:
            companies.edit(ctx, mother, {"parent": parent})
        assert caught.value.code == "parent-circle"
    person(ctx, "Ada")
    with pytest.raises(Usage):
        companies.edit(ctx, daughter, {"parent": "Ada"})
    companies.edit(ctx, daughter, {"parent": ""})


def test_the_archive_hides_a_company_and_not_its_people(ctx: Context) -> None:
    acme = company(ctx, "Acme")
    person(ctx, "Ada", company="Acme")
    companies.archive(ctx, acme)
    assert lists.rows(ctx, lists.Wanted("company")) == []
    assert [row["name"] for row in lists.rows(ctx, lists.Wanted("company", "archived:yes"))] == ["Acme"]
    assert [row["company"] for row in lists.rows(ctx, lists.Wanted("contact"))] == ["Acme"]
    companies.archive(ctx, acme, False)
    assert len(lists.rows(ctx, lists.Wanted("company"))) == 1


def test_what_is_merged_away_is_not_brought_back(ctx: Context) -> None:
    acme, beta = company(ctx, "Acme"), company(ctx, "Beta")
    merge(ctx, "company", beta, acme)
    with pytest.raises(Refused) as caught:
        companies.archive(ctx, beta, False)
    assert caught.value.values == {"id": f"co{beta}", "into": f"co{acme}"}


def test_customers_are_companies_and_persons_with_ids_one_can_use(ctx: Context) -> None:
    acme = company(ctx, "Acme")
    person(ctx, "Bert", company="Acme")
    ada = person(ctx, "Ada")
    rows = lists.rows(ctx, lists.Wanted("customer"))
    assert [(row["name"], row["kind"]) for row in rows] == [("Acme", "company"), ("Ada", "person")]
    written = lists.written(ctx, "customer", [row["id"] for row in rows])
    assert [*written.values()] == [f"co{acme}", f"p{ada}"]
    assert [search.who(ctx, text).customer_id for text in written.values()] == [*written]


def test_a_person_hired_is_no_customer_of_their_own(ctx: Context) -> None:
    ada = person(ctx, "Ada")
    customer = contacts.get(ctx, ada)["customer_id"]
    contacts.move(ctx, ada, "Acme")
    assert [row["name"] for row in lists.rows(ctx, lists.Wanted("customer"))] == ["Acme"]
    assert lists.written(ctx, "customer", [customer]) == {customer: f"cu{customer}"}


def test_customers_change_hands(ctx: Context) -> None:
    person(ctx, "Ada")
    company(ctx, "Acme")
    assert customers.assign(ctx, [1, 2], "") == 2
    assert customers.assign(ctx, [1, 2], "me") == 2
    assert customers.assign(ctx, [1, 2], "WEI") == 0
    with pytest.raises(NotFound) as caught:
        customers.assign(ctx, [1], "wie")
    assert (caught.value.code, caught.value.values["nearest"]) == ("no-user", "wei")


def test_a_touch_needs_words_and_known_choices(ctx: Context) -> None:
    person(ctx, "Ada")
    who = search.who(ctx, "Ada")
    for touch, code in (
        (interactions.Touch("  "), "text-empty"),
        (interactions.Touch("x", channel="pigeon"), "choice"),
        (interactions.Touch("x", outcome="perhaps"), "choice"),
    ):
        with pytest.raises(Usage) as caught:
            interactions.add(ctx, who, touch)
        assert caught.value.code == code
