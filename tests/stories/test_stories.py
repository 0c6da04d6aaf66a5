"""The stories that `rongetong story` replays, told by what the ledger says at their end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from stories.playing import play_apart
from tests.support.postgres import PostgresCluster

pytestmark = pytest.mark.slow

GUANGJI_ROAD = [
    (0, "register", "registered"),
    (0, "accept", "accepted"),
    (0, "dispatch", "dispatched"),
    (5, "request_return", "return_requested"),
    (5, "grant_return", "accepted"),
    (5, "refer_to_desk", "accepted"),
    (5, "dispatch", "dispatched"),
    (6, "request_return", "return_requested"),
    (6, "grant_return", "accepted"),
    (6, "refer_to_desk", "accepted"),
    (6, "dispatch", "dispatched"),
    (7, "remind_signing", "dispatched"),
    (9, "request_return", "return_requested"),
    (9, "climb_to_first_review", "first_review"),
    (9, "show_yellow_card", "first_review"),
    (11, "show_red_card", "first_review"),
    (48, "assign", "dispatched"),
    (48, "sign", "in_hand"),
    (51, "submit_completion", "completion_submitted"),
    (51, "approve_completion", "completed"),
    (51, "ask_rating", "completed"),
    (51, "rate", "rated"),
    (51, "archive", "archived"),
]
SILENT_UNIT = [
    (0, "register", "registered"),
    (0, "accept", "accepted"),
    (0, "dispatch", "dispatched"),
    (1, "remind_signing", "dispatched"),
    (4, "show_yellow_card", "dispatched"),
    (7, "climb_to_first_review", "first_review"),
    (8, "show_red_card", "first_review"),
    (21, "climb_to_second_review", "second_review"),
    (35, "supervise", "second_review"),
    (42, "remind_supervised", "second_review"),
    (43, "demand_explanation", "second_review"),
    (44, "explain", "second_review"),
    (45, "submit_completion", "completion_submitted"),
    (46, "approve_completion", "completed"),
    (46, "ask_rating", "completed"),
    (46, "close_supervision", "completed"),
    (46, "rate", "rated"),
    (46, "archive", "archived"),
]


ACCUSED_UNIT = [
    (0, "register", "registered"),
    (0, "accept", "accepted"),
    (0, "dispatch", "dispatched"),
    (0, "recuse", "dispatched"),
    (0, "take_away", "accepted"),
    (0, "dispatch", "dispatched"),
    (1, "sign", "in_hand"),
    (2, "open_inspection", "in_hand"),
    (2, "record_visit", "in_hand"),
    (2, "query_unit", "in_hand"),
    (2, "supervise", "in_hand"),
    (3, "submit_completion", "completion_submitted"),
    (3, "approve_completion", "completed"),
    (3, "ask_rating", "completed"),
    (3, "remind_inspection", "completed"),
    (4, "answer_inspection", "completed"),
    (4, "close_inspection", "completed"),
    (4, "close_supervision", "completed"),
    (4, "rate", "rated"),
    (4, "archive", "archived"),
]

MEETING = [
    (0, "register", "registered"),
    (0, "accept", "accepted"),
    (0, "dispatch", "dispatched"),
    (1, "request_return", "return_requested"),
    (1, "grant_return", "accepted"),
    (1, "refer_to_desk", "accepted"),
    (1, "dispatch", "dispatched"),
    (2, "request_return", "return_requested"),
    (2, "grant_return", "accepted"),
    (2, "refer_to_desk", "accepted"),
    (2, "dispatch", "dispatched"),
    (4, "request_return", "return_requested"),
    (4, "climb_to_first_review", "first_review"),
    (5, "show_yellow_card", "first_review"),
    (6, "convene", "first_review"),
    (7, "show_red_card", "first_review"),
    (13, "assign", "dispatched"),
    (13, "sign", "in_hand"),
    (14, "note", "in_hand"),
    (15, "remind_assist", "in_hand"),
    (18, "note", "in_hand"),
    (19, "submit_completion", "completion_submitted"),
    (19, "approve_completion", "completed"),
    (19, "ask_rating", "completed"),
    (19, "rate", "rated"),
    (19, "archive", "archived"),
]
LEADERS_DECIDE = [
    (0, "register", "registered"),
    (0, "accept", "accepted"),
    (0, "dispatch", "dispatched"),
    (1, "climb_to_first_review", "first_review"),
    (5, "convene", "first_review"),
    (5, "show_yellow_card", "first_review"),
    (7, "show_red_card", "first_review"),
    (7, "climb_to_second_review", "second_review"),
    (11, "hand_to_leader", "second_review"),
    (13, "assign", "dispatched"),
    (14, "sign", "in_hand"),
    (19, "submit_completion", "completion_submitted"),
    (20, "approve_completion", "completed"),
    (20, "ask_rating", "completed"),
    (20, "rate", "rated"),
    (20, "archive", "archived"),
]


FOLLOWED_LAMPS = [
    (0, "register", "registered"),
    (0, "accept", "accepted"),
    (0, "dispatch", "dispatched"),
    (0, "sign", "in_hand"),
    (1, "track", "in_hand"),
    (4, "show_yellow_card", "in_hand"),
    (7, "climb_to_first_review", "first_review"),
    (8, "show_red_card", "first_review"),
    (14, "ask_media_reply", "first_review"),
    (15, "give_media_reply", "first_review"),
    (15, "expose", "first_review"),
    (16, "submit_completion", "completion_submitted"),
    (16, "approve_completion", "completed"),
    (16, "ask_rating", "completed"),
    (16, "rate", "rated"),
    (16, "archive", "archived"),
    (17, "publish", "archived"),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """What a story takes for its ledger; empty is SQLite."""
    if request.param == "sqlite":
        yield ""
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    yield cluster.create_database("story")
    cluster.drop_database("story")


def told(name: str, folder: Path, ledger_url: str = "") -> dict[str, Any]:
    """Play the story and read how the petition fared."""
    facts = folder / "facts.json"
    assert play_apart(name, ledger_url=ledger_url, quiet=True, facts=facts) == 0
    found: dict[str, Any] = json.loads(facts.read_text("utf-8"))
    return found


def sequence(facts: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(row["day"], row["trigger"], row["stage"]) for row in facts["history"]]


def fired(facts: dict[str, Any]) -> Counter[str]:
    return Counter(timer["kind"] for timer in facts["timers"] if timer["outcome"] == "fired")


def listed(facts: dict[str, Any]) -> dict[str, Any]:
    """What the four lists say at the end, as one."""
    found: dict[str, Any] = {}
    for item in facts["lists"].values():
        found |= item
    return found


def test_guangji_road_climbs_by_its_three_returns_and_is_lit_on_day_51(tmp_path: Path, ledger_url: str) -> None:
    facts = told("guangji-road", tmp_path, ledger_url)
    assert sequence(facts) == GUANGJI_ROAD
    assert (facts["returns"], facts["rung"], facts["supervised"]) == (3, 1, False)
    assert (facts["satisfaction"], facts["run_state"]) == ("satisfied", "COMPLETED")
    [(before, climb)] = [(one, two) for one, two in pairwise(facts["history"]) if two["rung"] > one["rung"]]
    assert (before["trigger"], climb["role"]) == ("request_return", "platform")
    assert climb["at"] == before["at"], "the third return itself climbs, at once"
    handling = [timer for timer in facts["timers"] if timer["kind"] == "handling"]
    assert all(climb["at"] < timer["due_at"] for timer in handling), "no deadline had passed"
    assert fired(facts) == {"signing": 1, "yellow_card": 1, "red_card": 1}
    end = listed(facts)
    assert set(facts["lists"]) == {"problems", "responsibilities", "progress", "results"}
    assert (end["listed"]["code"], end["lacks"], end["people"]) == ("struck_off", [], 1)
    assert (end["unit"]["code"], end["rung"]["code"], end["verdict"]["code"]) == (
        "municipal-parks",
        "first_review",
        "satisfied",
    )
    reported = [(task["unit"]["code"], task["reported"]) for task in end["assists"]]
    assert reported == [("housing", False), ("kuangqu-street", False)]
    assert end["struck_off_at"] == facts["history"][-1]["at"], "struck off when it was archived"
    assert [row["unit"] for row in facts["history"] if row["trigger"] in {"dispatch", "assign"}] == [
        "municipal-parks",
        "kuangqu-street",
        "housing",
        "municipal-parks",
    ]


def test_silent_unit_climbs_timer_by_timer_to_supervision(tmp_path: Path) -> None:
    facts = told("silent-unit", tmp_path)
    assert sequence(facts) == SILENT_UNIT
    assert (facts["returns"], facts["rung"], facts["supervised"]) == (0, 3, True)
    assert (facts["satisfaction"], facts["run_state"]) == ("basically_satisfied", "COMPLETED")
    assert (listed(facts)["listed"]["code"], listed(facts)["supervised"]) == ("struck_off", False)
    assert fired(facts) == dict.fromkeys(
        [
            "signing",
            "yellow_card",
            "handling",
            "red_card",
            "first_review",
            "second_review",
            "supervision_reminder",
        ],
        1,
    )
    rungs = {row["trigger"]: row["at"] for row in facts["history"] if row["role"] == "platform"}
    due = {timer["kind"]: timer["due_at"] for timer in facts["timers"] if timer["outcome"] == "fired"}
    assert rungs["climb_to_first_review"] == due["handling"]
    assert rungs["climb_to_second_review"] == due["first_review"]
    assert rungs["supervise"] == due["second_review"]
    assert {row["unit"] for row in facts["history"][2:]} == {"human-resources"}, "the case stays in its hands"


def test_whom_it_is_about_loses_it_and_the_inspectors_conclude(tmp_path: Path) -> None:
    facts = told("accused-unit", tmp_path)
    assert sequence(facts) == ACCUSED_UNIT
    units = [row["unit"] for row in facts["history"] if row["trigger"] in {"dispatch", "take_away", "sign"}]
    assert units == ["municipal-parks", None, "housing", "housing"]


def test_a_journalist_has_the_unit_heard_before_it_is_exposed_and_praises_it_in_the_end(tmp_path: Path) -> None:
    facts = told("followed-lamps", tmp_path)
    assert sequence(facts) == FOLLOWED_LAMPS
    roles = {row["trigger"]: row["role"] for row in facts["history"]}
    assert (roles["ask_media_reply"], roles["give_media_reply"], roles["expose"]) == ("media", "unit", "inspector")


def test_three_returns_are_decided_by_the_experts_in_their_meeting(tmp_path: Path) -> None:
    facts = told("meeting-decides", tmp_path)
    assert sequence(facts) == MEETING
    assert (facts["returns"], facts["rung"], facts["run_state"]) == (3, 1, "COMPLETED")
    assert fired(facts) == {"yellow_card": 1, "red_card": 1, "assist": 1}
    end = listed(facts)
    assert (end["listed"]["code"], end["unit"]["code"]) == ("struck_off", "municipal-parks")
    reported = [(task["unit"]["code"], task["reported"]) for task in end["assists"]]
    assert reported == [("housing", True), ("kuangqu-street", True)]


def test_what_exceeds_every_department_is_decided_by_the_leaders_for_good(tmp_path: Path) -> None:
    facts = told("leaders-decide", tmp_path)
    assert sequence(facts) == LEADERS_DECIDE, "the lead's return was refused: no request_return stands there"
    assert (facts["returns"], facts["rung"], facts["run_state"]) == (0, 2, "COMPLETED")
    roles = {row["trigger"]: row["role"] for row in facts["history"]}
    assert (roles["climb_to_second_review"], roles["hand_to_leader"]) == ("reviewer", "leader")
    assert roles["assign"] == "leader"
    end = listed(facts)
    assert (end["listed"]["code"], end["rung"]["code"]) == ("struck_off", "second_review")
    assert [(task["unit"]["code"], task["reported"]) for task in end["assists"]] == [("kuangqu-street", False)]


DISSATISFIED = [
    (0, "register", "registered"),
    (0, "accept", "accepted"),
    (0, "dispatch", "dispatched"),
    (0, "sign", "in_hand"),
    (2, "submit_completion", "completion_submitted"),
    (2, "approve_completion", "completed"),
    (2, "ask_rating", "completed"),
    (3, "rate", "rated"),
    (3, "begin_redo", "redo"),
    (4, "sign", "in_hand"),
    (7, "submit_completion", "completion_submitted"),
    (7, "approve_completion", "completed"),
    (7, "ask_rating", "completed"),
    (8, "rate", "rated"),
    (8, "climb_to_first_review", "first_review"),
    (10, "assign", "dispatched"),
    (10, "sign", "in_hand"),
    (14, "submit_completion", "completion_submitted"),
    (14, "approve_completion", "completed"),
    (14, "ask_rating", "completed"),
    (14, "rate", "rated"),
    (14, "archive", "archived"),
    (21, "reopen", "accepted"),
    (22, "dispatch", "dispatched"),
    (22, "sign", "in_hand"),
    (23, "submit_completion", "completion_submitted"),
    (23, "approve_completion", "completed"),
    (23, "ask_rating", "completed"),
    (23, "rate", "rated"),
    (23, "archive", "archived"),
]


def test_a_dissatisfied_petitioner_is_done_by_again_and_may_come_back(tmp_path: Path) -> None:
    facts = told("dissatisfied", tmp_path)
    assert sequence(facts) == DISSATISFIED
    assert (facts["rung"], facts["supervised"], facts["run_state"]) == (1, False, "COMPLETED")
    assert facts["satisfaction"] == "satisfied"
    end = listed(facts)
    assert (end["listed"]["code"], end["redos"], end["unit"]["code"]) == ("struck_off", 1, "municipal-parks")
    assert end["struck_off_at"] == facts["history"][-1]["at"], "struck off by its second end"


def test_the_command_names_the_stories_and_refuses_others() -> None:
    rongetong = Path(sys.executable).with_name("rongetong")
    listed = subprocess.run([rongetong, "story", "--list"], capture_output=True, text=True, check=True)
    assert [line.partition("\t")[0] for line in listed.stdout.splitlines()] == [
        "guangji-road",
        "silent-unit",
        "accused-unit",
        "dissatisfied",
        "meeting-decides",
        "leaders-decide",
        "followed-lamps",
    ]
    refused = subprocess.run([rongetong, "story", "nobody"], capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "guangji-road" in refused.stderr
