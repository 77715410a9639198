"""Long work beside the screens: a command in a process of its own; drawing never waits, and it can be stopped."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from icrm_tui import i18n
from icrm_tui.i18n import has, t
from icrm_tui.widgets.dialogs import Dialog, button
from icrm_tui.widgets.text import glyph, shown

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

INTERRUPTED = 130
LIMIT = 1 << 24  # of one line: a report names every column and many rows

Progress = Callable[[str, int, int], None]


class Answer(NamedTuple):
    """How the command ended: its exit code, what it printed as JSON, and the last thing it said."""

    code: int
    record: Any
    said: str


class Child:
    """One command, with the store, user and language of the screens."""

    def __init__(self, app: "IcrmApp", words: list[str]) -> None:
        base = ["--db", str(app.opening.place), "--as", app.user, "--lang", i18n.language()]
        self.command = [sys.executable, "-m", "icrm_tui.cli", *base, "--json", "--progress", "jsonl", *words]
        self.process: asyncio.subprocess.Process | None = None
        self.said = ""

    async def run(self, progress: Progress) -> Answer:
        process = self.process = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LIMIT,
            start_new_session=True,  # Ctrl-C in our terminal is not meant for it
        )
        assert process.stdout and process.stderr
        try:
            printed, _none = await asyncio.gather(process.stdout.read(), self._listen(process.stderr, progress))
            return Answer(await process.wait(), _read(printed), self.said)
        finally:
            if process.returncode is None:  # we are closing
                process.send_signal(signal.SIGINT)

    def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)

    async def _listen(self, stream: asyncio.StreamReader, progress: Progress) -> None:
        """Progress is a line of JSON; anything else is said to a person, and the last of it counts."""
        async for raw in stream:
            line = raw.decode(errors="replace").strip()
            found = _json(line) if line.startswith("{") else None
            if isinstance(found, dict) and "stage" in found:
                progress(found["stage"], found["done"], found["total"])
            elif line:
                self.said = line


def _read(printed: bytes) -> Any:
    return _json(printed.decode(errors="replace")) if printed.strip() else None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


class Bar(Widget):
    """How far it is: the stage, a bar, and the figures."""

    DEFAULT_CSS = "Bar { height: 2; }"

    def __init__(self) -> None:
        super().__init__()
        self.stage, self.done, self.total = "", 0, 0

    def show(self, stage: str, done: int, total: int) -> None:
        if (stage, done, total) != (self.stage, self.done, self.total):
            self.stage, self.done, self.total = stage, done, total
            self.refresh()

    def render(self) -> Content:
        width = max(1, self.size.width)
        part = min(1.0, self.done / self.total) if self.total else 0.0
        full = round(part * width)
        key = f"stage.{self.stage}"
        said = t(key) if has(key) else shown(self.stage)
        figures = f"{self.done:,} / {self.total:,}" if self.total > 1 else ""
        return Content.assemble(
            (glyph("full") * full, "$primary"),
            (glyph("rule") * (width - full), "$foreground 20%"),
            "\n",
            said,
            (f"  {figures}", "$foreground-muted"),
        )


class ProgressDialog(Dialog[Answer]):
    """Runs a command and answers how it ended. Esc asks it to stop, and waits until it has."""

    waiting = True  # it is over when it closes

    def __init__(self, title: str, child: Child) -> None:
        super().__init__(title)
        self.child = child

    def body(self) -> ComposeResult:
        yield Bar()
        yield Static("", id="progress-note", markup=False)

    def buttons(self) -> list[Button]:
        return [button("ui.stop", "Esc", "cancel")]

    def on_mount(self) -> None:
        self._work()

    @work
    async def _work(self) -> None:
        answer = await self.child.run(self.query_one(Bar).show)
        self.dismiss(answer)

    def action_close(self) -> None:
        self.child.stop()
        self.query_one("#progress-note", Static).update(t("ui.stopping"))
