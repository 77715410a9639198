"""How staged rows meet the contacts that are there, and become contacts."""

import re
from typing import Any

from icrm_tui import merge
from icrm_tui.collect import (
    belongings,
    channels_import,
    companies_import,
    consent,
    customers,
    fields,
    organisation,
    preferences,
    tags,
)
from icrm_tui.collect.companies_import import written
from icrm_tui.collect.contacts import ALIVE
from icrm_tui.collect.customers import takes
from icrm_tui.collect.staging import doubt, met, number
from icrm_tui.context import Context
from icrm_tui.db import Tx
from icrm_tui.nouns import Match
from icrm_tui.text import fold

PHONES = "('phone', 'sms', 'whatsapp')"
MATCH = (
    Match(
        "id",
        "SELECT r.n, p.id FROM stage.rows r JOIN contacts p ON p.id = r.own WHERE p.merged_into IS NULL"
        " AND (p.name_key = r.name_key OR EXISTS (SELECT 1 FROM stage.channels c JOIN channels h"
        " ON h.contact_id = p.id AND h.kind = c.kind AND h.key = c.key WHERE c.n = r.n))",
        "",
    ),
    Match(
        "channel",
        "SELECT c.n, h.contact_id AS id FROM stage.channels c JOIN channels h ON h.kind = c.kind AND h.key = c.key"
        " WHERE c.ident = 1 AND h.ident = 1",
        "SELECT c.kind || ' ' || c.key AS k, c.n FROM stage.channels c WHERE c.ident = 1",
    ),
    Match(
        "phone",
        f"SELECT c.n, p.id FROM stage.channels c JOIN channels h ON h.kind IN {PHONES} AND h.key = c.key"
        f" JOIN contacts p ON p.id = h.contact_id JOIN stage.rows r ON r.n = c.n AND r.name_key = p.name_key"
        f" WHERE c.kind IN {PHONES} AND {ALIVE}",
        "SELECT c.key || ' ' || r.name_key AS k, c.n FROM stage.channels c JOIN stage.rows r ON r.n = c.n"
        f" WHERE c.kind IN {PHONES} AND c.key IN (SELECT s.key FROM stage.channels s WHERE s.kind IN {PHONES}"
        " GROUP BY s.key HAVING count(*) > 1)",
    ),
    Match(
        "company",
        "SELECT r.n, p.id FROM stage.rows r JOIN stage.firms f ON f.seq = r.firm"
        " JOIN companies o ON o.short_key = f.short"
        f" JOIN contacts p ON p.customer_id = o.id AND p.name_key = r.name_key WHERE {ALIVE}",
        "SELECT r.firm || ' ' || r.name_key AS k, r.n FROM stage.rows r WHERE r.firm IS NOT NULL",
    ),
    Match(
        "name",
        f"SELECT r.n, p.id FROM stage.rows r JOIN contacts p ON p.name_key = r.name_key WHERE r.bare = 1 AND {ALIVE}",
        "SELECT r.name_key AS k, r.n FROM stage.rows r WHERE r.bare = 1 UNION ALL SELECT r.name_key, min(r.n)"
        " FROM stage.rows r WHERE r.bare IS NULL AND r.name_key IN (SELECT b.name_key FROM stage.rows b"
        " WHERE b.bare = 1) GROUP BY r.name_key",
    ),
)
TEXTS = (
    *("family", "given", "gender", "birthday", "birthday_key", "title", "title_key", "department", "buying_role"),
    *("language", "country", "zone", "city", "city_key", "region", "address", "notes"),
)
NAMES = ("name", "name_key", "sort_key")
FRESH = "FROM stage.target t JOIN stage.rows r ON r.n = t.n WHERE t.fresh = 1"
MATCHED = "FROM stage.target t JOIN stage.rows r ON r.n = t.n JOIN contacts p ON p.id = t.id WHERE t.fresh = 0"


def publish(ctx: Context, tx: Tx, policy: str) -> None:
    """Make the staged contacts, with the companies they are at, or add to the contacts they are."""
    _customers(ctx, tx, policy)
    texts = ", ".join(f"COALESCE(r.{column}, '') AS {column}" for column in TEXTS)
    tx.bulk(
        "contacts",
        f"id, customer_id, {', '.join(NAMES)}, {', '.join(TEXTS)}, archived, created_at",
        f"SELECT t.id, COALESCE(f.id, s.id) AS customer_id, r.name, r.name_key, r.sort_key, {texts},"
        " COALESCE(r.archived, 0) AS archived, :stamp AS created_at FROM stage.target t"
        " JOIN stage.rows r ON r.n = t.n LEFT JOIN stage.firms f ON f.seq = r.firm"
        " LEFT JOIN stage.persons s ON s.n = t.n WHERE t.fresh = 1 ORDER BY t.n",
        fresh=True,
        stamp=ctx.stamp,
    )
    belongings.publish(tx)
    updating = met(tx)
    if updating:
        _update(ctx, tx, policy)
    whose = "SELECT p.customer_id AS id, t.n, t.fresh FROM stage.target t JOIN contacts p ON p.id = t.id"
    customers.enrich(tx, policy, whose)
    channels_import.publish(tx, policy)
    tags.publish(tx, "contact")
    consent.publish(tx)
    preferences.publish(tx)
    fields.publish(tx, "contact", policy)
    _pointers(ctx, tx, policy)
    if updating:
        _bump(tx)


def make(tx: Tx, select: str, **params: Any) -> None:
    """Contacts of whom nothing is known but SELECT's id, customer, name and its keys, and when they were made."""
    tx.bulk("contacts", f"id, customer_id, {', '.join(NAMES)}, created_at", select, **params)


def _customers(ctx: Context, tx: Tx, policy: str) -> None:
    """Whose contact each row is: of its company, made where it is new, or a customer in their own right."""
    tx.derived(
        "CREATE TABLE IF NOT EXISTS stage.moves (n INTEGER PRIMARY KEY, id INTEGER, src INTEGER, dst INTEGER,"
        " alone INTEGER)"
    )
    tx.derived("DELETE FROM stage.moves")
    # of those that are there, whom a row may move to its company: to merge, only who is at none
    moving = "1 = 1" if policy == "update" else "k.kind = 'person'"
    tx.derived(
        "INSERT INTO stage.moves (n, id, src, alone) SELECT t.n, p.id, k.id, CASE WHEN k.kind = 'person' THEN 1 ELSE 0"
        f" END {MATCHED.replace(' WHERE', ' JOIN customers k ON k.id = p.customer_id WHERE')}"
        f" AND r.firm IS NOT NULL AND {moving}"
    )
    companies_import.named(
        ctx,
        tx,
        f"SELECT r.n, r.firm {FRESH} AND r.firm IS NOT NULL"
        " UNION ALL SELECT m.n, r.firm FROM stage.moves m JOIN stage.rows r ON r.n = m.n"
        " UNION ALL SELECT b.n, b.firm FROM stage.former b JOIN stage.target t ON t.n = b.n",
    )
    tx.derived(
        "UPDATE stage.moves SET dst = f.id FROM stage.rows r JOIN stage.firms f ON f.seq = r.firm WHERE r.n = moves.n"
    )
    tx.derived("DELETE FROM stage.moves WHERE dst = src")
    tx.derived("CREATE TABLE IF NOT EXISTS stage.persons (n INTEGER PRIMARY KEY, id INTEGER)")
    tx.derived("DELETE FROM stage.persons")
    tx.derived(f"INSERT INTO stage.persons (n) SELECT r.n {FRESH} AND r.firm IS NULL ORDER BY r.n")
    number(tx, "customers", "stage.persons")
    said = ", ".join(f"COALESCE(r.{column}, '') AS {column}" for column in customers.STAGED if column != "owner")
    customers.publish(
        tx,
        "SELECT s.id, 'person' AS kind, r.name, r.name_key, r.sort_key, COALESCE(r.archived, 0) AS archived,"
        f" :stamp AS created_at, COALESCE(r.owner, :user) AS owner, {said}"
        " FROM stage.persons s JOIN stage.rows r ON r.n = s.n ORDER BY s.id",
        stamp=ctx.stamp,
        user=ctx.user,
    )


def _update(ctx: Context, tx: Tx, policy: str) -> None:
    """Contacts that were there before take over what their rows say, and go to another firm if they say so."""
    texts = ", ".join(f"{takes(policy, f'r.{column}', f'p.{column}')} AS {column}" for column in TEXTS)
    # who goes by an address is called as the row says; who has a name keeps it where the row has none, or to merge
    names = ", ".join(
        f"CASE WHEN r.called = 1 AND ({'1 = 1' if policy == 'update' else UNCALLED}) THEN r.{c} ELSE p.{c} END AS {c}"
        for c in NAMES
    )
    whose = "COALESCE((SELECT m.dst FROM stage.moves m WHERE m.n = t.n), p.customer_id) AS customer_id"
    columns = ("customer_id", *NAMES, *TEXTS)
    tx.revise("contacts", columns, f"SELECT p.id, {whose}, {names}, {texts} {MATCHED}")
    alone = MATCHED.replace(" WHERE", " JOIN customers k ON k.id = p.customer_id AND k.kind = 'person' WHERE")
    customers.rename(tx, f"SELECT k.id, p.name, p.name_key, p.sort_key {alone}")
    belongings.move(ctx, tx)
    for row in tx.read("SELECT src, dst FROM stage.moves WHERE alone = 1 ORDER BY id"):
        merge.join(ctx, tx, "customer", row["src"], row["dst"])


UNCALLED = "EXISTS (SELECT 1 FROM channels h WHERE h.contact_id = p.id AND (h.value = p.name OR h.key = p.name_key))"


def _bump(tx: Tx) -> None:
    """Contacts whose parts are new are new versions; note which were changed at all."""
    parts = "".join(
        f" OR EXISTS (SELECT 1 FROM {table} x WHERE x.contact_id = t.id AND x.rev = :change)"
        for table in ("channels", "consents", "preferences")
    )
    tx.bump_all(
        "contact",
        f"SELECT t.id FROM stage.target t WHERE t.fresh = 0 AND (1 = 0{parts}{written('contact')})",
        change=tx.id,
    )
    tx.derived(
        "INSERT INTO stage.changed (id) SELECT t.id FROM stage.target t JOIN contacts p ON p.id = t.id"
        " JOIN customers k ON k.id = p.customer_id"
        " WHERE t.fresh = 0 AND (p.rev = :change OR (k.rev = :change AND k.created_rev <> :change"
        " AND EXISTS (SELECT 1 FROM stage.owned o WHERE o.id = k.id AND o.n = t.n)))",
        change=tx.id,
    )


# --- whom they report to ---------------------------------------------------------------------------------


def _pointers(ctx: Context, tx: Tx, policy: str) -> None:
    """Whom rows name as their superior or introducer, in the file or before; who cannot be told is doubted."""
    for column in organisation.PEOPLE:
        said = f"FROM stage.target t JOIN stage.rows r ON r.n = t.n WHERE r.{column} IS NOT NULL"
        words = [row["word"] for row in tx.read(f"SELECT DISTINCT r.{column} AS word {said}")]
        if not words:
            continue
        tx.derived("CREATE TABLE IF NOT EXISTS stage.named (word TEXT PRIMARY KEY, id INTEGER)")
        tx.derived("DELETE FROM stage.named")
        tx.derived("CREATE INDEX IF NOT EXISTS stage.rows_name ON rows (name_key)")
        found = ((word, _meant(tx, word)) for word in words)
        tx.derive_many("INSERT INTO stage.named (word, id) VALUES (?, ?)", found)
        held = f" AND p.{column} IS NULL" if policy == "merge" else ""
        tx.revise(
            "contacts",
            (column,),
            f"SELECT p.id, w.id AS {column} FROM stage.target t JOIN stage.rows r ON r.n = t.n"
            f" JOIN stage.named w ON w.word = r.{column} JOIN contacts p ON p.id = t.id"
            f" WHERE w.id IS NOT NULL AND w.id <> p.id{held}",
        )
        tx.derived(
            "INSERT INTO stage.doubts (line, name, field, code, value)"
            f" SELECT r.line, r.name, '{column}', :code, r.{column} {said}"
            f" AND r.{column} IN (SELECT w.word FROM stage.named w WHERE w.id IS NULL)",
            code="import-pointer",
        )
        _uncircle(ctx, tx, column)


WRITTEN = re.compile(r"p(\d{1,18})(?: (.*))?", re.DOTALL)
MEANT = (
    # an id of the file's own, else one of the store's where the name agrees
    "SELECT t.id FROM stage.rows r JOIN stage.target t ON t.n = COALESCE((SELECT w.lead FROM stage.twins w"
    " WHERE w.n = r.n), r.n) WHERE r.own = :own",
    "SELECT p.id FROM contacts p WHERE p.id = :own AND p.name_key = :name AND p.merged_into IS NULL",
    "SELECT h.contact_id AS id FROM channels h WHERE h.kind = 'email' AND h.key = :name AND h.ident = 1",
    # a name that one contact has, among those of the file first
    "SELECT t.id FROM stage.rows r JOIN stage.target t ON t.n = r.n WHERE r.name_key = :name",
    f"SELECT p.id FROM contacts p WHERE p.name_key = :name AND {ALIVE}",
)


def _meant(tx: Tx, text: str) -> int | None:
    found = WRITTEN.fullmatch(text)
    own, name = (int(found[1]), found[2] or "") if found else (None, text)
    for sql in MEANT:
        rows = tx.read(f"{sql} LIMIT 2", own=own, name=fold(name))
        if len(rows) == 1:
            return int(rows[0]["id"])
    return None


def _uncircle(ctx: Context, tx: Tx, column: str) -> None:
    """Nobody is above or before themselves: the last row that would close a circle is not believed."""
    rows = tx.read(
        f"SELECT p.id, r.line, r.name, r.{column} AS said FROM stage.target t JOIN stage.rows r"
        f" ON r.n = t.n JOIN contacts p ON p.id = t.id WHERE r.{column} IS NOT NULL AND p.{column} IS NOT NULL"
        " AND p.rev = :change ORDER BY t.n DESC",
        change=tx.id,
    )
    for row in rows:
        boss = tx.read(f"SELECT {column} AS boss FROM contacts WHERE id = :id", id=row["id"])[0]["boss"]
        if row["id"] in organisation.above(ctx, column, boss):
            tx.update("contacts", row["id"], **{column: None})
            doubt(tx, row["line"], row["name"], column, "import-circle", row["said"])
