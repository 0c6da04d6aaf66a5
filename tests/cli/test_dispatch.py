"""Learning, measuring and dispatching tables, as it is typed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import openpyxl
import pytest
from typer.testing import Result

from cli import dispatch as commands
from gateways.tables import read_rows, write_rows
from tests.cli import typing_in
from tests.learning.samples import examples


def run(*words: str) -> Result:
    return typing_in.run("dispatch", *words)


def table(path: Path, rows: Iterable[tuple[str, str]]) -> Path:
    write_rows(path, ["主题", "详情", "类"], ({"主题": "", "详情": text, "类": label} for text, label in rows))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with rows to learn from, others to ask about, and a model."""
    folder = tmp_path_factory.mktemp("dispatch")
    rows = [(example.text, example.label) for example in examples()]
    table(folder / "past.xlsx", rows)
    table(
        folder / "new.csv",
        [
            ("示范村路灯损坏又不亮，请尽快处理", "路灯"),
            ("样例小区包工头欠薪，工资没有发放，请尽快处理", "欠薪"),
            ("=1+1", "路灯"),
        ],
    )
    learned(folder, "past.xlsx")
    return folder


def learned(folder: Path, file: str, *words: str) -> Result:
    return run(
        "train", str(folder / file), "--text", "主题,详情", "--label", "类", "--out", str(folder / "model"), *words
    )


def test_a_model_is_written_and_told(folder: Path) -> None:
    result = learned(folder, "past.xlsx")
    assert result.exit_code == 0
    assert "144 行，3 种标签" in result.output
    first = (folder / "model").read_bytes()
    learned(folder, "past.xlsx")
    assert (folder / "model").read_bytes() == first, "the same rows give the same file"


def test_a_model_is_measured(folder: Path) -> None:
    said = run(
        "evaluate", str(folder / "new.csv"), "--model", str(folder / "model"), "--text", "详情", "--label", "类"
    ).output
    assert "准确率 accuracy 0.6667" in said
    assert "宏平均 macro-F1" in said
    assert "自动派遣 alone: 66.7%，其中正确 right 100.00%" in said


@pytest.mark.parametrize("out", ["out.csv", "out.xlsx"])
def test_every_row_gets_a_label_its_confidence_and_the_reasons(folder: Path, out: str) -> None:
    result = predicted(folder, "new.csv", out)
    assert result.exit_code == 0, result.output
    with read_rows(folder / out) as rows:
        assert rows.columns == ("主题", "详情", "类", "预测标签", "置信度", "理由", "可自动派遣")
        lamp, _, nothing = rows
    assert (lamp["详情"], lamp["预测标签"], lamp["可自动派遣"]) == ("示范村路灯损坏又不亮，请尽快处理", "路灯", "是")
    assert 0.9 < float(lamp["置信度"]) <= 1
    assert "“路灯”" in lamp["理由"]
    assert (nothing["预测标签"], nothing["置信度"], nothing["可自动派遣"]) == ("", "0", "否")
    assert nothing["理由"] == "没有认得的词语，请人工派遣"
    if out == "out.xlsx":
        cells = [cell for line in openpyxl.load_workbook(folder / out).active.iter_rows() for cell in line]
        assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}, "a text that begins with = is no formula"


def predicted(folder: Path, file: str, out: str) -> Result:
    return run(
        "predict", str(folder / file), "--model", str(folder / "model"), "--text", "详情", "--out", str(folder / out)
    )


def test_columns_that_are_there_already_are_kept(folder: Path) -> None:
    predicted(folder, "new.csv", "once.csv")
    predicted(folder, "once.csv", "twice.csv")
    with read_rows(folder / "twice.csv") as rows:
        assert rows.columns[-4:] == ("预测标签2", "置信度2", "理由2", "可自动派遣2")


def test_further_rows_may_have_other_columns(folder: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "cut.csv", ["词", "类别"], ({"词": f"电梯 困 人 样例 {n}", "类别": "路灯"} for n in range(9)))
    result = learned(
        folder, "past.xlsx", "--extra", str(tmp_path / "cut.csv"), "--extra-text", "词", "--extra-label", "类别"
    )
    assert "153 行，3 种标签" in result.output


def test_labels_with_too_few_rows_are_named_and_can_be_left_out(folder: Path, tmp_path: Path) -> None:
    rows = [(example.text, example.label) for example in examples()]
    table(tmp_path / "past.csv", [*rows, ("水管爆裂", "供水")])
    refused = learned(tmp_path, "past.csv")
    assert refused.exit_code == 1
    assert "不足5行：供水(1行)" in refused.output
    assert not (tmp_path / "model").exists()
    assert "144 行，3 种标签" in learned(tmp_path, "past.csv", "--skip-rare").output


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("路灯不亮", "路灯"), ("工资", ""), ("老师", " ")], "有2行没有标签“类”：第3、4行"),
        ([], "列名之下没有一行内容"),
        ([("路灯不亮", "路灯")] * 9, "只有一种标签“路灯”"),
    ],
)
def test_what_cannot_be_learned_is_said_and_the_old_model_stays(
    tmp_path: Path, rows: list[tuple[str, str]], said: str
) -> None:
    (tmp_path / "model").write_bytes(b"old")
    table(tmp_path / "past.csv", rows)
    result = learned(tmp_path, "past.csv")
    assert result.exit_code == 1
    assert said in result.output
    assert (tmp_path / "model").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "past.csv"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "past.xlsx", "--text", "正文", "--label", "类", "--out", "m"], "有的列是：主题、详情、类"),
        (["train", "none.csv", "--text", "详情", "--label", "类", "--out", "m"], "文件不存在"),
        (["train", "past.xlsx", "--text", "详情", "--label", "类", "--out", "no/m"], "目录不存在"),
        (["predict", "new.csv", "--model", "new.csv", "--text", "详情", "--out", "o.csv"], "不是 rongetong dispatch"),
        (["predict", "new.csv", "--model", "none", "--text", "详情", "--out", "o.csv"], "读不出来"),
        (["predict", "new.csv", "--model", "model", "--text", "详情", "--out", "o.txt"], "须以 .csv 或 .xlsx 结尾"),
        (["predict", "new.csv", "--model", "model", "--text", "正文", "--out", "o.csv"], "没有列“正文”"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(folder)
    result = run(*words)
    assert result.exit_code == 1
    assert said in result.output


def test_no_column_for_the_text_is_a_mistake(folder: Path) -> None:
    result = run("evaluate", str(folder / "new.csv"), "--model", str(folder / "model"), "--text", "，", "--label", "类")
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("named", "columns"),
    [
        ("主题,详情", ["主题", "详情"]),
        ("主题， 详情", ["主题", "详情"]),
        ("分词(标题+详情,去停用词)", ["分词(标题+详情,去停用词)"]),
        ("主题,正文（标题，详情）,编号", ["主题", "正文（标题，详情）", "编号"]),
    ],
)
def test_a_comma_in_brackets_is_part_of_a_columns_name(named: str, columns: list[str]) -> None:
    assert commands._columns(named) == columns
