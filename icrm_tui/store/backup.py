"""Copies of the whole store: taken in one step, and put back into the store while others have it open."""

import sqlite3
from contextlib import closing
from pathlib import Path

from icrm_tui.errors import Refused, TooNew, Unavailable
from icrm_tui.store import sqlite
from icrm_tui.store.connection import Connection
from icrm_tui.store.files import refuse_existing
from icrm_tui.store.migrations import MIGRATIONS, migrate
from icrm_tui.store.sqlite import APPLICATION_ID, copy


def backup(connection: Connection, target: Path) -> None:
    """Write the store as it stands to `target`, which must not exist, private to its owner."""
    store = _file(connection)
    refuse_existing(target)
    try:
        with store.errors():
            copy(store.raw, target)
    except OSError as error:
        raise Unavailable("file-write", path=str(target), detail=error.strerror or "") from error
    except BaseException:
        target.unlink(missing_ok=True)  # half a backup is worse than none
        raise


def restore(connection: Connection, source: Path) -> Path:
    """Make the store what `source` holds, and return where a copy of what it held is kept.

    The content is copied into the live file: taking its place by renaming would leave every open connection
    writing to a file that is gone.
    """
    store = _file(connection)
    check(source)
    kept = _free(store.path)
    backup(store, kept)
    with store.errors(), closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as copied:
        copied.backup(store.raw)
    migrate(store)
    return kept


def _file(connection: Connection) -> sqlite.Connection:
    """A server's store is copied by its own tools."""
    if not isinstance(connection, sqlite.Connection):
        raise Refused("team-backup", place=str(connection.place))
    return connection


def check(source: Path) -> None:
    """Refuse a file that is no whole store of ours."""
    if not source.is_file():
        raise Unavailable("store-missing", path=str(source))
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as raw:
            ours = raw.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
            found = raw.execute("PRAGMA user_version").fetchone()[0]
            whole = ours and raw.execute("PRAGMA quick_check").fetchone()[0] == "ok"
    except sqlite3.Error as error:
        raise Unavailable("store-foreign", path=str(source)) from error
    if not ours:
        raise Unavailable("store-foreign", path=str(source))
    if found > len(MIGRATIONS):
        raise TooNew("store-too-new", path=str(source), found=found, known=len(MIGRATIONS))
    if not whole:
        raise Unavailable("store-corrupt", path=str(source))


def _free(path: Path) -> Path:
    """A name beside the store that nothing has yet."""
    n = 1
    while (name := path.with_name(f"{path.name}.before-restore-{n}")).exists():
        n += 1
    return name
