"""What goes out comes back in: into an empty store as equal records, into the same store as nothing new."""

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icrm_tui import db, lists, nouns, search, users
from icrm_tui.collect import (
    channels,
    companies,
    consent,
    contacts,
    exporting,
    fields,
    importing,
    interactions,
    preferences,
    tags,
)
from icrm_tui.collect.importing import Options
from icrm_tui.context import Context
from icrm_tui.errors import Refused, Unavailable, Usage
from tests.support import acting, person

# what is not the record's own: when and as which version and number it came in, and what happened since
OURS = ("id", "rev", "created", "touches", "last_contact", "company_id", "people", "merged_into")


def out(ctx: Context, path: Path, kind: str = "contact", text: str = "", **wanted: Any) -> Path:
    with exporting.file(path, "csv", replace=True) as stream:
        exporting.write(ctx, exporting.Wanted(kind, text, **wanted), "csv", stream)
    return path


def records(ctx: Context, kind: str) -> list[dict[str, Any]]:
    show = {"contact": contacts.show, "company": companies.show}[kind]
    found = [show(ctx, row_id) for row_id in lists.ids(ctx, lists.Wanted(kind, sort="id", archived=True))]
    kept = [{key: value for key, value in one.items() if key not in OURS} for one in found if not one["merged_into"]]
    for one in kept:
        for firm in one.get("former", ()):
            firm.pop("company_id")
    return sorted(kept, key=lambda one: json.dumps(one, ensure_ascii=False))


@cache
def empty() -> bytes:
    """A store that holds nothing."""
    with TemporaryDirectory() as folder:
        db.open_store(Path(folder) / "empty.db").close()
        return (Path(folder) / "empty.db").read_bytes()


@contextmanager
def elsewhere(folder: Path, like: Context) -> Iterator[Context]:
    """An empty store in which the same people work, in the same country."""
    (folder / "elsewhere.db").write_bytes(empty())
    connection = db.open_store(folder / "elsewhere.db")
    try:
        made = acting(connection, like.user)
        for user in users.everyone(like):
            if user["name"] != like.user:
                users.add(made, user["name"], full_name=user["full_name"], email=user["email"])
        yield made
    finally:
        connection.close()


def moved(ctx: Context, folder: Path) -> None:
    """Everything goes out and comes into another store; there it is the same, and here it is nothing new."""
    files = {
        kind: out(ctx, folder / f"{kind}.csv", kind, archived=True)
        for kind in ("company", "contact")
        if records(ctx, kind)
    }
    with elsewhere(folder, ctx) as there:
        for kind, path in files.items():
            report = importing.run(there.action(), path, Options(kind=kind))
            assert (report.preset, report.rejected) == ("icrm", 0), report.rejects
            assert {trouble.code for trouble in report.warned} <= {"phone-invalid"}
        for kind in files:
            for one, other in zip(records(there, kind), records(ctx, kind), strict=True):
                assert {key: one[key] for key in one if one[key] != other.get(key)} == {
                    key: other[key] for key in other if one.get(key) != other[key]
                }
    for kind, path in files.items():
        assert importing.run(ctx.action(), path, Options(kind=kind)).id is None


def test_everything_a_record_has_goes_along(ctx: Context, tmp_path: Path) -> None:
    users.add(ctx, "li")
    fields.add(ctx, "contact", "Shoe size", "number")
    fields.add(ctx, "contact", "Met", "date")
    fields.add(ctx, "contact", "Likes", "choice", ["tea|milk", "coffee"])
    fields.add(ctx, "contact", "Speaker", "flag")
    fields.add(ctx, "company", "行业代码", "text")
    companies.add(ctx, companies.Company("Holding AG", {"city": "Zug", "competitor": "yes"}))
    companies.add(
        ctx,
        companies.Company(
            "Acme GmbH", {"parent": "Holding AG", "行业代码": "C-1", "owner": "li", "grade": "B"}, ("vip",)
        ),
    )
    boss = person(ctx, "Boss", email="boss@a.example", company="Acme GmbH")
    ada = person(
        ctx, "Ada Lovelace", email="ada@a.example", phone="+44 20 7946 0001", tag="two words", company="Old Ltd",
        title="Head", buying_role="decision-maker", birthday="L1990-04+-08", gender="female", zone="Europe/London",
        notes="line one\nline two; \"quoted\"", reports_to="p1", referred_by="boss@a.example", shoe_size="38.5",
        met="2026-01-02", likes="tea|milk", speaker="yes", source="fair", address="Dorset St 1, London",
    )  # fmt: skip
    contacts.move(ctx, ada, "Acme GmbH")
    for channel in (
        channels.Channel("email", "ada@b.example", "ada@b.example", "private"),
        channels.Channel("phone", "12", "12", "old", True),
        channels.Channel("wechat", "ada_l", "ada_l"),
        channels.Channel("post", "Park 2\nOckham", "park 2 ockham", "home"),
    ):
        channels.add(ctx, ada, channel)
    channels.primary(ctx, ada, "ada@b.example")
    consent.give(ctx, ada, "email", False, "asked, on the phone (twice)")
    consent.give(ctx, ada, "sms", True)
    preferences.add(ctx, ada, "calls after four (not before)", "Boss")
    preferences.add(ctx, ada, "tea")
    gone = person(ctx, "Gone", email="gone@a.example", owner="li")
    contacts.archive(ctx, gone)
    assert boss == 1
    moved(ctx, tmp_path)


@pytest.fixture
def demo(demo_store: db.Place, opened: Callable[..., Context]) -> Context:
    return opened()


def test_the_demo_store_moves_whole(demo: Context, tmp_path: Path) -> None:
    moved(demo, tmp_path)


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).map(str.strip)
WORD = TEXT.map(lambda text: " ".join(text.split())).filter(bool)
TAG = WORD.filter(lambda text: not set(text) & set(",;，；、|\"'()#"))
PEOPLE = st.fixed_dictionaries(
    {
        "name": WORD,
        "notes": st.one_of(TEXT, st.just("=1+1"), st.just("'=x"), st.just("a\nb"), st.just("''")),
        "title": TEXT,
        "city": TEXT,
        "company": st.sampled_from(["", "Acme", "Acme GmbH", "云图科技"]),
        "birthday": st.sampled_from(["", "1990-05-12", "--05-12", "L1990-04-08", "L--04+-08"]),
        "emails": st.lists(st.sampled_from(["a@a.example", "b@b.example", "C@c.example"]), max_size=2, unique=True),
        "phone": st.sampled_from(["", "+44 20 7946 0001", "(0) 12", "13800001111", "-5"]),
        "label": st.sampled_from(["", "work", "Büro", "fax"]),
        "tags": st.lists(TAG, max_size=2),
        "source": TEXT,
    }
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PEOPLE, min_size=1, max_size=4))
def test_whoever_goes_out_comes_back(people: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "icrm.db").write_bytes(empty())
        connection = db.open_store(Path(folder) / "icrm.db")
        try:
            ctx = acting(connection)
            for n, one in enumerate(people):
                values = {key: one[key] for key in ("notes", "title", "city", "company", "birthday", "source")}
                reach = [channels.read("email", f"{n}{email}", "") for email in one["emails"]]
                reach += [channels.read("phone", one["phone"], "", one["label"])] if one["phone"] else []
                contacts.add(
                    ctx, contacts.Contact(f"{one['name']} {n}"[:200], values, tuple(reach), tuple(one["tags"]))
                )
            moved(ctx, Path(folder))
        finally:
            connection.close()


# --- as records ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["contact", "company"])
def test_the_records_of_json_are_those_show_gives(demo: Context, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "out.json"
    with exporting.file(path, "json", replace=False) as stream:
        n = exporting.write(demo, exporting.Wanted(kind, archived=True), "json", stream)
    found = json.loads(path.read_text("utf-8"))
    show = {"contact": contacts.show, "company": companies.show}[kind]
    prefix = nouns.noun(kind).prefix
    assert len(found) == n > 40
    assert found == [show(demo, int(one["id"].removeprefix(prefix))) for one in found]


def test_lines_of_json_are_one_record_each(ctx: Context, tmp_path: Path) -> None:
    ada = person(ctx, "Ada", email="ada@a.example")
    interactions.add(ctx, search.who(ctx, f"p{ada}"), interactions.Touch("called\nand talked", "call"))
    path = tmp_path / "out.jsonl"
    for kind, key in (("contact", "name"), ("interaction", "contact")):
        with exporting.file(path, "jsonl", replace=True) as stream:
            exporting.write(ctx, exporting.Wanted(kind), "jsonl", stream)
        assert [json.loads(line)[key] for line in path.read_text("utf-8").splitlines()] == ["Ada"]


# --- what is asked for -----------------------------------------------------------------------------------


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_a_query_and_columns_choose(ctx: Context, tmp_path: Path) -> None:
    fields.add(ctx, "contact", "Shoe size", "number")
    person(ctx, "Ada", email="ada@a.example", city="Rome", shoe_size="38")
    person(ctx, "Ben", email="ben@a.example", city="Bonn")
    wanted = ("name", "email", "wechat", "shoe_size")
    path = out(ctx, tmp_path / "out.csv", text="city:Rome", columns=wanted)
    assert rows(path) == [["name", "email", "wechat", "field:number:Shoe size"], ["Ada", "ada@a.example", "", "38"]]
    assert [row[0] for row in rows(out(ctx, path, columns=("name",), sort="-name"))] == ["name", "Ben", "Ada"]
    assert len(rows(out(ctx, path, limit=1))) == 2
    with pytest.raises(Usage) as caught:
        out(ctx, path, columns=("emial",))
    assert (caught.value.code, caught.value.values["nearest"]) == ("unknown-column", "email")
    with pytest.raises(Usage):
        out(ctx, path, text="ctiy:Rome")


def test_archived_ones_go_out_when_asked_for_and_merged_ones_never(ctx: Context, tmp_path: Path) -> None:
    from icrm_tui.merge import merge

    ada, ben = person(ctx, "Ada"), person(ctx, "Ben")
    cyd = person(ctx, "Cyd")
    contacts.archive(ctx, ben)
    merge(ctx, "contact", cyd, ada)
    path = tmp_path / "out.csv"
    assert [row[1] for row in rows(out(ctx, path))[1:]] == ["Ada"]
    assert [row[1] for row in rows(out(ctx, path, archived=True))[1:]] == ["Ada", "Ben"]


def test_a_file_is_whole_private_and_never_written_over(ctx: Context, tmp_path: Path) -> None:
    person(ctx, "张伟")
    path = out(ctx, tmp_path / "out.csv")
    assert path.read_bytes().startswith("\ufeff".encode())
    assert path.stat().st_mode & 0o077 == 0
    before = path.read_bytes()
    with pytest.raises(Refused), exporting.file(path, "csv", replace=False):
        pass
    with pytest.raises(RuntimeError), exporting.file(path, "csv", replace=True) as stream:
        stream.write("half")
        raise RuntimeError
    assert path.read_bytes() == before
    assert list(tmp_path.glob(".out*")) == []
    with pytest.raises(Unavailable), exporting.file(tmp_path / "none" / "out.csv", "csv", replace=False):
        pass


def test_no_cell_is_a_formula(ctx: Context, tmp_path: Path) -> None:
    person(ctx, "=cmd()", notes="@SUM(1)", title="+49 30 1", city="-x")
    tags.tag(ctx, "contact", [1], ["=1"])
    found = dict(zip(*rows(out(ctx, tmp_path / "out.csv")), strict=True))
    assert {key: found[key] for key in ("name", "notes", "title", "city", "tags")} == {
        "name": "'=cmd()", "notes": "'@SUM(1)", "title": "+49 30 1", "city": "'-x", "tags": "'=1",
    }  # fmt: skip
