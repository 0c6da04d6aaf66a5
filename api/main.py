"""The API and the pages as one process: `uvicorn --factory api.main:build`."""

from __future__ import annotations

from functools import partial

from api.app import create_app
from api.limits import Limits
from gateways.orchestrator import BackgroundOrchestrator
from services.bootstrap import build_context, build_orchestrator
from services.context import Context
from settings import get_settings
from web.app import close_streams, create_pages
from web.leaving import Leaving
from web.site import Site


def build() -> Leaving:
    """The application of this process. A request never waits for Prefect: runs are started and woken behind it."""
    settings = get_settings()
    site = create_site(build_context(settings, BackgroundOrchestrator(build_orchestrator(settings))))
    return Leaving(site, partial(close_streams, site.pages))


def create_site(context: Context, limits: Limits | None = None) -> Site:
    """The API and the pages on `context`. Anonymous people have one allowance, whichever of the two they use."""
    api = create_app(context, limits)
    return Site(api, create_pages(context, api.state.registrations, api.state.look_ups, api.state.uploads))
