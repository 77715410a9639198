"""Cutting: what a row is found by, and what a search asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icrm_tui import tokens
from icrm_tui.store.sqlite import Connection


def asked(text: str) -> str:
    return Connection.expression(tokens.wanted("contact", tokens.asked(text)))


@pytest.mark.parametrize(
    ("name", "has", "lacks"),
    [
        ("Matthias", {"m", "ma", "mat", "att", "tth", "ias"}, {"at", "as"}),
        ("曾小明", {"曾", "小", "明", "曾小", "小明", "z", "ze", "zen", "eng", "xm", "zxm"} - {"xm"}, {"ceng"}),
        ("吕布", {"l", "lv", "lu", "lvb", "lub"}, set()),
        ("尉迟恭", {"yu", "yuc", "gon", "ycg"}, {"wei"}),
        ("김철수", {"김", "철", "수", "김철", "철수"}, set()),
        ("Müller", {"mul", "ler"}, {"mül"}),
        ("!!!", {"!"}, set()),
        ("Anna ❤", {"ann", "❤"}, {" "}),
        ("", {"=contact"}, set()),
    ],
)
def test_a_name_is_cut_by_its_scripts(name: str, has: set[str], lacks: set[str]) -> None:
    found = set(tokens.of("contact", {"id": 1, "name": name}).split())
    assert has <= found
    assert not lacks & found


def test_digits_have_windows_of_four_wherever_they_stand() -> None:
    row = {"id": 1, "phone": "+8613800001111 138 0000 1111", "email": "li2024@x.example", "name": "Room 1408"}
    assert {"8613", "1380", "0111", "1111", "2024", "1408"} <= set(tokens.of("contact", row).split())


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("张", '"张"'),
        ("张伟", '"张伟"'),
        ("张小伟", '"张小" AND "小伟"'),
        ("zw", '"zw"'),
        ("ZhangW", '"zha" AND "han" AND "ang" AND "ngw"'),
        ("zhangwei12", '"zha" AND "ngw" AND "ei1" AND "i12"'),
        ("0711", '"0711"'),
        ("711", '"711"'),
        ("张wei", '"张" AND "wei"'),
        ("an@y", '(("an@" AND "n@y") OR ("an" AND "y"))'),
        ("o'n", '"o" AND "n"'),
        ('"', '"”"'),
    ],
)
def test_what_is_typed_asks_for_tokens(text: str, expression: str) -> None:
    assert asked(text) == f'"=contact" AND {expression}'


def test_nothing_typed_asks_for_nothing() -> None:
    assert tokens.asked("") == tokens.asked("  ") == []


def test_a_phone_typed_with_blanks_is_one_number() -> None:
    ways = tokens.asked("138 0000 1111")[0]
    assert ways[0] == tokens.Way(("1380", "0001", "1111"), ("13800001111",))
    assert ways[-1].tokens == ("138", "0000", "1111")


def test_initials_are_a_pattern_of_words() -> None:
    assert tokens.initials("zxm") == "% z% x% m%"
    assert tokens.initials("z2m") == tokens.initials("zx") == ""


@given(st.text(max_size=60))
def test_any_text_can_be_cut_and_asked_for(text: str) -> None:
    for token in tokens.of("contact", {"id": 1, "name": text, "email": text, "phone": text}).split():
        assert token.isprintable() or not token.isascii()
        assert "'" not in token
        assert '"' not in token
    asked(text)
