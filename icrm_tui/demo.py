"""The demo store: a believable team and its customers, told with the same verbs the commands use.

The same size on the same day is the same store. A new noun adds a function of its own to PARTS.
"""

from collections.abc import Callable
from datetime import date, time, timedelta

from icrm_tui import dates, demo_orders, search, settings, users
from icrm_tui import demo_words as words
from icrm_tui.collect import contacts, fields, interactions
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.db import Tx
from icrm_tui.demo_cast import Customer, Progress, Story, cast, workday
from icrm_tui.demo_complaints import complained
from icrm_tui.demo_stories import AT_FIRMS, FOLLOW_UPS, PASSING, STORIES, Step
from icrm_tui.engage import reminders
from icrm_tui.engage.reminders import Reminder
from icrm_tui.errors import Refused
from icrm_tui.search import Who

FIRST = words.SALES[0].user  # who an unknown user is, in the demo store


def fill(ctx: Context, customers: int = 2000, progress: Progress | None = None) -> int:
    """Fill an empty store with `customers` and make all of it searchable; how many there are.

    One change, made by nobody who works there, so that no salesperson's undo takes the store away.
    """
    if ctx.read("SELECT 1 FROM customers LIMIT 1"):
        raise Refused("demo-filled")
    teller = Context(ctx.connection, "demo", ctx.clock, ctx.zone, f"{ctx.op}/demo")
    shown = progress or _quietly

    def work(_tx: Tx) -> int:
        story = Story(teller, ctx.today, customers, shown)
        for part in PARTS:
            part(story)
        return len(story.customers)

    made: int = teller.change("demo.fill", work)
    for done, total in search.drain(ctx.connection):
        shown("search", done, total)
    return made


def _quietly(_stage: str, _done: int, _total: int) -> None:
    pass


# --- the team -----------------------------------------------------------------------------------------------


def team(story: Story) -> None:
    for person in words.SALES:
        if users.find(story.ctx, person.user) is None:
            email = f"{person.user}@demo.example"
            users.add(story.ctx, person.user, full_name=person.name, email=email, role=person.role)
    settings.put(story.ctx, "currency", "CNY")
    settings.put(story.ctx, "country", "CN")
    settings.put(story.ctx, users.DEMO, FIRST)
    fields.add(story.ctx, "contact", "First met", "date")
    fields.add(story.ctx, "company", "Payment days", "number")
    fields.add(story.ctx, "company", "Incoterm", "choice", ("EXW", "FOB", "CIF", "DDP"))


# --- what happened ------------------------------------------------------------------------------------------


def histories(story: Story) -> None:
    """One to four stories each, the latest ending lately, or long ago, or still going on; some have none yet."""
    for n, customer in enumerate(story.customers):
        if n % 50 == 0:
            story.progress("histories", n, story.size)
        age = (story.today - customer.since).days
        if story.chance(0.12):
            continue
        lately = age < 40 or story.chance(0.58)
        end = story.today - timedelta(days=story.random.randrange(1, 30) if lately else story.random.randrange(31, age))
        stories = STORIES[customer.language] + (AT_FIRMS[customer.language] if customer.kind == "company" else ())
        for _ in range(story.random.choices((1, 2, 3, 4), (40, 30, 20, 10))[0]):
            steps = story.random.choice(stories)
            start = max(customer.since, end - timedelta(days=sum(step.days for step in steps)))
            by = customer.owner if story.chance(0.9) else story.random.choice(words.SALES).user
            _tell(story, customer, steps, start, by)
            end = start - timedelta(days=story.random.randrange(15, 150))
            if end <= customer.since:
                break


def _tell(story: Story, customer: Customer, steps: tuple[Step, ...], day: date, by: str) -> None:
    """Log a story from `day` on; what would come after yesterday has not happened yet."""
    contact = story.random.choice(customer.people) if customer.kind == "person" or story.chance(0.85) else None
    who = Who(customer.id, contact, customer.name)
    said = _goods(story, customer)
    last, hour = None, 0
    for step in steps:
        day += timedelta(days=step.days)
        if day >= story.today:
            return
        hour = hour + 1 if workday(day) == last else story.random.randrange(9, 14)
        last = workday(day)
        text = step.text.format(**said)
        touch = interactions.Touch(text, step.channel, direction=step.direction, outcome=step.outcome)
        interactions.add(story.at(by, day, hour), who, touch)


def _goods(story: Story, customer: Customer) -> dict[str, str]:
    item, several, price = story.random.choice(words.GOODS[customer.language])
    n = story.random.choice((2, 3, 4, 6) if price > 1000 or customer.kind == "person" else (5, 10, 12, 20, 30))
    shape, mark = words.MONEY[customer.city.country]
    amount = shape.format(f"{n * price:,}".replace(",", mark))
    machine = words.GOODS[customer.language][0][0]
    return {"item": item, "goods": several.format(n), "price": amount, "machine": machine}


def moves(story: Story) -> None:
    """People who went to another firm, or began on their own; what was said stays with the old one."""
    firms = [customer for customer in story.customers if customer.kind == "company"]
    teams = [firm for firm in firms if len(firm.people) > 1]
    for customer in story.random.sample(teams, len(teams) // 20):
        day = story.today - timedelta(days=story.random.randrange(1, 90))
        same = [other for other in firms if other.language == customer.language and other is not customer]
        target = story.random.choice(same).name if same and story.chance(0.85) else ""
        contacts.move(story.at(customer.owner, day, 18), customer.people.pop(), target)


def archives(story: Story) -> None:
    people = [customer for customer in story.customers if customer.kind == "person"]
    for customer in story.random.sample(people, len(people) // 80):
        contacts.archive(story.at(customer.owner, story.today - timedelta(days=1), 18), customer.people[0])
        customer.people.clear()


def follow_ups(story: Story) -> None:
    """What each salesperson has promised: some of it late, some today, most to come; a few things come again."""
    for place, customer in enumerate(story.customers):
        first = place < 4 * len(words.SALES)  # the first ones go round, so that everybody has something
        if not customer.people or not (first or story.chance(0.15)):
            continue
        days = (-3, 0, 0, 2)[place // len(words.SALES)] if first else story.random.randrange(-6, 30)
        what = story.random.choice(FOLLOW_UPS[customer.language]).format(**_goods(story, customer))
        hour = time(story.random.randrange(9, 18), story.random.choice((0, 30))) if story.chance(0.4) else None
        ctx = story.at(customer.owner, story.today - timedelta(days=story.random.randrange(7, 20)), 16)
        contact = story.random.choice(customer.people)
        repeat = "monthly" if story.chance(0.08) else ""
        priority = story.random.choices(reminders.PRIORITIES, (15, 65, 20))[0]
        due = When(story.today + timedelta(days=days), hour)
        reminders.add(ctx, Who(customer.id, contact, customer.name), Reminder(what, due, repeat, priority))


def complaints(story: Story) -> None:
    complained(story, _goods)


# --- so that Today has something to say ------------------------------------------------------------------------


def coming_days(story: Story) -> None:
    """For each salesperson birthdays in the coming week, solar and lunar, and touches of yesterday."""
    yesterday = story.today - timedelta(days=1)
    for person in words.SALES:
        own = [customer for customer in story.customers if customer.owner == person.user and customer.people]
        some = story.random.sample(own, min(3, len(own)))
        for n, customer in enumerate(some):
            day = story.today + timedelta(days=2 * n)
            lunar = customer.language == "zh" and n == 1
            year = story.random.randrange(1960, 2000) if n < 2 else None
            values = {"birthday": _born(day, year, lunar)}
            contacts.edit(story.at(person.user, yesterday, 17), customer.people[0], values)
        for customer in some:
            _tell(story, customer, (story.random.choice(PASSING[customer.language]),), yesterday, person.user)


def _born(day: date, year: int | None, lunar: bool) -> str:
    """A birthday that is kept on `day`."""
    key = next(key for key in dates.keys(day, day) if key.startswith("L") == lunar)
    month, day_of_month = key.removeprefix("L").split("-")
    return str(dates.Birthday(None if key == "02-29" else year, int(month), int(day_of_month), lunar))


# A new noun adds its part here; the order is that of what is needed by what.
PARTS: tuple[Callable[[Story], None], ...] = (
    team,
    cast,
    histories,
    moves,
    archives,
    coming_days,
    follow_ups,
    complaints,
    demo_orders.tell,
)
