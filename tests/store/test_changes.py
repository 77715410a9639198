"""A change: applied once, in one piece, with its history, or not at all."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from icrm_tui import history, nouns, search
from icrm_tui.collect import channels, companies, contacts, customers, fields, interactions, tags
from icrm_tui.context import Context
from icrm_tui.db import Tx
from icrm_tui.errors import Conflict, NotFound, Refused
from tests.support import NOW, person, snapshot


def test_the_same_operation_applies_once_and_answers_the_same(ctx: Context) -> None:
    first, again = ctx.action("op-1"), ctx.action("op-1")
    made = person(first, "Ada", email="ada@x.example")
    assert person(again, "Ada", email="ada@x.example") == made
    assert again.last_change == first.last_change
    assert len(ctx.read("SELECT 1 FROM contacts")) == 1


def test_each_change_of_one_action_has_a_place_of_its_own(ctx: Context) -> None:
    action = ctx.action("op-2")
    assert person(action, "Ada") != person(action, "Berta")
    ops = [row["op"] for row in ctx.read("SELECT op FROM changes WHERE op LIKE 'op-2/%' ORDER BY id")]
    assert ops == ["op-2/1", "op-2/2"]


def test_a_retried_undo_takes_back_no_second_thing(ctx: Context) -> None:
    person(ctx, "Ada")
    person(ctx, "Berta")
    assert history.undo(ctx.action("take-back")).change == history.undo(ctx.action("take-back")).change
    assert [row["name"] for row in ctx.read("SELECT name FROM contacts")] == ["Ada"]


def test_a_change_that_touches_nothing_leaves_no_trace(ctx: Context) -> None:
    ada = person(ctx, "Ada", city="Bonn", tag="vip")
    before = snapshot(ctx), ctx.read("SELECT * FROM changes")
    idle = ctx.action("idle")
    assert contacts.edit(idle, ada, {"city": "Bonn"}) is False
    assert tags.tag(idle, "contact", [ada], ["VIP"]) == 0
    assert idle.last_change is None
    assert (snapshot(ctx), ctx.read("SELECT * FROM changes")) == before


def test_a_change_that_fails_leaves_no_trace(ctx: Context) -> None:
    before = snapshot(ctx), ctx.read("SELECT * FROM changes")

    def work(_tx: Tx) -> None:
        person(ctx, "Ada", email="ada@x.example", tag="new")
        raise Refused("text-empty")

    with pytest.raises(Refused):
        ctx.change("contact.add", work)
    assert (snapshot(ctx), ctx.read("SELECT * FROM changes")) == before
    assert ctx.tx is None


def test_a_verb_inside_a_change_joins_it(ctx: Context) -> None:
    ctx.change("import", lambda _tx: [person(ctx, "Ada"), person(ctx, "Berta")])
    assert [row["verb"] for row in ctx.read("SELECT verb FROM changes WHERE n > 0")] == ["user.add", "import"]
    history.undo(ctx)
    assert ctx.read("SELECT * FROM contacts") == []


def test_a_change_knows_who_when_and_what(ctx: Context) -> None:
    person(ctx, "Ada")
    made = ctx.read("SELECT * FROM changes ORDER BY id DESC LIMIT 1")[0]
    assert (made["who"], made["at"], made["verb"], made["undone"]) == ("wei", "2026-11-23T01:30:00Z", "contact.add", 0)
    assert made["n"] == 2  # the customer and the contact
    assert made["id"] == ctx.last_change


# --- versions --------------------------------------------------------------------------------------------


def test_rev_is_the_change_that_wrote_the_row_last(ctx: Context) -> None:
    ada = person(ctx, "Ada")
    row = contacts.get(ctx, ada)
    assert row["created_rev"] == row["rev"] == ctx.last_change
    contacts.edit(ctx, ada, {"city": "Bonn"})
    row = contacts.get(ctx, ada)
    assert row["created_rev"] < row["rev"] == ctx.last_change


def test_an_edit_of_an_older_version_conflicts_and_shows_both(ctx: Context, opened: Callable[..., Context]) -> None:
    ada = person(ctx, "Ada", city="Bonn")
    base = contacts.get(ctx, ada)["rev"]
    li = opened("wei")
    contacts.edit(li, ada, {"city": "Köln"}, base)
    with pytest.raises(Conflict) as caught:
        contacts.edit(ctx, ada, {"city": "Berlin"}, base)
    assert caught.value.base == base
    assert caught.value.current["city"] == "Köln"
    assert contacts.get(ctx, ada)["city"] == "Köln"


def test_what_belongs_to_a_record_moves_its_version(ctx: Context) -> None:
    fields.add(ctx, "contact", "Shoe size", "number")
    ada = person(ctx, "Ada", email="ada@x.example")
    seen = contacts.get(ctx, ada)["rev"]
    for write in (
        lambda: channels.add(ctx, ada, channels.read("phone", "+4930901820", "")),
        lambda: channels.primary(ctx, ada, "+4930901820") and channels.remove(ctx, ada, "+4930901820"),
        lambda: tags.tag(ctx, "contact", [ada], ["vip"]),
        lambda: fields.put(ctx, "contact", ada, {"shoe_size": "41"}),
        lambda: customers.assign(ctx, [contacts.get(ctx, ada)["customer_id"]], ""),
    ):
        write()
        assert contacts.get(ctx, ada)["rev"] > seen
        seen = contacts.get(ctx, ada)["rev"]


def test_a_company_is_one_record_however_many_tables_it_has(ctx: Context) -> None:
    acme = companies.add(ctx, companies.Company("Acme", {}))
    base = companies.show(ctx, acme)["rev"]
    companies.edit(ctx, acme, {"city": "Bonn"}, base)
    with pytest.raises(Conflict):
        companies.edit(ctx, acme, {"owner": ""}, base)


def test_what_happened_with_somebody_is_no_edit_of_them(ctx: Context) -> None:
    ada = person(ctx, "Ada")
    base = contacts.get(ctx, ada)["rev"]
    interactions.add(ctx, search.who(ctx, "Ada"), interactions.Touch("called"))
    contacts.edit(ctx, ada, {"city": "Bonn"}, base)


# --- history ---------------------------------------------------------------------------------------------


def test_history_keeps_the_changed_fields_once_a_row(ctx: Context) -> None:
    ada = person(ctx, "Ada", city="Bonn")

    def work(tx: Tx) -> None:
        tx.update("contacts", ada, notes="first")
        tx.update("contacts", ada, notes="second", title="Dr")

    ctx.change("contact.edit", work)
    kept = ctx.read("SELECT * FROM history WHERE change_id = :c AND tbl = 'contacts'", c=ctx.last_change)
    assert len(kept) == 1
    assert json.loads(kept[0]["before"]) == {"notes": "", "title": "", "rev": kept[0]["change_id"] - 1}
    assert json.loads(kept[0]["after"]) == {"notes": "second", "title": "Dr", "rev": kept[0]["change_id"]}


def test_a_row_changed_then_deleted_is_kept_as_it_was_before_both(ctx: Context) -> None:
    ada = person(ctx, "Ada", email="ada@x.example")
    whole = ctx.read("SELECT * FROM channels")[0]

    def work(tx: Tx) -> None:
        tx.update("channels", whole["id"], label="work")
        tx.delete("channels", whole["id"])

    ctx.change("channel.remove", work)
    kept = ctx.read("SELECT before, after FROM history WHERE tbl = 'channels'")
    assert [(json.loads(row["before"]), row["after"]) for row in kept] == [(whole, None)]
    history.undo(ctx)
    assert ctx.read("SELECT * FROM channels") == [whole]
    assert contacts.show(ctx, ada)["email"] == "ada@x.example"


def test_a_row_made_and_deleted_in_one_change_needs_no_history(ctx: Context) -> None:
    ada = person(ctx, "Ada")

    def work(tx: Tx) -> None:
        made = channels.add(ctx, ada, channels.read("email", "ada@x.example", ""))
        tx.update("channels", made, label="work")
        tx.delete("channels", made)

    ctx.change("channel.add", work)
    assert ctx.read("SELECT * FROM history WHERE tbl = 'channels'") == []
    history.undo(ctx)
    history.undo(ctx, ctx.last_change)


def test_history_of_a_record_reads_from_the_latest_back_to_its_making(ctx: Context) -> None:
    ada = person(ctx, "Ada")
    contacts.edit(ctx, ada, {"city": "Bonn"})
    contacts.edit(ctx, ada, {"city": "Köln"})
    told = history.of(ctx, "contacts", ada)
    assert [row["verb"] for row in told] == ["contact.edit", "contact.edit", "contact.add"]
    assert (told[0]["before"]["city"], told[0]["after"]["city"]) == ("Bonn", "Köln")


# --- ids and pointers ------------------------------------------------------------------------------------


def test_an_id_is_never_given_twice(ctx: Context) -> None:
    first = person(ctx, "Ada", email="ada@x.example", tag="vip")
    gone = {table: {row["id"] for row in ctx.read(f"SELECT id FROM {table}")} for table in nouns.TABLES}
    history.undo(ctx)
    assert person(ctx, "Berta", email="b@x.example", tag="key") > first
    for table in ("contacts", "customers", "channels", "tags", "taggings"):
        assert not gone[table] & {row["id"] for row in ctx.read(f"SELECT id FROM {table}")}


def test_what_points_by_noun_and_id_needs_somebody_there(ctx: Context) -> None:
    with pytest.raises(NotFound):
        tags.tag(ctx, "contact", [99], ["vip"])
    assert ctx.read("SELECT * FROM taggings") == []


def test_nothing_is_written_to_what_was_merged_away(ctx: Context) -> None:
    from icrm_tui.merge import merge

    ada, again = person(ctx, "Ada"), person(ctx, "Ada L")
    merge(ctx, "contact", again, ada)
    before = snapshot(ctx)
    for write in (
        lambda: contacts.edit(ctx, again, {"city": "Bonn"}),
        lambda: channels.add(ctx, again, channels.read("email", "a@x.example", "")),
        lambda: tags.tag(ctx, "contact", [again], ["vip"]),
        lambda: interactions.add(ctx, search.who(ctx, f"p{again}"), interactions.Touch("called")),
    ):
        with pytest.raises(Refused) as caught:
            write()
        assert caught.value.code == "merged-away"
    assert snapshot(ctx) == before


# --- derived rows and text -------------------------------------------------------------------------------


def test_what_is_derived_follows_every_change(ctx: Context) -> None:
    ada = person(ctx, "Ada", company="Acme")
    who = search.who(ctx, "Ada")
    for n in range(3):
        at = (NOW - timedelta(days=n)).strftime("%Y-%m-%dT%H:%M:%SZ")
        interactions.add(ctx, who, interactions.Touch(f"call {n}", at=at))
    stats = [{"touches": 3, "last_at": "2026-11-23T01:30:00Z"}]
    assert ctx.read("SELECT touches, last_at FROM contact_stats WHERE contact_id = :id", id=ada) == stats
    assert ctx.read("SELECT touches, last_at FROM customer_stats") == stats
    history.undo(ctx)
    assert ctx.read("SELECT touches FROM customer_stats") == [{"touches": 2}]


def test_text_no_engine_keeps_whole_is_made_storable(ctx: Context) -> None:
    ada = person(ctx, "Ada", notes="a\0b \udce4 ok")
    assert contacts.get(ctx, ada)["notes"] == "a\ufffdb \ufffd ok"


def test_an_earlier_clock_breaks_nothing(ctx: Context, opened: Callable[..., Context]) -> None:
    ada = person(ctx, "Ada")
    interactions.add(ctx, search.who(ctx, "Ada"), interactions.Touch("called"))
    past = opened("wei", NOW - timedelta(days=400))
    contacts.edit(past, ada, {"city": "Bonn"})
    interactions.add(past, search.who(past, "Ada"), interactions.Touch("long ago"))
    assert [row["verb"] for row in history.changes(past, 2)] == ["interaction.add", "contact.edit"]
    assert past.read("SELECT last_at FROM contact_stats") == [{"last_at": "2026-11-23T01:30:00Z"}]
    history.undo(past)
    history.undo(past)
    assert contacts.get(past, ada)["city"] == ""
