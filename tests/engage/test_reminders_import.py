"""Reminders from files: tasks of other programs, each due when its row says."""

from datetime import date
from typing import Any

import pytest

from icrm_tui import users
from icrm_tui.context import Context
from icrm_tui.dates import When
from icrm_tui.engage import reminders
from tests.support import bring, ends, person

HEAD = "Contact,Task,Due date,Priority,Status,Assigned to,Repeat"


@pytest.fixture
def ada(ctx: Context) -> Context:
    person(ctx, "Ada", email="ada@a.example")
    users.add(ctx, "li", full_name="Li Na")
    return ctx


def rows(ctx: Context, *said: str, head: str = HEAD, **options: Any) -> Any:
    return bring(ctx, "\n".join((head, *said, "")), kind="reminder", **options)


def kept(ctx: Context, *keys: str) -> list[tuple[Any, ...]]:
    found = [reminders.show(ctx, row["id"]) for row in ctx.read("SELECT id FROM reminders ORDER BY id")]
    return [tuple(one[key] for key in keys) for one in found]


def test_a_row_is_a_reminder(ada: Context) -> None:
    report = rows(
        ada,
        "Ada,Call back,2026-12-01 14:30,High,Not Started,Li Na,",
        "Ada,Send the quote,2026-12-02,,Completed,,monthly",
        "Ada,回访,2026年12月3日 下午3:05,紧急,未完成,,每周",
    )
    assert (ends(report), report.warned) == ({"created": 3}, [])
    assert kept(ada, "what", "due", "zone", "priority", "owner", "done", "repeat", "who") == [
        ("Call back", "2026-12-01 14:30", "Asia/Shanghai", "high", "li", False, "", "p1"),
        ("Send the quote", "2026-12-02", "Asia/Shanghai", "normal", "wei", True, "FREQ=MONTHLY", "p1"),
        ("回访", "2026-12-03 15:05", "Asia/Shanghai", "high", "wei", False, "FREQ=WEEKLY", "p1"),
    ]


def test_what_is_due_is_due(ada: Context) -> None:
    rows(ada, "Ada,Then,2026-11-01,,,,", "Ada,Done,2026-11-01,,yes,,", "Ada,Later,2026-12-01,,,,")
    assert [row["what"] for row in reminders.due(ada)] == ["Then"]


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("Ada,,2026-12-01,,,,", "what", "text-empty"),
        ("Ada,Call,,,,,", "due", "import-no-moment"),
        ("Ada,Call,next tuesday,,,,", "due", "import-moment"),
        ("Ada,Call,2026-02-31,,,,", "due", "import-moment"),
        ("Ada,Call,2026-12-01,,maybe,,", "done", "flag"),
        ("Ada,Call,2026-12-01,,,,now and then", "repeat", "repeat"),
        ("Ada,Call,2026-12-01,,,,FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "repeat", "repeat-never"),
        (",Call,2026-12-01,,,,", "customer", "import-whom-missing"),
    ],
)
def test_a_row_that_is_none_is_turned_away(ada: Context, row: str, field: str, code: str) -> None:
    report = rows(ada, row)
    assert [(t.line, t.field, t.code) for t in report.rejects] == [(2, field, code)]


def test_a_time_is_that_of_the_zone_named(ada: Context) -> None:
    head = "Contact,Task,Due,Time zone"
    report = rows(ada, "Ada,Call,2026-12-01 09:00,Europe/Berlin", "Ada,Call,2026-12-01 09:00,Middle/Earth", head=head)
    assert [(t.line, t.code) for t in report.rejects] == [(3, "zone")]
    rows(ada, "Ada,Call,2026-12-01 09:00,Europe/Berlin", head=head)
    assert kept(ada, "due", "zone") == [("2026-12-01 09:00", "Europe/Berlin")]
    assert ada.read("SELECT due_utc FROM reminder_due") == [{"due_utc": "2026-12-01T08:00:00Z"}]


def test_the_same_thing_on_the_same_day_is_the_same_reminder(ada: Context) -> None:
    said = ("Ada,Call,2026-11-20,,,,", "Ada,Pay,2026-11-20,,,,monthly", "Ada,Visit,2026-11-20,,,,")
    assert ends(rows(ada, *said, said[0])) == {"created": 3, "merged": 1}
    reminders.snooze(ada.action(), 1, When(date(2026, 12, 24)))
    reminders.done(ada.action(), 2)
    reminders.done(ada.action(), 3)
    assert rows(ada, *said).id is None  # what was done with them here stays done
    assert kept(ada, "due", "done") == [("2026-12-24", False), ("2026-12-20", False), ("2026-11-20", True)]
    report = rows(ada, "Ada,Call,2026-11-20,high,completed,li,")
    assert (ends(report), kept(ada, "priority", "done", "owner")[0]) == ({"updated": 1}, ("high", True, "li"))


@pytest.mark.parametrize(
    "head",
    [
        "联系人,待办事项,截止日期,优先级,是否完成,负责人,重复",
        "Kontakt,Aufgabe,Fällig am,Priorität,Erledigt,Zuständig,Wiederholung",
        "Contact,Tâche,Échéance,Priorité,Terminé,Responsable,Récurrence",
        "Contacto,Tarea,Fecha límite,Prioridad,Completado,Responsable,Frecuencia",
    ],
)
def test_columns_are_known_by_their_names(ada: Context, head: str) -> None:
    report = rows(ada, "Ada,Call,2026-12-01,1,no,wei,weekly", head=head)
    assert (ends(report), report.unmapped, report.warned) == ({"created": 1}, [], [])
    assert kept(ada, "what", "due", "priority", "repeat") == [("Call", "2026-12-01", "high", "FREQ=WEEKLY")]
