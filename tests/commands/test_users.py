"""Who acts, said on the line; a stranger is told what to do, and so is a clock in no zone."""

import pytest

from tests.support import Icrm


@pytest.mark.file
def test_the_command_says_what_to_do(icrm: Icrm) -> None:
    assert icrm("contact", "add", "Ada").code == 0
    answer = icrm("contact", "add", "Berta", "--as", "li")
    assert (answer.code, answer.out) == (1, "")
    assert "icrm user add li" in answer.err
    assert icrm("user", "add", "li").code == 0
    assert icrm("contact", "add", "Berta", "--as", "li").code == 0


def test_an_unknown_zone_is_one_clear_line(icrm: Icrm) -> None:
    answer = icrm("config", "set", "zone", "Europe/Berln")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert "Europe/Berlin" in answer.err


def test_an_unknown_zone_around_is_one_clear_line(process: Icrm) -> None:
    answer = process("today", env={"TZ": "Mars/Olympus"})
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert "Mars/Olympus" in answer.err


def test_a_zone_spelled_as_systems_do_is_understood(process: Icrm) -> None:
    env = {"TZ": "CST-8", "ICRM_NOW": "2026-11-23T17:00:00Z"}
    assert process("contact", "add", "Ada", "--birthday", "11-24", env=env).code == 0
    assert "Ada" in process("today", env=env | {"ICRM_NOW": "2026-11-23T17:00"}).out


def test_a_clock_set_back_breaks_nothing(process: Icrm) -> None:
    assert process("contact", "add", "Ada").code == 0
    past = {"ICRM_NOW": "2001-01-01T00:00"}
    assert process("log", "Ada", "called", env=past).code == 0
    assert process("contact", "edit", "Ada", "--set", "city=Bonn", env=past).code == 0
    for words in (("today",), ("history",), ("contact", "list", "last_contact>1d"), ("undo",), ("doctor",)):
        answer = process(*words, env=past)
        assert (answer.code, answer.err.count("Traceback")) == (0, 0), words
