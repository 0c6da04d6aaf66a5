"""The API and the pages on a test's ledger, built once: building them is half of what such a test costs."""

from __future__ import annotations

import functools

from fastapi import FastAPI

import api.app
import web.app
from api.limits import Limits
from services.context import Context
from web.site import Site


@functools.cache
def _api() -> FastAPI:
    return api.app.build_app()


@functools.cache
def _pages(tiles: str) -> FastAPI:
    return web.app.build_pages(tiles)


def api_on(context: Context, limits: Limits | None = None) -> FastAPI:
    """The API on `context`; whoever had it before has it no more."""
    app = _api()
    api.app.stand_on(app, context, limits)
    return app


def site_on(context: Context, limits: Limits | None = None) -> Site:
    """The API and the pages on `context`; whoever had them before has them no more."""
    app = api_on(context, limits)
    pages = _pages(context.tiles.origin if context.tiles else "")
    web.app.stand_on(pages, context, app.state.registrations, app.state.look_ups, app.state.uploads)
    return Site(app, pages)
