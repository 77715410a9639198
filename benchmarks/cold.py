"""How long a command takes from nothing, beside what any Typer program takes to start."""

import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

from benchmarks import people
from benchmarks.measure import Line, against, alternate, process

COMMANDS = {
    "icrm contact show p17": (("contact", "show", "p17"), "≤1.3×"),
    "icrm contact add": (("contact", "add", "Anna Weber"), "≤1.3×"),
    "icrm log": (("log", "p17", "called about the quote"), "≤1.3×"),
    "icrm find 洋": (("find", "洋", "--limit", "50"), "≤1.5×"),
    "icrm find atth": (("find", "atth", "--limit", "50"), "≤1.5×"),
    "icrm find 0717": (("find", "0717", "--limit", "50"), "≤1.5×"),
    "icrm find zhangwei": (("find", "zhangwei", "--limit", "50"), "≤1.5×"),
    "icrm contact list --limit 50": (("contact", "list", "--limit", "50"), ""),
    "icrm today": (("today",), ""),
}


def lines(size: int, folder: Path) -> Iterator[Line]:
    store = folder / "cold.db"
    copyfile(people.store(folder, size), store)
    env = {"ICRM_DB": str(store), "ICRM_USER": "bench", "ICRM_NOW": "2026-01-02T09:00"}
    program = [sys.executable, "-m", "icrm_tui.cli"]
    cases = {"import typer": lambda: process([sys.executable, "-c", "import typer"])}
    for name, (words, _target) in COMMANDS.items():
        cases[name] = lambda words=words: process([*program, *words], env)  # type: ignore[misc]
    spent = alternate(cases, 15)
    for name, (_words, target) in COMMANDS.items():
        yield against(name, spent, "import typer", target)
