"""`rongetong visits` as it is typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

import clock
from cli import visits as visit_commands
from cli.app import app
from services import decisions, handling
from services.bootstrap import use_context
from services.context import Context
from tests.services import lives
from tests.support.context import a_context


@pytest.fixture
def context(engine: sa.Engine, frozen_clock: clock.StoryClock) -> Iterator[Context]:
    with use_context(a_context(engine)) as context:
        yield context


def test_what_is_to_be_visited_is_listed_with_its_counts(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visit_commands.console, "width", 250)
    petition_id = lives.extended(context)
    handling.submit_completion(context, petition_id, lives.AT_UNIT, lives.EVIDENCE)
    decisions.decide_completion(context, petition_id, lives.DESK, approved=True, reason="答复完整")
    said = CliRunner().invoke(app, ["visits"])
    assert said.exit_code == 0
    number = lives.petition_of(context, petition_id).case_number
    [row] = [line for line in said.stdout.splitlines() if number in line]
    assert "延期" in row
    assert "待回访" in row
    assert "抽中1件：已回访0，未联系上0，待回访1，不再需要0" in said.stdout
    assert number not in CliRunner().invoke(app, ["visits", "--contradicting"]).stdout
    assert number in CliRunner().invoke(app, ["visits", "--all"]).stdout
