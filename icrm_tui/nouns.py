"""The registry: what a noun declares, where each noun lives, and who reacts to whom.

Ground and faces know nouns only through this file. A noun module is imported when it is named,
touched or reacting; the tables below are static strings so that nothing else is.
"""

from functools import cache
from importlib import import_module
from typing import Any

from icrm_tui.declared import Due as Due
from icrm_tui.declared import Exporter as Exporter
from icrm_tui.declared import Field as Field
from icrm_tui.declared import Importer as Importer
from icrm_tui.declared import Lookup as Lookup
from icrm_tui.declared import Match as Match
from icrm_tui.declared import Noun as Noun
from icrm_tui.declared import Owned as Owned
from icrm_tui.declared import Parent as Parent
from icrm_tui.declared import Part as Part
from icrm_tui.declared import in_name as in_name

# noun → module
NOUNS: dict[str, str] = {
    "user": "users",
    "setting": "settings",
    "calendar": "calendars",
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
    "message": "engage.messages",
    "category": "listen.categories",
    "sla": "listen.sla",
    "complaint": "listen.complaints",
    "progress": "listen.progress",
    "clock": "listen.clocks",
    "mail": "listen.mails",
}

# table → noun
TABLES: dict[str, str] = {
    "users": "user",
    "settings": "setting",
    "calendars": "calendar",
    "calendar_days": "calendar",
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
    "messages": "message",
    "complaint_categories": "category",
    "sla_policies": "sla",
    "complaints": "complaint",
    "complaint_events": "progress",
    "complaint_clocks": "clock",
    "mails": "mail",
}

ORDERS = ("orders", "spent", "first_order", "last_order")
CHANNELS = ("email", "phone", "sms", "wechat", "wecom", "whatsapp", "qq", "weibo", "linkedin", "x", "website", "post")

# (noun, lent field) → the noun that lends it
LENT: dict[tuple[str, str], str] = {
    **{("contact", word): "customer" for word in ("owner", "service_owner", "source", "grade")},
    **{("company", word): "customer" for word in ("owner", "service_owner", "source", "grade")},
    **{("contact", word): "channel" for word in CHANNELS},
    ("contact", "tag"): "tag",
    ("company", "tag"): "tag",
    ("contact", "optin"): "consent",
    ("contact", "optout"): "consent",
    ("contact", "preference"): "preference",
    **{(noun, "complaints"): "complaint" for noun in ("customer", "company", "contact")},
    **{
        (noun, word): lender
        for noun in ("customer", "company", "contact")
        for lender, words in {"order": ORDERS, "tier": ("tier",), "segment": ("segment",)}.items()
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
AFTER: dict[str, tuple[str, ...]] = {
    "message.sent": ("listen.mails:on_sent",),
    "calendar.edit": ("listen.complaints:on_calendar",),
}

# changes that tell of what happened outside the store, which no undo takes back
LASTING = frozenset(("message.sending", "message.settle", "message.doubt"))

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

# work that falls due by itself → what it is, a Due; `tick` does it in this order
DUE: dict[str, str] = {
    "search": "search:DUE",
    "segments": "classify.stays:DUE",
    "complaints": "listen.sla_due:DUE",
    "outbox": "engage.messages_sending:DUE",
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
    "complaint.page": "screens.complaint:ComplaintScreen",
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
def due(word: str) -> Due:
    found: Due = resolve(DUE[word])
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
