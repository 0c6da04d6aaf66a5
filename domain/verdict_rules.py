"""Rules about the petitioner's verdict: what is not assessed, why petitioners are dissatisfied (`verdict.yaml`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.conduct import Origin
from domain.units import UnitKind
from domain.workdays import Duration, TimeUnit

OTHER = "other"
"""The reason that must be said in words."""


@dataclass(frozen=True)
class VerdictReason:
    """One reason of a list, with where it comes from."""

    code: str
    name: str
    source: str
    origin: Origin = Origin.OWN


@dataclass(frozen=True)
class VerdictRules:
    """See `policy/verdict.yaml`, where every value has its source."""

    exclusion_reasons: tuple[VerdictReason, ...] = ()
    """Why a completion may be left out of the assessment (不纳入评价); none: nothing is."""
    exclusion_deciders: frozenset[UnitKind] = frozenset()
    """The offices of which one decides, whichever comes first."""
    exclusion_term: Duration = field(default_factory=lambda: Duration(5, TimeUnit.WORKING_DAYS))
    """Undecided for so long, the request is refused: silence takes nobody's verdict out of the figures."""
    exclusion_source: str = ""
    """Where `exclusion_term` comes from."""
    dissatisfied_reasons: tuple[VerdictReason, ...] = ()
    """What a dissatisfied petitioner may choose from (不满意原因); none: they say it in words alone."""

    reopen_reasons: tuple[VerdictReason, ...] = ()
    """Why a petitioner may have an archived case taken up again (重启); none: they may not."""
    reopen_within: Duration = field(default_factory=lambda: Duration(14, TimeUnit.CALENDAR_DAYS))
    """From the archiving on."""
    reopen_limit: int = 0
    """How often."""
    reopen_source: str = ""
    """Where `reopen_within` comes from."""
    reopen_limit_source: str = ""

    def exclusion_reason(self, code: str) -> VerdictReason | None:
        return _of(self.exclusion_reasons, code)

    def dissatisfied_reason(self, code: str) -> VerdictReason | None:
        return _of(self.dissatisfied_reasons, code)

    def reopen_reason(self, code: str) -> VerdictReason | None:
        return _of(self.reopen_reasons, code)


def _of(reasons: tuple[VerdictReason, ...], code: str) -> VerdictReason | None:
    return next((reason for reason in reasons if reason.code == code), None)
