"""Anyone is found by any part of what is known of them, and it is said what is not known yet."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from icrm_tui import db, doctor, lists, nouns, search, tokens
from icrm_tui.collect import channels, companies, contacts, customers, tags
from icrm_tui.context import Context
from icrm_tui.errors import Ambiguous, NotFound, Usage
from tests.support import acting, person

NAUGHTY = Path(__file__).parents[1] / "../shared/data/csv/naughty-strings/blns.txt"


def found(ctx: Context, text: str) -> list[str]:
    return [hit["name"] for hit in search.find(ctx, text)[0]]


def listed(ctx: Context, text: str, noun: str = "contact") -> list[str]:
    return [row["name"] for row in lists.rows(ctx, lists.Wanted(noun, text, ("name",)))]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    with closing(db.open_store(tmp_path_factory.mktemp("town") / "icrm.db")) as connection:
        ctx = acting(connection)
        person(ctx, "Matthias Müller", email="m.mueller@firma.example", phone="+4915123456789", company="Node.js GmbH")
        person(ctx, "Dan O'Neill", email="dan@y.example", tag="Café")
        person(ctx, "Siobhán O'Brien", email="o'brien@z.example", phone="(021) 5555-1234")
        person(ctx, "张伟", phone="138 0000 1111", company="上海云图科技有限公司", tag="重点客户")
        person(ctx, "曾小明", email="zeng2024@mail.example")
        for name in ("单雄信", "仇英", "解缙", "尉迟恭", "吕布", "欧阳修", "查良镛", "乐嘉"):
            person(ctx, name)
        person(ctx, "김철수")
        person(ctx, "さくら")
        person(ctx, "¯\\_(ツ)_/¯")
        person(ctx, "!!!")
        person(ctx, "Владимир")
        channels.add(ctx, search.who(ctx, "吕布").contact_id or 0, channels.read("wechat", "lv_bu-88", "CN"))
        companies.add(ctx, companies.Company("重庆银行", {"domain": "cqbank.example", "phone": "023 6789 0000"}))
        yield ctx


@pytest.mark.parametrize(
    ("text", "name"),
    [
        # names, in any script, by any part
        ("张", "张伟"), ("伟", "张伟"), ("张伟", "张伟"), ("小明", "曾小明"), ("曾小明", "曾小明"),
        ("철수", "김철수"), ("さく", "さくら"), ("влад", "Владимир"), ("ВЛАДИМИР", "Владимир"),
        ("matthias", "Matthias Müller"), ("atth", "Matthias Müller"), ("hias", "Matthias Müller"),
        ("müller", "Matthias Müller"), ("muller", "Matthias Müller"), ("MÜLLER matt", "Matthias Müller"),
        ("m", "Matthias Müller"), ("mü", "Matthias Müller"), ("o'neill", "Dan O'Neill"), ("oneill", None),
        ("siobhan", "Siobhán O'Brien"), ("Ｍａｔｔｈｉａｓ", "Matthias Müller"),
        # pinyin, whole and in part, and initials; surnames by their own readings
        ("zhangwei", "张伟"), ("zhang wei", "张伟"), ("hangw", "张伟"), ("zw", "张伟"), ("wei", "张伟"),
        ("zengxiaoming", "曾小明"), ("zxm", "曾小明"), ("xiaoming", "曾小明"), ("ceng", None),
        ("shanxiongxin", "单雄信"), ("qiuying", "仇英"), ("xiejin", "解缙"), ("yuchigong", "尉迟恭"), ("ycg", "尉迟恭"),
        ("lvbu", "吕布"), ("lubu", "吕布"), ("ouyangxiu", "欧阳修"), ("oyx", "欧阳修"), ("zhaliang", "查良镛"),
        ("yuejia", "乐嘉"),
        # company, tag
        ("云图", "张伟"), ("yuntu", "张伟"), ("ytkj", "张伟"),
        ("node.js", "Matthias Müller"), ("node js", "Matthias Müller"),
        ("重点", "张伟"), ("zhongdian", "张伟"), ("zdkh", "张伟"), ("café", "Dan O'Neill"), ("cafe", "Dan O'Neill"),
        ("chongqing", "重庆银行"), ("yinhang", "重庆银行"), ("cqyh", "重庆银行"), ("cqbank", "重庆银行"),
        # e-mail and handles
        ("an@y", "Dan O'Neill"), ("dan@y.example", "Dan O'Neill"), ("DAN@Y.EXAMPLE", "Dan O'Neill"),
        ("o'brien@z", "Siobhán O'Brien"), ("firma.ex", "Matthias Müller"), ("m.mue", "Matthias Müller"),
        ("zeng2024", "曾小明"), ("2024", "曾小明"), ("lv_bu", "吕布"), ("bu-88", "吕布"),
        # phones: any four digits, across formats, without the country's prefix
        ("1380", "张伟"), ("0000", "张伟"), ("8000", "张伟"), ("13800001111", "张伟"), ("138 0000 1111", "张伟"),
        ("138-0000-1111", "张伟"), ("+86 138 0000 1111", "张伟"), ("861380", "张伟"),
        ("015123456789", "Matthias Müller"), ("0151 2345 6789", "Matthias Müller"), ("3456", "Matthias Müller"),
        ("021 5555", "Siobhán O'Brien"), ("55551234", "Siobhán O'Brien"), ("(021) 5555-1234", "Siobhán O'Brien"),
        ("9999", None), ("0236789", "重庆银行"), ("6789 0000", "重庆银行"),
        # signs
        ("!!!", "!!!"), ("!", "!!!"), ("ツ", "¯\\_(ツ)_/¯"), ("¯\\_(ツ)_/¯", "¯\\_(ツ)_/¯"),
        # several words, in any order, of any kind
        ("wei 1380", "张伟"), ("张 1111", "张伟"), ("muller firma", "Matthias Müller"), ("dan cafe", "Dan O'Neill"),
        ("matthias dan", None),
    ],
)  # fmt: skip
def test_anyone_is_found_by_any_part(town: Context, text: str, name: str | None) -> None:
    hits = found(town, text)
    assert name in hits if name is not None else hits == []
    noun = "company" if name == "重庆银行" else "contact"
    assert (name in listed(town, text, noun)) if name is not None else listed(town, text) == []


@pytest.mark.parametrize("text", ["zhangwx", "matthiaa", "dan@y.examplf", "13800001112", "云图科枝", "yuchigo ng"])
def test_what_merely_has_the_same_tokens_is_not_found(town: Context, text: str) -> None:
    assert found(town, text) == listed(town, text) == []


def test_windows_scattered_over_a_record_are_no_word(ctx: Context) -> None:
    person(ctx, "Abcd", email="bcde@x.example")
    assert found(ctx, "abcde") == []
    assert found(ctx, "abcd bcde") == ["Abcd"]


def test_the_nearest_come_first(ctx: Context) -> None:
    for name in ("Annabel Lee", "Johanna", "Anna", "Mary Anna", "Anna Bell"):
        person(ctx, name)
    person(ctx, "Zed", email="anna@x.example")
    assert found(ctx, "anna") == ["Anna", "Anna Bell", "Annabel Lee", "Mary Anna", "Johanna", "Zed"]


def test_more_than_can_be_ranked_is_said(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "CANDIDATES", 5)
    for n in range(8):
        person(ctx, f"Anna {n}")
    hits, more = search.find(ctx, "anna")
    assert (len(hits), more) == (5, True)
    assert len(listed(ctx, "anna")) == 8  # free text in a list is complete
    assert search.find(ctx, "anna", limit=3)[1] is True
    assert search.find(ctx, "anna 3") == ([{"noun": "contact", "id": "p4", "name": "Anna 3", "detail": ""}], False)


@pytest.mark.file
@pytest.mark.parametrize("noun", nouns.SEARCHED)
def test_the_index_is_asked_first(ctx: Context, noun: str) -> None:
    found, where = ctx.connection.found(noun, "q")
    sql = nouns.noun(noun).hits.format(found=found, condition=where)
    plans = [sql, f"SELECT * FROM {nouns.noun(noun).table} t WHERE t.id IN ({ctx.connection.matching(noun, 'q')})"]
    for plan in plans:
        steps = [row["detail"] for row in ctx.read(f"EXPLAIN QUERY PLAN {plan}", q='"ada"')]
        tables = [step.split()[1] for step in steps if step.startswith(("SCAN", "SEARCH"))]
        assert tables.index("f") < tables.index("d"), steps


# --- the index follows what changes ----------------------------------------------------------------------


def test_whatever_a_record_was_found_by_it_no_longer_is(ctx: Context) -> None:
    ada = person(ctx, "Ada", email="ada@x.example", company="Acme", tag="vip")
    contacts.edit(ctx, ada, {"name": "Berta"})
    assert (found(ctx, "ada"), found(ctx, "berta")) == (["Berta"], ["Berta"])  # by her e-mail still
    channels.remove(ctx, ada, "ada@x.example")
    tags.rename(ctx, "vip", "gold")
    companies.edit(ctx, 1, {"name": "Zenith"})
    for gone in ("ada", "vip", "acme"):
        assert found(ctx, gone) == []
    assert found(ctx, "gold") == ["Berta"]
    assert found(ctx, "zenith") == ["Zenith", "Berta"]
    contacts.move(ctx, ada, "")
    assert found(ctx, "zenith") == ["Zenith"]
    contacts.archive(ctx, ada)
    assert found(ctx, "berta") == []
    assert listed(ctx, "berta archived:yes") == ["Berta"]


def test_a_change_of_many_waits_for_the_filling_and_says_so(ctx: Context) -> None:
    company = companies.add(ctx, companies.Company("Acme", {}))
    ctx.change("import", lambda _tx: [person(ctx, f"Worker {n}", company="Acme") for n in range(600)])
    assert search.pending(ctx) == 600
    assert [*search.drain(ctx.connection)][-1] == (600, 600)
    companies.edit(ctx, company, {"name": "Zenith"})
    assert search.pending(ctx) == 600
    for _progress in search.drain(ctx.connection):
        pass
    assert (search.pending(ctx), len(listed(ctx, "zenith")), listed(ctx, "acme")) == (0, 600, [])


def test_others_get_in_between_while_the_index_fills(
    ctx: Context, opened: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "BATCH", 10)
    ctx.change("import", lambda _tx: [person(ctx, f"Worker {n}", company="Acme") for n in range(600)])
    other = opened()
    filling = search.drain(ctx.connection)
    for n in range(5):
        next(filling)
        person(other, f"Between {n}")
    filling.close()
    assert found(other, "between") == [f"Between {n}" for n in range(5)]
    assert search.pending(other) == 550
    assert [*search.drain(other.connection)][-1] == (550, 550)
    assert len(listed(ctx, "worker")) == 600


def test_an_index_cut_by_another_version_is_built_anew(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    person(ctx, "Ada")
    list(search.drain(ctx.connection))
    assert [*search.drain(ctx.connection)] == []
    monkeypatch.setattr(tokens, "VERSION", "next")
    assert [*search.drain(ctx.connection)] == [(1, 1)]
    assert ctx.read("SELECT version FROM search_state") == [{"version": "next"}]
    assert (found(ctx, "ada"), ctx.connection.postings()) == (["Ada"], 1)  # nothing is left of the last one


def test_an_index_a_fifth_of_which_is_stale_is_built_anew(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "LEAST", 10)
    for n in range(20):
        person(ctx, f"Ada {n}")
    list(search.drain(ctx.connection))
    for n in range(4):
        contacts.edit(ctx, 1, {"title": f"title {n}"})
    assert [*search.drain(ctx.connection, thorough=True)] == []
    for n in range(3):
        contacts.edit(ctx, 1, {"title": f"more {n}"})
    doctor.run(ctx)
    assert ctx.connection.postings() == len(ctx.read("SELECT 1 FROM docs")) == 20
    assert len(listed(ctx, "ada")) == 20


# --- whom did they mean ----------------------------------------------------------------------------------


def test_who_is_an_id_an_address_a_phone_in_any_format_or_a_name(ctx: Context) -> None:
    ada = person(ctx, "Ada Lovelace", email="Ada@X.example", phone="+4930901820")
    wei = person(ctx, "张伟", phone="13800001111")
    channels.add(ctx, wei, channels.read("wechat", "zw_88", "CN"))
    acme = companies.add(ctx, companies.Company("Acme GmbH", {}))
    for text in (
        f"p{ada}",
        f"P{ada}",
        str(ada),
        "ada@x.example",
        "ADA@x.example",
        "ada  lovelace",
        "+49 30 90-18 20",
        "004930901820",
    ):
        assert search.who(ctx, text).contact_id == ada, text
    for text in ("张伟", "138 0000 1111", "+86 138-0000-1111", "zw_88"):
        assert search.who(ctx, text).contact_id == wei, text
    for text in (f"co{acme}", "acme", "ACME GmbH", "Acme, GmbH."):
        assert search.who(ctx, text) == search.Who(acme, None, "Acme GmbH"), text
    assert search.who(ctx, str(acme), "company") == search.Who(acme, None, "Acme GmbH")


def test_customers_are_meant_by_their_own_ids_too(ctx: Context) -> None:
    ada = person(ctx, "Ada")
    acme = companies.add(ctx, companies.Company("Acme", {}))
    customer = contacts.get(ctx, ada)["customer_id"]
    assert search.who(ctx, f"cu{customer}") == search.Who(customer, ada, "Ada")
    assert search.who(ctx, f"cu{acme}") == search.Who(acme, None, "Acme")
    assert search.who(ctx, str(customer), "customer").contact_id == ada
    assert search.who(ctx, str(acme), "customer").customer_id == acme
    assert customers.show(ctx, search.who(ctx, f"cu{customer}").customer_id)["id"] == f"p{ada}"


def test_who_could_be_several_names_them_and_who_is_nobody_names_the_nearest(ctx: Context) -> None:
    person(ctx, "Ada", city="Bonn")
    person(ctx, "Ada", company="Acme")
    with pytest.raises(Ambiguous) as several:
        search.who(ctx, "ada")
    assert several.value.candidates == [
        {"noun": "contact", "id": "p1", "name": "Ada", "detail": "Bonn"},
        {"noun": "contact", "id": "p2", "name": "Ada", "detail": "Acme"},
    ]
    with pytest.raises(NotFound) as nobody:
        search.who(ctx, "ad")
    assert nobody.value.values["nearest"].startswith("p1 Ada")
    with pytest.raises(Usage):
        search.who(ctx, "  ")


def test_digits_that_are_an_id_and_a_phone_are_ambiguous(ctx: Context) -> None:
    for n in range(3):
        person(ctx, f"Ada {n}")
    channels.add(ctx, 1, channels.read("phone", "10086", ""))
    ctx.change(
        "contact.add",
        lambda tx: tx.insert("contacts", id=10086, customer_id=1, name="B", name_key="b", sort_key="b", created_at=""),
    )
    with pytest.raises(Ambiguous) as caught:
        search.who(ctx, "10086")
    assert [one["id"] for one in caught.value.candidates] == ["p10086", "p1"]


def test_the_archived_are_meant_by_id_alone(ctx: Context) -> None:
    ada = person(ctx, "Ada", email="a@x.example")
    contacts.archive(ctx, ada)
    assert search.who(ctx, f"p{ada}").contact_id == ada
    for text in ("Ada", "a@x.example"):
        with pytest.raises(NotFound):
            search.who(ctx, text)


# --- whatever a name is made of --------------------------------------------------------------------------


@pytest.mark.realdata
@pytest.mark.skipif(not NAUGHTY.exists(), reason="the collected real files are not here")
def test_each_naughty_string_is_a_name_like_any_other(ctx: Context) -> None:
    lines = [line for line in NAUGHTY.read_text(encoding="utf-8").split("\n") if line and not line.startswith("#")]
    names = [line for line in lines if line.strip() and len(line) <= customers.NAME_LIMIT]
    assert len(names) > 400
    ids = {}
    for name in names:
        ids[person(ctx, name)] = name
    for contact_id, name in ids.items():
        shown = contacts.show(ctx, contact_id)["name"]
        assert shown == " ".join(name.split())
        hits, _more = search.find(ctx, name, limit=1000)
        assert f"p{contact_id}" in {hit["id"] for hit in hits}, name


@settings(max_examples=60)
@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5))
@example(["0\r@"])
def test_any_name_is_found_by_itself(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    with closing(db.open_store(tmp_path_factory.mktemp("any") / "icrm.db")) as connection:
        ctx = acting(connection)
        for name in names:
            try:
                contact_id = person(ctx, name)
            except Usage:
                continue
            stored = contacts.get(ctx, contact_id)["name"]
            hits, _more = search.find(ctx, stored)
            assert f"p{contact_id}" in {hit["id"] for hit in hits}
