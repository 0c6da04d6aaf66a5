"""Figures over the API: filters, the cases behind a figure, and what is said about a filter that means nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import UNIT, Api
from tests.support import ledgers


def test_a_figure_leads_to_its_cases(api: Api) -> None:
    api.completed()
    api.in_hand()
    view = api.get("desk", "/figures", by="unit", period="month").json()
    [completion] = [item for item in view["total"]["shares"] if item["figure"] == "completion"]
    assert (completion["numerator"], completion["base"], completion["shown"]) == (1, 2, "50.00%")
    assert view["period"]["since"] == "2026-03-01T00:00:00+08:00"
    assert {item["name"] for item in view["definitions"]} >= {"completion", "stage_time", "overdue"}
    behind = api.get("desk", "/figures/completion/cases", period="month", as_of=view["as_of"]).json()
    assert (behind["base"], len(behind["cases"])) == (2, 2)
    counted = api.get("desk", "/figures/completion/cases", counts="true").json()
    assert [item["counts"] for item in counted["cases"]] == [True]


def test_pages_follow_each_other(api: Api) -> None:
    for _ in range(3):
        api.register()
    first = api.get("desk", "/figures/registered/cases", limit=2).json()
    last = api.get("desk", "/figures/registered/cases", limit=2, offset=first["next"]).json()
    assert (len(first["cases"]), len(last["cases"]), last["next"]) == (2, 1, None)


def test_a_unit_gets_its_own_and_the_district(api: Api) -> None:
    api.in_hand()
    mine = api.get("unit", "/figures").json()
    others = api.get("other", "/figures").json()
    assert mine["total"] == others["total"] == api.get("inspector", "/figures").json()["total"]
    assert [group["group"]["code"] for group in mine["groups"]] == [UNIT]
    assert others["groups"][0]["counts"]["registered"] == 0
    refused = api.get("other", "/figures", unit=UNIT)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-02-30"}, "from"),
        ({"from": "20260301"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"period": "day", "from": "2026-03-02"}, "period"),
        ({"period": "decade"}, "period"),
        ({"as_of": "2026-03-01"}, "as_of"),
        ({"as_of": "2026-03-05T00:00:00+08:00"}, "as_of"),
        ({"by": "colour"}, "by"),
        ({"unit": "nobody"}, "unit"),
        ({"category": "nothing"}, "category"),
        ({"town": ""}, "town"),
    ],
)
@ledgers.ON_ONE
def test_a_filter_that_means_nothing_is_named(api: Api, query: dict[str, Any], field: str) -> None:
    for path in ("/figures", "/figures/open/cases"):
        if path == "/figures" or field != "by":
            answer = api.get("desk", path, **query)
            assert answer.status_code == 422, answer.text
            [fault] = answer.json()["errors"]
            assert fault["field"].endswith(field)
            assert not fault["reason"].isascii()


def test_an_unknown_figure_is_not_found_and_the_known_ones_are_named(api: Api) -> None:
    answer = api.get("desk", "/figures/happiness/cases")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert "satisfaction" in answer.json()["detail"]
