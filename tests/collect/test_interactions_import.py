"""Touches from files: when, by what, which way, and what was said."""

from typing import Any

import pytest

from icrm_tui import users
from icrm_tui.collect import contacts, interactions, timeline
from icrm_tui.context import Context
from icrm_tui.search import who
from tests.support import bring, ends, person

HEAD = "Name,Date,Type,Direction,Outcome,Subject,Notes,By"


@pytest.fixture
def ada(ctx: Context) -> Context:
    person(ctx, "Ada", email="ada@a.example", company="Engines Ltd")
    users.add(ctx, "li", full_name="Li Na")
    return ctx


def rows(ctx: Context, *said: str, head: str = HEAD, **options: Any) -> Any:
    return bring(ctx, "\n".join((head, *said, "")), kind="interaction", **options)


def kept(ctx: Context, *keys: str) -> list[tuple[Any, ...]]:
    found = [interactions.show(ctx, row["id"]) for row in ctx.read("SELECT id FROM interactions ORDER BY id")]
    return [tuple(one[key] for key in keys) for one in found]


def test_a_row_is_a_touch(ada: Context) -> None:
    report = rows(
        ada,
        "Ada,2026-01-02 10:30,Phone call,Inbound,Left voicemail,Quote,call me back,Li Na",
        "Ada,2026-01-03T08:00:00Z,微信,发出,,,在吗,",
        'Ada,2026-01-04,,,,,"two\nlines",',
    )
    assert (ends(report), report.warned) == ({"created": 3}, [])
    assert kept(ada, "at", "channel", "dir", "outcome", "subject", "text", "who", "contact") == [
        ("2026-01-02T02:30:00Z", "call", "in", "left-message", "Quote", "call me back", "li", "p1"),
        ("2026-01-03T08:00:00Z", "wechat", "out", "", "", "在吗", "wei", "p1"),
        ("2026-01-04T04:00:00Z", "other", "out", "", "", "two\nlines", "wei", "p1"),
    ]
    shown = contacts.show(ada, 1)
    assert (shown["touches"], shown["last_contact"]) == (3, "2026-01-04T04:00:00Z")
    assert [entry["channel"] for entry in timeline.entries(ada, who(ada, "p1"))] == ["other", "wechat", "call"]


def test_a_day_and_its_hour_may_stand_apart(ada: Context) -> None:
    report = rows(ada, "Ada,03/15/2026,2:30 PM,hello", "Ada,03/16/2026,,hello", head="Name,Date,Time,Notes")
    assert (ends(report), report.dates) == ({"created": 2}, "mdy")
    assert kept(ada, "at") == [("2026-03-15T06:30:00Z",), ("2026-03-16T04:00:00Z",)]


def test_words_that_mean_nothing_here_are_left_out_and_said(ada: Context) -> None:
    report = rows(ada, "Ada,2026-01-02,Telepathy,sideways,perhaps,,hello,zoe", "Ada,2026-01-03,,,,,hello,zoe")
    assert ends(report) == {"created": 2}
    assert [(t.line, t.field, t.code) for t in report.warned] == [
        (2, "channel", "choice"),
        (2, "dir", "choice"),
        (2, "outcome", "choice"),
        (2, "who", "import-owner"),
    ]
    assert kept(ada, "channel", "dir", "outcome", "who")[0] == ("other", "out", "", "wei")


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("Ada,,Call,,,,hello,", "at", "import-no-moment"),
        ("Ada,lately,Call,,,,hello,", "at", "import-moment"),
        ("Ada,2026-01-02,Call,,,,,", "text", "text-empty"),
        (",2026-01-02,Call,,,,hello,", "customer", "import-whom-missing"),
    ],
)
def test_a_row_that_is_none_is_turned_away(ada: Context, row: str, field: str, code: str) -> None:
    report = rows(ada, row)
    assert [(t.line, t.field, t.code) for t in report.rejects] == [(2, field, code)]


def test_the_same_words_at_the_same_moment_are_the_same_touch(ada: Context) -> None:
    said = "Ada,2026-01-02 10:30,Call,in,,,hello,"
    assert ends(rows(ada, said, said, said.replace("hello", "Hello "))) == {"created": 1, "merged": 2}
    assert rows(ada, said.replace("hello", "Hello")).id is None
    assert ends(rows(ada, said.replace("Call,in,,,hello", "Call,in,reached,,Hello"))) == {"updated": 1}
    assert kept(ada, "outcome", "text") == [("reached", "Hello")]
    assert ends(rows(ada, said.replace("10:30", "10:31"))) == {"created": 1}
    contacts.move(ada, 1, "New Ltd")
    assert ends(rows(ada, said.replace("hello", "Hello"))) == {"skipped": 1}  # it stays with the firm it happened at


def test_the_same_words_to_two_people_are_two_touches(ada: Context) -> None:
    person(ada, "Ben", company="Engines Ltd")
    said = "{},2026-01-02 10:30,Email,out,,,our news,"
    assert ends(rows(ada, said.format("Ada"))) == {"created": 1}
    assert ends(rows(ada, said.format("Ben"))) == {"created": 1}
    assert rows(ada, said.format("Ada"), said.format("Ben")).id is None
    assert ends(rows(ada, said.format("Engines"))) == {"skipped": 1}  # to whom there is not said
    assert kept(ada, "contact") == [("p1",), ("p2",)]


@pytest.mark.parametrize(
    "head",
    [
        "联系人,跟进时间,跟进方式,方向,跟进结果,主题,跟进内容,跟进人",
        "Ansprechpartner,Datum,Kontaktart,Richtung,Ergebnis,Betreff,Notizen,Bearbeiter",
        "Contact,Date de contact,Canal,Sens,Résultat,Objet,Compte rendu,Commercial",
        "Contacto,Fecha de contacto,Canal,Dirección de la llamada,Resultado,Asunto,Notas,Vendedor",
        "contact_name,activity_date,activity_type,direction,call_outcome,subject,description,owner",
    ],
)
def test_columns_are_known_by_their_names(ada: Context, head: str) -> None:
    report = rows(ada, "Ada,2026-01-02 10:30,Email,in,reached,Hi,hello,wei", head=head)
    assert (ends(report), report.unmapped, report.warned) == ({"created": 1}, [], [])
    assert kept(ada, "channel", "dir", "outcome", "subject", "text") == [("email", "in", "reached", "Hi", "hello")]
