"""`icrm inbox`, `mail` and `outbox` as a mail server, cron and people run them: exit codes, words, real processes."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from icrm_tui import config
from tests.collect.formats.mails import mails as corpus
from tests.collect.formats.mails import plain
from tests.engage.mailserver import serving
from tests.support import Icrm

LETTER = plain("It leaks.\n又漏水了", id="1").decode()


@pytest.fixture
def letter(tmp_path: Path) -> str:
    path = tmp_path / "letter.eml"
    path.write_text(LETTER, encoding="utf-8", newline="")
    return str(path)


# --- coming in -------------------------------------------------------------------------------------------


def test_a_filter_hands_mail_in_and_hears_that_it_was_kept(process: Icrm, icrm: Icrm) -> None:
    answer = process("inbox", input=LETTER)
    assert (answer.code, answer.out, answer.err) == (0, "e1\n", "e1 belongs to i1.\n")
    assert process("inbox", input=LETTER).err == "e1 had come before.\n"
    answer = process("inbox", "--quiet", input="Subject: nobody's\n\nx\n")
    assert (answer.code, answer.out, answer.err) == (0, "e2\n", "")
    assert icrm("contact", "show", "lena@vogt.example", "--json").json["source"] == "email"
    listed = icrm("mail", "list").lines
    assert [line.split("\t")[:1] + line.split("\t")[2:] for line in listed] == [
        ["e2", "aside", "", "nobody's", "nobody"], ["e1", "taken", "lena@vogt.example", "Broken seal", ""],
    ]  # fmt: skip
    assert icrm("mail", "list", "state:aside", "--format", "ids").out == "e2\n"
    assert icrm("mail", "list", "why:nobody", "--count").out == "1\n"


@pytest.mark.parametrize("said", ["", "\n\n"])
def test_where_nothing_came_the_code_says_so(process: Icrm, said: str) -> None:
    answer = process("inbox", input=said)
    assert (answer.code, answer.out, answer.err) == (65, "", "No mail came in; pipe one in or name its file.\n")


@pytest.mark.file
def test_whatever_is_wrong_here_the_mail_server_comes_again(process: Icrm, store: Path, home: Path) -> None:
    assert process("inbox", input=LETTER).code == 0
    for words, why in (
        (("--as", "stranger"), "This store does not know the user “stranger”"), (("--kind", "rant"), "“rant” is not a"),
        (("--knid", "x"), "“inbox” has no option --knid"), (("--lang", "tlh"), "There is no language"),
        (("/no/such/file",), "/no/such/file:"), (("--db", "/dev/null/icrm.db"), "/dev/null/icrm.db cannot be opened"),
    ):  # fmt: skip
        answer = process("inbox", *words, input=LETTER.replace("<1@", "<2@"))
        assert answer.code == 75, words
        assert answer.err.startswith(why)
        assert len(answer.err.splitlines()) == 1
    broken = home / ".config" / "icrm" / "config.toml"
    broken.parent.mkdir(parents=True)
    broken.write_text("=", encoding="utf-8")
    assert process("inbox", input=LETTER).code == 75
    broken.unlink()
    with closing(sqlite3.connect(store)) as later:
        later.execute("PRAGMA user_version = 9999")
    assert process("inbox", input=LETTER).code == 75
    assert process("find", "inbox").code == 3  # what is no filter keeps its codes


def test_many_at_once_and_each_twice_are_taken_in_once(process: Icrm, icrm: Icrm, store: Path, tmp_path: Path) -> None:
    icrm("contact", "add", "Ada")
    running = []
    for n in range(6):
        path = tmp_path / f"{n}.eml"
        path.write_text(LETTER.replace("<1@", f"<{n // 2}@").replace("lena@", f"lena{n // 2}@"), encoding="utf-8")
        line = [sys.executable, "-m", "icrm_tui.cli", "inbox", "--db", str(store), "--as", "wei"]
        with path.open("rb") as file:
            running.append(subprocess.Popen(line, stdin=file, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
    said = [one.communicate(timeout=60)[1] for one in running]
    assert [one.returncode for one in running] == [0] * 6, said
    assert icrm("mail", "list", "--count").out == "3\n"
    assert icrm("contact", "list", "lena", "--count").out == "3\n"
    assert icrm("doctor").code == 0


def test_a_maildir_is_read_by_file_and_a_mail_shown_as_it_came(icrm: Icrm, letter: str, tmp_path: Path) -> None:
    evil = tmp_path / "evil.eml"
    evil.write_bytes(corpus()["signs that act"][0].replace(b"<x@", b"<2@"))
    assert icrm("inbox", letter, str(evil)).out == "e1\ne2\n"
    shown = icrm("mail", "show", "1")
    assert shown.lines[-2:] == ["It leaks.", "又漏水了"]
    assert icrm("mail", "show", "e1", "--json").json["about"] == "i1"
    said = (
        icrm("mail", "show", "e2").out + icrm("mail", "list").out + icrm("contact", "timeline", "lena@vogt.example").out
    )
    assert "\x1b" not in said and "\x07" not in said
    assert "[bold]x[/]" in said
    assert icrm("mail", "archive", "e2").out == "e2\n"
    assert icrm("mail", "list", "--format", "ids").out == "e1\n"
    assert icrm("mail", "unarchive", "e2").code == 0


def test_an_address_for_complaints_opens_them(icrm: Icrm, letter: str) -> None:
    assert icrm("inbox", "--kind", "complaint", letter).err == "e1 belongs to C-MW9.\n"
    record = icrm("complaint", "show", "C-MW9", "--json").json
    assert (record["kind"], record["channel"], record["what"], record["owner"]) == (
        "complaint",
        "email",
        "Broken seal",
        "wei",
    )


# --- going out -------------------------------------------------------------------------------------------


def test_mail_goes_out_from_the_line(icrm: Icrm) -> None:
    icrm("contact", "add", "Lena", "--email", "lena@vogt.example")
    with serving() as post:
        assert icrm("outbox", "add", "Lena", "It is on", "its way.", "--subject", "Your seal").out == "m1\n"
        assert icrm("outbox", "list").lines[0].split("\t")[:4] == ["m1", "queued", "lena@vogt.example", "Your seal"]
        assert icrm("outbox", "send", "--dry-run").out == "sent\tm1\tLena <lena@vogt.example>\tYour seal\n"
        assert post.taken == []
        assert icrm("outbox", "send").out == "sent\tm1\tLena <lena@vogt.example>\t250 taken\n"
        assert icrm("outbox", "send").out == ""
        assert icrm("outbox", "list").out == ""
        assert icrm("outbox", "list", "done:yes", "--format", "ids").out == "m1\n"
        record = icrm("outbox", "show", "m1", "--json").json
        assert (record["state"], record["message_id"]) == ("sent", str(post.taken[0]["Message-ID"]))
        icrm("outbox", "add", "Lena", "Later.", "--subject", "x", "--at", "tomorrow 9am")
        assert icrm("outbox", "send").out == ""
        assert [one["work"] for one in icrm("tick", "--json").json["actions"] if one["work"] == "outbox"] == []


def test_what_cannot_go_is_said_in_one_line(icrm: Icrm) -> None:
    icrm("contact", "add", "Lena", "--email", "lena@vogt.example")
    icrm("contact", "consent", "Lena", "email", "no")
    mail = ("outbox", "add", "Lena", "x", "--subject", "x")
    refused = {
        mail: (1, "Lena wants no mail;"), (*mail, "--kind", "spam"): (2, "“spam” is not a"),
        ("outbox", "show", "m9"): (1, "There is no message m9."), ("outbox", "show", "x"): (2, "ID: “x” is not an id"),
        ("mail", "show", "e9"): (1, "There is no mail e9."), ("config", "set", "mail_port", "0"): (2, "“0” is no port"),
    }  # fmt: skip
    for words, (code, said) in refused.items():
        answer = icrm(*words)
        assert (answer.code, answer.out) == (code, ""), words
        assert answer.err.startswith(said), answer.err
    icrm("contact", "consent", "Lena", "email", "yes")
    assert icrm(*mail, "--to", "a@b").err == "“a@b” is not an e-mail address.\n"
    icrm(*mail)
    answer = icrm("outbox", "send")
    assert (answer.code, answer.err[:27]) == (1, "No mail server is set up; s")
    config.put("mail_host", "localhost")
    config.put("mail_port", "1")
    config.put("mail_from", "service@yun.example")
    answer = icrm("outbox", "send")
    assert (answer.code, answer.err[:29]) == (1, "localhost cannot be reached (")
    assert icrm("outbox", "send").code == 0  # it is tried again in a minute
    assert icrm("outbox", "sent", "m1").out == "m1\n"
    assert icrm("outbox", "retry", "m1").err == "m1 is sent; that cannot be done now.\n"
    assert icrm("outbox", "retry", "m1", "--lang", "zh").err == "m1 已发送，现在不能这样操作。\n"
