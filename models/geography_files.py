"""The shape of `geography.yaml`, the index of a geography: which file holds what, and in which coordinate system."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.coordinates import CoordinateSystem
from models.policy_files import Shape, Sourced, Text

LAYERS = ("district", "towns", "grids", "points")
"""What a geography is made of."""
Layer = Literal["district", "towns", "grids", "points"]

FileName = Annotated[str, StringConstraints(pattern=r"^[^/\\]+\.(geojson|json|csv|xlsx)$", max_length=100)]


class LayerShape(Shape):
    """A file of the geography. The system may be given on the command line instead, but not be left out."""

    file: FileName
    crs: CoordinateSystem | None = None


class GeographyFile(Sourced):
    """`geography.yaml`."""

    title: Text
    illustrative: Annotated[bool, Field(strict=True)] = False
    """Made up, for trying out; said wherever the geography is named."""
    tolerance_metres: Annotated[float, Field(ge=0.1, le=50, allow_inf_nan=False)] = 2.0
    """How wide an overlap or a gap between areas may be: borders are digitised, not exact (our own decision)."""
    district: LayerShape
    towns: LayerShape
    grids: LayerShape
    points: LayerShape
