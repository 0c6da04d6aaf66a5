"""Checks on a schedule what must always hold, and fails visibly when it does not."""

from __future__ import annotations

from prefect import flow

from tasks.upkeep import (
    CHAIN,
    erase_identities,
    find_violations,
    forget_replies,
    only_one,
    publish_table,
    remove_orphans,
    seal_identities,
    write_anchors,
)


class InvariantBroken(Exception):
    """Something that must always hold does not; the artifact and `rongetong check` name the cases."""


@flow(name="invariants", persist_result=False)
async def invariants() -> None:
    """Make that nothing personal is kept beyond its time, and check every invariant.

    Raises `InvariantBroken`, so that the run shows as failed.
    """
    forgotten, sealed, erased = await forget_replies(), await seal_identities(), await erase_identities()
    with only_one("invariants") as mine:
        removed = await remove_orphans() if mine else 0
        violations = await find_violations() if mine else []
        # What was altered is not written down as if it had always been so.
        anchors = await write_anchors() if mine and not any(item.name == CHAIN for item in violations) else 0
    if not mine:
        return
    counts = {violation.sentence: len(violation.cases) for violation in violations} or {"违反 violations": 0}
    upkeep = {
        "清除过期答复 replies forgotten": forgotten,
        "清除无主文件 orphaned files removed": removed,
        "加密旧身份 identities sealed": sealed,
        "清除到期身份 identities erased": erased,
        "审计锚点 anchors written": anchors,
    }
    await publish_table("invariants", "不变量检查 invariants", counts | upkeep)
    if violations:
        raise InvariantBroken("、".join(violation.name for violation in violations))
