"""What operators see of a petition in Prefect: a run name that reads as a sentence, and tags. Nothing personal."""

from __future__ import annotations

from pendulum import DateTime

from domain.actors import ROLE_LABELS, Role
from domain.notices import Audience
from domain.petition import Card
from domain.policy import Policy
from domain.stages import FINAL_STAGES, REVIEW_STAGES, STAGE_LABELS, WORKING_STAGES, Stage
from domain.units import UnitKind
from gateways.orchestrator import RunLabel
from models.tables import Petition
from services.facts import is_supervised

_HOLDERS: dict[Stage, UnitKind] = {
    Stage.REGISTERED: UnitKind.DESK,
    Stage.AWAITING_SUPPLEMENT: UnitKind.PETITIONER,
    Stage.ACCEPTED: UnitKind.DESK,
    Stage.RETURN_REQUESTED: UnitKind.DESK,
    Stage.EXTENSION_REQUESTED: UnitKind.DESK,
    Stage.COMPLETION_SUBMITTED: UnitKind.DESK,
    Stage.FIRST_REVIEW: UnitKind.FIRST_REVIEW,
    Stage.SECOND_REVIEW: UnitKind.SECOND_REVIEW,
    Stage.COMPLETED: UnitKind.PETITIONER,
    Stage.FOLLOW_UP: UnitKind.FOLLOW_UP,
    Stage.RATED: UnitKind.DESK,
}

_UNIT_WORKS = WORKING_STAGES - {Stage.COMPLETION_SUBMITTED, *REVIEW_STAGES}


def holder_of(petition: Petition, policy: Policy) -> str | None:
    """The code of whoever must act next: the unit, the desk, a review …; `None` once the petition is final."""
    return holder_at(Stage(petition.stage), petition.unit, policy)


def holder_at(stage: Stage, unit: str | None, policy: Policy) -> str | None:
    """As `holder_of`, for a stage and unit of the past."""
    if stage in FINAL_STAGES:
        return None
    kind = _HOLDERS.get(stage)
    return policy.office_of(kind) if kind else unit


def shown_due(petition: Petition) -> DateTime | None:
    """Until when its holder has the petition, the one date that everybody is shown.

    The unit's own deadline while it works; else the stage's, be it the desk's check or a review; the unit's again
    where that one is over and the work is not. What is left is for the platform to do at its next look.
    """
    stage = Stage(petition.stage)
    if stage in _UNIT_WORKS and petition.due_at is not None:
        return petition.due_at
    unfinished = petition.due_at if stage in WORKING_STAGES else None
    return petition.stage_due_at or unfinished or petition.wake_at


def label_of(petition: Petition, policy: Policy) -> RunLabel:
    """`SZ-20220430-00017 · 一级研判 · 矿区街道 · due 06-17`, with tags for stage, unit, town, category and card."""
    holder = holder_of(petition, policy)
    parts = [petition.case_number, STAGE_LABELS[Stage(petition.stage)]]
    if holder is not None:
        parts.append(policy.unit_name(petition.unit or holder))
    due = shown_due(petition)
    if due is not None and holder is not None:
        parts.append(f"due {due.in_timezone('Asia/Shanghai').format('MM-DD')}")
    # The Prefect UI shows the first few: what needs attention stands before what is always there.
    tags = [f"stage:{petition.stage}"]
    if is_supervised(petition):
        tags.append("supervised")
    if petition.card != Card.NONE:
        tags.append(f"card:{petition.card}")
    if petition.unit:
        tags.append(f"unit:{petition.unit}")
    if petition.town:
        tags.append(f"town:{petition.town}")
    if petition.category:
        tags.append(f"cat:{petition.category}")
    return RunLabel(" · ".join(parts), tuple(tags))


def recipient_name(recipient: str, policy: Policy) -> str:
    """Whom a notice goes to (`unit:<code>`, `role:<audience>`, `member:<code>` …), by name; a petitioner is only that.

    What no policy knows any more is shown as it was written.
    """
    kind, _, code = recipient.partition(":")
    name = recipient
    if kind == "petitioner":
        name = "诉求人"
    elif kind == "unit":
        name = policy.unit_name(code)
    elif kind == "outlet":
        name = policy.media.outlet_name(code)
    elif kind == "member" and (member := policy.reviews.member(code)) is not None:
        name = f"{member.title}（值班）"
    elif kind == "role" and code in set(UnitKind):
        name = policy.unit_name(policy.office_of(UnitKind(code)))
    elif kind == "role" and code == Audience.PARTY_INSPECTION:
        name = ROLE_LABELS[Role.PARTY_INSPECTOR]
    return name
