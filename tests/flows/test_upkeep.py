"""Reconcile and the invariants as operators meet them: an artifact each, and a run that fails where something is wrong.

On a worker of its own process: Prefect's engine leaves connections open in the process it ran in.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

import clock
from domain.actions import Actor, Role
from models.tables import Petition, PolicyChange, PolicyVersion
from services import learning, policies, policy_changes
from tests.faults.conftest import nursery as nursery  # noqa: PLC0414, a fixture
from tests.faults.world import TEXT, World, close_world, make_world
from tests.services import closed_cases
from tests.support.context import POLICY_DIR
from tests.support.forked import Nursery
from tests.support.prefect_server import PrefectServer

OPERATOR = Actor(Role.OPERATOR, name="测试运维")

pytestmark = pytest.mark.slow


@pytest.fixture
def world(prefect_server: PrefectServer, nursery: Nursery, tmp_path: Path) -> Iterator[World]:
    made = make_world(prefect_server, nursery, tmp_path)
    with made.worker():
        yield made
    close_world(made)


def table(world: World, key: str) -> str:
    """The newest artifact under `key`."""
    return str(world.server.ask("GET", f"artifacts/{key}/latest")["data"])


def change(world: World, petition_id: str, **values: object) -> None:
    with world.context.sessions.begin() as session:
        session.execute(update(Petition).where(Petition.id == petition_id).values(**values))


def test_they_publish_what_they_found_and_fail_over_what_is_wrong(world: World) -> None:
    petition_id = world.register()
    world.wait_at_rest(petition_id)
    assert world.run_flow("reconcile") == ("COMPLETED", "")
    assert "| checked | 1 |" in table(world, "reconcile")
    assert world.run_flow("invariants") == ("COMPLETED", "")
    assert "| 违反 violations | 0 |" in table(world, "invariants")

    assert world.run_flow("topics") == ("COMPLETED", "")
    assert "| 没有热点 none | 0 |" in table(world, "hot-topics")
    assert "| 补入索引 taken in | 0 |" in table(world, "same-matter-index")

    change(world, petition_id, returns=1)
    state, message = world.run_flow("invariants")
    assert (state, "returns_are_counted" in message) == ("FAILED", True)
    assert "| 退单次数与历史记录一致 | 1 |" in table(world, "invariants")

    run_id = world.petition(petition_id).run_id
    world.server.ask("DELETE", f"flow_runs/{run_id}")
    with world.context.sessions.begin() as session:
        session.add(PolicyVersion(version="x", content={}, active=False, activated_at=clock.now(), activated_by="x"))
    change(world, petition_id, policy_version="x")
    state, message = world.run_flow("reconcile")
    named = f"{world.petition(petition_id).case_number} "
    assert (state, named in message, TEXT in message) == ("FAILED", True, False)
    assert f"- {named}" in table(world, "reconcile")
    assert "| missing | 1 |" in table(world, "reconcile")


def test_a_plan_whose_time_came_is_put_in_force_by_the_worker_and_new_cases_live_by_it(world: World) -> None:
    old = world.register()
    world.wait_at_rest(old)
    district = dataclasses.replace(world.context, policy_dir=POLICY_DIR)
    ladder = (POLICY_DIR / "ladder.yaml").read_text("utf-8")
    changed = re.sub(r"(?m)(^return_limit:\n  value: )\d+", r"\g<1>7", ladder)
    number = policy_changes.upload(district, OPERATOR, [("ladder.yaml", changed.encode())], whole=False, reason="试行")
    later = clock.now().add(days=1)
    policy_changes.put_in_force_from(district, OPERATOR, number, valid_from=later, reason="明日起")
    assert world.run_flow("reconcile") == ("COMPLETED", "")
    assert policies.active_policy(world.context).ladder.return_limit != 7, "its time has not come"
    with world.context.sessions.begin() as session:
        session.get_one(PolicyChange, number).valid_from = clock.now().subtract(seconds=1)
    assert world.run_flow("reconcile") == ("COMPLETED", "")
    assert policies.active_policy(world.context).ladder.return_limit == 7
    new = world.register("测试乙反映君山路井盖松动")
    world.wait_at_rest(new)
    versions = [world.petition(each).policy_version for each in (old, new)]
    assert versions[0] != versions[1] == policies.active_policy(world.context).version
    assert world.run_flow("invariants") == ("COMPLETED", "")


def test_dispatch_learns_from_closed_cases_and_shows_how_that_fared(world: World) -> None:
    petition_id = world.register()
    world.wait_at_rest(petition_id)
    assert world.run_flow("learning") == ("COMPLETED", "")
    assert "没有学习" in table(world, "dispatch-learning")

    past = closed_cases.cases(times=12)
    closed_cases.put_away(world.context, past, petition_id)
    assert world.run_flow("learning") == ("COMPLETED", "")
    shown = table(world, "dispatch-learning")
    assert "采用 adopted" in shown
    assert "首选正确 right first" in shown
    assert not any(case.request.text in shown for case in past)
    assert len(learning.activations(world.context)) == 1
