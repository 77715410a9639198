"""One customer: who they are, how to reach them, and everything that happened, with the next one a key away."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Tree

from icrm_tui import money, nouns
from icrm_tui.collect import fields, organisation, timeline
from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import t
from icrm_tui.screens.acting import CUSTOMER_KEYS, Acting, Target, about, record, who
from icrm_tui.widgets.frame import Empty, View
from icrm_tui.widgets.panes import WHOLE, Entry, Fact, OrgTree, Person, Portrait, Timeline
from icrm_tui.widgets.text import cut_to, glyph, shown
from icrm_tui.widgets.values import chosen, local, marked

PAGE = 200  # timeline entries read at once
PLAIN = ("title", "department", "city", "region", "country", "industry", "size", "domain", "website", "address")


def page(ctx: Context, target: Target) -> dict[str, Any]:
    """All that the page shows at first, in one go."""
    target = about(ctx, target)
    whom = who(ctx, target)
    found: dict[str, Any] = {"record": record(ctx, target), "entries": timeline.entries(ctx, whom, PAGE)}
    company = whom.customer_id if target[0] == "company" or found["record"].get("company_id") else None
    found["people"] = organisation.people(ctx, company) if company else []
    found["custom"] = fields.definitions(ctx, target[0])
    found["complaints"] = unended(ctx, whom.customer_id)
    found["worth"] = worth(ctx, whom.customer_id)
    return found


def unended(ctx: Context, customer_id: int) -> list[dict[str, Any]]:
    """What they still wait for."""
    from icrm_tui.listen import board

    return board.unended(ctx, customer_id)


def worth(ctx: Context, customer_id: int) -> dict[str, Any]:
    """What they bought so far, and what that makes of them."""
    from icrm_tui.classify import tiers
    from icrm_tui.collect import orders

    tier, why = tiers.why(ctx, customer_id)
    return {**orders.totals(ctx, customer_id), "tier": tier, "why": why}


def older(ctx: Context, target: Target, after: tuple[str, int, int]) -> list[dict[str, Any]]:
    return timeline.entries(ctx, who(ctx, target), PAGE, after)


def end_of(rows: Sequence[dict[str, Any]]) -> tuple[str, int, int]:
    """Where the next page goes on."""
    return rows[-1]["at"], rows[-1]["place"], rows[-1]["id"]


def facts(found: dict[str, Any], now: datetime, zone: ZoneInfo) -> list[Fact]:
    """The portrait: what one is told before picking up the phone."""
    row = found["record"]
    lines = [Fact("field.company", row.get("company", ""), "strong")]
    lines += [Fact(f"field.{word}", row.get(word, "")) for word in PLAIN]
    if row.get("buying_role"):
        lines.append(Fact("field.role", chosen("role", row["buying_role"])))
    if row.get("zone"):
        lines.append(Fact("field.their-time", f"{now.astimezone(ZoneInfo(row['zone'])):%H:%M}  {row['zone']}"))
    lines += [Fact("", "portrait.complaints"), *map(waiting, found["complaints"])]
    lines.append(Fact("", "portrait.reach"))
    for channel in row.get("channels", []):
        value = channel["value"] + (f"  {channel['label']}" if channel["label"] else "")
        barred = row["consent"].get(channel["kind"]) is False
        lines.append(Fact(f"field.{channel['kind']}", value + (f"  {t('portrait.barred')}" if barred else "")))
    if row.get("phone") and "channels" not in row:
        lines.append(Fact("field.phone", row["phone"]))
    lines.append(Fact("", "portrait.relation"))
    for word in ("owner", "service_owner", "source", "grade"):
        lines.append(Fact(f"field.{word}", row[word]))
    lines.append(Fact("field.tag", ", ".join(row["tags"]), "accent"))
    lines.append(Fact("field.segment", t("ui.comma").join(found.get("segments", []))))
    lines += [Fact(f"field.{word}", row.get(word, "")) for word in ("reports_to", "referred_by", "parent", "birthday")]
    if row["last_contact"]:
        when = local(row["last_contact"], zone).date().isoformat()
        lines.append(Fact("field.last_contact", t("portrait.touches", n=row["touches"], when=when)))
    lines += [Fact(field["name"], str(row.get(field["key"], ""))) for field in found["custom"]]
    lines += bought(found["worth"])
    known = row.get("preferences", [])
    if known:
        lines.append(Fact("", "portrait.preferences"))
        lines += [Fact(fact["at"][:10], fact["text"]) for fact in known]
    if row.get("notes"):
        lines += [Fact("", "field.notes"), Fact("", row["notes"], WHOLE)]
    return lines


def waiting(row: dict[str, Any]) -> Fact:
    """One of their complaints: how bad it is, how old, and what about."""
    severity, tone = marked("severity", row["severity"])
    return Fact(row["ref"], f"{severity}  {t('ui.age', n=row['age'])}  {row['what']}", tone)


def bought(worth: dict[str, Any]) -> list[Fact]:
    """Their value tier with its reason, and their orders in figures."""
    if not worth["orders"]:
        return []
    why = t("ui.semicolon").join(t(f"why.{one.code}", **one.values) for one in worth["why"])
    spent = f"{money.grouped(worth['spent'], worth['currency'])} {worth['currency']}"
    return [
        Fact("", "place.orders"),
        Fact("field.tier", chosen("tier", worth["tier"]), "accent"),
        Fact("field.why", why, "muted"),
        Fact("field.spent", spent),
        Fact("field.orders", f"{worth['orders']:,}"),
        Fact("field.last_order", worth["last_order"]),
    ]


def entries(rows: Sequence[dict[str, Any]], zone: ZoneInfo, person: bool) -> list[Entry]:
    made = []
    for row in rows:
        when = local(row["at"], zone)
        arrow = glyph("in") if row["dir"] == "in" else glyph("out")
        outcome = f"  ({chosen('outcome', row['outcome'])})" if row["outcome"] else ""
        whom = f"{row['contact']}: " if row["contact"] and not person else ""
        kind = f"{arrow} {chosen('channel', row['channel'])}"
        text = f"{whom}{row['text']}{outcome}"
        made.append(Entry(row["noun"], row["id"], when.date(), f"{when:%H:%M}", kind, text, row["who"]))
    return made


def segments_of(ctx: Context, target: Target) -> list[str]:
    """What they are in, by its name in the language in use."""
    from icrm_tui.classify import segments, stays

    known = stays.inside(ctx, who(ctx, target))
    return [t(f"segment.{one.key}") if one.key in segments.SHIPPED else one.name for one in known]


class Heading(Widget):
    """Where we stand in the list we came from, the name in bold, and as much as fits of what they do and where."""

    DEFAULT_CSS = "Heading { height: 1; padding: 0 2; }"

    def __init__(self) -> None:
        super().__init__()
        self.row: dict[str, Any] = {}
        self.at = ""

    def show(self, row: dict[str, Any], at: str = "") -> None:
        self.row, self.at = row, at
        self.refresh()

    def render(self) -> Content:
        row = self.row
        if not row:
            return Content("")
        where = f"{self.at}  " if self.at else ""
        name = cut_to(shown(row["name"]), max(8, self.size.width - cell_len(where)))
        room = self.size.width - cell_len(where) - cell_len(name)
        rest = ""
        gone = t("field.archived") if row["archived"] else ""
        for part in (gone, row.get("title", ""), row.get("company", "") or row.get("industry", ""), row["grade"]):
            more = (f" {glyph('between')} " if rest else "  ") + shown(part) if part else ""
            if cell_len(rest + more) <= room:
                rest += more
        return Content.assemble((where, "$foreground-muted"), (name, "bold"), (rest, "$foreground-muted"))


class Summary(VerticalScroll):
    """The portrait of whoever is under the cursor of a list, where there is room for it."""

    DEFAULT_CSS = """
    Summary { width: 42; display: none; border-left: solid $foreground 10%; padding: 0 1; scrollbar-size-vertical: 1; }
    """
    can_focus = False

    def compose(self) -> ComposeResult:
        yield Heading()
        yield Portrait()

    def on_show(self) -> None:
        """There is room now: whoever is under the cursor has not been asked for yet."""
        if isinstance(self.screen, Acting):
            self.tell_more()

    def clear(self) -> None:
        self.query_one(Heading).show({})
        self.query_one(Portrait).show(())
        for recent in self.screen.query(Recent):
            recent.set_entries((), date.min)

    def tell_more(self) -> None:
        """Ask for whoever the screen's keys are about, where there is room to show them."""
        screen = self.screen
        if self.display and isinstance(screen, Acting) and (target := screen.under_cursor) is not None:
            screen.load(page, target, then=self._show, failed=self._nobody, wait=0.08, name="summary")

    def _nobody(self, _error: IcrmError) -> None:
        self.clear()

    def _show(self, found: dict[str, Any]) -> None:
        screen = self.screen
        assert isinstance(screen, Acting)
        now, zone = screen.icrm.opening.clock(), screen.icrm.zone
        self.query_one(Heading).show(found["record"])
        self.query_one(Portrait).show(facts(found, now, zone))
        for recent in screen.query(Recent):
            made = entries(found["entries"], zone, found["record"]["id"].startswith("p"))
            recent.set_entries(made, now.astimezone(zone).date())


class Recent(Timeline):
    """The last touches of whoever is under the cursor of a list, where there is room for that too."""

    DEFAULT_CSS = "Recent { width: 52; display: none; border-left: solid $foreground 10%; }"
    can_focus = False
    nothing = "empty.timeline"


class CustomerScreen(Acting):
    """`ids` is the list it was opened from and `at` its place there, for next and previous."""

    views = (View("timeline", "tab.timeline"), View("info", "tab.info"), View("people", "tab.people"))
    BINDINGS: ClassVar[list[BindingType]] = [
        *CUSTOMER_KEYS,
        Binding("J", "step(1)", "key.next", id="customer.next"),
        Binding("K", "step(-1)", "key.previous", id="customer.previous"),
        Binding("p", "prefer", "key.prefer", id="customer.prefer", show=False),
        Binding("C", "complaints", "key.complaint.open", id="customer.complaints", show=False),
        Binding("w", "consent", "key.consent", id="customer.consent", show=False),
        Binding("tab", "tab(1)", "key.tab", id="customer.tab", show=False, priority=True),
        Binding("shift+tab", "tab(-1)", "key.tab", id="customer.tab-back", show=False, priority=True),
    ]

    def __init__(self, noun: str, row_id: int, ids: Sequence[int] | None = None, at: int = 0) -> None:
        super().__init__()
        self.target: Target = (noun, row_id)
        self.ids = ids
        self.at = at
        self.found: dict[str, Any] = {}
        self.last: tuple[str, int, int] | None = None

    def body(self) -> ComposeResult:
        yield Heading()
        with Horizontal(id="page"):
            with VerticalScroll(id="info"):
                yield Portrait()
            with Vertical(id="timeline"):
                yield Timeline()
                yield Empty("empty.timeline", ("l", "key.log"))
            with Vertical(id="people"):
                yield OrgTree("")
                yield Empty("empty.people", ("e", "key.edit"))

    def on_mount(self) -> None:
        self.turn_to("timeline")

    def targets(self) -> list[Target]:
        return [self.target]

    def changed(self) -> None:
        self.load(page, self.target, then=self._show, failed=self.gone, name="page")

    def _show(self, found: dict[str, Any]) -> None:
        before = self.found
        self.found = found
        if before and before["record"]["id"] == found["record"]["id"]:
            found["segments"] = before.get("segments", [])
        now, zone = self.icrm.opening.clock(), self.icrm.zone
        self.query_one(Heading).show(found["record"], self._where())
        self.query_one(Portrait).show(facts(found, now, zone))
        rows = found["entries"]
        self.last = end_of(rows) if rows else None
        made = entries(rows, zone, self.target[0] == "contact")
        self.query_one(Timeline).set_entries(made, now.astimezone(zone).date(), more=len(rows) == PAGE)
        people = [Person(p["id"], p["name"], p["title"], p["reports_to"]) for p in found["people"]]
        company = found["record"]["name"] if self.target[0] == "company" else found["record"].get("company", "")
        self.query_one(OrgTree).set_people(company, people)
        self.top.count("people", len(people))
        self.query_one("#timeline").set_class(not rows, "-nothing")
        self.query_one("#people").set_class(not people, "-nothing")
        self.load(segments_of, self.target, then=self._inside, failed=lambda _error: None, wait=0.2, name="inside")

    def _inside(self, segments: list[str]) -> None:
        """Every segment's query has been asked: that comes once the page is there."""
        self.found["segments"] = segments
        self.query_one(Portrait).show(facts(self.found, self.icrm.opening.clock(), self.icrm.zone))

    def _where(self) -> str:
        """The place in the list, where it is still that row's."""
        if self.ids is None or self.at >= len(self.ids) or self.ids[self.at] != self.target[1]:
            return ""
        return f"{glyph('left')} {self.at + 1:,}/{len(self.ids):,} {glyph('right')}"

    def turn_to(self, view: str) -> None:
        super().turn_to(view)
        for one in self.views:
            self.query_one(f"#{one.key}").set_class(one.key == view, "-current")
        self.query_one({"timeline": "Timeline", "people": "OrgTree", "info": "#info"}[view]).focus()

    @on(Timeline.MoreWanted)
    def _more(self, event: Timeline.MoreWanted) -> None:
        if self.last is None:
            return

        def extend(rows: list[dict[str, Any]]) -> None:
            if rows:
                self.last = end_of(rows)
            made = entries(rows, self.icrm.zone, self.target[0] == "contact")
            event.timeline.extend(made, more=len(rows) == PAGE)

        self.load(older, self.target, self.last, then=extend, wait=0)

    @on(Tree.NodeSelected)
    def _person(self, event: Tree.NodeSelected[int]) -> None:
        if event.node.data is not None:
            self.go("contact", event.node.data)

    def action_tab(self, by: int) -> None:
        self.turn_to(self.top.step(by))

    def action_step(self, by: int) -> None:
        """The next or previous one of the list, without going back to it."""
        if self.ids is not None and 0 <= self.at + by < len(self.ids):
            self.at += by
            self.target = (self.target[0], self.ids[self.at])
            self.changed()

    def go(self, noun: str, row_id: int) -> None:
        """Somebody who is not of the list: from here on there is no next and previous."""
        self.ids = None
        self.target = (noun, row_id)
        self.changed()

    def action_back(self) -> None:
        self.app.pop_screen()

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """What only a person has; and there is a next one only where we came from a list."""
        if action in ("prefer", "consent"):
            return self.target[0] == "contact"
        if action == "complaints":
            return bool(self.found.get("complaints"))
        return action != "step" or self.ids is not None

    @work
    async def action_prefer(self) -> None:
        dialog = nouns.resolve(nouns.DIALOGS["preference.add"])(self.target[1], self.found["record"]["name"])
        if await self.app.push_screen_wait(dialog) is not None:
            self.say("done.saved", name=self.found["record"]["name"])

    @work
    async def action_consent(self) -> None:
        dialog = nouns.resolve(nouns.DIALOGS["consent.give"])(self.target[1], self.found["record"])
        if await self.app.push_screen_wait(dialog) is not None:
            self.say("done.saved", name=self.found["record"]["name"])

    @work
    async def action_complaints(self) -> None:
        """The page of their complaint that has not ended; of several, of the one chosen."""
        from icrm_tui.screens.dialogs.complaint_moves import which

        rows = self.found["complaints"]
        ids = [int(row["id"].removeprefix("c")) for row in rows]
        at: str | None = "0" if len(rows) == 1 else await self.app.push_screen_wait(which(rows))
        if at is not None:
            self.app.push_screen(nouns.resolve(nouns.DIALOGS["complaint.page"])(ids[int(at)], ids, int(at)))
