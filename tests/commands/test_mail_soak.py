"""A filter killed with -9 wherever it happens: the mail server comes again, and every mail is there once and whole."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random
from threading import Event

import pytest

from tests.collect.formats.mails import mails as corpus
from tests.support import Icrm


@pytest.mark.soak
def test_a_filter_killed_anywhere_loses_nothing(icrm: Icrm, store: Path, tmp_path: Path) -> None:
    random = Random(11)
    icrm("contact", "add", "Ada")
    some = [raw.replace(b"<x@", b"<%d@" % n) for n, (raw, _so) in enumerate(corpus().values())]
    line = [sys.executable, "-m", "icrm_tui.cli", "inbox", "--db", str(store), "--as", "wei", "--kind", "question"]
    killed = 0
    for n, raw in enumerate(random.sample(some, 40)):
        path = tmp_path / f"{n}.eml"
        path.write_bytes(raw)
        for patience in (random.uniform(0.1, 0.45), random.uniform(0.1, 0.45), 60):
            with path.open("rb") as file:
                running = subprocess.Popen(line, stdin=file, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if patience < 60:
                Event().wait(patience)
                os.kill(running.pid, signal.SIGKILL)
            code = running.wait(60)
            killed += code < 0
            assert code in (0, -signal.SIGKILL)
            if code == 0:
                break
    assert icrm("mail", "list", "--count").out == "40\n"
    taken = icrm("mail", "list", "state:taken", "--json").json
    assert icrm("export", "interaction", "--json", "--quiet").out.count('"at"') == len(taken)
    aside = icrm("mail", "list", "state:aside", "--columns", "kept", "--json").json
    assert all(Path(one["kept"]).exists() for one in aside if one["kept"])
    assert icrm("doctor").code == 0
    print(f"{killed} killed")
    assert killed > 10
