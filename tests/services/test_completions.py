"""What is handed in as done: everything that is lacking is told at once, and photos used before are pointed at."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.attachments import Purpose
from domain.errors import Incomplete
from domain.petition import Satisfaction
from domain.stages import Stage
from models.evidence import CompletionEvidence
from models.tables import Completion
from services import attachments, decisions, dossiers, handling, queries, verdict
from services.context import Context
from tests.services.lives import (
    AT_UNIT,
    CITIZEN,
    DESK,
    EVIDENCE,
    INSPECTOR,
    TEXT,
    UNIT,
    petition_of,
    register,
    settle,
)
from tests.support.context import a_context
from tests.support.files import a_document, a_photo, drawn, written

BEYOND: dict[str, Any] = {
    "beyond_duty": True,
    "beyond_duty_kind": "judicial",
    "beyond_duty_basis": "民事诉讼法第一百二十七条",
    "solved": False,
    "unsolved_reason": "须由法院执行",
}
ELSEWHERE = {"name": "判决书.pdf", "sha256": "a" * 64}


@pytest.fixture
def context(engine: sa.Engine, frozen_clock: clock.StoryClock) -> Context:
    return a_context(engine)


def in_hand(context: Context, text: str = TEXT) -> str:
    petition_id = register(context, text)
    settle(context, petition_id)
    handling.sign(context, petition_id, AT_UNIT)
    return petition_id


def submit(context: Context, petition_id: str, **evidence: Any) -> Completion:
    handed_in = CompletionEvidence(**(EVIDENCE.model_dump() | evidence))
    return handling.submit_completion(context, petition_id, AT_UNIT, handed_in)


def faults(context: Context, petition_id: str, **evidence: Any) -> dict[str, str]:
    with pytest.raises(Incomplete) as refusal:
        submit(context, petition_id, **evidence)
    assert petition_of(context, petition_id).stage == Stage.IN_HAND
    return {item["field"]: item["reason"] for item in refusal.value.missing}


def photo(context: Context, petition_id: str, content: bytes, purpose: Purpose = Purpose.EVIDENCE) -> str:
    return attachments.add(context, petition_id, AT_UNIT, "照片", content, purpose).id


def flags(context: Context, petition_id: str, actor: Actor = DESK) -> list[tuple[str, str]]:
    [*_, newest] = queries.detail(context, petition_id, actor).completions
    return [(flag["kind"], flag["case_number"]) for flag in newest.flags]


def number_of(context: Context, petition_id: str) -> str:
    return petition_of(context, petition_id).case_number


# --- particulars ------------------------------------------------------------------------------------------------------


def test_everything_that_is_lacking_or_wrong_is_told_at_once(context: Context) -> None:
    told = faults(
        context,
        in_hand(context),
        is_true=False,
        contact_way=None,
        contacted_at=clock.now().add(minutes=1),
        public_reply="请联系13800138000处理此事",
        attachments=[{"id": "0" * 36}],
    )
    assert set(told) == {"untrue_reason", "contact_way", "contacted_at", "public_reply", "attachments.0.id"}
    assert "手机号码" in told["public_reply"]


def test_what_is_beyond_duty_is_proven(context: Context) -> None:
    petition_id = in_hand(context)
    assert set(faults(context, petition_id, beyond_duty=True)) == {
        "beyond_duty_kind",
        "beyond_duty_basis",
        "beyond_duty_proof",
    }
    other = photo(context, petition_id, a_photo())
    assert set(faults(context, petition_id, **BEYOND, attachments=[{"id": other}])) == {"beyond_duty_proof"}
    proof = photo(context, petition_id, a_document(), Purpose.BEYOND_DUTY)
    submit(context, petition_id, **BEYOND, attachments=[{"id": proof}])


def test_proof_may_be_kept_elsewhere_under_its_digest(context: Context) -> None:
    submit(context, in_hand(context), **BEYOND, attachments=[ELSEWHERE])


def test_a_kind_that_is_not_in_the_list_is_refused_with_the_list(context: Context) -> None:
    told = faults(context, in_hand(context), **(BEYOND | {"beyond_duty_kind": "tired"}), attachments=[ELSEWHERE])
    assert "judicial(诉讼、仲裁、行政复议事项)" in told["beyond_duty_kind"]


def test_a_kind_without_saying_so_is_a_contradiction(context: Context) -> None:
    assert set(faults(context, in_hand(context), beyond_duty_kind="judicial")) == {"beyond_duty"}


def test_contact_is_proven_without_the_number(context: Context) -> None:
    done = submit(context, in_hand(context), contact_last4="1234")
    kept = {name: done.evidence[name] for name in ("contact_way", "contacted_by", "contact_last4")}
    assert kept == {"contact_way": "phone", "contacted_by": AT_UNIT.name, "contact_last4": "1234"}
    with pytest.raises(ValueError, match="contact_last4"):
        CompletionEvidence(contact_last4="13800138000")


def test_a_file_is_handed_in_once_and_by_whoever_added_it(context: Context) -> None:
    petition_id, other = in_hand(context), in_hand(context, "解放路路灯不亮，三盏")
    mine, stranger = photo(context, petition_id, a_photo(1)), photo(context, other, a_photo(2))
    told = faults(context, petition_id, attachments=[{"id": mine}, {"id": mine}, {"id": stranger}])
    assert set(told) == {"attachments.1.id", "attachments.2.id"}


def test_the_receipt_covers_the_digests_of_the_files(context: Context) -> None:
    petition_id = in_hand(context)
    done = submit(context, petition_id, attachments=[{"id": photo(context, petition_id, a_photo())}, ELSEWHERE])
    stored = attachments.shown(context, petition_id, AT_UNIT).items[0]
    assert [file["sha256"] for file in done.evidence["attachments"]] == [stored.sha256, ELSEWHERE["sha256"]]


# --- photos that were used before -------------------------------------------------------------------------------------


def test_a_new_photo_is_pointed_at_by_nobody(context: Context) -> None:
    petition_id = in_hand(context)
    submit(context, petition_id, attachments=[{"id": photo(context, petition_id, a_photo())}])
    assert flags(context, petition_id) == []


@pytest.mark.parametrize(
    ("again", "kind"),
    [
        (a_photo(1), "used-before"),
        (a_photo(1, comment=b"taken today"), "used-before"),
        (written(drawn(1).resize((200, 125)), quality=40), "looks-alike"),
    ],
    ids=["the-same-file", "with-another-note", "smaller-and-worse"],
)
def test_a_photo_of_another_petition_is_pointed_at_and_not_refused(context: Context, again: bytes, kind: str) -> None:
    earlier, petition_id = in_hand(context), in_hand(context, "解放路路灯不亮，三盏")
    photo(context, earlier, a_photo(1))
    submit(context, petition_id, attachments=[{"id": photo(context, petition_id, again)}])
    assert flags(context, petition_id) == [(kind, number_of(context, earlier))]
    assert petition_of(context, petition_id).stage == Stage.COMPLETION_SUBMITTED


def test_a_photo_kept_elsewhere_is_known_by_its_digest(context: Context) -> None:
    earlier, petition_id = in_hand(context), in_hand(context, "解放路路灯不亮，三盏")
    photo(context, earlier, a_photo(1))
    stored = attachments.shown(context, earlier, AT_UNIT).items[0]
    submit(context, petition_id, attachments=[{"name": "现场.jpg", "sha256": stored.sha256}])
    assert flags(context, petition_id) == [("used-before", number_of(context, earlier))]


def test_the_petitioners_own_photo_is_no_proof_of_work(context: Context) -> None:
    petition_id = in_hand(context)
    attachments.add_by_code(context, petition_of(context, petition_id).query_code, "报修时", a_photo(1))
    submit(context, petition_id, attachments=[{"id": photo(context, petition_id, a_photo(1))}])
    assert flags(context, petition_id) == [("used-before", number_of(context, petition_id))]
    [flag] = queries.detail(context, petition_id, DESK).completions[0].flags
    assert "诉求人" in flag["told"]


def test_a_redo_is_not_shown_by_the_photo_of_the_first_attempt(context: Context) -> None:
    petition_id = in_hand(context)
    file = photo(context, petition_id, a_photo(1))
    submit(context, petition_id, attachments=[{"id": file}])
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason="答复完整")
    settle(context, petition_id)
    verdict.rate(context, petition_id, CITIZEN, satisfaction=Satisfaction.DISSATISFIED, reason="还是不亮")
    settle(context, petition_id)
    submit(context, petition_id, attachments=[{"id": file}])
    assert flags(context, petition_id) == [("handed-in-again", number_of(context, petition_id))]


def test_units_are_not_told_and_inspectors_are(context: Context) -> None:
    earlier, petition_id = in_hand(context), in_hand(context, "解放路路灯不亮，三盏")
    photo(context, earlier, a_photo(1))
    submit(context, petition_id, attachments=[{"id": photo(context, petition_id, a_photo(1))}])
    assert flags(context, petition_id, AT_UNIT) == []
    assert number_of(context, earlier) not in queries.history(context, petition_id, AT_UNIT).model_dump_json()
    dossier = dossiers.dossier(context, petition_id, INSPECTOR)
    assert [flag["kind"] for flag in dossier.evidence[0].flags] == ["used-before"]


def test_only_the_photos_of_the_same_unit_are_compared_by_their_looks(context: Context) -> None:
    petition_id = in_hand(context)
    inspectors = Actor(Role.INSPECTOR, name="督查员")
    attachments.add(context, petition_id, inspectors, "现场", written(drawn(1), quality=40), Purpose.SUPERVISION)
    other = in_hand(context, "解放路路灯不亮，三盏")
    submit(context, other, attachments=[{"id": photo(context, other, a_photo(1))}])
    assert flags(context, other) == []
    assert AT_UNIT.unit == UNIT
