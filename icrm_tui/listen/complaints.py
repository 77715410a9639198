"""Complaints, and what else customers tell us: opened, taken on, solved, and closed with the customer's answer."""

from functools import partial
from typing import Any

from icrm_tui import dates, money, settings, users
from icrm_tui.collect.interactions import CHANNELS
from icrm_tui.context import Context
from icrm_tui.db import Row, Tx
from icrm_tui.errors import NotFound, Refused, Usage
from icrm_tui.listen import categories, clocks, progress
from icrm_tui.listen import complaints_rules as rules
from icrm_tui.listen.complaints_rules import ENDS, Complaint, moves
from icrm_tui.nouns import Field, Noun, Owned, Parent, Part, in_name
from icrm_tui.search import Who
from icrm_tui.text import fold

__all__ = ["Complaint", "moves"]

# --- opening ---------------------------------------------------------------------------------------------


def add(ctx: Context, who: Who, complaint: Complaint) -> int:
    """Open a complaint; one that was solved on the spot is resolved, and closed, in the same change."""
    rules.check(complaint)
    columns = rules.columns(complaint)

    def work(tx: Tx) -> int:
        category = categories.named(tx, complaint.category) if complaint.category.strip() else None
        complaint_id = tx.reserve("complaints", 1)
        while tx.read("SELECT 1 FROM complaints WHERE ref = :ref", ref=(ref := rules.refer(complaint_id))):
            complaint_id = tx.reserve("complaints", 1)  # past what came along with complaints of another store
        tx.insert(
            "complaints",
            id=complaint_id,
            ref=ref,
            ref_key=fold(ref),
            customer_id=who.customer_id,
            contact_id=who.contact_id,
            state="open",
            category_id=category["id"] if category else None,
            owner=_owner(ctx, who, complaint.owner, category),
            opened_at=ctx.stamp,
            **columns,
        )
        progress.add(ctx, complaint_id, "opened", "open", channel=complaint.channel)
        _follow(ctx, tx, complaint_id)
        if complaint.resolved.strip():
            resolve(ctx, complaint_id, complaint.resolved)
        if complaint.satisfied:
            close(ctx, complaint_id, complaint.satisfied)
        return complaint_id

    made: int = ctx.change("complaint.add", work)
    return made


def _owner(ctx: Context, who: Who, said: str, category: Row | None) -> str:
    """As said, else the handler of the category, the customer's service owner, whoever opens it; none who has left."""
    if said:
        return users.known(ctx, said)
    service = ctx.read("SELECT service_owner FROM customers WHERE id = :id", id=who.customer_id)[0]["service_owner"]
    for name in (category["handler"] if category else "", service):
        if name and users.find(ctx, name):
            return str(name)
    return ctx.user


# --- moving ----------------------------------------------------------------------------------------------


def move(ctx: Context, complaint_id: int, to: str, base: int | None = None) -> str:
    """`ack`, `start` or `wait`; like every move, the state it leads to."""
    return _move(ctx, complaint_id, to, base)


def resolve(ctx: Context, complaint_id: int, remedy: str, base: int | None = None) -> str:
    """Say what was done about it; whether that will do, the customer says when it is closed."""
    if not remedy.strip():
        raise Usage("complaint-remedy")
    return _move(ctx, complaint_id, "resolve", base, remedy, remedy=remedy.strip())


def tried(ctx: Context, complaint_id: int, channel: str, base: int | None = None) -> str:
    """We asked the customer and got no answer."""
    return _move(ctx, complaint_id, "tried", base, by=rules.choice("channel", channel, CHANNELS))


def end(ctx: Context, complaint_id: int, to: str, reason: str, base: int | None = None) -> str:
    """`withdraw`: the customer takes it back; `invalid`: it never was one of ours."""
    if not reason.strip():
        raise Usage("complaint-reason")
    return _move(ctx, complaint_id, to, base, reason, reason=reason.strip())


def duplicate(ctx: Context, complaint_id: int, of: int, reason: str = "", base: int | None = None) -> str:
    """It is told already by another, with which it goes on."""

    def work(_tx: Tx) -> str:
        row, other = get(ctx, complaint_id), get(ctx, of)
        end = other
        while end["id"] != complaint_id and end["duplicate_of"] is not None:
            end = get(ctx, end["duplicate_of"])
        if end["id"] == complaint_id:
            raise Refused("complaint-circle", ref=row["ref"], other=other["ref"])
        text = f"{other['ref']} {reason}"
        return _move(ctx, complaint_id, "duplicate", base, text, duplicate_of=of, reason=reason.strip())

    state: str = ctx.change("complaint.duplicate", work)
    return state


def close(ctx: Context, complaint_id: int, satisfied: str = "", final: str = "", base: int | None = None) -> str:
    """Close it with the customer's answer: yes, no, or none after enough tries; `final` is a manager's last word.

    A complaint whose customer is not satisfied is open again.
    """

    def work(tx: Tx) -> str:
        row = _stands(ctx, tx, complaint_id, "close", base)
        tries = progress.tries(ctx, complaint_id)
        event = rules.verdict(row["kind"], row["ref"], satisfied, final.strip(), users.manages(ctx), tries)
        if event == "unsatisfied":
            return _move(ctx, complaint_id, "reopen", event=event)
        answer = "none" if event == "unanswered" else satisfied
        return _move(ctx, complaint_id, "close", None, final, event, satisfied=answer, reason=final.strip())

    state: str = ctx.change("complaint.close", work)
    return state


def reopen(ctx: Context, complaint_id: int, reason: str = "", base: int | None = None) -> str:
    """Not over after all; how often that happened is counted."""
    return _move(ctx, complaint_id, "reopen", base, reason)


AFRESH = {"ended_at": "", "satisfied": "", "reason": "", "duplicate_of": None, "archived": 0}


def _move(
    ctx: Context,
    complaint_id: int,
    to: str,
    base: int | None = None,
    text: str = "",
    event: str = "",
    by: str = "",
    **values: Any,
) -> str:
    """Make a legal move, with the steps that go without saying."""

    def work(tx: Tx) -> str:
        row = _stands(ctx, tx, complaint_id, to, base)
        state = moves(row["kind"], row["state"])[to]
        kept = {"state": state, **values}
        if to == "reopen":
            kept |= AFRESH | {"reopened": row["reopened"] + 1}
        elif state in ENDS:
            kept["ended_at"] = ctx.stamp
        tx.update("complaints", complaint_id, **kept)
        for step, at in rules.passed(row["state"], to):
            progress.add(ctx, complaint_id, step, at)
        progress.add(ctx, complaint_id, event or rules.EVENT.get(to, state), state, text, by)
        _follow(ctx, tx, complaint_id)
        return state

    state: str = ctx.change(f"complaint.{to}", work)
    return state


def _stands(ctx: Context, tx: Tx, complaint_id: int, to: str, base: int | None) -> Row:
    """The complaint as it is now, where this move is legal and nobody was faster."""
    row = get(ctx, complaint_id)
    tx.stands("complaints", row, base)
    rules.check_move(row["kind"], row["state"], to, row["ref"])
    return row


# --- what else is kept of it -----------------------------------------------------------------------------


def note(ctx: Context, complaint_id: int, text: str) -> None:
    if not text.strip():
        raise Usage("text-empty")
    ctx.change(
        "complaint.note", lambda _tx: progress.add(ctx, complaint_id, "noted", get(ctx, complaint_id)["state"], text)
    )


def assign(ctx: Context, complaint_id: int, owner: str, base: int | None = None) -> bool:
    """Give it to somebody; False where they have it already."""
    name = users.known(ctx, owner)

    def work(tx: Tx) -> bool:
        row = get(ctx, complaint_id)
        changed = tx.update("complaints", complaint_id, base, owner=name)
        if changed:
            progress.add(ctx, complaint_id, "assigned", row["state"], name)
        return changed

    moved: bool = ctx.change("complaint.assign", work)
    return moved


def edit(ctx: Context, complaint_id: int, values: dict[str, str], base: int | None = None) -> bool:
    """Change what is known of it, by the words of `rules.EDITED`; False when nothing changed."""

    def work(tx: Tx) -> bool:
        row = get(ctx, complaint_id)
        if row["state"] in ENDS and values.get("kind", row["kind"]) != row["kind"]:
            raise Refused("complaint-ended", ref=row["ref"], state=row["state"])  # it ended by the rules of its kind
        columns: dict[str, Any] = {}
        for word, value in values.items():
            if word == "category":
                columns["category_id"] = categories.named(tx, value)["id"] if value.strip() else None
            else:
                columns |= rules.kept(word, value, row["currency"] or settings.get(ctx, "currency"))
        changed = tx.update("complaints", complaint_id, base, **columns)
        if any(columns.get(word, row[word]) != row[word] for word in ("kind", "severity", "category_id")):
            if (severity := columns.get("severity", row["severity"])) != row["severity"]:
                progress.add(ctx, complaint_id, "reprioritised", row["state"], f"{row['severity']} → {severity}")
            _follow(ctx, tx, complaint_id, afresh=True)
        return changed

    changed: bool = ctx.change("complaint.edit", work)
    return changed


def wrote(ctx: Context, complaint_id: int, event: str, text: str, by: str) -> None:
    """A mail belongs to it: the customer `wrote`, and waits for us again, or we `replied`."""

    def work(tx: Tx) -> None:
        row = get(ctx, complaint_id)
        progress.add(ctx, complaint_id, event, row["state"], text, "email", by)
        if row["state"] == "waiting" and event == "wrote":
            move(ctx, complaint_id, "start")
        else:
            _follow(ctx, tx, complaint_id)

    ctx.change("complaint.note", work)


def _follow(ctx: Context, tx: Tx, complaint_id: int, afresh: bool = False) -> None:
    """Its clocks run, stand still or stop by what has happened."""
    tx.update("complaints", complaint_id, due_at=clocks.follow(ctx, complaint_id, afresh))


def on_calendar(ctx: Context, ids: list[int]) -> None:
    """Other working hours: whatever is to be answered by them is due at another time."""
    for complaint_id in clocks.running(ctx, ids):
        ctx.change("calendar.edit", partial(_follow, ctx, complaint_id=complaint_id))


def archive(ctx: Context, complaint_id: int, archived: bool = True) -> bool:
    """Hide what is over, or bring it back."""

    def work(tx: Tx) -> bool:
        row = get(ctx, complaint_id)
        if archived and row["state"] not in ENDS:
            raise Refused("complaint-unended", ref=row["ref"], state=row["state"])
        return tx.update("complaints", complaint_id, archived=int(archived))

    changed: bool = ctx.change("complaint.archive" if archived else "complaint.unarchive", work)
    return changed


# --- reading ---------------------------------------------------------------------------------------------


def meant(ctx: Context, text: str) -> int:
    """The complaint that a reference (`C-7K2`, `7k2`), an id (`c17`, 17) or the number it came with names."""
    column, value = rules.key(text)
    found = ctx.read(f"SELECT id FROM complaints WHERE {column} = :value", value=value)
    found = found or ctx.read("SELECT id FROM complaints WHERE number_key = :key LIMIT 2", key=fold(text) or None)
    if len(found) != 1:
        raise NotFound("no-complaint", ref=text)
    return int(found[0]["id"])


SHOW = """SELECT x.*, k.name AS customer, k.kind AS customer_kind, p.name AS contact, g.name AS category,
 d.ref AS other, (SELECT min(o.id) FROM orders o WHERE o.customer_id = x.customer_id AND o.archived = 0
  AND x.order_key <> '' AND (o.ref_key = x.order_key OR 'o' || o.id = x.order_key)) AS bought
 FROM complaints x LEFT JOIN customers k ON k.id = x.customer_id LEFT JOIN contacts p ON p.id = x.contact_id
 LEFT JOIN complaint_categories g ON g.id = x.category_id LEFT JOIN complaints d ON d.id = x.duplicate_of"""


def get(ctx: Context, complaint_id: int) -> Row:
    found = ctx.read(f"{SHOW} WHERE x.id = :id", id=complaint_id)
    if not found:
        raise NotFound("not-found", noun="complaint", id=f"c{complaint_id}")
    return found[0]


def show(ctx: Context, complaint_id: int) -> dict[str, Any]:
    """The complaint's record, as JSON gives it, with the moves that can be made and all that happened."""
    row = get(ctx, complaint_id)
    keys = ("number", "channel", "category", "severity", *rules.PLAIN, "satisfied", "reason")
    return {
        **lines(ctx, [row])[0],
        "text": row["text"],
        **{key: row[key] or "" for key in keys},
        "order": row["order_ref"],
        "order_id": f"o{row['bought']}" if row["bought"] else "",
        "cost": money.shown(row["cost"], row["currency"]) if row["currency"] else "",
        "duplicate_of": row["other"] or "",
        "ended": row["ended_at"],
        "archived": bool(row["archived"]),
        **clocks.shown(ctx, complaint_id),
        "moves": list(moves(row["kind"], row["state"])),
        "rev": row["rev"],
        "events": progress.of(ctx, complaint_id),
    }


def lines(ctx: Context, rows: list[Row]) -> list[dict[str, Any]]:
    """What every list says of each, with the clock that is due first. Age is counted in days until it ended."""
    nearest = clocks.nearest(ctx, [row["id"] for row in rows if not row["ended_at"]])
    return [_line(ctx, row) | nearest.get(row["id"], clocks.NONE) for row in rows]


def _line(ctx: Context, row: Row) -> dict[str, Any]:
    """What every list says of it. Its age is counted in days until it ended."""
    company, contact = row["customer_kind"] == "company", row["contact_id"]
    until = dates.local(row["ended_at"] or ctx.stamp, ctx.zone).date()
    return {
        "id": f"c{row['id']}",
        **{key: row[key] for key in ("ref", "kind", "state", "severity", "what")},
        "who": f"p{contact}" if contact else f"co{row['customer_id']}" if row["customer_id"] else "",
        "name": row["contact"] or row["customer"] or "",
        "company": row["customer"] if company and contact else "",
        **{key: row[key] for key in ("owner", "reopened")},
        "opened": row["opened_at"],
        "age": (until - dates.local(row["opened_at"], ctx.zone).date()).days,
    }


CUSTOMER = "FROM customers c WHERE c.id = {t}.customer_id"
NAME = f"COALESCE((SELECT p.name FROM contacts p WHERE p.id = {{t}}.contact_id), (SELECT c.name {CUSTOMER}), '')"
CATEGORY = "complaint_categories g WHERE g.id = {t}.category_id"
WAITING = "(SELECT count(*) FROM complaints x WHERE x.{column} = {{t}}.id AND x.kind = 'complaint' AND x.ended_at = '')"

NOUN = Noun(
    "complaint",
    "complaints",
    {
        "complaints": Part(
            {
                "customer_id": Parent("customer"),
                "contact_id": Parent("contact"),
                "category_id": Parent("category"),
                "duplicate_of": Parent("complaint"),
            },
            (("ref",), ("ref_key",)),
        )
    },
    prefix="c",
    label="what",
    fields={
        "ref": Field("text", "{t}.ref_key", shown="{t}.ref"),
        "number": Field("text", "{t}.number_key", shown="{t}.number"),
        "kind": Field("choice", "{t}.kind", choices=rules.KINDS),
        "state": Field("choice", "{t}.state", choices=rules.STATES),
        "what": Field("text", "{t}.what_key", shown="{t}.what"),
        "text": Field("text", "{t}.text_key", shown="{t}.text"),
        "name": Field("name", NAME.replace("name", "name_key"), shown=NAME),
        "customer": Field("name", f"(SELECT c.name_key {CUSTOMER})", shown=f"(SELECT c.name {CUSTOMER})"),
        "category": Field("text", f"(SELECT g.key FROM {CATEGORY})", shown=f"(SELECT g.name FROM {CATEGORY})"),
        "severity": Field("choice", "{t}.severity", sort="{t}.weight", choices=rules.SEVERITIES),
        "owner": Field("user", "{t}.owner"),
        "channel": Field("choice", "{t}.channel", choices=CHANNELS),
        "order": Field("text", "{t}.order_key", shown="{t}.order_ref"),
        **{word: Field("raw", f"{{t}}.{word}") for word in (*rules.PLAIN, "reason")},
        "cost": Field("amount", money.major("{t}.cost", "{t}.currency")),
        "satisfied": Field("choice", "{t}.satisfied", choices=rules.ANSWERS),
        "reopened": Field("number", "{t}.reopened"),
        "opened": Field("instant", "{t}.opened_at", sort="{t}.opened_at"),
        "age": Field("instant", "{t}.opened_at", shown="CASE WHEN {t}.ended_at = '' THEN {t}.opened_at ELSE '' END"),
        "ended": Field("instant", "{t}.ended_at"),
        **clocks.FIELDS,
        "archived": Field("flag", "{t}.archived"),
    },
    lends={
        noun: {"complaints": Field("number", WAITING.format(column=column))}
        for noun, column in (("customer", "customer_id"), ("company", "customer_id"), ("contact", "contact_id"))
    },
    columns=("ref", "severity", "state", "left", "what", "customer", "owner", "opened", "name", "kind", "category"),
    order="-opened",
    owned=(Owned("complaints", "owner", "{t}.ended_at = ''", "{t}.customer_id"),),
    search="SELECT t.id, t.what AS words, t.ref || ' ' || t.number AS handle FROM complaints t WHERE t.id IN {ids}",
    hits="SELECT t.id, t.what AS name, t.sort_key FROM {found}complaints t WHERE t.archived = 0 AND ({condition})",
    detail="{t}.ref",
    verify=(*in_name("{t}.what_key", "{t}.sort_key"), "({t}.ref_key {like} OR {t}.number_key {like})"),
    edit=edit,
)
