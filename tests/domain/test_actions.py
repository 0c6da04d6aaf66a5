"""Who may do what: the whole table of roles and triggers by hand, and each guard at its edge."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from pendulum import DateTime

from domain.actions import (
    PERMITTED,
    PETITIONER,
    PLATFORM,
    ROLE_LABELS,
    Actor,
    Role,
    allowed_actions,
    check,
)
from domain.dispatch_correction import correctable_until
from domain.errors import DomainError, ForbiddenTransition, NotPermitted, RuleRefusal
from domain.facts import Exclusion
from domain.petition import Facts, Obligation, Rung
from domain.stages import FINAL_STAGES, Stage, Trigger, is_allowed
from domain.verdict_rules import VerdictRules
from domain.workdays import Extension
from tests.support.facts import HOUSING, MONDAY, PARKS, a_calendar, a_policy, at, facts, working_days

POLICY, CALENDAR = a_policy(), a_calendar()
UNIT = Actor(Role.UNIT, HOUSING, "account-7")
DESK = Actor(Role.DESK, name="account-8")

# By hand, role by role; whoever is not listed may pull nothing.
MAY = {
    Role.PETITIONER: "register supplement rate withdraw attach reopen",
    Role.CHANNEL: "register",
    Role.DESK: """register accept refuse ask_supplement supplement dispatch redispatch correct_dispatch note attach
        reclassify grant_return refuse_return grant_extension refuse_extension suspend resume
        approve_completion reject_completion climb_to_first_review merge terminate recuse lift_recusal
        refuse_striking restore_striking grant_exclusion refuse_exclusion""",
    Role.UNIT: """sign note attach request_return request_extension resume submit_completion explain
        answer_inspection request_exclusion""",
    Role.REVIEWER: """note convene put_off attach assign climb_to_second_review recuse
        grant_exclusion refuse_exclusion""",
    Role.LEADER: "note convene put_off hand_to_leader attach assign terminate recuse",
    Role.INSPECTOR: """note attach supervise demand_explanation close_supervision recuse lift_recusal
        correct_disposition check_rectification""",
    Role.PARTY_INSPECTOR: """note recuse lift_recusal open_inspection record_visit query_unit close_inspection""",
    Role.FOLLOW_UP: "note attach rate recuse",
    Role.OPERATOR: "",
    Role.MEDIA: "",
}
PAIRS = [pytest.param(role, trigger, id=f"{role}-{trigger}") for role in MAY for trigger in Trigger]


IN_THE_FILE = {Trigger.DEMAND_EXPLANATION, Trigger.EXPLAIN, Trigger.CLOSE_SUPERVISION}
ASKED: dict[str, Any] = {
    "supervised_at": MONDAY,
    "supervised_unit": HOUSING,
    "explanation": Obligation(HOUSING, MONDAY, working_days(3)),
}


def somewhere(trigger: Trigger) -> Facts:
    """A petition at a stage from which `trigger` leads on, with what its guards ask for."""
    preferred = [Stage.FIRST_REVIEW, Stage.IN_HAND, *Stage]
    stage = next(stage for stage in preferred if is_allowed(stage, trigger))
    if trigger in {Trigger.RECORD_VISIT, Trigger.QUERY_UNIT, Trigger.ANSWER_INSPECTION, Trigger.CLOSE_INSPECTION}:
        return facts(stage, inspected=True, inspectors_ask=HOUSING)
    if trigger in {Trigger.CORRECT_DISPOSITION, Trigger.CHECK_RECTIFICATION}:
        return facts(stage, **ASKED, supervision_closed_at=MONDAY, rectifying=True)
    if trigger in {Trigger.GRANT_EXCLUSION, Trigger.REFUSE_EXCLUSION}:
        return facts(stage, exclusion=Exclusion.ASKED, unit=PARKS)
    if trigger is Trigger.CORRECT_DISPATCH:
        return facts(stage, chosen_at=MONDAY)
    if trigger is Trigger.LIFT_RECUSAL:
        return facts(stage, recused=frozenset({PARKS}))
    changes: dict[str, Any] = {"striking_refused": trigger is Trigger.RESTORE_STRIKING}
    return facts(stage, **(changes | (ASKED if trigger in IN_THE_FILE else {})))


def does(actor: Actor, trigger: Trigger, petition: Facts, now: DateTime = MONDAY) -> None:
    check(trigger, actor, petition, POLICY, CALENDAR, now)


def offered(actor: Actor, petition: Facts, now: DateTime = MONDAY) -> set[str]:
    """Besides recusal, which is possible at every stage and held by `test_every_role_and_trigger`."""
    return {trigger.value for trigger in allowed_actions(actor, petition, POLICY, CALENDAR, now)} - {"recuse"}


@pytest.mark.parametrize(("role", "trigger"), PAIRS)
def test_every_role_and_trigger(role: Role, trigger: Trigger) -> None:
    allowed = trigger.value in MAY[role].split()
    assert (role in PERMITTED[trigger]) is allowed
    if trigger is Trigger.REGISTER:  # there is no petition yet to ask about
        return
    actor, petition = Actor(role, HOUSING), somewhere(trigger)
    if allowed:
        does(actor, trigger, petition)
    else:
        with pytest.raises(NotPermitted, match=ROLE_LABELS[role]):
            does(actor, trigger, petition)
    assert (trigger in allowed_actions(actor, petition, POLICY, CALENDAR, MONDAY)) is allowed


def test_the_hand_written_table_leaves_out_no_role_but_the_platform() -> None:
    assert set(MAY) == set(Role) - {Role.PLATFORM}
    assert set(PERMITTED) == set(Trigger)
    assert set(ROLE_LABELS) == set(Role)


@pytest.mark.parametrize("trigger", [trigger for trigger in Trigger if trigger is not Trigger.REGISTER])
def test_the_platform_may_do_what_the_domain_decided(trigger: Trigger) -> None:
    does(PLATFORM, trigger, somewhere(trigger))


UNIT_TRIGGERS = [Trigger(word) for word in MAY[Role.UNIT].split()]


@pytest.mark.parametrize("trigger", UNIT_TRIGGERS)
@pytest.mark.parametrize("stranger", [PARKS, None], ids=["another-unit", "no-unit"])
def test_a_unit_acts_on_its_own_petitions_only(trigger: Trigger, stranger: str | None) -> None:
    petition = somewhere(trigger)
    asked = trigger in {Trigger.EXPLAIN, Trigger.ANSWER_INSPECTION}
    with pytest.raises(NotPermitted, match="被要求说明" if asked else "当前承办单位"):
        does(Actor(Role.UNIT, stranger), trigger, petition)
    assert offered(Actor(Role.UNIT, stranger), petition) == set()


def test_a_petition_without_a_unit_belongs_to_no_unit_account_not_even_one_without_a_unit() -> None:
    nobodys = facts(Stage.FIRST_REVIEW, unit=None, rung=Rung.FIRST_REVIEW)
    for unit in (HOUSING, None):
        assert offered(Actor(Role.UNIT, unit), nobodys) == set()


def test_a_unit_that_gave_a_petition_away_may_not_act_on_it_any_more() -> None:
    does(UNIT, Trigger.NOTE, facts())
    with pytest.raises(NotPermitted):
        does(UNIT, Trigger.NOTE, facts(unit=PARKS))


def test_a_permitted_step_from_the_wrong_stage_is_forbidden() -> None:
    with pytest.raises(ForbiddenTransition):
        does(UNIT, Trigger.SIGN, facts(Stage.IN_HAND))


ACTIONS = [
    (UNIT, Stage.DISPATCHED, "sign note attach request_return submit_completion"),
    (UNIT, Stage.IN_HAND, "note attach request_return request_extension submit_completion"),
    (UNIT, Stage.FIRST_REVIEW, "note attach submit_completion"),
    (UNIT, Stage.SECOND_REVIEW, "note attach submit_completion"),
    (UNIT, Stage.SUSPENDED, "note attach resume"),
    (UNIT, Stage.COMPLETED, "note attach request_exclusion"),
    (UNIT, Stage.ARCHIVED, "request_exclusion"),
    (PETITIONER, Stage.REGISTERED, "attach withdraw"),
    (PETITIONER, Stage.AWAITING_SUPPLEMENT, "attach supplement withdraw"),
    (PETITIONER, Stage.IN_HAND, "attach withdraw"),
    (PETITIONER, Stage.COMPLETED, "attach rate"),
    (PETITIONER, Stage.FOLLOW_UP, "attach rate"),
    (PETITIONER, Stage.RATED, "attach"),
    (PETITIONER, Stage.ARCHIVED, "reopen"),
    (Actor(Role.REVIEWER), Stage.IN_HAND, "note attach"),
    (Actor(Role.REVIEWER), Stage.FIRST_REVIEW, "note attach convene put_off assign climb_to_second_review"),
    (Actor(Role.REVIEWER), Stage.SECOND_REVIEW, "note attach"),
    (Actor(Role.LEADER), Stage.FIRST_REVIEW, "note attach convene put_off assign terminate"),
    (Actor(Role.LEADER), Stage.SECOND_REVIEW, "note convene put_off hand_to_leader attach assign terminate"),
    (Actor(Role.INSPECTOR), Stage.IN_HAND, "note attach supervise"),
    (Actor(Role.INSPECTOR), Stage.REGISTERED, "note attach"),
    (
        Actor(Role.DESK),
        Stage.RETURN_REQUESTED,
        "note attach reclassify grant_return refuse_return climb_to_first_review merge",
    ),
    (Actor(Role.DESK), Stage.RATED, "note attach reclassify"),
    (Actor(Role.OPERATOR), Stage.IN_HAND, ""),
]


@pytest.mark.parametrize(
    ("actor", "stage", "expected"), ACTIONS, ids=[f"{actor.role}-{stage}" for actor, stage, _ in ACTIONS]
)
def test_what_is_offered_at_a_stage(actor: Actor, stage: Stage, expected: str) -> None:
    assert offered(actor, facts(stage)) == set(expected.split())


def test_what_is_offered_may_be_done_and_nothing_else() -> None:
    for stage in Stage:
        petition = facts(stage, **ASKED)
        for role in Role:
            actor = Actor(role, HOUSING)
            for trigger in set(Trigger) - set(allowed_actions(actor, petition, POLICY, CALENDAR, MONDAY)):
                with pytest.raises(DomainError):
                    does(actor, trigger, petition)
            for name in offered(actor, petition):
                does(actor, Trigger(name), petition)


def test_whoever_assists_adds_files_and_no_other_stranger() -> None:
    helped = facts(assists=(Obligation(PARKS, MONDAY, working_days(3)),))
    does(Actor(Role.UNIT, PARKS), Trigger.ATTACH, helped)
    with pytest.raises(NotPermitted):
        does(Actor(Role.UNIT, PARKS), Trigger.ATTACH, facts())


@pytest.mark.parametrize("stage", sorted(FINAL_STAGES))
def test_after_the_end_only_inspectors_add_files(stage: Stage) -> None:
    over = facts(stage, unit=HOUSING)
    for actor in (UNIT, PETITIONER, Actor(Role.DESK)):
        with pytest.raises(ForbiddenTransition):
            does(actor, Trigger.ATTACH, over)
    does(Actor(Role.INSPECTOR), Trigger.ATTACH, over)


# --- returns (退单) ---------------------------------------------------------------------------------------------------


def test_a_dispatch_by_hand_is_corrected_in_its_window() -> None:
    chosen = at("2022-03-07 11:35")
    petition = facts(Stage.DISPATCHED, chosen_at=chosen, unit_assigned_at=chosen.add(minutes=20))
    assert correctable_until(petition, POLICY) == chosen.add(minutes=30), "counted from the first choice"
    does(DESK, Trigger.CORRECT_DISPATCH, petition, chosen.add(minutes=30))
    with pytest.raises(RuleRefusal) as refusal:
        does(DESK, Trigger.CORRECT_DISPATCH, petition, chosen.add(minutes=30, seconds=1))
    assert refusal.value.code == "correction-window-passed"
    assert refusal.value.facts == {"source": "出处：更正"}


def test_only_what_the_desk_chose_and_nobody_signed_is_corrected() -> None:
    chosen = at("2022-03-07 11:35")
    former = a_policy(handling=None)
    assert correctable_until(facts(Stage.DISPATCHED, chosen_at=chosen), former) is None, "rules from before"
    for petition in (facts(Stage.DISPATCHED), facts(Stage.RETURN_REQUESTED, chosen_at=chosen)):
        assert correctable_until(petition, POLICY) is None
    with pytest.raises(RuleRefusal, match="尚未签收") as refusal:
        does(DESK, Trigger.CORRECT_DISPATCH, facts(Stage.DISPATCHED), chosen)
    assert refusal.value.code == "not-correctable"


@pytest.mark.parametrize("stage", [Stage.DISPATCHED, Stage.IN_HAND])
def test_a_return_comes_within_two_working_days_of_the_dispatch(stage: Stage) -> None:
    end = at("2022-03-09 17:30")
    petition = facts(stage, clock_started_at=at("2022-02-21 09:00"))
    does(UNIT, Trigger.REQUEST_RETURN, petition, end)
    with pytest.raises(RuleRefusal) as refusal:
        does(UNIT, Trigger.REQUEST_RETURN, petition, end.add(seconds=1))
    assert refusal.value.code == "return-window-passed"
    assert "2个工作日" in refusal.value.message
    assert refusal.value.facts == {"source": "出处：return_window"}


def test_the_window_of_another_unit_begins_with_its_own_dispatch() -> None:
    moved = facts(Stage.DISPATCHED, unit_assigned_at=at("2022-03-10 09:00"))
    does(UNIT, Trigger.REQUEST_RETURN, moved, at("2022-03-14 17:30"))


def test_a_designated_unit_may_not_return_the_petition() -> None:
    with pytest.raises(RuleRefusal) as refusal:
        does(UNIT, Trigger.REQUEST_RETURN, facts(designated=True))
    assert refusal.value.code == "designated-may-not-return"
    assert refusal.value.facts == {"source": "指定后不得退回"}
    assert "request_return" not in offered(UNIT, facts(designated=True))


# --- extensions (延期) ------------------------------------------------------------------------------------------------


def test_a_second_extension_is_refused_with_its_source() -> None:
    does(UNIT, Trigger.REQUEST_EXTENSION, facts())
    with pytest.raises(RuleRefusal) as refusal:
        does(UNIT, Trigger.REQUEST_EXTENSION, facts(extensions_granted=1))
    assert refusal.value.code == "extension-limit-reached"
    assert refusal.value.facts == {"source": "只延一次"}


def test_no_extension_is_asked_for_once_the_deadline_has_passed() -> None:
    due = at("2022-03-14 17:30")
    does(UNIT, Trigger.REQUEST_EXTENSION, facts(), due)
    with pytest.raises(RuleRefusal) as refusal:
        does(UNIT, Trigger.REQUEST_EXTENSION, facts(), due.add(seconds=1))
    assert refusal.value.code == "already-overdue"


def test_the_deadline_that_counts_is_the_one_with_pauses_and_extensions() -> None:
    longer = facts(extensions=(Extension(working_days(3), at("2022-03-08 09:00"), "待料"),))
    does(UNIT, Trigger.REQUEST_EXTENSION, longer, at("2022-03-17 17:30"))


# --- supervision, reviews, ratings ------------------------------------------------------------------------------------


INSPECTOR = Actor(Role.INSPECTOR)
ASKED_UNIT, OTHER_UNIT = Actor(Role.UNIT, HOUSING), Actor(Role.UNIT, PARKS)


def refusal_of(actor: Actor, trigger: Trigger, petition: Facts, now: DateTime = MONDAY) -> str:
    with pytest.raises(RuleRefusal) as refusal:
        does(actor, trigger, petition, now)
    return refusal.value.code


def test_a_file_is_opened_once_and_again_when_it_was_closed() -> None:
    does(INSPECTOR, Trigger.SUPERVISE, facts())
    assert refusal_of(INSPECTOR, Trigger.SUPERVISE, facts(supervised_at=MONDAY)) == "already-supervised"
    does(INSPECTOR, Trigger.SUPERVISE, facts(supervised_at=MONDAY, supervision_closed_at=MONDAY))


@pytest.mark.parametrize("trigger", sorted(IN_THE_FILE))
def test_nothing_is_written_into_a_file_that_is_not_there_or_closed(trigger: Trigger) -> None:
    actor = UNIT if trigger is Trigger.EXPLAIN else INSPECTOR
    assert refusal_of(actor, trigger, facts()) == "not-supervised"
    closed = facts(supervised_at=MONDAY, supervision_closed_at=MONDAY)
    assert refusal_of(actor, trigger, closed) == "supervision-closed"
    for petition in (facts(), closed):
        assert trigger.value not in offered(actor, petition)


def test_inspectors_ask_and_close_and_only_whoever_was_asked_explains() -> None:
    watched = facts(supervised_at=MONDAY, supervised_unit=HOUSING)
    assert offered(INSPECTOR, watched) == {"note", "attach", "demand_explanation", "close_supervision"}
    assert "explain" not in offered(ASKED_UNIT, watched)
    assert refusal_of(ASKED_UNIT, Trigger.EXPLAIN, watched) == "no-explanation-demanded"
    asked = facts(**ASKED)
    assert "explain" in offered(ASKED_UNIT, asked)
    assert offered(INSPECTOR, asked) == {"note", "attach", "demand_explanation", "close_supervision"}


def test_the_unit_that_was_asked_explains_when_the_petition_is_anothers_and_the_other_does_not() -> None:
    moved = facts(unit=PARKS, **ASKED)
    assert offered(ASKED_UNIT, moved) == {"explain"}
    assert "explain" not in offered(OTHER_UNIT, moved)
    with pytest.raises(NotPermitted, match="被要求说明"):
        does(OTHER_UNIT, Trigger.EXPLAIN, moved)


def test_somebody_must_be_there_to_be_asked() -> None:
    nobodys = facts(Stage.ACCEPTED, unit=None, supervised_at=MONDAY)
    assert refusal_of(INSPECTOR, Trigger.DEMAND_EXPLANATION, nobodys) == "no-unit-to-ask"
    does(INSPECTOR, Trigger.DEMAND_EXPLANATION, dataclasses.replace(nobodys, supervised_unit=HOUSING))


@pytest.mark.parametrize("stage", sorted(FINAL_STAGES))
def test_the_file_outlives_the_petition(stage: Stage) -> None:
    over = facts(stage, unit=HOUSING, **ASKED)
    assert offered(INSPECTOR, over) == {"attach", "demand_explanation", "close_supervision"}
    assert offered(ASKED_UNIT, over) - {"request_exclusion"} == {"explain"}


def test_experts_hand_up_what_is_theirs_and_reach_into_nobodys_hands() -> None:
    with pytest.raises(ForbiddenTransition):
        does(Actor(Role.REVIEWER), Trigger.CLIMB_TO_SECOND_REVIEW, facts(Stage.IN_HAND))


def test_experts_do_not_decide_what_leadership_has_taken_up() -> None:
    with pytest.raises(NotPermitted, match="领导小组"):
        does(Actor(Role.REVIEWER), Trigger.ASSIGN, facts(Stage.SECOND_REVIEW))
    does(Actor(Role.LEADER), Trigger.ASSIGN, facts(Stage.SECOND_REVIEW))


def test_a_verdict_is_taken_down_for_the_petitioner_only_after_they_were_asked() -> None:
    unasked = facts(Stage.COMPLETED, rating_asked=False)
    with pytest.raises(RuleRefusal) as refusal:
        does(Actor(Role.FOLLOW_UP), Trigger.RATE, unasked)
    assert refusal.value.code == "rating-not-asked"
    does(PETITIONER, Trigger.RATE, unasked)
    does(Actor(Role.FOLLOW_UP), Trigger.RATE, dataclasses.replace(unasked, rating_asked=True))


# --- reopening (重启) -------------------------------------------------------------------------------------------------


def test_a_case_is_reopened_within_its_days_and_once() -> None:
    over = facts(Stage.ARCHIVED, closed_at=MONDAY)
    end = MONDAY.add(days=15).in_timezone("Asia/Shanghai").start_of("day")
    does(PETITIONER, Trigger.REOPEN, over, MONDAY.add(days=14))
    assert refusal_of(PETITIONER, Trigger.REOPEN, over, end.add(days=1)) == "reopen-window-passed"
    again = dataclasses.replace(over, reopens=1)
    assert refusal_of(PETITIONER, Trigger.REOPEN, again) == "reopen-limit-reached"


def test_rules_from_before_there_were_reasons_reopen_nothing() -> None:
    with pytest.raises(RuleRefusal, match="重新反映"):
        check(
            Trigger.REOPEN,
            PETITIONER,
            facts(Stage.ARCHIVED, closed_at=MONDAY),
            a_policy(verdict=VerdictRules()),
            CALENDAR,
            MONDAY,
        )
