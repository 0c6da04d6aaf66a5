"""Around every request: how much may be sent, what is never cached or framed, faults of ours without their inside."""

from __future__ import annotations

import logging
import traceback
import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem, unexpected
from models.attachment_file import MOST_KIB

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 256 * 1024
MAX_FILE_BYTES = MOST_KIB * 1024
"""For the addresses that take files; how large one may really be, the policy says."""
_TAKE_FILES = ("/attachments", "/submit_completion", "/administration/policy")

# Nothing is loaded from a foreign host. Swagger's page has its start-up code and its icons inline.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_ENCRYPTED_SECONDS = 365 * 24 * 3600
"""For how long a browser that came over HTTPS comes over nothing else (our own decision)."""


def _too_large() -> ASGIApp:
    detail = "请求体过大；附件请逐个上传到 attachments 地址"
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", detail, headers={"Connection": "close"})


class Guard:
    """ASGI middleware; the outermost of ours."""

    def __init__(
        self,
        app: ASGIApp,
        max_body_bytes: int = MAX_BODY_BYTES,
        *,
        forms: Mapping[str, int] | None = None,
        headers: Mapping[str, str] | None = None,
        too_large: Callable[[], ASGIApp] = _too_large,
        fault: Callable[[str], ASGIApp] = unexpected,
    ) -> None:
        """`forms` are the addresses of forms with files, and how many bytes each may have.

        `headers` stand on every answer that does not say otherwise; `fault` is given the number it was logged by.
        """
        self._app = app
        self._limit = max_body_bytes
        self._forms = forms or {}
        self._headers = _HEADERS if headers is None else headers
        self._too_large = too_large
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_of(scope)
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._protect(MutableHeaders(scope=message), scope.get("scheme", ""))
            await send(message)

        length = Headers(scope=scope).get("content-length", "")
        if length.isdigit() and int(length) > limit:
            await self._too_large()(scope, receive, sending)
            return
        try:
            await self._app(scope, _counting(receive, limit), sending)
        except Exception as error:  # noqa: BLE001 - it is logged by where it happened
            # The message of an error may quote a name or a petition's text; where it happened never does.
            instance = f"urn:uuid:{uuid.uuid4()}"
            logger.error("unexpected %s %s\n%s", type(error).__name__, instance, _places(error))  # noqa: TRY400
            # Whoever serves us would log the message of what is raised; an answer that ends without its end is cut off.
            if not started:
                await self._fault(instance)(scope, receive, sending)

    def _limit_of(self, scope: Scope) -> int:
        path: str = scope["path"]
        if path.endswith(_TAKE_FILES):
            return MAX_FILE_BYTES
        has_files = Headers(scope=scope).get("content-type", "").startswith("multipart/")
        return self._forms.get(path, self._limit) if has_files else self._limit

    def _protect(self, headers: MutableHeaders, scheme: str) -> None:
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        if "json" in headers.get("content-type", ""):
            headers.setdefault("Cache-Control", "no-store")
        if scheme == "https":
            headers.setdefault("Strict-Transport-Security", f"max-age={_ENCRYPTED_SECONDS}")


def require_json(request: Request) -> None:
    """A body must be JSON and say so."""
    sent = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent and kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _counting(receive: Receive, limit: int) -> Receive:
    received = 0

    async def counting() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return counting


def _places(error: BaseException | None) -> str:
    lines = []
    while error is not None:
        lines.append(f"{type(error).__module__}.{type(error).__name__}")
        lines += [f"  {item.filename}:{item.lineno} {item.name}" for item in traceback.extract_tb(error.__traceback__)]
        error = error.__cause__ or error.__context__
    return "\n".join(lines)
