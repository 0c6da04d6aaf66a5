"""Bulletins say what happened, name units and no person, and are issued by somebody or not at all."""

from __future__ import annotations

import datetime as dt
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import docx
import openpyxl
import pendulum
import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.bulletins import BulletinAct
from domain.errors import NotFound, NotPermitted, RuleRefusal, StaleVersion
from domain.findings import FindingDecision
from domain.periods import PeriodKind
from models.bulletins import BulletinView
from models.finding_answers import FindingDecisionIn
from models.tables import Bulletin
from services import bulletins, findings, ladder, patterns, recusals, striking
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, DESK, INSPECTOR, LIVES, TEXT, UNIT, WORDS, petition_of
from tests.services.planted import honest_ledger
from tests.support.context import shipped_policy
from tests.support.steps import settle_until

WEEK = PeriodKind.WEEK
LEADER = Actor(Role.LEADER, name="领导小组")
NEXT_MONDAY = pendulum.datetime(2026, 3, 9, 1, tz=clock.SHANGHAI)


def stored(context: Context) -> list[Bulletin]:
    with context.readers() as session:
        return list(session.scalars(sa.select(Bulletin).order_by(Bulletin.since)))


def drafted(context: Context, story: clock.StoryClock, when: dt.datetime = NEXT_MONDAY) -> BulletinView:
    story.move_to(pendulum.instance(when))
    bulletins.make_due(context, WEEK)
    return bulletins.bulletin(context, stored(context)[-1].id, INSPECTOR)


def table(view: BulletinView, title: str) -> dict[str, list[str]]:
    """The rows of a section's table by their first cell."""
    _, _, after = view.text.partition(f"## {title}\n")
    lines = after.partition("\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| ")]
    return {row[0]: row[1:] for row in rows[1:]}


def issue(context: Context, view: BulletinView, actor: Actor = LEADER, opinion: str = "") -> Bulletin:
    return bulletins.decide(context, view.id, actor, BulletinAct.ISSUE, opinion, view.version)


def test_a_week_is_told_as_it_was(context: Context, story: clock.StoryClock) -> None:
    late = lives.in_hand(context)
    lives.supervised(context)
    lives.archived(context)
    kept = lives.archived(context)
    striking.refuse(context, kept, DESK, "照片看不清")
    lives.in_review(context)
    settle_until(context, late, story, NEXT_MONDAY.add(days=7))
    view = drafted(context, story, NEXT_MONDAY.add(days=7, hours=1))
    assert bulletins.make_due(context, WEEK) == 0
    [first, second] = stored(context)
    assert (first.since, second.as_of) == (
        pendulum.datetime(2026, 3, 2, tz=clock.SHANGHAI),
        pendulum.datetime(2026, 3, 16, tz=clock.SHANGHAI),
    )
    of_first = bulletins.bulletin(context, first.id, INSPECTOR)
    assert table(of_first, "销号")["区市政园林服务中心"] == ["2", "1"]
    assert table(of_first, "本期监督")["合计"][2:] == ["1", "0", "1", "0"], "one review and one file"
    assert table(of_first, "本期监督")["合计"][0] == "1", "the yellow card of the week"
    assert table(view, "本期监督")["区市政园林服务中心"][1] == "1", "the red card of the week after"
    assert table(view, "现状")["区市政园林服务中心"][1] != "0", "by then it is overdue"
    annex = openpyxl.load_workbook(io.BytesIO(bulletins.annex(context, second.id, INSPECTOR)))
    assert annex.sheetnames == ["逾期未结", "红牌", "督办"]
    overdue = {row[0].value: row for row in annex["逾期未结"].iter_rows(min_row=2)}
    mine = overdue[petition_of(context, late).case_number]
    assert (mine[1].value, mine[4].is_date, mine[5].value) == ("区市政园林服务中心", True, 7)


def test_the_figures_are_as_of_the_end_however_late_it_is_drafted(context: Context, story: clock.StoryClock) -> None:
    for life in LIVES:
        life(context)
    in_time = drafted(context, story)
    with context.sessions.begin() as session:
        session.execute(sa.text("DELETE FROM bulletin_step"))
        session.execute(sa.text("DELETE FROM bulletin"))
    lives.dispatched(context)
    late = drafted(context, story, NEXT_MONDAY.add(days=3))
    assert late.text == in_time.text


def test_why_petitioners_were_dissatisfied_and_the_visits_are_in_it(context: Context, story: clock.StoryClock) -> None:
    lives.dissatisfied_after_a_visit_was_drawn(context)
    view = drafted(context, story)
    assert table(view, "不满意的原因") == {"问题没有解决": ["1"]}
    assert table(view, "回访") == {"1": ["0", "0", "0", "0", "1", "0"]}, "the redo overtook it"


def test_a_week_without_a_verdict_says_so(context: Context, story: clock.StoryClock) -> None:
    lives.in_hand(context)
    text = drafted(context, story).text
    assert "没有不满意的评价" in text
    assert "没有抽取回访" in text


def test_no_person_and_nobodys_words_are_in_it(context: Context, story: clock.StoryClock) -> None:
    for life in LIVES:
        life(context)
    view = drafted(context, story)
    content = str(stored(context)[0].content)
    for secret in (WORDS, TEXT, "测试甲", "13800001234", "测试专席", "督查员"):
        assert secret not in view.text
        assert secret not in content
    assert "SZ-2026" not in view.text, "cases are in the annexes alone, for the text is shown in Prefect"


def test_only_what_was_confirmed_is_told(context: Context, story: clock.StoryClock) -> None:
    plant = honest_ledger(context)
    for _ in range(25):
        plant.case(UNIT, contacted=False, leads=("housing", UNIT))
    for _ in range(60):
        plant.case("housing", recorded_by="信息员丁")
    patterns.find(context)
    raised = {item.kind.code: item for item in findings.findings(context, INSPECTOR).findings}
    assert len(raised) == 3
    judgements = {"no_contact": FindingDecision.CONFIRM, "always_satisfied_by": FindingDecision.OPEN_FILE}
    for kind, decision in judgements.items():
        body = FindingDecisionIn(decision=decision, reason=WORDS)
        findings.decide(context, raised[kind].id, INSPECTOR, body)
    rows = table(drafted(context, story), "核实的苗头")
    assert rows["区市政园林服务中心"][0] == "不联系就办结"
    assert rows["一个代录账号"][0] == "一人代录件件满意"
    assert len(rows) == 2
    view = drafted(context, story)
    assert "两单位来回推" not in view.text
    assert "信息员丁" not in view.text


def test_what_was_set_aside_after_all_is_not_told(context: Context, story: clock.StoryClock) -> None:
    plant = honest_ledger(context)
    for _ in range(25):
        plant.case(UNIT, contacted=False)
    patterns.find(context)
    [found] = findings.findings(context, INSPECTOR).findings
    for decision in (FindingDecision.CONFIRM, FindingDecision.SET_ASIDE):
        findings.decide(context, found.id, INSPECTOR, FindingDecisionIn(decision=decision, reason="复核"))
    assert "本期没有经核实的苗头" in drafted(context, story).text


def test_a_person_issues_it_and_it_gets_its_number(context: Context, story: clock.StoryClock) -> None:
    lives.archived(context)
    view = drafted(context, story)
    assert (view.standing.code, view.number, view.allowed_actions) == ("draft", None, ["issue", "discard"])
    assert "草稿，未签发" in view.text
    row = issue(context, view, opinion="请各单位对照整改")
    assert row.number == "督导通报〔2026〕第1期"
    issued = bulletins.bulletin(context, view.id, AT_UNIT)
    assert "督导通报〔2026〕第1期" in issued.text
    assert "签发意见：请各单位对照整改" in issued.text
    assert [(step.act.code, step.actor_name) for step in issued.history] == [("draft", "融e通"), ("issue", "领导小组")]
    with pytest.raises(RuleRefusal, match="已签发，不能再不予签发"):
        bulletins.decide(context, view.id, INSPECTOR, BulletinAct.DISCARD, "有误")
    lives.register(context, "又一件事要反映")
    second = drafted(context, story, NEXT_MONDAY.add(days=7))
    with pytest.raises(StaleVersion, match="该通报已被他人更新"):
        bulletins.decide(context, second.id, LEADER, BulletinAct.ISSUE, "", 5)
    assert issue(context, second, INSPECTOR).number == "督导通报〔2026〕第2期"


def test_what_is_discarded_stays_unread(context: Context, story: clock.StoryClock) -> None:
    lives.archived(context)
    view = drafted(context, story)
    bulletins.decide(context, view.id, INSPECTOR, BulletinAct.DISCARD, "本周停机，数据待核")
    assert bulletins.bulletins(context, AT_UNIT).bulletins == []
    [mine] = bulletins.bulletins(context, LEADER).bulletins
    assert (mine.standing.code, mine.allowed_actions) == ("discarded", [])
    assert bulletins.to_show(context) == []
    assert bulletins.make_due(context, WEEK) == 0, "a week has one bulletin"


def test_of_two_who_issue_at_once_one_does(context: Context, story: clock.StoryClock) -> None:
    lives.archived(context)
    view, together = drafted(context, story), threading.Barrier(2)

    def issuing(actor: Actor) -> str:
        together.wait(120)
        try:
            return str(issue(context, view, actor).number)
        except StaleVersion:
            return "too late"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(issuing, (LEADER, INSPECTOR))) == ["too late", "督导通报〔2026〕第1期"]


def test_two_who_draft_at_once_draft_one(context: Context, story: clock.StoryClock) -> None:
    lives.archived(context)
    story.move_to(NEXT_MONDAY)
    together = threading.Barrier(2)

    def draft(_: int) -> int:
        together.wait(120)
        return bulletins.make_due(context, WEEK)

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(draft, range(2))) == 1
    assert len(stored(context)) == 1


def test_who_reads_what(context: Context, story: clock.StoryClock) -> None:
    lives.archived(context)
    view = drafted(context, story)
    drafts = {Role.INSPECTOR, Role.LEADER, Role.OPERATOR}
    for role in set(Role) - {Role.PLATFORM, Role.PETITIONER, Role.CHANNEL, Role.MEDIA}:
        actor = Actor(role, UNIT if role is Role.UNIT else None, "测试")
        assert len(bulletins.bulletins(context, actor).bulletins) == (role in drafts)
        if role not in drafts:
            with pytest.raises(NotFound):
                bulletins.document(context, view.id, actor)
        if role not in {Role.INSPECTOR, Role.LEADER}:
            with pytest.raises(NotPermitted):
                issue(context, view, actor)
    for nobody in (Actor(Role.CHANNEL, name="12345"), Actor(Role.MEDIA, name="12345"), Actor(Role.PETITIONER)):
        with pytest.raises(NotPermitted):
            bulletins.bulletins(context, nobody)
    for nobodys in ("x", "\x00" * 36):
        with pytest.raises(NotFound):
            bulletins.bulletin(context, nobodys, INSPECTOR)


def test_the_document_says_what_the_text_says(context: Context, story: clock.StoryClock) -> None:
    lives.archived(context)
    ladder.open_supervision(context, lives.in_hand(context), INSPECTOR, "核查")
    view = drafted(context, story)
    issue(context, view, opinion="请对照整改")
    written: Any = docx.Document(io.BytesIO(bulletins.document(context, view.id, AT_UNIT)))
    said = [paragraph.text for paragraph in written.paragraphs]
    assert said[0] == view.title
    assert "督导通报〔2026〕第1期" in said
    assert "签发意见：请对照整改" in said
    tables = [[[cell.text for cell in row.cells] for row in item.rows] for item in written.tables]
    text = bulletins.bulletin(context, view.id, AT_UNIT).text
    for rows in tables:
        for row in rows:
            assert f"| {' | '.join(row)} |" in text
    assert len(tables) == text.count("|---|\n") == text.count("\n|---")
    assert written.core_properties.author == shipped_policy().district
    assert written.core_properties.created.year == 2026


def test_what_stands_newly_is_shown_once(context: Context, story: clock.StoryClock) -> None:
    lives.archived(context)
    view = drafted(context, story)
    [draft] = bulletins.to_show(context)
    assert "草稿，未签发" in bulletins.text_of(draft)
    issue(context, view)
    bulletins.was_shown(context, draft)
    [issued] = bulletins.to_show(context)
    assert "第1期" in bulletins.text_of(issued), "it was issued while the draft was being shown"
    bulletins.was_shown(context, issued)
    assert bulletins.to_show(context) == []


def test_what_somebody_must_stay_out_of_is_in_no_annex(context: Context, story: clock.StoryClock) -> None:
    told, hidden = lives.supervised(context), lives.supervised(context)
    recusals.recuse_unit(context, hidden, DESK, unit="housing", reason="反映的就是该单位")
    view = drafted(context, story)
    annex = openpyxl.load_workbook(io.BytesIO(bulletins.annex(context, view.id, INSPECTOR)))
    numbers = {row[0].value for sheet in annex.worksheets for row in sheet.iter_rows(min_row=2)}
    assert petition_of(context, told).case_number in numbers
    assert petition_of(context, hidden).case_number not in numbers
    assert table(view, "本期监督")["合计"][4] == "2", "the numbers are whole"
