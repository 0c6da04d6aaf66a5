"""A matter that is already being handled is found on arrival, proposed, told without a name, and merged or not."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import sqlalchemy as sa

import clock
from domain.errors import NotFound, NotPermitted
from domain.same_matter import Shown
from domain.stages import Stage
from models.policy_json import dump, policy_from_dict
from models.shapes import PetitionerIn, Registration
from models.tables import HistoryRow, Imprint, ImprintMark, Notice, Petition, Proposal
from services import decisions, handling, hot_topics, imprints, intake, invariants, queries, same_matter
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, CHANNEL, CITIZEN, DESK, EVIDENCE, UNIT, WORDS, petition_of
from tests.support.context import a_context, shipped_policy

SOMEBODY = PetitionerIn(contact_kind="sms", contact="13900000001")
SAME_PERSON = PetitionerIn(contact_kind="sms", contact="+86 139-0000-0001")
ANOTHER = PetitionerIn(contact_kind="sms", contact="13900000002")
LAMPS = "路灯不亮三天了，晚上出门很不安全"
OF_MY_OWN = "夜里回家黑漆漆一片，路灯一盏都不亮"
NOISE = "楼下工地夜里施工噪音很大，吵得睡不着"


def register(context: Context, text: str = LAMPS, place: str = "广济路", **changes: Any) -> str:
    """A petition just registered; its id."""
    registration = Registration(channel="hotline", text=text, place=place, **changes)
    return intake.register(context, registration, CHANNEL).id


def in_hand(context: Context, **changes: Any) -> str:
    petition_id = register(context, **changes)
    lives.settle(context, petition_id)
    handling.sign(context, petition_id, AT_UNIT)
    return petition_id


def proposed(context: Context, petition_id: str) -> dict[str, str | None]:
    """The cases that were proposed for a petition, with what became of each."""
    with context.readers() as session:
        rows = session.scalars(sa.select(Proposal).where(Proposal.petition_id == petition_id))
        return {row.same_as_id: row.outcome for row in rows}


def count(context: Context, table: type[Any]) -> int:
    with context.readers() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def with_rules(context: Context, engine: sa.Engine, **changes: Any) -> Context:
    policy = shipped_policy()
    assert policy.same_matter is not None
    changed = dataclasses.replace(policy.same_matter, **changes)
    return a_context(engine, policy=dataclasses.replace(policy, version="changed", same_matter=changed))


def test_the_same_matter_is_proposed_with_its_reasons(context: Context) -> None:
    first = in_hand(context)
    second, elsewhere, other = (
        register(context, OF_MY_OWN),
        register(context, LAMPS, place="光明大道"),
        register(context, NOISE),
    )
    assert proposed(context, second) == {first: None}
    assert proposed(context, elsewhere) == proposed(context, other) == {}
    (pair,) = same_matter.duplicates(context, DESK).items
    assert (pair.petition.id, pair.same_as.id) == (second, first)
    assert pair.reasons == ["同属“路灯不亮”", "都提到“广济路”"]
    assert same_matter.duplicates_of(context, second, DESK).items == [pair]
    assert same_matter.duplicates_of(context, first, DESK).items == []
    intake.merge(context, second, pair.merge.into, DESK, pair.merge.reason)
    assert petition_of(context, second).merged_into_id == first
    assert proposed(context, second) == {first: "merged"}
    assert same_matter.duplicates(context, DESK).items == []


def test_what_the_desk_dismissed_is_not_proposed_again(context: Context) -> None:
    first, second = register(context), register(context, OF_MY_OWN)
    same_matter.dismiss(context, second, DESK, other_id=first, reason="不是同一盏灯")
    assert proposed(context, second) == {first: "dismissed"}
    assert same_matter.duplicates(context, DESK).items == []
    with pytest.raises(NotFound):
        same_matter.dismiss(context, second, DESK, other_id=first, reason="不是同一盏灯")
    with context.readers() as session:
        last = session.scalars(
            sa.select(HistoryRow).where(HistoryRow.petition_id == second).order_by(HistoryRow.version)
        ).all()[-1]
    assert (last.trigger, last.public) == ("note", False)
    with pytest.raises(NotPermitted):
        same_matter.duplicates(context, AT_UNIT)


def test_a_pair_is_one_whichever_of_the_two_is_looked_at_again(context: Context) -> None:
    first, second = register(context), register(context, OF_MY_OWN)
    for said in ("路口东侧", "电话亭旁边"):
        intake.ask_supplement(context, first, DESK, WORDS)
        intake.supplement(context, first, CITIZEN, said)
        assert proposed(context, first) == {}
        if proposed(context, second) == {first: None}:
            same_matter.dismiss(context, second, DESK, other_id=first, reason="不是同一盏灯")
    assert proposed(context, second) == {first: "dismissed"}


def test_pages_of_duplicates_follow_each_other(context: Context) -> None:
    register(context)
    later = [register(context, OF_MY_OWN) for _ in range(3)]
    first = same_matter.duplicates(context, DESK, limit=4)
    assert first.next is not None
    rest = same_matter.duplicates(context, DESK, limit=4, after=first.next)
    assert rest.next is None
    assert [item.petition.id for item in (*first.items, *rest.items)] == [later[0], *[later[1]] * 2, *[later[2]] * 3]


def test_who_repeats_their_own_words_is_merged_and_keeps_their_notices(context: Context) -> None:
    first = in_hand(context, petitioner=SOMEBODY)
    again = register(context, LAMPS + "！", petitioner=SAME_PERSON)
    petition = petition_of(context, again)
    assert (petition.stage, petition.merged_into_id) == (Stage.MERGED, first)
    with context.readers() as session:
        owed = sa.select(Notice.rule).where(Notice.recipient == f"petitioner:{again}")
        assert {"registered", "merged"} <= set(session.scalars(owed))
        steps = sa.select(HistoryRow).where(HistoryRow.petition_id == again).order_by(HistoryRow.version)
        assert [(row.trigger, row.actor_role) for row in session.scalars(steps)] == [
            ("register", "channel"),
            ("merge", "platform"),
        ]
    progress = queries.public_progress(context, petition.query_code)
    assert progress.merged_into is not None
    assert progress.merged_into.unit is not None
    assert progress.merged_into.unit.code == UNIT
    handling.submit_completion(context, first, AT_UNIT, EVIDENCE)
    decisions.decide_completion(context, first, DESK, approved=True, reason=WORDS)
    lives.settle(context, first)
    with context.readers() as session:
        asked = sa.select(Notice.recipient).where(Notice.rule == "rating-asked-petitioner")
        assert set(session.scalars(asked)) == {f"petitioner:{first}", f"petitioner:{again}"}
    assert invariants.check_invariants(context) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"petitioner": ANOTHER},
        {"petitioner": PetitionerIn(name="测试甲")},
        {"petitioner": PetitionerIn(contact_kind="email", contact="13900000001")},
        {"petitioner": PetitionerIn(contact_kind="sms", contact="13900000001", confidential=True)},
        {"petitioner": SOMEBODY, "text": OF_MY_OWN},
        {"petitioner": SOMEBODY, "request_type": "complaint"},
        {"petitioner": SOMEBODY, "place": ""},
        {"petitioner": SOMEBODY, "place": "光明大道"},
    ],
    ids=[
        "another",
        "a name alone",
        "another kind",
        "confided",
        "other words",
        "another request",
        "no place",
        "elsewhere",
    ],
)
def test_nothing_else_is_merged_without_asking(context: Context, changes: dict[str, Any]) -> None:
    register(context, petitioner=SOMEBODY)
    assert petition_of(context, register(context, **changes)).stage == Stage.REGISTERED


def test_no_more_is_proposed_than_the_desk_looks_at(context: Context, engine: sa.Engine) -> None:
    few = with_rules(context, engine, most_proposals=2)
    for _ in range(3):
        register(few)
    assert len(proposed(few, register(few, OF_MY_OWN))) == 2


def test_the_policy_may_leave_every_merge_to_the_desk(context: Context, engine: sa.Engine) -> None:
    strict = with_rules(context, engine, merge_exact_repeats=False)
    first = register(strict, petitioner=SOMEBODY)
    again = register(strict, petitioner=SOMEBODY)
    assert petition_of(strict, again).stage == Stage.REGISTERED
    assert proposed(strict, again) == {first: None}


def test_what_is_done_or_over_is_not_the_same_matter_any_more(context: Context) -> None:
    done, gone = in_hand(context), register(context)
    handling.submit_completion(context, done, AT_UNIT, EVIDENCE)
    decisions.decide_completion(context, done, DESK, approved=True, reason=WORDS)
    intake.withdraw(context, gone, CITIZEN)
    assert proposed(context, register(context, OF_MY_OWN)) == {}


def test_the_words_of_a_merged_petition_lead_to_the_case_it_became_part_of(context: Context) -> None:
    main, part = register(context, NOISE, place=""), register(context)
    intake.merge(context, part, main, DESK, WORDS)
    assert proposed(context, register(context, OF_MY_OWN)) == {main: None}


def test_the_petitioner_is_told_how_far_it_is_and_nothing_of_anybody(context: Context) -> None:
    in_hand(context, text=f"{LAMPS}，{WORDS}", place="广济路", petitioner=SOMEBODY)
    second = register(context, OF_MY_OWN, petitioner=ANOTHER)
    receipt = queries.registered(context, second)
    progress = queries.public_progress(context, petition_of(context, second).query_code)
    (told,) = receipt.similar
    assert progress.similar == [told]
    assert told.number is None
    assert told.unit is not None
    assert (told.unit.code, told.stage is not None and told.stage.code) == (UNIT, "in_hand")
    assert told.due_at is not None
    for secret in ("13800001234", "测试甲", "13900000001", "三天"):
        assert secret not in receipt.model_dump_json() + progress.model_dump_json()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"petitioner": PetitionerIn(confidential=True)}, {}),
        ({"request_type": "report"}, {}),
        ({"text": LAMPS + "，我已起诉"}, {}),
        # Whoever types somebody else's number must not learn that they reported something.
        ({"text": "大门口路灯坏了", "place": "", "petitioner": SOMEBODY},) * 2,
    ],
    ids=["confided", "a report of somebody", "for a person to judge", "known by the person alone"],
)
def test_some_matters_are_nobody_elses_business(
    context: Context, first: dict[str, Any], second: dict[str, Any]
) -> None:
    register(context, **first)
    asking = register(context, **({"text": OF_MY_OWN} | second))
    assert len(proposed(context, asking)) == 1, "the desk sees it all the same"
    assert queries.registered(context, asking).similar == []


@pytest.mark.parametrize("told", [(), (Shown.STAGE,), (Shown.CASE_NUMBER, Shown.DUE)])
def test_the_policy_says_what_may_be_told(context: Context, engine: sa.Engine, told: tuple[Shown, ...]) -> None:
    changed = with_rules(context, engine, tell_petitioner=told)
    register(changed)
    similar = queries.registered(changed, register(changed, OF_MY_OWN)).similar
    assert len(similar) == (1 if told else 0)
    for item in similar:
        assert (item.stage is not None, item.unit, item.number is not None) == (
            Shown.STAGE in told,
            None,
            Shown.CASE_NUMBER in told,
        )


@pytest.mark.parametrize("text", ["😡😡😡😡", "你好你好", "路灯坏了", "啊" * 4000, "快来人" * 1600])
def test_empty_words_are_nobodys_matter(context: Context, text: str) -> None:
    first, second = register(context, text, place=""), register(context, text, place="", petitioner=SOMEBODY)
    assert proposed(context, second) == {}
    assert petition_of(context, first).stage == petition_of(context, second).stage == Stage.REGISTERED


def test_what_is_kept_names_nobody(context: Context) -> None:
    register(context, petitioner=SOMEBODY)
    with context.readers() as session:
        kept = session.scalars(sa.select(Imprint)).one()
        said = str([kept.person, kept.marks])
        other = imprints.person_number(b"another key", SOMEBODY.contact_kind, SOMEBODY.contact)
    assert "13900000001" not in said
    assert other != kept.person


def test_a_supplement_is_looked_for_too(context: Context) -> None:
    first = register(context)
    second = register(context, "有点事想反映，法院判决过", place="")
    intake.ask_supplement(context, second, DESK, "请写明是什么事")
    intake.supplement(context, second, CITIZEN, "路灯不亮", place="广济路")
    assert proposed(context, second) == {first: None}
    assert count(context, Imprint) == 2
    assert count(context, ImprintMark) == sum(len(row) for row in marks_of(context))


def marks_of(context: Context) -> list[list[int]]:
    with context.readers() as session:
        return list(session.scalars(sa.select(Imprint.marks)))


def test_a_registration_that_fails_leaves_nothing_to_be_found(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = register(context, petitioner=SOMEBODY)
    before = [count(context, table) for table in (Petition, Imprint, ImprintMark, Proposal, HistoryRow, Notice)]

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("killed here")

    monkeypatch.setattr(intake, "settle_proposals", breaks)
    with pytest.raises(RuntimeError, match="killed here"):
        register(context, petitioner=SOMEBODY)
    assert [count(context, table) for table in (Petition, Imprint, ImprintMark, Proposal, HistoryRow, Notice)] == before
    monkeypatch.undo()
    assert petition_of(context, register(context, petitioner=SOMEBODY)).merged_into_id == first


def test_petitions_from_before_are_taken_in_once_and_what_is_over_is_forgotten(context: Context, story: Any) -> None:
    first, second = register(context), register(context, NOISE)
    with context.sessions.begin() as session:
        session.execute(sa.delete(ImprintMark))
        session.execute(sa.delete(Imprint))
    steps: list[int] = []
    assert imprints.count_wanting(context) == 2
    assert imprints.index_petitions(context, steps.append, batch=1) == 2
    assert steps == [1, 1, 0]
    assert imprints.index_petitions(context, steps.append) == 0
    assert proposed(context, register(context, OF_MY_OWN)) == {first: None}
    intake.withdraw(context, second, CITIZEN)
    assert imprints.forget_imprints(context) == 0
    story.move_to(clock.now().add(days=91))
    assert imprints.forget_imprints(context, batch=1) == 1
    assert count(context, Imprint) == 2
    assert count(context, ImprintMark) == sum(len(row) for row in marks_of(context))


def test_a_policy_from_before_compares_nothing(context: Context, engine: sa.Engine) -> None:
    stored = dump(shipped_policy())
    del stored["same_matter"]
    before = a_context(engine, policy=dataclasses.replace(policy_from_dict(stored), version="before"))
    register(before, petitioner=SOMEBODY)
    again = register(before, petitioner=SOMEBODY)
    assert petition_of(before, again).stage == Stage.REGISTERED
    assert count(before, Imprint) == count(before, Proposal) == 0
    assert queries.registered(before, again).similar == []
    assert imprints.count_wanting(before) == imprints.index_petitions(before, print) == 0
    assert imprints.forget_imprints(before) == 0
    assert hot_topics.find_hot_topics(before) == []


def test_proposals_for_what_is_over_are_closed(context: Context) -> None:
    first, second = register(context), register(context, OF_MY_OWN)
    intake.withdraw(context, second, CITIZEN)
    assert same_matter.overtake_proposals(context) == 1
    assert proposed(context, second) == {first: "overtaken"}
    assert same_matter.overtake_proposals(context) == 0
