"""How the inspectors' file ends: with a term, on a ground, corrected by a further entry and never rewritten."""

from __future__ import annotations

from typing import Any

import pendulum
import pytest

import clock
from domain.errors import Incomplete, NotPermitted, RuleRefusal
from domain.stages import Trigger
from domain.supervision import Disposition
from domain.workdays import Duration, TimeUnit
from models.dossier import SupervisionView
from services import dossiers, queries, queues, supervision
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, INSPECTOR, UNIT, WORDS, told
from tests.support.steps import settle_until

THREE_DAYS = Duration(3, TimeUnit.WORKING_DAYS)


def at(day: str, time: str = "09:00") -> pendulum.DateTime:
    return pendulum.from_format(f"{day} {time}", "YYYY-MM-DD HH:mm", tz=clock.SHANGHAI)


def dispose(context: Context, petition_id: str, disposition: Disposition, **more: Any) -> None:
    opinion = more.pop("opinion", "经核查作出处置")
    supervision.dispose(context, petition_id, INSPECTOR, disposition=disposition, opinion=opinion, **more)


def file_of(context: Context, petition_id: str) -> SupervisionView:
    shown = dossiers.dossier(context, petition_id, INSPECTOR).supervision
    assert shown is not None
    return shown


@pytest.mark.parametrize(
    ("term", "due"),
    [(THREE_DAYS, at("2026-03-05", "17:30")), (None, at("2026-03-16", "17:30"))],
    ids=["a-term", "the-rules-term"],
)
def test_an_order_to_put_right_has_a_term_and_is_looked_after(
    context: Context, story: clock.StoryClock, term: Duration | None, due: pendulum.DateTime
) -> None:
    petition_id = lives.supervised(context)
    dispose(context, petition_id, Disposition.RECTIFY, term=term)
    ordered = file_of(context, petition_id).rectification
    assert ordered is not None
    assert (ordered.due_at, ordered.overdue, ordered.done) == (due, False, None)
    settle_until(context, petition_id, story, due.add(minutes=1))
    # Whatever became of the petition, the inspectors see that nobody looked yet.
    listed = {item.id: item.rectify_due_at for item in queues.overdue_list(context, INSPECTOR, supervised=True).items}
    assert listed == {petition_id: due}
    supervision.check_rectification(context, petition_id, INSPECTOR, done=True, opinion="已整改到位")
    looked = file_of(context, petition_id).rectification
    assert looked is not None
    assert (looked.overdue, looked.done, looked.checked_at) == (False, True, due.add(minutes=1))
    last = queries.history(context, petition_id, INSPECTOR).entries[-1]
    assert (last.trigger, last.details["done"], last.details["late"]) == ("check_rectification", True, True)
    with pytest.raises(RuleRefusal) as refusal:
        supervision.check_rectification(context, petition_id, INSPECTOR, done=False, opinion=WORDS)
    assert refusal.value.code == "nothing-to-rectify"


def test_a_fault_is_tolerated_on_a_ground_of_the_policy(context: Context) -> None:
    petition_id = lives.supervised(context)
    for ground, said in ((None, "须写明是哪一种情形"), ("kindness", "没有代码为“kindness”")):
        with pytest.raises(Incomplete, match=said) as refusal:
            dispose(context, petition_id, Disposition.TOLERATE, ground=ground)
        assert refusal.value.missing[0]["field"] == "ground"
    dispose(context, petition_id, Disposition.TOLERATE, ground="platform")
    shown = file_of(context, petition_id)
    assert shown.ground is not None
    assert (shown.ground.code, shown.ground.name) == ("platform", "平台自身延误所致")


@pytest.mark.parametrize(
    ("disposition", "more", "field"),
    [
        (Disposition.INTERVIEW, {"term": THREE_DAYS}, "term"),
        (Disposition.UNFOUNDED, {"ground": "diligent"}, "ground"),
    ],
)
def test_what_does_not_belong_to_it_is_refused(
    context: Context, disposition: Disposition, more: dict[str, Any], field: str
) -> None:
    petition_id = lives.supervised(context)
    with pytest.raises(Incomplete) as refusal:
        dispose(context, petition_id, disposition, **more)
    assert refusal.value.missing[0]["field"] == field
    assert file_of(context, petition_id).closed_at is None


def test_a_mistaken_conclusion_is_corrected_and_both_stay_on_record(context: Context) -> None:
    petition_id = lives.supervised(context)
    with pytest.raises(RuleRefusal) as refusal:
        supervision.correct(context, petition_id, INSPECTOR, disposition=Disposition.UNFOUNDED, opinion=WORDS)
    assert refusal.value.code == "not-concluded"
    dispose(context, petition_id, Disposition.RECTIFY, opinion="责令整改")
    supervision.correct(context, petition_id, INSPECTOR, disposition=Disposition.UNFOUNDED, opinion="查无此事")
    shown = file_of(context, petition_id)
    assert shown.disposition is not None
    assert (shown.disposition.code, shown.opinion, shown.rectification) == ("unfounded", "查无此事", None)
    [opening] = shown.openings
    assert opening.disposition is not None
    assert opening.disposition.code == "unfounded"
    entries = [
        item for item in queries.history(context, petition_id, INSPECTOR).entries if "disposition" in item.details
    ]
    assert [(item.trigger, item.details["disposition"]) for item in entries] == [
        ("close_supervision", "rectify"),
        ("correct_disposition", "unfounded"),
    ]
    assert entries[-1].details["from"] == "rectify"
    assert told(context, petition_id, Trigger.CORRECT_DISPOSITION)[0][0] == f"unit:{UNIT}"


@pytest.mark.parametrize(
    ("first", "second"),
    [(Disposition.REFER, Disposition.INTERVIEW), (Disposition.INTERVIEW, Disposition.REFER)],
)
def test_that_a_lead_was_handed_over_is_not_told_by_a_correction(
    context: Context, first: Disposition, second: Disposition
) -> None:
    petition_id = lives.supervised(context)
    dispose(context, petition_id, first)
    supervision.correct(context, petition_id, INSPECTOR, disposition=second, opinion="另有线索")
    assert told(context, petition_id, Trigger.CORRECT_DISPOSITION) == []
    seen = queries.history(context, petition_id, AT_UNIT).model_dump_json()
    assert "另有线索" not in seen
    assert "refer" not in seen.replace("refer_to_desk", "")


def test_nobody_else_concludes_or_corrects(context: Context) -> None:
    petition_id = lives.supervised(context)
    dispose(context, petition_id, Disposition.RECTIFY)
    with pytest.raises(NotPermitted):
        supervision.correct(context, petition_id, AT_UNIT, disposition=Disposition.UNFOUNDED, opinion=WORDS)
    with pytest.raises(NotPermitted):
        supervision.check_rectification(context, petition_id, AT_UNIT, done=True, opinion=WORDS)
