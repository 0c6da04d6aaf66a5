"""Media tracking and publications: asked for and granted, proposed and decided; what was decided is public."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Annotated
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response

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
from api.documentation import ANSWERING, CHANGING, FOLLOWING, READING
from models.answers import Progress
from models.bodies import ReasonIn
from models.media_answers import (
    AskTrackIn,
    EditIn,
    ProposalIn,
    PublicationsView,
    PublicationView,
    PublicPublication,
    PublicPublications,
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

router = APIRouter(tags=["媒体跟踪与公开 media"])

ATOM = "application/atom+xml"
_KEPT = "public, max-age=60"
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


@router.get(
    "/publications",
    response_model=PublicPublications,
    summary="已公开 Published",
    responses=FOLLOWING,
    dependencies=LOOKING_UP,
)
def published(request: Request, context: ContextOf, limit: Limit = 20, offset: Offset = 0) -> Response:
    """What was published, the latest first; what was withdrawn says so."""
    found = views.published(context, limit=limit, offset=offset)
    return _public(request, found.model_dump_json().encode(), "application/json")


@router.get(
    "/publications/feed",
    response_class=Response,
    responses=FOLLOWING | {200: {"description": "Atom", "content": {ATOM: {"schema": {"type": "string"}}}}},
    summary="公开件订阅 Atom",
    dependencies=LOOKING_UP,
)
def feed(request: Request, context: ContextOf) -> Response:
    """The latest twenty as an Atom feed."""
    return _public(request, _atom(views.published(context), str(request.base_url)), ATOM)


@router.get(
    "/publications/{number}",
    response_model=PublicPublication,
    summary="公开件 One published",
    responses=FOLLOWING | {410: {"model": PublicPublication, "description": "已撤回，只余编号、日期和原因"}},
    dependencies=LOOKING_UP,
)
def published_one(
    number: Annotated[str, Path(description="公开编号", examples=["GK-2026-00001"])],
    request: Request,
    context: ContextOf,
) -> Response:
    """What it says, the unit's reply, and what was corrected; of what was withdrawn (410) when and why."""
    found = views.published_one(context, number)
    status = HTTPStatus.GONE if found.withdrawn_at else HTTPStatus.OK
    return _public(request, found.model_dump_json().encode(), "application/json", status)


def _public(request: Request, content: bytes, media_type: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """With an ETag of what it says, so that whoever asks again is told that nothing changed."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": _KEPT}
    if status is HTTPStatus.OK and _names(request.headers.get("If-None-Match", ""), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, status_code=status, media_type=media_type, headers=headers)


def _names(asked: str, tag: str) -> bool:
    """Whether `If-None-Match` names this tag; readers, and what lies between, may name several, and weak ones."""
    return any(item.strip().removeprefix("W/") in {tag, "*"} for item in asked.split(","))


def _atom(found: PublicPublications, base: str) -> bytes:
    space = "http://www.w3.org/2005/Atom"
    root = ET.Element("feed", xmlns=space)
    _line(root, "id", f"{base}publications")
    _line(root, "title", "融e通 办理公开")
    changed = [
        max(moment for moment in (item.published_at, item.corrected_at, item.withdrawn_at) if moment is not None)
        for item in found.publications
    ]
    _line(root, "updated", max(changed).isoformat() if changed else "1970-01-01T00:00:00+00:00")
    author = ET.SubElement(root, "author")
    _line(author, "name", "融e通")
    for item, at in zip(found.publications, changed, strict=True):
        entry = ET.SubElement(root, "entry")
        address = f"{base}publications/{item.number}"
        _line(entry, "id", address)
        _line(entry, "title", item.title or f"{item.number}(已撤回)")
        _line(entry, "updated", at.isoformat())
        _line(entry, "published", item.published_at.isoformat())
        ET.SubElement(entry, "link", rel="alternate", type="text/html", href=f"{base}published/{item.number}")
        told = (item.text, item.reply and f"单位答复：{item.reply}", item.correction and f"更正：{item.correction}")
        withdrawn = item.withdrawn_at and f"已撤回：{item.withdrawal}"
        _line(entry, "summary", "\n".join(part for part in (*told, withdrawn) if part))
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _line(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
