"""Hanging tags on one or many rows, and taking them off."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Button, Input

from icrm_tui.collect import tags
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import t
from icrm_tui.text import fold, plain
from icrm_tui.widgets.dialogs import Choice, ChoiceList, button
from icrm_tui.widgets.finder import Finder
from icrm_tui.widgets.frame import sentence
from icrm_tui.widgets.text import glyph

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

Target = tuple[str, int]
Changes = tuple[list[str], list[str]]  # tags to hang, tags to take off


def known(ctx: Context, targets: Sequence[Target]) -> tuple[list[tuple[str, int]], dict[str, int]]:
    """All tags with how many rows they hang on, and on how many of the rows meant."""
    held: dict[str, int] = {}
    for noun in {noun for noun, _id in targets}:
        for name, n in tags.shared(ctx, noun, [row_id for kind, row_id in targets if kind == noun]).items():
            held[name] = held.get(name, 0) + n
    return [(row["name"], row["n"]) for row in tags.everything(ctx)], held


class TagDialog(Finder):
    """Type to find a tag or to make one, Enter or a click to hang it or take it off; answers what was changed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "save", show=False)]

    def __init__(self, every: list[tuple[str, int]], held: dict[str, int], rows: int, name: str) -> None:
        title = t("form.tag", name=name) if rows == 1 else t("form.tag.many", n=rows)
        super().__init__(title, self._matching, "form.hint.tag")
        self.every = dict(every)
        self.held = held
        self.rows = rows
        self.wanted: dict[str, bool] = {}

    @classmethod
    async def opening(cls, app: "IcrmApp", targets: Sequence[Target], name: str) -> "TagDialog":
        every, held = await app.read(lambda ctx: known(ctx, targets))
        return cls(every, held, len(targets), name)

    def buttons(self) -> list[Button]:
        return [button("ui.save", "^S", "save"), button("ui.cancel", "Esc", "cancel")]

    async def _matching(self, text: str) -> list[Choice]:
        """Those on the rows first, then the most used; what is typed can become a tag if it is none."""
        key = plain(text)
        names = [name for name in self.every if key in plain(name)]
        names.sort(key=lambda name: (not self.held.get(name), -self.every[name], plain(name)))
        found = [Choice(name, f"{self._mark(name)} {name}", note=self._note(name)) for name in names]
        new = " ".join(text.split())
        if new and all(fold(new) != fold(name) for name in self.every):
            found.append(Choice(new, f"{glyph('free')} {new}", note=t("form.tag.new")))
        return found

    def _mark(self, name: str) -> str:
        state = self.wanted.get(name)
        if state is None and 0 < self.held.get(name, 0) < self.rows:
            return glyph("minus")
        return glyph("chosen" if state or (state is None and self.held.get(name)) else "free")

    def _note(self, name: str) -> str:
        held = self.held.get(name, 0)
        return t("form.tag.some", n=held, rows=self.rows) if 0 < held < self.rows else f"{self.every[name]:,}"

    @on(ChoiceList.Chosen)
    def _chosen(self, event: ChoiceList.Chosen) -> None:
        event.stop()
        event.prevent_default()  # the finder would take it for the answer
        name = event.value
        if name not in self.every:
            try:
                name = tags.check(name)
            except IcrmError as error:
                self.note(sentence(error))
                return
            self.every[name] = 0
        on_all = self.held.get(name, 0) == self.rows
        self.wanted[name] = not self.wanted.get(name, on_all)
        line = self.query_one("#finder-line", Input)
        if line.value:
            line.value = ""
        else:
            self.run_worker(self._again(), exclusive=True)

    async def _again(self) -> None:
        self.list.show(await self._matching(self.value), keep=True)

    @property
    def changes(self) -> Changes:
        hung = [name for name, on in self.wanted.items() if on and self.held.get(name, 0) < self.rows]
        gone = [name for name, on in self.wanted.items() if not on and self.held.get(name)]
        return hung, gone

    @property
    def unsaved(self) -> bool:
        return self.changes != ([], [])

    def action_save(self) -> None:
        self.dismiss(self.changes)
