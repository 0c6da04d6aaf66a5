"""What a review decided as a Word document: a meeting's minutes (会议纪要), or one decision of the leaders."""

from __future__ import annotations

import io
from collections.abc import Sequence

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import _Row

from domain.calendar import in_words
from domain.reviews import LEVEL_LABELS, Level
from models.review_answers import CaseOnAgenda, MeetingView
from models.second_review import DecisionRecord

_FONT = "仿宋"
_PARTS = {"lead": "主办", "assist": "协办"}


def minutes_document(meeting: MeetingView) -> bytes:
    """The minutes as `.docx`: who met, and of each case what was said and decided; no word of a petitioner's."""
    document = _document(f"{meeting.number} {meeting.title}", meeting.level.name)
    document.add_heading(f"{meeting.level.name}专题会议纪要", level=0)
    document.add_paragraph(meeting.number)
    _facts(document, meeting)
    _attendance(document, meeting)
    for number, item in enumerate(meeting.items, 1):
        _case(document, number, item)
    if meeting.hidden:
        document.add_paragraph(f"另有{meeting.hidden}件因回避未列。")
    return _saved(document)


def record_document(record: DecisionRecord) -> bytes:
    """One decision of the leaders as `.docx`: how it came to them, what was said below, who does what until when."""
    review = LEVEL_LABELS[Level.SECOND]
    document = _document(f"{record.case_number} {review}决定", review)
    document.add_heading(f"{review}决定记录", level=0)
    facts = (
        ("编号", record.case_number),
        ("事项", record.matter),
        ("提级的缘由", record.brought or "—"),
        ("议定的会议", record.meeting or "未经会议，由领导小组直接决定"),
        ("时间", in_words(record.decided_at)),
        ("记录人", record.decided_by),
    )
    for name, said in facts:
        document.add_paragraph(f"{name}：{said}")
    document.add_heading(f"{LEVEL_LABELS[Level.FIRST]}的意见", level=1)
    for item in record.recommended:
        said = "；".join(filter(None, (item.reason, item.discussion)))
        document.add_paragraph(f"{item.meeting}：{item.outcome.name}。{said}")
    if not record.recommended:
        document.add_paragraph("没有议定的意见。")
    for said in record.handed:
        document.add_paragraph(said)
    document.add_heading("决定", level=1)
    document.add_paragraph(f"依据：{record.reason}")
    rows = [(task.unit.name, _PARTS[task.part], task.duty, task.term) for task in record.tasks]
    _table(document, ("单位", "分工", "任务", "时限"), rows)
    return _saved(document)


def _document(title: str, author: str) -> WordDocument:
    document = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(12)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    document.core_properties.title, document.core_properties.author = title, author
    return document


def _saved(document: WordDocument) -> bytes:
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def _facts(document: WordDocument, meeting: MeetingView) -> None:
    held = meeting.held_at or meeting.planned_at
    facts = (
        ("议题", meeting.title),
        ("时间", in_words(held)),
        ("地点", meeting.place or "—"),
        ("主持", meeting.chair.title if meeting.chair else "—"),
        ("状态", meeting.status.name),
        ("到会", f"成员{meeting.quorum.present}人(法定{meeting.quorum.needed}人)"),
    )
    for name, said in facts:
        document.add_paragraph(f"{name}：{said}")


def _attendance(document: WordDocument, meeting: MeetingView) -> None:
    document.add_heading("到会人员", level=1)
    rows = [(row.unit.name, row.title, "成员" if row.member else "单位来人") for row in meeting.attendance]
    _table(document, ("单位", "职务", "身份"), rows)


def _case(document: WordDocument, number: int, item: CaseOnAgenda) -> None:
    document.add_heading(f"{number}. {item.number}（{item.matter}）", level=1)
    outcome = item.outcome.name if item.outcome else "未议定"
    document.add_paragraph(f"议定结果：{outcome}")
    for name, said in (("讨论情况", item.discussion), ("决定和理由", item.reason)):
        if said:
            document.add_paragraph(f"{name}：{said}")
    if item.tasks:
        rows = [(task.unit.name, _PARTS[task.part], task.duty, task.term) for task in item.tasks]
        _table(document, ("单位", "分工", "任务", "时限"), rows)


def _table(document: WordDocument, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=1, cols=len(titles), style="Table Grid")
    _fill(table.rows[0], titles)
    for row in rows:
        _fill(table.add_row(), row)


def _fill(row: _Row, values: Sequence[str]) -> None:
    for cell, value in zip(row.cells, values, strict=True):
        cell.text = value
