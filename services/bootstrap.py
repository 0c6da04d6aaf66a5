"""Puts the real outside world together, once per process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial

from domain.accounts import SignInRules
from domain.actions import Role
from domain.coordinates import CoordinateSystem
from domain.single_sign_on import DirectoryRules
from gateways.channels import AddressBook, load_address_book
from gateways.database import create_ledger_engine, reading_factory, session_factory
from gateways.file_store import DiskStore
from gateways.holidays import load_calendar
from gateways.key_ring import KeyFile
from gateways.live_files import LiveFile
from gateways.openid import OpenIdProvider, Registration
from gateways.orchestrator import Orchestrator
from gateways.prefect_orchestrator import PrefectOrchestrator
from gateways.secret_file import secret_in
from gateways.tiles import Tiles
from services.context import Context
from services.kept_answers import PATIENCE, KeptAnswers
from services.rulebook import RuleBook
from settings import Settings, get_settings


def build_orchestrator(settings: Settings) -> Orchestrator:
    """The Prefect server named by `settings`; nothing is asked of it yet."""
    return PrefectOrchestrator(settings.prefect_api_url)


def build_context(settings: Settings, orchestrator: Orchestrator | None = None) -> Context:
    """The context of a process that works with the ledger and the Prefect server named by `settings`.

    A broken channels file or calendar keeps no process from starting: notices wait, and the calendar that was last
    good stays. Raises `CalendarFileError` where there never was a good one.
    """
    engine = create_ledger_engine(settings.ledger_url)
    channels = LiveFile(settings.channels_path, load_address_book, instead=AddressBook(readable=False))
    calendar = LiveFile(
        settings.policy_dir / "calendar.yaml", load_calendar, kept=settings.data_dir / "calendar.last-good.yaml"
    )
    book = channels.value
    return Context(
        sessions=session_factory(engine),
        readers=reading_factory(engine),
        orchestrator=orchestrator or build_orchestrator(settings),
        rules=RuleBook(calendar),
        notifier=book.notifier(),
        addresses=book,
        replies_kept=dt.timedelta(hours=settings.replies_hours),
        person_key=cache(partial(secret_in, settings.person_key_path)),
        identity_keys=KeyFile(settings.identity_keys_path),
        dashboards=KeptAnswers(patience=PATIENCE),
        store=DiskStore(settings.files_path, settings.files_reserve_mib * 2**20),
        files=(channels, calendar),
        tiles=tiles_of(settings),
        sign_in=sign_in_rules(settings),
        identity_provider=identity_provider(settings),
        directory=directory_rules(settings),
        policy_dir=settings.policy_dir,
        public_url=settings.public_url,
        prefect_public_url=settings.prefect_public_url,
    )


def tiles_of(settings: Settings) -> Tiles | None:
    """The pictures beneath the map, where the operator named any."""
    if not settings.map_tiles_url:
        return None
    return Tiles(settings.map_tiles_url, CoordinateSystem(settings.map_tiles_crs), settings.map_tiles_credit)


def sign_in_rules(settings: Settings) -> SignInRules:
    """The figures of signing in, as the operator set them."""
    return SignInRules(
        idle=dt.timedelta(minutes=settings.session_idle_minutes),
        longest=dt.timedelta(hours=settings.session_hours),
        failures_of_account=settings.sign_in_failures,
        failures_of_address=settings.sign_in_address_failures,
        locked=dt.timedelta(minutes=settings.sign_in_lock_minutes),
        history=dt.timedelta(days=settings.sign_in_history_days),
    )


def identity_provider(settings: Settings) -> OpenIdProvider | None:
    """The district's identity provider; nothing is asked of it yet."""
    if not settings.oidc_issuer:
        return None
    return OpenIdProvider(
        Registration(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            secret_file=settings.oidc_client_secret_file,
            public_url=settings.public_url,
            scope=settings.oidc_scope,
            name=settings.oidc_name,
        )
    )


def directory_rules(settings: Settings) -> DirectoryRules:
    """What the provider's claims mean. Raises ValueError for roles that there are not."""
    unknown = sorted(set(settings.oidc_roles.values()) - {role.value for role in Role})
    if unknown:
        raise ValueError(f"RONGETONG_OIDC_ROLES：没有这些角色：{'、'.join(unknown)}")
    rules = DirectoryRules(
        login_claim=settings.oidc_login_claim,
        role_claim=settings.oidc_role_claim,
        roles={value: Role(role) for value, role in settings.oidc_roles.items()},
        unit_claim=settings.oidc_unit_claim,
        units=settings.oidc_units,
    )
    problems = rules.problems()
    if problems:
        raise ValueError(f"RONGETONG_OIDC_…：{'；'.join(problems)}")
    return rules


def up_to_date(context: Context) -> Context:
    """`context` with the channels file as it is now."""
    for file in context.files:
        book = file.value
        if isinstance(book, AddressBook) and book is not context.addresses:
            return replace(context, addresses=book, notifier=book.notifier())
    return context


_own: Context | None = None
_given: Context | None = None


def get_context() -> Context:
    """The context of this process: the one given to it, else built from the settings at first use."""
    global _own  # noqa: PLW0603 - one context per process is the point
    if _given is not None:
        return _given
    _own = build_context(get_settings()) if _own is None else up_to_date(_own)
    return _own


@contextmanager
def use_context(context: Context) -> Iterator[Context]:
    """Let flows and tasks of this process work with `context` for a while (stories, tests)."""
    global _given  # noqa: PLW0603 - one context per process is the point
    previous, _given = _given, context
    try:
        yield context
    finally:
        _given = previous
