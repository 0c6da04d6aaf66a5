"""What is looked for and told to those who watch over the units, as Prefect tasks."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE

from domain.bulletins import BULLETIN_KINDS
from domain.patterns import PATTERN_LABELS
from services import bulletins, patterns
from services.bootstrap import get_context
from tasks.threads import in_thread


@task(name="find patterns", cache_policy=NO_CACHE, persist_result=False)
async def find_patterns() -> dict[str, int]:
    """Keep what stands out for inspectors; how many of each pattern wait for them."""
    waiting = await in_thread(patterns.find, get_context())
    return {PATTERN_LABELS[kind]: number for kind, number in waiting.items()}


@task(name="draft bulletins", cache_policy=NO_CACHE, persist_result=False)
async def draft_bulletins() -> int:
    """Draft every bulletin that is due and missing; how many."""
    return sum([await in_thread(bulletins.make_due, get_context(), kind) for kind in BULLETIN_KINDS])


@task(name="show bulletins", cache_policy=NO_CACHE, persist_result=False)
async def show_bulletins() -> int:
    """Publish what was drafted or issued since; the newest artifact `bulletin-week` is the newest weekly one."""
    context = get_context()
    waiting = await in_thread(bulletins.to_show, context)
    for bulletin in waiting:
        text = bulletins.text_of(bulletin)
        title = text.partition("\n")[0].removeprefix("# ")
        await acreate_markdown_artifact(text, key=f"bulletin-{bulletin.kind}", description=title)
        await in_thread(bulletins.was_shown, context, bulletin)
    return len(waiting)
