"""Contacts as rows of a file that come back in as they went out, and as records, many at once."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from icrm_tui.collect import customers, fields
from icrm_tui.collect.channels import KINDS
from icrm_tui.collect.contacts import TEXTS
from icrm_tui.context import Context
from icrm_tui.db import Ids, Row
from icrm_tui.nouns import Exporter

PEOPLE = """SELECT p.*, c.kind AS customer_kind, c.name AS customer_name, c.owner, c.service_owner, c.source, c.grade,
 b.name AS boss, r.name AS referrer, COALESCE(s.touches, 0) AS touches, COALESCE(s.last_at, '') AS last_at
 FROM contacts p JOIN customers c ON c.id = p.customer_id LEFT JOIN contacts b ON b.id = p.reports_to
 LEFT JOIN contacts r ON r.id = p.referred_by LEFT JOIN contact_stats s ON s.contact_id = p.id
 WHERE p.id IN {ids} AND p.merged_into IS NULL"""
PARTS = {
    "channels": "SELECT contact_id AS row_id, kind, value, label, main FROM channels WHERE contact_id IN {ids}"
    " ORDER BY kind, main DESC, id",
    "tags": "SELECT x.row_id, g.name FROM taggings x JOIN tags g ON g.id = x.tag_id"
    " WHERE x.noun = 'contact' AND x.row_id IN {ids} ORDER BY g.key",
    "consents": "SELECT contact_id AS row_id, channel, allowed, origin, at FROM consents WHERE contact_id IN {ids}"
    " ORDER BY channel",
    "preferences": "SELECT contact_id AS row_id, text, origin, at FROM preferences WHERE contact_id IN {ids}"
    " ORDER BY at DESC, id DESC",
    "former": "SELECT b.contact_id AS row_id, b.customer_id, c.name, b.title, b.since, b.until FROM belongings b"
    " JOIN customers c ON c.id = b.customer_id WHERE b.contact_id IN {ids} AND b.until <> ''"
    " ORDER BY b.until DESC, b.id DESC",
    "fields": fields.VALUES.format(noun="contact"),
}
# columns every contact has, around those of which there may be several
BEFORE = ("id", "name", "family", "given", "company", "title", "department", "buying_role", "gender", "birthday")
AFTER = ("city", "region", "country", "address", "language", "zone", "notes", "tags")
ABOUT = (*customers.COLUMNS, "reports_to", "referred_by")
WORKED_OUT = ("created", "last_contact", "touches")


class Known(NamedTuple):
    """A contact's row, and the rows of its parts."""

    row: Row
    parts: Mapping[str, Sequence[Row]]


def read(ctx: Context, ids: Sequence[int]) -> Iterator[Known]:
    """Contacts in the order of their ids given; those merged into others are none."""
    among = f"{Ids(ids)}"
    people = {row["id"]: row for row in ctx.read(PEOPLE.format(ids=among))}
    parts: dict[int, dict[str, list[Row]]] = {row_id: {part: [] for part in PARTS} for row_id in people}
    for part, sql in PARTS.items():
        for row in ctx.read(sql.format(ids=among)):
            if row["row_id"] in parts:
                parts[row["row_id"]][part].append(row)
    return (Known(people[row_id], parts[row_id]) for row_id in ids if row_id in people)


def record(known: Known) -> dict[str, Any]:
    """As `contacts.show` gives it."""
    row, parts = known
    reach = [{key: c[key] for key in ("kind", "value", "label")} | {"main": bool(c["main"])} for c in parts["channels"]]
    main = {kind: next((c["value"] for c in reach if c["kind"] == kind), "") for kind in ("email", "phone")}
    employed = row["customer_kind"] == "company"
    return {
        "id": f"p{row['id']}",
        "name": row["name"],
        "company": row["customer_name"] if employed else "",
        "company_id": f"co{row['customer_id']}" if employed else "",
        "title": row["title"],
        "former": [
            {"company": b["name"], "company_id": f"co{b['customer_id']}"}
            | {key: b[key] for key in ("title", "since", "until")}
            for b in parts["former"]
        ],
        **main,
        **{column: row[column] for column in TEXTS if column != "title"},
        "reports_to": row["boss"] or "",
        "referred_by": row["referrer"] or "",
        **{column: row[column] for column in customers.COLUMNS},
        "channels": reach,
        "tags": [tag["name"] for tag in parts["tags"]],
        "consent": {said["channel"]: bool(said["allowed"]) for said in parts["consents"]},
        "preferences": [{key: fact[key] for key in ("text", "origin", "at")} for fact in parts["preferences"]],
        **{value["key"]: fields.typed(value) for value in parts["fields"]},
        "touches": row["touches"],
        "last_contact": row["last_at"],
        "archived": bool(row["archived"]),
        "merged_into": "",
        "created": row["created_at"],
        "rev": row["rev"],
    }


def cells(known: Known) -> dict[str, str]:
    """By column; what is empty is left out."""
    row, parts = known
    found = {column: row[column] for column in (*BEFORE, *AFTER, *customers.COLUMNS) if column in row}
    found |= {
        "id": f"p{row['id']}",
        "company": row["customer_name"] if row["customer_kind"] == "company" else "",
        "tags": ", ".join(tag["name"] for tag in parts["tags"]),
        "reports_to": f"p{row['reports_to']} {row['boss']}" if row["reports_to"] else "",
        "referred_by": f"p{row['referred_by']} {row['referrer']}" if row["referred_by"] else "",
        "archived": "yes" if row["archived"] else "",
        "created": row["created_at"],
        "last_contact": row["last_at"],
        "touches": str(row["touches"] or ""),
    }
    turns: Counter[str] = Counter()
    for channel in parts["channels"]:
        column = _turn(turns, channel["kind"])
        found[column], found[f"{column}_label"] = channel["value"], channel["label"]
    for said in parts["consents"]:
        found[f"consent.{said['channel']}"] = _told("yes" if said["allowed"] else "no", said)
    for fact in parts["preferences"]:
        found[_turn(turns, "preference")] = _told(fact["text"], fact)
    for firm in parts["former"]:
        found[_turn(turns, "former")] = f"{firm['name']} ({firm['title']}, {firm['since']}, {firm['until']})"
    for value in parts["fields"]:
        found[fields.title(value)] = fields.cell(value)
    return found


def _turn(turns: Counter[str], column: str) -> str:
    """email, email_2, email_3 …"""
    turns[column] += 1
    return column if turns[column] == 1 else f"{column}_{turns[column]}"


def _told(text: str, row: Row) -> str:
    return f"{text} ({row['origin']}, {row['at']})"


SEVERAL = """SELECT kind, max(n) AS most, max(labelled) AS labelled FROM (SELECT kind, count(*) AS n,
 max(CASE WHEN label = '' THEN 0 ELSE 1 END) AS labelled FROM channels GROUP BY contact_id, kind) AS c GROUP BY kind
 UNION ALL SELECT 'preference', max(n), 0 FROM (SELECT count(*) AS n FROM preferences GROUP BY contact_id) AS f
 UNION ALL SELECT 'former', max(n), 0
 FROM (SELECT count(*) AS n FROM belongings WHERE until <> '' GROUP BY contact_id) AS b"""


def columns(ctx: Context) -> list[str]:
    """What every contact has, and as many columns for channels and facts as the one that has most."""
    most = {row["kind"]: row for row in ctx.read(SEVERAL) if row["most"]}

    def several(word: str) -> list[str]:
        turns: Counter[str] = Counter()
        found = []
        for _n in range(most[word]["most"] if word in most else 0):
            column = _turn(turns, word)
            found += [column, f"{column}_label"] if most[word]["labelled"] else [column]
        return found

    said = {row["channel"] for row in ctx.read("SELECT DISTINCT channel FROM consents")}
    archived = ctx.read("SELECT 1 FROM contacts WHERE archived = 1 AND merged_into IS NULL LIMIT 1")
    return [
        *BEFORE,
        *(column for kind in KINDS for column in several(kind)),
        *AFTER,
        *ABOUT,
        *(f"consent.{kind}" for kind in KINDS if kind in said),
        *several("preference"),
        *several("former"),
        *(fields.title(definition) for definition in fields.definitions(ctx, "contact")),
        *(["archived"] if archived else []),
        *WORKED_OUT,
    ]


EXPORTER = Exporter(columns, read, record, cells)
