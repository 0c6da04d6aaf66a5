"""Sends the notices that are owed. A dead channel holds up no petition: this is a flow of its own."""

from __future__ import annotations

from prefect import flow

from tasks.upkeep import owed_notices, send_notice


@flow(name="notices", persist_result=False)
async def notices() -> None:
    """Try every notice that is due once."""
    for notice_id in await owed_notices():
        await send_notice(notice_id)
