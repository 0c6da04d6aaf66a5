"""Drafts the supervision bulletins of weeks and months that are over, and publishes what was drafted or issued."""

from __future__ import annotations

from prefect import flow

from tasks.oversight import draft_bulletins, show_bulletins


@flow(name="bulletins", persist_result=False)
async def bulletins() -> str:
    """Run twice, or late, it drafts nothing twice. Issuing is a person's, through the API."""
    drafted = await draft_bulletins()
    shown = await show_bulletins()
    return f"drafted {drafted}, shown {shown}"
