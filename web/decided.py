"""What the two reviews have decided, for whoever has to do with reviews: found again, with what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from domain.actions import MEETING_ROLES
from domain.errors import NotFound
from domain.reviews import LEVEL_LABELS, Level
from gateways.minutes_document import record_document
from services import second_review
from services.figures import MAX_OFFSET
from services.past_decisions import STANDINGS, Sought, past_decisions
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.cases import CaseId
from web.choices import lists_of
from web.downloads import WORD, download
from web.forms import Form

router = APIRouter(prefix="/review/decided")

PAGE = 50


@dataclass(frozen=True)
class Question:
    """What was chosen above the list: as it was written, as it is meant, and what cannot be meant."""

    chosen: Mapping[str, str]
    sought: Sought
    errors: Mapping[str, str]


def question_of(
    level: Level = Level.SECOND,
    unit: Annotated[str, Query(pattern="^[a-z0-9-]{0,60}$")] = "",
    first: Annotated[str, Query(max_length=20)] = "",
    last: Annotated[str, Query(max_length=20)] = "",
    words: Annotated[str, Query(max_length=60)] = "",
    standing: Annotated[str, Query(max_length=10)] = "",
) -> Question:
    """A day that is none narrows nothing and is named beside its field."""
    errors: dict[str, str] = {}
    chosen = {"level": level.value, "unit": unit, "first": first, "last": last, "words": words, "standing": standing}
    sought = Sought(
        level=level,
        unit=unit or None,
        first=_day("first", first, errors),
        last=_day("last", last, errors),
        words=words.strip(),
        standing=standing if standing in STANDINGS else "",
    )
    return Question(chosen, sought, errors)


@router.get("")
def show(
    request: Request,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    question: Annotated[Question, Depends(question_of)],
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
) -> Response:
    """Decisions of one review, the latest first."""
    chosen, level = question.chosen, question.sought.level
    return pages.show(
        request,
        "review/decided.html",
        page=past_decisions(context, actor, question.sought, limit=PAGE, offset=offset),
        form=Form(chosen, question.errors),
        level=level.value,
        levels=[(each.value, LEVEL_LABELS[each]) for each in Level],
        decides=actor.role in MEETING_ROLES[Level.SECOND],
        narrowed=any(value for name, value in chosen.items() if name != "level"),
        kept=urlencode({name: value for name, value in chosen.items() if value}),
        offset=offset,
        units=lists_of(context)["units"],
        standings=[(code, label) for code, label in STANDINGS.items() if code],
    )


@router.get("/{petition_id}/record.docx")
def record(petition_id: CaseId, context: ContextOf, actor: Caller) -> Response:
    """The leaders' latest decision on a case as a Word document."""
    decided = second_review.record(context, petition_id, actor)
    if decided is None:
        raise NotFound("二级研判对该诉求的决定")
    return download(record_document(decided), WORD, f"decision-{decided.case_number}.docx")


def _day(name: str, said: str, errors: dict[str, str]) -> dt.date | None:
    with suppress(ValueError):
        return dt.date.fromisoformat(said) if said else None
    errors[name] = "日期请写成 2026-03-02 这样"
    return None
