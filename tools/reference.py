"""Write docs/commands.md and docs/data.md from the code."""

import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from icrm_tui import db, i18n, nouns, query
from icrm_tui.commands import helping, parsing
from icrm_tui.context import Context
from icrm_tui.nouns import Field, Noun

DOCS = Path(__file__).parents[1] / "docs"
MADE = "<!-- Made by `make docs` from the code; edit that instead. -->\n\n"


def data() -> str:
    """The tables as they lie in the store, and the words each noun gives to the query language."""
    i18n.use("en")
    with tempfile.TemporaryDirectory() as folder, closing(db.open_store(Path(folder) / "empty.db")) as connection:
        database = Database(connection.raw, execute_plugins=False)
        ctx = Context(connection, "docs", lambda: datetime.now(UTC), ZoneInfo("UTC"))
        parts = [MADE, "# Data dictionary\n\n", INTRO]
        for word in nouns.NOUNS:
            parts += _noun(ctx, database, nouns.noun(word))
        return "".join(parts)


INTRO = """Every table below also has `created_rev` and `rev`, the ids of the changes that made a row and wrote it last.
Text that is compared lies folded in a `*_key` column beside what was typed. Instants are UTC,
`YYYY-MM-DDTHH:MM:SSZ`; an empty text is “not known”.

"""


def _noun(ctx: Context, database: Database, noun: Noun) -> list[str]:
    parts = [f"## {noun.word}\n\n"]
    if noun.prefix:
        parts.append(f"Ids are written `{noun.prefix}17`.\n\n")
    for name, part in noun.parts.items():
        parts.append(f"Table `{name}`:\n\n| column | type | points at |\n|---|---|---|\n")
        for column in database.table(name).columns:
            if column.name in ("rev", "created_rev"):
                continue
            parent = part.parents.get(column.name)
            target = "" if parent is None else f"the row that `{parent.by}` names" if parent.by else parent.noun
            parts.append(f"| {column.name} | {column.type.lower()} | {target} |\n")
        parts.append("\n")
    fields = query.fields(ctx, noun.word)
    if noun.fields:
        parts.append("Words of the query language:\n\n| word | type | values |\n|---|---|---|\n")
        parts += [_field(word, field) for word, field in fields.items()]
        parts.append("\n")
    return parts


def _field(word: str, field: Field) -> str:
    return f"| {word} | {field.type} | {', '.join(field.choices)} |\n"


def commands() -> str:
    """Every command with its help, as a terminal of 100 columns shows it."""
    i18n.use("en")
    parts = [MADE, "# Commands\n\n", "```text\n", helping.text([]), "```\n"]
    for path, _command in parsing.every():
        parts += [f"\n## icrm {' '.join(path)}\n\n```text\n", helping.text(path), "```\n"]
    return "".join(parts)


PAGES = {"commands.md": commands, "data.md": data}


def main() -> None:
    for page, make in PAGES.items():
        (DOCS / page).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
