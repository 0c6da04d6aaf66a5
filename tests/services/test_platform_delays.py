"""When the platform was down or late: on record, in the dossier, and never at a unit's expense."""

from __future__ import annotations

import io

import pendulum
import pytest
import sqlalchemy as sa
from docx import Document

import clock
from domain.actions import Actor, Role
from domain.errors import Incomplete, NotFound, NotPermitted, RuleRefusal
from domain.petition import Step
from models.shapes import PetitionerIn
from models.tables import HistoryRow, Outage
from services import decisions, dossiers, handling, identity, outages, platform_steps, recusals
from services.context import Context
from services.dossier_document import document
from tests.services import lives
from tests.services.lives import AT_UNIT, DESK, EVIDENCE, INSPECTOR, OTHER_UNIT, UNIT, WORDS, petition_of
from tests.support.steps import settle_until

OPERATOR = Actor(Role.OPERATOR, name="测试运维")


def at(day: str, time: str = "09:00") -> pendulum.DateTime:
    return pendulum.from_format(f"{day} {time}", "YYYY-MM-DD HH:mm", tz=clock.SHANGHAI)


DUE = at("2026-03-09", "17:30")


def down(context: Context, since: pendulum.DateTime, until: pendulum.DateTime) -> Outage:
    return outages.record(context, OPERATOR, started_at=since, ended_at=until, reason="机房断电")


def handed_in(context: Context, story: clock.StoryClock, moment: pendulum.DateTime) -> str:
    petition_id = lives.in_hand(context)
    settle_until(context, petition_id, story, moment)
    handling.submit_completion(context, petition_id, AT_UNIT, EVIDENCE)
    return petition_id


@pytest.mark.parametrize(
    ("handed", "in_time"),
    [(at("2026-03-10", "09:29"), True), (at("2026-03-10", "09:31"), False)],
)
def test_what_the_platform_lost_is_not_the_units(
    context: Context, story: clock.StoryClock, handed: pendulum.DateTime, in_time: bool
) -> None:
    petition_id = lives.in_hand(context)
    story.move_to(at("2026-03-03", "12:00"))
    down(context, at("2026-03-03", "10:00"), at("2026-03-03", "11:00"))
    settle_until(context, petition_id, story, handed)
    shown = dossiers.dossier(context, petition_id, INSPECTOR).platform
    assert (shown.due_at, shown.excused_until) == (DUE, at("2026-03-10", "09:30"))
    assert shown.charged is not in_time
    handling.submit_completion(context, petition_id, AT_UNIT, EVIDENCE)
    petition = petition_of(context, petition_id)
    assert petition.due_at == DUE, "what was promised to the petitioner does not move"
    assert petition.due_met is in_time
    with context.readers() as session:
        kept = session.get_one(HistoryRow, (petition_id, petition.version))
        assert kept.due_met is in_time, "figures count it as it was judged"


def test_without_an_outage_late_is_late(context: Context, story: clock.StoryClock) -> None:
    assert petition_of(context, handed_in(context, story, at("2026-03-10"))).due_met is False


def test_an_outage_that_was_taken_back_excuses_nobody(context: Context, story: clock.StoryClock) -> None:
    story.move_to(at("2026-03-03", "12:00"))
    row = down(context, at("2026-03-03", "10:00"), at("2026-03-03", "11:00"))
    outages.withdraw(context, OPERATOR, row.id, "登记有误")
    story.move_to(at("2026-03-03", "12:00"))
    petition_id = lives.in_hand(context)
    assert dossiers.dossier(context, petition_id, INSPECTOR).platform.delays == []
    [kept] = outages.outages(context)
    assert (kept.withdrawn_by, kept.withdrawn_because) == (OPERATOR.name, "登记有误")
    with pytest.raises(RuleRefusal) as refusal:
        outages.withdraw(context, OPERATOR, row.id, "再撤一次")
    assert refusal.value.code == "already-withdrawn"
    with pytest.raises(NotFound):
        outages.withdraw(context, OPERATOR, row.id + 99, "没有这条")


@pytest.mark.parametrize(
    ("since", "until", "reason", "field"),
    [
        (at("2026-03-01", "10:00"), at("2026-03-01", "10:00"), "机房断电", "ended_at"),
        (at("2026-03-01", "10:00"), at("2026-03-09", "10:00"), "机房断电", "ended_at"),
        (at("2025-12-01", "10:00"), at("2026-03-01", "10:00"), "机房断电", "ended_at"),
        (at("2026-03-01", "10:00"), at("2026-03-01", "11:00"), " ", "reason"),
    ],
)
def test_a_bad_outage_is_refused_by_its_field(
    context: Context, since: pendulum.DateTime, until: pendulum.DateTime, reason: str, field: str
) -> None:
    with pytest.raises(Incomplete) as refusal:
        outages.record(context, OPERATOR, started_at=since, ended_at=until, reason=reason)
    assert [item["field"] for item in refusal.value.missing] == [field]
    assert outages.outages(context) == []


def test_only_operators_say_when_the_platform_was_down(context: Context) -> None:
    for actor in (INSPECTOR, DESK, AT_UNIT):
        with pytest.raises(NotPermitted):
            outages.record(
                context, actor, started_at=at("2026-03-01"), ended_at=at("2026-03-01", "10:00"), reason="断电"
            )


def test_the_heartbeat_finds_an_outage_once(context: Context, story: clock.StoryClock) -> None:
    assert outages.beat(context, "reconcile", 300) is None
    story.move_to(at("2026-03-02", "09:05"))
    assert outages.beat(context, "reconcile", 300) is None
    story.move_to(at("2026-03-02", "11:00"))
    found = outages.beat(context, "reconcile", 300)
    assert found is not None
    assert (found.started_at, found.ended_at, found.found_by) == (
        at("2026-03-02", "09:05"),
        at("2026-03-02", "11:00"),
        "heartbeat",
    )
    assert outages.beat(context, "reconcile", 300) is None
    assert len(outages.outages(context)) == 1


def test_a_slower_heart_is_no_outage(context: Context, story: clock.StoryClock) -> None:
    outages.beat(context, "reconcile", 3600)
    story.move_to(at("2026-03-02", "11:00"))
    assert outages.beat(context, "reconcile", 3600) is None


def test_a_deadline_that_the_platform_saw_too_late(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.return_requested(context)
    due = petition_of(context, petition_id).stage_due_at
    assert due is not None
    story.move_to(due.add(minutes=60))  # no worker was there in time
    assert platform_steps.take(context, petition_id, Step.GRANT_RETURN)
    [delay] = dossiers.dossier(context, petition_id, INSPECTOR).platform.delays
    assert (delay.cause.code, delay.since, delay.until) == ("late_timer", due, due.add(minutes=60))


def test_dispatched_too_late(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.register(context)
    assert platform_steps.take(context, petition_id, Step.ACCEPT)
    story.move_to(at("2026-03-02", "10:00"))
    lives.settle(context, petition_id)
    dossier = dossiers.dossier(context, petition_id, INSPECTOR)
    [delay] = dossier.platform.delays
    assert (delay.cause.code, delay.until) == ("late_dispatch", at("2026-03-02", "10:00"))
    accepted = next(item for item in dossier.held if item.stage.code == "accepted")
    assert (accepted.working_minutes, accepted.platform_working_minutes) == (60, 60)
    in_hand = next(item for item in dossier.held if item.stage.code == "dispatched")
    assert in_hand.platform_minutes == 0


def test_what_waits_for_a_person_is_not_the_platforms(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.at_the_desk(context)
    story.move_to(at("2026-03-02", "10:30"))
    assert dossiers.dossier(context, petition_id, INSPECTOR).platform.delays == []


def test_a_file_that_opens_by_itself_says_whose_the_lateness_is(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.in_hand(context)
    story.move_to(at("2026-03-09", "09:00"))
    down(context, at("2026-03-02", "10:00"), at("2026-03-08", "10:00"))
    settle_until(context, petition_id, story, at("2026-06-30"))
    with context.readers() as session:
        rows = session.scalars(sa.select(HistoryRow).where(HistoryRow.petition_id == petition_id)).all()
    opened = next(row for row in rows if row.trigger == "supervise" and row.actor_role == "platform")
    told = opened.details["platform"]
    assert told["excused_until"] > told["due_at"]
    assert told["charged"] is True, "even without the outage it is weeks late"


def dossier_of_a_long_life(context: Context, story: clock.StoryClock) -> str:
    petition_id = lives.return_requested(context)
    decisions.decide_return(context, petition_id, DESK, granted=False, reason="仍属你单位")
    story.move_to(at("2026-03-09", "16:00"))
    handling.request_extension(context, petition_id, AT_UNIT, amount=2, reason="备件未到")
    decisions.decide_extension(context, petition_id, DESK, granted=True, reason="情况属实")
    settle_until(context, petition_id, story, at("2026-03-13", "10:00"))
    handling.submit_completion(context, petition_id, AT_UNIT, EVIDENCE)
    return petition_id


def test_the_dossier_tells_what_was_asked_reminded_and_moved(context: Context, story: clock.StoryClock) -> None:
    dossier = dossiers.dossier(context, dossier_of_a_long_life(context, story), INSPECTOR)
    assert [(item.kind.code, item.outcome, item.reason) for item in dossier.asked] == [
        ("return", "refused", WORDS),
        ("extension", "granted", "备件未到"),
    ]
    [edit] = dossier.clock_edits
    assert (edit.label, edit.due_before, edit.due_after, edit.near) == (
        "同意延期",
        DUE,
        at("2026-03-11", "17:30"),
        True,
    )
    assert (edit.working_minutes_left, DESK.name in edit.by) == (90, True)
    labels = [item.label for item in dossier.reminders]
    assert {"黄牌预警", "红牌警告", "提级一级研判"} <= set(labels)
    assert all(item.notices for item in dossier.reminders)
    assert dossier.under is not None
    assert (dossier.under.rule, dossier.under.origin, dossier.under.met) == ("handling", "公开规定", False)
    assert dossier.under.steps
    [given] = [item for item in dossier.dispatched if item.label == "派遣"]
    assert given.candidates[0].unit.code == UNIT
    assert dossier.chain.intact


def test_the_printed_dossier_says_so_and_names_nobody(context: Context, story: clock.StoryClock) -> None:
    petition_id = dossier_of_a_long_life(context, story)
    dossier = dossiers.dossier(context, petition_id, INSPECTOR)
    paper = Document(io.BytesIO(document(dossier, context.rules.calendar.office)))
    words = [paragraph.text for paragraph in paper.paragraphs]
    words += [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    text = "\n".join(words)
    for told in (
        petition_of(context, petition_id).case_number,
        "山东省政务服务热线管理办法",
        "同意延期",
        "备件未到",
        "完整",
    ):
        assert told in text
    assert lives.TEXT not in text, "the petition's words stay on the platform"
    assert petition_of(context, petition_id).query_code not in text


def test_the_petitioner_is_in_it_only_for_a_purpose_on_record(context: Context) -> None:
    person = PetitionerIn(name="测试甲", contact_kind="sms", contact="13800000000")
    petition_id = lives.register(context, petitioner=person)
    read = identity.disclose(context, petition_id, INSPECTOR, purpose="inspection", words="核查是否如实答复")
    dossier, office = dossiers.dossier(context, petition_id, INSPECTOR), context.rules.calendar.office
    paper = Document(io.BytesIO(document(dossier, office, read)))
    text = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    for told in ("测试甲", "13800000000", lives.TEXT, "核查是否如实答复"):
        assert told in text
    without = Document(io.BytesIO(document(dossier, office)))
    assert "13800000000" not in "\n".join(paragraph.text for paragraph in without.paragraphs)


def test_a_recused_inspector_reads_no_dossier(context: Context) -> None:
    petition_id = lives.in_hand(context)
    recusals.recuse_account(context, petition_id, INSPECTOR, account=INSPECTOR.name, reason="与该单位有利害关系")
    with pytest.raises(NotFound):
        dossiers.dossier(context, petition_id, INSPECTOR)
    other = dossiers.dossier(context, petition_id, Actor(Role.INSPECTOR, name="测试另一人"))
    assert [item.account for item in other.recusals] == [INSPECTOR.name]
    with pytest.raises(NotFound):
        dossiers.dossier_by_number(context, other.petition.case_number, INSPECTOR)


def test_the_engine_and_others_are_told_apart(context: Context) -> None:
    petition_id = lives.redispatched(context)
    dispatched = dossiers.dossier(context, petition_id, INSPECTOR).dispatched
    assert [(item.label, item.unit and item.unit.code, bool(item.candidates)) for item in dispatched] == [
        ("派遣", UNIT, True),
        ("改派", OTHER_UNIT, False),
    ]
