"""What hangs on people and companies: tags, the team's own fields, consent, preferences."""

import pytest

from icrm_tui import lists, query
from icrm_tui.collect import companies, consent, contacts, fields, preferences, tags
from icrm_tui.context import Context
from icrm_tui.errors import NotFound, Refused, Usage
from tests.support import person

# --- tags ------------------------------------------------------------------------------------------------


def test_a_tag_is_one_however_it_is_written(ctx: Context) -> None:
    ada, berta = person(ctx, "Ada"), person(ctx, "Berta")
    assert tags.tag(ctx, "contact", [ada, berta], ["VIP", "#vip", " ｖｉｐ "]) == 2
    assert [(row["name"], row["n"]) for row in tags.everything(ctx)] == [("VIP", 2)]
    assert tags.untag(ctx, "contact", [ada, berta], ["vip"]) == 2
    assert tags.untag(ctx, "contact", [ada], ["vip"]) == 0


@pytest.mark.parametrize("name", ["", "  ", "#", "a,b", "x" * 61, "a;b", 'a"b', "(a)"])
def test_what_cannot_be_a_tag_is_refused(ctx: Context, name: str) -> None:
    person(ctx, "Ada")
    with pytest.raises(Usage) as caught:
        tags.tag(ctx, "contact", [1], [name])
    assert caught.value.code == "tag-name"
    assert tags.everything(ctx) == []


def test_a_tag_nobody_made_is_not_taken_off(ctx: Context) -> None:
    person(ctx, "Ada", tag="customer")
    with pytest.raises(NotFound) as caught:
        tags.untag(ctx, "contact", [1], ["costumer"])
    assert caught.value.values["nearest"] == "customer"


def test_a_tag_renamed_into_another_becomes_it(ctx: Context) -> None:
    ada, berta = person(ctx, "Ada", tag="vip"), person(ctx, "Berta", tag="gold")
    tags.tag(ctx, "contact", [ada], ["gold"])
    companies.add(ctx, companies.Company("Acme", {}, ("vip",)))
    tags.rename(ctx, "vip", "Gold")
    assert [(row["name"], row["n"]) for row in tags.everything(ctx)] == [("gold", 3)]
    assert tags.of(ctx, "contact", ada) == tags.of(ctx, "contact", berta) == tags.of(ctx, "company", 3) == ["gold"]
    tags.rename(ctx, "gold", "GOLD")
    assert tags.of(ctx, "contact", ada) == ["GOLD"]


# --- the team's own fields -------------------------------------------------------------------------------

TYPED = [
    ("text", "anything", "anything"),
    ("number", "1,234.50", 1234.5),
    ("number", "-3", -3),
    ("number", "1e3", 1000),
    ("date", "2026-12-01", "2026-12-01"),
    ("choice", "exw", "EXW"),
    ("flag", "是", True),
    ("flag", "no", False),
]


@pytest.mark.parametrize(("kind", "typed", "kept"), TYPED)
def test_a_value_is_kept_by_its_type(ctx: Context, kind: str, typed: str, kept: object) -> None:
    fields.add(ctx, "contact", "Own field", kind, ["EXW", "FOB"] if kind == "choice" else [])
    ada = person(ctx, "Ada", **{"Own field": typed})
    assert contacts.show(ctx, ada)["own_field"] == kept
    contacts.edit(ctx, ada, {"own_field": ""})
    assert "own_field" not in contacts.show(ctx, ada)


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("number", "many", "field-number"),
        ("number", "nan", "field-number"),
        ("number", "inf", "field-number"),
        ("date", "31.12.2026", "field-date"),
        ("date", "2026-02-30", "field-date"),
        ("choice", "CIF", "choice"),
        ("flag", "perhaps", "flag"),
    ],
)
def test_a_value_of_another_type_is_refused(ctx: Context, kind: str, typed: str, code: str) -> None:
    fields.add(ctx, "contact", "Own field", kind, ["EXW", "FOB"] if kind == "choice" else [])
    with pytest.raises(Usage) as caught:
        person(ctx, "Ada", own_field=typed)
    assert caught.value.code == code
    assert ctx.read("SELECT * FROM contacts") == []


@pytest.mark.parametrize(
    ("noun", "name", "kind", "choices", "code"),
    [
        ("pet", "Colour", "text", [], "field-noun"),
        ("contact", "Colour", "blue", [], "choice"),
        ("contact", "1st", "text", [], "field-name"),
        ("contact", "a:b", "text", [], "field-name"),
        ("contact", "Colour", "choice", [], "field-choices"),
        ("contact", "Colour", "text", ["red"], "field-choices"),
        ("contact", "Birthday", "date", [], "field-exists"),
        ("contact", "tag", "text", [], "field-exists"),
        ("contact", "company", "text", [], "field-exists"),
        ("company", "contact", "text", [], "field-exists"),
    ],
)
def test_a_field_needs_a_name_of_its_own_and_a_type(
    ctx: Context, noun: str, name: str, kind: str, choices: list[str], code: str
) -> None:
    with pytest.raises((Usage, Refused)) as caught:
        fields.add(ctx, noun, name, kind, choices)
    assert caught.value.code == code


def test_a_field_is_a_word_of_every_list_and_query(ctx: Context) -> None:
    fields.add(ctx, "contact", "鞋码", "number")
    person(ctx, "Ada", 鞋码="41")
    person(ctx, "Berta", 鞋码="38")
    rows = lists.rows(ctx, lists.Wanted("contact", "鞋码>=40", ("name", "鞋码")))
    assert [(row["name"], row["鞋码"]) for row in rows] == [("Ada", "41")]
    ordered = lists.rows(ctx, lists.Wanted("contact", "", ("name",), "鞋码"))
    assert [row["name"] for row in ordered] == ["Berta", "Ada"]
    with pytest.raises(query.QueryError):
        lists.rows(ctx, lists.Wanted("company", "鞋码>=40"))


# --- consent and preferences -----------------------------------------------------------------------------


def test_the_latest_word_counts_with_its_day_and_where_it_came_from(ctx: Context) -> None:
    ada = person(ctx, "Ada")
    consent.give(ctx, ada, "email", True, "form")
    consent.give(ctx, ada, "email", False, "asked by phone")
    consent.give(ctx, ada, "email", False, "asked by phone")
    said = {"channel": "email", "allowed": 0, "origin": "asked by phone", "at": "2026-11-23T01:30:00Z"}
    assert [dict(row) for row in consent.of(ctx, ada)] == [said]
    assert len(ctx.read("SELECT 1 FROM history WHERE tbl = 'consents'")) == 1
    with pytest.raises(Usage):
        consent.give(ctx, ada, "pigeon", True)


def test_a_preference_is_a_dated_fact_told_once(ctx: Context) -> None:
    ada = person(ctx, "Ada")
    first = preferences.add(ctx, ada, "Likes tea")
    assert preferences.add(ctx, ada, "likes  TEA", "the fair") == first
    fact = {"text": "Likes tea", "origin": "wei", "at": "2026-11-23T01:30:00Z"}
    assert [{key: row[key] for key in fact} for row in preferences.of(ctx, ada)] == [fact]
    with pytest.raises(Usage):
        preferences.add(ctx, ada, " ")
