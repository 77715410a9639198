"""Copying what is known of a customer: one value, chosen where there are several."""

from typing import Any

from icrm_tui.screens.base import IcrmScreen
from icrm_tui.widgets.clipboard import copy
from icrm_tui.widgets.dialogs import Choice
from icrm_tui.widgets.finder import Finder, among
from icrm_tui.widgets.text import cut_to, shown, word

PLAIN = ("name", "company", "title", "phone", "email", "website", "address", "id")


def values(record: dict[str, Any]) -> list[tuple[str, str]]:
    """(field, value) of what one may want elsewhere; the ways to reach somebody first."""
    found = [(channel["kind"], channel["value"]) for channel in record.get("channels", [])]
    reached = {kind for kind, _value in found}
    found += [(key, str(record[key])) for key in PLAIN if record.get(key) and key not in reached]
    return found


async def copy_of(screen: IcrmScreen, record: dict[str, Any]) -> None:
    known = values(record)
    choices = [Choice(str(n), shown(value), note=word(f"field.{key}")) for n, (key, value) in enumerate(known)]
    answer = await screen.app.push_screen_wait(Finder("form.copy", among(choices)))
    if answer is not None:
        text = known[int(answer)][1]
        await copy(screen.app, text)
        screen.say("done.copied", value=cut_to(shown(text), 60).strip())
