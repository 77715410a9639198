"""Everything that happened with a customer, newest first."""

from icrm_tui import nouns
from icrm_tui.context import Context
from icrm_tui.db import Row
from icrm_tui.search import Who


def entries(ctx: Context, who: Who, limit: int = 100, after: tuple[str, int] | None = None) -> list[Row]:
    """At most `limit` entries, older than the one at (`at`, `id`) named by `after`.

    A person is shown what was said to them, a company everything with anyone there.
    """
    column = "contact_id" if who.contact_id is not None else "customer_id"
    older = "AND (at < :at OR (at = :at AND id < :last))" if after else ""
    every = " UNION ALL ".join(
        f"SELECT * FROM ({nouns.noun(noun).timeline} WHERE {column} = :id {older} ORDER BY at DESC, id DESC"
        " LIMIT :limit) AS e"
        for noun in nouns.TIMELINE
    )
    at, last = after or ("", 0)
    params = {"id": who.id, "limit": limit} | ({"at": at, "last": last} if after else {})
    return ctx.read(
        "SELECT e.at, e.noun, e.id, e.channel, e.dir, e.outcome, e.who, e.text, e.contact_id, p.name AS contact"
        f" FROM ({every}) AS e LEFT JOIN contacts p ON p.id = e.contact_id ORDER BY e.at DESC, e.id DESC LIMIT :limit",
        **params,
    )
