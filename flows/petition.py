"""The life of one petition: look at the ledger, do what is due, wait for the next deadline.

The flow keeps nothing in memory. Whoever wakes it, the deadline itself or somebody who acted, it looks again.
"""

from __future__ import annotations

from prefect import flow

from tasks.petition import look, show, take_step, wait_for_next


# The id comes from our own registration; to have it validated, Prefect would build a model for every wake.
@flow(name="petition", persist_result=False, validate_parameters=False)
async def petition(petition_id: str) -> None:
    """Carry the petition on from wherever it stands; its id is all that Prefect knows of it."""
    seen = await look(petition_id)
    while seen.step is not None:
        await take_step(petition_id, seen.step)
        seen = await look(petition_id)
    await show(seen)
    # The end is not noted in the ledger: a run that dies this side of it is found by reconcile, which notes it.
    if not seen.final:
        await wait_for_next(seen)
