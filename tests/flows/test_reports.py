"""The weekly report as operators meet it: one artifact, made once, with numbers and no names."""

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
from models.tables import FigureReport
from settings import PROJECT_ROOT
from tests.services import lives
from tests.support.context import a_kept_context
from tests.support.prefect_server import PrefectServer

pytestmark = pytest.mark.slow

RUN = """
import asyncio
from domain.periods import PeriodKind
from flows.reports import report
print(asyncio.run(report(PeriodKind.WEEK)))
print(asyncio.run(report("week")))
"""
"""In a process of its own: Prefect keeps threads and connections for as long as its process lives."""


def test_a_week_is_reported_once(prefect_server: PrefectServer, sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "rongetong.db")
    engine = create_ledger_engine(f"sqlite:///{tmp_path / 'rongetong.db'}")
    context = a_kept_context(engine)
    last_week = clock.now().in_timezone(clock.SHANGHAI).start_of("week").subtract(days=4)
    with clock.use(clock.StoryClock(last_week)):
        lives.completed(context)
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
    assert done.stdout.splitlines() == ["made 1, shown 1", "made 0, shown 0"]
    with context.readers() as session:
        [report] = session.scalars(sa.select(FigureReport))
    engine.dispose()
    assert report.shown_at is not None
    wanted = {"artifacts": {"key": {"any_": ["report-week"]}}}
    [shown] = prefect_server.post("artifacts/filter", wanted)
    assert shown["data"] == report.text
    assert "| 登记 | 1 | 0 |" in shown["data"]
    assert lives.WORDS not in shown["data"]
