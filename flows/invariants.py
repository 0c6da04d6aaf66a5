"""Checks on a schedule what must always hold, and fails visibly when it does not."""

from __future__ import annotations

from prefect import flow

from tasks.upkeep import find_violations, only_one, publish_table


class InvariantBroken(Exception):
    """Something that must always hold does not; the artifact and `rongetong check` name the cases."""


@flow(name="invariants", persist_result=False)
async def invariants() -> None:
    """One check of every invariant. Raises `InvariantBroken`, so that the run shows as failed."""
    with only_one("invariants") as mine:
        violations = await find_violations() if mine else []
    if not mine:
        return
    counts = {violation.sentence: len(violation.cases) for violation in violations}
    await publish_table("invariants", "不变量检查 invariants", counts or {"违反 violations": 0})
    if violations:
        raise InvariantBroken("、".join(violation.name for violation in violations))
