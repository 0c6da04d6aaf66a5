"""The in-process worker against a real Prefect server, in processes of its own."""

from __future__ import annotations

import asyncio
import datetime as dt
import signal
from collections import Counter
from pathlib import Path

import pytest

from clock import SystemClock
from deployments.flow_loading import load_flow
from gateways.orchestrator import OrchestratorUnavailable, RunLabel
from tests.support.parking_flows import words
from tests.support.prefect_server import PrefectServer, running_prefect_server
from tests.support.prefect_workers import Pool, make_pool, wait_for_run, wait_until

pytestmark = pytest.mark.slow

DAYS = 400_000.0


@pytest.fixture
def pool(prefect_server: PrefectServer, tmp_path: Path) -> Pool:
    return make_pool(prefect_server, tmp_path)


def test_two_workers_on_one_pool_run_each_run_once(pool: Pool, tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(16)]
    for folder in folders:
        folder.mkdir()
    run_ids = [pool.start("three-waits", folder=str(folder), wait_seconds=DAYS) for folder in folders]
    with pool.worker() as one, pool.worker() as other:
        wait_until(lambda: all(words(folder) for folder in folders), "all run")
        with pool.orchestrator("three-waits") as orchestrator:
            for run_id in run_ids:
                wait_for_run(orchestrator, run_id, lambda run: run.state_name == "Waiting", "parked")
        assert [words(folder) for folder in folders] == [["look"]] * len(folders)
        assert all(Counter(pool.states(run_id))["Running"] == 1 for run_id in run_ids)
        assert one.stop() == other.stop() == 0


def test_it_runs_whatever_is_in_its_pool_and_tells_how_it_ended(pool: Pool, tmp_path: Path) -> None:
    with pool.worker() as worker, pool.orchestrator("fails") as orchestrator:
        failing = pool.start("fails", folder=str(tmp_path))
        plain = pool.start("no-coroutine", folder=str(tmp_path))
        failed = wait_for_run(orchestrator, failing, lambda run: run.is_final, "final")
        done = wait_for_run(orchestrator, plain, lambda run: run.is_final, "final")
        assert (failed.state_type, done.state_type) == ("FAILED", "COMPLETED")
        assert sorted(words(tmp_path)) == ["began", "done"]
        assert worker.stop() == 0


def test_a_flow_that_cannot_be_loaded_crashes_its_run_and_not_the_worker(pool: Pool, tmp_path: Path) -> None:
    deployment_id = pool.deployment("fails").deployment_id
    pool.server.ask("PATCH", f"deployments/{deployment_id}", {"entrypoint": "tests.support.parking_flows.no_such_flow"})
    with pool.worker(), pool.orchestrator("fails") as orchestrator:
        broken = pool.start("fails", folder=str(tmp_path))
        whole = pool.start("no-coroutine", folder=str(tmp_path))
        crashed = wait_for_run(orchestrator, broken, lambda run: run.is_final, "final")
        assert crashed.state_type == "CRASHED"
        wait_for_run(orchestrator, whole, lambda run: run.state_type == "COMPLETED", "completed")


def test_operators_see_the_pool_ready_and_the_worker_online(pool: Pool) -> None:
    path = f"work_pools/{pool.name}"
    assert pool.server.ask("GET", path)["status"] == "NOT_READY"
    with pool.worker() as worker:
        wait_until(lambda: bool(pool.server.ask("GET", path)["status"] == "READY"), "ready")
        assert [one["status"] for one in pool.server.post(f"{path}/workers/filter", {})] == ["ONLINE"]
        assert pool.server.ask("GET", path)["type"] == "in-process"
        assert worker.stop() == 0


def test_a_server_that_goes_and_comes_back_finds_its_worker_and_its_runs(tmp_path: Path) -> None:
    with running_prefect_server(tmp_path / "server") as server:
        pool = make_pool(server, tmp_path)
        with pool.worker() as worker, pool.orchestrator("three-waits") as orchestrator:
            run_id = pool.start("three-waits", folder=str(tmp_path), wait_seconds=6)
            wait_for_run(orchestrator, run_id, lambda run: run.state_name == "Waiting", "parked")
            server.stop()
            with pytest.raises(OrchestratorUnavailable):
                orchestrator.start("any", RunLabel("any"))
            wait_until(lambda: worker.log.count("Prefect cannot be asked for runs") > 15, "asking in vain for long")
            assert words(tmp_path) == ["look"]
            server.start()
            wait_until(lambda: len(words(tmp_path)) > 1, "looked again when it was due")
            assert worker.process.poll() is None
            wait_for_run(orchestrator, run_id, lambda run: run.state_name == "Waiting", "parked")
            assert worker.stop() == 0


def test_a_worker_that_starts_before_the_server_waits_for_it(tmp_path: Path) -> None:
    with running_prefect_server(tmp_path / "server") as server:
        pool = make_pool(server, tmp_path)
        run_id = pool.start("no-coroutine", folder=str(tmp_path))
        server.stop()
        with pool.worker() as worker, pool.orchestrator("no-coroutine") as orchestrator:
            wait_until(lambda: "Prefect" in worker.log, "complaining")
            assert worker.process.poll() is None
            server.start()
            wait_for_run(orchestrator, run_id, lambda run: run.state_type == "COMPLETED", "completed")


def test_stopping_lets_runs_in_flight_finish(pool: Pool, tmp_path: Path) -> None:
    with pool.worker() as worker, pool.orchestrator("takes-long") as orchestrator:
        run_id = pool.start("takes-long", folder=str(tmp_path), seconds=4)
        wait_until(lambda: words(tmp_path) == ["began"], "running")
        assert worker.stop() == 0
        assert words(tmp_path) == ["began", "ended"]
        view = orchestrator.view(run_id)
        assert view is not None
        assert view.state_type == "COMPLETED"


def test_what_does_not_finish_in_time_is_handed_to_the_next_worker(pool: Pool, tmp_path: Path) -> None:
    with pool.orchestrator("waits-for-a-word") as orchestrator:
        run_id = pool.start("waits-for-a-word", folder=str(tmp_path))
        with pool.worker(RONGETONG_WORKER_GRACE_SECONDS="0.5") as worker:
            wait_until(lambda: words(tmp_path) == ["began"], "running")
            assert worker.stop() == 0
        view = orchestrator.view(run_id)
        assert view is not None
        assert (view.state_type, view.state_name) == ("SCHEDULED", "Interrupted")
        (tmp_path / "word").touch()
        with pool.worker():
            wait_for_run(orchestrator, run_id, lambda run: run.state_name == "Heard", "run by the next worker")
        assert words(tmp_path) == ["began", "began"]


def test_a_killed_worker_leaves_a_run_that_can_be_told_and_revived(pool: Pool, tmp_path: Path) -> None:
    with pool.orchestrator("waits-for-a-word") as orchestrator:
        run_id = pool.start("waits-for-a-word", folder=str(tmp_path))
        with pool.worker() as worker:
            wait_until(lambda: words(tmp_path) == ["began"], "running")
            worker.kill()
        left = orchestrator.view(run_id)
        assert left is not None
        assert left.state_type == "RUNNING"
        assert left.updated < SystemClock().now()
        orchestrator.revive(run_id)
        (tmp_path / "word").touch()
        with pool.worker():
            wait_for_run(orchestrator, run_id, lambda run: run.state_name == "Heard", "run again")


def test_a_second_signal_ends_it_at_once(pool: Pool, tmp_path: Path) -> None:
    with pool.worker() as worker:
        pool.start("takes-long", folder=str(tmp_path), seconds=600)
        wait_until(lambda: words(tmp_path) == ["began"], "running")
        worker.process.send_signal(signal.SIGINT)
        wait_until(lambda: "in flight" in worker.log, "stopping")
        worker.process.send_signal(signal.SIGINT)
        assert worker.process.wait(120) == 1


def test_a_run_that_takes_long_is_cancelled(pool: Pool, tmp_path: Path) -> None:
    with pool.worker() as worker, pool.orchestrator("takes-long") as orchestrator:
        run_id = pool.start("takes-long", folder=str(tmp_path), seconds=600)
        wait_until(lambda: words(tmp_path) == ["began"], "running")
        pool.server.post(f"flow_runs/{run_id}/set_state", {"state": {"type": "CANCELLING"}})
        wait_for_run(orchestrator, run_id, lambda run: run.state_type == "CANCELLED", "cancelled")
        assert worker.process.poll() is None


@pytest.mark.parametrize(
    "entrypoint",
    [
        "tests.support.parking_flows.fails",
        "tests.support.parking_flows:fails",
        "tests/support/parking_flows.py:fails",
    ],
)
def test_an_entrypoint_is_loaded_as_part_of_its_package(entrypoint: str) -> None:
    from tests.support import parking_flows

    assert load_flow(entrypoint) is parking_flows.fails


@pytest.mark.parametrize(
    ("entrypoint", "refusal"),
    [
        ("tests.support.parking_flows.absent", AttributeError),
        ("tests.support.absent.flow", ImportError),
        ("/etc/flows.py:flow", ImportError),
        ("../elsewhere.py:flow", ImportError),
        ("tests.support.parking_flows.note", TypeError),
    ],
)
def test_a_wrong_entrypoint_is_refused(entrypoint: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        load_flow(entrypoint)


def test_a_run_that_was_parked_anew_before_it_was_claimed_goes_back(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker ran it between our look and our claim: a claim must not hold a run for days."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from deployments.in_process import InProcessWorker
    from deployments.run_client import one_client

    run_id = pool.start("three-waits", folder=str(tmp_path))

    async def claim() -> bool:
        worker = InProcessWorker(pool.name, limit=1, poll_seconds=1, grace_seconds=1)
        async with one_client() as client:
            worker._client = client
            (run,) = await worker.runs_due(1)
            due = SystemClock().now() + dt.timedelta(days=5)
            state = {"type": "SCHEDULED", "name": "Waiting", "state_details": {"scheduled_time": due.isoformat()}}
            await worker.client.request(
                "POST", "/flow_runs/{id}/set_state", path_params={"id": run.id}, json={"state": state}
            )
            return await worker.claim(run)

    with temporary_settings({PREFECT_API_URL: pool.server.api_url}):
        assert not asyncio.run(claim())
    with pool.orchestrator("three-waits") as orchestrator:
        view = orchestrator.view(run_id)
        assert view is not None
        assert (view.state_type, view.state_name) == ("SCHEDULED", "Waiting")
        assert view.scheduled_for is not None
        assert view.scheduled_for > SystemClock().now() + dt.timedelta(days=4)


def test_a_parked_run_is_taken_up_by_one_worker_and_only_from_the_state_it_was_shown_in(
    pool: Pool, tmp_path: Path
) -> None:
    """Two workers are shown the same run; and it was cancelled, or parked anew, between a look and a claim."""
    from prefect.settings import PREFECT_API_URL, temporary_settings
    from prefect.states import Cancelled, Running, Scheduled

    from deployments.in_process import InProcessWorker
    from deployments.run_client import one_client

    pool.start("three-waits", folder=str(tmp_path))

    async def scene() -> None:
        worker = InProcessWorker(pool.name, limit=1, poll_seconds=1, grace_seconds=1)
        async with one_client() as client:
            worker._client = client
            (new,) = await worker.runs_due(1)
            assert await worker.take_up(new) is None, "a run that never ran is claimed by way of Pending"
            assert await worker.claim(new)
            await client.set_flow_run_state(new.id, Running())
            await client.set_flow_run_state(new.id, Scheduled(name="Woken"))

            (woken,) = await worker.runs_due(1)
            answers = await asyncio.gather(*(worker.take_up(woken) for _ in range(5)))
            (taken,) = [state for state in answers if state is not None]
            assert taken.is_running()
            assert not await worker.claim(woken)

            await client.set_flow_run_state(new.id, Scheduled(name="Woken"))
            assert await worker.take_up(woken) is None, "it waits in another state now"

            (again,) = await worker.runs_due(1)
            await client.set_flow_run_state(new.id, Cancelled())
            assert await worker.take_up(again) is None
            assert (await client.read_flow_run(new.id)).state_name == "Cancelled"

    with temporary_settings({PREFECT_API_URL: pool.server.api_url}):
        asyncio.run(scene())


def test_a_run_whose_deployment_has_a_limit_waits_for_its_place(pool: Pool, tmp_path: Path) -> None:
    """Prefect gives out the places at Pending."""
    from prefect.client.schemas.actions import DeploymentUpdate
    from prefect.settings import PREFECT_API_URL, temporary_settings
    from prefect.states import Running, Scheduled

    from deployments.in_process import InProcessWorker
    from deployments.run_client import one_client

    pool.start("three-waits", folder=str(tmp_path))

    async def scene() -> None:
        worker = InProcessWorker(pool.name, limit=1, poll_seconds=1, grace_seconds=1)
        async with one_client() as client:
            worker._client = client
            (new,) = await worker.runs_due(1)
            assert await worker.claim(new)
            await client.set_flow_run_state(new.id, Running())
            await client.set_flow_run_state(new.id, Scheduled(name="Woken"))
            assert new.deployment_id is not None
            await client.update_deployment(new.deployment_id, DeploymentUpdate(concurrency_limit=1))
            (woken,) = await worker.runs_due(1)
            assert await worker.take_up(woken) is None
            assert await worker.claim(woken)

    with temporary_settings({PREFECT_API_URL: pool.server.api_url}):
        asyncio.run(scene())


def test_it_connects_without_reading_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run of the process would wait for that, at each connection to the server."""
    from prefect.workers import base

    from deployments.in_process import InProcessWorker

    read: list[str] = []

    def distributions() -> list[object]:
        read.append("everything")
        return []

    monkeypatch.setattr(base, "distributions", distributions)

    async def describe() -> None:
        worker = InProcessWorker("any", limit=1, poll_seconds=1, grace_seconds=1)
        await worker._worker_metadata()
        assert read == []
        await base.BaseWorker._worker_metadata(worker)
        assert read == ["everything"], "what Prefect itself does has another name now"

    asyncio.run(describe())
