"""The checked `supervision.yaml` as the rules of recusal and supervision, and as values told for people."""

from __future__ import annotations

from collections.abc import Iterator

from domain.conduct import Figure
from domain.recusal import RecusalRules
from domain.supervision import Ground, SupervisionRules
from domain.workdays import Duration
from models.supervision_file import SupervisionFile


def recusal_rules(file: SupervisionFile) -> RecusalRules:
    """The rules the file says."""
    return RecusalRules(
        superiors={item.unit: item.superior for item in file.superiors.units},
        words=file.accused.words,
        within=file.accused.within,
        town_endings=file.accused.town_endings,
    )


def supervision_rules(file: SupervisionFile) -> SupervisionRules:
    """What inspectors go by."""
    return SupervisionRules(
        gap_minutes=file.platform.gap,
        late_minutes=file.platform.late,
        near_minutes=file.platform.near,
        rectification=Duration(file.rectification.amount, file.rectification.unit),
        explanation=Duration(file.explanation.amount, file.explanation.unit),
        answer=Duration(file.answer.amount, file.answer.unit),
        warned_days=file.warning.days,
        grounds=tuple(Ground(item.code, item.name) for item in file.tolerance.grounds),
    )


def supervision_figures(file: SupervisionFile) -> Iterator[Figure]:
    """Every value with its source, told in short."""
    for name, said in (
        ("superiors", f"{len(file.superiors.units)}个单位"),
        ("platform", f"停运{file.platform.gap}分钟、迟延{file.platform.late}分钟、临近{file.platform.near}工作分钟"),
        ("rectification", str(Duration(file.rectification.amount, file.rectification.unit))),
        ("explanation", str(Duration(file.explanation.amount, file.explanation.unit))),
        ("answer", str(Duration(file.answer.amount, file.answer.unit))),
        ("warning", f"到期前{file.warning.days}个工作日" if file.warning.days else "不预先提醒"),
        ("tolerance", "、".join(item.name for item in file.tolerance.grounds)),
        ("accused", f"{len(file.accused.words)}个词，相隔{file.accused.within}字以内"),
    ):
        shape = getattr(file, name)
        yield Figure(f"supervision.{name}", said, shape.source, shape.origin)
