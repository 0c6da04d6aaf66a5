"""Nothing is public before a person decided it, nobody is named in it, and no unit is exposed unheard."""

from __future__ import annotations

import pytest

import clock
from domain.actions import Actor, Role
from domain.errors import DomainError, NotFound, NotPermitted, StaleVersion
from domain.figures import CountName, ShareName
from domain.media import PublicationKind
from domain.petition import Satisfaction
from domain.stages import Trigger
from models.shapes import PetitionerIn
from services import (
    figures,
    keys,
    media,
    publication_upkeep,
    publication_views,
    publications,
    recusals,
    verdict,
)
from services.context import Context
from services.figure_selection import Asked
from tests.services import lives
from tests.services.lives import AT_UNIT, CITIZEN, DESK, INSPECTOR, UNIT, petition_of, told
from tests.services.publishing import (
    INSPECTORS,
    LEADER,
    OTHER_OUTLET,
    OUTLET,
    OUTLETS,
    REASON,
    SAID,
    exposed_to_be,
    follow,
    proposal,
    refused,
)


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
