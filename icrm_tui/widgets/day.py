"""What stands round the work of a day: the week before and after it in bars, and what is said when all is done."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from icrm_tui.i18n import t
from icrm_tui.widgets.text import cut, glyph, shown, word


class Bar(NamedTuple):
    """So many of something on a day; `late` of them are overdue."""

    label: str
    n: int
    late: int = 0


class Chart(NamedTuple):
    title: str
    tone: str
    bars: Sequence[Bar]


class Bars(Widget):
    """Charts under one another, each day a line: its name, a bar as long as the most allows, and the figure."""

    DEFAULT_CSS = "Bars { width: 38; padding: 0 2; border-left: solid $foreground 10%; }"
    can_focus = False

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.charts: tuple[Chart, ...] = ()

    def show(self, charts: Sequence[Chart]) -> None:
        self.charts = tuple(charts)
        self.refresh()

    def render(self) -> Content:
        lines: list[Content] = []
        for chart in self.charts:
            lines += [Content("")] if lines else []
            lines.append(Content.styled(word(chart.title), "bold"))
            lines += self._lines(chart)
        return Content("\n").join(lines)

    def _lines(self, chart: Chart) -> list[Content]:
        labels = max(cell_len(bar.label) for bar in chart.bars)
        most = max(1, *(bar.n for bar in chart.bars))
        said = [self._figure(bar) for bar in chart.bars]
        room = max(3, self.size.width - labels - max(map(cell_len, said)) - 2)
        lines = []
        for bar, figure in zip(chart.bars, said, strict=True):
            late = -(-bar.late * room // most)  # one of many is still seen
            rest = max(-(-bar.n * room // most) - late, 1 if bar.n > bar.late else 0)
            line = [(cut(bar.label, labels) + " ", "$foreground-muted"), (glyph("full") * late, "$text-error")]
            lines.append(Content.assemble(*line, (glyph("full") * rest, chart.tone), (f" {figure}" if figure else "")))
        return lines

    def _figure(self, bar: Bar) -> str:
        if not bar.n:
            return glyph("between")
        return f"{bar.n:,}  {t('week.late', n=bar.late)}" if bar.late else f"{bar.n:,}"


class Calm(Widget):
    """Nothing waits: a line on that, lines on what was done and what comes next, and the keys that go on from here."""

    DEFAULT_CSS = """
    Calm { height: auto; padding: 1 4; text-align: center; color: $text-muted; }
    Calm.-alone { height: 1fr; content-align: center middle; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.title = ""
        self.facts: tuple[str, ...] = ()
        self.keys: tuple[tuple[str, str], ...] = ()

    def show(self, title: str, facts: Sequence[str], keys: Sequence[tuple[str, str]]) -> None:
        """A catalogue id, plain lines, and keys with the ids of what they do."""
        self.title, self.facts, self.keys = title, tuple(facts), tuple(keys)
        self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, _width: int) -> int:
        return 1 + len(self.facts) + (2 if self.keys else 0)

    def render(self) -> Content:
        lines = [Content.styled(word(self.title), "bold $foreground")]
        lines += [Content(cut(shown(fact), min(cell_len(shown(fact)), self.size.width))) for fact in self.facts]
        if self.keys:
            pairs = [Content.assemble((key, "bold $foreground"), " ", word(does)) for key, does in self.keys]
            lines += [Content(""), Content("   ").join(pairs)]
        return Content("\n").join(lines)
