"""The customer: a company, or a person who belongs to none. Whatever belongs to the relation hangs here."""

import re
from collections.abc import Mapping
from typing import Any

from icrm_tui import users
from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import NotFound, Usage
from icrm_tui.nouns import Field, Lookup, Noun, Owned, Parent, Part
from icrm_tui.text import fold, person_key, sort_key

KINDS = ("company", "person")
GRADES = ("A", "B", "C", "D")
NAME_LIMIT = 200

# what a contact or company is given that belongs to its customer
COLUMNS = ("owner", "service_owner", "source", "grade")


# --- rules -----------------------------------------------------------------------------------------------


def check_name(name: str) -> str:
    """A name in one line; refused when empty or too long to be one."""
    clean = " ".join(name.split())
    if not clean:
        raise Usage("name-empty")
    if len(clean) > NAME_LIMIT:
        raise Usage("name-long", n=len(clean), limit=NAME_LIMIT)
    return clean


def named(kind: str, name: str) -> dict[str, str]:
    """A name with what it is compared and sorted by."""
    return {"name": name, "name_key": fold(name), "sort_key": person_key(name) if kind == "person" else sort_key(name)}


def checked(ctx: Context, values: dict[str, str]) -> dict[str, Any]:
    """The customer's own columns from what was typed."""
    kept: dict[str, Any] = {}
    for column, value in values.items():
        value = value.strip()
        if column in ("owner", "service_owner") and value:
            value = users.known(ctx, value)
        elif column == "grade":
            value = value.upper()
            if value and value not in GRADES:
                raise Usage("choice", field="grade", value=value, choices=", ".join(GRADES))
        elif column == "source":
            kept["source_key"] = fold(value)
        kept[column] = value
    return kept


# --- verbs -----------------------------------------------------------------------------------------------


def add(ctx: Context, kind: str, name: str, values: dict[str, str]) -> int:
    """Called by companies and contacts; the owner is whoever adds unless `values` says otherwise."""
    kept = checked(ctx, {"owner": ctx.user, **values})

    def work(tx: Tx) -> int:
        return tx.insert(
            "customers",
            kind=kind,
            **named(kind, name),
            created_at=ctx.stamp,
            **kept,
        )

    made: int = ctx.change("customer.add", work)
    return made


def edit(ctx: Context, customer_id: int, values: dict[str, str], base: int | None = None) -> bool:
    """`values` of COLUMNS and `name`; False when nothing changed."""
    kept = checked(ctx, {key: value for key, value in values.items() if key != "name"})
    if "name" in values:
        kept |= named(get(ctx, customer_id)["kind"], check_name(values["name"]))
    changed: bool = ctx.change("customer.edit", lambda tx: _write(tx, customer_id, base, **kept))
    return changed


def _write(tx: Tx, customer_id: int, base: int | None = None, **values: Any) -> bool:
    """A person who is a customer in their own right is read as one record: a new owner is a new version of them."""
    if not tx.update("customers", customer_id, base, **values):
        return False
    for person in tx.read(
        "SELECT p.id FROM contacts p JOIN customers c ON c.id = p.customer_id"
        " WHERE c.id = :id AND c.kind = 'person' AND p.merged_into IS NULL",
        id=customer_id,
    ):
        tx.bump("contact", person["id"])
    return True


def assign(ctx: Context, customer_ids: list[int], owner: str) -> int:
    """Make `owner` the owner of these customers; how many changed hands."""
    name = users.known(ctx, owner) if owner else ""

    def work(tx: Tx) -> int:
        return sum(_write(tx, customer_id, owner=name) for customer_id in customer_ids)

    moved: int = ctx.change("customer.assign", work)
    return moved


def archive(ctx: Context, customer_id: int, archived: bool = True) -> bool:
    changed: bool = ctx.change(
        "customer.archive" if archived else "customer.unarchive",
        lambda tx: _write(tx, customer_id, archived=int(archived)),
    )
    return changed


def absorb(ctx: Context, customer_id: int, into: int) -> None:
    """The customer goes on as another: what happened with it moves along, and it points there."""
    from icrm_tui import merge

    ctx.change("customer.absorb", lambda tx: merge.join(ctx, tx, "customer", customer_id, into))


def get(ctx: Context, customer_id: int) -> Row:
    found = ctx.read("SELECT * FROM customers WHERE id = :id", id=customer_id)
    if not found:
        raise NotFound("not-found", noun="customer", id=customer_id)
    return found[0]


def show(ctx: Context, customer_id: int) -> dict[str, Any]:
    """The customer's record: who they are to us, and whom we know there."""
    row = get(ctx, customer_id)
    stats = ctx.read("SELECT touches, last_at FROM customer_stats WHERE customer_id = :id", id=customer_id)
    people = ctx.read(
        "SELECT id, name, title FROM contacts WHERE customer_id = :id AND archived = 0 AND merged_into IS NULL"
        " ORDER BY sort_key, id",
        id=customer_id,
    )
    company = row["kind"] == "company"
    keys = ("kind", "name", "owner", "service_owner", "source", "grade")
    return {
        "id": f"co{customer_id}" if company else f"p{people[0]['id']}" if people else f"cu{customer_id}",
        **{key: row[key] for key in keys},
        "touches": stats[0]["touches"] if stats else 0,
        "last_contact": stats[0]["last_at"] if stats else "",
        "archived": bool(row["archived"]),
        "people": [{"id": f"p{p['id']}", "name": p["name"], "title": p["title"]} for p in people],
        "created": row["created_at"],
        "rev": row["rev"],
    }


# --- importing -------------------------------------------------------------------------------------------

STAGED = {"owner": "TEXT", "service_owner": "TEXT", "source": "TEXT", "source_key": "TEXT", "grade": "TEXT"}
WRITTEN = f"id, kind, name, name_key, sort_key, archived, created_at, {', '.join(STAGED)}"


def staged(
    cells: Mapping[str, Any], users: Mapping[str, str], doubts: list[tuple[str, str, dict[str, Any]]]
) -> tuple[str | None, ...]:
    """The customer's own columns from a row; an owner nobody knows is left out, and said once."""
    owners = []
    for word in ("owner", "service_owner"):
        text = cells.get(word)
        owner = users.get(fold(text)) if text else None
        if text and not owner:
            doubts.append((word, "import-owner", {"user": text}))
        owners.append(owner)
    source, grade = cells.get("source"), cells.get("grade")
    if grade and (grade := grade.strip().upper()) not in GRADES:
        found = re.fullmatch("([ABCD])(类|級|级|类客户|级客户)?", grade)
        if not found:
            raise Usage("choice", field="grade", value=cells["grade"], choices=", ".join(GRADES))
        grade = found[1]
    return (*owners, source, fold(source) if source else None, grade or None)


def takes(policy: str, said: str, held: str) -> str:
    """SQL for what a text becomes: what the row says replaces what is held, or only fills what is empty."""
    if policy == "update":
        return f"COALESCE({said}, {held})"
    return f"CASE WHEN {held} = '' THEN COALESCE({said}, '') ELSE {held} END"


def reserve(tx: Tx, n: int) -> int:
    """The first of the ids of `n` new customers."""
    return tx.reserve("customers", n)


def publish(tx: Tx, select: str, **params: Any) -> None:
    """Make customers of what SELECT gives: the columns WRITTEN."""
    tx.bulk("customers", WRITTEN, select, **params)


def rename(tx: Tx, select: str) -> None:
    """Customers are called as SELECT id, name and its keys says."""
    tx.revise("customers", ("name", "name_key", "sort_key"), select)


def enrich(tx: Tx, policy: str, select: str) -> None:
    """Give the customers SELECT id, n, fresh names what rows say of them, each what its first row says.

    A row that makes a new contact only fills what its company lacks: it is about the contact.
    """
    said = " OR ".join(f"r.{column} IS NOT NULL" for column in STAGED)
    tx.derived("CREATE TABLE IF NOT EXISTS stage.owned (id INTEGER PRIMARY KEY, n INTEGER, fresh INTEGER)")
    tx.derived("DELETE FROM stage.owned")
    tx.derived(
        f"INSERT INTO stage.owned (id, n, fresh) SELECT t.id, min(t.n), min(t.fresh) FROM ({select}) AS t"
        f" JOIN stage.rows r ON r.n = t.n WHERE {said} GROUP BY t.id"
    )
    taken = ", ".join(
        f"CASE WHEN o.fresh = 1 THEN {takes('merge', f'r.{c}', f'x.{c}')} ELSE {takes(policy, f'r.{c}', f'x.{c}')}"
        f" END AS {c}"
        for c in STAGED
    )
    changed = tx.revise(
        "customers",
        tuple(STAGED),
        f"SELECT o.id, {taken} FROM stage.owned o JOIN stage.rows r ON r.n = o.n JOIN customers x ON x.id = o.id",
    )
    if changed:
        tx.bump_all(
            "contact",
            "SELECT p.id FROM stage.owned o JOIN customers c ON c.id = o.id AND c.rev = :change"
            " JOIN contacts p ON p.customer_id = c.id WHERE c.kind = 'person' AND p.merged_into IS NULL",
            change=tx.id,
        )


def _lent(column: str, kind: str, **more: Any) -> Field:
    key = "source_key" if column == "source" else column
    return Field(
        kind,
        f"c.{key}",
        shown=f"(SELECT c.{column} FROM customers c WHERE c.id = {{t}}.{{customer}})",
        within="{t}.{customer} IN (SELECT c.id FROM customers c WHERE {test})",
        **more,
    )


def _lends(customer: str) -> dict[str, Field]:
    """The customer's fields for a noun whose column `customer` names it."""
    fields = {
        "owner": _lent("owner", "user"),
        "service_owner": _lent("service_owner", "user"),
        "source": _lent("source", "text"),
        "grade": _lent("grade", "choice", choices=GRADES),
    }
    return {
        word: Field(
            field.type,
            field.sql,
            shown=field.shown.replace("{customer}", customer),
            within=field.within.replace("{customer}", customer),
            choices=field.choices,
        )
        for word, field in fields.items()
    }


def _reads_id(text: str, _country: str) -> str | None:
    found = re.fullmatch(r"cu(\d{1,18})", text.strip().casefold())
    return found[1] if found else None


# the contact through whom a person is a customer in their own right
PERSON = (
    "(SELECT min(p.id) FROM contacts p WHERE p.customer_id = {t}.id AND {t}.kind = 'person' AND p.merged_into IS NULL)"
)
LAST = "(SELECT s.last_at FROM customer_stats s WHERE s.customer_id = {t}.id)"

NOUN = Noun(
    "customer",
    "customers",
    {"customers": Part({"merged_into": Parent("customer")})},
    prefix="cu",
    written=f"CASE WHEN {{t}}.kind = 'company' THEN 'co' || {{t}}.id"
    f" ELSE COALESCE('p' || {PERSON}, 'cu' || {{t}}.id) END",
    owned=tuple(
        Owned("customers", column, "{t}.merged_into IS NULL", "{t}.id") for column in ("owner", "service_owner")
    ),
    fields={
        "name": Field("name", "{t}.name_key", shown="{t}.name", sort="{t}.sort_key"),
        "kind": Field("choice", "{t}.kind", choices=KINDS),
        "owner": Field("user", "{t}.owner"),
        "service_owner": Field("user", "{t}.service_owner"),
        "source": Field("text", "{t}.source_key", shown="{t}.source"),
        "grade": Field("choice", "{t}.grade", choices=GRADES),
        "created": Field("instant", "{t}.created_at"),
        "last_contact": Field("instant", LAST),
        "touches": Field(
            "number", "COALESCE((SELECT s.touches FROM customer_stats s WHERE s.customer_id = {t}.id), 0)"
        ),
        "archived": Field("flag", "{t}.archived"),
    },
    lends={"contact": _lends("customer_id"), "company": _lends("id")},
    columns=("name", "kind", "owner", "grade", "tier", "spent", "orders", "last_contact"),
    lookup=(
        Lookup(
            "customer-id",
            _reads_id,
            f"SELECT c.id AS customer_id, {PERSON.format(t='c')} AS contact_id, c.name FROM customers c"
            " WHERE c.id = CAST(:key AS BIGINT)",
        ),
    ),
)
