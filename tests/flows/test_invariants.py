"""What the hourly check shows operators: its findings, and how many answers it forgot, as numbers and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

import clock
from gateways.database import create_ledger_engine
from models.tables import IdempotentReply
from settings import PROJECT_ROOT
from tests.support.context import a_kept_context
from tests.support.prefect_server import PrefectServer

pytestmark = pytest.mark.slow

RUN = "import asyncio; from flows.invariants import invariants; asyncio.run(invariants())"
"""In a process of its own: Prefect keeps threads and connections for as long as its process lives."""


def test_answers_beyond_their_time_are_forgotten_and_counted(
    prefect_server: PrefectServer, sqlite_template: Path, tmp_path: Path
) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "rongetong.db")
    engine = create_ledger_engine(f"sqlite:///{tmp_path / 'rongetong.db'}")
    context = a_kept_context(engine)
    rows = {"caller": "anonymous", "fingerprint": "print", "status": 201, "body": {"query_code": "A-SECRET-CODE"}}
    with context.sessions.begin() as session:
        for number, age in enumerate([context.replies_kept * 2] * 3 + [context.replies_kept / 2]):
            session.add(IdempotentReply(key=f"key-{number}", kept_at=clock.now() - age, **rows))
    environment = os.environ | prefect_server.environment | {"RONGETONG_DATA_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", RUN], env=environment, cwd=PROJECT_ROOT, check=True, timeout=400)
    with context.readers() as session:
        assert session.scalars(sa.select(IdempotentReply.key)).all() == ["key-3"]
    engine.dispose()
    wanted = {"artifacts": {"key": {"any_": ["invariants"]}}}
    found = prefect_server.post("artifacts/latest/filter", wanted)
    assert "| 清除过期答复 replies forgotten | 3 |" in found[0]["data"]
    assert "A-SECRET-CODE" not in found[0]["data"]
