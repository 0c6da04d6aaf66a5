"""The API as an application: routers, refusals, guards, and its documentation without a foreign host."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from api import (
    attachments,
    bulletins,
    dashboard,
    desk,
    errors,
    figures,
    identity,
    inspection,
    lists,
    media,
    party_inspection,
    patterns,
    petitions,
    public,
    published,
    recusals,
    review,
    reviews,
    system,
    topics,
    units,
    visits,
)
from api.documentation import describe
from api.guards import MAX_BODY_BYTES, Guard
from api.limits import Buckets, Limits
from api.watch import Watch
from services.context import Context

_DESCRIPTION = """
区级社情民意平台的接口。时间一律带时区，以北京时间(+08:00)给出。

- **密钥**：`Authorization: Bearer <密钥>` 或 `X-API-Key`。公众登记和查询不需要密钥，查询码即凭证。
- **重发**：POST 可带 `Idempotency-Key`，同键同内容只执行一次，重发得到首次的答复(`Idempotent-Replay: true`)。
  未持密钥的须用随机 UUID。
- **版本**：答复带 `ETag`；带 `If-Match` 的请求若版本已变，得到 409 和当前情况。
- **拒绝**：一律为 `application/problem+json`(RFC 9457)，`code` 供程序判断，`errors` 逐项说明缺什么。
- **可执行的操作**：每个诉求的答复都有 `allowed_actions`。

The interface of a district's petition ledger. Refusals are RFC 9457 problem documents; moments carry their zone.
"""


def create_app(
    context: Context,
    limits: Limits | None = None,
    *,
    max_body_bytes: int = MAX_BODY_BYTES,
    now: Callable[[], float] = time.monotonic,
) -> FastAPI:
    """The application on `context`; `limits` holds anonymous clients, by the growing seconds of `now`."""
    app = build_app(max_body_bytes)
    stand_on(app, context, limits, now)
    return app


def build_app(max_body_bytes: int = MAX_BODY_BYTES) -> FastAPI:
    """Routes, guards and their documentation, before there is a ledger to `stand_on`."""
    app = FastAPIOffline(
        title="融e通 rongetong",
        version="0.1.0",
        description=_DESCRIPTION,
        docs_url="/docs",
        redoc_url=None,
        static_url="/docs-assets",
        redirect_slashes=False,
        # Without this, Swagger asks a public validator about the description.
        swagger_ui_parameters={"validatorUrl": None},
    )
    app.add_middleware(Guard, max_body_bytes=max_body_bytes)
    errors.install(app)
    files = (inspection, party_inspection, identity, recusals)
    of_petitions = (public, petitions, attachments, units, desk, review, *files)
    watching = (topics, figures, dashboard, lists, patterns, bulletins, media, published)
    for part in (*of_petitions, reviews, visits, *watching, system):
        app.include_router(part.router)
    describe(app)
    return app


def stand_on(
    app: FastAPI, context: Context, limits: Limits | None = None, now: Callable[[], float] = time.monotonic
) -> None:
    """Let the application work on `context`, with nobody held back yet."""
    rates = limits or Limits()
    app.state.context = context
    app.state.registrations = Buckets(rates.registrations, now)
    app.state.look_ups = Buckets(rates.look_ups, now)
    app.state.uploads = Buckets(rates.uploads, now)
    app.state.orchestrator = Watch(partial(system.orchestrator_answers, context), now)
