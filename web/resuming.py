"""What somebody wrote before they had to sign in, or in a form that lapsed: shown once more, to be sent by a press."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import Request
from starlette.responses import Response

from web.rendering import Pages
from web.waiting_files import waiting_in


def resumed(
    request: Request,
    action: str,
    kept: Sequence[tuple[str, str]],
    status: HTTPStatus = HTTPStatus.OK,
    *,
    lapsed: bool = False,
) -> Response:
    """The page that sends `kept` to `action`, with what of it people wrote and chose."""
    pages: Pages = request.app.state.pages
    waiting = waiting_in(request, dict(kept))
    return pages.show(request, "resume.html", status, action=action, kept=kept, waiting=waiting, lapsed=lapsed)
