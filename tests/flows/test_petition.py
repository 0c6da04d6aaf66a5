"""What operators see of a petition's run in Prefect, and what must never get there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from models.shapes import PetitionerIn, Registration
from models.tables import Petition
from services import handling, intake
from tests.faults.world import AT_UNIT, CHANNEL, World, close_world, make_world
from tests.support.forked import Nursery
from tests.support.prefect_server import PrefectServer, running_prefect_server
from tests.support.prefect_workers import wait_until

pytestmark = pytest.mark.slow

NAME = "PRIVATE-NAME"
PHONE = "13800001234"
WORDS = "PRIVATE-WORDS"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A server of its own: its database is read in the end."""
    with running_prefect_server(tmp_path_factory.mktemp("prefect-of-one")) as server:
        yield server


@pytest.fixture(scope="module")
def world(server: PrefectServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = make_world(server, Nursery(server.environment), tmp_path_factory.mktemp("ledger"))
    with world.worker():
        yield world
    close_world(world)


@pytest.fixture(scope="module")
def petition_id(world: World) -> str:
    """A petition that was registered with everything personal there is, and then lived on."""
    person = PetitionerIn(name=NAME, contact_kind="sms", contact=PHONE)
    registration = Registration(channel="hotline", text=f"广济路路灯不亮，{WORDS}", place=WORDS, petitioner=person)
    petition_id = intake.register(world.context, registration, CHANNEL).id
    world.wait_at_rest(petition_id)
    handling.sign(world.context, petition_id, AT_UNIT)
    handling.note(world.context, petition_id, AT_UNIT, f"已电话联系{NAME}，{PHONE}")
    world.wait_at_rest(petition_id)
    return petition_id


def ask(world: World, path: str, **body: Any) -> Any:
    return world.server.post(path, body)


def run_of(world: World, petition_id: str) -> dict[str, Any]:
    run_id = world.petition(petition_id).run_id
    [run] = ask(world, "flow_runs/filter", flow_runs={"id": {"any_": [run_id]}})
    assert isinstance(run, dict)
    return run


def test_the_run_reads_as_the_case(world: World, petition_id: str) -> None:
    petition, run = world.petition(petition_id), run_of(world, petition_id)
    assert petition.due_at is not None
    due = petition.due_at.in_timezone("Asia/Shanghai").format("MM-DD")
    assert run["name"] == f"{petition.case_number} · 办理中 · 区市政园林服务中心 · due {due}"
    assert {"stage:in_hand", "unit:municipal-parks", "cat:municipal"} <= set(run["tags"])
    assert run["state"]["name"] == "AwaitingCompletion"
    assert run["parameters"] == {"petition_id": petition_id}
    assert run["idempotency_key"] == petition_id


def test_each_step_is_a_named_task_run(world: World, petition_id: str) -> None:
    run_id = run_of(world, petition_id)["id"]

    def names() -> set[str]:
        found = ask(world, "task_runs/filter", flow_runs={"id": {"any_": [run_id]}})
        return {task["name"] for task in found if task["state_type"] == "COMPLETED"}

    wait_until(lambda: names() == {"受理 accept", "派遣 dispatch"}, ["task runs recorded"])


def test_the_case_file_is_an_artifact(world: World, petition_id: str) -> None:
    petition = world.petition(petition_id)
    key = f"case-{petition.case_number.lower()}"
    latest = world.server.ask("GET", f"artifacts/{key}/latest")
    assert latest["type"] == "markdown"
    assert all(words in latest["data"] for words in (petition.case_number, "签收", "办理时限", "区市政园林服务中心"))


def test_every_change_is_an_event(world: World, petition_id: str) -> None:
    case = world.petition(petition_id).case_number

    def versions() -> list[int]:
        found = ask(world, "events/filter", filter={"event": {"name": ["rongetong.petition.changed"]}}, limit=50)
        mine = [one for one in found["events"] if one["resource"]["prefect.resource.name"] == case]
        return sorted(one["payload"]["version"] for one in mine)

    wait_until(lambda: versions() == [1, 2, 3, 4, 5], ["one event for each row of the history"])


def fail_over(world: World, words: str) -> dict[str, Any]:
    """Let the step of a petition fail over a value that holds `words`; the state its run is in then."""
    petition_id = world.register()
    world.wait_at_rest(petition_id)
    with world.context.sessions.begin() as session:
        decided = {"amount": 1, "unit": words}
        session.execute(update(Petition).where(Petition.id == petition_id).values(clock_decided=decided))
    run_id = world.petition(petition_id).run_id
    assert run_id is not None
    world.context.orchestrator.wake(run_id)
    wait_until(lambda: run_of(world, petition_id)["state_type"] == "FAILED", "failed")
    state: dict[str, Any] = run_of(world, petition_id)["state"]
    return state


def test_nothing_personal_reaches_prefect_or_a_log(world: World, petition_id: str) -> None:
    assert "ServiceFailed: ValueError at" in fail_over(world, WORDS)["message"]
    assert run_of(world, petition_id)["state"]["name"] == "AwaitingCompletion"
    database = world.server.settings.data_dir / "prefect.db"
    with sqlite3.connect(database) as connection:
        dump = "\n".join(connection.iterdump())
    assert petition_id in dump, "this is not the database the runs are in"
    logs = "".join(
        text_of(path) for folder in (world.settings, world.server.settings) for path in logs_in(folder.data_dir)
    )
    for secret in (NAME, PHONE, WORDS):
        assert secret not in dump
        assert secret not in logs


def logs_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*.log"))


def text_of(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")
