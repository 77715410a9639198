"""A day and an hour as other programs write them; nothing is guessed, and a bare number is no moment."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icrm_tui.collect import moments
from icrm_tui.dates import OrderNeeded
from tests.support import ZONE


@pytest.mark.parametrize(
    ("text", "order", "at"),
    [
        ("05/26/2024 11:53:21 PM", "mdy", "2024-05-26T15:53:21Z"),
        ("05/26/2024 12:00:00 AM", "mdy", "2024-05-25T16:00:00Z"),
        ("26/05/2024 12:05 p.m.", "dmy", "2024-05-26T04:05:00Z"),
        ("31.12.2024 08:15", "dmy", "2024-12-31T00:15:00Z"),
        ("12/1/2010 8:26", "mdy", "2010-12-01T00:26:00Z"),
        ("2024-05-26T23:53:21.000", "", "2024-05-26T15:53:21Z"),
        ("2024-05-26 23:53:21,5", "", "2024-05-26T15:53:21Z"),
        ("2024-05-26T23:53:21Z", "", "2024-05-26T23:53:21Z"),
        ("2024-05-26 23:53:21+02:00", "", "2024-05-26T21:53:21Z"),
        ("2024-05-26 23:53 UTC", "", "2024-05-26T23:53:00Z"),
        ("2024-05-26 23:53:21 GMT+0200", "", "2024-05-26T21:53:21Z"),
        ("Sun, 26 May 2024 14:05:06 +0000", "", "2024-05-26T14:05:06Z"),
        ("May 26, 2024, 2:05 PM", "", "2024-05-26T06:05:00Z"),
        ("26-OCT-2024 14:05", "", "2024-10-26T06:05:00Z"),
        ("2024年5月26日 下午3:05", "", "2024-05-26T07:05:00Z"),
        ("2024年5月26日15点05分", "", "2024-05-26T07:05:00Z"),
        ("２０２４／５／２６　９：０５", "", "2024-05-26T01:05:00Z"),
        ("2024/5/26 凌晨12:10", "", "2024-05-25T16:10:00Z"),
        ("2024/5/26 中午12:10", "", "2024-05-26T04:10:00Z"),
        ("19970101 08:26", "", "1997-01-01T00:26:00Z"),
        ("19970101", "", "1997-01-01T04:00:00Z"),  # a day is its noon
        ("8/30/2013", "mdy", "2013-08-30T04:00:00Z"),
        ("3 Feb 2013", "", "2013-02-03T04:00:00Z"),
    ],
)
def test_a_moment_is_read(text: str, order: str, at: str) -> None:
    found = moments.read(text, order, ZONE)
    assert found is not None
    assert found.at == at


@pytest.mark.parametrize(
    "text",
    [
        *("1716767601", "1716767601000", "45438.99", "tomorrow", "13:45", "2024-05-26 garbage", "2024-02-31", "0"),
        *("2024-05-26 25:00", "2024-05-26 13:00 PM", "2024-05-26 10:61", "0001-01-01", "99999999", "2024", ""),
    ],
)
def test_what_is_none_is_not_guessed(text: str) -> None:
    assert moments.read(text, "ymd", ZONE) is None


def test_an_order_nobody_said_is_asked_for() -> None:
    with pytest.raises(OrderNeeded):
        moments.read("05/06/2024 10:00", "", ZONE)


@given(st.datetimes(timezones=st.sampled_from([ZoneInfo("UTC"), ZoneInfo("America/New_York"), ZONE])), st.booleans())
def test_an_instant_that_was_kept_is_read_as_it_is(moment, fold) -> None:  # type: ignore[no-untyped-def]
    """Also in the hour that a clock shows twice."""
    if not 1970 < moment.year < 2200:
        return
    kept = moment.replace(fold=int(fold)).astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = moments.read(kept, "", ZoneInfo("America/New_York"))
    assert found is not None
    assert found.at == kept
