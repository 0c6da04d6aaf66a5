"""A real Prefect server for tests, started as `make up` starts it, on a free port and in a temporary folder."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployments.prefect_server import client_environment, server_command, server_environment
from gateways.prefect_orchestrator import PatientTransport
from settings import Settings
from tests.support.ports import free_port

START_SECONDS = 180


def exited_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether the process ends within these seconds."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


@dataclass
class PrefectServer:
    """One Prefect server process that can be stopped and started again over the same data and address."""

    settings: Settings
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def api_url(self) -> str:
        return self.settings.prefect_api_url

    @property
    def log_path(self) -> Path:
        return self.settings.data_dir / "prefect-server.log"

    @property
    def environment(self) -> dict[str, str]:
        """What a client process needs in its environment to reach this server."""
        return client_environment(self.settings)

    def start(self) -> None:
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                server_command(self.settings),
                env={**os.environ, **server_environment(self.settings)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        give_up = time.monotonic() + START_SECONDS
        while not self._healthy():
            ended = exited_within(self.process, 0.2)
            if ended or time.monotonic() > give_up:
                self.stop()
                raise RuntimeError(f"the Prefect server did not start: {self.log_path.read_text()[-4000:]}")

    def _healthy(self) -> bool:
        try:
            return httpx.get(f"{self.api_url}/health", timeout=5, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of its answer, `None` where there is none. Raises `httpx.HTTPStatusError`.

        Through the product's transport: on SQLite the server answers 503 where writers meet, and it asks again.
        """
        with httpx.Client(transport=PatientTransport(), timeout=60) as client:
            answer = client.request(method, f"{self.api_url}/{path}", json=body).raise_for_status()
        return answer.json() if answer.content else None

    def post(self, path: str, body: Any) -> Any:
        """The JSON that it answers to a POST."""
        return self.ask("POST", path, body)

    def stop(self) -> None:
        """Stop it as `make up` does; killed if it does not listen."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


@contextmanager
def running_prefect_server(folder: Path, database_url: str = "") -> Iterator[PrefectServer]:
    """A server over `folder`; `database_url` is a `postgresql://` address, empty for SQLite in the folder."""
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        host="127.0.0.1",
        prefect_port=free_port(),
        prefect_database_url=database_url,
    )
    server = PrefectServer(settings)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """The Prefect server all tests of a session share; tests keep apart by their own work pools and names."""
    with running_prefect_server(tmp_path_factory.mktemp("prefect")) as server:
        yield server
