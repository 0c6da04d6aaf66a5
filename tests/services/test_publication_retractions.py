"""What may be told no more is taken back, what was a mistake is corrected, and outlets that follow learn of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

import clock
from domain.actions import PLATFORM, Actor, Role
from domain.media import PublicationKind
from domain.stages import Trigger
from domain.supervision import Disposition
from gateways.channels import AddressBook
from models.shapes import PetitionerIn
from models.tables import Notice, Publication
from services import (
    audit,
    intake,
    ladder,
    media,
    outages,
    publication_retractions,
    publication_upkeep,
    publication_views,
    publications,
    recusals,
    supervision,
)
from services.context import Context
from services.delivery import Outcome, deliver
from services.ledger import move
from services.transactions import transaction
from tests.services import lives
from tests.services.lives import AT_UNIT, DESK, INSPECTOR, UNIT, petition_of, told
from tests.services.publishing import (
    LEADER,
    OTHER_OUTLET,
    OUTLETS,
    SAID,
    exposed_to_be,
    follow,
    outlets_told,
    proposal,
    refused,
    steps_of,
    told_of,
    under,
)
from tests.support.context import shipped_policy


def test_whoever_objects_is_not_told_of_any_more(context: Context) -> None:
    petition_id = lives.archived(context)
    row = publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PROCESS))
    publications.publish(context, row.id, DESK, reason="同意")
    publication_retractions.object_to_publicity(context, petition_id)
    [gone] = publication_views.published(context).publications
    assert (gone.text, gone.withdrawal) == ("", "诉求人不同意公开")
    with refused("petitioner-objects"):
        publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PROCESS))


def merge_a_confidential_one(context: Context, petition_id: str) -> None:
    other = lives.register(context, "同一盏灯也照着我家", PetitionerIn(name="测试丙", confidential=True))
    intake.merge(context, other, petition_id, DESK, "同一盏灯")


def hand_over_a_lead(context: Context, petition_id: str) -> None:
    ladder.open_supervision(context, petition_id, INSPECTOR, reason="查明情况")
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.REFER, opinion="移交")


BECOMES_UNTELLABLE: dict[str, Callable[[Context, str], object]] = {
    "a lead is handed over": hand_over_a_lead,
    "recusal": lambda context, key: recusals.recuse_unit(context, key, DESK, unit=UNIT, reason="反映该单位"),
    "merged with a confidential one": merge_a_confidential_one,
    "category": lambda context, key: intake.reclassify(context, key, DESK, category="health", reason="应为卫生健康"),
}


def test_what_was_told_in_public_is_not_reworded_unseen(context: Context) -> None:
    petition_id, number = told_of(context)
    assert audit.verify(context) == [], "what is only proposed changes without a step"
    with context.sessions.begin() as session:
        session.execute(update(Publication).where(Publication.number == number).values(text="改过的公开内容"))
    [found] = audit.verify(context)
    assert found.told.endswith("公开件被改动、增删")
    assert found.case == petition_of(context, petition_id).case_number


@pytest.mark.parametrize("how", BECOMES_UNTELLABLE)
def test_what_becomes_untellable_is_taken_back_at_once(context: Context, how: str) -> None:
    petition_id, number = told_of(context)
    BECOMES_UNTELLABLE[how](context, petition_id)
    gone = publication_views.published_one(context, number)
    assert (gone.title, gone.text, gone.withdrawal) == ("", "", publication_retractions.UNTELLABLE)
    standings = {item.standing.code for item in publication_views.publications(context, DESK).publications}
    assert standings == {"withdrawn", "declined"}
    trail = [step.reason for step in steps_of(context, number)]
    assert trail[-1].startswith(("诉求人要求保密", "该诉求", "该大类")), "the trail says which; the public is not told"
    assert publication_retractions.UNTELLABLE not in trail
    assert publication_upkeep.take_back_all_untellable(context) == 0


def test_what_names_somebody_who_joined_later_is_taken_back(context: Context) -> None:
    petition_id = lives.in_hand(context)
    text = "测试丁家门口的灯修好了"
    row = publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PROCESS, text))
    number = publications.publish(context, row.id, DESK, reason="同意").number or ""
    stranger = lives.register(context, "广济路口又黑了一盏", PetitionerIn(name="测试戊"))
    intake.merge(context, stranger, petition_id, DESK, "同一盏灯")
    assert publication_views.published_one(context, number).text == text
    named = lives.register(context, "我家门口也没有灯", PetitionerIn(name="测试丁"))
    intake.merge(context, named, petition_id, DESK, "同一盏灯")
    assert publication_views.published_one(context, number).withdrawal == publication_retractions.UNTELLABLE
    assert steps_of(context, number)[-1].reason == publication_retractions.IDENTIFIED


def test_another_policy_takes_back_what_it_lets_nobody_tell(context: Context) -> None:
    _, number = told_of(context)
    assert publication_upkeep.take_back_all_untellable(context) == 0
    stricter = dataclasses.replace(shipped_policy().media, untracked_words=("灯",))
    later = under(context, version="stricter", media=stricter)
    assert publication_upkeep.take_back_all_untellable(later) == 1
    assert publication_views.published_one(context, number).withdrawal == publication_retractions.UNTELLABLE


def test_an_exposure_that_the_platform_explains_is_corrected_by_itself(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id, row = exposed_to_be(context, story)
    publications.reply(context, row.id, AT_UNIT, text=SAID)
    publications.publish(context, row.id, INSPECTOR, reason="同意曝光")
    assert publication_upkeep.correct_all_excused(context) == 0
    petition = petition_of(context, petition_id)
    outages.record(
        context,
        Actor(Role.OPERATOR, name="运维"),
        started_at=petition.registered_at.add(minutes=1),
        ended_at=clock.now(),
        reason="机房断电",
    )
    assert publication_upkeep.correct_all_excused(context) == 1
    [public] = publication_views.published(context).publications
    assert public.correction == publication_retractions.EXCUSED
    assert publication_upkeep.correct_all_excused(context) == 0


def test_what_was_no_fault_is_corrected_where_it_was_told(context: Context, story: clock.StoryClock) -> None:
    petition_id, row = exposed_to_be(context, story)
    publications.reply(context, row.id, AT_UNIT, text=SAID)
    publications.publish(context, row.id, INSPECTOR, reason="同意曝光")
    if petition_of(context, petition_id).supervised_at is None:
        ladder.open_supervision(context, petition_id, INSPECTOR, reason="查明情况")
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.UNFOUNDED, opinion="平台派错")
    [public] = publication_views.published(context).publications
    assert (public.correction, public.text) == ("经核查，督办事项不成立", "逾期多日，请打[电话]")
    assert told(context, petition_id, Trigger.CORRECT_EXPOSURE)


def test_under_rules_from_before_the_scrub_nothing_is_told(context: Context) -> None:
    petition_id = lives.in_hand(context)
    row = publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PROCESS))
    later = under(context, version="before-the-scrub", scrub=None)
    with refused("no-scrub-rules"):
        publications.publish(later, row.id, DESK, reason="同意")
    assert publication_views.published(context).publications == []


def test_outlets_that_follow_are_told_of_milestones_and_of_nobody(context: Context, story: clock.StoryClock) -> None:
    petition_id, row = exposed_to_be(context, story)
    follow(context, petition_id, OTHER_OUTLET)
    ended = media.trackings(context, OTHER_OUTLET).trackings[0]
    media.decide(context, ended.id, DESK, granted=False, reason="报道已完")
    publications.reply(context, row.id, AT_UNIT, text=SAID)
    number = publications.publish(context, row.id, LEADER, reason="同意曝光").number or ""
    publications.withdraw(context, row.id, INSPECTOR, reason="有误，请打13800001234")
    for trigger in (Trigger.EXPOSE, Trigger.UNPUBLISH):
        [(to, said)] = outlets_told(context, petition_id, trigger)
        assert to == OUTLETS
        assert number in said
        assert "13800001234" not in said
        assert "测试甲" not in said
        assert "有误" not in said


def test_of_what_became_untellable_outlets_learn_that_it_is_withdrawn_and_no_more(context: Context) -> None:
    petition_id, _ = told_of(context)
    follow(context, petition_id)
    recusals.recuse_unit(context, petition_id, DESK, unit=UNIT, reason="反映该单位")
    assert [to for to, _ in outlets_told(context, petition_id, Trigger.UNPUBLISH)] == [OUTLETS]
    with transaction(context) as tx:
        move(tx, tx.lock(petition_id), Trigger.SHOW_RED_CARD, PLATFORM)
    assert outlets_told(context, petition_id, Trigger.SHOW_RED_CARD) == []


def test_an_owed_notice_is_withheld_from_an_outlet_that_follows_no_more(context: Context) -> None:
    book = AddressBook(recipients={OUTLETS: ("json://newsroom.example.com/",)})
    reachable = dataclasses.replace(context, addresses=book)
    petition_id = lives.in_hand(reachable)
    tracked = follow(reachable, petition_id)
    with reachable.readers() as session:
        [owed] = session.scalars(select(Notice.id).where(Notice.recipient == OUTLETS)).all()
    media.decide(reachable, tracked, DESK, granted=False, reason="报道已完")
    assert deliver(reachable, owed) is Outcome.NOT_DUE
    with reachable.readers() as session:
        assert session.scalars(select(Notice.id).where(Notice.recipient == OUTLETS)).all() == []
    other = follow(reachable, lives.register(reachable, "公厕门坏了，关不上"))
    with reachable.readers() as session:
        [owed] = session.scalars(select(Notice.id).where(Notice.recipient == OUTLETS)).all()
    assert other
    assert deliver(reachable, owed) is Outcome.SENT
