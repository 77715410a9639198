"""What the customers of the demo store bought, what came back, and the groups they are put in."""

from datetime import date, timedelta

from icrm_tui import demo_words as words
from icrm_tui.classify import segments
from icrm_tui.collect import orders
from icrm_tui.collect.orders import Order
from icrm_tui.demo_cast import Customer, Story, workday
from icrm_tui.search import Who

CURRENCY = {"zh": "CNY", "en": "USD", "de": "EUR"}
RATE = {"zh": 1, "en": 7, "de": 8}  # in yuan, at which most of them pay


def tell(story: Story) -> None:
    """Half of the customers have bought, most of them more than once, a few of them a lot; some pay in their money."""
    n = 0
    for place, customer in enumerate(story.customers):
        first = place < 2 * len(words.SALES)  # everybody who sells here has sold
        if not customer.people or not (first or story.chance(0.5)):
            continue
        day = max(customer.since, story.today - timedelta(days=story.random.randrange(2, 700)))
        gap = story.random.choice((20, 35, 60, 90, 150))
        for _ in range(story.random.choices((1, 2, 3, 5, 8, 14), (35, 25, 18, 12, 7, 3))[0]):
            if day >= story.today:
                break
            n += 1
            _buy(story, customer, n, day)
            day += timedelta(days=max(1, int(gap * story.random.uniform(0.5, 1.6))))
    _groups(story)


def _buy(story: Story, customer: Customer, n: int, day: date) -> None:
    when = workday(day)
    ctx = story.at(customer.owner, when, 15)
    item, several, price = story.random.choice(words.GOODS[customer.language])
    count = story.random.choice((1, 1, 2, 3) if customer.kind == "person" or price > 1000 else (2, 4, 6, 10, 20))
    own = story.chance(0.1)
    currency = CURRENCY[customer.language] if own else "CNY"
    amount = count * price * 100 * (1 if own else RATE[customer.language])
    who = Who(customer.id, story.random.choice(customer.people), customer.name)
    ref = f"SO-{when:%y%m}-{n:04}"
    orders.add(ctx, who, Order(amount, currency, None, ref, several.format(count)))
    back = when + timedelta(days=9)
    if story.chance(0.04) and back < story.today:
        returned = Order(-amount // count, currency, None, ref, words.RETURNED[customer.language].format(item))
        orders.add(story.at(customer.owner, back, 16), who, returned)


def _groups(story: Story) -> None:
    """One group that follows a query, and one that was put together by hand."""
    ctx = story.at(words.SALES[0].user, story.today - timedelta(days=5), 17)
    segments.save(ctx, "上海老客户", "contact(city:上海) orders>=2")
    segments.save(ctx, "fair invitations", "", "contact", fixed=True)
    some = [customer for customer in story.customers if customer.people]
    chosen = story.random.sample(some, min(12, len(some)))
    segments.add(ctx, "fair invitations", [Who(c.id, c.people[0], c.name) for c in chosen])
