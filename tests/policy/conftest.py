"""The shipped policy, read once."""

from pathlib import Path

import pytest

from domain.policy import Policy
from domain.workdays import WorkCalendar
from gateways.holidays import load_calendar
from gateways.policy_files import load_policy

POLICY = Path(__file__).parents[2] / "policy"


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(POLICY)


@pytest.fixture(scope="session")
def calendar() -> WorkCalendar:
    return load_calendar(POLICY / "calendar.yaml")
