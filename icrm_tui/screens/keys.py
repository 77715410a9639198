"""Keys in turn: what is typed ahead reaches what the key before it opens, and acts on nothing else.

Textual hands every key at once to what has the focus at that moment. Over a slow line keys come in bursts: what was
meant for a dialog would act on the list behind it, and what was meant for the next field would stand in this one.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

from textual import events
from textual.app import App
from textual.binding import Binding
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker

from icrm_tui.widgets.text import is_ascii

PATIENCE = 0.5  # seconds a key waits at most for the one before it
AT_ONCE = 50  # turns of the loop in which a key is mostly through
LOOK = 0.002  # seconds between two looks after those
KEYS = {"escape": "Esc", "tab": "Tab", "home": "Home", "end": "End", "pageup": "PgUp", "pagedown": "PgDn"}
ASCII_KEYS = {"enter": "Enter", "up": "Up", "down": "Down", "left": "Left", "right": "Right"}


class Followed(Message):
    """Goes the way of a key right behind it; once it is through, so is the key."""

    through = False


class KeysInTurn(App[str]):
    """Hands on one key at a time: the next one once the last has done, and opened, what it does."""

    def __init__(self) -> None:
        super().__init__()
        self.pending = 0  # reads and writes that are not answered yet
        self._keys: deque[events.Key] = deque()
        self._turn: asyncio.Task[None] | None = None
        self._kept_waiting: set[Worker[Any]] = set()  # whose end no further key waits for

    @property
    def typing(self) -> bool:
        """Whether keys wait."""
        return self._turn is not None

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._keys.append(event)
            if self._turn is None:
                self._turn = asyncio.create_task(self._in_turn())
        else:
            await super().on_event(event)

    async def _in_turn(self) -> None:
        try:
            while self._keys and self.is_running:
                before = self.screen
                await self._hand_on(self._keys.popleft(), self.focused or before)
                await self._opened(before)
        finally:
            self._turn = None

    async def _hand_on(self, key: events.Key, target: Widget) -> None:
        await super().on_event(key)
        followed = Followed()
        if target.post_message(followed):
            await self._until(lambda: followed.through or not target.is_attached)

    def on_followed(self, message: Followed) -> None:
        message.through = True

    async def _opened(self, before: Screen[Any]) -> None:
        """Wait for what the key set off to ask its question, or to be done; of another screen, to have its rows."""
        await self._until(lambda: self.screen is not before or not self._acting())
        self._kept_waiting = {worker for worker in self.workers if worker.is_running}
        if self.screen is not before:
            await self._until(self._at_rest)

    def _at_rest(self) -> bool:
        here = self.screen
        if here.is_modal and here.focused is None:  # not composed yet
            return False
        return not (self.pending or getattr(here, "waiting", False))

    def _acting(self) -> bool:
        return any(
            worker.is_running and worker.group == "default" and worker not in self._kept_waiting
            for worker in self.workers
        )

    async def _until(self, holds: Callable[[], bool]) -> None:
        end = monotonic() + PATIENCE
        turns = 0
        while not holds() and monotonic() < end:
            await asyncio.sleep(0 if turns < AT_ONCE else LOOK)
            turns += 1

    def get_key_display(self, binding: Binding) -> str:
        return binding.key_display or self.key_shown(binding.key)

    def key_shown(self, key: str) -> str:
        """A key as the screens write it."""
        named = KEYS | ASCII_KEYS if is_ascii() else KEYS
        return named.get(key) or super().get_key_display(Binding(key, ""))
