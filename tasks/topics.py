"""What is looked for across petitions, as Prefect tasks: the index of what is alike, and the topics many report."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from services import hot_topics, imprints, same_matter
from services.bootstrap import get_context
from tasks.threads import in_thread


def _unseen(_: int) -> None:
    """Nobody watches a scheduled run."""


@task(name="keep the index of petitions", cache_policy=NO_CACHE, persist_result=False)
async def keep_index() -> dict[str, int]:
    """Take in what has no imprint, forget what is over, and close proposals that nobody can decide any more."""
    context = get_context()
    return {
        "补入索引 taken in": await in_thread(imprints.index_petitions, context, _unseen),
        "移出索引 forgotten": await in_thread(imprints.forget_imprints, context),
        "失效提示 proposals overtaken": await in_thread(same_matter.overtake_proposals, context),
    }


@task(name="find hot topics", cache_policy=NO_CACHE, persist_result=False)
async def find_topics() -> dict[str, int]:
    """The hot topics by name, with how many petitions each has lately."""
    found = await in_thread(hot_topics.find_hot_topics, get_context())
    return {f"{place}. {topic.name}": topic.recent for place, topic in enumerate(found, 1)}
