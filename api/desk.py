"""For the desk: acceptance, dispatch by hand, and every decision that has a clock. Its queue is `GET /queue`."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.changes import POSTING, ChangeOf
from api.documentation import CHANGING
from models.answers import PetitionDetail
from models.bodies import (
    ApproveIn,
    CategoryIn,
    DispatchIn,
    GrantIn,
    MergeIn,
    NothingIn,
    NotSameIn,
    ReasonIn,
    RedispatchIn,
)
from services import decisions, dispatching, exclusions, intake, ladder, same_matter, separation, striking

router = APIRouter(prefix="/petitions/{petition_id}", tags=["派遣专席 desk"], responses=CHANGING, dependencies=POSTING)


@router.post("/acceptance", response_model=PetitionDetail, summary="受理 Accept")
def accept(change: ChangeOf, _: NothingIn | None = None) -> JSONResponse:
    """Accept a petition that needed a person's look."""
    return change.make(intake.accept, change.version)


@router.post("/refusal", response_model=PetitionDetail, summary="不予受理 Refuse")
def refuse(body: ReasonIn, change: ChangeOf) -> JSONResponse:
    """Not accepted; the petitioner is told the reason."""
    return change.make(intake.refuse, body.reason, change.version)


@router.post("/supplement-request", response_model=PetitionDetail, summary="要求补充 Ask for more")
def ask_supplement(body: ReasonIn, change: ChangeOf) -> JSONResponse:
    """Ask the petitioner for what is missing; a running clock stands still meanwhile."""
    return change.make(intake.ask_supplement, body.reason, change.version)


@router.post("/dispatch", response_model=PetitionDetail, summary="派遣 Dispatch")
def dispatch(body: DispatchIn, change: ChangeOf) -> JSONResponse:
    """Dispatch a petition the engine was not sure of; `candidates` of the detail are its best guesses."""
    return change.make(
        dispatching.dispatch,
        unit=body.unit,
        reason=body.reason,
        category=body.category,
        sub_category=body.sub_category,
        version=change.version,
    )


@router.post("/dispatch-correction", response_model=PetitionDetail, summary="更正派遣 Correct a dispatch by hand")
def correct_dispatch(body: RedispatchIn, change: ChangeOf) -> JSONResponse:
    """Until `correctable_until` of the detail: counts as no transfer and resets no clock. Later it is refused."""
    return change.make(
        dispatching.correct_dispatch,
        unit=body.unit,
        reason=body.reason,
        category=body.category,
        sub_category=body.sub_category,
        version=change.version,
    )


@router.post("/redispatch", response_model=PetitionDetail, summary="改派 Give to another unit")
def redispatch(body: RedispatchIn, change: ChangeOf) -> JSONResponse:
    """Counts as a transfer and resets no clock; until `correctable_until` it is a correction, and does not count."""
    return change.make(
        dispatching.redispatch,
        unit=body.unit,
        reason=body.reason,
        category=body.category,
        sub_category=body.sub_category,
        version=change.version,
    )


@router.post("/return-decision", response_model=PetitionDetail, summary="退单审定 Decide a return")
def decide_return(body: GrantIn, change: ChangeOf) -> JSONResponse:
    """Granted: dispatched anew. Refused: the unit is designated and may not return it again."""
    return change.make(decisions.decide_return, granted=body.granted, reason=body.reason, version=change.version)


@router.post("/extension-decision", response_model=PetitionDetail, summary="延期审定 Decide an extension")
def decide_extension(body: GrantIn, change: ChangeOf) -> JSONResponse:
    """Grant or refuse more time; the petitioner is told a granted one with its reason."""
    return change.make(decisions.decide_extension, granted=body.granted, reason=body.reason, version=change.version)


@router.post("/completion-decision", response_model=PetitionDetail, summary="办结审核 Check a completion")
def decide_completion(body: ApproveIn, change: ChangeOf) -> JSONResponse:
    """Let it pass, or send it back for more work; the clock never stopped for it."""
    return change.make(decisions.decide_completion, approved=body.approved, reason=body.reason, version=change.version)


@router.post("/suspension", response_model=PetitionDetail, summary="挂起 Suspend")
def suspend(body: ReasonIn, change: ChangeOf) -> JSONResponse:
    """Stop the clock for a lawful reason; who allowed it stays in the ledger."""
    return change.make(decisions.suspend, body.reason, change.version)


@router.post("/termination", response_model=PetitionDetail, summary="终止办理 Terminate")
def terminate(body: ReasonIn, change: ChangeOf) -> JSONResponse:
    """End what cannot be handled; the petitioner is told the reason."""
    return change.make(decisions.terminate, body.reason, change.version)


@router.post("/merge", response_model=PetitionDetail, summary="并单 Merge into another")
def merge(body: MergeIn, change: ChangeOf) -> JSONResponse:
    """It goes on as part of the other case; its petitioner keeps their own notices."""
    return change.make(
        lambda context, key, actor: intake.merge(context, key, body.into, actor, body.reason, change.version)
    )


@router.post("/separation", response_model=PetitionDetail, summary="拆单 Undo a wrong merge")
def separate(body: ReasonIn, change: ChangeOf) -> JSONResponse:
    """What was merged by mistake becomes a case of its own, under the code its petitioner has."""
    return change.make(separation.separate, body.reason, change.version)


@router.post("/not-same", response_model=PetitionDetail, summary="不是同一事项 Another matter")
def dismiss(body: NotSameIn, change: ChangeOf) -> JSONResponse:
    """What was proposed as a duplicate is another matter; it is not proposed again."""
    return change.make(same_matter.dismiss, other_id=body.other, reason=body.reason, version=change.version)


@router.post("/category", response_model=PetitionDetail, summary="调整分类 Reclassify")
def reclassify(body: CategoryIn, change: ChangeOf) -> JSONResponse:
    """Correct the category, the sub-category or both; no clock is reset."""
    return change.make(
        intake.reclassify,
        category=body.category,
        sub_category=body.sub_category,
        reason=body.reason,
        version=change.version,
    )


@router.post("/striking-refusal", response_model=PetitionDetail, summary="退回销号 Refuse to strike off")
def refuse_striking(body: ReasonIn, change: ChangeOf) -> JSONResponse:
    """Keep an archived case on the four lists, whatever the rules would strike off; the unit is told."""
    return change.make(striking.refuse, body.reason, change.version)


@router.post("/striking-restoration", response_model=PetitionDetail, summary="恢复销号 Strike off after all")
def restore_striking(body: ReasonIn, change: ChangeOf) -> JSONResponse:
    """Take the refusal back: the rules decide again whether the case is struck off."""
    return change.make(striking.restore, body.reason, change.version)


@router.post("/first-review", response_model=PetitionDetail, summary="提请一级研判 Refer to the experts")
def refer(body: ReasonIn, change: ChangeOf) -> JSONResponse:
    """Ask the experts at once, because no unit can solve it alone."""
    return change.make(ladder.refer_to_first_review, body.reason, change.version)


@router.post("/exclusion-decision", response_model=PetitionDetail, summary="审定不纳入评价 Decide an exclusion")
def decide_exclusion(body: GrantIn, change: ChangeOf) -> JSONResponse:
    """The desk or the first review, whichever comes first; nobody of the unit that asked."""
    return change.make(exclusions.decide, granted=body.granted, reason=body.reason, version=change.version)
