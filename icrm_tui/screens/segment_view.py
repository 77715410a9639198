"""What a segment is, in words and figures, and who is in it first."""

from collections.abc import Iterator
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from icrm_tui import dates, lists
from icrm_tui.classify import segments, stays
from icrm_tui.classify.segments import SHIPPED, Segment
from icrm_tui.context import Context
from icrm_tui.i18n import t
from icrm_tui.nouns import Field
from icrm_tui.screens.dialogs.segments import called
from icrm_tui.widgets.columns import GAP, fit
from icrm_tui.widgets.text import cell, glyph, shown, word
from icrm_tui.widgets.values import column, written

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

WEEK = timedelta(days=7)
WIDEST = 96  # cells of a line of members; wider, an eye loses the line
MEMBERS = 40  # of a segment, that stand beside it
SHOWS = {
    "contact": ("name", "company", "owner", "last_contact"),
    "customer": ("name", "owner", "tier", "last_contact"),
}


class Told(NamedTuple):
    """What stands beside a segment: how many are in it, who came and went lately, the first of them."""

    n: int
    entered: int
    left: int
    fields: dict[str, Field]
    rows: list[dict[str, Any]]


def tell(ctx: Context, segment: Segment) -> Told:
    wanted = segments.wanted(segment)._replace(columns=SHOWS[segment.noun])
    since = dates.utc(ctx.today - WEEK, time(), ctx.zone)
    rows = lists.rows(ctx, wanted, MEMBERS)
    return Told(lists.count(ctx, wanted), *stays.moved(ctx, segment, since), lists.columns(ctx, wanted), rows)


class SegmentView(Widget):
    """Its name, its query, how many are in it and who came and went, then as many of them as there is room for."""

    DEFAULT_CSS = "SegmentView { height: auto; padding: 0 1; }"

    def __init__(self, named: bool = True) -> None:
        super().__init__()
        self.named = named
        self.segment: Segment | None = None
        self.told: Told | None = None
        self.fault = ""

    def show(self, segment: Segment | None, told: Told | None, fault: str = "") -> None:
        self.segment, self.told, self.fault = segment, told, fault
        self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        return max(1, len(list(self._lines(width))))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.size.width))

    def _lines(self, width: int) -> Iterator[Content]:
        segment, told = self.segment, self.told
        if segment is None:
            return
        gone = f"  {t('field.archived')}" if segment.archived else ""
        if self.named:
            yield Content.assemble((shown(called(segment)), "bold"), (gone, "$foreground-muted"))
        yield Content.styled(about(segment), "$foreground-muted")
        if segment.query:
            yield Content.styled(shown(segment.query), "$text-accent")
        yield Content("")
        if self.fault:
            yield Content.styled(self.fault, "$text-error")
        elif told is None:
            yield Content.styled(glyph("wait"), "$text-disabled")
        else:
            yield _figures(told)
            yield Content("")
            yield from self._members(told, width)

    def _members(self, told: Told, width: int) -> Iterator[Content]:
        columns = tuple(column(name, field) for name, field in told.fields.items())
        places = fit(columns, min(width, WIDEST))
        gap = " " * GAP
        if told.rows:
            yield Content.styled(
                gap.join(cell(word(columns[at].title), size, columns[at].align) for at, size in places),
                "$foreground-muted",
            )
        icrm = cast("IcrmApp", self.app)
        now, zone = icrm.opening.clock(), icrm.zone
        for row in told.rows:
            values = [written(row[name], field, name, now, zone) for name, field in told.fields.items()]
            yield Content(gap.join(cell(values[at], size, columns[at].align) for at, size in places))
        if told.n > len(told.rows):
            yield Content.styled(t("segments.more", n=told.n - len(told.rows)), "$foreground-muted")


def _figures(told: Told) -> Content:
    parts: list[Any] = [(t("segments.now", n=told.n), "bold")]
    if told.entered or told.left:
        parts += [
            "   ",
            (f"+{told.entered:,}", "$text-success"),
            " ",
            (f"{glyph('minus')}{told.left:,}", "$text-warning"),
            (f" {t('segments.week')}", "$foreground-muted"),
        ]
    return Content.assemble(*parts)


def about(segment: Segment) -> str:
    """What it is, in a few words."""
    shipped = SHIPPED.get(segment.key)
    if shipped and shipped.query == segment.query:
        return t(f"segments.about.{segment.key}")
    return t("segments.fixed" if segment.fixed else "segments.query", of=t(f"of.{segment.noun}"))
