"""The mail server's password: read from a private file or the keyring, and never told."""

from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from icrm_tui import secret
from icrm_tui.errors import Refused


def kept(path: Path, text: bytes, mode: int = 0o600) -> str:
    path.write_bytes(text)
    path.chmod(mode)
    return str(path)


def refused(where: str) -> str:
    with pytest.raises(Refused) as error:
        secret.read(where, "service")
    assert "hunter2" not in repr(error.value) + repr(error.value.__cause__) + repr(error.value.__context__)
    return error.value.code


def test_the_first_line_of_a_private_file_is_the_secret(tmp_path: Path) -> None:
    for text in (b"hunter2", b"hunter2\n", b"hunter2\r\nanything else\n"):
        assert secret.read(kept(tmp_path / "s", text), "service") == "hunter2"
    assert secret.read(kept(tmp_path / "s", "密码 mit Leerzeichen\n".encode()), "") == "密码 mit Leerzeichen"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    assert refused(kept(tmp_path / "s", b"hunter2", mode)) == "secret-open"


def test_what_is_no_secret_is_refused(tmp_path: Path, home: Path) -> None:
    assert refused(str(tmp_path / "absent")) == "secret-missing"
    assert refused(str(tmp_path)) == "secret-missing"
    assert refused(kept(tmp_path / "s", b"")) == "secret-missing"
    assert refused(kept(tmp_path / "s", b"hunter2\xff\xfe")) == "secret-missing"
    assert refused("") == "secret-missing"


def test_the_keyring_is_asked_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's keyring stands outside; a machine without a desktop has none."""
    monkeypatch.setitem(__import__("sys").modules, "keyring", None)
    assert refused("keyring") == "keyring-absent"
    ring = ModuleType("keyring")
    closed = type("KeyringError", (Exception,), {})
    held = {("icrm-mail", "service"): "hunter2"}
    ring.errors = SimpleNamespace(KeyringError=closed)  # type: ignore[attr-defined]
    ring.get_password = lambda service, user: held.get((service, user))  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, "keyring", ring)
    assert secret.read("keyring", "service") == "hunter2"
    held.clear()
    assert refused("keyring") == "keyring-empty"

    def shut(service: str, user: str) -> str:
        raise closed("hunter2")

    ring.get_password = shut  # type: ignore[attr-defined]
    with pytest.raises(Refused) as error:
        secret.read("keyring", "service")
    assert (error.value.code, error.value.values) == ("keyring-closed", {"detail": "KeyringError"})
