"""Every verb of the trunk by command: what it prints, what it changed, and that undo takes it back."""

from pathlib import Path

import pytest

from tests.support import Icrm


def test_a_person_is_added_with_all_that_is_known(icrm: Icrm) -> None:
    icrm("config", "set", "country", "CN")
    line = [
        *("contact", "add", "王小明", "--email", "Ming@Yun.example", "--email", "wang@mail.example"),
        *("--phone", "138 0000 1111", "--wechat", "wxm88", "--company", "云图科技", "--title", "采购总监"),
        *("--tag", "VIP", "--tag", "展会", "--source", "展会", "--birthday", "农历四月初八", "--city", "上海"),
        *("--set", "gender=男", "--set", "buying_role=decision maker"),
    ]
    record = icrm(*line, "--json").json
    assert record["id"] == "p1"
    assert (record["company"], record["company_id"], record["title"]) == ("云图科技", "co1", "采购总监")
    assert (record["email"], record["phone"]) == ("Ming@Yun.example", "138 0000 1111")
    assert [c["value"] for c in record["channels"] if c["kind"] == "wechat"] == ["wxm88"]
    assert (record["tags"], record["birthday"], record["gender"]) == (["VIP", "展会"], "L--04-08", "male")
    assert (record["owner"], record["source"], record["buying_role"]) == ("wei", "展会", "decision-maker")
    for who in ("ming@yun.example", "+86 138-0000-1111", "13800001111", "wxm88", "王小明", "p1", "1"):
        assert icrm("contact", "show", who, "--json").json["id"] == "p1", who


def test_one_email_is_one_contact(icrm: Icrm) -> None:
    icrm("contact", "add", "Ada", "--email", "ada@engines.example")
    answer = icrm("contact", "add", "Augusta", "--email", "ADA@engines.example")
    assert (answer.code, answer.err) == (1, "ADA@engines.example belongs to Ada (p1) already.\n")
    icrm("contact", "archive", "p1")
    assert icrm("contact", "add", "Augusta", "--email", "ada@engines.example").code == 0
    assert icrm("contact", "unarchive", "p1").code == 1


def test_a_person_is_edited_tagged_and_reached(icrm: Icrm) -> None:
    icrm("contact", "add", "Ada")
    icrm("field", "add", "contact", "First met", "--type", "date")
    assert icrm("contact", "edit", "p1", "--set", "city=Bonn", "--set", "first_met=2026-05-01").out == "p1\n"
    icrm("contact", "tag", "p1", "vip", "fair")
    icrm("contact", "untag", "p1", "fair")
    icrm("contact", "channel", "add", "p1", "phone", "+49 30 901820", "--label", "work")
    icrm("contact", "channel", "add", "p1", "phone", "+49 170 1234567")
    icrm("contact", "channel", "primary", "p1", "+491701234567")
    icrm("contact", "consent", "p1", "email", "no", "--origin", "asked on the phone")
    icrm("contact", "prefer", "p1", "calls", "after", "four")
    record = icrm("contact", "show", "p1", "--json").json
    assert (record["city"], record["first_met"], record["tags"]) == ("Bonn", "2026-05-01", ["vip"])
    assert (record["phone"], record["consent"]) == ("+49 170 1234567", {"email": False})
    assert record["preferences"][0]["text"] == "calls after four"
    icrm("contact", "channel", "remove", "p1", "+49 170 1234567")
    assert icrm("contact", "show", "p1", "--json").json["phone"] == "+49 30 901820"


def test_two_people_become_one_and_two_again(icrm: Icrm) -> None:
    icrm("contact", "add", "Ada", "--email", "ada@engines.example", "--tag", "vip")
    icrm("contact", "add", "Ada Lovelace", "--phone", "+44 20 79460123", "--city", "London")
    icrm("log", "p2", "met", "at", "the", "fair", "--channel", "fair")
    icrm("contact", "merge", "p2", "p1")
    record = icrm("contact", "show", "p1", "--json").json
    assert (record["phone"], record["city"], record["touches"]) == ("+44 20 79460123", "London", 1)
    assert icrm("contact", "list", "--count").out == "1\n"
    assert icrm("undo").code == 0
    assert icrm("contact", "show", "p1", "--json").json["touches"] == 0
    assert icrm("contact", "show", "p2", "--json").json["city"] == "London"


def test_a_company_and_who_works_there(icrm: Icrm) -> None:
    record = icrm("company", "add", "云图科技有限公司", "--domain", "yun.example", "--city", "上海", "--json").json
    assert record["id"] == "co1"
    icrm("contact", "add", "Boss", "--company", "云图科技")
    icrm("contact", "add", "Aide", "--company", "云图科技", "--set", "reports_to=Boss")
    assert [row["id"] for row in icrm("company", "people", "co1", "--json").json] == ["p1", "p2"]
    icrm("company", "edit", "co1", "--set", "size=50-200")
    icrm("company", "tag", "co1", "key account")
    record = icrm("company", "show", "1", "--json").json
    assert (record["size"], record["tags"]) == ("50-200", ["key account"])
    icrm("company", "untag", "co1", "key account")
    icrm("company", "archive", "co1")
    assert icrm("company", "list", "--count").out == "0\n"
    icrm("company", "unarchive", "co1")
    assert icrm("company", "list", "--format", "ids").out == "co1\n"
    assert icrm("company", "show", "Boss").code == 2


def test_a_customer_is_a_company_or_a_person(icrm: Icrm) -> None:
    icrm("contact", "add", "Ada")
    icrm("company", "add", "Yun")
    icrm("user", "add", "li")
    assert icrm("customer", "assign", "co2", "li", "--json").json["owner"] == "li"
    assert icrm("customer", "list", "owner:li", "--columns", "name").out == "Yun\n"
    assert icrm("customer", "list", "--columns", "name,kind", "--sort", "name").out == "Ada\tperson\nYun\tcompany\n"
    assert icrm("customer", "show", "co2", "--json").json["owner"] == "li"


def test_a_touch_is_logged_and_stands_in_the_timeline(icrm: Icrm) -> None:
    icrm("contact", "add", "Ada", "--company", "Yun")
    line = ("log", "Ada", "asked", "for", "a", "quote", "--channel", "call", "--in", "--outcome", "interested")
    record = icrm(*line, "--at", "2026-11-20 14:30", "--json").json
    assert (record["at"], record["dir"], record["outcome"]) == ("2026-11-20T06:30:00Z", "in", "interested")
    icrm("log", "Ada", "quote sent", "--channel", "email")
    for words in (("contact", "timeline", "Ada"), ("company", "timeline", "Yun")):
        assert [row["text"] for row in icrm(*words, "--json").json] == ["quote sent", "asked for a quote"]
    assert icrm("contact", "show", "Ada", "--json").json["touches"] == 2
    assert [row["text"] for row in icrm("today", "--json").json["touches"]] == ["quote sent", "asked for a quote"]


@pytest.mark.parametrize("typed", ["洋", "李海洋", "lihaiyang", "lhy", "haiyang", "0717", "yun", "云图", "an@y", "vip"])
def test_anybody_is_found_by_any_part(icrm: Icrm, typed: str) -> None:
    icrm("contact", "add", "Hans")
    line = ("contact", "add", "李海洋", "--email", "dan@yun.example", "--phone", "+86 138 0717 5555", "--tag", "vip")
    icrm(*line, "--company", "云图科技")
    assert "p2" in icrm("find", typed, "--format", "ids").lines
    assert "p1" not in icrm("find", typed, "--format", "ids").lines


def test_check_tells_owner_and_last_touch_and_nothing_more(icrm: Icrm) -> None:
    icrm("company", "add", "上海云图科技有限公司")
    icrm("contact", "add", "Ada", "--company", "上海云图科技有限公司", "--phone", "+86 138 0717 5555")
    icrm("log", "Ada", "hello")
    row = icrm("check", "上海云图科技", "--json").json[0]
    assert row == {
        "noun": "company",
        "id": "co1",
        "name": "上海云图科技有限公司",
        "owner": "wei",
        "last_contact": "2026-11-23T01:30:00Z",
        "sure": "exact",
    }
    assert icrm("check", "+8613807175555", "--json").json[0]["id"] == "p1"
    nobody = icrm("check", "somebody else")
    assert (nobody.code, nobody.out) == (0, "")


def test_tags_fields_and_users(icrm: Icrm) -> None:
    icrm("contact", "add", "Ada", "--tag", "vip")
    assert icrm("tag", "rename", "vip", "VIP 1").out == "VIP 1\n"
    assert icrm("tag", "list").out == "VIP 1\t1\n"
    assert icrm("find", "VIP 1", "--format", "ids").out == "p1\n"
    icrm("field", "add", "company", "Terms", "--type", "choice", "--choice", "EXW", "--choice", "FOB")
    assert icrm("field", "list", "--json").json[0]["choices"] == ["EXW", "FOB"]
    assert icrm("company", "add", "Yun", "--set", "terms=CIF").code == 2
    assert icrm("user", "add", "li", "--full-name", "Li Na", "--role", "manager").out == "li\n"
    assert icrm("user", "show", "li", "--json").json["role"] == "manager"


def test_the_team_agrees_on_country_currency_and_silence(icrm: Icrm) -> None:
    assert icrm("config", "set", "country", "de").code == 0
    assert icrm("config", "set", "currency", "eur").code == 0
    assert icrm("contact", "add", "Ada", "--phone", "030 901820", "--json").code == 0
    assert icrm("find", "4930901820", "--format", "ids").out == "p1\n"
    values = {row["id"]: row["value"] for row in icrm("config", "list", "--json").json}
    assert (values["country"], values["currency"], values["silent_days"]) == ("DE", "EUR", "30")
    assert icrm("undo").code == 0


@pytest.mark.file
def test_the_store_is_backed_up_and_put_back(icrm: Icrm, store: Path, tmp_path: Path) -> None:
    icrm("contact", "add", "Ada")
    copy = tmp_path / "monday.db"
    assert icrm("backup", str(copy)).out == f"{copy}\n"
    assert copy.stat().st_mode & 0o077 == 0
    assert icrm("backup", str(copy)).code == 1
    icrm("contact", "add", "Bob")
    kept = icrm("restore-backup", str(copy), "--yes").out.strip()
    assert icrm("contact", "list", "--columns", "name").out == "Ada\n"
    assert icrm("contact", "list", "--columns", "name", "--db", kept).out == "Ada\nBob\n"
    copy.write_bytes(b"not a store at all, whatever its name")
    assert icrm("restore-backup", str(copy), "--yes").code == 3
    assert icrm("contact", "list", "--columns", "name").out == "Ada\n"


def test_doctor_and_reindex(icrm: Icrm) -> None:
    icrm("contact", "add", "Ada")
    assert all(row["ok"] for row in icrm("doctor", "--json").json)
    assert icrm("reindex", "--progress", "jsonl").err.splitlines()[0].startswith('{"stage": "search"')
    assert icrm("find", "ada", "--format", "ids").out == "p1\n"
