"""What whoever takes a complaint over must know, on one page that can be copied."""

from collections.abc import Iterator
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Button, Static

from icrm_tui.i18n import t
from icrm_tui.widgets.clipboard import copy
from icrm_tui.widgets.dialogs import Dialog, button
from icrm_tui.widgets.text import glyph, shown
from icrm_tui.widgets.values import chosen, local

TOLD = ("wanted", "order", "category", "channel", "cause", "remedy", "cost", "tell_back", "reason", "duplicate_of")


class BriefDialog(Dialog[None]):
    DEFAULT_CSS = "BriefDialog > .dialog { width: 80; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "save", show=False)]
    AUTO_FOCUS = ".dialog-body"
    BESIDE = 7

    def __init__(self, title: str, text: str) -> None:
        super().__init__(title)
        self.text = text

    def body(self) -> ComposeResult:
        with VerticalScroll(classes="dialog-body"):
            yield Static("\n".join(shown(line) for line in self.text.split("\n")), markup=False)

    def buttons(self) -> list[Button]:
        return [button("key.copy", "y", "save"), button("ui.close", "Esc", "cancel")]

    def action_save(self) -> None:
        self.run_worker(self._copied(), exclusive=True)

    async def _copied(self) -> None:
        await copy(self.app, self.text)
        self.notify(t("done.copied", value=self.text.split("\n", 1)[0]), markup=False, timeout=4)


def complaint(found: dict[str, Any], zone: ZoneInfo) -> str:
    """The brief of a complaint as text; `found` is what improve.handover tells."""
    return "\n".join(_complaint(found, zone)).strip()


def _complaint(found: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    yield f"{found['ref']} {found['what']}"
    facts = (
        chosen("severity", found["severity"]),
        chosen("state", found["state"]),
        chosen("kind", found["kind"]),
        found["owner"],
        t("ui.age", n=found["age"]),
    )
    yield f" {glyph('between')} ".join(facts)
    if found["text"] != found["what"]:
        yield from ("", *found["text"].splitlines())
    told = [(key, found[key]) for key in TOLD if found[key]]
    yield from ("", *(f"{t(f'field.{key}')}: {chosen(key, value)}" for key, value in told))
    yield from ("", t("tab.history"))
    for event in found["events"]:
        said = [chosen("outcome", event["outcome"]), chosen("channel", event["channel"]), event["text"]]
        yield f"  {local(event['at'], zone):%Y-%m-%d %H:%M}  {event['who']}  {'  '.join(one for one in said if one)}"
    if found["customer"]:
        yield from ("", *_customer(found, found["customer"], zone))


def _customer(complaint: dict[str, Any], found: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    names = (found["name"], found.get("title", ""), found.get("company", ""))
    yield f" {glyph('between')} ".join(name for name in names if name)
    channels = [(one["kind"], one["value"]) for one in found.get("channels", [])]
    for kind, value in channels or [("phone", found.get("phone", ""))]:
        if value:
            yield f"  {t(f'field.{kind}')}: {value}"
    for fact in found.get("preferences", []):
        yield f"  {t('portrait.preferences')}: {fact['text']}"
    more = [one for one in found["complaints"] if one["ref"] != complaint["ref"]]
    if found["open"] or more:
        yield from ("", t("brief.open"))
        yield from (f"  {one['due']}  {one['what']}" for one in found["open"])
        yield from (f"  {one['ref']}  {chosen('state', one['state'])}  {one['what']}" for one in more)
    if found["last"]:
        yield from ("", t("brief.last"))
        for row in found["last"]:
            line = " ".join(row["text"].split())
            yield f"  {local(row['at'], zone):%Y-%m-%d}  {chosen('channel', row['channel'])}  {row['who']}  {line}"
