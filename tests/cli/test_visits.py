"""`rongetong visits` as it is typed."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cli import visits as visit_commands
from cli.app import app
from services import decisions, handling
from services.context import Context
from tests.services import lives


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
