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
from icrm_tui.search import who
from tests.engage.mailserver import Post, serving
from tests.support import acting, person, until

spawn = get_context("spawn")  # the server has a thread here, and who has threads must not fork
TRIALS = 30
EACH = 12  # mails a trial


def sender(store: Path, around: dict[str, str], begun: Any) -> None:
    os.environ.update(around)
    with closing(db.open_store(store)) as connection:
        ctx = acting(connection)
        begun.set()
        pause = Event()
        while True:
            send(ctx)
            pause.wait(0.02)


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


@pytest.mark.soak
def test_senders_killed_anywhere_send_nothing_twice_and_lose_nothing(store: Path, ctx: Context, home: Path) -> None:
    random = Random(7)
    person(ctx, "Ada", email="ada@engines.example")
    around = {"HOME": str(home), "TZ": os.environ["TZ"], "ICRM_LANG": "en"}
    with serving() as post:
        for _trial in range(TRIALS):
            queue(ctx, EACH)
            begun = spawn.Event()
            process = spawn.Process(target=sender, args=(store, around, begun))
            process.start()
            assert begun.wait(30)
            Event().wait(random.uniform(0, 0.25))
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
            judged(ctx, post)
        both = [spawn.Event(), spawn.Event()]
        two = [spawn.Process(target=sender, args=(store, around, begun)) for begun in both]
        for process in two:  # and two at once
            process.start()
        until(lambda: not ctx.read("SELECT 1 FROM messages WHERE state IN ('queued', 'sending') LIMIT 1"), 60)
        for process in two:
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
        send(ctx)
        counts = judged(ctx, post)
    assert counts.keys() <= {"sent", "unknown"}
    assert sum(counts.values()) == TRIALS * EACH
    assert counts.get("unknown", 0) <= TRIALS + 2  # one for each that was killed, at most
    assert max(post.ids.values()) == 1
    print(counts)
