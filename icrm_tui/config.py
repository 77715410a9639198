"""What one user prefers on this machine: a small TOML file, absent until something is set."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icrm_tui import i18n, paths
from icrm_tui.errors import Unavailable, Usage


def _choice(key: str, choices: tuple[str, ...]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in choices:
            raise Usage("choice", field=key, value=value, choices=", ".join(choices))
        return value

    return check


def _zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        from icrm_tui import dates

        return dates.zone(value)  # which says what is near


def _by_offset(named: str) -> str:
    """A zone as systems spell it by its distance to Greenwich, which they count westward: CST-8 is China."""
    found = re.fullmatch(r"[A-Za-z]{3,5}([+-]?)(\d{1,2})", named)
    if found is None:
        return ""
    sign = "-" if found[1] == "-" else "+"
    return f"Etc/GMT{sign}{int(found[2])}" if int(found[2]) <= (14 if sign == "-" else 12) else ""


def _language(value: str) -> str:
    return _choice("language", tuple(i18n.LANGUAGES))(i18n.match(value) or value)


def _host(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*", value):
        raise Usage("mail-host", value=value)
    return value


def _port(value: str) -> str:
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        raise Usage("mail-port", value=value)
    return value


def _login(value: str) -> str:
    if not value.isprintable():
        raise Usage("mail-user")
    return value


def _sender(value: str) -> str:
    from icrm_tui import addresses

    found = addresses.read(value)
    if found is None or not found.name.isprintable() or not found.address.isascii():
        raise Usage("email-invalid", value=value)
    return value


def _kept(value: str) -> str:
    """Where the password lies; never the password itself, which is not repeated."""
    if value != "keyring" and not re.search(r"[/\\]", value):
        raise Usage("mail-secret")
    return value


# key → what checks a value; the settings screen and `config` are made from this
SCHEMA: dict[str, Callable[[str], str]] = {
    "user": str.strip,
    "zone": lambda value: _zone(value).key,
    "language": _language,
    "db": str.strip,
    "theme": _choice("theme", ("icrm-dark", "icrm-light")),
    "glyphs": _choice("glyphs", ("unicode", "ascii")),
    "mail_host": _host,
    "mail_port": _port,
    "mail_tls": _choice("mail_tls", ("starttls", "tls", "none")),
    "mail_user": _login,
    "mail_from": _sender,
    "mail_secret": _kept,
}


def load() -> dict[str, str]:
    """All that is set. Unavailable names a file that is no TOML."""
    path = paths.config_file()
    if not path.exists():
        return {}
    import tomllib

    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Unavailable("config-broken", path=str(path), detail=str(error)) from error
    return {key: str(value) for key, value in found.items() if key in SCHEMA}


def put(key: str, value: str) -> str:
    """Keep `value`, checked; an empty one takes the setting away."""
    if key not in SCHEMA:
        raise Usage("unknown-setting", key=key, nearest=", ".join(_near(key)))
    kept = load()
    if value.strip():
        kept[key] = SCHEMA[key](value.strip())
    else:
        kept.pop(key, None)
    _write(paths.config_file(), kept)
    return kept.get(key, "")


def _near(key: str) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(key, SCHEMA, 1)


def _write(path: Path, kept: dict[str, str]) -> None:
    import tomli_w

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        tomli_w.dump(kept, file)
    fresh.replace(path)


def zone(kept: dict[str, str]) -> ZoneInfo:
    """The user's zone: as set, else as the system says, else UTC."""
    if kept.get("zone"):
        return _zone(kept["zone"])
    named = os.environ.get("TZ", "").removeprefix(":")
    if named:
        return _zone(_by_offset(named) or named)
    link = Path("/etc/localtime")
    if link.is_symlink() and "zoneinfo/" in str(link.readlink()):
        return ZoneInfo(str(link.readlink()).partition("zoneinfo/")[2])
    return ZoneInfo("UTC")
