"""Companies: what is known of a firm, its people and how they report to each other."""

import re
from typing import Any, NamedTuple

from icrm_tui import phones
from icrm_tui.collect import customers, fields, organisation, tags
from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import NotFound, Refused, Usage
from icrm_tui.nouns import Field, Lookup, Noun, Parent, Part, in_name
from icrm_tui.text import fold, sort_key

COLUMNS = (
    "domain",
    "website",
    "phone",
    "industry",
    "size",
    "region",
    "city",
    "country",
    "address",
    "notes",
)
# what a company may be written with or without and still be the same one
SUFFIX = re.compile(
    r"[\s,.&]*(?:\b(?:co|inc|corp|corporation|company|ltd|limited|llc|llp|plc|gmbh|ag|kg|sa|sas|sarl|srl|spa|bv|nv|oy|ab|se|ug|ohg|gbr|kgaa|asa|aps|"
    r"pty|pte)\b\.?|股份有限公司|有限责任公司|集团有限公司|有限公司|股份公司|公司)\s*$"
)


class Company(NamedTuple):
    """What is typed to make a company; `values` are COLUMNS, parent, competitor, owner, source, grade, custom."""

    name: str
    values: dict[str, str]
    tags: tuple[str, ...] = ()


# --- rules -----------------------------------------------------------------------------------------------


def key(name: str) -> str:
    """The name as companies are compared: folded, without its legal form."""
    folded = fold(name)
    short = folded
    while (shorter := SUFFIX.sub("", short)) != short and shorter:
        short = shorter
    return short


def domain(text: str) -> str:
    """`https://www.Acme.example/shop` → acme.example"""
    return fold(text).removeprefix("https://").removeprefix("http://").removeprefix("www.").split("/")[0]


def keys(name: str) -> dict[str, str]:
    """What a company is compared and listed by, beside its customer's name."""
    return {"short_key": key(name), "sort_key": sort_key(name)}


def checked(ctx: Context, values: dict[str, str]) -> dict[str, Any]:
    """The company's own columns from what was typed."""
    kept: dict[str, Any] = {}
    for column, value in values.items():
        value = value.strip()
        if column == "domain":
            value = domain(value)
        elif column == "phone":
            kept["phone_key"] = phones.key(value, ctx.setting("country"))[0] if value else ""
        elif column in ("industry", "city"):
            kept[f"{column}_key"] = fold(value)
        elif column == "competitor":
            kept["competitor"] = int(fields.flag(value))
            continue
        elif column == "parent":
            kept["parent_id"] = _parent(ctx, value)
            continue
        kept[column] = value
    return kept


def _parent(ctx: Context, text: str) -> int | None:
    from icrm_tui import search

    if not text:
        return None
    who = search.who(ctx, text, "company")
    if who.contact_id is not None:
        raise Usage("parent-person", who=text)
    return who.customer_id


def split(ctx: Context, values: dict[str, str]) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """What is the company's own, its customer's, and custom; an unknown field is refused."""
    own = {k: v for k, v in values.items() if k in COLUMNS or k in ("parent", "competitor")}
    customer = {k: v for k, v in values.items() if k in customers.COLUMNS}
    custom = {k: v for k, v in values.items() if k not in own and k not in customer and k != "name"}
    fields.known(ctx, "company", custom, (*COLUMNS, "parent", "competitor", *customers.COLUMNS, "name"))
    return own, customer, custom


# --- verbs -----------------------------------------------------------------------------------------------


def add(ctx: Context, company: Company) -> int:
    """Refused when a company of that name, legal form aside, is there already."""
    name = customers.check_name(company.name)

    def work(tx: Tx) -> int:
        _refuse_twin(ctx, tx, name, None)
        own, customer, custom = split(ctx, company.values)
        company_id = customers.add(ctx, "company", name, customer)
        tx.insert("companies", id=company_id, **keys(name), **checked(ctx, own))
        fields.put(ctx, "company", company_id, custom)
        tags.tag(ctx, "company", [company_id], company.tags)
        return company_id

    made: int = ctx.change("company.add", work)
    return made


def named(ctx: Context, name: str) -> int:
    """The id of the company of that name, made where there is none."""

    def work(tx: Tx) -> int:
        tx.claim("company", key(name))
        found = find(ctx, name)
        return found["id"] if found else add(ctx, Company(name, {}))

    known: int = ctx.change("company.add", work)
    return known


def find(ctx: Context, name: str, other: int | None = None) -> Row | None:
    """The company of that name that is not `other`."""
    found = ctx.read(
        "SELECT c.id, c.name FROM companies o JOIN customers c ON c.id = o.id WHERE o.short_key = :key"
        " AND c.archived = 0 AND c.merged_into IS NULL AND o.id <> :other ORDER BY c.id LIMIT 1",
        key=key(name),
        other=other or 0,
    )
    return found[0] if found else None


def edit(ctx: Context, company_id: int, values: dict[str, str], base: int | None = None) -> bool:
    """`values` by field name; False when nothing changed. `base` is the record's rev."""

    def work(tx: Tx) -> bool:
        own, customer, custom = split(ctx, values)
        if "name" in values:
            customer["name"] = values["name"]
        now = customers.get(ctx, company_id)
        tx.stands("customers", now, base)
        changed = customers.edit(ctx, company_id, customer) if customer else False
        kept = checked(ctx, own)
        if "name" in values:
            kept |= keys(customers.check_name(values["name"]))
            _refuse_twin(ctx, tx, values["name"], company_id)
        if kept.get("parent_id") is not None and company_id in above(ctx, kept["parent_id"]):
            raise Refused("parent-circle", id=f"co{company_id}")
        changed = tx.update("companies", company_id, **kept) or changed
        return fields.put(ctx, "company", company_id, custom) or changed

    changed: bool = ctx.change("company.edit", work)
    return changed


def _refuse_twin(ctx: Context, tx: Tx, name: str, company_id: int | None) -> None:
    """Refused when another company, legal form aside, has this name."""
    tx.claim("company", key(name))
    held = find(ctx, name, company_id)
    if held:
        raise Refused("company-exists", name=held["name"], id=f"co{held['id']}")


def archive(ctx: Context, company_id: int, archived: bool = True) -> bool:
    """Hide the company, or bring it back unless another has its name by now; its people stay as they are."""

    def work(tx: Tx) -> bool:
        now = get(ctx, company_id)
        if now["merged_into"]:
            raise Refused("merged-away", id=f"co{company_id}", into=f"co{now['merged_into']}")
        if not archived:
            _refuse_twin(ctx, tx, now["name"], company_id)
        return customers.archive(ctx, company_id, archived)

    changed: bool = ctx.change("customer.archive" if archived else "customer.unarchive", work)
    return changed


def above(ctx: Context, company_id: int | None) -> set[int]:
    """The company and everything above it."""
    seen: set[int] = set()
    while company_id is not None and company_id not in seen:
        seen.add(company_id)
        found = ctx.read("SELECT parent_id FROM companies WHERE id = :id", id=company_id)
        company_id = found[0]["parent_id"] if found else None
    return seen


def get(ctx: Context, company_id: int) -> Row:
    found = ctx.read(
        "SELECT o.*, c.name, c.owner, c.service_owner, c.source, c.grade, c.archived, c.merged_into, c.created_at,"
        " c.rev AS version FROM companies o JOIN customers c ON c.id = o.id WHERE o.id = :id",
        id=company_id,
    )
    if not found:
        raise NotFound("not-found", noun="company", id=f"co{company_id}")
    return found[0]


def show(ctx: Context, company_id: int) -> dict[str, Any]:
    """The company's record, as JSON gives it."""
    row = get(ctx, company_id)
    parent = customers.get(ctx, row["parent_id"])["name"] if row["parent_id"] else ""
    stats = ctx.read("SELECT touches, last_at FROM customer_stats WHERE customer_id = :id", id=company_id)
    return {
        "id": f"co{company_id}",
        "name": row["name"],
        **{column: row[column] for column in COLUMNS},
        "parent": parent,
        "competitor": bool(row["competitor"]),
        **{column: row[column] for column in customers.COLUMNS},
        "tags": tags.of(ctx, "company", company_id),
        **fields.of(ctx, "company", company_id),
        "touches": stats[0]["touches"] if stats else 0,
        "last_contact": stats[0]["last_at"] if stats else "",
        "people": [f"p{person['id']}" for person in organisation.people(ctx, company_id)],
        "archived": bool(row["archived"]),
        "merged_into": f"co{row['merged_into']}" if row["merged_into"] else "",
        "created": row["created_at"],
        "rev": row["version"],
    }


def _merges(_ctx: Context, src: int, dst: int) -> list[tuple[str, int, int]]:
    """A company is more of a customer: it is that which goes on as another."""
    return [("customer", src, dst)]


def _reads_id(text: str, _country: str) -> str | None:
    found = re.fullmatch(r"co(\d{1,18})", text.strip().casefold())
    return found[1] if found else None


MEANT = "SELECT o.id AS customer_id, NULL AS contact_id, c.name FROM companies o JOIN customers c ON c.id = o.id"

NOUN = Noun(
    "company",
    "companies",
    {"companies": Part({"id": Parent("customer", bumps=True), "parent_id": Parent("customer")})},
    prefix="co",
    fields={
        "id": Field("id", "{t}.id"),
        "name": Field(
            "name",
            "(SELECT c.name_key FROM customers c WHERE c.id = {t}.id)",
            shown="(SELECT c.name FROM customers c WHERE c.id = {t}.id)",
            sort="{t}.sort_key",
        ),
        "domain": Field("text", "{t}.domain"),
        "website": Field("raw", "{t}.website"),
        "phone": Field("phone", "{t}.phone_key", shown="{t}.phone"),
        "industry": Field("text", "{t}.industry_key", shown="{t}.industry"),
        "size": Field("raw", "{t}.size"),
        "region": Field("raw", "{t}.region"),
        "city": Field("text", "{t}.city_key", shown="{t}.city"),
        "country": Field("raw", "{t}.country"),
        "notes": Field("raw", "{t}.notes"),
        "competitor": Field("flag", "{t}.competitor"),
        "parent": Field(
            "text",
            "(SELECT c.name_key FROM customers c WHERE c.id = {t}.parent_id)",
            shown="(SELECT c.name FROM customers c WHERE c.id = {t}.parent_id)",
        ),
        "people": Field(
            "number",
            "(SELECT count(*) FROM contacts p WHERE p.customer_id = {t}.id AND p.archived = 0"
            " AND p.merged_into IS NULL)",
        ),
        "created": Field("instant", "(SELECT c.created_at FROM customers c WHERE c.id = {t}.id)"),
        "last_contact": Field("instant", "(SELECT s.last_at FROM customer_stats s WHERE s.customer_id = {t}.id)"),
        "archived": Field("flag", "(SELECT c.archived FROM customers c WHERE c.id = {t}.id)"),
    },
    columns=("name", "industry", "city", "people", "owner", "last_contact"),
    lookup=(
        Lookup(
            "company-id",
            _reads_id,
            f"{MEANT} WHERE o.id = CAST(:key AS BIGINT)",
        ),
        Lookup(
            "company-name",
            lambda text, _country: key(text) or None,
            f"{MEANT} WHERE o.short_key = :key AND c.archived = 0 AND c.merged_into IS NULL",
        ),
    ),
    search="SELECT o.id, c.name AS words, o.domain AS email, o.phone || ' ' || o.phone_key AS phone,"
    " (SELECT group_concat(g.name, ' ') FROM taggings x JOIN tags g ON g.id = x.tag_id"
    " WHERE x.noun = 'company' AND x.row_id = o.id) AS tag"
    " FROM companies o JOIN customers c ON c.id = o.id WHERE o.id IN {ids} AND c.merged_into IS NULL",
    found_by={"customer": "SELECT id FROM companies WHERE id IN {ids}"},
    hits="SELECT t.id, c.name, c.sort_key FROM {found}companies t"
    " JOIN customers c ON c.id = t.id WHERE c.archived = 0 AND ({condition})",
    detail="{t}.city",
    verify=(
        *in_name("c.name_key", "c.sort_key", "EXISTS (SELECT 1 FROM customers c WHERE c.id = {t}.id AND {})"),
        "{t}.domain {like}",
        "{t}.phone_key {like}",
        *in_name("g.key", "g.sort_key", tags.hangs("company")),
    ),
    edit=edit,
    merges=_merges,
)
