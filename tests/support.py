"""What tests of commands share: an answer as it came, and waiting for another process."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import Any


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Icrm = Callable[..., Answer]


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for what another process does."""
    deadline, pause = monotonic() + seconds, Event()
    while not holds():
        assert monotonic() < deadline, "it never came to that"
        pause.wait(0.01)
