"""Help: what every key does at this moment, made from the keys that are bound."""

from typing import Any, ClassVar, NamedTuple

from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from icrm_tui.i18n import t
from icrm_tui.widgets.dialogs import Dialog
from icrm_tui.widgets.text import cut, word


class Does(NamedTuple):
    """All keys of one action, and what it does."""

    keys: tuple[str, ...]
    text: str


def keys_of(screen: Screen[Any]) -> list[tuple[str, list[Does]]]:
    """Keys by where they hold: in what has the focus, in this place, everywhere."""
    groups: dict[str, dict[str, Does]] = {"help.here": {}, "help.place": {}, "help.everywhere": {}}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not (binding.id and binding.description):  # Textual's own have no id and speak English only
            continue
        where = "help.everywhere" if isinstance(active.node, App) else "help.place"
        if not isinstance(active.node, (App, Screen)):
            where = "help.here"
        key = screen.app.get_key_display(binding)
        group = groups[where]
        known = group.get(binding.action)
        keys = (*known.keys, key) if known and key not in known.keys else known.keys if known else (key,)
        group[binding.action] = Does(keys, word(binding.description))
    return [(title, list(group.values())) for title, group in groups.items() if group]


class HelpDialog(Dialog[None]):
    DEFAULT_CSS = "HelpDialog > .dialog { width: 84; }"
    BESIDE = 6
    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark,？,q", "close", show=False)]

    def __init__(self, groups: list[tuple[str, list[Does]]]) -> None:
        super().__init__("key.help")
        self.groups = groups

    def body(self) -> ComposeResult:
        with VerticalScroll(classes="dialog-body"):
            for title, group in self.groups:
                yield Static(_table(word(title), group), markup=False)
            yield Static(Content.assemble((t("help.query"), "bold"), "\n", t("help.query.text"), "\n"))


def _table(title: str, group: list[Does]) -> Content:
    """Two columns of keys with what they do."""
    half = (len(group) + 1) // 2
    width = max(6, *(cell_len(" ".join(one.keys)) for one in group))
    width = min(width, 12)
    lines = []
    for left, right in zip(group, [*group[half:], None][: half or 1], strict=False):
        pieces = [piece for one in (left, right) if one is not None for piece in _cell(one, width)]
        lines.append(Content.assemble(*pieces))
    return Content.assemble((title, "bold"), "\n", Content("\n").join(lines), "\n")


def _cell(one: Does, width: int) -> list[tuple[str, str]]:
    return [(cut(" ".join(one.keys), width) + "  ", "$text-accent"), (cut(one.text, 37 - width), "")]
