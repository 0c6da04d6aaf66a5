"""Patterns and bulletins as operators meet them: artifacts made on schedule, without a person, a case or a suspect."""

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
from models.tables import Bulletin, Finding
from settings import PROJECT_ROOT
from tests.services import lives
from tests.services.planted import honest_ledger
from tests.support.context import a_kept_context, shipped_policy
from tests.support.prefect_server import PrefectServer

pytestmark = pytest.mark.slow

RUN = """
import asyncio
from flows.bulletins import bulletins
from flows.patterns import patterns
asyncio.run(patterns())
print(asyncio.run(bulletins()))
print(asyncio.run(bulletins()))
"""
"""In a process of its own: Prefect keeps threads and connections for as long as its process lives."""


def test_patterns_and_bulletins_are_published(
    prefect_server: PrefectServer, sqlite_template: Path, tmp_path: Path
) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "rongetong.db")
    engine = create_ledger_engine(f"sqlite:///{tmp_path / 'rongetong.db'}")
    context = a_kept_context(engine)
    last_week = clock.now().in_timezone(clock.SHANGHAI).start_of("week").subtract(days=4)
    with clock.use(clock.StoryClock(last_week)):
        plant = honest_ledger(context)
        for _ in range(25):
            plant.case(lives.UNIT, contacted=False)
    environment = os.environ | prefect_server.environment | {"RONGETONG_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        env=environment,
        cwd=PROJECT_ROOT,
        check=True,
        timeout=400,
        stdout=subprocess.PIPE,
        text=True,
    )
    [*_, first, second] = done.stdout.splitlines()
    assert first.startswith(("drafted 1, shown 1", "drafted 2, shown 2")), "a month may have ended, too"
    assert second == "drafted 0, shown 0"
    with context.readers() as session:
        assert session.scalars(sa.select(Finding.kind)).all() == ["no_contact"]
        assert all(row.shown_at for row in session.scalars(sa.select(Bulletin)))
    engine.dispose()
    wanted = {"artifacts": {"key": {"any_": ["patterns", "bulletin-week"]}}}
    shown = {item["key"]: item["data"] for item in prefect_server.post("artifacts/filter", wanted)}
    assert "| 不联系就办结 | 1 |" in shown["patterns"]
    assert "草稿，未签发" in shown["bulletin-week"]
    unit = shipped_policy().unit_name(lives.UNIT)
    assert unit in shown["bulletin-week"]
    assert unit not in shown["patterns"]
    for text in shown.values():
        assert "SZ-" not in text
        assert lives.WORDS not in text
