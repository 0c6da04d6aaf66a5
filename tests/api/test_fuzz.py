"""Whatever is sent to whichever route: never a fault of ours, always a problem that says what is wrong, in Chinese."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import LAMPS, Api
from tests.api.routes import CHANGES, FIGURE, NO_FILE, READS, Case

words = st.text(st.characters(categories=("L", "N", "P", "S", "Z", "C")), max_size=30)  # halves of surrogates too
moments = st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
scalars = st.one_of(
    words,
    moments,
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers().map(lambda number: number * 10**25),
    st.floats(),
)
junk = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3))
GOOD = {change.path: change.body if isinstance(change.body, dict) else {} for change in CHANGES}
GOOD["/petitions"] = {"channel": "web", "text": LAMPS, "place": "广济路", "petitioner": {"name": "测试甲"}}


@st.composite
def spoiled(draw: st.DrawFn, good: dict[str, Any]) -> Any:
    """A body that is right but for one thing, or nothing like one."""
    if not good or draw(st.integers(0, 4)) == 0:
        return draw(junk)
    name = draw(st.sampled_from(sorted(good)))
    match draw(st.sampled_from(["replace", "drop", "add", "within"])):
        case "replace":
            return good | {name: draw(junk)}
        case "drop":
            return {key: value for key, value in good.items() if key != name}
        case "add":
            return good | {draw(words): draw(junk)}
        case _:
            within = good[name]
            return good | {name: draw(spoiled(within)) if isinstance(within, dict) else draw(scalars)}


headers = st.fixed_dictionaries(
    {},
    optional={
        "If-Match": st.sampled_from(['"1"', '"0"', "*", '"-1"', '"9999999999"', "W/1", "\x80"]),
        "Idempotency-Key": st.text(st.characters(codec="latin-1", min_codepoint=32), max_size=130),
        "X-API-Key": st.text(st.characters(codec="latin-1", min_codepoint=32), max_size=60),
        "Content-Type": st.sampled_from(["application/json", "text/plain", "application/json; charset=utf-16", ""]),
    },
)
parameters = st.dictionaries(
    st.sampled_from(["limit", "cursor", "changed_after", "unit", "supervised", "case_number"]),
    st.one_of(st.text(st.characters(codec="utf-8"), max_size=60), moments, st.integers().map(str)),
)
often = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def case(api: Api) -> Case:
    return api.in_hand()


@often
@given(data=st.data())
def test_whatever_is_posted(api: Api, case: Case, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(GOOD)))
    who = next((change.who for change in CHANGES if change.path == path), "anybody")
    body = json.dumps(data.draw(spoiled(GOOD[path])))
    sent = {name: value.encode("latin-1") for name, value in data.draw(headers).items()}
    address = path.format(petition_id=case[0], query_code=case[1], figure=FIGURE, attachment_id=NO_FILE)
    kind = {"Content-Type": b"application/json"}
    before = api.rows()
    answer = api.client.post(address, content=body, headers=kind | _key(api, who) | sent)
    if answer.is_error:
        assert api.rows() == before
        _is_told_what_is_wrong(answer)


@often
@given(
    path=st.sampled_from(READS),
    who=st.sampled_from(["unit", "desk", "inspector", "anybody"]),
    asked=parameters,
    name=st.text(st.characters(codec="utf-8"), max_size=40),
)
def test_whatever_is_asked(api: Api, case: Case, path: str, who: str, asked: dict[str, str], name: str) -> None:
    address = path.partition("?")[0].format(
        petition_id=case[0], query_code=case[1], figure=FIGURE, attachment_id=NO_FILE
    )
    for place in (address, address.replace(case[0], _quoted(name)).replace(case[1], _quoted(name))):
        answer = api.client.get(place, params=asked, headers=_key(api, who), follow_redirects=False)
        if answer.is_error:
            _is_told_what_is_wrong(answer)


def _key(api: Api, who: str) -> dict[str, Any]:
    return dict(api.headers(who))


def _quoted(name: str) -> str:
    return quote(name, safe="") or "-"


def _is_told_what_is_wrong(answer: httpx.Response) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert not problem["detail"].isascii()
    if answer.status_code == 422:
        assert problem["errors"]
        assert all(item["field"] and not item["reason"].isascii() for item in problem["errors"])
