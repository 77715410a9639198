"""Names as they are read aloud."""

import pytest

from icrm_tui import pinyin


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("张伟", "zhang wei"),
        ("曾国藩", "zeng guo fan"),
        ("单雄信", "shan xiong xin"),
        ("仇英", "qiu ying"),
        ("解缙", "xie jin"),
        ("尉迟恭", "yu chi gong"),
        ("区小明", "ou xiao ming"),
        ("查良镛", "zha liang yong"),
        ("万俟卨", "mo qi xie"),
        ("长孙无忌", "zhang sun wu ji"),
        ("吕布", "lv bu"),
        ("重庆长城科技", "chong qing chang cheng ke ji"),
        ("中国银行", "zhong guo yin hang"),
    ],
)
def test_surnames_and_firms_by_their_own_readings(name: str, reading: str) -> None:
    assert " ".join(pinyin.name_syllables(name)[1]) == reading


def test_a_surname_is_read_so_only_in_front() -> None:
    assert pinyin.name_syllables("王单")[1] == ["wang", "dan"]


@pytest.mark.parametrize(("name", "n"), [("张伟", 1), ("欧阳修", 2), ("欧阳", 1)])
def test_how_many_syllables_are_the_surname(name: str, n: int) -> None:
    assert pinyin.name_syllables(name)[0] == n


def test_what_is_not_in_the_table_stays_as_it_is() -> None:
    assert pinyin.syllable("A") == "A"
