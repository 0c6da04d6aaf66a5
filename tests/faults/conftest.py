"""An installation to break, on the Prefect server the tests share."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.faults.world import World, close_world, make_world
from tests.support.forked import Nursery
from tests.support.postgres import PostgresCluster
from tests.support.prefect_server import PrefectServer


@pytest.fixture(scope="session")
def nursery(prefect_server: PrefectServer) -> Nursery:
    return Nursery(prefect_server.environment)


@pytest.fixture(scope="module")
def world(prefect_server: PrefectServer, nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One installation on SQLite for the tests of a module, each with its own petitions."""
    made = make_world(prefect_server, nursery, tmp_path_factory.mktemp("world"))
    yield made
    close_world(made)


@pytest.fixture(scope="module")
def world_on_postgres(
    prefect_server: PrefectServer,
    nursery: Nursery,
    postgres: PostgresCluster,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """The same on PostgreSQL."""
    name = f"faults_{uuid4().hex[:8]}"
    made = make_world(prefect_server, nursery, tmp_path_factory.mktemp("world"), postgres.create_database(name))
    yield made
    close_world(made)
    postgres.drop_database(name)
