"""People: who they are, where they belong, and everything one is told when meeting them."""

import re
from typing import Any, NamedTuple

from icrm_tui.collect import (
    belongings,
    channels,
    companies,
    consent,
    customers,
    fields,
    organisation,
    preferences,
    tags,
)
from icrm_tui.collect.channels import Channel
from icrm_tui.collect.organisation import PEOPLE
from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import NotFound, Refused, Usage
from icrm_tui.nouns import Field, Lookup, Noun, Parent, Part, in_name
from icrm_tui.text import fold, person_key

ROLES = ("decision-maker", "influencer", "user", "gatekeeper")
GENDERS = ("female", "male", "other")
TEXTS = (
    "family", "given", "gender", "birthday", "title", "department", "buying_role", "language", "country", "zone",
    "city", "region", "address", "notes",
)  # fmt: skip
COLUMNS = (*TEXTS, *PEOPLE)
GENDER_WORDS = {"f": "female", "女": "female", "女士": "female", "m": "male", "男": "male", "先生": "male"}
FOLDED = ("title", "city")


class Contact(NamedTuple):
    """What is typed to make a contact; `values` are COLUMNS, company, owner, source, grade, custom fields, and
    kinds of channels."""

    name: str
    values: dict[str, str]
    channels: tuple[Channel, ...] = ()
    tags: tuple[str, ...] = ()


# --- rules -----------------------------------------------------------------------------------------------


def check(values: dict[str, str]) -> dict[str, Any]:
    """The person's own columns as they are kept, with their keys. Usage names the field that means nothing."""
    kept: dict[str, Any] = {}
    for column, text in values.items():
        value = text.strip()
        if column == "birthday":
            value, kept["birthday_key"] = _birthday(value)
        elif column == "gender":
            value = _choice("gender", GENDER_WORDS.get(fold(value), fold(value)), GENDERS)
        elif column == "buying_role":
            value = _choice("buying_role", fold(value).replace(" ", "-").replace("_", "-"), ROLES)
        elif column == "zone" and value:
            from icrm_tui import dates

            value = dates.zone(value).key
        elif column in FOLDED:
            kept[f"{column}_key"] = fold(value)
        kept[column] = value
    return kept


def _birthday(text: str) -> tuple[str, str]:
    if not text:
        return "", ""
    from icrm_tui import dates

    found = dates.birthday(text)
    return str(found), found.key


def _choice(field: str, value: str, choices: tuple[str, ...]) -> str:
    if value and value not in choices:
        raise Usage("choice", field=field, value=value, choices=", ".join(choices))
    return value


def split(ctx: Context, values: dict[str, str]) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """What is the person's own, their customer's, and custom; an unknown field is refused."""
    own = {k: v for k, v in values.items() if k in TEXTS}
    customer = {k: v for k, v in values.items() if k in customers.COLUMNS}
    others = (*TEXTS, *customers.COLUMNS, *PEOPLE, *channels.KINDS, "name", "company")
    custom = {k: v for k, v in values.items() if k not in others}
    fields.known(ctx, "contact", custom, (*COLUMNS, *customers.COLUMNS, "name", "company"))
    return own, customer, custom


# --- verbs -----------------------------------------------------------------------------------------------


def add(ctx: Context, contact: Contact) -> int:
    """Make a person, and their company where it is new. Refused when a channel identifies somebody else."""
    name = customers.check_name(contact.name)

    def work(tx: Tx) -> int:
        own, customer, custom = split(ctx, contact.values)
        company = contact.values.get("company", "").strip()
        if company:
            known = companies.find(ctx, company)
            customer_id = known["id"] if known else companies.named(ctx, company)
            if known:  # what is known of a firm stays: one more person there takes it from nobody
                now = customers.get(ctx, customer_id)
                customer = {column: value for column, value in customer.items() if not now[column]}
            if customer:
                customers.edit(ctx, customer_id, customer)
        else:
            customer_id = customers.add(ctx, "person", name, customer)
        pointers = organisation.pointers(ctx, contact.values)
        contact_id = tx.insert(
            "contacts",
            customer_id=customer_id,
            name=name,
            name_key=fold(name),
            sort_key=person_key(name),
            created_at=ctx.stamp,
            **check(own),
            **pointers,
        )
        if company:
            belongings.begin(ctx, contact_id, customer_id, own.get("title", ""))
        for channel in contact.channels:
            channels.add(ctx, contact_id, channel)
        _reach(ctx, contact_id, contact.values)
        fields.put(ctx, "contact", contact_id, custom)
        tags.tag(ctx, "contact", [contact_id], contact.tags)
        return contact_id

    made: int = ctx.change("contact.add", work)
    return made


def edit(ctx: Context, contact_id: int, values: dict[str, str], base: int | None = None) -> bool:
    """`values` by field name; False when nothing changed. `base` is the rev the edit was made on."""

    def work(tx: Tx) -> bool:
        now = get(ctx, contact_id)
        tx.stands("contacts", now, base)
        own, customer, custom = split(ctx, values)
        kept = check(own) | organisation.pointers(ctx, values, contact_id)
        if "name" in values:
            name = customers.check_name(values["name"])
            kept |= {"name": name, "name_key": fold(name), "sort_key": person_key(name)}
            if _is_person(ctx, now):
                customers.edit(ctx, now["customer_id"], {"name": name})
        changed = tx.update("contacts", contact_id, **kept)
        if "company" in values:
            changed = move(ctx, contact_id, values["company"]) or changed
        if customer:
            changed = customers.edit(ctx, get(ctx, contact_id)["customer_id"], customer) or changed
        changed = _reach(ctx, contact_id, values) or changed
        return fields.put(ctx, "contact", contact_id, custom) or changed

    changed: bool = ctx.change("contact.edit", work)
    return changed


def _reach(ctx: Context, contact_id: int, values: dict[str, str]) -> bool:
    """The channels among the values, each kind as a whole."""
    return sum(channels.put(ctx, contact_id, kind, values[kind]) for kind in channels.KINDS if kind in values) > 0


def move(ctx: Context, contact_id: int, company: str) -> bool:
    """The contact starts at another firm (or on their own, for an empty name).

    What happened with the old firm stays there. Who was a customer in their own right brings that along.
    """

    def work(tx: Tx) -> bool:
        now = get(ctx, contact_id)
        alone = _is_person(ctx, now)
        if not company.strip():
            if alone:
                return False
            target = customers.add(ctx, "person", now["name"], {})
        else:
            target = companies.named(ctx, company)
        if target == now["customer_id"]:
            return False
        tx.update("contacts", contact_id, customer_id=target)
        if company.strip():
            belongings.begin(ctx, contact_id, target, now["title"], ctx.today.isoformat())
        else:
            belongings.end(ctx, contact_id)
        if alone:
            customers.absorb(ctx, now["customer_id"], target)
        return True

    moved: bool = ctx.change("contact.move", work)
    return moved


def archive(ctx: Context, contact_id: int) -> bool:
    """Hide the contact and let go of what identifies it."""

    def work(tx: Tx) -> bool:
        now = get(ctx, contact_id)
        changed = tx.update("contacts", contact_id, archived=1)
        if changed:
            channels.release(ctx, contact_id)
            if _is_person(ctx, now):
                customers.archive(ctx, now["customer_id"])
        return changed

    done: bool = ctx.change("contact.archive", work)
    return done


def unarchive(ctx: Context, contact_id: int) -> bool:
    """Bring the contact back; Refused when somebody else holds what identified it."""

    def work(tx: Tx) -> bool:
        now = get(ctx, contact_id)
        if now["merged_into"]:
            raise Refused("merged-away", id=f"p{contact_id}", into=f"p{now['merged_into']}")
        changed = tx.update("contacts", contact_id, archived=0)
        if changed:
            channels.reclaim(ctx, contact_id)
            if _is_person(ctx, now):
                customers.archive(ctx, now["customer_id"], False)
        return changed

    done: bool = ctx.change("contact.unarchive", work)
    return done


def get(ctx: Context, contact_id: int) -> Row:
    found = ctx.read("SELECT * FROM contacts WHERE id = :id", id=contact_id)
    if not found:
        raise NotFound("not-found", noun="contact", id=f"p{contact_id}")
    return found[0]


SHOW = """SELECT p.*, c.kind AS customer_kind, c.name AS customer_name, c.owner, c.service_owner, c.source, c.grade,
 b.name AS boss, r.name AS referrer, COALESCE(s.touches, 0) AS touches, COALESCE(s.last_at, '') AS last_at
 FROM contacts p JOIN customers c ON c.id = p.customer_id LEFT JOIN contacts b ON b.id = p.reports_to
 LEFT JOIN contacts r ON r.id = p.referred_by LEFT JOIN contact_stats s ON s.contact_id = p.id WHERE p.id = :id"""


def show(ctx: Context, contact_id: int) -> dict[str, Any]:
    """The contact's record, as JSON gives it."""
    found = ctx.read(SHOW, id=contact_id)
    if not found:
        raise NotFound("not-found", noun="contact", id=f"p{contact_id}")
    row = found[0]
    reach = channels.facts(ctx, contact_id)
    main = {kind: _main(reach, kind) for kind in ("email", "phone")}
    employed = row["customer_kind"] == "company"
    return {
        "id": f"p{contact_id}",
        "name": row["name"],
        "company": row["customer_name"] if employed else "",
        "company_id": f"co{row['customer_id']}" if employed else "",
        "title": row["title"],
        "former": belongings.former(ctx, contact_id),
        **main,
        **{column: row[column] for column in TEXTS if column != "title"},
        "reports_to": row["boss"] or "",
        "referred_by": row["referrer"] or "",
        **{column: row[column] for column in customers.COLUMNS},
        "channels": reach,
        "tags": tags.of(ctx, "contact", contact_id),
        "consent": {s["channel"]: bool(s["allowed"]) for s in consent.of(ctx, contact_id)},
        "preferences": [dict(fact) for fact in preferences.of(ctx, contact_id)],
        **fields.of(ctx, "contact", contact_id),
        "touches": row["touches"],
        "last_contact": row["last_at"],
        "archived": bool(row["archived"]),
        "merged_into": f"p{row['merged_into']}" if row["merged_into"] else "",
        "created": row["created_at"],
        "rev": row["rev"],
    }


def _main(reach: list[dict[str, Any]], kind: str) -> str:
    return next((channel["value"] for channel in reach if channel["kind"] == kind), "")


def _is_person(ctx: Context, contact: Row) -> bool:
    return str(customers.get(ctx, contact["customer_id"])["kind"]) == "person"


def _merges(ctx: Context, src: int, dst: int) -> list[tuple[str, int, int]]:
    """Who is a customer in their own right goes along with what is known of them as one, to the firm if there is one.

    Of two firms the one of `dst` stays, and the other becomes a former one. A no outlives a yes.
    """
    one, other = get(ctx, src), get(ctx, dst)
    consent.join(ctx, src, dst)
    if one["customer_id"] == other["customer_id"]:
        return []
    if _is_person(ctx, one):
        return [("customer", one["customer_id"], other["customer_id"])]
    if _is_person(ctx, other):
        return [("customer", other["customer_id"], one["customer_id"])]
    belongings.end(ctx, src)
    return []


def _merged(ctx: Context, _src: int, dst: int) -> None:
    channels.settle(ctx, dst)


def _reads_id(text: str, _country: str) -> str | None:
    found = re.fullmatch(r"p(\d{1,18})", text.strip().casefold())
    return found[1] if found else None


ALIVE = "p.archived = 0 AND p.merged_into IS NULL"
COMPANY = "FROM customers c WHERE c.id = {t}.customer_id AND c.kind = 'company'"

NOUN = Noun(
    "contact",
    "contacts",
    {
        "contacts": Part(
            {
                "customer_id": Parent("customer"),
                "reports_to": Parent("contact"),
                "referred_by": Parent("contact"),
                "merged_into": Parent("contact"),
            }
        )
    },
    prefix="p",
    fields={
        "id": Field("id", "{t}.id"),
        "name": Field("name", "{t}.name_key", shown="{t}.name", sort="{t}.sort_key"),
        "company": Field(
            "name",
            "c.name_key",
            shown=f"(SELECT c.name {COMPANY})",
            within="{t}.customer_id IN (SELECT c.id FROM customers c WHERE c.kind = 'company' AND {test})",
        ),
        "title": Field("text", "{t}.title_key", shown="{t}.title"),
        "department": Field("raw", "{t}.department"),
        "city": Field("text", "{t}.city_key", shown="{t}.city", sort="{t}.city_key"),
        "region": Field("raw", "{t}.region"),
        "country": Field("raw", "{t}.country"),
        "gender": Field("choice", "{t}.gender", choices=GENDERS),
        "birthday": Field("birthday", "{t}.birthday_key", shown="{t}.birthday"),
        "role": Field("choice", "{t}.buying_role", choices=ROLES),
        "language": Field("raw", "{t}.language"),
        "zone": Field("raw", "{t}.zone"),
        "notes": Field("raw", "{t}.notes"),
        "created": Field("instant", "{t}.created_at", sort="{t}.created_at"),
        "last_contact": Field("instant", "(SELECT s.last_at FROM contact_stats s WHERE s.contact_id = {t}.id)"),
        "touches": Field("number", "COALESCE((SELECT s.touches FROM contact_stats s WHERE s.contact_id = {t}.id), 0)"),
        "archived": Field("flag", "{t}.archived"),
    },
    columns=("name", "company", "title", "city", "phone", "email", "owner"),
    lookup=(
        Lookup(
            "contact-id",
            _reads_id,
            "SELECT customer_id, id AS contact_id, name FROM contacts WHERE id = CAST(:key AS BIGINT)",
        ),
        Lookup(
            "contact-name",
            lambda text, _country: fold(text) or None,
            "SELECT p.customer_id, p.id AS contact_id, p.name FROM contacts p"
            f" WHERE p.name_key = :key AND {ALIVE} LIMIT 20",
        ),
    ),
    search="""SELECT p.id, p.name,
 (SELECT c.name FROM customers c WHERE c.id = p.customer_id AND c.kind = 'company') AS company,
 (SELECT group_concat(h.key, ' ') FROM channels h WHERE h.contact_id = p.id AND h.kind = 'email') AS email,
 (SELECT group_concat(h.key || ' ' || h.value, ' ; ') FROM channels h WHERE h.contact_id = p.id
  AND h.kind IN ('phone', 'sms', 'whatsapp')) AS phone,
 (SELECT group_concat(h.key, ' ') FROM channels h WHERE h.contact_id = p.id
  AND h.kind IN ('wechat', 'wecom', 'qq', 'weibo', 'linkedin', 'x')) AS handle,
 (SELECT group_concat(g.name, ' ') FROM taggings x JOIN tags g ON g.id = x.tag_id
  WHERE x.noun = 'contact' AND x.row_id = p.id) AS tag
 FROM contacts p WHERE p.id IN {ids} AND p.merged_into IS NULL""",
    found_by={"customer": "SELECT id FROM contacts WHERE customer_id IN {ids}"},
    hits="SELECT t.id, t.name, t.sort_key FROM {found}contacts t WHERE t.archived = 0 AND ({condition})",
    detail=f"COALESCE((SELECT c.name {COMPANY}), {{t}}.city)",
    verify=(
        *in_name("{t}.name_key", "{t}.sort_key"),
        *in_name("c.name_key", "c.sort_key", f"EXISTS (SELECT 1 {COMPANY} AND {{}})"),
        "EXISTS (SELECT 1 FROM channels h WHERE h.contact_id = {t}.id AND (h.key {like} OR"
        " replace(replace(h.value, ' ', ''), '-', '') {like}))",
        *in_name("g.key", "g.sort_key", tags.hangs("contact")),
    ),
    edit=edit,
    merges=_merges,
    merged=_merged,
)
