import tomllib
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from icrm_tui.collect import headers, mapping
from icrm_tui.collect.formats import csv
from icrm_tui.errors import Usage

DATA = Path(__file__).parents[2] / "../shared/data"
real = pytest.mark.realdata
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the collected real files are absent")


def targets(header, *rows, **said):
    return {c.name: c.target for c in mapping.suggest(header, rows, **said).columns}


def cells(header, row, **said):
    return mapping.suggest(header, [row], **said).cells(row)


def read(name, **said):
    path = DATA / name
    layout = csv.sniff(path)
    rows = [row for _, row, _ in csv.rows(path, layout)]
    return mapping.suggest(layout.header, rows, **said), rows


# presets


@pytest.mark.parametrize(
    ("preset", "header"),
    [
        ("google", "First Name,Middle Name,Last Name,Organization Name,Labels,E-mail 1 - Label,E-mail 1 - Value"),
        ("google", "Name,Given Name,Family Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value"),
        ("google-domain", "Action,ID,Name,Company,apiId,E-mail Address,E-mail 2 Address"),
        ("outlook", "First Name,Last Name,Business Street,Home Street,E-mail Address,E-mail 2 Address,Business Phone"),
        ("outlook-de", "Anrede,Vorname,Nachname,Firma,Telefon geschäftlich,E-Mail-Adresse"),
        ("thunderbird", "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name"),
        ("thunderbird-zh", "名字,姓氏,显示名称,昵称,主要电子邮件,备用电子邮件"),
        ("linkedin", "First Name,Last Name,URL,Email Address,Company,Position,Connected On"),
        ("hubspot", "Record ID,First Name,Last Name,Email,Phone Number,Contact owner"),
        ("salesforce", "Salutation,First Name,Last Name,Title,Account Name,Mailing Street,Contact Owner"),
        ("zoho", "Record Id,Contact Owner.id,Contact Owner,First Name,Last Name,Email Opt Out"),
        ("mailchimp", "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,LEID,EUID,NOTES,TAGS"),
        ("kit", "first_name,email,created_at,status"),
        ("systeme", "Email,First name,Surname,Phone number,Country,Tags,Date registered"),
        ("icrm", "id,name,email,reports_to,field:shoe,icrm_line"),
        ("", "Name,Phone,Notes"),
    ],
)
def test_a_program_is_known_by_its_columns(preset, header):
    assert mapping.suggest(header.split(","), [], custom=["shoe"]).preset == preset


@pytest.mark.parametrize("name", headers.presets())
def test_every_preset_is_found_by_its_own_signatures_and_names_only_fields(name):
    preset = tomllib.loads((headers.PRESETS / f"{name}.toml").read_text("utf-8"))
    for kind, table in preset.items():
        for signature in table["signature"]:
            assert mapping.suggest(signature, [], kind=kind).preset == name
        for target in table["columns"].values():
            several = target if isinstance(target, list) else [target["to"] if isinstance(target, dict) else target]
            for one in several:
                assert mapping.checked(one, kind) == one


@pytest.mark.parametrize("kind", ["contact", "company"])
def test_a_word_names_one_field(kind):
    words = tomllib.loads((headers.PRESETS / "words.toml").read_text("utf-8"))[kind]
    assert all(mapping.checked(target, kind) == target for target in words)
    seen = Counter(key for names in words.values() for key in {headers.key(name) for name in names})
    assert [key for key, times in seen.items() if times > 1] == []
    assert all(seen)


def test_google_says_beside_each_value_what_it_is():
    header = ["First Name", "Labels", "Phone 1 - Label", "Phone 1 - Value", "Phone 2 - Label", "Phone 2 - Value"]
    header += ["E-mail 1 - Label", "E-mail 1 - Value", "Address 1 - Label", "Address 1 - City", "Organization Name"]
    row = ["Ann", "Friends ::: * myContacts", "Mobile", "1", "Gate", "2 ::: 3", "* Work", "a@b.example"]
    assert cells(header, [*row, "Home", "Rome", ""]) == {
        "given": "Ann",
        "tags": "Friends",
        "phone": [("mobile", "1"), ("gate", "2"), ("gate", "3")],
        "email": [("work", "a@b.example")],
        "address.home.city": "Rome",
    }
    assert mapping.suggest(header, [[*row, "Home", "Rome", ""]]).unmapped == []
    assert cells(["Labels", "E-mail 1 - Value"], ["* myContacts", ""]) == {}


def test_the_label_may_be_the_first_column():
    assert cells(["E-mail 1 - Type", "E-mail 1 - Value"], ["Home", "a@b.example"])["email"] == [("home", "a@b.example")]


def test_columns_of_one_name_are_told_by_their_turn():
    header = ["显示名称", "主要电子邮件", "备用电子邮件", "城市", "国家", "城市 (2)", "国家 (2)"]
    assert list(targets(header).values())[3:] == [
        *("address.home.city", "address.home.country"),
        *("address.work.city", "address.work.country"),
    ]


def test_outlook_writes_dates_and_genders_nobody_gave():
    header = ["First Name", "E-mail Address", "E-mail 2 Address", "Business Phone", "Birthday", "Gender"]
    assert cells(header, ["Ann", "", "", "", "0/0/00", "Unspecified"]) == {"given": "Ann"}


def test_a_preset_may_be_asked_for():
    header = ["Email Address", "UNSUB_TIME"]
    assert targets(header, preset="mailchimp") == {"Email Address": "email", "UNSUB_TIME": "optout.email"}
    with pytest.raises(Usage) as caught:
        mapping.suggest(header, [], preset="gogle")
    assert (caught.value.code, caught.value.values["nearest"]) == ("preset", "google")


# headers nobody made a preset for


@pytest.mark.parametrize(
    ("header", "want"),
    [
        ("Full Name,Company,Job Title,Mobile,E-mail,City,Notes", "name company title phone.mobile email city notes"),
        ("FirstName,last_name,EMAIL,phoneNumber,zip", "given family email phone postcode"),
        ("Prénom;Nom;Société;Téléphone;Ville;Code postal", "given family company phone city postcode"),
        ("Nom;Courriel", "name email"),
        ("Vorname;Name;Firma;Straße;PLZ;Ort;Handy", "given family company address postcode city phone.mobile"),
        ("Nombre,Apellidos,Empresa,Correo electrónico,Teléfono", "given family company email phone"),
        (
            "姓名,手机,公司,职位,邮箱,微信,城市,备注,标签",
            "name phone.mobile company title email wechat city notes tags",
        ),
        ("生日,客户来源,负责人,地址,部门,性别", "birthday source owner address department gender"),
        ("客户名称,联系人,联系电话,意向等级", "company name phone grade"),
        ("客户名称,手机号码", "name phone.mobile"),
        ("姓名,電話,公司,職稱,電子郵件,備註", "name phone company title email notes"),
        ("氏名,会社名,電話番号,メールアドレス", "name company phone email"),
        ("姓,名,企业微信,省份", "family given wecom region"),
        ("Name,Work Phone,Home City,Email (personal),Phone 2", "name phone.work address.home.city email.home phone"),
        ("Title,Position,Name", "prefix title name"),
        ("Name,Unsubscribed,Do Not Call,Newsletter", "name optout.email optout.phone consent.email"),
        ("Birth Year,Birth Month,Birth Day", "birthday.year birthday.month birthday.day"),
    ],
)
def test_columns_are_known_in_five_languages(header, want):
    names = header.replace(";", ",").split(",")
    assert list(targets(names).values()) == want.split()


def test_companies_have_fields_of_their_own():
    header = ["Account", "Sector", "Employees", "Subsidiary of", "Phone"]
    assert list(targets(header, kind="company").values()) == ["name", "industry", "size", "parent", "phone"]
    row = ["Acme", "Steel", "9", "", "1"]
    assert cells(header, row, kind="company") == {"name": "Acme", "industry": "Steel", "size": "9", "phone": "1"}
    assert list(targets(["公司名称", "行业", "员工人数", "官网"], kind="company").values()) == [
        *("name", "industry", "size", "website")
    ]


def test_what_stands_in_a_column_speaks_when_its_name_does_not():
    header = ["A", "B", "C", "D", "E"]
    row = ["a@b.example", "+49 171 1234567", "linkedin.com/in/ann", "https://b.example", "12345678"]
    found = mapping.suggest(header, [row])
    assert [c.target for c in found.columns] == ["email", "phone", "linkedin", "website", None]
    assert {c.sure for c in found.columns if c.target} == {60}


def test_cells_that_look_like_something_else_shake_a_name():
    sure = [c.sure for c in mapping.suggest(["Email", "Phone"], [["yes", "0171 123456"]]).columns]
    assert sure == [40, 90]


# what people say themselves


def test_a_person_corrects_a_column_and_that_wins():
    header = ["Name", "Stuff", "Shoe", "Mail"]
    said = {"stuff": "notes", "Shoe": "shoe", "Mail": ""}
    assert targets(header, overrides=said, saved={"Stuff": "title", "Gone": "city"}, custom=["shoe"]) == {
        "Name": "name",
        "Stuff": "notes",
        "Shoe": "field:shoe",
        "Mail": None,
    }
    assert targets(header, overrides={"Stuff": "Job Title"})["Stuff"] == "title"
    assert targets(header, overrides={"Stuff": "phone.boat"})["Stuff"] == "phone.boat"


def test_what_was_saved_comes_back():
    header = ["Name", "Stuff", "Mail"]
    first = mapping.suggest(header, [], overrides={"Stuff": "notes", "Mail": "-"})
    again = mapping.suggest(header, [], saved=first.saved())
    assert [c.target for c in again.columns] == [c.target for c in first.columns] == ["name", "notes", None]


def test_columns_and_fields_that_do_not_exist_are_named_with_the_nearest():
    for said, code, nearest in [
        ({"Emial": "email"}, "map-column", "Email"),
        ({"Email": "emial"}, "map-field", "email"),
    ]:
        with pytest.raises(Usage) as caught:
            mapping.suggest(["Name", "Email"], [], overrides=said)
        assert (caught.value.code, caught.value.values["nearest"]) == (code, nearest)
    with pytest.raises(Usage):
        mapping.suggest(["Email"], [], overrides={"Email": "field:none"})


def test_columns_that_hold_something_and_go_nowhere_are_named():
    found = mapping.suggest(["icrm_line", "icrm_reason", "Name", "Shoe", "Hat"], [["3", "bad", "Ann", "41", ""]])
    assert [column.name for column in found.unmapped] == ["Shoe"]


# a row by field


def test_several_columns_feed_one_field():
    header = ["Notes", "Comments", "Address 1", "Address 2", "Email", "Email (2)", "Name", "Full Name"]
    row = ["one", "two", "High St 1", " Flat 2", "a@b.example", "a@b.example", "", "Ann"]
    assert cells(header, row) == {
        "notes": "one\ntwo",
        "address": "High St 1, Flat 2",
        "email": [("", "a@b.example")],
        "name": "Ann",
    }


def test_the_quote_that_guards_a_formula_is_taken_off():
    assert cells(["Name", "Phone", "Notes"], ["'=1+1", "'+49 171 1", "'tis"]) == {
        "name": "=1+1",
        "phone": [("", "+49 171 1")],
        "notes": "'tis",
    }


@pytest.mark.parametrize(
    ("column", "said", "kept"),
    [
        ("Unsubscribed", "TRUE", "optout.email"),
        ("Unsubscribed", "2024-01-02 10:00", "optout.email"),
        ("Email Opt Out", "1", "optout.email"),
        ("退订", "是", "optout.email"),
        ("退订", "否", None),
        ("Unsubscribed", "False", None),
        ("Unsubscribed", "", None),
        ("Do Not Call", "yes", "optout.phone"),
        ("Newsletter", "no", "optout.email"),
        ("Newsletter", "Ja", "optin.email"),
        ("Email Marketing Status", "Unsubscribed", "optout.email"),
        ("Email Marketing Status", "Subscribed", "optin.email"),
        ("Email Marketing Status", "Cleaned", None),
        ("Accepts Marketing", "no", None),
        ("Accepts Marketing", "yes", "optin.email"),
    ],
)
def test_an_opt_out_is_kept_and_a_no_is_none(column, said, kept):
    assert cells(["Name", column], ["Ann", said]) == {"name": "Ann"} | ({kept: "yes"} if kept else {})


# real files


@real
@needs_data
def test_the_wide_google_file_gives_sixteen_people():
    found, rows = read("contacts/google-domain/sample1.csv")
    people = [found.cells(row) for row in rows]
    assert found.preset == "google-domain"
    assert sum(column.target == "email" for column in found.columns) == 69
    assert len({person["email"][0][1] for person in people}) == len(people) == 16
    assert people[0]["phone"] == [("work", "(111) 111-2177"), ("mobile", "(333) 555-6621"), ("fax", "(111) 222-3288")]


@real
@needs_data
@pytest.mark.parametrize("name", ["basic_csv_addressbook.csv", "csv_semicolon.csv"])
def test_thunderbird_gives_john_and_jane(name):
    found, rows = read(f"contacts/thunderbird/{name}")
    people = [found.cells(row) for row in rows]
    assert [(p["name"], p["given"], p["family"]) for p in people] == [
        ("John Doe", "John", "Doe"),
        ("Jane Doe", "Jane", "Doe"),
    ]
    assert [p["email"][0][1] for p in people] == ["john@doe.invalid", "jane@doe.invalid"]


@real
@needs_data
def test_chinese_thunderbird_keeps_home_and_work_apart():
    found, _ = read("contacts/thunderbird-zh/header_gbk.csv")
    assert [c.target for c in found.columns if c.name.startswith("城市")] == ["address.home.city", "address.work.city"]
    assert [c.name for c in found.columns if not c.target] == ["屏幕名", "定制 1", "定制 2", "定制 3", "定制 4", "#38"]


@real
@needs_data
def test_rows_typed_under_the_outlook_header_come_in():
    found, _ = read("contacts/outlook/outlook_en_header.csv")
    header = [column.name for column in found.columns]
    typed = {
        "Title": "Dr",
        "First Name": "Ann",
        "Assistant's Phone": "1",
        "Home City": "Rome",
        "Business Street 2": "b",
    }
    typed |= {"Business Street 3": "c", "E-mail 2 Address": "a@b.example", "Birthday": "1/2/1980"}
    assert found.cells([typed.get(name, "") for name in header]) == {
        "prefix": "Dr",
        "given": "Ann",
        "phone": [("assistant", "1")],
        "address.home.city": "Rome",
        "address.work.street2": "b, c",
        "email": [("", "a@b.example")],
        "birthday": "1/2/1980",
    }


@real
@needs_data
@pytest.mark.parametrize(
    ("name", "preset", "left"),
    [
        ("crm-exports/preset_google_old.csv", "google", set()),
        ("crm-exports/preset_hubspot.csv", "hubspot", {"Record ID", "Last Activity Date"}),
        ("mailing-tools/generic_fr.csv", "", set()),
        ("mailing-tools/kit.csv", "kit", {"created_at"}),
        ("mailing-tools/systeme_io.csv", "systeme", {"Date registered"}),
    ],
)
def test_crm_and_mailing_files_are_mapped_without_asking(name, preset, left):
    found, rows = read(f"contacts/{name}")
    assert found.preset == preset
    assert {column.name for column in found.unmapped} == left
    person = found.cells(rows[0])
    assert person["given"]
    assert person["email"]


@real
@needs_data
def test_the_data_loader_gives_423_accounts():
    found, rows = read("csv/dataloader/accountData.csv", kind="company")
    assert found.preset == "salesforce"
    names = [found.cells(row).get("name") for row in rows]
    assert (len(names), names[0]) == (423, "Gravity Investments")
    small, rows = read("csv/dataloader/accountsForInsert.csv", kind="company")
    assert [small.cells(row)["size"] for row in islice(rows, 2)] == ["25", "36"]
