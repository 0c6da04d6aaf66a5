"""The pages over a real database; the run's steps are taken by the test."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import clock
from services.context import Context
from tests.support.context import a_context
from tests.support.pages import Visitor


@pytest.fixture
def database_kind() -> str:
    """What pages add is the same on every database; their services are tested on both."""
    return "sqlite"


@pytest.fixture
def context(engine: sa.Engine, frozen_clock: clock.StoryClock) -> Context:
    return a_context(engine)


@pytest.fixture
def visitor(context: Context) -> Visitor:
    return Visitor(context)
