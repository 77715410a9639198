"""How rows of a file become companies, and how what a contact's row says of a firm becomes one."""

import re
from collections.abc import Mapping
from typing import Any

from icrm_tui import phones
from icrm_tui.collect import companies, customers, fields, tags
from icrm_tui.collect.customers import takes
from icrm_tui.collect.reading import Doubt, Draft, Given, Rejected
from icrm_tui.collect.staging import doubt, met
from icrm_tui.context import Context
from icrm_tui.db import Tx
from icrm_tui.nouns import Importer, Match
from icrm_tui.text import fold, sort_key

OWN = companies.COLUMNS
TARGETS = ("id", "name", *OWN, "postcode", "parent", "competitor", *customers.COLUMNS, "tags", "archived")
FIRMS = {"short": "TEXT", "name": "TEXT", "name_key": "TEXT", "sort_key": "TEXT"}
COLUMNS = {
    "name": "TEXT", "name_key": "TEXT", "sort_key": "TEXT", "firm": "firms", "own": "INTEGER",
    **dict.fromkeys(OWN, "TEXT"), "phone_key": "TEXT", "industry_key": "TEXT", "city_key": "TEXT",
    "competitor": "INTEGER", "parent": "firms", **customers.STAGED, "archived": "INTEGER",
}  # fmt: skip
NUMBER = re.compile(r"co(\d{1,18})")
KEYED = (*OWN, "phone_key", "industry_key", "city_key")


# --- rules -----------------------------------------------------------------------------------------------


def firm(name: str) -> tuple[str, str, str, str]:
    """What companies are told apart by, the name as said and its keys. Usage for a name too long."""
    clean = customers.check_name(name)
    return companies.key(clean), clean, fold(clean), sort_key(clean)


def number(name: str, given: Given) -> int:
    """The number of the staged firm of that name."""
    return given.shared.number("firms", name, firm)


def garbled(name: str, cells: Mapping[str, Any], given: Given) -> int:
    """A name that another program has turned into question marks tells nobody apart: only with the address it does."""
    where = " ".join((name, cells.get("address", ""), cells.get("city", "")))
    return given.shared.number("firms", where, lambda _: (fold(where), *firm(name)[1:]))


def parse(cells: Mapping[str, Any], given: Given) -> Draft:
    """A company's row. Rejected without a name."""
    get = cells.get
    doubts: list[Doubt] = []
    name = get("name") or get("domain") or get("website")
    if not name:
        raise Rejected("import-nameless", "name")
    own, competitor, archived, parent = get("id"), get("competitor"), get("archived"), get("parent")
    values = (
        *firm(name)[1:],
        number(name, given) if any(map(str.isalnum, name)) else garbled(name, cells, given),
        int(found[1]) if own and (found := NUMBER.fullmatch(own)) else None,
        *_own(cells, given.country, doubts),
        int(fields.flag(competitor)) if competitor else None,
        number(parent, given) if parent else None,
        *customers.staged(cells, given.users, doubts),
        1 if archived and fields.flag(archived) else None,
    )
    parts: dict[str, list[tuple[Any, ...]]] = {
        "tags": list(tags.staged(get("tags", ""))),
        "field_values": fields.staged(cells, given.fields, given.order),
    }
    return Draft(values, parts, doubts)


def _own(cells: Mapping[str, Any], country: str, doubts: list[Doubt]) -> list[str | None]:
    """The company's own columns and their keys, in order."""
    said = {column: cells.get(column) for column in OWN}
    if postcode := cells.get("postcode"):
        said["address"] = ", ".join(filter(None, (said["address"], postcode)))
    if said["domain"]:
        said["domain"] = companies.domain(said["domain"])
    if phone := said["phone"]:
        said["phone_key"], doubtful = phones.key(phone, country)
        if doubtful:
            doubts.append(("phone", "phone-invalid", {"value": phone, "country": country or "-"}))
    for column in ("industry", "city"):
        if said[column]:
            said[f"{column}_key"] = fold(said[column] or "")
    return [said.get(column) for column in KEYED]


# --- publishing ------------------------------------------------------------------------------------------

LIVING = "c.archived = 0 AND c.merged_into IS NULL"
MATCH = (
    Match(
        "id",
        "SELECT r.n, o.id FROM stage.rows r JOIN companies o ON o.id = r.own JOIN customers c ON c.id = o.id"
        " JOIN stage.firms f ON f.seq = r.firm WHERE c.merged_into IS NULL"
        " AND (o.short_key = f.short OR (o.domain <> '' AND o.domain = r.domain))",
        "",
    ),
    Match(
        "name",
        "SELECT r.n, o.id FROM stage.rows r JOIN stage.firms f ON f.seq = r.firm"
        f" JOIN companies o ON o.short_key = f.short JOIN customers c ON c.id = o.id WHERE {LIVING}",
        "SELECT r.firm AS k, r.n FROM stage.rows r",
    ),
)
SAID = """SELECT t.id, 'company' AS kind, {named}.name, {named}.name_key, {named}.sort_key,
 COALESCE(r.archived, 0) AS archived, :stamp AS created_at, COALESCE(r.owner, :user) AS owner,
 COALESCE(r.service_owner, '') AS service_owner, COALESCE(r.source, '') AS source,
 COALESCE(r.source_key, '') AS source_key, COALESCE(r.grade, '') AS grade"""


def named(ctx: Context, tx: Tx, select: str) -> None:
    """See that there is a company for each staged firm that SELECT n, firm names: `stage.firms` says its id.

    One that is new is owned, and came, as the first row that names it says.
    """
    tx.derived("CREATE TABLE IF NOT EXISTS stage.wanted (firm INTEGER PRIMARY KEY, n INTEGER, id INTEGER)")
    tx.derived("DELETE FROM stage.wanted")
    tx.derived(f"INSERT INTO stage.wanted (firm, n) SELECT s.firm, min(s.n) FROM ({select}) AS s GROUP BY s.firm")
    tx.derived(
        "UPDATE stage.firms SET id = (SELECT min(o.id) FROM companies o JOIN customers c ON c.id = o.id"
        f" WHERE o.short_key = firms.short AND {LIVING}) WHERE seq IN (SELECT w.firm FROM stage.wanted w)"
    )
    missing = "FROM stage.wanted t JOIN stage.firms f ON f.seq = t.firm"
    n = tx.read(f"SELECT count(*) AS n {missing} WHERE f.id IS NULL")[0]["n"]
    if not n:
        return
    first = customers.reserve(tx, n)
    tx.derived(
        "UPDATE stage.wanted SET id = :first - 1 + s.k FROM (SELECT t.firm, row_number() OVER (ORDER BY t.n) AS k"
        f" {missing} WHERE f.id IS NULL) AS s WHERE s.firm = wanted.firm",
        first=first,
    )
    tx.derived("UPDATE stage.firms SET id = t.id FROM stage.wanted t WHERE t.firm = firms.seq AND t.id IS NOT NULL")
    of = f" {missing} JOIN stage.rows r ON r.n = t.n WHERE t.id IS NOT NULL ORDER BY t.id"
    said = SAID.format(named="f").replace("COALESCE(r.archived, 0)", "0")
    customers.publish(tx, said + of, stamp=ctx.stamp, user=ctx.user)
    tx.bulk(
        "companies",
        "id, short_key, sort_key",
        f"SELECT t.id, f.short AS short_key, f.sort_key {missing} WHERE t.id IS NOT NULL ORDER BY t.id",
    )


def make(tx: Tx, select: str) -> None:
    """Companies of the customers that SELECT names: id, keys, phone and its key."""
    tx.bulk("companies", "id, short_key, sort_key, phone, phone_key", select)


def publish(ctx: Context, tx: Tx, policy: str) -> None:
    """Make the staged companies, or add to those they are."""
    fresh = " FROM stage.target t JOIN stage.rows r ON r.n = t.n JOIN stage.firms f ON f.seq = r.firm WHERE t.fresh = 1"
    customers.publish(tx, f"{SAID.format(named='r')}{fresh} ORDER BY t.id", stamp=ctx.stamp, user=ctx.user)
    own = ", ".join(f"COALESCE(r.{column}, '') AS {column}" for column in KEYED)
    tx.bulk(
        "companies",
        f"id, short_key, sort_key, {', '.join(KEYED)}, competitor",
        f"SELECT t.id, f.short AS short_key, r.sort_key, {own}, COALESCE(r.competitor, 0) AS competitor{fresh}"
        " ORDER BY t.id",
    )
    if met(tx):
        _update(tx, policy)
        customers.enrich(tx, policy, "SELECT t.id, t.n, t.fresh FROM stage.target t")
    _parents(ctx, tx, policy)
    tags.publish(tx, "company")
    fields.publish(tx, "company", policy)
    # whose tags and fields are new is a new version; whose customer is, was found by this import all the same
    tx.bump_all(
        "company",
        "SELECT t.id FROM stage.target t WHERE t.fresh = 0 AND (EXISTS (SELECT 1 FROM customers c WHERE c.id = t.id"
        f" AND c.rev = :change){written('company')})",
        change=tx.id,
    )
    tx.bump_all(
        "customer",
        "SELECT t.id FROM stage.target t JOIN companies o ON o.id = t.id WHERE t.fresh = 0 AND o.rev = :change",
        change=tx.id,
    )
    tx.derived(
        "INSERT INTO stage.changed (id) SELECT t.id FROM stage.target t JOIN companies o ON o.id = t.id"
        " WHERE t.fresh = 0 AND o.rev = :change",
        change=tx.id,
    )


def written(noun: str) -> str:
    """SQL that this change gave the row `t` a tag or a custom value."""
    hung = f"x.noun = '{noun}' AND x.row_id = t.id AND x.rev = :change"
    return "".join(f" OR EXISTS (SELECT 1 FROM {table} x WHERE {hung})" for table in ("taggings", "field_values"))


def _update(tx: Tx, policy: str) -> None:
    """Companies that were there before take over what their rows say; the name only of one known by its id."""
    both = "FROM stage.target t JOIN stage.rows r ON r.n = t.n JOIN companies o ON o.id = t.id WHERE t.fresh = 0"
    own = ", ".join(f"{takes(policy, f'r.{column}', f'o.{column}')} AS {column}" for column in KEYED)
    competitor = "COALESCE(r.competitor, o.competitor) AS competitor"
    tx.revise("companies", (*KEYED, "competitor"), f"SELECT o.id, {own}, {competitor} {both}")
    if policy == "update":
        customers.rename(tx, f"SELECT o.id, r.name, r.name_key, r.sort_key {both} AND r.own = o.id")
        short = "(SELECT f.short FROM stage.firms f WHERE f.seq = r.firm) AS short_key"
        keys = f"SELECT o.id, {short}, r.sort_key {both} AND r.own = o.id"
        tx.revise("companies", ("short_key", "sort_key"), keys)


def _parents(ctx: Context, tx: Tx, policy: str) -> None:
    if not tx.read("SELECT 1 FROM stage.rows WHERE parent IS NOT NULL LIMIT 1"):
        return
    of = "FROM stage.target t JOIN stage.rows r ON r.n = t.n"
    named(ctx, tx, f"SELECT r.n, r.parent AS firm {of} WHERE r.parent IS NOT NULL")
    held = "1 = 1" if policy == "update" else "o.parent_id IS NULL"
    tx.revise(
        "companies",
        ("parent_id",),
        f"SELECT o.id, f.id AS parent_id {of} JOIN stage.firms f ON f.seq = r.parent"
        f" JOIN companies o ON o.id = t.id WHERE {held}",
    )
    for row in tx.read(
        "SELECT o.id, o.parent_id, r.line, r.name, f.name AS parent FROM stage.target t JOIN stage.rows r ON r.n = t.n"
        " JOIN stage.firms f ON f.seq = r.parent JOIN companies o ON o.id = t.id"
        " WHERE r.parent IS NOT NULL AND o.rev = :change AND o.parent_id IS NOT NULL",
        change=tx.id,
    ):
        if row["id"] in companies.above(ctx, row["parent_id"]):
            tx.update("companies", row["id"], parent_id=None)
            doubt(tx, row["line"], row["name"], "parent", "import-circle", row["parent"])


IMPORTER = Importer(
    table="customers",
    targets=TARGETS,
    many=(),
    days=(),
    columns=COLUMNS,
    parts={"tags": tags.STAGED, "field_values": fields.STAGED},
    shared={"firms": FIRMS},
    match=MATCH,
    parse=parse,
    publish=publish,
)
