"""Ways to reach somebody: how they are read, which identify, and who has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icrm_tui.collect import channels, contacts
from icrm_tui.context import Context
from icrm_tui.errors import NotFound, Refused, Usage
from tests.support import person


@pytest.mark.parametrize(
    ("value", "country", "key"),
    [
        ("+86 138 0000 1111", "", "+8613800001111"),
        ("138-0000-1111", "CN", "+8613800001111"),
        ("86 13800001111", "CN", "+8613800001111"),
        ("021 5555 1234", "CN", "+862155551234"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("1.415.555.2671", "CA", "+14155552671"),
        ("030 901820", "DE", "+4930901820"),
        ("0049 30 901820", "", "+4930901820"),
        ("+49 (0) 30 901820", "", "+4930901820"),
        ("0049 (0)30/90 18-20", "CN", "+4930901820"),
        ("tel:+49-30-901820", "", "+4930901820"),
        ("＋８６ １３８ ００００ １１１１", "", "+8613800001111"),
        ("٠٣٠ ٩٠١٨٢٠", "DE", "+4930901820"),
        ("+1 415 555 2671 ext. 12", "", "+14155552671;ext=12"),
        ("138 0000 1111", "", "13800001111"),
        ("ask reception", "", "ask reception"),
    ],
)
def test_a_phone_is_read_in_any_format(value: str, country: str, key: str) -> None:
    assert channels.read("phone", value, country).key == key


@pytest.mark.parametrize(
    ("kind", "value", "key"),
    [
        ("email", " Ada@X.Example ", "ada@x.example"),
        ("email", "mailto:ada@x.example", "ada@x.example"),
        ("email", "ÄDA@x.example", "äda@x.example"),
        ("x", "@Ada", "ada"),
        ("wechat", "Wx_Ada", "wx_ada"),
        ("website", "https://Ada.Example/", "https://ada.example/"),
    ],
)
def test_what_is_compared_is_folded_and_what_was_typed_is_kept(kind: str, value: str, key: str) -> None:
    channel = channels.read(kind, value, "")
    assert (channel.key, channel.value) == (key, " ".join(value.split()))


@given(st.sampled_from(channels.KINDS), st.text(max_size=40), st.sampled_from(["", "CN", "DE", "US"]))
def test_anything_typed_is_read_or_refused(kind: str, value: str, country: str) -> None:
    channels.read(kind, value, country)
    try:
        channels.entered(kind, value, country)
    except Usage as error:
        assert error.code in ("email-invalid", "phone-invalid", "channel-empty")


@pytest.mark.parametrize(
    ("kind", "value", "country", "code"),
    [
        ("email", "ada@", "", "email-invalid"),
        ("email", "ada at x.example", "", "email-invalid"),
        ("email", "ada@x", "", "email-invalid"),
        ("email", "a b@x.example", "", "email-invalid"),
        ("email", "", "", "email-invalid"),
        ("phone", "call me", "", "phone-invalid"),
        ("phone", "123", "", "phone-invalid"),
        ("phone", "+86 138", "", "phone-invalid"),
        ("phone", "+49 30 90182 90182 90182", "", "phone-invalid"),
        ("phone", "138 0", "CN", "phone-invalid"),
        ("phone", "+49 30 901820 Anna", "", "phone-invalid"),
        ("wechat", "  ", "", "channel-empty"),
        ("pigeon", "home", "", "channel-kind"),
    ],
)
def test_what_cannot_be_is_refused_on_entry(kind: str, value: str, country: str, code: str) -> None:
    with pytest.raises(Usage) as caught:
        channels.entered(kind, value, country)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "value", ["ada@x.example", "ada.l+crm@sub.x.example", "o'brien@x.example", "äda@bücher.example", "a@firma.local"]
)
def test_addresses_people_have_are_taken(value: str) -> None:
    assert channels.entered("email", value, "").value == value


def test_an_address_identifies_and_a_phone_does_not(ctx: Context) -> None:
    ada = person(ctx, "Ada", email="ada@x.example", phone="13800001111")
    person(ctx, "Her husband", phone="13800001111")
    with pytest.raises(Refused) as caught:
        person(ctx, "Other", email="ADA@X.example")
    assert caught.value.values["id"] == f"p{ada}"
    assert caught.value.values["name"] == "Ada"


def test_a_doubtful_address_is_kept_and_identifies_nobody(ctx: Context) -> None:
    person(ctx, "Ada", email="ada(at)x.example")
    person(ctx, "Berta", email="ada(at)x.example")
    assert ctx.read("SELECT ident, doubtful FROM channels") == [{"ident": 0, "doubtful": 1}] * 2


def test_the_archive_frees_an_address_and_the_return_takes_it_back(ctx: Context) -> None:
    ada = person(ctx, "Ada", email="ada@x.example")
    contacts.archive(ctx, ada)
    other = person(ctx, "Other", email="ada@x.example")
    with pytest.raises(Refused) as caught:
        contacts.unarchive(ctx, ada)
    assert (caught.value.code, caught.value.values["id"]) == ("channel-taken", f"p{other}")
    assert contacts.get(ctx, ada)["archived"] == 1
    contacts.archive(ctx, other)
    contacts.unarchive(ctx, ada)
    held = channels.holder(ctx, "email", "ada@x.example")
    assert held is not None
    assert held["contact_id"] == ada


def test_who_is_archived_takes_no_address_from_others(ctx: Context) -> None:
    ada = person(ctx, "Ada")
    contacts.archive(ctx, ada)
    channels.add(ctx, ada, channels.read("email", "ada@x.example", ""))
    person(ctx, "Other", email="ada@x.example")


def test_each_kind_has_one_main_channel(ctx: Context) -> None:
    ada = person(ctx, "Ada", email="one@x.example", phone="13800001111")
    channels.add(ctx, ada, channels.read("email", "two@x.example", ""))
    channels.primary(ctx, ada, "TWO@x.example")

    def main(kind: str) -> list[str]:
        return [row["value"] for row in channels.of(ctx, ada) if row["kind"] == kind and row["main"]]

    assert (main("email"), main("phone")) == (["two@x.example"], ["13800001111"])
    channels.remove(ctx, ada, "two@x.example")
    assert main("email") == ["one@x.example"]
    channels.remove(ctx, ada, "138 0000 1111")
    with pytest.raises(NotFound):
        channels.remove(ctx, ada, "138 0000 1111")
    assert channels.add(ctx, ada, channels.read("email", "ONE@x.example", "")) == 1  # has it already
