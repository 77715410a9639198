"""How long the screens take from nothing to Today painted, beside an empty Textual app with a header and a footer.

Both run in a terminal of their own; the clock stops when the words that must be there have arrived.
"""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shutil import copyfile

from benchmarks import people
from benchmarks.measure import Line, Spent, against, alternate

ROUNDS = 11
PATIENCE = 30.0  # seconds until we say that it never came
EMPTY = """
from textual.app import App
from textual.widgets import Footer, Header, Static
class Empty(App):
    def compose(self):
        yield Header()
        yield Static("all is here")
        yield Footer()
Empty().run()
"""
TODAY = "Birthdays"


def lines(size: int, folder: Path) -> Iterator[Line]:
    store = folder / "screens.db"
    copyfile(people.store(folder, size), store)
    env = {"ICRM_DB": str(store), "ICRM_USER": "bench", "ICRM_LANG": "en", "ICRM_NOW": "2026-01-02T09:00"}
    cases = {
        "an empty app": lambda: painted([sys.executable, "-c", EMPTY], {}, "all is here"),
        "icrm to Today painted": lambda: painted([sys.executable, "-m", "icrm_tui.cli"], env, TODAY),
    }
    yield against("icrm to Today painted", alternate(cases, ROUNDS), "an empty app", "≤1.25×")


def painted(words: Sequence[str], env: Mapping[str, str], until: str) -> Spent:
    """Run a program in a terminal of 120 × 36 until it has written `until`, a pattern, and stop it."""
    pattern = re.compile(until.encode())
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    start = time.perf_counter()
    running = subprocess.Popen(
        list(words),
        env=os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | dict(env),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        _read_until(ours, pattern, start + PATIENCE)
        seconds = time.perf_counter() - start
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        _pid, _status, used = os.wait4(running.pid, 0)
        running.returncode = 0
        os.close(ours)
    return Spent(seconds, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def _read_until(terminal: int, pattern: re.Pattern[bytes], deadline: float) -> None:
    seen = b""
    while not pattern.search(re.sub(rb"\x1b\[[\d;?]*[A-Za-z]", b"", seen)):
        ready, _, _ = select.select([terminal], [], [], max(0.0, deadline - time.perf_counter()))
        if not ready:
            raise SystemExit(f"it never came: {seen[-300:]!r}")
        seen += os.read(terminal, 1 << 16)
