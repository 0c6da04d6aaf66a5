"""What a dissatisfied petitioner says: a reason of the rules, words, or both; and how often each was given."""

from __future__ import annotations

import datetime as dt

import pytest

import clock
from domain.errors import Incomplete
from domain.petition import Satisfaction
from services import figures, queries, verdict
from services.context import Context
from services.figure_selection import Asked
from tests.services import lives
from tests.services.lives import CITIZEN, DESK, INSPECTOR


def rate(context: Context, petition_id: str, code: str | None, words: str = "") -> None:
    verdict.rate(
        context,
        petition_id,
        CITIZEN,
        satisfaction=Satisfaction.DISSATISFIED,
        reason=words,
        reason_code=code,
    )


def counted(context: Context, **asked: str | dt.datetime) -> dict[str, int]:
    view = figures.figures(context, INSPECTOR, Asked(**asked))  # type: ignore[arg-type]
    return {item.reason.code: item.ratings for item in view.dissatisfied}


def test_a_dissatisfied_petitioner_chooses_a_reason(context: Context) -> None:
    petition_id = lives.completed(context)
    rate(context, petition_id, "not-solved")
    [shown] = queries.detail(context, petition_id, DESK).ratings
    assert shown.reason_code is not None
    assert (shown.reason_code.code, shown.reason_code.name, shown.reason) == ("not-solved", "问题没有解决", "")


@pytest.mark.parametrize(
    ("code", "words", "field"),
    [
        (None, "", "reason_code"),
        ("other", "", "reason"),
        ("nothing", "路灯不亮", "reason_code"),
    ],
)
def test_what_says_nothing_is_refused_and_nothing_is_kept(
    context: Context, code: str | None, words: str, field: str
) -> None:
    petition_id = lives.completed(context)
    with pytest.raises(Incomplete) as wrong:
        rate(context, petition_id, code, words)
    assert [item["field"] for item in wrong.value.missing] == [field]
    assert queries.detail(context, petition_id, DESK).ratings == []


def test_whoever_is_content_keeps_no_reason_that_was_left_in_the_form(context: Context) -> None:
    petition_id = lives.completed(context)
    verdict.rate(context, petition_id, CITIZEN, satisfaction=Satisfaction.SATISFIED, reason_code="not-solved")
    [shown] = queries.detail(context, petition_id, DESK).ratings
    assert shown.reason_code is None
    assert counted(context) == {}


def test_reasons_are_counted_of_the_cases_asked_for(context: Context, story: clock.StoryClock) -> None:
    for code, words in (("not-solved", ""), ("not-solved", "三盏不亮"), ("other", "推来推去"), (None, "只说不选")):
        rate(context, lives.completed(context), code, words)
    before = clock.now()
    assert counted(context) == {"not-solved": 2, "": 1, "other": 1}
    assert counted(context, unit="housing") == {}
    story.move_to(before + dt.timedelta(hours=1))
    rate(context, lives.completed(context), "slow")
    assert counted(context)["slow"] == 1
    assert "slow" not in counted(context, as_of=before)
