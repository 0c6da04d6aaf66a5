"""Return visits: drawn when a case is completed, made by somebody apart, and held beside what the petitioner rated."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.errors import Incomplete, NotFound, NotPermitted, RuleRefusal, StaleVersion
from domain.petition import Satisfaction
from domain.stages import Stage, Trigger
from domain.visits import Seat, VisitStatus, Way, lot
from models.tables import HistoryRow, Visit
from models.visit_answers import AttemptIn, ReturnVisit
from services import (
    accounts,
    audit,
    decisions,
    figures,
    handling,
    invariants,
    keys,
    queries,
    recusals,
    rulebook,
    verdict,
    visits,
)
from services.context import Context
from services.coverage import seal_of
from services.figure_selection import Asked
from services.rulebook import RuleBook
from tests.services.lives import AT_UNIT, CITIZEN, DESK, EVIDENCE, INSPECTOR, UNIT, extended, petition_of, settle, told
from tests.support.context import a_context, shipped_calendar, shipped_policy

OFFICER = Actor(Role.FOLLOW_UP, name="信息员专班")
CONTENT, NOT_CONTENT = Satisfaction.SATISFIED, Satisfaction.DISSATISFIED


def finished(context: Context) -> str:
    """A case that had been extended is completed: such ones are visited one and all."""
    petition_id = extended(context)
    complete(context, petition_id)
    return petition_id


def complete(context: Context, petition_id: str) -> None:
    handling.submit_completion(context, petition_id, AT_UNIT, EVIDENCE)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason="答复完整")
    settle(context, petition_id)


def visit_of(context: Context, petition_id: str) -> ReturnVisit:
    with context.readers() as session:
        query = sa.select(Visit.id).where(Visit.petition_id == petition_id).order_by(Visit.id.desc())
        found = session.scalars(query).first()
    assert found is not None
    return visits.visit(context, found, OFFICER)


def said(satisfaction: Satisfaction = CONTENT, *, true: bool = True) -> AttemptIn:
    return AttemptIn(way=Way.PHONE, reached=True, words="诉求人这样说", satisfaction=satisfaction, account_true=true)


MISSED = AttemptIn(way=Way.PHONE, reached=False, words="无人接听")


def test_an_extended_case_is_visited_by_somebody_apart_and_in_time(context: Context) -> None:
    petition_id = finished(context)
    found, petition = visit_of(context, petition_id), petition_of(context, petition_id)
    assert [risk.code for risk in found.risks] == ["extended"]
    assert found.officer.unit != UNIT
    assert found.due_at > found.drawn_at + dt.timedelta(days=5)
    assert found.number == lot(petition.id, petition.policy_version, found.completion_digest)
    assert "延期类抽100%" in found.reason
    assert found.status.code == VisitStatus.OPEN


def test_a_visit_rates_for_whoever_has_not_rated(context: Context) -> None:
    petition_id = finished(context)
    made = visits.attempt(context, visit_of(context, petition_id).id, OFFICER, said())
    settle(context, petition_id)
    assert petition_of(context, petition_id).stage == Stage.ARCHIVED
    assert petition_of(context, petition_id).satisfaction == CONTENT
    assert (made.status.code, made.spot_check, made.contradicts) == (VisitStatus.REACHED, False, False)
    with pytest.raises(RuleRefusal, match="已回访"):
        visits.attempt(context, made.id, OFFICER, said())


def test_a_dissatisfied_answer_to_a_visit_is_a_redo_and_a_new_visit(context: Context) -> None:
    petition_id = finished(context)
    first = visits.attempt(context, visit_of(context, petition_id).id, OFFICER, said(NOT_CONTENT))
    settle(context, petition_id)
    assert petition_of(context, petition_id).stage == Stage.REDO
    handling.sign(context, petition_id, AT_UNIT)
    complete(context, petition_id)
    second = visit_of(context, petition_id)
    assert second.id != first.id
    assert {risk.code for risk in second.risks} == {"redone", "extended"}


@pytest.mark.parametrize(
    ("told", "true", "contradicts"),
    [
        (CONTENT, True, False),
        (NOT_CONTENT, True, True),
        (CONTENT, False, True),
        (Satisfaction.BASICALLY_SATISFIED, True, False),
    ],
)
def test_after_a_rating_a_visit_is_a_spot_check_and_both_stand(
    context: Context, told: Satisfaction, true: bool, contradicts: bool
) -> None:
    petition_id = finished(context)
    verdict.rate(context, petition_id, CITIZEN, satisfaction=CONTENT)
    settle(context, petition_id)
    made = visits.attempt(context, visit_of(context, petition_id).id, OFFICER, said(told, true=true))
    assert made.spot_check
    assert made.contradicts is contradicts
    assert made.rated is not None
    assert made.satisfaction is not None
    assert (made.rated.code, made.satisfaction.code) == (CONTENT, told)
    assert petition_of(context, petition_id).stage == Stage.ARCHIVED
    shown = visits.visits(context, INSPECTOR, status=None, contradicting=True)
    assert [item.id for item in shown.items] == ([made.id] if contradicts else [])


def test_three_failed_attempts_apart_and_nobody_was_reached(context: Context, story: clock.StoryClock) -> None:
    visit_id = visit_of(context, finished(context)).id
    after = visits.attempt(context, visit_id, OFFICER, MISSED)
    assert after.status.code == VisitStatus.OPEN
    with pytest.raises(RuleRefusal) as refused:
        visits.attempt(context, visit_id, OFFICER, MISSED)
    assert refused.value.code == "attempt-too-soon"
    for _ in range(2):
        story.move_to(clock.now().add(hours=4))
        after = visits.attempt(context, visit_id, OFFICER, MISSED)
    assert after.status.code == VisitStatus.NOT_REACHED
    assert [row.reached for row in after.history] == [False] * 3
    counts = visits.visits(context, OFFICER).counts
    assert (counts.drawn, counts.not_reached, counts.open) == (1, 1, 0)


def test_whoever_was_not_asked_before_a_redo_is_not_asked_about_it(context: Context) -> None:
    petition_id = finished(context)
    found = visit_of(context, petition_id)
    verdict.rate(context, petition_id, CITIZEN, satisfaction=NOT_CONTENT, reason="仍不亮")
    settle(context, petition_id)
    assert visits.visit(context, found.id, OFFICER).status.code == VisitStatus.OVERTAKEN


def test_a_visit_is_given_to_another_seat_but_to_none_that_handled_it(context: Context) -> None:
    found = visit_of(context, finished(context))
    other = "info-qicun" if found.officer.code != "info-qicun" else "info-yongan"
    given = visits.give(context, found.id, DESK, officer=other, reason="与诉求人相识")
    assert (given.officer.code, given.officer_reason) == (other, "测试专席：与诉求人相识")
    with pytest.raises(Incomplete):
        visits.give(context, found.id, DESK, officer="nobody", reason="改派")
    with pytest.raises(StaleVersion):
        visits.give(context, found.id, DESK, officer="info-centre", reason="改派", version=found.version)


def test_a_seat_of_a_unit_that_had_it_is_refused(context: Context) -> None:
    petition_id = finished(context)
    with context.sessions.begin() as session:
        session.execute(
            sa.text("UPDATE assignment SET unit = 'qicun-town' WHERE petition_id = :id"), {"id": petition_id}
        )
    with pytest.raises(RuleRefusal) as refused:
        visits.give(context, visit_of(context, petition_id).id, DESK, officer="info-qicun", reason="改派")
    assert refused.value.code == "officer-not-apart"


@pytest.mark.parametrize(
    "body",
    [
        AttemptIn(way=Way.PHONE, reached=True, words="已联系"),
        AttemptIn(way=Way.PHONE, reached=True, words="已联系", satisfaction=CONTENT),
        AttemptIn(way=Way.PHONE, reached=False, words="无人接听", account_true=True),
    ],
)
def test_what_was_said_belongs_to_being_reached(context: Context, body: AttemptIn) -> None:
    visit_id = visit_of(context, finished(context)).id
    with pytest.raises(Incomplete):
        visits.attempt(context, visit_id, OFFICER, body)
    assert visits.visit(context, visit_id, OFFICER).history == []


def test_units_learn_nothing_of_visits_and_whoever_stays_out_neither(context: Context) -> None:
    petition_id = finished(context)
    visit_id = visit_of(context, petition_id).id
    for refused in (lambda: visits.visits(context, AT_UNIT), lambda: visits.visit(context, visit_id, AT_UNIT)):
        with pytest.raises(NotPermitted):
            refused()
    with pytest.raises(NotPermitted):
        visits.attempt(context, visit_id, DESK, said())
    recusals.recuse_account(context, petition_id, INSPECTOR, account=OFFICER.name, reason="系亲属")
    assert visits.visits(context, OFFICER).items == []
    with pytest.raises(NotFound):
        visits.attempt(context, visit_id, OFFICER, said())


def test_the_list_is_due_first(context: Context, story: clock.StoryClock) -> None:
    first = visit_of(context, finished(context)).id
    story.move_to(clock.now().add(days=1))
    second = visit_of(context, finished(context)).id
    page = visits.visits(context, OFFICER)
    assert [item.id for item in page.items] == [first, second]
    assert page.items[0].officer.code != page.items[1].officer.code
    assert [item.late for item in page.items] == [False, False]


@pytest.mark.parametrize(("days", "same"), [(29, False), (31, True)])
def test_seats_share_out_the_visits_of_thirty_days(
    context: Context, story: clock.StoryClock, days: int, same: bool
) -> None:
    first = visit_of(context, finished(context)).officer
    story.move_to(clock.now().add(days=days))
    assert (visit_of(context, finished(context)).officer == first) is same


def test_whoever_must_stay_out_after_the_draw_visits_no_more(context: Context) -> None:
    petition_id = finished(context)
    found = visit_of(context, petition_id)
    recusals.recuse_unit(context, petition_id, INSPECTOR, unit=UNIT, reason="与此无关的单位")
    assert visit_of(context, petition_id).officer == found.officer, "another unit's recusal changes nothing"
    recusals.recuse_unit(context, petition_id, INSPECTOR, unit=found.officer.unit, reason="来信也反映该单位")
    other = visit_of(context, petition_id)
    assert other.officer.unit not in {found.officer.unit, UNIT}
    assert (other.officer_reason, other.version) == ("原席位所属单位应当回避，自动改派", found.version + 1)


def officers(context: Context, unit: str, *names: str) -> None:
    for name in names:
        accounts.create_account(context, name, Role.FOLLOW_UP, unit)


def test_an_officer_who_must_stay_out_leaves_the_visit_to_the_others_of_the_seat(context: Context) -> None:
    petition_id = finished(context)
    found = visit_of(context, petition_id)
    officers(context, found.officer.unit, "信息员甲", "信息员乙")
    recusals.recuse_account(context, petition_id, INSPECTOR, account="信息员甲", reason="系亲属")
    assert visit_of(context, petition_id).officer == found.officer
    assert visits.visits(context, Actor(Role.FOLLOW_UP, name="信息员甲")).items == []
    recusals.recuse_account(context, petition_id, INSPECTOR, account="信息员乙", reason="也系亲属")
    other = visit_of(context, petition_id)
    assert other.officer.unit not in {found.officer.unit, UNIT}
    assert other.officer_reason == "原席位的信息员应当回避，自动改派"
    with pytest.raises(RuleRefusal, match="不能回访"):
        visits.give(context, found.id, DESK, officer=found.officer.code, reason="还是原席位")


def test_a_disabled_account_makes_no_visit_and_a_key_does(context: Context) -> None:
    petition_id = finished(context)
    found = visit_of(context, petition_id)
    officers(context, found.officer.unit, "信息员甲", "信息员乙")
    accounts.disable_account(context, "信息员乙")
    keys.create_key(context, Role.FOLLOW_UP, found.officer.unit, "回访系统")
    recusals.recuse_account(context, petition_id, INSPECTOR, account="信息员甲", reason="系亲属")
    assert visit_of(context, petition_id).officer == found.officer


@pytest.fixture
def one_seat(engine: sa.Engine) -> Context:
    shipped = shipped_policy()
    only = next(seat for seat in shipped.visits.seats if seat.code == "info-centre")
    rules = dataclasses.replace(shipped.visits, seats=(only,))
    return a_context(engine, policy=dataclasses.replace(shipped, visits=rules, version="one-seat"))


def stuck(context: Context) -> list[str]:
    return [
        case for item in invariants.check_invariants(context) if item.name == "visit_can_be_made" for case in item.cases
    ]


def test_a_visit_that_no_seat_may_make_is_told_of_and_stays_in_sight(one_seat: Context) -> None:
    petition_id = finished(one_seat)
    found = visit_of(one_seat, petition_id)
    assert (found.officer.code, found.stranded, stuck(one_seat)) == ("info-centre", False, [])
    officers(one_seat, found.officer.unit, "信息员甲")
    recusals.recuse_account(one_seat, petition_id, INSPECTOR, account="信息员甲", reason="系亲属")
    assert visit_of(one_seat, petition_id).stranded
    assert {recipient for recipient, _, _ in told(one_seat, petition_id, Trigger.STRAND_CALL)} == {
        "role:desk",
        "role:operator",
    }
    assert stuck(one_seat) == [petition_of(one_seat, petition_id).case_number]
    assert audit.verify(one_seat) == []
    recusals.lift(one_seat, petition_id, INSPECTOR, number=1, reason="并非亲属")
    assert not visit_of(one_seat, petition_id).stranded
    assert stuck(one_seat) == []


def test_a_visit_drawn_where_no_seat_is_apart_waits_for_the_desk(engine: sa.Engine) -> None:
    shipped = shipped_policy()
    own = Seat("info-parks", "园林信息员", UNIT)
    rules = dataclasses.replace(shipped.visits, seats=(own,))
    context = a_context(engine, policy=dataclasses.replace(shipped, visits=rules, version="none-apart"))
    petition_id = finished(context)
    found = visit_of(context, petition_id)
    assert (found.officer.code, found.officer.title, found.stranded) == ("", "尚无席位", True)
    assert stuck(context) == [petition_of(context, petition_id).case_number]
    assert [item.id for item in visits.visits(context, DESK).items] == [found.id]
    more = dataclasses.replace(shipped, version="more-seats")
    later = dataclasses.replace(context, rules=RuleBook(shipped_calendar(), [context.rules.known("none-apart"), more]))
    with later.sessions.begin() as session:
        rulebook.activate(session, more, DESK)
    given = visits.give(later, found.id, DESK, officer="info-centre", reason="增设席位")
    assert (given.officer.code, given.stranded, stuck(later)) == ("info-centre", False, [])
    assert audit.verify(later) == []


def test_what_was_said_on_a_visit_is_sealed(context: Context) -> None:
    petition_id = finished(context)
    found = visit_of(context, petition_id)
    visits.attempt(context, found.id, OFFICER, MISSED)
    other = next(seat for seat in shipped_policy().visits.seats if seat.unit not in {UNIT, found.officer.unit})
    visits.give(context, found.id, DESK, officer=other.code, reason="原席位休假")
    visits.attempt(context, found.id, OFFICER, said(true=False))
    steps = [entry for entry in queries.history(context, petition_id, INSPECTOR).entries if "call" in entry.trigger]
    assert [entry.trigger for entry in steps] == ["record_call", "give_call", "record_call"]
    assert (steps[2].details["account_true"], steps[2].reason, steps[2].public) == (False, "诉求人这样说", False)
    seen = {entry.trigger for entry in queries.history(context, petition_id, AT_UNIT).entries}
    assert not seen & {"record_call", "give_call"}, "the unit is not told what was said of it"
    assert audit.verify(context) == []
    with context.sessions.begin() as session:
        session.get_one(Visit, found.id).account_true = True
    [broken] = audit.verify(context)
    assert "回访" in broken.told


def test_a_step_of_a_version_that_vouched_for_no_visit_says_nothing_of_it(context: Context) -> None:
    petition_id = finished(context)
    with context.sessions.begin() as session:
        rows = session.scalars(
            sa.select(HistoryRow).where(HistoryRow.petition_id == petition_id).order_by(HistoryRow.version)
        ).all()
        previous = ""
        for row in rows:
            row.covers = {name: digest for name, digest in (row.covers or {}).items() if name != "visit"}
            row.seal = previous = seal_of(row, previous)
    assert audit.verify(context) == []


def test_visits_are_counted_as_of_any_moment(context: Context, story: clock.StoryClock) -> None:
    petition_id, before = finished(context), clock.now()
    story.move_to(before + dt.timedelta(hours=1))
    visits.attempt(context, visit_of(context, petition_id).id, OFFICER, said(true=False))
    now = figures.figures(context, INSPECTOR, Asked()).visits
    then = figures.figures(context, INSPECTOR, Asked(as_of=before)).visits
    assert now is not None
    assert then is not None
    assert (now.drawn, now.open, now.reached, now.contradicting) == (1, 0, 1, 1)
    assert (then.drawn, then.open, then.reached, then.contradicting) == (1, 1, 0, 0)
    nobodys = figures.figures(context, INSPECTOR, Asked(unit="housing")).visits
    assert nobodys is not None
    assert nobodys.drawn == 0
