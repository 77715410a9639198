"""The keys that do something with the customers under the cursor or marked, the same in every place that shows them."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from textual import work
from textual.binding import Binding

from icrm_tui import nouns
from icrm_tui.context import Context
from icrm_tui.errors import Refused
from icrm_tui.i18n import t
from icrm_tui.screens.base import IcrmScreen
from icrm_tui.search import Who
from icrm_tui.widgets.moments import full

CUSTOMER_KEYS = (
    Binding("a", "add", "key.add", id="customer.add"),
    Binding("e", "edit", "key.edit", id="customer.edit"),
    Binding("l", "log", "key.log", id="customer.log"),
    Binding("r", "remind", "key.remind", id="customer.remind"),
    Binding("c", "complain", "key.complain", id="customer.complain", show=False),
    Binding("t", "tag", "key.tag", id="customer.tag"),
    Binding("b", "order", "key.order", id="customer.order", show=False),
    Binding("o", "owner", "key.owner", id="customer.owner", show=False),
    Binding("O", "handover", "key.handover", id="customer.handover", show=False),
    Binding("y", "copy", "key.copy", id="customer.copy", show=False),
    Binding("A", "archive", "key.archive", id="customer.archive", show=False),
    Binding("m", "merge", "key.merge", id="customer.merge", show=False),
)

Target = tuple[str, int]  # noun, id
CUSTOMERS = ("contact", "company")


def target_of(written: str) -> Target:
    """`p17` → contact 17, `co3` → company 3."""
    return ("company", int(written[2:])) if written.startswith("co") else ("contact", int(written[1:]))


# Rooms are imported when one of their verbs is called: the first screen is there sooner.


def about(ctx: Context, target: Target) -> Target:
    """Whom a row is about: a contact or company; of a reminder, say, the one to be reminded of."""
    if target[0] in CUSTOMERS:
        return target
    row = room(target[0]).get(ctx, target[1])
    if row.get("customer_id") is None:
        raise Refused("nobody-known")
    return ("contact", row["contact_id"]) if row["contact_id"] else ("company", row["customer_id"])


def everyone_about(ctx: Context, targets: Iterable[Target]) -> list[Target]:
    """The same of many, each once."""
    return list(dict.fromkeys(about(ctx, target) for target in targets))


def who(ctx: Context, target: Target) -> Who:
    """The customer and contact behind a row."""
    from icrm_tui.collect import contacts, customers

    noun, row_id = about(ctx, target)
    if noun == "company":
        return Who(row_id, None, customers.get(ctx, row_id)["name"])
    row = contacts.get(ctx, row_id)
    return Who(row["customer_id"], row_id, row["name"])


def whom(ctx: Context, targets: list[Target]) -> list[Who]:
    """The customers and contacts behind these rows, each once."""
    return [who(ctx, target) for target in everyone_about(ctx, targets)]


def itself(ctx: Context, target: Target) -> dict[str, Any]:
    """The record of a row, whatever it is."""
    noun, row_id = target
    found: dict[str, Any] = room(noun).show(ctx, row_id)
    return found


def record(ctx: Context, target: Target) -> dict[str, Any]:
    return itself(ctx, about(ctx, target))


def room(noun: str) -> Any:
    """The module that keeps rows of this noun."""
    return import_module(f"icrm_tui.{nouns.NOUNS[noun]}")


def archive(ctx: Context, targets: list[Target]) -> int:
    """Hide all of them, in one change."""
    n: int = ctx.change(
        "customer.archive", lambda _tx: sum(room(noun).archive(ctx, row_id) for noun, row_id in targets)
    )
    return n


def unarchive(ctx: Context, target: Target) -> bool:
    noun, row_id = target
    done: bool = room(noun).unarchive(ctx, row_id) if noun == "contact" else room(noun).archive(ctx, row_id, False)
    return done


def tag(ctx: Context, targets: list[Target], added: list[str], removed: list[str]) -> int:
    """Hang and take off tags, in one change."""
    from icrm_tui.collect import tags

    def change(_tx: Any) -> int:
        n = 0
        people = everyone_about(ctx, targets)
        for noun in {noun for noun, _id in people}:
            ids = [row_id for kind, row_id in people if kind == noun]
            n += tags.tag(ctx, noun, ids, added) + tags.untag(ctx, noun, ids, removed)
        return n

    n: int = ctx.change("contact.tag", change)
    return n


def assign(ctx: Context, targets: list[Target], owner: str) -> int:
    from icrm_tui.collect import customers

    return customers.assign(ctx, [who(ctx, target).customer_id for target in targets], owner)


class Acting(IcrmScreen):
    """A place with customers in it; `targets` says which of them are meant."""

    def targets(self) -> list[Target]:
        return []

    @property
    def under_cursor(self) -> Target | None:
        """The one the cursor stands on, whatever is marked."""
        return self.one()

    def one(self) -> Target | None:
        found = self.targets()
        return found[0] if found else None

    @property
    def noun(self) -> str:
        """What is added here: one more of what is under the cursor, else a contact."""
        target = self.one()
        return target[0] if target and target[0] in CUSTOMERS else "contact"

    @work
    async def action_add(self, name: str = "") -> None:
        noun = self.noun
        dialog = await nouns.resolve(nouns.DIALOGS[f"{noun}.add"]).adding(self.icrm, name)
        row_id = await self.app.push_screen_wait(dialog)
        if row_id is not None:
            self.say("done.added", name=dialog.named)
            self.made(noun, row_id)

    def made(self, _noun: str, _row_id: int) -> None:
        """A customer was added here."""

    @work
    async def action_edit(self) -> None:
        target = self.one()
        if target is None:
            return
        dialog = await nouns.resolve(nouns.DIALOGS[f"{target[0]}.edit"]).editing(self.icrm, target[1])
        changed = await self.app.push_screen_wait(dialog)
        if changed is not None:
            self.say("done.saved" if changed else "done.unchanged", name=dialog.named)

    @work
    async def action_log(self) -> None:
        target = self.one()
        if target is not None:
            await self.log_with(target)

    async def log_with(self, target: Target) -> bool:
        """Ask what was said to whom this row is about; whether it was logged."""
        person = await self.ask(who, target)
        dialog = nouns.resolve(nouns.DIALOGS["interaction.add"])(person)
        if await self.app.push_screen_wait(dialog) is None:
            return False
        self.say("done.logged", name=person.name)
        return True

    @work
    async def action_order(self) -> None:
        """Enter an order of the customer meant."""
        if (target := self.one()) is not None:
            await self.enter_order(target)

    async def enter_order(self, target: Target) -> None:
        whom = await self.ask(who, target)
        dialog = await nouns.resolve(nouns.DIALOGS["order.add"]).of(self.icrm, whom)
        if await self.app.push_screen_wait(dialog) is not None:
            self.say("done.ordered", name=whom.name)

    @work
    async def action_remind(self) -> None:
        targets = self.targets()
        if not targets:
            return
        await self.remind(await self.ask(whom, targets))

    async def remind(self, whos: list[Who]) -> None:
        """Ask of what and when, for all of them."""
        dialog = await nouns.resolve(nouns.DIALOGS["reminder.add"]).opening(self.icrm, whos)
        n = await self.app.push_screen_wait(dialog)
        if n is not None:
            self.say("done.reminded", n=n, name=whos[0].name, due=full(dialog.due))

    @work
    async def action_complain(self) -> None:
        target = self.one()
        if target is not None:
            dialog = nouns.resolve(nouns.DIALOGS["complaint.add"])(await self.ask(who, target))
            await self.app.push_screen_wait(dialog)

    @work
    async def action_tag(self) -> None:
        targets = self.targets()
        if not targets:
            return
        name = (await self.ask(who, targets[0])).name
        dialog = await nouns.resolve(nouns.DIALOGS["tag"]).opening(self.icrm, targets, name)
        changes = await self.app.push_screen_wait(dialog)
        if changes and any(changes) and await self.perform(tag, targets, *changes) is not None:
            self.say("done.tagged", n=len(targets))

    @work
    async def action_owner(self) -> None:
        targets = self.targets()
        if not targets:
            return
        name = (await self.ask(who, targets[0])).name
        dialog = await nouns.resolve(nouns.DIALOGS["owner"]).opening(self.icrm, len(targets), name)
        owner = await self.app.push_screen_wait(dialog)
        if owner is None or not await self.sure(len(targets), "ask.owner", "key.owner"):
            return
        moved = await self.perform(assign, targets, owner)
        if moved is not None:
            self.say("done.assigned" if owner else "done.unowned", n=moved, owner=owner)

    @work
    async def action_handover(self) -> None:
        """Give them to somebody else with all that is open with them."""
        targets = self.targets()
        if not targets:
            return
        whos = await self.ask(lambda ctx: [who(ctx, target) for target in everyone_about(ctx, targets)])
        dialog = await nouns.resolve(nouns.DIALOGS["handover"]).opening(self.icrm, whos)
        done = await self.app.push_screen_wait(dialog)
        if done is not None:
            rest = sum(n for noun, n in done.rows.items() if noun != "customer")
            self.say("done.handed", n=len({one.customer_id for one in whos}), owner=done.to, rest=rest)

    @work
    async def action_merge(self) -> None:
        target = self.one()
        if target is None:
            return
        target = await self.ask(about, target)
        name = (await self.ask(who, target)).name
        answer = await nouns.resolve(nouns.DIALOGS["merge"])(self.icrm, target, name)
        if answer is not None:
            merge = nouns.resolve("screens.dialogs.merge:merge")
            if await self.perform(merge, target[0], answer[0], target[1], answer[1]) is not None:
                self.say("done.merged", name=name)

    @work
    async def action_copy(self) -> None:
        target = self.one()
        if target is not None:
            from icrm_tui.screens.dialogs.copying import copy_of

            await copy_of(self, await self.ask(record, target))

    @work
    async def action_archive(self) -> None:
        """Hide them; one that is hidden already comes back."""
        targets = self.targets()
        if not targets or not await self.sure(len(targets), "ask.archive", "key.archive"):
            return
        if len(targets) == 1 and (found := await self.ask(itself, targets[0]))["archived"]:
            if await self.perform(unarchive, targets[0]) is not None:
                self.say("done.unarchived", name=found["name"])
            return
        done = await self.perform(archive, targets)
        if done is not None:
            self.say("done.archived", n=done)

    async def sure(self, n: int, question: str, action: str) -> bool:
        """Ask before something is done to more than one, saying to how many."""
        if n == 1:
            return True
        from icrm_tui.widgets.dialogs import ConfirmDialog

        answer = await self.app.push_screen_wait(ConfirmDialog(t(question, n=n), action, [t("ask.undoable")]))
        return bool(answer)
