"""What every command shares: how its arguments are written, and what it makes of them.

A command's docstring is its example; its words stand in the catalogues under `cmd.<group>.<command>`, those of its
options under `opt.<name>`, those of its arguments under `arg.<NAME>`.
"""

import sys
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from icrm_tui import i18n
from icrm_tui.commands.running import ALONE as ALONE
from icrm_tui.commands.running import WITH_VALUE as WITH_VALUE
from icrm_tui.commands.running import Run as Run
from icrm_tui.commands.running import hoist as hoist
from icrm_tui.commands.running import number as number
from icrm_tui.errors import Usage


def group() -> typer.Typer:
    """An app whose commands leave everything they do not know as it stands: main has checked it."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


# how arguments and options are written in the signatures of commands
Who = Annotated[str, typer.Argument(metavar="WHO")]
Whom = Annotated[list[str], typer.Argument(metavar="WHO...")]
Query = Annotated[list[str] | None, typer.Argument(metavar="QUERY")]
Name = Annotated[str, typer.Argument(metavar="NAME")]
Words = Annotated[list[str], typer.Argument(metavar="TEXT")]
Text = Annotated[str | None, typer.Option(metavar="TEXT")]
Many = Annotated[list[str] | None, typer.Option(metavar="TEXT")]
Number = Annotated[int | None, typer.Option(metavar="N")]
File = Annotated[str, typer.Argument(metavar="FILE")]


def run_of(ctx: typer.Context) -> Run:
    found: Run = ctx.obj
    return found


def readable(run: Run, record: dict[str, Any], *words: str) -> dict[str, Any]:
    """The record, its amounts in its `currency` with all their decimals; scripts get numbers."""
    if run.out.json:
        return record
    from icrm_tui import money

    places = money.digits(record["currency"])
    mark = "," if run.out.chosen == "table" else ""
    return record | {word: f"{record[word]:{mark}.{places}f}" for word in words if record[word] is not None}


def pairs(given: Iterable[str] | None, *, last: bool = False) -> dict[str, str]:
    """`field=value` as often as it was said; cut at the first sign, or the `last`, since a column may hold one."""
    found: dict[str, str] = {}
    for text in given or ():
        name, equals, value = text.rpartition("=") if last else text.partition("=")
        if not equals or not name.strip():
            raise Usage("option-pair", value=text)
        found[name.strip()] = value
    return found


def changes(given: Iterable[str] | None) -> dict[str, str]:
    """The pairs of an edit, of which there is at least one."""
    values = pairs(given)
    if not values:
        raise Usage("nothing-to-set")
    return values


def given(**options: str | None) -> dict[str, str]:
    """The options that were said."""
    return {name: value for name, value in options.items() if value is not None}


def sure(run: Run, question: str) -> bool:
    """Yes by --yes, or as answered on a terminal."""
    if run.said.has("yes"):
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    run.out.complain(f"{question} {i18n.t('ask.yes-no')}")
    return sys.stdin.readline().strip().casefold() in ("y", "yes", "是", "好")


def yes_or_no(text: str) -> bool:
    if text.casefold() in ("yes", "y", "true", "1", "是"):
        return True
    if text.casefold() in ("no", "n", "false", "0", "否"):
        return False
    raise Usage("flag", value=text)
