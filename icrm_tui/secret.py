"""The password of the mail server: from the system's keyring or a file that only its owner can read."""

import os
import stat
from pathlib import Path

from icrm_tui import paths
from icrm_tui.errors import Refused

KEYRING = "keyring"  # as the setting that says where it lies; else that is a file
SERVICE = "icrm-mail"  # what the keyring knows it by, with the user's name at the server
LONGEST = 4096


def read(where: str, user: str) -> str:
    """The secret of `user`; Refused where there is none, or where others could have read it."""
    if where == KEYRING:
        return _from_keyring(user)
    path = paths.given(where) if where else paths.config_file().with_name("mail-secret")
    found = _from_file(path)
    if not found:
        raise Refused("secret-missing", path=str(path))
    return found


def _from_file(path: Path) -> str:
    """The first line of the file, whose mode is looked at once it is open: nobody exchanges it in between."""
    try:
        with path.open("rb") as file:
            kept = os.fstat(file.fileno())
            if not stat.S_ISREG(kept.st_mode):
                raise Refused("secret-missing", path=str(path))
            if os.name == "posix" and (kept.st_mode & 0o077 or kept.st_uid not in (os.getuid(), 0)):
                raise Refused("secret-open", path=str(path))
            line = file.read(LONGEST).split(b"\n")[0]
    except OSError as error:
        raise Refused("secret-missing", path=str(path)) from error
    said = line.decode("utf-8", "replace").strip("\r")
    if "\ufffd" in said:  # an error of the decoder would hold the line
        raise Refused("secret-missing", path=str(path))
    return said


def _from_keyring(user: str) -> str:
    try:
        import keyring
    except ImportError:
        raise Refused("keyring-absent") from None
    try:
        found = keyring.get_password(SERVICE, user)
    except keyring.errors.KeyringError as error:
        raise Refused("keyring-closed", detail=type(error).__name__) from None
    if not found:
        raise Refused("keyring-empty", service=SERVICE, user=user)
    return str(found)
