"""What every test stands on: a home of its own, English, a clock that stands still, a real store in a file."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings

from icrm_tui import db, i18n
from icrm_tui.context import Context
from tests.support import NOW, ZONE, acting

# How long an example takes says more about the machine than about the law it tries.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, so that nothing here reads or writes the developer's own."""
    path = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(path))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "ICRM_DB", "ICRM_USER", "ICRM_NOW", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ICRM_LANG", "en")
    monkeypatch.setenv("TZ", ZONE.key)
    i18n.use("en")
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where a store may be made."""
    return tmp_path / "icrm.db"


@pytest.fixture
def opened(store: Path) -> Iterator[Callable[..., Context]]:
    """One more connection to the store: `opened("li")` acts as li, by default as wei, the first user."""
    connections = []

    def open_(user: str = "wei", now: datetime = NOW, zone: ZoneInfo = ZONE) -> Context:
        connections.append(db.open_store(store))
        return acting(connections[-1], user, now, zone)

    yield open_
    for connection in connections:
        connection.close()


@pytest.fixture
def ctx(opened: Callable[..., Context]) -> Context:
    """Wei, on an empty store."""
    return opened()
