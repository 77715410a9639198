"""The first start: three questions, then a place to begin."""

import os
from typing import TYPE_CHECKING, Any

from textual import work
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from icrm_tui import config, countries, i18n, settings, users
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import t
from icrm_tui.widgets.dialogs import Choice, ChoiceDialog
from icrm_tui.widgets.finder import Finder, among
from icrm_tui.widgets.forms import Faults, FormDialog, FormField, Values
from icrm_tui.widgets.frame import sentence

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

# where a zone is, for those most of our users live in; anybody else types the name of the country
ZONES = {
    "Asia/Shanghai": "CN",
    "Asia/Urumqi": "CN",
    "Asia/Hong_Kong": "HK",
    "Asia/Taipei": "TW",
    "Asia/Singapore": "SG",
    "Europe/London": "GB",
    "Europe/Berlin": "DE",
    "Europe/Paris": "FR",
    "Europe/Vienna": "AT",
    "Europe/Zurich": "CH",
}


class WelcomeScreen(Screen[None]):
    """What stands behind the questions."""

    DEFAULT_CSS = """
    WelcomeScreen { align: center top; }
    WelcomeScreen > Static { width: auto; margin-top: 3; text-style: bold; color: $text-primary; }
    """

    def compose(self) -> ComposeResult:
        yield Static("i c r m")

    @work
    async def on_mount(self) -> None:
        app: IcrmApp = self.app  # type: ignore[assignment]
        await welcome(app)


class NameDialog(FormDialog):
    """Who you are: makes the store's first user."""

    def __init__(self, login: str) -> None:
        field = FormField("name", "settings.user", value=login, hint="first.name.hint", required=True)
        super().__init__("first.name", [field])

    async def keep(self, values: Values) -> Any:
        app: IcrmApp = self.app  # type: ignore[assignment]
        app.user = values["name"].strip()
        return (await app.write(users.identify))["name"]

    def blame(self, error: IcrmError) -> Faults:
        return {"name": sentence(error)}


def guessed(zone: str) -> str:
    """The country most likely, from the locale, else from the zone or the language; empty where none says."""
    for key in ("LC_ALL", "LC_TELEPHONE", "LANG"):
        _language, mark, rest = os.environ.get(key, "").partition("_")
        if mark and rest[:2] in countries.names("en"):
            return rest[:2]
    spoken = "CN" if i18n.language() == "zh_CN" else ""
    return ZONES.get(zone, "US" if zone.startswith("US/") else spoken)


async def welcome(app: "IcrmApp") -> None:
    """Ask, keep what is answered, and go where the user wants to begin. Esc takes what is likely."""
    languages = [Choice(key, name) for key, name in i18n.LANGUAGES.items()]
    language = await app.push_screen_wait(ChoiceDialog("Language · 语言", languages, i18n.language()))
    if language:
        app.speak(language)
        await _keep(app, "language", language)
    name = await app.push_screen_wait(NameDialog(app.user))
    if name is None:
        await app.write(users.identify)
    else:
        app.user = name
        await _keep(app, "user", name)
    await _country(app)
    await _begin(app)


async def _keep(app: "IcrmApp", key: str, value: str) -> None:
    """A preference that cannot be written is not worth stopping the first start for: it holds for this session."""
    try:
        await app.aside(config.put, key, value)
    except (IcrmError, OSError):
        return


async def _country(app: "IcrmApp") -> None:
    likely = guessed(app.zone.key)
    known = countries.names(i18n.language())
    english = countries.names("en")
    codes = sorted(known, key=lambda code: code != likely)
    choices = [Choice(code, known[code], note=f"{english[code]}  {code}") for code in codes]
    if not likely:  # Enter alone must not say something nobody meant
        choices.insert(0, Choice("", "first.country.later"))
    answer = await app.push_screen_wait(Finder("first.country", among(choices), "settings.country.hint"))
    if answer or likely:
        await app.write(lambda ctx: settings.put(ctx, "country", answer or likely))


async def _begin(app: "IcrmApp") -> None:
    choices = [
        Choice("import", "first.import", "i"),
        Choice("add", "first.add", "a"),
        Choice("demo", "first.demo", "d"),
    ]
    answer = await app.push_screen_wait(ChoiceDialog(t("first.begin", name=app.user), choices))
    if answer == "demo":
        app.exit("demo")
    else:
        app.pop_screen()  # not awaited: it ends us, too
        app.switch_mode("import" if answer == "import" else "contacts")
        if answer == "add":
            app.call_after_refresh(lambda: app.run_action("add", app.screen))
