"""What was decided to be told, for everybody: without a key, as JSON and as a feed, at an address that stays."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Annotated
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.callers import ContextOf
from api.changes import LOOKING_UP
from api.documentation import FOLLOWING
from api.media import TAG, Limit, Offset
from models.media_answers import PublicPublication, PublicPublications
from services import publication_views as views

router = APIRouter(tags=[TAG])

ATOM = "application/atom+xml"
_KEPT = "public, max-age=60"


@router.get(
    "/publications",
    response_model=PublicPublications,
    summary="已公开 Published",
    responses=FOLLOWING,
    dependencies=LOOKING_UP,
)
def published(request: Request, context: ContextOf, limit: Limit = 20, offset: Offset = 0) -> Response:
    """What was published, the latest first; what was withdrawn says so."""
    found = views.published(context, limit=limit, offset=offset)
    return _public(request, found.model_dump_json().encode(), "application/json")


@router.get(
    "/publications/feed",
    response_class=Response,
    responses=FOLLOWING | {200: {"description": "Atom", "content": {ATOM: {"schema": {"type": "string"}}}}},
    summary="公开件订阅 Atom",
    dependencies=LOOKING_UP,
)
def feed(request: Request, context: ContextOf) -> Response:
    """The latest twenty as an Atom feed."""
    return _public(request, _atom(views.published(context), str(request.base_url)), ATOM)


@router.get(
    "/publications/{number}",
    response_model=PublicPublication,
    summary="公开件 One published",
    responses=FOLLOWING | {410: {"model": PublicPublication, "description": "已撤回，只余编号、日期和原因"}},
    dependencies=LOOKING_UP,
)
def published_one(
    number: Annotated[str, Path(description="公开编号", examples=["GK-2026-00001"])],
    request: Request,
    context: ContextOf,
) -> Response:
    """What it says, the unit's reply, and what was corrected; of what was withdrawn (410) when and why."""
    found = views.published_one(context, number)
    status = HTTPStatus.GONE if found.withdrawn_at else HTTPStatus.OK
    return _public(request, found.model_dump_json().encode(), "application/json", status)


def _public(request: Request, content: bytes, media_type: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """With an ETag of what it says, so that whoever asks again is told that nothing changed."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": _KEPT}
    if status is HTTPStatus.OK and _names(request.headers.get("If-None-Match", ""), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, status_code=status, media_type=media_type, headers=headers)


def _names(asked: str, tag: str) -> bool:
    """Whether `If-None-Match` names this tag; readers, and what lies between, may name several, and weak ones."""
    return any(item.strip().removeprefix("W/") in {tag, "*"} for item in asked.split(","))


def _atom(found: PublicPublications, base: str) -> bytes:
    space = "http://www.w3.org/2005/Atom"
    root = ET.Element("feed", xmlns=space)
    _line(root, "id", f"{base}publications")
    _line(root, "title", "融e通 办理公开")
    changed = [
        max(moment for moment in (item.published_at, item.corrected_at, item.withdrawn_at) if moment is not None)
        for item in found.publications
    ]
    _line(root, "updated", max(changed).isoformat() if changed else "1970-01-01T00:00:00+00:00")
    author = ET.SubElement(root, "author")
    _line(author, "name", "融e通")
    for item, at in zip(found.publications, changed, strict=True):
        entry = ET.SubElement(root, "entry")
        address = f"{base}publications/{item.number}"
        _line(entry, "id", address)
        _line(entry, "title", item.title or f"{item.number}(已撤回)")
        _line(entry, "updated", at.isoformat())
        _line(entry, "published", item.published_at.isoformat())
        ET.SubElement(entry, "link", rel="alternate", type="text/html", href=f"{base}published/{item.number}")
        told = (item.text, item.reply and f"单位答复：{item.reply}", item.correction and f"更正：{item.correction}")
        withdrawn = item.withdrawn_at and f"已撤回：{item.withdrawal}"
        _line(entry, "summary", "\n".join(part for part in (*told, withdrawn) if part))
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _line(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
