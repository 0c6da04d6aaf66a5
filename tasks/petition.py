"""The steps of a petition's flow as Prefect tasks: one service each, with retries for a database that is away."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from sqlalchemy.exc import OperationalError

import clock
from domain.petition import Step
from gateways.crash_points import crash_point
from services import platform_steps, runs
from services.bootstrap import get_context
from tasks.announcing import announce, case_key
from tasks.parking import own_run_id, park
from tasks.task_runs import without_pending
from tasks.threads import in_thread

logger = logging.getLogger(__name__)

T = TypeVar("T")
P = ParamSpec("P")

LEDGER_AWAY_SECONDS = 30
"""How long a run waits before it looks again when the ledger's database is away (our own decision)."""

STEP_NAMES: dict[Step, str] = {
    Step.ACCEPT: "受理 accept",
    Step.LAPSE: "逾期未补充 lapse",
    Step.DISPATCH: "派遣 dispatch",
    Step.REMIND_SIGNING: "催签收 remind signing",
    Step.GRANT_RETURN: "退单默认同意 grant return",
    Step.REFUSE_EXTENSION: "延期默认不同意 refuse extension",
    Step.RESUME: "恢复计时 resume",
    Step.APPROVE_COMPLETION: "办结默认通过 approve completion",
    Step.SHOW_YELLOW_CARD: "黄牌 yellow card",
    Step.SHOW_RED_CARD: "红牌 red card",
    Step.CLIMB: "提级 climb",
    Step.REMIND_ASSIST: "催协办 remind assisting unit",
    Step.REMIND_SUPERVISED: "督办催办 remind supervised",
    Step.REMIND_EXPLANATION: "催交说明 remind explanation",
    Step.ASK_RATING: "邀请评价 ask rating",
    Step.BEGIN_FOLLOW_UP: "回访 follow up",
    Step.BEGIN_REDO: "重办 redo",
    Step.ARCHIVE: "归档 archive",
}


def _database_is_away(_task: object, _run: TaskRun, state: State[Any]) -> bool:
    """Only a database that is away is worth another try; a refusal of the domain stays one."""
    return isinstance(state.data, OperationalError) or "OperationalError" in (state.message or "")


@task(
    name="step",
    task_run_name="{title}",
    retries=3,
    retry_delay_seconds=[1, 5, 15],
    retry_condition_fn=_database_is_away,
    # The guard against doing a step twice is the ledger; a cache would answer a second climb with the first one.
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def _step(petition_id: str, step: str, title: str) -> bool:  # noqa: ARG001 - the title names the task run
    return await in_thread(platform_steps.take, get_context(), petition_id, Step(step))


def _or_park(work: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """While the ledger's database is away, `work` parks the run, which looks again later: to wait is no failure."""

    @wraps(work)
    async def guarded(*arguments: P.args, **named: P.kwargs) -> T:
        try:
            return await work(*arguments, **named)
        except OperationalError:
            logger.warning("The ledger's database is away; run %s looks again later", own_run_id())
            await _park_until_ledger_is_back()

    return guarded


@_or_park
async def take_step(petition_id: str, step: Step) -> bool:
    """Do what is due, as a task run named after it; False when somebody else did it first."""
    return await without_pending(_step, petition_id, step.value, STEP_NAMES[step])


@_or_park
async def look(petition_id: str) -> runs.Look:
    """Where the petition stands and what is due now."""
    return await in_thread(runs.look, get_context(), petition_id)


@_or_park
async def show(seen: runs.Look) -> None:
    """Let operators see what changed: run name, tags, case file, one event per change."""
    if seen.announced_version < seen.version:
        crash_point("run:before-announce")
        await announce(seen)
        crash_point("run:after-announced")


@_or_park
async def wait_for_next(seen: runs.Look) -> NoReturn:
    """Park until the petition's one live timer; ends this execution."""
    if seen.wake_at is None:
        raise RuntimeError(f"open petition {seen.petition_id} has no timer")
    context, run_id = get_context(), own_run_id()
    await in_thread(runs.parked, context, seen.petition_id, seen.version, run_id, seen.wake_at)
    crash_point("run:before-park")

    async def is_current() -> bool:
        return await in_thread(runs.is_current, context, seen.petition_id, seen.version)

    # The Prefect UI hides the artifacts of a run that waits: the message says where they are.
    shown = seen.wake_at.in_timezone(clock.SHANGHAI).format("YYYY-MM-DD HH:mm")
    message = f"至{shown}（北京时间）；案卷 Artifacts / {case_key(seen.case_number)}"
    await park(seen.wake_name, seen.wake_at, is_current, message)


async def _park_until_ledger_is_back() -> NoReturn:
    async def always() -> bool:
        return True

    await park("LedgerAway", clock.now().add(seconds=LEDGER_AWAY_SECONDS), always)
