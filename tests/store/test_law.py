"""The law of the store: whatever was done, taking it back restores every row, doing it again restores it once more."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from icrm_tui import calendars, db, doctor, history, users
from icrm_tui import settings as agreed
from icrm_tui.classify import segments, tiers
from icrm_tui.collect import (
    channels,
    companies,
    consent,
    contacts,
    customers,
    fields,
    interactions,
    orders,
    preferences,
    tags,
)
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.listen import callers, categories, complaints, sla
from icrm_tui.listen.complaints_rules import MOVES, SEVERITIES
from icrm_tui.merge import merge
from icrm_tui.search import Who
from tests.support import acting, snapshot

NAMES = ("Ada", "Berta Ö", "曾小明", "单雄信", "O'Neill", "尉迟恭")
FIRMS = ("", "Acme GmbH", "Acme", "云图科技", "Beta Ltd")
MAILS = ("a@x.example", "b@x.example", "ö@y.example", "c.d@z.example")
PHONES = ("13800001111", "+4930901820", "021 5555 1234")
TAGS = ("vip", "VIP!", "重点", "fair")
CITIES = ("", "Bonn", "上海")
USERS = ("", "wei", "li")
MONEY = ("CNY", "EUR")
DAY = date(2026, 11, 24)

Pick = Callable[[str], int]
Verb = Callable[[Context, Pick, int], Any]


def channel(n: int) -> channels.Channel:
    kind = ("email", "phone", "wechat")[n % 3]
    value = {"email": MAILS, "phone": PHONES, "wechat": ("wx_a", "wx_b")}[kind]
    return channels.read(kind, value[n // 3 % len(value)], "CN")


def whom(ctx: Context, pick: Pick, n: int) -> Who:
    if n % 3 == 0:
        return Who(pick("customers"), None, "")
    contact = contacts.get(ctx, pick("contacts"))
    return Who(contact["customer_id"], contact["id"], contact["name"])


def add(ctx: Context, _pick: Pick, n: int) -> Any:
    reach = tuple(channel(n + i) for i in range(n % 3))
    values = {"company": FIRMS[n % 5], "city": CITIES[n % 3], "birthday": ("", "02-29", "L1990-04-08")[n % 3]}
    return contacts.add(ctx, contacts.Contact(NAMES[n % 6], values, reach, TAGS[: n % 3]))


def edit(ctx: Context, pick: Pick, n: int) -> Any:
    value = (
        {"city": CITIES[n % 3], "title": CITIES[(n + 1) % 3]},
        {"name": NAMES[n % 6]},
        {"owner": USERS[n % 3], "grade": "ABCD"[n % 4]},
        {"reports_to": f"p{pick('contacts')}" if n % 2 else ""},
        {"company": FIRMS[n // 7 % 5]},
        {"shoe_size": str(n) if n % 4 else "", "city": "Bonn"},
        {"email": "; ".join(MAILS[: n // 7 % 4])},
    )[n % 7]
    return contacts.edit(ctx, pick("contacts"), value)


def edit_firm(ctx: Context, pick: Pick, n: int) -> Any:
    value = (
        {"name": FIRMS[1 + n % 4]},
        {"city": CITIES[n % 3], "phone": PHONES[n % 3], "competitor": "yes" if n % 2 else "no"},
        {"parent": f"co{pick('companies')}" if n % 2 else ""},
        {"owner": USERS[n % 3], "terms": str(n)},
    )[n % 4]
    return companies.edit(ctx, pick("companies"), value)


def first_channel(ctx: Context, pick: Pick) -> tuple[int, str]:
    row = ctx.read("SELECT contact_id, value FROM channels WHERE id = :id", id=pick("channels"))[0]
    return row["contact_id"], row["value"]


def complain(ctx: Context, pick: Pick, n: int) -> Any:
    said = complaints.Complaint(f"broken {n}", category=TAGS[n % 4], resolved="mended" if n % 5 == 0 else "")
    if n % 7 == 0:
        return callers.take(ctx, PHONES[n % 3], NAMES[n % 6], said)
    return complaints.add(ctx, whom(ctx, pick, n), said)


def answer(ctx: Context, pick: Pick, n: int) -> Any:
    """Any move of a complaint, legal or not."""
    one, move = pick("complaints"), sorted(MOVES)[n % len(MOVES)]
    match move:
        case "resolve":
            return complaints.resolve(ctx, one, f"mended {n}")
        case "close":
            return complaints.close(ctx, one, ("yes", "no", "")[n % 3])
        case "tried":
            return complaints.tried(ctx, one, "call")
        case "withdraw" | "invalid":
            return complaints.end(ctx, one, move, "never mind")
        case "duplicate":
            return complaints.duplicate(ctx, one, pick("complaints"))
        case "reopen":
            return complaints.reopen(ctx, one)
    return complaints.move(ctx, one, move)


def tell(ctx: Context, pick: Pick, n: int) -> Any:
    """What else is kept of a complaint."""
    one = pick("complaints")
    match n % 4:
        case 0:
            return complaints.note(ctx, one, f"said {n}")
        case 1:
            return complaints.assign(ctx, one, USERS[1 + n % 2])
        case 2:
            said = {
                "what": f"broken {n}",
                "cost": f"{n} EUR",
                "category": TAGS[n % 4],
                "severity": SEVERITIES[n // 4 % 4],
            }
            return complaints.edit(ctx, one, said)
    return complaints.archive(ctx, one, bool(n % 3))


def promise(ctx: Context, _pick: Pick, n: int) -> Any:
    one = 1 + n % 4
    if n % 3 == 0:
        return sla.archive(ctx, one, bool(n % 2))
    return sla.edit(ctx, one, {"first_reply": f"{1 + n % 9}h", "tier": ("high", "")[n % 2]})


VERBS: dict[str, Verb] = {
    "add": add,
    "edit": edit,
    "archive": lambda ctx, pick, n: contacts.archive(ctx, pick("contacts")),
    "unarchive": lambda ctx, pick, n: contacts.unarchive(ctx, pick("contacts")),
    "move": lambda ctx, pick, n: contacts.move(ctx, pick("contacts"), FIRMS[n % 5]),
    "merge": lambda ctx, pick, n: merge(ctx, "contact", pick("contacts"), pick("contacts"), {"city": CITIES[n % 3]}),
    "found": lambda ctx, pick, n: companies.add(ctx, companies.Company(FIRMS[1 + n % 4], {}, TAGS[: n % 2])),
    "edit firm": edit_firm,
    "archive firm": lambda ctx, pick, n: companies.archive(ctx, pick("companies"), bool(n % 3)),
    "merge firms": lambda ctx, pick, n: merge(ctx, "company", pick("companies"), pick("companies")),
    "assign": lambda ctx, pick, n: customers.assign(ctx, [pick("customers"), pick("customers")], USERS[n % 3]),
    "reach": lambda ctx, pick, n: channels.add(ctx, pick("contacts"), channel(n)),
    "lose": lambda ctx, pick, n: channels.remove(ctx, *first_channel(ctx, pick)),
    "prime": lambda ctx, pick, n: channels.primary(ctx, *first_channel(ctx, pick)),
    "tag": lambda ctx, pick, n: tags.tag(ctx, "contact", [pick("contacts"), pick("contacts")], TAGS[n % 4 :]),
    "tag firm": lambda ctx, pick, n: tags.tag(ctx, "company", [pick("companies")], TAGS[n % 4 :]),
    "untag": lambda ctx, pick, n: tags.untag(ctx, "contact", [pick("contacts")], [TAGS[n % 4]]),
    "rename": lambda ctx, pick, n: tags.rename(ctx, TAGS[n % 4], ("vip", "new", "重点", "gold")[n // 4 % 4]),
    "define": lambda ctx, pick, n: fields.add(ctx, ("contact", "company")[n % 2], f"Field {n % 3}", "text"),
    "log": lambda ctx, pick, n: interactions.add(ctx, whom(ctx, pick, n), interactions.Touch(f"said {n}")),
    "allow": lambda ctx, pick, n: consent.give(ctx, pick("contacts"), channels.KINDS[n % 3], bool(n % 2)),
    "prefer": lambda ctx, pick, n: preferences.add(ctx, pick("contacts"), ("tea", "coffee")[n % 2]),
    "agree": lambda ctx, pick, n: agreed.put(ctx, "country", ("CN", "DE", "")[n % 3]),
    "complain": complain,
    "answer": answer,
    "tell": tell,
    "promise": promise,
    "close": lambda ctx, pick, n: calendars.mark(ctx, 1, DAY, DAY + timedelta(n % 3), ("closed", "10-12")[n % 2]),
    "handle": lambda ctx, pick, n: categories.add(ctx, TAGS[n % 4], USERS[n % 3]),
    "trade": lambda ctx, pick, n: agreed.put(ctx, "currency", ("CNY", "EUR", "JPY", "")[n % 4]),
    "buy": lambda ctx, pick, n: orders.add(ctx, whom(ctx, pick, n), orders.Order(n * 99 - 5000, MONEY[n % 2])),
    "correct": lambda ctx, pick, n: orders.edit(ctx, pick("orders"), {"total": str(n), "currency": MONEY[n % 2]}),
    "call off": lambda ctx, pick, n: orders.archive(ctx, pick("orders"), bool(n % 3)),
    "cut": lambda ctx, pick, n: tiers.edit(ctx, "high", {"spent": str(2001 + n)}),
    "group": lambda ctx, pick, n: segments.save(ctx, f"S{n % 5}", "owner:me", segments.OF[n % 2], n % 3 > 0),
    "enlist": lambda ctx, pick, n: segments.add(ctx, f"S{n % 5}", [whom(ctx, pick, n), whom(ctx, pick, n + 1)]),
    "dismiss": lambda ctx, pick, n: segments.remove(ctx, f"S{n % 5}", [whom(ctx, pick, n)]),
    "ask other": lambda ctx, pick, n: segments.edit(ctx, ("silent", "S0", "S1")[n % 3], ("spent>1", "tier:low")[n % 2]),
    "hire": lambda ctx, pick, n: users.add(ctx, f"user{n % 3}"),
}  # fmt: skip

Step = tuple[str, int, list[int]]
STEPS = st.tuples(
    st.sampled_from(sorted(VERBS)), st.integers(0, 999), st.lists(st.integers(0, 99), min_size=3, max_size=3)
)


def run(ctx: Context, step: Step) -> Any:
    """The verb on rows chosen among those there are."""
    verb, n, choices = step
    left = iter(choices)

    def pick(table: str) -> int:
        ids = [row["id"] for row in ctx.read(f"SELECT id FROM {table} ORDER BY id")]
        if not ids:
            raise IcrmError("nobody")
        return int(ids[next(left) % len(ids)])

    return VERBS[verb](ctx, pick, n)


class Store(RuleBasedStateMachine):
    """Changes on one store, each with what it held before."""

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        self.ctx = acting(db.open_store(Path(self.folder.name) / "icrm.db"))
        users.add(self.ctx, "li")
        fields.add(self.ctx, "contact", "Shoe size", "number")
        fields.add(self.ctx, "company", "Terms", "text")
        self.done: list[tuple[int, dict[str, list[Any]]]] = []
        for n in range(4):
            self.change([("add", n, [0, 0, 0])])

    @rule(steps=st.lists(STEPS, min_size=1, max_size=3))
    def change(self, steps: list[Step]) -> None:
        """One verb, or several in one change as an import or a dialog has them; refused ones leave nothing."""
        before = snapshot(self.ctx)
        action = self.ctx.action()
        try:
            if len(steps) == 1:
                run(action, steps[0])
            else:
                action.change("several", lambda _tx: [str(run(action, step)) for step in steps])
        except IcrmError:
            assert snapshot(self.ctx) == before
            return
        if action.last_change is None:
            assert snapshot(self.ctx) == before
        else:
            self.done.append((action.last_change, before))

    @precondition(lambda self: self.done)
    @rule(depth=st.integers(1, 6))
    def back_and_forth(self, depth: int) -> None:
        """Some changes taken back, done again, and taken back and done again by the undos of those."""
        some = self.done[-depth:]
        after = [*(before for _change, before in some[1:]), snapshot(self.ctx)]
        undos = [(change, self.back(change, before)) for change, before in reversed(some)]
        for (_change, undo), then in zip(reversed(undos), after, strict=True):
            self.back(undo, then)

    def back(self, change: int, then: dict[str, list[Any]]) -> int:
        action = self.ctx.action()
        history.undo(action, change)
        assert snapshot(self.ctx) == then
        assert action.last_change is not None
        return action.last_change

    def teardown(self) -> None:
        if not hasattr(self, "ctx"):
            return
        wrong = [finding for finding in doctor.run(self.ctx) if not finding.ok and finding.check != "space"]
        twice = "SELECT o.id FROM companies o JOIN customers c ON c.id = o.id WHERE o.sort_key <> c.sort_key"
        assert self.ctx.read(twice) == []  # kept in both, each for an index of its own
        while self.done:
            self.back(*self.done.pop())
        self.ctx.connection.close()
        self.folder.cleanup()
        assert wrong == []


TestStore = Store.TestCase
TestStore.settings = settings(max_examples=30, stateful_step_count=20)
