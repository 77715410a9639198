"""Reminders: what is to be done for whom, and when; once or again and again.

A day without an hour is due from its midnight and overdue once it is over, by the clock of the zone it was said in.
Dueness is computed when asked; `reminder_due` only keeps the instants it is compared with.
"""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from icrm_tui import dates, users
from icrm_tui.collect import interactions
from icrm_tui.collect.interactions import OUTCOMES, Touch
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.db import Ids, Row, Tx
from icrm_tui.engage import reminders_rules as rules
from icrm_tui.engage.reminders_rules import PRIORITIES, Reminder, is_past, wall
from icrm_tui.errors import NotFound, Refused, Usage
from icrm_tui.nouns import Field, Noun, Owned, Parent, Part
from icrm_tui.search import Who
from icrm_tui.text import fold

__all__ = ["PRIORITIES", "Reminder", "is_past", "wall"]

# --- verbs -----------------------------------------------------------------------------------------------


def add(ctx: Context, who: Who, reminder: Reminder) -> int:
    """Remember to do something for a customer. One that is archived or was merged away is refused."""
    rules.check(reminder)
    hour, rule = rules.hour(reminder.due), _rule(reminder.repeat, reminder.due)

    def work(tx: Tx) -> int:
        owner = users.known(ctx, reminder.owner) if reminder.owner else ctx.user
        day = reminder.due.day.isoformat()
        what = reminder.what.strip()
        return tx.insert(
            "reminders",
            customer_id=who.customer_id,
            contact_id=who.contact_id,
            what=what,
            what_key=fold(what),
            due_on=day,
            due_time=hour,
            zone=ctx.zone.key,
            rule=rule,
            starts_on=day,
            occurs_on=day,
            occurs_time=hour,
            priority=reminder.priority,
            owner=owner,
            created_at=ctx.stamp,
        )

    made: int = ctx.change("reminder.add", work)
    return made


def _rule(repeat: str, start: When) -> str:
    """The rule as it is kept; none where nothing is said."""
    if not repeat.strip():
        return ""
    from icrm_tui import recurrence

    return recurrence.read(repeat, wall(start))


EDITED = ("what", "priority", "owner", "repeat")


def edit(
    ctx: Context, reminder_id: int, values: dict[str, str], base: int | None = None, due: When | None = None
) -> bool:
    """Change what is meant, and with `due` when: as by `snooze`, unless another repetition begins there."""
    unknown = [word for word in values if word not in EDITED]
    if unknown:
        raise Usage("unknown-field", field=unknown[0], noun="reminder", nearest=", ".join(EDITED))

    def work(tx: Tx) -> bool:
        row = open_(ctx, reminder_id) if due else get(ctx, reminder_id)
        what, priority = values.get("what", str(row["what"])), values.get("priority", str(row["priority"]))
        moment = due or _due(row)
        rules.check(Reminder(what, moment, priority=priority))
        kept: dict[str, Any] = {key: value.strip() for key, value in values.items()}
        if "what" in kept:
            kept["what_key"] = fold(kept["what"])
        if "owner" in kept:
            kept["owner"] = users.known(ctx, kept["owner"])
        if due:
            kept |= {"due_on": due.day.isoformat(), "due_time": rules.hour(due)}
        if "repeat" in kept:
            kept |= _begun(ctx, row, kept.pop("repeat"), moment)
        return tx.update("reminders", reminder_id, base, **kept)

    changed: bool = ctx.change("reminder.edit", work)
    return changed


def _begun(ctx: Context, row: Row, repeat: str, start: When) -> dict[str, str]:
    """What is kept of another repetition, that begins there; of the same one nothing, for it goes on."""
    rule = _rule(repeat, start)
    if not rule or rule == row["rule"]:
        return {"rule": rule}
    day, hour = start.day.isoformat(), rules.hour(start)
    if any((run["due_on"], run["due_time"]) == (day, hour) for run in ctx.read(RUNS, id=row["id"])):
        raise Refused("reminder-done", id=f"r{row['id']}", what=row["what"])
    return {"rule": rule, "starts_on": day, "occurs_on": day, "occurs_time": hour}


def done(
    ctx: Context,
    reminder_id: int,
    outcome: str = "",
    then: When | None = None,
    what: str = "",
    *,
    early: bool = False,
    of: str = "",
    interaction_id: int | None = None,
) -> int | None:
    """Tick it off; the id of the reminder that is next, if there is one.

    `outcome` is logged as a touch. `then` asks for another reminder, of `what` or the same again. One that repeats
    moves to its next occurrence; before it is due that takes `early`, lest the same one is ticked off twice, or that
    it is the one meant: due at `of`, as it was shown.
    """

    def work(tx: Tx) -> int | None:
        row = open_(ctx, reminder_id)
        if of and of != said(row):
            raise Refused("reminder-moved", id=f"r{reminder_id}", what=row["what"], due=said(row))
        if row["rule"] and not (early or of) and rules.instants(*_day_hour(row), ZoneInfo(row["zone"]))[0] > ctx.stamp:
            raise Refused("reminder-early", id=f"r{reminder_id}", due=said(row))
        who = _who(ctx, row)
        logged = interaction_id
        if outcome.strip():
            logged = interactions.add(ctx, who, _touch(row, outcome.strip()))
        tx.insert(
            "reminder_runs",
            reminder_id=reminder_id,
            due_on=row["occurs_on"],
            due_time=row["occurs_time"],
            at=ctx.stamp,
            who=ctx.user,
            interaction_id=logged,
        )
        again = rules.following(row, ctx.now)
        if again is None:
            tx.update("reminders", reminder_id, done=1)
        else:
            _move(tx, reminder_id, again, scheduled=True)
        if then is not None:
            return add(ctx, who, Reminder(what or row["what"], then, "", row["priority"], row["owner"]))
        return reminder_id if again else None

    following_id: int | None = ctx.change("reminder.done", work)
    return following_id


def settle(
    ctx: Context, reminder_id: int, touch: Touch, then: When | None = None, what: str = "", of: str = ""
) -> int | None:
    """Log the touch that a reminder asked for, which ticks it off."""

    def work(_tx: Tx) -> int | None:
        row = open_(ctx, reminder_id)
        about = "" if touch.text.strip() == row["what"] else row["what"]
        logged = interactions.add(ctx, _who(ctx, row), touch._replace(subject=about))
        return done(ctx, reminder_id, then=then, what=what, of=of, interaction_id=logged)

    following_id: int | None = ctx.change("reminder.done", work)
    return following_id


def snooze(ctx: Context, reminder_id: int, until: When) -> bool:
    """Put it off, or forward; what repeats keeps its rhythm."""

    def work(tx: Tx) -> bool:
        open_(ctx, reminder_id)
        return _move(tx, reminder_id, until, scheduled=False)

    moved: bool = ctx.change("reminder.snooze", work)
    return moved


def archive(ctx: Context, reminder_id: int, archived: bool = True) -> bool:
    """Call it off without doing it, or bring it back."""
    get(ctx, reminder_id)
    changed: bool = ctx.change(
        "reminder.archive" if archived else "reminder.unarchive",
        lambda tx: tx.update("reminders", reminder_id, archived=int(archived)),
    )
    return changed


def log(ctx: Context, who: Who, touch: Touch, then: When | None = None, what: str = "") -> int:
    """Log a touch; with `then` it settles what I had due with that customer, and sets what is next."""

    def work(_tx: Tx) -> int:
        logged = interactions.add(ctx, who, touch)
        if then is not None:
            settled = _due_with(ctx, who)
            for row in settled:
                done(ctx, row["id"], interaction_id=logged)
            add(ctx, who, Reminder(what or (settled[0]["what"] if settled else touch.text), then))
        return logged

    made: int = ctx.change("interaction.add", work)
    return made


def get(ctx: Context, reminder_id: int) -> Row:
    found = ctx.read("SELECT * FROM reminders WHERE id = :id", id=reminder_id)
    if not found:
        raise NotFound("not-found", noun="reminder", id=f"r{reminder_id}")
    return found[0]


def open_(ctx: Context, reminder_id: int) -> Row:
    """A reminder that is still to be done; Refused for one that is not."""
    row = get(ctx, reminder_id)
    if row["done"] or row["archived"]:
        raise Refused("reminder-done" if row["done"] else "reminder-archived", id=f"r{reminder_id}", what=row["what"])
    return row


def show(ctx: Context, reminder_id: int) -> dict[str, Any]:
    """The reminder's record, as JSON gives it."""
    row = get(ctx, reminder_id)
    who = _who(ctx, row)
    runs = ctx.read(RUNS, id=reminder_id)
    return {
        "id": f"r{reminder_id}",
        "what": row["what"],
        "who": f"p{who.contact_id}" if who.contact_id is not None else f"co{who.customer_id}",
        "name": who.name,
        "due": said(row),
        "zone": row["zone"],
        "repeat": row["rule"],
        "priority": row["priority"],
        "owner": row["owner"],
        "done": bool(row["done"]),
        "archived": bool(row["archived"]),
        "runs": [{"due": said(run), "at": run["at"], "who": run["who"]} for run in runs],
        "created": row["created_at"],
        "rev": row["rev"],
    }


RUNS = "SELECT due_on, due_time, at, who FROM reminder_runs WHERE reminder_id = :id ORDER BY id"
DUE = """SELECT r.id, r.what, r.due_on, r.due_time, r.priority, r.owner, r.rule, r.contact_id, r.customer_id,
 d.over_utc, c.kind, c.name AS customer, p.name AS contact
 FROM reminder_due d JOIN reminders r ON r.id = d.reminder_id JOIN customers c ON c.id = r.customer_id
 LEFT JOIN contacts p ON p.id = r.contact_id WHERE d.due_utc {test}{own} ORDER BY d.due_utc, r.id"""
MINE = " AND d.owner = :me"


def due(ctx: Context, until: datetime | None = None, everyone: bool = False) -> list[dict[str, Any]]:
    """What is due now, or by `until`; mine unless `everyone`. The longest due first."""
    sql = DUE.format(test="<= :until", own="" if everyone else MINE)
    return _lines(ctx, sql, until=dates.stamp(until) if until else ctx.stamp)


def upcoming(ctx: Context, after: datetime, limit: int, everyone: bool = False) -> list[dict[str, Any]]:
    """What comes due after that moment, the next first."""
    sql = DUE.format(test="> :after", own="" if everyone else MINE) + " LIMIT :limit"
    return _lines(ctx, sql, after=dates.stamp(after), limit=limit)


def _lines(ctx: Context, sql: str, **params: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": f"r{row['id']}",
            "due": said(row),
            "overdue": row["over_utc"] <= ctx.stamp,
            "priority": row["priority"],
            "who": f"p{row['contact_id']}" if row["contact_id"] is not None else f"co{row['customer_id']}",
            "name": row["contact"] or row["customer"],
            "company": row["customer"] if row["contact"] and row["kind"] == "company" else "",
            "what": row["what"],
            "repeat": row["rule"],
            "owner": row["owner"],
        }
        for row in ctx.read(sql, me=ctx.user, **params)
    ]


def said(row: Row) -> str:
    """When it is due, in full."""
    return f"{row['due_on']} {row['due_time']}".strip()


def _due_with(ctx: Context, who: Who) -> list[Row]:
    """What I have due with this customer: with this person, or with nobody there in particular."""
    return ctx.read(
        "SELECT r.id, r.what FROM reminder_due d JOIN reminders r ON r.id = d.reminder_id"
        " WHERE r.customer_id = :customer AND d.owner = :me AND d.due_utc <= :now"
        " AND (r.contact_id IS NULL OR r.contact_id = :contact) ORDER BY d.due_utc, r.id",
        customer=who.customer_id,
        contact=who.contact_id,
        me=ctx.user,
        now=ctx.stamp,
    )


def _day_hour(row: Row) -> tuple[date, str]:
    return date.fromisoformat(row["due_on"]), row["due_time"]


def _due(row: Row) -> When:
    day, hour = _day_hour(row)
    return When(day, time.fromisoformat(hour) if hour else None)


def _move(tx: Tx, reminder_id: int, to: When, *, scheduled: bool) -> bool:
    values: dict[str, Any] = {"due_on": to.day.isoformat(), "due_time": rules.hour(to)}
    if scheduled:
        values |= {"occurs_on": values["due_on"], "occurs_time": values["due_time"]}
    return tx.update("reminders", reminder_id, **values)


def _touch(row: Row, outcome: str) -> Touch:
    if outcome in OUTCOMES:
        return Touch(row["what"], outcome=outcome)
    return Touch(outcome, subject=row["what"])


def _who(ctx: Context, row: Row) -> Who:
    found = ctx.read(
        "SELECT c.name, p.name AS contact FROM customers c LEFT JOIN contacts p ON p.id = :contact WHERE c.id = :id",
        id=row["customer_id"],
        contact=row["contact_id"],
    )[0]
    return Who(row["customer_id"], row["contact_id"], found["contact"] or found["name"])


def derive(tx: Tx, ids: Ids) -> None:
    """The instants of open reminders; what is done or called off has none."""
    tx.derived(f"DELETE FROM reminder_due WHERE reminder_id IN {ids}")
    rows = tx.read(
        f"SELECT id, due_on, due_time, zone, owner FROM reminders WHERE id IN {ids} AND done = 0 AND archived = 0"
    )
    zones = {row["zone"]: ZoneInfo(row["zone"]) for row in rows}
    tx.derive_many(
        "INSERT INTO reminder_due (reminder_id, due_utc, over_utc, owner) VALUES (?, ?, ?, ?)",
        [(row["id"], *rules.instants(*_day_hour(row), zones[row["zone"]]), row["owner"]) for row in rows],
    )


NAME = (
    "(SELECT COALESCE(p.name, c.name) FROM customers c LEFT JOIN contacts p ON p.id = {t}.contact_id"
    " WHERE c.id = {t}.customer_id)"
)

NOUN = Noun(
    "reminder",
    "reminders",
    {
        "reminders": Part({"customer_id": Parent("customer"), "contact_id": Parent("contact")}),
        "reminder_runs": Part(
            {"reminder_id": Parent("reminder"), "interaction_id": Parent("interaction")},
            (("reminder_id", "due_on", "due_time"),),
        ),
    },
    prefix="r",
    label="what",
    fields={
        "what": Field("text", "{t}.what_key", shown="{t}.what"),
        "name": Field("name", NAME.replace("p.name, c.name", "p.name_key, c.name_key"), shown=NAME),
        "due": Field("day", "{t}.due_on", "rtrim({t}.due_on || ' ' || {t}.due_time)", "({t}.due_on || {t}.due_time)"),
        "time": Field("text", "{t}.due_time"),
        "priority": Field("choice", "{t}.priority", choices=PRIORITIES),
        "owner": Field("user", "{t}.owner"),
        "repeat": Field("text", "{t}.rule"),
        "done": Field("flag", "{t}.done"),
        "created": Field("instant", "{t}.created_at"),
        "archived": Field("flag", "{t}.archived"),
    },
    hides=("archived", "done"),
    order="due",
    owned=(Owned("reminders", "owner", "{t}.done = 0 AND {t}.archived = 0", "{t}.customer_id"),),
    columns=("due", "what", "name", "priority", "owner", "repeat"),
    timeline="SELECT * FROM (SELECT r.customer_id, r.contact_id, x.at, 'reminder' AS noun, r.id AS row_id, x.id,"
    " 'reminder' AS channel, 'out' AS dir, 'done' AS outcome, x.who, r.what AS text"
    " FROM reminder_runs x JOIN reminders r ON r.id = x.reminder_id WHERE x.interaction_id IS NULL) AS ticked",
)
