"""The keys that do something with the customers under the cursor or marked, the same in every place that shows them."""

from typing import Any

from textual import work
from textual.binding import Binding

from icrm_tui import nouns
from icrm_tui.collect import companies, contacts, customers, interactions, tags
from icrm_tui.context import Context
from icrm_tui.errors import Conflict, IcrmError
from icrm_tui.i18n import t
from icrm_tui.screens.base import IcrmScreen
from icrm_tui.search import Who
from icrm_tui.widgets.dialogs import ConfirmDialog

CUSTOMER_KEYS = (
    Binding("a", "add", "key.add", id="customer.add"),
    Binding("e", "edit", "key.edit", id="customer.edit"),
    Binding("l", "log", "key.log", id="customer.log"),
    Binding("t", "tag", "key.tag", id="customer.tag"),
    Binding("o", "owner", "key.owner", id="customer.owner", show=False),
    Binding("y", "copy", "key.copy", id="customer.copy", show=False),
    Binding("A", "archive", "key.archive", id="customer.archive", show=False),
    Binding("m", "merge", "key.merge", id="customer.merge", show=False),
)

Target = tuple[str, int]  # noun, id


def who(ctx: Context, target: Target) -> Who:
    """The customer and contact behind a row."""
    noun, row_id = target
    if noun == "company":
        return Who(row_id, None, customers.get(ctx, row_id)["name"])
    row = contacts.get(ctx, row_id)
    return Who(row["customer_id"], row_id, row["name"])


def record(ctx: Context, target: Target) -> dict[str, Any]:
    noun, row_id = target
    return contacts.show(ctx, row_id) if noun == "contact" else companies.show(ctx, row_id)


def archive(ctx: Context, targets: list[Target]) -> int:
    """Hide all of them, in one change."""

    def hide(_tx: Any) -> int:
        return sum(
            contacts.archive(ctx, row_id) if noun == "contact" else companies.archive(ctx, row_id)
            for noun, row_id in targets
        )

    n: int = ctx.change("customer.archive", hide)
    return n


def tag(ctx: Context, targets: list[Target], added: list[str], removed: list[str]) -> int:
    """Hang and take off tags, in one change."""

    def change(_tx: Any) -> int:
        n = 0
        for noun in {noun for noun, _id in targets}:
            ids = [row_id for kind, row_id in targets if kind == noun]
            n += tags.tag(ctx, noun, ids, added) + tags.untag(ctx, noun, ids, removed)
        return n

    n: int = ctx.change("contact.tag", change)
    return n


def assign(ctx: Context, targets: list[Target], owner: str) -> int:
    return customers.assign(ctx, [who(ctx, target).customer_id for target in targets], owner)


class Acting(IcrmScreen):
    """A place with customers in it; `targets` says which of them are meant."""

    def targets(self) -> list[Target]:
        return []

    def one(self) -> Target | None:
        found = self.targets()
        return found[0] if found else None

    @work
    async def action_add(self) -> None:
        noun = (self.one() or ("contact", 0))[0]
        dialog = nouns.resolve(nouns.DIALOGS[f"{noun}.add"])
        made = await self.app.push_screen_wait(await dialog.opening(self))
        if made is None:
            return
        verb = contacts.add if noun == "contact" else companies.add
        row_id = await self.perform(verb, made)
        if row_id is not None:
            self.say("done.added", name=made.name)
            self.made(noun, row_id)

    def made(self, _noun: str, _row_id: int) -> None:
        """A customer was added here."""
        self.changed()

    @work
    async def action_edit(self) -> None:
        target = self.one()
        if target is None:
            return
        dialog = nouns.resolve(nouns.DIALOGS[f"{target[0]}.edit"])
        base = await self.ask(record, target)
        values = await self.app.push_screen_wait(await dialog.opening(self, base))
        if values:
            await self.save(target, values, base)

    async def save(self, target: Target, values: dict[str, str], base: dict[str, Any]) -> None:
        """Write an edit; where somebody else was faster, ask which values are to stand."""
        verb = contacts.edit if target[0] == "contact" else companies.edit
        try:
            changed = await self.icrm.write(lambda ctx: verb(ctx, target[1], values, base["rev"]))
        except Conflict:
            theirs = await self.ask(record, target)
            chosen = await self.choose(base, theirs, values)
            if chosen is not None:
                await self.save(target, chosen, theirs)
            return
        except IcrmError as error:
            self.say_error(error)
            return
        self.icrm.look()
        self.say("done.saved" if changed else "done.unchanged", name=base["name"])

    async def choose(self, base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, str]) -> dict[str, str] | None:
        from icrm_tui.widgets.dialogs import ConflictDialog, ConflictField

        fields = [
            ConflictField(word, f"field.{word}", str(base.get(word, "")), str(theirs.get(word, "")), value)
            for word, value in mine.items()
        ]
        chosen: dict[str, str] | None = await self.app.push_screen_wait(ConflictDialog(fields))
        return chosen

    @work
    async def action_log(self) -> None:
        target = self.one()
        if target is None:
            return
        dialog = nouns.resolve(nouns.DIALOGS["interaction.add"])
        whom = await self.ask(who, target)
        touch = await self.app.push_screen_wait(dialog(whom))
        if touch is not None and await self.perform(interactions.add, whom, touch) is not None:
            self.say("done.logged", name=whom.name)

    @work
    async def action_tag(self) -> None:
        targets = self.targets()
        if not targets:
            return
        dialog = nouns.resolve(nouns.DIALOGS["tag"])
        chosen = await self.app.push_screen_wait(await dialog.opening(self, targets))
        if chosen is not None and await self.perform(tag, targets, *chosen) is not None:
            self.say("done.tagged", n=len(targets))

    @work
    async def action_owner(self) -> None:
        targets = self.targets()
        if not targets:
            return
        dialog = nouns.resolve(nouns.DIALOGS["owner"])
        owner = await self.app.push_screen_wait(await dialog.opening(self))
        if owner is not None and await self.perform(assign, targets, owner) is not None:
            self.say("done.assigned", n=len(targets), owner=owner)

    @work
    async def action_archive(self) -> None:
        targets = self.targets()
        if not targets:
            return
        if len(targets) > 1:
            title = t("ask.archive", n=len(targets))
            if not await self.app.push_screen_wait(ConfirmDialog(title, "key.archive", [t("ask.archive.undo")])):
                return
        if await self.perform(archive, targets) is not None:
            self.say("done.archived", n=len(targets))
