"""How a task of a petition's flow is run: as Prefect runs it, without telling the server that it is about to."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, ParamSpec, TypeVar, cast

from prefect import Task
from prefect.task_engine import run_task_async
from prefect.utilities.callables import get_call_parameters

T = TypeVar("T")
P = ParamSpec("P")


async def without_pending(task: Task[P, Coroutine[Any, Any, T]], *arguments: P.args, **named: P.kwargs) -> T:
    """Run `task` here and give what it returns; its first state that operators see is Running.

    A task that runs at once is Pending for no time; the event that says so is a third of what a task run costs.
    """
    parameters = get_call_parameters(task.fn, arguments, named)
    # The engine sends the Pending event of a run that it makes, and not of one that it is given.
    run = await task.create_local_run(parameters=parameters)
    return cast("T", await run_task_async(task, task_run=run, parameters=parameters))
