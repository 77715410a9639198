"""Work for several processors: the same function in several processes, each with its share."""

import gc
import marshal
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

MOST = 4  # processes: what they yield is put to use by one

Work = Callable[..., Iterator[Any]]


def processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # only Linux tells which of them we may use
        return os.cpu_count() or 1


def forks() -> bool:
    """Whether a process may simply split: elsewhere system libraries take it ill, and so do threads."""
    return sys.platform == "linux" and threading.active_count() == 1


@contextmanager
def in_turn(work: Work, *given: Any) -> Iterator[Iterator[Any]]:
    """What `work(*given, k, n)` yields in each of n processes: one item of each in turn, while any has more.

    Items are plain tuples, lists, dicts, texts and numbers. An error of one is raised here. With this context the
    processes end.
    """
    forked = forks()
    starting: Any = get_context("fork" if forked else "spawn")
    n = min(processors(), MOST)
    pipes: list[Connection] = []
    with ExitStack() as stack:
        with _undisturbed():
            for k in range(n):
                here, there = starting.Pipe(duplex=False)
                pipes.append(here)
                held = list(pipes) if forked else []
                process = starting.Process(target=_serve, args=(there, held, work, (*given, k, n)), daemon=True)
                stack.callback(_end, process, here)
                process.start()
                there.close()
        yield _received(list(pipes))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits, and is never heard by processes started inside; nothing printed is left for them to print again."""
    sys.stdout.flush()
    sys.stderr.flush()
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(process: BaseProcess, here: Connection) -> None:
    here.close()
    if process.pid is not None:
        process.kill()
        process.join()


def _serve(there: Connection, held: list[Connection], work: Work, given: tuple[Any, ...]) -> None:
    """One of the processes. Ctrl-C is meant for the one that asked, and ends this one as well."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # nothing here goes in circles, and looking for some takes a fifth of the time
    for pipe in held:  # else it would not be told when nobody is there to read any more
        pipe.close()
    try:
        for item in work(*given):
            there.send_bytes(b"+" + marshal.dumps(item))
        there.send_bytes(b".")
    except BrokenPipeError:
        pass
    except BaseException as error:
        there.send_bytes(b"!" + pickle.dumps(error))
        raise SystemExit(1) from error


def _received(pipes: list[Connection]) -> Iterator[Any]:
    while pipes:
        for pipe in list(pipes):
            packed = pipe.recv_bytes()
            if packed[:1] == b"!":
                raise pickle.loads(packed[1:])
            if packed[:1] == b".":
                pipes.remove(pipe)
            else:
                yield marshal.loads(packed[1:])
