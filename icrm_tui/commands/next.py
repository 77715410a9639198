"""`icrm next`: one thing after the other, each with what was said last, settled with a key."""

import sys
from collections.abc import Callable
from typing import Any

import typer

from icrm_tui.collect import timeline
from icrm_tui.commands.base import Run, group, run_of
from icrm_tui.commands.contacts import record
from icrm_tui.engage import reminders
from icrm_tui.errors import IcrmError
from icrm_tui.i18n import sentence, t
from icrm_tui.improve import today
from icrm_tui.search import who

app = group()

LAST = 3  # touches shown with an item


@app.command("next")
def next_(ctx: typer.Context) -> None:
    """icrm next"""
    run = run_of(ctx)
    waiting = reminders.due(run.ctx, today.tonight(run.ctx), run.said.has("all"))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        if waiting:
            show(run, waiting[0])
        return
    settled = 0
    for n, item in enumerate(waiting):
        run.out.line(f"{n + 1}/{len(waiting)}")
        show(run, item)
        answer = asked(run, item)
        settled += answer is True
        if answer is None:
            break
    run.out.say(t("next.end", n=settled, left=len(waiting) - settled))


def show(run: Run, item: dict[str, Any]) -> None:
    """The item, how to reach them, and what was said last."""
    if run.out.json:
        whom = who(run.ctx, item["who"])
        run.out.record(item | {"last": [record(row) for row in timeline.entries(run.ctx, whom, LAST)]})
        return
    late = f"{t('field.overdue')}  " if item["overdue"] else ""
    firm = f" @ {item['company']}" if item["company"] else ""
    run.out.line(f"{item['id']}  {late}{item['due']}  {t('priority.' + item['priority'])}")
    run.out.line(f"{item['name']}{firm} ({item['who']}): {item['what']}")
    for row in timeline.entries(run.ctx, who(run.ctx, item["who"]), LAST):
        kind = t(f"channel.{row['channel']}")
        run.out.line(f"  {run.out.shown('at', row['at'])}  {kind}  {row['text']}")


def asked(run: Run, item: dict[str, Any]) -> bool | None:
    """Do what is typed, until the item is settled (True), skipped (False) or the loop left (None)."""
    number = int(item["id"][1:])
    keys: dict[str, Callable[[], bool]] = {
        "l": lambda: _log(run, number),
        "d": lambda: _done(run, number),
        "z": lambda: _snooze(run, number),
    }
    while True:
        run.out.complain(t("next.keys"))
        key = typer.getchar().casefold()
        if key in ("q", "\x1b", "\x03", "\x04"):
            return None
        if key == "s":
            return False
        if key in keys:
            try:
                if keys[key]():
                    run.changed()
                    return True
            except IcrmError as error:
                run.out.complain(sentence(error))


def _ask(run: Run, key: str) -> str:
    run.out.complain(t(key))
    return sys.stdin.readline().strip()


def _act(run: Run, verb: Callable[..., Any], *args: Any) -> bool:
    """One action of its own: a key pressed is a change that can be undone."""
    ctx = run.ctx.action()
    done = verb(ctx, *args)
    run.ctx.last_change = ctx.last_change
    return done is not False


def _log(run: Run, number: int) -> bool:
    text = _ask(run, "next.text")
    if not text:
        return False
    then = _ask(run, "next.when")
    return _act(run, reminders.done, number, text, _moment(run, then) if then else None)


def _done(run: Run, number: int) -> bool:
    return _act(run, reminders.done, number)


def _snooze(run: Run, number: int) -> bool:
    until = _ask(run, "next.when")
    return bool(until) and _act(run, reminders.snooze, number, _moment(run, until))


def _moment(run: Run, text: str) -> Any:
    from icrm_tui.commands.reminders import moment

    found = moment(run, text)
    run.out.say(t("out.due", due=f"{found.day} {found.hour:%H:%M}" if found.hour else found.day))
    return found
