"""How what a row says of channels becomes channels."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from icrm_tui.collect.channels import IDENTIFY, KINDS, PHONES, read
from icrm_tui.collect.reading import Doubt
from icrm_tui.collect.staging import met
from icrm_tui.db import Tx

STAGED = {
    "kind": "TEXT", "value": "TEXT", "key": "TEXT", "label": "TEXT", "main": "INTEGER", "ident": "INTEGER",
    "doubtful": "INTEGER",
}  # fmt: skip
Staged = tuple[str, str, str, str, int, int, int]  # bound twice as fast as truth values

SEVERAL = re.compile("[;；,，、|\n]")
ANGLED = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
INVALID = {"email": "email-invalid"} | dict.fromkeys(PHONES, "phone-invalid")
# what most cells hold, read by a look at their shape
USUAL_EMAIL = re.compile(r"[a-z0-9][a-z0-9._%+\-]*@[a-z0-9][a-z0-9.\-]*\.[a-z]{2,}")
USUAL_PHONE = re.compile(r"\+[1-9][0-9]{1,4}(?:[ \-]?[0-9]+)+")
GAPS = str.maketrans("", "", " -")


# --- rules -----------------------------------------------------------------------------------------------


def staged(cells: Mapping[str, Any], country: str, doubts: list[Doubt]) -> list[Staged]:
    """A row's channels, the first of a kind its main one; what is not valid is kept, and doubted."""
    found: list[Staged] = []
    for kind in KINDS:
        if kind not in cells:
            continue
        ident = 1 if kind in IDENTIFY else 0
        seen: list[str] = []
        for label, text in cells[kind]:
            if (key := usual(kind, text)) is not None:
                if key not in seen:
                    found.append((kind, text, key, label, 0 if seen else 1, ident, 0))
                    seen.append(key)
                continue
            for value in (text,) if kind == "post" else _several(kind, text):
                channel = read(kind, value, country, label)
                if not channel.key or channel.key in seen:
                    continue
                doubtful = channel.doubtful
                if doubtful and kind in INVALID:
                    doubts.append((kind, INVALID[kind], {"value": channel.value, "country": country or "-"}))
                row = (kind, channel.value, channel.key, label)
                found.append((*row, 0 if seen else 1, 0 if doubtful else ident, int(doubtful)))
                seen.append(channel.key)
    return found


def usual(kind: str, text: str) -> str | None:
    """The key of a valid address or number in the usual form, as `channels.read` gives it; None for all others."""
    if kind == "email":
        key = text.lower()
        return key if USUAL_EMAIL.fullmatch(key) else None
    if kind == "phone" and USUAL_PHONE.fullmatch(text):
        key = text.translate(GAPS)
        return key if 8 <= len(key) <= 16 else None
    return None


def _several(kind: str, text: str) -> Sequence[str]:
    """The values in one cell: some programs put all of them there. A dash for nothing is none."""
    if SEVERAL.search(text):
        parts = [part.strip() for part in SEVERAL.split(text) if part.strip()]
        if kind == "email" and all("@" in part for part in parts):
            return [_bare(part) for part in parts]
        if kind in PHONES and all(_digits(part) >= 5 for part in parts):
            return parts
    if kind == "email" and "<" in text:
        return (_bare(text),)
    return (text,) if text[-1].isalnum() or any(map(str.isalnum, text)) else ()


def _bare(text: str) -> str:
    """`Ada <ada@a.example>` → ada@a.example"""
    found = ANGLED.search(text)
    return found[1] if found else text


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


# --- publishing ------------------------------------------------------------------------------------------

# staged keys that identify somebody else than who the row is: stored before, or earlier in the file
TAKEN = """SELECT c.rowid AS at FROM stage.channels c JOIN stage.target t ON t.n = c.n
 JOIN channels h ON h.kind = c.kind AND h.key = c.key AND h.ident = 1
 WHERE c.ident = 1 AND (t.fresh = 1 OR h.contact_id <> t.id)
 UNION SELECT c.rowid FROM stage.channels c JOIN (SELECT c.kind, c.key, min(c.rowid) AS first FROM stage.channels c
 JOIN stage.target t ON t.n = c.n WHERE c.ident = 1 AND t.fresh <= :fresh GROUP BY c.kind, c.key
 HAVING count(*) > 1) AS d ON d.kind = c.kind AND d.key = c.key WHERE c.rowid > d.first AND c.ident = 1"""
SAID = """SELECT t.id AS contact_id, c.kind, c.value, c.key, c.label, {main} AS main, c.ident, c.doubtful
 FROM stage.channels c JOIN stage.target t ON t.n = c.n WHERE t.fresh = {fresh}"""
HAS = "EXISTS (SELECT 1 FROM channels h WHERE h.contact_id = t.id AND h.kind = c.kind{also})"
COLUMNS = "contact_id, kind, value, key, label, main, ident, doubtful"


def make(tx: Tx, select: str) -> None:
    """Channels, as SELECT gives them, of contacts made in this change."""
    tx.bulk("channels", COLUMNS, select, fresh=True)


def publish(tx: Tx, policy: str) -> None:
    """Give contacts the channels staged for them; what identifies somebody else stays with them, and is doubted."""
    _fold(tx, policy)
    _yield_taken(tx, policy)
    tx.bulk("channels", COLUMNS, SAID.format(main="c.main", fresh=1), fresh=True)
    if not met(tx):
        return
    main = "c.main" if policy == "update" else f"CASE WHEN {HAS.format(also='')} THEN 0 ELSE c.main END"
    lacking = f" AND NOT {HAS.format(also=' AND h.key = c.key')}"
    tx.bulk("channels", COLUMNS, SAID.format(main=main, fresh=0) + lacking)
    if policy == "update":
        tx.revise(
            "channels",
            ("main",),
            "SELECT h.id, CASE WHEN h.key = c.key THEN 1 ELSE 0 END AS main FROM stage.channels c"
            " JOIN stage.target t ON t.n = c.n JOIN channels h ON h.contact_id = t.id AND h.kind = c.kind"
            " WHERE c.main = 1 AND t.fresh = 0",
        )


def _fold(tx: Tx, policy: str) -> None:
    """Of rows that became one: each channel once, one main of each kind (the last said, where the last counts)."""
    if not tx.read("SELECT 1 FROM stage.twins LIMIT 1"):
        return
    last = "max" if policy == "update" else "min"
    tx.derived("CREATE TABLE IF NOT EXISTS stage.led (at INTEGER PRIMARY KEY)")
    tx.derived("CREATE TABLE IF NOT EXISTS stage.mains (n INTEGER, kind TEXT, key TEXT, PRIMARY KEY (n, kind))")
    tx.derived("DELETE FROM stage.led")
    tx.derived("DELETE FROM stage.mains")
    leads = "SELECT w.lead FROM stage.twins w"
    tx.derived(f"INSERT INTO stage.led (at) SELECT c.rowid FROM stage.channels c WHERE c.n IN ({leads})")
    led = "FROM stage.led l JOIN stage.channels c ON c.rowid = l.at"
    tx.derived(
        "INSERT INTO stage.mains (n, kind, key) SELECT c.n, c.kind, c.key FROM stage.channels c WHERE c.rowid IN"
        f" (SELECT {last}(c.rowid) {led} WHERE c.main = 1 GROUP BY c.n, c.kind)"
    )
    tx.derived(
        "UPDATE stage.channels SET main = CASE WHEN key = (SELECT m.key FROM stage.mains m WHERE m.n = channels.n"
        " AND m.kind = channels.kind) THEN 1 ELSE 0 END WHERE rowid IN (SELECT l.at FROM stage.led l)"
    )
    tx.derived(
        "DELETE FROM stage.channels WHERE rowid IN (SELECT l.at FROM stage.led l)"
        f" AND rowid NOT IN (SELECT min(c.rowid) {led} GROUP BY c.n, c.kind, c.key)"
    )


def _yield_taken(tx: Tx, policy: str) -> None:
    tx.derived("CREATE TABLE IF NOT EXISTS stage.taken (at INTEGER PRIMARY KEY)")
    tx.derived("DELETE FROM stage.taken")
    tx.derived(f"INSERT INTO stage.taken (at) {TAKEN}", fresh=int(policy == "create"))
    if not tx.read("SELECT 1 FROM stage.taken LIMIT 1"):
        return
    tx.derived(
        "INSERT INTO stage.doubts (line, name, field, code, value)"
        " SELECT r.line, r.name, c.kind, :code, c.value FROM stage.taken k"
        " JOIN stage.channels c ON c.rowid = k.at JOIN stage.rows r ON r.n = c.n",
        code="import-taken",
    )
    tx.derived("UPDATE stage.channels SET ident = 0 WHERE rowid IN (SELECT at FROM stage.taken)")
