"""Tables in and out: whatever Excel and others write is read or refused with the row; no half a file is left."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateways import tables
from gateways.tables import TableError, check_writable, harmless, read_rows, write_rows
from gateways.whole_files import CannotWrite

TEXT = "测试甲：路灯不亮，请维修"


def contents(path: Path) -> list[dict[str, str]]:
    with read_rows(path) as rows:
        return [dict(row.values) for row in rows]


def refusal(path: Path, needed: tuple[str, ...] = ()) -> str:
    with pytest.raises(TableError) as refused, read_rows(path, needed) as rows:
        list(rows)
    return refused.value.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_encoding_and_the_delimiter_are_found_out(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f'编号{delimiter}详情\r\n1{delimiter}"{TEXT}\n第二行"\r\n', encoding=encoding)
    assert contents(path) == [{"编号": "1", "详情": f"{TEXT}\n第二行"}]


def test_rows_have_the_numbers_of_a_spreadsheet_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("甲,乙\n一,二\n,\n三\n", encoding="utf-8")
    with read_rows(path) as rows:
        assert [(row.number, row["甲"], row["乙"]) for row in rows] == [(2, "一", "二"), (4, "三", "")]
        assert rows.share_read == 1.0


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_damaged_row_is_refused_by_its_number(tmp_path: Path, encoding: str) -> None:
    lines = [f"{number},{TEXT}".encode(encoding) for number in range(2, 12)]
    lines[3] = b"5,\xff\xff" + lines[3]
    path = tmp_path / "table.csv"
    path.write_bytes("编号,详情\n".encode(encoding) + b"\n".join(lines))
    assert "第5行：第2格的编码已损坏" in refusal(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "文件是空的"),
        ("\n\n", "文件是空的"),
        ("甲,乙,甲\n", "列名重复：甲"),
        ("甲,乙\n1,2\n1,2,3\n", "第3行：有3格，比列名多"),
        ('甲,乙\n1,"没有结束\n2,3\n', "第2行：引号没有成对"),
        ('甲,乙\n1,"错"误\n', "第2行：引号用法有误"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    assert said in refusal(path)


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("主题,详情\n甲,乙\n", encoding="utf-8")
    assert refusal(path, ("主题", "标签")) == "table.csv：没有列“标签”，有的列是：主题、详情"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PK\x03\x04 no zip", "不是完好的 .xlsx"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧的 .xls")],
)
def test_a_broken_or_old_excel_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "table.xlsx"
    path.write_bytes(content)
    assert said in refusal(path)


def test_a_damaged_sheet_is_refused_whatever_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    write_rows(path, ["详情"], ({"详情": TEXT * number} for number in range(200)))
    whole = path.read_bytes()
    for cut in range(4, len(whole) - 1, 97):
        path.write_bytes(whole[:cut])
        assert "table.xlsx" in refusal(path)


def test_an_excel_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.xlsx"
    write_rows(path, ["详情"], [{"详情": "一" * 30_000}])
    monkeypatch.setattr(tables, "MAX_UNPACKED", 1000)
    assert "解开后超过" in refusal(path)


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_is_not_there_is_said(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path / name)


def test_numbers_and_dates_of_excel_are_read_as_they_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["编号", "是", "小数", "空", None])
    book.active.append([24.0, True, 1.5, None, None])
    book.save(path)
    assert contents(path) == [{"编号": "24", "是": "TRUE", "小数": "1.5", "空": ""}]


@settings(max_examples=30, deadline=None)
@given(cell=st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=20))
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, suffix: str, cell: str) -> None:
    path = tmp_path_factory.mktemp("table") / f"table{suffix}"
    assert write_rows(path, ["甲", "乙"], [{"甲": cell, "乙": "尾"}]) == 1
    shown = harmless(cell) if suffix == ".csv" else cell
    assert contents(path) == [{"甲": shown, "乙": "尾"}]


HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]


@pytest.mark.parametrize("cell", HOSTILE)
def test_no_cell_becomes_a_formula(tmp_path: Path, cell: str) -> None:
    write_rows(tmp_path / "out.csv", [cell], [{cell: cell}])
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [[f"'{cell}"], [f"'{cell}"]]
    write_rows(tmp_path / "out.xlsx", [cell], [{cell: cell}])
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert [found.data_type for line in sheet.iter_rows() for found in line] == ["s", "s"]


@pytest.mark.parametrize("number", ["-5", "+8", "-0.25"])
def test_numbers_stay_numbers(number: str) -> None:
    assert harmless(number) == number


def test_a_text_too_long_for_excel_is_refused_and_what_was_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    write_rows(path, ["详情"], [{"详情": "旧"}])
    with pytest.raises(TableError, match=r"第3行：一格有40000字.*请改用 \.csv"):
        write_rows(path, ["详情"], [{"详情": "新"}, {"详情": "长" * 40_000}])
    assert contents(path) == [{"详情": "旧"}]
    assert [found.name for found in tmp_path.iterdir()] == ["out.xlsx"]


def test_more_rows_than_excel_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "EXCEL_ROWS", 3)
    with pytest.raises(TableError, match="Excel 最多3行"):
        write_rows(tmp_path / "out.xlsx", ["详情"], [{"详情": "甲"}] * 3)
    assert list(tmp_path.iterdir()) == []


def test_letters_that_excel_cannot_hold_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    write_rows(path, ["详情"], [{"详情": "响\x07铃"}])
    assert contents(path) == [{"详情": "响\ufffd铃"}]


def test_a_table_may_be_written_over_the_one_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("详情\n甲\n乙\n", encoding="utf-8")
    with read_rows(path) as rows:
        write_rows(path, [*rows.columns, "序"], ({**row.values, "序": str(row.number)} for row in rows))
    assert contents(path) == [{"详情": "甲", "序": "2"}, {"详情": "乙", "序": "3"}]


@pytest.mark.parametrize(("name", "said"), [("out.txt", "须以 .csv"), ("none/out.csv", "目录不存在")])
def test_a_place_that_cannot_be_written_is_said_before_and_after(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(CannotWrite, match=said):
        check_writable(tmp_path / name)
    with pytest.raises(CannotWrite, match=said):
        write_rows(tmp_path / name, ["甲"], [])


def test_a_folder_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(CannotWrite, match="这是一个目录"):
        write_rows(tmp_path / "out.csv", ["甲"], [])
