"""Everything that happened with a customer, newest first."""

from icrm_tui import nouns
from icrm_tui.context import Context
from icrm_tui.db import Row
from icrm_tui.search import Who


def entries(ctx: Context, who: Who, limit: int = 100, after: tuple[str, int, int] | None = None) -> list[Row]:
    """At most `limit` entries, those that follow the one at (`at`, `place`, `id`) named by `after`.

    A person is shown what was said to them, a company everything with anyone there.
    """
    column = "contact_id" if who.contact_id is not None else "customer_id"
    every = " UNION ALL ".join(
        f"SELECT e.*, {place} AS place FROM ({nouns.noun(noun).timeline} WHERE {column} = :id {_older(place, after)}"
        " ORDER BY at DESC, id DESC LIMIT :limit) AS e"
        for place, noun in enumerate(nouns.TIMELINE)
    )
    at, _place, last = after or ("", 0, 0)
    params = {"id": who.id, "limit": limit} | ({"at": at, "last": last} if after else {})
    return ctx.read(
        "SELECT e.at, e.noun, e.row_id, e.place, e.id, e.channel, e.dir, e.outcome, e.who, e.text,"
        f" e.contact_id, p.name AS contact FROM ({every}) AS e LEFT JOIN contacts p ON p.id = e.contact_id"
        " ORDER BY e.at DESC, e.place DESC, e.id DESC LIMIT :limit",
        **params,
    )


def _older(place: int, after: tuple[str, int, int] | None) -> str:
    """What of the noun in this place follows; at one moment the later places come first."""
    if after is None:
        return ""
    if place == after[1]:
        return "AND (at < :at OR (at = :at AND id < :last))"
    return "AND at <= :at" if place < after[1] else "AND at < :at"
