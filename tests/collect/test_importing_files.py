"""Files as other programs wrote them, found in the wild: they come in without a question, and twice is once."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from icrm_tui import lists
from icrm_tui.collect import companies, contacts, exporting, importing
from icrm_tui.collect.formats import csv as ours
from icrm_tui.collect.importing import ImportReport, Options
from icrm_tui.context import Context
from icrm_tui.errors import Refused
from icrm_tui.text import HARMLESS
from tests.support import snapshot

DATA = Path(__file__).parents[2] / "../shared/data"
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not DATA.exists(), reason="the collected real files are absent"),
]


def bring(ctx: Context, path: Path, **options: Any) -> ImportReport:
    return importing.run(ctx.action(), path, Options(**options))


def everyone(ctx: Context) -> list[dict[str, Any]]:
    return [contacts.show(ctx, row_id) for row_id in lists.ids(ctx, lists.Wanted("contact", sort="id"))]


FILES = {
    "google-domain/sample1.csv": 16,
    "thunderbird/basic_csv_addressbook.csv": 2,
    "thunderbird/csv_semicolon.csv": 2,
    "crm-exports/preset_google_old.csv": 1,
    "crm-exports/preset_hubspot.csv": 1,
    "mailing-tools/generic_fr.csv": 1,
    "mailing-tools/kit.csv": 1,
    "mailing-tools/systeme_io.csv": 1,
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_comes_in_whole_and_twice_changes_nothing(ctx: Context, name: str) -> None:
    report = bring(ctx, DATA / "contacts" / name)
    assert (report.created, report.rejected, report.merged) == (FILES[name], 0, 0)
    assert all(one["name"] and one["channels"] for one in everyone(ctx))
    before = snapshot(ctx)
    again = bring(ctx, DATA / "contacts" / name)
    assert (again.skipped, again.id, snapshot(ctx)) == (FILES[name], None, before)


def test_both_thunderbird_files_are_the_same_two_people(ctx: Context) -> None:
    for name in ("basic_csv_addressbook.csv", "csv_semicolon.csv"):
        bring(ctx, DATA / "contacts/thunderbird" / name)
    assert [(one["name"], one["email"]) for one in everyone(ctx)] == [
        ("John Doe", "john@doe.invalid"),
        ("Jane Doe", "jane@doe.invalid"),
    ]


@pytest.fixture
def typed(tmp_path: Path) -> Iterator[Any]:
    """A header of another program with rows typed under it, in its own encoding."""

    def type_(name: str, encoding: str, *rows: dict[str, str]) -> Path:
        header = ours.sniff(DATA / "contacts" / name).names
        path = tmp_path / "typed.csv"
        with path.open("w", encoding=encoding, newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(header)
            for row in rows:
                left = dict(row)
                writer.writerow([left.pop(column, "") for column in header])
        return path

    yield type_


def test_rows_under_the_outlook_header(ctx: Context, typed: Any) -> None:
    row = {
        "Title": "Ms", "First Name": "Ada", "Last Name": "Lovelace", "Company": "Engines", "Job Title": "Head",
        "Business City": "London", "Home City": "Ockham", "Assistant's Phone": "+44 20 7946 0003",
        "Business Fax": "+44 20 7946 0004", "Mobile Phone": "+44 20 7946 0001", "E-mail Address": "ada@a.example",
        "E-mail 2 Address": "ada@b.example", "Birthday": "12/10/1975", "Categories": "Friends;VIP", "Gender": "Female",
    }  # fmt: skip
    report = bring(ctx, typed("outlook/outlook_en_header.csv", "utf-8", row), dates="mdy")
    assert (report.preset, report.created, report.warnings) == ("outlook", 1, 0)
    ada = everyone(ctx)[0]
    said = {key: ada[key] for key in ("name", "company", "title", "city", "birthday", "gender", "phone", "tags")}
    assert said == {
        "name": "Ada Lovelace", "company": "Engines", "title": "Head", "city": "London", "birthday": "1975-12-10",
        "gender": "female", "phone": "+44 20 7946 0003", "tags": ["Friends", "VIP"],
    }  # fmt: skip
    assert {(c["kind"], c["label"]) for c in ada["channels"]} >= {
        *{("phone", "assistant"), ("phone", "mobile"), ("phone", "fax"), ("post", "home")},
    }


def test_rows_under_the_chinese_thunderbird_header(ctx: Context, typed: Any) -> None:
    path = typed(
        "thunderbird-zh/header_gbk.csv",
        "gb18030",
        {"显示名称": "王小明", "主要电子邮件": "wang@a.example", "移动电话号码": "13800001111", "公司": "云图科技"},
    )
    report = bring(ctx, path, country="CN")
    assert (report.encoding, report.preset, report.created) == ("gb18030", "thunderbird-zh", 1)
    assert [(one["name"], one["company"], one["phone"]) for one in everyone(ctx)] == [
        ("王小明", "云图科技", "13800001111")
    ]


@pytest.mark.parametrize("name", ["outlook/outlook_en_header.csv", "thunderbird-zh/header_gbk.csv"])
def test_a_header_alone_is_refused(ctx: Context, name: str) -> None:
    with pytest.raises(Refused) as caught:
        bring(ctx, DATA / "contacts" / name)
    assert caught.value.code == "import-no-rows"


def test_the_data_loader_gives_423_companies(ctx: Context) -> None:
    path = DATA / "csv/dataloader/accountData.csv"
    assert (bring(ctx, path, kind="company").created, bring(ctx, path, kind="company").skipped) == (423, 423)
    gravity = companies.find(ctx, "Gravity Investments")
    assert gravity is not None


def strings() -> list[str]:
    return list(json.loads((DATA / "csv/naughty-strings/blns.json").read_text("utf-8")))


def acts(cell: str) -> bool:
    """Whether a spreadsheet takes the cell for a formula; +49 30 1234 is a number, not a sum."""
    return cell[:1] in tuple("=+-@\t\r") and not HARMLESS.match(cell)


def test_naughty_strings_go_out_and_come_back_as_they_are(ctx: Context, opened: Any, tmp_path: Path) -> None:
    """As names, notes and tags; what the store keeps of them, since no name has two blanks or is all blank."""
    path, back = tmp_path / "out.csv", tmp_path / "back.csv"
    for n, text in enumerate(strings()):
        name = " ".join(text.split())[: 200 - 8] or "nothing"
        contacts.add(ctx, contacts.Contact(f"{name} {n}", {"notes": text}))
    wanted = exporting.Wanted("contact")
    for target in (path, back):
        with exporting.file(target, "csv", replace=False) as stream:
            exporting.write(ctx, wanted, "csv", stream)
    assert path.read_bytes() == back.read_bytes()
    with path.open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert not list(filter(acts, cells))
    before = everyone(ctx)
    report = importing.run(ctx.action(), path, Options())
    assert (report.skipped, report.rejected) == (len(before), 0)
    assert everyone(ctx) == before


def test_no_payload_is_a_formula_in_what_we_write_and_all_come_back(ctx: Context, tmp_path: Path) -> None:
    payloads = [line for line in (DATA / "csv/injection/csv-payload.txt").read_text("utf-8").splitlines() if line]
    for n, text in enumerate(payloads):
        contacts.add(ctx, contacts.Contact(f"Ada {n}", {"notes": text, "title": text}))
    path = tmp_path / "out.csv"
    with exporting.file(path, "csv", replace=False) as stream:
        exporting.write(ctx, exporting.Wanted("contact"), "csv", stream)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row if cell]
    assert not list(filter(acts, cells))
    before = everyone(ctx)
    assert importing.run(ctx.action(), path, Options()).skipped == len(payloads)
    assert everyone(ctx) == before
