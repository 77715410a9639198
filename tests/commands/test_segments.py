"""Segments by command."""

import pytest

from tests.support import Icrm


@pytest.fixture(autouse=True)
def people(icrm: Icrm) -> None:
    icrm("contact", "add", "Ada")
    icrm("contact", "add", "Bob", "--company", "Acme", "--birthday", "11-30")
    icrm("order", "add", "Ada", "--total", "12,400 CNY")


def test_a_segment_is_saved_shown_listed_and_put_away(icrm: Icrm) -> None:
    assert icrm("segment", "save", "some money", "spent>=100", "-tag:x", "--of", "contact").out == "some money\n"
    record = icrm("segment", "show", "some money", "--json").json
    assert (record["of"], record["query"], record["count"]) == ("contact", "spent>=100 -tag:x", 1)
    assert icrm("segment", "list", "--format", "ids").lines == [
        *("high-value", "potential", "silent", "birthday", "due-this-week"),
        "some money",
    ]
    icrm("segment", "edit", "some money", "--set", "query=spent>=100000")
    record = icrm("segment", "show", "some money", "--json").json
    assert (record["count"], record["left"]) == (0, 0)  # it was looked at when it was edited
    assert "left\tp1\tAda" in icrm("segment", "moves", "some money", "--since", "today").out
    icrm("segment", "archive", "some money")
    assert icrm("segment", "list", "--count").out == "5\n"
    assert icrm("segment", "list", "--count", "--archived").out == "6\n"
    icrm("segment", "unarchive", "some money")
    assert icrm("undo").err == "Undone: segment brought back (change 8).\n"


def test_who_is_in_it_is_a_list_like_any_other(icrm: Icrm) -> None:
    assert icrm("segment", "members", "high-value", "--columns", "name,spent").out == "Ada\t12400.00\n"
    assert icrm("segment", "members", "birthday", "--format", "ids").out == "p2\n"
    assert icrm("segment", "members", "potential", "--count").out == "1\n"
    assert icrm("contact", "list", "segment:高价值客户", "--columns", "name").out == "Ada\n"
    assert icrm("export", "contact", "segment:high-value", "--columns", "name").lines == ["name", "Ada"]


def test_a_list_is_filled_by_hand(icrm: Icrm) -> None:
    icrm("segment", "save", "team", "--static", "--of", "contact")
    assert icrm("segment", "add", "team", "Ada", "p2", "--json").json["count"] == 2
    assert icrm("segment", "add", "team", "Ada").err == "Nothing changed.\n"
    icrm("segment", "remove", "team", "Bob")
    assert icrm("segment", "members", "team", "--columns", "name").out == "Ada\n"
    moves = icrm("segment", "moves", "team", "--json").json
    assert [(row["move"], row["id"]) for row in moves] == [("entered", "p1"), ("entered", "p2"), ("left", "p2")]
    icrm("segment", "save", "ours", "spent>0", "--static")
    assert icrm("segment", "show", "ours", "--json").json["count"] == 1


def test_two_are_compared_and_what_is_counted_can_be_listed(icrm: Icrm) -> None:
    rows = icrm("segment", "compare", "high-value", "birthday", "--json").json
    assert [(row["part"], row["count"], row["members"]) for row in rows] == [
        ("only-first", 1, ["p1"]),
        ("both", 0, []),
        ("only-second", 1, ["p2"]),
    ]
    for row in rows:
        assert icrm(row["of"], "list", row["query"], "--count").out == f"{row['count']}\n"


def test_all_are_looked_at_for_cron(icrm: Icrm) -> None:
    icrm("segment", "refresh")
    icrm("order", "add", "Bob", "--total", "20000")
    rows = {row["name"]: (row["entered"], row["left"]) for row in icrm("segment", "refresh", "--json").json}
    assert (rows["high-value"], rows["potential"], rows["silent"]) == ((1, 0), (0, 1), (0, 0))
    assert icrm("segment", "refresh", "silent").out == "silent\t0\t0\n"


def test_what_is_shipped_speaks_the_users_language_on_a_terminal(icrm: Icrm) -> None:
    assert icrm("segment", "list", "--format", "table").lines[1].startswith("High value ")
    assert icrm("segment", "list", "--format", "table", "--lang", "zh").lines[1].startswith("高价值客户  客户")
    assert icrm("segment", "list", "--lang", "zh").lines[0].startswith("high-value\tcustomer\t1\t")


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("segment save silent spent>1", 1, "There is a segment “silent” already; change it with: icrm segment edit"),
        ("segment save A segment:A", 1, "“A” would be made of itself; take segment:A out of its query."),
        ("segment save A", 2, "Who belongs in it? Write a query, or --static for a list you fill yourself."),
        ("segment save A spent>1 --of company", 2, "“company” is not a Kind; there are customer, contact."),
        ("segment show sillent", 1, "There is no segment “sillent”. Nearest: silent. See: icrm segment list"),
        ("segment add silent Ada", 1, "“silent” is made by its query; change that with: icrm segment edit"),
        ("segment compare silent", 2, "“segment compare” needs B; see: icrm segment compare --help"),
        ("segment edit silent --set name=x", 2, "segment has no field “Name”. Nearest: query."),
    ],
)
def test_what_cannot_be_is_one_clear_line(icrm: Icrm, line: str, code: int, said: str) -> None:
    answer = icrm(*line.split())
    assert (answer.code, answer.out, answer.err) == (code, "", f"{said}\n")


def test_a_mistake_in_its_query_is_shown_where_it_is(icrm: Icrm) -> None:
    assert icrm("segment", "save", "A", "orders>1", "spnt>3").err.splitlines()[1:] == [
        "  orders>1 spnt>3",
        "           ^^^^",
    ]
    assert icrm("contact", "list", "segment:sillent").err.splitlines() == [
        "There is no segment “sillent”. Nearest: silent.",
        "  segment:sillent",
        "          ^^^^^^^",
    ]


@pytest.mark.file
def test_names_are_completed(icrm: Icrm) -> None:
    icrm("segment", "save", "some money", "spent>=100")
    assert icrm("completion", "bash", "--", "segment", "show", "s").lines == ["silent", "some money"]
    assert icrm("completion", "bash", "--", "segment", "compare", "silent", "hi").lines == ["high-value"]
    assert "segment:silent" in icrm("completion", "bash", "--", "contact", "list", "segment:s").lines
    assert icrm("completion", "bash", "--", "segment", "save", "x", "las").lines == ["last_contact:", "last_order:"]
