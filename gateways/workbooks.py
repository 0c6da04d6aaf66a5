"""Excel files of several sheets for people: frozen headings, widths, real dates, and no cell that acts as a formula.

with workbook(out, SHEETS) as book:
    book.add("问题清单", ["SZ-20260302-00001", dt.datetime(...), 3, None])
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from domain.calendar import local
from domain.errors import DomainError
from gateways.tables import EXCEL_CELL, EXCEL_ROWS
from gateways.whole_files import CannotWrite, whole_file

Cell = str | int | float | dt.datetime | dt.date | None
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CUT = "……（过长，未录完）"
_MOMENT, _DAY = "yyyy-mm-dd hh:mm", "yyyy-mm-dd"
_WIDE = 30
"""From this width on a column holds sentences, which are wrapped."""


class TooManyRows(DomainError):
    """A sheet of Excel is full."""

    code = "too-many-rows"

    def __init__(self, sheet: str) -> None:
        self.message = f"“{sheet}”超过 Excel 的{EXCEL_ROWS}行，请缩小范围后再导出"


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name and its columns, each with its width in letters."""

    title: str
    columns: Sequence[tuple[str, float]]


class Book:
    """A workbook that is being written. Rows may be added to its sheets in turn."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._book = openpyxl.Workbook(write_only=True)
        self._sheets: dict[str, WriteOnlyWorksheet] = {}
        self._rows: dict[str, int] = {}
        self._widths = {sheet.title: [width for _, width in sheet.columns] for sheet in sheets}
        for sheet in sheets:
            self._sheets[sheet.title] = self._begin(sheet)
            self._rows[sheet.title] = 1

    def _begin(self, sheet: Sheet) -> WriteOnlyWorksheet:
        made = self._book.create_sheet(sheet.title)
        made.freeze_panes = "A2"
        for number, (_, width) in enumerate(sheet.columns, 1):
            made.column_dimensions[get_column_letter(number)].width = width
        heading = [_text(made, name) for name, _ in sheet.columns]
        for cell in heading:
            cell.font = Font(bold=True)
        made.append(heading)
        return made

    def add(self, title: str, cells: Sequence[Cell]) -> None:
        """Add a row to the sheet of this name. Raises TooManyRows."""
        self._rows[title] += 1
        if self._rows[title] > EXCEL_ROWS:
            raise TooManyRows(title)
        sheet = self._sheets[title]
        sheet.append([_cell(sheet, value, width) for value, width in zip(cells, self._widths[title], strict=True)])

    def save(self, target: Path | io.BytesIO) -> None:
        self._book.save(target)

    def give_up(self) -> None:
        """Close what was begun; else the half sheets complain when they are thrown away."""
        for sheet in self._sheets.values():
            sheet.close()


@contextmanager
def workbook(path: Path, sheets: Sequence[Sheet]) -> Iterator[Book]:
    """Write an `.xlsx` file, which appears when the block ends well. Raises CannotWrite, TooManyRows."""
    check_workbook(path)
    with whole_file(path) as beside:
        book = Book(sheets)
        try:
            yield book
        except BaseException:
            book.give_up()
            raise
        book.save(beside)


def check_workbook(path: Path) -> None:
    """Raise CannotWrite for a name or folder that `workbook` would refuse, before long work is begun."""
    if path.suffix.lower() != ".xlsx":
        raise CannotWrite(path, "文件名须以 .xlsx 结尾")
    if not path.parent.is_dir():
        raise CannotWrite(path, "目录不存在，请先建立")


def workbook_bytes(sheets: Sequence[tuple[Sheet, Iterable[Sequence[Cell]]]]) -> bytes:
    """A small workbook in memory, to be sent as an answer."""
    book, target = Book([sheet for sheet, _ in sheets]), io.BytesIO()
    for sheet, rows in sheets:
        for cells in rows:
            book.add(sheet.title, cells)
    book.save(target)
    return target.getvalue()


def _cell(sheet: WriteOnlyWorksheet, value: Cell, width: float) -> WriteOnlyCell:
    if isinstance(value, str):
        cell = _text(sheet, value)
        cell.alignment = Alignment(wrap_text=width >= _WIDE, vertical="top")
        return cell
    if isinstance(value, dt.datetime):  # Excel knows no zones: the Chinese wall clock is shown
        cell = WriteOnlyCell(sheet, local(value).replace(tzinfo=None, microsecond=0))
        cell.number_format = _MOMENT
    else:
        cell = WriteOnlyCell(sheet, value)
        if isinstance(value, dt.date):
            cell.number_format = _DAY
    cell.alignment = Alignment(vertical="top")
    return cell


def _text(sheet: WriteOnlyWorksheet, value: str) -> WriteOnlyCell:
    kept = value if len(value) <= EXCEL_CELL else value[: EXCEL_CELL - len(_CUT)] + _CUT
    cell = WriteOnlyCell(sheet, _NOT_IN_XML.sub("\ufffd", kept))
    cell.data_type = "s"  # a text that begins with = is one, too
    return cell
