"""The line itself: words that may stand anywhere, what is refused, how errors are told, exit codes, formats."""

import json
import os
import shlex
import signal
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from icrm_tui import db, i18n
from icrm_tui.commands import parsing
from icrm_tui.commands.base import hoist
from icrm_tui.errors import Usage
from icrm_tui.output import Output
from tests.support import Icrm, until

# --- words that may stand anywhere -----------------------------------------------------------------------


def test_global_words_are_taken_out_wherever_they_stand() -> None:
    said, rest = hoist(["contact", "--json", "list", "--limit", "5", "-tag:vip", "--as=li", "city:Bonn"])
    assert rest == ["contact", "list", "-tag:vip", "city:Bonn"]
    assert (said.get("format"), said.get("limit"), said.get("as")) == ("json", "5", "li")


def test_after_two_dashes_everything_is_meant_as_it_stands() -> None:
    assert hoist(["find", "--", "--json"])[1] == ["find", "--", "--json"]


def test_a_global_word_without_its_value_is_refused(icrm: Icrm) -> None:
    answer = icrm("contact", "list", "--limit")
    assert (answer.code, answer.err) == (2, "--limit needs a value after it.\n")


# --- what is refused -------------------------------------------------------------------------------------

REFUSED = {
    "contct": (2, "There is no command “contct”. Nearest: contact."),
    "contact": (2, "“contact” needs one more word."),
    "contact lst": (2, "“contact” has no command “lst”. Nearest: list."),
    "contact list --limt 5": (2, "“contact list” has no option --limt. Nearest: --limit."),
    "contact add": (2, "“contact add” needs NAME; see: icrm contact add --help"),
    "contact add Ada --emial x@y.example": (2, "“contact add” has no option --emial. Nearest: --email."),
    "contact add Ada --email": (2, "--email needs a value after it."),
    "contact add Ada --email nonsense": (2, "“nonsense” is not an e-mail address."),
    "contact add Ada --phone 12": (2, "“12” is not a phone number"),
    "contact add Ada --set city": (2, "“city” is no pair; write field=value."),
    "contact add Ada --set cty=Bonn": (2, "contact has no field “cty”. Nearest: city."),
    "contact add Ada --birthday 2026-02-31": (2, "“2026-02-31” is not a birthday"),
    "contact show": (2, "“contact show” needs WHO"),
    "contact show p9": (1, "Nobody is “p9”."),
    "contact show nobody": (1, "Nobody is “nobody”."),
    "contact edit p1": (2, "Nothing to change; say what with --set field=value."),
    "contact list --limit many": (2, "--limit: “many” is not a whole number."),
    "contact list --columns nme": (2, "There is no column “nme”. Nearest: name."),
    "contact list --sort nme": (2, "There is no column “nme”. Nearest: name."),
    "contact list --after x": (2, "--after: “x” is not an id"),
    "contact list --format xml": (2, "--format: “xml” is not one of table, plain, json"),
    "contact list cty:Bonn": (2, "“cty” is not a field here. Nearest: city"),
    "contact list --db service=team": (3, "There is no service “team” in libpq's service file"),
    "contact list --lang fr": (2, "There is no language “fr”; there are en, zh_CN."),
    "log p1": (2, "“log” needs TEXT"),
    "log Ada hello --channel pigeon": (2, "“pigeon” is not a Channel; there are call, email"),
    "log Ada hello --in --out": (2, "A touch goes one way"),
    "log Ada hello --at someday": (2, "“someday” is not a time"),
    "undo 99": (1, "There is no change 99"),
    "undo x": (2, "CHANGE: “x” is not a whole number."),
    "config get colour": (2, "There is no setting “colour”."),
    "config set zone Mars/Olympus": (2, "There is no time zone “Mars/Olympus”."),
    "config set country Narnia": (2, "“NARNIA” is not a country"),
    "restore-backup nothing.db": (1, "This replaces what the store holds; say --yes to do it."),
    "tag rename one two": (1, "There is no tag “one”."),
    "user add wei": (1, "There is a user “wei” already."),
    "user add li --role king": (2, "“king” is no role"),
    "completion tcsh": (2, "SHELL: “tcsh” is not one of bash, zsh, fish."),
}


@pytest.mark.parametrize("line", REFUSED)
def test_bad_input_is_one_clear_line_and_touches_nothing(icrm: Icrm, line: str) -> None:
    icrm("contact", "add", "Ada", "--email", "ada@engines.example")
    before = icrm("history", "--json").out
    code, said = REFUSED[line]
    answer = icrm(*line.split())
    assert (answer.code, answer.out) == (code, "")
    assert answer.err.startswith(said), answer.err
    assert len(answer.err.splitlines()) == (3 if "cty:" in line else 1)
    assert icrm("history", "--json").out == before


def test_a_mistake_in_a_query_is_shown_at_its_column(icrm: Icrm) -> None:
    _said, typed, mark = icrm("contact", "list", "张伟", "cty:Bonn").err.splitlines()
    assert typed == "  张伟 cty:Bonn"
    assert mark == "  " + " " * 5 + "^^^"


def test_an_ambiguous_who_names_the_candidates_and_changes_nothing(icrm: Icrm) -> None:
    icrm("contact", "add", "Anna Weber", "--city", "Bonn")
    icrm("contact", "add", "Anna Weber", "--company", "Weber KG")
    answer = icrm("contact", "edit", "Anna Weber", "--set", "city=Ulm")
    assert answer.code == 2
    assert [line.split()[0] for line in answer.err.splitlines()[1:]] == ["p1", "p2"]
    told = json.loads(icrm("contact", "show", "Anna Weber", "--json").err)
    assert [one["id"] for one in told["candidates"]] == ["p1", "p2"]


def test_a_defect_is_one_line_as_well(icrm: Icrm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("icrm_tui.users.identify", lambda ctx: 1 / 0)
    answer = icrm("contact", "list")
    assert answer.code == 1
    assert answer.err.startswith("Something went wrong inside icrm (ZeroDivisionError: division by zero);")
    assert len(answer.err.splitlines()) == 1


# --- who, when, in which language ------------------------------------------------------------------------


@pytest.mark.file
def test_the_first_who_comes_is_the_first_user_and_strangers_are_refused(icrm: Icrm) -> None:
    icrm("contact", "add", "Ada")
    assert icrm("user", "list", "--json").json[0]["name"] == "wei"
    assert icrm("contact", "add", "Bob", "--as", "li").code == 1
    icrm("user", "add", "li")
    assert icrm("contact", "add", "Bob", "--as", "li", "--json").json["owner"] == "li"


def test_the_clock_can_be_fixed_with_or_without_an_offset(icrm: Icrm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICRM_NOW", "2026-12-01T09:00")  # in the user's zone, eight hours ahead
    assert icrm("contact", "add", "Ada", "--json").json["created"] == "2026-12-01T01:00:00Z"
    monkeypatch.setenv("ICRM_NOW", "2026-12-01T09:00+01:00")
    assert icrm("contact", "add", "Bob", "--json").json["created"] == "2026-12-01T08:00:00Z"
    monkeypatch.setenv("ICRM_NOW", "soon")
    assert icrm("contact", "list").err.startswith("ICRM_NOW: “soon” is not a time")


def test_a_clock_set_back_does_no_harm(icrm: Icrm, monkeypatch: pytest.MonkeyPatch) -> None:
    icrm("contact", "add", "Ada")
    monkeypatch.setenv("ICRM_NOW", "2020-01-01T09:00")
    icrm("contact", "edit", "p1", "--set", "city=Bonn")
    assert icrm("undo").code == 0
    assert icrm("contact", "show", "p1", "--json").json["city"] == ""
    assert icrm("doctor").code == 0


def test_the_same_action_sent_twice_applies_once(icrm: Icrm) -> None:
    first = icrm("contact", "add", "Ada", "--op", "2f1c")
    assert icrm("contact", "add", "Ada", "--op", "2f1c").out == first.out == "p1\n"
    assert icrm("contact", "list", "--count").out == "1\n"


def test_it_speaks_chinese_when_asked(icrm: Icrm) -> None:
    assert icrm("contact", "show", "p1", "--lang", "zh_CN").err.startswith("没有找到")
    assert icrm("contact", "add", "--lang", "zh").err.startswith("“contact add”缺少 NAME")
    assert icrm("--help", "--lang", "zh-CN").out.startswith("icrm：")


# --- data and narration ----------------------------------------------------------------------------------


def test_a_write_prints_the_id_and_says_the_change_elsewhere(icrm: Icrm) -> None:
    answer = icrm("contact", "add", "Ada")
    assert (answer.out, answer.err) == ("p1\n", "change 2\n")
    assert icrm("contact", "edit", "p1", "--set", "city=Bonn", "--quiet").err == ""
    record = icrm("contact", "edit", "p1", "--set", "city=Ulm", "--json").json
    assert (record["id"], record["city"]) == ("p1", "Ulm")


def test_every_format_of_a_list(icrm: Icrm) -> None:
    icrm("contact", "add", "Ada", "--city", "Bonn", "--tag", "vip")
    icrm("contact", "add", "=cmd()", "--city", "上海")
    ask = ("contact", "list", "--columns", "name,city", "--sort", "name")
    assert icrm(*ask).out == "=cmd()\t上海\nAda\tBonn\n"
    assert icrm(*ask, "--json").json == [
        {"id": "p2", "name": "=cmd()", "city": "上海"},
        {"id": "p1", "name": "Ada", "city": "Bonn"},
    ]
    assert [json.loads(line)["id"] for line in icrm(*ask, "--format", "jsonl").lines] == ["p2", "p1"]
    assert icrm(*ask, "--format", "csv").out == "name,city\n'=cmd(),上海\nAda,Bonn\n"
    assert icrm(*ask, "--format", "tsv").out == "name\tcity\n'=cmd()\t上海\nAda\tBonn\n"
    assert icrm(*ask, "--format", "ids").out == "p2\np1\n"
    assert icrm(*ask, "--format", "table").out == "Name    City\n=cmd()  上海\nAda     Bonn\n"
    assert icrm(*ask, "--count").out == "2\n"
    assert icrm(*ask, "--limit", "1", "--after", "p2", "--format", "ids").out == "p1\n"


def test_what_is_shown_cannot_act_on_the_terminal(icrm: Icrm) -> None:
    evil = "\x1b[31mred\x1b[0m \u202egnp.exe [bold]x[/]"
    assert icrm("contact", "add", evil).code == 0
    for line in (("contact", "show", "p1"), ("contact", "list"), ("find", "red"), ("check", "red"), ("history",)):
        said = icrm(*line)
        assert "\x1b" not in said.out + said.err
        assert "\u202e" not in said.out + said.err
    assert "[bold]x[/]" in icrm("contact", "list").out
    assert icrm("contact", "show", "p1", "--json").json["name"] == evil
    assert "\x1b" not in icrm("contact", "show", evil + "?").err
    for form in ("json", "jsonl"):
        said = icrm("contact", "list", "--format", form)
        assert "\x1b" not in said.out
        assert "\u202e" not in said.out


def test_a_table_for_other_programs_cannot_act_on_a_terminal_either() -> None:
    evil = {"id": "p1", "name": "\x1b[31mred \u202egnp.exe"}

    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    for out, acts in ((Terminal(), False), (StringIO(), True)):
        with redirect_stdout(out):
            Output("csv").rows([evil], ["id", "name"])
        assert ("\x1b" in out.getvalue()) is acts


def test_one_more_person_at_a_firm_takes_it_from_nobody(icrm: Icrm) -> None:
    icrm("user", "add", "lan")
    icrm("company", "add", "Acme", "--owner", "lan")
    icrm("contact", "add", "Ada", "--company", "Acme", "--owner", "wei", "--source", "fair")
    found = icrm("contact", "show", "Ada", "--json").json
    assert (found["owner"], found["source"]) == ("lan", "fair")


def test_no_line_makes_two(icrm: Icrm) -> None:
    icrm("contact", "add", "Ada", "--set", "notes=first\nsecond\tthird")
    assert len(icrm("contact", "list", "--columns", "name,notes").lines) == 1


def test_history_and_undo_and_redo(icrm: Icrm) -> None:
    icrm("contact", "add", "Ada")
    icrm("contact", "edit", "p1", "--set", "city=Bonn")
    assert [row["verb"] for row in icrm("history", "--json").json] == ["contact.edit", "contact.add", "user.add"]
    undone = icrm("undo")
    assert undone.err == "Undone: contact edited (change 3).\n"
    assert icrm("contact", "show", "p1", "--json").json["city"] == ""
    assert icrm("undo", undone.out.strip()).err == "Done again: contact edited (change 3).\n"
    assert icrm("contact", "show", "p1", "--json").json["city"] == "Bonn"
    assert [row["verb"] for row in icrm("history", "p1", "--json").json] == ["contact.edit", "contact.add"]


def test_a_stale_edit_is_a_conflict(icrm: Icrm) -> None:
    icrm("contact", "add", "Ada")
    rev = icrm("contact", "show", "p1", "--json").json["rev"]
    icrm("contact", "edit", "p1", "--set", "city=Bonn")
    answer = icrm("contact", "edit", "p1", "--set", "city=Ulm", "--rev", str(rev))
    assert answer.code == 4
    assert icrm("contact", "show", "p1", "--json").json["city"] == "Bonn"


# --- help and completion ---------------------------------------------------------------------------------


def test_the_example_of_every_command_works_on_the_demo_store(
    icrm: Icrm, demo_store: db.Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leads.csv").write_text("Name,Email\nLena Vogt,lena@vogt.example\n", encoding="utf-8")
    (tmp_path / "message.eml").write_text("From: lena@vogt.example\nSubject: It leaks\n\nAgain.\n", encoding="utf-8")
    (tmp_path / "nobodys.eml").write_text("Subject: It leaks\n\nAgain.\n", encoding="utf-8")
    failed = []
    for path, command in parsing.every():
        for line in (command.callback.__doc__ or "").strip().splitlines():
            words = shlex.split(line)
            assert words[: len(path) + 1] == ["icrm", *path], line
            answer = icrm(*words[1:])
            copied = isinstance(demo_store, db.Service) and words[1] in ("backup", "restore-backup")  # by its server
            if answer.code != (3 if words[1] == "team" else 1 if copied else 0):  # there is no such service
                failed.append((line, answer.err))
    assert failed == []
    assert icrm("doctor").code == 0


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_command_has_help_in_both_languages(icrm: Icrm, language: str) -> None:
    for path, _command in parsing.every():
        for words in (path, path[:1]):
            answer = icrm(*words, "--help", "--lang", language)
            assert answer.code == 0
            assert answer.out.strip()
    assert icrm("--help", "--lang", language).out.count("\n") > 40


@pytest.mark.file
def test_completion_knows_commands_options_people_and_queries(icrm: Icrm, demo_store: Path) -> None:
    def offered(*words: str) -> list[str]:
        return icrm("completion", "bash", "--", *words).lines

    assert offered("conta") == ["contact"]
    assert "list" in offered("contact", "l")
    assert offered("contact", "add", "--ema") == ["--email"]
    assert "--json" in offered("contact", "list", "--")
    assert "tag:vip" in offered("contact", "list", "tag:V")
    name = icrm("contact", "list", "--limit", "1", "--columns", "name").out.strip()
    assert offered("contact", "show", name) == icrm("contact", "list", "--limit", "1", "--format", "ids").lines
    assert offered("nonsense", "x") == []


@pytest.mark.file
def test_completion_never_makes_a_store(icrm: Icrm, store: Path) -> None:
    assert icrm("completion", "bash", "--", "contact", "show", "A").code == 0
    assert not store.exists()


# --- real processes --------------------------------------------------------------------------------------


def test_without_a_terminal_icrm_prints_today(process: Icrm) -> None:
    answer = process(stdin=subprocess.DEVNULL)
    assert (answer.code, answer.out) == (0, "Nothing waits today.\n")


@pytest.mark.file
def test_the_demo_has_a_file_of_its_own_and_an_unknown_user_is_its_first_salesperson(
    process: Icrm, home: Path, store: Path
) -> None:
    answer = process("demo", "--customers", "40", stdin=subprocess.DEVNULL, env={"ICRM_USER": "stranger"})
    assert answer.code == 0
    assert "Birthdays" in answer.out
    assert not store.exists()
    path = next(home.rglob("demo.db"))
    assert process("contact", "add", "Ada", "--db", str(path), "--as", "stranger", "--json").json["owner"] == "wei"


def test_a_closed_pipe_is_silent(process: Icrm, store: Path, demo_store: Path) -> None:
    line = f"{sys.executable} -m icrm_tui.cli contact list | head -n 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        env=os.environ | {"ICRM_DB": str(store), "ICRM_USER": "wei"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.file
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for what a process has open")
def test_ctrl_c_is_one_line_and_130(store: Path, tmp_path: Path) -> None:
    """Stopped while it waits for a writer, so that the moment does not matter."""
    import sqlite3

    env = os.environ | {"ICRM_DB": str(store), "ICRM_USER": "wei"}
    line = [sys.executable, "-m", "icrm_tui.cli", "contact", "add"]
    subprocess.run([*line, "Ada"], env=env, check=True, capture_output=True)
    holder = sqlite3.connect(store, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    waiting = subprocess.Popen([*line, "Bob"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: any(fd.resolve() == store for fd in Path(f"/proc/{waiting.pid}/fd").iterdir()))
    waiting.send_signal(signal.SIGINT)
    _out, err = waiting.communicate(timeout=30)
    holder.close()
    assert (waiting.returncode, err) == (130, "Stopped; nothing was changed.\n")


@pytest.mark.file
def test_a_store_that_may_only_be_read_is_read(process: Icrm, demo_store: Path) -> None:
    demo_store.chmod(0o400)
    demo_store.parent.chmod(0o500)
    try:
        if os.access(demo_store, os.W_OK):
            pytest.skip("whoever runs this may write everything")
        assert process("contact", "list", "--count").code == 0
        assert process("contact", "add", "Ada").code == 3
    finally:
        demo_store.parent.chmod(0o700)


def test_a_settings_file_that_is_no_toml_is_named(process: Icrm, home: Path) -> None:
    path = home / ".config" / "icrm" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("zone = ", encoding="utf-8")
    answer = process("contact", "list")
    assert answer.code == 3
    assert "config.toml cannot be read" in answer.err
    assert len(answer.err.splitlines()) == 1


def test_settings_are_kept_and_used(process: Icrm, home: Path) -> None:
    assert process("config", "set", "language", "zh").out == "zh_CN\n"
    assert process("config", "set", "zone", "Europe/Berlin").code == 0
    answer = process("contact", "show", "p9", env={"ICRM_LANG": ""})
    assert answer.err.startswith("没有找到")
    assert process("config", "get", "zone").out == "Europe/Berlin\n"
    assert (home / ".config" / "icrm" / "config.toml").stat().st_mode & 0o077 == 0


def test_i18n_is_what_it_was() -> None:
    assert i18n.language() == "en"
    with pytest.raises(Usage):
        hoist(["--db"])
