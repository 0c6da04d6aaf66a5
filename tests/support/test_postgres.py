"""The tests' own PostgreSQL: it survives crashes with its data and never outlives the tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from settings import PROJECT_ROOT
from tests.support.postgres import PostgresCluster, StopMode, for_prefect


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_committed_rows_survive_a_restart(postgres: PostgresCluster, mode: StopMode) -> None:
    url = postgres.create_database(f"restarted_{mode}")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE kept AS SELECT 7 AS number"))
    postgres.stop(mode)
    assert not postgres.running
    postgres.start()
    with engine.begin() as connection:
        assert connection.execute(sa.text("SELECT number FROM kept")).scalar_one() == 7
    postgres.drop_database(f"restarted_{mode}")


def test_prefect_reaches_the_same_database_through_asyncpg(postgres: PostgresCluster) -> None:
    url = postgres.url("prefect")
    assert for_prefect(url) == url.replace("+psycopg:", "+asyncpg:")


def test_the_server_goes_when_the_tests_are_killed() -> None:
    script = (
        "import os, signal\n"
        "from tests.support.postgres import PostgresCluster\n"
        "cluster = PostgresCluster()\n"
        "cluster.start()\n"
        "print(cluster.postmaster_pid, cluster._root, flush=True)\n"
        "input()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as killed:
        assert killed.stdout is not None
        pid, root = killed.stdout.readline().split()
        postmaster = psutil.Process(int(pid))
        guards = [process for process in psutil.Process(killed.pid).children() if process.name() == "sh"]
        killed.communicate("\n")
    _, alive = psutil.wait_procs([postmaster, *guards], timeout=60)
    assert alive == []
    assert not Path(root).exists()
