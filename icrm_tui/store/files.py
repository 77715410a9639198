"""The file a store lies in: that it can be one, that it stays private, and what is laid beside it."""

import os
import sys
from itertools import count
from pathlib import Path

from icrm_tui.errors import Refused, Unavailable

NETWORK = ("nfs", "cifs", "smb", "afs", "fuse.sshfs", "ncpfs", "davfs")


def prepare(path: Path) -> None:
    """Make an empty private file where there is none; refuse what can never be a store."""
    refuse_network(path)
    if path.is_dir():
        raise Unavailable("store-directory", path=str(path))
    if path.exists():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise Unavailable("store-create", path=str(path), detail=error.strerror or "") from error


def writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


MOUNTS = Path("/proc/self/mounts")


def filesystem(path: Path, mounts: Path = MOUNTS) -> str:
    """The type of file system `path` lies on, where the system tells; else empty."""
    if sys.platform != "linux" or not mounts.exists():
        return ""
    target = str(path.absolute().resolve())
    best, kind = "", ""
    for line in mounts.read_text(errors="replace").splitlines():
        parts = line.split(" ")
        point = parts[1].replace("\\040", " ")
        if len(point) >= len(best) and (target == point or target.startswith(point.rstrip("/") + "/")):
            best, kind = point, parts[2]
    return kind


def refuse_network(path: Path, mounts: Path = MOUNTS) -> None:
    kind = filesystem(path, mounts)
    if kind.startswith(NETWORK):
        raise Unavailable("store-network", path=str(path), kind=kind)


def refuse_existing(path: Path) -> None:
    if path.exists():
        raise Refused("file-exists", path=str(path))


def private_file(store: Path) -> Path:
    """A new file of this process beside the store, for what is staged."""
    for k in count():
        path = store.parent / f".icrm-stage-{os.getpid()}.{k}.db"
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            continue
        return path
    raise AssertionError


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
