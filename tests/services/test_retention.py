"""How long it is kept who reported: as long as the policy says, longer where it is held, and the case stays."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

import clock
from domain.actions import Actor, Role
from domain.attachments import Purpose
from domain.errors import NotPermitted, RuleRefusal, StaleVersion
from domain.stages import Trigger
from domain.supervision import Disposition
from models.shapes import PetitionerIn
from models.tables import Attachment, HistoryRow, Imprint, Petitioner
from services import (
    attachments,
    audit,
    chains,
    handling,
    identity,
    identity_log,
    intake,
    invariants,
    ladder,
    queries,
    retention,
    supervision,
)
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, CITIZEN, DESK, INSPECTOR, WORDS, petition_of, register
from tests.support.context import recorded

PERSON = PetitionerIn(name="测试甲乙", contact_kind="sms", contact="13800001234")
KEPT = dt.timedelta(days=365)


def known(context: Context, text: str = lives.TEXT) -> str:
    petition_id = register(context, text, petitioner=PERSON)
    lives.settle(context, petition_id)
    return petition_id


def over(context: Context, text: str = lives.TEXT) -> str:
    """A petition that has just ended, of somebody known."""
    petition_id = known(context, text)
    intake.withdraw(context, petition_id, CITIZEN)
    return petition_id


def row_of(context: Context, petition_id: str) -> Petitioner:
    with context.readers() as session:
        return session.get_one(Petitioner, petition_id)


def number(context: Context, petition_id: str) -> str:
    return petition_of(context, petition_id).case_number


def test_an_identity_is_erased_when_its_time_is_over(context: Context, story: clock.StoryClock) -> None:
    petition_id, still_open = over(context), known(context, "测试乙反映天桥灯坏")
    identity.disclose(context, petition_id, DESK, purpose="contact", words="核实情况")
    story.move_to(clock.now() + KEPT - dt.timedelta(minutes=1))
    assert retention.due(context) == []
    story.move_to(clock.now() + dt.timedelta(minutes=1))
    assert retention.due(context) == [number(context, petition_id)]
    runs = len(recorded(context).woken)
    assert retention.erase_due(context) == 1
    row = row_of(context, petition_id)
    kept = (row.sealed, row.key_id, row.contact_kind, row.person, row.plain_name, row.plain_contact)
    assert kept == (None,) * 6
    assert row.erased_at == clock.now()
    shown = queries.detail(context, petition_id, DESK).petitioner
    assert shown is not None
    assert (shown.name, shown.contact, shown.erased_at) == (None, None, clock.now())
    with pytest.raises(RuleRefusal, match="清除"):
        identity.disclose(context, petition_id, DESK, purpose="contact", words="核实情况")
    with context.readers() as session:
        assert set(session.scalars(sa.select(Imprint.person).where(Imprint.petition_id == petition_id))) <= {None}
        last = session.scalars(sa.select(HistoryRow).order_by(HistoryRow.at.desc(), HistoryRow.version.desc())).first()
        assert last is not None
        assert (last.petition_id, last.trigger, last.public) == (petition_id, Trigger.ERASE_IDENTITY, False)
    assert [item.account for item in identity_log.readers(context, petition_id, INSPECTOR).reads] == ["测试专席"]
    assert chains.verify_chain(context, petition_id).intact
    assert invariants.check_invariants(context, archive=True, late_after=KEPT * 2) == []
    assert len(recorded(context).woken) == runs, "nobody looks again at what is over"
    assert retention.erase_due(context) == 0
    assert row_of(context, still_open).sealed is not None


def test_whoever_was_merged_waits_for_the_main_case(context: Context, story: clock.StoryClock) -> None:
    main, part = known(context), known(context, "测试乙反映同一处路灯不亮")
    intake.merge(context, part, main, DESK, WORDS)
    story.move_to(clock.now() + KEPT)
    assert retention.due(context) == []
    for party in (part, main):
        intake.withdraw(context, party, CITIZEN)
    story.move_to(clock.now() + KEPT)
    assert retention.due(context) == [number(context, part), number(context, main)]


def test_what_the_inspectors_have_not_closed_is_kept(context: Context, story: clock.StoryClock) -> None:
    petition_id = known(context)
    ladder.open_supervision(context, petition_id, INSPECTOR, WORDS)
    intake.withdraw(context, petition_id, CITIZEN)
    story.move_to(clock.now() + KEPT)
    assert retention.erase_due(context) == 0
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.UNFOUNDED, opinion="不成立")
    assert retention.erase_due(context) == 1


def test_a_hold_keeps_it_until_it_is_lifted(context: Context, story: clock.StoryClock) -> None:
    petition_id = over(context)
    version = petition_of(context, petition_id).version
    with pytest.raises(NotPermitted):
        retention.hold(context, petition_id, DESK, "行政诉讼")
    with pytest.raises(RuleRefusal, match="没有在保全中"):
        retention.release(context, petition_id, INSPECTOR, "诉讼终结")
    retention.hold(context, petition_id, INSPECTOR, "行政诉讼", version)
    with pytest.raises(RuleRefusal, match="已在保全中"):
        retention.hold(context, petition_id, INSPECTOR, "再次保全")
    with pytest.raises(StaleVersion):
        retention.release(context, petition_id, INSPECTOR, "诉讼终结", version)
    story.move_to(clock.now() + KEPT)
    assert retention.erase_due(context) == 0
    retention.release(context, petition_id, INSPECTOR, "诉讼终结")
    assert retention.erase_due(context) == 1
    with pytest.raises(RuleRefusal, match="无从保全"):
        retention.hold(context, petition_id, Actor(Role.INSPECTOR, name="督查员"), "太晚")
    assert chains.verify_chain(context, petition_id).intact


def a_photo(colour: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 64), colour).save(file, "JPEG")
    return file.getvalue()


def files_of(context: Context, petition_id: str) -> list[tuple[str, str]]:
    with context.readers() as session:
        query = sa.select(Attachment.purpose, Attachment.name).where(Attachment.petition_id == petition_id)
        return sorted(session.execute(query).tuples())


def test_what_shows_the_petitioner_is_erased_along(context: Context, story: clock.StoryClock) -> None:
    main, part = known(context), known(context, "测试乙反映同一处路灯不亮")
    handling.sign(context, main, AT_UNIT)
    intake.merge(context, part, main, DESK, WORDS)
    code = petition_of(context, part).query_code
    attachments.add_by_code(context, code, "我家门口.jpg", a_photo("red"))
    for name, colour, purpose in (("通话记录.jpg", "blue", Purpose.CONTACT), ("修好了.jpg", "green", Purpose.EVIDENCE)):
        attachments.add(context, main, AT_UNIT, name, a_photo(colour), purpose)
    assert len(files_of(context, main)) == 3
    for party in (part, main):
        intake.withdraw(context, party, CITIZEN)
    story.move_to(clock.now() + KEPT)
    assert retention.erase_due(context) == 2
    assert files_of(context, main) == [("evidence", "修好了.jpg")]
    assert lives.triggers_of(context, part).count(Trigger.ERASE_IDENTITY) == 1
    assert lives.triggers_of(context, main).count(Trigger.ERASE_IDENTITY) == 2, "of its own, and of whoever was merged"
    assert audit.verify(context) == []
