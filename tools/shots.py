"""Write docs/<place>-<language>.svg: the places of the demo store as they look.

`python -m tools.shots --check` writes nothing and names the pictures that show something else now.
"""

import asyncio
import os
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from textual import events

from icrm_tui import db, demo, history, i18n, search
from icrm_tui.app import IcrmApp, Opening
from icrm_tui.collect import contacts, interactions, tags
from icrm_tui.collect.interactions import Touch
from icrm_tui.context import Context
from tools.picture import drawn, settled, still, svg

DOCS = Path(__file__).parents[1] / "docs"
NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
SIZE = (120, 30)
CUSTOMERS = 300
LEADS = """姓名,公司,职务,手机,邮箱,来源,生日,备注
周建华,云林企业服务有限公司,采购经理,13900010001,zhou@yunlin.example,展会,1985-03-12,要两台样机
Eva Brandt,Riedhof Kaffeerösterei AG,Einkauf,+49 171 3920999,eva@riedhof.example,fair,,
"""

# picture → keys from Today on; `"…` is pasted
SHOTS: dict[str, tuple[str, ...]] = {
    "today": (),
    "contacts": ("2", "j", "j"),
    "companies": ("2", "tab", "j", "j"),
    "filter": ("2", "slash", '"last_contact>30d', "enter", "slash", '" city:', "down"),
    "customer": ("2", "slash", '"touches>6 orders>2', "enter", "enter"),
    "contact-edit": ("2", "slash", '"touches>6', "enter", "e"),
    "log": ("2", "l"),
    "find": ("ctrl+k", '"zhang'),
    "reminders": ("3", "j", "j"),
    "complaints": ("4", "j", "j"),
    "complaints-board": ("4", "tab", "right"),
    "segments": ("5", "j", "j"),
    "orders": ("6", "j", "j"),
    "import": ("g", "i", '"leads.csv', "enter"),
    "history": ("8",),
    "settings": ("9",),
    "help": ("2", "question_mark"),
}


async def shot(language: str, name: str, keys: tuple[str, ...]) -> str:
    i18n.use(language)
    opening = Opening(Path("demo.db"), demo.FIRST, lambda: NOW, ZONE, "demo")
    app = IcrmApp(opening)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for key in keys:
            if key[0] == '"':  # at once: half a word would be looked for, or not, as the machine is quick
                focused = app.focused or app.screen
                focused.post_message(events.Paste(key[1:]))
            else:
                await pilot.press(key)
            await settled(pilot)
        still(app)
        await settled(pilot)
        return svg(drawn(app), f"icrm: {name}")


def told() -> None:
    """The demo store and a file of leads, in this folder."""
    with closing(db.open_store(Path("demo.db"))) as connection:
        demo.fill(Context(connection, "demo", lambda: NOW, ZONE), CUSTOMERS)
        _morning(connection)
    Path("leads.csv").write_text(LEADS, encoding="utf-8")


def _morning(connection: db.Connection) -> None:
    """What was done today before the pictures were taken."""

    def at(minutes: int, user: str = demo.FIRST) -> Context:
        return Context(connection, user, lambda: NOW - timedelta(minutes=minutes), ZONE)

    contacts.edit(at(190), 1, {"grade": "A", "buying_role": "decision-maker"})
    interactions.add(at(180), search.who(at(180), "p1"), Touch("报价已收到，等待法务。", "call", outcome="reached"))
    tags.tag(at(95, "lan"), "contact", [2, 3, 5, 8], ["双十一"])
    contacts.edit(at(40), 2, {"title": "采购总监"})
    history.undo(at(38))
    contacts.edit(at(12), 2, {"city": "苏州", "notes": "下周二上午到访，带样机。"})


def main(words: list[str]) -> int:
    check = "--check" in words
    stale = []
    with TemporaryDirectory(prefix="icrm-shots-") as folder:
        os.environ["HOME"] = folder
        os.chdir(folder)
        told()
        for name, keys in SHOTS.items():
            for language in i18n.LANGUAGES:
                path = DOCS / f"{name}-{language}.svg"
                seen = asyncio.run(shot(language, name, keys))
                if path.exists() and path.read_text(encoding="utf-8") == seen:
                    continue
                stale.append(path.name)
                if not check:
                    path.write_text(seen, encoding="utf-8")
    for one in stale:
        print(f"{one}: {'shows something else now; make shots' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
