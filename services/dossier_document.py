"""The dossier as a document to print (.docx): who had it how long, why it is late, and what was told to whom.

It leaves the platform, so it holds neither the petitioner nor the petition's words, unless they were read for a purpose
of which there is a record.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence

from docx import Document
from docx.document import Document as Paper
from docx.oxml.ns import qn
from docx.shared import Pt

from domain.calendar import OfficeHours, local
from domain.durations import worktime_said
from models.dossier import Dossier, Reminder
from models.identity_answers import IdentityView

_FONT = "宋体"
_WITHOUT = "诉求原文和诉求人身份不在本卷内；确需了解的，凭权限在平台查看，查看有记录。"
_WITH = "本卷附诉求原文和诉求人身份，限督办核查使用。"
OUTCOMES = {
    "granted": "同意",
    "refused": "不同意",
    "overtaken": "未及审定即已变动",
    "ended": "已结束",
    "approved": "审核通过",
    "rejected": "退回补办",
}
STATUSES = {"sent": "已送达", "owed": "待发", "dead": "未送达", "unreachable": "没有地址"}


def document(dossier: Dossier, office: OfficeHours, disclosed: IdentityView | None = None) -> bytes:
    """`dossier` as the bytes of a .docx file; `disclosed` is what was read of the petitioner for a purpose.

    Long lengths of time are told in days as long as `office` is open.
    """
    paper = Document()
    _set_font(paper)
    petition = dossier.petition
    paper.add_heading(f"案卷 {petition.case_number}", level=0)
    paper.add_paragraph(f"截至{_moment(dossier.as_of)}。{_WITHOUT if disclosed is None else _WITH}")
    _table(paper, "一、概况", ("项目", "内容"), _summary(dossier))
    _late(paper, dossier)
    _table(
        paper,
        "三、谁持有多久",
        ("持有者", "阶段", "自", "至", "工作时间", "其中平台延误"),
        (
            (
                item.holder.name,
                item.stage.name,
                _moment(item.since),
                _moment(item.until),
                worktime_said(item.working_minutes, office.minutes, exact=True),
                worktime_said(item.platform_working_minutes, office.minutes, exact=True),
            )
            for item in dossier.held
        ),
    )
    _table(
        paper,
        "四、退单、延期、挂起、重办",
        ("事项", "单位", "提出", "理由", "依据或幅度", "审定", "结果"),
        (
            (
                item.kind.name,
                item.unit.name if item.unit else "—",
                _moment(item.asked_at),
                item.reason,
                item.basis,
                f"{_moment(item.decided_at)} {item.decided_by or ''}".strip(),
                OUTCOMES.get(item.outcome or "", item.outcome or "未定"),
            )
            for item in dossier.asked
        ),
    )
    _table(
        paper,
        "五、计时核查：改动到期时间的每一步",
        ("时间", "步骤", "经办", "原到期", "现到期", "当时距到期(工作分钟)", "临近或已过"),
        (
            (
                _moment(item.at),
                item.label,
                item.by,
                _moment(item.due_before),
                _moment(item.due_after),
                "—" if item.working_minutes_left is None else str(item.working_minutes_left),
                "是" if item.near else "否",
            )
            for item in dossier.clock_edits
        ),
    )
    _table(paper, "六、提醒及送达", ("时间", "事项", "对象", "状态", "送达时间", "凭据"), _reminded(dossier.reminders))
    _table(
        paper,
        "七、派遣理由",
        ("时间", "步骤", "单位", "经办", "理由"),
        (
            (_moment(item.at), item.label, item.unit.name if item.unit else "—", item.by, _why(item.reason, item))
            for item in dossier.dispatched
        ),
    )
    _file(paper, dossier)
    _table(
        paper,
        "九、办结凭据",
        ("提交", "单位", "回执(SHA-256)", "附件及其 SHA-256", "结果"),
        (
            (
                _moment(item.submitted_at),
                item.unit_name,
                item.receipt,
                "；".join(f"{file.get('name', '')} {file.get('sha256', '')}" for file in item.attachments) or "无",
                OUTCOMES.get(item.outcome or "", "未审核"),
            )
            for item in dossier.evidence
        ),
    )
    chain = dossier.chain
    paper.add_heading("十、历史校验", level=1)
    verdict = "完整，没有一条被改动" if chain.intact else f"第{chain.broken_at}条起不符，历史被改动过"
    paper.add_paragraph(f"历史共{chain.rows}条，逐条校验：{verdict}。")
    if disclosed is not None:
        _petitioner(paper, dossier, disclosed)
    written = io.BytesIO()
    paper.save(written)
    return written.getvalue()


def _petitioner(paper: Paper, dossier: Dossier, disclosed: IdentityView) -> None:
    paper.add_heading("十一、诉求人和诉求原文", level=1)
    why = f"{_moment(disclosed.read_at)}为“{disclosed.purpose.name}：{disclosed.words}”查阅，已记入日志，不得外传。"
    paper.add_paragraph(why)
    paper.add_paragraph(f"诉求人：{disclosed.name or '未留姓名'}；联系方式：{disclosed.contact or '未留'}")
    paper.add_paragraph(dossier.petition.text)


def _set_font(paper: Paper) -> None:
    style = paper.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(10)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)


def _summary(dossier: Dossier) -> Iterable[tuple[str, str]]:
    petition = dossier.petition
    yield "阶段", petition.stage.name
    yield "承办单位", petition.unit.name if petition.unit else "—"
    yield "分类", petition.category.name if petition.category else "—"
    yield "镇街", petition.town.name if petition.town else "—"
    yield "登记时间", _moment(petition.registered_at)
    yield "退单、转派、重办", f"{petition.returns}次、{petition.transfers}次、{petition.redos}次"
    yield "办理到期", _moment(petition.due_at)
    yield "扣除平台延误后的到期", _moment(dossier.platform.excused_until)
    for item in dossier.recusals:
        who = item.unit.name if item.unit else f"账号{item.account}"
        yield "回避", f"{who}({item.stated_by.name}){'，已解除' if item.lifted_at else ''}"


def _late(paper: Paper, dossier: Dossier) -> None:
    paper.add_heading("二、到期的依据和由来", level=1)
    under, platform = dossier.under, dossier.platform
    if under is None:
        paper.add_paragraph("没有在走的办理时限。")
    else:
        paper.add_paragraph(f"{under.kind.name}({under.rule}，{under.origin})：{under.source}")
        paper.add_paragraph(f"规则版本{under.policy_version}，日历版本{under.calendar_version}。")
        for step in under.steps:
            paper.add_paragraph(step.text, style="List Number")
    paper.add_paragraph(f"平台责任：{platform.said}。")
    for delay in platform.delays:
        span = f"{_moment(delay.since)}至{_moment(delay.until)}"
        paper.add_paragraph(f"{delay.cause.name} {span} {delay.told}", style="List Bullet")


def _file(paper: Paper, dossier: Dossier) -> None:
    paper.add_heading("八、督办", level=1)
    file = dossier.supervision
    if file is None:
        paper.add_paragraph("没有立督办件。")
        return
    for opening in file.openings:
        end = f"，{_moment(opening.closed_at)}{opening.closed_by or ''}了结" if opening.closed_at else "，尚未了结"
        disposition = f"：{opening.disposition.name} {opening.opinion}" if opening.disposition else ""
        text = f"{_moment(opening.opened_at)}立督办件，事由：{opening.cause}{end}{disposition}"
        paper.add_paragraph(text, style="List Bullet")
    for entry in dossier.history:
        if entry.trigger in {"demand_explanation", "explain"}:
            paper.add_paragraph(f"{_moment(entry.at)}{entry.label}：{entry.reason}", style="List Bullet")


def _reminded(reminders: Sequence[Reminder]) -> Iterable[tuple[str, ...]]:
    for item in reminders:
        if not item.notices:
            yield _moment(item.at), item.label, "—", "没有通知", "—", ""
        for notice in item.notices:
            status = STATUSES.get(notice.status, notice.status)
            yield _moment(item.at), item.label, notice.told, status, _moment(notice.sent_at), notice.proof


def _why(reason: str, item: object) -> str:
    candidates = getattr(item, "candidates", [])
    considered = "；".join(f"{one.unit.name}(得分{one.score:g})" for one in candidates)
    return f"{reason}。备选：{considered}" if considered else reason


def _table(paper: Paper, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    paper.add_heading(title, level=1)
    found = list(rows)
    if not found:
        paper.add_paragraph("没有。")
        return
    table = paper.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.text = head
    for row in found:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _moment(moment: dt.datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment is not None else "—"
