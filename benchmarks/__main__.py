"""Every timing side by side, as one table: python -m benchmarks [100k]"""

import platform
import sqlite3
import sys
from importlib import import_module
from pathlib import Path
from tempfile import gettempdir

from benchmarks.measure import table

SECTIONS = ("cold", "importing", "reading", "clocks", "screens")
SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1M": 1_000_000}


def main(words: list[str]) -> None:
    """`words`: a size, then the sections wanted (default: all)."""
    size = words[0] if words and words[0] in SIZES else "100k"
    sections = [word for word in words if word in SECTIONS] or SECTIONS
    folder = Path(gettempdir()) / "icrm-benchmarks"
    folder.mkdir(exist_ok=True, mode=0o700)
    lines = []
    for section in sections:
        for line in import_module(f"benchmarks.{section}").lines(SIZES[size], folder):
            print(f"{line.what}: {line.ours / line.theirs:.2f}× {line.against}", file=sys.stderr, flush=True)
            lines.append(line)
    print(f"{size} contacts, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}\n")
    print(table(lines))


if __name__ == "__main__":
    main(sys.argv[1:])
