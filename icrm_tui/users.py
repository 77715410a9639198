"""Who works here. A store without users makes the first who comes its first."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from icrm_tui import calendars
from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import NotFound, Refused, Usage
from icrm_tui.nouns import Noun, Part
from icrm_tui.text import fold

DEMO = "demo_user"  # the setting that names whom a stranger is taken for, in a demo store
ROLES = ("viewer", "member", "manager", "admin")
MANAGERS = ("manager", "admin")


def identify(ctx: Context) -> Row:
    """The user this context acts for; the store's first where it has none, else refused.

    In a demo store a stranger is its first salesperson.
    """
    found = find(ctx, ctx.user)
    if found:
        ctx.user = found["name"]
        return found
    if first := find(ctx, ctx.setting(DEMO)):
        ctx.user = first["name"]
        return first
    if ctx.connection.copied:  # whoever reads a copy
        return {"name": ctx.user}
    if ctx.read("SELECT 1 FROM users LIMIT 1"):
        if came := find(ctx, ctx.user):  # between our two looks
            return came
        if not ctx.connection.role or ctx.connection.readonly or _left(ctx):
            raise Refused("unknown-user", user=ctx.user)
        _joins(ctx)
        return identify(ctx)
    if ctx.connection.readonly:
        return {"name": ctx.user}
    with _unless_there():
        _first(ctx)
    return identify(ctx)


def _first(ctx: Context) -> None:
    """The first user of an empty store, unless another start was faster; the program's own doing, so nobody's undo."""
    program = ctx.program()

    def work(tx: Tx) -> int:
        if tx.read("SELECT 1 FROM users LIMIT 1"):
            return 0
        calendars.settle(program)
        return add(program, ctx.user, role="admin")

    program.change("user.add", work)


def _joins(ctx: Context) -> None:
    """Whom the server lets in belongs to the team, unless they have left it."""
    program = ctx.program()
    with _unless_there():
        program.change("user.add", lambda _tx: add(program, ctx.user))


@contextmanager
def _unless_there() -> Iterator[None]:
    """Another start was faster: so they are there."""
    try:
        yield
    except Refused as error:
        if error.code != "user-exists":
            raise


def _left(ctx: Context) -> bool:
    return bool(ctx.read("SELECT 1 FROM users WHERE key = :key AND active = 0", key=fold(ctx.user)))


def find(ctx: Context, name: str) -> Row | None:
    found = ctx.read("SELECT * FROM users WHERE key = :key AND active = 1", key=fold(name))
    return found[0] if found else None


def known(ctx: Context, name: str) -> str:
    """The name of an active user, as the store writes it; `me` is whoever acts. NotFound names the nearest."""
    if fold(name) == "me":
        return ctx.user
    found = find(ctx, name)
    if found:
        return str(found["name"])
    from difflib import get_close_matches

    names = [row["name"] for row in everyone(ctx)]
    raise NotFound("no-user", user=name, nearest=", ".join(get_close_matches(name, names, 1)))


def add(ctx: Context, name: str, *, full_name: str = "", email: str = "", role: str = "member") -> int:
    name = name.strip()
    if not name or len(name) > 64 or any(not c.isprintable() or c in ",;:()\"'" for c in name):
        raise Usage("user-name", name=name)
    if role not in ROLES:
        raise Usage("user-role", role=role, roles=", ".join(ROLES))

    def work(tx: Tx) -> int:
        if tx.read("SELECT 1 FROM users WHERE key = :key", key=fold(name)):
            raise Refused("user-exists", user=name)
        return tx.insert("users", name=name, key=fold(name), full_name=full_name, email=email, role=role)

    made: int = ctx.change("user.add", work)
    return made


def leave(ctx: Context, name: str) -> bool:
    """They do not work here any more; what they wrote keeps their name."""
    row = find(ctx, known(ctx, name))
    assert row is not None
    left: bool = ctx.change("user.leave", lambda tx: tx.update("users", row["id"], active=0))
    return left


def manages(ctx: Context) -> bool:
    """Whether whoever acts may speak the last word."""
    found = find(ctx, ctx.user)
    return found is not None and found["role"] in MANAGERS


def everyone(ctx: Context) -> list[Row]:
    return ctx.read("SELECT * FROM users WHERE active = 1 ORDER BY key")


def show(ctx: Context, name: str) -> dict[str, Any]:
    row = find(ctx, known(ctx, name))
    assert row is not None
    owned = ctx.read("SELECT count(*) AS n FROM customers WHERE owner = :name AND archived = 0", name=row["name"])
    keys = ("id", "name", "full_name", "email", "role", "rev")
    return {key: row[key] for key in keys} | {"customers": owned[0]["n"]}


NOUN = Noun("user", "users", {"users": Part(unique=(("key",),))})
