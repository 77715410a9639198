"""Customers change hands: to whom, what goes along, and what the new owner must know."""

from typing import TYPE_CHECKING, Any, Self, cast

from icrm_tui import users
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import t
from icrm_tui.improve import handover
from icrm_tui.search import Who
from icrm_tui.widgets.forms import Faults, FormDialog, FormField, Values
from icrm_tui.widgets.frame import sentence

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp


class HandoverDialog(FormDialog):
    """Answers what went to whom. It says before what will go, and that one key takes all of it back."""

    ACTION = "key.handover"

    def __init__(self, whom: list[Who], people: list[dict[str, str]], going: dict[str, int]) -> None:
        self.whom = whom
        self.going = going
        named = [(one["name"], " ".join(filter(None, (one["name"], one["full_name"])))) for one in people]
        n = len({who.customer_id for who in whom})
        super().__init__(
            t("form.handover", name=whom[0].name) if n == 1 else t("form.handover.many", n=n),
            [
                FormField("to", "field.to", "choice", "", named, required=True),
                FormField("note", "field.note", hint="form.hint.handover"),
            ],
        )

    @classmethod
    async def opening(cls, app: "IcrmApp", whom: list[Who]) -> Self:
        def known(ctx: Context) -> tuple[list[dict[str, str]], dict[str, int]]:
            return users.everyone(ctx), handover.going(ctx, whom)

        return cls(whom, *await app.read(known))

    @property
    def icrm(self) -> "IcrmApp":
        return cast("IcrmApp", self.app)

    def on_mount(self) -> None:
        said = [t(f"handover.{noun}", n=self.going.get(noun, 0)) for noun in ("customer", "reminder", "complaint")]
        self.note("note", t("ui.comma").join(said) + "\n" + t("ask.undoable"))

    def blame(self, error: IcrmError) -> Faults:
        return {"to": sentence(error)}

    async def keep(self, values: Values) -> Any:
        done = await self.icrm.write(lambda ctx: handover.hand_over(ctx, self.whom, values["to"], values["note"]))
        self.icrm.look()
        return done
