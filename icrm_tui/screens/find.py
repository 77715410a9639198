"""Find everything: customers and complaints by any part of what is known of them, as it is typed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from icrm_tui import nouns, search
from icrm_tui.context import Context
from icrm_tui.i18n import t
from icrm_tui.screens.acting import target_of
from icrm_tui.screens.customer import CustomerScreen
from icrm_tui.widgets.dialogs import Choice
from icrm_tui.widgets.finder import Finder

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

MOST = 50


def found(ctx: Context, text: str) -> tuple[list[dict[str, Any]], bool, int]:
    hits, more = search.find(ctx, text, MOST)
    return hits, more, search.pending(ctx)


class FindDialog(Finder):
    """Answers the written id of who was chosen."""

    def __init__(self, text: str = "") -> None:
        super().__init__("key.find", self._look, "form.hint.find", text)
        self.said = ""

    async def _look(self, text: str) -> Sequence[Choice]:
        if not text.strip():
            self.said = ""
            return []
        app: IcrmApp = self.app  # type: ignore[assignment]
        app.drop("find")
        hits, more, waiting = await app.read(lambda ctx: found(ctx, text), "find")
        self.said = t("find.more", n=len(hits)) if more else t("find.count", n=len(hits))
        if waiting:
            self.said += "  " + t("find.waiting", n=waiting)
        return [Choice(hit["id"], hit["name"], note=f"{hit['detail']}  {t('noun.' + hit['noun'])}") for hit in hits]

    def found(self, text: str, found: Sequence[Choice]) -> None:
        self.note(self.said if found or not text.strip() else t("find.nothing"))


def open_hit(app: "IcrmApp", written: str | None) -> None:
    if not written:
        return
    if written.rstrip("0123456789") == "c":  # of a complaint
        app.push_screen(nouns.resolve(nouns.DIALOGS["complaint.page"])(int(written.removeprefix("c"))))
    else:
        app.push_screen(CustomerScreen(*target_of(written)))
