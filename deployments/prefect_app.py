"""The Prefect server as we run it: Prefect's own application, from our host alone, and never frozen by its SQLite.

Prefect 3.8.8's newer UI asks Amplitude for its configuration on every page, whatever the settings for analytics say,
and its pages about the REST API want Swagger from a foreign host. No setting turns that off, so the browser is told to
refuse it (docs/adr/0008).
"""

from __future__ import annotations

from fastapi import FastAPI
from prefect.server.api.server import create_app as create_prefect_app
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.claim_rule import adopt_exact_claims
from deployments.claims import HEADER
from deployments.sqlite_engine import adopt_sqlite_on_the_loop

# What the pages bring themselves: code and styles inline, WebAssembly, images as data, workers as blobs.
_POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; form-action 'self'; base-uri 'self'"


class OwnHostOnly:
    """ASGI middleware: forbids the browser to load anything from elsewhere, and tells workers whose server this is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY
                headers[HEADER] = "1"
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


def create_app() -> FastAPI:
    """The application of the server process: `uvicorn --factory deployments.prefect_app:create_app`."""
    adopt_sqlite_on_the_loop(PREFECT_API_DATABASE_CONNECTION_URL.value())
    adopt_exact_claims()
    app = create_prefect_app()
    app.add_middleware(OwnHostOnly)
    return app
