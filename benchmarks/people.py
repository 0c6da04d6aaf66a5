"""What people do in the lives that are measured, through the use cases themselves."""

from __future__ import annotations

import dataclasses
import time

import clock
from benchmarks.installation import wait_until
from domain.actions import PETITIONER, Actor, Role
from domain.completion import ContactWay
from domain.petition import Satisfaction
from domain.stages import Stage
from gateways.orchestrator import RecordingOrchestrator
from models.evidence import CompletionEvidence
from models.shapes import Registration
from models.tables import Petition
from services import decisions, handling, intake, verdict
from services.context import Context

_DESK = Actor(Role.DESK, name="测试专席")


def registered(context: Context) -> str:
    """A petition that has just come in; its run is started."""
    return intake.register(context, Registration(channel="web", text="测试甲反映广济路路灯不亮"), PETITIONER).id


def a_life(context: Context, petitions: list[str]) -> None:
    """From the unit's signature to the archive, all of them side by side; two wakes each beside the first."""
    wait_until(lambda: _all_at(context, petitions, Stage.DISPATCHED), "dispatch")
    # The unit signs and submits and the desk approves in one go, so that it is one wake.
    quietly = dataclasses.replace(context, orchestrator=RecordingOrchestrator())
    for petition in petitions:
        unit = Actor(Role.UNIT, _row(context, petition).unit, "测试经办")
        handling.sign(quietly, petition, unit)
        handling.submit_completion(quietly, petition, unit, _evidence())
        decisions.decide_completion(context, petition, _DESK, approved=True, reason="答复完整")
    wait_until(lambda: all(_seen(context, petition) for petition in petitions), "the request for a rating")
    for petition in petitions:
        verdict.rate(context, petition, PETITIONER, satisfaction=Satisfaction.SATISFIED)
    wait_until(lambda: _all_at(context, petitions, Stage.ARCHIVED), "the archive")
    wait_until(lambda: all(_shown(context, petition) for petition in petitions), "the last look")


def _evidence() -> CompletionEvidence:
    return CompletionEvidence(
        is_true=True,
        contacted=True,
        contacted_at=clock.now(),
        contact_way=ContactWay.PHONE,
        solved=True,
        internal_account="更换镇流器五只",
        public_reply="您反映的路灯已经修复，感谢您的监督。",
    )


def _row(context: Context, petition: str) -> Petition:
    with context.readers() as session:
        return session.get_one(Petition, petition)


def _all_at(context: Context, petitions: list[str], stage: Stage) -> bool:
    time.sleep(0.2)
    return all(row.stage == stage.value and row.parked_until is not None for row in _rows(context, petitions)) or (
        stage is Stage.ARCHIVED and all(row.stage == stage.value for row in _rows(context, petitions))
    )


def _rows(context: Context, petitions: list[str]) -> list[Petition]:
    return [_row(context, petition) for petition in petitions]


def _seen(context: Context, petition: str) -> bool:
    row = _row(context, petition)
    return row.rating_asked and row.looked_version == row.version


def _shown(context: Context, petition: str) -> bool:
    row = _row(context, petition)
    return row.announced_version == row.version
