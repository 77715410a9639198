"""What a team agrees on, kept in the store: base currency, country, when a silence counts."""

from typing import Any

from icrm_tui.context import Context
from icrm_tui.db import Tx
from icrm_tui.errors import Usage
from icrm_tui.nouns import Noun, Part

DEFAULTS = {"currency": "", "country": "", "silent_days": "30"}


def check(key: str, value: str) -> str:
    """The value as it is kept; refused where it means nothing."""
    value = value.strip()
    if key == "currency":
        if value:
            from icrm_tui import money

            value = money.code(value)
    elif key == "country":
        value = value.upper()
        if value:
            from phonenumbers import SUPPORTED_REGIONS

            if value not in SUPPORTED_REGIONS:
                raise Usage("setting-country", value=value)
    elif key == "silent_days" and not (value.isascii() and value.isdigit() and 0 < int(value) < 10_000):
        raise Usage("setting-number", key=key, value=value)
    return value


def get(ctx: Context, key: str) -> str:
    return ctx.setting(key, DEFAULTS.get(key, ""))


def put(ctx: Context, key: str, value: str) -> str:
    """Keep `value`, checked, under `key`; the value kept."""
    kept = check(key, value)

    def work(tx: Tx) -> Any:
        found = tx.read("SELECT id FROM settings WHERE key = :key", key=key)
        if found:
            tx.update("settings", found[0]["id"], value=kept)
        else:
            tx.insert("settings", key=key, value=kept)
        return kept

    ctx.change("setting.put", work)
    return kept


def named(ctx: Context, prefix: str) -> dict[str, str]:
    """All settings whose key starts with `prefix`, without it."""
    rows = ctx.read("SELECT key, value FROM settings ORDER BY key")
    return {row["key"][len(prefix) :]: row["value"] for row in rows if row["key"].startswith(prefix)}


NOUN = Noun("setting", "settings", {"settings": Part(unique=(("key",),))}, label="key")
