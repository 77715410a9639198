"""查重: is this customer here already, whose are they, and when did anyone last speak to them? Nothing more."""

from typing import Any

from icrm_tui import nouns, search
from icrm_tui.collect import companies
from icrm_tui.context import Context
from icrm_tui.db import Row
from icrm_tui.text import fold

FOUND = {
    "contact": "SELECT t.id, t.name, t.name_key, c.owner, COALESCE(s.last_at, '') AS last_contact FROM contacts t"
    " JOIN customers c ON c.id = t.customer_id LEFT JOIN customer_stats s ON s.customer_id = c.id"
    " WHERE t.merged_into IS NULL AND ({condition}) LIMIT :most",
    "company": "SELECT t.id, c.name, t.short_key AS name_key, c.owner, COALESCE(s.last_at, '') AS last_contact"
    " FROM companies t JOIN customers c ON c.id = t.id LEFT JOIN customer_stats s ON s.customer_id = c.id"
    " WHERE c.merged_into IS NULL AND ({condition}) LIMIT :most",
}


def check(ctx: Context, text: str, most: int = 20) -> list[dict[str, Any]]:
    """Who might be meant, the surest first: noun, id, name, owner, last_contact and `sure`, one of exact, near."""
    keys = {"contact": fold(text), "company": companies.key(text)}
    found: dict[str, dict[str, Any]] = {}
    for noun, sql in FOUND.items():
        for row in _exact(ctx, noun, sql, text, keys[noun], most):
            found.setdefault(*_entry(noun, row, "exact"))
        condition, params = search.condition(ctx, noun, text, "t", 1)
        for row in ctx.read(sql.format(condition=condition), most=most, **params):
            found.setdefault(*_entry(noun, row, "exact" if row["name_key"] == keys[noun] else "near"))
    return sorted(found.values(), key=lambda entry: entry["sure"] != "exact")[:most]


def _exact(ctx: Context, noun: str, sql: str, text: str, key: str, most: int) -> list[Row]:
    """Rows of that name, or that a channel of that key belongs to, archived ones included."""
    if noun == "company":
        return ctx.read(sql.format(condition="t.short_key = :key"), key=key, most=most)
    condition = "t.name_key = :key OR t.id IN (SELECT h.contact_id FROM channels h WHERE h.key = :key)"
    rows = ctx.read(sql.format(condition=condition), key=key, most=most)
    country = ctx.setting("country")
    for lookup in nouns.noun("channel").lookup:
        if (read := lookup.reads(text, country)) is not None:
            ids = [hit["contact_id"] for hit in ctx.read(lookup.sql, key=read)]
            if ids:
                among = ", ".join(map(str, ids))
                rows += ctx.read(sql.format(condition=f"t.id IN ({among})"), most=most)
    return rows


def _entry(noun: str, row: Row, sure: str) -> tuple[str, dict[str, Any]]:
    name = f"{nouns.noun(noun).prefix}{row['id']}"
    record = {"noun": noun, "id": name, "name": row["name"], "owner": row["owner"]}
    return name, record | {"last_contact": row["last_contact"], "sure": sure}
