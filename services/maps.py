"""The map: where cases lie, by town and by grid, on our own geography; every number is one of the figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import clock
from domain.actions import Actor, Role
from domain.errors import NotFound
from domain.figures import COUNTS, CountName, Grouping
from domain.map_classes import Class, class_of, classes, spread, told
from domain.periods import PeriodKind
from gateways.geography_drawing import Drawing, Frame, Outline
from gateways.tiles import Tile
from models.figure_answers import FiguresView, PeriodView
from services import figures
from services.context import Context
from services.figure_selection import Asked

SHOWN = (CountName.OPEN, CountName.OVERDUE, CountName.REGISTERED)
"""What a map is coloured by: how things stand, or how many were registered lately."""
HEAT_METRES = 1000
"""How far around a grid its heat reaches (our own decision: a walk of a quarter of an hour)."""
_ROUND_THE_EQUATOR = 40_075_016.686
"""Metres; what the whole world is wide in Web Mercator."""


@dataclass(frozen=True)
class Wanted:
    """Which map: of what, by town or by grid, and of which period where cases that were registered are counted."""

    figure: CountName = CountName.OPEN
    by: Grouping = Grouping.TOWN
    period: PeriodKind | None = PeriodKind.MONTH
    heat: bool = False
    """Grids are coloured by what lies around them, too."""


@dataclass(frozen=True)
class Area:
    """An area with how many cases lie in it: `colour` is the place of its class, 0 where there are none."""

    outline: Outline
    name: str
    number: int
    told: str
    colour: int
    counts: Mapping[str, int] = field(default_factory=dict)
    """What a map may be coloured by, of a town, by name; a grid's are not told one by one."""


@dataclass(frozen=True)
class DistrictMap:
    """What a map shows, as of one minute."""

    view: FiguresView
    figure: CountName
    name: str
    frame: Frame
    drawing: Drawing
    towns: tuple[Area, ...]
    areas: tuple[Area, ...]
    """What is coloured: the towns, or grids of the district or of one town."""
    classes: tuple[Class, ...]
    unplaced: int
    """Cases of which nobody knows in which area they lie."""
    off_map: int
    """Cases in areas that the geography in force does not have any more."""
    town: Area | None = None
    tiles: tuple[Tile, ...] = ()
    credit: str = ""

    @property
    def period(self) -> PeriodView | None:
        """Of what was registered; how things stand is of all cases ever."""
        return self.view.period if self.figure is CountName.REGISTERED else None

    @property
    def by_town(self) -> bool:
        """Whether it is the towns that are coloured."""
        return self.view.by is not None and self.view.by.code == Grouping.TOWN


def district_map(context: Context, actor: Actor, wanted: Wanted, town: str | None = None) -> DistrictMap | None:
    """The map of the district, or of the grids of one town; `None` while no geography is in force.

    A grid's number is told as a range where it is small, so that no single petitioner's home is shown; points never.

    Raises:
        NotFound: the geography has no such town.
        NotPermitted: figures are not for this role.
    """
    by = Grouping.GRID if town is not None else wanted.by
    view = _counted(context, actor, wanted, by)
    with context.readers() as session:
        geography = context.geographies.active(session)
        policy = context.rules.active(session)
    if geography is None:
        return None
    drawing = geography.drawing
    outline = drawing.town(town) if town is not None else None
    if town is not None and outline is None:
        raise NotFound("这个镇街的地图")
    least = policy.figure_rules.least_on_map if by is Grouping.GRID else 1
    counts = {group.group.code: group.counts for group in view.groups if group.group}
    numbers = {code: found[wanted.figure] for code, found in counts.items()}
    drawn = drawing.grids if by is Grouping.GRID else drawing.towns
    shown = [item for item in drawn if town in (None, item.town)]
    heat = _heat(drawing, drawn, numbers) if wanted.heat and by is Grouping.GRID else numbers
    among = classes(max((heat.get(item.code, 0) for item in shown), default=0), least)
    towns = tuple(_area(item, policy.unit_name(item.code), {}, 1, ()) for item in drawing.towns)
    frame = outline.frame if outline is not None else drawing.whole
    return DistrictMap(
        view=view,
        figure=wanted.figure,
        name=COUNTS[wanted.figure].chinese,
        frame=frame,
        drawing=drawing,
        towns=towns,
        areas=tuple(
            replace(
                _area(item, item.name or policy.unit_name(item.code), numbers, least, among),
                colour=class_of(heat.get(item.code, 0), among),
                counts=counts.get(item.code, {}) if by is Grouping.TOWN else {},
            )
            for item in shown
        ),
        classes=among,
        unplaced=numbers.get("", 0),
        off_map=sum(numbers.values()) - numbers.get("", 0) - sum(numbers.get(item.code, 0) for item in drawn),
        town=next((item for item in towns if item.outline.code == town), None),
        tiles=tuple(context.tiles.covering(frame, drawing.flat)) if context.tiles else (),
        credit=context.tiles.credit if context.tiles else "",
    )


def _heat(drawing: Drawing, grids: Sequence[Outline], numbers: Mapping[str, int]) -> dict[str, int]:
    centre = drawing.whole
    _, latitude = drawing.flat.position(centre.x + centre.width / 2, centre.y + centre.height / 2)
    metres = _ROUND_THE_EQUATOR * math.cos(math.radians(latitude)) / drawing.flat.units
    return spread(numbers, {item.code: (item.x, item.y) for item in grids}, HEAT_METRES / metres)


def drawing_of(context: Context) -> tuple[Drawing, Mapping[str, str]] | None:
    """The drawing in force and the towns' names, for whoever shows a place on it; `None` where there is none."""
    with context.readers() as session:
        geography = context.geographies.active(session)
        policy = context.rules.active(session)
    if geography is None:
        return None
    return geography.drawing, {item.code: policy.unit_name(item.code) for item in geography.drawing.towns}


def _area(outline: Outline, name: str, numbers: Mapping[str, int], least: int, among: tuple[Class, ...]) -> Area:
    number = numbers.get(outline.code, 0)
    return Area(outline, name, number, told(number, least), class_of(number, among))


def _counted(context: Context, actor: Actor, wanted: Wanted, by: Grouping) -> FiguresView:
    """The figures of every area, counted once a minute for all who look, as the dashboard's are."""
    now = clock.now().replace(second=0, microsecond=0)
    asked = Asked(kind=wanted.period if wanted.figure is CountName.REGISTERED else None)
    whose = actor.unit if actor.role is Role.UNIT else figures.is_reader(actor)

    def count() -> FiguresView:
        return figures.figures(context, actor, replace(asked, as_of=now), by, only=frozenset(SHOWN))

    return context.dashboards.as_of(("map", asked, by, whose), now, count)
