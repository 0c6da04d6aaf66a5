"""What operators see of a petition in the Prefect UI: the run's name and tags, its case file, an event per change.

None of it is the truth, and none of it carries anything personal; the ledger can make all of it again.
"""

from __future__ import annotations

import asyncio
import uuid

from prefect.events import emit_event

from domain.calendar import local
from gateways.crash_points import crash_point
from services import runs
from services.bootstrap import get_context
from tasks.parking import current_run, relabel
from tasks.threads import in_thread

EVENT = "rongetong.petition.changed"
"""One per history row; operators build Prefect automations on it."""


def event_id(petition_id: str, version: int) -> uuid.UUID:
    """The same for the same history row: Prefect keeps one event of a change that is told again."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{EVENT}/{petition_id}/{version}")


def case_key(case_number: str) -> str:
    """The key under which operators find the case file among the artifacts."""
    return f"case-{case_number.lower()}"


async def announce(seen: runs.Look) -> None:
    """Show the petition as `seen`, and remember up to which version it was shown."""
    context = get_context()
    await relabel(seen.label)
    changes, case_file = await asyncio.gather(
        in_thread(runs.changes_since, context, seen.petition_id, seen.announced_version),
        in_thread(runs.case_file, context, seen.petition_id),
    )
    client, run = current_run()
    # Not the client's own function for it, which also sends an event that says no more than ours.
    await client.request(
        "POST",
        "/artifacts/",
        json={
            "key": case_key(seen.case_number),
            "type": "markdown",
            "description": seen.label.name,
            "data": case_file,
            "flow_run_id": str(run.id),
        },
    )
    for change in changes:
        emit_event(
            event=EVENT,
            id=event_id(seen.petition_id, change.version),
            resource={
                "prefect.resource.id": f"rongetong.petition.{seen.petition_id}",
                "prefect.resource.name": seen.case_number,
                "rongetong.stage": change.stage_after,
                "rongetong.trigger": change.trigger,
                "rongetong.unit": change.unit or "",
                "rongetong.rung": str(change.rung),
            },
            related=[
                {
                    "prefect.resource.id": f"prefect.flow-run.{run.id}",
                    "prefect.resource.name": seen.label.name,
                    "prefect.resource.role": "flow-run",
                },
                # The event feed shows tags, and nothing else that tells one change from the next.
                *(
                    {"prefect.resource.id": f"prefect.tag.{word}", "prefect.resource.role": "tag"}
                    for word in (change.trigger, change.stage_after)
                ),
            ],
            payload={
                "version": change.version,
                "stage_before": change.stage_before,
                "at": local(change.at).isoformat(),
            },
        )
    crash_point("run:before-announced")
    await in_thread(runs.announced, context, seen.petition_id, seen.version)
