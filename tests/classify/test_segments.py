"""Segments: by query and by hand, of customers and of contacts; who came and who went."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from icrm_tui import history, lists, users
from icrm_tui.classify import segments, stays
from icrm_tui.collect import contacts, interactions, orders
from icrm_tui.collect.exporting import Wanted, write
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.engage import reminders
from icrm_tui.errors import NotFound, Refused, Usage
from icrm_tui.merge import merge
from icrm_tui.query import QueryError
from icrm_tui.search import Who, who
from tests.support import NOW, person


@pytest.fixture(autouse=True)
def people(ctx: Context) -> None:
    """Ada of Acme in Bonn and Bob on his own bought something; Carl and Dora of Acme did not."""
    person(ctx, "Ada", company="Acme", city="Bonn", birthday="11-30")
    person(ctx, "Bob", city="Ulm")
    person(ctx, "Carl", birthday="12-01")
    person(ctx, "Dora", company="Acme", city="Ulm")
    buy(ctx, "Ada", "12000")
    buy(ctx, "Bob", "300")


def buy(ctx: Context, name: str, total: str) -> None:
    orders.add(ctx.action(), who(ctx, name), orders.typed(ctx, total, "CNY"))


def names(ctx: Context, name: str) -> list[str]:
    wanted = segments.wanted(segments.find(ctx, name))
    return [row["name"] for row in lists.rows(ctx, wanted._replace(columns=("name",), sort="name"))]


def asked(ctx: Context, noun: str, text: str) -> list[str]:
    return [row["name"] for row in lists.rows(ctx, lists.Wanted(noun, text, ("name",), "name"))]


# --- shipped ---------------------------------------------------------------------------------------------


def test_shipped_ones_say_who_matters(ctx: Context, opened: Callable[..., Context]) -> None:
    before = opened(now=NOW - timedelta(days=40))
    interactions.add(before, who(ctx, "Bob"), interactions.Touch("hello"))
    reminders.add(ctx.action(), who(ctx, "Carl"), reminders.Reminder("call", When(ctx.today)))
    reminders.done(ctx.action(), reminders.add(ctx.action(), who(ctx, "Bob"), reminders.Reminder("x", When(ctx.today))))
    assert names(ctx, "high-value") == ["Acme"]
    assert names(ctx, "potential") == ["Carl"]
    assert names(ctx, "silent") == ["Bob"]
    assert names(ctx, "birthday") == ["Ada"]
    assert names(ctx, "due-this-week") == ["Carl"]


def test_shipped_ones_are_known_by_both_names(ctx: Context) -> None:
    for chinese, key in segments.ALSO.items():
        assert segments.find(ctx, chinese).key == key
    assert asked(ctx, "customer", "segment:高价值客户") == asked(ctx, "customer", "segment:High-Value") == ["Acme"]


def test_a_shipped_one_can_be_changed_and_put_away(ctx: Context) -> None:
    assert segments.edit(ctx.action(), "高价值客户", "spent>=300")
    assert names(ctx, "high-value") == ["Acme", "Bob"]
    history.undo(ctx.action())
    assert names(ctx, "high-value") == ["Acme"]
    assert segments.archive(ctx.action(), "birthday")
    known = [segment.key for segment in segments.everything(ctx, archived=False)]
    assert known == ["high-value", "potential", "silent", "due-this-week"]
    assert not segments.archive(ctx.action(), "birthday")
    assert segments.archive(ctx.action(), "birthday", archived=False)
    with pytest.raises(Refused, match="segment-exists"):
        segments.save(ctx.action(), "本月生日", "city:bonn")


# --- by query --------------------------------------------------------------------------------------------


def test_who_is_in_it_is_who_the_query_finds_now(ctx: Context) -> None:
    assert segments.save(ctx.action(), " Big  ones ", "spent>=1000") == "Big ones"
    assert names(ctx, "big ONES") == ["Acme"]
    buy(ctx, "Bob", "700")
    assert names(ctx, "Big ones") == ["Acme", "Bob"]
    contacts.archive(ctx.action(), who(ctx, "Bob").id)
    assert names(ctx, "Big ones") == ["Acme"]


def test_a_segment_is_a_word_of_other_queries(ctx: Context) -> None:
    segments.save(ctx.action(), "big ones", "spent>=1000")
    segments.save(ctx.action(), "in Ulm", "city:ulm", "contact")
    assert asked(ctx, "customer", 'segment:"big ones"') == ["Acme"]
    assert asked(ctx, "company", 'segment:"big ones"') == ["Acme"]
    assert asked(ctx, "contact", 'segment:"big ones"') == ["Ada", "Dora"]  # as their customer is
    assert asked(ctx, "customer", 'segment:"in Ulm"') == ["Acme", "Bob"]  # where one of its contacts is
    assert asked(ctx, "contact", 'segment:"in Ulm" segment:"big ones"') == ["Dora"]
    assert asked(ctx, "contact", '-segment:"in Ulm"') == ["Ada", "Carl"]
    assert asked(ctx, "contact", 'segment:"big ones",birthday') == ["Ada", "Dora"]
    assert asked(ctx, "customer", 'contact(segment:"in Ulm" city:ulm)') == ["Acme", "Bob"]
    segments.save(ctx.action(), "both", 'segment:"big ones" segment:"in Ulm" last_order<30d')
    assert asked(ctx, "contact", "ada segment:both spent>1") == ["Ada"]
    assert asked(ctx, "customer", "has:segment") == []


def test_a_segment_can_be_taken_out_of_the_store(ctx: Context) -> None:
    import io

    stream = io.StringIO()
    assert write(ctx, Wanted("contact", "segment:high-value", ("name",)), "csv", stream) == 2
    assert stream.getvalue().split() == ["name", "Ada", "Dora"]


def test_who_does_not_exist_is_refused_with_the_nearest(ctx: Context) -> None:
    with pytest.raises(NotFound) as missing:
        segments.find(ctx, "hi-value")
    assert missing.value.values["nearest"] == "high-value"
    with pytest.raises(QueryError, match="query-segment") as caught:
        asked(ctx, "customer", "spent>1 segment:hi-value")
    assert (caught.value.values["nearest"], caught.value.values["column"]) == ("high-value", 16)


def test_mistakes_are_refused(ctx: Context) -> None:
    segments.save(ctx.action(), "A", "spent>1")
    for name, text, error in (
        ("a", "spent>2", Refused),  # taken
        ("silent", "spent>2", Refused),
        ("", "spent>2", Usage),
        ("x" * 61, "spent>2", Usage),
        ("B", " ", Usage),
        ("B", "spnt>2", QueryError),
        ("B", "birthday:today", QueryError),  # of customers
        ("B", "segment:C", QueryError),
        ("B", "segment:b", Refused),  # itself
        ("B", "-(contact(segment:B) | spent>1)", Refused),
    ):
        with pytest.raises(error):
            segments.save(ctx.action(), name, text)
    with pytest.raises(Usage):
        segments.save(ctx.action(), "B", "tier:high", "company")
    assert len(segments.everything(ctx)) == len(segments.SHIPPED) + 1


def test_no_circle_can_be_made_and_one_made_by_an_undo_is_named(ctx: Context) -> None:
    segments.save(ctx.action(), "A", "spent>1")
    segments.save(ctx.action(), "B", "segment:A")
    segments.save(ctx.action(), "C", "segment:B")
    with pytest.raises(Refused, match="segment-circle"):
        segments.edit(ctx.action(), "A", "segment:C")
    cut = ctx.action()
    segments.edit(cut, "B", "spent>2")
    segments.edit(ctx.action(), "A", "segment:C")
    history.undo(ctx.action(), cut.last_change)
    with pytest.raises(QueryError, match="query-segment-circle"):
        asked(ctx, "customer", "segment:A")
    segments.edit(ctx.action(), "A", "spent>3")
    assert names(ctx, "C") == ["Acme", "Bob"]


# --- by hand ---------------------------------------------------------------------------------------------


def test_a_fixed_list_is_whom_one_puts_on_it(ctx: Context) -> None:
    segments.save(ctx.action(), "team", "city:ulm", "contact", fixed=True)
    assert names(ctx, "team") == ["Bob", "Dora"]
    contacts.edit(ctx.action(), who(ctx, "Bob").id, {"city": "Bonn"})
    assert segments.add(ctx.action(), "team", [who(ctx, "Ada"), who(ctx, "Bob"), who(ctx, "Ada")]) == 1
    assert names(ctx, "team") == ["Ada", "Bob", "Dora"]
    assert segments.remove(ctx.action(), "team", [who(ctx, "Dora"), who(ctx, "Carl")]) == 1
    assert asked(ctx, "contact", "segment:team") == ["Ada", "Bob"]
    assert asked(ctx, "contact", "has:segment") == ["Ada", "Bob"]
    history.undo(ctx.action())
    assert names(ctx, "team") == ["Ada", "Bob", "Dora"]
    segments.save(ctx.action(), "empty", fixed=True)
    assert names(ctx, "empty") == []


def test_lists_and_queries_are_not_mixed_up(ctx: Context) -> None:
    segments.save(ctx.action(), "team", "", "contact", fixed=True)
    with pytest.raises(Refused, match="segment-fixed"):
        segments.edit(ctx.action(), "team", "city:bonn")
    with pytest.raises(Refused, match="segment-dynamic"):
        segments.add(ctx.action(), "silent", [who(ctx, "Ada")])
    with pytest.raises(Refused, match="segment-people"):
        segments.add(ctx.action(), "team", [who(ctx, "Acme")])


def test_who_is_merged_stays_on_the_list_once(ctx: Context) -> None:
    segments.save(ctx.action(), "team", "city:ulm", "contact", fixed=True)
    merge(ctx.action(), "contact", who(ctx, "Bob").id, who(ctx, "Dora").id)
    assert names(ctx, "team") == ["Dora"]
    merge(ctx.action(), "contact", who(ctx, "Dora").id, who(ctx, "Ada").id)
    assert names(ctx, "team") == ["Ada"]
    history.undo(ctx.action())
    history.undo(ctx.action())
    assert names(ctx, "team") == ["Bob", "Dora"]


# --- side by side ----------------------------------------------------------------------------------------


def compared(ctx: Context, one: str, other: str) -> list[int]:
    rows = segments.compare(ctx, segments.find(ctx, one), segments.find(ctx, other))
    assert [row["part"] for row in rows] == ["only-first", "both", "only-second"]
    for row in rows:
        assert lists.count(ctx, lists.Wanted(row["of"], row["query"])) == row["count"] == len(row["members"])
    return [row["count"] for row in rows]


def test_two_are_compared(ctx: Context) -> None:
    segments.save(ctx.action(), "some money", "spent>=100")
    segments.save(ctx.action(), "nobody much", "spent<1000 | -orders>0")
    assert compared(ctx, "some money", "nobody much") == [1, 1, 1]
    segments.save(ctx.action(), "in Ulm", "city:ulm", "contact")
    assert compared(ctx, "some money", "in Ulm") == [1, 2, 0]  # of their contacts


# --- who came and who went -------------------------------------------------------------------------------


def test_entering_and_leaving_is_noted_when_somebody_looks(ctx: Context, opened: Callable[..., Context]) -> None:
    segments.save(ctx.action(), "big", "spent>=1000")
    segment = segments.find(ctx, "big")
    assert stays.record(ctx, "big") == {"big": (0, 0)}  # whoever is there already did not enter
    buy(ctx, "Bob", "800")
    tomorrow = opened(now=NOW + timedelta(days=1))
    assert stays.record(tomorrow, "BIG") == {"big": (1, 0)}
    assert stays.record(tomorrow, "big") == {"big": (0, 0)}
    buy(ctx, "Ada", "-11500")
    later = opened(now=NOW + timedelta(days=2))
    assert stays.record(later)["big"] == (0, 1)
    moved = [(row["move"], row["name"], row["at"][:10]) for row in stays.moves(ctx, segment)]
    assert moved == [("entered", "Bob", "2026-11-24"), ("left", "Acme", "2026-11-25")]
    assert [row["name"] for row in stays.moves(ctx, segment, "2026-11-25T00:00:00Z")] == ["Acme"]
    assert [row["id"] for row in stays.moves(ctx, segment)] == ["p2", "co1"]


def test_who_enters_an_empty_one_is_noted(ctx: Context) -> None:
    segments.save(ctx.action(), "team", "", "contact", fixed=True)
    stays.record(ctx, "team")
    segments.add(ctx.action(), "team", [who(ctx, "Ada")])
    assert stays.record(ctx, "team") == {"team": (1, 0)}
    assert [(row["move"], row["id"]) for row in stays.moves(ctx, segments.find(ctx, "team"))] == [("entered", "p1")]


def test_me_is_who_saved_it_whoever_looks(ctx: Context, opened: Callable[..., Context]) -> None:
    users.add(ctx, "li")
    segments.save(ctx.action(), "mine", "owner:me")
    li = opened("li")
    for one in (ctx, li, ctx, li):
        assert stays.record(one, "mine") == {"mine": (0, 0)}
    assert asked(li, "customer", "segment:mine") == []


def test_looking_is_nobodys_change_and_what_was_seen_goes_with_the_segment(ctx: Context) -> None:
    segments.save(ctx.action(), "big", "spent>=1000")
    changes = ctx.read("SELECT count(*) AS n FROM changes")
    stays.record(ctx)
    assert ctx.read("SELECT count(*) AS n FROM changes") == changes
    assert ctx.read("SELECT 1 FROM segment_stays WHERE segment = 'big'")
    history.undo(ctx.action())
    assert not ctx.read("SELECT 1 FROM segment_stays WHERE segment = 'big'")
    assert ctx.read("SELECT 1 FROM segment_stays WHERE segment = 'high-value'")


def test_a_store_that_may_only_be_read_is_looked_at_all_the_same(ctx: Context) -> None:
    from contextlib import closing

    from icrm_tui import db

    with closing(db.attach(ctx.connection.place, readonly=True)) as connection:
        reader = Context(connection, "wei", lambda: datetime(2026, 11, 23, tzinfo=UTC), ctx.zone)
        assert stays.record(reader)["high-value"] == (0, 0)
    assert ctx.read("SELECT 1 FROM segment_stays") == []


def test_a_customer_list_is_of_customers_however_they_are_named(ctx: Context) -> None:
    segments.save(ctx.action(), "ours", fixed=True)
    acme, ada = who(ctx, "Acme"), who(ctx, "Ada")
    assert segments.add(ctx.action(), "ours", [ada, acme, Who(acme.customer_id, None, "Acme")]) == 1
    assert names(ctx, "ours") == ["Acme"]


def test_what_somebody_is_in_now_is_known_in_one_look(ctx: Context) -> None:
    person(ctx, "Eve", tag="vip")
    person(ctx.action(), "Rob")
    segments.save(ctx.action(), "vips", "tag:vip", "contact")
    segments.save(ctx.action(), "by hand", "", "customer", fixed=True)
    segments.save(ctx.action(), "away", "tag:vip", "contact")
    segments.archive(ctx.action(), "away")
    segments.add(ctx.action(), "by hand", [who(ctx, "Eve")])
    names = {name: [one.name for one in stays.inside(ctx, who(ctx, name))] for name in ("Eve", "Rob")}
    assert names == {"Eve": ["potential", "by hand", "vips"], "Rob": ["potential"]}
