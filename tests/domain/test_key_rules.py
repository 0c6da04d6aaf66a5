"""For how long a key is good, and from when on its end is told."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from domain.key_rules import KeyRules

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2100, 1, 1))


@given(DAYS, st.integers(2, 3660), st.data())
def test_a_new_key_is_warned_of_later_and_before_it_ends(today: dt.date, lifetime: int, data: st.DataObject) -> None:
    rules = KeyRules(lifetime, data.draw(st.integers(1, lifetime - 1)))
    last_day = rules.last_day(today)
    assert last_day == today + dt.timedelta(days=lifetime)
    assert not rules.tells_of(last_day, today)
    first_warning = last_day - dt.timedelta(days=rules.warning_days)
    assert rules.tells_of(last_day, first_warning)
    assert not rules.tells_of(last_day, first_warning - dt.timedelta(days=1))
    assert rules.tells_of(last_day, last_day + dt.timedelta(days=1)), "what is over is told until it is revoked"


def test_a_policy_from_before_names_no_day() -> None:
    assert KeyRules().last_day(dt.date(2026, 3, 2)) is None
