"""Timing side by side: cases take turns in one run, so that what else the machine does meets them all alike."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

MIB = 1024 * 1024


class Spent(NamedTuple):
    """Seconds by the wall clock, and the most memory a process held (bytes; 0 where nobody looked)."""

    seconds: float
    memory: int = 0


class Line(NamedTuple):
    """One row of the table: ours and what it is measured against, medians of the same run, and what it must reach."""

    what: str
    ours: float
    against: str
    theirs: float
    target: str = ""
    memory: int = 0
    spread: float = 0.0  # of ours: (slowest − fastest) ÷ median
    server: float = 0.0  # ours on a PostgreSQL server of this machine; 0 where that was not measured


def process(words: Sequence[str], env: Mapping[str, str] | None = None) -> Spent:
    """Run a command to its end; what it printed is thrown away. A failing one is not measured."""
    around = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    running = subprocess.Popen(
        list(words), env=around | dict(env or {}), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    said = running.stderr.read()
    _pid, status, used = os.wait4(running.pid, 0)
    seconds = time.perf_counter() - start
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode != 0:
        raise SystemExit(f"{' '.join(words)}: {said}")
    return Spent(seconds, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def call(work: Callable[[], object]) -> Spent:
    start = time.perf_counter()
    work()
    return Spent(time.perf_counter() - start)


def alternate(cases: Mapping[str, Callable[[], Spent]], rounds: int) -> dict[str, list[Spent]]:
    """Each case once, then each again, `rounds` times; a first round nobody counts warms the caches."""
    found: dict[str, list[Spent]] = {name: [] for name in cases}
    for turn in range(rounds + 1):
        for name, work in cases.items():
            spent = work()
            if turn:
                found[name].append(spent)
    return found


def median(spent: Sequence[Spent]) -> float:
    return statistics.median(one.seconds for one in spent)


def against(what: str, spent: Mapping[str, list[Spent]], other: str, target: str = "") -> Line:
    """`what` beside `other`, both by their names in `spent`."""
    own = [one.seconds for one in spent[what]]
    middle = statistics.median(own)
    memory = max(one.memory for one in spent[what])
    return Line(what, middle, other, median(spent[other]), target, memory, (max(own) - min(own)) / middle)


def table(lines: Sequence[Line]) -> str:
    """The rows as Markdown."""
    names = ("what", "ours", "against", "theirs", "ratio", "must reach", "memory", "spread", "PostgreSQL")
    head = f"| {' | '.join(names)} |\n{'|---' * len(names)}|\n"
    return head + "".join(
        f"| {one.what} | {clock(one.ours)} | {one.against} | {clock(one.theirs)} | {one.ours / one.theirs:.2f}× |"
        f" {one.target} | {f'{one.memory / MIB:.0f} MiB' if one.memory else ''} | {one.spread:.0%} |"
        f" {clock(one.server) if one.server else ''} |\n"
        for one in lines
    )


def clock(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"
