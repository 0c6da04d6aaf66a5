"""One address, two applications: the pages answer their own paths, the API all others, and neither knows the other."""

from __future__ import annotations

from http import HTTPMethod

from fastapi import FastAPI
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_HTML = "text/html"


class Site:
    """ASGI application. An address that neither knows is refused by the pages where a browser asks, else by the API."""

    def __init__(self, api: FastAPI, pages: FastAPI) -> None:
        self._api = api
        self._pages = pages

    @property
    def pages(self) -> FastAPI:
        """The application that answers with pages."""
        return self._pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        chosen = self._pages if scope["type"] == "http" and self._is_page(scope) else self._api
        await chosen(scope, receive, send)

    def _is_page(self, scope: Scope) -> bool:
        if _is_known(self._pages.router.routes, scope):
            return True
        return _asks_for_a_page(scope) and not _is_known(self._api.router.routes, scope)


def _is_known(routes: list[BaseRoute], scope: Scope) -> bool:
    """Whether any of the routes has this path, with this method or another."""
    return any(route.matches(scope)[0] is not Match.NONE for route in routes)


def _asks_for_a_page(scope: Scope) -> bool:
    """Browsers name HTML when they open an address; programs do not."""
    accepted = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept"), "")
    return scope["method"] in {HTTPMethod.GET, HTTPMethod.HEAD} and _HTML in accepted
