"""Rows that did not come in, given back as they were with their line and the reason, to be mended and tried again."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from icrm_tui.collect.formats import csv
from icrm_tui.errors import IcrmError, Refused, Unavailable
from icrm_tui.text import guarded

Speak = Callable[[IcrmError], str]


class Rejects:
    """A file of the rows that did not come in, as they were, with their line and the reason in front.

    In front, because a row may be longer than the header. Mended and imported again, the two columns
    are passed over. Encodings that may not hold every reason give way to UTF-8.
    """

    def __init__(self, path: Path, layout: csv.Layout) -> None:
        same = layout.encoding.startswith(("utf", "gb18030"))
        encoding = layout.encoding if same else "utf-8-sig"
        handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        self._stream = os.fdopen(handle, "w", encoding=encoding, newline="")
        self._kept = [i for i, name in enumerate(layout.names) if name not in (csv.LINE, csv.REASON)]
        self._width = len(layout.names)
        names = [layout.names[i] for i in self._kept]
        self._writer = csv.Writer(self._stream, [csv.LINE, csv.REASON, *names], layout.delimiter)

    def row(self, line: int, cells: Sequence[str], reason: str) -> None:
        kept = [cells[i] for i in self._kept if i < len(cells)]
        self._writer.raw([str(line), guarded(reason), *kept, *cells[self._width :]])

    def close(self) -> None:
        self._stream.close()


def check(target: Path, source: Path, *, replace: bool) -> None:
    """Refuse a rejects file that is there already, or cannot be, before anything is read."""
    if target.exists() and (not replace or (source.exists() and target.samefile(source))):
        raise Refused("file-exists", path=str(target))
    if not target.absolute().parent.is_dir():
        raise Unavailable("file-write", path=str(target), detail=os.strerror(errno.ENOENT))


@contextmanager
def written(
    source: Path, layout: csv.Layout, rejects: Iterable[tuple[int, IcrmError]], target: Path, speak: Speak
) -> Iterator[None]:
    """The rows of these lines in a file of their own, there when what is done inside has been done."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        writer = Rejects(fresh, layout)
        try:
            for line, row, error in _chosen(source, layout, rejects):
                writer.row(line, row, speak(error))
        finally:
            writer.close()
        yield
        fresh.replace(target)
    except OSError as error:
        raise Unavailable("file-write", path=str(target), detail=error.strerror or "") from error
    finally:
        fresh.unlink(missing_ok=True)


def _chosen(
    source: Path, layout: csv.Layout, rejects: Iterable[tuple[int, IcrmError]]
) -> Iterator[tuple[int, Sequence[str], IcrmError]]:
    """Both go by lines, so that neither is held."""
    waiting = iter(rejects)
    wanted = next(waiting, None)
    for line, row, _problem in _every_row(source, layout):
        if wanted is None:
            return
        if line == wanted[0]:
            yield line, row, wanted[1]
            wanted = next(waiting, None)


def _every_row(source: Path, layout: csv.Layout) -> Iterator[csv.Row]:
    try:
        yield from csv.rows(source, layout)
    except Refused as error:
        yield from csv.rest(source, layout, error.values["row"])
