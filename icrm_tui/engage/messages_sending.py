"""Sending what is due: one sender at a time, each message marked before it is handed over and after."""

from typing import Any, NamedTuple

from icrm_tui.context import Context
from icrm_tui.engage import messages
from icrm_tui.engage.messages_smtp import Answer, Down, Line, Server, connected, server, set_up
from icrm_tui.errors import Refused
from icrm_tui.nouns import Due

BATCH = 100  # messages over one connection

Piece = dict[str, Any]


class Sent(NamedTuple):
    """What became of messages, a piece each; why the server could not be used; `busy` where another is sending."""

    pieces: list[Piece]
    down: Down | None = None
    busy: bool = False


def find(ctx: Context) -> list[Piece]:
    """What would be sent now, as `tick --dry-run` tells it; nothing where no server is set up."""
    if not set_up():
        return []
    left = [_piece("doubted", row) for row in messages.left(ctx)]
    return left + [_piece("sent", row) for row in messages.due(ctx)]


def send(ctx: Context) -> Sent:
    """Send everything that is due. Refused where no server is set up and something waits."""
    to = server()
    if to is None:
        if messages.due(ctx, 1) or messages.left(ctx):
            raise Refused("mail-unset")
        return Sent([])
    program = ctx.program()
    with ctx.connection.alone("outbox") as mine:
        if not mine:
            return Sent([], busy=True)
        pieces = [_piece("doubted", row) for row in messages.left(program) if messages.doubt(program, row["id"])]
        try:
            while waiting := messages.due(program, BATCH):
                more, on = _batch(program, to, waiting)
                pieces += more
                if not on:
                    break
        except Down as down:
            messages.hold(program, down.values["words"])
            return Sent(pieces, down)
        return Sent(pieces)


def _batch(ctx: Context, to: Server, waiting: list[dict[str, Any]]) -> tuple[list[Piece], bool]:
    """These messages over one connection; whether to go on with others."""
    pieces = []
    with connected(to) as line:
        for row in waiting:
            claimed = messages.claim(ctx, row["id"], to.sender)
            if claimed is None:
                if (now := messages.get(ctx, row["id"]))["state"] == "failed":
                    pieces.append(_piece("failed", row, now["why"]))
                continue
            answer = _deliver(ctx, line, claimed)
            became = messages.settle(ctx, row["id"], answer.state, answer.words)
            pieces.append(_piece(DID.get(became, became), row, answer.words))
            if answer.over:
                return pieces, False
    return pieces, True


DID = {"queued": "put-off", "unknown": "doubted"}


def _deliver(ctx: Context, line: Line, row: dict[str, Any]) -> Answer:
    try:
        return line.deliver(row, ctx.now)
    except BaseException:
        messages.doubt(ctx, row["id"])  # called off in the middle
        raise


def _piece(did: str, row: dict[str, Any], detail: str = "") -> Piece:
    whom = f"{row['name']} <{row['address']}>" if row["name"] else row["address"]
    return {"did": did, "id": f"m{row['id']}", "who": whom, "detail": detail or row["subject"]}


def _do(ctx: Context, some: list[Piece]) -> list[Piece]:
    """What a tick does: all that is due, over as few connections as can be; each message has marks of its own.

    Settings that are wrong are so for all: they are told once, with the first.
    """
    from icrm_tui import ticks

    if some[:1] != find(ctx)[:1]:
        return []
    sent = send(ctx)
    pieces = sent.pieces
    if sent.down:
        host, words = sent.down.values["host"], sent.down.values["words"]
        pieces = [*pieces, {"did": "held", "id": "", "who": host, "detail": words}]
    ctx.aside(lambda tx: ticks.note(ctx, tx, pieces))
    return pieces


DUE = Due(find, _do, 1_000_000_000)
