"""What inspectors write is for their file: the public never reads it, and a unit not what concerns its own people."""

from __future__ import annotations

import sqlalchemy as sa

import clock
from domain.stages import Trigger
from domain.supervision import Disposition
from domain.workdays import Duration, TimeUnit
from models.tables import Notice
from services import dossiers, intake, ladder, queries, supervision
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, DESK, INSPECTOR, WORDS, petition_of, told
from tests.support import steps

TERM = Duration(3, TimeUnit.WORKING_DAYS)
OPENING, QUESTION, ANSWER, CONCLUSION, REOPENING = "甲之立件", "乙之质询", "丙之说明", "丁之结论", "戊之再立"
SECRETS = (OPENING, QUESTION, ANSWER, CONCLUSION, REOPENING)


def test_nothing_that_is_written_into_the_file_reaches_the_public(context: Context, story: clock.StoryClock) -> None:
    petition_id, other_id = lives.in_hand(context), lives.dispatched(context)
    intake.merge(context, other_id, petition_id, DESK, WORDS)
    codes = [petition_of(context, key).query_code for key in (petition_id, other_id)]

    def read_by_the_public() -> str:
        return " ".join(queries.public_progress(context, code).model_dump_json() for code in codes)

    ladder.open_supervision(context, petition_id, INSPECTOR, OPENING)
    assert OPENING not in read_by_the_public()
    supervision.demand_explanation(context, petition_id, INSPECTOR, question=QUESTION, duration=TERM)
    steps.settle_until(context, petition_id, story, clock.now().add(days=4))
    supervision.answer(context, petition_id, AT_UNIT, ANSWER)
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.RECTIFY, opinion=CONCLUSION)
    ladder.open_supervision(context, petition_id, INSPECTOR, REOPENING)
    file = dossiers.dossier(context, petition_id, INSPECTOR).model_dump_json()
    assert all(secret in file for secret in SECRETS), "inspectors read what they wrote"
    assert not [secret for secret in SECRETS if secret in read_by_the_public()]
    with context.readers() as session:
        sent = " ".join(title + body for title, body in session.execute(sa.select(Notice.title, Notice.body)))
    assert not [secret for secret in SECRETS if secret in sent]


def test_a_unit_is_not_told_of_a_lead_that_was_handed_over(context: Context) -> None:
    petition_id = lives.supervised(context)
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.REFER, opinion="移交问题线索")
    assert told(context, petition_id, Trigger.CLOSE_SUPERVISION) == []
    assert "线索" in queries.history(context, petition_id, INSPECTOR).model_dump_json()
    for shown in (queries.history(context, petition_id, AT_UNIT), queries.detail(context, petition_id, AT_UNIT)):
        assert "线索" not in shown.model_dump_json()
    progress = queries.public_progress(context, petition_of(context, petition_id).query_code)
    assert "线索" not in progress.model_dump_json()
