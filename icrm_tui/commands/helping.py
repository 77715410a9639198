"""What --help says, made from the commands and the catalogues, in the language in use."""

import inspect
from collections.abc import Sequence
from typing import Any

from icrm_tui import i18n
from icrm_tui.commands import parsing
from icrm_tui.i18n import t
from icrm_tui.output import cells, pad

INDENT = "  "
i18n.need("help")
WIDTH = 96

# the words that may stand anywhere, and what follows them
GLOBALS = (
    ("db", "PATH"), ("format", "table|plain|json|jsonl|csv|tsv|ids"), ("json", ""), ("columns", "A,B"),
    ("sort", "FIELD"), ("limit", "N"), ("after", "ID"), ("all", ""), ("archived", ""), ("count", ""),
    ("lang", "en|zh_CN"), ("as", "USER"), ("op", "UUID"), ("progress", "jsonl"), ("quiet", ""), ("yes", ""),
    ("verbose", ""), ("version", ""), ("help", ""),
)  # fmt: skip


def text(words: Sequence[str]) -> str:
    """Help for what the words name: everything, a group, or one command."""
    words = [word for word in words if not word.startswith("-")]
    if not words:
        return _everything()
    path, tree = [words[0]], parsing.load(words[0])
    for word in words[1:]:
        if not isinstance(tree, dict) or word not in tree:
            break
        path.append(word)
        tree = tree[word]
    return _group(path, tree) if isinstance(tree, dict) else _command(path, parsing.build(tree))


def _everything() -> str:
    rows = [(word, t(f"cmd.{word}")) for word in parsing.COMMANDS]
    more = [(f"--{name} {value}".strip(), t(f"opt.global.{name}")) for name, value in GLOBALS]
    return "\n".join(
        [
            t("help.what"), "", t("help.usage"), INDENT + "icrm", INDENT + t("help.usage.command"), "",
            t("help.commands"), *_table(rows), "", t("help.globals"), *_table(more), "",
        ]
    )  # fmt: skip


def _group(path: list[str], tree: parsing.Tree) -> str:
    rows = [(name, t(f"cmd.{'.'.join([*path, name])}")) for name in sorted(tree)]
    usage = f"icrm {' '.join(path)} {t('help.command')}"
    return "\n".join([t(f"cmd.{'.'.join(path)}"), "", INDENT + usage, "", *_table(rows), ""])


def _command(path: list[str], command: Any) -> str:
    options = list(dict.fromkeys(parsing.options(command).values()))
    arguments = [p for p in command.params if p.opts and not p.opts[0].startswith("-")]
    pieces = [parsing.written(p) if p.required else f"[{parsing.written(p)}]" for p in arguments]
    pieces += [t("help.options")] if options else []
    lines = [t(f"cmd.{'.'.join(path)}"), "", INDENT + " ".join(["icrm", *path, *pieces])]
    rows = [(parsing.written(p), t(f"arg.{parsing.written(p).rstrip('.')}")) for p in arguments]
    rows += [(option(p), said(path, p)) for p in options]
    if rows:
        lines += ["", *_table(rows)]
    example = inspect.cleandoc(command.callback.__doc__ or "")
    return "\n".join([*lines, "", t("help.example"), *(INDENT + line for line in example.splitlines()), ""])


def said(path: Sequence[str], parameter: Any) -> str:
    """What an option is for; one that means something else here has words of its own."""
    from icrm_tui.i18n import has

    own = f"opt.{path[0]}.{parameter.name}"
    return t(own if has(own) else f"opt.{parameter.name}") + (f" {t('help.often')}" if parameter.multiple else "")


def option(parameter: Any) -> str:
    name = parsing.written(parameter)
    return name if parameter.is_flag else f"{name} {parameter.metavar or parameter.name.upper()}"


def _table(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Words and what they mean, wrapped beside them."""
    if not rows:
        return []
    width = min(30, max(cells(word) for word, _meaning in rows))
    lines = []
    for word, meaning in rows:
        first, *rest = _wrapped(meaning, WIDTH - width - 4) or [""]
        if cells(word) > width:
            lines.append(INDENT + word)
            word = ""
        lines.append(f"{INDENT}{pad(word, width)}{INDENT}{first}".rstrip())
        lines += [INDENT + " " * width + INDENT + line for line in rest]
    return lines


def _wrapped(text: str, room: int) -> list[str]:
    """Cut at blanks; Chinese, which has none, anywhere."""
    lines, line = [], ""
    pieces = text.split(" ") if text.isascii() or " " in text else list(text)
    gap = " " if pieces and len(pieces) < len(text) else ""
    for piece in pieces:
        if line and cells(line + gap + piece) > room:
            lines.append(line)
            line = piece
        else:
            line = line + gap + piece if line else piece
    return [*lines, line] if line else lines
