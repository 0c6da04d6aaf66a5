"""What keeps the platform honest, as Prefect tasks: reconcile, invariants, sending notices."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pendulum import DateTime
from prefect import task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE

from clock import SystemClock
from services import (
    audit,
    counted_cases,
    exclusions,
    file_terms,
    idempotency,
    identity_keeping,
    invariants,
    outages,
    policy_changes,
    publication_upkeep,
    retention,
    stored_files,
)
from services import reconcile as reconciling
from services.bootstrap import get_context
from services.drift import Drift
from services.sending import send_owed
from settings import get_settings
from tasks.threads import in_thread

LOST_AFTER_MINUTES = 60
"""A run that is at it for longer than this holds nobody up any more: it hangs (our own decision)."""

ERASED_AT_ONCE = 500
"""Each writes a step of its petition; a backlog is worked off over several rounds (our own decision)."""

COUNTED_AT_ONCE = 10_000
"""Cases a round: after an upgrade the ledger is counted over several, while runs are healed (our own decision)."""

CHAIN = invariants.CHAIN

_at_work: dict[str, DateTime] = {}


@contextmanager
def only_one(work: str) -> Iterator[bool]:
    """False: another run of this process is at the same `work`, which on a large ledger may outlast its schedule.

    Kept in the memory of whoever does the work and nowhere else, so that it ends with them.
    """
    now = SystemClock().now()
    if work in _at_work and _at_work[work] > now.subtract(minutes=LOST_AFTER_MINUTES):
        yield False
        return
    _at_work[work] = now
    try:
        yield True
    finally:
        if _at_work.get(work) == now:
            del _at_work[work]


@task(name="reconcile ledger and runs", cache_policy=NO_CACHE, persist_result=False)
async def reconcile_runs() -> Drift:
    """Find and heal what differs between the ledger and Prefect. That it runs at all is the platform's heartbeat."""
    await in_thread(outages.beat, get_context(), "reconcile", get_settings().reconcile_seconds)
    return await in_thread(reconciling.reconcile, get_context())


@task(name="keep publications", cache_policy=NO_CACHE, persist_result=False)
async def keep_publications() -> dict[str, int]:
    """Lapsed replies, what may be told no more, exposures the platform explains: whether or not anybody looks."""
    context = get_context()
    return {
        "lapsed": await in_thread(publication_upkeep.lapse_due, context),
        "taken back": await in_thread(publication_upkeep.take_back_all_untellable, context),
        "corrected": await in_thread(publication_upkeep.correct_all_excused, context),
    }


@task(name="put planned policies in force", cache_policy=NO_CACHE, persist_result=False)
async def activate_policies() -> int:
    """What was planned for a time that has come is in force from now on; how many."""
    return await in_thread(policy_changes.activate_due, get_context())


@task(name="refuse undecided exclusions", cache_policy=NO_CACHE, persist_result=False)
async def refuse_exclusions() -> int:
    """A request not to be assessed that nobody decides in its term is refused, whether or not anybody looks."""
    return await in_thread(exclusions.refuse_due, get_context())


@task(name="tell of the dates in inspectors' files", cache_policy=NO_CACHE, persist_result=False)
async def tell_of_file_terms() -> int:
    """Warn and remind of what units owe inspectors by a date, whether or not anybody looks; how many were told."""
    return await in_thread(file_terms.tell_due, get_context())


@task(name="count moved cases", cache_policy=NO_CACHE, persist_result=False)
async def count_cases() -> int:
    """Keep what figures count of every petition that moved, so that they need not read its history; how many."""
    return await in_thread(counted_cases.count_moved, get_context(), most=COUNTED_AT_ONCE)


@task(name="check invariants", cache_policy=NO_CACHE, persist_result=False)
async def find_violations() -> list[invariants.Violation]:
    """What must always hold and does not; and the files people edit that cannot be used."""
    context = get_context()
    found = await in_thread(invariants.check_invariants, context)
    found += await in_thread(stored_files.missing_files, context)
    found += await in_thread(policy_changes.late_plans, context)
    names = tuple(file.path.name for file in context.broken_files)
    unusable = [invariants.Violation("files_are_usable", "通讯录和日历文件可用", names)] if names else []
    return found + unusable


@task(name="send owed notices", cache_policy=NO_CACHE, persist_result=False)
async def send_notices() -> dict[str, int]:
    """One round of sending, as long as the schedule's interval; what fails comes again by the policy's back-off."""
    stop = threading.Event()
    try:
        tally = await in_thread(send_owed, get_context(), get_settings().notices_seconds, stop)
    finally:
        stop.set()
    return {outcome.value: number for outcome, number in tally.items()}


@task(name="forget old replies", cache_policy=NO_CACHE, persist_result=False)
async def forget_replies() -> int:
    """Delete the answers that are kept no longer for a repeated request; how many."""
    return await in_thread(idempotency.forget_replies, get_context())


@task(name="seal identities", cache_policy=NO_CACHE, persist_result=False)
async def seal_identities() -> int:
    """Seal what an older version kept in plain; how many. Without a key it waits: the check of invariants says so."""
    return await in_thread(identity_keeping.seal_if_possible, get_context())


@task(name="erase identities", cache_policy=NO_CACHE, persist_result=False)
async def erase_identities() -> int:
    """Erase the identities whose time is over, so many in a round; how many."""
    return await in_thread(retention.erase_due, get_context(), limit=ERASED_AT_ONCE)


@task(name="anchor the chains", cache_policy=NO_CACHE, persist_result=False)
async def write_anchors() -> int:
    """Write down where every chain stands; how many anchors."""
    return await in_thread(audit.write_anchors, get_context())


@task(name="remove orphaned files", cache_policy=NO_CACHE, persist_result=False)
async def remove_orphans() -> int:
    """Remove the files that no petition refers to, because an upload broke off; how many."""
    return await in_thread(stored_files.remove_orphans, get_context())


async def publish_table(key: str, title: str, rows: dict[str, int], remarks: Sequence[str] = ()) -> None:
    """An artifact operators find under `key`: a table of names and numbers, and remarks beneath it."""
    lines = [
        f"# {title}",
        "",
        "| 项目 | 数量 |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in rows.items()),
        "",
        *(f"- {remark}" for remark in remarks),
    ]
    await acreate_markdown_artifact("\n".join(lines), key=key, description=title)
