"""What is promised to whoever complains: how soon a first reply, how soon a resolution, in working time.

A policy is for complaints of a severity, a category, a value tier; the most specific that fits wins. A complaint keeps
the terms that held when its clocks started, until it is re-prioritised or reopened.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from icrm_tui import calendars, users
from icrm_tui import calendars_rules as time
from icrm_tui.classify import tiers
from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import NotFound, Refused, Usage
from icrm_tui.listen import categories, sla_rules
from icrm_tui.listen.complaints_rules import SEVERITIES, choice
from icrm_tui.listen.sla_rules import CLOCKS, About, Policy
from icrm_tui.nouns import Field, Noun, Owned, Parent, Part
from icrm_tui.text import fold

LIMIT = 60
EDITED = ("name", "severity", "category", "tier", "first_reply", "resolution", "calendar", "escalate")
NOTHING = ("", "-", "none", "any", "无", "不限")

# --- verbs -----------------------------------------------------------------------------------------------


def add(ctx: Context, name: str, values: dict[str, str]) -> int:
    """Make a policy of the words of EDITED; it says how soon for at least one of the clocks."""

    def work(tx: Tx) -> int:
        kept = {"calendar_id": calendars.find(ctx, calendars.STANDARD)["id"], **_kept(ctx, tx, values | {"name": name})}
        if kept.get("reply") is None and kept.get("solve") is None:
            raise Usage("sla-times")
        _free(ctx, kept["key"])
        return tx.insert("sla_policies", **kept)

    made: int = ctx.change("sla.add", work)
    return made


def edit(ctx: Context, policy_id: int, values: dict[str, str], base: int | None = None) -> bool:
    """Promise something else from now on; False when nothing changed."""

    def work(tx: Tx) -> bool:
        row = tx.row("sla_policies", policy_id)
        assert row is not None
        kept = _kept(ctx, tx, values)
        if "key" in kept:
            _free(ctx, kept["key"], policy_id)
        after = row | kept
        if after["reply"] is None and after["solve"] is None:
            raise Usage("sla-times")
        return tx.update("sla_policies", policy_id, base, **kept)

    changed: bool = ctx.change("sla.edit", work)
    return changed


def archive(ctx: Context, policy_id: int, archived: bool = True) -> bool:
    """It is promised no more; what runs under it runs on."""
    changed: bool = ctx.change(
        "sla.archive" if archived else "sla.unarchive",
        lambda tx: tx.update("sla_policies", policy_id, archived=int(archived)),
    )
    return changed


def _kept(ctx: Context, tx: Tx, values: dict[str, str]) -> dict[str, Any]:
    unknown = [word for word in values if word not in EDITED]
    if unknown:
        raise Usage("unknown-field", field=unknown[0], noun="sla", nearest=", ".join(EDITED))
    kept: dict[str, Any] = {}
    for word, said in values.items():
        kept |= READ[word](ctx, tx, " ".join(said.split()))
    return kept


def _name(_ctx: Context, _tx: Tx, value: str) -> dict[str, Any]:
    if not value or len(value) > LIMIT:
        raise Usage("sla-name", name=value, limit=LIMIT)
    return {"name": value, "key": fold(value)}


def _one_of(word: str, choices: tuple[str, ...], _ctx: Context, _tx: Tx, value: str) -> dict[str, Any]:
    return {word: "" if fold(value) in NOTHING else choice(word, fold(value), choices)}


def _category(_ctx: Context, tx: Tx, value: str) -> dict[str, Any]:
    return {"category_id": None if fold(value) in NOTHING else categories.named(tx, value)["id"]}


def _time(column: str, _ctx: Context, _tx: Tx, value: str) -> dict[str, Any]:
    return {column: None if fold(value) in NOTHING else time.read_span(value)}


def _calendar(ctx: Context, _tx: Tx, value: str) -> dict[str, Any]:
    return {"calendar_id": calendars.find(ctx, value or calendars.STANDARD)["id"]}


def _escalate(ctx: Context, _tx: Tx, value: str) -> dict[str, Any]:
    return {"escalate": "" if fold(value) in NOTHING else users.known(ctx, value)}


READ: dict[str, Callable[[Context, Tx, str], dict[str, Any]]] = {
    "name": _name,
    "severity": partial(_one_of, "severity", SEVERITIES),
    "category": _category,
    "tier": partial(_one_of, "tier", tiers.TIERS),
    "first_reply": partial(_time, "reply"),
    "resolution": partial(_time, "solve"),
    "calendar": _calendar,
    "escalate": _escalate,
}


def _free(ctx: Context, key: str, but: int = 0) -> None:
    for row in ctx.read("SELECT name FROM sla_policies WHERE key = :key AND id <> :but", key=key, but=but):
        raise Refused("sla-exists", policy=row["name"])


# --- reading ---------------------------------------------------------------------------------------------

SHOW = """SELECT x.*, g.name AS category, k.name AS calendar FROM sla_policies x
 JOIN calendars k ON k.id = x.calendar_id LEFT JOIN complaint_categories g ON g.id = x.category_id"""


def find(ctx: Context, name: str) -> Row:
    """The policy of that name; NotFound names the nearest."""
    found = ctx.read(f"{SHOW} WHERE x.key = :key", key=fold(name))
    if found:
        return found[0]
    from difflib import get_close_matches

    near = get_close_matches(fold(name), [row["key"] for row in ctx.read("SELECT key FROM sla_policies")], 1)
    raise NotFound("no-sla", policy=name, nearest=", ".join(near))


def everything(ctx: Context, archived: bool = False) -> list[dict[str, Any]]:
    rows = ctx.read(f"{SHOW} WHERE x.archived = 0 OR :archived = 1 ORDER BY x.id", archived=int(archived))
    return [_record(row) for row in rows]


def show(ctx: Context, policy_id: int) -> dict[str, Any]:
    return _record(ctx.read(f"{SHOW} WHERE x.id = :id", id=policy_id)[0])


def _record(row: Row) -> dict[str, Any]:
    return {
        "id": row["name"],
        "name": row["name"],
        **{word: row[word] or "" for word in ("severity", "category", "tier")},
        "first_reply": time.write_span(row["reply"]) if row["reply"] else "",
        "resolution": time.write_span(row["solve"]) if row["solve"] else "",
        **{word: row[word] for word in ("calendar", "escalate")},
        "archived": bool(row["archived"]),
        "rev": row["rev"],
    }


def policies(ctx: Context) -> list[Policy]:
    """Those that hold for what is opened now."""
    return [
        Policy(*(row[word] for word in Policy._fields))._replace(category=row["category"] or "")
        for row in ctx.read(f"{SHOW} WHERE x.archived = 0 ORDER BY x.id")
    ]


def preview(ctx: Context, severity: str, category: str = "", tier: str = "") -> list[dict[str, Any]]:
    """What would hold for such a complaint opened now: each clock with its policy and why, and when it would be due;
    then, without a time, the policies that fit as well and are less specific."""
    choice("severity", severity, SEVERITIES)
    if tier:
        choice("tier", tier, tiers.TIERS)
    known = ctx.read("SELECT id FROM complaint_categories WHERE key = :key", key=fold(category)) if category else []
    if category and not known:
        raise NotFound("no-category", category=category)
    fit = sla_rules.fitting(policies(ctx), About(severity, known[0]["id"] if known else None, tier))
    found: list[dict[str, Any]] = []
    for what in CLOCKS:
        terms = sla_rules.chosen(fit, what)
        if terms is not None:
            due = calendars.timetable(ctx, terms.calendar_id).after(time.seconds(ctx.stamp), terms.promised)
            found.append(
                {
                    "clock": what,
                    "policy": terms.policy,
                    "why": terms.why,
                    "time": time.write_span(terms.promised),
                    "due": time.stamped(due),
                }
            )
    named = {row["policy"] for row in found}
    rest = [one for one in fit if one.name not in named]
    return found + [{"clock": "", "policy": one.name, "why": one.why, "time": "", "due": ""} for one in rest]


NOUN = Noun(
    "sla",
    "sla_policies",
    {"sla_policies": Part({"category_id": Parent("category"), "calendar_id": Parent("calendar")}, (("key",),))},
    fields={
        "name": Field("name", "{t}.key", shown="{t}.name"),
        "severity": Field("choice", "{t}.severity", choices=SEVERITIES),
        "tier": Field("choice", "{t}.tier", choices=tiers.TIERS),
        "archived": Field("flag", "{t}.archived"),
    },
    columns=("name", "severity", "tier"),
    edit=edit,
    owned=(Owned("sla_policies", "escalate", "{t}.archived = 0", "NULL"),),
)
