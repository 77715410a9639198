"""Money: minor units and a code, read as people write it, never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icrm_tui import money
from icrm_tui.errors import Usage


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12.50", "EUR", 1250),
        ("12,50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("12", "EUR", 1200),
        ("0.05", "EUR", 5),
        ("1,234.50", "EUR", 123450),
        ("1.234,50", "EUR", 123450),
        ("1 234,50", "EUR", 123450),
        ("1'234.50", "CHF", 123450),
        ("1,234", "CNY", 123400),
        ("1.234.567", "EUR", 123456700),
        ("12,34,567", "INR", 123456700),
        ("1234567.5", "EUR", 123456750),
        ("12345.000", "EUR", 1234500),
        ("-12.50", "EUR", -1250),
        ("−12.50", "EUR", -1250),
        ("12.50 EUR", "EUR", 1250),
        ("eur 12.50", "EUR", 1250),
        ("€12.50", "EUR", 1250),
        ("-€ 12.50", "EUR", -1250),
        ("¥99", "CNY", 9900),
        ("¥99", "JPY", 99),
        ("９９．５元", "CNY", 9950),
        ("RMB 99", "CNY", 9900),
        ("$5", "HKD", 500),
        ("1,234", "JPY", 1234),
        ("100.00", "JPY", 100),
        ("1.234", "KWD", 1234),
        ("1.5", "KWD", 1500),
        ("0", "EUR", 0),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, currency: str, amount: int) -> None:
    assert money.read(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "money"),
        ("a lot", "money"),
        ("12.50.1", "money"),
        ("1,23", ""),
        ("12,345,6", "money"),
        ("1.23,456,7", "money"),
        ("--5", "money"),
        ("€5 EUR", "money"),
        ("(5)", "money"),
        ("=5", "currency"),
        ("1.234", "money-digits"),
        ("12.505", "money-digits"),
        ("0,125", "money-digits"),
        ("5 USD", "money-other"),
        ("5 EUX", "currency"),
        ("$5", "money-which"),
        ("9" * 20, "money-large"),
    ],
)
def test_what_is_no_amount_in_euro_is_refused(text: str, code: str) -> None:
    if not code:
        assert money.read(text, "EUR") == 123
        return
    with pytest.raises(Usage) as refused:
        money.read(text, "EUR")
    assert refused.value.code == code


def test_an_amount_may_name_its_currency() -> None:
    assert money.given("12.50 usd", "EUR") == (1250, "USD")
    assert money.given("€5") == (500, "EUR")
    assert money.given("5", "JPY") == (5, "JPY")
    for text in ("5", "¥5"):
        with pytest.raises(Usage, match="money-which"):
            money.given(text)


def test_decimals_are_those_of_the_currency() -> None:
    assert [money.digits(code) for code in ("EUR", "JPY", "KWD", "CLF")] == [2, 0, 3, 4]
    assert money.shown(123450, "EUR") == "1,234.50 EUR"
    assert money.shown(-5, "EUR") == "-0.05 EUR"
    assert money.shown(1234, "JPY") == "1,234 JPY"
    assert money.shown(1234, "KWD") == "1.234 KWD"
    assert money.plain(123450, "EUR") == "1234.50"


@given(st.integers(-money.LARGEST, money.LARGEST), st.sampled_from(["EUR", "JPY", "KWD", "CLF", "XAF"]))
def test_what_is_shown_is_read_again(amount: int, currency: str) -> None:
    assert money.given(money.shown(amount, currency)) == (amount, currency)
    assert money.read(money.plain(amount, currency), currency) == amount
