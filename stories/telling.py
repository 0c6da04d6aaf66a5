"""Tells a story: a petition's life on a clock that stands still between events and whose waits pass in seconds.

Everything else is real: the ledger, the services, the flow and its tasks, the worker and a Prefect server. A deadline
is not called by the story: Prefect's own schedule fires it, at the moment the story's clock maps it to.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass

import pendulum
from pendulum import DateTime

import clock
from clock import SHANGHAI, StoryClock
from domain.stages import FINAL_STAGES, Stage
from models.tables import Petition
from services.context import Context

SETTLE_SECONDS = 90
"""How long a run may take to do what is due; a wake takes about a second."""
_POLL_SECONDS = 0.05


class StoryStuck(Exception):
    """The petition's run did not come to rest; the message says where it stands."""


Act = Callable[["Teller"], None]
"""What a person does."""


@dataclass(frozen=True)
class Scene:
    """Something a person does at a moment (Shanghai time)."""

    at: DateTime
    act: Act


@dataclass(frozen=True)
class Story:
    """A case to replay: when it begins, who does what when; timers do the rest."""

    name: str
    title: str
    source: str
    begins: DateTime
    scenes: tuple[Scene, ...]
    speed: float = 150_000.0
    """Seconds of the story per second of waiting."""


def on(month: int, day: int, hour: int, minute: int = 0, year: int = 2022) -> DateTime:
    """A moment in Shanghai."""
    return pendulum.datetime(year, month, day, hour, minute, tz=SHANGHAI)


class Teller:
    """Carries a story through; `context` reaches the real ledger and the real Prefect server."""

    def __init__(
        self, context: Context, story_clock: StoryClock, say: Callable[[str], object] = lambda _: None
    ) -> None:
        self.context = context
        self._clock = story_clock
        self._say = say
        self._petition_id: str | None = None

    @property
    def petition_id(self) -> str:
        if self._petition_id is None:
            raise RuntimeError("the story has not registered its petition yet")
        return self._petition_id

    def begin(self, petition: Petition) -> None:
        """This is the petition the story is about."""
        self._petition_id = petition.id

    def petition(self) -> Petition:
        """The petition as it stands in the ledger now."""
        with self.context.readers() as session:
            return session.get_one(Petition, self.petition_id)

    def tell(self, story: Story) -> Petition:
        """Play every scene, then let timers run until the petition is over; the petition at its end."""
        for scene in story.scenes:
            self._pass_time_until(scene.at)
            scene.act(self)
            self._settle()
        while not _is_over(petition := self.petition()):
            if petition.wake_at is None:
                raise StoryStuck(f"{petition.case_number} is open and has no timer")
            self._pass_time_until(petition.wake_at)
        return petition

    def _pass_time_until(self, moment: dt.datetime) -> None:
        """Let every deadline before `moment` come first, in its own time."""
        while self._petition_id is not None:
            deadline = self.petition().wake_at
            if deadline is None or deadline >= moment:
                break
            self._move_to(deadline)
            self._settle()
        self._move_to(moment)
        if self._petition_id is not None:
            self._settle()

    def _move_to(self, moment: dt.datetime) -> None:
        if moment > self._clock.now():
            self._clock.move_to(moment)

    def _settle(self) -> None:
        """Wait until the run has looked at the newest version and is parked again, or the petition is over."""
        until = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < until:
            petition = self.petition()
            if self._is_at_rest(petition):
                self._say(petition.stage)
                return
            time.sleep(_POLL_SECONDS)
        petition = self.petition()
        raise StoryStuck(
            f"{petition.case_number} stands at {petition.stage}, version {petition.version}, "
            f"looked at {petition.looked_version}, timer {petition.wake_kind} {petition.wake_at}, now {clock.now()}"
        )

    def _is_at_rest(self, petition: Petition) -> bool:
        if _is_over(petition):
            run = self.context.orchestrator.view(petition.run_id) if petition.run_id else None
            return run is not None and run.state_type == "COMPLETED"
        looked = petition.looked_version == petition.version
        return looked and petition.wake_at is not None and petition.wake_at > clock.now()


def _is_over(petition: Petition) -> bool:
    return Stage(petition.stage) in FINAL_STAGES
