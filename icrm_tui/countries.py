"""Countries by their names, from a table made by tools/make_countries.py."""

from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("country_names.txt")


@cache
def names(language: str) -> dict[str, str]:
    """ISO code → name in this language, in the order of the names."""
    place = 2 if language.startswith("zh") else 1
    rows = [line.split("|") for line in TABLE.read_text(encoding="utf-8").splitlines()]
    return {row[0]: row[place] for row in sorted(rows, key=lambda row: row[place])}


def name_of(code: str, language: str) -> str:
    """The code itself where it is none of ours."""
    return names(language).get(code, code)
