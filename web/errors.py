"""What people see instead of a page: what happened, that nothing was lost, and where to go on."""

from __future__ import annotations

from functools import partial
from http import HTTPMethod, HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match

from api.errors import STATUSES, TITLES, TooManyRequests
from domain.errors import DomainError
from web.account import sign_in_again
from web.callers import ChangeNeeded, SignInNeeded, on_change_needed, on_sign_in_needed
from web.follow import Unknown, on_unknown
from web.forms import Sent, sent_form
from web.rendering import Pages
from web.resuming import resumed
from web.visits import ForeignForm, LapsedForm, address_asked

_SAID = {
    HTTPStatus.NOT_FOUND: "没有这个页面。可能是地址抄错了，也可能这件诉求不在您可以查看的范围内。",
    HTTPStatus.METHOD_NOT_ALLOWED: "这个地址不能这样打开，请从首页重新进入。",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "内容太多，没有收下。请删减后再提交。",
    HTTPStatus.BAD_REQUEST: "内容无法识别，没有收下。请返回后重试。",
}
_FALLBACK = "没有完成，请返回后重试。"


def show_error(
    request: Request, status: HTTPStatus, said: str, *, title: str = "", headers: dict[str, str] | None = None
) -> Response:
    """A page that says what happened."""
    pages: Pages = request.app.state.pages
    heading = title or TITLES.get(status, "没有完成")
    return pages.show(request, "error.html", status, headers, title=heading, said=said)


def install(app: FastAPI) -> None:
    """Let every refusal of `app` leave as a page."""
    app.add_exception_handler(DomainError, _on_refusal)
    app.add_exception_handler(TooManyRequests, _on_too_many)
    app.add_exception_handler(ForeignForm, _on_foreign)
    app.add_exception_handler(LapsedForm, _on_lapsed)
    app.add_exception_handler(Unknown, on_unknown)
    app.add_exception_handler(SignInNeeded, on_sign_in_needed)
    app.add_exception_handler(ChangeNeeded, on_change_needed)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(DBAPIError, _on_database)
    app.add_exception_handler(PoolTimeout, _on_database)


def _on_refusal(request: Request, refusal: Exception) -> Response:
    status = next((STATUSES[kind] for kind in type(refusal).__mro__ if kind in STATUSES), HTTPStatus.CONFLICT)
    return show_error(request, status, str(refusal))


def _on_too_many(request: Request, error: Exception) -> Response:
    seconds = error.retry_after if isinstance(error, TooManyRequests) else 1
    said = f"操作太频繁，请{seconds}秒后再试。"
    if request.method == HTTPMethod.POST:
        said += "您写的没有丢：到时刷新这个页面，就会再提交一次。"
    return show_error(request, HTTPStatus.TOO_MANY_REQUESTS, said, headers={"Retry-After": str(seconds)})


def _on_foreign(request: Request, _: Exception) -> Response:
    return show_error(request, HTTPStatus.FORBIDDEN, "这份表单是从别的网站提交的，没有收下。")


async def _on_lapsed(request: Request, lapsed: Exception) -> Response:
    """What was typed is shown once more, in a form of this browser's own."""
    pairs = lapsed.pairs if isinstance(lapsed, LapsedForm) else None
    kept = (await sent_form(request)).pairs if pairs is None else pairs
    if request.url.path == "/sign-in":
        return await run_in_threadpool(sign_in_again, request, Sent(kept))
    return await run_in_threadpool(
        partial(resumed, request, address_asked(request), kept, HTTPStatus.CONFLICT, lapsed=True)
    )


def _on_invalid(request: Request, _: Exception) -> Response:
    return show_error(request, HTTPStatus.NOT_FOUND, _SAID[HTTPStatus.NOT_FOUND])


def _on_http(request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    if status is HTTPStatus.METHOD_NOT_ALLOWED and request.method == HTTPMethod.GET:
        return RedirectResponse(_page_above(request), HTTPStatus.SEE_OTHER)
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return show_error(request, status, _SAID.get(status, _FALLBACK), headers=headers)


def _page_above(request: Request) -> str:
    """The page that a form stands on, for an address that only forms are sent to.

    A telephone that was put away opens the address of a form's answer anew, without the form.
    """
    path = request.url.path
    while path := path.rpartition("/")[0]:
        scope = {"type": "http", "method": HTTPMethod.GET, "path": path, "headers": []}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            return path
    return "/"


def _on_database(request: Request, error: Exception) -> Response:
    if isinstance(error, IntegrityError):
        return show_error(request, HTTPStatus.CONFLICT, "同时有另一人改动了同一内容，请返回后重试。")
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        said = "平台暂时不可用，没有写入任何内容。请稍后重试，刷新即可重新提交。"
        return show_error(request, HTTPStatus.SERVICE_UNAVAILABLE, said, headers={"Retry-After": "5"})
    raise error
