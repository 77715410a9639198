"""The outbox: who may be written to, what is queued, what a person decides about it, and how a mail looks."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icrm_tui import history, lists, merge, users
from icrm_tui.addresses import Address
from icrm_tui.collect import consent, timeline
from icrm_tui.context import Context
from icrm_tui.engage import messages
from icrm_tui.engage import messages_rules as rules
from icrm_tui.engage.messages import Message
from icrm_tui.errors import Refused, Usage
from icrm_tui.search import Who, who
from tests.support import NOW, person


@pytest.fixture
def ada(ctx: Context) -> Who:
    person(ctx, "Ada", email="ada@engines.example")
    return who(ctx, "Ada")


def hello(**more: object) -> Message:
    return Message("Hello.", "Your seal", **more)  # type: ignore[arg-type]


# --- queueing --------------------------------------------------------------------------------------------


def test_a_mail_is_queued_to_the_main_address_and_undo_takes_it_back(ctx: Context, ada: Who) -> None:
    queued = messages.show(ctx, messages.add(ctx, ada, hello()))
    assert (queued["id"], queued["state"], queued["receiver"], queued["name"]) == (
        "m1", "queued", "ada@engines.example", "Ada",
    )  # fmt: skip
    assert (queued["subject"], queued["text"], queued["message_id"]) == ("Your seal", "Hello.\n", "")
    history.undo(ctx)
    assert lists.count(ctx, lists.Wanted("message")) == 0


def test_who_said_no_is_not_written_to_and_campaigns_ask_for_a_yes(ctx: Context, ada: Who) -> None:
    assert ada.contact_id
    for kind, said, code in (
        ("reply", None, ""), ("quote", None, ""), ("notice", None, ""), ("care", None, "message-no-consent"),
        ("campaign", None, "message-no-consent"), ("campaign", True, ""), ("care", True, ""),
        ("reply", False, "message-opted-out"), ("campaign", False, "message-opted-out"),
    ):  # fmt: skip
        if said is not None:
            consent.give(ctx, ada.contact_id, "email", said)
        if code:
            with pytest.raises(Refused) as error:
                messages.add(ctx, ada, hello(kind=kind))
            assert error.value.code == code, kind
        else:
            messages.add(ctx, ada, hello(kind=kind))


def test_what_cannot_be_sent_is_refused_at_once(ctx: Context, ada: Who) -> None:
    nobody = person(ctx, "Bob")
    for message, code in (
        (Message(" ", "x"), "text-empty"), (Message("x"), "message-subject"), (Message("x", "\r\n"), "message-subject"),
        (hello(kind="spam"), "choice"), (hello(to="ada@engines.example\r\nBcc: eve@x.example"), "email-invalid"),
        (hello(to="<ada@engines.example>"), "email-invalid"), (hello(to="a b@x.example"), "email-invalid"),
        (Message("x" * (rules.LIMIT + 1), "x"), "message-long"),
    ):  # fmt: skip
        with pytest.raises(Usage) as error:
            messages.add(ctx, ada, message)
        assert error.value.code == code
    with pytest.raises(Refused) as refused:
        messages.add(ctx, who(ctx, f"p{nobody}"), hello())
    assert refused.value.code == "message-nowhere"
    assert lists.count(ctx, lists.Wanted("message", "done:yes OR done:no")) == 0


def test_of_those_with_the_same_mark_one_is_queued(ctx: Context, ada: Who) -> None:
    first = messages.add(ctx, ada, hello(once="warn:1"))
    assert messages.add(ctx, ada, hello(once="warn:1")) == first
    assert messages.add(ctx, ada, hello(once="warn:2")) != first
    users.add(ctx, "li", full_name="Li Na", email="li@yun.example")
    told = messages.notify(ctx, "li", hello(once="warn:3"))
    assert told and messages.notify(ctx, "li", hello(once="warn:3")) == told
    record = messages.show(ctx, told)
    assert (record["receiver"], record["name"], record["kind"], record["who"]) == (
        "li@yun.example",
        "Li Na",
        "notice",
        "",
    )
    assert messages.notify(ctx, "wei", hello()) is None  # no address of theirs is known


# --- what a person decides -------------------------------------------------------------------------------


def test_a_person_says_what_became_of_what_nobody_knows(ctx: Context, ada: Who) -> None:
    went, again, never = (messages.add(ctx, ada, hello()) for _ in range(3))
    for message_id in (went, again, never):
        messages.claim(ctx.program(), message_id, Address("", "service@yun.example"))
        assert messages.doubt(ctx.program(), message_id)
    assert [row["id"] for row in lists.rows(ctx, lists.Wanted("message", "state:unknown"))] == [went, again, never]
    messages.went(ctx, went)
    messages.retry(ctx, again)
    messages.drop(ctx, never)
    assert [messages.get(ctx, one)["state"] for one in (went, again, never)] == ["sent", "queued", "dropped"]
    for verb in (messages.went, messages.drop):
        with pytest.raises(Refused) as error:
            verb(ctx, went)
        assert error.value.code == "message-state"
    assert [touch["text"] for touch in timeline.entries(ctx, ada)] == ["Your seal: Hello."]
    assert ctx.read("SELECT channel, dir, subject, body, who FROM interactions") == [
        {"channel": "email", "dir": "out", "subject": "Your seal", "body": "Hello.", "who": "wei"}
    ]


def test_nothing_that_happened_outside_is_undone(ctx: Context, ada: Who) -> None:
    message_id = messages.add(ctx, ada, hello())
    added = ctx.last_change
    program = ctx.program()
    assert messages.claim(program, message_id, Address("", "service@yun.example"))
    claimed = program.last_change
    messages.settle(program, message_id, "sent", "250 taken")
    for change, code in ((added, "later-change"), (claimed, "undo-outside"), (program.last_change, "undo-outside")):
        with pytest.raises(Refused) as error:
            history.undo(ctx, change)
        assert error.value.code == code
    assert messages.get(ctx, message_id)["state"] == "sent"


def test_a_no_that_comes_later_holds_what_was_queued(ctx: Context, ada: Who) -> None:
    message_id = messages.add(ctx, ada, hello())
    assert ada.contact_id
    consent.give(ctx, ada.contact_id, "email", False)
    assert messages.claim(ctx.program(), message_id, Address("", "service@yun.example")) is None
    row = messages.get(ctx, message_id)
    assert (row["state"], row["why"]) == ("failed", "opted-out")
    with pytest.raises(Refused):
        messages.retry(ctx, message_id)


def test_two_who_are_one_keep_their_mail(ctx: Context, ada: Who) -> None:
    message_id = messages.add(ctx, ada, hello())
    other = person(ctx, "Ada Lovelace")
    assert ada.contact_id
    merge.merge(ctx, "contact", ada.contact_id, other)
    assert messages.get(ctx, message_id)["contact_id"] == other
    history.undo(ctx)
    assert messages.get(ctx, message_id)["contact_id"] == ada.contact_id


# --- trying again ----------------------------------------------------------------------------------------


def test_each_try_waits_longer_than_the_one_before_up_to_a_bound() -> None:
    waits = [rules.pause(n) for n in range(1, 40)]
    assert waits[:5] == [timedelta(minutes=n) for n in (1, 2, 4, 8, 16)]
    assert waits == sorted(waits)
    assert waits[-1] == rules.LONGEST


# --- on the wire -----------------------------------------------------------------------------------------

ANY = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from('\r\n\x00\x1b\u2028.:<>"\\,;=?_\x85'), max_size=200
)


@given(ANY, ANY, ANY)
def test_no_name_subject_or_text_makes_a_header_or_a_second_mail(name: str, subject: str, text: str) -> None:
    row = {
        "name": name, "address": "ada@engines.example", "subject": subject, "body": text,
        "message_id": "<1@yun.example>", "answers": "", "thread": "", "kind": "reply",
    }  # fmt: skip
    wire = rules.stuffed(rules.compose(row, Address("Yun", "service@yun.example"), NOW))
    assert b"\r\n.\r\n" not in wire
    assert b"\n" not in wire.replace(b"\r\n", b"")
    assert b"\r" not in wire.replace(b"\r\n", b"")
    made = message_from_bytes(wire.replace(b"\r\n..", b"\r\n."), policy=policy.compat32)
    heads = ["Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
    assert [key for key in made if not (key == "Subject" and not made[key])] in (
        heads,
        [h for h in heads if h != "Subject"],
    )
    assert made["To"].endswith("ada@engines.example>") or made["To"] == "ada@engines.example"
    assert max(map(len, wire.split(b"\r\n"))) < 998
    payload = made.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n").strip() == rules.body(text).strip()


@pytest.mark.parametrize(
    "text", ["plain words", "中文正文，第二行\n.\n..", "Bcc: eve@x.example\r\nhidden", "." * 3, "x" * 5000]
)
def test_the_text_arrives_as_it_was_written(text: str) -> None:
    row = {
        "name": "李, 娜", "address": "li@世界.example", "subject": "关于投诉 C-7K2", "body": text,
        "message_id": "<1@yun.example>", "answers": "<a@b.example>", "thread": "<c@d.example>", "kind": "notice",
    }  # fmt: skip
    made = message_from_bytes(rules.compose(row, Address("云服务", "service@yun.example"), NOW), policy=policy.default)
    assert str(made["Subject"]) == "关于投诉 C-7K2"
    assert [(a.display_name, a.addr_spec) for a in made["To"].addresses] == [("李, 娜", "li@xn--rhqv96g.example")]
    assert (made["In-Reply-To"], made["References"]) == ("<a@b.example>", "<c@d.example> <a@b.example>")
    assert made["Auto-Submitted"] == "auto-generated"
    assert made.get_content().replace("\r\n", "\n").strip() == rules.body(text).strip()  # type: ignore[attr-defined]


def test_a_servers_words_act_on_nothing_and_keep_a_secret() -> None:
    assert rules.harmless(b"535 \x1b[31mhunter2\x1b[0m\r\nno", ("hunter2",)) == "535 ␛[31m***␛[0m no"
    assert len(rules.harmless("x" * 10_000)) == rules.SAID
