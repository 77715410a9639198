"""Real processes on one store: nothing is lost, nobody hears "locked", and two who add one address make one contact."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from typing import Any

from icrm_tui import db, doctor, history, search
from icrm_tui.collect import contacts, interactions, tags
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.session import Session
from tests.support import acting, person, snapshot, until

fork = get_context("fork")

WRITERS = 8
CHANGES = 100


def together(store: Path, works: list[Callable[[Context], Any]]) -> list[Any]:
    """What each work answered, or its error, all begun at once in processes of their own."""
    return started(store, works)()


def started(store: Path, works: list[Callable[[Context], Any]]) -> Callable[[], list[Any]]:
    """Processes that wait for the call which lets them begin and gives their answers.

    A process with threads of its own must not fork: a child may find a lock held by a thread it does not have.
    """
    gate, answers = fork.Barrier(len(works) + 1), fork.SimpleQueue()

    def run(n: int) -> None:
        try:
            with closing(db.open_store(store)) as connection:
                gate.wait(30)
                answers.put((n, works[n](acting(connection))))
        except BaseException as error:
            answers.put((n, repr(error)))
            raise

    processes = [fork.Process(target=run, args=(n,)) for n in range(len(works))]
    for process in processes:
        process.start()

    def finish() -> list[Any]:
        gate.wait(30)
        found = dict(answers.get() for _ in processes)
        for process in processes:
            process.join()
            assert process.exitcode == 0
        return [found[n] for n in range(len(works))]

    return finish


def test_eight_writers_lose_nothing_while_a_session_reads(store: Path, ctx: Context) -> None:
    shared = person(ctx, "Everybody's", city="0")

    def work(ctx: Context) -> int:
        for n in range(CHANGES):
            kind = n % 4
            if kind == 0:
                person(ctx, f"Somebody {os.getpid()} {n}", email=f"{os.getpid()}.{n}@x.example")
            elif kind == 1:
                interactions.add(ctx, search.Who(1, shared, ""), interactions.Touch(f"call {n}"))
            elif kind == 2:
                tags.tag(ctx, "contact", [shared], [f"tag {os.getpid()} {n}"])
            else:  # read, then write: only in one transaction is nothing lost
                now = ctx.change("contact.edit", lambda _tx: count(ctx, shared))
                assert now
        return CHANGES

    def count(ctx: Context, contact_id: int) -> bool:
        return contacts.edit(ctx, contact_id, {"city": str(int(contacts.get(ctx, contact_id)["city"]) + 1)})

    finish = started(store, [work] * WRITERS)
    session = Session(store)
    try:
        reads = 0

        def read(connection: db.Connection) -> int:
            nonlocal reads
            reads += 1
            return len(connection.read("SELECT id FROM contacts"))

        answers: list[Any] = []
        thread = Thread(target=lambda: answers.extend(finish()))
        thread.start()
        seen = [session.submit("reader", read).result(30)]
        while thread.is_alive():
            seen.append(session.submit("reader", read).result(30))
            thread.join(0.01)
    finally:
        session.close()
    assert answers == [CHANGES] * WRITERS
    quarter = WRITERS * CHANGES // 4
    assert seen == sorted(seen)
    assert len(ctx.read("SELECT 1 FROM contacts")) == 1 + quarter
    assert len(ctx.read("SELECT 1 FROM interactions")) == quarter
    assert len(ctx.read("SELECT 1 FROM taggings")) == quarter
    assert contacts.get(ctx, shared)["city"] == str(quarter)
    made = Counter(row["verb"] for row in ctx.read("SELECT verb FROM changes"))
    assert made == {"user.add": 1, "contact.add": quarter + 1, "interaction.add": quarter, "contact.tag": quarter} | {
        "contact.edit": quarter
    }
    assert ctx.read("SELECT touches FROM contact_stats") == [{"touches": quarter}]
    assert [finding for finding in doctor.run(ctx) if not finding.ok and finding.check != "space"] == []


def test_two_who_add_one_address_at_once_make_one_contact(store: Path, ctx: Context) -> None:
    def add(ctx: Context) -> list[Any]:
        found: list[Any] = []
        for n in range(30):
            try:
                found.append(person(ctx, f"Ada {os.getpid()}", email=f"ada{n}@x.example"))
            except IcrmError as error:
                found.append((error.code, error.values["id"]))
        return found

    one, two = together(store, [add, add])
    for mine, theirs in zip(one, two, strict=True):
        made, refused = (mine, theirs) if isinstance(mine, int) else (theirs, mine)
        assert refused == ("channel-taken", f"p{made}")
    assert ctx.read("SELECT key, count(*) AS n FROM channels GROUP BY key HAVING count(*) > 1") == []
    assert len(ctx.read("SELECT 1 FROM contacts")) == len(ctx.read("SELECT 1 FROM channels")) == 30


def test_one_operation_sent_by_many_at_once_applies_once(store: Path, ctx: Context) -> None:
    answers = together(store, [lambda ctx: person(ctx.action("the-one"), "Ada")] * 6)
    assert answers == [answers[0]] * 6
    assert len(ctx.read("SELECT 1 FROM contacts")) == 1


def test_two_who_make_one_company_or_tag_at_once_share_it(store: Path, ctx: Context) -> None:
    def hire(ctx: Context) -> list[int]:
        return [person(ctx, f"Worker {os.getpid()} {n}", company=f"Firm {n}", tag=f"tag {n}") for n in range(20)]

    together(store, [hire] * 4)
    assert len(ctx.read("SELECT 1 FROM companies")) == len(ctx.read("SELECT 1 FROM tags")) == 20
    assert len(ctx.read("SELECT 1 FROM contacts")) == 80


def test_many_first_users_at_once_make_one(store: Path) -> None:
    db.open_store(store).close()
    answers = together(store, [lambda ctx: ctx.user] * 6)
    assert answers == ["wei"] * 6
    with closing(db.open_store(store)) as connection:
        assert connection.read("SELECT name FROM users") == [{"name": "wei"}]


def test_a_writer_killed_anywhere_leaves_whole_changes_only(store: Path, ctx: Context) -> None:
    """Each change makes two people or none; what was answered is there, and the store is sound."""

    def write(pipe: Any) -> None:
        with closing(db.open_store(store)) as connection:
            writer = acting(connection)
            n = 0
            while True:
                pair = [f"Twin {os.getpid()} {n} {half}" for half in "ab"]
                writer.change("import", lambda _tx, names=pair: [person(writer, name, tag=name) for name in names])
                pipe.send(n)
                n += 1

    for trial in range(20):
        here, there = fork.Pipe(duplex=False)
        process = fork.Process(target=write, args=(there,))
        process.start()
        until(here.poll)
        answered = -1
        for _ in range(trial * 3):
            answered = here.recv()
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        while here.poll():
            answered = here.recv()
        names = {
            row["name"] for row in ctx.read("SELECT name FROM contacts WHERE name LIKE :n", n=f"Twin {process.pid} %")
        }
        assert len(names) % 2 == 0
        assert len(names) // 2 in (answered + 1, answered + 2)
    before = snapshot(ctx)
    history.undo(ctx)
    history.undo(ctx, ctx.last_change)
    assert snapshot(ctx) == before
    assert [finding for finding in doctor.run(ctx) if not finding.ok and finding.check != "space"] == []
