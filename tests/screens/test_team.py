"""A team's store at the screens: what others do is seen, and a silent server takes neither keys nor what was typed."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from icrm_tui import db
from icrm_tui.collect import contacts
from tests import servers
from tests.screens.driving import screens as opened
from tests.support import acting, person

pytestmark = pytest.mark.team


@pytest.fixture
def place(stores: Any) -> Iterator[db.Service]:
    yield from stores.store()


async def shown(driver: Any, text: str, seconds: float = 12) -> bool:
    """Whether it comes to be seen."""
    from time import monotonic

    until = monotonic() + seconds
    while not any(text in line for line in driver.lines()) and monotonic() < until:
        await driver.pilot.pause(0.05)
    return any(text in line for line in driver.lines())


async def test_a_silent_server_takes_neither_keys_nor_words(stores: Any, place: db.Service) -> None:
    with closing(db.open_store(place)) as near:
        wei = acting(near)
        person(wei.action(), "Ada Lovelace")
        proxy = servers.Proxy(stores.port)
        far = stores.service(f"{place.name}_far", port=proxy.port, dbname=place.name)
        try:
            async with opened(far) as driver:
                await driver.press("2")
                assert await shown(driver, "Ada Lovelace")
                person(wei.action(), "Bob Seen")
                assert await shown(driver, "Bob Seen")
                await driver.press("a")
                proxy.swallow = True
                proxy.cut()
                assert await shown(driver, "reconnecting"), driver.text
                for character in "Eve":
                    driver._send(character)
                await driver.pilot.pause(0.2)
                assert await shown(driver, "Eve", 2)  # keys are answered, and what was typed stands
                proxy.swallow = False
                assert await gone(driver, "reconnecting")
                assert await shown(driver, "Eve", 2)
        finally:
            proxy.close()
        assert [row["name"] for row in near.read("SELECT name FROM contacts ORDER BY id")] == [
            "Ada Lovelace",
            "Bob Seen",
        ]
        assert contacts.show(wei, 1)["name"] == "Ada Lovelace"


async def gone(driver: Any, text: str, seconds: float = 12) -> bool:
    from time import monotonic

    until = monotonic() + seconds
    while any(text in line for line in driver.lines()) and monotonic() < until:
        await driver.pilot.pause(0.05)
    return not any(text in line for line in driver.lines())


async def test_a_copy_says_how_old_it_is(place: db.Service, tmp_path: Path) -> None:
    from icrm_tui import team

    with closing(db.open_store(place)) as near:
        person(acting(near).action(), "Ada Lovelace")
    copy = tmp_path / "copy.db"
    team.pull(place, copy, "2026-11-20T01:30:00Z", lambda _stage, _n, _of: None)
    async with opened(copy) as driver:
        assert await shown(driver, "a copy, 3 days old")
        await driver.press("2")
        assert await shown(driver, "Ada Lovelace")
