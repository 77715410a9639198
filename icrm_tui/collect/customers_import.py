"""Whom a row of another kind is about: found among the customers there are or, where that is wanted, made.

A file names the same customer in many rows, so each way of naming one is staged once, in `stage.whom`, and looked up
once. Whom it means stands in `stage.parties`: `who` tells one customer from another, also while it has no id yet.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from itertools import groupby
from typing import Any

from icrm_tui.collect import channels, companies_import, customers, headers
from icrm_tui.collect.companies import key as short
from icrm_tui.collect.reading import Given, Rejected
from icrm_tui.collect.staging import Leads, Stage
from icrm_tui.text import fold, person_key

TARGETS = ("customer", "contact_id", "contact", "company", "email", "phone")
# `label` is what one would be called, by a name or how they are reached; `bare` has nothing but a name
WHOM = {
    "key": "TEXT", "said": "TEXT", "noun": "TEXT", "own": "INTEGER", "name_key": "TEXT", "alias": "TEXT",
    "bare": "INTEGER", "legal": "INTEGER", "label": "TEXT", "label_key": "TEXT", "sort_key": "TEXT",
    "firm_key": "TEXT", "firm": "TEXT", "firm_name_key": "TEXT", "firm_sort_key": "TEXT", "email": "TEXT",
    "email_key": "TEXT", "email_bad": "INTEGER", "phone": "TEXT", "phone_key": "TEXT", "phone_bad": "INTEGER",
    "digits": "TEXT",
}  # fmt: skip
SHARED = {"whom": WHOM}

APART = "\x1f"
NUMBER = re.compile(r"(p|co)(\d{1,18})")
INTERNATIONAL = re.compile(r"\+\d[\d ().\-/]{5,20}")
SEVERAL = re.compile("[;；|\n]")
SHOWN = 5  # candidates that are named


# --- what a row says -------------------------------------------------------------------------------------


def number(cells: Mapping[str, Any], given: Given) -> int | None:
    """The number of the customer a row names; None where it names none."""
    said = APART.join(_said(cells[word]) if word in cells else "" for word in TARGETS)
    if len(said) == len(TARGETS) - 1:
        return None
    return given.shared.number("whom", said, partial(_whom, given.country))


@lru_cache(maxsize=8192)
def _said(text: str) -> str:
    """Nothing where a cell only says that there is nothing."""
    return "" if headers.meaning("nobody", text) or not any(map(str.isalnum, text)) else text


def named(cells: Mapping[str, Any], given: Given) -> int:
    """The same; Rejected where a row names none."""
    found = number(cells, given)
    if found is None:
        raise Rejected("import-whom-missing", "customer")
    return found


def _whom(country: str, said: str) -> tuple[Any, ...]:
    customer, contact_id, name, company, email, phone = said.split(APART)
    own = NUMBER.fullmatch(contact_id) or NUMBER.fullmatch(customer)
    if customer and not NUMBER.fullmatch(customer):
        if "@" in customer:
            email = email or customer
        elif INTERNATIONAL.fullmatch(customer):
            phone = phone or customer
        elif name and name != customer:
            company = company or customer
        elif (email or phone) and not company and incorporated(customer):
            company = customer
        else:
            name = customer
    name = customers.check_name(name) if name else ""
    mail, line = _reach("email", email, country), _reach("phone", phone, country)
    firm = companies_import.firm(company) if company else (None,) * 4
    label = name or next((value[: customers.NAME_LIMIT] for value, _key, bad in (mail, line) if value and not bad), "")
    key = APART.join(str(part or "") for part in (own and own[0], fold(name), firm[0], mail[1], line[1]))
    return (
        key,
        ", ".join(dict.fromkeys(filter(None, (name, company, email, phone, own and own[0])))),
        {"p": "contact", "co": "company"}[own[1]] if own else None,
        int(own[2]) if own else None,
        *((fold(name), short(name)) if name else (None, None)),
        1 if name and not (own or company or email or phone) else None,
        1 if name == customer and incorporated(name) else None,
        *((label, fold(label), person_key(label)) if label else (None,) * 3),
        *firm,
        *mail,
        *line,
        (line[1] or "").removeprefix("+") or None,
    )


def incorporated(name: str) -> bool:
    """Whether a name has a legal form, as only firms do: Acme Ltd, Siemens AG, 云图有限公司; but not Kim Sa."""
    folded = fold(name)
    form = folded.removeprefix(short(name)).strip(" ,.&")
    return bool(form) and (len(form) > 2 or name.rstrip(". ").endswith(form.upper()))


def _reach(kind: str, text: str, country: str) -> tuple[str | None, str | None, int | None]:
    """The first address or number in a cell, its key, and whether it is doubtful."""
    first = SEVERAL.split(text)[0].strip()
    channel = channels.read(kind, first, country) if first else None
    if channel is None or not channel.key:
        return None, None, None
    return channel.value, channel.key, int(channel.doubtful)


# --- whom it means ---------------------------------------------------------------------------------------

TABLES = """
CREATE TABLE IF NOT EXISTS stage.asked (seq INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS stage.fits (seq INTEGER, customer_id INTEGER, contact_id INTEGER, archived INTEGER);
CREATE TABLE IF NOT EXISTS stage.parties (seq INTEGER PRIMARY KEY, who TEXT, customer_id INTEGER, contact_id INTEGER);
CREATE TABLE IF NOT EXISTS stage.missing (seq INTEGER PRIMARY KEY, lead INTEGER, firm_key TEXT);
CREATE TABLE IF NOT EXISTS stage.problems (seq INTEGER PRIMARY KEY, name TEXT, code TEXT, given TEXT);
CREATE INDEX IF NOT EXISTS stage.fits_seq ON fits (seq);
CREATE INDEX IF NOT EXISTS stage.missing_lead ON missing (lead);
CREATE INDEX IF NOT EXISTS stage.whom_name ON whom (name_key);
CREATE INDEX IF NOT EXISTS stage.whom_digits ON whom (digits)
"""
PARTY = "JOIN stage.parties w ON w.seq = r.whom"
ASKED = "FROM stage.asked a JOIN stage.whom w ON w.seq = a.seq"
PEOPLE = "contacts p CROSS JOIN customers c"
FIRMS = "companies o CROSS JOIN customers c"
REACHED = f"channels h CROSS JOIN {PEOPLE}"
MAIL = "h.kind = 'email' AND h.key = w.email_key AND p.id = h.contact_id"
PHONE = (
    "h.kind IN ('phone', 'sms', 'whatsapp') AND p.id = h.contact_id"
    " AND h.key IN (w.digits, '+' || w.digits, '+86' || w.digits, '+1' || w.digits)"
)
NAMED = "o.short_key = w.firm_key AND w.name_key IS NULL"


def _person(tables: str, test: str, customer: str = "p.customer_id") -> str:
    """Who of the tables is a person the row may mean. CROSS JOIN keeps the engine from going through all of them."""
    gone = "CASE WHEN p.archived = 1 OR c.archived = 1 THEN 1 ELSE 0 END AS archived"
    return (
        f"SELECT w.seq, {customer} AS customer_id, p.id AS contact_id, {gone}"
        f" FROM stage.asked a CROSS JOIN stage.whom w CROSS JOIN {tables}"
        f" WHERE w.seq = a.seq AND {test} AND c.id = {customer} AND p.merged_into IS NULL"
    )


def _firm(test: str) -> str:
    return (
        "SELECT w.seq, o.id AS customer_id, CAST(NULL AS INTEGER) AS contact_id, c.archived"
        f" FROM stage.asked a CROSS JOIN stage.whom w CROSS JOIN {FIRMS}"
        f" WHERE w.seq = a.seq AND {test} AND c.id = o.id AND c.merged_into IS NULL"
    )


# asked one after the other, until one knows somebody
WAYS = (
    # an own id, where nothing else the row says is another's
    _person(
        PEOPLE,
        "w.noun = 'contact' AND p.id = w.own AND COALESCE(w.name_key, p.name_key) = p.name_key AND NOT EXISTS (SELECT 1"
        " FROM channels h WHERE h.kind = 'email' AND h.key = w.email_key AND h.ident = 1 AND h.contact_id <> p.id)",
    ),
    _firm(
        "w.noun = 'company' AND o.id = w.own AND w.name_key IS NULL AND COALESCE(w.firm_key, o.short_key) = o.short_key"
    ),
    _person(REACHED, f"{MAIL} AND h.ident = 1"),
    _person(REACHED, MAIL),
    _person(REACHED, f"{PHONE} AND p.name_key = w.name_key"),
    _person(REACHED, f"{PHONE} AND w.name_key IS NULL"),
    # whoever is, or was, at a firm
    _person(
        f"companies o CROSS JOIN belongings b CROSS JOIN {PEOPLE}",
        "o.short_key = w.firm_key AND b.customer_id = o.id AND p.id = b.contact_id AND p.name_key = w.name_key",
        "o.id",
    ),
    _firm(NAMED),
    # a name alone, a person's or a firm's
    _person(PEOPLE, "w.bare = 1 AND p.name_key = w.name_key")
    + " UNION ALL "
    + _firm("w.bare = 1 AND o.short_key = w.alias"),
)
# what happened with a firm stays there, wherever the person is now
THEN = """UPDATE stage.parties SET customer_id = COALESCE((SELECT b.customer_id FROM stage.whom w
 CROSS JOIN belongings b CROSS JOIN companies o WHERE w.seq = parties.seq AND b.contact_id = parties.contact_id
 AND o.id = b.customer_id AND o.short_key = w.firm_key LIMIT 1), customer_id) WHERE contact_id IS NOT NULL"""


def look(stage: Stage, options: Any) -> None:
    """Look up whom the staged rows name; those that name nobody, or more than one, are turned away."""
    run = stage.connection.execute
    for statement in TABLES.strip().split(";\n"):
        run(statement)
    for table in ("asked", "fits", "parties", "missing", "problems"):
        run(f"DELETE FROM stage.{table}")
    run("INSERT INTO stage.asked (seq) SELECT DISTINCT whom FROM stage.rows WHERE whom IS NOT NULL")
    for way in WAYS:
        run(f"INSERT INTO stage.fits (seq, customer_id, contact_id, archived) SELECT DISTINCT * FROM ({way}) AS f")
        run("DELETE FROM stage.asked WHERE seq IN (SELECT f.seq FROM stage.fits f)")
    run(
        "INSERT INTO stage.parties (seq, who, customer_id, contact_id) SELECT f.seq,"
        " CASE WHEN min(f.contact_id) IS NULL THEN 'co' || min(f.customer_id) ELSE 'p' || min(f.contact_id) END,"
        " min(f.customer_id), min(f.contact_id) FROM stage.fits f WHERE f.archived = 0 GROUP BY f.seq"
        " HAVING count(*) = 1"
    )
    run(THEN)
    if options.create_missing:
        _gather(stage)
    stage.connection.many(
        "INSERT INTO stage.problems (seq, name, code, given) VALUES (?, ?, ?, ?)", list(_problems(stage))
    )
    run("DELETE FROM stage.missing WHERE seq IN (SELECT p.seq FROM stage.problems p)")
    stage.refuse(
        "customer",
        stage.connection.stream(
            "SELECT r.n, p.name, p.code, p.given FROM stage.rows r JOIN stage.problems p ON p.seq = r.whom"
        ),
    )


UNFIT = """SELECT w.seq, w.said, f.contact_id, f.customer_id, COALESCE(p.name, c.name),
 CASE WHEN p.id IS NOT NULL AND c.kind = 'company' THEN c.name ELSE '' END, f.archived
 FROM stage.fits f JOIN stage.whom w ON w.seq = f.seq JOIN customers c ON c.id = f.customer_id
 LEFT JOIN contacts p ON p.id = f.contact_id WHERE f.seq NOT IN (SELECT k.seq FROM stage.parties k)
 ORDER BY w.seq, f.archived, f.contact_id, f.customer_id"""
UNKNOWN = """SELECT w.seq, w.said FROM stage.asked a JOIN stage.whom w ON w.seq = a.seq
 WHERE a.seq NOT IN (SELECT m.seq FROM stage.missing m) ORDER BY w.seq"""


def _problems(stage: Stage) -> Iterator[tuple[int, str, str, str]]:
    """Whom a row names without its being clear who that is: number, what is said, code and values."""
    for (seq, said), found in groupby(stage.connection.stream(UNFIT), key=lambda row: row[:2]):
        fits = list(found)
        living = [fit for fit in fits if not fit[6]]
        if living:
            shown = ", ".join(map(_shown, living[:SHOWN])) + (" …" if len(living) > SHOWN else "")
            values = {"who": said, "n": len(living), "candidates": shown}
        else:
            noun = "contact" if fits[0][2] is not None else "company"
            values = {"who": said, "id": _id(fits[0]), "word": noun}
        yield seq, said, "import-whom-several" if living else "import-whom-archived", _packed(values)
    for seq, said in stage.connection.stream(UNKNOWN):
        yield seq, said, "import-whom-unknown", _packed({"who": said})
    for seq, said in stage.connection.stream(
        "SELECT w.seq, w.said FROM stage.missing m JOIN stage.whom w ON w.seq = m.seq WHERE m.lead = 0 ORDER BY w.seq"
    ):
        yield seq, said, "import-whom-namesakes", _packed({"who": said})


def _id(fit: tuple[Any, ...]) -> str:
    return f"p{fit[2]}" if fit[2] is not None else f"co{fit[3]}"


def _shown(fit: tuple[Any, ...]) -> str:
    """`p5 Ada (Acme)`"""
    return f"{_id(fit)} {fit[4]}" + (f" ({fit[5]})" if fit[5] else "")


def _packed(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False)


# --- whom nobody knows -----------------------------------------------------------------------------------

MISSING = "FROM stage.missing m JOIN stage.whom w ON w.seq = m.seq"
ONLY_FIRM = "CASE WHEN w.name_key IS NULL AND w.email_key IS NULL THEN w.firm_key END"
# who of the file is the same person, as contacts of a file are
SAME = (
    f"SELECT w.email_key AS k, w.seq AS n {MISSING} WHERE w.email_key IS NOT NULL",
    f"SELECT w.phone_key || ' ' || w.name_key AS k, w.seq AS n {MISSING} WHERE w.phone_key || w.name_key IS NOT NULL",
    f"SELECT w.firm_key || ' ' || w.name_key AS k, w.seq AS n {MISSING} WHERE w.firm_key || w.name_key IS NOT NULL",
)
# whoever has only a name, or only a number, is the one of the file that has it and more; 0 where there are several
JOIN = """UPDATE stage.missing SET lead = COALESCE((SELECT CASE WHEN min(o.lead) < max(o.lead) THEN 0 ELSE min(o.lead)
 END FROM stage.whom x JOIN stage.missing o ON o.seq = x.seq WHERE x.{key} = w.{key} AND {more}), lead)
 FROM stage.whom w WHERE w.seq = missing.seq AND missing.firm_key IS NULL AND {alone}"""


def _gather(stage: Stage) -> None:
    """Tell apart the customers that are to be made: each goes by the first row that names them."""
    run = stage.connection.execute
    run(
        f"INSERT INTO stage.missing (seq, lead, firm_key) SELECT w.seq, w.seq, {ONLY_FIRM} {ASKED}"
        " WHERE w.label IS NOT NULL OR w.firm_key IS NOT NULL"
    )
    # what others name as their firm, or has a legal form, is no person
    run(
        "UPDATE stage.missing SET firm_key = w.alias FROM stage.whom w WHERE w.seq = missing.seq AND w.bare = 1"
        " AND (w.legal = 1 OR w.alias IN (SELECT x.firm_key FROM stage.missing o JOIN stage.whom x ON x.seq = o.seq))"
    )
    leads = Leads(stage.connection.read("SELECT COALESCE(max(seq), 0) AS n FROM stage.missing")[0]["n"], ())
    for sql in SAME:
        leads.join(stage.groups(sql))
    stage.connection.many("UPDATE stage.missing SET lead = ? WHERE seq = ?", [(to, n) for n, to in leads.followers()])
    run(JOIN.format(key="name_key", more="x.bare IS NULL", alone="w.bare = 1"))
    reached = "w.name_key IS NULL AND w.email_key IS NULL AND w.firm_key IS NULL"
    run(JOIN.format(key="digits", more="x.name_key IS NOT NULL", alone=reached))
    run(
        "INSERT INTO stage.parties (seq, who) SELECT m.seq, CASE WHEN m.firm_key IS NULL THEN 'n' || m.lead"
        " ELSE 'f' || m.firm_key END FROM stage.missing m WHERE m.lead <> 0"
    )
