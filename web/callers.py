"""Who is signed in: the session's cookie, and what happens to whoever has none."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPMethod, HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from domain.actions import MEETING_ROLES, ROLE_LABELS, Actor, Role
from domain.administration import RECORD_READERS
from domain.reviews import Level
from services import dossiers, figures, meetings, visits
from services.context import Context
from services.sign_in import SignedIn, session_of
from web.asking import ContextOf
from web.forms import Form
from web.rendering import Pages
from web.visits import address_asked, attributes, cookie_of_site
from web.waiting_files import sent_or_waiting

_COOKIE = "session"
_KNOWN = "known"
_KNOWN_SECONDS = 180 * 24 * 3600
"""How long a browser stays known to an account after it was last signed in with (our own decision)."""


@dataclass(frozen=True)
class Shown:
    """Whoever is signed in, as every page names them."""

    name: str
    role: str
    role_name: str
    unit_name: str
    sees_figures: bool
    administers: bool
    calls: bool
    """Whether return visits are theirs to make or to give out."""
    reviews: bool
    reads_dossiers: bool
    decides: bool
    """Whether what the second review decides is theirs to decide."""


class SignInNeeded(Exception):
    """Nobody is signed in, or no longer."""


class ChangeNeeded(Exception):
    """The password was given out by somebody else: nothing is done with it but to change it."""


def signed_in(request: Request, context: ContextOf) -> SignedIn:
    """Whoever is signed in. Raises `SignInNeeded`."""
    who = session_of(context, session_token(request), by_hand=not by_itself(request))
    if who is None:
        raise SignInNeeded
    show_as(request, context, who)
    return who


def show_as(request: Request, context: Context, who: SignedIn) -> None:
    """Let the page that is made now be that of somebody who is signed in."""
    with context.readers() as session:
        policy, code = context.rules.active(session), who.actor.unit
    named = policy.media.outlet_name if who.actor.role is Role.MEDIA else policy.unit_name
    request.state.account = Shown(
        who.actor.name,
        who.actor.role.value,
        ROLE_LABELS[who.actor.role],
        named(code) if code else "",
        sees_figures=figures.is_reader(who.actor),
        administers=who.actor.role in RECORD_READERS,
        calls=who.actor.role in visits.GIVERS,
        reads_dossiers=who.actor.role in dossiers.READERS,
        reviews=who.actor.role in meetings.READERS,
        decides=who.actor.role in MEETING_ROLES[Level.SECOND],
    )


def by_itself(request: Request) -> bool:
    """Whether the page asks by itself: for news, or for what the news were about."""
    return request.url.path.endswith("/live") or "hx-request" in request.headers


def acting(who: Annotated[SignedIn, Depends(signed_in)]) -> Actor:
    """In what capacity they act. Raises `SignInNeeded`, `ChangeNeeded`."""
    if who.must_change:
        raise ChangeNeeded
    return who.actor


Who = Annotated[SignedIn, Depends(signed_in)]
Caller = Annotated[Actor, Depends(acting)]


def session_token(request: Request) -> str:
    """What the browser holds; empty where it holds nothing."""
    return request.cookies.get(cookie_of_site(request, _COOKIE), "")


def keep_session(request: Request, answer: Response, token: str) -> None:
    """Let the browser hold the session until it is closed; the ledger ends it earlier."""
    answer.headers.append("set-cookie", f"{cookie_of_site(request, _COOKIE)}={token}; {attributes(request)}")


def drop_session(request: Request, answer: Response) -> None:
    """The browser holds no session any more."""
    answer.headers.append("set-cookie", f"{cookie_of_site(request, _COOKIE)}=; Max-Age=0; {attributes(request)}")


def kept_mark(request: Request) -> str:
    """By what this browser is known to the accounts that were signed in with it; see `services.known_browsers`."""
    return request.cookies.get(cookie_of_site(request, _KNOWN), "")


def keep_mark(request: Request, answer: Response, mark: str) -> None:
    """Let the browser be known by `mark` from now on; it opens nothing."""
    cookie = f"{cookie_of_site(request, _KNOWN)}={mark}; Max-Age={_KNOWN_SECONDS}; {attributes(request)}"
    answer.headers.append("set-cookie", cookie)


async def on_sign_in_needed(request: Request, _: Exception) -> Response:
    """To the form, and back again; what was written meanwhile waits in it."""
    if request.url.path.endswith("/live"):
        return Response(status_code=HTTPStatus.NO_CONTENT)
    if request.method != HTTPMethod.POST:
        return RedirectResponse(f"/sign-in?to={quote(address_asked(request))}", HTTPStatus.SEE_OTHER)
    sent = await sent_or_waiting(request)
    pages: Pages = request.app.state.pages
    return pages.show(
        request,
        "account/sign-in.html",
        HTTPStatus.UNAUTHORIZED,
        form=Form(),
        to=address_asked(request),
        kept=sent.pairs,
        first=False,
    )


async def on_change_needed(request: Request, _: Exception) -> Response:
    """First another password; what was written meanwhile waits in its form."""
    if request.method != HTTPMethod.POST:
        return RedirectResponse("/account", HTTPStatus.SEE_OTHER)
    sent = await sent_or_waiting(request)
    pages: Pages = request.app.state.pages
    return pages.show(
        request,
        "account/account.html",
        HTTPStatus.FORBIDDEN,
        form=Form(),
        must_change=True,
        has_password=True,
        changed=False,
        sessions=(),
        ended=False,
        to=address_asked(request),
        kept=sent.pairs,
    )
