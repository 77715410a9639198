"""A file of people into the store and out again, beside sqlite-utils, which only copies its cells into one table.

Ours matches keys, can be undone, and is searchable: when what came in is committed, and when it can be found, are
two rows of the table.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import people
from benchmarks.measure import Line, Spent, against, process

ROUNDS = 3
THEIRS = "sqlite-utils insert --csv"
TARGETS = {
    "import, committed": "≤0.8×",
    "import, searchable": "≤1.3×",
    "the same file again": "≤1.3×",
    "a changed file, updating": "",
    "undo of the updates": "≤ the import",
    "undo of the import": "≤ the import",
    "export of all": "",
}


def lines(size: int, folder: Path) -> Iterator[Line]:
    source = people.write(folder / f"people-{size}.csv", size)
    changed = folder / f"people-{size}-changed.csv"
    changed.write_text(source.read_text("utf-8").replace("met at the fair", "met twice"), "utf-8")
    spent: dict[str, list[Spent]] = {THEIRS: [], **{name: [] for name in TARGETS}}
    for turn in range(ROUNDS + 1):
        for name, one in _round(source, changed, folder):
            if turn:  # a first round nobody counts warms the caches
                spent[name].append(one)
    for name, target in TARGETS.items():
        yield against(name, spent, THEIRS, target)


def _round(source: Path, changed: Path, folder: Path) -> Iterator[tuple[str, Spent]]:
    """Everything once, in stores of its own."""
    other, store, out = folder / "importing-other.db", folder / "importing.db", folder / "importing-out.csv"
    for path in (other, store, out):
        for left in folder.glob(f"{path.name}*"):
            left.unlink()
    program = [sys.executable, "-m", "icrm_tui.cli"]
    env = {"ICRM_DB": str(store), "ICRM_USER": "bench"}
    process([*program, "user", "list"], env)
    yield (
        THEIRS,
        process([str(Path(sys.executable).parent / "sqlite-utils"), "insert", str(other), "t", str(source), "--csv"]),
    )
    committed, done = _imported([*program, "import", str(source)], env)
    yield "import, committed", committed
    yield "import, searchable", done
    yield "the same file again", process([*program, "import", str(source)], env)
    yield "a changed file, updating", process([*program, "import", str(changed)], env)
    yield "undo of the updates", process([*program, "undo"], env)
    yield "export of all", process([*program, "export", "contact", "--to", str(out)], env)
    yield "undo of the import", process([*program, "undo"], env)


def _imported(words: list[str], env: dict[str, str]) -> tuple[Spent, Spent]:
    """How long until the change was made, and until all of it could be found."""
    start = time.perf_counter()
    running = subprocess.Popen(
        [*words, "--progress", "jsonl", "--quiet"],
        env=os.environ | env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    committed = 0.0
    for line in running.stderr:
        told = json.loads(line)
        if told["stage"] == "publish" and told["done"] == told["total"]:
            committed = time.perf_counter() - start
    _pid, status, used = os.wait4(running.pid, 0)
    done = time.perf_counter() - start
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise SystemExit(f"{' '.join(words)}: {running.returncode}")
    memory = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Spent(committed, memory), Spent(done, memory)
