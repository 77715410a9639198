import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from icrm_tui.screens.dialogs.interactions import LogDialog
from icrm_tui.widgets.text import glyphs
from tests.screens import cast


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cast") / "icrm.db"
    cast.fill(path)
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the test stands: paths on its screens are short, and the same in every run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def full(told: Path, folder: Path) -> Path:
    """A store of one's own with the cast in it."""
    return Path(shutil.copy(told, "icrm.db"))


@pytest.fixture
def bare(folder: Path) -> Path:
    """One in which nobody is yet but the team."""
    path = Path("icrm.db")
    cast.fill(path, nobody=True)
    return path


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """What the screens remember in their process is as in a new one."""
    LogDialog.last = "call"
    yield
    glyphs("unicode")
