"""The file a store lies in: made private, brought up to date once, refused where it cannot be one, whole again."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from icrm_tui import db, doctor
from icrm_tui.collect import contacts
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError, Locked, Refused, TooNew, Unavailable
from icrm_tui.session import Session
from icrm_tui.store import files, migrations, sqlite
from tests.support import acting, person, snapshot

pytestmark = pytest.mark.file
fork = get_context("fork")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def raw(path: Path) -> "closing[sqlite3.Connection]":
    return closing(sqlite3.connect(path))


# --- made ------------------------------------------------------------------------------------------------


def test_a_store_and_its_folder_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "icrm.db"
    with closing(db.open_store(path)) as connection:
        person(acting(connection), "Ada")
        assert mode(path.parent) == 0o700
        assert {mode(one) for one in path.parent.iterdir()} == {0o600}
        assert len(list(path.parent.iterdir())) == 3  # with -wal and -shm


def test_a_store_is_opened_as_the_contract_says(store: Path) -> None:
    with closing(db.open_store(store)) as connection:
        pragmas = {name: next(iter(connection.read(f"PRAGMA {name}")[0].values())) for name in PRAGMAS}
    assert pragmas == PRAGMAS


PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 1,
    "foreign_keys": 1,
    "busy_timeout": 30_000,
    "cache_size": -8192,
    "mmap_size": 0,
    "application_id": 0x6963726D,
    "user_version": len(migrations.MIGRATIONS),
}


def test_a_name_with_marks_of_its_own_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / "50% & ? # 客户.db"
    with closing(db.open_store(path)):
        assert path.exists()


# --- refused ---------------------------------------------------------------------------------------------


def refused(path: Path, **how: Any) -> str:
    with pytest.raises(IcrmError) as caught:
        db.open_store(path, **how).close()
    assert caught.value.values["path"] == str(path)
    return caught.value.code


def test_a_folder_a_missing_store_and_a_place_nobody_may_write_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path) == "store-directory"
    assert refused(tmp_path / "none.db", create=False) == "store-missing"
    assert refused(Path("/proc/none/icrm.db")) == "store-create"
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    "content", [b"name,mail\nAda,a@x.example\n" * 50, b"\0" * 4096, b"SQLite format 3\0" + b"x" * 500]
)
def test_what_is_no_database_is_refused_and_left_as_it_is(store: Path, content: bytes) -> None:
    store.write_bytes(content)
    assert refused(store) == "store-foreign"
    assert store.read_bytes() == content


def test_another_programs_database_is_refused_and_left_as_it_is(store: Path) -> None:
    with raw(store) as other:
        other.execute("CREATE TABLE songs (title)")
    content = store.read_bytes()
    assert refused(store) == "store-foreign"
    assert store.read_bytes() == content


def test_a_store_of_a_later_program_is_refused(store: Path) -> None:
    db.open_store(store).close()
    with raw(store) as later:
        later.execute("PRAGMA user_version = 99")
    with pytest.raises(TooNew) as caught:
        db.open_store(store)
    assert (caught.value.values["found"], caught.value.exit) == (99, 3)


def test_a_damaged_store_says_so(store: Path, ctx: Context) -> None:
    person(ctx, "Ada")
    ctx.read("PRAGMA wal_checkpoint(TRUNCATE)")
    ctx.connection.close()
    with store.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (store.stat().st_size - 4096))
    with pytest.raises(Unavailable) as caught, closing(db.open_store(store)) as connection:
        connection.read("SELECT * FROM contacts")
    assert caught.value.code == "store-corrupt"


def test_a_store_on_a_network_drive_is_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"disk / ext4 rw 0 0\nserver:/x {tmp_path}/my\\040share nfs4 rw 0 0\nfar {tmp_path}/far fuse.sshfs rw 0 0\n"
    )
    share = tmp_path / "my share" / "icrm.db"
    with pytest.raises(Unavailable) as caught:
        files.refuse_network(share, mounts)
    assert (caught.value.code, caught.value.values["kind"]) == ("store-network", "nfs4")
    with pytest.raises(Unavailable):
        files.refuse_network(tmp_path / "far" / "a" / "b.db", mounts)
    files.refuse_network(tmp_path / "my shared.db", mounts)


# --- what may only be read -------------------------------------------------------------------------------


def as_nobody(work: Callable[[], Any]) -> Any:
    """What `work` returns or raises in a process without root's powers."""
    here, there = fork.Pipe(duplex=False)

    def run() -> None:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        try:
            there.send(work())
        except IcrmError as error:
            there.send(error.code)

    process = fork.Process(target=run)
    process.start()
    process.join(30)
    assert here.poll(), "the process died"
    return here.recv()


@contextmanager
def read_only(store: Path, *, folder: bool) -> Iterator[None]:
    """The store, open to anybody for reading and to nobody for writing."""
    closed = [path for path in store.parents if not mode(path) & 0o001]  # how deep depends on who runs the tests
    opened_up = [(path, mode(path)) for path in (store.parent, *closed, *store.parent.iterdir())]
    for path, was in opened_up:
        path.chmod(was | 0o555 if path.is_dir() else 0o444)
    store.parent.chmod(0o555 if folder else 0o777)
    try:
        yield
    finally:
        for path, was in opened_up:
            if path.exists():
                path.chmod(was)


@pytest.mark.parametrize("folder", [True, False])
def test_a_store_one_may_only_read_is_read(store: Path, ctx: Context, folder: bool) -> None:
    ada = person(ctx, "Ada")
    ctx.connection.close()

    def look() -> tuple[str, str]:
        with closing(db.open_store(store)) as connection:
            reader = acting(connection)
            name = contacts.show(reader, ada)["name"]
            try:
                contacts.edit(reader, ada, {"city": "Bonn"})
            except Unavailable as error:
                return name, error.code
        return name, "written"

    with read_only(store, folder=folder):
        assert as_nobody(look) == ("Ada", "store-readonly")


def test_a_store_one_may_not_even_read_says_so(store: Path, ctx: Context) -> None:
    ctx.connection.close()

    def look() -> str:
        db.open_store(store).close()
        return "opened"

    with read_only(store, folder=False):
        store.chmod(0o000)
        assert as_nobody(look) == "store-open"


# --- full and locked -------------------------------------------------------------------------------------


def test_a_full_disk_leaves_the_store_as_it_was(ctx: Context) -> None:
    person(ctx, "Ada")
    before = snapshot(ctx)
    pages = ctx.read("PRAGMA page_count")[0]["page_count"]
    ctx.read(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Unavailable) as caught:
        ctx.change("import", lambda _tx: [person(ctx, f"Somebody {n}", notes="x" * 5000) for n in range(200)])
    assert caught.value.code == "store-full"
    assert snapshot(ctx) == before
    ctx.read("PRAGMA max_page_count = 1000000")
    person(ctx, "Berta")
    assert [finding for finding in doctor.run(ctx) if not finding.ok and finding.check != "space"] == []


def test_a_store_another_program_holds_is_waited_for_and_then_refused(store: Path, ctx: Context) -> None:
    with closing(sqlite.Connection(store, wait=0.05)) as impatient:
        ctx.connection.begin()
        try:
            with pytest.raises(Locked) as caught:
                impatient.begin()
            assert (caught.value.code, caught.value.exit) == ("store-locked", 3)
            assert impatient.read("SELECT count(*) AS n FROM users") == [{"n": 1}]  # readers do not wait
        finally:
            ctx.connection.rollback()
        impatient.begin()
        impatient.rollback()


# --- brought up to date ----------------------------------------------------------------------------------

TODAY = len(migrations.MIGRATIONS)  # the schema the older store has


@pytest.fixture
def older(store: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store this program's predecessor wrote: the schema has moved on by one step since."""
    person(ctx, "Ada")
    ctx.connection.close()

    def m_moods(run: Callable[[str], object]) -> None:
        run("ALTER TABLE contacts ADD COLUMN mood TEXT NOT NULL DEFAULT ''")
        run("CREATE TABLE moods (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL)")

    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, m_moods))
    return store


def test_an_older_store_is_brought_up_to_date_and_kept_as_it_was(older: Path) -> None:
    with closing(db.open_store(older)) as connection:
        assert connection.read("SELECT name, mood FROM contacts") == [{"name": "Ada", "mood": ""}]
        assert migrations.version(connection) == TODAY + 1
    kept = older.with_name(f"icrm.db.v{TODAY}.bak")
    assert mode(kept) == 0o600
    with raw(kept) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (TODAY,)
        assert copy.execute("SELECT name FROM contacts").fetchall() == [("Ada",)]
        assert "mood" not in {row[1] for row in copy.execute("PRAGMA table_info(contacts)")}


def test_a_step_that_fails_changes_nothing(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def m_broken(run: Callable[[str], object]) -> None:
        run("ALTER TABLE contacts ADD COLUMN luck TEXT NOT NULL DEFAULT ''")
        run("CREATE TABLE users (id)")  # is there already

    steps = migrations.MIGRATIONS
    monkeypatch.setattr(migrations, "MIGRATIONS", (*steps, m_broken))
    with pytest.raises(sqlite3.OperationalError):
        db.open_store(older)
    with raw(older) as store:
        assert store.execute("PRAGMA user_version").fetchone() == (TODAY,)
        assert "mood" not in {row[1] for row in store.execute("PRAGMA table_info(contacts)")}
    monkeypatch.setattr(migrations, "MIGRATIONS", steps)
    db.open_store(older).close()


def test_a_step_that_leaves_pointers_leading_nowhere_is_refused(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def m_lossy(run: Callable[[str], object]) -> None:
        run("DELETE FROM customers")

    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, m_lossy))
    with pytest.raises(Unavailable) as caught:
        db.open_store(older)
    assert caught.value.code == "store-corrupt"
    with raw(older) as store:
        assert store.execute("SELECT count(*) FROM customers").fetchone() == (1,)


@pytest.mark.parametrize("fresh", [True, False])
def test_many_starts_at_once_bring_a_store_up_to_date_once(older: Path, fresh: bool) -> None:
    if fresh:
        older.unlink()
    gate, answers = fork.Barrier(6), fork.Queue()

    def start() -> None:
        gate.wait(30)
        try:
            with closing(db.open_store(older)) as connection:
                answers.put(migrations.version(connection))
        except BaseException as error:
            answers.put(repr(error))
            raise

    starts = [fork.Process(target=start) for _ in range(6)]
    for process in starts:
        process.start()
    assert [answers.get(timeout=60) for _ in starts] == [TODAY + 1] * 6
    for process in starts:
        process.join()
    with raw(older) as store:
        assert [row[1] for row in store.execute("PRAGMA table_info(contacts)")].count("mood") == 1
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# --- kept and put back -----------------------------------------------------------------------------------


def test_a_backup_is_the_whole_store_private_and_never_written_over(ctx: Context, tmp_path: Path) -> None:
    person(ctx, "Ada", email="a@x.example")
    target = tmp_path / "monday.db"
    db.backup(ctx.connection, target)
    assert mode(target) == 0o600
    with closing(db.open_store(target)) as copy:
        assert snapshot(acting(copy)) == snapshot(ctx)
    with pytest.raises(Refused) as caught:
        db.backup(ctx.connection, target)
    assert caught.value.code == "file-exists"
    with pytest.raises(Unavailable) as broken:
        db.backup(ctx.connection, tmp_path / "none" / "monday.db")
    assert broken.value.code == "file-write"


def test_a_backup_taken_while_others_write_is_one_moment(store: Path, ctx: Context, tmp_path: Path) -> None:
    stop = fork.Event()

    def write() -> None:
        with closing(db.open_store(store)) as connection:
            writer = acting(connection)
            n = 0
            while not stop.is_set():
                twins = [f"Twin {n} a", f"Twin {n} b"]
                writer.change("import", lambda _tx, names=twins: [person(writer, name) for name in names])
                n += 1

    process = fork.Process(target=write)
    process.start()
    try:
        for n in range(5):
            target = tmp_path / f"{n}.db"
            db.backup(ctx.connection, target)
            with raw(target) as copy:
                assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                names = {row[0] for row in copy.execute("SELECT name FROM contacts")}
                assert {name[:-1] + "a" for name in names} == {name[:-1] + "a" for name in names if name.endswith("b")}
    finally:
        stop.set()
        process.join()


def test_whoever_has_the_store_open_sees_what_was_put_back(store: Path, ctx: Context, tmp_path: Path) -> None:
    ada = person(ctx, "Ada")
    monday = tmp_path / "monday.db"
    db.backup(ctx.connection, monday)
    contacts.edit(ctx, ada, {"city": "Bonn"})
    person(ctx, "Berta")
    tuesday = snapshot(ctx)
    session = Session(store)
    try:
        count = "SELECT count(*) AS n FROM contacts"
        assert session.submit("reader", lambda connection: connection.read(count)).result() == [{"n": 2}]
        token = session.submit("reader", lambda connection: connection.token()).result()
        kept = db.restore(ctx.connection, monday)
        assert session.submit("reader", lambda connection: connection.token()).result() != token
        assert session.submit("reader", lambda connection: connection.read(count)).result() == [{"n": 1}]
        writer = session.submit("writer", lambda connection: contacts.edit(acting(connection), ada, {"city": "Köln"}))
        assert writer.result() is True
    finally:
        session.close()
    assert contacts.get(ctx, ada)["city"] == "Köln"
    assert mode(kept) == 0o600
    with closing(db.open_store(kept)) as copy:
        assert snapshot(acting(copy)) == tuesday
    assert [finding for finding in doctor.run(ctx) if not finding.ok and finding.check != "space"] == []


def test_only_a_whole_store_of_ours_is_put_back(ctx: Context, tmp_path: Path) -> None:
    person(ctx, "Ada")
    before = snapshot(ctx)
    text, other, later = tmp_path / "a.csv", tmp_path / "songs.db", tmp_path / "later.db"
    text.write_text("name\nAda\n")
    with raw(other) as songs:
        songs.execute("CREATE TABLE songs (title)")
    db.backup(ctx.connection, later)
    with raw(later) as store:
        store.execute("PRAGMA user_version = 99")
    codes = {}
    for path in (text, other, later, tmp_path / "none.db"):
        with pytest.raises(Unavailable) as caught:
            db.restore(ctx.connection, path)
        codes[path.name] = caught.value.code
    assert codes == {
        "a.csv": "store-foreign",
        "songs.db": "store-foreign",
        "later.db": "store-too-new",
        "none.db": "store-missing",
    }
    assert snapshot(ctx) == before


def test_an_older_backup_is_brought_up_to_date_as_it_is_put_back(older: Path, tmp_path: Path) -> None:
    monday = tmp_path / "monday.db"
    monday.write_bytes(older.read_bytes())
    with closing(db.open_store(older)) as connection:
        person(acting(connection), "Berta")
        db.restore(connection, monday)
        assert connection.read("SELECT name, mood FROM contacts") == [{"name": "Ada", "mood": ""}]
