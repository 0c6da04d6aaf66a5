"""What a comparison of the ledger with Prefect's runs found, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

UNSERVED_ADVICE = (
    "有到期的运行无人领取：请确认工作进程在运行，并在 Prefect 界面 Work Pools 中确认工作池未被暂停、改名或删除；"
    "改名或删除的，重新执行 make up。 Due runs are taken by nobody: see that a worker runs and that the work pool is "
    "neither paused, renamed nor deleted; if it is, run `make up` again."
)


@dataclass(frozen=True)
class Drift:
    """What a comparison found, as numbers of petitions. `unavailable`: Prefect was away, the rest was not compared."""

    checked: int = 0
    missing: int = 0
    """Prefect has no run: never started, or gone. One caught between its registration and its start counts too."""
    failed: int = 0
    crashed: int = 0
    cancelled: int = 0
    stuck: int = 0
    """Being executed, or being cancelled, in silence."""
    ended_early: int = 0
    """Completed though the petition is open."""
    behind: int = 0
    """Parked without having looked at the latest version: a lost wake."""
    wrong_time: int = 0
    """Parked until later than the petition's timer."""
    unserved: int = 0
    """Due for long, and no worker takes it: none is running, or the work pool is paused, renamed or gone. One that
    stands elsewhere than its deployment is healed, the others only people can help."""
    lingering: int = 0
    """The petition is over and its run still waits."""
    recalculated: int = 0
    """Its dates were computed by another calendar than the present one; no drift from Prefect, done on the way."""
    healed: int = 0
    unavailable: bool = False
    failures: tuple[str, ...] = ()
    """Petitions that could not be compared or healed, each by its case number with the kind of failure."""

    @property
    def total(self) -> int:
        """The drift as one number."""
        found: dict[str, int] = vars(self)
        return len(self.failures) + sum(found[kind.value] for kind in Kind)

    @property
    def advice(self) -> tuple[str, ...]:
        """What people are to do, where only they can help."""
        return (UNSERVED_ADVICE,) if self.unserved else ()

    @property
    def figures(self) -> dict[str, int]:
        """Every number by its name."""
        return {name: len(value) if isinstance(value, tuple) else int(value) for name, value in vars(self).items()}


class Kind(StrEnum):
    """How a petition and its run can be at odds."""

    MISSING = "missing"
    FAILED = "failed"
    CRASHED = "crashed"
    CANCELLED = "cancelled"
    STUCK = "stuck"
    ENDED_EARLY = "ended_early"
    BEHIND = "behind"
    WRONG_TIME = "wrong_time"
    UNSERVED = "unserved"
    LINGERING = "lingering"
