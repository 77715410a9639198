"""Killed at any moment, an import is whole or was never there, and the store is sound when it is opened again."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from tests.support import Icrm

ROWS = 25_000
TRIALS = 20
STAGES = ("read", "check", "publish", "search")


@pytest.fixture(scope="module")
def leads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("leads") / "leads.csv"
    rows = (f"Person {n},p{n}@a.example,Firm {n % 997},+4930{n:07},vip\n" for n in range(ROWS))
    path.write_text("Name,Email,Company,Phone,Tags\n" + "".join(rows), "utf-8")
    return path


def killed(store: Path, leads: Path, chance: random.Random) -> None:
    """Start an import and kill it somewhere in one of its stages, be it inside a statement."""
    line = [sys.executable, "-m", "icrm_tui.cli", "import", str(leads), "--progress", "jsonl", "--json"]
    running = subprocess.Popen(
        line,
        env=os.environ | {"ICRM_DB": str(store), "ICRM_USER": "wei"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    stage, later = chance.choice(STAGES), chance.random() * 0.4
    assert running.stderr is not None
    with running.stderr:
        for told in running.stderr:
            if json.loads(told)["stage"] == stage:
                Event().wait(later)
                break
        running.kill()
        running.wait()
    assert running.returncode in (0, -signal.SIGKILL)


@pytest.mark.soak
def test_killed_at_random_points_it_is_all_or_nothing(icrm: Icrm, store: Path, leads: Path) -> None:
    chance = random.Random(2026)
    icrm("contact", "add", "Zoe", "--email", "zoe@a.example")
    ends = set()
    for _trial in range(TRIALS):
        killed(store, leads, chance)
        n = int(icrm("contact", "list", "--count").out)
        assert n in (1, ROWS + 1)
        ends.add(n)
        doctor = icrm("doctor")
        assert doctor.code == 0, doctor.out + doctor.err
        if isinstance(store, Path):
            assert list(store.parent.glob(".icrm-*")) == []
        assert int(icrm("contact", "list", "person", "--count").out) == n - 1
        if n > 1:
            assert icrm("undo").code == 0
            assert icrm("contact", "list", "--count").out == "1\n"
    assert ends == {1, ROWS + 1}
    assert icrm("import", str(leads), "--json").json["created"] == ROWS
    assert icrm("contact", "show", "zoe@a.example", "--json").json["name"] == "Zoe"
