"""What comes of the rows of a file: created, updated, merged, skipped or rejected, and nothing lost on the way."""

from pathlib import Path
from typing import Any

import pytest

from icrm_tui import history, i18n, lists, users
from icrm_tui.collect import channels, companies, consent, contacts, customers, importing
from icrm_tui.collect.importing import ImportReport, Options
from icrm_tui.context import Context
from icrm_tui.errors import NotFound, Refused, Usage
from tests.support import person, snapshot


def bring(ctx: Context, text: str, **options: Any) -> ImportReport:
    """Import `text` as a file."""
    path = Path.home() / "leads.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return importing.run(ctx.action(), path, Options(**options), speak=i18n.sentence)


def ends(report: ImportReport) -> dict[str, int]:
    return {end: n for end in ("created", "updated", "merged", "skipped", "rejected") if (n := getattr(report, end))}


def everyone(ctx: Context) -> list[dict[str, Any]]:
    found = lists.ids(ctx, lists.Wanted("contact", sort="id", archived=True))
    return [contacts.show(ctx, row_id) for row_id in found]


def named(ctx: Context, name: str) -> dict[str, Any]:
    return next(one for one in everyone(ctx) if one["name"] == name)


def everything(ctx: Context) -> dict[str, list[Any]]:
    """Every row of every table there is."""
    tables = sorted(name for name in ctx.connection.tables() if not name.startswith(("docs_fts", "sqlite_")))
    return {name: ctx.read(f"SELECT * FROM {name}") for name in tables}


# --- a row becomes a contact -----------------------------------------------------------------------------


def test_a_row_brings_everything_it_says(ctx: Context) -> None:
    report = bring(
        ctx,
        "Name,Company,Job Title,E-mail,Mobile,Work Phone,City,Country,Tags,Birthday,Gender,Source,Notes\n"
        'Ada Lovelace,Analytical Engines Ltd,Head,ada@engine.example,+44 20 7946 0001,"+44 20 7946 0002",London,UK,'
        '"vip, fair",1915-12-10,F,fair,first programmer\n',
    )
    assert ends(report) == {"created": 1}
    ada = everyone(ctx)[0]
    said = ("name", "company", "title", "city", "country", "birthday", "gender", "source", "notes", "tags", "owner")
    assert {key: ada[key] for key in said} == {
        "name": "Ada Lovelace", "company": "Analytical Engines Ltd", "title": "Head", "city": "London", "country": "UK",
        "birthday": "1915-12-10", "gender": "female", "source": "fair", "notes": "first programmer",
        "tags": ["fair", "vip"], "owner": "wei",
    }  # fmt: skip
    assert [(c["kind"], c["value"], c["label"], c["main"]) for c in ada["channels"]] == [
        ("email", "ada@engine.example", "", True),
        ("phone", "+44 20 7946 0001", "mobile", True),
        ("phone", "+44 20 7946 0002", "work", False),
    ]


def test_a_name_is_put_together_as_its_script_has_it(ctx: Context) -> None:
    bring(
        ctx,
        "First Name,Middle Name,Last Name,Suffix,Title,Position,Email\n"
        "Ada,B.,Lovelace,Jr.,Dr,,a@b.example\n伟,,张,,,,z@b.example\nBen,,Ray,,Mr,,r@b.example\n",
    )
    assert [(one["name"], one["gender"]) for one in everyone(ctx)] == [
        ("Dr Ada B. Lovelace Jr.", ""),
        ("张伟", ""),
        ("Ben Ray", "male"),
    ]


def test_whoever_has_no_name_goes_by_how_they_are_reached(ctx: Context) -> None:
    assert ends(bring(ctx, "Name,Email,Phone\n,ada@engine.example,\n,,+44 20 7946 0001\n")) == {"created": 2}
    assert [one["name"] for one in everyone(ctx)] == ["ada@engine.example", "+44 20 7946 0001"]
    assert ends(bring(ctx, "Name,Email\nAda Lovelace,ada@engine.example\n")) == {"updated": 1}
    assert ends(bring(ctx, "Name,Email\n,ada@engine.example\n")) == {"skipped": 1}
    assert everyone(ctx)[0]["name"] == "Ada Lovelace"


def test_a_row_that_names_nobody_is_rejected_with_its_line(ctx: Context) -> None:
    text = 'Name,Email,Notes\nAda,ada@engine.example,"two\nlines"\n,not an address,x\n,,y\n'
    report = bring(ctx, text, partial=True)
    assert ends(report) == {"created": 1, "rejected": 2}
    assert [(t.line, t.field, t.code) for t in report.rejects] == [
        (4, "name", "import-nobody"),
        (5, "name", "import-nobody"),
    ]


def test_what_is_not_valid_is_kept_as_typed_and_said(ctx: Context) -> None:
    report = bring(ctx, "Name,Email,Phone\nAda,ada at engine,12\n", country="GB")
    assert ends(report) == {"created": 1}
    assert [(t.line, t.name, t.field, t.code) for t in report.warned] == [
        (2, "Ada", "email", "email-invalid"),
        (2, "Ada", "phone", "phone-invalid"),
    ]
    assert "ada at engine" in report.warned[0].reason
    assert [channel["value"] for channel in everyone(ctx)[0]["channels"]] == ["ada at engine", "12"]


def test_several_values_in_one_cell_are_several_channels(ctx: Context) -> None:
    bring(ctx, 'Name,Email,Phone\nAda,"Ada <ada@a.example>; b@b.example","020 7946 0001, 020 7946 0002"\nBen,-,-\n')
    ada, ben = everyone(ctx)
    assert [channel["value"] for channel in ada["channels"]] == [
        *("ada@a.example", "b@b.example"),
        *("020 7946 0001", "020 7946 0002"),
    ]
    assert ben["channels"] == []


def test_the_other_address_stays_apart(ctx: Context) -> None:
    bring(
        ctx,
        "First Name,Last Name,E-mail Address,Business Street,Business City,Business Postal Code,Home Street,Home City\n"
        "Ada,Lovelace,a@b.example,Dorset St 1,London,W1U,Park 2,Ockham\n",
        preset="outlook",
    )
    ada = everyone(ctx)[0]
    assert (ada["address"], ada["city"]) == ("Dorset St 1, W1U", "London")
    assert [(c["kind"], c["value"], c["label"]) for c in ada["channels"]][1:] == [("post", "Park 2, Ockham", "home")]


def test_words_that_mean_nothing_here_are_left_out_and_said(ctx: Context) -> None:
    report = bring(
        ctx, "Name,Gender,Buying Role,Time Zone\nAda,unknown,Wizard,Middle/Earth\nBo,M,Champion,Asia/Tokyo\n"
    )
    assert [t.field for t in report.warned] == ["gender", "buying_role", "zone"]
    bo = named(ctx, "Bo")
    assert (bo["gender"], bo["buying_role"], bo["zone"]) == ("male", "influencer", "Asia/Tokyo")


def test_an_owner_nobody_knows_is_said_once(ctx: Context) -> None:
    users.add(ctx, "li", full_name="Li Na")
    report = bring(ctx, "Name,Owner\nAda,zoe\nBen,zoe\nCyd,Li Na\nDan,LI\n")
    assert [(t.line, t.code) for t in report.warned] == [(2, "import-owner")]
    assert [one["owner"] for one in everyone(ctx)] == ["wei", "wei", "li", "li"]


# --- who is who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "same"),
    [
        ("Grace Hopper,grace@navy.example,,", True),  # an address identifies, whatever the name
        ("Ada Lovelace,,+44 20 7946 0001,", True),  # name and phone
        ("Charles Babbage,,+44 20 7946 0001,", False),  # families and switchboards share phones
        ("ada  LOVELACE,other@a.example,,analytical engines", True),  # name and company, whatever its legal form
        ("Ada Lovelace,,,", True),  # the name alone, if the row has nothing else
        ("Ada Lovelace,other@a.example,,", False),  # a name is not enough where there is more
        ("Ada Lovelace,,,Elsewhere Ltd", False),
    ],
)
def test_a_row_is_whom_it_names(ctx: Context, row: str, same: bool) -> None:
    bring(ctx, "Name,Email,Phone,Company\nAda Lovelace,grace@navy.example,+44 20 7946 0001,Analytical Engines Ltd\n")
    report = bring(ctx, f"Name,Email,Phone,Company\n{row}\n")
    assert report.created == (not same)
    assert len(everyone(ctx)) == 2 - same


def test_an_own_id_counts_where_name_or_channel_agrees(ctx: Context) -> None:
    person(ctx, "Ada Lovelace", email="ada@a.example")
    report = bring(ctx, "id,name,email,city\np1,Ada Lovelace,new@a.example,Rome\np1,Somebody Else,x@x.example,Bonn\n")
    assert ends(report) == {"created": 1, "updated": 1}
    assert (named(ctx, "Ada Lovelace")["city"], named(ctx, "Somebody Else")["city"]) == ("Rome", "Bonn")


def test_the_same_person_twice_in_a_file_becomes_one(ctx: Context) -> None:
    report = bring(
        ctx,
        "Name,Email,Phone,City,Tags\nAda,ada@a.example,,London,one\nA. Lovelace,ADA@a.example,+44 20 7946 0001,,two\n"
        "A. Lovelace,,+44 20 7946 0001,Rome,\n",
    )
    assert ends(report) == {"created": 1, "merged": 2}
    ada = everyone(ctx)[0]
    assert (ada["name"], ada["city"], ada["tags"]) == ("A. Lovelace", "Rome", ["one", "two"])
    assert [c["value"] for c in ada["channels"]] == ["ada@a.example", "+44 20 7946 0001"]
    again = "Name,Email,City\nBo,bo@a.example,Rome\nBob,bo@a.example,Bonn\n"
    assert ends(bring(ctx, again, on_duplicate="merge")) == {"created": 1, "merged": 1}
    assert everyone(ctx)[1]["city"] == "Rome"


def test_a_name_alone_joins_the_one_who_has_it(ctx: Context) -> None:
    report = bring(ctx, "Name,Email\nAda,\nAda,ada@a.example\nAda,other@a.example\nAda,\n")
    assert ends(report) == {"created": 2, "merged": 2}
    assert ends(bring(ctx, "Name,Email\nAda,\nAda,ada@a.example\nAda,other@a.example\nAda,\n")) == {"skipped": 4}


def test_the_same_file_twice_changes_nothing(ctx: Context) -> None:
    text = (
        "Name,Company,E-mail,Phone,City,Tags,Birthday,Unsubscribed,Owner,Source\n"
        'Ada,Engines Ltd,a@a.example,+44 20 7946 0001,London,"x,y",1990-01-02,yes,wei,fair\n'
        "Ada,Engines,b@a.example,,Rome,,,,,\nBen,,,020 1234567,,,,,,\nCyd,,,,,,,,,\n,,nobody@a.example,,,,,,,\n"
    )
    assert ends(bring(ctx, text, country="DE")) == {"created": 4, "merged": 1}
    before = snapshot(ctx)
    report = bring(ctx, text, country="DE")
    assert (ends(report), report.id) == ({"skipped": 5}, None)
    assert snapshot(ctx) == before


# --- what happens to whom is there already ---------------------------------------------------------------

STORED = {"title": "Head", "city": "London"}
ROW = "Name,Email,Title,City,Department,Tags,Phone\nAda Lovelace,ada@a.example,Chief,,Maths,new,+44 20 7946 0009\n"


@pytest.mark.parametrize(
    ("policy", "end", "title", "department", "tags"),
    [
        ("update", {"updated": 1}, "Chief", "Maths", ["new", "old"]),
        ("merge", {"merged": 1}, "Head", "Maths", ["new", "old"]),
        ("skip", {"skipped": 1}, "Head", "", ["old"]),
    ],
)
def test_a_duplicate_is_treated_as_was_said(
    ctx: Context, policy: str, end: dict[str, int], title: str, department: str, tags: list[str]
) -> None:
    person(ctx, "Ada Lovelace", email="ada@a.example", phone="+44 20 7946 0001", tag="old", **STORED)
    report = bring(ctx, ROW, on_duplicate=policy)
    assert ends(report) == end
    ada = everyone(ctx)[0]
    assert (ada["title"], ada["city"], ada["department"], ada["tags"]) == (title, "London", department, tags)
    assert ada["phone"] == ("+44 20 7946 0009" if policy == "update" else "+44 20 7946 0001")
    assert len(ada["channels"]) == (2 if policy == "skip" else 3)


def test_create_makes_another_who_identifies_nobody(ctx: Context) -> None:
    person(ctx, "Ada Lovelace", email="ada@a.example")
    report = bring(ctx, ROW, on_duplicate="create")
    assert ends(report) == {"created": 1}
    assert [t.code for t in report.warned] == ["import-taken"]
    assert [one["email"] for one in everyone(ctx)] == ["ada@a.example"] * 2
    holder = channels.holder(ctx, "email", "ada@a.example")
    assert holder is not None
    assert holder["contact_id"] == 1


def test_an_update_is_a_new_version_and_only_if_something_changed(ctx: Context) -> None:
    ada = person(ctx, "Ada Lovelace", email="ada@a.example")
    rev = contacts.get(ctx, ada)["rev"]
    assert bring(ctx, "Name,Email\nAda Lovelace,ada@a.example\n").id is None
    assert contacts.get(ctx, ada)["rev"] == rev
    report = bring(ctx, "Name,Email,Tags\nAda Lovelace,ada@a.example,vip\n")
    assert contacts.get(ctx, ada)["rev"] == report.id


def test_a_row_moves_its_contact_to_another_firm(ctx: Context) -> None:
    ada = person(ctx, "Ada", email="ada@a.example", company="Old Ltd", title="Head")
    assert ends(bring(ctx, "Name,Email,Company\nAda,ada@a.example,New Ltd\n")) == {"updated": 1}
    shown = contacts.show(ctx, ada)
    assert (shown["company"], [(f["company"], f["until"]) for f in shown["former"]]) == (
        "New Ltd",
        [("Old Ltd", "2026-11-23")],
    )
    assert ends(bring(ctx, "Name,Email,Company\nAda,ada@a.example,Third Ltd\n", on_duplicate="merge")) == {"skipped": 1}
    assert companies.find(ctx, "Third Ltd") is None


def test_who_was_alone_brings_along_what_they_are_to_us(ctx: Context) -> None:
    ada = person(ctx, "Ada", email="ada@a.example", source="fair")
    alone = contacts.get(ctx, ada)["customer_id"]
    bring(ctx, "Name,Email,Company\nAda,ada@a.example,New Ltd\n", on_duplicate="merge")
    now = contacts.get(ctx, ada)["customer_id"]
    assert customers.get(ctx, alone)["merged_into"] == now
    assert customers.get(ctx, now)["source"] == "fair"


def test_a_company_is_owned_as_its_first_row_says_and_then_only_filled(ctx: Context) -> None:
    users.add(ctx, "li")
    bring(ctx, "Name,Company,Owner,Source\nAda,Engines,li,\nBen,Engines,wei,web\n")
    assert [(one["owner"], one["source"]) for one in everyone(ctx)] == [("li", "")] * 2
    bring(ctx, "Name,Company,Owner,Source\nCyd,Engines,wei,fair\n")
    assert [(one["owner"], one["source"]) for one in everyone(ctx)] == [("li", "fair")] * 3
    bring(ctx, "Name,Company,Owner\nCyd,Engines,wei\n")
    assert {one["owner"] for one in everyone(ctx)} == {"wei"}


# --- consent ---------------------------------------------------------------------------------------------


def test_a_no_in_a_file_is_kept_and_a_yes_lifts_none(ctx: Context) -> None:
    ada = person(ctx, "Ada", email="ada@a.example")
    ben = person(ctx, "Ben", email="ben@a.example")
    consent.give(ctx, ada, "email", True)
    consent.give(ctx, ben, "email", False, "on the phone")
    report = bring(ctx, "Name,Email,Newsletter\nAda,ada@a.example,no\nBen,ben@a.example,yes\nCyd,cyd@a.example,no\n")
    assert [(t.name, t.code) for t in report.warned] == [("Ben", "import-optin")]
    assert [one["consent"] for one in everyone(ctx)] == [{"email": False}] * 3
    assert consent.of(ctx, ben)[0]["origin"] == "on the phone"
    assert consent.of(ctx, ada)[0]["origin"] == "leads.csv"


def test_of_two_rows_of_one_person_the_no_counts(ctx: Context) -> None:
    bring(ctx, "Name,Email,Newsletter\nAda,ada@a.example,no\nAda,ada@a.example,yes\n")
    assert everyone(ctx)[0]["consent"] == {"email": False}


# --- whom they report to ---------------------------------------------------------------------------------


def test_superiors_are_found_in_the_file_or_before(ctx: Context) -> None:
    person(ctx, "Old Boss", email="boss@a.example")
    report = bring(
        ctx,
        "Name,Email,Reports to,Referred by\nAda,ada@a.example,Ben,boss@a.example\nBen,ben@a.example,Old Boss,Nobody\n",
    )
    ada, ben = named(ctx, "Ada"), named(ctx, "Ben")
    assert (ada["reports_to"], ada["referred_by"], ben["reports_to"]) == ("Ben", "Old Boss", "Old Boss")
    assert [(t.name, t.field, t.code) for t in report.warned] == [("Ben", "referred_by", "import-pointer")]


def test_nobody_comes_above_themselves(ctx: Context) -> None:
    report = bring(ctx, "Name,Email,Reports to\nAda,a@a.example,Ben\nBen,b@a.example,Cyd\nCyd,c@a.example,Ada\n")
    assert [(t.name, t.code) for t in report.warned] == [("Cyd", "import-circle")]
    assert [one["reports_to"] for one in everyone(ctx)] == ["Ben", "Cyd", ""]


# --- companies -------------------------------------------------------------------------------------------


def test_companies_come_in_with_what_is_above_them(ctx: Context) -> None:
    report = bring(
        ctx,
        "Name,Industry,City,Phone,Website,Parent company,Tags\n"
        "Acme GmbH,Steel,Bonn,0228 123456,acme.example,Holding AG,a\n"
        "Holding AG,Money,Zug,,,,\nACME,,Köln,,,,b\n",
        kind="company",
        country="DE",
    )
    assert ends(report) == {"created": 2, "merged": 1}
    acme = companies.find(ctx, "acme")
    assert acme is not None
    shown = companies.show(ctx, acme["id"])
    assert (shown["name"], shown["city"], shown["industry"], shown["parent"]) == ("ACME", "Köln", "Steel", "Holding AG")
    assert shown["tags"] == ["a", "b"]
    assert ends(bring(ctx, "Company,Sector\nAcme Ltd,Iron\n", kind="company")) == {"updated": 1}
    assert companies.show(ctx, acme["id"])["industry"] == "Iron"


def test_no_company_belongs_to_itself(ctx: Context) -> None:
    report = bring(ctx, "Name,Parent company\nA,B\nB,C\nC,A\n", kind="company")
    assert [t.code for t in report.warned] == ["import-circle"]
    assert ends(bring(ctx, "Name,Parent company\n,B\n", kind="company", partial=True)) == {"rejected": 1}


# --- all or nothing, or in part --------------------------------------------------------------------------

BAD = "Name,Email,Birthday\nAda,ada@a.example,1990-01-02\nBen,ben@a.example,1990-13-45\n"


def test_with_a_rejected_row_nothing_comes_in(ctx: Context) -> None:
    before = snapshot(ctx)
    report = bring(ctx, BAD)
    assert (ends(report), report.id) == ({"rejected": 1}, None)
    assert snapshot(ctx) == before
    report = bring(ctx, BAD, partial=True)
    assert (ends(report), len(everyone(ctx))) == ({"created": 1, "rejected": 1}, 1)


def test_rejected_rows_come_back_as_they_were_and_come_in_once_mended(ctx: Context, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    text = 'Name;Email;Birthday;Notes\nAda;a@a.example;1990-01-02;\nBen;b@a.example;tomorrow;"a;b\nc"\n;;;"x"\n'
    report = bring(ctx, text, partial=True, rejects=rejects)
    assert (report.rejects_file, report.rejected) == (str(rejects), 2)
    kept = rejects.read_text("utf-8")
    assert kept.splitlines()[0] == "icrm_line;icrm_reason;Name;Email;Birthday;Notes"
    assert kept.splitlines()[1].startswith("3;")
    rejects.write_text(kept.replace("tomorrow", "1991-02-03").replace(";;;x", "Cyd;;;x"), "utf-8")
    mended = importing.run(ctx.action(), rejects, Options())
    assert ends(mended) == {"created": 2}
    assert named(ctx, "Ben")["notes"] == "a;b\nc"


def test_a_rejects_file_that_is_there_is_not_written_over(ctx: Context, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    rejects.write_text("mine")
    with pytest.raises(Refused) as caught:
        bring(ctx, BAD, partial=True, rejects=rejects)
    assert (caught.value.code, rejects.read_text(), everyone(ctx)) == ("file-exists", "mine", [])
    bring(ctx, BAD, partial=True, rejects=rejects, replace=True)
    assert rejects.read_text() != "mine"


def test_a_quote_that_never_closes_is_named_by_its_line(ctx: Context, tmp_path: Path) -> None:
    text = 'Name,Email\nAda,a@a.example\nBen,"b@a.example\nCyd,c@a.example\nDan,d@a.example\n'
    with pytest.raises(Refused) as caught:
        bring(ctx, text)
    assert (caught.value.code, caught.value.values["line"], everyone(ctx)) == ("csv-unterminated", 3, [])
    rejects = tmp_path / "rejects.csv"
    report = bring(ctx, text, partial=True, rejects=rejects)
    assert ends(report) == {"created": 1, "rejected": 3}
    assert [t.line for t in report.rejects] == [3, 4, 5]
    mended = importing.run(ctx.action(), rejects, Options())
    assert ends(mended) == {"created": 3}
    assert [one["email"] for one in everyone(ctx)] == [f"{c}@a.example" for c in "abcd"]


# --- dry run ---------------------------------------------------------------------------------------------


def test_a_dry_run_counts_the_same_and_writes_nothing(ctx: Context) -> None:
    person(ctx, "Ada", email="ada@a.example", city="London")
    text = "Name,Email,City,Company,Tags\nAda,ada@a.example,Rome,New Ltd,x\nBen,b@a.example,,,\nBo,b@a.example,,,\n"
    whole = everything(ctx)
    tried = bring(ctx, text, dry_run=True, save_mapping="mine")
    assert everything(ctx) == whole
    assert (tried.id, tried.dry_run) == (None, True)
    done = bring(ctx, text)
    assert ends(tried) == ends(done) == {"created": 1, "updated": 1, "merged": 1}
    assert [column.target for column in tried.columns] == ["name", "email", "city", "company", "tags"]


def test_a_dry_run_tells_of_rejected_rows_and_all_the_others(ctx: Context) -> None:
    assert ends(bring(ctx, BAD, dry_run=True)) == {"created": 1, "rejected": 1}


# --- undo ------------------------------------------------------------------------------------------------


def test_undo_takes_back_creates_and_updates_and_can_be_undone(ctx: Context) -> None:
    users.add(ctx, "li")
    person(ctx, "Ada", email="ada@a.example", phone="+44 20 7946 0001", city="London", tag="old")
    person(ctx, "Ben", email="ben@a.example", company="Old Ltd", source="web")
    consent.give(ctx, 1, "email", True)
    before = snapshot(ctx)
    report = bring(
        ctx,
        "Name,Email,Phone,City,Company,Tags,Newsletter,Owner,Source,Reports to\n"
        "Ada,ada@a.example,+44 20 7946 0002,Rome,New Ltd,new,no,li,fair,Ben\nBen,ben@a.example,,,New Ltd,,,,web,\n"
        "Cyd,c@a.example,,,Old Ltd,,,li,,Ada\nDan,,,Rome,,x,,,,\n",
    )
    after = snapshot(ctx)
    assert ends(report) == {"created": 2, "updated": 2}
    undoing = ctx.action()
    history.undo(undoing, report.id)
    assert snapshot(ctx) == before
    history.undo(ctx.action(), undoing.last_change)
    assert snapshot(ctx) == after
    history.undo(ctx.action(), report.id)
    assert snapshot(ctx) == before


# --- what was said for the whole file --------------------------------------------------------------------


def test_values_are_set_for_every_row_and_owners_take_turns(ctx: Context) -> None:
    users.add(ctx, "li")
    text = "Name,Source,Tags\nAda,web,a\nBen,,\nCyd,,\n"
    report = bring(ctx, text, set={"source": "fair", "tags": "2026", "owner": "wei, li"})
    assert ends(report) == {"created": 3}
    assert [(one["source"], one["owner"]) for one in everyone(ctx)] == [
        ("fair", "wei"),
        ("fair", "li"),
        ("fair", "wei"),
    ]
    assert [one["tags"] for one in everyone(ctx)] == [["2026", "a"], ["2026"], ["2026"]]
    assert [column.name for column in report.columns] == ["Name", "Source", "Tags"]
    with pytest.raises(Usage):
        bring(ctx, text, set={"owner": "zoe"})
    with pytest.raises(Usage) as caught:
        bring(ctx, text, set={"sorce": "fair"})
    assert caught.value.values["nearest"] == "source"


def test_a_mapping_is_saved_and_used_again_for_the_same_columns(ctx: Context) -> None:
    text = "Who,Where,Junk\nAda,Rome,1\n"
    with pytest.raises(Usage) as caught:
        bring(ctx, text, map={"Whom": "name"})
    assert (caught.value.code, caught.value.values["nearest"]) == ("map-column", "Who")
    said = {"Who": "name", "Where": "city", "Junk": "-"}
    assert ends(bring(ctx, text, map=said, save_mapping="fair")) == {"created": 1}
    report = bring(ctx, "Who,Where,Junk\nBen,Bonn,2\n")
    assert (report.preset, ends(report), named(ctx, "Ben")["city"]) == ("fair", {"created": 1}, "Bonn")
    report = bring(ctx, "Who,Where\nCyd,Köln\n", preset="fair")
    assert (report.preset, named(ctx, "Cyd")["city"]) == ("fair", "Köln")
    with pytest.raises(Usage) as caught:
        bring(ctx, text, preset="fare")
    assert (caught.value.code, caught.value.values["nearest"]) == ("preset", "fair")


def test_unmapped_columns_are_reported(ctx: Context) -> None:
    report = bring(ctx, "Name,Shoe size,Empty\nAda,41,\n")
    assert report.unmapped == ["Shoe size"]


@pytest.mark.parametrize(
    ("days", "said", "order"),
    [
        (("31/01/1990", "02/03/1991"), "", "dmy"),
        (("01/31/1990", "02/03/1991"), "", "mdy"),
        (("1990-01-31", "3. Feb 1991"), "", "ymd"),
        (("01/02/1990", "03/04/1991"), "dmy", "dmy"),
    ],
)
def test_the_order_of_dates_is_that_of_the_whole_file(
    ctx: Context, days: tuple[str, str], said: str, order: str
) -> None:
    if "Feb" in days[1]:
        days = (days[0], "3 Feb 1991")
    report = bring(ctx, f"Name,Birthday\nAda,{days[0]}\nBen,{days[1]}\n", dates=said)
    assert report.dates == order


def test_an_ambiguous_order_of_dates_asks(ctx: Context) -> None:
    text = "Name,Birthday\nAda,1990-01-31\nBen,02/03/1991\n"
    with pytest.raises(Usage) as caught:
        bring(ctx, text)
    assert (caught.value.code, caught.value.values) == ("dates-ambiguous", {"line": 3, "text": "02/03/1991"})
    path = Path.home() / "leads.csv"
    assert importing.preview(ctx, path).dates == ["dmy", "mdy"]
    bring(ctx, text, dates="dmy")
    assert named(ctx, "Ben")["birthday"] == "1991-03-02"


def test_what_came_in_is_found(ctx: Context) -> None:
    person(ctx, "Old", email="old@a.example")
    person(ctx, "Ada", email="ada@a.example")
    bring(ctx, "Name,Email,Tags\nAda,ada@a.example,x\nBen,ben@a.example,\n")
    found = lists.rows(ctx, lists.Wanted("contact", "import:last", ("name",)))
    assert [row["name"] for row in found] == ["Ada", "Ben"]


# --- looking first ---------------------------------------------------------------------------------------


def test_a_preview_shows_what_an_import_would_read(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes("标题\n姓名;手机;别的\n张伟;13800001111;x\n".encode("gb18030"))
    seen = importing.preview(ctx, path)
    assert (seen.layout.encoding, seen.layout.delimiter, seen.samples) == (
        "gb18030",
        ";",
        [["张伟", "13800001111", "x"]],
    )
    assert [(c.name, c.target) for c in seen.columns] == [("姓名", "name"), ("手机", "phone.mobile"), ("别的", None)]
    assert (seen.unmapped, seen.dates) == (["别的"], [])
    with pytest.raises(NotFound):
        importing.preview(ctx, tmp_path / "none.csv")


@pytest.mark.file
def test_nothing_is_left_beside_the_store(ctx: Context) -> None:
    bring(ctx, "Name\nAda\n")
    with pytest.raises(Refused):
        bring(ctx, 'Name,Notes\nAda,"open\n')
    assert [path.name for path in ctx.connection.path.parent.glob(".icrm-*")] == []
