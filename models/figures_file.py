"""The shape of `figures.yaml`: how figures are shown, ranked and reported."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.figures import ShareName
from models.learning_file import CasesShape
from models.policy_files import Shape, Sourced


class ConfidenceShape(Sourced):
    """A level of confidence, from a half to below 1."""

    value: Annotated[float, Field(ge=0.5, lt=1, allow_inf_nan=False)]


class DecimalsShape(Sourced):
    """Decimal places."""

    value: Annotated[int, Field(strict=True, ge=0, le=4)]


class PeriodsShape(Sourced):
    """A number of periods."""

    value: Annotated[int, Field(strict=True, ge=1, le=60)]


class RankedShape(Sourced):
    """Figures by name."""

    names: tuple[ShareName, ...]


class FiguresFile(Shape):
    """`figures.yaml`; see `domain.figure_rules.FigureRules`."""

    least_cases: CasesShape
    confidence: ConfidenceShape
    decimals: DecimalsShape
    catch_up: PeriodsShape
    ranked: RankedShape
    least_on_map: CasesShape
