"""The registry: what a noun declares, where each noun lives, and who reacts to whom.

Ground and faces know nouns only through this file. A noun module is imported when it is named,
touched or reacting; the tables below are static strings so that nothing else is.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple


class Field(NamedTuple):
    """A word of the query language, and a column of a list.

    `sql` is the value as an expression over `{t}`, the noun's row. Text is compared folded: `sql` then
    names a `*_key` column. For what a row can have many of (tags, phones), `within` is the EXISTS around
    one of them, with `{test}` where the comparison of `sql` goes. `shown` is what a list prints (default:
    `sql`); `sort` names a NOT NULL key column with an index (key, id) where the list may be ordered by it.
    `choices` are the values of a choice, by their stable English names.
    `test(place, operator, value)` gives the comparison where the type alone cannot; such a field takes `:` and `=`.

    Types: text · raw (as typed, without a key) · name · choice · flag · number · day · instant · birthday · user ·
    tag · phone · id · money (minor units of the base currency, shown as whole ones) · amount (whole units of the
    row's own currency).
    """

    type: str
    sql: str
    shown: str = ""
    sort: str = ""
    within: str = ""
    choices: tuple[str, ...] = ()
    test: Callable[..., str] | None = None


class Parent(NamedTuple):
    """A column that points at a row of `noun`; `by` is the column holding the noun where it varies.

    `bumps`: writing the row makes a new version of its parent.
    """

    noun: str
    by: str = ""
    bumps: bool = False


class Part(NamedTuple):
    """One table of a noun. `unique`: columns that may not repeat; a merge drops what would.

    `sole`: flag → columns that no two rows with that flag share. `resets`: what a row loses when a merge gives it
    another parent.
    """

    parents: Mapping[str, Parent] = {}
    unique: tuple[tuple[str, ...], ...] = ()
    sole: Mapping[str, tuple[str, ...]] = {}
    resets: Mapping[str, Any] = {}


class Owned(NamedTuple):
    """Rows somebody looks after: `column` of `table` names them, `open` holds over {t} while there is still work in
    the row, `customer` is the id of the customer it belongs to. They go along in a handover."""

    table: str
    column: str
    open: str
    customer: str


class Lookup(NamedTuple):
    """How somebody is meant by words: `reads(text, country)` gives the key or None; by it `sql` selects
    customer_id, contact_id (NULL for a company) and name."""

    name: str
    reads: Callable[[str, str], str | None]
    sql: str


class Match(NamedTuple):
    """How a staged row meets a stored one: SELECT n, id; and how staged rows meet each other: SELECT k, n."""

    name: str
    sql: str
    twins: str


class Importer(NamedTuple):
    """How the rows of a file become rows of a noun. It stands beside the noun and is found by IMPORTERS.

    A column of the file feeds one of `targets`; of `many` there may be several, each with a label (`phone.work`);
    in `days` the order of numbers must be known. `parse(cells, given)` reads nothing: the values of `columns` and of
    the `parts`, as tuples, or Rejected; what many rows point at goes to a table of `shared` ones, by number. New rows
    get ids of `table`. `look(stage, options)`, once all rows are staged, may turn some away for what is in the store.
    `publish(ctx, tx, policy)` runs in a change, with the rows staged and matched; what else it made, by number.
    """

    table: str

    targets: tuple[str, ...]
    many: tuple[str, ...]
    days: tuple[str, ...]
    columns: Mapping[str, str]
    parts: Mapping[str, Mapping[str, str]]
    shared: Mapping[str, Mapping[str, str]]
    match: tuple[Match, ...]
    parse: Callable[..., Any]
    publish: Callable[..., dict[str, int] | None]
    look: Callable[..., None] | None = None


class Exporter(NamedTuple):
    """How the rows of a noun become rows of a file, read a block of ids at once; found by EXPORTERS.

    `columns(ctx)` are the columns this store's rows can fill, `read(ctx, ids)` gives what is known of each row,
    `record` makes of that the record JSON has, `cells` its text by column, in the words the noun's importer reads.
    What belongs into a calendar has an `event`.
    """

    columns: Callable[..., list[str]]
    read: Callable[..., Any]
    record: Callable[..., dict[str, Any]]
    cells: Callable[..., Mapping[str, str]]
    event: Callable[..., Any] | None = None


class Noun(NamedTuple):
    """What a noun declares about itself.

    `prefix` is how its ids are written (p17), `written` over {t} where that is as other nouns' are. `search` selects
    `id` and the texts it is found by, WHERE id IN {ids}, each column named for how it is cut: name (of a person),
    words, company, email, phone, handle, tag; `found_by` selects the ids whose words hang on another noun's rows
    {ids}. `hits` selects id, name and sort_key FROM {found} its table as `t` WHERE {condition}; `detail` over {t}
    tells a row from others of its name; `verify` are tests `… {like}` or `… {initials}` over {t} that a longer word
    is really there.
    `timeline` selects customer_id, contact_id, at, noun and row_id (what it is about), id, text.
    `edit(ctx, id, values)` is the verb that changes fields by their words. `merges(ctx, src, dst)` names the rows
    that must go along in a merge, `merged(ctx, src, dst)` sets right what is left. `label` is the column a person
    knows a row by. `hides` are flags whose rows a list leaves out unless the query speaks of them, `order` the field
    a list is ordered by where nothing is said, with `-` in front for the other direction.
    """

    word: str
    table: str
    parts: Mapping[str, Part]
    prefix: str = ""
    written: str = ""
    label: str = "name"
    fields: Mapping[str, Field] = {}
    lends: Mapping[str, Mapping[str, Field]] = {}
    columns: tuple[str, ...] = ()
    hides: tuple[str, ...] = ("archived",)
    order: str = ""
    owned: tuple[Owned, ...] = ()
    timeline: str = ""
    lookup: tuple[Lookup, ...] = ()
    search: str = ""
    found_by: Mapping[str, str] = {}
    hits: str = ""
    detail: str = ""
    verify: tuple[str, ...] = ()
    edit: Callable[..., bool] | None = None
    merges: Callable[..., list[tuple[str, int, int]]] | None = None
    merged: Callable[..., None] | None = None


def in_name(key: str, sort: str, around: str = "{}") -> tuple[str, str]:
    """Tests for `verify` that a text is in a name, of which `key` is as written and `sort` in pinyin syllables.

    The first is for its letters, in pinyin also joined and with `u` for ü, the second for its initials.
    """
    joined = f"replace({sort}, ' ', '')"
    places = (key, sort, joined, f"replace({joined}, 'v', 'u')")
    like = " OR ".join(f"{place} {{like}}" for place in places)
    return around.replace("{}", f"({like})"), around.replace("{}", f"(' ' || {sort}) {{initials}}")


# noun → module
NOUNS: dict[str, str] = {
    "user": "users",
    "setting": "settings",
    "customer": "collect.customers",
    "company": "collect.companies",
    "contact": "collect.contacts",
    "belonging": "collect.belongings",
    "channel": "collect.channels",
    "consent": "collect.consent",
    "preference": "collect.preferences",
    "tag": "collect.tags",
    "field": "collect.fields",
    "interaction": "collect.interactions",
    "order": "collect.orders",
    "tier": "classify.tiers",
    "segment": "classify.segments",
    "reminder": "engage.reminders",
    "category": "listen.categories",
    "complaint": "listen.complaints",
    "progress": "listen.progress",
}

# table → noun
TABLES: dict[str, str] = {
    "users": "user",
    "settings": "setting",
    "customers": "customer",
    "companies": "company",
    "contacts": "contact",
    "belongings": "belonging",
    "channels": "channel",
    "consents": "consent",
    "preferences": "preference",
    "tags": "tag",
    "taggings": "tag",
    "fields": "field",
    "field_values": "field",
    "interactions": "interaction",
    "orders": "order",
    "tier_rules": "tier",
    "segments": "segment",
    "segment_members": "segment",
    "reminders": "reminder",
    "reminder_runs": "reminder",
    "complaint_categories": "category",
    "complaints": "complaint",
    "complaint_events": "progress",
}

# (noun, lent field) → the noun that lends it
LENT: dict[tuple[str, str], str] = {
    **{("contact", word): "customer" for word in ("owner", "service_owner", "source", "grade")},
    **{("company", word): "customer" for word in ("owner", "service_owner", "source", "grade")},
    **{
        ("contact", word): "channel"
        for word in (
            "email",
            "phone",
            "sms",
            "wechat",
            "wecom",
            "whatsapp",
            "qq",
            "weibo",
            "linkedin",
            "x",
            "website",
            "post",
        )
    },
    ("contact", "tag"): "tag",
    ("company", "tag"): "tag",
    ("contact", "optin"): "consent",
    ("contact", "optout"): "consent",
    ("contact", "preference"): "preference",
    **{(noun, "complaints"): "complaint" for noun in ("customer", "company", "contact")},
    **{
        (noun, word): lender
        for noun in ("customer", "company", "contact")
        for lender, words in {
            "order": ("orders", "spent", "first_order", "last_order"),
            "tier": ("tier",),
            "segment": ("segment",),
        }.items()
        for word in words
    },
}

# the nouns somebody can be meant by, in the order they are asked; nouns with a timeline
LOOKUPS: tuple[str, ...] = ("contact", "channel", "company", "customer")
TIMELINE: tuple[str, ...] = ("interaction", "order", "reminder", "progress")

# noun found by search → the tables its words come from, and whose ids writing them touches
SEARCHED: dict[str, dict[str, str]] = {
    "contact": {"contacts": "contact", "channels": "contact", "taggings": "contact", "customers": "customer"},
    "company": {"companies": "company", "customers": "customer", "taggings": "company"},
    "complaint": {"complaints": "complaint"},
}

# (tx, noun, {owner: ids}) → index the rows again that hang on the owners' rows
INDEX = "search:refresh"

# (ctx, noun) → the query fields people defined themselves
CUSTOM = "collect.fields:query_fields"

# event → reactions, run in the same change with a list of ids
AFTER: dict[str, tuple[str, ...]] = {}

# derived tables: function → (whose ids, tables it reads); the order matters
DERIVE: dict[str, tuple[str, tuple[str, ...]]] = {
    "collect.interactions:derive_customers": ("customer", ("interactions",)),
    "collect.interactions:derive_contacts": ("contact", ("interactions",)),
    "collect.orders:derive": ("customer", ("orders",)),
    "collect.orders:derive_base": ("setting", ("settings",)),
    "classify.stays:derive": ("segment", ("segments",)),
    "engage.reminders:derive": ("reminder", ("reminders",)),
}

# function of DERIVE → the table it keeps, so that a rebuild can be compared with what was kept
DERIVED: dict[str, str] = {
    "collect.interactions:derive_customers": "customer_stats",
    "collect.interactions:derive_contacts": "contact_stats",
    "collect.orders:derive": "customer_money",
    "collect.orders:derive_base": "money_base",
    "classify.stays:derive": "segment_stays",
    "engage.reminders:derive": "reminder_due",
}

# noun → how rows of a file become rows of it; how its rows become rows of a file
IMPORTERS: dict[str, str] = {
    "contact": "collect.contacts_import:IMPORTER",
    "company": "collect.companies_import:IMPORTER",
    "interaction": "collect.interactions_import:IMPORTER",
    "reminder": "engage.reminders_import:IMPORTER",
    "complaint": "listen.complaints_import:IMPORTER",
    "order": "collect.orders_import:IMPORTER",
}

EXPORTERS: dict[str, str] = {
    "contact": "collect.contacts_export:EXPORTER",
    "company": "collect.companies_export:EXPORTER",
    "interaction": "collect.interactions_export:EXPORTER",
    "reminder": "engage.reminders_export:EXPORTER",
    "complaint": "listen.complaints_export:EXPORTER",
    "order": "collect.orders_export:EXPORTER",
}

# dialog word → screen class
DIALOGS: dict[str, str] = {
    "contact.add": "screens.dialogs.contacts:ContactDialog",
    "contact.edit": "screens.dialogs.contacts:ContactDialog",
    "company.add": "screens.dialogs.companies:CompanyDialog",
    "company.edit": "screens.dialogs.companies:CompanyDialog",
    "interaction.add": "screens.dialogs.interactions:LogDialog",
    "reminder.add": "screens.dialogs.reminders:ReminderDialog",
    "reminder.edit": "screens.dialogs.reminders:ReminderDialog",
    "complaint.add": "screens.dialogs.complaints:ComplaintDialog",
    "complaint.edit": "screens.dialogs.complaint_moves:ComplaintEditDialog",
    "order.add": "screens.dialogs.orders:OrderDialog",
    "order.edit": "screens.dialogs.orders:OrderDialog",
    "preference.add": "screens.dialogs.preferences:PreferenceDialog",
    "consent.give": "screens.dialogs.consent:ConsentDialog",
    "tag": "screens.dialogs.tags:TagDialog",
    "owner": "screens.dialogs.owner:OwnerDialog",
    "handover": "screens.dialogs.handover:HandoverDialog",
    "merge": "screens.dialogs.merge:open_merge",
    "segment.keep": "screens.dialogs.segments:keep_from",
}


def resolve(spec: str) -> Any:
    """`collect.contacts:NOUN` → the object."""
    module, _, name = spec.partition(":")
    return getattr(import_module(f"icrm_tui.{module}"), name)


@cache
def noun(word: str) -> Noun:
    found: Noun = resolve(f"{NOUNS[word]}:NOUN")
    return found


@cache
def importer(word: str) -> Importer:
    found: Importer = resolve(IMPORTERS[word])
    return found


@cache
def exporter(word: str) -> Exporter:
    found: Exporter = resolve(EXPORTERS[word])
    return found


@cache
def hanging(table: str) -> frozenset[str]:
    """The nouns whose rows have something derived from rows of `table`, be it the words they are found by."""
    derived = {noun for noun, tables in DERIVE.values() if table in tables}
    return frozenset(derived | {whose[table] for whose in SEARCHED.values() if table in whose})


@cache
def own(table: str) -> frozenset[str]:
    """The same, without those whose words only hang on another noun's rows."""
    derived = {noun for noun, tables in DERIVE.values() if table in tables}
    return frozenset(derived | {word for word, whose in SEARCHED.items() if whose.get(table) == word})


@cache
def part(table: str) -> Part:
    return noun(TABLES[table]).parts[table]
