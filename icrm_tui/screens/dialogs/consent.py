"""Recording whether we may write to somebody, by which channel, and where we know it from."""

from typing import TYPE_CHECKING, Any

from icrm_tui.collect import consent
from icrm_tui.collect.channels import KINDS
from icrm_tui.i18n import t
from icrm_tui.widgets.forms import FormDialog, FormField, Values

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp


class ConsentDialog(FormDialog):
    """Answers the id of what was recorded. The channels somebody has come first."""

    def __init__(self, contact_id: int, record: dict[str, Any]) -> None:
        self.contact_id = contact_id
        has = [channel["kind"] for channel in record["channels"]]
        kinds = list(dict.fromkeys([*has, *KINDS]))
        channels = [(kind, f"field.{kind}") for kind in kinds]
        answers = [("yes", "ui.yes"), ("no", "ui.no")]
        fields = [
            FormField("channel", "field.channel", "choice", kinds[0], channels, required=True),
            FormField("allowed", "form.consent.allowed", "choice", "no", answers, required=True),
            FormField("origin", "form.origin", hint="form.hint.origin"),
        ]
        super().__init__(t("form.consent", name=record["name"]), fields)

    async def keep(self, values: Values) -> Any:
        app: IcrmApp = self.app  # type: ignore[assignment]
        allowed = values["allowed"] == "yes"
        made = await app.write(
            lambda ctx: consent.give(ctx, self.contact_id, values["channel"], allowed, values["origin"])
        )
        app.look()
        return made
