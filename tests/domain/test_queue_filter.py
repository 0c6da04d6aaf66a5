"""A filter of a queue and the address it stands in."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import CHINA
from domain.petition import Card
from domain.queue_filter import DueWhen, QueueFilter, read_filter
from domain.stages import OPEN_STAGES, Stage

CODES = st.none() | st.from_regex(r"[a-z0-9_-]{1,60}", fullmatch=True)
FILTERS = st.builds(
    QueueFilter,
    stage=st.none() | st.sampled_from(sorted(OPEN_STAGES)),
    card=st.none() | st.sampled_from([Card.YELLOW, Card.RED]),
    category=CODES,
    town=CODES,
    due=st.none() | st.sampled_from(DueWhen),
    number=st.just("") | st.from_regex(r"[A-Z0-9-]{1,40}", fullmatch=True),
)


@given(FILTERS)
def test_an_address_says_the_whole_filter(chosen: QueueFilter) -> None:
    assert read_filter(dict(parse_qsl(chosen.query))) == chosen
    assert bool(chosen) == bool(chosen.query)


@given(st.dictionaries(st.sampled_from(["stage", "card", "category", "town", "due", "number", "x"]), st.text()))
def test_whatever_an_address_says_is_a_filter_or_nothing(said: dict[str, str]) -> None:
    found = read_filter(said)
    assert read_filter(dict(parse_qsl(found.query))) == found


@pytest.mark.parametrize(
    ("name", "value"),
    [("stage", "archived"), ("stage", "nosuch"), ("card", "none"), ("due", "tomorrow"), ("town", "a' OR 1=1")],
)
def test_what_means_nothing_is_not_there(name: str, value: str) -> None:
    assert not read_filter({name: value})


def test_a_number_is_read_as_people_type_it() -> None:
    assert read_filter({"number": " sz-2026 "}).number == "SZ-2026"


NOON = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("due", "until"),
    [
        (None, None),
        (DueWhen.LATE, NOON),
        (DueWhen.TODAY, dt.datetime(2026, 3, 3, tzinfo=CHINA)),
    ],
)
def test_a_day_ends_at_midnight_in_the_district(due: DueWhen | None, until: dt.datetime | None) -> None:
    assert QueueFilter(due=due).until(NOON) == until


def test_stage_codes_are_those_of_the_ledger() -> None:
    assert QueueFilter(stage=Stage.IN_HAND).query == "stage=in_hand"
