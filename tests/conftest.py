"""What every test stands on: a home of its own, English, a clock that stands still, a real store.

Whatever asks for a store runs on both engines, in a file and on a server of the tests' own, unless it is marked
`file` because it is about files. The server's half is marked `team`.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from shutil import copyfile
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings

from icrm_tui import db, demo, i18n
from icrm_tui.context import Context
from tests import servers
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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        engines: list[Any] = ["sqlite"]
        if next(metafunc.definition.iter_markers("file"), None) is None:
            engines.append(pytest.param("postgres", marks=pytest.mark.team))
        metafunc.parametrize("engine", engines, indirect=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if (missing := servers.missing()) is not None:
        terminalreporter.write_line(f"NOT TESTED: stores on a server. {missing}", yellow=True, bold=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture(scope="session")
def stores() -> Iterator[Any]:
    """A server for stores of tests."""
    if (missing := servers.missing()) is not None:
        (pytest.fail if os.environ.get("ICRM_TEAM") else pytest.skip)(missing)
    made = servers.Stores()
    yield made
    made.close()


@pytest.fixture
def store(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[db.Place]:
    """Where a store may be made, or an empty one on a server."""
    if engine == "sqlite":
        yield tmp_path / "icrm.db"
    else:
        yield from request.getfixturevalue("stores").store()


def fill(place: db.Place) -> None:
    with closing(db.open_store(place)) as connection:
        demo.fill(Context(connection, "demo", lambda: NOW, ZONE), 120)


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo store, told once; take a copy."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    fill(path)
    return path


@pytest.fixture
def demo_store(store: db.Place, request: pytest.FixtureRequest) -> db.Place:
    """The store, with what the demo tells in it."""
    if isinstance(store, db.Service):
        request.getfixturevalue("stores").become(store, "demo", fill)
    else:
        copyfile(request.getfixturevalue("told"), store)
        store.chmod(0o600)
    return store


@pytest.fixture
def opened(store: db.Place) -> Iterator[Callable[..., Context]]:
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
