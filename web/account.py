"""Signing in and out, and the password."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.errors import DomainError
from services import sign_in as service
from web.asking import LOOKING_UP, ContextOf, PagesOf
from web.callers import Who, drop_session, keep_session, session_token
from web.forms import Form, Sent, SentForm, as_wrong
from web.visits import number_of

router = APIRouter()

_HOME = "/tasks"
_OURS = re.compile(r"/(tasks|cases|calls|account)(/[\w.-]+)*(\?[\w.=&%-]*)?", re.ASCII)
"""Where somebody may be sent after signing in: pages of ours that need it, and no other site."""


@router.get("/sign-in")
def ask(request: Request, pages: PagesOf, to: str = "") -> Response:
    """The form for name and password."""
    return _form(request, pages, Form(), to)


@router.post("/sign-in", dependencies=LOOKING_UP)
def begin(request: Request, context: ContextOf, pages: PagesOf, sent: SentForm) -> Response:
    """Begin a session, and go on where it was needed."""
    number_of(request, sent.token)
    to, kept = _ours(sent["to"]), _kept(sent)
    address = request.client.host if request.client else ""
    try:
        token = service.sign_in(context, sent["account-name"], sent["account-password"], address)
    except service.SignInRefused as refusal:
        form = Form({"account-name": sent["account-name"]}, problem=refusal.message)
        return _form(request, pages, form, sent["to"], kept, HTTPStatus.FORBIDDEN)
    former = session_token(request)
    if former:
        service.sign_out(context, former)
    answer: Response = RedirectResponse(to, HTTPStatus.SEE_OTHER)
    if kept:
        answer = pages.show(request, "resume.html", action=to, kept=kept, lapsed=False)
    keep_session(request, answer, token)
    return answer


@router.post("/sign-out")
def end(request: Request, context: ContextOf, sent: SentForm) -> Response:
    """End the session."""
    number_of(request, sent.token)
    service.sign_out(context, session_token(request))
    answer = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    drop_session(request, answer)
    return answer


@router.get("/account")
def account(request: Request, pages: PagesOf, who: Who) -> Response:
    """Who is signed in, and the form for another password."""
    return pages.show(request, "account/account.html", form=Form(), who=who, changed="changed" in request.query_params)


@router.post("/account", dependencies=LOOKING_UP)
def change(request: Request, context: ContextOf, pages: PagesOf, who: Who, sent: SentForm) -> Response:
    """Another password; every other session of the account ends."""
    number_of(request, sent.token)
    try:
        token = service.change_password(context, who, sent["former"], sent["new"])
    except DomainError as refusal:
        form = Form({}, as_wrong(refusal).errors)
        return pages.show(
            request, "account/account.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form, who=who, changed=False
        )
    answer = RedirectResponse("/account?changed", HTTPStatus.SEE_OTHER)
    keep_session(request, answer, token)
    return answer


def _form(
    request: Request,
    pages: PagesOf,
    form: Form,
    to: str,
    kept: Sequence[tuple[str, str]] = (),
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    return pages.show(request, "account/sign-in.html", status, form=form, to=to, kept=kept)


def _ours(to: str) -> str:
    return to if _OURS.fullmatch(to) else _HOME


def _kept(sent: Sent) -> list[tuple[str, str]]:
    """What was written for the page that needed the session."""
    return [(name, value) for name, value in sent.pairs if name not in {"account-name", "account-password", "to"}]
