"""Commands over a real ledger, in a terminal so wide that no table is folded."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

import clock
from services.bootstrap import use_context
from services.context import Context
from tests.support.context import a_context


@pytest.fixture
def context(engine: sa.Engine, frozen_clock: clock.StoryClock) -> Iterator[Context]:
    """The ledger that the commands work on."""
    with use_context(a_context(engine)) as context:
        yield context


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are not folded, whatever the terminal is."""
    for name, module in list(sys.modules.items()):
        if name.startswith("cli.") and hasattr(module, "console"):
            monkeypatch.setattr(module.console, "width", 300)
