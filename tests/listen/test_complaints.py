"""Complaints: one machine for all that customers tell us, closed with their answer; what happens is never lost."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icrm_tui import db, history, lists, search, users
from icrm_tui import settings as agreed
from icrm_tui.collect import contacts, customers, interactions, orders, timeline
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.engage import reminders
from icrm_tui.errors import Conflict, IcrmError, NotFound, Refused, Usage
from icrm_tui.improve import handover
from icrm_tui.listen import board as columns
from icrm_tui.listen import callers, categories, complaints, progress
from icrm_tui.listen import complaints_rules as rules
from icrm_tui.listen.complaints import Complaint
from icrm_tui.merge import merge
from icrm_tui.search import Who, who
from tests.support import NOW, acting, person, snapshot

Opened = Callable[..., Context]


@pytest.fixture
def ada(ctx: Context) -> Who:
    person(ctx, "Ada", company="Yun", phone="13800001111")
    users.add(ctx, "li")
    return who(ctx, "Ada")


def told(ctx: Context, ada: Who, text: str = "it leaks", **more: str) -> int:
    return complaints.add(ctx, ada, Complaint(text, **more))


def resolved(ctx: Context, ada: Who, **more: str) -> int:
    return told(ctx, ada, resolved="a new one", **more)


def state(ctx: Context, complaint_id: int) -> str:
    return str(complaints.get(ctx, complaint_id)["state"])


def happened(ctx: Context, complaint_id: int) -> list[str]:
    return [row["outcome"] for row in progress.of(ctx, complaint_id)]


def listed(ctx: Context, text: str, noun: str = "complaint", word: str = "what") -> list[str]:
    return [row[word] for row in lists.rows(ctx, lists.Wanted(noun, text, (word,)))]


# --- opening ---------------------------------------------------------------------------------------------


def test_it_is_opened_with_all_that_was_said(ctx: Context, ada: Who) -> None:
    made = told(
        ctx, ada, "The box was torn.\nHalf the cups are broken.",
        category="Delivery", severity="high", channel="call", order="A-17", wanted="new cups",
    )  # fmt: skip
    record = complaints.show(ctx, made)
    assert (record["what"], record["text"]) == ("The box was torn.", "The box was torn.\nHalf the cups are broken.")
    assert (record["who"], record["name"], record["company"]) == ("p1", "Ada", "Yun")
    assert (record["category"], record["severity"], record["order"]) == ("Delivery", "high", "A-17")
    assert (record["state"], record["owner"], record["age"], record["reopened"]) == ("open", "wei", 0, 0)
    assert record["events"] == [
        {
            "at": "2026-11-23T01:30:00Z",
            "who": "wei",
            "outcome": "opened",
            "state": "open",
            "channel": "call",
            "text": "",
        }
    ]


def test_the_order_it_is_about_may_be_known_before_or_after(ctx: Context, ada: Who) -> None:
    bob = who(ctx, f"p{person(ctx, 'Bob')}")
    made, other = told(ctx, ada, order=" a-17 "), told(ctx, bob, order="A-17")
    assert complaints.show(ctx, made)["order_id"] == ""
    bought = orders.add(ctx, ada, orders.typed(ctx, "120 EUR")._replace(ref="A-17"))
    assert (complaints.show(ctx, made)["order"], complaints.show(ctx, made)["order_id"]) == ("a-17", f"o{bought}")
    assert complaints.show(ctx, told(ctx, ada, order=f"o{bought}"))["order_id"] == f"o{bought}"
    assert complaints.show(ctx, other)["order_id"] == ""  # somebody else's


def test_a_long_first_line_is_cut_where_it_names_the_complaint() -> None:
    called = rules.headline("word " * 40)
    assert len(called) <= rules.HEADLINE
    assert called.endswith("word…")


def test_an_angry_unknown_caller_in_one_change_that_one_undo_takes_back(ctx: Context) -> None:
    agreed.put(ctx, "country", "CN")
    before = snapshot(ctx)
    action = ctx.action()
    said = Complaint("到货破损", order="A-17", resolved="补发", satisfied="yes")
    made = callers.take(action, "138 0000 1111", "王姐", said)
    record = complaints.show(ctx, made)
    assert (record["name"], record["state"], record["remedy"], record["satisfied"]) == ("王姐", "closed", "补发", "yes")
    assert happened(ctx, made) == ["opened", "acknowledged", "started", "resolved", "satisfied"]
    assert who(ctx, "13800001111").name == "王姐"
    history.undo(ctx.action())
    assert snapshot(ctx) == before


def test_a_caller_we_know_is_not_made_again(ctx: Context, ada: Who) -> None:
    callers.take(ctx, "13800001111", "ADA", Complaint("it leaks"))
    with pytest.raises(Refused, match="complaint-known") as refused:
        callers.take(ctx, "13800001111", "王姐", Complaint("it leaks"))
    assert refused.value.values == {"who": "13800001111", "id": "p1", "name": "Ada"}
    assert listed(ctx, "", "contact", "name") == ["Ada"]


def test_the_category_says_who_handles_it_unless_somebody_is_named(ctx: Context, ada: Who) -> None:
    categories.add(ctx, "Quality", "li")
    assert complaints.get(ctx, told(ctx, ada, category="quality"))["owner"] == "li"
    assert complaints.get(ctx, told(ctx, ada, category="quality", owner="me"))["owner"] == "wei"
    assert complaints.get(ctx, told(ctx, ada, category="new one"))["owner"] == "wei"
    customers.edit(ctx, ada.customer_id, {"service_owner": "li"})
    assert complaints.get(ctx, told(ctx, ada))["owner"] == "li"
    assert [(row["name"], row["handler"], row["count"]) for row in categories.everything(ctx)] == [
        ("new one", "", 1),
        ("Quality", "li", 2),
    ]


def test_a_handler_who_left_handles_nothing(ctx: Context, ada: Who) -> None:
    users.add(ctx, "lan")
    categories.add(ctx, "Quality", "lan")
    first = told(ctx, ada, category="quality")
    handover.leave(ctx, "lan", "li")
    assert complaints.get(ctx, first)["owner"] == "li"
    assert complaints.get(ctx, told(ctx, ada, category="quality"))["owner"] == "li"
    history.undo(ctx.action(), handover_change(ctx))
    assert complaints.get(ctx, first)["owner"] == "lan"


def handover_change(ctx: Context) -> int:
    return next(int(row["id"]) for row in history.changes(ctx) if row["verb"] == "user.leave")


# --- its reference ---------------------------------------------------------------------------------------


def test_a_reference_is_short_and_never_an_id_or_another_one() -> None:
    refs = [rules.refer(n) for n in range(1, 30_000)]
    assert len(set(refs)) == len(refs)
    assert {len(ref) for ref in refs[:9216]} == {5}
    assert {len(ref) for ref in refs} == {5, 6}
    assert not any(ref.removeprefix("C-").isdigit() for ref in refs)
    assert not set("".join(ref.removeprefix("C-") for ref in refs)) & set("01ILOSBZUC")


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_no_two_complaints_share_a_reference(one: int, other: int) -> None:
    assert (rules.refer(one) == rules.refer(other)) == (one == other)


def test_it_is_named_by_reference_or_id_however_they_are_typed(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada)
    ref = complaints.get(ctx, made)["ref"]
    bare = ref.removeprefix("C-")
    for text in (ref, ref.lower(), bare, bare.lower(), f"c{bare}", f"Ｃ－{bare}", f"c{made}", str(made)):
        assert complaints.meant(ctx, text) == made
    for text in ("C-222", "c9", "", "leaks", "C-"):
        with pytest.raises(NotFound, match="no-complaint"):
            complaints.meant(ctx, text)


# --- the machine -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", rules.KINDS)
def test_every_state_is_reached_and_leads_to_an_end(kind: str) -> None:
    leads = {at: set(rules.moves(kind, at).values()) for at in rules.STATES}
    reached, ends = {"open"}, set(rules.ENDS)
    for _ in rules.STATES:
        reached |= {to for at in reached for to in leads[at]}
        ends |= {at for at in rules.STATES if leads[at] & ends}
    assert reached == ends == set(rules.STATES)
    for end in rules.ENDS:
        assert rules.moves(kind, end) == {"reopen": "open"}


def test_the_way_of_a_complaint(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada)
    assert complaints.move(ctx, made, "ack") == "acknowledged"
    assert complaints.move(ctx, made, "start") == "in-progress"
    assert complaints.move(ctx, made, "wait") == "waiting"
    assert complaints.move(ctx, made, "start") == "in-progress"
    assert complaints.resolve(ctx, made, "a new seal") == "resolved"
    assert complaints.close(ctx, made, "yes") == "closed"
    assert happened(ctx, made) == [
        "opened", "acknowledged", "started", "waiting", "started", "resolved", "satisfied",
    ]  # fmt: skip
    record = complaints.show(ctx, made)
    assert (record["remedy"], record["satisfied"], record["ended"]) == ("a new seal", "yes", ctx.stamp)


def test_who_solves_it_at_once_has_taken_it_on(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada)
    complaints.resolve(ctx, made, "told how")
    assert happened(ctx, made) == ["opened", "acknowledged", "started", "resolved"]
    other = told(ctx, ada)
    complaints.move(ctx, other, "start")
    assert happened(ctx, other) == ["opened", "acknowledged", "started"]


def test_an_illegal_move_names_the_legal_ones_and_changes_nothing(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada)
    before = snapshot(ctx)
    with pytest.raises(Refused, match="complaint-move") as refused:
        complaints.move(ctx, made, "wait")
    assert refused.value.values["moves"] == ["ack", "start", "resolve", "withdraw", "duplicate", "invalid"]
    for illegal in (
        lambda: complaints.close(ctx, made, "yes"),
        lambda: complaints.tried(ctx, made, "call"),
        lambda: complaints.reopen(ctx, made),
    ):
        with pytest.raises(Refused, match="complaint-move"):
            illegal()
    assert snapshot(ctx) == before


# --- closing ---------------------------------------------------------------------------------------------


def test_a_complaint_is_not_closed_without_the_customers_answer(ctx: Context, ada: Who) -> None:
    made = resolved(ctx, ada)
    with pytest.raises(Refused, match="complaint-unasked") as refused:
        complaints.close(ctx, made)
    assert (refused.value.values["days"], refused.value.values["channels"]) == (0, 0)
    with pytest.raises(Usage, match="flag"):
        complaints.close(ctx, made, "maybe")
    assert state(ctx, made) == "resolved"


def test_not_satisfied_opens_it_again_and_that_is_counted(ctx: Context, ada: Who) -> None:
    made = resolved(ctx, ada)
    for n in (1, 2, 3):
        assert complaints.close(ctx, made, "no") == "open"
        assert complaints.show(ctx, made)["reopened"] == n
        complaints.resolve(ctx, made, f"remedy {n}")
    complaints.close(ctx, made, "yes")
    complaints.reopen(ctx, made, "it leaks again")
    record = complaints.show(ctx, made)
    assert (record["reopened"], record["ended"], record["satisfied"], record["reason"]) == (4, "", "", "")
    assert record["events"][-1]["text"] == "it leaks again"
    assert listed(ctx, "reopened>=4") == ["it leaks"]


def test_a_managers_last_word_closes_what_the_customer_will_not(ctx: Context, ada: Who, opened: Opened) -> None:
    made = resolved(ctx, ada)
    with pytest.raises(Refused, match="complaint-manager"):
        complaints.close(opened("li"), made, "no", "we replaced it twice")
    with pytest.raises(Usage, match="complaint-final"):
        complaints.close(ctx, made, "", "we replaced it twice")
    assert complaints.close(ctx, made, "no", "we replaced it twice") == "closed"
    record = complaints.show(ctx, made)
    assert (record["satisfied"], record["reason"]) == ("no", "we replaced it twice")
    assert happened(ctx, made)[-1] == "final"


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def asked(opened: Opened, made: int, *tries: tuple[float, str], zone: str = "Asia/Shanghai") -> Context:
    """Tries at hours from now by these channels; the context of the last one."""
    for hours, channel in tries:
        ctx = opened(now=at(hours), zone=ZoneInfo(zone))
        complaints.tried(ctx, made, channel)
    return ctx


def test_three_tries_on_different_days_by_two_channels_close_it(ctx: Context, ada: Who, opened: Opened) -> None:
    made = resolved(ctx, ada)
    last = asked(opened, made, (1, "call"), (25, "call"), (49, "wechat"))
    assert complaints.close(last, made) == "closed"
    record = complaints.show(ctx, made)
    assert (record["satisfied"], happened(ctx, made)[-1]) == ("none", "unanswered")


@pytest.mark.parametrize(
    ("tries", "days", "channels"),
    [
        (((1, "call"), (2, "wechat"), (3, "email"), (25, "call")), 2, 3),
        (((1, "call"), (25, "call"), (49, "call"), (73, "call")), 4, 1),
        (((1, "call"), (25, "wechat")), 2, 2),
    ],
)
def test_fewer_do_not(
    ctx: Context, ada: Who, opened: Opened, tries: tuple[tuple[float, str], ...], days: int, channels: int
) -> None:
    made = resolved(ctx, ada)
    last = asked(opened, made, *tries)
    with pytest.raises(Refused, match="complaint-unasked") as refused:
        complaints.close(last, made)
    assert (refused.value.values["days"], refused.value.values["channels"]) == (days, channels)


def test_days_are_those_of_whoever_asks(ctx: Context, ada: Who, opened: Opened) -> None:
    made = resolved(ctx, ada)
    # 22:30, half past midnight, and 22:30 again in Shanghai: in London all but one fall on one day
    last = asked(opened, made, (13, "call"), (15, "email"), (48 + 13, "call"))
    with pytest.raises(Refused, match="complaint-unasked"):
        complaints.close(opened(now=at(62), zone=ZoneInfo("Europe/London")), made)
    assert complaints.close(last, made) == "closed"


def test_tries_count_from_the_last_remedy_on(ctx: Context, ada: Who, opened: Opened) -> None:
    made = told(ctx, ada)
    complaints.move(ctx, made, "start")
    complaints.move(ctx, made, "wait")
    asked(opened, made, (1, "call"), (25, "email"))
    complaints.resolve(ctx, made, "guessed what they want")
    last = asked(opened, made, (49, "call"))
    with pytest.raises(Refused, match="complaint-unasked"):
        complaints.close(last, made)


@pytest.mark.parametrize("kind", [kind for kind in rules.KINDS if kind != rules.COMPLAINT])
def test_what_is_no_complaint_closes_without_that_ceremony(ctx: Context, ada: Who, kind: str) -> None:
    made = told(ctx, ada, kind=kind)
    assert complaints.close(ctx, made) == "closed"
    assert happened(ctx, made) == ["opened", "closed"]
    assert complaints.close(ctx, told(ctx, ada, kind=kind), "yes") == "closed"


# --- other ends ------------------------------------------------------------------------------------------


def test_withdrawn_and_invalid_say_why(ctx: Context, ada: Who) -> None:
    for to, end in (("withdraw", "withdrawn"), ("invalid", "invalid")):
        made = told(ctx, ada)
        with pytest.raises(Usage, match="complaint-reason"):
            complaints.end(ctx, made, to, " ")
        assert complaints.end(ctx, made, to, "found it in the box") == end
        assert complaints.show(ctx, made)["reason"] == "found it in the box"
    with pytest.raises(Refused, match="complaint-move"):
        complaints.end(ctx, made, "withdraw", "again")


def test_a_duplicate_names_the_other_and_never_itself(ctx: Context, ada: Who) -> None:
    one, two, three = told(ctx, ada), told(ctx, ada), told(ctx, ada)
    ref = complaints.get(ctx, one)["ref"]
    assert complaints.duplicate(ctx, two, one) == "duplicate"
    assert complaints.show(ctx, two)["duplicate_of"] == ref
    assert progress.of(ctx, two)[-1]["text"] == ref
    complaints.duplicate(ctx, three, two)
    for of in (one, two, three):
        with pytest.raises(Refused, match="complaint-circle"):
            complaints.duplicate(ctx, one, of)
    complaints.reopen(ctx, two)
    assert complaints.show(ctx, two)["duplicate_of"] == ""


def test_only_what_is_over_is_hidden_and_what_is_opened_again_is_seen(ctx: Context, ada: Who) -> None:
    made = resolved(ctx, ada)
    with pytest.raises(Refused, match="complaint-unended"):
        complaints.archive(ctx, made)
    complaints.close(ctx, made, "yes")
    assert complaints.archive(ctx, made)
    assert listed(ctx, "") == []
    complaints.reopen(ctx, made)
    assert listed(ctx, "") == ["it leaks"]


# --- what else is kept -----------------------------------------------------------------------------------


def test_everything_that_happens_stands_in_the_timeline_of_the_customer(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada, channel="call")
    complaints.note(ctx, made, "sent two photos")
    complaints.assign(ctx, made, "li")
    complaints.resolve(ctx, made, "a new seal")
    complaints.tried(ctx, made, "wechat")
    ref = complaints.get(ctx, made)["ref"]
    company = Who(ada.customer_id, None, "Yun")
    for whom in (ada, company):
        rows = timeline.entries(ctx, whom)[::-1]
        assert [(row["channel"], row["dir"], row["outcome"], row["text"]) for row in rows] == [
            ("call", "in", "opened", f"{ref} it leaks"),
            ("complaint", "", "noted", f"{ref} sent two photos"),
            ("complaint", "", "assigned", f"{ref} li"),
            ("complaint", "", "acknowledged", f"{ref} it leaks"),
            ("complaint", "", "started", f"{ref} it leaks"),
            ("complaint", "", "resolved", f"{ref} a new seal"),
            ("wechat", "out", "tried", f"{ref} it leaks"),
        ]


def test_a_timeline_read_by_pages_leaves_nothing_out(ctx: Context, ada: Who, opened: Opened) -> None:
    """Much happens in one moment, and the ids of different nouns say nothing about what came first."""
    for n in range(3):
        resolved(ctx, ada)
        reminders.done(ctx, reminders.add(ctx, ada, reminders.Reminder("call", When(ctx.today))))
        interactions.add(opened(now=at(n // 2)), ada, interactions.Touch(f"talk {n}"))
    whole = timeline.entries(ctx, ada)
    assert len(whole) == 3 * (4 + 1 + 1)
    for size in (1, 2, 5):
        read, after = [], None
        while page := timeline.entries(ctx, ada, size, after):
            read += page
            after = (page[-1]["at"], page[-1]["place"], page[-1]["id"])
        assert read == whole


def test_who_has_it_already_is_not_given_it_again(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada)
    assert complaints.assign(ctx, made, "li")
    assert not complaints.assign(ctx, made, "LI")
    assert happened(ctx, made) == ["opened", "assigned"]


def test_what_is_known_of_it_is_corrected(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada)
    values = {"severity": "critical", "category": "Quality", "cause": "old seal", "order": "A-18", "kind": "question"}
    assert complaints.edit(ctx, made, {**values, "cost": "1,234.50 EUR", "tell_back": "call after six"})
    record = complaints.show(ctx, made)
    assert {key: record[key] for key in values} == values
    assert (record["cost"], record["tell_back"]) == ("1,234.50 EUR", "call after six")
    assert listed(ctx, "cost>1234 cost<=1234.5 cause:SEAL") == ["it leaks"]
    assert complaints.edit(ctx, made, {"cost": "99"})  # stays in the currency it was said in
    assert complaints.show(ctx, made)["cost"] == "99.00 EUR"
    assert complaints.edit(ctx, made, {"cost": ""})
    assert listed(ctx, "has:cost") == []
    assert not complaints.edit(ctx, made, {"severity": "critical"})
    for bad in ({"cost": "-5 EUR"}, {"severity": "huge"}, {"colour": "red"}, {"what": " "}, {"kind": "rant"}):
        with pytest.raises(Usage):
            complaints.edit(ctx, made, bad)


def test_what_ended_stays_of_its_kind(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada, kind="question")
    complaints.close(ctx, made)
    with pytest.raises(Refused, match="complaint-ended"):
        complaints.edit(ctx, made, {"kind": "complaint"})
    assert complaints.edit(ctx, made, {"kind": "question", "cause": "unclear manual"})


# --- finding ---------------------------------------------------------------------------------------------


def test_lists_ask_for_all_of_it(ctx: Context, ada: Who, opened: Opened) -> None:
    old = opened(now=at(-24 * 10))
    told(old, ada, "old", severity="low", category="Delivery")
    told(ctx, ada, "solved", resolved="a new one")
    told(ctx, ada, "new", severity="critical", owner="li", order="A-17")
    assert listed(ctx, "") == ["new", "solved", "old"]
    assert listed(ctx, "state:open") == ["new", "old"]
    assert listed(ctx, "age>7d") == listed(ctx, "opened<=10d category:deliv") == ["old"]
    assert listed(ctx, "severity:critical owner:li order:a-17 name:ada customer:yun kind:complaint") == ["new"]
    assert listed(ctx, "no:ended no:order satisfied:none") == []
    by_weight = lists.Wanted("complaint", "", ("what",), "-severity")
    assert [row["what"] for row in lists.rows(ctx, by_weight)] == ["new", "solved", "old"]
    assert lists.count(ctx, lists.Wanted("complaint", "progress(outcome:resolved)")) == 1


def test_customers_are_found_by_what_they_wait_for(ctx: Context, ada: Who) -> None:
    bob = person(ctx, "Bob")
    made = resolved(ctx, ada, severity="critical")
    told(ctx, who(ctx, f"p{bob}"), kind="question")
    for noun, name in (("contact", "Ada"), ("company", "Yun"), ("customer", "Yun")):
        assert listed(ctx, "complaints>0", noun, "name") == [name]
        assert listed(ctx, "complaint(severity:critical no:ended)", noun, "name") == [name]
    complaints.close(ctx, made, "yes")
    assert listed(ctx, "complaints>0", "customer", "name") == []
    assert listed(ctx, "complaint(satisfied:yes)", "contact", "name") == ["Ada"]


def test_it_is_found_by_words_of_its_title_and_by_its_reference(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada, "到货破损：外箱压扁")
    ref = complaints.get(ctx, made)["ref"]
    for text in ("破损", "外箱压扁", "posun", ref, ref[2:].lower()):
        hits, _more = search.find(ctx, text)
        assert [(hit["noun"], hit["id"], hit["detail"]) for hit in hits] == [("complaint", "c1", ref)], text
        assert listed(ctx, text) == ["到货破损：外箱压扁"]
    complaints.edit(ctx, made, {"what": "面板划痕"})
    assert search.find(ctx, "破损")[0] == []
    with pytest.raises(NotFound, match="who-unknown") as unknown:
        who(ctx, "面板划痕")
    assert unknown.value.values["nearest"] == ""


def test_the_board_has_the_worst_first_and_of_those_the_oldest(ctx: Context, ada: Who, opened: Opened) -> None:
    told(ctx, ada, "normal")
    told(opened(now=at(-48)), ada, "older")
    told(ctx, ada, "critical", severity="critical", owner="li")
    resolved(ctx, ada)
    first, second = (told(ctx, ada, text, kind="question") for text in ("first", "second"))
    complaints.close(ctx, second)
    complaints.close(opened(now=at(1)), first)
    board = columns.board(ctx)
    assert list(board) == list(columns.COLUMNS)
    assert [row["what"] for row in board["open"]] == ["critical", "older", "normal"]
    assert [row["what"] for row in board["closed"]] == ["first", "second"]
    mine = columns.board(ctx, everyone=False, limit=1)
    assert [(row["what"], row["age"]) for row in mine["open"]] == [("older", 2)]
    assert columns.counts(ctx) == dict.fromkeys(rules.STATES, 0) | {"open": 3, "resolved": 1, "closed": 2}
    assert columns.counts(ctx, everyone=False)["open"] == 2


def test_a_brief_has_the_complaint_and_its_customer(ctx: Context, ada: Who) -> None:
    made = told(ctx, ada)
    told(ctx, ada, "and it is loud")
    record = handover.complaint(ctx, made)
    assert (record["what"], record["customer"]["name"], record["customer"]["phone"]) == (
        "it leaks", "Ada", "13800001111",
    )  # fmt: skip
    assert [row["what"] for row in record["customer"]["complaints"]] == ["it leaks", "and it is loud"]


def test_one_that_came_by_import_may_be_of_nobody_and_was_closed_before(ctx: Context) -> None:
    ref = rules.refer(1)
    ctx.change(
        "import",
        lambda tx: tx.insert(
            "complaints", ref=ref, ref_key=ref.lower(), owner="wei", opened_at="2013-08-30T00:00:00Z",
            state="closed", ended_at="2013-09-03T00:00:00Z", reason=rules.IMPORTED,
            **rules.kept("kind", "complaint"), **rules.kept("what", "Mortgage"), **rules.kept("severity", "normal"),
        ),
    )  # fmt: skip
    record = complaints.show(ctx, 1)
    assert (record["who"], record["name"], record["company"], record["age"]) == ("", "", "", 4)
    assert (record["state"], record["reason"], record["satisfied"], record["events"]) == ("closed", "imported", "", [])
    assert handover.complaint(ctx, 1)["customer"] == {}
    assert listed(ctx, "import:last no:name opened:2013", word="ref") == [ref]
    assert complaints.reopen(ctx, 1) == "open"


# --- several at once -------------------------------------------------------------------------------------


def test_who_moves_what_somebody_moved_meanwhile_is_told(ctx: Context, ada: Who, opened: Opened) -> None:
    made = resolved(ctx, ada)
    rev = complaints.show(ctx, made)["rev"]
    complaints.note(opened("li"), made, "she called, furious")
    for verb in (
        lambda: complaints.close(ctx, made, "yes", base=rev),
        lambda: complaints.reopen(ctx, made, base=rev),
        lambda: complaints.end(ctx, made, "withdraw", "why", base=rev),
        lambda: complaints.duplicate(ctx, made, told(ctx, ada), base=rev),
        lambda: complaints.assign(ctx, made, "li", base=rev),
        lambda: complaints.edit(ctx, made, {"severity": "low"}, base=rev),
    ):
        with pytest.raises(Conflict):
            verb()
    assert state(ctx, made) == "resolved"


def test_of_many_who_close_at_once_one_does(ctx: Context, ada: Who, store: Path) -> None:
    made = resolved(ctx, ada)
    answers, gate = list[str](), Barrier(6)

    def close(n: int) -> None:
        with closing(db.attach(store)) as connection:
            mine = acting(connection)
            gate.wait(30)
            try:
                answers.append(complaints.close(mine, made, "yes" if n % 2 else "no"))
            except Refused as error:
                answers.append(error.code)

    threads = [Thread(target=close, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers)[1:] == ["complaint-move"] * 5 or sorted(answers)[:5] == ["complaint-move"] * 5
    assert happened(ctx, made)[-1] in ("satisfied", "unsatisfied")
    assert len(happened(ctx, made)) == 5


def test_the_same_action_sent_twice_opens_one(ctx: Context, ada: Who) -> None:
    assert told(ctx.action("op"), ada) == told(ctx.action("op"), ada)
    assert len(listed(ctx, "")) == 1


def test_complaints_go_along_when_two_become_one(ctx: Context, ada: Who) -> None:
    other = person(ctx, "Ada L.")
    told(ctx, who(ctx, f"p{other}"), "from the other")
    before = snapshot(ctx)
    merge(ctx, "contact", other, 1)
    assert listed(ctx, "customer:yun name:ada") == ["from the other"]
    assert [row["outcome"] for row in timeline.entries(ctx, who(ctx, "p1"))] == ["opened"]
    history.undo(ctx.action())
    assert snapshot(ctx) == before
    contacts.archive(ctx, 1)
    assert told(ctx, ada, "even those we hid may complain")


# --- any way through -------------------------------------------------------------------------------------

WALK = st.lists(
    st.tuples(
        st.integers(0, 9) | st.integers(0, 9) | st.sampled_from(sorted(rules.MOVES)),  # one of the legal ones, or any
        st.sampled_from(["yes", "no", ""]),
        st.sampled_from(["", "our last word"]),
        st.sampled_from(["wei", "li"]),
        st.sampled_from(["call", "email"]),
        st.integers(0, 30),
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """A store for many walks, each with a complaint of its own."""
    with closing(db.open_store(tmp_path_factory.mktemp("desk") / "icrm.db")) as connection:
        ctx = acting(connection)
        person(ctx, "Ada")
        users.add(ctx, "li")
        yield ctx


def held(ctx: Context, made: int) -> object:
    events = ctx.read("SELECT * FROM complaint_events WHERE complaint_id = :id ORDER BY id", id=made)
    return complaints.get(ctx, made), events


def make(ctx: Context, made: int, move: str, answer: str, final: str, channel: str) -> str:
    match move:
        case "resolve":
            return complaints.resolve(ctx, made, "a remedy")
        case "tried":
            return complaints.tried(ctx, made, channel)
        case "close":
            return complaints.close(ctx, made, answer, final)
        case "withdraw" | "invalid":
            return complaints.end(ctx, made, move, "a reason")
        case "duplicate":
            return complaints.duplicate(ctx, made, 1)
        case "reopen":
            return complaints.reopen(ctx, made)
    return complaints.move(ctx, made, move)


def closed_rightly(ctx: Context, row: db.Row) -> bool:
    last, since = progress.of(ctx, row["id"])[-1], progress.tries(ctx, row["id"])
    match row["satisfied"]:
        case "yes":
            return True
        case "no":
            return bool(row["reason"]) and last["who"] == "wei"
        case "none":
            return since.days >= 3 and since.channels >= 2
    return False


@settings(max_examples=120)
@given(kind=st.sampled_from(rules.KINDS), walk=WALK)
def test_every_way_through_the_machine_keeps_its_rules_and_leads_back(
    desk: Context, kind: str, walk: list[tuple[int | str, str, str, str, str, int]]
) -> None:
    told(desk, Who(1, 1, "Ada"))  # what may be duplicated
    made = told(desk, Who(1, 1, "Ada"), kind=kind)
    now, done = NOW, [(0, held(desk, made))]
    for choice, answer, final, user, channel, hours in walk:
        now += timedelta(hours=hours)
        ctx = acting(desk.connection, user, now)
        before = complaints.get(desk, made)
        legal = rules.moves(kind, before["state"])
        move = list(legal)[choice % len(legal)] if isinstance(choice, int) else choice
        try:
            reached = make(ctx, made, move, answer, final, channel)
        except IcrmError as error:
            assert held(desk, made) == done[-1][1]
            assert (error.code == "complaint-move") == (move not in legal)
            continue
        row = complaints.get(desk, made)
        assert move in legal
        assert row["state"] == reached == (legal[move] if row["reopened"] == before["reopened"] else "open")
        assert bool(row["ended_at"]) == (row["state"] in rules.ENDS)
        assert row["reopened"] == sum(e in ("reopened", "unsatisfied") for e in happened(desk, made))
        if row["state"] == "closed" and kind == rules.COMPLAINT:
            assert closed_rightly(desk, row)
        assert ctx.last_change is not None
        done.append((ctx.last_change, held(desk, made)))
    for (change, _after), (_change, then) in zip(reversed(done), reversed(done[:-1]), strict=False):
        history.undo(desk.action(), change)
        assert held(desk, made) == then
