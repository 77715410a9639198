"""`icrm complaint …`: a call in one line, the way of a complaint by commands, what is refused and in which words."""

from pathlib import Path

import pytest

from tests.support import Icrm

REF = "C-MW9"  # of the first complaint


@pytest.fixture
def angry(icrm: Icrm) -> Icrm:
    icrm("config", "set", "country", "CN")
    icrm("contact", "add", "Ada", "--company", "Yun", "--phone", "13800001111")
    assert icrm("complaint", "add", "Ada", "it", "leaks", "--channel", "call").out == f"{REF}\n"
    return icrm


def test_an_angry_unknown_caller_in_one_line(icrm: Icrm) -> None:
    icrm("config", "set", "country", "CN")
    line = ("complaint", "add", "13800001111", "到货破损", "--new", "王姐", "--order", "A-17")
    answer = icrm(*line, "--resolved", "补发", "--satisfied", "是", "--json")
    record = answer.json
    assert (record["id"], record["ref"], record["state"]) == ("c1", REF, "closed")
    assert (record["name"], record["order"], record["remedy"], record["satisfied"]) == ("王姐", "A-17", "补发", "yes")
    assert answer.err.endswith(f"{REF} closed\n")
    assert icrm("contact", "show", "13800001111", "--json").json["name"] == "王姐"
    assert icrm("undo").code == 0
    assert icrm("contact", "list", "--count").out == icrm("complaint", "list", "--count").out == "0\n"


def test_the_way_of_a_complaint_by_commands(angry: Icrm) -> None:
    for words in (
        ("ack", REF), ("start", "c1"), ("wait", "mw9"), ("start", "1"), ("note", REF, "sent", "two", "photos"),
        ("assign", REF, "me"), ("resolve", REF, "--remedy", "a new seal"), ("tried", REF, "--channel", "wechat"),
        ("close", REF, "--satisfied", "no"), ("resolve", REF, "--remedy", "a new machine"),
        ("close", REF, "--satisfied", "yes"),
    ):  # fmt: skip
        assert angry("complaint", *words).out == f"{REF}\n", words
    record = angry("complaint", "show", REF, "--json").json
    assert (record["state"], record["reopened"], record["moves"]) == ("closed", 1, ["reopen"])
    assert [event["outcome"] for event in record["events"]][-5:] == [
        "unsatisfied", "acknowledged", "started", "resolved", "satisfied",
    ]  # fmt: skip
    assert angry("complaint", "list", "state:closed", "--format", "ids").out == "c1\n"
    assert angry("contact", "timeline", "Ada", "--limit", "1").out.endswith(f"satisfied\twei\t{REF} it leaks\n")
    assert set(angry("contact", "timeline", "Ada", "--format", "ids").lines) == {"c1"}


def test_every_other_end_and_back(angry: Icrm) -> None:
    angry("complaint", "add", "Ada", "it is loud")
    for words, state in (
        (("withdraw", REF, "found", "the", "switch"), "withdrawn"),
        (("reopen", REF, "it was not that"), "open"),
        (("invalid", REF, "bought elsewhere"), "invalid"),
        (("archive", REF), "invalid"),
        (("unarchive", REF), "invalid"),
        (("reopen", REF), "open"),
        (("duplicate", REF, "c2"), "duplicate"),
    ):
        assert angry("complaint", *words, "--json").json["state"] == state, words
    assert angry("complaint", "show", REF, "--json").json["duplicate_of"] == "C-7RM"


def test_a_page_and_a_brief_for_people(angry: Icrm) -> None:
    page = angry("complaint", "show", REF).out
    assert "what             it leaks" in page
    assert page.endswith("2026-11-23 09:30\topened\twei\tcall\t\n")
    brief = angry("complaint", "brief", REF).out
    assert "moves            ack, start, resolve, withdraw, duplicate, invalid" in brief
    assert "13800001111" in brief
    assert angry("complaint", "brief", REF, "--json").json["customer"]["id"] == "p1"
    assert f"Complaints\n{REF}\tnormal\topen\t0\tit leaks\n" in angry("brief", "Ada").out


def test_categories_and_their_handlers(angry: Icrm) -> None:
    angry("user", "add", "li")
    assert angry("complaint", "category", "add", "质量", "--handler", "li").out == "质量\n"
    record = angry("complaint", "add", "Ada", "loud", "--category", "质量", "--json").json
    assert (record["owner"], record["category"]) == ("li", "质量")
    assert angry("complaint", "category", "list").out == "质量\tli\t1\n"
    angry("complaint", "category", "add", "质量", "--handler", "")
    assert angry("complaint", "category", "list").out == "质量\t\t1\n"


def test_the_chinese_words_of_a_refusal(angry: Icrm) -> None:
    said = angry("complaint", "wait", REF, "--lang", "zh_CN").err
    assert said.startswith(f"{REF} 现在是“待受理”，不能“等客户回复 wait”；现在可以：受理 ack、开始处理 start、")


def test_one_action_sent_twice_applies_once(angry: Icrm) -> None:
    line = ("complaint", "add", "Ada", "again", "--op", "5f0e")
    assert angry(*line).out == angry(*line).out
    assert angry("complaint", "list", "--count").out == "2\n"


@pytest.mark.file
def test_references_are_completed(angry: Icrm) -> None:
    assert angry("completion", "bash", "--", "complaint", "show", "").lines == [REF]
    assert angry("completion", "bash", "--", "complaint", "ack", "c-m").lines == [REF]
    assert angry("completion", "bash", "--", "complaint", "ack", "x").lines == []


REFUSED = {
    "show C-222": (1, "There is no complaint “C-222”; see: icrm complaint list"),
    "add nobody hello": (1, "Nobody is “nobody”."),
    "add Ada": (2, "“complaint add” needs TEXT"),
    "add Ada hello --kind rant": (2, "“rant” is not a Kind; there are complaint, service-request, question"),
    "add Ada hello --severity huge": (2, "“huge” is not a Severity; there are low, normal, high, critical."),
    "add Ada hello --channel pigeon": (2, "“pigeon” is not a Channel; there are call,"),
    "add Ada hello --owner li": (1, "There is no user “li”."),
    "add Ada hello --satisfied yes": (2, "Whether they are satisfied is asked once there is a remedy;"),
    "add Ada hello --resolved x --satisfied maybe": (2, "“maybe” is neither yes nor no."),
    "add 13800001111 hello --new Bob": (1, "13800001111 is Ada (p1) already; leave out --new."),
    "add 12 hello --new Bob": (2, "“12” is not a phone number"),
    "add x@y hello --new Bob": (2, "“x@y” is not an e-mail address."),
    "wait C-MW9": (1, "C-MW9 is open: “wait” is not possible now; these are: ack, start, resolve, withdraw,"),
    "close C-MW9 --satisfied yes": (1, "C-MW9 is open: “close” is not possible now; these are: ack,"),
    "reopen C-MW9": (1, "C-MW9 is open: “reopen” is not possible now;"),
    "resolve C-MW9": (2, "“complaint resolve” needs --remedy"),
    "tried C-MW9": (2, "“complaint tried” needs --channel"),
    "withdraw C-MW9": (2, "“complaint withdraw” needs REASON"),
    "duplicate C-MW9": (2, "“complaint duplicate” needs OTHER"),
    "duplicate C-MW9 C-MW9": (1, "C-MW9 cannot be a duplicate of C-MW9"),
    "assign C-MW9 li": (1, "There is no user “li”."),
    "archive C-MW9": (1, "C-MW9 is open; what is not over stays in sight."),
    "edit C-MW9": (2, "Nothing to change;"),
    "edit C-MW9 --set colour=red": (2, "complaint has no field “colour”."),
    "edit C-MW9 --set cost=12": (2, "“12”: say in which currency; CNY, EUR, USD …"),
    "edit C-MW9 --set cost=-1EUR": (2, "“-1EUR” is less than nothing."),
    "list stat:open": (2, "“stat” is not a field here. Nearest: state"),
    "list state:opn": (2, "“opn” is not one of the values. Nearest: open."),
}


@pytest.mark.parametrize("line", REFUSED)
def test_bad_input_is_one_clear_line_and_changes_nothing(angry: Icrm, line: str) -> None:
    before = angry("history", "--json").out
    code, said = REFUSED[line]
    answer = angry("complaint", *line.split())
    assert (answer.code, answer.out) == (code, "")
    assert answer.err.startswith(said), answer.err
    assert angry("history", "--json").out == before


def test_closing_without_an_answer_says_what_is_missing(angry: Icrm) -> None:
    angry("user", "add", "li")
    angry("complaint", "resolve", REF, "--remedy", "a new seal")
    angry("complaint", "tried", REF, "--channel", "call")
    answer = angry("complaint", "close", REF)
    assert answer.code == 1
    assert answer.err == (
        f"{REF} closes with the customer's answer (--satisfied yes|no), or after tries on 3 days by 2 channels;"
        " so far: days 1, channels 1.\n"
    )
    final = ("complaint", "close", REF, "--satisfied", "no", "--final", "replaced twice")
    assert angry(*final, "--as", "li").code == 1
    assert angry(*final, "--json").json["reason"] == "replaced twice"


def test_the_demo_store_has_complaints_in_every_state(icrm: Icrm, demo_store: Path) -> None:
    for state in ("open", "acknowledged", "in-progress", "waiting", "resolved", "closed"):
        assert int(icrm("complaint", "list", f"state:{state}", "--count").out) > 0, state
