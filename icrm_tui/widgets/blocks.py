"""The rows of a list that were read last, in blocks."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

BLOCK = 256
KEPT = 16  # blocks: 4,096 rows, a few megabytes at most


class Cell(NamedTuple):
    """Text with a tone: muted, strong, accent, success, warning or error."""

    text: str
    tone: str = ""


class Row(NamedTuple):
    """One line: cells in the order of the columns. One with a `heading` is drawn as such, never selected."""

    id: int
    cells: tuple[str | Cell, ...] = ()
    heading: str = ""


class Blocks:
    def __init__(self) -> None:
        self._blocks: OrderedDict[int, list[Row]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._blocks)

    def row(self, index: int) -> Row | None:
        block = self._blocks.get(index // BLOCK)
        place = index % BLOCK
        return block[place] if block and place < len(block) else None

    def put(self, first: int, rows: Sequence[Row]) -> None:
        """Rows from `first`, the start of a block; the blocks unused for longest make room."""
        for start in range(0, len(rows), BLOCK):
            number = (first + start) // BLOCK
            self._blocks[number] = list(rows[start : start + BLOCK])
            self._blocks.move_to_end(number)
        while len(self._blocks) > KEPT:
            self._blocks.popitem(last=False)

    def missing(self, low: int, high: int) -> list[int]:
        """Which of the blocks `low` … `high` are not here; those that are count as used."""
        absent = []
        for number in range(low, high + 1):
            if number in self._blocks:
                self._blocks.move_to_end(number)
            else:
                absent.append(number)
        return absent

    def clear(self) -> None:
        self._blocks.clear()
