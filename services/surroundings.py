"""The place of a case on a drawing of what lies around it, with the cases near by, for whoever may see them."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from domain.actions import Actor
from domain.coordinates import Position, metres_between
from domain.policy import Policy
from gateways.geography_around import Around, Reach
from models.answers import Named
from models.surroundings import Neighbour
from models.tables import Petition
from services.access import petition_for, seen_by
from services.context import Context
from services.transactions import reading
from services.views import stage_named

REACH = Reach(1500, 1000)
"""What is seen of the place: three kilometres by two, some four grids (our own decision)."""
MOST_NEAR = 8
"""Cases near by that are named (our own decision: more is not read); the others are counted."""
_MOST_ASKED = 200
_OPENING = 24
_METRES_PER_DEGREE = math.radians(1) * 6371008.8
_TOGETHER = 70
"""Metres within which two marks of the drawing would lie on each other."""


@dataclass(frozen=True)
class Mark:
    """Cases on the drawing that lie in one spot: the numbers by which the list names them."""

    label: str
    x: int
    y: int
    id: str
    """Of the first of them."""
    said: str


@dataclass(frozen=True)
class Surroundings:
    """The place of a case with what is going on around it, in the plane of `around`."""

    around: Around
    town: Named | None
    grid: str
    near: tuple[Neighbour, ...]
    """Cases going on, the nearest first, numbered from 1."""
    past: tuple[Neighbour, ...]
    """Closed cases that are like it, lettered from A."""
    near_marks: tuple[Mark, ...]
    past_marks: tuple[Mark, ...]
    more: int
    """Cases going on within the drawing that are not among `near`."""


def surroundings(context: Context, petition_id: str, actor: Actor, past: Sequence[str] = ()) -> Surroundings | None:
    """What lies around a case; `past` are closed cases that are like it, as far as `actor` may see them.

    `None` where nobody knows the place on a map: the case has no coordinate, or one of an unknown system or outside the
    district, or no geography is in force.

    Raises:
        NotFound: no such petition, or not one this caller may see.
    """
    with reading(context) as session:
        petition = petition_for(session, petition_id, actor)
        geography, here = context.geographies.active(session), position_of(petition)
        if geography is None or here is None:
            return None
        located = geography.locate(here)
        if located.outside:
            return None
        policy = context.rules.active(session)
        going_on = _nearest(session, actor, petition, here)
        alike = _by_id(session, actor, past)
        near = [_neighbour(policy, here, row) for row in going_on[:MOST_NEAR]]
        closed = [_neighbour(policy, here, row) for row in alike]
        return Surroundings(
            around=geography.around(here, REACH),
            town=Named(code=located.town, name=policy.unit_name(located.town)) if located.town else None,
            grid=located.grid.name if located.grid else "",
            near=tuple(near),
            past=tuple(closed),
            near_marks=_marks(here, going_on[:MOST_NEAR], "123456789"),
            past_marks=_marks(here, alike, "ABCDEFGHI"),
            more=len(going_on) - len(near),
        )


def position_of(petition: Petition) -> Position | None:
    """Where a petition lies; `None` without a coordinate, or with one of which nobody knows the system."""
    if petition.longitude is None or petition.latitude is None or petition.crs is None:
        return None
    return Position(petition.longitude, petition.latitude)


def _nearest(session: Session, actor: Actor, petition: Petition, here: Position) -> list[Petition]:
    """The cases going on within the drawing, the nearest first. Only open ones have a timer, and an index by it."""
    query = select(Petition).where(
        Petition.wake_at.is_not(None), Petition.id != petition.id, _within(here), seen_by(actor)
    )
    found = session.scalars(query.order_by(Petition.registered_at.desc(), Petition.id).limit(_MOST_ASKED)).all()
    return sorted(found, key=lambda row: (_metres(here, row), row.id))


def _within(here: Position) -> ColumnElement[bool]:
    north = REACH.down / _METRES_PER_DEGREE
    east = REACH.across / (_METRES_PER_DEGREE * math.cos(math.radians(here.latitude)))
    return and_(
        Petition.crs.is_not(None),
        Petition.longitude.between(here.longitude - east, here.longitude + east),
        Petition.latitude.between(here.latitude - north, here.latitude + north),
    )


def _by_id(session: Session, actor: Actor, ids: Collection[str]) -> list[Petition]:
    """Those that have a place, in the order they were given."""
    if not ids:
        return []
    rows = session.scalars(select(Petition).where(Petition.id.in_(list(ids)), seen_by(actor)))
    known = {row.id: row for row in rows if position_of(row) is not None}
    return [known[key] for key in ids if key in known]


def _neighbour(policy: Policy, here: Position, row: Petition) -> Neighbour:
    matter = policy.sub_category_name(row.sub_category) if row.sub_category else ""
    return Neighbour(
        id=row.id,
        case_number=row.case_number,
        matter=matter or (policy.category_name(row.category) if row.category else ""),
        stage=stage_named(row.stage),
        unit=Named(code=row.unit, name=policy.unit_name(row.unit)) if row.unit else None,
        registered_at=row.registered_at,
        opening=row.text[:_OPENING],
        metres=round(_metres(here, row), -1),
    )


def _metres(here: Position, row: Petition) -> int:
    there = position_of(row)
    return round(metres_between(here, there)) if there is not None else 0


def _marks(here: Position, rows: Sequence[Petition], labels: str) -> tuple[Mark, ...]:
    """One mark for each spot within the drawing: of what lies together, the first names all."""
    spots: list[tuple[int, int, list[tuple[str, Petition]]]] = []
    for label, row in zip(labels, rows, strict=False):
        x, y = _spot(here, row)
        if abs(x) > REACH.across or abs(y) > REACH.down:
            continue
        together = next((spot for spot in spots if math.hypot(spot[0] - x, spot[1] - y) < _TOGETHER), None)
        if together is None:
            spots.append((x, y, [(label, row)]))
        else:
            together[2].append((label, row))
    return tuple(
        Mark(
            label=f"{held[0][0]}{'+' * (len(held) > 1)}",
            x=x,
            y=y,
            id=held[0][1].id,
            said="、".join(f"{label} {row.case_number}" for label, row in held),
        )
        for x, y, held in spots
    )


def _spot(here: Position, row: Petition) -> tuple[int, int]:
    """Metres east and south of `here`."""
    there = position_of(row) or here
    east = (there.longitude - here.longitude) * _METRES_PER_DEGREE * math.cos(math.radians(here.latitude))
    return round(east), round((here.latitude - there.latitude) * _METRES_PER_DEGREE)
