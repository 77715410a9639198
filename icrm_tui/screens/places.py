"""All places under one key, and all that can be done here under another."""

from typing import TYPE_CHECKING, Any

from icrm_tui import i18n
from icrm_tui.screens.base import places
from icrm_tui.widgets.dialogs import Choice, ChoiceDialog
from icrm_tui.widgets.finder import Finder, among
from icrm_tui.widgets.lines import Lines
from icrm_tui.widgets.text import word

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

TOP = "-top"  # what `g` answers in the overlay of places: to the top of the list
LANGUAGE = "-speak "
KEYS = {
    "today": "t",
    "contacts": "c",
    "reminders": "r",
    "complaints": "m",
    "segments": "e",
    "orders": "o",
    "history": "h",
    "settings": "s",
    "import": "i",
}
# of the keys of a list, those that do more than move about in it
DOES = frozenset(
    {"list.open", "list.filter", "list.sort", "list.columns", "list.archived", "list.export", "list.mark-all"}
)


def open_places(app: "IcrmApp") -> None:
    """One key for each place; `gg` goes to the top of the list, as it does elsewhere."""
    shown = places(app)
    choices = [Choice(place.key, place.title, place.digit or KEYS[place.key]) for place in shown]
    also = {"g": TOP} | {KEYS[place.key]: place.key for place in shown}

    def go(answer: str | None) -> None:
        if answer == TOP:
            if isinstance(app.focused, Lines):
                app.focused.action_first()
        elif answer:
            app.action_go(answer)

    app.push_screen(ChoiceDialog("key.places", choices, getattr(app.screen, "place", ""), also), go)


def open_palette(app: "IcrmApp") -> None:
    """Everything that can be done here and anywhere, found by its words, with its key."""
    actions: dict[str, tuple[Any, str]] = {}
    choices = []
    found = app.screen.active_bindings.values()
    for active in sorted(
        found, key=lambda active: 0 if active.node is app.screen else 1 if active.node is not app else 2
    ):
        binding = active.binding
        name = binding.id or ""
        moves = name.startswith(("list.", "timeline.", "tree.")) and name not in DOES
        if binding.description and name and name not in actions and active.enabled and not moves:
            actions[name] = (active.node, binding.action)
            choices.append(Choice(name, binding.description, note=app.get_key_display(binding)))
    choices.append(Choice("import", "place.import"))
    choices += [
        Choice(LANGUAGE + language, f"{name}  {word('settings.language')}")
        for language, name in i18n.LANGUAGES.items()
        if language != i18n.language()
    ]

    async def do(answer: str | None) -> None:
        if answer is None:
            return
        if answer.startswith(LANGUAGE):
            app.speak(answer.removeprefix(LANGUAGE))
        elif answer in actions:
            node, action = actions[answer]
            await app.run_action(action, node)
        else:
            app.action_go(answer)

    app.push_screen(Finder("key.palette", among(choices), "form.hint.palette"), do)
