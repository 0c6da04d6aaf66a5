"""Learning from closed cases, as a Prefect task, and the comparison that operators find beside it."""

from __future__ import annotations

from collections.abc import Iterator

from prefect import task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE

from domain.actions import PLATFORM
from domain.backtest import FIGURES
from services import learning
from services.bootstrap import get_context
from services.learning import OUTCOME_LABELS, Lesson
from tasks.threads import in_thread

ARTIFACT = "dispatch-learning"


@task(name="learn from closed cases", cache_policy=NO_CACHE, persist_result=False)
async def learn_from_closed_cases() -> Lesson:
    """Learn, compare, and put in force what is no worse."""
    return await in_thread(learning.learn, get_context(), PLATFORM)


async def publish_lesson(lesson: Lesson) -> None:
    """An artifact with how what was learned and what was in force fared on the cases held out; no text of any case."""
    await acreate_markdown_artifact("\n".join(_told(lesson)), key=ARTIFACT, description="派遣学习 dispatch learning")


def _told(lesson: Lesson) -> Iterator[str]:
    yield from ("# 派遣学习 dispatch learning", "", f"{OUTCOME_LABELS[lesson.outcome]}：{lesson.reason}", "")
    yield f"学自办结的诉求 learned from: {lesson.cases}"
    if lesson.version is not None:
        yield f"，版本 version: `{lesson.version[:12]}`"
    if lesson.comparison is None:
        return
    before, after = lesson.comparison.before, lesson.comparison.after
    yield from ("", f"在最近留出的{after.cases}件上 on the latest {after.cases} cases, held out:", "")
    yield from ("| 项目 | 现行 in force | 新学 learned |", "|---|---|---|")
    for name, count in FIGURES.items():
        yield f"| {name} | {count(before)} | {count(after)} |"
    yield from ("", f"少退单 returns saved: {lesson.comparison.returns_saved:+d}")
