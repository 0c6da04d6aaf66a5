"""Lets dispatch learn from closed cases on a schedule, and shows how what was learned fared."""

from __future__ import annotations

from prefect import flow

from tasks.learning import learn_from_closed_cases, publish_lesson
from tasks.upkeep import only_one


@flow(name="learning", persist_result=False)
async def learning() -> None:
    """Learn, try it on the latest cases, and switch only where it is no worse; the comparison is an artifact."""
    with only_one("learning") as mine:
        lesson = await learn_from_closed_cases() if mine else None
    if lesson is not None:
        await publish_lesson(lesson)
