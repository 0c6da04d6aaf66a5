"""The walk-through in README.md is pasted into a shell as it stands; only the address is another."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
import uvicorn

from api.app import create_app
from gateways.database import create_ledger_engine
from gateways.orchestrator import BackgroundOrchestrator, RecordingOrchestrator, RunLabel
from models.tables import HistoryRow
from services.context import Context
from settings import PROJECT_ROOT, Settings
from tests.support import steps
from tests.support.context import a_kept_context
from tests.support.prefect_workers import wait_until

README = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS = f"http://127.0.0.1:{Settings.model_fields['api_port'].default}"
LIFE = ["register", "accept", "dispatch", "sign", "submit_completion", "approve_completion", "rate", "archive"]
TOLD = ("区市政园林服务中心", "allowed_actions", "办理中", "计第1", "办结待审核", "已办结", "已评价", "已归档")


class Stepping(RecordingOrchestrator):
    """Takes at once what a petition's run would take when it is started or woken."""

    context: Context

    def start(self, petition_id: str, label: RunLabel) -> str:
        """Nobody notes the run's id here, so every wake comes as a start."""
        run_id = super().start(petition_id, label)
        steps.settle(self.context, petition_id)
        return run_id


@pytest.fixture
def ledger(sqlite_template: Path, tmp_path: Path) -> Path:
    path = tmp_path / "rongetong.db"
    shutil.copyfile(sqlite_template, path)
    return path


@pytest.fixture
def context(ledger: Path) -> Iterator[Context]:
    engine = create_ledger_engine(f"sqlite:///{ledger}")
    inner = Stepping()
    behind = BackgroundOrchestrator(inner)
    inner.context = a_kept_context(engine, orchestrator=behind)
    yield inner.context
    behind.close()
    engine.dispose()


@contextmanager
def served(context: Context) -> Iterator[str]:
    """The API on a port of its own; its address."""
    server = uvicorn.Server(uvicorn.Config(create_app(context), log_level="warning", ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        wait_until(lambda: server.started, "listening")
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def walk_through() -> str:
    """The one block that talks to the API."""
    [block] = [block for block in re.findall(r"```bash\n(.*?)```", README, re.DOTALL) if block.startswith("API=")]
    return str(block)


def paste(script: str, ledger: Path) -> subprocess.CompletedProcess[str]:
    """Play `script` where the first thing that is refused ends it."""
    (ledger.parent / ".curlrc").write_text('fail-with-body\nnoproxy = "*"\n')
    environment = {
        **os.environ,
        "CURL_HOME": str(ledger.parent),
        "RONGETONG_DATA_DIR": str(ledger.parent),
        "RONGETONG_DATABASE_URL": f"sqlite:///{ledger}",
    }
    command = ["bash", "-euo", "pipefail", "-c", script]
    return subprocess.run(
        command, env=environment, cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.slow
def test_the_walk_through_works_as_it_is_written(context: Context, ledger: Path) -> None:
    script = walk_through()
    assert f"API={ADDRESS}\n" in script
    with served(context) as address:
        here = script.replace(ADDRESS, address).replace(".venv/bin/", f"{Path(sys.executable).parent}/")
        done = paste(here, ledger)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert [words for words in TOLD if words not in done.stdout] == []
    # Whether the platform asks for the rating or the petitioner was faster is left open.
    steps_taken = sa.select(HistoryRow.trigger).where(HistoryRow.trigger != "ask_rating").order_by(HistoryRow.version)
    with context.readers() as session:
        assert list(session.scalars(steps_taken)) == LIFE
