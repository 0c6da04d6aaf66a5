"""From a case to its run in Prefect's UI and back, where somebody said where that is."""

from __future__ import annotations

import dataclasses

import pytest

from domain.actions import Role
from models.tables import Petition
from services import runs
from services.context import Context
from tests.support.pages import Visitor, signed_in
from tests.web.office import LAMPS, UNIT, reported

pytestmark = pytest.mark.usefixtures("cheap_passwords")

PREFECT, PAGES = "https://prefect.example", "https://rongetong.example"


@pytest.fixture
def told(context: Context) -> Context:
    """Where both addresses are configured."""
    return dataclasses.replace(context, prefect_public_url=PREFECT, public_url=PAGES)


def links(context: Context, case: str, role: Role, unit: str | None = None) -> list[str]:
    page = signed_in(Visitor(context), role, unit).open(f"/cases/{case}")
    return [link for link in page.links if "flow-run" in link]


def test_operators_and_the_desk_are_led_to_the_run_and_nobody_else_is(told: Context) -> None:
    [case] = reported(told, LAMPS[0])
    with told.sessions.begin() as session:
        session.get_one(Petition, case).run_id = "11111111-2222-4333-8444-555555555555"
    there = f"{PREFECT}/runs/flow-run/11111111-2222-4333-8444-555555555555"
    assert links(told, case, Role.DESK) == links(told, case, Role.OPERATOR) == [there]
    assert links(told, case, Role.UNIT, UNIT) == links(told, case, Role.INSPECTOR) == []


def test_without_an_address_there_is_no_link(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    assert links(context, case, Role.OPERATOR) == []
    assert "案件页" not in runs.case_file(context, case)


def test_the_case_file_leads_back_to_the_case(told: Context) -> None:
    [case] = reported(told, LAMPS[0])
    assert f"[打开案件]({PAGES}/cases/{case})" in runs.case_file(told, case)
