"""Signing in and out, and the password."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPMethod, HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match

from api.callers import address_of
from api.turns import PASSWORD_TURN
from domain.errors import DomainError, NotFound
from domain.single_sign_on import Way
from services import accounts, sessions, single_sign_on
from services import sign_in as service
from services.known_browsers import secret_of, with_account
from services.sign_in_tries import SignInRefused
from web.asking import LOOKING_UP, ContextOf, PagesOf
from web.callers import Who, drop_session, keep_mark, keep_session, kept_mark, session_token, show_as
from web.forms import Form, Sent, SentForm, as_wrong
from web.rendering import Pages
from web.resuming import resumed
from web.visits import number_of

router = APIRouter()

_HOME = "/tasks"
_LAPSED = "这个页面打开太久，或浏览器没有保存本站的标识，所以没有登录。请再输一次密码"
_OWN = {"account-name", "account-password", "user", "former", "new", "to"}
"""Fields of the forms for signing in and for a password; every other was written for the page that needed them."""
_INSIDE = re.compile(r"(/[\w.-]+)+(\?[\w.=&%-]*)?", re.ASCII)
"""An address on this site and on no other."""


@router.get("/sign-in")
def ask(request: Request, pages: PagesOf, to: str = "") -> Response:
    """The form for name and password."""
    return sign_in_form(request, pages, Form(), to)


@router.post("/sign-in", dependencies=LOOKING_UP)
def begin(request: Request, context: ContextOf, pages: PagesOf, sent: SentForm, _: PASSWORD_TURN) -> Response:
    """Begin a session, and go on where it was needed."""
    number_of(request, sent.token)
    to, kept = ours(request, sent["to"]), _kept(sent)
    try:
        browser = secret_of(context, kept_mark(request), sent["account-name"])
        token = service.sign_in(context, sent["account-name"], sent["account-password"], address_of(request), browser)
    except SignInRefused as refusal:
        form = Form({"account-name": sent["account-name"]}, problem=refusal.message)
        return sign_in_form(request, pages, form, sent["to"], kept, HTTPStatus.FORBIDDEN)
    former = session_token(request)
    if former:
        service.sign_out(context, former)
    answer: Response = RedirectResponse(to, HTTPStatus.SEE_OTHER)
    who = service.session_of(context, token)
    if kept and who is not None:
        show_as(request, context, who)
        answer = resumed(request, to, kept)
    keep_session(request, answer, token)
    keep_mark(request, answer, with_account(context, kept_mark(request), sent["account-name"]))
    return answer


@router.post("/sign-out")
def end(request: Request, context: ContextOf, pages: PagesOf, sent: SentForm) -> Response:
    """End the session; who began it at the identity provider is told that one goes on there."""
    number_of(request, sent.token)
    way = service.sign_out(context, session_token(request), address_of(request))
    there = single_sign_on.sign_out_address(context) if way is Way.PROVIDER else None
    answer: Response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    if there is not None:
        answer = pages.show(request, "account/signed-out.html", there=there)
    drop_session(request, answer)
    return answer


@router.get("/account")
def account(request: Request, pages: PagesOf, who: Who) -> Response:
    """Who is signed in, and the form for another password."""
    return _account(request, pages, who, Form(), changed="changed" in request.query_params)


@router.post("/account", dependencies=LOOKING_UP)
def change(
    request: Request, context: ContextOf, pages: PagesOf, who: Who, sent: SentForm, _: PASSWORD_TURN
) -> Response:
    """Another password; every other session of the account ends, and what was written for another page goes on."""
    number_of(request, sent.token)
    to, kept = sent["to"], _kept(sent)
    try:
        token = service.change_password(context, who, sent["former"], sent["new"], address_of(request))
    except DomainError as refusal:
        form = Form({}, as_wrong(refusal).errors)
        return _account(request, pages, who, form, HTTPStatus.UNPROCESSABLE_ENTITY, to=to, kept=kept)
    answer: Response = RedirectResponse("/account?changed", HTTPStatus.SEE_OTHER)
    if kept:
        answer = resumed(request, ours(request, to), kept)
    keep_session(request, answer, token)
    return answer


@router.post("/account/others")
def end_others(request: Request, context: ContextOf, pages: PagesOf, who: Who, sent: SentForm) -> Response:
    """Sign out elsewhere, in one place or in all, such as at a computer that one left."""
    number_of(request, sent.token)
    try:
        if sent["mark"]:
            sessions.end_one(context, who, sent["mark"], address_of(request))
        else:
            sessions.end_others(context, who, session_token(request), address_of(request))
    except NotFound as gone:
        form = Form({}, problem=gone.message)
        return _account(request, pages, who, form, HTTPStatus.CONFLICT)
    return RedirectResponse("/account?ended", HTTPStatus.SEE_OTHER)


def _account(
    request: Request,
    pages: PagesOf,
    who: Who,
    form: Form,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    changed: bool = False,
    to: str = "",
    kept: Sequence[tuple[str, str]] = (),
) -> Response:
    return pages.show(
        request,
        "account/account.html",
        status,
        form=form,
        must_change=who.must_change,
        has_password=who.has_password,
        sessions=sessions.own_sessions(request.app.state.context, who, session_token(request)),
        ended="ended" in request.query_params,
        changed=changed,
        to=to,
        kept=kept,
    )


def sign_in_form(
    request: Request,
    pages: PagesOf,
    form: Form,
    to: str,
    kept: Sequence[tuple[str, str]] = (),
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """The form for signing in; `kept` was written for the page `to`."""
    first = accounts.is_first_account(request.app.state.context)
    return pages.show(request, "account/sign-in.html", status, form=form, to=to, kept=kept, first=first)


def sign_in_again(request: Request, sent: Sent) -> Response:
    """The form for signing in that lapsed, anew: all that was in it but the password."""
    form = Form({"account-name": sent["account-name"]}, problem=_LAPSED)
    pages: Pages = request.app.state.pages
    return sign_in_form(request, pages, form, sent["to"], _kept(sent), HTTPStatus.CONFLICT)


def ours(request: Request, to: str) -> str:
    """Where somebody is sent after signing in: the page of ours that they wanted, else the one where work begins."""
    scope = {"type": "http", "method": HTTPMethod.GET, "path": to.partition("?")[0], "headers": []}
    pages = request.app.router.routes
    known = _INSIDE.fullmatch(to) and any(route.matches(scope)[0] is not Match.NONE for route in pages)
    return to if known else _HOME


def _kept(sent: Sent) -> list[tuple[str, str]]:
    """What was written for the page that needed the session."""
    return [(name, value) for name, value in sent.pairs if name not in _OWN]
