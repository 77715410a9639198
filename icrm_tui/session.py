"""A store kept open by screens: one thread that writes, one that reads, each with a connection of its own."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from datetime import datetime
from typing import Any

from icrm_tui.db import Connection, Place, attach, open_store
from icrm_tui.errors import IcrmError, Refused


class Session:
    """Work is done on the thread named, first in, first out."""

    def __init__(self, place: Place) -> None:
        with closing(open_store(place)) as first:
            self.readonly = first.readonly
            self.copied = first.copied
        self.place = place
        self._connections: dict[str, Connection] = {}
        self._reads: set[Future[Any]] = set()
        self._threads = {name: ThreadPoolExecutor(1, f"icrm-{name}") for name in ("reader", "writer")}

    def standing(self, now: datetime) -> IcrmError | str:
        """What there is to be known of the store while nothing is wrong with it."""
        if self.copied:
            return Refused("copied", n=max(0, (now - datetime.fromisoformat(self.copied)).days))
        return "ui.readonly" if self.readonly else ""

    def submit(self, thread: str, work: Callable[[Connection], Any]) -> "Future[Any]":
        """Run `work` on the `reader` or `writer` thread, in the order submitted."""
        future = self._threads[thread].submit(self._run, thread, work)
        if thread == "reader":
            self._reads.add(future)
            future.add_done_callback(self._reads.discard)
        return future

    def interrupt(self) -> None:
        """Call off what the reader is doing."""
        if "reader" in self._connections:
            self._connections["reader"].interrupt()

    def close(self) -> None:
        """Writes are finished; reads are called off, those that are only about to ask as well."""
        self._threads["reader"].shutdown(wait=False, cancel_futures=True)
        while reads := [*self._reads]:
            self.interrupt()
            wait(reads, timeout=0.02)
        for thread in self._threads.values():
            thread.shutdown(wait=True)
        for connection in self._connections.values():
            connection.close()

    def _run(self, thread: str, work: Callable[[Connection], Any]) -> Any:
        if thread not in self._connections:
            self._connections[thread] = attach(self.place, readonly=self.readonly)
        return work(self._connections[thread])
