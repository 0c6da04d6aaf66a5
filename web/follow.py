"""For whoever holds a query code: where it stands, until when and why, as it happens; and what they may do.

The code is never part of an address (docs/adr/0024): it comes in a form, stays in a cookie that only the address of
its own case is sent, and a bookmark holds it behind `#`, which no browser sends to anybody.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from http import HTTPMethod, HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.callers import address_of
from domain.actions import PETITIONER
from domain.addresses import network_of
from domain.errors import DomainError, NotFound
from domain.petition import SATISFACTION_LABELS
from domain.stages import Trigger
from models.answers import Progress
from models.bodies import OptionalReasonIn, RatingIn, ReopenIn, SupplementIn
from models.shapes import Shape
from services import attachments, following, intake, pending_files, queries, verdict
from services.context import Context
from web.asking import LOOKING_UP, ContextOf, PagesOf
from web.forms import Form, Sent, SentForm, Wrong, as_wrong, read, submit
from web.live import Watch, version_seen
from web.plain_words import asked_of, said_of, steps_of
from web.visits import attributes, cookie_name, number_of
from web.waiting_files import sent_or_waiting, waiting_in

router = APIRouter()

_MOVED_ON = "您填写的时候，这件诉求有了新的进展（见下）。您写的还在，确认后请再提交一次"
_COOKIE = "code"
_NUMBER = re.compile(r"[A-Z]{1,10}-\d{8}-\d{5,}", re.ASCII)
_KEPT_SECONDS = 30 * 60
"""How long a browser keeps the code after it was last used (our own decision: a shared telephone is soon passed on)."""
_STILL_THERE = "查询码对了。您写的还在，还没有提交，请看一眼，再按一次"
_NO_SUCH_CODE = "没有这个查询码对应的诉求，请核对后重试（字母不分大小写）"


@dataclass(frozen=True)
class Followed:
    """A case and the code by which its petitioner follows it."""

    number: str
    code: str
    progress: Progress

    @property
    def case(self) -> Progress:
        """What is being handled: the main case, once it was merged."""
        return self.progress.merged_into or self.progress

    @property
    def seen(self) -> str:
        """The versions that a page shows."""
        main = self.progress.merged_into
        return f"{self.progress.version}-{main.version}" if main else str(self.progress.version)


class Unknown(Exception):
    """This browser holds no code for the case."""


def followed(request: Request, number: str, context: ContextOf) -> Followed:
    """The case at this address; raises `Unknown` unless this browser holds its code, be there such a case or not."""
    code = request.cookies.get(cookie_name(request, _COOKIE), "")
    try:
        progress = queries.public_progress(context, code) if code else None
    except NotFound:
        progress = None
    if progress is None or progress.case_number != number:
        raise Unknown
    return Followed(number, code, progress)


Mine = Annotated[Followed, Depends(followed)]


@router.get("/follow")
def ask(request: Request, pages: PagesOf) -> Response:
    """The form for the code. A bookmark brings the code behind `#`; the page's script sends it on."""
    return ask_for_code(request, pages, Form())


@router.post("/follow", dependencies=LOOKING_UP)
def open_case(request: Request, context: ContextOf, pages: PagesOf, sent: SentForm) -> Response:
    """From the code to its case."""
    number_of(request, sent.token)
    try:
        progress = queries.public_progress(context, sent["code"])
    except NotFound:
        form, kept = Form(sent.values, {"code": _NO_SUCH_CODE}), _kept(sent)
        return ask_for_code(request, pages, form, HTTPStatus.NOT_FOUND, to=sent["to"], kept=kept)
    number = progress.case_number
    answer: Response = RedirectResponse(_path(number), HTTPStatus.SEE_OTHER)
    deed = sent["to"].removeprefix(f"{_path(number)}/")
    deed = Trigger.ATTACH.value if deed == "attachments" else deed
    if deed in (*_DEEDS, Trigger.ATTACH.value):
        waiting = Form(dict(_kept(sent)), problem=_STILL_THERE)
        answer = _page(request, context, pages, Followed(number, sent["code"], progress), forms={deed: waiting})
    keep_code(request, answer, number, sent["code"])
    return answer


def ask_for_code(
    request: Request,
    pages: PagesOf,
    form: Form,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    to: str = "",
    kept: Sequence[tuple[str, str]] = (),
) -> Response:
    """The form for the code; `kept` was written for the address `to` and is not lost."""
    return pages.show(request, "follow/ask.html", status, form=form, to=to, kept=kept)


def _kept(sent: Sent) -> list[tuple[str, str]]:
    return [(name, value) for name, value in sent.pairs if name not in {"code", "to"}]


async def on_unknown(request: Request, _: Exception) -> Response:
    """What was written for a case whose code this browser holds no longer waits for the code."""
    if request.url.path.endswith("/live"):
        return Response(status_code=HTTPStatus.NO_CONTENT)
    if request.method != HTTPMethod.POST:
        return RedirectResponse("/follow", HTTPStatus.SEE_OTHER)
    sent = await sent_or_waiting(request)
    return ask_for_code(
        request, request.app.state.pages, Form(), HTTPStatus.FORBIDDEN, to=request.url.path, kept=sent.pairs
    )


@router.get("/follow/{number}", dependencies=LOOKING_UP)
def show(request: Request, number: str, context: ContextOf, pages: PagesOf, mine: Mine) -> Response:
    """Where the case stands."""
    answer = _page(request, context, pages, mine)
    keep_code(request, answer, number, mine.code)
    return answer


@router.get("/follow/{number}/live", response_class=EventSourceResponse, dependencies=LOOKING_UP)
async def live(request: Request, mine: Mine, context: ContextOf, seen: str = "") -> AsyncIterator[ServerSentEvent]:
    """A word whenever the case has changed since the versions that were `seen`; what changed, the page asks itself."""
    watch: Watch[str] = request.app.state.watch
    client = network_of(address_of(request))
    if watch.is_full(client):
        return
    ids = await run_in_threadpool(following.followed_ids, context, mine.code)
    known = [version_seen(item) for item in seen[:40].split("-")]
    shown = dict(zip(ids, known + [0] * len(ids), strict=False))
    async for _ in watch.changes(ids, shown, client):
        yield ServerSentEvent(event="changed", raw_data="")


@router.post("/follow/{number}/forget")
def forget(request: Request, number: str, sent: SentForm) -> Response:
    """The code leaves this browser."""
    number_of(request, sent.token)
    answer = RedirectResponse("/follow", HTTPStatus.SEE_OTHER)
    name = cookie_name(request, _COOKIE)
    answer.headers.append("set-cookie", f"{name}=; Max-Age=0; {attributes(request, _path(number))}")
    return answer


Work = Callable[[Context, Followed, str, Any, int], object]


def _rate(context: Context, mine: Followed, matter: str, body: RatingIn, version: int) -> object:
    own = queries.id_by_code(context, mine.code)
    return verdict.rate(
        context,
        matter,
        PETITIONER,
        satisfaction=body.satisfaction,
        reason=body.reason,
        reason_code=body.reason_code,
        party=own,
        version=version,
    )


def _reopen(context: Context, _: Followed, matter: str, body: ReopenIn, version: int) -> object:
    return verdict.reopen(
        context, matter, PETITIONER, reason_code=body.reason_code, reason=body.reason, version=version
    )


def _supplement(context: Context, _: Followed, matter: str, body: SupplementIn, version: int) -> object:
    return intake.supplement(context, matter, PETITIONER, body.text, body.place, version)


def _withdraw(context: Context, mine: Followed, _: str, body: OptionalReasonIn, version: int) -> object:
    own = queries.id_by_code(context, mine.code)
    return intake.withdraw(context, own, PETITIONER, body.reason, version)


@dataclass(frozen=True)
class _Deed:
    """What a petitioner may do: the shape of its form, and what it comes to."""

    shape: type[Shape]
    work: Work


_DEEDS: dict[str, _Deed] = {
    Trigger.RATE.value: _Deed(RatingIn, _rate),
    Trigger.REOPEN.value: _Deed(ReopenIn, _reopen),
    Trigger.SUPPLEMENT.value: _Deed(SupplementIn, _supplement),
    Trigger.WITHDRAW.value: _Deed(OptionalReasonIn, _withdraw),
}


@router.post("/follow/{number}/{deed}", dependencies=LOOKING_UP)
def act(
    request: Request, number: str, deed: str, context: ContextOf, pages: PagesOf, mine: Mine, sent: SentForm
) -> Response:
    """Rate, add or take back; a wrong form comes back with the case as it stands."""
    known = _DEEDS.get(deed)
    if known is None:
        raise NotFound("这一项")
    try:
        version, fields = _version(sent), {name: value for name, value in sent.values.items() if name != "version"}
        body = read(known.shape, fields)

        def work() -> dict[str, Any]:
            matter = queries.matter_by_code(context, mine.code)
            known.work(context, mine, matter, body, following.version_meant(context, matter, version))
            return {}

        submit(context, request, sent, work)
    except (DomainError, Wrong) as refusal:
        return refused(request, context, pages, mine, deed, sent, as_wrong(refusal, _MOVED_ON))
    return RedirectResponse(f"/follow/{number}?done={deed}", HTTPStatus.SEE_OTHER)


def _version(sent: Sent) -> int:
    number = sent.number("version")
    if not isinstance(number, int):
        raise Wrong(problem="表单不完整，请重新填写")
    return number


def refused(
    request: Request, context: Context, pages: PagesOf, mine: Followed, deed: str, sent: Sent, wrong: Wrong
) -> Response:
    """The case as it stands, with the form as it was filled in and what is wrong with it."""
    now = Followed(mine.number, mine.code, queries.public_progress(context, mine.code))
    return _page(request, context, pages, now, wrong.status, {deed: Form.refused(sent, wrong)})


def _page(
    request: Request,
    context: Context,
    pages: PagesOf,
    mine: Followed,
    status: HTTPStatus = HTTPStatus.OK,
    forms: dict[str, Form] | None = None,
) -> Response:
    done = request.query_params.get("done", "")
    return pages.show(
        request,
        "follow/case.html",
        status,
        mine=mine,
        words=said_of(mine.case),
        asked=asked_of(mine.progress if mine.progress.merged_into else mine.case),
        steps=steps_of(mine.case.timeline),
        clock=following.shown_clock(context, mine.code),
        forms={name: Form() for name in (*_DEEDS, Trigger.ATTACH.value)} | (forms or {}),
        satisfactions=[(kind.value, label) for kind, label in SATISFACTION_LABELS.items()],
        choices=queries.verdict_choices(context, mine.code),
        done=_THANKS.get(done, ""),
        adding="photos" in request.query_params,
        waiting=waiting_in(request, (forms or {}).get(Trigger.ATTACH.value, Form()).values),
        files=attachments.shown_by_code(context, mine.code).items,
        rules=pending_files.rules_of(context),
    )


_THANKS = {
    Trigger.ATTACH.value: "照片已收到。",
    Trigger.RATE.value: "已收到您的评价，谢谢。",
    Trigger.REOPEN.value: "已重新打开，由派遣专席查看后派给单位办理。",
    Trigger.SUPPLEMENT.value: "已收到补充的内容。",
    Trigger.WITHDRAW.value: "已撤回。",
}


def keep_code(request: Request, answer: Response, number: str, code: str) -> None:
    """Let the browser hold the code for the address of its own case, for a while after it was last used."""
    plain = re.sub(r"[^A-Za-z0-9]", "", code).upper()
    if _NUMBER.fullmatch(number):
        cookie = (
            f"{cookie_name(request, _COOKIE)}={plain}; Max-Age={_KEPT_SECONDS}; {attributes(request, _path(number))}"
        )
        answer.headers.append("set-cookie", cookie)


def _path(number: str) -> str:
    return f"/follow/{number}"
