"""Words for the faces: `t("id", n=3)` from the catalogue of the language in use.

A catalogue maps an id to a sentence with `{name}` places, or to a pair (one, many) chosen by `n`.
"""

import os
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from icrm_tui.errors import IcrmError

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}

_words: dict[str, str | tuple[str, str]] = {}
_language = ""
_parts: list[str] = []  # of the catalogue, beside the words every command may say: help, screens


def match(name: str) -> str | None:
    """The language meant by a locale name such as `zh_CN.UTF-8`, `zh-Hans` or `en_US`; None when we lack it."""
    head = name.replace("-", "_").split(".")[0].split("_")[0].casefold()
    return {"zh": "zh_CN", "en": "en"}.get(head)


def from_environment() -> str:
    for key in ("ICRM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(key)
        if value:
            return match(value) or "en"
    return "en"


def use(language: str) -> None:
    global _words, _language
    _words = dict(import_module(f"icrm_tui.locale.{language}").WORDS)
    for part in _parts:
        _words |= import_module(f"icrm_tui.locale.{language}_{part}").WORDS
    _language = language


def need(part: str) -> None:
    """From now on the words of this part of the catalogue are there as well, in whatever language."""
    if part not in _parts:
        _parts.append(part)
        if _language:
            use(_language)


def language() -> str:
    return _language


def has(key: str) -> bool:
    _prepare(key)
    return key in _words


def t(key: str, /, **values: Any) -> str:
    _prepare(key)
    sentence = _words[key]
    if isinstance(sentence, tuple):
        sentence = sentence[0] if values.get("n") == 1 else sentence[1]
    return sentence.format(**values) if values else sentence


def _prepare(key: str) -> None:
    if not _words:
        use(from_environment())
    if key.startswith("error."):
        need("errors")


def sentence(error: IcrmError, face: str = "error") -> str:
    """What an error says, in one line: rows by their names, choices and nouns by their words.

    A `face` may say it in words of its own: where there are no flags, none is named.
    """
    key = f"{face}.{error.code}" if has(f"{face}.{error.code}") else f"error.{error.code}"
    return t(key, **{name: _said(name, value) for name, value in error.values.items()}).strip()


def reasons(found: Iterable[tuple[str, dict[str, Any]]]) -> str:
    """Why something is so, in one line: each reason is a code and the figures that fill its sentence."""
    return t("ui.semicolon").join(t(f"why.{code}", **values) for code, values in found)


def _said(name: str, value: Any) -> Any:
    if name == "nearest" and has("error.nearest"):
        return t("error.nearest", nearest=value) if value else ""
    if isinstance(value, list):
        return t("ui.comma").join(_row(row) if isinstance(row, dict) else _word(name[:-1], row) for row in value)
    if name in ("noun", "field", "kind", "state", "move") and isinstance(value, str):
        return _word(name, value)
    return value


def _word(name: str, value: Any) -> str:
    """A value of that name in this language; of many the name has an s."""
    key = f"{name}.{value}"
    return t(key) if has(key) else str(value)


def _row(row: dict[str, Any]) -> str:
    noun = t(f"noun.{row['noun']}") if has(f"noun.{row['noun']}") else row["noun"]
    return " ".join(part for part in (noun, row["id"], row["name"]) if part)
