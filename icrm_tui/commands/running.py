"""One run of the program: the words hoisted from its line, the store it acts on, how it prints.

Nothing here needs Typer: the screens start from this, and what takes no arguments runs on it.
"""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from icrm_tui import config, db, i18n, paths
from icrm_tui.context import Context
from icrm_tui.errors import Usage
from icrm_tui.output import FORMATS, Output

WITH_VALUE = ("db", "format", "columns", "sort", "limit", "after", "lang", "as", "op", "progress")
ALONE = ("json", "all", "archived", "count", "quiet", "yes", "verbose", "version", "help")


class Globals:
    """The words hoisted from the line, before anything is read into them."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}

    def has(self, word: str) -> bool:
        return word in self.said

    def get(self, word: str) -> str:
        return self.said.get(word, "")


def hoist(argv: Iterable[str]) -> tuple[Globals, list[str]]:
    """Take the global words out of the line, wherever they stand before `--`; the rest in its order."""
    found, rest = Globals(), []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
            break
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or (name not in WITH_VALUE and (equals or name not in ALONE)):
            rest.append(word)
        elif name in ALONE:
            found.said[name] = "yes"
        else:
            try:
                found.said[name] = value if equals else next(words)
            except StopIteration:
                raise Usage("option-value", option=f"--{name}") from None
    if found.has("json"):
        found.said["format"] = "json"
    return found, rest


class Run:
    """One command run: what was asked for, the store once it is needed, and where to print."""

    def __init__(self, said: Globals) -> None:
        self.said = said
        self.kept = config.load()
        self.zone = config.zone(self.kept)
        progress = _one_of(said, "progress", ("jsonl",))
        self.out = Output(_one_of(said, "format", FORMATS), said.has("quiet"), progress, self.zone)
        self.demo = False
        self.query = ""
        self._ctx: Context | None = None

    @property
    def place(self) -> db.Place:
        """The store: as said here, in the environment or the settings, else the user's own.

        A server knows who comes; only who wants to act as somebody else says so.
        """
        said = self.said.get("db") or ("" if self.demo else os.environ.get("ICRM_DB") or self.kept.get("db", ""))
        if said.startswith("service="):
            return db.Service(said.removeprefix("service="), self.said.get("as") or os.environ.get("ICRM_USER", ""))
        return paths.given(said) if said else paths.demo() if self.demo else paths.store()

    @property
    def user(self) -> str:
        """Who acts: as said here, in the environment or the settings, else whoever is logged in."""
        return self.said.get("as") or os.environ.get("ICRM_USER") or self.kept.get("user") or login()

    @property
    def clock(self) -> Callable[[], datetime]:
        return clock(self.zone)

    @property
    def ctx(self) -> Context:
        """The store, opened once, for this user."""
        if self._ctx is None:
            self._ctx = self.opened(db.open_store(self.place))
            if at := self._ctx.connection.copied:
                self.out.say(i18n.t("out.copied", at=self.out.shown("at", at)))
        return self._ctx

    def opened(self, connection: db.Connection) -> Context:
        from icrm_tui import users

        made = Context(connection, connection.role or self.user, self.clock, self.zone, self.said.get("op") or None)
        try:
            users.identify(made)
        except BaseException:
            connection.close()
            raise
        return made

    def close(self) -> None:
        if self._ctx is not None:
            self._ctx.connection.close()
            self._ctx = None

    # what lists are asked for

    @property
    def limit(self) -> int | None:
        """How many rows: as said, else all of them in a pipe and a screenful on a terminal."""
        said = self.said.get("limit")
        if said:
            return number("--limit", said)
        return self.out.page

    def asked(self, words: Iterable[str] | None) -> str:
        """The query that the rest of the line is."""
        self.query = " ".join(words or ())
        return self.query

    def wrote(self, written: str, record: Callable[[], Any] | None = None) -> None:
        """Say what a write made: its id, or the record where JSON was asked for; and the change it was."""
        self.out.made(written, record() if record and self.out.json else None)
        self.changed()

    def changed(self) -> None:
        change = self.ctx.last_change
        self.out.say(i18n.t("out.change", change=change) if change else i18n.t("out.unchanged"))


def number(option: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Usage("option-number", option=option, value=text)
    return int(text)


def _one_of(said: Globals, option: str, choices: tuple[str, ...]) -> str:
    value = said.get(option)
    if value and value not in choices:
        raise Usage("option-choice", option=f"--{option}", value=value, choices=", ".join(choices))
    return value


def clock(zone: ZoneInfo) -> Callable[[], datetime]:
    """The time it is; `ICRM_NOW` fixes it."""
    said = os.environ.get("ICRM_NOW")
    if not said:
        return lambda: datetime.now(UTC)
    try:
        fixed = datetime.fromisoformat(said)
    except ValueError:
        raise Usage("now", text=said) from None
    fixed = fixed if fixed.tzinfo else fixed.replace(tzinfo=zone)
    return lambda: fixed


def login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user without a name
        return "me"
