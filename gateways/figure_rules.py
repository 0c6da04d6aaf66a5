"""The checked `figures.yaml` as the rules that figures are shown and ranked by, and as values told for people."""

from __future__ import annotations

from collections.abc import Iterator

from domain.conduct import Figure
from domain.figure_rules import FigureRules
from domain.figures import SHARES
from models.figures_file import FiguresFile


def figure_rules(file: FiguresFile) -> FigureRules:
    """The rules the file says."""
    return FigureRules(
        least_cases=file.least_cases.value,
        confidence=file.confidence.value,
        decimals=file.decimals.value,
        catch_up=file.catch_up.value,
        ranked=file.ranked.names,
        least_on_map=file.least_on_map.value,
    )


def values_told(file: FiguresFile) -> Iterator[Figure]:
    """Every value with its source, told in short."""
    ranked = "、".join(SHARES[name].chinese for name in file.ranked.names)
    for name, said in (
        ("least_cases", f"{file.least_cases.value}件"),
        ("confidence", f"{file.confidence.value:.0%}"),
        ("decimals", f"{file.decimals.value}位"),
        ("catch_up", f"{file.catch_up.value}期"),
        ("ranked", ranked),
        ("least_on_map", f"{file.least_on_map.value}件"),
    ):
        shape = getattr(file, name)
        yield Figure(f"figures.{name}", said, shape.source, shape.origin)
