"""A small store that stays as it is: who is in it, what was said to them, and what was changed."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, time, timedelta
from pathlib import Path

from icrm_tui import db, history, search, settings, users
from icrm_tui.collect import companies, consent, contacts, fields, interactions, orders, preferences, tags
from icrm_tui.collect.channels import entered
from icrm_tui.collect.companies import Company
from icrm_tui.collect.contacts import Contact
from icrm_tui.collect.interactions import Touch
from icrm_tui.context import Context
from icrm_tui.engage import reminders
from icrm_tui.engage.reminders import Reminder
from icrm_tui.listen import complaints
from icrm_tui.listen.complaints_rules import Complaint
from icrm_tui.when import When
from tests.support import NOW, acting

PEOPLE = (
    ("王小明", "上海云图科技有限公司", "采购总监", "13826600539", "wang@yuntu.example", "上海", "vip, 展会"),
    ("李娜", "上海云图科技有限公司", "采购专员", "13826600540", "li.na@yuntu.example", "上海", ""),
    ("张伟", "", "", "13912345678", "zhangwei@mail.example", "广州", "老客户"),
    ("曾静", "", "茶艺老师", "13700001111", "", "杭州", ""),
    ("尉迟恭", "长安茶业", "总经理", "", "yuchi@changan.example", "西安", "vip"),
    (
        "Anna Schmidt",
        "Silberwald Großhandel AG",
        "Einkaufsleitung",
        "+49 171 3920015",
        "anna@silberwald.example",
        "Köln",
        "",
    ),
    ("Günther Groß", "Silberwald Großhandel AG", "Vorstand", "", "gross@silberwald.example", "Köln", "vip"),
    (
        "Ada Lovelace",
        "Analytical Engines Ltd",
        "Head of Operations",
        "+44 20 7946 0001",
        "ada@engines.example",
        "London",
        "",
    ),
    ("Grace Hopper", "", "Freelance", "+1 212 555 0100", "grace@mail.example", "New York", "fair"),
)
TOUCHES = (
    (0, 70, "fair", "in", "", "在展会上试用了双头咖啡机，要了报价。"),
    (0, 12, "email", "out", "", "报价已发，30% 定金，见提单付 70%。"),
    (0, 1, "call", "out", "reached", "报价已收到，等待法务。"),
    (2, 95, "wechat", "in", "", "问新店能不能送货。"),
    (5, 40, "call", "out", "no-answer", "Wanted to talk about the spring order."),
    (
        7,
        3,
        "meeting",
        "out",
        "done",
        "Showed the new grinder; they want two on trial.\nThe invoice goes to head office.",
    ),
)
# whom, days from now, hour, what, priority, whose
DUE = (
    (0, -2, "", "回电：合同条款", "high", "wei"),
    (5, 0, "11:00", "Send revised quote", "normal", "wei"),
    (
        7,
        0,
        "",
        "Ask how the trial of the two grinders goes, and whether the invoice reached the head office",
        "low",
        "wei",
    ),
    (1, 1, "09:30", "寄样品", "normal", "lan"),
    (4, 6, "", "约试饮", "normal", "wei"),
)
# whom, days ago, what, kind, severity, moves
WRONG = (
    (0, 9, "到货破损：两台咖啡机外壳开裂", "complaint", "critical", ("ack", "start")),
    (5, 3, "Invoice sent to the wrong address", "complaint", "normal", ()),
    (2, 2, "新店送货一直没有人联系我", "complaint", "high", ("ack",)),
    (7, 12, "Can the grinder be rented first?", "question", "low", ("ack", "start", "wait")),
)
BOUGHT = ((0, 60, "128000", "CNY", "YT-1042"), (0, 20, "36500", "CNY", "YT-1077"), (5, 30, "4200.50", "EUR", "SG-7"))


def clock(days: int = 0, hours: int = 0) -> datetime:
    return NOW - timedelta(days=days, hours=hours)


def fill(path: Path, nobody: bool = False) -> None:
    """Make the store at `path`; with `nobody` one that has users and settings only."""
    with closing(db.open_store(path)) as connection:
        at = lambda days=200, user="wei": acting(connection, user, clock(days))  # noqa: E731
        ctx = at()
        users.identify(ctx)
        users.add(ctx, "lan", full_name="苏岚 (Su Lan)")
        settings.put(ctx, "country", "CN")
        settings.put(ctx, "currency", "CNY")
        if nobody:
            return
        fields.add(ctx, "contact", "First met", "date")
        _people(at(120))
        for place, days, channel, direction, outcome, text in TOUCHES:
            who = search.who(ctx, PEOPLE[place][0])
            interactions.add(at(days), who, Touch(text, channel, direction, outcome=outcome))
        _work(at)
        _lately(at(2), at(1, "lan"))


def _work(at: Callable[..., Context]) -> None:
    """What is due, what went wrong, and what was bought."""
    for place, days, amount, currency, ref in BOUGHT:
        day = clock(days).date().isoformat()
        order = orders.typed(at(days), amount, currency, day)._replace(ref=ref)
        orders.add(at(days), search.who(at(days), PEOPLE[place][0]), order)
    for place, days, hour, what, priority, owner in DUE:
        due = When((NOW + timedelta(days=days)).date(), time.fromisoformat(hour) if hour else None)
        ctx = at(7)
        reminders.add(ctx, search.who(ctx, PEOPLE[place][0]), Reminder(what, due, "", priority, owner))
    for place, days, what, kind, severity, moves in WRONG:
        ctx = at(days)
        made = complaints.add(ctx, search.who(ctx, PEOPLE[place][0]), Complaint(what, kind, severity=severity))
        for move in moves:
            complaints.move(ctx.action(), made, move)


def _people(ctx: Context) -> None:
    companies.add(
        ctx, Company("上海云图科技有限公司", {"industry": "餐饮", "city": "上海", "website": "yuntu.example"})
    )
    for name, company, title, phone, email, city, tagged in PEOPLE:
        reach = [entered(kind, value, "CN") for kind, value in (("phone", phone), ("email", email)) if value]
        values = {"company": company, "title": title, "city": city, "source": "fair"}
        made = Contact(name, values, tuple(reach), tuple(word.strip() for word in tagged.split(",") if word.strip()))
        contacts.add(ctx, made)


def _lately(wei: Context, lan: Context) -> None:
    """What makes a history, and gives Today something to say."""
    wang, na, zeng, anna = (search.who(wei, name) for name in ("王小明", "李娜", "曾静", "Anna Schmidt"))
    assert wang.contact_id and na.contact_id and zeng.contact_id and anna.contact_id
    contacts.edit(wei, wang.contact_id, {"grade": "A", "buying_role": "decision-maker", "zone": "Asia/Shanghai"})
    contacts.edit(wei, na.contact_id, {"reports_to": "王小明", "birthday": "1990-11-26"})
    contacts.edit(wei, zeng.contact_id, {"birthday": "农历十月十五", "notes": "喜欢龙井。"})
    contacts.edit(wei, anna.contact_id, {"birthday": "1985-11-28", "language": "de", "first_met": "2024-03-01"})
    preferences.add(wei, wang.contact_id, "下午四点后联系", "电话")
    consent.give(wei, anna.contact_id, "email", False, "asked on the phone")
    tags.tag(lan, "contact", [anna.contact_id], ["fair"])
    contacts.edit(lan.action(), anna.contact_id, {"city": "Bonn"})
    history.undo(lan.action())
