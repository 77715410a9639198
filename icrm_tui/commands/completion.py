"""`icrm completion SHELL`: the script a shell sources, and the answers it then asks for at every <TAB>.

An answer takes 200 ms at most, opens the store read-only, never makes one, and says nothing about what goes wrong.
"""

from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from threading import Timer
from typing import Annotated

import typer

from icrm_tui import db, lists, nouns, query, search
from icrm_tui.commands import parsing
from icrm_tui.commands.base import ALONE, WITH_VALUE, Run, group, hoist, run_of
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError, Usage

app = group()

PATIENCE = 0.2  # seconds
OFFERED = 30
OF = {"segment": "customer"}  # the noun a group's query is of, where it is not its own
REFS, SEGMENTS = ("REF", "OTHER", "ORDER"), ("SEGMENT", "A", "B")

# Bash cuts words at : and =, and wants back only what comes after the last of them.
SCRIPTS = {
    "bash": r"""_icrm() {
    local line="${COMP_LINE:0:COMP_POINT}" word
    local -a words
    read -ra words <<< "$line"
    [[ $line == *' ' ]] && words+=("")
    word="${words[-1]}"
    local IFS=$'\n'
    COMPREPLY=($(icrm completion bash -- "${words[@]:1}" 2>/dev/null))
    local cut="${word%"${word##*[:=]}"}"
    COMPREPLY=("${COMPREPLY[@]#"$cut"}")
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[:=\(] ]] && compopt -o nospace
}
complete -F _icrm icrm
""",
    "zsh": r"""#compdef icrm
_icrm() {
    local -a found
    found=("${(@f)$(icrm completion zsh -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    compadd -- $found
}
compdef _icrm icrm
""",
    "fish": r"""complete -c icrm -f -a '(icrm completion fish -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
""",
}


@app.command("completion")
def completion(
    ctx: typer.Context,
    shell: Annotated[str, typer.Argument(metavar="SHELL")],
    words: Annotated[list[str] | None, typer.Argument(metavar="WORD...")] = None,
) -> None:
    """icrm completion bash"""
    run = run_of(ctx)
    if shell not in SCRIPTS:
        raise Usage("option-choice", option="SHELL", value=shell, choices=", ".join(SCRIPTS))
    if not words:
        run.out.text(SCRIPTS[shell])
        return
    with suppress(IcrmError):
        for one in answers(words):
            run.out.line(one)


def answers(words: Sequence[str]) -> list[str]:
    """What the last of `words` could become."""
    *before, last = words
    said, rest = hoist([*before, "--"])
    rest = rest[:-1]
    if not rest and not last.startswith("-"):
        return [word for word in parsing.COMMANDS if word.startswith(last)]
    command, left = None, rest
    if rest:
        with suppress(Usage):
            _path, command, left = parsing.resolve(rest)
    if command is None:
        known = _below(rest)
        return [word for word in known if word.startswith(last)] + _options({}, last)
    if last.startswith("--"):
        return _options(parsing.options(command), last)
    arguments = [p for p in command.params if not p.opts[0].startswith("-")]
    at = sum(not word.startswith("-") for word in left)
    asked = parsing.written(arguments[min(at, len(arguments) - 1)]) if arguments else ""
    noun = OF.get(rest[0], rest[0])
    noun = noun if noun in nouns.NOUNS else "contact"
    return _stored(Run(said), asked, noun, left, last)


def _below(words: Sequence[str]) -> list[str]:
    """The words a group goes on with."""
    tree = parsing.load(words[0])
    for word in words[1:]:
        tree = tree.get(word, {}) if isinstance(tree, dict) else {}
    return sorted(tree) if isinstance(tree, dict) else []


def _options(known: dict[str, object], last: str) -> list[str]:
    words = [*known, *(f"--{name}" for name in (*WITH_VALUE, *ALONE))]
    return [word for word in words if word.startswith(last)] if last.startswith("-") else []


def _stored(run: Run, asked: str, noun: str, left: Sequence[str], last: str) -> list[str]:
    """Names, ids and values from the store, if there is one."""
    if asked.rstrip(".") not in ("WHO", "INTO", "QUERY", "TEXT", *REFS, *SEGMENTS) or not _at_hand(run.place):
        return []
    with closing(db.attach(run.place, readonly=True)) as connection:
        stop = Timer(PATIENCE, connection.interrupt)
        stop.daemon = True
        stop.start()
        try:
            ctx = Context(connection, run.user, run.clock, run.zone)
            if asked == "QUERY":
                return query.words(ctx, noun, " ".join([*left, last]))
            if asked in REFS:
                return _refs(ctx, noun, last)
            if asked in SEGMENTS:
                known = query.words(ctx, "customer", f"segment:{last}")
                return [word.removeprefix("segment:").strip('"') for word in known]
            kinds = () if asked == "TEXT" else search.PEOPLE
            hits, _more = search.find(ctx, last, OFFERED, kinds) if last else ([], False)
            return [hit["id"] for hit in hits] if len(hits) == 1 else [hit["name"] for hit in hits]
        finally:
            stop.cancel()


def _at_hand(place: db.Place) -> bool:
    """A server may be far: nobody waits for it at every <TAB>."""
    return isinstance(place, Path) and place.is_file()


def _refs(ctx: Context, noun: str, last: str) -> list[str]:
    """References of that noun, the latest first."""
    rows = lists.rows(ctx, lists.Wanted(noun, f"ref:{last}" if last else "", ("ref",)), OFFERED)
    return [row["ref"] for row in rows if row["ref"] and row["ref"].casefold().startswith(last.casefold())]
