"""Mail comes in: to whom it belongs, into its thread, once; what no person wrote disturbs nobody; nothing is lost."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from icrm_tui import doctor, history, lists, merge, users
from icrm_tui.addresses import Address
from icrm_tui.collect import companies, contacts, timeline
from icrm_tui.collect.formats import mail as reading
from icrm_tui.context import Context
from icrm_tui.engage import messages
from icrm_tui.engage.messages import Message
from icrm_tui.errors import Nothing, Refused, Usage
from icrm_tui.listen import complaints, mails, mails_rules
from icrm_tui.listen.mails import Received
from icrm_tui.search import Who, who
from tests.collect.formats.mails import large, plain, report
from tests.collect.formats.mails import mails as corpus
from tests.support import person, snapshot

OURS = "<ours@yun.example>"


@pytest.fixture
def lena(ctx: Context) -> Who:
    person(ctx, "Lena Vogt", email="lena@vogt.example", company="Vogt GmbH")
    return who(ctx, "Lena Vogt")


def come(ctx: Context, raw: bytes, kind: str = "") -> Received:
    return mails.receive(ctx, BytesIO(raw), kind)


def letter(text: str = "It leaks.", id: str = "1", **more: str) -> bytes:
    return plain(text, id=id, **more)


def answer(text: str = "Thanks.", id: str = "2", to: str = "<1@vogt.example>", **more: str) -> bytes:
    return plain(text, id=id, References=to, **more)


def touches(ctx: Context) -> list[dict[str, Any]]:
    return ctx.read("SELECT customer_id, contact_id, channel, dir, subject, body, who FROM interactions ORDER BY id")


def events(ctx: Context, ref: str) -> list[str]:
    return [one["outcome"] for one in complaints.show(ctx, complaints.meant(ctx, ref))["events"]]


def state(ctx: Context, ref: str) -> str:
    return str(complaints.show(ctx, complaints.meant(ctx, ref))["state"])


def opened_by_mail(ctx: Context) -> str:
    """The reference of a complaint that Lena's first mail opened."""
    return come(ctx, letter(), "complaint").about


# --- whose it is -----------------------------------------------------------------------------------------


def test_mail_of_a_customer_is_a_touch_with_them(ctx: Context, lena: Who) -> None:
    came = come(ctx, letter(sender="LENA@Vogt.Example"))
    assert came == Received(1, "taken", "", "i1")
    assert touches(ctx) == [
        {
            "customer_id": lena.customer_id, "contact_id": lena.contact_id, "channel": "email", "dir": "in",
            "subject": "Broken seal", "body": "It leaks.", "who": "icrm",
        }
    ]  # fmt: skip
    assert [one["text"] for one in timeline.entries(ctx, lena)] == ["Broken seal: It leaks."]
    assert lists.count(ctx, lists.Wanted("contact")) == 1


def test_who_is_new_becomes_a_lead_of_whoever_the_mail_is_for(ctx: Context) -> None:
    come(ctx, letter(sender="欧阳娜娜 <nana@home.example>"))
    come(ctx, letter(id="2", sender="bob@home.example"))
    new = [contacts.show(ctx, n) for n in (1, 2)]
    assert [(one["name"], one["email"], one["company"]) for one in new] == [
        ("欧阳娜娜", "nana@home.example", ""), ("bob", "bob@home.example", ""),
    ]  # fmt: skip
    assert {(one["owner"], one["source"], one["touches"]) for one in new} == {("wei", "email", 1)}


def test_who_writes_from_a_firms_domain_belongs_there(ctx: Context) -> None:
    firm = companies.add(ctx, companies.Company("Vogt GmbH", {"domain": "vogt.example"}))
    companies.add(ctx, companies.Company("Everybody", {"domain": "gmail.com"}))
    come(ctx, letter())
    come(ctx, letter(id="2", sender="jo@gmail.com"))
    assert contacts.get(ctx, 1)["customer_id"] == firm
    assert contacts.show(ctx, 2)["company"] == ""
    companies.add(ctx, companies.Company("Vogt Twin AG", {"domain": "vogt.example"}))
    come(ctx, letter(id="3", sender="al@vogt.example"))
    assert contacts.show(ctx, 3)["company"] == ""  # of two firms nobody can tell


def test_what_comes_twice_is_there_once(ctx: Context, lena: Who) -> None:
    first = come(ctx, letter())
    before = snapshot(ctx)
    again = come(ctx, letter("Something else", subject="x"))  # the same id
    assert again == first._replace(known=True)
    nameless = corpus()["without an id"][0]
    second = come(ctx, nameless)
    assert not second.known
    assert come(ctx, nameless.replace(b"Received: from mx", b"Received: from mx2")).known
    history.undo(ctx, _change_of(ctx, second))
    assert snapshot(ctx) == before


def _change_of(ctx: Context, received: Received) -> int:
    return int(ctx.read("SELECT created_rev FROM mails WHERE id = :id", id=received.id)[0]["created_rev"])


# --- into its thread -------------------------------------------------------------------------------------


def test_an_answer_goes_to_the_open_complaint_it_is_about(ctx: Context, lena: Who) -> None:
    ref = opened_by_mail(ctx)
    came = come(ctx, answer("Since Monday.\n\nOn Mon Yun wrote:\n> Since when?"))
    assert (came.state, came.about) == ("taken", ref)
    assert events(ctx, ref) == ["opened", "wrote"]
    assert touches(ctx)[1]["body"] == "Since Monday."
    assert "Broken seal: Since Monday." in [one["text"] for one in timeline.entries(ctx, lena)]
    nearer = come(ctx, answer(id="3", to="<nobodys@x.example> <2@vogt.example> <theirs@y.example>"))
    assert nearer.about == ref


def test_who_was_waited_for_is_waited_for_no_more(ctx: Context, lena: Who) -> None:
    ref = opened_by_mail(ctx)
    complaint_id = complaints.meant(ctx, ref)
    for move in ("start", "wait"):
        complaints.move(ctx, complaint_id, move)
    come(ctx, answer("I am away.", subject="Automatic reply: Broken seal"))
    assert state(ctx, ref) == "waiting"
    come(ctx, answer(id="3"))
    assert state(ctx, ref) == "in-progress"
    complaints.resolve(ctx, complaint_id, "a new seal")
    come(ctx, answer("I am satisfied, please close it", id="4"))
    assert state(ctx, ref) == "resolved"  # nothing a mail says makes anything happen
    assert events(ctx, ref)[-1] == "wrote"


def test_of_what_is_over_a_mail_is_a_touch_or_opens_another(ctx: Context, lena: Who) -> None:
    ref = opened_by_mail(ctx)
    complaints.end(ctx, complaints.meant(ctx, ref), "withdraw", "it was mine")
    assert come(ctx, answer()).about == "i2"
    assert events(ctx, ref)[-1] == "withdrawn"
    again = come(ctx, answer(id="3"), "question").about
    assert again not in ("", ref)
    assert state(ctx, again) == "open"
    assert complaints.show(ctx, complaints.meant(ctx, again))["kind"] == "question"


def test_a_stranger_in_a_thread_is_named_and_anothers_customer_stays_apart(ctx: Context, lena: Who) -> None:
    ref = opened_by_mail(ctx)
    assert come(ctx, answer("From my own account.", sender="lena@home.example")).about == ref
    assert touches(ctx)[1] == touches(ctx)[0] | {"contact_id": None, "body": "lena@home.example:\nFrom my own account."}
    assert lists.count(ctx, lists.Wanted("contact")) == 1
    person(ctx, "Eve", email="eve@evil.example")
    other = come(ctx, answer("Let me in.", id="3", sender="eve@evil.example"))
    assert other.about == "i3"
    assert touches(ctx)[2]["customer_id"] == who(ctx, "Eve").customer_id
    assert events(ctx, ref) == ["opened", "wrote"]


def test_what_is_attached_is_named(ctx: Context, lena: Who) -> None:
    come(ctx, corpus()["attachments with Chinese names, two ways"][0])
    come(ctx, corpus()["nothing but an attachment"][0].replace(b"<x@", b"<y@"))
    assert [one["body"] for one in touches(ctx)] == [
        "The seal is broken.\n[照片.jpg (2 KB)]\n[扫描.png (1 KB)]", "[quote.pdf (3 KB)]",
    ]  # fmt: skip


def test_thirty_megabytes_come_in(ctx: Context, lena: Who) -> None:
    came = come(ctx, large())
    assert mails.show(ctx, came.id)["files"] == ["scan.tif (30.8 MB)"]
    assert touches(ctx)[0]["body"] == "The seal is broken.\n[scan.tif (30.8 MB)]"


# --- written by no person --------------------------------------------------------------------------------


def test_what_no_person_wrote_disturbs_nobody(ctx: Context) -> None:
    for n, (name, (raw, so)) in enumerate(corpus().items()):
        if so.get("auto"):
            came = come(ctx, raw.replace(b"<x@", b"<%d@" % n))
            assert came.state == ("bounce" if so["auto"] == "bounce" else "automatic"), name
    assert touches(ctx) == []
    assert lists.count(ctx, lists.Wanted("contact")) == 0
    assert lists.count(ctx, lists.Wanted("complaint")) == 0
    assert lists.count(ctx, lists.Wanted("message", "done:yes OR done:no")) == 0  # nothing was answered


def _sent(ctx: Context, whom: Who, message_id: str = OURS) -> int:
    queued = messages.add(ctx, whom, Message("Hello.", "Your seal"))
    ctx.change("message.add", lambda tx: tx.update("messages", queued, message_id=message_id))
    program = ctx.program()
    messages.claim(program, queued, Address("", "service@yun.example"))
    messages.settle(program, queued, "sent", "250 taken")
    return queued


def test_a_bounce_says_which_of_our_mails_came_back(ctx: Context, lena: Who) -> None:
    sent, other = _sent(ctx, lena), _sent(ctx, lena, "<another@yun.example>")
    came = come(ctx, report("failed", "5.1.1"))
    assert (came.state, came.about) == ("bounce", f"m{sent}")
    row = messages.get(ctx, sent)
    assert (row["state"], row["why"]) == ("returned", "bounced")
    assert row["answer"].startswith("550 5.1.1")
    assert messages.get(ctx, other)["state"] == "sent"
    assert come(ctx, report("delayed", "4.4.1").replace(b"<x@", b"<z@")).state == "automatic"
    come(ctx, report("failed", "5.1.1").replace(b"<x@", b"<y@"))  # the same again
    messages.drop(ctx, sent)
    come(ctx, report("failed", "5.1.1").replace(b"<x@", b"<w@"))
    assert messages.get(ctx, sent)["state"] == "dropped"


# --- ours ------------------------------------------------------------------------------------------------


def test_mail_of_ours_that_passes_by_is_a_touch_the_other_way(ctx: Context, lena: Who) -> None:
    users.add(ctx, "li", full_name="Li Na", email="li@yun.example")
    ref = opened_by_mail(ctx)
    out = answer(
        "It is on its way.", sender="Li Na <li@yun.example>", To="Lena <lena@vogt.example>, Bob <bob@x.example>"
    )
    assert come(ctx, out).about == ref
    assert touches(ctx)[1] | {"body": ""} == touches(ctx)[0] | {"dir": "out", "who": "li", "body": ""}
    assert events(ctx, ref) == ["opened", "replied"]
    lost = come(ctx, letter(id="9", sender="li@yun.example", To="nobody@x.example"))
    assert (lost.state, lost.why) == ("aside", "ours")
    form = letter(id="10", sender="li@yun.example", Reply_To="lena@vogt.example")
    assert come(ctx, form).about == "i3"
    assert touches(ctx)[2]["dir"] == "in"


# --- kept aside ------------------------------------------------------------------------------------------


def test_what_cannot_be_read_lies_in_a_private_file_and_can_be_taken_in(ctx: Context, lena: Who) -> None:
    raw = corpus()["nobody's"][0]
    came = come(ctx, raw)
    assert (came.state, came.why) == ("aside", "nobody")
    kept = Path(mails.show(ctx, came.id)["kept"])
    assert kept.read_bytes() == raw
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert come(ctx, raw).known
    assert [*kept.parent.iterdir()] == [kept]
    assert touches(ctx) == []
    mails.take(ctx, came.id, lena)
    assert ctx.read("SELECT link, subject FROM interactions") == [{"link": str(kept), "subject": "Broken seal"}]
    with pytest.raises(Refused) as error:
        mails.take(ctx, came.id, lena)
    assert error.value.code == "mail-taken"
    history.undo(ctx)
    assert (mails.get(ctx, came.id)["state"], touches(ctx)) == ("aside", [])


def test_what_is_too_large_is_kept_and_not_read(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST", 10_000)
    raw = letter("x" * 50_000)
    came = come(ctx, raw)
    assert (came.state, came.why) == ("aside", "oversize")
    record = mails.show(ctx, came.id)
    assert Path(record["kept"]).read_bytes() == raw
    assert (record["sender"], record["subject"], record["size"]) == ("lena@vogt.example", "Broken seal", len(raw))
    assert lists.count(ctx, lists.Wanted("contact")) == 0


def test_nothing_at_all_is_refused_and_so_is_a_kind_there_is_not(ctx: Context) -> None:
    for raw in (b"", b" \r\n\r\n"):
        with pytest.raises(Nothing):
            come(ctx, raw)
    with pytest.raises(Usage):
        come(ctx, letter(), "rant")
    assert lists.count(ctx, lists.Wanted("mail")) == 0


# --- all of it -------------------------------------------------------------------------------------------


def test_everything_comes_in_once_and_the_store_is_sound(ctx: Context, lena: Who) -> None:
    raws = [raw.replace(b"<x@", b"<%d@" % n) for n, (raw, _so) in enumerate(corpus().values())]
    first = [come(ctx, raw) for raw in raws]
    assert not [came for came in first if came.known]
    assert {came.state for came in first} == {"taken", "automatic", "bounce", "aside"}
    before = snapshot(ctx)
    assert [come(ctx, raw) for raw in raws] == [came._replace(known=True) for came in first]
    assert snapshot(ctx) == before
    assert [finding for finding in doctor.run(ctx) if not finding.ok and finding.check != "space"] == []


def test_a_mail_is_nobodys_last_change(ctx: Context, lena: Who) -> None:
    contacts.edit(ctx, lena.contact_id or 0, {"city": "Bonn"})
    come(ctx, letter())
    history.undo(ctx)
    assert contacts.get(ctx, lena.contact_id or 0)["city"] == ""
    assert len(touches(ctx)) == 1


def test_all_a_mail_made_is_taken_back_by_its_change_and_made_again(ctx: Context) -> None:
    person(ctx, "Ada")
    before = snapshot(ctx)
    came = come(ctx, letter(), "complaint")
    after = snapshot(ctx)
    history.undo(ctx, _change_of(ctx, came))
    assert snapshot(ctx) == before
    assert ctx.last_change
    history.undo(ctx, ctx.last_change)
    assert snapshot(ctx) == after
    assert come(ctx, letter()).known


def test_two_who_are_one_keep_what_they_wrote(ctx: Context, lena: Who, opened: Callable[..., Context]) -> None:
    come(ctx, letter())
    other = person(ctx, "Lena V", company="Vogt GmbH")
    merge.merge(ctx, "contact", lena.contact_id or 0, other)
    assert mails.get(ctx, 1)["contact_id"] == other
    assert come(opened(), answer()).state == "taken"


def test_a_mail_may_not_say_when_it_was_written_as_it_likes(ctx: Context) -> None:
    for said, kept in (
        ("2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z"), ("1970-01-01T00:00:00Z", ctx.stamp),
        ("2099-01-01T00:00:00Z", ctx.stamp), ("", ctx.stamp),
    ):  # fmt: skip
        assert mails_rules.written(said, ctx.now) == kept
