"""Senders killed with -9 wherever it happens: a mail is received once or listed as unknown, by the server's count."""

import os
import signal
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import pytest

from icrm_tui import db
from icrm_tui.context import Context
from icrm_tui.engage import messages
from icrm_tui.engage.messages import Message
from icrm_tui.engage.messages_sending import send
from icrm_tui.improve import tick
from icrm_tui.search import who
from tests.engage.mailserver import Post, serving
from tests.support import acting, person, until

spawn = get_context("spawn")  # the server has a thread here, and who has threads must not fork
WORKS = {"send": send, "tick": tick.run}
TRIALS = 30
EACH = 12  # mails a trial


def sender(store: Path, around: dict[str, str], work: str, begun: Any) -> None:
    os.environ.update(around)
    with closing(db.open_store(store)) as connection:
        ctx = acting(connection)
        begun.set()
        pause = Event()
        while True:
            WORKS[work](ctx)
            pause.wait(0.02)


def started(store: Path, home: Path, *works: str) -> list[Any]:
    around = {"HOME": str(home), "TZ": os.environ["TZ"], "ICRM_LANG": "en"}
    signs = [spawn.Event() for _ in works]
    made = [
        spawn.Process(target=sender, args=(store, around, work, begun))
        for work, begun in zip(works, signs, strict=True)
    ]
    for process in made:
        process.start()
    assert all(begun.wait(30) for begun in signs)
    return made


def kill(processes: list[Any]) -> None:
    for process in processes:
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()


def queue(ctx: Context, n: int) -> None:
    whom = who(ctx, "Ada")
    ctx.change("message.add", lambda _tx: [messages.add(ctx, whom, Message(f"Mail {i}.", "Soak")) for i in range(n)])


def judged(ctx: Context, post: Post) -> dict[str, int]:
    """How many are in which state, once each is where the server's count says it may be."""
    counts: dict[str, int] = {}
    for row in ctx.read("SELECT id, state, message_id FROM messages"):
        counts[row["state"]] = counts.get(row["state"], 0) + 1
        received = post.ids.get(row["message_id"], 0)
        allowed = {"sent": (1,), "unknown": (0, 1), "sending": (0, 1), "queued": (0,)}[row["state"]]
        assert received in allowed, (row, received)
    return counts


def test_one_killed_when_the_server_has_it_and_has_said_nothing_is_unknown(
    store: Path, ctx: Context, home: Path
) -> None:
    person(ctx, "Ada", email="ada@engines.example")
    with serving() as post:
        post.silent = Event()
        queue(ctx, 2)
        processes = started(store, home, "send")
        until(lambda: len(post.taken) == 1)
        kill(processes)
        assert judged(ctx, post) == {"sending": 1, "queued": 1}
        post.silent.set()
        assert [piece["did"] for piece in send(ctx).pieces] == ["doubted", "sent"]
        assert judged(ctx, post) == {"unknown": 1, "sent": 1}


@pytest.mark.soak
def test_senders_killed_anywhere_send_nothing_twice_and_lose_nothing(store: Path, ctx: Context, home: Path) -> None:
    random = Random(7)
    person(ctx, "Ada", email="ada@engines.example")
    with serving() as post:
        for trial in range(TRIALS):
            queue(ctx, EACH)
            processes = started(store, home, "tick" if trial % 2 else "send")
            Event().wait(random.uniform(0, 0.25))
            kill(processes)
            judged(ctx, post)
        processes = started(store, home, "send", "tick", "send")  # and all at once
        until(lambda: not ctx.read("SELECT 1 FROM messages WHERE state IN ('queued', 'sending') LIMIT 1"), 60)
        kill(processes)
        send(ctx)
        counts = judged(ctx, post)
    assert counts.keys() <= {"sent", "unknown"}
    assert sum(counts.values()) == TRIALS * EACH
    assert counts.get("unknown", 0) <= TRIALS + 3  # one for each that was killed, at most
    assert max(post.ids.values()) == 1
    print(counts)
