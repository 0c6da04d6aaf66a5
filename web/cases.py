"""One case for whoever is signed in: what it is, whose, until when and why, what happened, and what they may do now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

from domain.actions import ROLE_LABELS, Actor, Role
from domain.conduct import REQUEST_TYPE_LABELS, URGENCY_LABELS, RequestType, Urgency
from domain.errors import DomainError, NotFound
from domain.petition import RUNG_LABELS, Rung
from domain.plain_signs import plain_signs
from domain.queue_filter import QueueFilter, read_filter
from domain.stages import STAGE_LABELS, TRIGGER_LABELS, Stage, Trigger
from models.answers import PetitionDetail, QueueItem
from models.bodies import ExclusionIn
from models.desk import PastCase
from models.evidence import CompletionEvidence
from services import desk, queries, queues, recusals, runs, same_matter, surroundings
from services.context import Context
from web.action import Action
from web.actions import ACTIONS, DESKS, SEPARATE
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.choices import lists_of, options_of
from web.forms import Form, Sent, SentForm, Wrong, as_wrong, submit
from web.inputs import shape_fields
from web.lookup import in_words, read_action
from web.shown_files import PICKED, files_of, for_completion, new_for_completion, purposes_of
from web.waiting_files import waiting_in

router = APIRouter()

CaseId = Annotated[str, Path(max_length=60)]
_WHOLE = re.compile(r"[A-Z]{1,10}-\d{8}-\d{5,}", re.ASCII)
_QUOTED = re.compile(r"“([^”]{1,40})”")
MOVED_ON = "您填写的时候，这件诉求有了变化（见上）。您写的还在，确认后请再提交一次"
_GIVING = {TRIGGER_LABELS[each] for each in (Trigger.DISPATCH, Trigger.REDISPATCH, Trigger.CORRECT_DISPATCH)}
SAME = "same"
"""Where a form says that it was sent from: the list of pairs, to which whoever works through it goes back."""
STALE_TEXT = "表单不完整，请重新填写"


@router.get("/cases")
def find(context: ContextOf, actor: Caller, number: str = "") -> Response:
    """From a case number to its page; from a part of one to what of the queue has it."""
    only = read_filter({"number": number})
    try:
        found = queries.find(context, plain_signs(number).upper()[:40], actor).id
    except NotFound:
        if not only or _WHOLE.fullmatch(only.number) or actor.role is Role.MEDIA:
            raise
        there = queues.queue_for(context, actor, limit=2, only=only).items
        if len(there) != 1:
            return RedirectResponse(f"/tasks?{only.query}", HTTPStatus.SEE_OTHER)
        found = there[0].id
    return RedirectResponse(f"/cases/{found}", HTTPStatus.SEE_OTHER)


@router.get("/cases/{petition_id}")
def show(request: Request, petition_id: CaseId, context: ContextOf, pages: PagesOf, actor: Caller) -> Response:
    """The case as whoever asks may see it."""
    return page_of(request, context, pages, actor, petition_id)


@router.post("/cases/{petition_id}/{code}")
def act(
    request: Request, petition_id: CaseId, code: str, context: ContextOf, pages: PagesOf, actor: Caller, sent: SentForm
) -> Response:
    """Do it, or show the case as it stands with the form as it was filled in."""
    action = ACTIONS.get(code) or DESKS.get(code)
    if action is None:
        raise NotFound("这项操作")
    wrong = attempt(request, context, actor, petition_id, action, sent)
    if wrong is not None:
        return refused(request, context, pages, actor, petition_id, code, sent, wrong)
    if sent["back"] == SAME:
        skipped = sent["offset"] if re.fullmatch(r"[0-9]{1,7}", sent["offset"]) else "0"
        return RedirectResponse(f"/desk/same?done={code}&of={petition_id}&offset={skipped}", HTTPStatus.SEE_OTHER)
    if not _sees(context, petition_id, actor):
        return RedirectResponse(_done_at(request, "/tasks", code), HTTPStatus.SEE_OTHER)
    return after(request, petition_id, code)


def after(request: Request, petition_id: str, code: str) -> Response:
    """To the page of the case where `code` was done, which still knows of what queue the case was opened."""
    return RedirectResponse(_done_at(request, f"/cases/{petition_id}", code), HTTPStatus.SEE_OTHER)


def within(request: Request) -> str:
    """The end of an address that says of what queue the case was opened; empty where it was of none."""
    only = read_filter(request.query_params)
    return f"?{only.query}" if only else ""


def _done_at(request: Request, path: str, code: str) -> str:
    return f"{path}?done={code}{within(request).replace('?', '&')}"


def attempt(
    request: Request, context: Context, actor: Actor, petition_id: str, action: Action, sent: Sent
) -> Wrong | None:
    """Do it, once for this form. What it was refused for; `None` when it was done. Raises `NotFound`."""
    queries.head(context, petition_id, actor)  # whoever may not see the case is not told that there is one
    try:
        version = sent.number("version")
        if not isinstance(version, int):
            return Wrong(problem=STALE_TEXT)
        body = read_action(context, action, fields_of(action, sent))

        def work() -> dict[str, Any]:
            action.work(context, petition_id, actor, body, version)
            return {}

        submit(context, request, sent, work)
    except (DomainError, Wrong) as refusal:
        return as_wrong(refusal, MOVED_ON)
    return None


def fields_of(action: Action, sent: Sent) -> dict[str, Any]:
    """What was written; where a unit shows something by its files, also by which."""
    fields = shape_fields(action.fields, sent)
    picked = [name.removeprefix(PICKED) for name, value in sent.pairs if name.startswith(PICKED) and value == "yes"]
    if action.shape is CompletionEvidence:
        fields["attachments"] = [{"id": item} for item in dict.fromkeys(picked)]
    elif action.shape is ExclusionIn:
        fields["files"] = list(dict.fromkeys(picked))
    return fields


def _sees(context: Context, petition_id: str, actor: Actor) -> bool:
    """Whoever has just recused themselves does not."""
    try:
        queries.head(context, petition_id, actor)
    except NotFound:
        return False
    return True


def refused(
    request: Request,
    context: Context,
    pages: PagesOf,
    actor: Actor,
    petition_id: str,
    code: str,
    sent: Sent,
    wrong: Wrong,
) -> Response:
    """The case as it stands, with the form as it was filled in and what is wrong with it."""
    action = ACTIONS.get(code) or DESKS.get(code)
    form = Form.refused(in_words(context, action, sent) if action else sent, wrong)
    return page_of(request, context, pages, actor, petition_id, wrong.status, {code: form})


def page_of(
    request: Request,
    context: Context,
    pages: PagesOf,
    actor: Actor,
    petition_id: str,
    status: HTTPStatus = HTTPStatus.OK,
    forms: Mapping[str, Form] | None = None,
) -> Response:
    """The page of the case, with what whoever asks may see and do.

    The address says of what queue the case was opened; the forms send it along, and so it outlives what is done.
    """
    only = read_filter(request.query_params)
    case, at_desk = queries.detail(context, petition_id, actor), actor.role is Role.DESK
    # While a dispatch can be corrected, to give it to another unit is to correct it: one form, with one name.
    hidden = {Trigger.REDISPATCH.value} if case.correctable_until else set()
    allowed = [action for code, action in ACTIONS.items() if code in case.allowed_actions and code not in hidden]
    if at_desk and case.stage.code == Stage.MERGED:
        allowed.append(SEPARATE)
    weighed = desk.weighed(context, actor, [petition_id]).get(petition_id) if at_desk else None
    lists, files = lists_of(context), files_of(context, petition_id, actor)
    picked = for_completion(files, actor)
    begun = {f"{PICKED}{file.id}": "yes" for file in picked}
    past = _past(context, case, actor) if at_desk else []
    done = label_of(request.query_params.get("done", ""))
    offered = {action.code for action in allowed} | {Trigger.ATTACH.value}
    refused = next((form for code, form in (forms or {}).items() if code not in offered), None)
    return pages.show(
        request,
        "cases/case.html",
        status,
        case=case,
        text=marked(case),
        clocks=queries.clock_of(context, petition_id, actor),
        history=queries.history(context, petition_id, actor).entries,
        weighed=weighed,
        past=past,
        place=surroundings.surroundings(context, petition_id, actor, [item.id for item in past]),
        duplicates=same_matter.duplicates_of(context, petition_id, actor).items if at_desk else [],
        actions=allowed,
        forms={
            action.code: Form(start_of(action) | (begun if action.shape is CompletionEvidence else {}))
            for action in allowed
        }
        | {Trigger.ATTACH.value: Form()}
        | dict(forms or {}),
        files=files,
        picked=picked,
        new_files=new_for_completion(actor),
        file_purposes=purposes_of(actor),
        recusals=recusals.recusals(context, petition_id, actor).recusals if actor.role in recusals.READERS else [],
        refused=refused,
        waiting={
            code: waiting_in(request, (forms or {}).get(code, Form()).values)
            for code in (Trigger.SUBMIT_COMPLETION.value, Trigger.ATTACH.value)
        },
        blank=Form(),
        options=lambda field: options_of(field, lists),
        done=done,
        given=done in _GIVING and Trigger.REDISPATCH.value in case.allowed_actions,
        following=_next(context, actor, petition_id, only) if done else None,
        only=only,
        within=within(request),
        urgency=URGENCY_LABELS[Urgency(case.urgency)],
        request_type=REQUEST_TYPE_LABELS[RequestType(case.request_type)],
        rung=RUNG_LABELS[Rung(case.rung)] if case.rung else "",
        roles={role.value: label for role, label in ROLE_LABELS.items()},
        stages={stage.value: STAGE_LABELS[stage] for stage in Stage},
        run=runs.address_of_run(context, petition_id, actor),
    )


def _past(context: Context, case: PetitionDetail, actor: Actor) -> list[PastCase]:
    """How the like ended, while somebody may still be asked whose it is."""
    if not {Trigger.DISPATCH.value, Trigger.REDISPATCH.value, Trigger.GRANT_RETURN.value} & set(case.allowed_actions):
        return []
    return desk.similar_closed(context, case.id, actor)


def _next(context: Context, actor: Actor, petition_id: str, only: QueueFilter) -> QueueItem | None:
    """What waits for them next of what they look at, so that they need not go back for it."""
    waiting = queues.queue_for(context, actor, limit=2, only=only).items
    return next((item for item in waiting if item.id != petition_id), None)


def label_of(code: str) -> str:
    """What was done, in words."""
    known = (ACTIONS | DESKS).get(code)
    return known.label if known else TRIGGER_LABELS[Trigger.ATTACH] if code == Trigger.ATTACH else ""


def start_of(action: Action) -> dict[str, str]:
    """What the form of an action shows at first."""
    return {field.name: field.start for field in action.fields if field.start}


def marked(case: PetitionDetail) -> Markup:
    """The petition's text with the words that speak for one of the units in question."""
    reasons = [reason for candidate in case.candidates for reason in candidate.get("reasons", [])]
    reasons += [reason for task in case.assignments for reason in task.reasons]
    words = {word for reason in reasons for word in _QUOTED.findall(str(reason)) if word in case.text}
    if not words:
        return escape(case.text)
    either = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
    shown, at = Markup(), 0
    for found in either.finditer(case.text):
        shown += escape(case.text[at : found.start()]) + Markup("<mark>{}</mark>").format(found[0])
        at = found.end()
    return shown + escape(case.text[at:])
