"""Puts the real outside world together, once per process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from gateways.channels import load_address_book
from gateways.database import create_ledger_engine, reading_factory, session_factory
from gateways.holidays import load_calendar
from gateways.orchestrator import Orchestrator
from gateways.prefect_orchestrator import PrefectOrchestrator
from services.context import Context
from services.rulebook import RuleBook
from settings import Settings, get_settings


def build_orchestrator(settings: Settings) -> Orchestrator:
    """The Prefect server named by `settings`; nothing is asked of it yet."""
    return PrefectOrchestrator(settings.prefect_api_url)


def build_context(settings: Settings, orchestrator: Orchestrator | None = None) -> Context:
    """The context of a process that works with the ledger and the Prefect server named by `settings`."""
    engine = create_ledger_engine(settings.ledger_url)
    book = load_address_book(settings.channels_path)
    return Context(
        sessions=session_factory(engine),
        readers=reading_factory(engine),
        orchestrator=orchestrator or build_orchestrator(settings),
        rules=RuleBook(load_calendar(settings.policy_dir / "calendar.yaml")),
        notifier=book.notifier(),
        addresses=book,
        replies_kept=dt.timedelta(hours=settings.replies_hours),
    )


@lru_cache
def _own_context() -> Context:
    return build_context(get_settings())


_given: Context | None = None


def get_context() -> Context:
    """The context of this process: the one given to it, else built from the settings at first use."""
    return _given or _own_context()


@contextmanager
def use_context(context: Context) -> Iterator[Context]:
    """Let flows and tasks of this process work with `context` for a while (stories, tests)."""
    global _given  # noqa: PLW0603 - one context per process is the point
    previous, _given = _given, context
    try:
        yield context
    finally:
        _given = previous
