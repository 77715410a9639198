"""The form of a person."""

from typing import Any, ClassVar

from icrm_tui.collect import channels, contacts
from icrm_tui.collect.organisation import PEOPLE
from icrm_tui.context import Context
from icrm_tui.errors import Refused, Usage
from icrm_tui.screens.dialogs.records import RecordDialog, tag_words
from icrm_tui.search import who
from icrm_tui.text import fold


class ContactDialog(RecordDialog):
    noun = "contact"
    ADDING = ("name", "company", "title", "phone", "email", "wechat", "city", "birthday", "tags", "source", "notes")
    EDITING = (
        *("name", "company", "title", "department", "phone", "email", "wechat", "whatsapp", "qq", "linkedin"),
        ":relation",
        *("owner", "service_owner", "grade", "source", "buying_role", "reports_to", "referred_by"),
        ":person",
        *("birthday", "gender", "language", "city", "region", "country", "address", "zone", "notes"),
    )
    CHOICES: ClassVar = {
        **RecordDialog.CHOICES,
        "gender": contacts.GENDERS,
        "buying_role": contacts.ROLES,
    }
    WATCHED: ClassVar = {
        "name": lambda text: len(fold(text)) > 1,
        "phone": lambda text: sum(c.isdigit() for c in text) > 6,
        "email": lambda text: "@" in text.strip("@ "),
        "wechat": lambda text: len(fold(text)) > 3,
    }

    @staticmethod
    def show(ctx: Context, row_id: int) -> dict[str, Any]:
        return contacts.show(ctx, row_id)

    def texts(self, record: Any) -> dict[str, str]:
        found = super().texts(record)
        for kind in channels.KINDS:
            if kind in self.EDITING:
                values = [one for one in record["channels"] if one["kind"] == kind]
                found[kind] = "; ".join(one["value"] for one in values)
        return found

    def fault(self, ctx: Context, key: str, text: str) -> None:
        if key in contacts.TEXTS:
            contacts.check({key: text})
        elif key in PEOPLE and text:
            if who(ctx, text).contact_id is None:
                raise Usage("not-a-person", field=key, who=text)
        elif key in channels.KINDS:
            self._reachable(ctx, key, text)
        else:
            super().fault(ctx, key, text)

    def _reachable(self, ctx: Context, kind: str, text: str) -> None:
        """A channel must be valid, and nobody else's where it says who somebody is."""
        before = channels.several(kind, self.base.get(kind, ""))
        for value in channels.several(kind, text):
            if value in before:
                continue
            channel = channels.entered(kind, value, ctx.setting("country"))
            held = channels.holder(ctx, kind, channel.key) if kind in channels.IDENTIFY else None
            if held and held["contact_id"] != self.row_id:
                holder = {"id": f"p{held['contact_id']}", "name": held["name"]}
                raise Refused("channel-taken", kind=kind, value=value, **holder)

    def add(self, ctx: Context, values: dict[str, str]) -> int:
        rest = {key: text for key, text in values.items() if key not in ("name", "tags")}
        return contacts.add(ctx, contacts.Contact(values["name"], rest, (), tag_words(values.get("tags", ""))))

    def edit(self, ctx: Context, values: dict[str, str], base: int) -> bool:
        assert self.row_id is not None
        return contacts.edit(ctx, self.row_id, values, base)
