"""Registers the work pool and everything in `prefect.yaml` on a Prefect server.

Prefect's own upsert takes back whatever operators changed in its UI: a schedule's pause, a limit. So a deployment is
left alone while the file, the settings and the flow's parameters are what they were when it was registered; the
deployment's version is their digest. One that is registered anew keeps its schedule paused if it was.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyOptions
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.utilities.callables import parameter_schema
from ruamel.yaml import YAML

from deployments.flow_loading import load_flow
from deployments.in_process import POOL_TYPE, InProcessWorker
from settings import PROJECT_ROOT, Settings, get_settings

PREFECT_FILE = PROJECT_ROOT / "deployments" / "prefect.yaml"

_SETTING = re.compile(r"\{\{\s*\$RONGETONG_(\w+)\s*\}\}")


class WrongPoolType(Exception):
    """The work pool exists with another type, which Prefect cannot change: choose another name or delete the pool."""

    def __init__(self, pool: str, found: str, wanted: str) -> None:
        super().__init__(f"work pool {pool} is of type {found}, not {wanted}")


@dataclass(frozen=True)
class Registered:
    """One deployment as it now stands on the server; `name` is `flow/deployment`."""

    name: str
    deployment_id: str


def register(
    settings: Settings,
    *,
    work_pool: str | None = None,
    pool_type: str = POOL_TYPE,
    prefect_file: Path = PREFECT_FILE,
) -> list[Registered]:
    """Create the work pool and every deployment of `prefect_file` where missing, and update what this version changes.

    `work_pool` and `pool_type` take the place of what the file and the settings say, for example `pool_type="process"`
    to run the same deployments on Prefect's stock worker. Runs that wait stay on the pool they were started on.
    Raises `WrongPoolType`, and `httpx.HTTPError` when the server is away or refuses.
    """
    entries = read_deployments(settings, prefect_file)
    with (
        temporary_settings({PREFECT_API_URL: settings.prefect_api_url}),
        get_client(sync_client=True) as client,
    ):
        ready: set[str] = set()
        registered = []
        for entry in entries:
            pool = work_pool or entry["work_pool"]["name"]
            if pool not in ready:
                ensure_work_pool(client, pool, pool_type)
                ready.add(pool)
            registered.append(_deploy(client, entry, pool))
        return registered


def read_deployments(settings: Settings, prefect_file: Path = PREFECT_FILE) -> list[dict[str, Any]]:
    """The entries of `prefect_file` with the settings in their places.

    `{{ $RONGETONG_X }}` is the setting X. The interval of the deployment `x` is the setting `x_seconds`, where there is
    one: Prefect's own reader of the file takes no placeholder for an interval.
    """
    text = _SETTING.sub(lambda found: str(getattr(settings, found[1].lower())), prefect_file.read_text("utf-8"))
    entries: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(text)["deployments"]
    for entry in entries:
        seconds = getattr(settings, f"{entry['name']}_seconds", None)
        for schedule in entry.get("schedules", []) if seconds else []:
            schedule["interval"] = seconds
    return entries


def ensure_work_pool(client: SyncPrefectClient, name: str, pool_type: str) -> None:
    """Create the pool unless it exists. Raises `WrongPoolType` when it exists as another one."""
    create = WorkPoolCreate(name=name, type=pool_type)
    if pool_type == POOL_TYPE:
        create.base_job_template = InProcessWorker.get_default_base_job_template()
    try:
        client.create_work_pool(create)
    except ObjectAlreadyExists:
        found = client.read_work_pool(name)
        if found.type != pool_type:
            raise WrongPoolType(name, found.type, pool_type) from None


def _deploy(client: SyncPrefectClient, entry: dict[str, Any], pool: str) -> Registered:
    flow = load_flow(entry["entrypoint"])
    name = f"{flow.name}/{entry['name']}"
    schema = parameter_schema(flow).model_dump(exclude_unset=True)
    version = _digest(entry, schema)
    standing = _find(client, name)
    if standing is not None and (standing.version, standing.work_pool_name) == (version, pool):
        return Registered(name, str(standing.id))
    paused = standing is not None and any(not one.active for one in standing.schedules)
    limit = entry.get("concurrency_limit") or {}
    deployment_id = client.create_deployment(
        flow_id=client.create_flow_from_name(flow.name),
        name=entry["name"],
        version=version,
        entrypoint=entry["entrypoint"],
        description=entry.get("description"),
        tags=entry.get("tags"),
        parameters=entry.get("parameters"),
        work_pool_name=pool,
        schedules=[
            DeploymentScheduleCreate(schedule=_schedule(schedule), active=not paused)
            for schedule in entry.get("schedules", [])
        ],
        concurrency_limit=limit.get("limit"),
        concurrency_options=(ConcurrencyOptions(collision_strategy=limit["collision_strategy"]) if limit else None),
        parameter_openapi_schema=schema,
        enforce_parameter_schema=True,
        pull_steps=[],
    )
    return Registered(name, str(deployment_id))


def _schedule(written: dict[str, Any]) -> CronSchedule | IntervalSchedule:
    kind = CronSchedule if "cron" in written else IntervalSchedule
    return kind.model_validate(written)


def _digest(entry: dict[str, Any], schema: dict[str, Any]) -> str:
    """Short enough to be read in the UI; the same as long as nothing that is registered changes."""
    text = json.dumps([entry, schema], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _find(client: SyncPrefectClient, name: str) -> DeploymentResponse | None:
    try:
        return client.read_deployment_by_name(name)
    except ObjectNotFound:
        return None


if __name__ == "__main__":
    for deployment in register(get_settings()):
        sys.stdout.write(f"{deployment.name}\n")
