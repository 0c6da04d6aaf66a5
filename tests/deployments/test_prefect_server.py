"""Prefect's server understands what we tell it: a misspelt setting would be ignored, not refused."""

from __future__ import annotations

import datetime as dt

import pytest
from prefect.settings.models.server.events import ServerEventsSettings
from prefect.settings.models.server.services import ServerServicesDBVacuumSettings

from deployments.prefect_server import server_environment
from settings import Settings


def test_ended_runs_and_old_events_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server_environment(Settings(_env_file=None)).items():
        monkeypatch.setenv(name, value)
    vacuum = ServerServicesDBVacuumSettings()
    assert vacuum.enabled_vacuum_types == {"events", "flow_runs", "orphans"}
    assert vacuum.retention_period == dt.timedelta(days=30)
    assert ServerEventsSettings().retention_period == dt.timedelta(days=7)
