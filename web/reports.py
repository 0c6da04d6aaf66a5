"""The four lists and the bulletins as pages, with their Excel and Word files."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from domain.actions import Actor
from domain.bulletins import BulletinAct
from domain.errors import NotFound
from domain.lists import LIST_LABELS, ListName
from models.bulletins import DiscardIn, IssueIn
from services import bulletins, list_book, lists
from services.context import Context
from services.list_rows import Wanted
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.choices import lists_of
from web.downloads import EXCEL, WORD, download
from web.forms import Form, SentForm, read, refusal_of

router = APIRouter(prefix="/reports")

PAGE = 50
BulletinId = Annotated[str, Path(max_length=60)]
UnitCode = Annotated[str, Query(pattern="^[a-z0-9-]{0,60}$")]


@router.get("")
def four_lists(
    request: Request,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    name: ListName = ListName.PROBLEMS,
    unit: UnitCode = "",
    after: Annotated[str, Query(pattern="^[A-Z0-9-]{0,40}$")] = "",
) -> Response:
    """One of the four lists, oldest first, with how many of what standing there are."""
    page = lists.page_of(context, actor, name, Wanted(unit=unit or None), after=after or None, limit=PAGE)
    sheet, rows = list_book.SHEETS[name], list_book.rows_of(page)
    # Columns in which no row of the page says anything are in the workbook alone.
    told = [place for place in range(len(sheet.columns)) if any(cells[place] not in (None, "") for _, cells in rows)]
    return pages.show(
        request,
        "reports/lists.html",
        page=page,
        columns=[sheet.columns[place][0] for place in told],
        rows=[(petition_id, [cells[place] for place in told]) for petition_id, cells in rows],
        name=name.value,
        names=[(each.value, LIST_LABELS[each]) for each in ListName],
        unit=unit,
        units=lists_of(context)["units"],
        form=Form({"unit": unit}),
    )


@router.get("/lists.xlsx")
def workbook(context: ContextOf, actor: Caller, unit: UnitCode = "") -> Response:
    """All four lists as one workbook."""
    return download(list_book.book_of(context, actor, Wanted(unit=unit or None)), EXCEL, "lists.xlsx")


@router.get("/bulletins")
def all_bulletins(
    request: Request,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    offset: Annotated[int, Query(ge=0, le=bulletins.MAX_OFFSET)] = 0,
) -> Response:
    """The latest first; drafts only for those who may issue them."""
    return pages.show(
        request, "reports/bulletins.html", page=bulletins.bulletins(context, actor, limit=PAGE, offset=offset)
    )


@router.get("/bulletins/{bulletin_id}")
def bulletin(request: Request, bulletin_id: BulletinId, context: ContextOf, pages: PagesOf, actor: Caller) -> Response:
    """One bulletin with its tables, and the forms of whoever may issue it."""
    return _bulletin(request, context, pages, actor, bulletin_id)


@router.get("/bulletins/{bulletin_id}/bulletin.docx")
def word(bulletin_id: BulletinId, context: ContextOf, actor: Caller) -> Response:
    """The bulletin as a Word document."""
    return download(bulletins.document(context, bulletin_id, actor), WORD, "bulletin.docx")


@router.get("/bulletins/{bulletin_id}/annex.xlsx")
def annex(bulletin_id: BulletinId, context: ContextOf, actor: Caller) -> Response:
    """Its annexes as a workbook."""
    return download(bulletins.annex(context, bulletin_id, actor), EXCEL, "bulletin-annex.xlsx")


@router.post("/bulletins/{bulletin_id}/{what}")
def decide(
    request: Request,
    bulletin_id: BulletinId,
    what: str,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    sent: SentForm,
) -> Response:
    """Issue a draft, or keep it unissued with the reason."""
    if what not in {BulletinAct.ISSUE, BulletinAct.DISCARD}:
        raise NotFound("这项操作")
    bulletins.bulletin(context, bulletin_id, actor)  # whoever may not see the draft is not told that there is one
    act = BulletinAct(what)

    def work(version: int) -> None:
        if act is BulletinAct.ISSUE:
            said = read(IssueIn, {"opinion": sent["opinion"]}).opinion
        else:
            said = read(DiscardIn, {"reason": sent["reason"]}).reason
        bulletins.decide(context, bulletin_id, actor, act, said, version)

    refused = refusal_of(context, request, sent, "这份通报", work)
    if refused is not None:
        return _bulletin(request, context, pages, actor, bulletin_id, refused)
    return RedirectResponse(f"/reports/bulletins/{bulletin_id}?done=1", HTTPStatus.SEE_OTHER)


def _bulletin(
    request: Request, context: Context, pages: PagesOf, actor: Actor, bulletin_id: str, form: Form | None = None
) -> Response:
    shown = bulletins.bulletin(context, bulletin_id, actor)
    form = form or Form()
    return pages.show(
        request,
        "reports/bulletin.html",
        form.status,
        bulletin=shown,
        content=bulletins.content(context, bulletin_id, actor),
        form=form,
        done="done" in request.query_params,
    )
