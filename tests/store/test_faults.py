"""A server far, cut off, silent or killed: nothing acknowledged is lost, nothing is done twice, nobody hangs."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any

import pytest

from icrm_tui import db, doctor
from icrm_tui.collect import contacts, interactions
from icrm_tui.context import Context
from icrm_tui.errors import Conflict, Lost, Unavailable
from icrm_tui.search import Who
from tests import servers
from tests.support import acting, person, until

pytestmark = pytest.mark.team
spawn = get_context("fork")
SILENT = 6.0  # seconds at most until somebody hears that the server does not answer


@pytest.fixture
def place(stores: Any) -> Iterator[db.Service]:
    yield from stores.store()


@pytest.fixture
def proxy(stores: Any) -> Iterator[servers.Proxy]:
    made = servers.Proxy(stores.port)
    yield made
    made.close()


@pytest.fixture
def far(stores: Any, place: db.Service, proxy: servers.Proxy) -> db.Service:
    """The store, by way of the proxy."""
    found: db.Service = stores.service(f"{place.name}_far", port=proxy.port, dbname=place.name)
    return found


@pytest.fixture
def ctx(far: db.Service) -> Iterator[Context]:
    with closing(db.open_store(far)) as connection:
        yield acting(connection)


def seconds(work: Callable[[], Any]) -> float:
    began = monotonic()
    work()
    return monotonic() - began


# --- cut and silent --------------------------------------------------------------------------------------


def test_a_line_cut_between_two_changes_is_made_anew(ctx: Context, proxy: servers.Proxy) -> None:
    person(ctx.action(), "Ada")
    proxy.cut()
    person(ctx.action(), "Bob")
    proxy.cut()
    assert [row["name"] for row in ctx.read("SELECT name FROM contacts ORDER BY id")] == ["Ada", "Bob"]


def test_a_line_cut_before_the_answer_applies_the_change_once(
    ctx: Context, place: db.Service, proxy: servers.Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit arrives; that it did is never heard."""
    person(ctx.action(), "Ada")
    with closing(db.open_store(place)) as near:
        asked = ctx.connection.commit

        def commit() -> None:
            monkeypatch.undo()
            asked()
            proxy.cut()
            raise Lost("team-lost", service="s", detail="cut")

        monkeypatch.setattr(ctx.connection, "commit", commit)
        made = person(ctx.action(), "Bob")
        assert near.read("SELECT id FROM contacts WHERE name = 'Bob'") == [{"id": made}]


def test_silence_is_told_within_six_seconds_and_nothing_is_lost(ctx: Context, proxy: servers.Proxy) -> None:
    ada = person(ctx.action(), "Ada")
    proxy.swallow = True
    action = ctx.action("the-one")

    def refused(work: Callable[[], Any]) -> None:
        with pytest.raises(Unavailable):
            work()

    assert seconds(lambda: refused(lambda: contacts.edit(action, ada, {"city": "Bonn"}))) < SILENT
    assert seconds(lambda: refused(lambda: ctx.read("SELECT 1 FROM contacts"))) < SILENT
    proxy.swallow = False
    assert contacts.edit(ctx.action("the-one"), ada, {"city": "Bonn"})  # what was typed is still there to be sent
    assert contacts.get(ctx, ada)["city"] == "Bonn"
    assert len(ctx.read("SELECT 1 FROM changes WHERE verb = 'contact.edit'")) == 1


def test_a_server_that_is_not_there_is_told_in_one_line(stores: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from icrm_tui import cli

    gone = stores.service("gone", port=servers.free_port())
    assert seconds(lambda: cli.run(["contact", "list", "--db", str(gone)])) < SILENT
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "does not answer" in said.err


def test_what_takes_long_is_no_silence(ctx: Context) -> None:
    """The server is busy with what we asked for longer than we would wait for a silent one."""
    assert ctx.read("SELECT 1 AS one FROM pg_sleep(5.5)") == [{"one": 1}]


# --- many at once ----------------------------------------------------------------------------------------


def at_once(place: db.Service, works: list[Callable[[Context], Any]]) -> list[Any]:
    """Run each in a process and a connection of its own; what they answer, in their order."""
    answers: Any = spawn.Queue()

    def run(n: int) -> None:
        with closing(db.open_store(place)) as connection:
            answers.put((n, works[n](acting(connection))))

    processes = [spawn.Process(target=run, args=(n,)) for n in range(len(works))]
    for process in processes:
        process.start()
    found = dict(answers.get(timeout=120) for _process in processes)
    for process in processes:
        process.join(30)
    return [found[n] for n in range(len(works))]


def edits(place: db.Service, writers: int, each: int) -> tuple[int, int, int]:
    """Everybody edits one row on the version they read: how often it was tried, applied and refused."""
    with closing(db.open_store(place)) as connection:
        ada = person(acting(connection), "Ada", city="0")

    def work(ctx: Context) -> tuple[int, int]:
        applied = refused = 0
        for _n in range(each):
            now = contacts.show(ctx, ada)
            try:
                applied += contacts.edit(ctx.action(), ada, {"city": str(int(now["city"]) + 1)}, now["rev"])
            except Conflict:
                refused += 1
        return applied, refused

    found = at_once(place, [work] * writers)
    return writers * each, sum(one[0] for one in found), sum(one[1] for one in found)


def test_of_two_edits_of_one_version_one_is_applied_and_one_reported(place: db.Service) -> None:
    tried, applied, refused = edits(place, 2, 60)
    assert applied + refused == tried
    with closing(db.open_store(place)) as connection:
        assert contacts.get(acting(connection), 1)["city"] == str(applied)


@pytest.mark.soak
def test_two_editors_of_one_row_1600_times(place: db.Service) -> None:
    tried, applied, refused = edits(place, 2, 800)
    assert (tried, applied + refused) == (1600, 1600)
    assert refused > 0
    with closing(db.open_store(place)) as connection:
        assert contacts.get(acting(connection), 1)["city"] == str(applied)


@pytest.mark.soak
def test_fifty_writers_on_kept_connections_lose_nothing(place: db.Service) -> None:
    writers, each = 50, 20
    with closing(db.open_store(place)) as connection:
        shared = [person(acting(connection), f"Shared {n}", city="0") for n in range(5)]

    def work(ctx: Context) -> int:
        for n in range(each):
            person(ctx.action(), f"Somebody {os.getpid()} {n}", email=f"{os.getpid()}.{n}@x.example")
            interactions.add(ctx.action(), Who(shared[n % 5], shared[n % 5], ""), interactions.Touch(f"call {n}"))
        return each

    assert at_once(place, [work] * writers) == [each] * writers
    with closing(db.open_store(place)) as connection:
        ctx = acting(connection)
        assert len(ctx.read("SELECT 1 FROM contacts")) == 5 + writers * each
        assert ctx.read("SELECT sum(touches) AS n FROM contact_stats") == [{"n": writers * each}]
        assert [one for one in doctor.run(ctx) if not one.ok] == []


# --- killed ----------------------------------------------------------------------------------------------


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[servers.Stores]:
    """A server of one's own that keeps what it says it keeps, to be killed."""
    if (missing := servers.missing()) is not None:
        pytest.skip(missing)
    monkeypatch.setenv("PGSERVICEFILE", os.environ.get("PGSERVICEFILE", ""))
    made = servers.Stores("max_connections = 100\nautovacuum = off\n")
    yield made
    made.close()


@pytest.mark.soak
def test_killed_under_eight_writers_it_keeps_all_it_acknowledged(own: servers.Stores, tmp_path: Path) -> None:
    place = next(own.store())
    with closing(db.open_store(place)) as connection:
        ada = person(acting(connection), "Ada", city="0")
    stop = tmp_path / "stop"
    began = [tmp_path / f"began{n}" for n in range(8)]

    def writer(n: int) -> Callable[[Context], list[str]]:
        def work(ctx: Context) -> list[str]:
            acknowledged, k = [], 0
            while not stop.exists():
                k += 1
                email, op = f"w{n}.{k}@x.example", f"w{n}-{k}"
                while True:  # as whoever presses the key again: the same operation
                    try:
                        made = person(ctx.action(op), f"W{n} {k}", email=email)
                        interactions.add(ctx.action(f"{op}-log"), Who(1, ada, ""), interactions.Touch(email))
                        break
                    except Unavailable:
                        if stop.exists():
                            return acknowledged
                assert made
                acknowledged.append(email)
                began[n].write_text(str(k))
            return acknowledged

        return work

    found: list[Any] = []
    works = [writer(n) for n in range(8)]
    running = Thread(target=lambda: found.extend(at_once(place, works)), daemon=True)
    running.start()
    for _round in range(3):
        for path in began:
            path.unlink(missing_ok=True)
        until(lambda: all(path.exists() for path in began), 60)
        own.kill()
        own.start()
    for path in began:
        path.unlink(missing_ok=True)
    until(lambda: all(path.exists() for path in began), 60)
    stop.touch()
    running.join(120)
    acknowledged = [email for one in found for email in one]
    assert len(found) == 8
    with closing(db.open_store(place)) as connection:
        ctx = acting(connection)
        kept = [row["key"] for row in ctx.read("SELECT key FROM channels WHERE kind = 'email'")]
        assert len(kept) == len({*kept})
        assert {*acknowledged} <= {*kept}
        logged = [row["body"] for row in ctx.read("SELECT body FROM interactions")]
        assert len(logged) == len({*logged})
        assert {*acknowledged} <= {*logged}
        assert ctx.read("SELECT touches AS n FROM contact_stats") == [{"n": len(logged)}]
        assert [one for one in doctor.run(ctx) if not one.ok] == []


# --- who may come in -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """A server that asks for a password and speaks to nobody in the clear."""
    if (missing := servers.missing()) is not None:
        pytest.skip(missing)
    made = servers.Server(servers.FAST + "ssl = on\n", "scram-sha-256", "s3cret-owner")
    made.certify()
    (made.data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    made.start()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("options", "passphrase", "said"),
    [
        ({"sslmode": "verify-full", "sslrootcert": "{ca}"}, "s3cret-owner", ""),
        ({"sslmode": "verify-full", "sslrootcert": "{ca}"}, "s3cret-wrong", "password authentication failed"),
        ({"sslmode": "disable"}, "s3cret-owner", "no encryption"),
        ({"sslmode": "verify-full", "sslrootcert": "{other}"}, "s3cret-owner", "certificate verify failed"),
    ],
    ids=["right", "wrong password", "plaintext", "wrong authority"],
)
def test_who_may_not_come_in_is_told_so_in_one_line_without_a_secret(
    guarded: servers.Server,
    options: dict[str, str],
    passphrase: str,
    said: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from icrm_tui import cli

    given = {
        key: value.format(ca=guarded.folder / "ca.crt", other=guarded.folder / "other.crt")
        for key, value in options.items()
    }
    name = f"guarded{abs(hash((passphrase, *given.values())))}"
    guarded.service(name, dbname="postgres", user=servers.OWNER, host="localhost", hostaddr="127.0.0.1", **given)
    monkeypatch.setenv("PGSERVICEFILE", str(guarded.services))
    secrets = home / "pgpass"
    secrets.write_text(f"*:*:*:*:{passphrase}\n")
    secrets.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(secrets))
    code = cli.run(["team", "status", "--json", "--verbose" if not said else "--quiet", "--db", f"service={name}"])
    told = capsys.readouterr()
    assert "s3cret" not in told.out + told.err
    if said:
        assert (code, told.out, told.err.count("\n")) == (3, "", 1)
        assert said in told.err
    else:
        assert (code, '"secure": "TLSv1.3"' in told.out) == (0, True)


def test_a_server_elsewhere_has_to_prove_who_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is asked of libpq where the service file does not say."""
    from icrm_tui.store import connecting

    def modes(host: str, **more: str) -> list[str | None]:
        said = {"host": host, "hostaddr": "", "port": "5432", "sslmode": "prefer", "target_session_attrs": ""} | more
        return [one.get("sslmode") for one in connecting._attempts(said, monotonic() + 1)]

    assert modes("192.0.2.1") == modes("192.0.2.1,192.0.2.2")[:1] == ["verify-full"]
    assert modes("localhost") == modes("127.0.0.1") == modes("/run/postgresql") == modes("::1") == [None]
    assert modes("192.0.2.1", sslmode="require") == [None]  # as somebody chose it
    many = connecting._attempts(
        {"host": "192.0.2.1,192.0.2.2", "hostaddr": "", "port": "5432", "sslmode": "", "target_session_attrs": ""},
        monotonic() + 1,
    )
    assert {one["target_session_attrs"] for one in many} == {"read-write"}


# --- far -------------------------------------------------------------------------------------------------

WAITS = {"log": 5, "edit": 7, "add": 11}  # for how many answers each waits; the aim of all of them is 3


def test_a_change_far_away_waits_for_no_more_answers_than_counted(ctx: Context, proxy: servers.Proxy) -> None:
    ada = person(ctx.action(), "Ada")
    proxy.delay = 0.015  # each way
    works: dict[str, Callable[[], Any]] = {
        "log": lambda: interactions.add(ctx.action(), Who(ada, ada, ""), interactions.Touch("hello")),
        "edit": lambda: contacts.edit(ctx.action(), ada, {"city": "Bonn"}),
        "add": lambda: person(ctx.action(), "Bob"),
    }
    waited = {}
    for name, work in works.items():
        before = ctx.connection.rounds
        work()
        waited[name] = ctx.connection.rounds - before
    assert all(waited[name] <= most for name, most in WAITS.items()), waited
