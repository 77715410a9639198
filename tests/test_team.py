"""A team's store on a server: made by its owner, joined by a role a person, filled from a file, copied to one."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from icrm_tui import cli, db, doctor, history, i18n, search, users
from icrm_tui.collect import contacts
from icrm_tui.context import Context
from icrm_tui.errors import Refused, TooNew, Unavailable
from tests import servers
from tests.support import NOW, ZONE, Answer, acting, person

pytestmark = pytest.mark.team


@pytest.fixture
def place(stores: Any) -> Iterator[db.Service]:
    yield from stores.store()


@pytest.fixture
def bare(stores: Any) -> Iterator[db.Service]:
    """A database with nothing in it, reached by who owns it."""
    for made in stores.store("template1"):
        yield stores.service(f"{made.name}_owner", dbname=made.name, user=servers.OWNER)


@pytest.fixture
def local(told: Path, tmp_path: Path) -> Path:
    """A store in a file with more than one of everything, and something undone."""
    path = tmp_path / "local.db"
    path.write_bytes(told.read_bytes())
    with closing(db.open_store(path)) as connection:
        ctx = acting(connection)
        ada = person(ctx.action(), "Ada 李", email="ada@x.example", company="Engines Ltd", tag="vip")
        contacts.edit(ctx.action(), ada, {"city": "London\t\\N \n"})
        person(ctx.action(), "Gone")
        history.undo(ctx.action())
    return path


@pytest.fixture
def icrm(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Answer]]:
    monkeypatch.setenv("ICRM_NOW", "2026-11-23T09:30")

    def run(*words: str) -> Answer:
        code = cli.run(list(words))
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    yield run
    i18n.use("en")


def opened(place: db.Place, user: str = "wei") -> "closing[db.Connection]":
    return closing(db.open_store(place))


# --- made ------------------------------------------------------------------------------------------------


def test_an_empty_database_becomes_a_store_once(icrm: Any, bare: db.Service) -> None:
    answer = icrm("contact", "list", "--db", str(bare))
    assert (answer.code, f"icrm team init --db {bare}" in answer.err) == (3, True)
    assert icrm("team", "init", "--db", str(bare)).code == 0
    assert icrm("team", "init", "--db", str(bare)).code == 0
    assert icrm("contact", "add", "Ada", "--db", str(bare)).code == 0
    assert icrm("doctor", "--db", str(bare)).code == 0


def test_a_store_of_a_later_program_is_refused(stores: Any, place: db.Service) -> None:
    owner = stores.service(f"{place.name}_owner", dbname=place.name, user=servers.OWNER)
    with closing(servers.connect(owner)) as connection:
        connection.execute("UPDATE schema_version SET version = 999")
    with pytest.raises(TooNew):
        db.open_store(place)


def test_a_member_changes_no_schema_and_makes_no_role(icrm: Any, place: db.Service) -> None:
    with opened(place) as connection:
        for sql in (
            "CREATE TABLE icrm.mine (a INT)",
            "DROP TABLE icrm.contacts",
            "UPDATE schema_version SET version = 1",
        ):
            with pytest.raises((Refused, Exception)) as caught:
                connection.execute(sql)
            assert not isinstance(caught.value, AssertionError)
            connection.rollback()
    answer = icrm("team", "add-user", "mallory", "--db", str(place))
    assert (answer.code, answer.out, answer.err.count("\n")) == (1, "", 1)


def test_whom_the_server_lets_in_belongs_to_the_team_until_they_leave(place: db.Service, stores: Any) -> None:
    with opened(place) as connection:
        wei = acting(connection)
        with closing(db.open_store(db.Service(place.name, "li"))) as other:
            li = Context(other, other.role, lambda: NOW, ZONE)
            assert users.identify(li)["role"] == "member"
            assert history.changes(li)[0]["who"] == "icrm"
        users.leave(wei, "li")
        with closing(db.open_store(db.Service(place.name, "li"))) as other, pytest.raises(Refused):
            users.identify(Context(other, other.role, lambda: NOW, ZONE))


def test_status_says_what_is_there(icrm: Any, place: db.Service) -> None:
    with opened(place) as connection:
        person(acting(connection), "Ada")
        told = json.loads(icrm("team", "status", "--db", str(place), "--json").out)
    assert (told["customers"], told["users"], told["schema"] == told["schema_known"]) == (1, 1, True)
    assert (told["role"], told["here"], told["secure"]) == ("wei", "wei", "")
    assert icrm("team", "status", "--db", "service=nowhere").code == 3
    assert icrm("team", "status", "--db", "icrm.db").code == 2


# --- moved -----------------------------------------------------------------------------------------------


def told_of(place: db.Place) -> dict[str, tuple[int, str]]:
    from icrm_tui.store import moving

    with opened(place) as connection:
        file = isinstance(place, Path)
        names = (
            moving.tables(connection)
            if file
            else sorted(name for name in connection.tables() if not name.startswith(moving.OWN))
        )
        return {one.table: (one.rows, one.sum) for one in moving.sums(connection, names)}


def test_push_then_pull_gives_equal_content(icrm: Any, place: db.Service, local: Path, tmp_path: Path) -> None:
    answer = icrm("team", "push", str(local), "--db", str(place), "--json")
    assert (answer.code, answer.err.count("\n")) == (0, 1)
    assert {row["table"]: (row["rows"], row["sum"]) for row in answer.json} == {
        table: found for table, found in told_of(local).items() if found[0]
    }
    assert told_of(place) == told_of(local)
    assert icrm("find", "ada@x.example", "--db", str(place), "--format", "ids").lines != []
    assert icrm("doctor", "--db", str(place)).code == 0
    copy = tmp_path / "copy.db"
    assert icrm("team", "pull", str(copy), "--db", str(place)).code == 0
    assert {name: found for name, found in told_of(copy).items() if name != "copied"} == told_of(place)
    assert [path.name for path in tmp_path.glob(".copy*")] == []
    # what is made after is made beyond what was
    last = max(row["id"] for row in _read(local, "SELECT max(id) AS id FROM contacts"))
    made = icrm("contact", "add", "Next", "--db", str(place), "--json").json
    assert int(made["id"].removeprefix("p")) > last


def _read(place: db.Place, sql: str) -> list[dict[str, Any]]:
    with opened(place) as connection:
        return connection.read(sql)


def test_a_copy_is_read_by_anybody_and_written_by_nobody(icrm: Any, place: db.Service, tmp_path: Path) -> None:
    assert icrm("contact", "add", "Ada", "--db", str(place)).code == 0
    copy = tmp_path / "copy.db"
    assert icrm("team", "pull", str(copy), "--db", str(place)).code == 0
    before = copy.read_bytes()
    answer = icrm("contact", "list", "--columns", "name", "--db", str(copy), "--as", "somebody")
    assert (answer.code, answer.out) == (0, "Ada\n")
    assert "as it was 2026-11-23 09:30" in answer.err
    answer = icrm("contact", "add", "Bob", "--db", str(copy))
    assert (answer.code, "can only be read" in answer.err) == (3, True)
    assert copy.read_bytes() == before
    assert icrm("team", "pull", str(copy), "--db", str(place)).code == 1  # nothing is written over
    assert copy.read_bytes() == before


def test_only_an_empty_store_is_filled_and_only_whole(
    icrm: Any, place: db.Service, local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = _broken(local)
    assert icrm("team", "push", str(broken), "--db", str(place)).code != 0
    assert _read(place, "SELECT 1 FROM customers LIMIT 1") == []
    assert icrm("contact", "add", "Ada", "--db", str(place)).code == 0
    answer = icrm("team", "push", str(local), "--db", str(place))
    assert (answer.code, answer.err.count("\n")) == (1, 1)
    assert icrm("contact", "list", "--count", "--db", str(place)).out == "1\n"


def _broken(local: Path) -> Path:
    """A store whose last table points nowhere, which no server takes."""
    path = local.with_name("broken.db")
    path.write_bytes(local.read_bytes())
    with opened(path) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("UPDATE taggings SET tag_id = 999999 WHERE id = (SELECT min(id) FROM taggings)")
    return path


def test_doctor_finds_a_pushed_demo_sound(place: db.Service, local: Path) -> None:
    from icrm_tui import team

    team.push(place, local, lambda _stage, _n, _of: None)
    with opened(place) as connection:
        ctx = acting(connection)
        assert [one for one in doctor.run(ctx) if not one.ok] == []
        assert search.pending(ctx) == 0
        with pytest.raises(Unavailable):
            db.open_store(db.Service("nowhere"))
