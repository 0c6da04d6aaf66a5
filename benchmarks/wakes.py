"""Wakes: how many a second, and how much CPU each takes of server and worker."""

from __future__ import annotations

import time
from dataclasses import dataclass

import clock
from benchmarks.meters import Spread, cpu_seconds
from benchmarks.petitions import move_deadline, parked, register_petitions, rest, wake
from benchmarks.scene import Scene
from tests.support.prefect_workers import Worker


@dataclass(frozen=True)
class WakeFigures:
    """One kind of worker; CPU in milliseconds per wake, one value per round."""

    kind: str
    database: str
    per_second: Spread
    server: Spread
    worker: Spread
    postgres: Spread

    @property
    def cpu(self) -> Spread:
        """Server and worker together."""
        return Spread(tuple(a + b for a, b in zip(self.server.values, self.worker.values, strict=True)))


def measure_wakes(scene: Scene, kind: str, petitions: int, batches: int) -> WakeFigures:
    """Wakes by deadlines that pass all at once: two rounds a batch, the reminder to sign and the first climb.

    Each wake looks, takes one step as a task run, shows the change (name, tags, case file, event) and parks again.
    """
    rows: list[tuple[float, float, float, float]] = []
    with scene.worker(kind) as worker:
        for _ in range(batches):
            ids = register_petitions(scene.context, petitions)
            rest(scene.context, ids)
            for _ in range(2):
                rows.append(_round(scene, kind, worker, ids))
    columns = [Spread(tuple(column)) for column in zip(*rows, strict=True)]
    return WakeFigures(kind, scene.database, *columns)


def _round(scene: Scene, kind: str, worker: Worker, ids: list[str]) -> tuple[float, float, float, float]:
    parked(scene.context, ids)
    scene.pause(kind, paused=True)
    for petition_id in ids:
        move_deadline(scene.context, petition_id, clock.now())
    wake(scene.context, ids)
    _settle()
    before = _cpu(scene, worker)
    started = time.perf_counter()
    scene.pause(kind, paused=False)
    ended = rest(scene.context, ids)
    parked(scene.context, ids)
    _settle()
    server, own, postgres = (
        (later - earlier) / len(ids) * 1000 for later, earlier in zip(_cpu(scene, worker), before, strict=True)
    )
    return len(ids) / (ended - started), server, own, postgres


def _cpu(scene: Scene, worker: Worker) -> tuple[float, float, float]:
    return scene.server_cpu(), cpu_seconds(worker.process.pid), scene.database_cpu()


def _settle() -> None:
    """What is written behind the run's back (events, task runs, logs) belongs to its round."""
    time.sleep(6)  # noqa: TID251 - Prefect tells nobody when its queues are empty
