"""The pages as an application: its routes, its headers, and refusals that people can read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fastapi import Depends, FastAPI, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import HTMLResponse, Response

from api.guards import MAX_BODY_BYTES, Guard
from api.limits import Buckets
from domain.errors import PolicyMissing
from services import following, queue_news
from services.context import Context
from web import (
    account,
    admin_accounts,
    admin_keys,
    admin_policy,
    administration,
    beside,
    calls,
    cases,
    completion,
    decided,
    decisions,
    desk,
    errors,
    files,
    follow,
    identity,
    inspect,
    maps,
    matters,
    news,
    overview,
    photos,
    place,
    point,
    press,
    published,
    report,
    reports,
    reviews,
    single_sign_on,
    tasks,
    topics,
    wall,
)
from web.assets import PREFIX, Assets
from web.live import Watch
from web.rendering import Pages
from web.visits import Visits, refuse_foreign

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src {}; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # A shared computer shows the next person nothing of the last one.
    "Cache-Control": "no-store",
}
_QUEUE_SECONDS = 4.0
"""How often the queues that are looked at are asked for (our own decision: each costs a query of its own)."""
_FAULT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>平台内部错误</title>
<h1>平台内部错误</h1><p>已经记录，请稍后重试。报告问题时请附上这个编号：{}</p><p><a href="/">回首页</a></p></html>"""
_TOO_LARGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>内容过大</title>
<h1>内容过大</h1><p>内容太多，没有收下。请返回，删减后再提交。</p></html>"""


def create_pages(context: Context, registrations: Buckets, look_ups: Buckets, uploads: Buckets) -> FastAPI:
    """The pages on `context`; anonymous people are held to the same rates as the API's."""
    app = build_pages(context.tiles.origin if context.tiles else "")
    stand_on(app, context, registrations, look_ups, uploads)
    return app


def stand_on(app: FastAPI, context: Context, registrations: Buckets, look_ups: Buckets, uploads: Buckets) -> None:
    """Let the pages work on `context`."""
    provider = context.identity_provider
    app.state.context = context
    app.state.pages.office = lambda: context.rules.calendar.office
    app.state.registrations = registrations
    app.state.look_ups = look_ups
    app.state.uploads = uploads
    app.state.district = _district_of(context)
    app.state.provider = provider.registration.name if provider else ""
    app.state.watch = Watch(partial(following.versions, context))
    app.state.queues_watch = Watch(partial(queue_news.fingerprints, context), _QUEUE_SECONDS)


def build_pages(tiles: str = "") -> FastAPI:
    """Routes, headers and templates, before there is a ledger to `stand_on`.

    Pictures come from us, and beneath the map from `tiles`, the one host that the operator named for them.
    """
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(refuse_foreign)],
    )
    assets = Assets()
    app.state.pages = Pages(assets)
    app.add_middleware(Visits)
    app.add_middleware(
        Guard,
        max_body_bytes=MAX_BODY_BYTES,
        forms={"/report": photos.MOST_REPORT_BYTES},
        headers=_HEADERS | {"Content-Security-Policy": _POLICY.format(f"'self' {tiles}".rstrip())},
        too_large=lambda: HTMLResponse(_TOO_LARGE, 413, {"Connection": "close"}),
        fault=lambda instance: HTMLResponse(_FAULT.format(instance), 500),
    )
    errors.install(app)
    app.add_api_route(PREFIX + "{name}", _sending(assets), methods=["GET", "HEAD"])
    for part in (
        report,
        photos,
        place,
        point,
        files,
        follow,
        published,
        account,
        single_sign_on,
        tasks,
        overview,
        topics,
        beside,
        maps,
        wall,
        desk,
        matters,
        calls,
        press,
        identity,
        news,
        completion,
        cases,
        decisions,
        decided,
        reviews,
        inspect,
        reports,
        administration,
        admin_accounts,
        admin_keys,
        admin_policy,
    ):
        app.include_router(part.router)
    return app


def close_streams(app: FastAPI) -> None:
    """End every stream of the pages, because the process ends; called in their loop."""
    for watch in (app.state.watch, app.state.queues_watch):
        watch.close()


def _sending(assets: Assets) -> Callable[[Request], Response]:
    def send(request: Request) -> Response:
        return assets.answer(request)

    return send


def _district_of(context: Context) -> str:
    """The district's name as the policy in force has it; nothing while there is none."""
    try:
        with context.readers() as session:
            return context.rules.active(session).district
    except (SQLAlchemyError, PolicyMissing):
        return ""
