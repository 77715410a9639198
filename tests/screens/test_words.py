"""Every key has an id and words in both languages; no footer cuts a word; no English is left on Chinese screens."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.widgets import Input

import icrm_tui.screens
import icrm_tui.widgets
from icrm_tui import app
from icrm_tui.locale import en, en_screens, zh_CN, zh_CN_screens
from icrm_tui.widgets.frame import KeyLine
from tests.screens.cast import BOUGHT, DUE, PEOPLE, TOUCHES, WRONG
from tests.screens.driving import screens
from tests.screens.pictures import KEPT
from tests.screens.test_pictures import DIALOGS, LEADS, PLACES, show

CATALOGUES = ({**en.WORDS, **en_screens.WORDS}, {**zh_CN.WORDS, **zh_CN_screens.WORDS})
# names of things that Chinese calls so too, keys of the keyboard, and the words of the query language
CALLED_SO = re.compile(
    r"\S+\.(?:db|csv)\b|reminder\(.*?[)…]|\w+[:>]\S+|"
    r"\b(?:[A-Z]\w+/\w+|Excel|Outlook|Google|HubSpot|WhatsApp|LinkedIn|English|icrm|backup"
    r"|Esc|Tab|Home|End|space|shift|PgUp|PgDn|tab|gg|zw|utf|no such|towm|Shanghai|Berlin|New_York)\b"
)

# found by their English names too; which words the query language has; what asks for the language
SPEAKS_ENGLISH = ("country", "filter-wrong", "first-0", "first-2")


def bindings() -> Iterator[tuple[str, Binding]]:
    """Every binding of our own classes, with the class."""
    seen: set[type] = set()
    modules = [app]
    for package in (icrm_tui.screens, icrm_tui.widgets):
        modules += [import_module(found.name) for found in walk_packages(package.__path__, f"{package.__name__}.")]
    for module in modules:
        for one in vars(module).values():
            ours = isinstance(one, type) and issubclass(one, DOMNode) and one.__module__.startswith("icrm_tui")
            if ours and one not in seen and "BINDINGS" in vars(one):
                seen.add(one)
                for binding in BindingsMap(vars(one)["BINDINGS"]).key_to_bindings.values():
                    yield from ((one.__name__, b) for b in binding)


def test_every_key_that_is_told_of_has_an_id_of_its_own() -> None:
    owners: dict[str, set[tuple[str, str]]] = {}
    for owner, binding in bindings():
        if binding.description:
            assert binding.id, (owner, binding.key)
            owners.setdefault(binding.id, set()).add((binding.action, binding.description))
    assert {name: uses for name, uses in owners.items() if len(uses) > 1} == {}


def test_every_key_is_described_in_both_languages() -> None:
    for owner, binding in bindings():
        for words in CATALOGUES:
            assert not binding.description or binding.description in words, (owner, binding.key, binding.description)


def test_both_languages_have_the_same_words() -> None:
    assert sorted(en_screens.WORDS) == sorted(zh_CN_screens.WORDS)
    holes = re.compile(r"\{(\w+)[^}]*\}")
    for key, english in en_screens.WORDS.items():
        chinese = zh_CN_screens.WORDS[key]
        one = set(holes.findall("".join(english)))
        assert set(holes.findall("".join(chinese))) <= one | {"n", "shown", "month", "day"}, key


@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_the_footer_shows_whole_words_and_always_help(full: Path, language: str) -> None:
    async with screens(full, (80, 24), language) as me:
        for what, keys in PLACES.items():
            await show(me, keys)
            line = me.screen.query_one(KeyLine)
            chosen, every = line.fitting(), line.keys()[0]
            assert sum(line._width(key) for key in chosen) <= 80
            typing = isinstance(me.screen.focused, Input)
            assert typing or "?" in [key.shown for key in chosen], what
            assert len(chosen) >= min(5, len(every)) > 0, (what, [key.does for key in every])
            await me.home()


def test_no_english_is_left_on_a_chinese_screen() -> None:
    """Read off the kept pictures: a word neither in the store nor called so in Chinese is ours, or Textual's."""
    keys = " ".join(key for some in (PLACES | DIALOGS).values() for key in some)
    known = "Asia/Shanghai First met Su Lan demo wei lan Bonn asked on the phone rejected"
    told = f"{PEOPLE} {TOUCHES} {DUE} {WRONG} {BOUGHT} {LEADS} {keys} {known}"
    left: dict[str, list[str]] = {}
    for path in sorted(KEPT.glob("*-zh_CN-*.txt")):
        text = CALLED_SO.sub(" ", path.read_text(encoding="utf-8").partition("---")[0])
        words = [word for word in re.findall(r"[A-Za-z]*[a-z]{2,}", text) if word not in told]
        if words and not path.name.startswith(SPEAKS_ENGLISH):
            left[path.name] = words
    assert left == {}


async def test_ctrl_c_says_in_chinese_how_to_leave(full: Path) -> None:
    async with screens(full, language="zh_CN") as me:
        await me.press("ctrl+c")
        assert me.said == ["按 ^q 退出。"]
