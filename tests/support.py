"""What tests share: the moment it is, people quickly made, all a store holds, an answer as it came, waiting."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from icrm_tui import i18n, nouns, users
from icrm_tui.collect import channels, contacts, importing
from icrm_tui.collect.importing import ImportReport, Options
from icrm_tui.context import Context
from icrm_tui.db import Connection

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


def acting(connection: Connection, user: str = "wei", now: datetime = NOW, zone: ZoneInfo = ZONE) -> Context:
    """The user on this connection; of a store without users, its first."""
    made = Context(connection, user, lambda: now, zone)
    users.identify(made)
    return made


def person(ctx: Context, name: str, *, email: str = "", phone: str = "", tag: str = "", **values: str) -> int:
    """Somebody with a name and whatever else was said, from China."""
    reach = [channels.read(kind, text, "CN") for kind, text in (("email", email), ("phone", phone)) if text]
    return contacts.add(ctx, contacts.Contact(name, values, tuple(reach), (tag,) if tag else ()))


def bring(ctx: Context, text: str, **options: Any) -> ImportReport:
    """Import `text` as a file."""
    path = Path.home() / "rows.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return importing.run(ctx.action(), path, Options(**options), speak=i18n.sentence)


def ends(report: ImportReport) -> dict[str, int]:
    """How many rows ended how; what none did is left out."""
    return {end: n for end in ("created", "updated", "merged", "skipped", "rejected") if (n := getattr(report, end))}


def snapshot(ctx: Context) -> dict[str, list[Any]]:
    """All that the nouns keep and what is derived from it, in an order of its own; not how it came about."""
    tables = [*nouns.TABLES, *nouns.DERIVED.values()]
    kept = {table: [tuple(row.values()) for row in ctx.read(f"SELECT * FROM {table} ORDER BY 1")] for table in tables}
    return kept | {
        "docs": ctx.read("SELECT kind, ref_id FROM docs ORDER BY kind, ref_id"),
        "search_todo": ctx.read("SELECT kind, ref_id FROM search_todo ORDER BY kind, ref_id"),
    }


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Icrm = Callable[..., Answer]


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for what another process does."""
    deadline, pause = monotonic() + seconds, Event()
    while not holds():
        assert monotonic() < deadline, "it never came to that"
        pause.wait(0.01)
