"""To the district's identity provider and back."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.callers import address_of
from gateways.openid import NotProven, ProviderAway
from services import sign_in, single_sign_on
from services.sign_in_tries import SignInRefused
from web.account import ours, sign_in_form
from web.asking import LOOKING_UP, ContextOf, PagesOf
from web.callers import keep_session, session_token
from web.forms import Form
from web.visits import keep_visitor, visitor_of

router = APIRouter()

_REFUSED = "统一身份认证没有放行，没有登录。可以再试一次，或用账号和密码登录"


@router.get("/sign-in/provider", dependencies=LOOKING_UP)
def begin(request: Request, context: ContextOf, pages: PagesOf, to: str = "") -> Response:
    """To the provider; a link and no form, because our policy lets forms lead to no other site."""
    try:
        there = single_sign_on.begin(context, visitor_of(request), ours(request, to), address_of(request))
    except (SignInRefused, ProviderAway) as refusal:
        return _refused(request, pages, refusal.message, refusal, to)
    answer = RedirectResponse(there, HTTPStatus.SEE_OTHER)
    keep_visitor(request, answer)
    return answer


@router.get("/sign-in/provider/back", dependencies=LOOKING_UP)
def finish(
    request: Request,
    context: ContextOf,
    pages: PagesOf,
    state: str = "",
    code: str = "",
    error: str = "",
    iss: str | None = None,
) -> Response:
    """Back from the provider: on to the page that was wanted, or the form with the reason."""
    if error:
        return _refused(request, pages, _REFUSED, None)
    try:
        token, to = single_sign_on.finish(context, visitor_of(request), state, code, address_of(request), said_by=iss)
    except (SignInRefused, ProviderAway, NotProven) as refusal:
        return _refused(request, pages, refusal.message, refusal)
    former = session_token(request)
    if former:
        sign_in.sign_out(context, former, address_of(request))
    answer = RedirectResponse(ours(request, to), HTTPStatus.SEE_OTHER)
    keep_session(request, answer, token)
    return answer


def _refused(request: Request, pages: PagesOf, said: str, refusal: Exception | None, to: str = "") -> Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE if isinstance(refusal, ProviderAway) else HTTPStatus.FORBIDDEN
    return sign_in_form(request, pages, Form(problem=said), to, status=status)
