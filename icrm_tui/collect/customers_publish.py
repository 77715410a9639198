"""How customers come to be because rows of another kind name them: firms, people, and how they are reached."""

from icrm_tui.collect import belongings, channels_import, companies_import, contacts_publish, customers
from icrm_tui.collect.staging import number
from icrm_tui.context import Context
from icrm_tui.db import Tx

TABLES = """
CREATE TABLE IF NOT EXISTS stage.needed (seq INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS stage.people (lead INTEGER PRIMARY KEY, named INTEGER, firm_key TEXT, id INTEGER);
CREATE TABLE IF NOT EXISTS stage.alone (lead INTEGER PRIMARY KEY, id INTEGER);
CREATE TABLE IF NOT EXISTS stage.new_firms (seq INTEGER PRIMARY KEY, firm_key TEXT, id INTEGER, fresh INTEGER);
CREATE INDEX IF NOT EXISTS stage.new_firms_key ON new_firms (firm_key)
"""
# a person is called as the first row says that has a name for them, and is at the first firm that is said
PEOPLE = """INSERT INTO stage.people (lead, named, firm_key) SELECT g.lead, COALESCE(g.named, g.lead), f.firm_key FROM
 (SELECT m.lead, min(CASE WHEN w.name_key IS NOT NULL THEN m.seq END) AS named,
 min(CASE WHEN w.firm_key IS NOT NULL THEN m.seq END) AS firmed
 FROM stage.missing m JOIN stage.whom w ON w.seq = m.seq WHERE m.firm_key IS NULL AND m.lead IN
 (SELECT o.lead FROM stage.needed n JOIN stage.missing o ON o.seq = n.seq) GROUP BY m.lead) AS g
 LEFT JOIN stage.whom f ON f.seq = g.firmed ORDER BY g.lead"""
FIRMS = """INSERT INTO stage.new_firms (seq, firm_key, id)
 SELECT min(s.seq), s.firm_key, (SELECT min(o.id) FROM companies o
 JOIN customers c ON c.id = o.id WHERE o.short_key = s.firm_key AND c.archived = 0 AND c.merged_into IS NULL) FROM
 (SELECT n.seq, m.firm_key FROM stage.needed n JOIN stage.missing m ON m.seq = n.seq WHERE m.firm_key IS NOT NULL
 UNION ALL SELECT w.seq, p.firm_key FROM stage.people p JOIN stage.missing m ON m.lead = p.lead
 JOIN stage.whom w ON w.seq = m.seq AND w.firm_key = p.firm_key) AS s GROUP BY s.firm_key ORDER BY min(s.seq)"""
OWNED = (
    "0 AS archived, :stamp AS created_at, :user AS owner, '' AS service_owner, '' AS source, '' AS source_key,"
    " '' AS grade"
)
FRESH = "FROM stage.new_firms f JOIN stage.whom w ON w.seq = f.seq WHERE f.fresh = 1 ORDER BY f.id"
# each address or number once, the first said the main one
CHANNELS = """SELECT s.contact_id, '{kind}' AS kind, w.{kind} AS value, w.{kind}_key AS key, '' AS label,
 CASE WHEN row_number() OVER (PARTITION BY s.contact_id ORDER BY s.seq) = 1 THEN 1 ELSE 0 END AS main,
 {ident} AS ident, w.{kind}_bad AS doubtful FROM (SELECT p.id AS contact_id, min(m.seq) AS seq FROM stage.people p
 JOIN stage.missing m ON m.lead = p.lead AND m.firm_key IS NULL JOIN stage.whom w ON w.seq = m.seq
 WHERE w.{kind}_key IS NOT NULL GROUP BY p.id, w.{kind}_key) AS s JOIN stage.whom w ON w.seq = s.seq"""


def make(ctx: Context, tx: Tx) -> dict[str, int]:
    """Make the customers that staged rows name and nobody knows, each with what the rows say; how many."""
    if not tx.read("SELECT 1 FROM stage.missing LIMIT 1"):
        return {}
    for statement in TABLES.strip().split(";\n"):
        tx.derived(statement)
    for table in ("needed", "people", "alone", "new_firms"):
        tx.derived(f"DELETE FROM stage.{table}")
    tx.derived(
        "INSERT INTO stage.needed (seq) SELECT DISTINCT r.whom FROM stage.target t JOIN stage.rows r ON r.n = t.n"
        " JOIN stage.missing m ON m.seq = r.whom"
    )
    tx.derived(PEOPLE)
    made = _firms(ctx, tx) + _people(ctx, tx)
    tx.derived(
        "UPDATE stage.parties SET customer_id = COALESCE(f.id, a.id), contact_id = p.id FROM stage.missing m"
        " LEFT JOIN stage.people p ON p.lead = m.lead AND m.firm_key IS NULL"
        " LEFT JOIN stage.new_firms f ON f.firm_key = COALESCE(m.firm_key, p.firm_key)"
        " LEFT JOIN stage.alone a ON a.lead = p.lead WHERE m.seq = parties.seq"
    )
    return {"customers": made}


def _firms(ctx: Context, tx: Tx) -> int:
    tx.derived(FIRMS)
    tx.derived("UPDATE stage.new_firms SET fresh = 1 WHERE id IS NULL")
    number(tx, "customers", "stage.new_firms")
    fresh = tx.read("SELECT count(*) AS n FROM stage.new_firms WHERE fresh = 1")[0]["n"]
    keys = "COALESCE(w.firm, w.label) AS name, COALESCE(w.firm_name_key, w.label_key) AS name_key"
    sort = "COALESCE(w.firm_sort_key, w.sort_key) AS sort_key"
    customers.publish(
        tx, f"SELECT f.id, 'company' AS kind, {keys}, {sort}, {OWNED} {FRESH}", stamp=ctx.stamp, user=ctx.user
    )
    phone = ", ".join(f"CASE WHEN w.name_key IS NULL THEN COALESCE(w.{c}, '') ELSE '' END AS {c}" for c in REACHED)
    companies_import.make(tx, f"SELECT f.id, f.firm_key AS short_key, {sort}, {phone} {FRESH}")
    return int(fresh)


REACHED = ("phone", "phone_key")


def _people(ctx: Context, tx: Tx) -> int:
    tx.derived("INSERT INTO stage.alone (lead) SELECT lead FROM stage.people WHERE firm_key IS NULL ORDER BY lead")
    alone = tx.read("SELECT count(*) AS n FROM stage.alone")[0]["n"]
    number(tx, "customers", "stage.alone")
    number(tx, "contacts", "stage.people")
    named = "w.label AS name, w.label_key AS name_key, w.sort_key"
    customers.publish(
        tx,
        f"SELECT a.id, 'person' AS kind, {named}, {OWNED} FROM stage.alone a JOIN stage.people p ON p.lead = a.lead"
        " JOIN stage.whom w ON w.seq = p.named ORDER BY a.id",
        stamp=ctx.stamp,
        user=ctx.user,
    )
    contacts_publish.make(
        tx,
        f"SELECT p.id, COALESCE(f.id, a.id) AS customer_id, {named}, :stamp AS created_at FROM stage.people p"
        " JOIN stage.whom w ON w.seq = p.named LEFT JOIN stage.new_firms f ON f.firm_key = p.firm_key"
        " LEFT JOIN stage.alone a ON a.lead = p.lead ORDER BY p.id",
        stamp=ctx.stamp,
    )
    belongings.join(
        tx,
        "SELECT p.id AS contact_id, f.id AS customer_id FROM stage.people p"
        " JOIN stage.new_firms f ON f.firm_key = p.firm_key ORDER BY p.id",
    )
    free = "NOT EXISTS (SELECT 1 FROM channels h WHERE h.kind = 'email' AND h.key = w.email_key AND h.ident = 1)"
    ident = f"CASE WHEN w.email_bad = 0 AND {free} THEN 1 ELSE 0 END"
    for kind, identifies in (("email", ident), ("phone", "0")):
        channels_import.make(tx, CHANNELS.format(kind=kind, ident=identifies))
    return int(alone)
