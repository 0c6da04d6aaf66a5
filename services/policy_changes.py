"""From an uploaded file to a policy in force: checked, compared, tried, put in force at a time, taken back.

Every version stays, and every petition goes on living under the one that it was registered under (ADR 0006).
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pendulum
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor, Role
from domain.administration import Act
from domain.errors import DomainError, Incomplete, Missing, NotFound, RuleRefusal
from domain.policy import Policy
from domain.policy_changes import KIND_LABELS, STANDING_LABELS, WAITING, Kind, Standing
from domain.stages import FINAL_STAGES
from gateways import policy_uploads
from gateways.policy_files import ASKED_FOR, CALENDAR_FILE, PolicyError, dump, load_policy, policy_from_dict
from models.administration_answers import PolicyChangeView
from models.answers import Named
from models.tables import Petition, PolicyChange, PolicyFile, PolicyVersion
from services.administration import record, require_administrator
from services.backtests import require_no_worse
from services.context import Context
from services.invariants import LATE_AFTER, Violation
from services.policies import put_in_force
from services.transactions import Transaction, reading, transaction

logger = logging.getLogger(__name__)

_LONGEST_REASON = 500
_LATEST = dt.timedelta(days=366)


def changes(context: Context, actor: Actor) -> list[PolicyChangeView]:
    """Every change there was, the latest first. Raises `NotPermitted`."""
    require_administrator(actor)
    with reading(context) as session:
        return [view_of(row) for row in session.scalars(select(PolicyChange).order_by(PolicyChange.id.desc()))]


def versions(context: Context, actor: Actor) -> list[tuple[PolicyVersion, int]]:
    """Every version that was ever in force, the latest first, and how many open cases live under it."""
    require_administrator(actor)
    counted = select(Petition.policy_version, func.count()).where(Petition.stage.not_in(FINAL_STAGES))
    with reading(context) as session:
        under = dict(session.execute(counted.group_by(Petition.policy_version)).tuples().all())
        rows = session.scalars(select(PolicyVersion).order_by(PolicyVersion.activated_at.desc())).all()
        return [(row, under.get(row.version, 0)) for row in rows]


def upload(context: Context, actor: Actor, sent: Sequence[tuple[str, bytes]], *, whole: bool, reason: str) -> int:
    """Check files and keep what they make as a draft; its number. `whole`: they are all there is, else the others stay.

    Raises:
        Incomplete: no file, or one that cannot be one; no reason.
        PolicyError: what is wrong with them, each with file, line and reason.
        RuleRefusal: they change nothing, or the files of what is in force are not at hand.
    """
    require_administrator(actor)
    reason = _reason(reason)
    files = policy_uploads.unpacked(sent)
    if not whole:
        known = files_in_force(context)
        files = known | policy_uploads.placed(files, known)
    policy = policy_uploads.checked(files, _folder(context) / CALENDAR_FILE)
    with transaction(context) as tx:
        before = _in_force(tx.session)
        if policy.version == before:
            raise RuleRefusal("no-change", "与现行规则没有不同（注释不算），没有收下", field="file")
        row = PolicyChange(
            version=policy.version,
            content=dump(policy),
            standing=Standing.DRAFT.value,
            kind=Kind.UPLOAD.value,
            before=before,
            valid_from=None,
            reason=reason,
            by=actor.name,
            recorded_at=clock.now(),
        )
        tx.session.add(row)
        for name, text in files.items():
            tx.session.merge(PolicyFile(version=policy.version, name=name, text=text))
        record(tx, actor, Act.UPLOAD_POLICY, policy.version, reason)
        tx.session.flush()
        return row.id


def ask_back(context: Context, actor: Actor, version: str, reason: str) -> int:
    """Bring a former version up to be put in force again, as a draft like an uploaded one; its number.

    Raises `NotFound`, `Incomplete`, `RuleRefusal` where it is in force.
    """
    require_administrator(actor)
    reason = _reason(reason)
    with transaction(context) as tx:
        if tx.session.get(PolicyVersion, version) is None:
            raise NotFound(f"启用过的规则版本“{version}”")
        before = _in_force(tx.session)
        if version == before:
            raise RuleRefusal("no-change", "这就是现行规则")
        row = PolicyChange(
            version=version,
            standing=Standing.DRAFT.value,
            kind=Kind.ROLLBACK.value,
            before=before,
            reason=reason,
            by=actor.name,
            recorded_at=clock.now(),
        )
        tx.session.add(row)
        record(tx, actor, Act.UPLOAD_POLICY, version, f"恢复旧版：{reason}")
        tx.session.flush()
        return row.id


def put_in_force_from(
    context: Context,
    actor: Actor,
    number: int,
    *,
    valid_from: dt.datetime | None,
    reason: str,
) -> Standing:
    """Put the change in force now, or plan it for `valid_from`; what became of it.

    Raises:
        NotFound: no such change.
        Incomplete: no reason, or a time that cannot be.
        RuleRefusal: it waits no longer, or something else came into force meanwhile.
    """
    require_administrator(actor)
    reason = _reason(reason)
    now = clock.now()
    if valid_from is not None and valid_from > now + _LATEST:
        raise Incomplete([Missing("valid_from", "最多定在一年之内")])
    with reading(context) as session:
        row = change_row(session, number)
        wanted = policy_of(context, session, row)
    with _deciding(context, number) as (tx, row):
        if valid_from is not None and valid_from > now:
            row.standing, row.valid_from, row.reason = Standing.PLANNED.value, pendulum.instance(valid_from), reason
            record(tx, actor, Act.PLAN_POLICY, row.version, reason)
            return Standing.PLANNED
        _activate(tx, row, wanted, actor, reason)
        return Standing.DONE


def require_fit(context: Context, actor: Actor, number: int) -> None:
    """Raises `RuleRefusal` when the change would dispatch closed cases worse; it takes long, so it holds nothing."""
    require_administrator(actor)
    with reading(context) as session:
        wanted = policy_of(context, session, change_row(session, number))
    require_no_worse(context, wanted)


def withdraw(context: Context, actor: Actor, number: int, reason: str) -> None:
    """Take a draft or a plan back; what is in force stays. Raises `NotFound`, `Incomplete`, `RuleRefusal`."""
    require_administrator(actor)
    reason = _reason(reason)
    with _deciding(context, number, even_outdated=True) as (tx, row):
        _end(row, Standing.WITHDRAWN, actor, reason)
        record(tx, actor, Act.WITHDRAW_POLICY, row.version, reason)


def activate_due(context: Context) -> int:
    """Put in force what was planned for a time that has come; how many.

    What was planned over something else than is in force now is not: it would silently undo what came between.
    """
    with reading(context) as session:
        due = session.scalars(
            select(PolicyChange.id)
            .where(PolicyChange.standing == Standing.PLANNED.value, PolicyChange.valid_from <= clock.now())
            .order_by(PolicyChange.valid_from, PolicyChange.id)
        ).all()
    done = 0
    for number in due:
        try:
            done += _activate_planned(context, number)
        except (DomainError, ValueError):
            logger.exception("policy change %s could not be put in force", number)
    return done


def late_plans(context: Context) -> list[Violation]:
    """The versions whose time came long ago and that are not in force, because something is wrong with them."""
    late = (PolicyChange.standing == Standing.PLANNED.value, PolicyChange.valid_from < clock.now() - LATE_AFTER)
    with reading(context) as session:
        versions = tuple(session.scalars(select(PolicyChange.version).where(*late).order_by(PolicyChange.id)))
    said = "定时启用的规则都已按时启用(列出的是没有启用的版本，见工作进程日志；请撤下后重新上传)"
    return [Violation("plans_are_in_force", said, versions)] if versions else []


def files_in_force(context: Context) -> dict[str, str]:
    """The files that made what is in force. Raises `RuleRefusal` where only what they say is known.

    A file that this version of the platform asks for and that did not exist then is as it is shipped: whoever changes
    another one sees with it what comes in.
    """
    with reading(context) as session:
        version = _in_force(session)
        kept = dict(session.execute(files_of(version or "")).tuples().all())
    if kept:
        shipped = policy_uploads.files_in(context.policy_dir) if context.policy_dir is not None else {}
        return {name: text for name, text in shipped.items() if name in ASKED_FOR} | kept
    folder = _folder(context)
    try:
        if load_policy(folder).version == version:
            return policy_uploads.files_in(folder)
    except (PolicyError, OSError):
        pass
    raise RuleRefusal(
        "files-not-at-hand", "现行规则不是由现有的文件启用的，不能只改其中一个：请上传整套（ZIP）", field="file"
    )


def _activate_planned(context: Context, number: int) -> bool:
    with transaction(context) as tx:
        row = tx.session.get(PolicyChange, number, with_for_update=True, populate_existing=True)
        if row is None or row.standing != Standing.PLANNED.value:
            return False
        actor = Actor(Role.OPERATOR, name=row.by)
        if row.before != _in_force(tx.session):
            _end(row, Standing.OVERTAKEN, actor, STANDING_LABELS[Standing.OVERTAKEN])
            return False
        _activate(tx, row, policy_of(context, tx.session, row), actor, row.reason)
        return True


def _activate(tx: Transaction, row: PolicyChange, policy: Policy, actor: Actor, reason: str) -> None:
    if not put_in_force(tx, policy, actor, Kind(row.kind), reason, change=row):
        raise RuleRefusal("no-change", "这就是现行规则")


@contextmanager
def _deciding(
    context: Context, number: int, *, even_outdated: bool = False
) -> Iterator[tuple[Transaction, PolicyChange]]:
    """The change, held against every other decision on it."""
    with transaction(context) as tx:
        row = tx.session.get(PolicyChange, number, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound("这次规则变更")
        if Standing(row.standing) not in WAITING:
            raise RuleRefusal("decided-already", f"这次变更{STANDING_LABELS[Standing(row.standing)]}，不能再改")
        if not even_outdated and row.before != _in_force(tx.session):
            raise RuleRefusal("outdated", "上传之后现行规则又变了：照此启用会撤销其间的改动。请在现行规则上重新上传")
        yield tx, row


def _end(row: PolicyChange, standing: Standing, actor: Actor, reason: str) -> None:
    row.standing, row.ended_at, row.ended_by, row.ended_because = standing.value, clock.now(), actor.name, reason


def policy_of(context: Context, session: Session, row: PolicyChange) -> Policy:
    """The policy that the change would put in force."""
    if row.content is not None:
        return policy_from_dict(row.content)
    return context.rules.of(session, row.version)


def change_row(session: Session, number: int) -> PolicyChange:
    """The change of this number. Raises `NotFound`."""
    row = session.get(PolicyChange, number)
    if row is None:
        raise NotFound("这次规则变更")
    return row


def files_of(version: str) -> Select[tuple[str, str]]:
    """Name and text of every file that is kept of a version."""
    return select(PolicyFile.name, PolicyFile.text).where(PolicyFile.version == version)


def _in_force(session: Session) -> str | None:
    return session.scalar(select(PolicyVersion.version).where(PolicyVersion.active))


def _folder(context: Context) -> Path:
    if context.policy_dir is None:
        raise RuleRefusal("files-not-at-hand", "这个进程不知道规则文件在哪里", field="file")
    return context.policy_dir


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not 1 <= len(reason) <= _LONGEST_REASON:
        raise Incomplete([Missing("reason", f"请写明原因，1至{_LONGEST_REASON}字")])
    return reason


def view_of(row: PolicyChange) -> PolicyChangeView:
    """The change as it is shown."""
    standing = Standing(row.standing)
    return PolicyChangeView(
        number=row.id,
        version=row.version,
        standing=Named(code=standing.value, name=STANDING_LABELS[standing]),
        kind=KIND_LABELS[Kind(row.kind)],
        before=row.before,
        valid_from=row.valid_from,
        reason=row.reason,
        by=row.by,
        recorded_at=row.recorded_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        ended_because=row.ended_because,
        waiting=standing in WAITING,
    )
