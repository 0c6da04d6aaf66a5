"""Whatever people are shown, they read the time of Shanghai; the ledger keeps UTC."""

from __future__ import annotations

import json
import re

import sqlalchemy as sa

from models.tables import HistoryRow, Notice
from services import runs
from services.context import Context
from tests.api.conftest import EVIDENCE, OTHER, UNIT, Api

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[^\"\s]*")
DEMANDED_UNTIL = "2026-03-05T17:30:00+08:00"
TERM = {"amount": 3, "unit": "working_days"}


def a_life(api: Api) -> tuple[str, str]:
    """A petition with everything that keeps a moment: a review, an assist, a demand of the inspectors."""
    petition, code = api.in_hand()
    api.done("desk", f"/petitions/{petition}/first-review", {"reason": "涉及多个单位"})
    lead = {"unit": UNIT, "duty": "牵头", "term": TERM}
    assist = {"unit": OTHER, "duty": "协助", "term": TERM}
    api.done("reviewer", f"/petitions/{petition}/assignment", {"lead": lead, "assists": [assist], "reason": "会商决定"})
    api.done("inspector", f"/petitions/{petition}/supervision", {"reason": "群众多次反映"})
    asking = {"question": "为何迟迟未办", "term": TERM}
    api.done("inspector", f"/petitions/{petition}/supervision/demand", asking)
    return petition, code


def test_every_answer_shows_the_time_of_shanghai(api: Api) -> None:
    petition, code = a_life(api)
    reads = [("anybody", f"/progress/{code}"), ("inspector", "/inspection/overdue"), ("desk", "/queue")]
    reads += [("inspector", f"/petitions/{petition}{part}") for part in ("", "/history", "/clock", "/dossier")]
    reads += [(who, "/queue") for who in ("unit", "other")]

    def all_that_is_shown() -> dict[tuple[str, str], list[str]]:
        return {read: MOMENT.findall(json.dumps(api.get(*read).json())) for read in reads}

    before = all_that_is_shown()
    assert all(before.values()), "each of them shows some moment"
    assert DEMANDED_UNTIL in before["inspector", f"/petitions/{petition}/history"]
    assert before["inspector", f"/petitions/{petition}/dossier"].count(DEMANDED_UNTIL) > 1
    utc = EVIDENCE | {"contacted_at": "2026-03-02T00:20:00Z"}
    api.done("unit", f"/petitions/{petition}/completion", utc)
    api.done("unit", f"/petitions/{petition}/supervision/answer", {"text": "备件到货延迟"})
    after = all_that_is_shown()
    assert "2026-03-02T08:20:00+08:00" in after["inspector", f"/petitions/{petition}"]
    shown = [moment for moments in (*before.values(), *after.values()) for moment in moments]
    assert [moment for moment in shown if not moment.endswith("+08:00")] == []


def test_notices_and_the_case_file_tell_the_time_of_shanghai(api: Api, context: Context) -> None:
    petition, _ = a_life(api)
    with context.readers() as session:
        demand = session.scalars(sa.select(HistoryRow).where(HistoryRow.trigger == "demand_explanation")).one()
        assert demand.details["due_at"] == "2026-03-05T09:30:00+00:00", "kept in UTC, which is shown to nobody"
        told = " ".join(session.scalars(sa.select(Notice.body)))
    case = runs.case_file(context, petition)
    for text in (told, case):
        assert "2026-03-05 17:30" in text
        assert "09:30" not in text
        assert MOMENT.findall(text) == []
