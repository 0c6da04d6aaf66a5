"""Quiet hours and back-off, over all times of day and all shapes of quiet hours."""

from __future__ import annotations

import datetime as dt

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import DateTime

from domain.notices import BackOff, QuietHours, earliest_sending, next_attempt

NIGHT = QuietHours(dt.time(21), dt.time(8))

moments = st.datetimes(
    dt.datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    dt.datetime(2060, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=8))]),
).map(pendulum.instance)
times = st.times()
quiet_hours = st.builds(QuietHours, times, times)
backoffs = st.builds(BackOff, st.lists(st.integers(1, 10_000), max_size=8).map(tuple))


@pytest.mark.parametrize(
    ("now", "earliest"),
    [
        ("2022-05-01T20:59:59+08:00", "2022-05-01T20:59:59+08:00"),
        ("2022-05-01T21:00:00+08:00", "2022-05-02T08:00:00+08:00"),
        ("2022-05-01T23:59:59+08:00", "2022-05-02T08:00:00+08:00"),
        ("2022-05-02T00:00:00+08:00", "2022-05-02T08:00:00+08:00"),
        ("2022-05-02T07:59:59+08:00", "2022-05-02T08:00:00+08:00"),
        ("2022-05-02T08:00:00+08:00", "2022-05-02T08:00:00+08:00"),
        ("2022-12-31T15:00:00+00:00", "2023-01-01T08:00:00+08:00"),
        ("2022-05-01T13:30:00+00:00", "2022-05-02T08:00:00+08:00"),
    ],
)
def test_the_night_in_shanghai(now: str, earliest: str) -> None:
    assert earliest_sending(moment(now), urgent=False, quiet=NIGHT) == moment(earliest)


def test_quiet_hours_within_a_day() -> None:
    noon = QuietHours(dt.time(12), dt.time(14))
    for at in ("2022-05-01T12:00:00+08:00", "2022-05-01T13:59:59+08:00"):
        assert earliest_sending(moment(at), urgent=False, quiet=noon) == moment("2022-05-01T14:00:00+08:00")


@given(moments, quiet_hours)
def test_an_urgent_notice_never_waits(now: DateTime, quiet: QuietHours) -> None:
    assert earliest_sending(now, urgent=True, quiet=quiet) == now


@given(moments, quiet_hours)
def test_the_earliest_moment_is_loud_soon_and_stable(now: DateTime, quiet: QuietHours) -> None:
    earliest = earliest_sending(now, urgent=False, quiet=quiet)
    assert not quiet.covers(earliest)
    assert now <= earliest <= now.add(days=1)
    assert earliest.timezone_name == "UTC"
    assert earliest_sending(earliest, urgent=False, quiet=quiet) == earliest
    if not quiet.covers(now):
        assert earliest == now


@given(moments, quiet_hours, st.floats(0, 1, exclude_max=True))
def test_everything_before_the_earliest_moment_is_quiet(now: DateTime, quiet: QuietHours, part: float) -> None:
    earliest = earliest_sending(now, urgent=False, quiet=quiet)
    between = now.add(microseconds=int((earliest - now).total_seconds() * part * 1_000_000))
    assert quiet.covers(between) or between == earliest


@given(moments, times)
def test_equal_ends_mean_that_nothing_is_quiet(now: DateTime, time: dt.time) -> None:
    assert earliest_sending(now, urgent=False, quiet=QuietHours(time, time)) == now


@given(moments, backoffs)
def test_each_failure_waits_its_turn_and_then_it_is_a_dead_letter(now: DateTime, backoff: BackOff) -> None:
    for attempts, wait in enumerate(backoff.waits, start=1):
        assert next_attempt(attempts, now, backoff) == now.add(minutes=wait)
    assert next_attempt(len(backoff.waits) + 1, now, backoff) is None
    assert next_attempt(len(backoff.waits) + 100, now, backoff) is None


def test_the_default_back_off_survives_a_night_and_a_day() -> None:
    at = start = moment("2022-05-01T08:00:00+08:00")
    attempts = 1
    while (following := next_attempt(attempts, at, BackOff())) is not None:
        at, attempts = following, attempts + 1
    assert attempts == 8
    assert (at - start).total_minutes() == 1 + 5 + 15 + 60 + 240 + 720 + 1440


@pytest.mark.parametrize("attempts", [0, -1])
def test_nothing_attempted_has_no_next_attempt(attempts: int) -> None:
    with pytest.raises(ValueError, match="attempts"):
        next_attempt(attempts, moment("2022-05-01T08:00:00Z"), BackOff())


@pytest.mark.parametrize("waits", [(0,), (1, -5)])
def test_a_wait_is_positive(waits: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="positive"):
        BackOff(waits)


def test_a_naive_moment_is_refused() -> None:
    naive = dt.datetime(2022, 5, 1, 8)  # noqa: DTZ001 - the point of this test
    with pytest.raises(ValueError, match="time zone"):
        earliest_sending(naive, urgent=False, quiet=NIGHT)
    with pytest.raises(ValueError, match="time zone"):
        next_attempt(1, naive, BackOff())


def moment(text: str) -> DateTime:
    return pendulum.instance(dt.datetime.fromisoformat(text))
