"""The history of a bulletin or of a finding as it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.act_answers import ActView
from models.answers import Named
from models.oversight import BulletinStep, FindingStep


def history_of(steps: Iterable[BulletinStep | FindingStep], labels: Mapping[str, str]) -> list[ActView]:
    """Each change, oldest first; `labels` names the acts."""
    return [
        ActView(
            version=step.version,
            at=step.at,
            act=Named(code=step.act, name=labels[step.act]),
            actor_role=step.actor_role,
            actor_name=step.actor_name,
            reason=step.reason,
        )
        for step in steps
    ]
