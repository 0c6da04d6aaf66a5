"""Failures that are nobody's fault in the program: each is told in one sentence, with what to do next."""

from __future__ import annotations

from typing import Any

import typer
from sqlalchemy import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
)
from typer.core import TyperGroup

from domain.errors import DomainError
from gateways.holidays import CalendarFileError
from gateways.orchestrator import OrchestratorUnavailable
from gateways.policy_files import PolicyError
from settings import get_settings


class PlainGroup(TyperGroup):
    """Commands that end in a sentence and exit code 1, never in a traceback, when what they need is away."""

    def invoke(self, ctx: Any) -> object:  # noqa: ANN401 - click's, of which typer keeps a copy to itself
        try:
            return super().invoke(ctx)
        except Exception as failure:
            said = sentence_of(failure)
            if said is None:
                raise
            typer.echo(said, err=True)
            raise typer.Exit(1) from None


def sentence_of(failure: Exception) -> str | None:
    """What people are told; `None`: a fault of ours, whose traceback somebody must see."""
    match failure:
        case OperationalError() | ProgrammingError() if _has_no_tables(failure):
            return (
                f"台账还没有建立或尚未升级：{ledger()}。请先执行 make up。 "
                "The ledger is not set up, or not by this version: run `make up` first."
            )
        case OperationalError() | InterfaceError():
            return (
                f"台账数据库不可用：{ledger()}。请确认数据库在运行、RONGETONG_DATABASE_URL 填写正确，然后重试。 "
                "The ledger's database is away: see that it runs and that RONGETONG_DATABASE_URL is right, then repeat."
            )
        case ArgumentError() | NoSuchModuleError():
            return (
                "RONGETONG_DATABASE_URL 不是可用的数据库地址，写法见 .env.example。 "
                "RONGETONG_DATABASE_URL is no address of a database: see .env.example."
            )
        case OrchestratorUnavailable():
            return prefect_is_away()
        case DomainError() | PolicyError() | CalendarFileError():
            return str(failure)
    return None


def prefect_is_away() -> str:
    """What people are told when the Prefect server does not answer."""
    return (
        f"Prefect 服务器没有应答：{get_settings().prefect_api_url}。请确认 make up 在运行、RONGETONG_PREFECT_URL "
        "填写正确，然后重试；台账不受影响。 Prefect is away: see that `make up` runs and that RONGETONG_PREFECT_URL is "
        "right, then repeat; the ledger is unharmed."
    )


def ledger() -> str:
    """Where the ledger is, without its password."""
    return make_url(get_settings().ledger_url).render_as_string(hide_password=True)


def _has_no_tables(failure: DBAPIError) -> bool:
    said = str(failure.orig)
    undefined = {"42P01", "42703"}  # PostgreSQL: a table or a column is not there
    return getattr(failure.orig, "sqlstate", None) in undefined or "no such table" in said or "no such column" in said
