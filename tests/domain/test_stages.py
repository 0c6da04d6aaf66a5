"""The transition table, held against a second table written by hand, and the shape of the graph."""

from __future__ import annotations

import pytest

from domain import petition, stages
from domain.errors import ForbiddenTransition
from domain.petition import Step, decide
from domain.stages import (
    FINAL_STAGES,
    FORMER_TRIGGER_LABELS,
    OPEN_STAGES,
    STAGE_LABELS,
    TRANSITIONS,
    TRIGGER_LABELS,
    Stage,
    Trigger,
    is_allowed,
    stage_after,
    trigger_label,
)
from tests.support.facts import MONDAY, a_calendar, a_policy, facts

# Stage by stage, what may happen there: `trigger>stage` moves, a bare trigger only writes history.
_TOLD = """track decline_track untrack object_publicity ask_media_reply give_media_reply lapse_media_reply publish
    expose correct_exposure unpublish"""
_FILE = """attach demand_explanation explain close_supervision correct_disposition check_rectification recuse
    lift_recusal open_inspection record_visit query_unit answer_inspection close_inspection warn_explanation
    remind_explanation warn_inspection remind_inspection warn_rectification remind_rectification"""
_WHO = f"hold_identity release_identity flag_reading {_TOLD}"
_OVER = f"{_FILE} {_WHO} erase_identity"
_ANYWHERE_OPEN = f"note reclassify {_FILE} {_WHO}"
_CARDS = "show_yellow_card show_red_card"
_CLIMBS = "climb_to_first_review>first_review climb_to_second_review>second_review"
_BESIDE = "supervise remind_supervised"
_HELPED = f"{_BESIDE} remind_assist"
_TAKEN = "take_away>accepted"
_EXCLUSION_DECIDED = "grant_exclusion refuse_exclusion record_call give_call strand_call"
_EXCLUSION = f"request_exclusion {_EXCLUSION_DECIDED}"
_ENDS = "merge>merged withdraw>withdrawn leave"
EXPECTED = {
    "registered": f"""{_ANYWHERE_OPEN} {_ENDS} accept>accepted refuse>refused ask_supplement>awaiting_supplement""",
    "awaiting_supplement": f"""{_ANYWHERE_OPEN} {_ENDS} supplement>registered terminate>terminated""",
    "accepted": f"""{_ANYWHERE_OPEN} {_ENDS} {_HELPED} {_CARDS} {_CLIMBS} refuse>refused terminate>terminated
        ask_supplement>awaiting_supplement dispatch>dispatched refer_to_desk""",
    "dispatched": f"""{_ANYWHERE_OPEN} {_TAKEN} {_ENDS} {_HELPED} {_CARDS} {_CLIMBS} redispatch>dispatched
        correct_dispatch>dispatched sign>in_hand
        request_return>return_requested submit_completion>completion_submitted remind_signing""",
    "in_hand": f"""{_ANYWHERE_OPEN} {_TAKEN} {_ENDS} {_HELPED} {_CARDS} {_CLIMBS} redispatch>dispatched
        terminate>terminated request_return>return_requested request_extension>extension_requested suspend>suspended
        submit_completion>completion_submitted""",
    "return_requested": f"""{_ANYWHERE_OPEN} {_TAKEN} {_ENDS} {_HELPED} {_CARDS} {_CLIMBS} grant_return>accepted
        refuse_return>in_hand submit_completion>completion_submitted""",
    "extension_requested": f"""{_ANYWHERE_OPEN} {_TAKEN} {_ENDS} {_HELPED} {_CARDS} {_CLIMBS} grant_extension>in_hand
        refuse_extension>in_hand submit_completion>completion_submitted""",
    "suspended": f"""{_ANYWHERE_OPEN} {_TAKEN} {_ENDS} {_BESIDE} {_CARDS} resume>in_hand terminate>terminated""",
    "first_review": f"""{_ANYWHERE_OPEN} {_ENDS} {_HELPED} {_CARDS} climb_to_second_review>second_review
        assign>dispatched convene put_off submit_completion>completion_submitted terminate>terminated""",
    "second_review": f"""{_ANYWHERE_OPEN} {_ENDS} {_HELPED} {_CARDS}
        assign>dispatched convene put_off hand_to_leader submit_completion>completion_submitted
        terminate>terminated""",
    "completion_submitted": f"""{_ANYWHERE_OPEN} {_TAKEN} {_BESIDE} withdraw>withdrawn leave
        approve_completion>completed reject_completion>in_hand reject_to_first_review>first_review
        reject_to_second_review>second_review""",
    "completed": f"""{_ANYWHERE_OPEN} {_EXCLUSION} supervise ask_rating rate>rated begin_follow_up>follow_up""",
    "follow_up": f"""{_ANYWHERE_OPEN} {_EXCLUSION} supervise rate>rated archive>archived""",
    "rated": f"""{_ANYWHERE_OPEN} {_EXCLUSION_DECIDED} supervise {_CLIMBS} begin_redo>redo archive>archived""",
    "redo": f"""{_ANYWHERE_OPEN} {_TAKEN} {_ENDS} {_HELPED} {_CARDS} {_CLIMBS} redispatch>dispatched sign>in_hand
        submit_completion>completion_submitted remind_signing""",
    "archived": f"{_OVER} {_EXCLUSION} refuse_striking restore_striking reopen>accepted",
    "refused": _OVER,
    "merged": f"{_OVER} leave separate",
    "withdrawn": _OVER,
    "terminated": _OVER,
}


def expected_target(stage: Stage, trigger: Trigger) -> Stage | None:
    """Where the hand-written table leads; None where it forbids the step."""
    for word in EXPECTED[stage.value].split():
        name, _, target = word.partition(">")
        if name == trigger.value:
            return Stage(target) if target else stage
    return None


PAIRS = [pytest.param(stage, trigger, id=f"{stage}-{trigger}") for stage in Stage for trigger in Trigger]


@pytest.mark.parametrize(("stage", "trigger"), PAIRS)
def test_every_pair_allowed_and_forbidden(stage: Stage, trigger: Trigger) -> None:
    target = expected_target(stage, trigger)
    assert is_allowed(stage, trigger) is (target is not None)
    if target is None:
        with pytest.raises(ForbiddenTransition) as refusal:
            stage_after(stage, trigger)
        assert refusal.value.facts["stage"] == stage.value
        assert refusal.value.facts["trigger"] == trigger.value
    else:
        assert stage_after(stage, trigger) is target


@pytest.mark.parametrize("trigger", Trigger)
def test_only_registration_starts_from_nothing(trigger: Trigger) -> None:
    assert is_allowed(None, trigger) is (trigger is Trigger.REGISTER)
    if trigger is Trigger.REGISTER:
        assert stage_after(None, trigger) is Stage.REGISTERED
    else:
        with pytest.raises(ForbiddenTransition):
            stage_after(None, trigger)


def test_the_hand_written_table_names_real_stages_and_triggers() -> None:
    assert set(EXPECTED) == {stage.value for stage in Stage}
    words = {word.partition(">")[0] for line in EXPECTED.values() for word in line.split()}
    assert words == {trigger.value for trigger in Trigger} - {"register"}


def reachable(start: Stage) -> set[Stage]:
    """Where the hand-written table can lead from `start`."""
    found, waiting = {start}, [start]
    while waiting:
        line = EXPECTED[waiting.pop().value]
        ahead = {Stage(word.partition(">")[2]) for word in line.split() if ">" in word} - found
        found |= ahead
        waiting.extend(ahead)
    return found


def test_every_stage_can_be_reached() -> None:
    assert reachable(Stage.REGISTERED) == set(Stage)


@pytest.mark.parametrize("stage", sorted(OPEN_STAGES))
def test_every_open_stage_can_end(stage: Stage) -> None:
    assert reachable(stage) & FINAL_STAGES


@pytest.mark.parametrize("stage", sorted(OPEN_STAGES))
def test_every_open_stage_can_be_completed_in_favour_of_the_petitioner(stage: Stage) -> None:
    assert Stage.ARCHIVED in reachable(stage)


def test_nothing_leads_out_of_a_final_stage_but_a_reopening() -> None:
    out = {
        (stage, trigger)
        for stage in FINAL_STAGES
        for trigger, step in TRANSITIONS.items()
        if stage in step.sources and step.target is not None
    }
    assert out == {(Stage.ARCHIVED, Trigger.REOPEN)}


@pytest.mark.parametrize("stage", sorted(FINAL_STAGES))
def test_a_final_stage_has_no_clock(stage: Stage) -> None:
    assert not decide(facts(stage), a_policy(), a_calendar(), MONDAY.add(years=1)).deadlines


@pytest.mark.parametrize("stage", sorted(OPEN_STAGES))
def test_every_open_stage_has_a_clock_or_a_step(stage: Stage) -> None:
    ruling = decide(facts(stage), a_policy(), a_calendar(), MONDAY)
    assert ruling.step is not None or ruling.deadlines


@pytest.mark.parametrize("stage", sorted(OPEN_STAGES))
def test_every_open_stage_brings_a_clock_of_its_own_or_the_units_clock_runs(stage: Stage) -> None:
    # RATED is over at once, and IN_HAND has nothing but the handling clock: everything else is timed by itself.
    assert (stage in petition._STAGE_CLOCKS) is (stage not in {Stage.IN_HAND, Stage.RATED})


STEP_TRIGGERS = {
    Step.ACCEPT: "registered",
    Step.LAPSE: "awaiting_supplement",
    Step.DISPATCH: "accepted",
    Step.REMIND_SIGNING: "dispatched redo",
    Step.GRANT_RETURN: "return_requested",
    Step.REFUSE_EXTENSION: "extension_requested",
    Step.RESUME: "suspended",
    Step.APPROVE_COMPLETION: "completion_submitted",
    Step.ASK_RATING: "completed",
    Step.BEGIN_FOLLOW_UP: "completed",
    Step.BEGIN_REDO: "rated",
    Step.ARCHIVE: "follow_up rated",
    Step.REMIND_ASSIST: """accepted dispatched in_hand return_requested extension_requested first_review second_review
        redo""",
    Step.REMIND_EXPLANATION: " ".join(sorted(OPEN_STAGES)),
}


@pytest.mark.parametrize(("step", "where"), STEP_TRIGGERS.items())
def test_what_the_platform_does_by_itself_the_table_lets_happen(step: Step, where: str) -> None:
    trigger = Trigger.TERMINATE if step is Step.LAPSE else Trigger(step.value)
    for stage in where.split():
        assert is_allowed(Stage(stage), trigger)


def test_every_stage_and_trigger_has_a_chinese_name_of_its_own() -> None:
    assert set(STAGE_LABELS) == set(Stage)
    assert set(TRIGGER_LABELS) == set(Trigger) == set(TRANSITIONS)
    for labels in (list(STAGE_LABELS.values()), list(TRIGGER_LABELS.values())):
        assert len(set(labels)) == len(labels)
        assert all("\u4e00" <= letter <= "\u9fff" for label in labels for letter in label)


def test_what_nobody_can_pull_any_more_still_has_its_name_where_it_was_pulled() -> None:
    assert set(FORMER_TRIGGER_LABELS).isdisjoint(Trigger)
    assert trigger_label("record_supervision") == "记录督办情况"
    assert [trigger_label(trigger) for trigger in Trigger] == [TRIGGER_LABELS[trigger] for trigger in Trigger]
    with pytest.raises(ValueError, match="never_was"):
        trigger_label("never_was")


def test_the_groups_of_stages_share_no_member_and_leave_none_out() -> None:
    groups = [stages.INTAKE_STAGES, stages.WORKING_STAGES, stages.CLOSING_STAGES, stages.FINAL_STAGES]
    assert sorted(stage for group in groups for stage in group) == sorted(Stage)
    assert stages.UNIT_STAGES | stages.REVIEW_STAGES <= stages.WORKING_STAGES
