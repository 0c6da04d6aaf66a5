"""Before it is final: is it this one? And what whoever holds a code follows."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from domain.actions import PETITIONER, Actor, Role
from domain.errors import NotFound
from models.shapes import Registration
from models.tables import Base, Petition
from services import following, intake, joining
from services.context import Context
from tests.support import steps

DESK = Actor(Role.DESK, name="测试专席")
PLACE = "文化路街道广济路"
FIRST, SECOND = "广济路路灯不亮，晚上出行不安全", "广济路的路灯一直不亮，请尽快修理"


def said(text: str, **fields: object) -> Registration:
    return Registration.model_validate({"channel": "web", "text": text, "place": PLACE, **fields})


@pytest.fixture
def main(context: Context) -> Petition:
    """A case going on."""
    petition = intake.register(context, said(FIRST), PETITIONER)
    steps.settle(context, petition.id)
    return steps.petition_of(context, petition.id)


def rows(context: Context) -> int:
    with context.readers() as session:
        counts = (sa.select(sa.func.count()).select_from(table) for table in Base.metadata.sorted_tables)
        return sum(session.scalar(count) or 0 for count in counts)


def mark(context: Context) -> str:
    [found] = joining.already_reported(context, said(SECOND))
    return found.mark


def test_asking_writes_nothing_and_tells_what_the_policy_lets_be_told(context: Context, main: Petition) -> None:
    before = rows(context)
    [found] = joining.already_reported(context, said(SECOND))
    assert rows(context) == before
    assert found.matter == "路灯不亮"
    assert found.told.unit is not None
    assert found.told.unit.code == "municipal-parks"
    assert found.told.number is None
    assert main.id not in repr(found)


def test_whoever_follows_is_a_party_to_the_case(context: Context, main: Petition) -> None:
    petition = joining.register_and_follow(context, said(SECOND), mark(context))
    assert (petition.stage, petition.merged_into_id) == ("merged", main.id)
    assert petition.query_code != main.query_code


def test_a_case_that_ended_meanwhile_takes_nobody_in(context: Context, main: Petition) -> None:
    seen = mark(context)
    intake.withdraw(context, main.id, PETITIONER)
    petition = joining.register_and_follow(context, said(SECOND), seen)
    assert (petition.stage, petition.merged_into_id) == ("registered", None)


def test_the_very_same_words_of_the_same_person_are_merged_without_a_mark(context: Context) -> None:
    person = {"contact_kind": "sms", "contact": "13800001234"}
    first = intake.register(context, said(FIRST, petitioner=person), PETITIONER)
    again = joining.register_and_follow(context, said(FIRST, petitioner=person), "none")
    assert again.merged_into_id == first.id


def test_a_mark_of_another_installation_opens_nothing(context: Context, main: Petition) -> None:
    foreign = "0" * 32
    assert joining.register_and_follow(context, said(SECOND), foreign).merged_into_id is None


def test_the_date_that_is_shown_has_its_way(context: Context, main: Petition) -> None:
    clock = following.shown_clock(context, main.query_code)
    assert clock is not None
    assert clock.due_at == main.due_at
    assert clock.steps[-1].kind == "deadline"


def test_whoever_follows_is_shown_the_way_of_the_main_case(context: Context, main: Petition) -> None:
    petition = joining.register_and_follow(context, said(SECOND), mark(context))
    assert following.shown_clock(context, petition.query_code) == following.shown_clock(context, main.query_code)
    assert following.followed_ids(context, petition.query_code) == (petition.id, main.id)


def test_a_case_that_is_over_has_no_date(context: Context, main: Petition) -> None:
    intake.withdraw(context, main.id, PETITIONER)
    assert following.shown_clock(context, main.query_code) is None


def test_versions_follow_the_ledger(context: Context, main: Petition) -> None:
    assert following.versions(context, [main.id, "nobody"]) == {main.id: main.version}
    intake.withdraw(context, main.id, PETITIONER)
    assert following.versions(context, [main.id]) == {main.id: main.version + 1}


def test_a_code_that_nobody_has_follows_nothing(context: Context) -> None:
    for follow in (following.shown_clock, following.followed_ids):
        with pytest.raises(NotFound):
            follow(context, "NOSUCHCODE22")
