from __future__ import annotations

import logging

import pytest
from prefect._internal._logging import SafeLogger

from deployments import quiet


@pytest.fixture
def said_little(monkeypatch: pytest.MonkeyPatch) -> logging.Handler:
    """The one handler of a process that is a worker."""
    handler = logging.NullHandler()
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    monkeypatch.setattr(logging.getLogger("prefect.task_runs"), "level", logging.NOTSET)
    monkeypatch.setattr(SafeLogger, "isEnabledFor", SafeLogger.isEnabledFor)
    quiet.say_little()
    return handler


@pytest.mark.parametrize(
    ("name", "level", "is_written"),
    [
        ("prefect.flow_runs", logging.INFO, False),
        ("prefect.flow_runs", logging.WARNING, True),
        ("prefect.task_runs", logging.ERROR, True),
        ("prefect.workers.in_process", logging.INFO, True),
    ],
)
def test_the_worker_writes_of_itself_and_of_what_went_wrong(
    said_little: logging.Handler, name: str, level: int, is_written: bool
) -> None:
    record = logging.LogRecord(name, level, __file__, 1, "测试", None, None)
    assert bool(said_little.filter(record)) is is_written


def test_prefects_inner_log_reads_no_settings_for_a_line_it_leaves_out(
    said_little: logging.Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prefect.settings.PREFECT_LOGGING_INTERNAL_LEVEL", None, raising=False)
    inner = logging.getLogger("prefect._internal")
    assert isinstance(inner, SafeLogger)
    assert not inner.isEnabledFor(logging.DEBUG)
    assert inner.isEnabledFor(logging.ERROR)
