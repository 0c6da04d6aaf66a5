"""`rongetong figures` as it is typed: on the screen, in a file, case by case."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import Result

import clock
from gateways.tables import read_rows
from services.context import Context
from tests.cli import typing_in
from tests.services import lives
from tests.support import ledgers


def run(*words: str) -> Result:
    return typing_in.run("figures", *words)


def test_figures_are_shown_with_their_base_and_their_moment(context: Context) -> None:
    lives.completed(context)
    lives.redone(context)
    shown = run("--by", "unit", "--period", "month").output
    assert "登记于 2026年3月1日至3月31日，截至 2026-03-02 09:00:00(北京时间)" in shown
    assert "50.00% (1/2)" in shown
    assert "区市政园林服务中心" in shown


def test_why_petitioners_were_dissatisfied_and_the_visits_are_shown(context: Context) -> None:
    lives.redone(context)
    shown = run("--period", "month").output
    assert "不满意的原因" in shown
    assert "（只写文字，未选）" in shown
    for name in ("抽取", "待回访", "未联系上", "与台账不一致"):
        assert name in shown


def test_a_trend_is_told_in_the_order_of_time(context: Context, frozen_clock: clock.StoryClock) -> None:
    lives.completed(context)
    frozen_clock.move_to(clock.now().add(days=1))
    lives.dispatched(context)
    lives.settle(context, lives.register(context, "光明路井盖松动"))
    shown = run("--by", "day").output
    assert "登记日" in shown
    assert shown.index("2026-03-02") < shown.index("│ 2026-03-03")
    assert "2026-03-02" in run("--by", "week").output


@pytest.mark.parametrize("name", ["figures.csv", "figures.xlsx"])
def test_figures_are_written_to_a_file(context: Context, tmp_path: Path, name: str) -> None:
    lives.completed(context)
    lives.dispatched(context)
    assert "3行写入" in run("--by", "unit", "--out", str(tmp_path / name)).output
    with read_rows(tmp_path / name) as rows:
        written = [row.values for row in rows]
    whole, unit, nobody = written
    assert (whole["分组"], whole["登记"], whole["办结率"], whole["办结率基数"]) == ("合计", "2", "50.00%", "2")
    assert (unit["代码"], unit["登记"]) == (lives.UNIT, "2")
    assert nobody["登记"] == "0"


def test_the_cases_behind_a_figure_are_listed(context: Context, tmp_path: Path) -> None:
    done, waiting = lives.completed(context), lives.dispatched(context)
    numbers = [lives.petition_of(context, petition_id).case_number for petition_id in (done, waiting)]
    shown = run("--cases", "completion").output
    assert all(number in shown for number in numbers)
    run("--cases", "completion", "--out", str(tmp_path / "cases.csv"))
    with read_rows(tmp_path / "cases.csv") as rows:
        assert [(row["案号"], row["计入分子"]) for row in rows] == [(numbers[0], "是"), (numbers[1], "否")]


def test_why_they_were_dissatisfied_and_the_visits_stand_in_the_file_beside_the_total(
    context: Context, tmp_path: Path
) -> None:
    lives.dissatisfied_after_a_visit_was_drawn(context)
    run("--by", "unit", "--out", str(tmp_path / "figures.csv"))
    with read_rows(tmp_path / "figures.csv") as rows:
        whole, *groups = [row.values for row in rows]
    [reason] = [column for column in whole if column.startswith("不满意：")]
    assert (whole[reason], whole["回访抽取"]) == ("1", "1")
    assert {group[reason] for group in groups} == {""}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "2026-03-02", "--to", "2026-03-01"], "止日不能早于起日"),
        (["--period", "day", "--from", "2026-03-02"], "只能用一种"),
        (["--as-of", "2027-01-01"], "截至时刻不能晚于现在"),
        (["--unit", "nobody"], "没有代码为“nobody”的单位"),
        (["--cases", "nothing"], "没有指标“nothing”"),
        (["--out", "figures.txt"], ".csv 或 .xlsx"),
    ],
)
@ledgers.ON_ONE
def test_what_cannot_be_meant_is_refused_in_a_sentence(context: Context, words: list[str], said: str) -> None:
    refused = run(*words)
    assert refused.exit_code != 0
    assert said in refused.output.replace("\n", "").replace("│", "").replace(" ", "") or said in refused.output


def test_what_is_kept_of_the_cases_is_counted_anew(context: Context) -> None:
    lives.completed(context)
    lives.redone(context)
    assert "recounted: 2" in typing_in.run("recount").output
    assert "50.00% (1/2)" in run("--by", "unit", "--period", "month").output
