"""Finds on a schedule what many report, and keeps the index by which petitions of one matter find each other."""

from __future__ import annotations

from prefect import flow

from tasks.topics import find_topics, keep_index
from tasks.upkeep import only_one, publish_table


@flow(name="topics", persist_result=False)
async def topics() -> None:
    """Bring the index up to date, then look for hot topics; both are published as tables."""
    with only_one("topics") as mine:
        if not mine:
            return
        index = await keep_index()
        found = await find_topics()
    await publish_table("hot-topics", "热点 hot topics", found or {"没有热点 none": 0})
    await publish_table("same-matter-index", "同一事项索引 index of petitions", index)
