"""Duties change hands: a petition goes to whoever has the duty today, and keeps the rules it was born under."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa

from domain.actions import Actor, Role
from domain.dispatch_rules import KeywordRule
from domain.errors import Incomplete, RuleRefusal
from domain.petition import Satisfaction, Step
from domain.policy import Policy
from domain.stages import Stage
from domain.units import Category, Unit, UnitKind
from domain.workdays import Duration, TimeUnit
from gateways.policy_files import dump
from models.tables import Notice
from services import decisions, dispatching, handling, intake, ladder, policies, queries, runs, verdict
from services.case_file import case_file
from services.context import Context
from services.rulebook import RuleBook
from tests.services import lives
from tests.services.lives import AT_UNIT, CITIZEN, DESK, EVIDENCE, OTHER_UNIT, REVIEWER, UNIT, WORDS, petition_of
from tests.support import steps
from tests.support.context import recorded, shipped_policy

OPERATOR = Actor(Role.OPERATOR, name="运维")
LAMPS, LAMPS_NAME = "lighting-centre", "区路灯管护中心"
AT_LAMPS = Actor(Role.UNIT, LAMPS, "科员")
LAMP_CATEGORY = Category("street-lighting", "路灯照明")
TERM = Duration(3, TimeUnit.WORKING_DAYS)


def reformed() -> Policy:
    """The street lamps have gone to a centre of their own, and the unit that had them is dissolved."""
    old = shipped_policy()
    keywords = tuple(
        KeywordRule(rule.word, rule.weight, LAMP_CATEGORY.code, LAMPS) if rule.unit == UNIT else rule
        for rule in old.dispatch.keywords
    )
    return dataclasses.replace(
        old,
        version="reformed",
        units=(
            *(unit for unit in old.units if unit.code != UNIT),
            Unit(LAMPS, LAMPS_NAME, UnitKind.DEPARTMENT, "路灯管护"),
        ),
        categories=(*old.categories, LAMP_CATEGORY),
        dispatch=dataclasses.replace(old.dispatch, keywords=keywords),
    )


def reform(context: Context) -> None:
    assert policies.activate_policy(context, reformed(), OPERATOR)


def another_process(context: Context) -> Context:
    """One that has read no policy yet."""
    return dataclasses.replace(context, rules=RuleBook(context.rules.calendar, [shipped_policy()]))


def test_the_engine_gives_an_older_petition_to_the_new_unit(context: Context) -> None:
    petition_id = lives.register(context)
    reform(context)
    assert steps.settle(context, petition_id) == [Step.ACCEPT, Step.DISPATCH]
    petition = petition_of(context, petition_id)
    assert (petition.unit, petition.category) == (LAMPS, LAMP_CATEGORY.code)
    assert petition.policy_version == shipped_policy().version
    handling.sign(context, petition_id, AT_LAMPS)


def test_the_desk_gives_it_to_the_new_unit_and_to_none_that_is_gone(context: Context) -> None:
    waiting, at_work = lives.at_the_desk(context), lives.redispatched(context)
    reform(context)
    for move, petition_id in ((dispatching.dispatch, waiting), (dispatching.redispatch, at_work)):
        with pytest.raises(RuleRefusal) as refusal:
            move(context, petition_id, DESK, unit=UNIT, reason=WORDS)
        assert (refusal.value.code, refusal.value.field) == ("unknown-unit", "unit")
        move(context, petition_id, DESK, unit=LAMPS, reason=WORDS)
        assert petition_of(context, petition_id).unit == LAMPS


def test_a_unit_names_the_new_unit_as_the_right_one(context: Context) -> None:
    petition_id = lives.redispatched(context)
    reform(context)
    at_other = Actor(Role.UNIT, OTHER_UNIT)
    with pytest.raises(RuleRefusal) as refusal:
        handling.request_return(context, petition_id, at_other, reason=WORDS, proposed_unit=UNIT, basis=WORDS)
    assert (refusal.value.code, refusal.value.field) == ("unknown-unit", "proposed_unit")
    handling.request_return(context, petition_id, at_other, reason=WORDS, proposed_unit=LAMPS, basis=WORDS)
    decisions.decide_return(context, petition_id, DESK, granted=True, reason=WORDS)
    assert steps.settle(context, petition_id) == [Step.DISPATCH]
    best = queries.detail(context, petition_id, DESK).candidates[0]
    assert (best["unit"], best["name"]) == (LAMPS, LAMPS_NAME)


def test_a_review_assigns_the_new_unit_as_lead_and_to_assist(context: Context) -> None:
    led, assisted = lives.in_review(context), lives.in_review(context)
    reform(context)
    new, town, gone = (ladder.Task(unit, WORDS, TERM) for unit in (LAMPS, OTHER_UNIT, UNIT))
    for decision, field in (
        (ladder.Decision(gone, WORDS), "lead.unit"),
        (ladder.Decision(town, WORDS, (gone,)), "assists.unit"),
    ):
        with pytest.raises(RuleRefusal) as refusal:
            ladder.assign(context, led, REVIEWER, decision)
        assert (refusal.value.code, refusal.value.field) == ("unknown-unit", field)
    ladder.assign(context, led, REVIEWER, ladder.Decision(new, WORDS))
    ladder.assign(context, assisted, REVIEWER, ladder.Decision(town, WORDS, (new,)))
    assert petition_of(context, led).unit == LAMPS
    parts = [(item.unit.name, item.part) for item in queries.detail(context, assisted, DESK).assignments]
    assert (LAMPS_NAME, "assist") in parts


def test_a_category_is_asked_of_the_taxonomy_in_force(context: Context) -> None:
    petition_id = lives.in_hand(context)
    with pytest.raises(Incomplete):
        intake.reclassify(context, petition_id, DESK, category=LAMP_CATEGORY.code, reason=WORDS)
    reform(context)
    intake.reclassify(context, petition_id, DESK, category=LAMP_CATEGORY.code, reason=WORDS)
    shown = queries.head(context, petition_id, DESK).category
    assert shown is not None
    assert shown.name == LAMP_CATEGORY.name


def test_a_unit_that_is_gone_finishes_what_it_has_and_does_it_once_more(context: Context) -> None:
    petition_id = lives.in_hand(context)
    reform(context)
    handling.submit_completion(context, petition_id, AT_UNIT, EVIDENCE)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason=WORDS)
    steps.settle(context, petition_id)
    verdict.rate(context, petition_id, CITIZEN, satisfaction=Satisfaction.DISSATISFIED, reason=WORDS)
    assert steps.settle(context, petition_id) == [Step.BEGIN_REDO]
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.unit) == (Stage.REDO, UNIT)
    dispatching.redispatch(context, petition_id, DESK, unit=LAMPS, reason=WORDS)
    assert petition_of(context, petition_id).unit == LAMPS


def test_whoever_looks_sees_the_new_units_name_on_an_older_petition(context: Context) -> None:
    petition_id = lives.redispatched(context)
    behind, fresh = another_process(context), another_process(context)
    assert LAMPS_NAME not in runs.look(behind, petition_id).label.name
    reform(context)
    dispatching.redispatch(context, petition_id, DESK, unit=LAMPS, reason=WORDS)
    for reader in (context, behind, fresh):
        assert LAMPS_NAME in runs.look(reader, petition_id).label.name
        assert LAMPS_NAME in case_file(reader, petition_id)
        assert runs.changes_since(reader, petition_id, 0)[-1].unit == LAMPS_NAME
        unit = queries.public_progress(reader, petition_of(reader, petition_id).query_code).unit
        assert unit is not None
        assert unit.name == LAMPS_NAME
    with context.readers() as session:
        told = session.scalars(sa.select(Notice.title).where(Notice.petition_id == petition_id)).all()
    assert f"诉求{petition_of(context, petition_id).case_number}改由{LAMPS_NAME}承办" in told


def test_a_newer_petition_goes_to_a_unit_that_only_the_old_policy_knows(context: Context) -> None:
    reform(context)
    petition_id = lives.register(context)
    policies.roll_back(context, shipped_policy().version, OPERATOR)
    steps.settle(context, petition_id)
    petition = petition_of(context, petition_id)
    assert (petition.unit, petition.policy_version) == (UNIT, "reformed")
    assert shipped_policy().unit_name(UNIT) in runs.look(context, petition_id).label.name


def test_a_petition_whose_run_could_not_start_is_named_when_it_does(context: Context) -> None:
    recorded(context).available = False
    petition_id = lives.register(context)
    reform(context)
    steps.settle(context, petition_id)
    recorded(context).available = True
    handling.sign(context, petition_id, AT_LAMPS)
    assert LAMPS_NAME in recorded(context).started[petition_id].name


def test_foreign_names_are_no_part_of_a_policy(context: Context) -> None:
    reform(context)
    with context.readers() as session:
        old = context.rules.of(session, shipped_policy().version, naming=LAMPS)
    assert old.unit_name(LAMPS) == LAMPS_NAME
    assert LAMPS not in old.units_by_code
    assert (old, dump(old)) == (shipped_policy(), dump(shipped_policy()))
