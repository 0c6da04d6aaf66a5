"""Who is asking: the key's actor, the context of this process, and how often anonymous clients may come."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from api.errors import TooManyRequests, Unauthenticated
from api.limits import Buckets
from domain.actions import Actor
from domain.addresses import network_of
from services import keys
from services.context import Context

_bearer = HTTPBearer(auto_error=False, description="密钥由平台运维以 rongetong keys create 签发，只显示一次")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="同上，供不便设置 Authorization 的系统使用")


def context_of(request: Request) -> Context:
    """The context the application was made with."""
    context: Context = request.app.state.context
    return context


def optional_actor(
    context: Annotated[Context, Depends(context_of)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    header: Annotated[str | None, Depends(_header)],
) -> Actor | None:
    """The actor of the key that was sent; `None` without one. A key that opens nothing is refused, not ignored."""
    key = bearer.credentials if bearer else header
    if key is None:
        return None
    actor = keys.find_actor(context, key.strip())
    if actor is None:
        raise Unauthenticated
    return actor


def address_of(request: Request) -> str:
    """Where somebody asks from, as far as a proxy on a trusted machine says; empty where nobody knows."""
    return request.client.host if request.client else ""


def required_actor(actor: Annotated[Actor | None, Depends(optional_actor)]) -> Actor:
    """The actor of the key; nobody without one."""
    if actor is None:
        raise Unauthenticated
    return actor


def limit_registrations(request: Request, actor: Annotated[Actor | None, Depends(optional_actor)]) -> None:
    """Anonymous clients only; channels have their keys."""
    if actor is None:
        _take(request, request.app.state.registrations)


def limit_look_ups(request: Request) -> None:
    """Query codes cannot be tried out one after the other."""
    _take(request, request.app.state.look_ups)


def limit_uploads(request: Request) -> None:
    """Whoever holds a query code sends some photos, and not all day. Raises `TooManyRequests`."""
    _take(request, request.app.state.uploads)


def _take(request: Request, buckets: Buckets) -> None:
    wait = buckets.take(network_of(address_of(request)))
    if wait:
        raise TooManyRequests(wait)


Caller = Annotated[Actor, Depends(required_actor)]
OptionalCaller = Annotated[Actor | None, Depends(optional_actor)]
ContextOf = Annotated[Context, Depends(context_of)]
