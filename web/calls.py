"""For information officers: whom to call, what to ask them, and what came of it (回访)."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from domain.actions import Actor, Role
from domain.errors import DomainError
from domain.petition import SATISFACTION_LABELS
from domain.visits import WAY_LABELS, VisitStatus
from models.visit_answers import AttemptIn, OfficerIn
from services import policies, queries, visits
from services.context import Context
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.forms import Form, Sent, SentForm, Wrong, as_wrong, read, submit
from web.inputs import YES_NO, Field, Kind, Options, shape_fields
from web.rendering import Pages

router = APIRouter()

VisitId = Annotated[int, Path(ge=1, le=2**31 - 1)]
_WAYS: Options = tuple((way.value, label) for way, label in WAY_LABELS.items())
_REACHED: Options = (("yes", "联系上了"), ("no", "没有联系上"))
_SATISFACTIONS: Options = tuple((kind.value, label) for kind, label in SATISFACTION_LABELS.items())
_ATTEMPT = (
    Field("way", "怎样联系", Kind.PICK, options=_WAYS, start="phone"),
    Field("reached", "联系上了吗", Kind.YES_NO, options=_REACHED),
    Field("account_true", "单位的答复属实吗", Kind.YES_NO, options=YES_NO),
    Field("satisfaction", "满意吗", Kind.PICK, options=_SATISFACTIONS),
    Field("reason_code", "不满意的原因", Kind.CHOICE),
    Field("words", "诉求人怎么说，或没有联系上的情况"),
)
_GIVE = (Field("officer", "改由哪个席位", Kind.CHOICE), Field("reason", "理由", Kind.LINE))
_MOVED_ON = "您填写的时候，这次回访有了变化（见上）。您写的还在，确认后请再提交一次"


@router.get("/calls")
def show(
    request: Request,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    seat: Annotated[str, Query(max_length=60)] = "",
    which: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Whom to call, due first on top: those of one's own seat, or of every one."""
    seats = policies.active_policy(context).visits.seats
    own = next((item.code for item in seats if item.unit == actor.unit), "") if actor.unit else ""
    chosen = seat or own
    status = next((item for item in VisitStatus if item.value == which), VisitStatus.OPEN)
    contradicting = which == "contradicting"
    found = visits.visits(
        context,
        actor,
        status=None if contradicting else status,
        officer=chosen if chosen and chosen != "all" else None,
        contradicting=contradicting,
    )
    return pages.show(
        request,
        "calls/list.html",
        found=found,
        chosen=chosen or "all",
        which=which or VisitStatus.OPEN.value,
        seats=[("all", "全部席位"), *((item.code, item.title) for item in seats)],
    )


@router.get("/calls/{visit_id}")
def one(request: Request, visit_id: VisitId, context: ContextOf, pages: PagesOf, actor: Caller) -> Response:
    """What to ask, and the form for the answer."""
    return _page(request, context, pages, actor, visit_id)


@router.post("/calls/{visit_id}/attempt")
def attempt(
    request: Request, visit_id: VisitId, context: ContextOf, pages: PagesOf, actor: Caller, sent: SentForm
) -> Response:
    """Write one attempt down."""

    def work(version: int) -> object:
        body = read(AttemptIn, shape_fields(_ATTEMPT, sent))
        return lambda: visits.attempt(context, visit_id, actor, body, version)

    return _changed(request, context, pages, actor, visit_id, sent, "attempt", work)


@router.post("/calls/{visit_id}/officer")
def give(
    request: Request, visit_id: VisitId, context: ContextOf, pages: PagesOf, actor: Caller, sent: SentForm
) -> Response:
    """Another seat asks."""

    def work(version: int) -> object:
        body = read(OfficerIn, shape_fields(_GIVE, sent))
        return lambda: visits.give(context, visit_id, actor, officer=body.officer, reason=body.reason, version=version)

    return _changed(request, context, pages, actor, visit_id, sent, "officer", work)


def _changed(
    request: Request,
    context: Context,
    pages: Pages,
    actor: Actor,
    visit_id: int,
    sent: Sent,
    name: str,
    prepare: Callable[[int], Any],
) -> Response:
    """Do it, or show the visit as it stands with the form as it was filled in."""
    try:
        version = sent.number("version")
        if not isinstance(version, int):
            raise Wrong(problem="表单不完整，请重新填写")  # noqa: TRY301 - refused like everything else that is wrong
        work = prepare(version)

        def done() -> dict[str, Any]:
            work()
            return {}

        submit(context, request, sent, done)
    except (DomainError, Wrong) as refusal:
        form = Form.refused(sent, as_wrong(refusal, _MOVED_ON))
        return _page(request, context, pages, actor, visit_id, form.status, {name: form})
    return RedirectResponse(f"/calls/{visit_id}?done={name}", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    context: Context,
    pages: Pages,
    actor: Actor,
    visit_id: int,
    status: HTTPStatus = HTTPStatus.OK,
    forms: dict[str, Form] | None = None,
) -> Response:
    found = visits.visit(context, visit_id, actor)
    policy = policies.active_policy(context)
    is_open = found.status.code == VisitStatus.OPEN
    return pages.show(
        request,
        "calls/one.html",
        status,
        visit=found,
        case=queries.detail(context, found.petition_id, actor),
        labels={field.name: field.label for field in (*_ATTEMPT, *_GIVE)},
        forms={"attempt": Form({"way": "phone"}), "officer": Form()} | (forms or {}),
        may_attempt=is_open and actor.role is Role.FOLLOW_UP,
        may_give=is_open and actor.role in visits.GIVERS,
        attempts_left=policy.visits.attempts - found.attempts,
        ways=_WAYS,
        reached=_REACHED,
        yes_no=YES_NO,
        satisfactions=_SATISFACTIONS,
        reasons=[(reason.code, reason.name) for reason in policy.verdict.dissatisfied_reasons],
        seats=[(seat.code, seat.title) for seat in policy.visits.seats if seat.code != found.officer.code],
        done={"attempt": "已记录。", "officer": "已改派。"}.get(request.query_params.get("done", ""), ""),
    )
