"""Patterns in a ledger: what was planted is raised with its cases, honest units are left alone, a person decides."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.errors import ForbiddenTransition, Incomplete, NotFound, NotPermitted, RuleRefusal, StaleVersion
from domain.findings import FindingDecision, FindingStanding
from domain.patterns import PatternKind
from models.finding_answers import FindingDecisionIn, FindingView
from models.tables import Finding, Petition
from services import findings, patterns, recusals
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, DESK, INSPECTOR, OTHER_UNIT, UNIT, petition_of
from tests.services.planted import Plant, honest_ledger

TEMPLATE = "您反映的问题我单位高度重视，已安排专人跟进，将依照有关规定认真研究、妥善处置，后续持续做好日常巡查管护。"
CONFIRM, SET_ASIDE, OPEN_FILE = FindingDecision


def raised(context: Context) -> list[FindingView]:
    return findings.findings(context, INSPECTOR).findings


def only(context: Context) -> FindingView:
    [found] = raised(context)
    return found


def decide(context: Context, found: FindingView, decision: FindingDecision, **more: str) -> Finding:
    body = FindingDecisionIn(decision=decision, reason="已抽查五件", **more)
    return findings.decide(context, found.id, INSPECTOR, body, found.version)


@pytest.fixture
def honest(context: Context) -> Plant:
    return honest_ledger(context)


def test_honest_units_are_left_alone(context: Context, honest: Plant) -> None:
    looked = patterns.look(context).judgement
    assert looked.found == ()
    assert looked.tests >= 15, "every pattern is tested of three units, and was not found"
    assert sum(patterns.find(context).values()) == 0


PLANTS = {
    PatternKind.PING_PONG: {"leads": (OTHER_UNIT, UNIT)},
    PatternKind.LAST_MINUTE: {"minutes_left": 12},
    PatternKind.SERIAL_EXTENSIONS: {"extension": True},
    PatternKind.SAME_REPLY: {"reply": TEMPLATE},
    PatternKind.NO_CONTACT: {"contacted": False},
}


@pytest.mark.parametrize("kind", PLANTS)
def test_what_was_planted_is_raised_with_its_cases(context: Context, honest: Plant, kind: PatternKind) -> None:
    planted = {honest.case(UNIT, **PLANTS[kind]) for _ in range(25)}  # type: ignore[arg-type]
    patterns.find(context)
    found = {item.kind.code: item for item in raised(context)}
    # A reply that fits everything speaks to nothing.
    assert found.keys() <= {kind, *({PatternKind.BESIDE_THE_POINT} if kind is PatternKind.SAME_REPLY else ())}
    mine = found[kind]
    assert UNIT in {unit.code for unit in mine.units}
    assert planted <= {item.case for item in mine.cases}
    assert mine.share.numerator == len(mine.cases) >= 25
    assert mine.share.numerator * mine.peers.base > mine.peers.numerator * mine.share.base
    assert mine.p < 0.001
    assert mine.low < mine.share.numerator / mine.share.base < mine.high
    assert mine.allowed_actions == ["confirm", "set_aside", "open_file"]


def test_replies_beside_the_point_say_what_was_asked(context: Context, honest: Plant) -> None:
    for number in range(25):
        honest.case(
            UNIT, reply=f"本中心第{number}期志愿服务培训圆满结束，{'参训学员' * (number % 3)}收获颇丰，欢迎报名。"
        )
    patterns.find(context)
    found = {item.kind.code: item for item in raised(context)}[PatternKind.BESIDE_THE_POINT]
    assert [unit.code for unit in found.units] == [UNIT]
    assert all(item.said.startswith("诉求提到“") for item in found.cases)


def test_ratings_that_others_record_as_always_satisfied(context: Context, honest: Plant) -> None:
    for _ in range(60):
        honest.case("housing", recorded_by="信息员丁")
    patterns.find(context)
    found = {item.kind.code: item for item in raised(context)}
    assert found.keys() == {PatternKind.ALWAYS_SATISFIED_BY}, "the unit has other ratings as well"
    mine = found[PatternKind.ALWAYS_SATISFIED_BY]
    assert (mine.account, mine.units, mine.share.shown) == ("信息员丁", [], "100.00%")


def test_looking_keeps_nothing_and_tells_of_one_unit(context: Context, honest: Plant) -> None:
    for _ in range(25):
        honest.case(UNIT, contacted=False)
    assert [item.subject for item in patterns.look(context, unit=UNIT).judgement.found] == [UNIT]
    assert patterns.look(context, unit="housing").judgement.found == ()
    assert raised(context) == []
    yesterday = clock.now().in_timezone(clock.SHANGHAI).date() - dt.timedelta(days=1)
    assert patterns.look(context, last=yesterday).judgement.tests == 0
    assert patterns.look(context, first=yesterday).judgement.found != ()
    for wrong in ({"first": yesterday, "last": dt.date(2026, 1, 1)}, {"unit": "nobody"}):
        with pytest.raises(Incomplete):
            patterns.look(context, **wrong)


def test_a_finding_is_renewed_lapses_and_is_found_anew(
    context: Context, honest: Plant, story: clock.StoryClock
) -> None:
    for _ in range(25):
        honest.case(UNIT, contacted=False)
    patterns.find(context)
    first = only(context)
    patterns.find(context)
    assert only(context).version == first.version == 1, "nothing new was found"
    added = honest.case(UNIT, contacted=False)
    patterns.find(context)
    second = only(context)
    assert (second.id, second.version) == (first.id, 2)
    assert added in {item.case for item in second.cases}
    story.move_to(clock.now().add(days=200))
    patterns.find(context)
    assert raised(context) == []
    [gone] = findings.findings(context, INSPECTOR, standings=[FindingStanding.LAPSED]).findings
    assert [step.act.code for step in gone.history] == ["raise", "renew", "lapse"]


@pytest.mark.parametrize("decision", [CONFIRM, SET_ASIDE, OPEN_FILE])
def test_what_was_judged_is_not_raised_again_for_the_same_cases(
    context: Context, honest: Plant, decision: FindingDecision
) -> None:
    for _ in range(25):
        honest.case(UNIT, contacted=False)
    patterns.find(context)
    first = only(context)
    decide(context, first, decision)
    patterns.find(context)
    assert raised(context) == []
    judged = findings.finding(context, first.id, INSPECTOR)
    assert (judged.history[-1].act.code, judged.history[-1].reason) == (decision.value, "已抽查五件")
    assert judged.history[-1].actor_name == INSPECTOR.name
    fresh = {honest.case(UNIT, contacted=False) for _ in range(30)}
    patterns.find(context)
    assert {item.case for item in only(context).cases} == fresh


def test_a_mistake_may_be_put_right_and_a_file_stays_one(context: Context, honest: Plant) -> None:
    for _ in range(25):
        honest.case(UNIT, contacted=False)
    patterns.find(context)
    found = only(context)
    for decision in (SET_ASIDE, CONFIRM, OPEN_FILE):
        decide(context, found, decision)
        found = findings.finding(context, found.id, INSPECTOR)
    assert (found.standing.code, found.allowed_actions) == ("file_opened", [])
    with pytest.raises(RuleRefusal, match="已立案核查，不能再放过"):
        decide(context, found, SET_ASIDE)


def test_a_file_may_be_opened_on_one_of_the_cases(context: Context, honest: Plant, story: clock.StoryClock) -> None:
    for _ in range(25):
        honest.case(UNIT, contacted=False)
    going_on = lives.redone(context)
    with context.sessions.begin() as session:  # its first completion told that nobody was asked
        sql = "UPDATE completion SET evidence = :evidence WHERE petition_id = :id"
        evidence = '{"contacted": false, "public_reply": "", "solved": true}'
        session.execute(sa.text(sql), {"evidence": evidence, "id": going_on})
    story.move_to(clock.now().add(hours=1))
    patterns.find(context)
    found, number = only(context), petition_of(context, going_on).case_number
    with pytest.raises(Incomplete, match="不在此苗头"):
        decide(context, found, OPEN_FILE, case="SZ-20260302-99999")
    with pytest.raises(Incomplete, match="只有立案核查"):
        decide(context, found, CONFIRM, case=number)
    archived = next(item.case for item in found.cases if item.case != number)
    with pytest.raises(ForbiddenTransition):
        decide(context, found, OPEN_FILE, case=archived)
    assert findings.finding(context, found.id, INSPECTOR).version == found.version, "nothing half decided"
    decide(context, found, OPEN_FILE, case=number)
    with context.readers() as session:
        supervised = session.get_one(Petition, going_on).supervision
        assert supervised is not None
        assert supervised.cause == "不联系就办结：已抽查五件"


def test_of_two_who_decide_at_once_one_wins(context: Context, honest: Plant) -> None:
    for _ in range(25):
        honest.case(UNIT, contacted=False)
    patterns.find(context)
    found, together = only(context), threading.Barrier(2)

    def judge(decision: FindingDecision) -> str:
        together.wait(120)
        try:
            decide(context, found, decision)
        except StaleVersion as stale:
            return str(stale)
        return "decided"

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(judge, (CONFIRM, SET_ASIDE)))
    assert told[0] == "decided"
    assert told[1].startswith("该苗头已被他人更新")


def test_two_who_look_at_once_raise_one(context: Context, honest: Plant) -> None:
    for _ in range(25):
        honest.case(UNIT, contacted=False)
    together = threading.Barrier(2)

    def look(_: int) -> int:
        together.wait(120)
        return patterns.find(context)[PatternKind.NO_CONTACT]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(look, range(2))) == [1, 1]
    assert only(context).version == 1


def test_only_inspectors_are_told(context: Context) -> None:
    body = FindingDecisionIn(decision=CONFIRM, reason="看过了")
    for role in set(Role) - {Role.INSPECTOR, Role.UNIT}:
        with pytest.raises(NotPermitted):
            findings.findings(context, Actor(role, name="测试"))
    for actor in (AT_UNIT, DESK):
        with pytest.raises(NotPermitted):
            findings.decide(context, "x", actor, body)
    for nobodys in ("x", "\x00" * 36, "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(NotFound):
            findings.finding(context, nobodys, INSPECTOR)
        with pytest.raises(NotFound):
            findings.decide(context, nobodys, INSPECTOR, body)


def test_findings_are_found_by_unit_kind_and_page(context: Context, honest: Plant) -> None:
    for _ in range(25):
        honest.case(UNIT, contacted=False, leads=(OTHER_UNIT, UNIT))
    patterns.find(context)
    assert findings.findings(context, INSPECTOR).total == 2
    for unit, expected in ((UNIT, 2), (OTHER_UNIT, 1), ("housing", 0), ("municipal", 0)):
        assert findings.findings(context, INSPECTOR, unit=unit).total == expected
    assert findings.findings(context, INSPECTOR, kind=PatternKind.PING_PONG).total == 1
    page = findings.findings(context, INSPECTOR, limit=1)
    rest = findings.findings(context, INSPECTOR, limit=1, offset=page.next or 0)
    assert rest.next is None
    assert {item.id for item in (*page.findings, *rest.findings)} == {item.id for item in raised(context)}


def test_whoever_must_stay_out_of_a_case_is_not_shown_it_among_the_others(context: Context, honest: Plant) -> None:
    number = honest.case(UNIT, contacted=False)
    for _ in range(25):
        honest.case(UNIT, contacted=False)
    patterns.find(context)
    whole = only(context)
    with context.readers() as session:
        petition_id = session.scalars(sa.select(Petition.id).where(Petition.case_number == number)).one()
    recusals.recuse_account(context, petition_id, INSPECTOR, account=INSPECTOR.name, reason="本人亲属")
    mine, others = only(context), findings.finding(context, whole.id, Actor(Role.INSPECTOR, name="另一督查员"))
    assert number in {item.case for item in others.cases}
    assert {item.case for item in mine.cases} == {item.case for item in whole.cases} - {number}
    with pytest.raises(Incomplete, match="不在此苗头"):
        decide(context, whole, OPEN_FILE, case=number)
