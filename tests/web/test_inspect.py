"""Inspectors at their pages: what is overdue, dossiers that print, patterns that a person judges, lists, bulletins."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from docx import Document
from openpyxl import load_workbook

import clock
from domain.actions import Actor, Role
from domain.periods import PeriodKind
from models.tables import Finding
from services import bulletins, ladder, patterns
from services.context import Context
from tests.support import steps
from tests.support.pages import Visitor, signed_in
from tests.web.office import LAMPS, OTHER, UNIT, desk, done, petition, reported, unit

pytestmark = pytest.mark.usefixtures("cheap_passwords")

INSPECTOR = Actor(Role.INSPECTOR, name="测试督查员")


def inspector(context: Context) -> Visitor:
    return signed_in(Visitor(context), Role.INSPECTOR)


def test_what_is_overdue_leads_to_a_dossier_without_the_petitioner(context: Context) -> None:
    Visitor(context).report(LAMPS[0], name="测试甲", contact="13800001234")
    case = petition(context, LAMPS[0]).id
    steps.settle(context, case)
    ladder.open_supervision(context, case, INSPECTOR, "群众反映强烈")
    visitor = inspector(context)
    number = petition(context, LAMPS[0]).case_number
    listed = visitor.open("/inspect")
    assert number in listed.text
    assert number not in visitor.open("/inspect?supervised=no").text
    page = visitor.open(f"/inspect/dossiers/{case}")
    assert (page.status, "群众反映强烈" in page.text) == (200, True)
    assert re.search(rf'class="running" aria-hidden="true">案卷 {number} · 截至', page.html), "on every printed sheet"
    assert "区纪委监委督办账号：待发" in page.text
    assert re.findall(r"(?:unit|role|member|petitioner):[a-z]", page.text) == []  # whom it went to is said by name
    for secret in ("测试甲", "13800001234", LAMPS[0]):
        assert secret not in page.html
    written = visitor.client.get(f"/inspect/dossiers/{case}/dossier.docx")
    assert number in "\n".join(item.text for item in Document(io.BytesIO(written.content)).paragraphs)


def test_a_file_is_asked_about_and_closed_from_the_case(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = inspector(context)
    done(visitor, case, "supervise", reason="长期未解决")
    done(visitor, case, "demand_explanation", question="为何未修", **{"term.amount": "2"})
    assert "须在" in visitor.open(f"/inspect/dossiers/{case}").text
    done(unit(context), case, "explain", text="备件到货延迟")
    done(visitor, case, "close_supervision", disposition="unfounded", opinion="已说明清楚")
    page = visitor.open(f"/inspect/dossiers/{case}")
    assert "备件到货延迟" in page.text
    assert "已说明清楚" in page.text


def test_a_party_inspectors_visit_stands_in_the_dossier(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = signed_in(Visitor(context), Role.PARTY_INSPECTOR)
    done(visitor, case, "open_inspection", reason="典型案例")
    seen = {"visited_at": "2026-03-02T08:30", "place": "广济路路口", "people.0": "区委督查室", "found": "三盏不亮"}
    done(visitor, case, "record_visit", **seen)
    page = visitor.open(f"/inspect/dossiers/{case}")
    assert "三盏不亮" in page.text
    assert "区委督查室" in page.text


def test_a_question_without_a_term_of_its_own_is_listed_when_nobody_answered(
    context: Context, frozen_clock: clock.StoryClock
) -> None:
    [case] = reported(context, LAMPS[1])
    party = signed_in(Visitor(context), Role.PARTY_INSPECTOR)
    done(party, case, "open_inspection", reason="典型案例")
    done(party, case, "query_unit", question="为何未修")
    assert "党委督查要求说明， 3月9日" in unit(context).open("/tasks").text
    frozen_clock.move_to(clock.now() + dt.timedelta(days=8))
    listed = signed_in(Visitor(context), Role.PARTY_INSPECTOR, name="测试督查乙").open("/inspect").text
    assert "区市政园林服务中心须在 3月9日" in listed
    assert "向党委督查说明，已逾期" in listed
    assert "党委督查" not in desk(context).open("/tasks").text


def finding(context: Context) -> str:
    numbers = {
        "numerator": 12,
        "base": 40,
        "peers_numerator": 5,
        "peers_base": 200,
        "low": 0.18,
        "high": 0.45,
        "p": 0.0001,
        "tests": 30,
        "expected_false": 0.1,
    }
    [case] = reported(context, LAMPS[0])
    del case
    with context.sessions.begin() as session:
        now = clock.now()
        row = Finding(kind="last_minute", subject=UNIT, version=0, found_at=now, standing="raised", since=now)
        row.until, row.seen_at, row.rule_version, row.numbers = now, now, "1", numbers
        row.cases = [{"case": petition(context, LAMPS[0]).case_number, "said": "到期前12分钟"}]
        session.add(row)
        patterns.note(row, "raise", "platform", "融e通", "12/40件", now)
        session.flush()
        return row.id


def test_a_pattern_is_judged_by_a_person_beside_its_base_rate(context: Context) -> None:
    finding_id = finding(context)
    visitor = inspector(context)
    assert finding_id in "".join(visitor.open("/inspect/patterns").links)
    page = visitor.open(f"/inspect/patterns/{finding_id}")
    assert "12/40件" in page.text
    assert "5/200件" in page.text
    assert petition(context, LAMPS[0]).case_number in page.text
    beside = visitor.open(f"/inspect/patterns/{finding_id}")
    empty = visitor.send(page.form("/decision"), decision="confirm", reason="")
    assert empty.status == 422
    judged = visitor.send(page.form("/decision"), decision="set_aside", reason="该单位多为备件采购")
    assert "已放过" in judged.text
    late = visitor.send(beside.form("/decision"), decision="open_file", reason="另有线索核查")
    assert late.status == 409
    assert "有了变化" in late.text


@pytest.mark.parametrize("role", [Role.DESK, Role.REVIEWER, Role.PARTY_INSPECTOR, Role.LEADER, Role.OPERATOR])
def test_nobody_else_is_told_of_a_pattern(context: Context, role: Role) -> None:
    finding_id = finding(context)
    visitor = signed_in(Visitor(context), role)
    assert visitor.open("/inspect/patterns").status == 403
    assert visitor.open(f"/inspect/patterns/{finding_id}").status == 403


@pytest.mark.parametrize("role", [Role.DESK, Role.REVIEWER, Role.OPERATOR, Role.FOLLOW_UP])
def test_a_dossier_is_for_inspectors_and_the_leadership(context: Context, role: Role) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = signed_in(Visitor(context), role)
    for path in ("/inspect", f"/inspect/dossiers/{case}", f"/inspect/dossiers/{case}/dossier.docx"):
        assert visitor.open(path).status == 403


@pytest.mark.parametrize("name", ["problems", "responsibilities", "progress", "results"])
def test_a_unit_sees_its_own_lines_of_the_lists(context: Context, name: str) -> None:
    reported(context, LAMPS[0])
    number = petition(context, LAMPS[0]).case_number
    assert number in unit(context).open(f"/reports?name={name}").text
    assert number not in unit(context, OTHER).open(f"/reports?name={name}").text


def test_the_lists_are_one_workbook(context: Context) -> None:
    reported(context, LAMPS[0])
    answer = inspector(context).client.get("/reports/lists.xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    assert len(book.sheetnames) == 4
    number = petition(context, LAMPS[0]).case_number
    assert all(number in [row[0].value for row in sheet.iter_rows()] for sheet in book)


def test_a_bulletin_is_read_issued_and_saved(context: Context, frozen_clock: clock.StoryClock) -> None:
    reported(context, LAMPS[0])
    frozen_clock.move_to(clock.now() + dt.timedelta(days=8))
    assert bulletins.make_due(context, PeriodKind.WEEK)
    visitor = inspector(context)
    [path] = {link for link in visitor.open("/reports/bulletins").links if link.startswith("/reports/bulletins/")}
    at_unit = unit(context)
    assert at_unit.open(path).status == 404, "a draft is not for units"
    page = visitor.send(visitor.open(path).form("/issue"), opinion="请各单位对照整改")
    assert "已记下" in page.text, page.text
    assert at_unit.open(path).status == 200
    assert Document(io.BytesIO(visitor.client.get(f"{path}/bulletin.docx").content)).paragraphs
    assert load_workbook(io.BytesIO(visitor.client.get(f"{path}/annex.xlsx").content)).sheetnames
