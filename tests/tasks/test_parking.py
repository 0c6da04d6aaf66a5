"""Parking on a real Prefect server, on our worker and on Prefect's stock process worker."""

from __future__ import annotations

import logging
from pathlib import Path

import psutil
import pytest

import clock
from gateways.orchestrator import RunLabel
from tasks import parking
from tasks.parking import park, relabel
from tests.support.parking_flows import words
from tests.support.prefect_server import PrefectServer
from tests.support.prefect_workers import IN_PROCESS, STOCK, Pool, make_pool, wait_for_run, wait_until

BOTH_WORKERS = [IN_PROCESS, STOCK]
DAYS = 400_000.0

pytestmark = pytest.mark.slow


@pytest.fixture(params=BOTH_WORKERS)
def pool(request: pytest.FixtureRequest, prefect_server: PrefectServer, tmp_path: Path) -> Pool:
    return make_pool(prefect_server, tmp_path, request.param)


def assert_no_error(pool: Pool, run_id: str, worker_log: str) -> None:
    assert [line for line in pool.log_lines(run_id) if line[0] >= logging.WARNING] == []
    assert "ERROR" not in worker_log
    assert "Traceback" not in worker_log


def taken_up(pool: Pool) -> list[str]:
    """The states a parked run gets when it is due: our worker needs no Pending for it."""
    return ["Running"] if pool.kind == IN_PROCESS else ["Pending", "Running"]


def test_a_run_parks_three_times_and_completes(pool: Pool, tmp_path: Path) -> None:
    with pool.worker() as worker, pool.orchestrator("three-waits") as orchestrator:
        run_id = pool.start("three-waits", folder=str(tmp_path), wait_seconds=0.5)
        wait_for_run(orchestrator, run_id, lambda run: run.is_final, "final")
        wait_until(lambda: "Finished in state Completed()" in [text for _, text in pool.log_lines(run_id)], "logged")
        assert words(tmp_path) == ["look", "look", "look", "look", "done"]
        states = [name for name in pool.states(run_id) if name not in {"Submitting", "Late"}]
        again = taken_up(pool)
        assert states == ["Scheduled", "Pending", "Running", *["Waiting", *again] * 3, "Completed"]
        assert [text for _, text in pool.log_lines(run_id)].count("Parked: Waiting(type=SCHEDULED)") == 3
        run = pool.server.ask("GET", f"flow_runs/{run_id}")
        assert (run["name"], run["tags"]) == ("looked-3", ["looks:3"])
        assert_no_error(pool, run_id, worker.log)


def test_a_parked_run_holds_no_process_and_is_woken_early(pool: Pool, tmp_path: Path) -> None:
    with pool.orchestrator("three-waits") as orchestrator:
        with pool.worker() as worker:
            run_id = pool.start("three-waits", folder=str(tmp_path), wait_seconds=DAYS)
            parked = wait_for_run(orchestrator, run_id, lambda run: run.state_name == "Waiting", "parked")
            assert parked.scheduled_for is not None
            assert parked.scheduled_for > clock.now().add(seconds=DAYS - 300)
            mine = psutil.Process(worker.process.pid)
            wait_until(lambda: not mine.children(recursive=True), "no process is left of the run")
            assert worker.stop() == 0
            assert_no_error(pool, run_id, worker.log)
        assert orchestrator.wake(run_id)
        assert not orchestrator.wake(run_id), "woken twice before anybody looked"
        with pool.worker() as worker:
            wait_until(lambda: words(tmp_path) == ["look", "look"], "woken once")
            again = wait_for_run(orchestrator, run_id, lambda run: run.state_name == "Waiting", "parked again")
            assert again.run_id == run_id
            assert_no_error(pool, run_id, worker.log)


def test_what_changes_while_it_runs_is_not_lost(pool: Pool, tmp_path: Path) -> None:
    """The first execution is told on parking that the ledger moved on: it must look again at once, not in five days."""
    with pool.worker() as worker, pool.orchestrator("changed-meanwhile") as orchestrator:
        run_id = pool.start("changed-meanwhile", folder=str(tmp_path))
        wait_for_run(orchestrator, run_id, lambda run: run.state_name == "Round2", "parked in its second round")
        assert words(tmp_path) == ["look", "look"]
        states = [name for name in pool.states(run_id) if name not in {"Submitting", "Late"}]
        round_one = ["Scheduled", "Pending", "Running", "Round1", "Woken"]
        assert states == [*round_one, *taken_up(pool), "Round2"]
        assert_no_error(pool, run_id, worker.log)


def test_a_run_that_is_being_cancelled_does_not_park(prefect_server: PrefectServer, tmp_path: Path) -> None:
    pool = make_pool(prefect_server, tmp_path)
    with pool.worker(), pool.orchestrator("waits-for-a-word") as orchestrator:
        run_id = pool.start("waits-for-a-word", folder=str(tmp_path))
        wait_until(lambda: words(tmp_path) == ["began"], "running")
        pool.server.post(f"flow_runs/{run_id}/set_state", {"state": {"type": "CANCELLING"}})
        (tmp_path / "word").touch()
        wait_for_run(orchestrator, run_id, lambda run: run.is_final, "final")
        assert pool.states(run_id)[-2:] == ["Cancelling", "Cancelled"]


def test_a_parked_run_is_cancelled_at_once(prefect_server: PrefectServer, tmp_path: Path) -> None:
    pool = make_pool(prefect_server, tmp_path)
    with pool.worker(), pool.orchestrator("three-waits") as orchestrator:
        run_id = pool.start("three-waits", folder=str(tmp_path), wait_seconds=DAYS)
        wait_for_run(orchestrator, run_id, lambda run: run.state_name == "Waiting", "parked")
        pool.server.post(f"flow_runs/{run_id}/set_state", {"state": {"type": "CANCELLING"}})
        cancelled = orchestrator.view(run_id)
        assert cancelled is not None
        assert cancelled.state_type == "CANCELLED"
        orchestrator.revive(run_id)
        wait_until(lambda: words(tmp_path) == ["look", "look"], "revived")


@pytest.mark.anyio
async def test_only_a_running_flow_parks() -> None:
    async def always() -> bool:
        return True

    with pytest.raises(RuntimeError, match="only an asynchronous flow"):
        await park("Waiting", clock.now(), always)
    with pytest.raises(RuntimeError, match="only an asynchronous flow"):
        await relabel(RunLabel("name"))


def line(run_id: str, text: str) -> logging.LogRecord:
    record = logging.LogRecord("prefect.flow_runs", logging.ERROR, __file__, 1, text, None, None)
    record.flow_run_id = run_id
    return record


def test_only_the_last_line_of_a_parked_run_is_no_error() -> None:
    parked_is_no_error = parking._ParkedIsNoError()
    parked_is_no_error.expect("parked")
    lines = [
        line("other", "Finished in state Failed()"),
        line("parked", "Something else went wrong"),
        line("parked", "Finished in state Waiting()"),
        line("parked", "Finished in state Failed()"),
    ]
    assert all(parked_is_no_error.filter(one) for one in lines)
    assert [(one.levelname, one.getMessage()) for one in lines] == [
        ("ERROR", "Finished in state Failed()"),
        ("ERROR", "Something else went wrong"),
        ("INFO", "Parked: Waiting()"),
        ("ERROR", "Finished in state Failed()"),
    ]
