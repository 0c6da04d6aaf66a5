"""Every step of what is told in public is chained, also where it is no step of the petition."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

import clock
from domain.media import PublicationKind
from models.tables import AuditAnchor, Publication
from services import audit, publication_retractions, publications
from services.context import Context
from tests.services import lives, publishing
from tests.services.lives import DESK
from tests.services.test_audit import number, run, told

MINE = "publication_id IN (SELECT id FROM publication WHERE petition_id = :id)"


def proposed(context: Context) -> str:
    """A petition of which a publication was proposed and worded anew; neither is a step of it."""
    petition_id = lives.in_hand(context)
    row = publications.propose(context, DESK, publishing.proposal(context, petition_id, PublicationKind.PROCESS))
    publications.edit(context, row.id, DESK, title="广济路路灯修复", text="路灯已修复", version=1)
    return petition_id


def declined(context: Context) -> str:
    petition_id = proposed(context)
    publications.decline(context, publication_of(context, petition_id).id, DESK, reason="尚无进展")
    return petition_id


def withdrawn(context: Context) -> str:
    petition_id = proposed(context)
    row = publication_of(context, petition_id)
    publications.publish(context, row.id, DESK, reason="同意公开")
    publications.withdraw(context, row.id, DESK, reason="内容有误")
    return petition_id


def publication_of(context: Context, petition_id: str) -> Publication:
    with context.readers() as session:
        return session.scalars(sa.select(Publication).where(Publication.petition_id == petition_id)).one()


def named(context: Context, petition_id: str) -> str:
    row = publication_of(context, petition_id)
    return f"{number(context, petition_id)}：公开件{row.number or row.id}"


@pytest.mark.parametrize("make", [proposed, declined, withdrawn])
def test_an_unaltered_trail_is_whole_and_every_step_of_it_chained(
    context: Context, make: Callable[[Context], str]
) -> None:
    petition_id = make(context)
    assert all(step.digest and step.left_as for step in trail(context, petition_id))
    assert told(context) == []


def trail(context: Context, petition_id: str) -> list[sa.RowMapping]:
    with context.readers() as session:
        query = sa.text(f"SELECT * FROM publication_step WHERE {MINE} ORDER BY version")
        return list(session.execute(query, {"id": petition_id}).mappings())


def test_exposures_from_being_asked_to_their_correction_are_whole(context: Context, story: clock.StoryClock) -> None:
    """The unit is asked after the step that proposes, and says so in the publication."""
    petition_id, row = publishing.exposed_to_be(context, story)
    assert told(context) == []
    publications.reply(context, row.id, lives.AT_UNIT, text="电缆到货晚，今日修复")
    publications.publish(context, row.id, publishing.LEADER, reason="同意曝光")
    publications.correct(context, row.id, publishing.LEADER, reason="逾期系平台原因")
    assert [step["act"] for step in trail(context, petition_id)] == ["propose", "reply", "publish", "correct"]
    assert told(context) == []


def test_what_is_taken_back_by_itself_is_whole(context: Context) -> None:
    petition_id, _ = publishing.told_of(context)
    publication_retractions.object_to_publicity(context, petition_id)
    assert told(context) == []


ALTERED = {
    "who-proposed": (
        declined,
        f"UPDATE publication_step SET actor_name = '别人' WHERE version = 1 AND {MINE}",
        "的第1步不符或缺失",
    ),
    "what-was-worded": (
        declined,
        f"UPDATE publication_step SET content = '{{}}' WHERE version = 2 AND {MINE}",
        "的第2步不符或缺失",
    ),
    "why-declined": (
        declined,
        f"UPDATE publication_step SET reason = '改过' WHERE version = 3 AND {MINE}",
        "的第3步不符或缺失",
    ),
    "why-withdrawn": (
        withdrawn,
        f"UPDATE publication_step SET reason = '改过' WHERE version = 4 AND {MINE}",
        "的第4步不符或缺失",
    ),
    "a-step-between": (declined, f"DELETE FROM publication_step WHERE version = 2 AND {MINE}", "的第2步不符或缺失"),
    "the-newest-step": (declined, f"DELETE FROM publication_step WHERE version = 3 AND {MINE}", "的第3步不符或缺失"),
    "its-chain": (
        declined,
        f"UPDATE publication_step SET digest = NULL, reason = '改过' WHERE version = 2 AND {MINE}",
        "的第3步不符或缺失",
    ),
    "the-words-proposed": (
        proposed,
        "UPDATE publication SET text = '改过' WHERE petition_id = :id",
        "在第2步之后被改动",
    ),
    "how-it-ended": (
        declined,
        "UPDATE publication SET standing = 'proposed' WHERE petition_id = :id",
        "在第3步之后被改动",
    ),
}


@pytest.mark.parametrize(("make", "statement", "said"), ALTERED.values(), ids=ALTERED)
def test_the_first_altered_place_of_a_trail_is_named(
    context: Context, make: Callable[[Context], str], statement: str, said: str
) -> None:
    other, petition_id = proposed(context), make(context)
    run(context, statement, id=petition_id)
    assert told(context) == [f"{named(context, petition_id)}{said}"]
    assert audit.verify(context, case_number=number(context, other)) == []


def forget_newest(context: Context, petition_id: str) -> None:
    """As somebody would who knows how the trail is made."""
    left = trail(context, petition_id)[1]["left_as"]
    run(context, f"DELETE FROM publication_step WHERE version = 3 AND {MINE}", id=petition_id)
    run(context, "UPDATE publication SET version = 2, standing = 'proposed' WHERE petition_id = :id", id=petition_id)
    assert trail(context, petition_id)[-1]["left_as"] == left


def forget_all(context: Context, petition_id: str) -> None:
    run(context, f"DELETE FROM publication_step WHERE {MINE}", id=petition_id)
    run(context, "DELETE FROM publication WHERE petition_id = :id", id=petition_id)


def let_go_unchained(context: Context, petition_id: str) -> None:
    statement = f"UPDATE publication_step SET digest = NULL, reason = '改过' WHERE version = 3 AND {MINE}"
    run(context, statement, id=petition_id)


@pytest.mark.parametrize("forget", [forget_newest, forget_all, let_go_unchained])
def test_what_is_cut_off_a_trail_is_missing_from_the_anchor(
    context: Context, forget: Callable[[Context, str], None]
) -> None:
    petition_id = declined(context)
    row = publication_of(context, petition_id)
    audit.write_anchors(context)
    forget(context, petition_id)
    said = f"公开件{row.id}的第3步与锚点1所见不同或已不在"
    assert told(context) == [f"{number(context, petition_id)}：{said}"]


def test_a_change_that_is_no_step_of_the_petition_gets_an_anchor_and_is_found_since(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = proposed(context)
    audit.write_anchors(context)
    story.move_to(clock.now().add(hours=3))
    later = clock.now()
    publications.decline(context, publication_of(context, petition_id).id, DESK, reason="尚无进展")
    assert audit.write_anchors(context) == 1
    run(context, f"UPDATE publication_step SET reason = '改过' WHERE version = 3 AND {MINE}", id=petition_id)
    assert [item.told[-9:] for item in audit.verify(context, since=later)] == ["的第3步不符或缺失"]


def test_steps_and_anchors_of_a_version_before_say_nothing_of_a_trail(context: Context) -> None:
    petition_id = proposed(context)
    run(context, f"UPDATE publication_step SET digest = NULL, left_as = NULL WHERE {MINE}", id=petition_id)
    audit.write_anchors(context)
    with context.sessions.begin() as session:
        anchor = session.scalars(sa.select(AuditAnchor)).one()
        anchor.heads = {key: head[:6] for key, head in anchor.heads.items()}
        anchor.digest = audit.anchor_digest(anchor, "")
    assert told(context) == []
    publications.decline(context, publication_of(context, petition_id).id, DESK, reason="尚无进展")
    assert [bool(step["digest"]) for step in trail(context, petition_id)] == [False, False, True]
    assert told(context) == []
    run(context, f"DELETE FROM publication_step WHERE version = 1 AND {MINE}", id=petition_id)
    assert told(context) == [f"{named(context, petition_id)}的第1步不符或缺失"], "numbers are counted all the same"
