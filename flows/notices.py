"""Sends the notices that are owed. A dead channel holds up no petition: this is a flow of its own."""

from __future__ import annotations

from prefect import flow

from tasks.upkeep import send_notices


@flow(name="notices", persist_result=False)
async def notices() -> None:
    """Try every notice that is due once."""
    await send_notices()
