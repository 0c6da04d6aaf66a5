"""Several people, one matter: nobody ends it for the others, and each keeps their own code, notices and last word."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from domain.actions import Actor
from domain.errors import ForbiddenTransition, RuleRefusal, StaleVersion
from domain.petition import Satisfaction
from domain.stages import Stage
from models.shapes import PetitionerIn
from models.tables import Notice
from services import decisions, dispatching, handling, intake, invariants, queries, verdict
from services.context import Context
from tests.services import lives
from tests.services.lives import (
    AT_UNIT,
    CITIZEN,
    DESK,
    EVIDENCE,
    INSPECTOR,
    OTHER_UNIT,
    REVIEWER,
    UNIT,
    WORDS,
    petition_of,
)
from tests.support import steps

REACHABLE = PetitionerIn(contact_kind="email", contact="someone@example.com")


def two_as_one(context: Context, life: Callable[[Context], str] = lives.in_hand) -> tuple[str, str]:
    """A main case and a petition that was merged into it."""
    main, follower = life(context), lives.register(context)
    intake.merge(context, follower, main, DESK, WORDS)
    return main, follower


def three_as_one(context: Context) -> tuple[str, str, str]:
    main, first = two_as_one(context)
    second = lives.register(context)
    intake.merge(context, second, main, DESK, WORDS)
    return main, first, second


def code_of(context: Context, petition_id: str) -> str:
    return petition_of(context, petition_id).query_code


def told(context: Context, rule: str) -> set[str]:
    """Who is owed a notice by this rule."""
    with context.readers() as session:
        return set(session.scalars(sa.select(Notice.recipient).where(Notice.rule == rule)))


def rate(context: Context, by: str, satisfaction: Satisfaction = Satisfaction.SATISFIED) -> None:
    matter = queries.matter_by_code(context, code_of(context, by))
    verdict.rate(context, matter, CITIZEN, satisfaction=satisfaction, reason=WORDS, party=by)


def test_a_withdrawal_does_not_end_the_matter_of_others(context: Context) -> None:
    main, follower = two_as_one(context)
    before = petition_of(context, main)
    intake.withdraw(context, main, CITIZEN, "本人已搬走")
    after = petition_of(context, main)
    assert (after.stage, after.unit, after.due_at, after.wake_at) == (
        Stage.IN_HAND,
        UNIT,
        before.due_at,
        before.wake_at,
    )
    assert not told(context, "withdrawn")
    progress = queries.public_progress(context, code_of(context, follower))
    assert progress.merged_into is not None
    assert progress.merged_into.stage.code == Stage.IN_HAND
    assert progress.merged_into.timeline[-1].label == "诉求人撤出"
    assert "搬走" not in progress.model_dump_json()
    assert invariants.check_invariants(context) == []


def test_the_matter_is_done_for_whoever_is_left_and_they_have_the_last_word(context: Context) -> None:
    main, follower = two_as_one(context)
    intake.withdraw(context, main, CITIZEN)
    handling.submit_completion(context, main, AT_UNIT, EVIDENCE)
    decisions.decide_completion(context, main, DESK, approved=True, reason=WORDS)
    steps.settle(context, main)
    assert told(context, "rating-asked-petitioner") == {f"petitioner:{follower}"}
    progress = queries.public_progress(context, code_of(context, follower))
    assert (progress.stage.code, progress.allowed_actions) == (Stage.MERGED, ["attach", "rate"])
    assert queries.public_progress(context, code_of(context, main)).allowed_actions == []
    with pytest.raises(RuleRefusal, match="已撤回"):
        rate(context, by=main)
    rate(context, by=follower, satisfaction=Satisfaction.DISSATISFIED)
    steps.settle(context, main)
    assert petition_of(context, main).stage == Stage.REDO


def test_the_last_to_withdraw_withdraws_the_case(context: Context) -> None:
    main, first, second = three_as_one(context)
    for leaving in (first, main):
        intake.withdraw(context, leaving, CITIZEN)
        assert petition_of(context, main).stage == Stage.IN_HAND
    intake.withdraw(context, second, CITIZEN)
    ended = petition_of(context, main)
    assert (ended.stage, ended.wake_at) == (Stage.WITHDRAWN, None)
    assert all(item.ended_at is not None for item in steps.petition_of(context, main).assignments)
    assert told(context, "withdrawn") == {f"unit:{UNIT}"}
    assert [petition_of(context, key).stage for key in (first, second)] == [Stage.MERGED, Stage.MERGED]
    assert invariants.check_invariants(context) == []


def test_once_the_others_have_left_the_main_petitioner_withdraws_as_anybody(context: Context) -> None:
    main, follower = two_as_one(context)
    intake.withdraw(context, follower, CITIZEN)
    intake.withdraw(context, main, CITIZEN)
    assert petition_of(context, main).stage == Stage.WITHDRAWN


def test_nobody_withdraws_twice_or_from_what_is_over_or_unseen(context: Context) -> None:
    main, follower = two_as_one(context)
    with pytest.raises(StaleVersion):
        intake.withdraw(context, follower, CITIZEN, version=1)
    intake.withdraw(context, follower, CITIZEN, version=petition_of(context, main).version)
    with pytest.raises(RuleRefusal, match="已撤回"):
        intake.withdraw(context, follower, CITIZEN)
    completed, late = two_as_one(context)
    handling.submit_completion(context, completed, AT_UNIT, EVIDENCE)
    decisions.decide_completion(context, completed, DESK, approved=True, reason=WORDS)
    for party in (completed, late):
        with pytest.raises(ForbiddenTransition):
            intake.withdraw(context, party, CITIZEN)


def test_leaving_goes_along_when_the_main_case_is_merged_on(context: Context) -> None:
    main, follower = two_as_one(context)
    intake.withdraw(context, main, CITIZEN)
    elsewhere = lives.dispatched(context)
    intake.merge(context, main, elsewhere, DESK, WORDS)
    assert told(context, "merged") >= {f"petitioner:{follower}"}
    intake.withdraw(context, elsewhere, CITIZEN)
    assert petition_of(context, elsewhere).stage == Stage.DISPATCHED
    intake.withdraw(context, follower, CITIZEN)
    assert petition_of(context, elsewhere).stage == Stage.WITHDRAWN


@pytest.mark.parametrize("end", ["refused", "terminated"])
def test_a_matter_that_is_refused_or_terminated_is_over_for_all_and_each_is_told(context: Context, end: str) -> None:
    main, follower = two_as_one(context, lives.at_the_desk)
    gone = lives.register(context)
    intake.merge(context, gone, main, DESK, WORDS)
    intake.withdraw(context, gone, CITIZEN)
    work = intake.refuse if end == "refused" else decisions.terminate
    work(context, main, DESK, "属于司法程序")
    rule = "refused" if end == "refused" else "terminated-petitioner"
    assert told(context, rule) == {f"petitioner:{main}", f"petitioner:{follower}"}
    with context.readers() as session:
        to_follower = sa.select(Notice.body).where(Notice.rule == rule, Notice.recipient == f"petitioner:{follower}")
        assert code_of(context, follower) in session.scalars(to_follower).one()
    progress = queries.public_progress(context, code_of(context, follower))
    assert progress.merged_into is not None
    assert (progress.merged_into.stage.code, progress.merged_into.timeline[-1].reason) == (end, "属于司法程序")


def test_any_of_them_may_add_what_was_missing(context: Context) -> None:
    main, follower = two_as_one(context, lives.awaiting_supplement)
    progress = queries.public_progress(context, code_of(context, follower))
    assert progress.allowed_actions == ["supplement", "attach", "withdraw"]
    matter = queries.matter_by_code(context, code_of(context, follower))
    assert matter == main
    intake.supplement(context, matter, CITIZEN, "路灯编号为 GJ-017")
    assert petition_of(context, main).stage == Stage.REGISTERED


def test_nobody_calls_a_petitioner_who_has_left(context: Context) -> None:
    main = lives.register(context, petitioner=REACHABLE)
    steps.settle(context, main)
    intake.merge(context, lives.register(context), main, DESK, WORDS)
    assert queries.detail(context, main, DESK).petitioner is not None
    intake.withdraw(context, main, CITIZEN)
    assert queries.detail(context, main, DESK).petitioner is None


def test_the_main_case_lists_who_stands_behind_it_and_names_them_to_those_who_must_reach_them(context: Context) -> None:
    main = lives.in_hand(context)
    open_one = lives.register(
        context, petitioner=PetitionerIn(name="测试乙", contact_kind="sms", contact="13900000000")
    )
    confiding = lives.register(context, petitioner=PetitionerIn(name="测试丙", confidential=True))
    leaving = lives.register(context, petitioner=PetitionerIn(name="测试丁"))
    for follower in (open_one, confiding, leaving):
        intake.merge(context, follower, main, DESK, WORDS)
    intake.withdraw(context, leaving, CITIZEN, "本人已搬走")

    def seen_by(actor: Actor) -> list[tuple[str, bool, str | None]]:
        detail = queries.detail(context, main, actor)
        assert detail.people == 3
        return [
            (item.case_number, item.left, item.petitioner.name if item.petitioner else None) for item in detail.merged
        ]

    numbers = [petition_of(context, key).case_number for key in (open_one, confiding, leaving)]
    left = (False, False, True)
    for actor, names in (
        (DESK, ("测**", "测**", None)),
        (AT_UNIT, ("测**", None, None)),
        (INSPECTOR, ("测**", "测**", None)),
        (REVIEWER, (None, None, None)),
    ):
        assert seen_by(actor) == list(zip(numbers, left, names, strict=True))
    dispatching.redispatch(context, main, DESK, unit=OTHER_UNIT, reason=WORDS)
    assert [name for _, _, name in seen_by(AT_UNIT)] == [None, None, None], "the case is no longer theirs"
    part = queries.detail(context, open_one, DESK)
    assert (part.people, part.merged) == (3, [])
    alone = queries.detail(context, lives.in_hand(context), DESK)
    assert (alone.people, alone.merged) == (1, [])
