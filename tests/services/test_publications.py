"""Nothing is public before a person decided it, nobody is named in it, and no unit is exposed unheard."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import select

import clock
from domain.actions import PLATFORM, Actor, Role
from domain.errors import DomainError, NotFound, NotPermitted, RuleRefusal, StaleVersion
from domain.figures import CountName, ShareName
from domain.media import PublicationKind
from domain.petition import Satisfaction
from domain.stages import Trigger
from domain.supervision import Disposition
from gateways.channels import AddressBook
from models.media_answers import ProposalIn
from models.shapes import PetitionerIn
from models.tables import Notice, Publication, PublicationStep
from services import (
    audit,
    figures,
    intake,
    keys,
    ladder,
    media,
    outages,
    publication_upkeep,
    publication_views,
    publications,
    recusals,
    rulebook,
    supervision,
    verdict,
)
from services.context import Context
from services.delivery import Outcome, deliver
from services.figure_selection import Asked
from services.ledger import move
from services.rulebook import RuleBook
from services.transactions import transaction
from tests.services import lives
from tests.services.lives import AT_UNIT, CITIZEN, DESK, INSPECTOR, UNIT, petition_of, told, triggers_of
from tests.support.context import shipped_calendar, shipped_policy
from tests.support.steps import settle_until

OUTLET = Actor(Role.MEDIA, "shizhong-yunbao", "测试记者")
OTHER_OUTLET = Actor(Role.MEDIA, "toutiao", "别家记者")
LEADER = Actor(Role.LEADER, name="测试领导")
INSPECTORS = "role:discipline"
OUTLETS = f"outlet:{OUTLET.unit}"
REASON = "群众关注度高"
SAID = "电缆到货晚，联系人：王小明，13800001234，今日修复"


def follow(context: Context, petition_id: str, outlet: Actor = OUTLET) -> str:
    return media.track(context, petition_id, DESK, outlet=outlet.unit or "", reason=REASON).id


def proposal(context: Context, petition_id: str, kind: PublicationKind, text: str = "") -> ProposalIn:
    number = petition_of(context, petition_id).case_number
    return ProposalIn(case_number=number, kind=kind, title="广济路路灯", text=text)


def carded(context: Context, story: clock.StoryClock) -> str:
    """A case that ran past its date, with an outlet following."""
    petition_id = lives.in_hand(context)
    due = petition_of(context, petition_id).due_at
    assert due is not None
    settle_until(context, petition_id, story, due.add(days=1))
    assert Trigger.SHOW_RED_CARD in triggers_of(context, petition_id)
    follow(context, petition_id)
    return petition_id


def exposed_to_be(context: Context, story: clock.StoryClock) -> tuple[str, Publication]:
    petition_id = carded(context, story)
    proposed = proposal(context, petition_id, PublicationKind.EXPOSURE, "逾期多日，请打13800001234")
    return petition_id, publications.propose(context, OUTLET, proposed)


def refused(code: str) -> Any:
    return pytest.raises(RuleRefusal, check=lambda error: error.code == code)


def test_an_outlet_follows_what_was_granted_and_sees_nobody(context: Context) -> None:
    petition_id = lives.in_hand(context)
    number = petition_of(context, petition_id).case_number
    asked = media.ask(context, OUTLET, number=number, reason=REASON)
    with pytest.raises(NotFound):
        media.case(context, asked.id, OUTLET)
    with pytest.raises(NotPermitted):
        media.decide(context, asked.id, OUTLET, granted=True, reason=REASON)
    media.decide(context, asked.id, DESK, granted=True, reason=REASON, version=1)
    with pytest.raises(StaleVersion):
        media.decide(context, asked.id, INSPECTOR, granted=False, reason=REASON, version=1)
    shown = media.case(context, asked.id, OUTLET).model_dump_json()
    assert number in shown
    assert "测试甲" not in shown
    assert "13800001234" not in shown
    with pytest.raises(NotFound):
        media.case(context, asked.id, OTHER_OUTLET)
    media.decide(context, asked.id, DESK, granted=False, reason="报道已完")
    with pytest.raises(NotFound):
        media.case(context, asked.id, OUTLET)


def test_not_every_case_is_for_the_media(context: Context) -> None:
    confidential = lives.register(context, "小区楼道灯坏了", PetitionerIn(name="测试甲", confidential=True))
    with refused("untracked-confidential"):
        follow(context, confidential)
    with refused("untracked-words"):
        follow(context, lives.register(context, "小学生过马路没有斑马线"))
    about = lives.in_hand(context)
    tracked = follow(context, about)
    recusals.recuse_unit(context, about, DESK, unit=UNIT, reason="反映该单位")
    with pytest.raises(NotFound):
        media.case(context, tracked, OUTLET)
    with pytest.raises(NotFound):
        publications.propose(context, OUTLET, proposal(context, about, PublicationKind.PRAISE, "办得好"))
    with refused("untracked-recusal"):
        follow(context, about, OTHER_OUTLET)


def test_the_process_is_public_once_the_desk_decided_and_names_nobody(context: Context) -> None:
    petition_id = lives.archived(context)
    row = publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PROCESS))
    shown = publication_views.publication(context, row.id, DESK)
    assert shown.before is not None
    assert publication_views.published(context).publications == []
    publications.edit(context, row.id, DESK, title="广济路", text="找测试甲13800001234", version=1)
    again = publication_views.publication(context, row.id, DESK)
    assert (again.text, again.removed) == ("找测试甲[电话]", {"phone": 1})
    publications.publish(context, row.id, DESK, reason="同意", version=2)
    [public] = publication_views.published(context).publications
    assert (public.text, public.number[:3], len(public.digest)) == ("找测试甲[电话]", "GK-", 64)
    with refused("publication-standing"):
        publications.edit(context, row.id, DESK, title="广济路", text="另一种说法")
    publications.withdraw(context, row.id, DESK, reason="有误，请打13800001234")
    gone = publication_views.published_one(context, public.number)
    assert (gone.title, gone.text, gone.withdrawal) == ("", "", "有误，请打[电话]")


def test_the_petitioners_own_name_is_taken_out(context: Context) -> None:
    petition_id = lives.register(context, petitioner=PetitionerIn(name="测试乙"))
    row = publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PROCESS, "测试乙家门口"))
    assert (row.text, row.removed) == ("[姓名]家门口", {"name": 1})


def test_whoever_objects_is_not_told_of_any_more(context: Context) -> None:
    petition_id = lives.archived(context)
    row = publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PROCESS))
    publications.publish(context, row.id, DESK, reason="同意")
    publications.object_to_publicity(context, petition_id)
    [gone] = publication_views.published(context).publications
    assert (gone.text, gone.withdrawal) == ("", "诉求人不同意公开")
    with refused("petitioner-objects"):
        publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PROCESS))


def told_of(context: Context) -> tuple[str, str]:
    """A case with one publication that is public and another that is proposed; its id and the public number."""
    petition_id = lives.in_hand(context)
    row = publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PROCESS))
    public = publications.publish(context, row.id, DESK, reason="同意")
    publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PROCESS, "第二篇"))
    return petition_id, public.number or ""


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
        session.execute(sa.update(Publication).where(Publication.number == number).values(text="改过的公开内容"))
    [found] = audit.verify(context)
    assert found.told.endswith("公开件被改动、增删")
    assert found.case == lives.petition_of(context, petition_id).case_number


@pytest.mark.parametrize("how", BECOMES_UNTELLABLE)
def test_what_becomes_untellable_is_taken_back_at_once(context: Context, how: str) -> None:
    petition_id, number = told_of(context)
    BECOMES_UNTELLABLE[how](context, petition_id)
    gone = publication_views.published_one(context, number)
    assert (gone.title, gone.text, gone.withdrawal) == ("", "", publications.UNTELLABLE)
    standings = {item.standing.code for item in publication_views.publications(context, DESK).publications}
    assert standings == {"withdrawn", "declined"}
    trail = [step.reason for step in steps_of(context, number)]
    assert trail[-1].startswith(("诉求人要求保密", "该诉求", "该大类")), "the trail says which; the public is not told"
    assert audit.verify(context) == [], "what is taken back leaves its step"
    assert publications.UNTELLABLE not in trail
    assert publication_upkeep.take_back_all_untellable(context) == 0


def steps_of(context: Context, number: str) -> list[PublicationStep]:
    with context.sessions() as session:
        return session.scalars(select(Publication).where(Publication.number == number)).one().steps


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
    assert publication_views.published_one(context, number).withdrawal == publications.UNTELLABLE
    assert steps_of(context, number)[-1].reason == publications.IDENTIFIED


def under(context: Context, **changes: Any) -> Context:
    """The same ledger with another policy in force."""
    policy = dataclasses.replace(shipped_policy(), **changes)
    later = dataclasses.replace(context, rules=RuleBook(shipped_calendar(), [shipped_policy(), policy]))
    with later.sessions.begin() as session:
        rulebook.activate(session, policy, DESK)
    return later


def test_another_policy_takes_back_what_it_lets_nobody_tell(context: Context) -> None:
    _, number = told_of(context)
    assert publication_upkeep.take_back_all_untellable(context) == 0
    stricter = dataclasses.replace(shipped_policy().media, untracked_words=("灯",))
    later = under(context, version="stricter", media=stricter)
    assert publication_upkeep.take_back_all_untellable(later) == 1
    assert publication_views.published_one(context, number).withdrawal == publications.UNTELLABLE


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
    assert public.correction == publications.EXCUSED
    assert publication_upkeep.correct_all_excused(context) == 0


def test_praise_waits_for_a_verdict_that_is_not_dissatisfied(context: Context) -> None:
    petition_id = lives.completed(context)
    with refused("not-rated"):
        publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PRAISE, "办得好"))
    verdict.rate(context, petition_id, CITIZEN, satisfaction=Satisfaction.DISSATISFIED, reason="没有修好")
    with refused("rated-dissatisfied"):
        publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PRAISE, "办得好"))


def test_no_exposure_before_the_red_card(context: Context) -> None:
    petition_id = lives.in_hand(context)
    follow(context, petition_id)
    with refused("no-red-card"):
        publications.propose(context, OUTLET, proposal(context, petition_id, PublicationKind.EXPOSURE, "太慢"))


def test_a_unit_is_heard_before_it_is_exposed(context: Context, story: clock.StoryClock) -> None:
    petition_id, row = exposed_to_be(context, story)
    assert [to for to, _, _ in told(context, petition_id, Trigger.ASK_MEDIA_REPLY)] == [f"unit:{UNIT}"]
    assert publication_views.publication(context, row.id, AT_UNIT).text == "逾期多日，请打[电话]"
    with refused("publication-standing"):
        publications.publish(context, row.id, INSPECTOR, reason="同意")
    for actor in (DESK, OUTLET, AT_UNIT):
        with pytest.raises(NotPermitted):
            publications.publish(context, row.id, actor, reason="同意")
    with pytest.raises(NotFound):
        publications.reply(context, row.id, Actor(Role.UNIT, "housing"), text=SAID)
    publications.reply(context, row.id, AT_UNIT, text=SAID, version=1)
    assert "[电话]" in publication_views.publication(context, row.id, INSPECTOR).reply
    assert publication_views.publication(context, row.id, OUTLET).reply == ""
    publications.publish(context, row.id, LEADER, reason="同意曝光", version=2)
    [public] = publication_views.published(context).publications
    assert "13800001234" not in public.reply
    assert public.reply.startswith("电缆到货晚")
    assert [to for to, _, _ in told(context, petition_id, Trigger.EXPOSE)] == [f"unit:{UNIT}", OUTLETS]
    with pytest.raises(StaleVersion):
        publications.withdraw(context, row.id, INSPECTOR, reason="有误", version=2)


def test_silence_lapses_by_itself_and_is_told(context: Context, story: clock.StoryClock) -> None:
    petition_id, row = exposed_to_be(context, story)
    due = row.reply_due_at
    assert due is not None
    story.move_to(due)
    assert publication_upkeep.lapse_due(context) == 0
    story.move_to(due.add(minutes=1))
    with refused("reply-too-late"):
        publications.reply(context, row.id, AT_UNIT, text=SAID)
    assert publication_upkeep.lapse_due(context) == 1
    assert publication_upkeep.lapse_due(context) == 0
    assert [to for to, _, _ in told(context, petition_id, Trigger.LAPSE_MEDIA_REPLY)] == [f"unit:{UNIT}", INSPECTORS]
    publications.publish(context, row.id, INSPECTOR, reason="同意曝光")
    [public] = publication_views.published(context).publications
    assert public.reply == publication_views.UNANSWERED


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


def test_a_key_of_the_media_is_of_an_outlet_that_there_is(context: Context) -> None:
    keys.create_key(context, Role.MEDIA, "shizhong-yunbao", "市中云报")
    for unit in (None, "nobody"):
        with pytest.raises(DomainError):
            keys.create_key(context, Role.MEDIA, unit, "某报")


def shown(context: Context) -> tuple[dict[str, int], dict[str, tuple[int, int]]]:
    """The counts, and numerator and base of each share, of everything there is."""
    total = figures.figures(context, INSPECTOR, Asked()).total
    return dict(total.counts), {item.figure: (item.numerator, item.base) for item in total.shares}


def test_figures_count_what_was_followed_exposed_and_answered(context: Context, story: clock.StoryClock) -> None:
    _, row = exposed_to_be(context, story)
    follow(context, lives.archived(context))
    publications.reply(context, row.id, AT_UNIT, text=SAID)
    publications.publish(context, row.id, LEADER, reason="同意曝光")
    counts, shares = shown(context)
    assert (counts[CountName.MEDIA_TRACKED], counts[CountName.EXPOSED]) == (2, 1)
    assert (shares[ShareName.MEDIA_COMPLETION], shares[ShareName.MEDIA_REPLY]) == ((1, 2), (1, 1))
    publications.correct(context, row.id, INSPECTOR, reason="平台派错")
    assert shown(context)[0][CountName.EXPOSED] == 0


def test_under_rules_from_before_the_scrub_nothing_is_told(context: Context) -> None:
    petition_id = lives.in_hand(context)
    row = publications.propose(context, DESK, proposal(context, petition_id, PublicationKind.PROCESS))
    later = under(context, version="before-the-scrub", scrub=None)
    with refused("no-scrub-rules"):
        publications.publish(later, row.id, DESK, reason="同意")
    assert publication_views.published(context).publications == []


def outlets_told(context: Context, petition_id: str, trigger: Trigger) -> list[tuple[str, str]]:
    """Recipients among the media, and what they read."""
    found = told(context, petition_id, trigger)
    return [(to, f"{title} {body}") for to, title, body in found if to.startswith("outlet:")]


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
