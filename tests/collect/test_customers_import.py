"""Whom a row means: found among the customers there are, made where that is wanted, never guessed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from icrm_tui import history, i18n
from icrm_tui.collect import channels, companies, contacts, customers, importing, orders
from icrm_tui.collect.importing import ImportReport, Options
from icrm_tui.context import Context
from tests.support import bring, ends, person, snapshot

HEADER = "Customer,Contact,Company,Email,Phone,Date,Amount\n"


def buy(ctx: Context, *rows: str, **options: Any) -> ImportReport:
    """Orders of whoever the rows name: customer, contact, company, e-mail, phone."""
    text = HEADER + "".join(f"{row},2026-01-{n:02},{n} EUR\n" for n, row in enumerate(rows, 1))
    return bring(ctx, text, kind="order", **options)


def buyers(ctx: Context) -> list[str]:
    """Whose the orders are, by their amounts."""
    found = [orders.show(ctx, row["id"]) for row in ctx.read("SELECT id FROM orders ORDER BY amount")]
    return [f"{one['who']} {one['name']}" for one in found]


@pytest.fixture
def known(ctx: Context) -> Context:
    """p1 Ada of Engines, p2 Ben on his own, p3 and p4 both Cyd, p5 who shares Ada's phone; co6 without people."""
    person(ctx, "Ada Lovelace", email="ada@a.example", phone="+44 20 7946 0001", company="Engines Ltd")
    person(ctx, "Ben", phone="13800001111")
    person(ctx, "Cyd", email="cyd@a.example")
    person(ctx, "Cyd", email="cyd@b.example", company="Beta")
    person(ctx, "Dan", phone="+44 20 7946 0001")
    companies.add(ctx, companies.Company("云图科技有限公司", {}))
    return ctx


# --- found -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "who"),
    [
        ("p2,,,,", "p2 Ben"),  # an own id
        ("p1,Ada Lovelace,,,", "p1 Ada Lovelace"),  # where the name agrees
        (",,,ADA@a.example,", "p1 Ada Lovelace"),
        (",Somebody Else,,ada@a.example,", "p1 Ada Lovelace"),  # an address identifies, whatever the name
        ("ada@a.example,,,,", "p1 Ada Lovelace"),
        (",,,,138 0000 1111", "p2 Ben"),
        (",,,,+86 138-0000-1111", "p2 Ben"),
        ("+8613800001111,,,,", "p2 Ben"),
        (",ben,,,13800001111", "p2 Ben"),
        (",Dan,,,+44 20 7946 0001", "p5 Dan"),  # of those who share a phone, the one of that name
        (",ada  LOVELACE,ENGINES,,", "p1 Ada Lovelace"),  # name and firm, whatever its legal form
        ("Engines,Ada Lovelace,,,", "p1 Ada Lovelace"),
        (",Cyd,Beta,,", "p4 Cyd"),
        ("Ben,,,,", "p2 Ben"),  # a name alone that one has
        (",,engines,,", "co1 Engines Ltd"),
        ("云图科技,,,,", "co6 云图科技有限公司"),
        ("co1,,,,", "co1 Engines Ltd"),
        (",,Engines,info@nowhere.example,", "co1 Engines Ltd"),  # of whom nothing is known but the firm
    ],
)
def test_a_row_means_whom_it_names(known: Context, row: str, who: str) -> None:
    assert ends(buy(known, row)) == {"created": 1}
    assert buyers(known) == [who]


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [
        ("Zoe,,,,", "import-whom-unknown", "Zoe"),
        (",Ada Lovelace,,other@a.example,", "import-whom-unknown", "Ada Lovelace, other@a.example"),
        (",Ada Lovelace,Elsewhere,,", "import-whom-unknown", "Ada Lovelace, Elsewhere"),
        (",Zoe,Engines,,", "import-whom-unknown", "Zoe, Engines"),
        (",Zoe,,,13800001111", "import-whom-unknown", "Zoe, 13800001111"),  # families share phones
        ("p2,Somebody Else,,,", "import-whom-unknown", "Somebody Else, p2"),
        ("p99,,,,", "import-whom-unknown", "p99"),
        ("17,,,,", "import-whom-unknown", "17"),  # another program's number is no id of ours
        (",,,,", "import-whom-missing", ""),
    ],
)
def test_whom_nobody_knows_is_turned_away(known: Context, row: str, code: str, said: str) -> None:
    report = buy(known, row, ",,,ada@a.example,")
    assert (ends(report), report.id, buyers(known)) == ({"rejected": 1}, None, [])
    assert [(t.line, t.field, t.code, t.name) for t in report.rejects] == [
        (2, "customer", code, said if said else "2026-01-01")
    ]
    assert said in report.rejects[0].reason


@pytest.mark.parametrize(
    ("row", "candidates"),
    [
        ("Cyd,,,,", ("p3 Cyd", "p4 Cyd (Beta)")),
        (",,,,+44 20 7946 0001", ("p1 Ada Lovelace (Engines Ltd)", "p5 Dan")),
    ],
)
def test_whom_several_could_be_is_turned_away_with_all_of_them(
    known: Context, row: str, candidates: tuple[str, ...]
) -> None:
    report = buy(known, row, create_missing=True)
    assert (ends(report), report.rejects[0].code) == ({"rejected": 1}, "import-whom-several")
    assert all(one in report.rejects[0].reason for one in candidates)


def test_whoever_is_archived_is_brought_back_first(known: Context) -> None:
    contacts.archive(known, 2)
    companies.archive(known, 6)
    for row, id_ in (("Ben,,,,", "p2"), (",,,,13800001111", "p2"), ("p2,,,,", "p2"), (",,云图科技,,", "co6")):
        report = buy(known, row, create_missing=True)
        assert (ends(report), report.rejects[0].code) == ({"rejected": 1}, "import-whom-archived")
        assert f"unarchive {id_}" in report.rejects[0].reason
    person(known, "Ben")
    assert ends(buy(known, "Ben,,,,")) == {"created": 1}
    assert buyers(known) == ["p6 Ben"]


def test_what_happened_with_a_firm_stays_there(known: Context) -> None:
    contacts.move(known, 1, "New Ltd")
    report = buy(known, ",Ada Lovelace,Engines,,", ",Ada Lovelace,New,,", ",,Engines,ada@a.example,", "p1,,,,")
    assert ends(report) == {"created": 4}
    firms = known.read("SELECT c.name FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.amount")
    assert [row["name"] for row in firms] == ["Engines Ltd", "New Ltd", "Engines Ltd", "New Ltd"]
    assert buyers(known) == ["p1 Ada Lovelace"] * 4


# --- made ------------------------------------------------------------------------------------------------


def test_whom_nobody_knows_is_made_of_what_the_rows_say(ctx: Context) -> None:
    report = buy(
        ctx,
        ",Ada Lovelace,Engines Ltd,ada@a.example,+44 20 7946 0001",
        ",Ada L.,Engines,ADA@a.example,+44 20 7946 0002",  # the same, by her address
        ",Ada Lovelace,,,+44 20 7946 0001",  # and by name and phone
        ",,engines ltd,,",  # the firm alone
        "Ada L.,,,,",
        ",,,bob@b.example,",  # goes by how he is reached
        "Nova AG,,,,+49 30 1234567",
        "王小明,,,,13800001111",
        create_missing=True,
        country="CN",
    )
    assert (ends(report), report.customers) == ({"created": 8}, 4)
    assert buyers(ctx) == [
        *(["p1 Ada Lovelace"] * 3), "co1 Engines Ltd", "p1 Ada Lovelace", "p2 bob@b.example", "co2 Nova AG",
        "p3 王小明",
    ]  # fmt: skip
    ada = contacts.show(ctx, 1)
    assert (ada["company"], ada["owner"]) == ("Engines Ltd", "wei")
    assert [(c["kind"], c["value"], c["main"]) for c in ada["channels"]] == [
        ("email", "ada@a.example", True),
        ("phone", "+44 20 7946 0001", True),
        ("phone", "+44 20 7946 0002", False),
    ]
    holder = channels.holder(ctx, "email", "bob@b.example")
    assert holder is not None
    assert holder["contact_id"] == 2
    assert companies.show(ctx, 2)["phone"] == "+49 30 1234567"
    ming = contacts.show(ctx, 3)
    assert (ming["phone"], ming["company"]) == ("13800001111", "")
    assert orders.totals(ctx, contacts.get(ctx, 1)["customer_id"])["spent"] == 1 + 2 + 3 + 4 + 5


def test_the_same_file_again_finds_whom_it_made(ctx: Context) -> None:
    rows = (
        *(",Ada,Engines Ltd,ada@a.example,", ",,,bob@b.example,", "Cyd,,,,", "Nova GmbH,,,,", ",Dan,Engines,,"),
        *(",Eve,,,+44 20 7946 0001", ",,,,+44 20 7946 0001", "fay@f.example,,,,", ",,Nova,,", "0017,,,,"),
    )
    assert ends(buy(ctx, *rows, create_missing=True)) == {"created": 10}
    before = snapshot(ctx)
    report = buy(ctx, *rows, create_missing=True)
    assert (ends(report), report.customers, report.id) == ({"skipped": 10}, 0, None)
    assert ends(buy(ctx, *rows)) == {"skipped": 10}
    assert snapshot(ctx) == before


def test_who_of_a_file_is_meant_is_not_guessed_either(ctx: Context) -> None:
    rows = (",Ada,,ada@a.example,", ",Ada,,ada@b.example,", "Ada,,,,")
    report = buy(ctx, *rows, create_missing=True)
    assert (ends(report), report.id) == ({"rejected": 1}, None)
    assert [(t.line, t.code) for t in report.rejects] == [(4, "import-whom-namesakes")]
    report = buy(ctx, *rows, create_missing=True, partial=True)
    assert (ends(report), report.customers) == ({"created": 2, "rejected": 1}, 2)


def test_nobody_is_made_for_a_row_that_does_not_come_in(ctx: Context) -> None:
    text = f"{HEADER}Ada,,,,,2026-01-01,much\nBen,,,,,2026-01-01,1 EUR\n"
    report = bring(ctx, text, kind="order", create_missing=True, partial=True)
    assert (ends(report), report.customers) == ({"created": 1, "rejected": 1}, 1)
    assert [row["name"] for row in ctx.read("SELECT name FROM contacts")] == ["Ben"]


def test_a_person_is_told_from_a_firm_by_its_legal_form(ctx: Context) -> None:
    names = ("Siemens AG", "Kim Sa", "Acme Co., Ltd.", "云图有限公司", "Anne Co", "Beta", "Gamma plc")
    buy(ctx, *(f'"{name}",,,,' for name in names), ",Zed,Beta,,", create_missing=True)
    firms = {row["name"] for row in ctx.read("SELECT name FROM customers WHERE kind = 'company'")}
    assert firms == {"Siemens AG", "Acme Co., Ltd.", "云图有限公司", "Beta", "Gamma plc"}


def test_undo_takes_back_whom_it_made(known: Context) -> None:
    before = snapshot(known)
    report = buy(known, "Zoe,,,,", ",,New Ltd,,", ",Yan,Engines,,", "Ben,,,,", create_missing=True)
    after = snapshot(known)
    assert (ends(report), report.customers) == ({"created": 4}, 2)
    undoing = known.action()
    history.undo(undoing, report.id)
    assert snapshot(known) == before
    history.undo(known.action(), undoing.last_change)
    assert snapshot(known) == after


# --- in part, and beside others --------------------------------------------------------------------------


def test_rejected_rows_come_in_once_their_customers_are_known(known: Context, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    report = buy(known, "Ben,,,,", "Zoe,,,,", "Cyd,,,,", partial=True, rejects=rejects)
    assert ends(report) == {"created": 1, "rejected": 2}
    lines = rejects.read_text("utf-8").splitlines()
    assert [line.split(",")[0] for line in lines] == ["icrm_line", "3", "4"]
    assert "“Zoe”" in lines[1]
    assert "p3 Cyd, p4 Cyd" in lines[2]
    person(known, "Zoe")
    rejects.write_text(rejects.read_text("utf-8").replace("Cyd,,,,", ",,,cyd@a.example,"), "utf-8")
    mended = importing.run(known.action(), rejects, Options(kind="order"))
    assert ends(mended) == {"created": 2}
    assert sorted(buyers(known)) == ["p2 Ben", "p3 Cyd", "p6 Zoe"]


def meanwhile(other: Context, change: Callable[[Context], object]) -> Callable[[str, int, int], None]:
    """Progress that changes the store once, when the rows have been matched."""
    left = [change]

    def progress(stage: str, done: int, _total: int) -> None:
        if stage == "check" and done and left:
            left.pop()(other)

    return progress


@pytest.mark.parametrize("partial", [False, True])
def test_whom_others_archive_meanwhile_is_turned_away(
    known: Context, opened: Callable[..., Context], tmp_path: Path, partial: bool
) -> None:
    path, rejects = tmp_path / "orders.csv", tmp_path / "rejects.csv"
    path.write_text(f"{HEADER}Ben,,,,,2026-01-01,1 EUR\nDan,,,,,2026-01-01,2 EUR\n", "utf-8")
    report = importing.run(
        known.action(),
        path,
        Options(kind="order", partial=partial, rejects=rejects),
        meanwhile(opened(), lambda other: contacts.archive(other.action(), 2)),
        i18n.sentence,
    )
    assert ends(report) == ({"created": 1, "rejected": 1} if partial else {"rejected": 1})
    assert buyers(known) == (["p5 Dan"] if partial else [])
    assert rejects.read_text("utf-8").splitlines()[1].startswith("2,“Ben” is archived")


def test_whom_others_add_meanwhile_is_not_made_again(
    known: Context, opened: Callable[..., Context], tmp_path: Path
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEADER}Zoe,,,,,2026-01-01,1 EUR\n", "utf-8")
    report = importing.run(
        known.action(),
        path,
        Options(kind="order", create_missing=True),
        meanwhile(opened(), lambda other: person(other.action(), "Zoe")),
    )
    assert (ends(report), report.customers, buyers(known)) == ({"created": 1}, 0, ["p6 Zoe"])


def test_whom_a_row_needs_is_an_owner_that_is_there(known: Context) -> None:
    buy(known, "Zoe,,,,", create_missing=True)
    zoe = contacts.get(known, 6)
    assert customers.get(known, zoe["customer_id"])["owner"] == "wei"
