"""Tables of rows with named columns, CSV or Excel, read and written row by row so that their size does not matter.

with read_rows(path, needed=["留言详情"]) as rows:
    for row in rows:
        row.number, row["留言详情"]

write_rows(out, [*rows.columns, "标签"], changed_rows)
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from domain.errors import DomainError
from gateways.table_text import encoding_of
from gateways.whole_files import CannotWrite, whole_file

MAX_CELL = 1_000_000
"""Letters in a cell. An unclosed quotation mark makes one cell of the rest of a file."""
MAX_UNPACKED = 2 << 30
"""Bytes of an Excel file unpacked; a small file can be made to unpack to any size."""
EXCEL_CELL = 32_767
"""Letters that Excel holds in a cell; it cuts the rest off without a word."""
EXCEL_ROWS = 1_048_576

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # what spreadsheets take for the start of one
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class TableError(DomainError):
    """A table cannot be used; the message names the file, the row and the reason, and what to do."""

    code = "table"

    def __init__(self, path: Path, reason: str, row: int | None = None) -> None:
        self.row = row
        self.message = f"{path.name}{'' if row is None else f' 第{row}行'}：{reason}"


@dataclass(frozen=True)
class Row:
    """A row. `number` is that of a spreadsheet: the names of the columns are row 1."""

    number: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]


class Rows:
    """The rows of an open table, to be gone through once."""

    def __init__(
        self, path: Path, cells: Iterator[tuple[int, Sequence[str]]], share_read: Callable[[], float | None]
    ) -> None:
        self.path = path
        self._cells, self._share_read = cells, share_read
        self.columns = self._named()

    @property
    def share_read(self) -> float | None:
        """How much of the file was read, 0 to 1; `None` when the file does not say how long it is."""
        return self._share_read()

    def need(self, columns: Iterable[str]) -> None:
        """Raise TableError when one of these columns is not there; it names those that are."""
        missing = [name for name in columns if name not in self.columns]
        if missing:
            raise TableError(self.path, f"没有列“{'”“'.join(missing)}”，有的列是：{'、'.join(self.columns)}")

    def __iter__(self) -> Iterator[Row]:
        width = len(self.columns)
        for number, cells in self._cells:
            if any(cells[width:]):
                raise TableError(self.path, f"有{len(cells)}格，比列名多；含逗号的内容须加引号", number)
            if any(cells):
                padded = [*cells[:width], *[""] * (width - len(cells))]
                yield Row(number, dict(zip(self.columns, padded, strict=True)))

    def _named(self) -> tuple[str, ...]:
        _, cells = next(self._cells, (1, ()))
        names = [cell.strip() for cell in cells]
        while names and not names[-1]:
            names.pop()
        if not names:
            raise TableError(self.path, "文件是空的，第一行应是列名")
        named = tuple(name or f"第{position}列" for position, name in enumerate(names, 1))
        doubled = sorted({name for name in named if named.count(name) > 1})
        if doubled:
            raise TableError(self.path, f"列名重复：{'、'.join(doubled)}，请改名后再用", 1)
        return named


@contextmanager
def read_rows(path: Path, needed: Iterable[str] = ()) -> Iterator[Rows]:
    """Open a CSV (UTF-8, GB18030 or UTF-16, found out by itself) or `.xlsx` file. Rows without content are left out.

    Every value is text, kept as it is. Raises TableError for a file, column or row that cannot be used; that of a row
    comes when it is its turn.
    """
    try:
        with path.open("rb") as file:
            beginning = file.read(8)
        open_table = _excel if beginning.startswith(b"PK\x03\x04") else _csv
        if beginning.startswith(b"\xd0\xcf\x11\xe0"):
            raise TableError(path, "是旧的 .xls 格式或加了密，请另存为 .xlsx 或 .csv")
        with open_table(path) as rows:
            rows.need(needed)
            yield rows
    except FileNotFoundError:
        raise TableError(path, f"文件不存在：{path}") from None
    except IsADirectoryError:
        raise TableError(path, "这是一个目录，请写明文件") from None
    except PermissionError:
        raise TableError(path, "没有读取的权限") from None


@contextmanager
def _csv(path: Path) -> Iterator[Rows]:
    encoding = encoding_of(path)
    size = path.stat().st_size
    # Damaged letters become surrogates, so that they are found in the row and column where they stand.
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding, errors=_errors(encoding), newline="") as text:
        first = text.readline()
        text.seek(0)
        csv.field_size_limit(MAX_CELL)
        reader = csv.reader(text, delimiter=max(",\t;", key=first.count), strict=True)
        yield Rows(
            path,
            _csv_cells(path, reader, lambda: reader.line_num, encoding),
            lambda: raw.tell() / size if size else 1.0,
        )


def _errors(encoding: str) -> str:
    return "replace" if encoding == "utf-16" else "surrogateescape"


def _csv_cells(
    path: Path, reader: Iterator[list[str]], line: Callable[[], int], encoding: str
) -> Iterator[tuple[int, Sequence[str]]]:
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableError(path, f"{_csv_reason(str(error))}(文件的第{line()}行)", number) from None
        damaged = [position for position, cell in enumerate(cells, 1) if _SURROGATE.search(cell)]
        if damaged:
            name = "UTF-8" if encoding == "utf-8-sig" else encoding.upper()
            raise TableError(path, f"第{damaged[0]}格的编码已损坏(不是 {name})，请修正或另存为 UTF-8 后再用", number)
        yield number, cells


def _csv_reason(said: str) -> str:
    if "field larger" in said or "unexpected end" in said:
        return f"引号没有成对，或一格超过{MAX_CELL}字"
    return f"引号用法有误({said})"


@contextmanager
def _excel(path: Path) -> Iterator[Rows]:
    # Opened here, so that it is closed here: a row that breaks off leaves the library with the sheet half read.
    with path.open("rb") as file:
        book = _workbook(path, file)
        try:
            sheet = book.worksheets[0]
            total = sheet.max_row or 0
            sheet.reset_dimensions()  # other programs write wrong ones
            position = [0]
            yield Rows(
                path, _excel_cells(path, sheet, position), lambda: min(1.0, position[0] / total) if total else None
            )
        finally:
            book.close()


def _workbook(path: Path, file: BinaryIO) -> openpyxl.Workbook:
    try:
        with zipfile.ZipFile(file) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > MAX_UNPACKED:
            raise TableError(path, f"解开后超过 {MAX_UNPACKED >> 30} GB，请拆成几个文件或改用 .csv")
        with warnings.catch_warnings():  # on styles that other programs leave out, which nobody here needs
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, SyntaxError) as error:
        raise TableError(path, f"不是完好的 .xlsx 文件({error})，请重新导出") from None


def _excel_cells(path: Path, sheet: ReadOnlyWorksheet, position: list[int]) -> Iterator[tuple[int, Sequence[str]]]:
    rows = sheet.iter_rows(values_only=True)
    while True:
        try:
            values = next(rows)
        except StopIteration:
            return
        except (zipfile.BadZipFile, KeyError, ValueError, EOFError, SyntaxError) as error:
            raise TableError(path, f"工作表已损坏({error})，请重新导出", position[0] + 1) from None
        position[0] += 1
        yield position[0], [_text_of(value) for value in values]


def _text_of(value: object) -> str:
    """What Excel shows: whole numbers without a point, no word for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> int:
    """Write a `.csv` (UTF-8 with its mark, which Excel needs) or `.xlsx` file and say how many rows it has.

    The file appears when all rows are written; if one fails, what was there before stays. No cell can act as a formula:
    in CSV such a text gets an apostrophe before it, in Excel it is kept as text. Raises TableError, CannotWrite.
    """
    writer = _writer(path)
    with whole_file(path) as beside:
        return writer(beside, path, columns, rows)


def check_writable(path: Path) -> None:
    """Raise CannotWrite for a name or folder that `write_rows` would refuse, before long work is begun."""
    _writer(path)
    if not path.parent.is_dir():
        raise CannotWrite(path, "目录不存在，请先建立")


def _writer(path: Path) -> Callable[[Path, Path, Sequence[str], Iterable[Mapping[str, str]]], int]:
    writer = {".csv": _write_csv, ".xlsx": _write_excel}.get(path.suffix.lower())
    if writer is None:
        raise CannotWrite(path, "文件名须以 .csv 或 .xlsx 结尾")
    return writer


def _write_csv(beside: Path, _path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> int:
    count = 0
    with beside.open("x", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([harmless(name) for name in columns])
        for row in rows:
            writer.writerow([harmless(row.get(name, "")) for name in columns])
            count += 1
    return count


def harmless(text: str) -> str:
    """The text, with an apostrophe before it when a spreadsheet would take it for a formula; numbers are none."""
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def _write_excel(beside: Path, path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> int:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("结果")
    sheet.append([_excel_cell(sheet, path, name, 1) for name in columns])
    number = 1
    try:
        for number, row in enumerate(rows, 2):
            sheet.append([_excel_cell(sheet, path, row.get(name, ""), number) for name in columns])
    except BaseException:
        sheet.close()  # else the half sheet complains when it is thrown away
        raise
    book.save(beside)
    return number - 1


def _excel_cell(sheet: WriteOnlyWorksheet, path: Path, text: str, number: int) -> WriteOnlyCell:
    if number > EXCEL_ROWS:
        raise TableError(path, f"Excel 最多{EXCEL_ROWS}行，请改用 .csv", number)
    if len(text) > EXCEL_CELL:
        raise TableError(path, f"一格有{len(text)}字，Excel 只容{EXCEL_CELL}字，请改用 .csv", number)
    cell = WriteOnlyCell(sheet, _NOT_IN_XML.sub("\ufffd", text))
    cell.data_type = "s"  # a text that begins with = is one, too
    return cell
