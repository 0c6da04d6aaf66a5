"""A wrong merge is undone: the petitioner has a case of their own again, by the code they know; history stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from domain.errors import DomainError, ForbiddenTransition, NotFound, NotPermitted, RuleRefusal, StaleVersion
from domain.stages import Stage
from models.shapes import PetitionerIn, Registration
from models.tables import HistoryRow, Petition, Proposal
from services import chains, handling, intake, invariants, queries, same_matter, separation
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, CHANNEL, CITIZEN, DESK, WORDS, petition_of
from tests.services.soundness import whole_ledger
from tests.support.context import recorded

TEXT = "广济路路灯不亮三天了，晚上出门很不安全"


def register(context: Context) -> str:
    """Whoever says this again is merged without asking."""
    person = PetitionerIn(name="测试乙", contact_kind="sms", contact="13900000000")
    return intake.register(context, Registration(channel="hotline", text=TEXT, petitioner=person), CHANNEL).id


def steps_of(context: Context, petition_id: str) -> list[tuple[str, str]]:
    with context.readers() as session:
        rows = sa.select(HistoryRow).where(HistoryRow.petition_id == petition_id).order_by(HistoryRow.version)
        return [(row.trigger, row.stage_after) for row in session.scalars(rows)]


def test_a_wrong_merge_is_undone_and_the_code_leads_to_the_new_case(context: Context) -> None:
    main, part = register(context), register(context)
    lives.settle(context, main)
    handling.sign(context, main, AT_UNIT)
    code = petition_of(context, part).query_code
    anew = separation.separate(context, part, DESK, WORDS)
    assert steps_of(context, part) == [("register", "registered"), ("merge", "merged"), ("separate", "merged")]
    assert steps_of(context, anew.id) == [("register", "registered")]
    assert steps_of(context, main)[-1] == ("note", "in_hand")
    progress = queries.public_progress(context, code)
    assert (progress.case_number, progress.merged_into, progress.stage.code) == (anew.case_number, None, "registered")
    assert WORDS not in progress.model_dump_json()
    detail = queries.detail(context, anew.id, DESK)
    assert (detail.text, detail.petitioner and detail.petitioner.name) == (TEXT, "测**")
    assert queries.detail(context, main, DESK).people == 1
    assert anew.id in recorded(context).started
    lives.settle(context, anew.id)
    assert petition_of(context, anew.id).stage == Stage.DISPATCHED
    intake.withdraw(context, anew.id, CITIZEN)
    assert petition_of(context, main).stage == Stage.IN_HAND
    assert all(chains.verify_chain(context, key).intact for key in (main, part, anew.id))
    assert invariants.check_invariants(context) == []


def test_what_was_taken_out_is_not_proposed_for_the_same_case_again(context: Context) -> None:
    main, part = register(context), register(context)
    anew = separation.separate(context, part, DESK, WORDS)
    with context.readers() as session:
        found = session.scalars(sa.select(Proposal).where(Proposal.petition_id == anew.id)).all()
        assert [(row.same_as_id, row.outcome) for row in found] == [(main, "dismissed")]
    later = register(context)
    assert petition_of(context, later).merged_into_id in {main, anew.id}


def test_nor_is_the_case_proposed_for_what_was_taken_out_of_it(context: Context) -> None:
    main, part = register(context), register(context)
    anew = separation.separate(context, part, DESK, WORDS)
    intake.ask_supplement(context, main, DESK, "哪一盏灯？")
    intake.supplement(context, main, CITIZEN, "路口东侧第二盏")
    assert same_matter.duplicates_of(context, main, DESK).items == []
    intake.ask_supplement(context, anew.id, DESK, "哪一盏灯？")
    intake.supplement(context, anew.id, CITIZEN, "路口西侧第二盏")
    assert same_matter.duplicates(context, DESK).items == []


def test_it_is_undone_after_the_main_case_is_over(context: Context) -> None:
    main, part = register(context), register(context)
    lives.settle(context, main)
    intake.merge(context, main, lives.in_hand(context), DESK, WORDS)
    elsewhere = petition_of(context, part).merged_into_id
    assert elsewhere not in {main, None}
    anew = separation.separate(context, part, DESK, WORDS)
    assert anew.stage == Stage.REGISTERED
    assert invariants.check_invariants(context) == []


def left(context: Context) -> str:
    _, part = register(context), register(context)
    intake.withdraw(context, part, CITIZEN)
    return part


def separated(context: Context) -> str:
    _, part = register(context), register(context)
    separation.separate(context, part, DESK, WORDS)
    return part


@pytest.mark.parametrize(
    ("reach", "refusal"),
    [
        (left, RuleRefusal),
        (separated, RuleRefusal),
        (lives.in_hand, ForbiddenTransition),
        (lambda _: "3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11", NotFound),
    ],
)
def test_nothing_else_is_taken_out_and_nothing_is_written(
    context: Context, reach: Callable[[Context], str], refusal: type[DomainError]
) -> None:
    petition_id = reach(context)
    before = whole_ledger(context)
    with pytest.raises(refusal):
        separation.separate(context, petition_id, DESK, WORDS)
    assert whole_ledger(context) == before


def test_only_the_desk_and_only_of_the_version_that_was_seen(context: Context) -> None:
    _, part = register(context), register(context)
    before = whole_ledger(context)
    with pytest.raises(NotPermitted):
        separation.separate(context, part, AT_UNIT, WORDS)
    with pytest.raises(StaleVersion):
        separation.separate(context, part, DESK, WORDS, version=1)
    assert whole_ledger(context) == before


def test_it_is_undone_whole_or_not_at_all(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    _, part = register(context), register(context)
    code, before = petition_of(context, part).query_code, whole_ledger(context)

    def breaks(*_: object) -> None:
        raise RuntimeError("killed here")

    monkeypatch.setattr(separation, "take_in", breaks)
    with pytest.raises(RuntimeError, match="killed here"):
        separation.separate(context, part, DESK, WORDS)
    assert whole_ledger(context) == before
    with context.readers() as session:
        assert session.scalars(sa.select(Petition.id).where(Petition.query_code == code)).one() == part
