"""Complaints from other systems: their state and times are kept, whoever they are of, and a row moves them on."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from icrm_tui import dates, history, i18n, lists, search, users
from icrm_tui.collect import customers, importing
from icrm_tui.collect.importing import Options
from icrm_tui.context import Context
from icrm_tui.errors import NotFound
from icrm_tui.listen import board, categories, complaints
from icrm_tui.listen import complaints_rules as rules
from icrm_tui.listen.complaints import Complaint
from tests.support import bring, ends, person, snapshot

DATA = Path(__file__).parents[2] / "../shared/data/complaints"
HEAD = "Ticket,Customer,Opened,Closed,Status,Description,Category,Priority,Resolution,Assigned to"


@pytest.fixture
def ada(ctx: Context) -> Context:
    person(ctx, "Ada", email="ada@a.example", company="Engines Ltd")
    users.add(ctx, "li", full_name="Li Na")
    return ctx


def rows(ctx: Context, *said: str, head: str = HEAD, **options: Any) -> Any:
    return bring(ctx, "\n".join((head, *said, "")), kind="complaint", **options)


def shown(ctx: Context) -> list[dict[str, Any]]:
    return [complaints.show(ctx, row["id"]) for row in ctx.read("SELECT id FROM complaints ORDER BY id")]


def kept(ctx: Context, *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(one[key] for key in keys) for one in shown(ctx)]


# --- what a row says -------------------------------------------------------------------------------------


def test_a_row_is_a_complaint_with_its_state_and_times(ada: Context) -> None:
    report = rows(
        ada,
        "T-1,Ada,2026-01-02 10:00,2026-01-05 09:00,Closed,The box was torn.,Delivery,Urgent,a new one,Li Na",
        'T-2,Ada,2026-01-03,,In Progress,"It leaks.\nSince Monday.",Quality,,,',
        "T-3,,2026-01-04,,待客户回复,找不到说明书,,低,,",
    )
    assert (ends(report), report.warned, report.unmapped) == ({"created": 3}, [], [])
    keys = ("number", "who", "opened", "ended", "state", "reason", "what", "category", "severity", "remedy", "owner")
    assert kept(ada, *keys) == [
        (
            *("T-1", "p1", "2026-01-02T02:00:00Z", "2026-01-05T01:00:00Z", "closed", "imported", "The box was torn."),
            *("Delivery", "critical", "a new one", "li"),
        ),
        ("T-2", "p1", "2026-01-03T04:00:00Z", "", "in-progress", "", "It leaks.", "Quality", "normal", "", "wei"),
        ("T-3", "", "2026-01-04T04:00:00Z", "", "waiting", "", "找不到说明书", "", "low", "", "wei"),
    ]
    steps = [[(e["outcome"], e["state"], e["at"][:10]) for e in one["events"]] for one in shown(ada)]
    assert steps == [
        [("opened", "open", "2026-01-02"), ("closed", "closed", "2026-01-05")],
        [("opened", "open", "2026-01-03"), ("started", "in-progress", "2026-01-03")],
        [("opened", "open", "2026-01-04"), ("waiting", "waiting", "2026-01-04")],
    ]
    assert [one["ref"] for one in shown(ada)] == [rules.refer(n) for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("said", "state"),
    [
        *(("Open", "open"), ("NEW", "open"), ("待受理", "open"), ("Offen", "open"), ("abierto", "open")),
        *(("Assigned", "acknowledged"), ("已受理", "acknowledged"), ("Under Review", "in-progress")),
        *(("in_progress", "in-progress"), ("处理中", "in-progress"), ("En cours", "in-progress")),
        *(("Pending", "waiting"), ("On Hold", "waiting"), ("Wartet auf Kunden", "waiting")),
        *(("resolved", "resolved"), ("已解决", "resolved"), ("Solved - refunded", "resolved")),
        *(("Closed", "closed"), ("已结案", "closed"), ("Closed with explanation", "closed"), ("cerrado", "closed")),
        *(("Cancelled", "withdrawn"), ("Duplicate", "duplicate"), ("不成立", "invalid"), ("", "open")),
    ],
)
def test_states_of_other_systems_are_understood(ada: Context, said: str, state: str) -> None:
    assert ends(rows(ada, f"1,Ada,2026-01-02,,{said},x,,,,")) == {"created": 1}
    assert kept(ada, "state") == [(state,)]
    assert shown(ada)[0]["events"][-1]["state"] == state
    assert (shown(ada)[0]["ended"] != "") == (state in rules.ENDS)


def test_a_state_nobody_knows_is_turned_away_with_those_there_are(ada: Context) -> None:
    report = rows(ada, "1,Ada,2026-01-02,,Lost in space,x,,,,")
    assert [(t.field, t.code) for t in report.rejects] == [("state", "import-state")]
    assert all(state in report.rejects[0].reason for state in rules.STATES)


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("1,Ada,,,Open,x,,,,", "opened", "import-no-moment"),
        ("1,Ada,1716767601,,Open,x,,,,", "opened", "import-moment"),
        ("1,Ada,2026-01-02,soon,Closed,x,,,,", "closed", "import-moment"),
        ("1,Ada,2026-01-02,,Open,,,,,", "text", "text-empty"),
        ("1,Zoe,2026-01-02,,Open,x,,,,", "customer", "import-whom-unknown"),
    ],
)
def test_a_row_that_is_none_is_turned_away(ada: Context, row: str, field: str, code: str) -> None:
    report = rows(ada, row)
    assert [(t.line, t.field, t.code) for t in report.rejects] == [(2, field, code)]


def test_times_tell_the_state_where_no_column_does(ada: Context) -> None:
    head = "Ticket,Customer,Opened,First response,Resolved date,Closed date,Description"
    rows(
        ada,
        "1,Ada,2026-01-02,,,,x",
        "2,Ada,2026-01-02,2026-01-03,2026-01-04,,y",
        "3,Ada,2026-01-02,2026-01-03,2026-01-04,2026-01-05,z",
        head=head,
    )
    assert kept(ada, "state") == [("open",), ("resolved",), ("closed",)]
    assert [(e["outcome"], e["at"][:10]) for e in shown(ada)[2]["events"]] == [
        ("opened", "2026-01-02"),
        ("acknowledged", "2026-01-03"),
        ("resolved", "2026-01-04"),
        ("closed", "2026-01-05"),
    ]


def test_what_is_said_to_have_been_before_it_was_opened_is_kept_and_doubted(ada: Context) -> None:
    head = "Ticket,Opened,Sent,Closed,Description"
    report = rows(ada, "1,2026-01-02 15:00,2026-01-02,2026-01-01,x", "2,2026-01-02,2026-01-01,,y", head=head)
    assert ends(report) == {"created": 2}
    assert [(t.line, t.field, t.code) for t in report.warned] == [
        (2, "closed", "import-before"),
        (3, "replied", "import-before"),
    ]
    assert kept(ada, "ended") == [("2026-01-01T04:00:00Z",), ("",)]


def test_the_customers_answer_is_an_end_of_its_own(ada: Context) -> None:
    head = "Ticket,Customer,Opened,Closed,Satisfied,Closing reason,Type,Description"
    rows(
        ada,
        "1,Ada,2026-01-02,2026-01-03,yes,,,a",
        "2,Ada,2026-01-02,2026-01-03,,not ours,,b",
        "3,Ada,2026-01-02,2026-01-03,,,Question,c",
        "4,Ada,2026-01-02,2026-01-03,perhaps,,,d",
        head=head,
    )
    assert kept(ada, "satisfied", "reason", "kind") == [
        ("yes", "", "complaint"),
        ("", "not ours", "complaint"),
        ("", "imported", "question"),
        ("", "imported", "complaint"),
    ]
    assert [one["events"][-1]["outcome"] for one in shown(ada)] == ["satisfied", "closed", "closed", "closed"]


def test_it_goes_to_the_handler_or_the_service_owner(ada: Context) -> None:
    categories.add(ada.action(), "Quality", "li")
    customers.edit(ada.action(), 1, {"service_owner": "li"})
    person(ada, "Ben")
    rows(
        ada,
        "1,Ben,2026-01-02,,Open,a,quality,,,",
        "2,Ada,2026-01-02,,Open,b,Delivery,,,",
        "3,Ben,2026-01-02,,Open,c,Delivery,,,",
        "4,Ben,2026-01-02,,Open,d,Quality,,,wei",
    )
    assert kept(ada, "owner") == [("li",), ("li",), ("wei",), ("wei",)]
    assert sorted(one["name"] for one in categories.everything(ada)) == ["Delivery", "Quality"]


def test_columns_without_a_place_are_kept_as_notes_where_that_is_said(ada: Context) -> None:
    head = "Ticket,Opened,Description,Timely response,Machine,Shift"
    report = rows(ada, "1,2026-01-02,x,Yes,M-5,Yes", head=head, map={"Machine": "note.machine", "Shift": "note"})
    assert (ends(report), report.unmapped) == ({"created": 1}, [])
    noted = [event for event in shown(ada)[0]["events"] if event["outcome"] == "noted"]
    assert [event["text"] for event in noted] == ["machine: M-5\nYes"]
    assert (
        rows(ada, "1,2026-01-02,x,Yes,M-5,Yes", head=head, map={"Machine": "note.machine", "Shift": "note"}).id is None
    )


@pytest.mark.parametrize(
    "head",
    [
        "投诉编号,客户姓名,投诉时间,结案时间,处理状态,投诉内容,投诉类型,严重程度,处理结果",
        "Beschwerdenummer,Kunde,Eingegangen am,Geschlossen am,Status,Beschreibung,Kategorie,Priorität,Lösung",
        "Numéro de dossier,Plaignant,Date de réception,Date de clôture,Statut,Détails,Motif,Gravité,Mesure prise",
        "Número de caso,Reclamante,Fecha de apertura,Fecha de cierre,Estado,Descripción,Categoría,Prioridad,Solución",
        "case_number,contact_name,created_at,closed_at,case_status,description,category,severity,resolution",
    ],
)
def test_columns_are_known_by_their_names(ada: Context, head: str) -> None:
    report = rows(ada, "7,Ada,2026-01-02,2026-01-03,closed,torn,Delivery,high,a new one", head=head)
    assert (ends(report), report.unmapped, report.warned) == ({"created": 1}, [], [])
    assert kept(ada, "number", "who", "state", "text", "category", "severity", "remedy") == [
        ("7", "p1", "closed", "torn", "Delivery", "high", "a new one")
    ]


# --- the same complaint ----------------------------------------------------------------------------------


def test_a_row_moves_a_complaint_on_and_never_back(ada: Context) -> None:
    rows(ada, "1,Ada,2026-01-02,,Open,x,,,,", "2,Ada,2026-01-02,,In Progress,y,,,,")
    report = rows(ada, "1,Ada,2026-01-02,,In Progress,x,,,,", "2,Ada,2026-01-02,2026-01-09,Closed,y,,,mended,")
    assert ends(report) == {"updated": 2}
    assert kept(ada, "state", "ended", "reason") == [
        ("in-progress", "", ""),
        ("closed", "2026-01-09T04:00:00Z", "imported"),
    ]
    assert [event["outcome"] for event in shown(ada)[1]["events"]] == ["opened", "started", "closed"]
    before = snapshot(ada)
    report = rows(ada, "1,Ada,2026-01-02,,Open,x,,,,", "2,Ada,2026-01-02,,Open,y,,,,")
    assert (report.id, [(t.field, t.code) for t in report.warned]) == (None, [("state", "import-state-back")] * 2)
    assert snapshot(ada) == before
    complaints.reopen(ada.action(), 2)
    assert kept(ada, "state", "reopened")[1] == ("open", 1)


def test_what_was_done_here_stays_done(ada: Context) -> None:
    rows(ada, "1,Ada,2026-01-02,,Open,x,,,,")
    complaints.resolve(ada.action(), 1, "a new one")
    complaints.close(ada.action(), 1, "yes")
    assert rows(ada, "1,Ada,2026-01-02,,Open,x,,,,").id is None
    assert kept(ada, "state", "satisfied", "reason") == [("closed", "yes", "")]


def test_undo_takes_back_a_move(ada: Context) -> None:
    rows(ada, "1,Ada,2026-01-02,,Open,x,,,,")
    before = snapshot(ada)
    report = rows(ada, "1,Ada,2026-01-02,2026-01-03,Closed,x,Delivery,,,", "2,,2026-01-02,,Open,y,,,,")
    assert ends(report) == {"created": 1, "updated": 1}
    history.undo(ada.action(), report.id)
    assert snapshot(ada) == before


def test_a_number_counts_for_its_customer_and_moment(ada: Context) -> None:
    person(ada, "Ben")
    assert ends(rows(ada, "1,Ada,2026-01-02,,Open,x,,,,", "1,Ben,2026-01-02,,Open,x,,,,")) == {"created": 2}
    assert ends(rows(ada, "1,Ada,2026-01-03,,Open,x,,,,")) == {"created": 1}
    rows(ada, "9,,2026-01-02,,Open,x,,,,")
    report = rows(ada, "9,Ben,2026-01-02,,Open,x,,,,")  # it was nobody's; now it is known whose
    assert (ends(report), kept(ada, "name")[3]) == ({"updated": 1}, ("Ben",))


def test_what_has_no_number_is_counted_as_often_as_it_stands(ada: Context) -> None:
    head = "Opened,Description"
    said = ("2026-01-02,loud music", "2026-01-02,loud music", "2026-01-03,loud music")
    assert ends(rows(ada, *said, head=head)) == {"created": 3}
    assert rows(ada, *said, head=head).id is None
    assert ends(rows(ada, *said, said[0], head=head)) == {"created": 1, "skipped": 3}


def test_it_is_found_by_the_number_it_came_with(ada: Context) -> None:
    rows(ada, "SR-2026/17,Ada,2026-01-02,,Open,x,,,,", "0815,Ada,2026-01-02,,Open,y,,,,")
    assert complaints.meant(ada, "sr-2026/17") == 1
    assert complaints.meant(ada, "0815") == 2
    assert [hit["id"] for hit in search.find(ada, "2026/17")[0]] == ["c1"]
    assert lists.count(ada, lists.Wanted("complaint", "number:0815")) == 1
    rows(ada, "0815,,2026-01-05,,Open,z,,,,")
    with pytest.raises(NotFound):
        complaints.meant(ada, "0815")


def test_references_given_out_elsewhere_stay_and_are_not_given_out_again(ada: Context) -> None:
    taken = [rules.refer(n) for n in (2, 3, 5)]
    head = "Ref,Opened,Description"
    rows(ada, f"{taken[0]},2026-01-02,a", f"{taken[1]},2026-01-02,b", "T-9,2026-01-02,c", head=head, map={"Ref": "ref"})
    assert kept(ada, "ref", "number")[:2] == [(taken[0], ""), (taken[1], "")]
    assert shown(ada)[2]["number"] == "T-9"
    rows(ada, f"{taken[2]},2026-01-02,d", head=head, map={"Ref": "ref"})
    for _n in range(4):
        complaints.add(ada.action(), search.who(ada, "p1"), Complaint("x"))
    refs = [one["ref"] for one in shown(ada)]
    assert len(set(refs)) == 8


def test_duplicates_go_on_with_the_one_they_name_but_not_in_circles(ada: Context) -> None:
    head = "Ticket,Opened,Status,Duplicate of,Description"
    report = rows(
        ada,
        "1,2026-01-02,Open,,a",
        "2,2026-01-02,Duplicate,1,b",
        "3,2026-01-02,Duplicate,4,c",
        "4,2026-01-02,Duplicate,3,d",
        "5,2026-01-02,Duplicate,99,e",
        head=head,
    )
    assert ends(report) == {"created": 5}
    assert [(t.line, t.code) for t in report.warned] == [(5, "import-circle"), (6, "import-pointer")]
    refs = [one["ref"] for one in shown(ada)]
    assert kept(ada, "duplicate_of") == [("",), (refs[0],), (refs[3],), ("",), ("",)]


def test_rows_of_one_complaint_are_one_with_all_its_steps(ada: Context) -> None:
    report = rows(
        ada,
        "1,Ada,2026-01-02,,In Progress,x,,,,",
        "1,Ada,2026-01-02,2026-01-05,Closed,x,,,mended,",
        "2,Ada,2026-01-02,2026-01-05,Closed,y,,,,",
        "2,Ada,2026-01-02,,Open,y,,,,",
    )
    assert ends(report) == {"created": 2, "merged": 2}
    assert kept(ada, "state", "ended", "reason") == [("closed", "2026-01-05T04:00:00Z", "imported"), ("open", "", "")]
    assert [event["outcome"] for event in shown(ada)[0]["events"]] == ["opened", "started", "closed"]


@pytest.mark.parametrize("nobody", ["", "-", "Anonymous", "N/A", "匿名", "Unbekannt"])
def test_it_may_be_of_nobody(ada: Context, nobody: str) -> None:
    assert ends(rows(ada, f"1,{nobody},2026-01-02,,Open,x,,,,", create_missing=True)) == {"created": 1}
    assert kept(ada, "who", "name") == [("", "")]


# --- what authorities keep -------------------------------------------------------------------------------

real = pytest.mark.skipif(not DATA.exists(), reason="the collected real files are absent")


def whole(ctx: Context, name: str) -> importing.ImportReport:
    return importing.run(ctx.action(), DATA / name, Options(kind="complaint"), speak=i18n.sentence)


UTC = ZoneInfo("UTC")


def hours(since: str, until: str) -> float:
    return (dates.local(until, UTC) - dates.local(since, UTC)).total_seconds() / 3600


@pytest.mark.realdata
@real
def test_a_thousand_complaints_of_consumers_come_in_whole(ctx: Context) -> None:
    report = whole(ctx, "cfpb/Consumer_Complaints_capitalprince.csv")
    assert (ends(report), report.preset, report.dates, report.unmapped) == ({"created": 1000}, "cfpb", "mdy", [])
    assert report.warnings == 23
    assert {(t.field, t.code) for t in report.warned} == {("replied", "import-before")}
    assert board.counts(ctx)["closed"] == 1000
    assert {row["reason"] for row in ctx.read("SELECT DISTINCT reason FROM complaints")} == {"imported"}
    days = [
        hours(row["opened_at"], row["at"]) / 24
        for row in ctx.read(
            "SELECT e.at, c.opened_at FROM complaint_events e JOIN complaints c"
            " ON c.id = e.complaint_id WHERE e.event = 'acknowledged'"
        )
    ]
    assert (len(days), round(max(days)), round(sum(days) / len(days), 3)) == (1000, 129, 3.628)
    assert sum(day < 0 for day in days) == 23
    assert whole(ctx, "cfpb/Consumer_Complaints_capitalprince.csv").id is None


@pytest.mark.realdata
@real
def test_a_thousand_service_requests_come_in_whole(ctx: Context) -> None:
    report = whole(ctx, "nyc311/311_Service_Requests.csv")
    assert (ends(report), report.preset, report.warnings) == ({"created": 1000}, "nyc311", 0)
    found = {state: n for state, n in board.counts(ctx).items() if n}
    assert found == {"open": 29, "acknowledged": 1, "in-progress": 293, "closed": 677}
    closed = ctx.read("SELECT opened_at, ended_at FROM complaints WHERE state = 'closed'")
    assert round(sorted(hours(row["opened_at"], row["ended_at"]) for row in closed)[338], 4) == 0.3631
    assert whole(ctx, "nyc311/311_Service_Requests.csv").id is None
