"""Mail is read as its writers meant it, whatever program, code or server it came through; what is none says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icrm_tui import addresses
from icrm_tui.collect.formats import html, mail
from icrm_tui.collect.formats.mail import Mail, Unreadable
from icrm_tui.collect.formats.mail_words import named
from icrm_tui.listen import mails_rules
from tests.collect.formats.mails import large, mails


def test_there_are_enough_of_them() -> None:
    assert len(mails()) >= 60


@pytest.mark.parametrize("name", list(mails()))
def test_a_mail_says_what_it_says(name: str) -> None:
    raw, so = mails()[name]
    if "reason" in so:
        with pytest.raises(Unreadable) as error:
            mail.read(raw)
        assert str(error.value) == so["reason"]
        return
    read = mail.read(raw)
    assert read.auto == so.get("auto", "")
    for word in ("text", "subject", "files", "at", "thread"):
        if word in so:
            assert getattr(read, word) == so[word], word
    assert read.sender.address == so.get("sender", read.sender.address)
    assert read.sender.name == so.get("name", read.sender.name)
    assert read.message_id == so.get("id", read.message_id)
    assert so.get("has", "") in read.text
    assert not [one for one in so.get("hasnt", ()) if one in read.text]
    if "fresh" in so:
        assert mails_rules.fresh(read.text) == so["fresh"]
    if "bounce" in so:
        _bounce(read, so["bounce"])


def _bounce(read: Mail, said: tuple[str, str, str] | None) -> None:
    if said is None:
        assert read.bounce is None
        return
    assert read.bounce is not None
    assert read.bounce[:2] == said[:2]
    assert said[2] in read.bounce.words


def test_thirty_megabytes_are_only_named() -> None:
    read = mail.read(large())
    assert (read.text, read.files) == ("The seal is broken.", ("scan.tif (30.8 MB)",))


def test_mail_without_an_id_is_known_again_by_what_is_in_it() -> None:
    raw = mails()["without an id"][0]
    again = raw.replace(b"Received: from mx", b"Received: from another").replace(b"\r\n", b"\n")
    assert mail.read(raw).key == mail.read(again).key != mail.read(raw.replace(b"leaks", b"drips")).key


HEADS = st.sampled_from(
    [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Content-Type",
        "Content-Transfer-Encoding",
        "References",
        "Reply-To",
    ]
)
VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"a@b.example", b"multipart/mixed; boundary=b", b"text/html; charset=hz", b"base64", b"message/rfc822",
         b"uuencode",
         b"multipart/report; report-type=delivery-status; boundary=b", b"message/delivery-status", b"=?utf-7?B?+?=",
         b"text/plain; charset*0*=x; name*1=", b"quoted-printable", b"=?gb2312?Q?=C4?="]
    ),
)  # fmt: skip


@given(st.lists(st.tuples(HEADS, VALUES), max_size=8), st.binary(max_size=300))
def test_whatever_comes_is_read_or_says_why_not(heads: list[tuple[str, bytes]], body: bytes) -> None:
    top = b"".join(name.encode() + b": " + value.replace(b"\n", b"\n ") + b"\r\n" for name, value in heads)
    raw = top + b"\r\n--b\r\n" + body + b"\r\n--b\r\n" + top + b"\r\n" + body
    try:
        read = mail.read(raw)
    except Unreadable:
        mail.named_by(raw)
        return
    assert read.key
    assert read.subject.isprintable()
    assert not read.sender.address or addresses.plain(read.sender.address)
    for one in (read.message_id, *read.thread):
        assert one.isascii() and one.isprintable() and " " not in one


@given(st.text(max_size=300))
def test_any_page_and_any_name_come_to_a_text(text: str) -> None:
    assert "\r" not in html.text(text)
    assert named(text).isprintable()
    mails_rules.fresh(text)


ANYBODY = st.text('ab@<>"(),;:\\ \r\n.é', max_size=40)


@given(ANYBODY)
def test_an_address_is_one_or_none(text: str) -> None:
    found = addresses.read(text)
    if found is not None:
        assert addresses.plain(found.address)
        assert text.count(found.address) >= 1
        assert not set(found.address) & set(' \r\n<>(),;:"\\')
