"""Reports: met and missed by whatever one asks, the hours it took, and nothing averaged that cannot be true."""

from datetime import datetime
from pathlib import Path

import pytest

from icrm_tui import i18n, search, users
from icrm_tui.collect import importing
from icrm_tui.collect.importing import Options
from icrm_tui.context import Context
from icrm_tui.errors import Usage
from icrm_tui.listen import complaints, sla_report
from icrm_tui.listen.complaints import Complaint
from icrm_tui.search import Who
from tests.support import ZONE, bring, person

HOUR = 3600
DATA = Path(__file__).parents[2] / "../shared/data/complaints"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the collected files are not on this machine")


@pytest.fixture
def ada(ctx: Context) -> Who:
    person(ctx, "Ada", company="Yun")
    users.add(ctx, "li")
    return search.who(ctx, "Ada")


def then(ctx: Context, text: str) -> Context:
    moment = datetime.fromisoformat(f"2026-{text.replace(' ', 'T')}").replace(tzinfo=ZONE)
    return Context(ctx.connection, ctx.user, lambda: moment, ctx.zone)


def figures(ctx: Context, *words: str, clock: str = "first-reply", **asked: str) -> list[tuple[object, ...]]:
    rows = [row for row in sla_report.report(ctx, **asked) if row["clock"] == clock]
    return [tuple(row[word] for word in ("id", *words)) for row in rows]


def test_met_and_missed_are_told_by_owner_category_policy_and_month(ctx: Context, ada: Who) -> None:
    for n, (month, owner, category) in enumerate(
        [("11-23", "wei", "delivery"), ("11-24", "wei", "delivery"), ("11-24", "li", "bill"), ("12-01", "li", "")]
    ):
        made = complaints.add(
            then(ctx, f"{month} 09:00"), ada, Complaint("it leaks", severity="critical", owner=owner, category=category)
        )
        complaints.move(then(ctx, f"{month} {10 + n % 2}:00"), made, "ack")  # every second one an hour late
    assert figures(ctx, "n", "met", "missed", "rate") == [("critical", 4, 2, 2, 0.5)]
    assert figures(ctx, "n", "met", "missed", by="owner") == [("li", 2, 1, 1), ("wei", 2, 1, 1)]
    assert figures(ctx, "met", "missed", by="category") == [("", 0, 1), ("bill", 1, 0), ("delivery", 1, 1)]
    assert figures(ctx, "met", "missed", by="month") == [("2026-11", 2, 1), ("2026-12", 0, 1)]
    assert figures(ctx, "n", text="owner:li") == [("critical", 2)]
    assert figures(ctx, "n", "running", "breached", clock="resolution") == [("critical", 4, 4, 0)]
    assert figures(then(ctx, "12-31 09:00"), "running", "breached", clock="resolution") == [("critical", 4, 4)]


def test_mean_median_and_nine_of_ten_are_of_working_time(ctx: Context, ada: Who) -> None:
    for hours in (1, 1, 2, 2, 3, 3, 4, 4, 5, 18):
        made = complaints.add(then(ctx, "11-23 09:00"), ada, Complaint("it leaks"))
        complaints.resolve(then(ctx, f"11-{23 + hours // 9} {9 + hours % 9:02}:00"), made, "a new one")
    (row,) = figures(ctx, "mean", "median", "p90", "max", clock="resolution")
    assert row == ("standard", 4.3 * HOUR, 3 * HOUR, 5 * HOUR, 18 * HOUR)
    assert figures(ctx, "max", clock="resolution", hours="all") == [("standard", 48 * HOUR)]


def test_the_first_verdict_counts_and_the_time_is_that_from_the_opening(ctx: Context, ada: Who) -> None:
    made = complaints.add(then(ctx, "11-23 09:00"), ada, Complaint("it leaks", severity="critical", resolved="glue"))
    complaints.close(then(ctx, "11-23 10:00"), made, "no")
    complaints.resolve(then(ctx, "11-30 10:00"), made, "a new one")
    assert figures(ctx, "n", "met", "missed", "mean", clock="resolution") == [("critical", 1, 1, 0, 46 * HOUR)]


def test_what_nobody_had_to_answer_is_not_counted(ctx: Context, ada: Who) -> None:
    made = complaints.add(ctx.action(), ada, Complaint("it leaks"))
    complaints.end(ctx.action(), made, "withdraw", "found it")
    assert sla_report.report(ctx) == []


def test_what_cannot_be_true_or_is_not_known_is_flagged_and_in_no_mean(ctx: Context) -> None:
    person(ctx, "Ada")
    text = (
        "name,opened,replied,state,what,timely\n"
        "Ada,2026-11-16 09:00,2026-11-16 11:00,Acknowledged,two hours,\n"
        "Ada,2026-11-16 09:00,2026-11-13 11:00,Acknowledged,before,\n"
        "Ada,2026-11-16 09:00,,In Progress,nobody says when,\n"
        "Ada,2026-11-16 09:00,2026-11-20 11:00,Acknowledged,late but they say in time,Yes\n"
        "Ada,2026-11-16 09:00,2026-11-16 11:00,Acknowledged,quick but they say late,No\n"
    )
    bring(ctx, text, kind="complaint")
    (row,) = figures(ctx, "n", "met", "missed", "flagged", "running", "mean")
    assert row == ("standard", 5, 2, 1, 2, 0, (2 + 38 + 2) / 3 * HOUR)


def test_what_is_asked_for_must_be_there(ctx: Context) -> None:
    for asked in ({"by": "colour"}, {"hours": "happy"}):
        with pytest.raises(Usage):
            sla_report.report(ctx, **asked)


# --- real files ------------------------------------------------------------------------------------------


def brought(ctx: Context, path: str) -> None:
    importing.run(ctx.action(), DATA / path, Options(kind="complaint", create_missing=True), speak=i18n.sentence)


@pytest.mark.realdata
@real
def test_consumers_complaints_are_in_time_as_was_said_and_take_as_long_as_they_took(ctx: Context) -> None:
    brought(ctx, "cfpb/Consumer_Complaints_capitalprince.csv")
    rows = [row for row in sla_report.report(ctx, hours="all") if row["clock"] == "first-reply"]
    (row,) = rows
    assert (row["n"], row["met"], row["missed"], row["flagged"]) == (1000, 984, 16, 23)
    days = {word: row[word] / 86400 for word in ("mean", "mean_all", "median", "max")}
    assert (round(days["mean_all"], 3), days["median"], days["max"]) == (3.628, 1, 129)
    assert round(days["mean"], 3) == 3.737  # of the 977 whose answer follows the question


@pytest.mark.realdata
@real
def test_service_requests_take_as_long_as_they_took(ctx: Context) -> None:
    brought(ctx, "nyc311/311_Service_Requests.csv")
    (row,) = [row for row in sla_report.report(ctx, "state:closed", hours="all") if row["clock"] == "resolution"]
    assert (row["n"], round(row["median"] / HOUR, 4)) == (677, 0.3631)
