"""Fills a ledger of its own with the last weeks of a district, so that every page has something to show.

The past is lived, not written: everybody acts through the services on a clock that hurries, and the platform takes its
steps when they fall due. Only Prefect is not there yet; `make up` finds the petitions without a run and starts them,
as it does after any time without Prefect.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pendulum
import sqlalchemy as sa
from pendulum import DateTime

import clock
from deployments.preparation import prepare_ledger
from domain.actions import Actor, Role
from domain.calendar import WorkCalendar
from domain.channels import channel_named
from domain.coordinates import CoordinateSystem
from domain.errors import DomainError
from domain.petition import decide
from domain.policy import Policy
from domain.units import UnitKind
from gateways.geography import SurveyedPoint
from gateways.geography_example import write_example
from gateways.geography_files import load_geography
from gateways.orchestrator import RecordingOrchestrator
from models.shapes import PetitionerIn, Registration
from models.tables import Petition
from services import accounts, geographies, intake, platform_steps, sign_in, visits
from services.bootstrap import build_context
from services.context import Context
from services.facts import facts_of
from settings import Settings
from stories import district_today
from stories.district_matters import CHANNELS, COURSES, MATTERS, PETITIONERS, PLACES, REPEATED, Course, Matter
from stories.district_people import People, Standing, after_work, said_on_the_telephone, standing_of

PETITIONS, WEEKS = 150, 7
"""Enough for every page to have something on it, filled in about a minute."""
_REPORTED_FROM, _REPORTED_UNTIL = 7, 22
"""Hours of the day in which people report."""
_MOST_STEPS = 30
_CALLED_ON = 0.5
"""The share of those who wait for a call that are called on a day."""
OFFICER = Actor(Role.FOLLOW_UP, name="信息员辛")
OPERATOR = Actor(Role.OPERATOR, name="演示")

ACCOUNTS: tuple[tuple[str, Role, str | None], ...] = (
    ("专席甲", Role.DESK, None),
    ("园林乙", Role.UNIT, "municipal-parks"),
    ("执法丙", Role.UNIT, "urban-management"),
    ("专家丁", Role.REVIEWER, None),
    ("领导戊", Role.LEADER, None),
    ("纪检己", Role.INSPECTOR, None),
    ("督查庚", Role.PARTY_INSPECTOR, None),
    ("信息员辛", Role.FOLLOW_UP, None),
    ("记者壬", Role.MEDIA, "shizhong-yunbao"),
    ("运维癸", Role.OPERATOR, None),
)
"""One for each kind of pages; all with the password that the demonstration was given."""

Progress = Callable[[str, float], None]
"""Told what is being done and the share of it that is done (0 to 1)."""


@dataclass(frozen=True)
class Filled:
    """What came of it: petitions, and what people tried to do and the rules refused."""

    petitions: int
    refused: tuple[str, ...]


def fill(
    settings: Settings,
    password: str,
    *,
    petitions: int = PETITIONS,
    seed: int = 1,
    progress: Progress = lambda _what, _share: None,
) -> Filled:
    """Live the last `WEEKS` weeks in the ledger of `settings`, which is made for it, until now.

    `password` is what everybody of `ACCOUNTS` signs in with. The same `seed` at the same moment gives the same lives.
    """
    prepare_ledger(settings, lambda _: None)
    context = build_context(settings, RecordingOrchestrator(available=False))
    ends = clock.now()
    story = clock.StoryClock(ends.subtract(weeks=WEEKS))
    with clock.use(story), _without_warnings("services.transactions"):
        points = _geography(context, settings.policy_dir, progress)
        _accounts(context, password)
        with context.readers() as session:
            policy = context.rules.active(session)
        district = District(context, policy, story, Random(seed))  # noqa: S311 - chance of a story, not a secret
        district.expect(points, petitions, ends)
        district.live(ends, progress)
        district_today.go_on(context)
    return Filled(petitions, tuple(district.refused))


@dataclass
class District:
    """Everybody's days, one event after the other."""

    context: Context
    policy: Policy
    story: clock.StoryClock
    random: Random
    refused: list[str] = field(default_factory=list)
    """What somebody tried and the rules did not let them."""

    def __post_init__(self) -> None:
        departments = [unit.code for unit in self.policy.units if unit.kind is UnitKind.DEPARTMENT]
        self._people = People(self.context, self.random, departments)
        self._events: list[tuple[DateTime, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._courses: dict[str, Course] = {}
        self._planned: dict[str, int] = {}
        """By petition, the version that everybody's plans are for."""
        self._begins = clock.now()

    @property
    def _calendar(self) -> WorkCalendar:
        return self.context.rules.calendar

    def expect(self, points: Sequence[SurveyedPoint], petitions: int, ends: DateTime) -> None:
        """Let people report `petitions` matters between now and `ends`, a few of them the same one."""
        places = list(zip(PLACES, self.random.sample(points, len(PLACES)), strict=True))
        courses = itertools.cycle(self.random.sample(COURSES, len(COURSES)))
        fresh = petitions // 8
        for begins, until, count in (
            (self._begins, ends, petitions - fresh - len(REPEATED)),
            (ends.subtract(days=1), ends, fresh),
        ):
            for number in range(count):
                share = (number + self.random.random()) / count
                moment = _by_day(begins + (until - begins) * share)
                report = self._report(self.random.choice(MATTERS), self.random.choice(places), next(courses))
                self._at(min(max(moment, self._begins), ends), report)
        for day in range(1, (ends - self._begins).days):
            self._at(self._begins.add(days=day).at(2, 30), self._call_on_petitioners)  # 10:30 in Shanghai
        place = self.random.choice(places)
        for number, matter in enumerate(REPEATED):
            self._at(_by_day(ends.subtract(days=len(REPEATED) - number)), self._report(matter, place, Course.PROMPT))

    def live(self, ends: DateTime, progress: Progress) -> None:
        """Let everything happen that happens until `ends`."""
        while self._events and self._events[0][0] <= ends:
            moment, _, event = heapq.heappop(self._events)
            self.story.move_to(max(moment, clock.now()))
            event()
            progress("重演", (moment - self._begins) / (ends - self._begins))
        self.story.move_to(ends)
        for petition_id in self._courses:
            self._settle(petition_id)

    def _at(self, moment: dt.datetime, event: Callable[[], object]) -> None:
        heapq.heappush(self._events, (pendulum.instance(moment), next(self._numbers), event))

    def _report(self, matter: Matter, place: tuple[str, SurveyedPoint], course: Course) -> Callable[[], None]:
        def act() -> None:
            where, point = place
            channel = self.random.choice(CHANNELS)
            registration = Registration(
                channel=channel,
                request_type=matter.request_type,
                text=matter.words.format(where),
                place=where,
                longitude=point.position.longitude,
                latitude=point.position.latitude,
                crs=CoordinateSystem.WGS84,
                petitioner=PetitionerIn(name=self.random.choice(PETITIONERS)),
            )
            petition = intake.register(self.context, registration, Actor(Role.CHANNEL, name=channel_named(channel)))
            self._courses[petition.id] = course
            self._go_on(petition.id, course)
            self._catch_up()

        return act

    def _go_on(self, petition_id: str, course: Course) -> None:
        """Let the platform do what is due, and everybody plan what they do next."""
        self._settle(petition_id)
        standing = standing_of(self.context, petition_id)
        self._planned[petition_id] = standing.version
        if standing.wake_at is not None:
            self._at(standing.wake_at, self._planned_for(standing, course))
        plan = self._people.plan(standing, course)
        if plan is not None:
            now = clock.now()
            at_home = now.add(minutes=int(plan.hours * 60))
            moment = at_home if plan.at_home else after_work(now, plan.hours, self._calendar)
            self._at(moment, self._planned_for(standing, course, plan.act))

    def _planned_for(
        self, standing: Standing, course: Course, act: Callable[[], object] = lambda: None
    ) -> Callable[[], None]:
        """`act`, unless the petition stands otherwise by then: then everybody plans anew, once."""

        def event() -> None:
            if self._planned[standing.id] != standing.version:
                return
            if standing_of(self.context, standing.id).version == standing.version:
                try:
                    act()
                except DomainError as refusal:
                    self.refused.append(refusal.message)
                    return
            self._go_on(standing.id, course)

        return event

    def _call_on_petitioners(self) -> None:
        """A morning of the information officers; a visit or two waits for another day."""
        waiting = visits.visits(self.context, OFFICER).items
        for visit in waiting:
            if self.random.random() < _CALLED_ON:
                try:
                    visits.attempt(self.context, visit.id, OFFICER, said_on_the_telephone(self.random))
                except DomainError as refusal:
                    self.refused.append(refusal.message)
        self._catch_up()

    def _catch_up(self) -> None:
        """What moved by something done to another case, or by a call, is due and planned for anew."""
        with self.context.readers() as session:
            rows = (
                session.execute(sa.select(Petition.id, Petition.version).order_by(Petition.case_number)).tuples().all()
            )
        for petition_id, version in rows:
            if version != self._planned[petition_id]:
                self._go_on(petition_id, self._courses[petition_id])

    def _settle(self, petition_id: str) -> None:
        for _ in range(_MOST_STEPS):
            with self.context.readers() as session:
                petition = session.get_one(Petition, petition_id)
                policy = self.context.rules.of(session, petition.policy_version)
                step = decide(facts_of(petition), policy, self._calendar, clock.now()).step
            if step is None:
                return
            platform_steps.take(self.context, petition_id, step)


def _geography(context: Context, policy_dir: Path, progress: Progress) -> Sequence[SurveyedPoint]:
    with context.readers() as session:
        units = context.rules.active(session).units
    towns = {unit.code: unit.name for unit in units if unit.kind is UnitKind.TOWN}
    with TemporaryDirectory() as folder:
        outline = policy_dir / "geography" / "district.geojson"
        write_example(outline, towns, Path(folder), progress=lambda _, share: progress("示例地理数据", share))
        data = load_geography(Path(folder), towns, None)
    with context.sessions.begin() as session:
        geographies.put_in_force(session, data, OPERATOR)
    return data.points


def _accounts(context: Context, password: str) -> None:
    """Everybody's account, with its first password changed already: there is no secret to keep in a demonstration."""
    for name, role, unit in ACCOUNTS:
        first = accounts.create_account(context, name, role, unit)
        token = sign_in.sign_in(context, name, first, "127.0.0.1")
        who = sign_in.session_of(context, token)
        if who is None:
            raise RuntimeError(f"the account {name} cannot sign in")
        sign_in.sign_out(context, sign_in.change_password(context, who, first, password))


def _by_day(moment: DateTime) -> DateTime:
    """The same moment, or one of the same day when people are awake."""
    at = moment.in_timezone(clock.SHANGHAI)
    if _REPORTED_FROM <= at.hour < _REPORTED_UNTIL:
        return at
    return at.set(hour=_REPORTED_FROM + at.hour % (_REPORTED_UNTIL - _REPORTED_FROM))


@contextmanager
def _without_warnings(name: str) -> Iterator[None]:
    """Each act would say that Prefect is not there."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
