"""Whatever is altered behind the platform's back is found and named, be it the newest row or a petition as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa

import clock
from domain.petition import Satisfaction
from models.shapes import PetitionerIn
from models.tables import AuditAnchor, HistoryRow
from services import (
    audit,
    decisions,
    handling,
    identity,
    intake,
    ladder,
    retention,
    supervision,
    verdict,
)
from services.context import Context
from services.coverage import NAMES, covers_of, seal_of
from tests.services import lives
from tests.services.lives import DESK, INSPECTOR, WORDS, petition_of, register

PERSON = PetitionerIn(name="测试甲", contact_kind="sms", contact="13800001234")


def busy(context: Context) -> str:
    """A petition with something in every table that is covered."""
    petition_id = register(context, petitioner=PERSON)
    lives.settle(context, petition_id)
    identity.disclose(context, petition_id, DESK, purpose="contact", words="核实情况")
    identity.disclose(context, petition_id, DESK, purpose="contact", words="再次核实")
    handling.sign(context, petition_id, lives.AT_UNIT)
    handling.request_extension(context, petition_id, lives.AT_UNIT, amount=2, reason=WORDS)
    decisions.decide_extension(context, petition_id, DESK, granted=True, reason=WORDS)
    decisions.suspend(context, petition_id, DESK, WORDS)
    handling.resume(context, petition_id, lives.AT_UNIT, WORDS)
    ladder.open_supervision(context, petition_id, INSPECTOR, WORDS)
    retention.hold(context, petition_id, INSPECTOR, WORDS)
    handling.submit_completion(context, petition_id, lives.AT_UNIT, lives.EVIDENCE)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason=WORDS)
    lives.settle(context, petition_id)
    verdict.rate(context, petition_id, lives.CITIZEN, satisfaction=Satisfaction.SATISFIED)
    return petition_id


def run(context: Context, statement: str, **values: object) -> None:
    with context.sessions.begin() as session:
        done = session.connection().execute(sa.text(statement), values)
        assert done.rowcount


def told(context: Context) -> list[str]:
    return [str(item) for item in audit.verify(context)]


def number(context: Context, petition_id: str) -> str:
    return petition_of(context, petition_id).case_number


def test_an_unaltered_ledger_is_whole(context: Context) -> None:
    petition_id = busy(context)
    with context.readers() as session:
        covered = covers_of(session, [petition_id])[petition_id]
    assert {NAMES[table] for table in covered} >= set(ALTERED)
    assert audit.write_anchors(context) == 1
    assert audit.write_anchors(context) == 0, "nothing has grown"
    assert told(context) == []


ALTERED = {
    "主办协办任务": "UPDATE assignment SET duty = '改过' WHERE petition_id = :id",
    "办结凭据和审核": "UPDATE completion SET outcome = 'rejected' WHERE petition_id = :id",
    "退单延期申请和审定": "DELETE FROM decision_request WHERE petition_id = :id",
    "延期": "UPDATE extension SET amount = 9 WHERE petition_id = :id",
    "身份保全": "DELETE FROM legal_hold WHERE petition_id = :id",
    "暂停计时": "UPDATE pause SET approved_by = '别人' WHERE petition_id = :id",
    "评价": "UPDATE rating SET satisfaction = 'dissatisfied' WHERE petition_id = :id",
    "督办件": "UPDATE supervision SET opinion = '改过' WHERE petition_id = :id",
}


@pytest.mark.parametrize("name", ALTERED)
def test_a_decision_that_was_altered_is_named(context: Context, name: str) -> None:
    petition_id, other = busy(context), lives.in_hand(context)
    version = petition_of(context, petition_id).version
    run(context, ALTERED[name], id=petition_id)
    assert told(context) == [f"{number(context, petition_id)}：第{version}条之后，{name}被改动、增删"]
    assert audit.verify(context, case_number=number(context, other)) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE history SET reason = '改过' WHERE petition_id = :id AND version = 2", "经过第2条不符或缺失"),
        ("UPDATE history SET covers = '{}' WHERE petition_id = :id AND version = 6", "经过第6条的封印不符"),
        ("UPDATE identity_read SET words = '' WHERE petition_id = :id AND number = 1", "查阅日志第1条不符或缺失"),
        ("DELETE FROM identity_read WHERE petition_id = :id AND number = 2", "查阅日志第2条不符或缺失"),
        ("DELETE FROM identity_read WHERE petition_id = :id AND number = 1", "查阅日志第1条不符或缺失"),
    ],
)
def test_a_row_that_was_altered_is_named(context: Context, statement: str, said: str) -> None:
    petition_id = busy(context)
    run(context, statement, id=petition_id)
    assert told(context) == [f"{number(context, petition_id)}：{said}"]


def forget_newest_step(context: Context, petition_id: str) -> None:
    """As somebody would who knows how the chain is made."""
    last = petition_of(context, petition_id).version
    run(context, "DELETE FROM history WHERE petition_id = :id AND version = :last", id=petition_id, last=last)
    run(
        context,
        "UPDATE petition SET version = version - 1, looked_version = 0, announced_version = 0 WHERE id = :id",
        id=petition_id,
    )


def forget_newest_reading(context: Context, petition_id: str) -> None:
    run(context, "DELETE FROM identity_read WHERE petition_id = :id AND number = 2", id=petition_id)
    run(context, "UPDATE petitioner SET reads = 1 WHERE petition_id = :id", id=petition_id)


def forget_everything(context: Context, petition_id: str) -> None:
    for table in reversed(sa.inspect(HistoryRow).mapper.registry.metadata.sorted_tables):
        with context.sessions.begin() as session:
            if table.name == "imprint_mark":
                session.execute(sa.delete(table))
            elif "petition_id" in table.c:
                session.execute(sa.delete(table).where(table.c.petition_id == petition_id))
            elif table.name == "petition":
                session.execute(sa.delete(table).where(table.c.id == petition_id))


def note(context: Context) -> str:
    petition_id = register(context, petitioner=PERSON)
    lives.settle(context, petition_id)
    for words in ("核实情况", "再次核实"):
        identity.disclose(context, petition_id, DESK, purpose="contact", words=words)
    handling.note(context, petition_id, DESK, "已电话核实", public=False)
    return petition_id


@pytest.mark.parametrize(
    ("forget", "said"),
    [
        (forget_newest_step, "锚点1见过的经过第4条已不在，整件或其后各条被删除"),
        (forget_newest_reading, "查阅日志第2条与锚点1所见不同或已不在"),
        (forget_everything, "锚点1见过的经过第4条已不在，整件或其后各条被删除"),
    ],
)
def test_what_is_cut_off_is_missing_from_the_anchor(
    context: Context, forget: Callable[[Context, str], None], said: str
) -> None:
    petition_id = note(context)
    case = number(context, petition_id)
    audit.write_anchors(context)
    forget(context, petition_id)
    assert told(context) == [f"{case}：{said}"]
    assert [item.case for item in audit.verify(context, case_number=case)] == [case]


def test_an_anchor_that_was_altered_or_taken_away_is_named(context: Context, story: clock.StoryClock) -> None:
    for hours in range(3):
        story.move_to(clock.now() + dt.timedelta(hours=2 * hours))
        register(context, f"测试甲反映第{hours}号灯杆不亮")
        audit.write_anchors(context)
    kept = audit.newest_anchor(context)
    assert kept is not None
    assert (kept["number"], audit.holds_anchor(context, kept)) == (3, True)
    run(context, "UPDATE audit_anchor SET heads = '{}' WHERE number = 2")
    assert told(context) == ["锚点2：锚点本身不符或缺失"]
    assert audit.verify(context, since=clock.now()) == [], "older anchors are taken as they are then"
    run(context, "DELETE FROM audit_anchor WHERE number = 3")
    assert not audit.holds_anchor(context, kept)


def test_many_petitions_take_several_anchors_and_a_round_goes_on_after_a_kill(
    context: Context, story: clock.StoryClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_HEADS", 2)
    for pole in range(5):
        register(context, f"测试甲反映第{pole}号灯杆不亮")
    real, pages = audit._heads, []

    def killed_at_the_second(*arguments: object) -> object:
        pages.append(arguments)
        if len(pages) == 2:
            raise KeyboardInterrupt
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(audit, "_heads", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        audit.write_anchors(context)
    story.move_to(clock.now() + dt.timedelta(days=1))
    monkeypatch.setattr(audit, "_heads", real)
    audit.write_anchors(context)
    with context.readers() as session:
        anchors = session.scalars(sa.select(AuditAnchor).order_by(AuditAnchor.number)).all()
    assert len({key for anchor in anchors for key in anchor.heads}) == 5
    assert [anchor.closes for anchor in anchors] == [False] * (len(anchors) - 1) + [True]
    assert told(context) == []


def test_steps_of_a_version_before_cover_nothing_and_break_nothing(context: Context) -> None:
    petition_id = lives.in_hand(context)
    run(context, "UPDATE history SET covers = NULL, seal = NULL WHERE petition_id = :id", id=petition_id)
    assert told(context) == []
    handling.note(context, petition_id, DESK, "已电话核实", public=False)
    assert told(context) == []
    with context.readers() as session:
        newest = session.scalars(
            sa.select(HistoryRow).where(HistoryRow.petition_id == petition_id).order_by(HistoryRow.version.desc())
        ).first()
        assert newest is not None
        assert newest.seal == seal_of(newest, "")


def test_a_withdrawn_and_an_explained_petition_stay_whole(context: Context) -> None:
    petition_id = lives.asked(context)
    supervision.answer(context, petition_id, lives.AT_UNIT, "备件到货延迟")
    intake.withdraw(context, petition_id, lives.CITIZEN)
    assert told(context) == []
