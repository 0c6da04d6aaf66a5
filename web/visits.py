"""Who a page was given to: a random cookie of each browser, and the tokens of the forms it was given.

A form's token is a random number and its keyed digest under the cookie: only a page of ours, shown to this browser,
can hold one. The number is also what makes a double click one submission (`services.idempotency`).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from http import HTTPMethod

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_COOKIE = "visitor"
_VISITOR = re.compile(r"[A-Za-z0-9_-]{43}")
_TOKEN = re.compile(r"([A-Za-z0-9_-]{24})\.([0-9a-f]{64})")
_SECRET_BYTES, _NUMBER_BYTES = 32, 18
_FOREIGN = {"cross-site", "same-site"}
"""What `Sec-Fetch-Site` says of a request that another site's page made."""
_READING = {HTTPMethod.GET, HTTPMethod.HEAD}


class ForeignForm(Exception):
    """Another site's page sent this."""


class LapsedForm(Exception):
    """The form's token is missing or another browser's: the browser was closed meanwhile, or it keeps no cookies.

    `pairs` are its fields where files came with it, which are set aside by then.
    """

    def __init__(self, pairs: list[tuple[str, str]] | None = None) -> None:
        super().__init__()
        self.pairs = pairs


class Visits:
    """ASGI middleware: every browser gets its cookie with the first page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        known = request.cookies.get(cookie_of_site(request, _COOKIE), "")
        visitor = known if _VISITOR.fullmatch(known) else secrets.token_urlsafe(_SECRET_BYTES)
        request.state.visitor = visitor

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and visitor != known:
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", f"{cookie_of_site(request, _COOKIE)}={visitor}; {attributes(request)}")
            await send(message)

        await self._app(scope, receive, sending)


def cookie_name(request: Request, name: str) -> str:
    """What a cookie for some addresses alone is called: over HTTPS a name that no plain connection can set."""
    return f"__Secure-{name}" if request.url.scheme == "https" else name


def cookie_of_site(request: Request, name: str) -> str:
    """What a cookie for every address is called: over HTTPS a name that no plain connection and no other host can set.

    The hosts of a district share the end of their names, and so may set each other's other cookies (RFC 6265bis).
    """
    return f"__Host-{name}" if request.url.scheme == "https" else name


def attributes(request: Request, path: str = "/") -> str:
    """What every cookie of ours says: no script reads it, no other site sends it along with a form."""
    secure = "; Secure" if request.url.scheme == "https" else ""
    return f"HttpOnly; SameSite=Lax; Path={path}{secure}"


def visitor_of(request: Request) -> str:
    """The secret of the browser that asks."""
    return str(request.state.visitor)


def keep_visitor(request: Request, answer: Response) -> None:
    """Let the browser hold its cookie although it is given no page now: it comes back from another site."""
    cookie = f"{cookie_of_site(request, _COOKIE)}={visitor_of(request)}; {attributes(request)}"
    answer.headers.append("set-cookie", cookie)


def address_asked(request: Request) -> str:
    """The address on this site that was asked for, with what it says after the question mark."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def new_token(request: Request) -> str:
    """The token of a form that is shown now."""
    number = secrets.token_urlsafe(_NUMBER_BYTES)
    return f"{number}.{_digest(request, number)}"


def refuse_foreign(request: Request) -> None:
    """Take nothing from another site's page, and show nothing of it either: not even to somebody who then signs in.

    Raises `ForeignForm`.
    """
    if request.method not in _READING and request.headers.get("sec-fetch-site") in _FOREIGN:
        raise ForeignForm


def number_of(request: Request, token: str) -> str:
    """The number of a form that this browser was shown. Raises `LapsedForm` where it was shown to no or another one."""
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(found[2], _digest(request, found[1])):
        raise LapsedForm
    return found[1]


def caller_of(request: Request) -> str:
    """What separates the submissions of one browser from another's; nothing leads back from it to the cookie."""
    return hashlib.sha256(f"pages {visitor_of(request)}".encode()).hexdigest()


def _digest(request: Request, number: str) -> str:
    return hmac.new(visitor_of(request).encode(), number.encode(), hashlib.sha256).hexdigest()
