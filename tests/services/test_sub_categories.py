"""A petition's sub-category: found by the engine, dropped with its category, never shown beside another one."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from domain.errors import Incomplete
from domain.policy import Policy
from models.answers import PetitionDetail
from models.shapes import Registration
from models.tables import HistoryRow, Petition
from services import dispatching, intake, queries
from services.context import Context
from tests.services import lives
from tests.services.lives import CITIZEN, DESK, UNIT, WORDS
from tests.support import steps
from tests.support.context import shipped_policy


def registered(context: Context, text: str, category: str | None = None) -> str:
    petition_id = intake.register(context, Registration(channel="web", text=text, category=category), CITIZEN).id
    steps.settle(context, petition_id)
    return petition_id


def shown(context: Context, petition_id: str) -> PetitionDetail:
    return queries.detail(context, petition_id, DESK)


def test_the_engine_says_what_exactly_it_is_and_whose_duty(context: Context) -> None:
    detail = shown(context, registered(context, "广济路路灯不亮三天了"))
    assert detail.category is not None
    assert detail.sub_category is not None
    assert (detail.category.code, detail.sub_category.code) == ("municipal", "street-light-out")
    assert detail.sub_category.name == "路灯不亮"
    assert any(reason.startswith("职责：") for reason in detail.assignments[0].reasons)


def test_a_category_that_somebody_chose_stands_and_has_no_sub_category_of_another(context: Context) -> None:
    detail = shown(context, registered(context, "广济路路灯不亮三天了", category="energy"))
    assert detail.category is not None
    assert (detail.category.code, detail.sub_category) == ("energy", None)


def test_a_new_category_drops_the_sub_category_and_the_same_one_keeps_it(context: Context) -> None:
    petition_id = registered(context, "广济路路灯不亮三天了")
    intake.reclassify(context, petition_id, DESK, category="municipal", reason=WORDS)
    assert shown(context, petition_id).sub_category is not None
    intake.reclassify(context, petition_id, DESK, category="energy", reason=WORDS)
    assert shown(context, petition_id).sub_category is None


def test_the_desks_choice_of_a_category_leaves_no_other_sub_category(context: Context) -> None:
    petition_id = lives.at_the_desk(context)
    dispatching.dispatch(context, petition_id, DESK, unit=UNIT, reason=WORDS, category="municipal")
    assert shown(context, petition_id).sub_category is None


def test_a_category_changed_by_the_version_before_leaves_nothing_wrong_to_see(context: Context) -> None:
    petition_id = registered(context, "广济路路灯不亮三天了")
    with context.sessions.begin() as session:
        session.execute(sa.update(Petition).where(Petition.id == petition_id).values(category="energy"))
    assert shown(context, petition_id).sub_category is None


def test_candidates_name_theirs(context: Context) -> None:
    policy: Policy = shipped_policy()
    candidates = shown(context, registered(context, "停水又停电，没人管")).candidates
    assert {candidate["sub_category"] for candidate in candidates} == {"water-cut", "power-cut"}
    assert all(policy.is_within(candidate["sub_category"], candidate["category"]) for candidate in candidates)


def test_the_desk_may_say_what_exactly_it_is_and_the_category_follows(context: Context) -> None:
    petition_id = lives.at_the_desk(context)
    dispatching.dispatch(context, petition_id, DESK, unit=UNIT, reason=WORDS, sub_category="street-light-pole")
    detail = shown(context, petition_id)
    assert detail.category is not None
    assert detail.sub_category is not None
    assert (detail.category.code, detail.sub_category.code) == ("municipal", "street-light-pole")


def test_a_sub_category_can_be_corrected_with_or_without_another_unit(context: Context) -> None:
    petition_id = registered(context, "广济路路灯不亮三天了")
    intake.reclassify(context, petition_id, DESK, sub_category="street-light-pole", reason=WORDS)
    corrected = shown(context, petition_id)
    assert corrected.sub_category is not None
    assert corrected.sub_category.code == "street-light-pole"
    with context.readers() as session:
        row = session.scalars(sa.select(HistoryRow).order_by(HistoryRow.version.desc())).first()
        assert row is not None
        details = (row.details["from_sub_category"], row.details["to_sub_category"])
    assert details == ("street-light-out", "street-light-pole")
    dispatching.redispatch(context, petition_id, DESK, unit="power-supply", reason=WORDS, sub_category="power-cut")
    moved = shown(context, petition_id)
    assert moved.category is not None
    assert moved.sub_category is not None
    assert (moved.category.code, moved.sub_category.code) == ("energy", "power-cut")


@pytest.mark.parametrize(
    ("category", "sub_category", "field", "says"),
    [
        ("energy", "street-light-out", "sub_category", "属于市政设施"),
        (None, "no-such-matter", "sub_category", "没有代码为“no-such-matter”的小类"),
        ("no-such", None, "category", "没有代码为“no-such”的分类"),
        (None, None, "category", "请给出正确的分类或小类"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    context: Context, category: str | None, sub_category: str | None, field: str, says: str
) -> None:
    petition_id = registered(context, "广济路路灯不亮三天了")
    before = shown(context, petition_id)
    with pytest.raises(Incomplete) as refusal:
        intake.reclassify(context, petition_id, DESK, category=category, sub_category=sub_category, reason=WORDS)
    assert [(item["field"], says in item["reason"]) for item in refusal.value.missing] == [(field, True)]
    assert shown(context, petition_id) == before
