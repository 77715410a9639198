"""Noting what somebody likes, avoids or always does."""

from typing import TYPE_CHECKING, Any

from icrm_tui.collect import preferences
from icrm_tui.i18n import t
from icrm_tui.widgets.forms import FormDialog, FormField, Values

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp


class PreferenceDialog(FormDialog):
    """Answers the id of the fact noted."""

    def __init__(self, contact_id: int, name: str) -> None:
        self.contact_id = contact_id
        fields = [
            FormField("text", "field.preference", hint="form.hint.preference", required=True),
            FormField("origin", "form.origin", hint="form.hint.origin"),
        ]
        super().__init__(t("form.prefer", name=name), fields)

    async def keep(self, values: Values) -> Any:
        app: IcrmApp = self.app  # type: ignore[assignment]
        made = await app.write(lambda ctx: preferences.add(ctx, self.contact_id, values["text"], values["origin"]))
        app.look()
        return made
