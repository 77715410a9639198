"""Sending, to a real mail server on this machine: what each of its answers comes to, and what it is never told."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from icrm_tui import config, dates, paths
from icrm_tui.context import Context
from icrm_tui.engage import messages, messages_sending
from icrm_tui.engage.messages import Message
from icrm_tui.engage.messages_sending import find, send
from icrm_tui.errors import Refused, Usage
from icrm_tui.improve import tick
from icrm_tui.listen import complaints, mails
from icrm_tui.search import Who, who
from tests.engage.mailserver import CERTIFICATE, Post, serving
from tests.support import NOW, person, snapshot


@pytest.fixture
def ada(ctx: Context) -> Who:
    person(ctx, "Ada", email="ada@engines.example")
    return who(ctx, "Ada")


@pytest.fixture
def post() -> Iterator[Post]:
    with serving() as server:
        yield server


def queued(ctx: Context, whom: Who, n: int = 1, **more: Any) -> list[int]:
    return [messages.add(ctx, whom, Message(f"Hello {i}.", "Your seal", **more)) for i in range(n)]


def did(ctx: Context) -> list[str]:
    return [piece["did"] for piece in send(ctx).pieces]


def state(ctx: Context, message_id: int) -> tuple[str, str]:
    row = messages.get(ctx, message_id)
    return row["state"], row["why"]


# --- sent ------------------------------------------------------------------------------------------------


def test_what_is_due_is_sent_once_over_one_connection(ctx: Context, ada: Who, post: Post) -> None:
    queued(ctx, ada, 5)
    messages.add(ctx, ada, Message("Later.", "Later", after=dates.stamp(NOW + timedelta(hours=1))))
    assert [piece["did"] for piece in find(ctx)] == ["sent"] * 5
    assert did(ctx) == ["sent"] * 5
    assert did(ctx) == []
    assert (len(post.taken), post.connections) == (5, 1)
    kept = ctx.read("SELECT message_id, answer, sent_at FROM messages WHERE state = 'sent' ORDER BY id")
    assert post.ids == {row["message_id"]: 1 for row in kept}
    assert {(row["answer"], row["sent_at"]) for row in kept} == {("250 taken", ctx.stamp)}
    first = post.taken[0]
    assert (str(first["From"]), str(first["To"])) == ("Yun Service <service@yun.example>", "Ada <ada@engines.example>")
    assert first.get_content().strip() == "Hello 0."


def test_a_tick_sends_and_logs_what_it_did(ctx: Context, ada: Who, post: Post) -> None:
    queued(ctx, ada, 2)
    assert [one["did"] for one in tick.run(ctx, dry=True).actions if one["work"] == "outbox"] == ["sent", "sent"]
    assert post.taken == []
    assert [one["did"] for one in tick.run(ctx).actions if one["work"] == "outbox"] == ["sent", "sent"]
    assert [one for one in tick.run(ctx).actions if one["work"] == "outbox"] == []
    assert len(post.taken) == 2
    assert [row["did"] for row in ctx.read("SELECT did FROM tick_log WHERE did = 'sent'")] == ["sent"] * 2


def test_an_answer_to_a_complaint_is_in_its_thread_and_stands_with_it(ctx: Context, ada: Who, post: Post) -> None:
    complaint_id = complaints.add(ctx, ada, complaints.Complaint("It leaks"))
    queued(ctx, ada, about=("complaint", complaint_id))
    with Path(paths.config_file()).with_name("mail.eml").open("w+b") as file:
        file.write(b"From: ada@engines.example\nMessage-ID: <1@engines.example>\nSubject: It leaks again\n\nSee?\n")
        file.seek(0)
        mails.receive(ctx, file)
    assert did(ctx) == ["sent"]
    events = complaints.show(ctx, complaint_id)["events"]
    assert [(one["outcome"], one["channel"], one["who"]) for one in events] == [
        ("opened", "other", "wei"), ("replied", "email", "wei"),
    ]  # fmt: skip
    reply = (
        f"From: a@engines.example\nMessage-ID: <2@x.example>\nIn-Reply-To: {post.taken[0]['Message-ID']}\n\nThanks\n"
    )
    with Path(paths.config_file()).with_name("mail.eml").open("w+b") as file:
        file.write(reply.encode())
        file.seek(0)
        assert mails.receive(ctx, file).about == complaints.show(ctx, complaint_id)["ref"]
    queued(ctx, ada, about=("complaint", complaint_id))
    assert did(ctx) == ["sent"]
    assert (str(post.taken[1]["In-Reply-To"]), str(post.taken[1]["References"])) == (
        "<2@x.example>", f"{post.taken[0]['Message-ID']} <2@x.example>",
    )  # fmt: skip
    other = who(ctx, f"p{person(ctx, 'Bob', email='bob@x.example')}")
    with pytest.raises(Refused) as error:
        queued(ctx, other, about=("complaint", complaint_id))
    assert error.value.code == "message-other"


# --- refused ---------------------------------------------------------------------------------------------


def test_a_no_for_good_fails_in_the_servers_words_and_the_others_go(ctx: Context, ada: Who, post: Post) -> None:
    gone = queued(ctx, ada, to="gone@engines.example")[0]
    rest = queued(ctx, ada, 2)
    post.rcpt["gone@engines.example"] = "550 5.1.1 \x1b[31mno such user"
    assert did(ctx) == ["failed", "sent", "sent"]
    assert state(ctx, gone) == ("failed", "server")
    assert messages.get(ctx, gone)["answer"] == "550 5.1.1 ␛[31mno such user"
    assert [state(ctx, one)[0] for one in rest] == ["sent", "sent"]
    post.data["ada@engines.example"] = "554 5.7.1 spam"
    full = queued(ctx, ada)[0]
    assert did(ctx) == ["failed"]
    assert messages.get(ctx, full)["answer"] == "554 5.7.1 spam"


def test_a_no_for_now_is_tried_again_and_given_up_in_the_end(
    ctx: Context, ada: Who, post: Post, opened: Callable[..., Context]
) -> None:
    post.rcpt["ada@engines.example"] = "450 4.2.1 try later"
    message_id = queued(ctx, ada)[0]
    assert did(ctx) == ["put-off"]
    now, tries = NOW, 1
    while messages.get(ctx, message_id)["state"] == "queued":
        due = dates.local(messages.get(ctx, message_id)["next_at"], ctx.zone)
        assert due - now == min(timedelta(minutes=2 ** (tries - 1)), timedelta(hours=4))
        assert send(opened(now=due - timedelta(seconds=1))).pieces == []
        now, tries = due, tries + 1
        send(opened(now=now))
    assert state(ctx, message_id) == ("failed", "gave-up")
    assert now - NOW >= timedelta(days=3)
    assert tries == messages.get(ctx, message_id)["tries"] < 40
    post.rcpt.clear()
    later = opened(now=now)
    messages.retry(later, message_id)
    assert did(later) == ["sent"]


def test_a_server_that_takes_no_mail_of_ours_is_left_alone(ctx: Context, ada: Who, post: Post) -> None:
    ids = queued(ctx, ada, 3)
    post.mail = "550 5.7.1 not your address"
    assert did(ctx) == ["put-off"]
    assert [state(ctx, one)[0] for one in ids] == ["queued"] * 3


def test_a_line_that_breaks_before_the_last_dot_has_sent_nothing(ctx: Context, ada: Who, post: Post) -> None:
    post.rcpt["ada@engines.example"] = None
    ids = queued(ctx, ada, 2)
    assert did(ctx) == ["put-off"]
    assert [messages.get(ctx, one)["tries"] for one in ids] == [1, 0]
    assert post.taken == []


@pytest.mark.parametrize("answer", [None, "! taken, and gone"])
def test_a_line_that_breaks_after_it_asks_a_person(ctx: Context, ada: Who, post: Post, answer: str | None) -> None:
    post.data["ada@engines.example"] = answer
    message_id = queued(ctx, ada)[0]
    assert did(ctx) == ["doubted"]
    assert state(ctx, message_id) == ("unknown", "line")
    post.data.clear()
    assert did(ctx) == []
    assert len(post.taken) == (0 if answer is None else 1)


def test_what_a_crash_left_is_unknown_and_the_rest_is_sent(ctx: Context, ada: Who, post: Post) -> None:
    left, waiting = queued(ctx, ada, 2)
    messages.claim(ctx.program(), left, messages_sending.server().sender)  # type: ignore[union-attr]
    assert [piece["did"] for piece in find(ctx)] == ["doubted", "sent"]
    assert did(ctx) == ["doubted", "sent"]
    assert (state(ctx, left), state(ctx, waiting)) == (("unknown", "crash"), ("sent", ""))


def test_a_server_that_is_down_makes_everything_wait_longer_and_longer(
    ctx: Context, ada: Who, opened: Callable[..., Context]
) -> None:
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        config.put("mail_host", "127.0.0.1")
        config.put("mail_port", str(nobody.getsockname()[1]))
        config.put("mail_tls", "none")
        config.put("mail_from", "service@yun.example")
        ids = queued(ctx, ada, 3)
        down = send(ctx).down
        assert down is not None and down.code == "mail-down"
        assert {messages.get(ctx, one)["next_at"] for one in ids} == {dates.stamp(NOW + timedelta(minutes=1))}
        assert send(ctx) == messages_sending.Sent([])
        later = opened(now=NOW + timedelta(minutes=1))
        did_what = [(one["did"], one["who"]) for one in tick.run(later).actions if one["work"] == "outbox"]
        assert did_what == [("held", "127.0.0.1")]
        assert {messages.get(ctx, one)["tries"] for one in ids} == {2}
        assert {state(ctx, one)[0] for one in ids} == {"queued"}


# --- set up ----------------------------------------------------------------------------------------------


def test_without_a_server_nothing_is_sent_and_a_tick_says_nothing(ctx: Context, ada: Who) -> None:
    queued(ctx, ada)
    assert find(ctx) == []
    assert [one for one in tick.run(ctx).actions if one["work"] == "outbox"] == []
    with pytest.raises(Refused) as error:
        send(ctx)
    assert error.value.code == "mail-unset"


def test_settings_that_are_wrong_are_told_once_and_hold_up_nothing_else(ctx: Context, ada: Who) -> None:
    config.put("mail_host", "127.0.0.1")
    queued(ctx, ada, 3)
    for key, value, code in (
        ("mail_from", "", "mail-no-sender"), ("mail_user", "service", "secret-missing"),
    ):  # fmt: skip
        if value:
            config.put("mail_from", "service@yun.example")
            config.put(key, value)
        ticked = tick.run(ctx)
        assert [(work, error.code) for work, error in ticked.failed] == [("outbox", code)]
    assert [messages.get(ctx, n)["tries"] for n in (1, 2, 3)] == [0, 0, 0]


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("encrypted", ["starttls", "tls"])
def test_the_line_is_encrypted_and_we_are_who_we_say(
    ctx: Context, ada: Who, encrypted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(encrypted, b"hunter2") as post:
        _secret("hunter2")
        config.put("mail_user", "service")
        queued(ctx, ada, 2)
        down = send(ctx).down
        assert down is not None and down.code == "mail-down"  # nobody vouches for this server
        assert post.logins == []
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        later = Context(ctx.connection, "wei", lambda: NOW + timedelta(hours=1), ctx.zone)
        assert did(later) == ["sent", "sent"]
        assert post.logins == [(b"service", b"hunter2")]


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_wrong_password_is_told_nowhere(ctx: Context, ada: Who, capfd: pytest.CaptureFixture[str]) -> None:
    with serving("none", b"another") as post:
        _secret("hunter2-xyz")
        config.put("mail_user", "service")
        message_id = queued(ctx, ada)[0]
        down = send(ctx).down
        assert down is not None and down.code == "mail-login"
        assert post.logins
        assert "hunter2" not in repr(down) + str(down.values) + repr(down.__cause__)
        assert "535 5.7.8 *** is wrong" in messages.get(ctx, message_id)["answer"]
        assert "hunter2" not in "".join(capfd.readouterr())
        assert "hunter2" not in repr(snapshot(ctx)) + repr(ctx.read("SELECT * FROM history"))
        assert state(ctx, message_id)[0] == "queued"


def test_a_password_does_not_go_over_an_open_line(ctx: Context, ada: Who) -> None:
    config.put("mail_host", "mail.example.com")
    config.put("mail_tls", "none")
    config.put("mail_from", "service@yun.example")
    config.put("mail_user", "service")
    queued(ctx, ada)
    with pytest.raises(Refused) as error:
        send(ctx)
    assert error.value.code == "mail-bare"


@pytest.mark.parametrize("key,value", [
    ("mail_host", "mail example"), ("mail_host", "a/b"), ("mail_host", "-oProxyCommand"), ("mail_port", "0"),
    ("mail_port", "65536"), ("mail_port", "x"), ("mail_tls", "ssl"), ("mail_from", "nobody"),
    ("mail_from", "Eve <eve@x.example>\r\nBcc: bob@x.example"), ("mail_user", "a\r\nb"),
    ("mail_from", "李娜@yun.example"), ("mail_secret", "hunter2"),
])  # fmt: skip
def test_settings_that_mean_nothing_are_refused(key: str, value: str) -> None:
    with pytest.raises(Usage) as error:
        config.put(key, value)
    assert "hunter2" not in repr(error.value)


def _secret(text: str) -> None:
    path = paths.config_file().with_name("mail-secret")
    path.touch(0o600)
    path.write_text(text + "\n", encoding="utf-8")
