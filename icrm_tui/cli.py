"""The command line: which module knows a word, what went wrong in a sentence and a number, and the screens."""

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from icrm_tui import __version__, i18n
from icrm_tui.errors import Ambiguous, IcrmError, Interrupted, Nothing, RejectedRows, Unavailable, Usage
from icrm_tui.text import json_text

if TYPE_CHECKING:
    from icrm_tui.commands.running import Run


# what a mail server runs: it must know whether to come again, and takes any other code as a refusal of the mail
FILTERS = ("inbox",)
LATER = 75


def main() -> None:
    """The process is one command; it ends here.

    Python's own end would take a command's objects apart one by one: a fifth of the time of `contact show`.
    """
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    os._exit(code)


def run(words: list[str]) -> int:
    """Run one command; its exit code. Nothing gets out of here but a sentence on stderr."""
    run: Run | None = None
    rest = list(words)
    try:
        from icrm_tui.commands import running

        said = running.Globals()
        try:
            said, rest = running.hoist(words)
            run = running.Run(said)
        finally:
            _speak(said.get("lang"), run)
        return _run(run, rest)
    except BrokenPipeError:
        return _closed_pipe()
    except KeyboardInterrupt:
        return _code(Interrupted("interrupted"), run, rest)
    except Exception as error:  # noqa: BLE001 - the boundary: whatever it is, it becomes one line
        if "--verbose" in words:
            import traceback

            traceback.print_exc()
        return _code(_ours(error), run, rest)
    finally:
        if run is not None:
            run.close()


def _code(error: IcrmError, run: "Run | None", rest: list[str]) -> int:
    """The exit code, once what went wrong is told: of a filter one that a mail server knows."""
    code = _told(error, run)
    return code if rest[:1] not in ([word] for word in FILTERS) or isinstance(error, Nothing) else LATER


def _ours(error: Exception) -> IcrmError:
    """Any error as one that has a sentence; the last of these is a defect."""
    if isinstance(error, IcrmError):
        return error
    if isinstance(error, OSError):
        return Unavailable("system", detail=error.strerror or str(error), path=error.filename or "-")
    return IcrmError("defect", detail=f"{type(error).__name__}: {error}")


def _speak(said: str, run: "Run | None") -> None:
    """The language: as said here, in the environment or the settings; an unknown one is refused in English."""
    asked = said or os.environ.get("ICRM_LANG", "")
    kept = run.kept.get("language", "") if run else ""
    known = i18n.match(asked) if asked else kept or i18n.from_environment()
    i18n.use(known or "en")
    if said and not known:
        raise Usage("language", text=said, known=", ".join(i18n.LANGUAGES))


def _run(run: "Run", rest: list[str]) -> int:
    if run.said.has("version"):
        run.out.line(f"icrm {__version__}")
        return 0
    if not rest or run.said.has("help"):
        if run.said.has("help"):
            from icrm_tui.commands import helping

            run.out.text(helping.text(rest))
            return 0
        return _open(run)
    from icrm_tui.commands import parsing

    code = parsing.run(run, rest)
    sys.stdout.flush()
    return code


def _open(run: "Run") -> int:
    """The screens, or Today where there is no terminal to show them on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from icrm_tui.commands import today

        today.show(run)
        sys.stdout.flush()
        return 0
    from icrm_tui.commands import opening

    if opening.screens(run) == "demo":
        from icrm_tui.commands import demo

        return demo.instead(run)
    return 0


def _told(error: IcrmError, run: "Run | None") -> int:
    """Say what went wrong, in one line; what it could have been under it. The exit code."""
    from icrm_tui.output import Output

    out = run.out if run is not None else Output()
    if isinstance(error, RejectedRows):  # the report has said it all
        return error.exit
    if out.json and isinstance(error, Ambiguous):
        out.complain(json_text({"error": error.code, "candidates": error.candidates}))
        return error.exit
    out.complain(i18n.sentence(error))
    if isinstance(error, Ambiguous):
        for one in error.candidates:
            out.complain(f"  {one['id']}  {one['name']}  {one['detail']}".rstrip())
    if isinstance(error.values.get("column"), int) and run is not None and run.query:
        for line in pointed(run.query, error.values["column"], error.values["length"]):
            out.complain(line)
    return error.exit


def pointed(line: str, column: int, length: int) -> Iterator[str]:
    """The line typed, and a caret under each cell of the piece that is wrong."""
    from icrm_tui.output import cells

    yield f"  {line}"
    yield "  " + " " * cells(line[:column]) + "^" * max(1, cells(line[column : column + length]))


def _closed_pipe() -> int:
    """Whoever read us has gone: nobody is there to be told, nor for Python's own flush at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    main()
