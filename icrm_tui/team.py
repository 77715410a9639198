"""A team's store on a server: made by its owner, joined by a role a person, filled from a file and copied to one."""

import secrets
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from icrm_tui import db, search
from icrm_tui.errors import Refused
from icrm_tui.store import moving, pg_schema
from icrm_tui.store.migrations import MIGRATIONS
from icrm_tui.store.moving import Moved
from icrm_tui.store.postgres import Connection

Progress = Callable[[str, int, int], None]

KNOWN = (
    "SELECT r.rolcanlogin AND NOT r.rolsuper AND pg_has_role(r.oid, :team, 'member') AS ours"
    " FROM pg_roles r WHERE r.rolname = :name"
)
STATUS = """SELECT current_setting('server_version') AS server, current_user::text AS role,
 COALESCE((SELECT s.version FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid() AND s.ssl), '') AS secure,
 pg_size_pretty(pg_database_size(current_database())) AS space,
 COALESCE((SELECT string_agg(DISTINCT a.usename::text, ', ') FROM pg_stat_activity a
 WHERE a.datname = current_database() AND a.application_name = 'icrm'), '') AS here"""
HOLDS = (
    "SELECT (SELECT count(*) FROM users WHERE active = 1) AS users, (SELECT count(*) FROM customers) AS customers,"
    " (SELECT count(*) FROM changes) AS changes, COALESCE((SELECT max(at) FROM changes), '') AS last_change"
)


def init(place: db.Service) -> tuple[int, int]:
    """Make the team's store, or bring it up to this program; its versions before and after."""
    with closing(Connection(place)) as owner:
        return pg_schema.migrate(owner)


def add_user(place: db.Service, name: str) -> str:
    """A role for one more person, or a new password for one there is; the password, which nobody keeps."""
    name = name.strip()
    if not name.isprintable() or not 0 < len(name.encode()) < 64 or name.startswith("pg_"):
        raise Refused("team-role-name", name=name)
    with closing(pg_schema.opened(place)) as owner:
        found = owner.read(KNOWN, {"name": name, "team": pg_schema.TEAM})
        if found and not found[0]["ours"]:
            raise Refused("team-role-taken", name=name)
        secret = secrets.token_urlsafe(18)
        pg_schema.add_role(owner, name, secret)
        return secret


def status(place: db.Service) -> dict[str, Any]:
    """What is known of the store and its server, also where there is none yet."""
    with closing(Connection(place)) as connection:
        found = pg_schema.version(connection)
        told = {"service": place.name, "host": connection.host, **connection.read(STATUS)[0]}
        told |= {"schema": found, "schema_known": len(MIGRATIONS)}
        return told | (connection.read(HOLDS)[0] if found else {})


def push(place: db.Service, source: Path, progress: Progress) -> list[Moved]:
    """Fill the team's empty store with what a file holds: all of it or nothing, and compared."""
    with closing(pg_schema.opened(place)) as target:
        moved = moving.push(source, target, search.mark, lambda n, of: progress("tables", n, of))
        for done, of in search.drain(target):
            progress("search", done, of)
    return moved


def pull(place: db.Service, target: Path, at: str, progress: Progress) -> list[Moved]:
    """Copy the team's store as it is at this moment to a new file, to be read without the server."""

    def searchable(file: db.Connection) -> None:
        search.rebuild(file)
        for done, of in search.drain(file):
            progress("search", done, of)

    with closing(pg_schema.opened(place, readonly=True)) as source:
        return moving.pull(source, target, at, searchable, lambda n, of: progress("tables", n, of))
