"""The rules on the pages: uploaded, compared, tried, put in force, taken back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import AwareDatetime
from starlette.responses import RedirectResponse, Response

from domain.errors import DomainError
from domain.policy_changes import Standing
from gateways.policy_files import PolicyError, Problem
from models.policy_files import Shape
from services import policies, policy_changes, policy_preview
from services.context import Context
from web.administration import Administrator, refused_form
from web.asking import ContextOf, PagesOf
from web.files import SentFiles
from web.forms import Form, SentForm, Wrong, read, submit
from web.inputs import Field, Kind, shape_fields
from web.visits import number_of

router = APIRouter()

_HERE = "/administration/policy"
ChangeId = Annotated[int, Path(ge=1, le=2**31 - 1)]
_DONE = {
    Standing.DONE.value: "已启用：此后登记的诉求按新规则，已登记的不变。",
    Standing.PLANNED.value: "已定于日后启用，到时自动启用（至多晚几分钟），此前可以撤下。",
    Standing.WITHDRAWN.value: "已撤下，现行规则不变。",
}
_FIELDS = (
    Field("valid_from", "何时启用", Kind.MOMENT),
    Field("reason", "原因"),
    Field("seen", "看过", Kind.BOX),
    Field("insist", "坚持", Kind.BOX),
)


class Activation(Shape):
    """When, why, and that somebody looked at what changes."""

    valid_from: AwareDatetime | None = None
    reason: str
    seen: bool = False
    insist: bool = False


@router.get(_HERE)
def show(request: Request, context: ContextOf, pages: PagesOf, actor: Administrator) -> Response:
    """What is in force, what is on its way, what was, and the forms for another."""
    return _page(request, context, pages, actor, {})


@router.get(_HERE + "/files.zip")
def files(context: ContextOf, _: Administrator) -> Response:
    """The files of what is in force, to be changed and sent back."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in policy_changes.files_in_force(context).items():
            made.writestr(name, text)
    headers = {"Content-Disposition": 'attachment; filename="policy.zip"'}
    return Response(archive.getvalue(), media_type="application/zip", headers=headers)


@router.post(_HERE)
def upload(request: Request, context: ContextOf, pages: PagesOf, actor: Administrator, form: SentFiles) -> Response:
    """Check what was sent, and keep it as a draft; what is wrong is shown whole, by file and line."""
    number_of(request, form.sent.token)
    whole, sent = (
        form.sent["extent"] == "whole",
        [(file.name, file.content) for file in form.files if isinstance(file.content, bytes)],
    )
    try:
        number = policy_changes.upload(context, actor, sent, whole=whole, reason=form.sent["reason"])
    except PolicyError as fault:
        shown = Form(form.sent.values, problem="规则有错，没有收下；现行规则不变")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, context, pages, actor, {"upload": shown}, status, fault.problems)
    except DomainError as refusal:
        shown = refused_form(form.sent.values, refusal)
        return _page(request, context, pages, actor, {"upload": shown}, HTTPStatus.UNPROCESSABLE_ENTITY)
    return RedirectResponse(f"{_HERE}/changes/{number}", HTTPStatus.SEE_OTHER)


@router.post(_HERE + "/rollback")
def roll_back(request: Request, context: ContextOf, pages: PagesOf, actor: Administrator, sent: SentForm) -> Response:
    """Bring a former version up, to be looked at and put in force like any other."""

    def work() -> dict[str, Any]:
        return {"number": policy_changes.ask_back(context, actor, sent["version"], sent["reason"])}

    try:
        number = submit(context, request, sent, work)["number"]
    except (DomainError, Wrong) as refusal:
        shown = refused_form(sent.values, refusal)
        return _page(request, context, pages, actor, {"rollback": shown}, HTTPStatus.UNPROCESSABLE_ENTITY)
    return RedirectResponse(f"{_HERE}/changes/{number}", HTTPStatus.SEE_OTHER)


@router.get(_HERE + "/changes/{number}")
def change(request: Request, number: ChangeId, context: ContextOf, pages: PagesOf, actor: Administrator) -> Response:
    """What it would change, and, when asked, what it would do to the cases there are."""
    return _change(request, context, pages, actor, number, {}, tried="trial" in request.query_params)


@router.post(_HERE + "/changes/{number}/activation")
def activate(
    request: Request, number: ChangeId, context: ContextOf, pages: PagesOf, actor: Administrator, sent: SentForm
) -> Response:
    """Put it in force, now or at a time."""
    try:
        body = read(Activation, shape_fields(_FIELDS, sent))
        if not body.seen:
            raise Wrong({"seen": "请先看过会改变什么，再勾选"})  # noqa: TRY301 - refused like everything else
        if not body.insist:
            policy_changes.require_fit(context, actor, number)

        def work() -> dict[str, Any]:
            became = policy_changes.put_in_force_from(
                context, actor, number, valid_from=body.valid_from, reason=body.reason
            )
            return {"became": became.value}

        became = submit(context, request, sent, work)["became"]
    except (DomainError, Wrong) as refusal:
        return _refused(request, context, pages, actor, number, "activation", sent.values, refusal)
    return RedirectResponse(f"{_HERE}/changes/{number}?done={became}", HTTPStatus.SEE_OTHER)


@router.post(_HERE + "/changes/{number}/withdrawal")
def withdraw(
    request: Request, number: ChangeId, context: ContextOf, pages: PagesOf, actor: Administrator, sent: SentForm
) -> Response:
    """Take it back before it is in force."""

    def work() -> dict[str, Any]:
        policy_changes.withdraw(context, actor, number, sent["reason"])
        return {}

    try:
        submit(context, request, sent, work)
    except (DomainError, Wrong) as refusal:
        return _refused(request, context, pages, actor, number, "withdrawal", sent.values, refusal)
    return RedirectResponse(f"{_HERE}/changes/{number}?done={Standing.WITHDRAWN}", HTTPStatus.SEE_OTHER)


def _refused(
    request: Request,
    context: Context,
    pages: PagesOf,
    actor: Administrator,
    number: int,
    what: str,
    values: Mapping[str, str],
    refusal: DomainError | Wrong,
) -> Response:
    form = refused_form(values, refusal)
    return _change(request, context, pages, actor, number, {what: form}, form.status)


@dataclass(frozen=True)
class Lines:
    """What became of one file, line by line: kept, new, gone, or where it stands."""

    name: str
    lines: list[tuple[str, str]]


def _page(
    request: Request,
    context: Context,
    pages: PagesOf,
    actor: Administrator,
    forms: dict[str, Form],
    status: HTTPStatus = HTTPStatus.OK,
    problems: list[Problem] | None = None,
) -> Response:
    return pages.show(
        request,
        "administration/policy.html",
        status,
        in_force=policies.active_policy(context),
        versions=policy_changes.versions(context, actor),
        changes=policy_changes.changes(context, actor),
        forms={"upload": Form({"extent": "some"}), "rollback": Form()} | forms,
        problems=problems or [],
        blank=Form(),
    )


def _change(
    request: Request,
    context: Context,
    pages: PagesOf,
    actor: Administrator,
    number: int,
    forms: dict[str, Form],
    status: HTTPStatus = HTTPStatus.OK,
    *,
    tried: bool = False,
) -> Response:
    shown = policy_preview.preview(context, actor, number)
    return pages.show(
        request,
        "administration/policy-change.html",
        status,
        shown=shown,
        change=shown.change,
        files=[Lines(name, [(line[:1], line[1:]) for line in lines]) for name, lines in shown.files],
        trial=policy_preview.try_out(context, actor, number) if tried else None,
        tried=policy_preview.TRIED,
        unit_name=policies.active_policy(context).unit_name,
        forms={"activation": Form(), "withdrawal": Form()} | forms,
        problem=next((form.problem for form in forms.values()), ""),
        done=_DONE.get(request.query_params.get("done", ""), ""),
    )
