"""Making one of two records that are the same: whom, then which value stands where they differ."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual.widgets import Button

from icrm_tui import nouns, search
from icrm_tui.collect import companies, contacts, duplicates
from icrm_tui.context import Context
from icrm_tui.i18n import t
from icrm_tui.merge import merge as join
from icrm_tui.widgets.dialogs import Choice, ConflictDialog, ConflictTable, button
from icrm_tui.widgets.finder import Finder
from icrm_tui.widgets.values import chosen

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

Target = tuple[str, int]
# what may differ and is chosen; channels, tags and all that happened are kept from both
FIELDS = {
    "contact": (
        *("name", "company", "title", "department", "birthday", "gender", "buying_role", "city", "region", "country"),
        *("address", "language", "zone", "owner", "source", "grade", "notes"),
    ),
    "company": (
        *("name", "industry", "size", "phone", "website", "domain", "city", "region", "country", "address"),
        *("owner", "source", "grade", "notes"),
    ),
}
ROOMS: dict[str, Any] = {"contact": contacts, "company": companies}


def merge(ctx: Context, noun: str, src: int, dst: int, values: dict[str, str]) -> int:
    """`src` becomes part of `dst`, which then has these values; one change."""

    def work(_tx: Any) -> int:
        join(ctx, noun, src, dst)
        if values:
            ROOMS[noun].edit(ctx, dst, values)
        return dst

    merged: int = ctx.change(f"{noun}.merge", work)
    return merged


class OtherDialog(Finder):
    """Who is the same as the one under the cursor; those of the same name are there before anything is typed."""

    def __init__(self, target: Target, name: str) -> None:
        self.target = target
        self.named = name
        super().__init__(t("form.merge.who", name=name), self._look, "form.hint.find")

    async def _look(self, text: str) -> Sequence[Choice]:
        noun, row_id = self.target
        app: IcrmApp = self.app  # type: ignore[assignment]
        own = f"{nouns.noun(noun).prefix}{row_id}"

        def find(ctx: Context) -> list[dict[str, Any]]:
            if text.strip():
                return search.find(ctx, text, 30, (noun,))[0]
            alike = duplicates.check(ctx, self.named, 10)
            return [{**one, "detail": one["owner"]} for one in alike if one["noun"] == noun]

        found = await app.read(find)
        return [
            Choice(one["id"], one["name"], note=f"{one['detail']}  {one['id']}") for one in found if one["id"] != own
        ]


class MergeField(NamedTuple):
    key: str
    label: str
    kept: str
    other: str

    @property
    def clear(self) -> str:
        return "kept" if self.kept else "other"


class MergeTable(ConflictTable):
    SIDES = ("kept", "other")
    BINDINGS: ClassVar = [("1", "take('kept')"), ("2", "take('other')")]


class MergeDialog(ConflictDialog):
    """Answers the values the record that stays is to have where they are not its own already."""

    HINT = "form.merge.hint"
    DEFAULT_CSS = "MergeDialog > .dialog { width: 90; }"

    def __init__(self, noun: str, kept: dict[str, Any], other: dict[str, Any]) -> None:
        self.kept, self.other = kept, other
        sides = [(key, str(kept.get(key) or ""), str(other.get(key) or "")) for key in FIELDS[noun]]
        differ = [side for side in sides if side[2] and side[1] != side[2]] or sides[:1]
        fields = [MergeField(key, f"field.{key}", one, two) for key, one, two in differ]
        super().__init__(
            fields, t("form.merge", kept=f"{kept['name']} {kept['id']}", other=f"{other['name']} {other['id']}")
        )

    def made(self, fields: Sequence[Any]) -> ConflictTable:
        shown = [one._replace(kept=chosen(one.key, one.kept), other=chosen(one.key, one.other)) for one in fields]
        return MergeTable(shown)

    def buttons(self) -> list[Button]:
        return [button("key.merge", "^S", "save"), button("ui.cancel", "Esc", "cancel")]

    @property
    def unsaved(self) -> bool:
        return False

    def action_save(self) -> None:
        taken = self.table.taken
        keys = [key for key, side in taken.items() if side == "other" and str(self.other.get(key) or "")]
        self.dismiss({key: str(self.other[key]) for key in keys if self.other[key] != self.kept.get(key)})


def both(ctx: Context, noun: str, kept: int, other: int) -> tuple[dict[str, Any], dict[str, Any]]:
    show = ROOMS[noun].show
    return show(ctx, kept), show(ctx, other)


async def open_merge(app: "IcrmApp", target: Target, name: str) -> tuple[int, dict[str, str]] | None:
    """Ask whom and how; the id of the other one and the values, or None."""
    noun, row_id = target
    picked = await app.push_screen_wait(OtherDialog(target, name))
    if picked is None:
        return None
    other = int(picked.removeprefix(nouns.noun(noun).prefix))
    kept, gone = await app.read(lambda ctx: both(ctx, noun, row_id, other))
    values = await app.push_screen_wait(MergeDialog(noun, kept, gone))
    return None if values is None else (other, values)
