"""`rongetong lists` as it is typed: on the screen, and as a workbook of four sheets."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from typer.testing import Result

from domain.lists import LIST_LABELS
from services.context import Context
from tests.cli import typing_in
from tests.services import lives
from tests.support import ledgers


def run(*words: str) -> Result:
    return typing_in.run("lists", *words)


def test_the_lists_are_summed_up_by_unit(context: Context) -> None:
    lives.archived(context)
    lives.in_hand(context)
    shown = run().output
    assert "自动销号" in shown
    [line] = [line for line in shown.splitlines() if "区市政园林服务中心" in line]
    assert [cell.strip() for cell in line.split("│")[2:-1]] == ["1", "0", "0", "0", "1", "0"]


def test_four_sheets_are_written_and_hold_the_same_cases(context: Context, tmp_path: Path) -> None:
    done, going_on = lives.archived(context), lives.assigned(context)
    numbers = [lives.petition_of(context, petition_id).case_number for petition_id in (done, going_on)]
    out = tmp_path / "lists.xlsx"
    assert "2件写入" in run("--out", str(out)).output
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == list(LIST_LABELS.values())
    for sheet in book.worksheets:
        assert [row[0].value for row in sheet.iter_rows(min_row=2)] == numbers
        assert sheet.freeze_panes == "A2"
    results = {cell.value: cell.column - 1 for cell in book["成效清单"][1]}
    first, second = book["成效清单"].iter_rows(min_row=2)
    assert [first[results[name]].value for name in ("清单状态", "尚缺", "评价")] == ["已销号", None, "满意"]
    assert first[results["销号时间"]].is_date
    assert "没有经审核通过的办结凭据" in second[results["尚缺"]].value


def test_only_what_is_wanted_is_written(context: Context, tmp_path: Path) -> None:
    lives.archived(context)
    lives.in_hand(context)
    assert "1件写入" in run("--listed", "struck_off", "--out", str(tmp_path / "a.xlsx")).output
    assert "0件写入" in run("--unit", "housing", "--out", str(tmp_path / "b.xlsx")).output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--unit", "nobody"], "没有代码为“nobody”的单位"),
        (["--from", "2026-03-02", "--to", "2026-03-01"], "止日不能早于起日"),
        (["--out", "lists.csv"], ".xlsx"),
    ],
)
@ledgers.ON_ONE
def test_what_cannot_be_meant_is_refused_in_a_sentence(context: Context, words: list[str], said: str) -> None:
    refused = run(*words)
    assert refused.exit_code != 0
    assert said in refused.output.replace("\n", "").replace("│", "").replace(" ", "") or said in refused.output
