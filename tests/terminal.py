"""A real terminal: a program in a process of its own behind a pseudo-terminal, its screen, and keys pressed on it."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic

import pyte

KEYS = {"enter": "\r", "tab": "\t", "escape": "\x1b", "space": " ", "down": "\x1b[B", "up": "\x1b[A"} | {
    f"ctrl+{letter}": chr(ord(letter) & 31) for letter in "abcdefghijklmnopqrstuvwxyz"
}
DEADLINE = 20.0  # seconds for something to come up on the screen


class Terminal:
    """`pressed` counts the keys that were not typed text, `typed` the characters that were."""

    def __init__(self, process: int, line: int, size: tuple[int, int]) -> None:
        self.process, self.line = process, line
        self.screen = pyte.Screen(*size)
        self.stream = pyte.ByteStream(self.screen)
        self.pressed = self.typed = 0

    @property
    def text(self) -> str:
        """The screen as it reads; behind a wide sign there is an empty cell."""
        lines = (self.screen.buffer[y] for y in range(self.screen.lines))
        return "\n".join("".join(line[x].data for x in range(self.screen.columns)).rstrip() for line in lines)

    def press(self, *keys: str) -> None:
        for key in keys:
            os.write(self.line, KEYS.get(key, key).encode())
            self.pressed += 1

    def type(self, text: str) -> None:
        os.write(self.line, text.encode())
        self.typed += len(text)

    def until(self, holds: Callable[[str], bool], what: str) -> None:
        """Read the screen until it shows that; a screen that never does is told of as it is."""
        end = monotonic() + DEADLINE
        while not holds(self.text):
            assert monotonic() < end, f"{what} did not come up:\n{self.text}"
            if select.select([self.line], [], [], 0.1)[0]:
                self.stream.feed(os.read(self.line, 65536))

    def sees(self, text: str) -> None:
        self.until(lambda shown: text in shown, repr(text))

    def loses(self, text: str) -> None:
        self.until(lambda shown: text not in shown, f"a screen without {text!r}")


@contextmanager
def terminal(words: Sequence[str], env: Mapping[str, str], size: tuple[int, int] = (120, 36)) -> Iterator[Terminal]:
    """The program in `words` on a screen of that many columns and lines; ended with this context."""
    process, line = pty.fork()
    if process == 0:
        os.execvpe(words[0], list(words), {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **env})
    fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    try:
        yield Terminal(process, line, size)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(line)
