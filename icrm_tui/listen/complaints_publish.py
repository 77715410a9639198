"""How staged rows meet the complaints that are there, and become complaints."""

from collections.abc import Iterator

from icrm_tui.collect import customers_publish
from icrm_tui.collect.customers import takes
from icrm_tui.collect.customers_import import PARTY
from icrm_tui.collect.staging import changed, doubt, met
from icrm_tui.context import Context
from icrm_tui.db import Tx
from icrm_tui.listen import categories, clocks, progress
from icrm_tui.listen import complaints_rules as rules
from icrm_tui.nouns import Match
from icrm_tui.text import fold

OF = f"FROM stage.rows r LEFT {PARTY} JOIN complaints c ON"
# one that was nobody's may be somebody's by now
THEIRS = (
    "(w.seq IS NULL OR c.customer_id IS NULL OR c.contact_id = w.contact_id"
    " OR (c.customer_id = w.customer_id AND (c.contact_id IS NULL OR w.contact_id IS NULL)))"
)
# the first, second … of somebody at a moment in the same words: what has no number is told apart by nothing else
NTH = f"""SELECT r.n, COALESCE(w.customer_id, 0) AS customer_id, r.opened_at, r.text_key, row_number() OVER
 (PARTITION BY w.customer_id, r.opened_at, r.text_key ORDER BY r.n) AS k FROM stage.rows r LEFT {PARTY}
 WHERE r.number_key IS NULL AND (w.seq IS NULL OR w.customer_id IS NOT NULL)
 AND r.n NOT IN (SELECT m.n FROM stage.met m)"""
STORED = """SELECT c.id, COALESCE(c.customer_id, 0) AS customer_id, c.opened_at, c.text_key, row_number() OVER
 (PARTITION BY c.customer_id, c.opened_at, c.text_key ORDER BY c.id) AS k FROM complaints c
 WHERE c.opened_at IN (SELECT r.opened_at FROM stage.rows r) AND c.id NOT IN (SELECT m.id FROM stage.met m)"""
MATCH = (
    Match(
        "reference",
        f"SELECT r.n, c.id {OF} c.ref_key = r.ref_key AND c.opened_at = r.opened_at",
        "SELECT r.ref_key || ' ' || r.opened_at AS k, r.n FROM stage.rows r WHERE r.ref_key IS NOT NULL",
    ),
    Match(
        "number",
        f"SELECT r.n, c.id {OF} c.number_key = r.number_key AND c.number_key <> '' AND c.opened_at = r.opened_at"
        f" AND {THEIRS}",
        "SELECT COALESCE(w.who, '') || ' ' || r.number_key || ' ' || r.opened_at AS k, r.n FROM stage.rows r"
        f" LEFT {PARTY} WHERE r.number_key IS NOT NULL",
    ),
    Match(
        "nth",
        f"SELECT s.n, c.id FROM ({NTH}) AS s JOIN ({STORED}) AS c ON c.customer_id = s.customer_id"
        " AND c.opened_at = s.opened_at AND c.text_key = s.text_key AND c.k = s.k",
        "",
    ),
)
TEXTS = (
    *("number", "number_key", "kind", "what", "what_key", "sort_key", "text", "text_key", "channel", "severity"),
    *("order_ref", "order_key", *rules.PLAIN, "currency", "owner"),
)
ENDED = ("state", "ended_at", "satisfied", "reason")
RANK = " ".join(f"WHEN '{state}' THEN {n}" for n, state in enumerate(rules.ACTIVE))
CATEGORY = "(SELECT k.id FROM stage.categories g JOIN complaint_categories k ON k.key = g.key WHERE g.seq = r.category)"


def _rank(state: str) -> str:
    """How far on a state is; all ends are as far."""
    return f"CASE {state} {RANK} ELSE {len(rules.ACTIVE)} END"


def _ended(column: str) -> str:
    """What a row says of the end, if it has come to one: of rows that became one, another may have."""
    if column == "state":
        return "r.state"
    return f"CASE WHEN {_rank('r.state')} = {len(rules.ACTIVE)} THEN COALESCE(r.{column}, '') ELSE '' END"


def publish(ctx: Context, tx: Tx, policy: str) -> dict[str, int]:
    """Make the staged complaints, or move those that are there on to where their rows say they are."""
    made = customers_publish.make(ctx, tx)
    categories.publish(tx)
    _refer(tx)
    tx.derived("CREATE TABLE IF NOT EXISTS stage.moved (id INTEGER PRIMARY KEY)")
    tx.derived("DELETE FROM stage.moved")
    _add(ctx, tx)
    if met(tx):
        _update(tx, policy)
    _duplicates(tx)
    progress.publish(ctx, tx)
    clocks.publish(ctx, tx)
    tx.revise("complaints", ("due_at",), clocks.FRESH)
    for row in tx.read("SELECT m.id FROM stage.moved m ORDER BY m.id"):
        tx.update("complaints", row["id"], due_at=clocks.follow(ctx, row["id"]))
    if met(tx):
        # a complaint with a new note is a new version of it
        noted = "SELECT e.complaint_id FROM complaint_events e JOIN stage.target t ON t.id = e.complaint_id"
        tx.bump_all("complaint", f"{noted} WHERE t.fresh = 0 AND e.rev = :change", change=tx.id)
        changed(tx, "complaints")
    return made


def _add(ctx: Context, tx: Tx) -> None:
    usual = {"kind": rules.COMPLAINT, "channel": "other", "severity": "normal", "owner": ""}
    texts = ", ".join(
        f"COALESCE(r.{column}, '{usual.get(column, '')}') AS {column}" for column in TEXTS if column != "owner"
    )
    ended = ", ".join(f"{_ended(column)} AS {column}" for column in ENDED)
    # as said, else the handler of the category, the customer's service owner, whoever imports; none who has left
    active = "(SELECT u.name FROM users u WHERE u.active = 1 AND u.name = {})"
    handler = active.format("(SELECT k.handler FROM complaint_categories k WHERE k.id = s.category_id)")
    service = active.format("(SELECT x.service_owner FROM customers x WHERE x.id = s.customer_id)")
    columns = [column for column in TEXTS if column != "owner"]
    tx.bulk(
        "complaints",
        f"id, ref, ref_key, customer_id, contact_id, opened_at, category_id, weight, cost, reopened, archived, owner,"
        f" {', '.join(columns)}, {', '.join(ENDED)}",
        f"SELECT s.*, COALESCE(s.said, {handler}, {service}, :me) AS owner FROM (SELECT t.id, f.ref, f.ref_key,"
        f" w.customer_id, w.contact_id, r.opened_at, {CATEGORY} AS category_id, COALESCE(r.weight, 1) AS weight,"
        " r.cost, COALESCE(r.reopened, 0) AS reopened, COALESCE(r.archived, 0) AS archived, r.owner AS said,"
        f" {texts}, {ended} FROM stage.target t JOIN stage.rows r ON r.n = t.n JOIN stage.refs f ON f.id = t.id"
        f" LEFT {PARTY} WHERE t.fresh = 1) AS s ORDER BY s.id",
        me=ctx.user,
    )


def _update(tx: Tx, policy: str) -> None:
    """A row moves a complaint on, never back: what happened here since counts."""
    both = "FROM stage.target t JOIN stage.rows r ON r.n = t.n JOIN complaints c ON c.id = t.id"
    said, held = _rank("r.state"), _rank("c.state")
    if policy == "update":
        tx.derived(f"INSERT INTO stage.moved (id) SELECT c.id {both} WHERE t.fresh = 0 AND {said} > {held}")
        tx.derived(
            "INSERT INTO stage.doubts (line, name, field, code, value) SELECT r.line, c.ref, 'state', :code, r.state"
            f" {both} WHERE t.fresh = 0 AND {said} < {held}",
            code="import-state-back",
        )
    on = "c.id IN (SELECT m.id FROM stage.moved m)"
    ended = ", ".join(f"CASE WHEN {on} THEN {_ended(x)} ELSE c.{x} END AS {x}" for x in ENDED)
    texts = ", ".join(f"{takes(policy, f'r.{column}', f'c.{column}')} AS {column}" for column in TEXTS)
    first = "r" if policy == "update" else "c"
    numbers = ", ".join(f"COALESCE({first}.{x}, {'c' if first == 'r' else 'r'}.{x}) AS {x}" for x in ("weight", "cost"))
    category = f"COALESCE({CATEGORY}, c.category_id)" if policy == "update" else f"COALESCE(c.category_id, {CATEGORY})"
    whose = ", ".join(
        f"CASE WHEN c.customer_id IS NULL THEN w.{x} ELSE c.{x} END AS {x}" for x in ("customer_id", "contact_id")
    )
    tx.revise(
        "complaints",
        (*ENDED, *TEXTS, "weight", "cost", "category_id", "customer_id", "contact_id"),
        f"SELECT c.id, {ended}, {texts}, {numbers}, {category} AS category_id, {whose} {both} LEFT {PARTY}"
        " WHERE t.fresh = 0",
    )


def _duplicates(tx: Tx) -> None:
    """Which complaint each duplicate goes on with, by reference or number, in the file or before."""
    if not tx.read("SELECT 1 FROM stage.rows WHERE duplicate_of IS NOT NULL LIMIT 1"):
        return
    said = "FROM stage.target t JOIN stage.rows r ON r.n = t.n WHERE r.duplicate_of IS NOT NULL"
    words = [row["word"] for row in tx.read(f"SELECT DISTINCT r.duplicate_of AS word {said}")]
    tx.derived("CREATE TABLE IF NOT EXISTS stage.others (word TEXT PRIMARY KEY, id INTEGER)")
    tx.derived("DELETE FROM stage.others")
    tx.derive_many("INSERT INTO stage.others (word, id) VALUES (?, ?)", [(word, _meant(tx, word)) for word in words])
    tx.revise(
        "complaints",
        ("duplicate_of",),
        "SELECT c.id, o.id AS duplicate_of FROM stage.target t JOIN stage.rows r ON r.n = t.n JOIN stage.others o"
        " ON o.word = r.duplicate_of JOIN complaints c ON c.id = t.id WHERE o.id IS NOT NULL AND o.id <> c.id"
        " AND c.state = 'duplicate' AND c.duplicate_of IS NULL",
    )
    for row in tx.read(f"SELECT t.id, r.line, r.what, r.duplicate_of {said} ORDER BY t.n DESC"):
        if _goes_round(tx, row["id"]):
            tx.update("complaints", row["id"], duplicate_of=None)
            doubt(tx, row["line"], row["what"], "duplicate_of", "import-circle", row["duplicate_of"])
    tx.derived(
        "INSERT INTO stage.doubts (line, name, field, code, value) SELECT r.line, r.what, 'duplicate_of', :code,"
        f" r.duplicate_of {said} AND r.duplicate_of IN (SELECT o.word FROM stage.others o WHERE o.id IS NULL)",
        code="import-pointer",
    )


def _goes_round(tx: Tx, complaint_id: int) -> bool:
    """Whether the complaints that go on with each other lead back to where they began."""
    seen, at = set[int](), complaint_id
    while at not in seen:
        seen.add(at)
        after = tx.read("SELECT duplicate_of FROM complaints WHERE id = :id", id=at)[0]["duplicate_of"]
        if after is None:
            return False
        at = after
    return True


def _meant(tx: Tx, text: str) -> int | None:
    for sql in (
        "SELECT f.id FROM stage.refs f JOIN stage.rows r ON r.n = f.n WHERE r.ref_key = :key",
        "SELECT c.id FROM complaints c WHERE c.ref_key = :key",
        "SELECT c.id FROM complaints c WHERE c.number_key = :key AND :key <> ''",
    ):
        found = tx.read(f"{sql} LIMIT 2", key=fold(text))
        if len(found) == 1:
            return int(found[0]["id"])
    return None


# --- references ------------------------------------------------------------------------------------------


def _refer(tx: Tx) -> None:
    """A reference for each new complaint: the one it was given elsewhere while that is free, else one of its own."""
    tx.derived("CREATE TABLE IF NOT EXISTS stage.refs (id INTEGER PRIMARY KEY, n INTEGER, ref TEXT, ref_key TEXT)")
    tx.derived("DELETE FROM stage.refs")
    given = tx.read(
        "SELECT t.id, t.n, r.ref, r.ref_key, x.id AS taken FROM stage.target t JOIN stage.rows r ON r.n = t.n"
        " LEFT JOIN complaints x ON x.ref_key = r.ref_key WHERE t.fresh = 1 ORDER BY t.id"
    )
    seen: set[str] = set()
    for row in given:
        if row["ref"] and row["taken"] is None and row["ref_key"] not in seen:
            seen.add(row["ref_key"])
        else:
            row["ref"] = None
    free = _free(tx, [row["id"] for row in given if not row["ref"]], seen)
    refs = [(row["id"], row["n"], row["ref"] or next(free)) for row in given]
    tx.derive_many(
        "INSERT INTO stage.refs (id, n, ref, ref_key) VALUES (?, ?, ?, ?)",
        ((row_id, n, ref, fold(ref)) for row_id, n, ref in refs),
    )


def _free(tx: Tx, ids: list[int], seen: set[str]) -> Iterator[str]:
    """The references that belong to these ids, or to later ones where somebody else brought those along."""
    left = list(ids)
    while left:
        for row_id in left:
            ref = rules.refer(row_id)
            key = fold(ref)
            if key not in seen and not tx.read("SELECT 1 FROM complaints WHERE ref_key = :key", key=key):
                yield ref
        left = [tx.reserve("complaints", 1)]
