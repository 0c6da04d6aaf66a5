"""The checked `supervision.yaml` as the rules of recusal and supervision, and as values told for people."""

from __future__ import annotations

from collections.abc import Iterator

from domain.conduct import Figure
from domain.recusal import RecusalRules
from models.supervision_file import SupervisionFile


def recusal_rules(file: SupervisionFile) -> RecusalRules:
    """The rules the file says."""
    return RecusalRules(
        superiors={item.unit: item.superior for item in file.superiors.units},
        words=file.accused.words,
        within=file.accused.within,
        town_endings=file.accused.town_endings,
    )


def supervision_figures(file: SupervisionFile) -> Iterator[Figure]:
    """Every value with its source, told in short."""
    for name, said in (
        ("superiors", f"{len(file.superiors.units)}个单位"),
        ("accused", f"{len(file.accused.words)}个词，相隔{file.accused.within}字以内"),
    ):
        shape = getattr(file, name)
        yield Figure(f"supervision.{name}", said, shape.source, shape.origin)
