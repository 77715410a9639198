"""Settings: what this user prefers on this machine, and what the team agreed on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from icrm_tui import config, countries, i18n, lists, settings, users
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError, Unavailable
from icrm_tui.i18n import t
from icrm_tui.screens.base import IcrmScreen
from icrm_tui.widgets.blocks import Cell, Row
from icrm_tui.widgets.columns import ListColumn
from icrm_tui.widgets.dialogs import Choice, ChoiceDialog
from icrm_tui.widgets.finder import Finder, among
from icrm_tui.widgets.forms import Faults, FormDialog, FormField, Values
from icrm_tui.widgets.frame import sentence
from icrm_tui.widgets.listing import Listing
from icrm_tui.widgets.text import glyphs, is_ascii, word

MINE = ("user", "language", "zone", "theme", "glyphs")
TEAM = ("currency", "country", "silent_days")
STORE = ("path", "records")
CHOICES = {
    "language": tuple(i18n.LANGUAGES),
    "theme": ("icrm-dark", "icrm-light"),
    "glyphs": ("unicode", "ascii"),
}


def team(ctx: Context) -> dict[str, str]:
    kept = {key: settings.get(ctx, key) for key in TEAM}
    return kept | {"records": f"{lists.count(ctx, lists.Wanted('contact')):,}"}


def zones(now: datetime) -> list[Choice]:
    """All zones with the time it is there."""
    return [
        Choice(name, name, note=f"{now.astimezone(ZoneInfo(name)):%H:%M  UTC%z}")
        for name in sorted(available_timezones())
        if "/" in name and not name.startswith("Etc/")
    ]


def country_choices() -> list[Choice]:
    """Each found by its name in either language, and by its code."""
    own, english = countries.names(i18n.language()), countries.names("en")
    return [
        Choice(code, name, note=code if name == english[code] else f"{english[code]}  {code}")
        for code, name in own.items()
    ]


class OneDialog(FormDialog):
    """One setting that is typed; checked before it is kept."""

    def __init__(self, key: str, value: str) -> None:
        self.key = key
        super().__init__(
            f"settings.{key}", [FormField("value", f"settings.{key}", value=value, hint=f"settings.{key}.hint")]
        )

    async def check(self, values: Values) -> Faults:
        try:
            settings.check(self.key, values["value"])
        except IcrmError as error:
            return {"value": sentence(error)}
        return {}

    async def keep(self, values: Values) -> Any:
        return values["value"]


class SettingsScreen(IcrmScreen):
    place = "settings"
    means = {"list.open": "key.change"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "change", "key.change", id="settings.change", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.keys: list[str] = []

    def body(self) -> ComposeResult:
        yield Listing(
            ListColumn("name", "", 20, 14),
            ListColumn("value", "", 26, 12, 1),
            ListColumn("about", "", 44, 20, 2),
        )

    @property
    def listing(self) -> Listing:
        return self.query_one(Listing)

    def changed(self) -> None:
        self.load(team, then=self._show)

    def relabel(self) -> None:
        self.changed()

    def _show(self, found: dict[str, str]) -> None:
        app = self.icrm
        self.values = found | {
            "user": app.user,
            "language": i18n.language(),
            "zone": app.zone.key,
            "theme": app.theme,
            "glyphs": "ascii" if is_ascii() else "unicode",
            "path": str(app.opening.place),
        }
        rows = []
        self.keys = []
        for title, keys in (("mine", MINE), ("team", TEAM), ("store", STORE)):
            rows.append(Row(-1, heading=t(f"settings.{title}")))
            self.keys.append("")
            for key in keys:
                cells = t(f"settings.{key}"), Cell(self._said(key), "strong"), Cell(t(f"settings.{key}.about"), "muted")
                rows.append(Row(len(rows), cells))
                self.keys.append(key)
        self.listing.fill(self.listing.reload(), 0, rows)

    def _said(self, key: str) -> str:
        value = self.values[key]
        match key:
            case "language":
                return i18n.LANGUAGES.get(value, value)
            case "country":
                return f"{countries.name_of(value, i18n.language())}  {value}" if value else t("settings.unset")
            case "theme" | "glyphs":
                return t(f"settings.{key}.{value}")
            case "silent_days":
                return t("today.days", n=int(value))
        return value or t("settings.unset")

    @on(Listing.Opened)
    def _opened(self, _event: Listing.Opened) -> None:
        self.action_change()

    @work
    async def action_change(self) -> None:
        """Ask for the setting under the cursor, keep it, and let it hold at once."""
        key = self.keys[self.listing.cursor] if self.keys else ""
        if key in TEAM:
            value = await self._asked_team(key)
            if value is not None and value != self.values[key]:
                await self.perform(settings.put, key, value)
        elif key in MINE:
            value = await self._asked_mine(key)
            if value is not None and value != self.values[key] and await self._kept(key, value):
                self._hold(key, value)
                self.changed()

    async def _asked_team(self, key: str) -> str | None:
        if key == "country":
            return await self._found(key, country_choices())
        value: str | None = await self.app.push_screen_wait(OneDialog(key, self.values[key]))
        return value

    async def _asked_mine(self, key: str) -> str | None:
        if key == "zone":
            return await self._found(key, await self.icrm.aside(zones, self.icrm.opening.clock()))
        if key == "user":
            people = await self.ask(users.everyone)
            return await self._found(key, [Choice(one["name"], one["name"], note=one["full_name"]) for one in people])
        names = i18n.LANGUAGES if key == "language" else {one: f"settings.{key}.{one}" for one in CHOICES[key]}
        choices = [Choice(one, word(names[one])) for one in CHOICES[key]]
        answer: str | None = await self.app.push_screen_wait(ChoiceDialog(f"settings.{key}", choices, self.values[key]))
        return answer

    async def _found(self, key: str, choices: Sequence[Choice]) -> str | None:
        answer: str | None = await self.app.push_screen_wait(
            Finder(f"settings.{key}", among(choices), f"settings.{key}.hint")
        )
        return answer

    async def _kept(self, key: str, value: str) -> bool:
        try:
            await self.icrm.aside(config.put, key, value)
        except IcrmError as error:
            self.say_error(error)
            return False
        except OSError as error:
            wrong = Unavailable("system", detail=error.strerror or error, path=error.filename or "-")
            self.notify(sentence(wrong), severity="error", markup=False)
            return False
        return True

    def _hold(self, key: str, value: str) -> None:
        app = self.icrm
        match key:
            case "language":
                app.speak(value)
            case "theme":
                app.theme = value
            case "zone":
                app.zone = ZoneInfo(value)
            case "user":
                app.user = value
                self.framed()
            case "glyphs":
                glyphs(value)
                self.language_changed()
