"""The form of a company."""

from typing import Any, ClassVar

from icrm_tui.collect import companies
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.screens.dialogs.records import RecordDialog, tag_words
from icrm_tui.text import fold
from icrm_tui.widgets.forms import Faults
from icrm_tui.widgets.frame import sentence


class CompanyDialog(RecordDialog):
    noun = "company"
    ADDING = ("name", "industry", "size", "city", "phone", "website", "tags", "source", "notes")
    EDITING = (
        *("name", "industry", "size", "phone", "website", "domain", "parent", "competitor"),
        ":relation",
        *("owner", "service_owner", "grade", "source"),
        ":place",
        *("city", "region", "country", "address", "notes"),
    )
    FLAGS = frozenset({"competitor"})
    WATCHED: ClassVar = {
        "name": lambda text: len(fold(text)) > 1,
        "phone": lambda text: sum(c.isdigit() for c in text) > 6,
    }

    @staticmethod
    def show(ctx: Context, row_id: int) -> dict[str, Any]:
        return companies.show(ctx, row_id)

    def fault(self, ctx: Context, key: str, text: str) -> None:
        super().fault(ctx, key, text)
        if key in (*companies.COLUMNS, "parent", "competitor"):
            companies.checked(ctx, {key: text})

    def blame(self, error: IcrmError) -> Faults:
        return {"name": sentence(error)} if error.code == "company-exists" else super().blame(error)

    def add(self, ctx: Context, values: dict[str, str]) -> int:
        rest = {key: text for key, text in values.items() if key not in ("name", "tags")}
        return companies.add(ctx, companies.Company(values["name"], rest, tag_words(values.get("tags", ""))))

    def edit(self, ctx: Context, values: dict[str, str], base: int) -> bool:
        assert self.row_id is not None
        return companies.edit(ctx, self.row_id, values, base)
