"""What every use case needs, put together once per process (the composition root is `services.bootstrap`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from domain.accounts import SignInRules
from domain.single_sign_on import DirectoryRules
from gateways.channels import AddressBook
from gateways.file_store import FileStore
from gateways.key_ring import IdentityKeys
from gateways.live_files import LiveFile
from gateways.notifier import Notifier
from gateways.openid import OpenIdProvider
from gateways.orchestrator import Orchestrator
from gateways.tiles import Tiles
from services.geographies import GeographyBook
from services.kept_answers import KeptAnswers
from services.modelbook import ModelBook
from services.rulebook import RuleBook


@dataclass(frozen=True)
class Context:
    """The outside world and the rules, as use cases see them."""

    sessions: sessionmaker[Session]
    """Transactions that decide and write."""
    readers: sessionmaker[Session]
    """Transactions that only read."""
    orchestrator: Orchestrator
    rules: RuleBook
    notifier: Notifier
    addresses: AddressBook
    replies_kept: dt.timedelta
    """How long an answer is kept for a request that comes again."""
    person_key: Callable[[], bytes]
    """The key under which it is kept who reported, so that the same person is known without being named."""
    identity_keys: IdentityKeys
    """The keys under which it is kept who reported and how to reach them."""
    store: FileStore
    """The files that people send along."""
    files: tuple[LiveFile[Any], ...] = ()
    """The files these parts came from, where they did."""
    models: ModelBook = field(default_factory=ModelBook)
    """What dispatch has learned."""
    geographies: GeographyBook = field(default_factory=GeographyBook)
    dashboards: KeptAnswers = field(default_factory=KeptAnswers)
    """What dashboards showed at a minute."""
    tiles: Tiles | None = None
    """Pictures beneath the map; without them no page asks another host for anything."""
    sign_in: SignInRules = field(default_factory=SignInRules)
    identity_provider: OpenIdProvider | None = None
    """Where people may sign in besides with their passwords here."""
    directory: DirectoryRules = field(default_factory=DirectoryRules)
    """What that provider's claims mean here."""
    policy_dir: Path | None = None
    """Where the files lie that a district begins with, and its calendar."""
    public_url: str = ""
    """The address of the pages as browsers know it; empty where nobody said."""
    prefect_public_url: str = ""
    """The address of Prefect's UI, likewise."""

    @property
    def broken_files(self) -> list[LiveFile[Any]]:
        """The files people edit that cannot be used as they are now; `problem` says file, line and reason."""
        for file in self.files:
            _ = file.value
        return [file for file in self.files if file.problem is not None]
