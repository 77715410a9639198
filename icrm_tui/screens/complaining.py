"""The keys that take a complaint on to its end, the same in the list, on the board and on its page."""

from asyncio import Lock
from collections.abc import Callable
from typing import Any

from textual import work
from textual.binding import Binding

from icrm_tui.context import Context
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import t
from icrm_tui.improve import handover
from icrm_tui.listen import board, complaints, progress
from icrm_tui.listen.complaints_rules import ENDS, MOVES
from icrm_tui.screens.acting import CUSTOMER_KEYS, Acting
from icrm_tui.screens.dialogs import briefs, complaint_moves
from icrm_tui.widgets.values import chosen

COMPLAINT_KEYS = (
    Binding("greater_than_sign,》", "advance(1)", "key.complaint.forward", id="complaint.forward", key_display=">"),
    Binding("m", "moves", "key.complaint.moves", id="complaint.moves"),
    Binding("n", "note", "key.complaint.note", id="complaint.note"),
    Binding("o", "assign", "key.complaint.assign", id="complaint.assign"),
    Binding("less_than_sign,《", "advance(-1)", "key.complaint.back", id="complaint.back", key_display="<", show=False),
    Binding("x", "end", "key.complaint.end", id="complaint.end", show=False),
    Binding("B", "brief", "key.complaint.brief", id="complaint.brief", show=False),
    *(one for one in CUSTOMER_KEYS if one.action in ("edit", "log", "remind", "complain", "copy", "archive")),
)

Record = dict[str, Any]


def number(record: Record) -> int:
    """The id behind a record's written one."""
    return int(record["id"].removeprefix(complaints.NOUN.prefix))


def assign(ctx: Context, ids: list[int], owner: str) -> int:
    """All of them to one, in one change; how many were somebody else's."""
    n: int = ctx.change("complaint.assign", lambda _tx: sum(complaints.assign(ctx, one, owner) for one in ids))
    return n


def archive(ctx: Context, ids: list[int], archived: bool) -> int:
    verb = "complaint.archive" if archived else "complaint.unarchive"
    n: int = ctx.change(verb, lambda _tx: sum(complaints.archive(ctx, one, archived) for one in ids))
    return n


def step(record: Record, way: int) -> str:
    """The move to the nearest state that way on the board; empty where none is legal."""
    places = {state: place for place, state in enumerate(board.COLUMNS)}
    here = places.get(record["state"], len(places) - 1)
    found = {
        move: places[state]
        for move, state in complaints.moves(record["kind"], record["state"]).items()
        if state in places and (places[state] - here) * way > 0
    }
    return min(found, key=lambda move: abs(found[move] - here), default="")


class Complaining(Acting):
    """A place with complaints in it: `targets` are those meant, `under_cursor` the one the moves are about."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = Lock()  # what is moved on twice in quick succession goes two steps

    async def record(self) -> Record | None:
        """The complaint under the cursor, as it stands now."""
        target = self.under_cursor
        return await self.ask(complaints.show, target[1]) if target and target[0] == "complaint" else None

    # Moving on

    @work
    async def action_moves(self) -> None:
        """Choose among all that can be done with it now."""
        await self._choose(lambda _move: True)

    @work
    async def action_end(self) -> None:
        """Choose among the ways it may end; what has ended can only be opened again."""
        await self._choose(lambda move: MOVES[move][1] in ENDS)

    async def _choose(self, meant: Callable[[str], bool]) -> None:
        record = await self.record()
        if record is None:
            return
        legal = [move for move in record["moves"] if meant(move)] or record["moves"]
        move = await self.app.push_screen_wait(complaint_moves.moves(record["ref"], legal))
        if move is not None:
            await self._move(record, move)

    @work
    async def action_advance(self, way: int) -> None:
        """To the next state there is a legal way to, or to the one before."""
        async with self._turn:
            record = await self.record()
            if record is not None and (move := step(record, way)):
                await self._move(record, move)
            elif record is not None:
                self.refuse(record)

    @work
    async def action_move(self, move: str) -> None:
        record = await self.record()
        if record is not None and move in record["moves"]:
            await self._move(record, move)
        elif record is not None:
            self.refuse(record)

    def refuse(self, record: Record) -> None:
        """That it cannot go there, and where it can."""
        legal = t("ui.comma").join(chosen("do", move) for move in record["moves"])
        said = t("complaint.no-way", ref=record["ref"], state=chosen("state", record["state"]), moves=legal)
        self.notify(said, severity="error", markup=False)

    def say_error(self, error: IcrmError) -> None:
        """A move that somebody else has made impossible meanwhile is refused like any other."""
        if error.code == "complaint-move":
            self.refuse(error.values)
        else:
            super().say_error(error)

    async def _move(self, record: Record, move: str) -> None:
        """Make a legal move, asking for what it needs, and say what came of it."""
        match move:
            case "tried":
                await self._tried(record)
                return
            case "duplicate":
                state = await self._duplicate(record)
            case "close":
                state = await self._close(record)
            case "resolve":
                state = await self._said(record, move, "field.remedy", complaints.resolve)
            case "reopen":
                state = await self._said(record, move, "field.reason", complaints.reopen)
            case "withdraw" | "invalid":
                state = await self._said(
                    record, move, "field.reason", lambda ctx, one, text, rev: complaints.end(ctx, one, move, text, rev)
                )
            case _:
                state = await self.perform(complaints.move, number(record), move, record["rev"])
        if state is not None:
            self.say("done.complaint.moved", ref=record["ref"], state=chosen("state", state))

    async def _said(self, record: Record, move: str, label: str, verb: Callable[..., str]) -> str | None:
        """Ask for a text, which `verb(ctx, id, text, rev)` takes."""
        title = t(f"form.complaint.{move}", ref=record["ref"])
        dialog = complaint_moves.SayDialog(
            title, label, lambda ctx, text: verb(ctx, number(record), text, record["rev"]), move != "reopen"
        )
        state: str | None = await self.app.push_screen_wait(dialog)
        return state

    async def _tried(self, record: Record) -> None:
        asked = await self.ask(progress.tries, number(record))
        channel = await self.app.push_screen_wait(complaint_moves.TriedDialog(record["ref"], asked))
        if channel and await self.perform(complaints.tried, number(record), channel, record["rev"]) is not None:
            asked = await self.ask(progress.tries, number(record))
            self.notify(f"{record['ref']}: {complaint_moves.said_of(asked)}", markup=False)

    async def _duplicate(self, record: Record) -> str | None:
        other = await self.app.push_screen_wait(complaint_moves.others(self.icrm, record))
        if other is None:
            return None
        state: str | None = await self.perform(
            complaints.duplicate, number(record), number({"id": other}), "", record["rev"]
        )
        return state

    async def _close(self, record: Record) -> str | None:
        """With the customer's answer: a no opens it again, and a last word says why."""
        asked = await self.ask(progress.tries, number(record))
        said = await self.app.push_screen_wait(complaint_moves.answers(record["ref"], record["kind"], asked))
        if said == "final":
            return await self._said(
                record, said, "field.reason", lambda ctx, one, text, rev: complaints.close(ctx, one, "no", text, rev)
            )
        if said is None:
            return None
        answer = "" if said == "none" else said
        state: str | None = await self.perform(complaints.close, number(record), answer, "", record["rev"])
        return state

    # What else is done with it

    @work
    async def action_note(self) -> None:
        record = await self.record()
        if record is None:
            return
        dialog = complaint_moves.SayDialog(
            t("form.complaint.note", ref=record["ref"]),
            "field.text",
            lambda ctx, text: complaints.note(ctx, number(record), text),
        )
        if await self.app.push_screen_wait(dialog) is not None:
            self.say("done.complaint.noted", ref=record["ref"])

    @work
    async def action_assign(self) -> None:
        """Give it, or all that are marked, to somebody."""
        ids = self._ids()
        if not ids:
            return
        ref = (await self.ask(complaints.get, ids[0]))["ref"]
        one = t("form.complaint.assign", ref=ref)
        title = one if len(ids) == 1 else t("form.complaint.assign.many", n=len(ids))
        owner = await self.app.push_screen_wait(await complaint_moves.taking(self.icrm, title))
        if owner is None or not await self.sure(len(ids), "ask.complaint.assign", "key.complaint.assign"):
            return
        moved = await self.perform(assign, ids, owner)
        if moved is not None:
            self.say("done.complaint.assigned", n=moved, owner=owner)

    @work
    async def action_archive(self) -> None:
        """Hide what is over; one that is hidden already comes back."""
        ids = self._ids()
        if not ids or not await self.sure(len(ids), "ask.archive", "key.archive"):
            return
        first = await self.ask(complaints.get, ids[0])
        back = len(ids) == 1 and bool(first["archived"])
        done = await self.perform(archive, ids, not back)
        if done is not None and back:
            self.say("done.unarchived", name=first["ref"])
        elif done is not None:
            self.say("done.archived", n=done)

    def _ids(self) -> list[int]:
        return [row_id for noun, row_id in self.targets() if noun == "complaint"]

    @work
    async def action_brief(self) -> None:
        """All that whoever takes it over must know."""
        target = self.under_cursor
        if target is None:
            return
        found = await self.ask(handover.complaint, target[1])
        title = t("form.complaint.brief", ref=found["ref"])
        self.app.push_screen(briefs.BriefDialog(title, briefs.complaint(found, self.icrm.zone)))
