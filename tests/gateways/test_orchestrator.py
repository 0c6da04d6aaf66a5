"""The orchestrator's contract: on a real Prefect server, in memory, and behind a thread."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from clock import SystemClock
from deployments.register import register
from gateways import prefect_orchestrator
from gateways.orchestrator import (
    BackgroundOrchestrator,
    DeploymentMissing,
    OrchestratorUnavailable,
    RecordingOrchestrator,
    RunLabel,
    RunMissing,
    RunView,
)
from gateways.prefect_orchestrator import PrefectOrchestrator
from tests.support.ports import free_port
from tests.support.prefect_server import PrefectServer
from tests.support.prefect_workers import DEPLOYMENTS, Pool, make_pool

LABEL = RunLabel("QT-0001 · 在办 · 市政", ("stage:in-hand", "unit:lighting"))
MOMENT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("state_type", "parked", "live", "final"),
    [
        ("SCHEDULED", True, True, False),
        ("PENDING", False, True, False),
        ("RUNNING", False, True, False),
        ("PAUSED", False, True, False),
        ("CANCELLING", False, False, False),
        ("COMPLETED", False, False, True),
        ("FAILED", False, False, True),
        ("CRASHED", False, False, True),
        ("CANCELLED", False, False, True),
    ],
)
def test_a_view_tells_what_a_state_means(state_type: str, parked: bool, live: bool, final: bool) -> None:
    view = RunView("run", "petition", state_type, state_type.title(), None, MOMENT)
    assert (view.is_parked, view.is_live, view.is_final) == (parked, live, final)


class TestRecording:
    def test_starting_twice_makes_one_run(self) -> None:
        recorder = RecordingOrchestrator()
        first = recorder.start("p1", LABEL)
        assert recorder.start("p1", RunLabel("other")) == first
        assert recorder.started == {"p1": LABEL}
        assert recorder.find_by_petition("p1") == recorder.view(first)

    def test_it_remembers_wakes_and_revivals(self) -> None:
        recorder = RecordingOrchestrator()
        run_id = recorder.start("p1", LABEL)
        assert recorder.wake(run_id)
        assert not recorder.wake("unknown")
        recorder.revive(run_id)
        with pytest.raises(RunMissing):
            recorder.revive("unknown")
        assert (recorder.woken, recorder.revived) == ([run_id, "unknown"], [run_id])

    def test_it_can_be_away(self) -> None:
        recorder = RecordingOrchestrator(available=False)
        with pytest.raises(OrchestratorUnavailable):
            recorder.start("p1", LABEL)
        assert not recorder.started


class Blocked(RecordingOrchestrator):
    """Answers starts only after `go`, as a Prefect server that is slow."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.go = threading.Event()

    def start(self, petition_id: str, label: RunLabel) -> str:
        self.asked.set()
        assert self.go.wait(120)
        return super().start(petition_id, label)


class TestBackground:
    def test_calls_are_made_later_and_in_order(self) -> None:
        inner = Blocked()
        told: list[tuple[str, str]] = []
        background = BackgroundOrchestrator(inner, on_started=lambda *started: told.append(started))
        assert background.start("p1", LABEL) == ""
        assert background.wake("run-of-p1")
        assert not background.drain(0.01)
        assert not inner.started
        inner.go.set()
        assert background.drain(120)
        assert told == [("p1", "run-of-p1")]
        assert inner.woken == ["run-of-p1"]
        background.close()

    def test_a_failure_is_logged_without_what_it_was_about_and_ends_nothing(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        inner = RecordingOrchestrator(available=False)
        background = BackgroundOrchestrator(inner)
        with caplog.at_level(logging.WARNING):
            background.start("p1", RunLabel("secret-name"))
            assert background.drain(120)
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        assert "secret-name" not in caplog.text
        inner.available = True
        background.start("p2", LABEL)
        assert background.drain(120)
        assert list(inner.started) == ["p2"]
        background.close()

    def test_what_does_not_fit_is_refused_not_waited_for(self) -> None:
        inner = Blocked()
        background = BackgroundOrchestrator(inner, capacity=1)
        background.start("being made", LABEL)
        assert inner.asked.wait(120)
        background.start("waits", LABEL)
        background.start("does not fit", LABEL)
        assert not background.wake("run-of-p0")
        inner.go.set()
        background.close()
        assert list(inner.started) == ["being made", "waits"]

    def test_closing_does_what_is_queued(self) -> None:
        inner = RecordingOrchestrator()
        background = BackgroundOrchestrator(inner)
        for number in range(20):
            background.start(f"p{number}", LABEL)
        background.close()
        assert len(inner.started) == 20

    def test_questions_go_straight_through(self) -> None:
        inner = RecordingOrchestrator()
        background = BackgroundOrchestrator(inner)
        run_id = inner.start("p1", LABEL)
        background.revive(run_id)
        assert background.view(run_id) == background.find_by_petition("p1") == background.views([run_id])[run_id]
        assert inner.revived == [run_id]
        background.close()


@pytest.fixture(scope="module")
def pool(prefect_server: PrefectServer, tmp_path_factory: pytest.TempPathFactory) -> Pool:
    return make_pool(prefect_server, tmp_path_factory.mktemp("pool"))


@pytest.fixture(scope="module")
def prefect(pool: Pool) -> Iterator[PrefectOrchestrator]:
    with pool.orchestrator("any-petition") as orchestrator:
        yield orchestrator


def state_of(view: RunView | None) -> tuple[str, str]:
    assert view is not None
    return view.state_type, view.state_name


def hours_between(earlier: RunView | None, later: RunView | None) -> float:
    assert earlier is not None
    assert later is not None
    assert earlier.scheduled_for is not None
    assert later.scheduled_for is not None
    return (later.scheduled_for - earlier.scheduled_for).total_seconds() / 3600


@pytest.mark.slow
class TestPrefect:
    """On a real server, with nobody serving the pool: the runs stay where the orchestrator puts them."""

    @staticmethod
    def set_state(pool: Pool, run_id: str, state_type: str, in_seconds: float | None = None) -> None:
        if state_type == "CANCELLING":
            # Only what has begun is cancelling; what waits is cancelled at once.
            TestPrefect.set_state(pool, run_id, "RUNNING")
        state: dict[str, object] = {"type": state_type}
        if in_seconds is not None:
            due = SystemClock().now() + dt.timedelta(seconds=in_seconds)
            state |= {"name": "Parked", "state_details": {"scheduled_time": due.isoformat()}}
        pool.server.post(f"flow_runs/{run_id}/set_state", {"state": state, "force": True})

    def test_starting_twice_makes_one_labelled_run(self, pool: Pool, prefect: PrefectOrchestrator) -> None:
        petition_id = str(uuid4())
        first = prefect.start(petition_id, LABEL)
        assert prefect.start(petition_id, RunLabel("other name")) == first
        run = pool.server.ask("GET", f"flow_runs/{first}")
        assert (run["name"], set(run["tags"])) == (LABEL.name, set(LABEL.tags))
        assert run["parameters"] == {"petition_id": petition_id}
        found = prefect.find_by_petition(petition_id)
        assert found is not None
        assert (found.run_id, found.petition_id, found.state_type) == (first, petition_id, "SCHEDULED")

    def test_a_parked_run_is_woken_once(self, pool: Pool, prefect: PrefectOrchestrator) -> None:
        run_id = prefect.start(str(uuid4()), LABEL)
        self.set_state(pool, run_id, "SCHEDULED", in_seconds=86_400)
        parked = prefect.view(run_id)
        assert prefect.wake(run_id)
        assert not prefect.wake(run_id), "it is due now, a second wake has nothing to do"
        woken = prefect.view(run_id)
        assert hours_between(woken, parked) > 23
        assert state_of(woken) == ("SCHEDULED", "Woken")

    @pytest.mark.parametrize("state_type", ["PENDING", "RUNNING", "CANCELLING", "COMPLETED", "FAILED", "CANCELLED"])
    def test_a_run_that_is_not_parked_is_left_alone(
        self, pool: Pool, prefect: PrefectOrchestrator, state_type: str
    ) -> None:
        run_id = prefect.start(str(uuid4()), LABEL)
        self.set_state(pool, run_id, state_type)
        assert not prefect.wake(run_id)
        assert state_of(prefect.view(run_id))[0] == state_type

    @pytest.mark.parametrize("state_type", ["PENDING", "RUNNING", "CANCELLING", "COMPLETED", "FAILED", "CANCELLED"])
    def test_any_run_is_revived_as_the_same_run(
        self, pool: Pool, prefect: PrefectOrchestrator, state_type: str
    ) -> None:
        petition_id = str(uuid4())
        run_id = prefect.start(petition_id, LABEL)
        self.set_state(pool, run_id, state_type)
        prefect.revive(run_id)
        assert state_of(prefect.find_by_petition(petition_id)) == ("SCHEDULED", "Revived")
        assert prefect.start(petition_id, LABEL) == run_id

    def test_unknown_runs(self, prefect: PrefectOrchestrator) -> None:
        unknown = str(uuid4())
        assert prefect.view(unknown) is None
        assert not prefect.wake(unknown)
        assert prefect.find_by_petition(unknown) is None
        with pytest.raises(RunMissing):
            prefect.revive(unknown)

    def test_many_runs_are_read_in_pages(self, prefect: PrefectOrchestrator, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(prefect_orchestrator, "_PAGE", 2)
        petitions = [str(uuid4()) for _ in range(5)]
        run_ids = [prefect.start(petition_id, LABEL) for petition_id in petitions]
        views = prefect.views([*run_ids, str(uuid4())])
        assert {run_id: view.petition_id for run_id, view in views.items()} == dict(
            zip(run_ids, petitions, strict=True)
        )

    def test_threads_share_it(self, prefect: PrefectOrchestrator) -> None:
        petition_id = str(uuid4())
        run_ids: list[str] = []
        threads = [threading.Thread(target=lambda: run_ids.append(prefect.start(petition_id, LABEL))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(run_ids) == 6
        assert len(set(run_ids)) == 1

    def test_a_run_in_a_pool_that_was_left_is_moved_to_where_workers_look(
        self, prefect_server: PrefectServer, tmp_path: Path
    ) -> None:
        pool = make_pool(prefect_server, tmp_path)
        with pool.orchestrator("any-petition") as prefect:
            petition_id = str(uuid4())
            first = prefect.start(petition_id, LABEL)
            assert prefect.move(first, petition_id, LABEL) is None, "it is there already"
            another = f"{pool.name}-renamed"
            settings = prefect_server.settings.model_copy(update={"work_pool": pool.name})
            register(settings, work_pool=another, prefect_file=DEPLOYMENTS)
            assert prefect.start(petition_id, LABEL) == first, "starting again does not help"
            moved = prefect.move(first, petition_id, LABEL)
            assert moved not in {None, first}
            run = prefect_server.ask("GET", f"flow_runs/{moved}")
            assert (run["work_pool_name"], run["state_type"], run["idempotency_key"]) == (
                another,
                "SCHEDULED",
                petition_id,
            )
            found = prefect.find_by_petition(petition_id)
            assert found is not None
            assert found.run_id == moved
            assert prefect.move(first, petition_id, LABEL) is None, "what is gone is not moved"

    def test_a_deployment_registered_anew_is_found_again(self, pool: Pool) -> None:
        with pool.orchestrator("any-petition") as orchestrator:
            orchestrator.start(str(uuid4()), LABEL)
            deployment_id = pool.deployment("any-petition").deployment_id
            pool.server.ask("DELETE", f"deployments/{deployment_id}")
            with pytest.raises(DeploymentMissing):
                orchestrator.start(str(uuid4()), LABEL)
            pool.register_again()
            assert orchestrator.start(str(uuid4()), LABEL)


@pytest.mark.slow
def test_a_server_that_is_away_is_told_soon(tmp_path: Path) -> None:
    with PrefectOrchestrator(f"http://127.0.0.1:{free_port()}/api") as orchestrator:
        begin = SystemClock().now()
        for call in (
            lambda: orchestrator.start("p1", LABEL),
            lambda: orchestrator.wake(str(uuid4())),
            lambda: orchestrator.revive(str(uuid4())),
            lambda: orchestrator.views([str(uuid4())]),
        ):
            with pytest.raises(OrchestratorUnavailable):
                call()
        assert SystemClock().now() - begin < dt.timedelta(minutes=1), "Prefect's own client would try for minutes"
