"""The deployed petition flow on Prefect's stock process worker: the same petition, the same life."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployments.register import register
from tests.faults.world import DEPLOYMENTS, World
from tests.support.prefect_workers import STOCK, Pool

pytestmark = pytest.mark.slow


def test_a_petition_goes_through_a_whole_wake(world: World, tmp_path: Path) -> None:
    pool = Pool(world.server, f"{world.settings.work_pool}-stock", STOCK, tmp_path)
    register(world.settings, work_pool=pool.name, pool_type=STOCK, prefect_file=DEPLOYMENTS)
    with pool.worker(**world.environment()) as worker:
        petition_id = world.register()
        world.wait_at_rest(petition_id)
        assert world.triggers(petition_id) == ["register", "accept", "dispatch"]
        world.complete(petition_id)
        world.wait_at_rest(petition_id)
        assert world.triggers(petition_id)[-1] == "ask_rating"
        assert "Traceback" not in worker.log
        assert "ERROR" not in worker.log
    world.assert_whole()
