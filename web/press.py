"""What media follow and what is told in public, for whoever proposes, answers and decides it; one page for each thing.

What each of them is offered comes from `allowed_actions` alone; the use case asks who may once more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

from domain.actions import ROLE_LABELS, Actor, Role
from domain.errors import DomainError, NotFound
from domain.media import ACT_LABELS, DECIDING, GRANTING, PROPOSING, PUBLICATION_LABELS, Act, PublicationKind
from domain.scrub import PERSONAL_LABELS, placeholders
from models.bodies import ReasonIn
from models.media_answers import AskTrackIn, EditIn, ProposalIn, ReplyIn, TrackDecisionIn, TrackIn
from models.shapes import Shape
from models.tables import Publication
from services import media, publication_views, publications, queries
from services.context import Context
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.forms import Form, Sent, SentForm, Wrong, as_wrong, read, submit
from web.rendering import Pages

router = APIRouter()

PAGE = 50
ItemId = Annotated[str, Path(max_length=60)]
Offset = Annotated[int, Query(ge=0, le=publication_views.MAX_OFFSET)]
_MOVED_ON = "您填写的时候，这件有了变化（见上）。您写的还在，确认后请再提交一次"
_MASKED = re.compile(placeholders())
_ACTS: dict[Act, tuple[type[Shape], Callable[..., Publication]]] = {
    Act.REPLY: (ReplyIn, publications.reply),
    Act.PUBLISH: (ReasonIn, publications.publish),
    Act.EDIT: (EditIn, publications.edit),
    Act.DECLINE: (ReasonIn, publications.decline),
    Act.CORRECT: (ReasonIn, publications.correct),
    Act.WITHDRAW: (ReasonIn, publications.withdraw),
}
_READING = (*GRANTING, Role.PARTY_INSPECTOR, Role.OPERATOR, Role.MEDIA)
"""Who sees which outlet follows what; units see their exposures alone."""


@router.get("/press")
def show(
    request: Request,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    followed: Offset = 0,
    told: Offset = 0,
) -> Response:
    """What they follow or let follow, and what is or may be told."""
    return _overview(request, context, pages, actor, followed=followed, told=told)


@router.post("/press/ask")
def ask(request: Request, context: ContextOf, pages: PagesOf, actor: Caller, sent: SentForm) -> Response:
    """An outlet asks to follow a case."""

    def work() -> str:
        body = read(AskTrackIn, _filled(sent, "number", "reason"))
        media.ask(context, actor, number=body.number.strip().upper(), reason=body.reason)
        return "/press?done=ask"

    return _doing(request, context, pages, actor, sent, "ask", work)


@router.post("/press/track")
def track(request: Request, context: ContextOf, pages: PagesOf, actor: Caller, sent: SentForm) -> Response:
    """Let an outlet follow a case."""

    def work() -> str:
        body = read(TrackIn, _filled(sent, "outlet", "reason"))
        petition_id = queries.find(context, sent["number"].strip().upper()[:40], actor).id
        media.track(context, petition_id, actor, outlet=body.outlet, reason=body.reason)
        return "/press?done=track"

    return _doing(request, context, pages, actor, sent, "track", work)


@router.post("/press/propose")
def propose(request: Request, context: ContextOf, pages: PagesOf, actor: Caller, sent: SentForm) -> Response:
    """Propose what may be told; the unit of an exposure is asked at once."""

    def work() -> str:
        fields = _filled(sent, "case_number", "kind", "title", "text")
        body = read(ProposalIn, fields | {"case_number": sent["case_number"].strip().upper()})
        return f"/press/items/{publications.propose(context, actor, body).id}?done=propose"

    def again(form: Form, status: HTTPStatus) -> Response:
        tracking_id = sent["following"]
        if tracking_id:
            return _following(request, context, pages, actor, tracking_id, status, {sent["kind"]: form})
        return _overview(request, context, pages, actor, status=status, forms={"propose": form})

    return _doing(request, context, pages, actor, sent, "propose", work, again)


@router.get("/press/followings/{tracking_id}")
def following(request: Request, tracking_id: ItemId, context: ContextOf, pages: PagesOf, actor: Caller) -> Response:
    """A case that an outlet follows: its steps, what may be told of it, and who decided."""
    return _following(request, context, pages, actor, tracking_id)


@router.post("/press/followings/{tracking_id}/decision")
def decide(
    request: Request, tracking_id: ItemId, context: ContextOf, pages: PagesOf, actor: Caller, sent: SentForm
) -> Response:
    """Grant, decline, or end a following."""
    media.tracking(context, tracking_id, actor)  # whoever may not see it is not told that there is one

    def work() -> str:
        fields = _filled(sent, "reason") | {"granted": sent.flag("granted")}
        body = read(TrackDecisionIn, fields)
        media.decide(context, tracking_id, actor, granted=body.granted, reason=body.reason, version=_version(sent))
        return f"/press/followings/{tracking_id}?done=decide"

    def again(form: Form, status: HTTPStatus) -> Response:
        return _following(request, context, pages, actor, tracking_id, status, {"decide": form})

    return _doing(request, context, pages, actor, sent, "decide", work, again)


@router.get("/press/items/{publication_id}")
def item(request: Request, publication_id: ItemId, context: ContextOf, pages: PagesOf, actor: Caller) -> Response:
    """What is to be told, with what was taken out marked; the unit's right of reply; who did what."""
    return _item(request, context, pages, actor, publication_id)


@router.post("/press/items/{publication_id}/{act}")
def act_on(
    request: Request,
    publication_id: ItemId,
    act: Act,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    sent: SentForm,
) -> Response:
    """Reword, answer, publish, decline, withdraw or correct it."""
    publication_views.publication(context, publication_id, actor)
    if act not in _ACTS:
        raise NotFound("这项操作")
    shape, carry_out = _ACTS[act]

    def work() -> str:
        body = read(shape, _filled(sent, *shape.model_fields))
        carry_out(context, publication_id, actor, version=_version(sent), **body.model_dump())
        return f"/press/items/{publication_id}?done={act.value}"

    def again(form: Form, status: HTTPStatus) -> Response:
        return _item(request, context, pages, actor, publication_id, status, {act.value: form})

    return _doing(request, context, pages, actor, sent, act.value, work, again)


def marked(text: str) -> Markup:
    """The text with what was taken out of it marked."""
    shown, at = Markup(), 0
    for found in _MASKED.finditer(text):
        shown += escape(text[at : found.start()]) + Markup('<mark class="masked">{}</mark>').format(found[0])
        at = found.end()
    return shown + escape(text[at:])


def _doing(
    request: Request,
    context: Context,
    pages: Pages,
    actor: Actor,
    sent: Sent,
    name: str,
    work: Callable[[], str],
    again: Callable[[Form, HTTPStatus], Response] | None = None,
) -> Response:
    """Do it once and go where `work` says, or show the form as it was filled in with the reason."""
    try:
        to = str(submit(context, request, sent, lambda: {"to": work()})["to"])
    except (DomainError, Wrong) as refusal:
        form = Form.refused(sent, as_wrong(refusal, _MOVED_ON))
        if again is not None:
            return again(form, form.status)
        return _overview(request, context, pages, actor, status=form.status, forms={name: form})
    return RedirectResponse(to, HTTPStatus.SEE_OTHER)


def _overview(
    request: Request,
    context: Context,
    pages: Pages,
    actor: Actor,
    *,
    followed: int = 0,
    told: int = 0,
    status: HTTPStatus = HTTPStatus.OK,
    forms: Mapping[str, Form] | None = None,
) -> Response:
    sees_followings = actor.role in _READING
    return pages.show(
        request,
        "press/overview.html",
        status,
        followings=media.trackings(context, actor, limit=PAGE, offset=followed) if sees_followings else None,
        items=publication_views.publications(context, actor, limit=PAGE, offset=told),
        role=actor.role,
        may_track=actor.role in GRANTING,
        kinds=_kinds(actor) if actor.role is Role.DESK else [],
        outlets=_outlets(context),
        forms=dict.fromkeys(("ask", "track", "propose"), Form()) | dict(forms or {}),
        done=_done_label(request),
        decides=any(actor.role in roles for roles in DECIDING.values()),
    )


def _following(
    request: Request,
    context: Context,
    pages: Pages,
    actor: Actor,
    tracking_id: str,
    status: HTTPStatus = HTTPStatus.OK,
    forms: Mapping[str, Form] | None = None,
) -> Response:
    found = media.tracking(context, tracking_id, actor)
    try:
        case = media.case(context, tracking_id, actor)
    except NotFound:
        case = None
    proposes = case is not None and actor.role in {Role.DESK, Role.MEDIA}
    return pages.show(
        request,
        "press/following.html",
        status,
        found=found,
        case=case,
        proposable=publication_views.proposable_of(context, found.case_number, actor) if proposes else [],
        forms=dict.fromkeys(("decide", *PublicationKind), Form()) | dict(forms or {}),
        done=_done_label(request),
    )


def _item(
    request: Request,
    context: Context,
    pages: Pages,
    actor: Actor,
    publication_id: str,
    status: HTTPStatus = HTTPStatus.OK,
    forms: Mapping[str, Form] | None = None,
) -> Response:
    found = publication_views.publication(context, publication_id, actor)
    acts = [act for act in _ACTS if act.value in found.allowed_actions]
    start = {Act.EDIT.value: Form({"title": found.title, "text": found.text})}
    refused = next((form for name, form in (forms or {}).items() if name not in found.allowed_actions), None)
    return pages.show(
        request,
        "press/item.html",
        status,
        found=found,
        text=marked(found.text),
        reply=marked(found.reply),
        removed=[(PERSONAL_LABELS[kind], found.removed[kind]) for kind in PERSONAL_LABELS if kind in found.removed],
        acts=[(act.value, ACT_LABELS[act]) for act in acts],
        forms={act.value: Form() for act in acts} | start | dict(forms or {}),
        refused=refused,
        roles={role.value: label for role, label in ROLE_LABELS.items()},
        done=_done_label(request),
    )


def _kinds(actor: Actor) -> list[tuple[str, str]]:
    return [(kind.value, PUBLICATION_LABELS[kind]) for kind in PublicationKind if actor.role in PROPOSING[kind]]


def _outlets(context: Context) -> list[tuple[str, str]]:
    with context.readers() as session:
        return [(item.code, item.name) for item in context.rules.active(session).media.outlets]


def _filled(sent: Sent, *names: str) -> dict[str, str]:
    return {name: sent[name] for name in names if sent[name].strip()}


def _version(sent: Sent) -> int:
    version = sent.number("version")
    if not isinstance(version, int):
        raise Wrong(problem="表单不完整，请重新填写")
    return version


def _done_label(request: Request) -> str:
    said = {"ask": "已申请，等待决定", "track": "已列入跟踪", "decide": "已决定"}
    return said.get(request.query_params.get("done", ""), "已完成" if "done" in request.query_params else "")
