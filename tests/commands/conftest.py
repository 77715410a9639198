"""Commands as they are typed: in this process where only the answer counts, in one of their own where more does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from icrm_tui import cli, db, i18n
from tests.support import Answer, Icrm


@pytest.fixture
def icrm(store: db.Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Icrm]:
    """`icrm("contact", "add", "Ada")` as wei, in a store of the test's own, on a day that does not move."""
    monkeypatch.setenv("ICRM_DB", str(store))
    monkeypatch.setenv("ICRM_USER", "wei")
    monkeypatch.setenv("ICRM_NOW", "2026-11-23T09:30")

    def run(*words: str) -> Answer:
        code = cli.run(list(words))
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    yield run
    i18n.use("en")


@pytest.fixture
def process(store: db.Place, home: Path) -> Icrm:
    """The same as a process of its own; keywords go to subprocess.run."""

    def run(*words: str, env: dict[str, str] | None = None, **more: Any) -> Answer:
        around = os.environ | {"ICRM_DB": str(store), "ICRM_USER": "wei", "HOME": str(home)} | (env or {})
        line = [sys.executable, "-m", "icrm_tui.cli", *words]
        done = subprocess.run(line, env=around, capture_output=True, text=True, timeout=60, check=False, **more)
        return Answer(done.returncode, done.stdout, done.stderr)

    return run
