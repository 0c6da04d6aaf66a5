"""The smallest flow that waits as a petition's does: one task, then parked. What it costs is the mechanism's own."""

from __future__ import annotations

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

import clock
from tasks.parking import park

FOR_DAYS = 5 * 24 * 3600.0


@task(name="look", cache_policy=NO_CACHE, persist_result=False)
async def look(petition_id: str) -> str:
    """Nothing but a task run."""
    return petition_id


@flow(name="one-task", persist_result=False, validate_parameters=False)
async def one_task(petition_id: str, seconds: float = FOR_DAYS) -> None:
    """Wake, one task, park for `seconds`."""
    await look(petition_id)

    async def always() -> bool:
        return True

    await park("Waiting", clock.now().add(seconds=seconds), always)
