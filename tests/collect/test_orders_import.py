"""Orders from files: a day, an amount, whose; the same order is one order, and nothing is counted twice."""

import csv
from pathlib import Path
from typing import Any

import pytest

from icrm_tui import history, lists
from icrm_tui import settings as agreed
from icrm_tui.collect import contacts, exporting, importing, orders
from icrm_tui.collect.importing import Options
from icrm_tui.context import Context
from icrm_tui.errors import Usage
from tests.support import bring, ends, person, snapshot

DATA = Path(__file__).parents[2] / "../shared/data/purchases"


@pytest.fixture
def ada(ctx: Context) -> Context:
    person(ctx, "Ada", email="ada@a.example")
    return ctx


def rows(ctx: Context, *said: str, head: str = "Customer,Order No,Date,Amount,Currency,Note", **options: Any) -> Any:
    return bring(ctx, "\n".join((head, *said, "")), kind="order", **options)


def kept(ctx: Context) -> list[tuple[Any, ...]]:
    shown = [orders.show(ctx, row["id"]) for row in ctx.read("SELECT id FROM orders ORDER BY id")]
    return [(one["ref"], one["at"], one["amount"], one["currency"], one["note"]) for one in shown]


def spent(ctx: Context) -> float:
    found: float = orders.totals(ctx, contacts.get(ctx, 1)["customer_id"])["spent"]
    return found


# --- what a row says -------------------------------------------------------------------------------------


def test_a_row_is_an_order(ada: Context) -> None:
    report = rows(
        ada,
        'Ada,A-1,2026-01-02,"1,234.50",EUR,two chairs',
        'Ada,,2. Feb 2026,"€ 99,90",,',
        "Ada,A-3,20260304,-12.50 EUR,,a return",
        "Ada,A-4,2026-03-05,(7.50),euro,as bookkeepers write it",
        "Ada,A-5,2026-03-06,0,EUR,",
        "Ada,A-6,2026-03-07,5000,日元,",
    )
    assert ends(report) == {"created": 6}
    assert kept(ada) == [
        ("A-1", "2026-01-02", 1234.5, "EUR", "two chairs"),
        ("", "2026-02-02", 99.9, "EUR", ""),
        ("A-3", "2026-03-04", -12.5, "EUR", "a return"),
        ("A-4", "2026-03-05", -7.5, "EUR", "as bookkeepers write it"),
        ("A-5", "2026-03-06", 0, "EUR", ""),
        ("A-6", "2026-03-07", 5000, "JPY", ""),
    ]
    assert orders.totals(ada, 1) == {
        "orders": 4, "spent": 1314.4, "currency": "EUR", "left_out": 1, "first_order": "2026-01-02",
        "last_order": "2026-03-07",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("Ada,A,2026-01-02,,EUR,", "amount", "import-no-amount"),
        ("Ada,A,,1,EUR,", "at", "import-no-moment"),
        ("Ada,A,soon,1,EUR,", "at", "import-moment"),
        ("Ada,A,1716767601,1,EUR,", "at", "import-moment"),
        ("Ada,A,2026-01-02,much,EUR,", "amount", "money"),
        ("Ada,A,2026-01-02,1.234,EUR,", "amount", "money-digits"),  # a thousand, or one and a bit
        ("Ada,A,2026-01-02,1,,", "amount", "money-which"),  # in which currency nobody has said
        ("Ada,A,2026-01-02,1 USD,EUR,", "amount", "money-other"),
        ("Ada,A,2026-01-02,1,XQZ,", "currency", "currency"),
        (f"Ada,{'x' * 101},2026-01-02,1,EUR,", "", "order-ref"),
    ],
)
def test_a_row_that_is_none_is_turned_away(ada: Context, row: str, field: str, code: str) -> None:
    report = rows(ada, row)
    assert (ends(report), kept(ada)) == ({"rejected": 1}, [])
    assert [(t.line, t.field, t.code) for t in report.rejects] == [(2, field, code)]


def test_a_currency_is_that_of_the_row_the_file_or_the_store(ada: Context) -> None:
    rows(ada, "Ada,,2026-01-02,1,,", set={"currency": "CHF"})
    assert agreed.get(ada, "currency") == "CHF"
    rows(ada, "Ada,,2026-01-03,2,,")
    rows(ada, "Ada,,2026-01-04,3,USD,")
    assert [row[3] for row in kept(ada)] == ["CHF", "CHF", "USD"]
    assert spent(ada) == 3


def test_days_are_read_in_one_order_for_the_whole_file(ada: Context) -> None:
    with pytest.raises(Usage, match="dates-ambiguous"):
        rows(ada, "Ada,A,02/03/2026,1,EUR,")
    assert rows(ada, "Ada,A,02/03/2026 10:30 PM,1,EUR,", "Ada,B,02/13/2026 9:00 AM,1,EUR,").dates == "mdy"
    assert [row[1] for row in kept(ada)] == ["2026-02-03", "2026-02-13"]
    at = ada.read("SELECT at FROM orders ORDER BY id")
    assert [row["at"] for row in at] == ["2026-02-03T14:30:00Z", "2026-02-13T01:00:00Z"]


@pytest.mark.parametrize(
    "head",
    [
        "客户,订单号,下单日期,订单金额,币种,备注",
        "Kunde,Bestellnummer,Bestelldatum,Gesamtbetrag,Währung,Bemerkung",
        "Nom du client,N° de commande,Date de commande,Montant total,Devise,Remarques",
        "Cliente,Número de pedido,Fecha de pedido,Importe total,Moneda,Notas",
        "customer_name,order_id,order_date,order_total,currency_code,notes",
        "Buyer,Invoice Number,Invoice Date,Grand Total,Currency,Memo",
    ],
)
def test_columns_are_known_by_their_names(ada: Context, head: str) -> None:
    report = rows(ada, "Ada,A-1,2026-01-02,12.50,EUR,chairs", head=head)
    assert (ends(report), report.unmapped) == ({"created": 1}, [])
    assert kept(ada) == [("A-1", "2026-01-02", 12.5, "EUR", "chairs")]


# --- the same order --------------------------------------------------------------------------------------


def test_the_same_reference_of_the_same_customer_is_the_same_order(ada: Context) -> None:
    person(ada, "Ben")
    rows(ada, "Ada,A-1,2026-01-02,10,EUR,first", "Ben,A-1,2026-01-02,30,EUR,")
    report = rows(ada, "Ada,a-1,2026-01-05,12,EUR,")
    assert (ends(report), spent(ada)) == ({"updated": 1}, 12)
    assert kept(ada)[0] == ("a-1", "2026-01-05", 12, "EUR", "first")
    report = rows(ada, "Ada,A-1,2026-01-06,15,EUR,second", on_duplicate="merge")
    assert (ends(report), kept(ada)[0][1:]) == ({"skipped": 1}, ("2026-01-05", 12, "EUR", "first"))
    report = rows(ada, "Ada,A-1,2026-01-06,15,EUR,", on_duplicate="create")
    assert (ends(report), spent(ada)) == ({"created": 1}, 27)


def test_what_has_no_reference_is_counted_as_often_as_it_stands(ada: Context) -> None:
    """Somebody may buy the same twice on a day; whoever brings the file twice has not."""
    said = ("Ada,,2026-01-02,10,EUR,", "Ada,,2026-01-02,10,EUR,again", "Ada,,2026-01-02,11,EUR,")
    assert ends(rows(ada, *said)) == {"created": 3}
    assert rows(ada, *said).id is None
    assert ends(rows(ada, *said, "Ada,,2026-01-02,10,EUR,")) == {"created": 1, "skipped": 3}
    assert spent(ada) == 41


def test_an_order_that_was_called_off_is_not_called_back(ada: Context) -> None:
    rows(ada, "Ada,A-1,2026-01-02,10,EUR,", "Ada,,2026-01-03,20,EUR,")
    for order_id in (1, 2):
        orders.archive(ada.action(), order_id)
    assert rows(ada, "Ada,A-1,2026-01-02,10,EUR,", "Ada,,2026-01-03,20,EUR,").id is None
    assert spent(ada) == 0


def test_orders_stay_with_the_firm_where_they_were_made(ctx: Context) -> None:
    person(ctx, "Ada", email="ada@a.example", company="Old Ltd")
    said = ("ada@a.example,A-1,2026-01-02,10,EUR,", "ada@a.example,,2026-01-03,10,EUR,")
    rows(ctx, *said)
    contacts.move(ctx, 1, "New Ltd")
    assert ends(rows(ctx, said[0])) == {"skipped": 1}


def test_lines_of_one_order_are_no_orders(ada: Context) -> None:
    report = rows(
        ada, "Ada,A-1,2026-01-02,10,EUR,chair", "Ada,A-1,2026-01-02,20,EUR,table", "Ada,A-2,2026-01-02,1,EUR,"
    )
    assert ends(report) == {"rejected": 2}
    assert {(t.code, t.name) for t in report.rejects} == {("import-order-lines", "A-1")}
    report = rows(ada, "Ada,A-1,2026-01-02,10,EUR,chair", "Ada,A-1,2026-01-02,10,EUR,table")
    assert (ends(report), kept(ada)) == ({"created": 1, "merged": 1}, [("A-1", "2026-01-02", 10, "EUR", "table")])


def test_an_exported_order_is_mended_in_a_spreadsheet(ada: Context, tmp_path: Path) -> None:
    rows(ada, "Ada,,2026-01-02,10,EUR,", "Ada,B,2026-01-03,20,EUR,")
    path = tmp_path / "orders.csv"
    with exporting.file(path, "csv", replace=False) as stream:
        exporting.write(ada, exporting.Wanted("order"), "csv", stream)
    path.write_text(path.read_text("utf-8-sig").replace("10.00", "12.00").replace("20.00,EUR", "20.00,USD"), "utf-8")
    report = importing.run(ada.action(), path, Options(kind="order"))
    assert (report.preset, ends(report)) == ("icrm", {"updated": 2})
    assert [row[2:4] for row in kept(ada)] == [(12, "EUR"), (20, "USD")]


def test_undo_gives_back_what_an_update_changed(ada: Context) -> None:
    rows(ada, "Ada,A-1,2026-01-02,10,EUR,")
    before = snapshot(ada)
    report = rows(ada, "Ada,A-1,2026-01-02,99,EUR,x", "Ada,A-2,2026-01-02,1,EUR,")
    assert ends(report) == {"created": 1, "updated": 1}
    history.undo(ada.action(), report.id)
    assert (snapshot(ada), spent(ada)) == (before, 10)


# --- a real shop -----------------------------------------------------------------------------------------


@pytest.fixture
def cdnow(tmp_path: Path) -> Path:
    """The sample, which lies in columns of fixed width, as CSV."""
    path = tmp_path / "cdnow.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Customer ID", "Date", "CDs", "Amount"])
        for line in (DATA / "cdnow/CDNOW_sample.txt").read_text("ascii").splitlines():
            _all, customer, day, n, amount = line.split()
            writer.writerow([customer, day, n, amount])
    return path


@pytest.mark.realdata
@pytest.mark.skipif(not DATA.exists(), reason="the collected real files are absent")
def test_a_shop_of_2357_customers_comes_in_with_all_its_orders(ctx: Context, cdnow: Path) -> None:
    options = Options(kind="order", set={"currency": "USD"}, create_missing=True)
    report = importing.run(ctx.action(), cdnow, options)
    assert (ends(report), report.customers, report.unmapped) == ({"created": 6919}, 2357, ["CDs"])
    assert lists.count(ctx, lists.Wanted("customer", "orders>0")) == 2357
    money = ctx.read("SELECT count(*) AS n, sum(spent) AS spent, sum(orders) AS orders FROM customer_money")[0]
    assert money == {"n": 2357, "spent": 24409194, "orders": 6919}
    again = importing.run(ctx.action(), cdnow, options)
    assert (ends(again), again.id) == ({"skipped": 6919}, None)
    history.undo(ctx.action())
    assert ctx.read("SELECT count(*) AS n FROM customers")[0]["n"] == 0
    assert agreed.get(ctx, "currency") == ""
