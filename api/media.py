"""Media tracking and publications: asked for and granted, proposed and decided. What is public is in `published`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse

from api.callers import Caller, ContextOf
from api.changes import (
    LOOKING_UP,
    POSTING,
    Change,
    Fingerprint,
    Key,
    PetitionersChange,
    Version,
    answer,
    caller_of,
    create,
)
from api.documentation import ANSWERING, CHANGING, READING
from models.answers import Progress
from models.bodies import ReasonIn
from models.media_answers import (
    AskTrackIn,
    EditIn,
    ProposalIn,
    PublicationsView,
    PublicationView,
    ReplyIn,
    TrackDecisionIn,
    TrackedCase,
    TrackIn,
    TrackingsView,
    TrackingView,
)
from services import media, publication_retractions
from services import publication_views as views
from services import publications as telling

TAG = "媒体跟踪与公开 media"
router = APIRouter(tags=[TAG])

_ID = {"examples": ["5b1d5a52-6d0c-4a7e-9a5b-2f9f3f0c1d33"]}
TrackingId = Annotated[str, Path(description="跟踪件的 id", **_ID)]
PublicationId = Annotated[str, Path(description="公开件的 id", **_ID)]
Limit = Annotated[int, Query(ge=1, le=media.MAX_PAGE, description="每页条数")]
Offset = Annotated[int, Query(ge=0, le=media.MAX_OFFSET, description="上一页的 next")]


def change_of_publication(
    publication_id: PublicationId, context: ContextOf, actor: Caller, version: Version, key: Key, seen: Fingerprint
) -> Change:
    """A change of a publication, answered with it as it stands afterwards."""

    def show() -> PublicationView:
        return views.publication(context, publication_id, actor)

    return Change(context, actor, publication_id, version, key, seen, caller_of(actor), show)


def change_of_tracking(
    tracking_id: TrackingId, context: ContextOf, actor: Caller, version: Version, key: Key, seen: Fingerprint
) -> Change:
    """A decision on who follows, answered with how it stands afterwards."""

    def show() -> TrackingView:
        return media.tracking(context, tracking_id, actor)

    return Change(context, actor, tracking_id, version, key, seen, caller_of(actor), show)


OfPublication = Annotated[Change, Depends(change_of_publication)]
OfTracking = Annotated[Change, Depends(change_of_tracking)]


@router.get("/media/trackings", response_model=TrackingsView, summary="媒体跟踪 Trackings", responses=READING)
def trackings(context: ContextOf, actor: Caller, limit: Limit = 20, offset: Offset = 0) -> JSONResponse:
    """Which outlet follows which case, or asked to; an outlet sees its own."""
    return answer(media.trackings(context, actor, limit=limit, offset=offset))


@router.get(
    "/media/trackings/{tracking_id}/case",
    response_model=TrackedCase,
    summary="所跟踪的诉求 The case",
    responses=READING,
)
def tracked_case(tracking_id: TrackingId, context: ContextOf, actor: Caller) -> JSONResponse:
    """Its public process: never identity, never anybody's words, the place as its town."""
    return answer(media.case(context, tracking_id, actor))


@router.post(
    "/petitions/{petition_id}/tracking",
    status_code=201,
    response_model=TrackingView,
    summary="列入媒体跟踪 Let follow",
    responses=CHANGING,
    dependencies=POSTING,
)
def track(
    petition_id: str, body: TrackIn, context: ContextOf, actor: Caller, key: Key, seen: Fingerprint
) -> JSONResponse:
    """Let an outlet follow a case; what is not for the media is refused by name."""

    def tracking() -> TrackingView:
        row = media.track(context, petition_id, actor, outlet=body.outlet, reason=body.reason)
        return media.tracking(context, row.id, actor)

    return create(context, caller_of(actor), key, seen, tracking)


@router.post(
    "/media/trackings",
    status_code=201,
    response_model=TrackingView,
    summary="申请跟踪 Ask to follow",
    responses=CHANGING,
    dependencies=POSTING,
)
def ask(body: AskTrackIn, context: ContextOf, actor: Caller, key: Key, seen: Fingerprint) -> JSONResponse:
    """An outlet asks; nothing is told of the case until it was granted."""

    def asking() -> TrackingView:
        row = media.ask(context, actor, number=body.number, reason=body.reason)
        return media.tracking(context, row.id, actor)

    return create(context, caller_of(actor), key, seen, asking)


@router.post(
    "/media/trackings/{tracking_id}/decision",
    response_model=TrackingView,
    summary="决定跟踪 Decide",
    responses=CHANGING,
    dependencies=POSTING,
)
def decide(body: TrackDecisionIn, change: OfTracking) -> JSONResponse:
    """Grant what was asked, decline it, or end a following."""
    return change.make(media.decide, granted=body.granted, reason=body.reason, version=change.version)


@router.post(
    "/media/publications",
    status_code=201,
    response_model=PublicationView,
    summary="提出公开 Propose",
    responses=CHANGING,
    dependencies=POSTING,
)
def propose(body: ProposalIn, context: ContextOf, actor: Caller, key: Key, seen: Fingerprint) -> JSONResponse:
    """Propose the process, praise or exposure; the unit of an exposure is asked at once."""

    def proposing() -> PublicationView:
        return views.publication(context, telling.propose(context, actor, body).id, actor)

    return create(context, caller_of(actor), key, seen, proposing)


@router.get("/media/publications", response_model=PublicationsView, summary="公开件 To be told", responses=READING)
def publications(context: ContextOf, actor: Caller, limit: Limit = 20, offset: Offset = 0) -> JSONResponse:
    """Units see their exposures, outlets what they proposed."""
    return answer(views.publications(context, actor, limit=limit, offset=offset))


@router.get(
    "/media/publications/{publication_id}",
    response_model=PublicationView,
    summary="公开件 One of them",
    responses=READING,
)
def publication(publication_id: PublicationId, context: ContextOf, actor: Caller) -> JSONResponse:
    """What is to be told, what was taken out of it, and who did what."""
    return answer(views.publication(context, publication_id, actor))


_OF = "/media/publications/{publication_id}"


@router.post(
    f"{_OF}/edit", response_model=PublicationView, summary="修改 Edit", responses=CHANGING, dependencies=POSTING
)
def edit(body: EditIn, change: OfPublication) -> JSONResponse:
    """Another wording before the decision; scrubbed again."""
    return change.make(telling.edit, title=body.title, text=body.text, version=change.version)


@router.post(
    f"{_OF}/reply", response_model=PublicationView, summary="单位答复 Reply", responses=CHANGING, dependencies=POSTING
)
def reply(body: ReplyIn, change: OfPublication) -> JSONResponse:
    """The unit's right of reply, in its term; published with the exposure."""
    return change.make(telling.reply, text=body.text, version=change.version)


@router.post(
    f"{_OF}/publish", response_model=PublicationView, summary="公开 Publish", responses=CHANGING, dependencies=POSTING
)
def publish(body: ReasonIn, change: OfPublication) -> JSONResponse:
    """Make it public under a number of its own."""
    return change.make(telling.publish, reason=body.reason, version=change.version)


@router.post(
    f"{_OF}/decline",
    response_model=PublicationView,
    summary="不予公开 Decline",
    responses=CHANGING,
    dependencies=POSTING,
)
def decline(body: ReasonIn, change: OfPublication) -> JSONResponse:
    """Let it not become public."""
    return change.make(telling.decline, reason=body.reason, version=change.version)


@router.post(
    f"{_OF}/withdrawal",
    response_model=PublicationView,
    summary="撤回公开 Withdraw",
    responses=CHANGING,
    dependencies=POSTING,
)
def withdraw(body: ReasonIn, change: OfPublication) -> JSONResponse:
    """Take it back; that, and why, stays public."""
    return change.make(telling.withdraw, reason=body.reason, version=change.version)


@router.post(
    f"{_OF}/correction",
    response_model=PublicationView,
    summary="更正曝光 Correct",
    responses=CHANGING,
    dependencies=POSTING,
)
def correct(body: ReasonIn, change: OfPublication) -> JSONResponse:
    """Say beside an exposure, in public, that it was mistaken."""
    return change.make(telling.correct, reason=body.reason, version=change.version)


@router.post(
    "/progress/{query_code}/publicity-objection",
    response_model=Progress,
    summary="不同意公开 Object",
    responses=ANSWERING,
    dependencies=[*POSTING, *LOOKING_UP],
)
def object_to_publicity(change: PetitionersChange) -> JSONResponse:
    """The petitioner wants nothing told of their case; what was published of it is withdrawn."""
    return change.make(lambda context, key, _: publication_retractions.object_to_publicity(context, key))
