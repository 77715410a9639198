"""Where a user's files lie on this system."""

import os
from pathlib import Path


def config_file() -> Path:
    from platformdirs import user_config_path

    return user_config_path("icrm", appauthor=False) / "config.toml"


def store() -> Path:
    """The user's own store, where nothing else was said."""
    return data_folder() / "icrm.db"


def demo() -> Path:
    return data_folder() / "demo.db"


def data_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("icrm", appauthor=False)


def given(text: str) -> Path:
    """A path as typed, `~` and all."""
    return Path(os.path.expandvars(text)).expanduser()
