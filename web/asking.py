"""What every page's handler may ask for: the context, the templates, and how often anonymous people may come."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.callers import address_of, limit_look_ups
from api.errors import TooManyRequests
from domain.addresses import network_of
from services.context import Context
from web.rendering import Pages


def context_of(request: Request) -> Context:
    """The context the pages were made with."""
    context: Context = request.app.state.context
    return context


def pages_of(request: Request) -> Pages:
    """The templates."""
    pages: Pages = request.app.state.pages
    return pages


def limit_registrations(request: Request) -> None:
    """Everybody here is anonymous."""
    wait = request.app.state.registrations.take(network_of(address_of(request)))
    if wait:
        raise TooManyRequests(wait)


ContextOf = Annotated[Context, Depends(context_of)]
PagesOf = Annotated[Pages, Depends(pages_of)]
LOOKING_UP = [Depends(limit_look_ups)]
REGISTERING = [Depends(limit_registrations)]
