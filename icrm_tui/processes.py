"""Work for several processors: the same function in several processes, each with its share."""

import gc
import marshal
import os
import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

MOST = 4  # processes: what they yield is put to use by one

Work = Callable[..., Iterator[Any]]


def processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # only Linux tells which of them we may use
        return os.cpu_count() or 1


@contextmanager
def in_turn(work: Work, *given: Any) -> Iterator[Iterator[Any]]:
    """What `work(*given, k, n)` yields in each of n processes: one item of each in turn, while any has more.

    Items are plain tuples, lists, dicts, texts and numbers. An error of one is raised here. With this context the
    processes end.
    """
    spawning = get_context("spawn")
    n = min(processors(), MOST)
    with ExitStack() as stack:
        pipes = []
        for k in range(n):
            here, there = spawning.Pipe(duplex=False)
            process = spawning.Process(target=_serve, args=(there, work, (*given, k, n)), daemon=True)
            stack.callback(_end, process, here)
            process.start()
            there.close()
            pipes.append(here)
        yield _received(pipes)


def _end(process: SpawnProcess, here: Connection) -> None:
    here.close()
    if process.pid is not None:
        process.kill()
        process.join()


def _serve(there: Connection, work: Work, given: tuple[Any, ...]) -> None:
    """One of the processes. Ctrl-C is meant for the one that asked, and ends this one as well."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # nothing here goes in circles, and looking for some takes a fifth of the time
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
