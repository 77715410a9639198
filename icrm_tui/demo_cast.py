"""Who is in the demo store: the story as it is told so far, firms with their people, and persons."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from icrm_tui import dates
from icrm_tui import demo_words as words
from icrm_tui.collect import channels, companies, consent, contacts, preferences
from icrm_tui.collect.channels import Channel
from icrm_tui.context import Context
from icrm_tui.text import person_key, plain

YEARS = 730  # days the histories go back
LANGUAGES = {"zh": 60, "en": 28, "de": 12}
COMPANIES = 0.45
ASCII = str.maketrans("łıøđ", "liod")  # what loses no accent by taking it apart


Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Customer:
    """A customer as the rest of the story needs it; `people` are contact ids."""

    id: int
    kind: str
    name: str
    language: str
    owner: str
    since: date
    city: words.City
    people: list[int] = field(default_factory=list)
    phone: str = ""


@dataclass(slots=True)
class Story:
    """What is told so far, in one change, by a chance that falls the same way every time."""

    ctx: Context
    today: date
    size: int
    progress: Progress
    random: Random = field(default_factory=lambda: Random("icrm"))
    customers: list[Customer] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def unused(self, make: Callable[[int], str]) -> str:
        """The first of `make(0)`, `make(1)` … that nobody has; empty when ten are taken."""
        for n in range(10):
            made = make(n)
            if made not in self.taken:
                self.taken.add(made)
                return made
        return ""

    def at(self, user: str, day: date, hour: int = 9) -> Context:
        """The same change as `user` made it on that working day: verbs know user and time from their context."""
        moment = datetime.combine(workday(day), time(hour, self.random.randrange(60)), self.ctx.zone)
        ctx = Context(self.ctx.connection, user, lambda: moment, self.ctx.zone, self.ctx.op)
        ctx.tx = self.ctx.tx
        return ctx


def workday(day: date) -> date:
    """The day, or the Friday before its weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


# --- customers ----------------------------------------------------------------------------------------------


def cast(story: Story) -> None:
    """All customers with their people, each made by its owner on the day it came."""
    for n in range(story.size):
        if n % 50 == 0:
            story.progress("customers", n, story.size)
        language = story.random.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
        since = story.today - timedelta(days=1 + int(YEARS * story.random.random() ** 1.3))
        city = story.random.choice(words.CITIES[language])
        ctx = story.at(_owner(story, n, language), since)
        customer = Customer(0, "", "", language, ctx.user, since, city)
        if n % 97 == 96 and (twin := _person_before(story, language)):
            _duplicate(ctx, customer, twin)
        elif story.chance(COMPANIES):
            _company(story, ctx, customer)
        else:
            _person(story, ctx, customer)
        story.customers.append(customer)


def _owner(story: Story, n: int, language: str) -> str:
    """Who looks after the customer; the first ones go round, so that nobody is without."""
    if n < 4 * len(words.SALES):
        return words.SALES[n % len(words.SALES)].user
    shares = [person.share[language] for person in words.SALES]
    return story.random.choices(words.SALES, shares)[0].user


def _company(story: Story, ctx: Context, customer: Customer) -> None:
    pick, city, language = story.random.choice, customer.city, customer.language
    industry = pick(list(words.TRADES[language]))
    stem, customer.name = _firm(story, customer, industry)
    slug = _slug(stem)
    customer.phone = _phone(story, city.phone)
    values = {
        "domain": f"{slug}.example",
        "website": f"https://www.{slug}.example",
        "phone": customer.phone,
        "industry": industry,
        "size": story.random.choices(words.SIZES, (30, 35, 20, 10, 5))[0],
        "country": city.country,
        "region": city.region,
        "city": city.name,
        "address": _address(story, city),
        "notes": pick(words.NOTES[language]) if story.chance(0.15) else "",
        "incoterm": pick(("EXW", "FOB", "CIF", "DDP")) if language != "zh" and story.chance(0.5) else "",
        "payment_days": pick(("0", "15", "30", "60")) if story.chance(0.4) else "",
        "competitor": "yes" if story.chance(0.01) else "no",
        **_relation(story, language),
    }
    siblings = [other for other in story.customers if other.kind == "company" and other.language == language]
    if siblings and story.chance(0.04):
        values["parent"] = f"co{pick(siblings).id}"
    customer.kind = "company"
    customer.id = companies.add(ctx, companies.Company(customer.name, values, _tags(story, language)))
    _staff(story, ctx, customer, slug)


def _firm(story: Story, customer: Customer, industry: str) -> tuple[str, str]:
    """A stem and a whole name that no other firm has."""
    pick, language = story.random.choice, customer.language
    gap = "" if language == "zh" else " "
    head, tail = words.STEMS[language]

    def stem(n: int) -> str:
        place = customer.city.name if n else ""  # a stem that is taken is told apart by its city
        return gap.join(filter(None, (place, pick(head) + pick(tail))))

    found = story.unused(stem) or story.unused(lambda n: stem(1) + gap + str(len(story.customers) + n))
    return found, gap.join((found, pick(words.TRADES[language][industry]), pick(words.FORMS[customer.city.country])))


def _staff(story: Story, ctx: Context, customer: Customer, slug: str) -> None:
    """One to six people: a boss, those under them, and the rest under these."""
    bosses, leads, rest = words.POSTS[customer.language]
    n = story.random.choices(range(1, 7), (34, 28, 18, 10, 6, 4))[0]
    posts = [story.random.choice(bosses if n > 1 or story.chance(0.5) else leads)]
    posts += story.random.sample(leads, min(len(leads), n // 2))
    posts += [story.random.choice(rest) for _ in range(n - len(posts))]
    for place, post in enumerate(posts):
        values = {"company": customer.name, "title": post.title, "department": post.department}
        values["buying_role"] = post.role
        if place:
            boss = customer.people[0 if post in leads or len(posts) < 4 else story.random.randrange(1, 1 + n // 2)]
            values["reports_to"] = f"p{boss}"
        customer.people.append(_contact(story, ctx, customer, values, f"{slug}.example"))


def _person(story: Story, ctx: Context, customer: Customer) -> None:
    values = {"title": story.random.choice(words.ALONE[customer.language]), **_relation(story, customer.language)}
    if story.chance(0.3):
        values["address"] = _address(story, customer.city)
    if story.chance(0.08) and (friend := _person_before(story, customer.language)):
        values["referred_by"] = f"p{friend.people[0]}"
    contact_id = _contact(story, ctx, customer, values, story.random.choice(("mail", "inbox", "post")) + ".example")
    _alone(ctx, customer, contact_id)


def _duplicate(ctx: Context, customer: Customer, twin: Customer) -> None:
    """Somebody typed in once more, a little differently: what a duplicate check should find."""
    first, _, rest = twin.name.partition(" ")
    name = f"{rest}, {first}" if rest else f"{twin.name[:1]} {twin.name[1:]}"
    reach = (channels.read("phone", twin.phone, twin.city.country),)
    contact = contacts.Contact(name, {"city": twin.city.name, "country": twin.city.country}, reach)
    customer.city, customer.name, customer.phone = twin.city, name, twin.phone
    _alone(ctx, customer, contacts.add(ctx, contact))


def _alone(ctx: Context, customer: Customer, contact_id: int) -> None:
    customer.kind, customer.people = "person", [contact_id]
    customer.id = contacts.get(ctx, contact_id)["customer_id"]


def _person_before(story: Story, language: str) -> Customer | None:
    """Some earlier person who has a phone."""
    found = [c for c in story.customers if c.kind == "person" and c.language == language and c.phone]
    return story.random.choice(found) if found else None


def _contact(story: Story, ctx: Context, customer: Customer, values: dict[str, str], domain: str) -> int:
    pick, language, city = story.random.choice, customer.language, customer.city
    gender = pick(("female", "male"))
    family, given = pick(words.FAMILY[language]), pick(words.GIVEN[language][gender])
    name = f"{family}{given}" if language == "zh" else f"{given} {family}"
    values |= {"family": family, "given": given, "gender": gender}
    values |= {"city": city.name, "region": city.region, "country": city.country}
    values["language"] = "zh_CN" if language == "zh" else language
    if language != "zh":
        values["zone"] = city.zone
    if story.chance(0.25):
        values["birthday"] = _birthday(story, language)
    if story.chance(0.12):
        values["notes"] = pick(words.NOTES[language])
    if story.chance(0.2):
        values["first_met"] = customer.since.isoformat()
    reach = _reach(story, customer, name, domain)
    phones = [channel.value for channel in reach if channel.kind == "phone"]
    if "company" not in values:
        customer.name, customer.phone = name, phones[0] if phones else ""
    contact = contacts.Contact(name, values, reach, _tags(story, language) if story.chance(0.4) else ())
    contact_id = contacts.add(ctx, contact)
    _know(story, ctx, contact_id, language, {channel.kind for channel in reach})
    return contact_id


def _reach(story: Story, customer: Customer, name: str, domain: str) -> tuple[Channel, ...]:
    """E-mail, phone and chat as they are usual there; always one at least."""
    chinese, country = customer.language == "zh", customer.city.country
    slug = _slug(name, "" if chinese else ".")
    mobile = _phone(story, customer.city.mobile) or _phone(story, customer.city.phone)
    email = story.unused(lambda n: f"{slug}{n or ''}@{domain}")
    found = [("phone", mobile, 0.9 if chinese else 0.7), ("email", email, 0.55 if chinese else 0.95)]
    if chinese:
        found.append(("wechat", story.unused(lambda _n: f"{slug}{story.random.randrange(100, 9999)}"), 0.7))
    else:
        linkedin = story.unused(lambda n: f"{slug.replace('.', '-')}{f'-{n}' if n else ''}")
        found += [("whatsapp", mobile, 0.15), ("linkedin", linkedin, 0.35)]
    kept = [(kind, value) for kind, value, share in found if value and story.chance(share)]
    return tuple(channels.read(kind, value, country) for kind, value in kept or [("email", email)])


def _know(story: Story, ctx: Context, contact_id: int, language: str, kinds: set[str]) -> None:
    """What they like, and what they said about being written to."""
    if story.chance(0.15):
        preferences.add(ctx, contact_id, story.random.choice(words.PREFERENCES[language]))
    if story.chance(0.35):
        allowed = story.chance(0.85)
        kind = story.random.choice(sorted(kinds - {"linkedin"}) or ["email"])
        origin = story.random.choice(words.ORIGINS[language][0 if allowed else 1])
        consent.give(ctx, contact_id, kind, allowed, origin)


def _relation(story: Story, language: str) -> dict[str, str]:
    grade = story.random.choices(("A", "B", "C", "D", ""), (10, 20, 20, 10, 40))[0]
    return {"source": story.random.choice(words.SOURCES[language]), "grade": grade}


def _tags(story: Story, language: str) -> tuple[str, ...]:
    n = story.random.choices((0, 1, 2), (40, 45, 15))[0]
    return tuple(story.random.sample(words.TAGS[language], n))


def _address(story: Story, city: words.City) -> str:
    road, n = story.random.choice(city.roads), story.random.randrange(1, 180)
    if city.country == "CN":
        return f"{city.name}市{road}{n}号"
    return f"{road} {n}" if city.country == "DE" else f"{n} {road}"


def _phone(story: Story, pattern: str) -> str:
    """A number of that shape nobody has; empty where they have become rare."""
    return story.unused(lambda _n: "".join(str(story.random.randrange(10)) if c == "#" else c for c in pattern))


def _birthday(story: Story, language: str) -> str:
    """Solar or, for many Chinese, lunar; for some without its year."""
    year = story.random.randrange(1955, 2004) if story.chance(0.7) else None
    lunar = language == "zh" and story.chance(0.4)
    return str(dates.Birthday(year, story.random.randrange(1, 13), story.random.randrange(1, 29), lunar))


def _slug(name: str, gap: str = "") -> str:
    """A name as it stands in an address."""
    letters = plain(person_key(name)).translate(ASCII)
    parts = "".join(c if c.isascii() and c.isalnum() else " " for c in letters).split()
    return gap.join(parts)
