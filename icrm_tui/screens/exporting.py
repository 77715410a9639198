"""Writing what a list shows, or what is marked in it, to a file, by the command in a process of its own."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from icrm_tui import paths
from icrm_tui.i18n import t
from icrm_tui.lists import Wanted
from icrm_tui.screens.child import INTERRUPTED, Child, ProgressDialog
from icrm_tui.widgets.dialogs import ConfirmDialog
from icrm_tui.widgets.forms import Faults, FormDialog, FormField, Values
from icrm_tui.widgets.text import shown, word

if TYPE_CHECKING:
    from icrm_tui.screens.base import IcrmScreen

TYPES = ("csv", "json", "jsonl")
MOST = 10_000  # marked rows a command line can name


class ExportDialog(FormDialog):
    """Answers where to, of what type, and whether all fields or only the columns shown."""

    ACTION = "key.export"

    def __init__(self, n: int, path: str) -> None:
        super().__init__(
            t("form.export", n=n),
            [
                FormField("to", "form.export.to", value=path, required=True),
                FormField(
                    "type", "form.export.type", "choice", "csv", [(one, one.upper()) for one in TYPES], required=True
                ),
                FormField(
                    "columns",
                    "form.export.columns",
                    "choice",
                    "all",
                    [("all", "form.export.all"), ("shown", "form.export.shown")],
                    required=True,
                ),
            ],
        )

    async def check(self, values: Values) -> Faults:
        path = paths.given(values["to"].strip())
        if path.is_dir() or not path.parent.is_dir():
            return {"to": t("form.export.folder")}
        return {}


async def export(screen: "IcrmScreen", wanted: Wanted, n: int, marked: Sequence[int] | None) -> None:
    """Ask where to, and write; an existing file is replaced only where that is wanted."""
    if marked is not None and len(marked) > MOST:
        screen.say("form.export.many", most=MOST)
        return
    today = screen.icrm.opening.clock().astimezone(screen.icrm.zone).date()
    name = f"{word('noun.people' if wanted.noun == 'contact' else 'noun.companies')}-{today}.csv".lower()
    values = await screen.app.push_screen_wait(ExportDialog(n, f"~/{name}"))
    if values is None:
        return
    path = paths.given(values["to"].strip())
    if path.exists():
        question = ConfirmDialog(t("form.export.replace", path=shown(path)), "form.export.over")
        if not await screen.app.push_screen_wait(question):
            return
    dialog = ProgressDialog("form.export.running", Child(screen.icrm, command(wanted, path, values, marked)))
    answer = await screen.app.push_screen_wait(dialog)
    if answer.code == INTERRUPTED:
        screen.say("form.export.stopped")
    elif answer.code:
        screen.notify(shown(answer.said), severity="error", markup=False)
    else:
        screen.say("done.exported", n=n, path=shown(path))


def command(wanted: Wanted, path: Path, values: Values, marked: Sequence[int] | None) -> list[str]:
    words = ["export", wanted.noun, "--to", str(path), "--type", values["type"], "--yes"]
    if values["columns"] == "shown":
        words += ["--columns", ",".join(wanted.columns)]
    if wanted.sort:
        words += ["--sort", wanted.sort]
    if wanted.archived:
        words.append("--archived")
    query = wanted.text if marked is None else "id:" + ",".join(map(str, marked))
    return [*words, "--", query] if query else words
