"""Promises, calendars and ticks as they are typed: what scripts get, what people read, one line for what is wrong."""

import pytest

from tests.support import Icrm


@pytest.fixture
def angry(icrm: Icrm) -> Icrm:
    icrm("contact", "add", "Ada")
    icrm("complaint", "add", "Ada", "it", "leaks", "--severity", "critical")
    icrm("complaint", "add", "Ada", "slow", "--severity", "low")
    return icrm


def test_a_complaint_says_when_it_is_due(angry: Icrm) -> None:
    record = angry("complaint", "show", "c1", "--json").json
    assert (record["first_reply_due"], record["resolution_due"]) == ("2026-11-23T02:30:00Z", "2026-11-24T01:30:00Z")
    assert (record["breached"], record["clock"], record["alarm"], record["left"]) == (
        False,
        "first-reply",
        "running",
        3600,
    )
    assert [(one["clock"], one["policy"], one["why"]) for one in record["clocks"]] == [
        ("first-reply", "critical", "severity:critical"), ("resolution", "critical", "severity:critical"),
    ]  # fmt: skip
    page = angry("complaint", "show", "c1").out
    assert "first-reply\trunning\t2026-11-23 10:30\t1h\t1h\tcritical\tseverity:critical\n" in page


def test_lists_are_ordered_by_what_is_left_and_say_it_in_hours(angry: Icrm) -> None:
    asked = ("complaint", "list", "--columns", "ref,left,breached", "--sort", "left")
    assert angry(*asked).out == "C-MW9\t1h\t0\nC-7RM\t18h\t0\n"
    assert [row["left"] for row in angry(*asked, "--json").json] == [3600, 64800]
    assert angry("complaint", "list", "left<2h", "--format", "ids").out == "c1\n"
    assert angry("complaint", "list", "left>2h", "--count").out == "1\n"
    answer = angry("complaint", "list", "left<soon")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.splitlines()[0] == "“soon” is no working time; write 4h, 1h30m, or -2h for two hours over."


def test_policies_are_listed_made_changed_and_tried(angry: Icrm) -> None:
    assert len(angry("sla", "list", "--json").json) == 4
    made = angry(
        "sla",
        "add",
        "best",
        "--tier",
        "high",
        "--severity",
        "critical",
        "--first-reply",
        "30m",
        "--escalate",
        "me",
        "--json",
    )
    assert (made.json["first_reply"], made.json["resolution"], made.json["escalate"]) == ("30m", "", "wei")
    assert angry("sla", "edit", "best", "--set", "first_reply=20m").code == 0
    rows = angry("sla", "preview", "--severity", "critical", "--tier", "high", "--json").json
    assert [(row["clock"], row["policy"], row["due"][11:16]) for row in rows[:2]] == [
        ("first-reply", "best", "01:50"), ("resolution", "critical", "01:30"),
    ]  # fmt: skip
    assert angry("sla", "archive", "best").code == angry("sla", "unarchive", "best").code == 0
    assert angry("undo").code == 0


def test_a_tick_says_what_it_did_and_a_dry_run_what_it_would(angry: Icrm, monkeypatch: pytest.MonkeyPatch) -> None:
    angry("tick")
    monkeypatch.setenv("ICRM_NOW", "2026-11-23T10:31")
    dry = angry("tick", "--dry-run", "--json")
    assert (dry.code, dry.json["done"], [one["did"] for one in dry.json["actions"]]) == (0, 1, ["breach"])
    done = angry("tick", "--json").json
    assert done["actions"] == [
        {
            "work": "complaints",
            "did": "breach",
            "id": "C-MW9",
            "who": "wei",
            "detail": "first-reply 2026-11-23T02:30:00Z",
        }
    ]
    assert angry("tick", "--json").json == {"done": 0, "actions": []}
    assert angry("tick").out == ""
    assert angry("tick", "--log", "--limit", "1", "--json").json[0]["did"] == "breach"
    assert "-1m" in angry("today").out
    assert angry("complaint", "list", "breached:yes", "--format", "ids").out == "c1\n"


def test_reports_are_in_hours_for_people_and_in_seconds_for_scripts(
    angry: Icrm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ICRM_NOW", "2026-11-23T11:00")
    angry("complaint", "ack", "c1")
    assert angry("sla", "report", "severity:critical", "--by", "owner").out.splitlines()[0] == (
        "wei\tfirst-reply\t1\t0\t1\t0.0\t0\t0\t1h30m\t1h30m\t1h30m"
    )
    row = angry("sla", "report", "severity:critical", "--by", "month", "--json").json[0]
    assert (row["month"], row["missed"], row["mean"]) == ("2026-11", 1, 5400)


def test_calendars_are_reckoned_with(icrm: Icrm) -> None:
    icrm("config", "set", "country", "CN")
    assert icrm("calendar", "between", "standard", "2026-09-30", "2026-10-11").out == "36h\n"
    assert icrm("calendar", "after", "standard", "2026-09-30 17:00", "2h").out == "2026-10-08 10:00\n"
    assert icrm("calendar", "after", "standard", "2026-09-30 17:00", "2h", "--json").json == {
        "at": "2026-10-08T02:00:00Z"
    }
    made = icrm("calendar", "add", "night", "--hours", "周一至周五 22:00-6:00", "--zone", "Europe/Berlin", "--json")
    assert (made.json["hours"], made.json["zone"]) == ("mon-fri 22:00-06:00", "Europe/Berlin")
    assert icrm("calendar", "close", "night", "2026-12-24", "Christmas", "--until", "2026-12-26").code == 0
    assert icrm("calendar", "open", "night", "2026-12-27", "--hours", "10-12").code == 0
    assert [day["hours"] for day in icrm("calendar", "show", "night", "--json").json["days"]] == [
        "closed", "closed", "closed", "10:00-12:00",
    ]  # fmt: skip
    assert "2026-12-24\tclosed\tChristmas" in icrm("calendar", "show", "night").out
    assert icrm("calendar", "clear", "night", "2026-12-24", "--until", "2026-12-31").code == 0
    assert icrm("calendar", "edit", "night", "--set", "hours=daily 0-24", "--set", "name=always").code == 0
    assert icrm("calendar", "list", "--format", "ids").out == "always\nstandard\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("sla", "add", "x"), 2),
        (("sla", "add", "x", "--first-reply", "2d"), 2),
        (("sla", "edit", "x", "--set", "tier=high"), 1),
        (("sla", "edit", "critical"), 2),
        (("sla", "preview", "--severity", "dire"), 2),
        (("sla", "preview", "--category", "nothing"), 1),
        (("sla", "report", "--by", "colour"), 2),
        (("sla", "report", "left<soon"), 2),
        (("calendar", "add", "x", "--hours", "always"), 2),
        (("calendar", "add", "x", "--hours", "mon 9-18", "--zone", "Mars"), 2),
        (("calendar", "add", "standard", "--hours", "mon 9-18"), 1),
        (("calendar", "close", "standard", "31 feb"), 2),
        (("calendar", "close", "standard", "2027-01-02", "--until", "2027-01-01"), 2),
        (("calendar", "after", "standard", "2026-12-01", "-4h"), 2),
        (("calendar", "show", "lunar"), 1),
    ],
)
def test_what_is_wrong_is_said_in_one_line_in_both_languages(icrm: Icrm, words: tuple[str, ...], code: int) -> None:
    for language in ("en", "zh_CN"):
        answer = icrm(*words, "--lang", language)
        assert (answer.code, answer.out) == (code, ""), answer.err
        assert len(answer.err.splitlines()) == (3 if "left<soon" in words else 1)  # a query is shown at its column
        assert "Traceback" not in answer.err
