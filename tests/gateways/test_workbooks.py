"""Workbooks as Excel opens them: several sheets, frozen headings, real dates, and nothing that acts as a formula."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest

from gateways import workbooks
from gateways.tables import EXCEL_CELL
from gateways.whole_files import CannotWrite
from gateways.workbooks import Sheet, TooManyRows, workbook, workbook_bytes

CASES = Sheet("案件", (("案号", 20.0), ("时间", 17.0), ("件数", 8.0), ("说明", 40.0)))
UNITS = Sheet("单位", (("名称", 20.0),))
NINE = dt.datetime(2026, 3, 2, 1, 0, 30, tzinfo=dt.UTC)


def test_a_workbook_is_read_as_it_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "lists.xlsx"
    with workbook(path, [CASES, UNITS]) as book:
        book.add("案件", ["SZ-1", NINE, 3, "已修复"])
        book.add("单位", ["市政园林"])
        book.add("案件", ["SZ-2", dt.date(2026, 3, 2), None, ""])
    read = openpyxl.load_workbook(path)
    assert read.sheetnames == ["案件", "单位"]
    cases = read["案件"]
    rows = list(cases.iter_rows(values_only=True))
    assert rows[0] == ("案号", "时间", "件数", "说明")
    assert rows[1] == ("SZ-1", dt.datetime(2026, 3, 2, 9, 0, 30), 3, "已修复"), "the clock of Shanghai"  # noqa: DTZ001
    assert cases["B2"].is_date
    assert cases["B2"].number_format == "yyyy-mm-dd hh:mm"
    assert cases["B3"].number_format == "yyyy-mm-dd"
    assert (cases.freeze_panes, cases["A1"].font.bold, cases.column_dimensions["D"].width) == ("A2", True, 40)
    assert cases["D2"].alignment.wrap_text
    assert [row[0].value for row in read["单位"].iter_rows()] == ["名称", "市政园林"]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x","点我")', "\t=1"])
def test_no_text_acts_as_a_formula(text: str) -> None:
    sent = workbook_bytes([(UNITS, [[text]])])
    cell = openpyxl.load_workbook(io.BytesIO(sent))["单位"]["A2"]
    assert (cell.data_type, cell.value) == ("s", text)


def test_what_excel_cannot_hold_is_cut_and_says_so() -> None:
    sent = workbook_bytes([(UNITS, [["长" * (EXCEL_CELL + 1)], ["\x00\ud800坏"]])])
    long, broken = (row[0].value for row in openpyxl.load_workbook(io.BytesIO(sent))["单位"].iter_rows(min_row=2))
    assert len(long) == EXCEL_CELL
    assert long.endswith("未录完）")
    assert broken == "\ufffd\ufffd坏"


def write(path: Path, names: list[str]) -> None:
    with workbook(path, [UNITS]) as book:
        for name in names:
            book.add("单位", [name])


def test_a_full_sheet_is_refused_and_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "EXCEL_ROWS", 2)
    path = tmp_path / "lists.xlsx"
    path.write_bytes(b"before")
    with pytest.raises(TooManyRows, match="单位"):
        write(path, ["一", "二"])
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("name", "said"), [("lists.csv", ".xlsx"), ("gone/lists.xlsx", "目录不存在")])
def test_a_name_that_cannot_be_is_refused_before_anything_is_done(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(CannotWrite, match=said):
        workbooks.check_workbook(tmp_path / name)
