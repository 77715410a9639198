"""Any change can be taken back, and done again, unless something later stands on it: then that is named."""

from collections.abc import Callable
from typing import Any

import pytest

from icrm_tui import doctor, history, search, settings, users
from icrm_tui.collect import (
    channels,
    companies,
    consent,
    contacts,
    customers,
    fields,
    interactions,
    preferences,
    tags,
)
from icrm_tui.context import Context
from icrm_tui.errors import NotFound, Refused
from icrm_tui.merge import merge
from tests.support import person, snapshot


def email(text: str) -> channels.Channel:
    return channels.read("email", text, "")


@pytest.fixture
def told(ctx: Context) -> Context:
    """A store with one of everything."""
    fields.add(ctx, "contact", "Shoe size", "number")
    companies.add(ctx, companies.Company("Acme GmbH", {"city": "Bonn", "domain": "acme.example"}, ("key",)))
    companies.add(ctx, companies.Company("Beta AG", {"parent": "Acme"}))
    person(ctx, "Ada", email="ada@acme.example", phone="+4930901820", company="Acme", tag="vip", birthday="1990-05-12")
    person(ctx, "Berta", email="berta@x.example", referred_by="Ada")
    person(ctx, "Clara", company="Beta", reports_to="Ada")
    interactions.add(ctx, search.who(ctx, "Ada"), interactions.Touch("called"))
    interactions.add(ctx, search.who(ctx, "Berta"), interactions.Touch("mailed", channel="email"))
    fields.put(ctx, "contact", 1, {"shoe_size": "41"})
    consent.give(ctx, 1, "email", True, "fair")
    preferences.add(ctx, 1, "tea")
    return ctx


Verb = Callable[[Context], Any]

CHANGES: dict[str, Verb] = {
    "contact.add": lambda ctx: person(ctx, "Dora", email="d@x.example", company="Neu GmbH", tag="fresh"),
    "contact.edit": lambda ctx: contacts.edit(
        ctx, 1, {"city": "Köln", "owner": "", "shoe_size": "42", "name": "Ada L"}
    ),
    "contact.archive": lambda ctx: contacts.archive(ctx, 1),
    "a person's archive": lambda ctx: contacts.archive(ctx, 2),
    "contact.move": lambda ctx: contacts.move(ctx, 1, "Beta"),
    "a person hired": lambda ctx: contacts.move(ctx, 2, "Acme"),
    "somebody left": lambda ctx: contacts.move(ctx, 1, ""),
    "contact.merge": lambda ctx: merge(ctx, "contact", 2, 1),
    "of two at firms": lambda ctx: merge(ctx, "contact", 1, 3, {"name": "Clara Ada", "city": "Bonn"}),
    "company.merge": lambda ctx: merge(ctx, "company", 2, 1),
    "the other way": lambda ctx: merge(ctx, "company", 1, 2),
    "company.edit": lambda ctx: companies.edit(ctx, 1, {"name": "Acme SE", "industry": "pumps", "competitor": "yes"}),
    "company.archive": lambda ctx: companies.archive(ctx, 1),
    "customer.assign": lambda ctx: customers.assign(ctx, [1, 2, 3], ""),
    "channel.add": lambda ctx: channels.add(ctx, 1, email("ada@home.example")),
    "channel.remove": lambda ctx: channels.remove(ctx, 1, "ada@acme.example"),
    "contact.tag": lambda ctx: tags.tag(ctx, "contact", [1, 2, 3], ["vip", "new"]),
    "contact.untag": lambda ctx: tags.untag(ctx, "contact", [1, 2], ["vip"]),
    "tag.rename": lambda ctx: tags.rename(ctx, "vip", "VIP 1"),
    "two tags are one": lambda ctx: tags.rename(ctx, "vip", "key"),
    "field.add": lambda ctx: fields.add(ctx, "company", "Terms", "choice", ["net 30", "prepaid"]),
    "contact.consent": lambda ctx: consent.give(ctx, 1, "email", False),
    "contact.prefer": lambda ctx: preferences.add(ctx, 1, "calls after four"),
    "interaction.add": lambda ctx: interactions.add(ctx, search.who(ctx, "p1"), interactions.Touch("again")),
    "setting.put": lambda ctx: settings.put(ctx, "country", "DE"),
    "user.add": lambda ctx: users.add(ctx, "li"),
}


@pytest.mark.parametrize("verb", CHANGES)
def test_what_is_undone_was_never_there_and_what_is_redone_was_never_undone(told: Context, verb: str) -> None:
    before = snapshot(told)
    CHANGES[verb](told)
    after = snapshot(told)
    assert after != before
    for _round in range(2):
        history.undo(told)
        assert snapshot(told) == before
        assert history.undo(told, told.last_change).again
        assert snapshot(told) == after
    assert [finding for finding in doctor.run(told) if not finding.ok] == []


def test_undo_alone_takes_back_my_latest_change_one_after_the_other(
    told: Context, opened: Callable[..., Context]
) -> None:
    start = snapshot(told)
    mine = [CHANGES[verb](told) and told.last_change for verb in ("contact.edit", "contact.tag", "interaction.add")]
    assert [history.undo(told).change for _ in mine] == mine[::-1]
    assert snapshot(told) == start
    users.add(told, "li")
    with pytest.raises(Refused) as caught:
        history.undo(opened("li"))
    assert caught.value.code == "nothing-to-undo"


def test_an_undo_is_a_change_whose_undoing_does_the_first_again(told: Context) -> None:
    contacts.edit(told, 1, {"city": "Köln"})
    change = told.last_change
    marks = []
    for _ in range(5):
        target = change if not marks else told.last_change
        history.undo(told, target)
        marks.append(told.read("SELECT undone FROM changes WHERE id = :id", id=change)[0]["undone"])
    assert marks == [1, 0, 1, 0, 1]
    assert contacts.get(told, 1)["city"] == ""


def test_what_is_undone_is_not_undone_again(told: Context) -> None:
    contacts.edit(told, 1, {"city": "Köln"})
    change = told.last_change
    history.undo(told)
    for target in (change,):
        with pytest.raises(Refused) as caught:
            history.undo(told, target)
        assert caught.value.code == "already-undone"
    with pytest.raises(NotFound):
        history.undo(told, 999)


def test_a_later_edit_stands_in_the_way_and_is_named(told: Context) -> None:
    contacts.edit(told, 1, {"city": "Köln"})
    change = told.last_change
    contacts.edit(told, 1, {"title": "CTO"})
    before = snapshot(told)
    with pytest.raises(Refused) as caught:
        history.undo(told, change)
    assert caught.value.code == "later-change"
    assert caught.value.values["rows"] == [{"noun": "contact", "id": "p1", "name": "Ada"}]
    assert snapshot(told) == before
    history.undo(told)
    history.undo(told, change)
    assert contacts.get(told, 1)["city"] == ""


def test_a_later_row_that_points_here_stands_in_the_way_and_is_named(told: Context) -> None:
    made = person(told, "Dora")
    change = told.last_change
    interactions.add(told, search.who(told, "Dora"), interactions.Touch("x", subject="first call"))
    with pytest.raises(Refused) as caught:
        history.undo(told, change)
    assert [row["name"] for row in caught.value.values["rows"]] == ["first call"]
    assert contacts.get(told, made)["name"] == "Dora"


def test_a_tag_hung_later_is_named_by_whom_it_hangs_on(told: Context) -> None:
    made = person(told, "Dora")
    change = told.last_change
    tags.tag(told, "contact", [made], ["vip"])
    with pytest.raises(Refused) as caught:
        history.undo(told, change)
    assert caught.value.values["rows"] == [{"noun": "contact", "id": f"p{made}", "name": "Dora"}]


def test_a_company_others_work_at_by_now_stays(told: Context) -> None:
    companies.add(told, companies.Company("Gamma", {}))
    change = told.last_change
    person(told, "Dora", company="Gamma")
    with pytest.raises(Refused) as caught:
        history.undo(told, change)
    assert "Dora" in {row["name"] for row in caught.value.values["rows"]}


def test_what_is_brought_back_needs_what_it_hangs_on(told: Context) -> None:
    made = person(told, "Dora")
    adding = told.last_change
    tags.tag(told, "contact", [made], ["fresh"])
    history.undo(told)
    tagging = told.last_change
    history.undo(told, adding)
    before = snapshot(told)
    with pytest.raises(Refused) as caught:
        history.undo(told, tagging)
    assert caught.value.code in ("later-change", "undo-orphan")
    assert snapshot(told) == before


def test_somebody_at_a_company_does_not_come_back_without_it(told: Context) -> None:
    gamma = companies.add(told, companies.Company("Gamma", {}))
    founding = told.last_change
    person(told, "Dora", company="Gamma")
    history.undo(told)
    hiring = told.last_change
    history.undo(told, founding)
    with pytest.raises(Refused) as caught:
        history.undo(told, hiring)
    assert caught.value.code == "undo-orphan"
    assert [row["id"] for row in caught.value.values["rows"]] == [f"cu{gamma}"]


def test_a_boss_taken_back_meanwhile_does_not_come_back_by_undo(told: Context) -> None:
    person(told, "Dora")
    adding = told.last_change
    contacts.edit(told, 2, {"reports_to": "Dora"})
    contacts.edit(told, 2, {"reports_to": ""})
    freeing = told.last_change
    history.undo(told, adding)
    with pytest.raises(Refused) as caught:
        history.undo(told, freeing)
    assert caught.value.code == "undo-orphan"


def test_an_archived_address_taken_meanwhile_names_who_has_it(told: Context) -> None:
    contacts.archive(told, 2)
    archiving = told.last_change
    dora = person(told, "Dora", email="berta@x.example")
    before = snapshot(told)
    with pytest.raises(Refused) as caught:
        history.undo(told, archiving)
    assert caught.value.code == "undo-taken"
    assert caught.value.values["rows"] == [{"noun": "contact", "id": f"p{dora}", "name": "Dora"}]
    assert snapshot(told) == before


def test_a_contact_does_not_come_back_when_another_has_the_address(told: Context) -> None:
    person(told, "Dora", email="d@x.example")
    history.undo(told)
    undoing = told.last_change
    person(told, "Dora Z", email="d@x.example")
    with pytest.raises(Refused) as caught:
        history.undo(told, undoing)
    assert caught.value.code == "undo-taken"
    assert [row["name"] for row in caught.value.values["rows"]] == ["Dora Z"]


def test_a_tag_does_not_get_its_old_name_back_when_another_has_it(told: Context) -> None:
    tags.rename(told, "vip", "gold")
    renaming = told.last_change
    tags.tag(told, "contact", [2], ["VIP"])
    with pytest.raises(Refused) as caught:
        history.undo(told, renaming)
    assert caught.value.code == "undo-taken"
    assert caught.value.values["rows"][0]["name"] == "VIP"


def test_undo_is_the_changes_author_even_when_another_takes_it_back(
    told: Context, opened: Callable[..., Context]
) -> None:
    users.add(told, "li")
    contacts.edit(told, 1, {"city": "Köln"})
    change = told.last_change
    li = opened("li")
    history.undo(li, change)
    undoing = history.changes(li, 1)[0]
    assert (undoing["who"], undoing["undoes"], undoing["verb"]) == ("li", change, "undo")


def test_a_person_who_is_a_customer_is_named_once(told: Context) -> None:
    made = person(told, "Dora")
    change = told.last_change
    contacts.edit(told, made, {"name": "Dora Z", "owner": ""})
    with pytest.raises(Refused) as caught:
        history.undo(told, change)
    assert [row["id"] for row in caught.value.values["rows"]] == [f"p{made}"]
