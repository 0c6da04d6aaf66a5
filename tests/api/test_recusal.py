"""Whom a petition is about finds it nowhere: every question of the API, by everybody it may be about."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from domain.actions import Role
from models.tables import Attachment
from services import hot_topics
from services.figures import MAX_CASES
from tests.api.conftest import LAMPS, UNIT, Api
from tests.api.routes import CHANGES, FIGURE, HELP, NO_FILE, READS, REASON, TASK, Case
from tests.support.files import a_photo
from tests.support.steps import petition_of

FIGURES = ("registered", "on_time_completion", "on_time_signing", "returned", "stage_time", "response")


def newest_attachment(api: Api) -> str:
    with api.context.readers() as session:
        return session.scalars(sa.select(Attachment.id).order_by(Attachment.added_at.desc())).first() or ""


def everywhere(api: Api, who: str, case: Case, number: str) -> str:
    """What every question answers, put together."""
    photo = newest_attachment(api)
    particulars = {"petition_id": case[0], "case_number": number, "attachment_id": photo}
    told = []
    for path in READS:
        if "{query_code}" in path:  # who holds the code is the petitioner
            continue
        for figure in FIGURES if "{figure}" in path else (FIGURE,):
            address = path.format(**particulars, figure=figure, attachment_id=NO_FILE)
            answer = api.get(who, address, **({"limit": MAX_CASES} if "{figure}" in path else {}))
            # The question itself holds the id; a refusal repeats it in nothing.
            told.append(answer.text)
    told.append(api.get(who, "/queue", changed_after="2020-01-01T00:00:00+08:00").text)
    return "\n".join(told)


@pytest.fixture
def case(api: Api) -> Case:
    """Led by `unit`, which did much with it, assisted by `town`, supervised, and asked about."""
    found = api.in_hand()
    path = f"/petitions/{found[0]}"
    api.done("desk", f"{path}/first-review", REASON)
    api.done("reviewer", f"{path}/assignment", {"lead": TASK, "assists": [HELP], **REASON})
    api.done("unit", f"{path}/signature")
    api.done("inspector", f"{path}/supervision", REASON)
    api.done("inspector", f"{path}/supervision/demand", {"question": "请说明原因", "term": {"amount": 3}})
    assert api.post("anybody", f"/progress/{found[1]}/attachments", a_photo()).status_code == 200
    hot_topics.find_hot_topics(api.context)
    return found


@pytest.mark.parametrize(("who", "unit"), [("unit", UNIT), ("town", HELP["unit"])])
def test_a_unit_finds_it_nowhere(api: Api, case: Case, who: str, unit: str) -> None:
    number = petition_of(api.context, case[0]).case_number
    asked = {"Idempotency_Key": "before-the-recusal"}
    noted = api.post("unit", f"/petitions/{case[0]}/notes", {"text": "已到现场"}, **asked)
    assert noted.status_code == 200
    assert number in everywhere(api, who, case, number), "before, it saw it: or the test would show nothing"
    api.done("inspector", f"/petitions/{case[0]}/recusal", {"unit": unit, **REASON})
    told = everywhere(api, who, case, number)
    assert number not in told
    assert case[0] not in told
    assert LAMPS not in told
    if who == "unit":
        # Not even what it was once answered is repeated.
        assert api.post("unit", f"/petitions/{case[0]}/notes", {"text": "已到现场"}, **asked).status_code == 404


@pytest.mark.parametrize("who", ["reviewer", "leader", "inspector", "party", "desk", "follow_up"])
def test_a_person_finds_it_nowhere(api: Api, case: Case, who: str) -> None:
    number = petition_of(api.context, case[0]).case_number
    assert number in everywhere(api, who, case, number)
    left = api.post(who, f"/petitions/{case[0]}/own-recusal", REASON)
    assert (left.status_code, left.json()["case_number"]) == (200, number)
    told = everywhere(api, who, case, number)
    assert number not in told
    assert case[0] not in told
    assert LAMPS not in told


@pytest.mark.parametrize("who", ["unit", "town", "reviewer", "leader", "party", "desk", "follow_up"])
def test_whom_it_is_about_can_touch_nothing(api: Api, case: Case, who: str) -> None:
    role, unit, name = api.role_of(who)
    about = {"unit": unit} if role is Role.UNIT else {"account": name}
    api.done("inspector", f"/petitions/{case[0]}/recusal", about | REASON)
    before = api.rows()
    for change in CHANGES:
        if "{petition_id}" in change.path:
            body = change.body if not callable(change.body) else {"into": case[0], "other": case[0], **REASON}
            answer = api.post(who, change.address(case), body)
            assert answer.status_code in {404, 422}, change.path
            assert "current" not in answer.json()
    assert api.rows() == before
