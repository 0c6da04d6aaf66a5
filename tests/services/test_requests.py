"""Returns and extensions as decisions: with a basis in the duty list, a clock of their own, and a rule for silence."""

from __future__ import annotations

import pendulum
import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.conduct import DeadlineKind
from domain.errors import Incomplete, NotPermitted, RuleRefusal
from domain.petition import Satisfaction, Step
from domain.stages import Stage, Trigger
from domain.workdays import Duration, TimeUnit
from gateways.channels import AddressBook
from gateways.notifier import RecordingNotifier
from models.shapes import PetitionerIn
from models.tables import DecisionRequest, HistoryRow, Petition
from services import decisions, dispatching, evidence, handling, ladder, queries, queues, sending, verdict
from services.context import Context
from tests.services.lives import (
    AT_UNIT,
    CITIZEN,
    DESK,
    EVIDENCE,
    OTHER_UNIT,
    REVIEWER,
    UNIT,
    WORDS,
    dispatched,
    in_hand,
    petition_of,
    register,
    settle,
    told,
)
from tests.support.context import a_context
from tests.support.steps import settle_until

HOUSING, UNHANDED = "housing", "unhanded-road"
AT_HOUSING = Actor(Role.UNIT, HOUSING, "住建经办")
INSPECTOR = Actor(Role.INSPECTOR, name="督查员")


def at(day: str, time: str = "17:30") -> pendulum.DateTime:
    return pendulum.from_format(f"{day} {time}", "YYYY-MM-DD HH:mm", tz=clock.SHANGHAI)


def ask_return(context: Context, petition_id: str, unit: str = HOUSING, duty: str | None = UNHANDED) -> None:
    handling.request_return(
        context, petition_id, AT_UNIT, reason="道路未移交", proposed_unit=unit, basis="三定方案第三条", duty=duty
    )


def asked(context: Context, petition_id: str) -> DecisionRequest:
    with context.readers() as session:
        query = sa.select(DecisionRequest).where(DecisionRequest.petition_id == petition_id)
        return session.scalars(query.order_by(DecisionRequest.id.desc())).first() or DecisionRequest()


def step_of(context: Context, petition_id: str, trigger: Trigger) -> HistoryRow:
    with context.readers() as session:
        query = sa.select(HistoryRow).where(HistoryRow.petition_id == petition_id, HistoryRow.trigger == trigger.value)
        found = session.scalars(query.order_by(HistoryRow.version.desc())).first()
    assert found is not None
    return found


# --- a return names the right unit and where that is written ----------------------------------------------------------


def test_the_desk_is_shown_what_the_duty_list_says(context: Context) -> None:
    petition_id = in_hand(context)
    ask_return(context, petition_id)
    [item] = queues.requests_queue(context, DESK).items
    assert item.asked is not None
    assert item.asked.basis_duty is not None
    assert (item.asked.basis_duty.code, item.asked.basis_duty.name) == (UNHANDED, "未移交道路设施")
    assert "“未移交道路设施”由区住房和城乡建设局牵头" in item.asked.list_says
    assert step_of(context, petition_id, Trigger.REQUEST_RETURN).details["basis_duty"] == UNHANDED


def test_words_alone_are_shown_beside_what_the_list_says_of_the_matter(context: Context) -> None:
    petition_id = in_hand(context)
    ask_return(context, petition_id, duty=None)
    assert asked(context, petition_id).basis_duty is None
    assert "“路灯不亮”由区市政园林" in (asked(context, petition_id).list_says or "")


@pytest.mark.parametrize(
    ("unit", "duty", "said"),
    [
        (OTHER_UNIT, UNHANDED, "由区住房和城乡建设局牵头"),
        (HOUSING, "street-light-out", "由区市政园林"),
        (HOUSING, "no-such-matter", "没有代码为"),
        (HOUSING, "dirty-corner", "由所在镇街承办"),
    ],
)
def test_a_basis_that_the_list_does_not_bear_out_is_refused(context: Context, unit: str, duty: str, said: str) -> None:
    petition_id = in_hand(context)
    with pytest.raises(Incomplete) as refusal:
        ask_return(context, petition_id, unit, duty)
    [fault] = refusal.value.missing
    assert fault["field"] == "duty"
    assert said in fault["reason"]
    assert "not_listed" in fault["reason"]
    assert petition_of(context, petition_id).stage == Stage.IN_HAND


def test_what_every_town_has_is_any_towns(context: Context) -> None:
    ask_return(context, in_hand(context), OTHER_UNIT, "dirty-corner")


# --- granted ----------------------------------------------------------------------------------------------------------


def test_an_agreed_return_that_the_list_bears_out_goes_to_the_named_unit(context: Context) -> None:
    petition_id = in_hand(context)
    ask_return(context, petition_id)
    due = petition_of(context, petition_id).due_at
    decisions.decide_return(context, petition_id, DESK, granted=True, reason="清单明确")
    settle(context, petition_id)
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.unit, petition.sub_category) == (Stage.DISPATCHED, HOUSING, UNHANDED)
    assert petition.due_at == due
    assert "退单审定同意由其承办" in step_of(context, petition_id, Trigger.DISPATCH).reason


@pytest.mark.parametrize(("unit", "duty"), [(HOUSING, None), (OTHER_UNIT, None)])
def test_words_alone_leave_the_choice_to_the_desk_with_the_proposal_first(
    context: Context, unit: str, duty: str | None
) -> None:
    petition_id = in_hand(context)
    ask_return(context, petition_id, unit, duty)
    decisions.decide_return(context, petition_id, DESK, granted=True, reason="同意")
    settle(context, petition_id)
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.unit, petition.needs_desk) == (Stage.ACCEPTED, None, True)
    assert queries.detail(context, petition_id, DESK).candidates[0]["unit"] == unit


def test_a_return_that_nobody_decided_is_granted_by_its_rule_and_says_so(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = in_hand(context)
    ask_return(context, petition_id)
    assert Step.GRANT_RETURN in settle_until(context, petition_id, story, at("2026-03-03"))
    row, request = step_of(context, petition_id, Trigger.GRANT_RETURN), asked(context, petition_id)
    assert row.actor_role == "platform"
    assert row.details["by_default"]["rule"] == "return-decision" == request.default_rule
    assert "逾期未审定视为同意退单" in row.details["by_default"]["source"]
    assert (row.reason, request.decided_reason) == ("退单逾期未审定，按同意处理",) * 2
    # Nobody agreed to the proposal: it is one candidate, and a person chooses.
    petition = petition_of(context, petition_id)
    assert (petition.unit, petition.needs_desk) == (None, True)
    assert queries.detail(context, petition_id, DESK).candidates[0]["unit"] == HOUSING


@pytest.mark.parametrize("by_default", [False, True])
def test_a_unit_that_was_let_go_does_not_get_it_straight_back(
    context: Context, story: clock.StoryClock, by_default: bool
) -> None:
    petition_id = in_hand(context)
    ask_return(context, petition_id, OTHER_UNIT, duty=None)
    if by_default:
        settle_until(context, petition_id, story, at("2026-03-03"))
    else:
        decisions.decide_return(context, petition_id, DESK, granted=True, reason="同意")
        settle(context, petition_id)
    with pytest.raises(RuleRefusal) as refusal:
        dispatching.dispatch(context, petition_id, DESK, unit=UNIT, reason=WORDS)
    assert (refusal.value.code, refusal.value.field) == ("returned-before", "unit")
    dispatching.dispatch(context, petition_id, DESK, unit=HOUSING, reason=WORDS)
    with pytest.raises(RuleRefusal, match="一级研判"):
        dispatching.redispatch(context, petition_id, DESK, unit=UNIT, reason=WORDS)
    # A review may, and for good.
    ladder.refer_to_first_review(context, petition_id, DESK, WORDS)
    lead = ladder.Task(UNIT, WORDS, Duration(3, TimeUnit.WORKING_DAYS))
    ladder.assign(context, petition_id, REVIEWER, ladder.Decision(lead, WORDS))
    assert (petition_of(context, petition_id).unit, petition_of(context, petition_id).designated) == (UNIT, True)


def test_dispatch_learns_from_a_return_whose_it_was(context: Context) -> None:
    petition_id = in_hand(context)
    ask_return(context, petition_id)
    decisions.decide_return(context, petition_id, DESK, granted=True, reason="清单明确")
    settle(context, petition_id)
    handling.submit_completion(context, petition_id, AT_HOUSING, EVIDENCE)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason="完整")
    settle(context, petition_id)
    verdict.rate(context, petition_id, CITIZEN, satisfaction=Satisfaction.SATISFIED)
    settle(context, petition_id)
    with context.readers() as session:
        [case] = evidence.past_cases(session, 10, None)
    assert (case.unit, case.sent_to, case.sub_category, case.handed_on) == (HOUSING, UNIT, UNHANDED, 2)


def test_a_refused_return_leaves_the_unit_designated(context: Context) -> None:
    petition_id = in_hand(context)
    ask_return(context, petition_id)
    decisions.decide_return(context, petition_id, DESK, granted=False, reason="道路已移交")
    assert petition_of(context, petition_id).designated
    request = asked(context, petition_id)
    assert (request.outcome, request.decided_reason, request.default_rule) == ("refused", "道路已移交", None)
    with pytest.raises(RuleRefusal, match="不得再次退单"):
        ask_return(context, petition_id)


# --- extensions -------------------------------------------------------------------------------------------------------


def test_an_extension_has_a_reason_of_the_list(context: Context) -> None:
    petition_id = in_hand(context)
    with pytest.raises(Incomplete) as refusal:
        handling.request_extension(context, petition_id, AT_UNIT, amount=99, reason="需采购灯杆", reason_code="busy")
    assert [item["field"] for item in refusal.value.missing] == ["amount", "reason_code"]
    assert "procurement(须采购、备料、立项)" in refusal.value.missing[1]["reason"]
    handling.request_extension(context, petition_id, AT_UNIT, amount=3, reason="需采购灯杆", reason_code="procurement")
    view = queries.detail(context, petition_id, DESK).asked[0]
    assert view.reason_code is not None
    assert view.reason_code.name == "须采购、备料、立项"


def test_the_petitioner_is_told_the_old_and_the_new_date(engine: sa.Engine, story: clock.StoryClock) -> None:
    book = AddressBook(petitioner={"email": "mailto://mail.example.com?to={address}"})
    context = a_context(engine, addresses=book)
    person = PetitionerIn(name="测试乙", contact_kind="email", contact="test@example.com")
    petition_id = register(context, petitioner=person)
    settle(context, petition_id)
    handling.sign(context, petition_id, AT_UNIT)
    handling.request_extension(context, petition_id, AT_UNIT, amount=3, reason=WORDS, reason_code="procurement")
    decisions.decide_extension(context, petition_id, DESK, granted=True, reason="备料需要")
    assert petition_of(context, petition_id).due_at == at("2026-03-12")
    owed = {recipient: body for recipient, _, body in told(context, petition_id, Trigger.GRANT_EXTENSION)}
    body = owed[f"petitioner:{petition_id}"]
    assert "原定2026-03-09 17:30前办结，经审定延期至2026-03-12 17:30" in body
    assert WORDS not in body
    sending.send_owed(context, seconds=30)
    notifier = context.notifier
    assert isinstance(notifier, RecordingNotifier)
    assert body in [message.body for _, message in notifier.sent]
    progress = queries.public_progress(context, petition_of(context, petition_id).query_code)
    assert "延期3个工作日：备料需要" in [entry.reason for entry in progress.timeline]


def test_an_extension_that_nobody_decided_is_refused_by_its_rule_and_says_so(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = in_hand(context)
    due = petition_of(context, petition_id).due_at
    handling.request_extension(context, petition_id, AT_UNIT, amount=3, reason=WORDS, reason_code="weather")
    settle_until(context, petition_id, story, at("2026-03-03"))
    row = step_of(context, petition_id, Trigger.REFUSE_EXTENSION)
    assert row.details["by_default"]["rule"] == "extension-decision"
    assert petition_of(context, petition_id).due_at == due
    [view] = queries.detail(context, petition_id, AT_UNIT).asked
    assert (view.outcome, view.decided_by_default, view.due_at) == ("refused", True, None)


# --- the clock --------------------------------------------------------------------------------------------------------


def test_a_unit_that_never_signs_is_late_like_any_other(context: Context, story: clock.StoryClock) -> None:
    petition_id, signed = dispatched(context), in_hand(context)
    assert petition_of(context, petition_id).due_at == petition_of(context, signed).due_at == at("2026-03-09")
    taken = settle_until(context, petition_id, story, at("2026-03-10"))
    assert taken.index(Step.REMIND_SIGNING) < taken.index(Step.SHOW_YELLOW_CARD) < taken.index(Step.CLIMB)
    with context.readers() as session:
        assert session.get_one(Petition, petition_id).signed_at is None


def test_the_clock_explains_each_request(context: Context) -> None:
    petition_id = in_hand(context)
    ask_return(context, petition_id)
    clocks = queries.clock_of(context, petition_id, AT_UNIT)
    [request] = clocks.requests
    assert request.due_at == at("2026-03-03")
    assert request.by_default == "逾期未审定，按同意退单处理"
    assert "逾期未审定视为同意退单" in request.default_source
    [deadline] = [item for item in clocks.deadlines if item.kind.code == DeadlineKind.RETURN_DECISION]
    assert (deadline.due_at, deadline.then) == (request.due_at, "grant_return")
    assert clocks.handling is not None, "the handling clock runs on"


# --- the desk's queue -------------------------------------------------------------------------------------------------


def test_the_queue_of_requests_is_due_first_with_what_was_asked_before(
    context: Context, story: clock.StoryClock
) -> None:
    later, first = in_hand(context), in_hand(context)
    handling.request_extension(context, first, AT_UNIT, amount=3, reason=WORDS, reason_code="survey")
    decisions.decide_extension(context, first, DESK, granted=False, reason="人手足够")
    ask_return(context, first)
    story.move_to(at("2026-03-03", "09:00"))
    ask_return(context, later)
    in_hand(context)  # asks for nothing
    items = queues.requests_queue(context, DESK).items
    assert [item.id for item in items] == [first, later]
    assert [[ask.kind for ask in item.earlier] for item in items] == [["extension"], []]
    assert items[0].earlier[0].decided_reason == "人手足够"
    assert [item.asked.due_at for item in items if item.asked] == [at("2026-03-03"), at("2026-03-04")]
    assert {item.id for item in queues.requests_queue(context, INSPECTOR).items} == {first, later}
    with pytest.raises(NotPermitted):
        queues.requests_queue(context, AT_UNIT)


# --- signing for many -------------------------------------------------------------------------------------------------


def test_each_is_signed_for_by_itself(context: Context) -> None:
    one, two, done = dispatched(context), dispatched(context), in_hand(context)
    answer = handling.sign_each(context, [one, done, "0" * 36, two, one], AT_UNIT)
    assert [(item.id, item.signed, item.code) for item in answer.items] == [
        (one, True, ""),
        (done, False, "forbidden-transition"),
        ("0" * 36, False, "not-found"),
        (two, True, ""),
    ]
    assert answer.signed == 2
    assert {petition_of(context, petition_id).stage for petition_id in (one, two)} == {Stage.IN_HAND}
    assert [item.code for item in handling.sign_each(context, [one], AT_HOUSING).items] == ["not-found"]
    with pytest.raises(NotPermitted):
        handling.sign_each(context, [one], DESK)
