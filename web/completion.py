"""Handing in as done, with the files that prove it in the same form."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.turns import FILE_TURN
from domain.actions import Actor
from domain.attachments import OF_COMPLETIONS, Purpose
from domain.errors import DomainError, StaleVersion
from domain.stages import Trigger
from models.evidence import CompletionEvidence
from services import attachments, handling, queries
from services.context import Context
from web import cases
from web.actions import ACTIONS
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.files import GONE, Files, SentFiles
from web.forms import Sent, Wrong, answered, as_wrong, read, submit
from web.shown_files import NEW, PICKED, files_of
from web.waiting_files import with_waiting

router = APIRouter()

_CODE = Trigger.SUBMIT_COMPLETION.value


@router.post(f"/cases/{{petition_id}}/{_CODE}")
def hand_in(
    request: Request,
    petition_id: cases.CaseId,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    form: SentFiles,
    _: FILE_TURN,
) -> Response:
    """Keep the files, then hand in; what is refused comes back with the files that were kept ticked."""
    queries.head(context, petition_id, actor)  # whoever may not see the case is not told that there is one
    sent = form.sent
    kept: list[str] = []
    done = cases.after(request, petition_id, _CODE)
    try:
        if answered(context, request, sent) is not None:
            return done
        seen = sent.number("version")
        if not isinstance(seen, int):
            raise Wrong(problem=cases.STALE_TEXT)  # noqa: TRY301 - refused like everything else that is wrong
        if form.gone:
            raise Wrong({f"{NEW}{Purpose.EVIDENCE}": GONE})  # noqa: TRY301 - as above
        _check(context, petition_id, actor, sent, seen)
        version = seen + _keep(context, petition_id, actor, form, kept)
        body = read(CompletionEvidence, cases.fields_of(ACTIONS[_CODE], _with(sent, kept)))

        def work() -> dict[str, Any]:
            handling.submit_completion(context, petition_id, actor, body, version)
            return {}

        submit(context, request, sent, work)
    except (DomainError, Wrong) as refusal:
        wrong = as_wrong(refusal, cases.MOVED_ON)
        if not kept:
            rest = [file for file in form.files if file.field not in wrong.errors]
            sent = with_waiting(request, context, sent, rest)
        return cases.refused(request, context, pages, actor, petition_id, _CODE, _with(sent, kept), wrong)
    return done


def _check(context: Context, petition_id: str, actor: Actor, sent: Sent, seen: int) -> None:
    """Refuse what cannot be taken before any file is kept for it."""
    head = queries.head(context, petition_id, actor)
    if head.version != seen:
        raise StaleVersion(expected=seen, current=head.version)
    read(CompletionEvidence, cases.fields_of(ACTIONS[_CODE], sent))


def _keep(context: Context, petition_id: str, actor: Actor, form: Files, kept: list[str]) -> int:
    """Keep each file and note its id in `kept`; how many of them are new to the case.

    Each is a step of the history, so the case moves on by as many. Raises `Wrong`, naming the file and its field.
    """
    known, new = {file.id for file in files_of(context, petition_id, actor)}, 0
    for file in form.files:
        purpose = next((each for each in OF_COMPLETIONS if file.field == NEW + each), None)
        if purpose is None:
            continue
        try:
            added = attachments.add(context, petition_id, actor, file.name, file.content, Purpose(purpose))
        except DomainError as refusal:
            found = as_wrong(refusal)
            reason = found.errors.get("file") or found.problem or str(refusal)
            raise Wrong({file.field: f"{file.name}：{reason}"}) from None
        new += added.id not in known
        known.add(added.id)
        kept.append(added.id)
    return new


def _with(sent: Sent, kept: list[str]) -> Sent:
    """The form with the files that were kept ticked in it."""
    return Sent([*sent.pairs, *((f"{PICKED}{item}", "yes") for item in kept)])
