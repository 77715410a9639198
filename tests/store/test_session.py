"""A session: one thread that writes, one that reads, each in turn, and called off where nobody wants the answer."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from icrm_tui import lists
from icrm_tui.context import Context
from icrm_tui.db import Connection
from icrm_tui.errors import Interrupted, Unavailable
from icrm_tui.session import Session
from tests.support import acting, person, until

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS n FROM n"


@pytest.fixture
def session(store: Path, ctx: Context) -> Iterator[Session]:
    made = Session(store)
    yield made
    made.close()


def test_each_thread_works_in_turn_on_a_connection_of_its_own(session: Session) -> None:
    seen: list[tuple[str, int, int]] = []

    def note(name: str) -> Callable[[Connection], None]:
        return lambda connection: seen.append((name, threading.get_ident(), id(connection)))

    for n in range(20):
        session.submit("writer", note(f"write {n}"))
        session.submit("reader", note(f"read {n}"))
    for thread in ("writer", "reader"):
        session.submit(thread, lambda _connection: None).result()
    writes = [entry for entry in seen if entry[0].startswith("write")]
    reads = [entry for entry in seen if entry[0].startswith("read")]
    assert [entry[0] for entry in writes] == [f"write {n}" for n in range(20)]
    assert len({entry[1:] for entry in writes}) == len({entry[1:] for entry in reads}) == 1
    assert not {entry[1:] for entry in writes} & {entry[1:] for entry in reads}


def test_the_reader_reads_while_the_writer_writes(session: Session) -> None:
    begun, go = threading.Event(), threading.Event()

    def write(connection: Connection) -> None:
        ctx = acting(connection)

        def work(_tx: object) -> None:
            person(ctx, "Ada")
            begun.set()
            go.wait(30)

        ctx.change("contact.add", work)

    writing = session.submit("writer", write)
    begun.wait(30)
    count = "SELECT count(*) AS n FROM contacts"
    assert session.submit("reader", lambda connection: connection.read(count)).result(30) == [{"n": 0}]
    go.set()
    writing.result(30)
    assert session.submit("reader", lambda connection: connection.read(count)).result(30) == [{"n": 1}]


def test_the_token_moves_when_anybody_else_has_written(session: Session, ctx: Context) -> None:
    def token() -> int:
        found: int = session.submit("reader", lambda connection: connection.token()).result(30)
        return found

    first = token()
    assert token() == first
    person(ctx, "Ada")
    second = token()
    assert second != first
    session.submit("writer", lambda connection: person(acting(connection), "Berta")).result(30)
    assert token() != second


def test_a_long_read_is_called_off_and_the_next_one_answers(session: Session) -> None:
    started = threading.Event()

    def endless(connection: Connection) -> object:
        started.set()
        return connection.read(ENDLESS)

    reading = session.submit("reader", endless)
    started.wait(30)
    until(lambda: (session.interrupt(), reading.done())[1])
    with pytest.raises(Interrupted) as caught:
        reading.result(30)
    assert caught.value.exit == 130
    assert session.submit("reader", lambda connection: connection.read("SELECT 1 AS one")).result(30) == [{"one": 1}]


@pytest.mark.file
def test_a_stream_of_ids_is_called_off_between_two_rows(ctx: Context) -> None:
    for n in range(3):
        person(ctx, f"Ada {n}")
    rows = ctx.stream(f"SELECT id FROM contacts UNION ALL SELECT n FROM ({ENDLESS}) AS e")
    assert next(rows) == (1,)
    ctx.connection.interrupt()
    with pytest.raises(Interrupted):
        list(rows)
    assert list(lists.ids(ctx, lists.Wanted("contact"))) == [1, 2, 3]


def test_closing_waits_for_writes_and_not_for_reads(store: Path, ctx: Context) -> None:
    session = Session(store)
    begun, go = threading.Event(), threading.Event()

    def write(connection: Connection) -> None:
        begun.set()
        go.wait(30)
        person(acting(connection), "Ada")

    writing = session.submit("writer", write)
    reading = session.submit("reader", lambda connection: connection.read(ENDLESS))
    begun.wait(30)
    threading.Timer(0.01, go.set).start()
    session.close()  # the read may not have begun by now: it is called off when it has
    assert writing.done()
    assert writing.exception() is None
    assert reading.cancelled() or isinstance(reading.exception(), Interrupted)
    assert ctx.read("SELECT name FROM contacts") == [{"name": "Ada"}]


def test_what_a_work_raises_is_its_askers(session: Session) -> None:
    with pytest.raises(Unavailable):
        session.submit(
            "reader", lambda _connection: (_ for _ in ()).throw(Unavailable("store-open", path="x"))
        ).result()
    assert session.submit("reader", lambda connection: connection.read("SELECT 2 AS n")).result() == [{"n": 2}]
