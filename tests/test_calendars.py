"""Working time: what a calendar counts is what a clock on the wall shows, minute by minute, whatever the clock does."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icrm_tui import calendars, history, users
from icrm_tui import calendars_rules as rules
from icrm_tui import settings as agreed
from icrm_tui.calendars import Calendar
from icrm_tui.calendars_rules import DAY, Shifts, Timetable, Week, read_shifts, read_span, read_week, write_span
from icrm_tui.context import Context
from icrm_tui.errors import Conflict, NotFound, Refused, Usage
from tests.support import snapshot

SHANGHAI, BERLIN, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
OFFICE = "mon-fri 09:00-12:00,13:00-18:00"
HOUR = 3600


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def wall(instant: int, zone: ZoneInfo = SHANGHAI) -> str:
    return f"{datetime.fromtimestamp(instant, zone):%Y-%m-%d %H:%M:%S}"


def office(zone: ZoneInfo = SHANGHAI, holidays: str = "", hours: str = OFFICE, **special: str) -> Timetable:
    days = {date.fromisoformat(day[1:].replace("_", "-")): read_shifts(text) for day, text in special.items()}
    return Timetable(zone, read_week(hours), holidays, days)


# --- how hours are written -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (OFFICE, OFFICE),
        ("Mon - Fri 9-12, 13-18; Saturday 10:00-14:00", f"{OFFICE}; sat 10:00-14:00"),
        ("周一至周五 9:00-12:00、13:00-18:00；星期六、周日 10点-14点", f"{OFFICE}; sat-sun 10:00-14:00"),
        ("daily 0-24", "mon-sun 00:00-24:00"),
        ("每天 08:00-20:00", "mon-sun 08:00-20:00"),
        ("fri-mon 22:00-06:00", "mon 22:00-06:00; fri-sun 22:00-06:00"),
        ("daily 9-18; wed closed", "mon-tue 09:00-18:00; thu-sun 09:00-18:00"),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, kept: str) -> None:
    assert rules.write_week(read_week(text)) == kept
    assert rules.write_week(read_week(kept)) == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "hours-none"),
        ("mon closed", "hours-none"),
        ("mon", "hours"),
        ("9-18", "hours"),
        ("mon-xyz 9-18", "hours"),
        ("mon-tue-wed 9-18", "hours"),
        ("mon 9:75-18", "hours"),
        ("mon 24:00-25:00", "hours"),
        ("mon 9-18,17-20", "hours-overlap"),
        ("mon 22-10; tue 9-18", "hours-overlap"),
        ("sun 22-10; mon 9-18", "hours-overlap"),
    ],
)
def test_hours_that_mean_nothing_are_refused(text: str, code: str) -> None:
    with pytest.raises(Usage) as refused:
        read_week(text)
    assert refused.value.code == code


def test_spans_are_read_and_written() -> None:
    said = ("4h", "1h30m", "90m", "1.5h", "45s", "2小时", "1小时30分", "1h 5m 3s")
    assert [read_span(text) for text in said] == [14400, 5400, 5400, 5400, 45, 7200, 5400, 3903]
    for wrong in ("", "2d", "h", "0h", "-4h", "10001h", "soon"):
        with pytest.raises(Usage):
            read_span(wrong)
    assert [write_span(n) for n in (0, 59, 60, 3600, 5400, -7260, 90000)] == [
        "0m", "0m", "1m", "1h", "1h30m", "-2h1m", "25h",
    ]  # fmt: skip


# --- against a clock on the wall -------------------------------------------------------------------------


def counted(table: Timetable, start: int, end: int) -> int:
    """Minute by minute: is anybody at work, by what the clock on the wall shows?"""
    n = 0
    for minute in range(start, end, 60):
        local = datetime.fromtimestamp(minute, table.zone)
        now = local.hour * 60 + local.minute
        today = any(first <= now < last for first, last in table.shifts(local.date()))
        night = any(last > now + DAY for _first, last in table.shifts(local.date() - timedelta(days=1)))
        n += today or night
    return n * 60


# no shift begins or ends in the hours in which clocks are put forward or back
edges = st.integers(0, 95).map(lambda n: n * 15).filter(lambda n: not 60 < n < 240)


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """Up to three shifts on each day; the last one may run into the morning."""
    found: list[Shifts] = []
    for _day in range(7):
        cuts = sorted(draw(st.lists(edges.filter(lambda n: n >= 240), unique=True, max_size=6)))
        shifts = [(cuts[n], cuts[n + 1]) for n in range(0, len(cuts) - 1, 2)]
        if shifts and draw(st.booleans()) and shifts[-1][1] > 720:
            shifts[-1] = (shifts[-1][0], DAY + draw(st.sampled_from((0, 30, 60))))
        found.append(tuple(shifts))
    if not any(found):
        found[0] = ((540, 1080),)
    return tuple(found)


# the days around which the clocks there are put forward and back, a new year, and any other
around = st.sampled_from(["2026-03-27", "2026-10-23", "2026-03-06", "2026-10-30", "2025-12-30", "2024-02-08"])
zones = st.sampled_from([SHANGHAI, BERLIN, NEW_YORK, ZoneInfo("Asia/Kolkata")])


@settings(max_examples=40)
@given(weeks(), zones, around, st.integers(0, 3000), st.integers(0, 6000), st.sampled_from(["", "CN", "DE", "US"]))
def test_working_time_is_what_a_clock_on_the_wall_counts(
    week: Week, zone: ZoneInfo, day: str, first: int, length: int, holidays: str
) -> None:
    table = Timetable(zone, week, holidays, {date(2026, 3, 30): ((600, 660),), date(2026, 10, 26): ()})
    start = at(day, zone) + first * 60
    end = start + length * 60
    assert table.between(start, end) == counted(table, start, end)
    assert table.between(end, start) == -table.between(start, end)


@settings(max_examples=80)
@given(weeks(), zones, around, st.integers(0, 400_000), st.integers(0, 900_000))
def test_going_so_much_working_time_on_is_the_other_way_round(
    week: Week, zone: ZoneInfo, day: str, first: int, worked: int
) -> None:
    table = Timetable(zone, week)
    start = at(day, zone) + first
    end = table.after(start, worked)
    assert table.between(start, end) == worked
    if worked:
        assert table.between(start, end - 1) == worked - 1  # to the second, and no sooner
    other = Timetable(zone, week)  # laid out from somewhere else
    other.between(at("2019-05-01", zone), at("2019-05-02", zone))
    assert other.after(start, worked) == end


# --- particular days -------------------------------------------------------------------------------------


def test_a_day_has_its_shifts_and_a_break_counts_nothing() -> None:
    table = office()
    assert table.between(at("2026-11-23T11:00"), at("2026-11-23T14:00")) == 2 * HOUR
    assert wall(table.after(at("2026-11-23T11:30"), HOUR)) == "2026-11-23 13:30:00"
    assert wall(table.after(at("2026-11-23T11:00:30"), HOUR - 30)) == "2026-11-23 12:00:00"
    assert wall(table.after(at("2026-11-20T17:59:59"), 2)) == "2026-11-23 09:00:01"
    assert table.after(at("2026-11-21T10:00"), 0) == at("2026-11-21T10:00")
    assert wall(table.opens(at("2026-11-21T10:00"))) == "2026-11-23 09:00:00"
    assert table.opens(at("2026-11-23T10:00")) == at("2026-11-23T10:00")


def test_a_night_belongs_to_the_day_it_begins() -> None:
    table = office(hours="mon-fri 22:00-06:00")
    assert table.between(at("2026-11-28T00:00"), at("2026-11-28T08:00")) == 6 * HOUR  # Friday's
    assert table.between(at("2026-11-30T00:00"), at("2026-11-30T08:00")) == 0
    closed = office(hours="mon-fri 22:00-06:00", d2026_11_27="closed")
    assert closed.between(at("2026-11-28T00:00"), at("2026-11-28T08:00")) == 0


def test_the_hour_that_is_skipped_is_not_worked_and_the_one_that_comes_twice_is_worked_twice() -> None:
    night = office(BERLIN, hours="daily 22:00-06:00")
    spring, autumn = at("2026-03-28T22:00", BERLIN), at("2026-10-24T22:00", BERLIN)
    assert night.between(spring, at("2026-03-29T06:00", BERLIN)) == 7 * HOUR
    assert night.between(autumn, at("2026-10-25T06:00", BERLIN)) == 9 * HOUR
    assert wall(night.after(spring, 6 * HOUR), BERLIN) == "2026-03-29 05:00:00"
    assert wall(night.after(autumn, 6 * HOUR), BERLIN) == "2026-10-25 03:00:00"


def test_a_shift_that_begins_in_the_skipped_hour_begins_after_it() -> None:
    table = office(BERLIN, hours="daily 02:00-02:30,03:00-04:00")
    whole = table.between(at("2026-03-29T00:00", BERLIN), at("2026-03-29T12:00", BERLIN))
    assert whole == HOUR  # 02:00-02:30 is 03:00-03:30, and nobody works it twice


# as the State Council announced them: the days off, and the Saturdays and Sundays worked instead
CHINA = {
    2024: (
        ("01-01", "02-10..02-17", "04-04..04-06", "05-01..05-05", "06-10", "09-15..09-17", "10-01..10-07"),
        ("02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"),
    ),
    2025: (
        ("01-01", "01-28..02-04", "04-04..04-06", "05-01..05-05", "05-31..06-02", "10-01..10-08"),
        ("01-26", "02-08", "04-27", "09-28", "10-11"),
    ),
    2026: (
        (
            "01-01..01-03",
            "02-15..02-23",
            "04-04..04-06",
            "05-01..05-05",
            "06-19..06-21",
            "09-25..09-27",
            "10-01..10-07",
        ),
        ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
    ),
}


@pytest.mark.parametrize("year", CHINA)
def test_chinese_holidays_and_the_weekends_worked_for_them(year: int) -> None:
    """Every day of the year is worked, or not, as it was announced."""
    off: set[date] = set()
    for span in CHINA[year][0]:
        ends = [date.fromisoformat(f"{year}-{day}") for day in span.split("..")]
        off |= {ends[0] + timedelta(n) for n in range((ends[-1] - ends[0]).days + 1)}
    worked = {date.fromisoformat(f"{year}-{day}") for day in CHINA[year][1]}
    table = office(holidays="CN")
    days = [date(year, 1, 1) + timedelta(n) for n in range(366)]
    wrong = [
        str(day)
        for day in days
        if day.year == year and bool(table.shifts(day)) != (day in worked or (day.weekday() < 5 and day not in off))
    ]
    assert wrong == []


def test_a_weekend_that_stands_for_a_weekday_has_its_hours() -> None:
    table = office(holidays="CN", hours=f"{OFFICE}; sat 10:00-12:00")
    assert rules.write_shifts(table.shifts(date(2026, 10, 10))) == "09:00-12:00,13:00-18:00"
    assert rules.write_shifts(table.shifts(date(2026, 10, 17))) == "10:00-12:00"
    national = table.after(at("2026-09-30T17:00"), 2 * HOUR)
    assert wall(national) == "2026-10-08 10:00:00"


def test_days_of_ones_own_go_before_holidays() -> None:
    table = office(holidays="CN", d2026_10_01="10:00-12:00", d2026_10_10="closed")
    assert table.between(at("2026-10-01T00:00"), at("2026-10-02T00:00")) == 2 * HOUR
    assert table.between(at("2026-10-10T00:00"), at("2026-10-11T00:00")) == 0


def test_three_working_days_on_is_the_same_time_of_day() -> None:
    table = office(holidays="CN")
    assert wall(table.workdays(at("2026-11-23T10:00"), 3)) == "2026-11-26 10:00:00"
    assert wall(table.workdays(at("2026-09-30T10:00"), 3)) == "2026-10-10 10:00:00"  # Saturday is worked
    assert wall(table.workdays(at("2026-11-21T23:00"), 3)) == "2026-11-26 09:00:00"


def test_nobody_works_before_1970_and_what_never_comes_is_refused() -> None:
    table = office()
    assert table.between(at("0200-01-01", ZoneInfo("UTC")), at("1970-01-05")) == table.between(0, at("1970-01-05"))
    with pytest.raises(Refused):
        office(hours="mon 09:00-09:01").after(at("2026-11-23"), 10_000 * HOUR)


# --- in the store ----------------------------------------------------------------------------------------


def standard(ctx: Context) -> int:
    return int(calendars.find(ctx, "standard")["id"])


def test_every_store_has_a_calendar_of_its_first_users_zone(ctx: Context) -> None:
    (record,) = calendars.everything(ctx)
    assert (record["name"], record["hours"], record["zone"]) == ("standard", "mon-fri 09:00-18:00", "Asia/Shanghai")
    assert record["holidays"] == ""


def test_the_standard_calendar_keeps_the_holidays_of_the_stores_country(ctx: Context) -> None:
    agreed.put(ctx, "country", "CN")
    assert calendars.timetable(ctx, standard(ctx)).shifts(date(2026, 10, 1)) == ()
    agreed.put(ctx, "country", "MC")
    assert calendars.timetable(ctx, standard(ctx)).shifts(date(2026, 10, 1)) != ()


def test_a_calendar_is_made_changed_and_taken_back(ctx: Context) -> None:
    made = calendars.add(ctx, Calendar("Night", "mon-fri 22:00-06:00", "Europe/Berlin", "de-by"))
    assert calendars.show(ctx, made)["holidays"] == "DE-BY"
    before = snapshot(ctx)
    assert calendars.edit(ctx, made, {"hours": "daily 0-24", "holidays": "none"})
    assert not calendars.edit(ctx, made, {"hours": "daily 0:00-24:00"})
    assert calendars.show(ctx, made)["hours"] == "mon-sun 00:00-24:00"
    history.undo(ctx.action())
    assert snapshot(ctx) == before
    with pytest.raises(Conflict):
        calendars.edit(ctx, made, {"name": "late"}, base=0)


def test_days_are_closed_opened_and_cleared(ctx: Context) -> None:
    one = standard(ctx)
    assert calendars.mark(ctx, one, date(2026, 12, 21), date(2026, 12, 23), "closed", "stock-taking") == 3
    assert calendars.mark(ctx, one, date(2026, 12, 23), date(2026, 12, 23), "10-12", "a morning") == 1
    assert [(day["day"], day["hours"]) for day in calendars.show(ctx, one)["days"]] == [
        ("2026-12-21", "closed"), ("2026-12-22", "closed"), ("2026-12-23", "10:00-12:00"),
    ]  # fmt: skip
    assert calendars.clear(ctx, one, date(2026, 12, 22), date(2026, 12, 31)) == 2
    assert calendars.timetable(ctx, one).shifts(date(2026, 12, 21)) == ()
    assert calendars.timetable(ctx, one).shifts(date(2026, 12, 22)) != ()
    history.undo(ctx.action())
    assert len(calendars.show(ctx, one)["days"]) == 3


@pytest.mark.parametrize(
    ("verb", "code"),
    [
        (lambda ctx: calendars.add(ctx, Calendar("Standard", "daily 0-24")), "calendar-exists"),
        (lambda ctx: calendars.add(ctx, Calendar(" ", "daily 0-24")), "calendar-name"),
        (lambda ctx: calendars.add(ctx, Calendar("a", "daily 0-24", "Mars/Base")), "zone"),
        (lambda ctx: calendars.add(ctx, Calendar("a", "daily 0-24", "", "XX")), "holidays"),
        (lambda ctx: calendars.add(ctx, Calendar("a", "daily 0-24", "", "DE-XX")), "holidays"),
        (lambda ctx: calendars.edit(ctx, standard(ctx), {"colour": "red"}), "unknown-field"),
        (lambda ctx: calendars.find(ctx, "standart"), "no-calendar"),
        (lambda ctx: calendars.mark(ctx, standard(ctx), date(2027, 1, 2), date(2027, 1, 1), "closed"), "calendar-days"),
        (lambda ctx: calendars.mark(ctx, standard(ctx), date(2027, 1, 2), date(2029, 1, 1), "closed"), "calendar-days"),
    ],
)
def test_what_means_nothing_is_refused(ctx: Context, verb: Callable[[Context], object], code: str) -> None:
    with pytest.raises((Usage, Refused, NotFound)) as refused:
        verb(ctx)
    assert refused.value.code == code


def test_an_old_store_takes_the_zone_of_whoever_looks(ctx: Context, opened: Callable[..., Context]) -> None:
    users.add(ctx, "li")
    ctx.aside(lambda tx: tx.connection.execute("UPDATE calendars SET zone = ''") and None)
    assert calendars.everything(opened("li", zone=BERLIN))[0]["zone"] == "Europe/Berlin"
