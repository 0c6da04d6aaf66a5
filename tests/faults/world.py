"""An installation to break: a ledger, a Prefect server, workers and an API in processes of their own."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import httpx
from sqlalchemy import select

import clock
from clock import Clock
from deployments.prefect_server import client_environment
from deployments.preparation import prepare_ledger
from deployments.register import register
from domain.actions import PETITIONER, Actor, Role
from domain.completion import ContactWay
from domain.petition import Satisfaction
from gateways.orchestrator import RecordingOrchestrator, RunView
from gateways.prefect_orchestrator import PrefectOrchestrator
from models.evidence import CompletionEvidence
from models.shapes import Registration
from models.tables import HistoryRow, Notice, Petition
from services import decisions, handling, intake, verdict
from services.bootstrap import build_context
from services.context import Context
from services.drift import Drift
from services.invariants import check_invariants
from services.reconcile import reconcile
from settings import Settings
from tests.support.forked import Forked, Nursery
from tests.support.ports import free_port
from tests.support.prefect_server import PrefectServer
from tests.support.prefect_workers import wait_until

DEPLOYMENTS = Path(__file__).with_name("deployments.yaml")
UNIT = "municipal-parks"
TEXT = "广济路路灯不亮三天了"
DESK = Actor(Role.DESK, name="专席")
AT_UNIT = Actor(Role.UNIT, UNIT, "承办账号")
CHANNEL = Actor(Role.CHANNEL, name="12345")
SOON = dt.timedelta(0)


@dataclass
class World:
    """One installation; everything a test does to it goes through the same services as the API's."""

    server: PrefectServer
    settings: Settings
    context: Context
    nursery: Nursery
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    # Its processes

    def worker(
        self, crash_at: str = "", time: Clock | None = None, **environment: str
    ) -> AbstractContextManager[Forked]:
        """A worker of this installation, which dies at `crash_at` when it gets there; it lives by `time`."""
        return self.nursery.worker(self.environment(crash_at, **environment), self._log("worker"), time)

    @contextmanager
    def api(self, crash_at: str = "") -> Iterator[tuple[Forked, str]]:
        """The API and its address, when it answers."""
        port = free_port()
        with self.nursery.api(self.environment(crash_at), self._log("api"), port) as forked:
            address = f"http://127.0.0.1:{port}"
            wait_until(lambda: answers(f"{address}/openapi.json"), "the API answers")
            yield forked, address

    def command(self, *words: str, crash_at: str = "") -> tuple[int | None, str]:
        """Run `rongetong words…` to its end; its exit code and what it said."""
        with self.nursery.command(self.environment(crash_at), self._log(words[0]), *words) as forked:
            return forked.exit_code(), forked.log

    def _log(self, what: str) -> Path:
        return self.settings.data_dir / f"{what}-{next(self._numbers)}.log"

    def environment(self, crash_at: str = "", **more: str) -> dict[str, str]:
        """What a process of this installation finds in its environment."""
        own = self.settings
        return {
            "RONGETONG_DATA_DIR": str(own.data_dir),
            "RONGETONG_DATABASE_URL": own.database_url,
            "RONGETONG_PREFECT_URL": own.prefect_url,
            "RONGETONG_WORK_POOL": own.work_pool,
            "RONGETONG_WORKER_POLL_SECONDS": str(own.worker_poll_seconds),
            "RONGETONG_CRASH_AT": crash_at,
            # With anything else here a worker starts again as a new process, and imports everything once more.
            **client_environment(own),
            **more,
        }

    def start_flow(self, name: str) -> str:
        """What the schedule of `name` does each time; the id of the run."""
        address = f"{self.server.api_url}/deployments/name/{name}/{name}"
        found = httpx.get(address, timeout=60, trust_env=False).raise_for_status().json()
        return str(
            self.server.post(f"deployments/{found['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}})["id"]
        )

    def run_flow(self, name: str) -> tuple[str, str]:
        """The same, and wait for its end; type and message of its last state. A worker must be there."""
        run_id = self.start_flow(name)
        states: list[dict[str, str]] = []

        def ended() -> bool:
            [run] = self.server.post("flow_runs/filter", {"flow_runs": {"id": {"any_": [run_id]}}})
            states.append(run["state"] or {"type": ""})
            return states[-1]["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}

        wait_until(ended, [f"{name} ended", states])
        return states[-1]["type"], states[-1].get("message") or ""

    # What people do

    def register(self, text: str = TEXT) -> str:
        """A petition comes in; its id."""
        return intake.register(self.context, Registration(channel="hotline", text=text), CHANNEL).id

    def complete(self, petition_id: str) -> str:
        """The unit signs and hands in, and the desk approves; the petition's id."""
        evidence = CompletionEvidence(
            is_true=True,
            contacted=True,
            contacted_at=clock.now(),
            contact_way=ContactWay.PHONE,
            solved=True,
            internal_account="更换镇流器",
            public_reply="您反映的路灯已经修复，感谢监督",
        )
        handling.sign(self.context, petition_id, AT_UNIT)
        handling.submit_completion(self.context, petition_id, AT_UNIT, evidence)
        decisions.decide_completion(self.context, petition_id, DESK, approved=True, reason="佐证齐全")
        return petition_id

    def rate(self, petition_id: str) -> str:
        """The petitioner is satisfied; the petition's id."""
        verdict.rate(self.context, petition_id, PETITIONER, satisfaction=Satisfaction.SATISFIED)
        return petition_id

    def unheard(self) -> World:
        """The same installation, of which Prefect hears nothing: no run is started, and wakes get lost."""
        return replace(self, context=replace(self.context, orchestrator=RecordingOrchestrator(available=False)))

    # What there is to see

    def heal(self) -> Drift:
        """Reconcile without waiting for a silence: whoever is silent here is dead."""
        return reconcile(self.context, silent_after=SOON)

    def petition(self, petition_id: str) -> Petition:
        with self.context.readers() as session:
            return session.get_one(Petition, petition_id)

    def id_of(self, case_number: str) -> str:
        with self.context.readers() as session:
            return session.scalars(select(Petition.id).where(Petition.case_number == case_number)).one()

    def run(self, petition_id: str) -> RunView | None:
        return self.context.orchestrator.find_by_petition(petition_id)

    def triggers(self, petition_id: str) -> list[str]:
        """The steps of its history, in order."""
        query = select(HistoryRow.trigger).where(HistoryRow.petition_id == petition_id).order_by(HistoryRow.version)
        with self.context.readers() as session:
            return list(session.scalars(query))

    def notices(self, petition_id: str) -> list[tuple[int, str, str]]:
        """What was owed: version, rule and kind of recipient of each notice."""
        query = select(Notice.version, Notice.rule, Notice.recipient).where(Notice.petition_id == petition_id)
        with self.context.readers() as session:
            found = [(version, rule, to.replace(petition_id, "")) for version, rule, to in session.execute(query)]
        return sorted(found)

    def is_at_rest(self, petition_id: str) -> bool:
        """Looked at in its newest version and parked for exactly its timer, or ended with its run."""
        petition, run = self.petition(petition_id), self.run(petition_id)
        if run is None or petition.announced_version != petition.version:
            return False
        if petition.wake_at is None:
            return run.state_type == "COMPLETED"
        looked = petition.looked_version == petition.version
        return looked and run.is_parked and run.scheduled_for == clock.wall_time_of(petition.wake_at)

    def wait_at_rest(self, *petition_ids: str) -> None:
        still = list(petition_ids)

        def rested() -> bool:
            still[:] = [one for one in still if not self.is_at_rest(one)]
            return not still

        wait_until(rested, "at rest")

    def assert_whole(self) -> None:
        """Nothing that must always hold is broken, and nothing is left to heal."""
        violations = check_invariants(self.context)
        assert violations == [], violations
        drift = self.heal()
        assert (drift.total, drift.unavailable) == (0, False), drift


def make_world(server: PrefectServer, nursery: Nursery, folder: Path, ledger_url: str = "") -> World:
    """An installation of its own on `server`: a fresh ledger and a fresh work pool."""
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        database_url=ledger_url,
        prefect_url=server.api_url,
        work_pool=f"faults-{uuid4().hex[:8]}",
        worker_poll_seconds=0.3,
    )
    prepare_ledger(settings, lambda _: None)
    register(settings, prefect_file=DEPLOYMENTS)
    return World(server, settings, build_context(settings, PrefectOrchestrator(server.api_url)), nursery)


def close_world(world: World) -> None:
    """Give the connections back."""
    assert isinstance(world.context.orchestrator, PrefectOrchestrator)
    world.context.orchestrator.close()
    engine = world.context.sessions.kw["bind"]
    engine.dispose()


def answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=30, trust_env=False).is_success
    except httpx.TransportError:
        return False
