"""A salesperson's morning at a real terminal, without the mouse: the whole program, its process, its keys."""

import sys
from contextlib import closing
from pathlib import Path

import pytest

from icrm_tui import db, search
from icrm_tui.collect import contacts
from icrm_tui.collect.contacts import Contact
from icrm_tui.context import Context
from icrm_tui.engage import reminders
from icrm_tui.engage.reminders import Reminder
from icrm_tui.when import When
from tests.support import NOW, ZONE, acting
from tests.terminal import Terminal, terminal

PEOPLE = [f"{family}{given}" for family in "王李张刘陈杨" for given in ("小明", "娜", "伟", "静", "洋")]
NEW = ("Ada Lovelace", "曾国强", "Grace Hopper", "单雄信", "Günther Groß")
LEADS = "name,email,phone\nEva Brandt,eva@riedhof.example,+49 171 3920999\n周建华,zhou@yunlin.example,13900010001\n"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Thirty people of wei's, each with something that is due."""
    path = tmp_path / "icrm.db"
    with closing(db.open_store(path)) as connection:
        ctx = acting(connection)
        for n, name in enumerate(PEOPLE):
            contacts.add(ctx.action(), Contact(name, {}))
            due = Reminder(f"call {n + 1:02} about the offer", When(NOW.astimezone(ZONE).date()))
            reminders.add(ctx.action(), search.who(ctx, name), due)
    (tmp_path / "leads.csv").write_text(LEADS, encoding="utf-8")
    return path


@pytest.mark.soak
def test_thirty_calls_five_people_two_complaints_a_file_and_a_mistake_taken_back(store: Path) -> None:
    words = [sys.executable, "-m", "icrm_tui.cli", "--db", str(store), "--as", "wei"]
    env = {"ICRM_LANG": "en", "ICRM_NOW": NOW.isoformat(), "TZ": ZONE.key, "HOME": str(store.parent)}
    with terminal(words, env) as me:
        me.sees("Due today 30")
        for n in range(30):
            _call(me, n + 1)
        me.press("2")
        me.sees("30")
        for name in NEW:
            _meet(me, name)
        _complaints(me)
        _file(me, store.parent / "leads.csv")
        me.press("u")
        me.sees("Undone")
        me.press("ctrl+q")
        print(f"{me.pressed} keys pressed, {me.typed} characters typed")
    with closing(db.open_store(store)) as connection:
        ctx = acting(connection)
        assert _counted(ctx) == {"done": 30, "touches": 30, "people": 36, "complaints": 2}


def _call(me: Terminal, n: int) -> None:
    """Enter on what comes first, a line about it, kept: the next one is under the cursor."""
    me.sees(f"Due today {len(PEOPLE) - n + 1}")
    me.press("enter")
    me.sees("Cancel")
    me.type("reached, wants the offer by mail")
    me.press("ctrl+s")
    me.loses("Cancel")
    me.sees(f"Due today {len(PEOPLE) - n}") if n < len(PEOPLE) else me.loses("Due today")


def _meet(me: Terminal, name: str) -> None:
    me.press("a")
    me.sees("Cancel")
    me.type(name)
    me.press("ctrl+s")
    me.loses("Cancel")
    me.sees(name.split()[0])


def _complaints(me: Terminal) -> None:
    """One of whoever is under the cursor, one of somebody nobody knows."""
    me.press("c")
    me.sees("Cancel")
    me.type("The second machine came broken")
    me.press("ctrl+s")
    me.loses("Cancel")
    me.press("4")
    me.sees("C-")
    me.press("a")
    me.sees("Cancel")
    me.type("13877776666")
    me.press("tab")
    me.type("王姐")
    me.press("tab")
    me.type("没有人回电话")
    me.press("ctrl+s")
    me.loses("Cancel")
    me.sees("没有人回电话")


def _file(me: Terminal, leads: Path) -> None:
    me.press("g", "i")
    me.sees("File")
    me.type(str(leads))
    me.press("enter")
    me.sees("eva@riedhof.example")
    me.press("n")
    me.sees("created 2")
    me.press("n")
    me.sees("Done.")


def _counted(ctx: Context) -> dict[str, int]:
    tables = {"done": "reminder_runs", "touches": "interactions", "people": "contacts", "complaints": "complaints"}
    return {what: ctx.read(f"SELECT count(*) AS n FROM {table}")[0]["n"] for what, table in tables.items()}
