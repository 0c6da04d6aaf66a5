"""Where a petition lies: its coordinate read once, and located by the geography in force."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from domain.coordinates import BadCoordinate, CoordinateSystem, Position, to_wgs84
from domain.place import Geography, Located, locate
from models.shapes import Registration
from models.tables import Petition
from services.context import Context
from services.transactions import Transaction


@dataclass(frozen=True)
class Place:
    """What the geography says of a petition's coordinate, and the sentence people read of it."""

    located: Located
    told: str

    def as_details(self) -> dict[str, Any]:
        """For the history: which place, found by which geography."""
        return {"place": self._as_json()}

    def as_changes(self) -> dict[str, Any]:
        """The columns of the petition that say where it lies. A coordinate outside leaves its town unknown."""
        changes: dict[str, Any] = {"geography_version": self.located.version, "located": self._as_json()}
        return changes | ({"town": self.located.town} if self.located.town else {})

    def _as_json(self) -> dict[str, Any]:
        located = self.located
        return {
            "geography": located.version,
            "town": located.town,
            "grid": asdict(located.grid) if located.grid else None,
            "nearest": asdict(located.nearest) if located.nearest else None,
            "outside": located.outside,
            "told": self.told,
        }


@dataclass(frozen=True)
class Given:
    """A coordinate as somebody gave it: degrees, and the system they named."""

    longitude: float
    latitude: float
    system: CoordinateSystem | None

    @property
    def position(self) -> Position:
        """The point that is meant. Raises `BadCoordinate`."""
        return to_wgs84(self.longitude, self.latitude, self.system)


def given_by(registration: Registration) -> Given | None:
    """The coordinate of a registration, if it has one. Raises `BadCoordinate` for a system without a coordinate."""
    if registration.longitude is not None and registration.latitude is not None:
        return Given(registration.longitude, registration.latitude, registration.crs)
    if registration.crs is not None:
        raise BadCoordinate("longitude", "写了坐标系(crs)而没有坐标，请填写经度和纬度，或都不填")
    return None


def locate_given(geography: Geography | None, given: Given) -> Located | None:
    """Where it lies; `None` without a geography. Raises `BadCoordinate`."""
    _ = given.position  # whatever cannot be meant is refused, with a geography or without
    if geography is None or given.system is None:
        return None
    return locate(given.longitude, given.latitude, given.system, geography)


def located_by(geography: Geography | None, petition: Petition) -> Located | None:
    """Where the petition's coordinate lies; `None` without a coordinate or a geography.

    A coordinate that came without a system, before one was asked for, is not located: nobody knows where it is.
    """
    longitude, latitude = petition.given_longitude, petition.given_latitude
    if longitude is None or latitude is None or petition.crs is None:
        return None
    return locate_given(geography, Given(longitude, latitude, CoordinateSystem(petition.crs)))


def said_of(context: Context, given: Given) -> Located | None:
    """Where a point lies that somebody picks before they report: its town and grid; `None` without a geography.

    Raises:
        BadCoordinate: the degrees cannot be meant.
    """
    with context.readers() as session:
        return locate_given(context.geographies.active(session), given)


def find(tx: Transaction, petition: Petition) -> Place | None:
    """Where the petition's coordinate lies by the geography in force; `None` without a coordinate or a geography."""
    located = located_by(tx.context.geographies.active(tx.session), petition)
    return Place(located, located.told(tx.policy_in_force().unit_name)) if located is not None else None
