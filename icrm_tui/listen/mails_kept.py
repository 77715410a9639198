"""Mail that could not be read, kept whole in private files."""

import os
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from icrm_tui import paths
from icrm_tui.context import Context


def folder(ctx: Context) -> Path:
    """Where mail lies that could not be read: beside the store, or on this machine where that is a server's."""
    place = ctx.connection.place
    return place.with_name(f"{place.name}.mail") if isinstance(place, Path) else paths.data_folder() / "mail"


def keep(ctx: Context, raw: bytes, rest: BinaryIO) -> tuple[Path, str, int]:
    """The whole mail in a private file, named by what is in it: the same mail is the same file."""
    place = folder(ctx)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = place / f".{os.getpid()}.part"
    digest, size = sha256(), 0
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        block = raw
        while block:
            digest.update(block)
            size += len(block)
            file.write(block)
            block = rest.read(1 << 20)
        file.flush()
        os.fsync(file.fileno())
    path = place / f"{digest.hexdigest()[:40]}.eml"
    fresh.replace(path)
    return path, f"sha256:{digest.hexdigest()}", size
