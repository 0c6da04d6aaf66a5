"""Compares the ledger with Prefect's runs on a schedule, and heals what differs."""

from __future__ import annotations

from prefect import flow

from tasks.upkeep import only_one, publish_table, reconcile_runs


@flow(name="reconcile", persist_result=False)
async def reconcile() -> None:
    """One comparison of every open petition with its run; the drift is published as a table."""
    with only_one("reconcile") as mine:
        if mine:
            drift = await reconcile_runs()
            await publish_table("reconcile", "对账偏差 drift between ledger and runs", drift)
