"""Compares the ledger with Prefect's runs on a schedule, and heals what differs."""

from __future__ import annotations

from prefect import flow

from tasks.upkeep import (
    activate_policies,
    count_cases,
    keep_publications,
    only_one,
    publish_table,
    reconcile_runs,
    refuse_exclusions,
    tell_of_file_terms,
)

MOST_NAMED = 20
"""The most cases a state message names; the artifact names all."""


class PetitionsFailed(Exception):
    """Some petitions could not be compared or healed; the artifact names them, the others were."""


@flow(name="reconcile", persist_result=False)
async def reconcile() -> None:
    """One comparison of every open petition with its run; the drift is published as a table.

    Raises `PetitionsFailed`, so that the run shows as failed.
    """
    with only_one("reconcile") as mine:
        if not mine:
            return
        drift = await reconcile_runs()
        await keep_publications()
        await activate_policies()
        await refuse_exclusions()
        await tell_of_file_terms()
        await count_cases()
        await publish_table(
            "reconcile", "对账偏差 drift between ledger and runs", drift.figures, drift.advice + drift.failures
        )
    if drift.failures:
        raise PetitionsFailed("、".join(drift.failures[:MOST_NAMED]))
