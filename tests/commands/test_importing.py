"""`icrm import` as it is typed and as cron runs it: what it prints, how it ends, and what bad input comes to."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from icrm_tui import db
from icrm_tui.store.sqlite import Connection
from tests.support import Icrm

GOOD = "Name,Email\nAda,ada@a.example\nBen,ben@a.example\n"


@pytest.fixture
def leads(tmp_path: Path) -> Any:
    """`leads(text)` is a file."""

    def write(text: str | bytes, name: str = "leads.csv") -> str:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


# --- what it prints --------------------------------------------------------------------------------------


def test_the_change_is_data_and_the_count_is_narration(icrm: Icrm, leads: Any) -> None:
    answer = icrm("import", leads(GOOD))
    assert (answer.code, answer.out, answer.err) == (0, "2\n", "created 2\n")
    answer = icrm("import", leads(GOOD))
    assert (answer.code, answer.out, answer.err) == (0, "", "skipped 2\n")
    assert icrm("import", leads(GOOD), "--quiet").err == ""


def test_the_report_is_one_object(icrm: Icrm, leads: Any, tmp_path: Path) -> None:
    path = leads("Name,E-mail,Shoe,Birthday\nAda,ada@a.example,41,1990-01-02\nBen,nonsense,,1990-02-31\nCyd,oops,,\n")
    answer = icrm("import", path, "--partial", "--rejects", str(tmp_path / "bad.csv"), "--json")
    assert answer.code == 5
    report = answer.json
    assert {key: report[key] for key in report if key not in ("columns", "rejects", "warned", "file")} == {
        "id": 2, "kind": "contact", "encoding": "utf-8", "delimiter": ",", "dates": "ymd", "preset": "", "rows": 3,
        "created": 2, "updated": 0, "merged": 0, "skipped": 0, "rejected": 1, "warnings": 1, "unmapped": ["Shoe"],
        "rejects_file": str(tmp_path / "bad.csv"), "dry_run": False, "totals": 0, "customers": 0, "waiting": 0,
    }  # fmt: skip
    assert report["columns"][1] == {
        "name": "E-mail", "target": "email", "sure": 40, "first": ["ada@a.example", "nonsense", "oops"],
    }  # fmt: skip
    assert report["rejects"] == [
        {
            "line": 3,
            "name": "Ben",
            "field": "birthday",
            "code": "birthday",
            "reason": "“1990-02-31” is not a birthday; write 1990-05-12, 05-12, or lunar 1990-04-08.",
        }
    ]
    assert [(one["line"], one["code"]) for one in report["warned"]] == [(4, "email-invalid")]


def test_progress_is_told_in_lines(icrm: Icrm, leads: Any) -> None:
    answer = icrm("import", leads(GOOD), "--progress", "jsonl", "--quiet")
    told = [json.loads(line) for line in answer.err.splitlines()]
    stages = list(dict.fromkeys(line["stage"] for line in told))
    assert stages[:3] == ["read", "check", "publish"]
    assert all(0 <= line["done"] <= max(line["total"], 1) for line in told)


def test_a_file_may_be_piped_in(store: Path, process: Icrm) -> None:
    answer = process("import", "-", "--json", input=GOOD)
    assert (answer.code, answer.json["created"], answer.json["file"]) == (0, 2, "-")


def test_rejected_rows_end_the_command_as_the_contract_says(icrm: Icrm, leads: Any) -> None:
    bad = leads("Name,Email\nAda,ada@a.example\n,\n , \nBen,b@a.example,too,many\n")
    answer = icrm("import", bad)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.splitlines() == [
        "line 5: Ben: more cells than columns; is a comma missing its quotes?",
        "rejected 1",
        "Nothing was imported. Mend the rejected rows and try again, or take the others with --partial.",
    ]
    assert icrm("contact", "list", "--count").out == "0\n"
    assert icrm("import", bad, "--partial").code == 5
    assert icrm("import", bad, "--dry-run").code == 1
    assert icrm("contact", "list", "--count").out == "1\n"


def test_the_same_action_twice_is_done_once(icrm: Icrm, leads: Any) -> None:
    op = ("--op", "6e0f3f0e-0000-4000-8000-000000000001", "--json", "--on-duplicate", "create")
    first, second = icrm("import", leads(GOOD), *op).json, icrm("import", leads(GOOD), *op).json
    assert first == second
    assert icrm("contact", "list", "--count").out == "2\n"


# --- what was said wrongly -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--map", "Emial=email"), "The file has no column Emial. Nearest: Email."),
        (("--map", "Email=emial"), "There is no field emial to import into. Nearest: email."),
        (("--map", "Email"), "“Email” is no pair; write field=value."),
        (("--preset", "gogle"), "There is no preset gogle. Nearest: google."),
        (("--set", "sorce=fair"), "There is no field sorce to import into. Nearest: source."),
        (("--set", "owner=zoe"), "There is no user “zoe”."),
        (("--kind", "deal"), "--kind: “deal” is not one of contact, company"),
        (("--on-duplicate", "ask"), "--on-duplicate: “ask” is not one of update, merge, skip, create."),
        (("--dates", "ydm"), "--dates: “ydm” is not one of dmy, mdy, ymd."),
        (("--country", "Narnia"), "“NARNIA” is not a country"),
        (("--encoding", "utf-9"), "There is no encoding called utf-9"),
        (("--delimiter", "xx"), "xx is no delimiter"),
        (("--skip-lines", "some"), "--skip-lines"),
    ],
)
def test_what_means_nothing_is_refused_in_one_line(icrm: Icrm, leads: Any, words: tuple[str, ...], said: str) -> None:
    answer = icrm("import", leads(GOOD), *words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert len(answer.err.splitlines()) == 1
    assert icrm("contact", "list", "--count").out == "0\n"


def test_a_column_with_an_equals_sign_can_be_mapped(icrm: Icrm, leads: Any) -> None:
    assert icrm("import", leads("Name,a=b\nAda,Rome\n"), "--map", "a=b=city").code == 0
    assert icrm("contact", "show", "Ada", "--json").json["city"] == "Rome"


def test_an_ambiguous_date_order_names_the_flag(icrm: Icrm, leads: Any) -> None:
    path = leads("Name,Birthday\nAda,03/04/1990\n")
    answer = icrm("import", path)
    assert (answer.code, answer.err) == (
        2,
        "Line 2: “03/04/1990” can be read in two ways; say --dates dmy or --dates mdy.\n",
    )
    assert icrm("import", path, "--dates", "dmy").code == 0
    assert icrm("contact", "show", "Ada", "--json").json["birthday"] == "1990-04-03"


# --- files that are none ---------------------------------------------------------------------------------

BAD: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 1, "is empty; there is nothing to import."),
    "blank": (b"\n \n\n", 1, "is empty; there is nothing to import."),
    "header only": (b"Name,Email\n", 1, "names columns but has no rows under them."),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, 1, "is no text file (png)"),
    "a workbook": (b"PK\x03\x04" + bytes(range(256)) * 20, 1, "is no text file (zip)"),
    "bytes": (bytes(range(256)) * 200, 1, ""),
    "cut in a character": ("Name\nAda\n张".encode()[:-1], 1, "the file stops in the middle of a character here"),
    "an open quote": (b'Name,Email\nAda,a@a.example\nBen,"b@a.example\nCyd,c@a.example\n', 1, "quote opened in line 3"),
    "a NUL": (b"Name\nAda\0\n", 1, "Line 2 holds a NUL character"),
    "a cell of 10 MB": (b"Name\nAda\n" + b"x" * 10_000_000 + b"\n", 1, "Line 3 has a cell of more than"),
    "5,000 columns": (b",".join(b"c%d" % n for n in range(5000)) + b"\n1\n", 1, "Line 1 has 5000 columns"),
    "no header": (b"ada@a.example,Ada\nben@a.example,Ben\n", 1, "Line 1 should name the columns but holds data"),
    "only what is unknown": (b"Shoe,Hat\n41,58\n", 1, "Nothing was imported."),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_gets_one_clear_line_and_nothing_comes_in(icrm: Icrm, leads: Any, what: str) -> None:
    content, code, said = BAD[what]
    answer = icrm("import", leads(content))
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert "inside icrm" not in answer.err
    assert len(answer.err.splitlines()) <= 3
    assert icrm("contact", "list", "--count").out == "0\n"


def test_a_file_that_is_not_there_or_none(icrm: Icrm, tmp_path: Path) -> None:
    for path, said in ((tmp_path / "none.csv", "There is no file"), (tmp_path, "is a folder")):
        answer = icrm("import", str(path))
        assert (answer.code, answer.out) == (1, "")
        assert said in answer.err


def test_a_wrong_encoding_is_named_with_the_line(icrm: Icrm, leads: Any) -> None:
    path = leads("Name,Email\nAda,a@a.example\nJosé,j@a.example\n".encode("cp1252"))
    answer = icrm("import", path, "--encoding", "utf-8")
    assert answer.code == 1
    assert "Line 3 of" in answer.err
    assert icrm("import", path).code == 0
    assert icrm("contact", "list", "José", "--count").out == "1\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_we_may_not_read(icrm: Icrm, leads: Any) -> None:
    path = leads(GOOD)
    Path(path).chmod(0)
    answer = icrm("import", path)
    assert (answer.code, "cannot be read" in answer.err) == (1, True)


# --- names that want to act ------------------------------------------------------------------------------

NAMES = (
    "\x1b[31mred\x1b[0m\x07",
    "[bold]loud[/bold]",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\u202egnp.exe\u202c",
    "a\u200bb",
    "Robert'); DROP TABLE contacts;--",
    "{{7*7}} %s %d {0}",
    "👩‍👩‍👧 家庭",
)


def test_names_that_want_to_act_are_only_names(icrm: Icrm, leads: Any) -> None:
    rows = "\n".join('"' + name.replace('"', '""') + '"' for name in NAMES)
    assert icrm("import", leads(f"Name\n{rows}\n")).code == 0
    shown = icrm("contact", "list", "--format", "table").out
    assert "\x1b" not in shown and "\x07" not in shown and "\u202e" not in shown
    assert "[bold]loud[/bold]" in shown
    names = [one["name"] for one in icrm("contact", "list", "--json").json]
    assert sorted(names) == sorted(NAMES)
    out = icrm("export", "contact", "--columns", "name").out.splitlines()
    assert not [line for line in out if line.lstrip('"')[:1] in ("=", "@")]


def test_a_name_of_ten_thousand_characters_is_rejected(icrm: Icrm, leads: Any) -> None:
    answer = icrm("import", leads("Name\n" + "x" * 10_000 + "\n"))
    assert answer.code == 1
    assert "The name has 10000 characters; at most 200." in answer.err


# --- a store that cannot take it -------------------------------------------------------------------------


@pytest.mark.file
def test_a_store_that_may_only_be_read(icrm: Icrm, leads: Any, store: Path) -> None:
    icrm("contact", "add", "Ada")
    path = leads(GOOD)
    store.chmod(0o400)
    if os.geteuid() == 0:
        pytest.skip("root may write everything")
    answer = icrm("import", path)
    assert (answer.code, "may only be read" in answer.err) == (3, True)


@pytest.mark.file
def test_a_store_that_is_held_by_another(icrm: Icrm, leads: Any, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    icrm("contact", "add", "Zoe")
    opening = Connection.__init__
    monkeypatch.setattr(opening, "__kwdefaults__", opening.__kwdefaults__ | {"wait": 0.2})
    holder = sqlite3.connect(store, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        answer = icrm("import", leads(GOOD))
    finally:
        holder.close()
    assert (answer.code, "is in use by another program" in answer.err) == (3, True)
    assert list(store.parent.glob(".icrm-stage-*")) == []


@pytest.mark.file
def test_a_full_disk_leaves_everything_as_it_was(icrm: Icrm, leads: Any, store: Path) -> None:
    icrm("contact", "add", "Zoe")
    with sqlite3.connect(store) as raw:
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
    script = (
        "import sys\nfrom icrm_tui.store import sqlite\nold = sqlite.connect\n"
        "def full(*words):\n raw = old(*words)\n"
        f" raw.execute('PRAGMA max_page_count = {pages + 4}')\n return raw\n"
        "sqlite.connect = full\nfrom icrm_tui.cli import run\nsys.exit(run(sys.argv[1:]))\n"
    )
    many = "Name,Email\n" + "".join(f"Person {n},p{n}@a.example\n" for n in range(3000))
    ran = subprocess.run(
        [sys.executable, "-c", script, "import", leads(many)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 3, ran.stderr
    assert "is full; nothing was changed" in ran.stderr
    assert icrm("contact", "list", "--count").out == "1\n"
    assert icrm("doctor").code == 0


# --- called off ------------------------------------------------------------------------------------------


def started(store: Path, path: str) -> "subprocess.Popen[str]":
    """An import on its way, which tells how far it is."""
    line = [sys.executable, "-m", "icrm_tui.cli", "import", path, "--progress", "jsonl", "--json"]
    return subprocess.Popen(
        line,
        env=os.environ | {"ICRM_DB": str(store), "ICRM_USER": "wei"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def stopped(running: "subprocess.Popen[str]", stage: str) -> str:
    """Interrupt it as soon as it comes to the stage; what else it says."""
    assert running.stderr is not None
    for line in running.stderr:
        if json.loads(line)["stage"] == stage:
            running.send_signal(signal.SIGINT)
            break
    return running.stderr.read()


@pytest.mark.parametrize("stage", ["read", "check", "publish"])
def test_ctrl_c_leaves_nothing(icrm: Icrm, leads: Any, store: db.Place, tmp_path: Path, stage: str) -> None:
    icrm("contact", "add", "Zoe")
    many = "Name,Email,Company\n" + "".join(f"Person {n},p{n}@a.example,Firm {n % 99}\n" for n in range(30_000))
    with started(store, leads(many)) as running:
        said = stopped(running, stage)
    assert running.returncode == 130
    assert "Stopped; nothing was changed." in said
    assert icrm("contact", "list", "--count").out == "1\n"
    assert icrm("doctor").code == 0
    assert [path.name for path in tmp_path.iterdir() if "stage" in path.name] == []


def test_called_off_while_search_is_filled_the_import_stands(icrm: Icrm, leads: Any, store: Path) -> None:
    many = "Name,Email\n" + "".join(f"Person {n},p{n}@a.example\n" for n in range(30_000))
    with started(store, leads(many)) as running:
        stopped(running, "search")
        assert running.stdout is not None
        report = json.loads(running.stdout.read())
    assert (running.returncode, report["created"]) == (0, 30_000)
    assert report["waiting"] > 0
    assert icrm("doctor").code == 0  # which finishes what was left
    assert icrm("contact", "list", "p29999", "--count").out == "1\n"


def test_a_closed_pipe_is_silent(icrm: Icrm, leads: Any, store: Path) -> None:
    with started(store, leads(GOOD)) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = [line for line in running.stderr if not line.startswith("{")]
    assert (running.returncode, said) == (0, [])
    assert icrm("contact", "list", "--count").out == "2\n"


# --- dry run ---------------------------------------------------------------------------------------------


@pytest.mark.file
def test_a_dry_run_makes_no_store(icrm: Icrm, leads: Any, store: Path) -> None:
    answer = icrm("import", leads(GOOD), "--dry-run", "--json")
    assert (answer.code, answer.json["created"], answer.json["id"]) == (0, 2, None)
    assert not store.exists()


@pytest.mark.file
def test_a_dry_run_leaves_every_byte(icrm: Icrm, leads: Any, store: Path) -> None:
    icrm("contact", "add", "Ada", "--email", "ada@a.example")
    before = store.read_bytes()
    assert icrm("import", leads(GOOD), "--dry-run").err == "created 1, skipped 1\n"
    assert store.read_bytes() == before
    assert [path.name for path in store.parent.iterdir() if path.name.startswith(store.name)] == [store.name]


# --- rows about customers --------------------------------------------------------------------------------

BOUGHT = "Customer,Date,Amount\nAda,2026-01-02,12.50 EUR\nZoe,2026-01-03,5 EUR\n"


def test_customers_nobody_knows_are_said_or_made(icrm: Icrm, leads: Any) -> None:
    icrm("contact", "add", "Ada")
    answer = icrm("import", leads(BOUGHT), "--kind", "order")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.splitlines()[0] == (
        "line 3: Zoe: Nobody here is “Zoe”; mend the row, or let --create-missing make them."
    )
    answer = icrm("import", leads(BOUGHT), "--kind", "order", "--create-missing")
    assert (answer.code, answer.err) == (0, "created 2, customers created 1\n")
    listed = icrm("order", "list", "--json", "--sort", "amount").json
    assert [(one["name"], one["amount"]) for one in listed] == [("Zoe", 5), ("Ada", 12.5)]
    assert icrm("undo").code == 0
    assert icrm("order", "list", "--count").out == "0\n"
    assert icrm("contact", "list", "--count").out == "1\n"
    answer = icrm("import", leads(BOUGHT), "--kind", "order", "--partial", "--json")
    assert (answer.code, answer.json["created"], answer.json["customers"]) == (5, 1, 0)


def test_a_kind_there_is_not_is_named(icrm: Icrm, leads: Any) -> None:
    answer = icrm("import", leads(BOUGHT), "--kind", "orders")
    assert answer.code == 2
    assert "interaction, reminder, complaint, order" in answer.err


def test_what_came_in_goes_out(icrm: Icrm, leads: Any, tmp_path: Path) -> None:
    icrm("import", leads(BOUGHT), "--kind", "order", "--create-missing")
    to = tmp_path / "orders.csv"
    assert icrm("export", "order", "--to", str(to)).code == 0
    assert to.read_text("utf-8-sig").splitlines()[1] == "o1,,2026-01-02,p1,Ada,,,,12.50,EUR,,wei"
    record = icrm("export", "order", "--type", "jsonl").out.splitlines()[1]
    assert json.loads(record)["amount"] == 5
    icrm("import", leads("Opened,Description\n2026-01-02,it leaks\n"), "--kind", "complaint")
    assert icrm("export", "complaint", "--type", "json").json[0]["state"] == "open"
    assert icrm("import", str(to), "--kind", "order").err == "skipped 2\n"
