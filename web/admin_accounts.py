"""Accounts: opened, changed, shut; a first password is shown once and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from domain.accounts import ACCOUNT_ROLES
from domain.actions import ROLE_LABELS, Actor, Role
from domain.errors import DomainError, NotFound
from models.administration_answers import AccountView
from models.policy_files import Shape
from services import accounts as service
from services import administration, departures, directory, sessions, sign_in_history
from services.context import Context
from web.administration import Administrator, refused_form
from web.asking import ContextOf, PagesOf
from web.forms import Form, Sent, SentForm, Wrong, read, submit

router = APIRouter()

ROLES = [(role.value, ROLE_LABELS[role]) for role in Role if role in ACCOUNT_ROLES]
_LIST = "/administration/accounts"


class Standing(Shape):
    """In what capacity an account acts."""

    role: Role
    unit: str | None = None


class NewAccount(Standing):
    """An account to be made."""

    name: str = Field(max_length=service.NAME_LENGTH)
    login: str | None = None


@dataclass(frozen=True)
class Done:
    """What became of it, and the password that is shown this one time."""

    said: str
    secret: str = ""


@router.get(_LIST)
def show(request: Request, context: ContextOf, pages: PagesOf, _: Administrator) -> Response:
    """Every account, and the form for another."""
    unit = request.query_params.get("unit", "")[:60]
    form = Form({"role": Role.UNIT.value, "unit": unit} if unit else {})
    return _list(request, context, pages, form)


@router.post(_LIST)
def create(request: Request, context: ContextOf, pages: PagesOf, actor: Administrator, sent: SentForm) -> Response:
    """Open one; its first password is on the answer and nowhere else."""
    secret = ""
    try:
        body = read(NewAccount, _written(sent))

        def work() -> dict[str, Any]:
            nonlocal secret
            secret = service.create_account(context, body.name, body.role, body.unit, body.login, actor)
            return {}

        submit(context, request, sent, work)
    except (DomainError, Wrong) as refusal:
        form = refused_form(sent.values, refusal)
        return _list(request, context, pages, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    done = Done(f"已开通账号“{body.name.strip()}”。", secret)
    return _list(request, context, pages, Form(), done=done)


@router.get(_LIST + "/{number}")
def one(
    request: Request, number: int, context: ContextOf, pages: PagesOf, actor: Administrator, done: str = ""
) -> Response:
    """One account: what it is, what can be done with it, and what happened."""
    told = _ACTS[done].said if done in _ACTS else ""
    return _one(request, context, pages, actor, _found(context, number), Done(told) if told else None)


@router.post(_LIST + "/{number}/{act}")
def change(
    request: Request,
    number: int,
    act: str,
    context: ContextOf,
    pages: PagesOf,
    actor: Administrator,
    sent: SentForm,
) -> Response:
    """Do it, or show the account as it stands with the reason."""
    account, known = _found(context, number), _ACTS.get(act)
    if known is None:
        raise NotFound("这项操作")
    secret = ""
    try:

        def work() -> dict[str, Any]:
            nonlocal secret
            secret = known.work(context, account.name, actor, sent)
            return {}

        submit(context, request, sent, work)
    except (DomainError, Wrong) as refusal:
        form = refused_form(sent.values, refusal)
        return _one(request, context, pages, actor, account, None, form.status, {act: form})
    if known.gives_secret:
        return _one(request, context, pages, actor, _found(context, number), Done(known.said, secret))
    return RedirectResponse(f"{_LIST}/{number}?done={act}", HTTPStatus.SEE_OTHER)


def _list(
    request: Request,
    context: Context,
    pages: PagesOf,
    form: Form,
    status: HTTPStatus = HTTPStatus.OK,
    done: Done | None = None,
) -> Response:
    return pages.show(
        request,
        "administration/accounts.html",
        status,
        accounts=service.list_accounts(context),
        form=form,
        done=done,
        roles=ROLES,
        role_names=dict(ROLES),
        units=directory.choices(context),
        unit_names=dict(directory.choices(context)),
    )


def _one(
    request: Request,
    context: Context,
    pages: PagesOf,
    actor: Actor,
    account: AccountView,
    done: Done | None,
    status: HTTPStatus = HTTPStatus.OK,
    forms: dict[str, Form] | None = None,
) -> Response:
    begun = {
        "standing": Form({"role": account.role, "unit": account.unit or ""}),
        "link": Form({"login": account.login or ""}),
    }
    return pages.show(
        request,
        "administration/account.html",
        status,
        one=account,
        done=done,
        forms=begun | (forms or {}),
        problem="" if forms is None else next((form.problem for form in forms.values()), ""),
        roles=ROLES,
        role_names=dict(ROLES),
        units=directory.choices(context),
        unit_names=dict(directory.choices(context)),
        own=account.name == actor.name,
        sessions=sessions.sessions_of(context, actor, account.number),
        left=departures.left_behind(context, actor, account),
        sign_ins=sign_in_history.history(context, actor, account.name),
        acts=administration.acts(context, actor, account.name),
    )


def _found(context: Context, number: int) -> AccountView:
    account = next((one for one in service.list_accounts(context) if one.number == number), None)
    if account is None:
        raise NotFound("这个账号")
    return account


def _written(sent: Sent) -> dict[str, str]:
    return {name: value.strip() for name, value in sent.values.items() if value.strip()}


@dataclass(frozen=True)
class _Act:
    """Something done to an account: what is said of it, and how it is done."""

    said: str
    work: Callable[[Context, str, Actor, Sent], str]
    gives_secret: bool = False


def _reset(context: Context, name: str, actor: Actor, sent: Sent) -> str:
    return service.reset_password(context, name, actor, sent["stamp"])


def _unlock(context: Context, name: str, actor: Actor, _: Sent) -> str:
    service.unlock_account(context, name, actor)
    return ""


def _end(context: Context, name: str, actor: Actor, _: Sent) -> str:
    service.end_all_sessions(context, name, actor)
    return ""


def _disable(context: Context, name: str, actor: Actor, sent: Sent) -> str:
    service.disable_account(context, name, actor, sent["stamp"])
    return ""


def _enable(context: Context, name: str, actor: Actor, sent: Sent) -> str:
    service.enable_account(context, name, actor, sent["stamp"])
    return ""


def _standing(context: Context, name: str, actor: Actor, sent: Sent) -> str:
    fields = {key: value for key, value in _written(sent).items() if key != "stamp"}
    body = read(Standing, fields)
    service.change_standing(context, name, body.role, body.unit, actor, sent["stamp"])
    return ""


def _link(context: Context, name: str, actor: Actor, sent: Sent) -> str:
    service.link_account(context, name, sent["login"].strip() or None, actor, sent["stamp"])
    return ""


_ACTS = {
    "reset": _Act("密码已重置，已登录的都已退出。", _reset, gives_secret=True),
    "unlock": _Act("不必再等待，可以登录了。", _unlock),
    "end": _Act("已登录的都已退出。", _end),
    "disable": _Act("已停用，已登录的都已退出。", _disable),
    "enable": _Act("已启用。", _enable),
    "standing": _Act("角色和单位已改。", _standing),
    "link": _Act("统一身份的登录名已改。", _link),
}
