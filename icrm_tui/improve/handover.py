"""Customers change hands: they, and all that is open with them at its state, go to somebody else, in one change."""

from typing import Any, NamedTuple

from icrm_tui import nouns, search, users
from icrm_tui.collect import companies, contacts, organisation, timeline
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.db import Ids, Tx
from icrm_tui.engage import reminders
from icrm_tui.errors import Refused
from icrm_tui.listen import board, complaints
from icrm_tui.nouns import Owned
from icrm_tui.search import Who

LAST = 5  # touches in a brief


class Handed(NamedTuple):
    """How many rows of each noun went to `to`."""

    to: str
    rows: dict[str, int]


def hand_over(ctx: Context, whom: list[Who], to: str, note: str = "") -> Handed:
    """These customers go to `to`, with what their owner had open with them.

    What others have open with them stays where it is. A note becomes a reminder of the new owner's, due today.
    """
    owner = users.known(ctx, to)
    ids = Ids({who.customer_id for who in whom})

    def work(tx: Tx) -> dict[str, int]:
        moved: dict[str, int] = {}
        for noun, owned in _all_owned():
            moved[noun] = moved.get(noun, 0) + _give(tx, owned, _theirs(owned, ids), owner)
        for who in whom if note.strip() else ():
            reminders.add(ctx, who, reminders.Reminder(note, When(ctx.today), owner=owner))
        return moved

    return Handed(owner, ctx.change("handover", work))


def going(ctx: Context, whom: list[Who]) -> dict[str, int]:
    """How many rows of each noun would go along with these customers."""
    ids = Ids({who.customer_id for who in whom})
    found: dict[str, int] = {}
    for noun, owned in _all_owned():
        where = f"{_theirs(owned, ids)} AND {owned.open.replace('{t}', 'x')}"
        n = ctx.read(f"SELECT count(*) AS n FROM {owned.table} x WHERE {where}")[0]["n"]
        found[noun] = max(n, found.get(noun, 0)) if noun == "customer" else n + found.get(noun, 0)
    return found


def _theirs(owned: Owned, ids: Ids) -> str:
    """Rows of these customers that whoever owns the customer looks after."""
    customer = owned.customer.replace("{t}", "x")
    return f"{customer} IN {ids} AND x.{owned.column} = (SELECT c.owner FROM customers c WHERE c.id = {customer})"


def leave(ctx: Context, user: str, to: str) -> Handed:
    """Somebody leaves: all they look after, and all they have open, goes to `to`."""
    leaver, owner = users.known(ctx, user), users.known(ctx, to)
    if leaver == owner:
        raise Refused("handover-same", user=leaver)

    def work(tx: Tx) -> dict[str, int]:
        moved: dict[str, int] = {}
        for noun, owned in _all_owned():
            where = f"x.{owned.column} = :leaver"
            moved[noun] = moved.get(noun, 0) + _give(tx, owned, where, owner, leaver=leaver)
        users.leave(ctx, leaver)
        return moved

    return Handed(owner, ctx.change("user.leave", work))


def _all_owned() -> list[tuple[str, Owned]]:
    """Everything that can be owned: what hangs on a customer before the customer, by whose owner it is known."""
    found = [(noun, owned) for noun in nouns.NOUNS for owned in nouns.noun(noun).owned]
    return sorted(found, key=lambda pair: (pair[0] == "customer", pair[1].column == "owner"))


def _give(tx: Tx, owned: Owned, where: str, to: str, **params: str) -> int:
    select = (
        f"SELECT x.id AS id, :to AS {owned.column} FROM {owned.table} x"
        f" WHERE {where} AND {owned.open.replace('{t}', 'x')}"
    )
    return tx.revise(owned.table, (owned.column,), select, to=to, **params)


def brief(ctx: Context, who: Who) -> dict[str, Any]:
    """What one must know before a visit or after a handover: who they are, what is open, what was said last."""
    show = contacts.show if who.noun == "contact" else companies.show
    record = show(ctx, who.id)
    people = organisation.people(ctx, who.customer_id) if who.noun == "company" else []
    opened = ctx.read(OPEN, customer=who.customer_id)
    return {
        **{key: value for key, value in record.items() if key not in ("rev", "archived", "merged_into", "people")},
        "people": [{"id": f"p{one['id']}", "name": one["name"], "title": one["title"]} for one in people],
        "open": [{"id": f"r{row['id']}", "what": row["what"], "due": reminders.said(row)} for row in opened],
        "complaints": board.unended(ctx, who.customer_id),
        "last": [
            {key: row[key] for key in ("at", "channel", "dir", "who", "text")}
            for row in timeline.entries(ctx, who, LAST)
        ],
    }


def complaint(ctx: Context, complaint_id: int) -> dict[str, Any]:
    """What one must know before going on with a complaint: all of it, whose it is, what was said last."""
    record = complaints.show(ctx, complaint_id)
    return record | {"customer": brief(ctx, search.who(ctx, record["who"])) if record["who"] else {}}


OPEN = """SELECT id, what, due_on, due_time FROM reminders WHERE customer_id = :customer AND done = 0 AND archived = 0
 ORDER BY due_on, due_time, id"""
