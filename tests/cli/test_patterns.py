"""`rongetong patterns` as it is typed: shown, written with the cases behind, and recorded only when asked."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from typer.testing import Result

from models.tables import Finding
from services.context import Context
from tests.cli import typing_in
from tests.services.lives import UNIT
from tests.services.planted import honest_ledger
from tests.support import ledgers


def run(*words: str) -> Result:
    return typing_in.run("patterns", *words)


def kept(context: Context) -> int:
    with context.readers() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Finding)) or 0


def test_what_stands_out_is_shown_written_and_recorded_when_asked(context: Context, tmp_path: Path) -> None:
    plant, out = honest_ledger(context), tmp_path / "patterns.xlsx"
    planted = [plant.case(UNIT, contacted=False) for _ in range(25)]
    shown = run("--out", str(out)).output
    assert "不联系就办结" in shown
    assert "区市政园林服务中心" in shown
    assert "提示1条" in shown
    assert kept(context) == 0
    book = openpyxl.load_workbook(out)
    [row] = book["苗头"].iter_rows(min_row=2, values_only=True)
    assert row[:4] == ("不联系就办结", "区市政园林服务中心", 28, 59)
    assert set(planted) <= {cells[2] for cells in book["逐件"].iter_rows(min_row=2, values_only=True)}
    assert "提示0条" in run("--unit", "housing").output
    assert "待核实1条" in run("--record").output
    assert kept(context) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--since", "2026-03-02", "--until", "2026-03-01"], "止日不能早于起日"),
        (["--unit", "nobody"], "没有代码为“nobody”的单位"),
        (["--record", "--unit", "housing"], "一律按规则看全部单位"),
        (["--out", "patterns.csv"], ".xlsx"),
    ],
)
@ledgers.ON_ONE
def test_what_cannot_be_meant_is_refused_in_a_sentence(context: Context, words: list[str], said: str) -> None:
    refused = run(*words)
    assert refused.exit_code != 0
    assert said in refused.output.replace("\n", "").replace("│", "").replace(" ", "") or said in refused.output
