"""Who looks after a customer."""

from typing import TYPE_CHECKING

from icrm_tui import users
from icrm_tui.i18n import t
from icrm_tui.widgets.dialogs import Choice
from icrm_tui.widgets.finder import Finder, among

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp


class OwnerDialog(Finder):
    """Answers the name of a user; empty for nobody."""

    def __init__(self, people: list[dict[str, str]], n: int, name: str) -> None:
        title = t("form.owner", name=name) if n == 1 else t("form.owner.many", n=n)
        choices = [Choice(one["name"], one["name"], note=one["full_name"]) for one in people]
        super().__init__(title, among([*choices, Choice("", "form.owner.nobody")]), "form.hint.owner")

    @classmethod
    async def opening(cls, app: "IcrmApp", n: int, name: str) -> "OwnerDialog":
        return cls(await app.read(users.everyone), n, name)
