"""A process starts, and goes on, whatever is wrong with the files people edit."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from domain.actions import Actor, Role
from gateways.holidays import CalendarFileError
from gateways.notifier import AppriseNotifier
from gateways.orchestrator import RecordingOrchestrator
from services import delivery, outbox
from services.bootstrap import build_context, up_to_date
from services.context import Context
from services.delivery import Outcome
from services.policies import activate_policy
from services.sending import send_owed
from settings import Settings
from tests.services.lives import UNIT, dispatched, notice_to, stored
from tests.support.context import POLICY_DIR, shipped_policy

BROKEN = "office: [\n"
A_DAY_OFF = "adjustments: [{date: 2026-03-04, works: false, name: 停工, source: 自定}]"


@pytest.fixture
def settings(sqlite_template: Path, tmp_path: Path) -> Settings:
    shutil.copytree(POLICY_DIR, tmp_path / "policy")
    ledger = tmp_path / "ledger.db"
    shutil.copyfile(sqlite_template, ledger)
    return Settings(
        _env_file=None, data_dir=tmp_path, policy_dir=tmp_path / "policy", database_url=f"sqlite:///{ledger}"
    )


def start(settings: Settings) -> Context:
    context = build_context(settings, RecordingOrchestrator())
    activate_policy(context, shipped_policy(), Actor(Role.OPERATOR, name="tests"))
    return context


def write(path: Path, text: str) -> None:
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_notices_wait_while_the_address_book_is_broken_and_go_out_when_it_is_repaired(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    write(settings.channels_path, "units: [")
    context = start(settings)
    assert "channels.yaml cannot be used" in caplog.text
    [file] = context.broken_files
    assert "channels.yaml，第 1 行" in str(file.problem)
    dispatched(context)
    notice_id = notice_to(context, f"unit:{UNIT}")
    assert outbox.due_notices(context, 100) == []
    assert delivery.deliver(context, notice_id) is Outcome.POSTPONED
    assert (stored(context, notice_id).status, stored(context, notice_id).attempts) == ("owed", 0)

    write(settings.channels_path, f'units:\n  "{UNIT}": "json://127.0.0.1:9/nobody"\n')
    context = up_to_date(context)
    assert context.broken_files == []
    assert isinstance(context.notifier, AppriseNotifier)
    assert send_owed(context, 60)[Outcome.SILENT] == 1


def test_an_address_book_that_breaks_leaves_the_former_one_in_use(settings: Settings) -> None:
    write(settings.channels_path, f'units:\n  "{UNIT}": "json://127.0.0.1:9/nobody"\n')
    context = start(settings)
    write(settings.channels_path, "units: [")
    later = up_to_date(context)
    assert later.addresses.addresses_of(f"unit:{UNIT}")
    assert len(later.broken_files) == 1


def test_the_calendar_that_was_last_good_stays_over_a_restart(settings: Settings) -> None:
    calendar = settings.policy_dir / "calendar.yaml"
    good = start(settings).rules.calendar
    write(calendar, BROKEN)
    again = start(settings)
    assert again.rules.calendar == good
    [file] = again.broken_files
    assert "calendar.yaml:" in str(file.problem)


def test_a_new_calendar_is_taken_up_without_a_restart(settings: Settings) -> None:
    calendar = settings.policy_dir / "calendar.yaml"
    context = start(settings)
    before = context.rules.calendar.version
    text = calendar.read_text("utf-8")
    write(calendar, text.replace("adjustments: []", A_DAY_OFF))
    assert context.rules.calendar.version != before
    assert context.broken_files == []


def test_a_first_start_needs_a_calendar(settings: Settings) -> None:
    write(settings.policy_dir / "calendar.yaml", BROKEN)
    with pytest.raises(CalendarFileError):
        start(settings)
