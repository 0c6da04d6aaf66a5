"""What is looked for and told to those who watch over the units, as Prefect tasks."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from domain.patterns import PATTERN_LABELS
from services import patterns
from services.bootstrap import get_context
from tasks.threads import in_thread


@task(name="find patterns", cache_policy=NO_CACHE, persist_result=False)
async def find_patterns() -> dict[str, int]:
    """Keep what stands out for inspectors; how many of each pattern wait for them."""
    waiting = await in_thread(patterns.find, get_context())
    return {PATTERN_LABELS[kind]: number for kind, number in waiting.items()}
