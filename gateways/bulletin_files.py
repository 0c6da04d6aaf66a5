"""A bulletin as a Word document, and its annexes as an Excel workbook."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from gateways.workbooks import Cell as BookCell
from gateways.workbooks import Sheet, workbook_bytes
from models.bulletins import Annex, BulletinContent, Cell, Column, ColumnKind, Section

_TITLE_FONT, _BODY_FONT = "方正小标宋简体", "仿宋"  # those of official documents (GB/T 9704-2012)
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def document_of(content: BulletinContent, heading: Sequence[str], opinion: str, made_at: dt.datetime) -> bytes:
    """The bulletin as `.docx`; `heading` are the lines under its title."""
    document = docx.Document()
    _prepare(document, content, made_at)
    title = document.add_paragraph(style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.add_run(_text(content.title))
    for line in heading:
        document.add_paragraph(_text(line)).alignment = WD_ALIGN_PARAGRAPH.CENTER
    if opinion:
        document.add_paragraph(_text(f"签发意见：{opinion}"))
    for section in content.sections:
        _add(document, section)
    annexes = "、".join(f"{annex.title}({len(annex.rows)}件)" for annex in content.annexes)
    document.add_paragraph(_text(f"附件：{annexes}"))
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def annexes_of(content: BulletinContent) -> bytes:
    """The annexes as `.xlsx`, a sheet each, with real dates."""
    return workbook_bytes([(_sheet(annex), _rows(annex)) for annex in content.annexes])


def _prepare(document: Document, content: BulletinContent, made_at: dt.datetime) -> None:
    # The library's template names its own author and a date of years ago.
    properties = document.core_properties
    properties.author, properties.title = _text(content.district), _text(content.title)
    properties.created = properties.modified = made_at.astimezone(dt.UTC).replace(tzinfo=None)
    properties.comments = ""
    for name, font, size in (("Normal", _BODY_FONT, 14), ("Title", _TITLE_FONT, 22), ("Heading 2", "黑体", 16)):
        style = document.styles[name]
        style.font.name, style.font.size = font, Pt(size)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _add(document: Document, section: Section) -> None:
    document.add_heading(_text(section.title), level=2)
    for paragraph in section.paragraphs:
        document.add_paragraph(_text(paragraph))
    if section.table is None:
        return
    table = document.add_table(rows=1, cols=len(section.table.columns), style="Table Grid")
    for cell, name in zip(table.rows[0].cells, section.table.columns, strict=True):
        cell.paragraphs[0].add_run(_text(name)).bold = True
    for values in section.table.rows:
        for cell, value in zip(table.add_row().cells, values, strict=True):
            cell.text = "" if value is None else _text(str(value))


def _sheet(annex: Annex) -> Sheet:
    return Sheet(annex.title, [(column.name, column.width) for column in annex.columns])


def _rows(annex: Annex) -> Iterator[Sequence[BookCell]]:
    for row in annex.rows:
        yield [_cell(column, value) for column, value in zip(annex.columns, row, strict=True)]


def _cell(column: Column, value: Cell) -> BookCell:
    if column.kind is ColumnKind.MOMENT and isinstance(value, str):
        return dt.datetime.fromisoformat(value)
    return value


def _text(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
