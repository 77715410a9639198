"""Values as people read them in lists."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from icrm_tui.nouns import Field
from icrm_tui.widgets.values import column, written

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def said(value: object, kind: str, currency: str = "") -> str:
    return written(value, Field(kind, ""), "amount", NOW, ZoneInfo("Asia/Shanghai"), currency)


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (128000.0, "CNY", "128,000.00"),
        (4200.5, "EUR", "4,200.50"),
        (-0.5, "EUR", "-0.50"),
        (1000000.0, "JPY", "1,000,000"),
        (1.125, "KWD", "1.125"),
        (0.29, "USD", "0.29"),
        (1234.5, "", "1,234.50"),
        (1234.0, "", "1,234"),
    ],
)
def test_money_has_the_decimals_of_its_currency_and_thousands_apart(value: float, currency: str, text: str) -> None:
    assert said(value, "amount", currency) == said(value, "money", currency) == text


def test_what_is_not_known_is_empty_and_nothing_is_a_figure() -> None:
    assert (said(None, "money"), said(0, "money", "EUR"), said(0, "number"), said(12345, "number")) == (
        *("", "0.00", "0"),
        "12,345",
    )


def test_figures_stand_under_one_another() -> None:
    for kind in ("number", "money", "amount"):
        assert column("spent", Field(kind, "")).align == "right"
    assert column("ref", Field("text", "")).align == "left"
