"""What somebody wrote before they had to sign in, or in a form that lapsed: shown once more, to be sent by a press."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import Request
from starlette.responses import Response

from web.actions import ACTIONS, DESKS
from web.choices import lists_of, options_of
from web.forms import Form
from web.inputs import Field, Kind
from web.rendering import Pages
from web.waiting_files import waiting_in

SECRETS = frozenset({"account-password", "former", "new"})
"""Passwords are typed again and never stand in a page."""
_WRITTEN = (
    Field("text", "内容", most=5000),
    Field("place", "地点", Kind.LINE, optional=True),
    Field("contact", "手机号或邮箱", Kind.LINE, optional=True),
    Field("name", "称呼或名称", Kind.LINE, optional=True),
    Field("reason", "理由"),
    Field("basis", "依据"),
    Field("question", "要求说明什么"),
    Field("opinion", "意见"),
    Field("duty", "任务"),
)
"""What people write in forms that are no action on a case, by what it is called everywhere."""


def resumed(
    request: Request,
    action: str,
    kept: Sequence[tuple[str, str]],
    status: HTTPStatus = HTTPStatus.OK,
    *,
    lapsed: bool = False,
) -> Response:
    """The page that sends `kept` to `action`: what people wrote as fields they may still change, the rest unseen."""
    pages: Pages = request.app.state.pages
    kept = [(name, value) for name, value in kept if name not in SECRETS]
    fields = _fields_of(action, dict(kept))
    names = {field.name for field in fields}
    lists = lists_of(request.app.state.context)
    return pages.show(
        request,
        "resume.html",
        status,
        action=action,
        kept=[(name, value) for name, value in kept if name not in names],
        form=Form(dict(kept)),
        fields=fields,
        options=lambda field: options_of(field, lists),
        ticked=sum(name == "case" for name, _ in kept),
        waiting=waiting_in(request, dict(kept)),
        lapsed=lapsed,
    )


def _fields_of(address: str, kept: dict[str, str]) -> list[Field]:
    path = address.partition("?")[0]
    known = (ACTIONS | DESKS).get(path.rpartition("/")[2]) if path.startswith("/cases/") else None
    if known is not None:
        return [field for field in known.fields if field.kind is not Kind.HIDDEN]
    return [field for field in _WRITTEN if kept.get(field.name)]
