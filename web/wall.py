"""The wall display: the district's sums on a screen that nobody sits at, large, by turns, of the last minute."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

import clock
from domain.calendar import local
from domain.figures import DEFINITIONS
from services import figures, walls
from services.context import Context
from services.sign_in import session_of
from web.asking import LOOKING_UP, ContextOf, PagesOf
from web.callers import by_itself, session_token
from web.forms import Form, SentForm
from web.rendering import moment
from web.visits import attributes, cookie_name, number_of

router = APIRouter()

_COOKIE = "wall"
_KEPT_SECONDS = 400 * 24 * 3600
"""As long as browsers keep any cookie; the screen is stopped in the ledger."""


@router.get("/wall")
def show(request: Request, context: ContextOf, pages: PagesOf) -> Response:
    """The display, or the form that asks for the screen's code."""
    name = _screen(request, context)
    if name is None:
        return pages.show(request, "wall/ask.html", form=Form())
    view, district_map = walls.shown(context)
    now = local(clock.now())
    return pages.show(
        request,
        "wall/wall.html",
        view=view,
        map=district_map,
        now=now.isoformat(),
        now_said=moment(now),
        screen=name,
        names={figure.value: item.chinese for figure, item in DEFINITIONS.items()},
    )


@router.post("/wall", dependencies=LOOKING_UP)
def begin(request: Request, context: ContextOf, pages: PagesOf, sent: SentForm) -> Response:
    """Let this browser show the wall from now on."""
    number_of(request, sent.token)
    token = walls.token_of(sent["code"])
    if not token or walls.screen_of(context, token) is None:
        form = Form({}, {"code": walls.CodeRefused.message})
        return pages.show(request, "wall/ask.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
    answer = RedirectResponse("/wall", HTTPStatus.SEE_OTHER)
    kept = f"{cookie_name(request, _COOKIE)}={token}; Max-Age={_KEPT_SECONDS}; {attributes(request, '/wall')}"
    answer.headers.append("set-cookie", kept)
    return answer


def _screen(request: Request, context: Context) -> str | None:
    """The name of the screen; somebody signed in, whom figures are for, may look as well."""
    name = walls.screen_of(context, request.cookies.get(cookie_name(request, _COOKIE), ""))
    if name is not None:
        return name
    who = session_of(context, session_token(request), by_hand=not by_itself(request))
    return who.actor.name if who is not None and not who.must_change and figures.sees_all(who.actor) else None
