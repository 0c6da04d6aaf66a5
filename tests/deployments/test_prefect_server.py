"""Who may reach the Prefect server: nobody but this machine, or whoever has the password; and what it forgets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prefect.settings.models.server.events import ServerEventsSettings
from prefect.settings.models.server.services import ServerServicesDBVacuumSettings
from pydantic import SecretStr

from deployments.prefect_server import client_environment, server_command, server_environment
from deployments.up import is_open_to_anybody
from settings import Settings
from tests.support.ports import free_port
from tests.support.prefect_server import PrefectServer

SECRET = "operator:not-a-real-password"


def test_opening_the_api_does_not_open_prefect() -> None:
    settings = Settings(_env_file=None, host="0.0.0.0")
    command = server_command(settings)
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert server_environment(settings)["PREFECT_SERVER_API_HOST"] == "127.0.0.1"
    assert not is_open_to_anybody(settings)


def test_an_open_prefect_is_reached_on_this_machine_and_warned_about() -> None:
    settings = Settings(_env_file=None, prefect_host="0.0.0.0", prefect_port=4200)
    assert settings.prefect_api_url == "http://127.0.0.1:4200/api"
    assert is_open_to_anybody(settings)
    assert not is_open_to_anybody(settings.model_copy(update={"prefect_url": "http://prefect.example.com/api"}))


def test_without_a_password_of_ours_prefects_own_variable_holds() -> None:
    settings = Settings(_env_file=None)
    assert not {name for name in server_environment(settings) | client_environment(settings) if "AUTH" in name}
    assert SECRET not in repr(Settings(_env_file=None, prefect_auth_string=SecretStr(SECRET)))


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[PrefectServer]:
    secret = SecretStr(SECRET)
    settings = Settings(_env_file=None, data_dir=tmp_path, prefect_port=free_port(), prefect_auth_string=secret)
    server = PrefectServer(settings)
    server.start()
    yield server
    server.stop()


@pytest.mark.slow
def test_a_password_is_asked_for(guarded: PrefectServer) -> None:
    body = {"limit": 1}
    address = f"{guarded.api_url}/flow_runs/filter"
    assert httpx.post(address, json=body, timeout=30, trust_env=False).status_code == 401
    user, _, password = guarded.environment["PREFECT_API_AUTH_STRING"].partition(":")
    assert httpx.post(address, json=body, auth=(user, password), timeout=30, trust_env=False).status_code == 200


def test_ended_runs_and_old_events_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    # A misspelt setting would be ignored, not refused.
    for name, value in server_environment(Settings(_env_file=None)).items():
        monkeypatch.setenv(name, value)
    vacuum = ServerServicesDBVacuumSettings()
    assert vacuum.enabled_vacuum_types == {"events", "flow_runs", "orphans"}
    assert vacuum.retention_period == dt.timedelta(days=30)
    assert ServerEventsSettings().retention_period == dt.timedelta(days=7)
