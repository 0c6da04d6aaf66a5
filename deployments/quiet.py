"""What the worker's process says of every run, and what it asks itself before it says nothing."""

from __future__ import annotations

import logging
from logging import getLevelNamesMapping

import prefect.main  # noqa: F401 - sets logging up, and would again
from prefect._internal._logging import SafeLogger
from prefect.settings import PREFECT_LOGGING_INTERNAL_LEVEL

_RUNS = ("prefect.flow_runs", "prefect.task_runs")


def say_little() -> None:
    """Keep the worker's own log to the worker, and let Prefect's inner one decide once what it leaves out.

    What runs say goes to the Prefect server, where operators read it, from a warning on also here. A task run's end is
    its state; the line that repeats it is left out. For a process that is a worker and nothing else.
    """
    logging.getLogger("prefect.task_runs").setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_of_the_worker)
    least = getLevelNamesMapping()[PREFECT_LOGGING_INTERNAL_LEVEL.value()]
    # Prefect reads its settings anew for each line it then does not write, many times a run.
    setattr(SafeLogger, "isEnabledFor", lambda _logger, level: level >= least)  # noqa: B010 - it is Prefect's


def _of_the_worker(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or not record.name.startswith(_RUNS)
