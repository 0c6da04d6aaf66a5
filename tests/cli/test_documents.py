"""The generated pages say what the tables say, and what they refer to exists."""

from __future__ import annotations

import importlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from cli.documents import pages, write_all
from cli.policy_page import DEADLINE_APPLIED, FIGURES_APPLIED, docs_policy
from domain.actions import PERMITTED
from domain.conduct import DEADLINE_LABELS, DECIDED_KINDS, DeadlineKind, Limit, LimitException, Origin, RequestType
from domain.stages import STAGE_LABELS, TRANSITIONS, TRIGGER_LABELS, Stage, Trigger
from gateways.policy_files import load_policy

ROOT = Path(__file__).parents[2]
PAGES = pages(ROOT)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_page_on_disk_is_the_generated_one(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == PAGES[path], "run `make docs`"


def test_pages_are_written_only_when_they_differ(tmp_path: Path) -> None:
    (tmp_path / "policy").symlink_to(ROOT / "policy")
    assert {path.name for path in write_all(tmp_path)} == {
        *("figures.md", "glossary.md", "permissions.md", "policy.md", "stages.md")
    }
    assert write_all(tmp_path) == []
    (tmp_path / "docs" / "stages.md").write_text("drawn by hand")
    assert [path.name for path in write_all(tmp_path)] == ["stages.md"]


def test_every_rule_is_on_the_page_with_its_source() -> None:
    policy, page = load_policy(ROOT / "policy"), PAGES[ROOT / "docs" / "policy.md"]
    for rule in policy.deadlines:
        row = next(line for line in page.splitlines() if f"`{rule.id}`" in line)
        assert str(rule.duration) in row
        assert rule.source in row
    for figure in policy.figures:
        row = next(line for line in page.splitlines() if f"`{figure.id}`" in line)
        assert figure.value in row
        assert figure.source in row


def test_an_exception_to_a_count_is_on_the_page_with_its_condition_and_its_source() -> None:
    policy = load_policy(ROOT / "policy")
    business = frozenset({RequestType.BUSINESS})
    rule = LimitException("b", Limit.RETURNS, 2, "自定。试", 10, request_types=business, origin=Origin.OWN)
    page = docs_policy(replace(policy, ladder=replace(policy.ladder, exceptions=(rule,))))
    row = next(line for line in page.splitlines() if "`ladder.exceptions.b`" in line)
    assert row.startswith("| 退单几次提级 `ladder.exceptions.b` | 2次 | 企业诉求(优先 10) | 自定。试 | 自定 |")
    own = [item.origin for item in policy.deadlines].count(Origin.OWN)
    own += [item.origin for item in policy.figures].count(Origin.OWN)
    assert f"其中自定 {own + 1} 项" in page


@pytest.mark.parametrize(
    ("function", "test"),
    sorted({*DEADLINE_APPLIED.values(), *FIGURES_APPLIED.values()}),
)
def test_what_applies_a_rule_and_what_holds_it_exist(function: str, test: str) -> None:
    found, names = None, function.split(".")
    for cut in range(len(names) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(names[:cut]))
        except ModuleNotFoundError:
            continue
        for name in names[cut:]:
            found = getattr(found, name)
        break
    assert callable(found), function
    file, name = test.split("::")
    assert re.search(rf"^def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), test


def test_every_kind_of_deadline_says_what_applies_it() -> None:
    page = PAGES[ROOT / "docs" / "policy.md"]
    assert set(DEADLINE_APPLIED) == set(DeadlineKind) - set(DECIDED_KINDS)
    assert all(f"{DEADLINE_LABELS[kind]}({source})" in page for kind, source in DECIDED_KINDS.items())


def test_the_stages_page_has_every_stage_and_every_move() -> None:
    page = PAGES[ROOT / "docs" / "stages.md"]
    rows = {line.split("|")[2].strip(" `"): line for line in page.splitlines() if line.startswith("| ")}
    for stage in Stage:
        steps = rows[stage].split("|")[4].strip().split("<br>")
        assert [step.split(" ")[0] for step in steps if step != "—"] == [
            TRIGGER_LABELS[trigger] for trigger, move in TRANSITIONS.items() if stage in move.sources
        ]
    for trigger in Trigger:
        target = TRANSITIONS[trigger].target
        assert (STAGE_LABELS[target] if target else "不变") in rows[trigger]
        assert ("仅平台" in rows[trigger]) is (not PERMITTED[trigger])


def test_the_diagram_draws_each_move_that_changes_the_stage() -> None:
    diagram = PAGES[ROOT / "docs" / "stages.md"].split("```")[1]
    undrawn = {Trigger.MERGE, Trigger.WITHDRAW, Trigger.TERMINATE}
    drawn = set(re.findall(r"^    (\S+) --> (\S+?)(?:: .*)?$", diagram, re.MULTILINE))
    moves = {
        (str(source), str(move.target))
        for trigger, move in TRANSITIONS.items()
        if move.target and trigger not in undrawn
        for source in move.sources or ["[*]"]
    }
    ends = {(str(stage), "[*]") for stage in (Stage.ARCHIVED, Stage.REFUSED)}
    assert drawn == moves | ends
