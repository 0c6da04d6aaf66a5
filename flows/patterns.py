"""Looks once a week for patterns in the conduct of units, for inspectors to judge."""

from __future__ import annotations

from prefect import flow

from tasks.oversight import find_patterns
from tasks.upkeep import only_one, publish_table

REMARKS = ("只是提示，须由纪检监察核实、放过或立案核查；单位和案件只有纪检监察看得到。",)


@flow(name="patterns", persist_result=False)
async def patterns() -> None:
    """Find them and publish how many wait: which units and cases they are about is for inspectors alone."""
    with only_one("patterns") as mine:
        if not mine:
            return
        waiting = await find_patterns()
    await publish_table("patterns", "待核实的苗头 patterns to judge", waiting, REMARKS)
