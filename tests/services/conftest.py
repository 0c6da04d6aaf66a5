"""What every use case is tried with: a clock that stands until it is moved, and a ledger with the shipped policy."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import clock
from services.context import Context
from tests.support.context import a_context


@pytest.fixture(autouse=True)
def story(frozen_clock: clock.StoryClock) -> clock.StoryClock:
    return frozen_clock


@pytest.fixture
def context(engine: sa.Engine) -> Context:
    return a_context(engine)
