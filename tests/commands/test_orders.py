"""Orders and value tiers by command."""

import pytest

from tests.support import Icrm


@pytest.fixture(autouse=True)
def people(icrm: Icrm) -> None:
    icrm("contact", "add", "Ada")
    icrm("contact", "add", "Bob", "--company", "Acme")


def test_an_order_is_entered_shown_changed_and_called_off(icrm: Icrm) -> None:
    line = ("order", "add", "Ada", "--total", "12,400.00", "--currency", "CNY", "--ref", "A-1", "--note", "two")
    record = icrm(*line, "--at", "yesterday", "--json").json
    assert (record["id"], record["who"], record["at"], record["amount"]) == ("o1", "p1", "2026-11-22", 12400.0)
    assert icrm("order", "add", "co2", "--total", "-5").out == "o2\n"
    assert icrm("order", "show", "a-1", "--json").json["note"] == "two"
    assert "12,400.00" in icrm("order", "show", "1", "--format", "table").out
    assert icrm("order", "edit", "A-1", "--set", "total=100", "--set", "ref=A-2").code == 0
    assert icrm("order", "list", "--columns", "id,at,ref,name,amount").lines == [
        "o2\t2026-11-23\t\tAcme\t-5.00",
        "o1\t2026-11-22\tA-2\tAda\t100.00",
    ]
    assert icrm("order", "list", "amount>0", "--json", "--columns", "amount").json == [{"id": "o1", "amount": 100.0}]
    icrm("order", "archive", "A-2")
    assert icrm("order", "list", "--count").out == "1\n"
    icrm("order", "unarchive", "o1")
    assert icrm("undo").err == "Undone: order brought back (change 8).\n"
    assert icrm("contact", "timeline", "Ada", "--json").json == []


def test_money_is_shown_with_its_decimals_and_given_to_scripts_as_a_number(icrm: Icrm) -> None:
    icrm("order", "add", "Ada", "--total", "1234567.5", "--currency", "EUR")
    icrm("order", "add", "Ada", "--total", "1200", "--currency", "JPY")
    line = ("order", "list", "--columns", "amount,currency", "--sort", "id")
    assert icrm(*line).lines == ["1234567.50\tEUR", "1200\tJPY"]
    assert icrm(*line, "--format", "table").lines[1:] == ["1,234,567.50  EUR", "1,200         JPY"]
    assert [row["amount"] for row in icrm(*line, "--json").json] == [1234567.5, 1200]
    line = ("customer", "list", "--columns", "name,spent", "--sort", "-spent")
    assert icrm(*line).lines == ["Ada\t1234567.50", "Acme\t"]
    assert icrm(*line, "--format", "csv").lines[1:] == ["Ada,1234567.50", "Acme,"]


def test_what_has_no_rate_is_said_to_be_left_out(icrm: Icrm) -> None:
    icrm("order", "add", "Ada", "--total", "100 CNY")
    answer = icrm("order", "add", "Ada", "--total", "€50")
    assert answer.err == "change 5\nLeft out of totals: EUR has no rate to CNY.\n"
    record = icrm("customer", "show", "Ada", "--json").json
    assert (record["orders"], record["spent"], record["left_out"], record["currency"]) == (2, 100.0, 1, "CNY")


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("order add Ada", 2, "“order add” needs --total; see: icrm order add --help"),
        ("order add Ada --total 5", 2, "“5”: say in which currency; CNY, EUR, USD …"),
        ("order add Ada --total x --currency CNY", 2, "“x” is not an amount; write 12.50 or 12.50 EUR."),
        ("order add Ada --total 5 --currency CNY --at 2026-02-31", 2, "“2026-02-31” is not a time"),
        ("order add Eve --total 5 --currency CNY", 1, "Nobody is “Eve”."),
        ("order show o7", 1, "There is no order o7."),
        ("order edit o7", 2, "Nothing to change; say what with --set field=value."),
        ("tier edit low --set spent=5", 2, "“low” is not a Value tier; there are high, middle."),
        ("tier fit", 1, "0 customers have bought; what they spend says where to cut from 20 on."),
    ],
)
def test_what_cannot_be_is_one_clear_line(icrm: Icrm, line: str, code: int, said: str) -> None:
    answer = icrm(*line.split())
    assert (answer.code, answer.out) == (code, "")
    assert answer.err.startswith(said)
    assert len(answer.err.splitlines()) == 1


def test_whom_an_order_cannot_be_of_is_told_with_what_to_do(icrm: Icrm) -> None:
    icrm("contact", "archive", "p1")
    answer = icrm("order", "add", "p1", "--total", "5 CNY")
    assert answer.code == 1
    assert answer.err == "Ada (p1) is archived; bring them back first: icrm contact unarchive p1\n"
    assert icrm(*answer.err.partition("icrm ")[2].split()).code == 0
    icrm("contact", "merge", "p1", "p2")
    assert icrm("order", "add", "p1", "--total", "5 CNY").err == (
        "Ada (p1) was merged into p2; enter the order for p2.\n"
    )


def test_a_tier_says_why_wherever_it_is_asked(icrm: Icrm) -> None:
    icrm("order", "add", "Ada", "--total", "12,400 CNY", "--at", "2026-11-02")
    why = "spent 12,400.00 CNY in the 365 days to 2026-11-02 (≥ 10,000.00 CNY), 1 order"
    assert icrm("tier", "why", "Ada").out == f"{why}\n"
    assert icrm("tier", "why", "Bob").out == "no orders to judge by yet\n"
    record = icrm("customer", "show", "p1", "--json").json
    assert (record["tier"], record["why"]) == ("high", why)
    assert icrm("customer", "show", "co2", "--json").json["tier"] == ""
    assert icrm("contact", "list", "tier:high", "--columns", "name,tier").out == "Ada\thigh\n"
    assert icrm("tier", "edit", "high", "--set", "spent=20000", "--json").json["customers"] == 0
    assert icrm("tier", "list", "--columns", "x").lines == [
        "high\t20000.00\t12\tCNY\t0",
        "middle\t2000.00\t4\tCNY\t1",
        "low\t0.00\t0\tCNY\t0",
    ]
