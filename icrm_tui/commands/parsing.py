"""From the words of a line to the one command they name, checked before Typer reads them."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import typer
from typer.main import get_command

from icrm_tui.commands.base import ALONE, WITH_VALUE, Run, group
from icrm_tui.errors import IcrmError, Interrupted, Usage

# word → module of icrm_tui.commands; imported when the word is named. Its summary is `cmd.<word>`.
COMMANDS: dict[str, str] = {
    "demo": "demo",
    "today": "today",
    "find": "search",
    "check": "duplicates",
    "log": "interactions",
    "contact": "contacts",
    "company": "companies",
    "customer": "customers",
    "handover": "handover",
    "brief": "handover",
    "order": "orders",
    "tier": "tiers",
    "segment": "segments",
    "due": "reminders",
    "next": "next",
    "tick": "tick",
    "calendar": "calendars",
    "sla": "sla",
    "reminder": "reminders",
    "complaint": "complaints",
    "outbox": "outbox",
    "inbox": "inbox",
    "mail": "inbox",
    "import": "importing",
    "export": "exporting",
    "history": "history",
    "undo": "history",
    "tag": "tags",
    "field": "fields",
    "user": "users",
    "config": "settings",
    "backup": "store",
    "restore-backup": "store",
    "doctor": "store",
    "reindex": "store",
    "team": "team",
    "completion": "completion",
}
# Typer's own errors by the name of their class: importing what they are would reach into its insides
SAID = {"MissingParameter": "missing", "BadOptionUsage": "option-value", "BadParameter": "bad-value"}

Command = Any  # a click command as Typer builds it, and what it is built from; Typer does not export the types
Tree = dict[str, Any]  # name → another tree, or what a command is built from


def load(word: str) -> Any:
    """The tree of a group, or the one command a first word names."""
    if word not in COMMANDS:
        near = get_close_matches(word, COMMANDS, 1)
        raise Usage("command", text=word, nearest=", ".join(near))
    found = children(import_module(f"icrm_tui.commands.{COMMANDS[word]}").app)
    return found.get(word, found)


def children(app: typer.Typer) -> Tree:
    found: Tree = {}
    for info in app.registered_commands:
        assert info.callback is not None
        found[info.name or info.callback.__name__.replace("_", "-")] = info
    for under in app.registered_groups:
        assert under.typer_instance is not None and isinstance(under.name, str)
        found[under.name] = children(under.typer_instance)
    return found


def resolve(words: Sequence[str]) -> tuple[list[str], Command, list[str]]:
    """The path of the command that `words` name, the command, and the words left for it."""
    path, rest = [words[0]], list(words[1:])
    tree = load(words[0])
    while isinstance(tree, dict):
        if not rest or rest[0] not in tree:
            said = rest[0] if rest else ""
            near = get_close_matches(said, tree, 1) or sorted(tree)
            code = "subcommand" if said else "subcommand-none"
            raise Usage(code, text=said, command=" ".join(path), nearest=", ".join(near))
        path.append(rest.pop(0))
        tree = tree[path[-1]]
    return path, build(tree), rest


def build(info: Any) -> Command:
    """This one command: building its whole group would take milliseconds."""
    alone = group()
    alone.registered_commands = [info]
    return get_command(alone)


def every() -> Iterator[tuple[list[str], Command]]:
    """All commands that can be run, by their paths."""
    for word in COMMANDS:
        yield from _under([word], load(word))


def _under(path: list[str], tree: Any) -> Iterator[tuple[list[str], Command]]:
    if isinstance(tree, dict):
        for name in sorted(tree):
            yield from _under([*path, name], tree[name])
    else:
        yield path, build(tree)


def options(command: Command) -> dict[str, Any]:
    """`--name` → parameter."""
    found = {}
    for parameter in command.params:
        found.update(dict.fromkeys((*parameter.opts, *parameter.secondary_opts), parameter))
    return {name: parameter for name, parameter in found.items() if name.startswith("--") and name != "--help"}


def run(run: Run, words: list[str]) -> int:
    path, command, rest = resolve(words)
    _check(path, command, rest)
    command.ignore_unknown_options = True  # `-tag:vip` is a query, and an unknown `--word` has been refused
    try:
        answer = command.main(args=rest, prog_name="icrm", standalone_mode=False, obj=run)
    except typer.TyperException as error:
        raise _ours(error, path) from error
    except SystemExit as over:  # how Typer ends where a pipe is closed
        raise BrokenPipeError from over
    if answer == Interrupted.exit:  # what Typer makes of Ctrl-C
        raise Interrupted("interrupted")
    return answer if isinstance(answer, int) else 0


def _check(path: list[str], command: Command, rest: list[str]) -> None:
    """Refuse an option the command does not have; Typer would take it for words."""
    known = options(command)
    words = iter(rest)
    for word in words:
        if word == "--":
            return
        name, equals, _value = word.partition("=")
        if not word.startswith("--"):
            continue
        if name not in known:
            near = get_close_matches(name, [*known, *(f"--{word}" for word in (*WITH_VALUE, *ALONE))], 1)
            raise Usage("option", option=name, command=" ".join(path), nearest=", ".join(near))
        if not equals and not known[name].is_flag and next(words, None) is None:
            raise Usage("option-value", option=name)


def _ours(error: typer.TyperException, path: list[str]) -> IcrmError:
    code = SAID.get(type(error).__name__, "usage")
    parameter = getattr(error, "param", None)
    name = written(parameter) if parameter is not None else ""
    return Usage(code, command=" ".join(path), name=name, option=name, detail=error.format_message())


def written(parameter: Any) -> str:
    """How a parameter is named to people: an option by its word, an argument by what stands for it."""
    longest = max(parameter.opts, key=len)
    return longest if longest.startswith("--") else str(parameter.metavar or parameter.name.upper())
