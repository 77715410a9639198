"""Which columns of a list are drawn, and how wide."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

GAP = 2


@dataclass(frozen=True, slots=True)
class ListColumn:
    """`title` is a catalogue id, or the name a user gave. `width` is what suits it; it may shrink to `min`
    (default: not at all) before it is dropped, and shares what is left over by its `flex`."""

    key: str
    title: str
    width: int
    min: int = 0
    flex: int = 0
    align: Literal["left", "right"] = "left"

    @property
    def least(self) -> int:
        return self.min or self.width


@lru_cache(64)
def fit(columns: tuple[ListColumn, ...], room: int, shift: int = 0) -> tuple[tuple[int, int], ...]:
    """(place, width) of each column drawn in `room` cells.

    The first one stays; `shift` more are passed over; those that do not fit drop from the right.
    """
    taken: list[int] = []
    used = 0
    for place in [*range(len(columns))[:1], *range(1 + shift, len(columns))]:
        need = columns[place].least + (GAP if taken else 0)
        if taken and used + need > room:
            break
        taken.append(place)
        used += need
    widths = {place: columns[place].least for place in taken}
    spare = max(0, room - used)
    for place in taken:
        more = min(spare, columns[place].width - widths[place])
        widths[place] += more
        spare -= more
    shares = sum(columns[place].flex for place in taken)
    for place in taken:
        if shares and (flex := columns[place].flex):
            more = spare * flex // shares
            widths[place] += more
            spare -= more
            shares -= flex
    return tuple((place, max(0, min(widths[place], room))) for place in taken)
