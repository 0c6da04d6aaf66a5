"""`rongetong dispatch duplicates` and `rongetong same-matter index`, as people type them."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from cli import duplicates as duplicate_commands
from gateways.tables import read_rows, write_rows
from models.tables import Imprint, ImprintMark
from services.context import Context
from tests.cli.typing_in import run
from tests.services import lives
from tests.support.context import POLICY_DIR

LONG = "从解放路口往东一段连续三个晚上没有照明，路面又有坑，老人和孩子晚上出门很不安全，请派人来看一看怎么回事。"
TABLE = [
    {"编号": "甲", "标题": "路灯", "内容": "路灯坏了", "地点": "广济路", "电话": "13900000001"},
    {"编号": "乙", "标题": "照明", "内容": LONG, "地点": "", "电话": ""},
    {"编号": "丙", "标题": "路灯", "内容": "路灯坏了", "地点": "光明大道", "电话": ""},
    {"编号": "丁", "标题": "灯", "内容": "路灯不亮啊", "地点": "广济路中段", "电话": ""},
    {"编号": "戊", "标题": "照明", "内容": LONG + "！！", "地点": "", "电话": "13900000001"},
    {"编号": "己", "标题": "", "内容": "😡😡", "地点": "", "电话": ""},
]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_every_row_gets_its_group_its_score_and_why(tmp_path: Path, suffix: str) -> None:
    file, out = tmp_path / f"petitions.{suffix}", tmp_path / f"grouped.{suffix}"
    write_rows(file, list(TABLE[0]), TABLE)
    options = ("--place", "地点", "--person", "电话", "--rules", POLICY_DIR, "--out", out)
    done = run("dispatch", "duplicates", file, "--text", "标题, 内容", *options)
    assert done.exit_code == 0, done.output
    assert "6行，其中4行分属2个重复组" in done.output
    with read_rows(out) as rows:
        found = {row["编号"]: row for row in rows}
        assert rows.columns == (*TABLE[0], *duplicate_commands.COLUMNS)
    assert {name: row["重复组"] for name, row in found.items()} == dict(
        zip("甲乙丙丁戊己", ["1", "2", "", "1", "2", ""], strict=True)
    )
    assert {name: row["组内件数"] for name, row in found.items()} == dict(zip("甲乙丙丁戊己", "221221", strict=True))
    assert (found["戊"]["相似于第几行"], found["戊"]["得分"]) == ("3", "1.00")
    assert found["戊"]["理由"].startswith("文字相同")
    assert found["丁"]["理由"].endswith("都提到“广济路”")


def test_a_result_can_be_grouped_again(tmp_path: Path) -> None:
    file, out = tmp_path / "petitions.csv", tmp_path / "grouped.csv"
    write_rows(file, list(TABLE[0]), TABLE)
    for source in (file, out):
        assert (
            run("dispatch", "duplicates", source, "--text", "内容", "--rules", POLICY_DIR, "--out", out).exit_code == 0
        )
    with read_rows(out) as rows:
        assert rows.columns == (*TABLE[0], *duplicate_commands.COLUMNS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.csv", "--text", "内容", "--out", "out.csv"), "文件不存在"),
        (
            ("petitions.csv", "--text", "正文", "--out", "out.csv"),
            "没有列“正文”，有的列是：编号、标题、内容、地点、电话",
        ),
        (("petitions.csv", "--text", "内容", "--place", "哪里", "--out", "out.csv"), "没有列“哪里”"),
        (("petitions.csv", "--text", " , ", "--out", "out.csv"), "--text"),
        (("petitions.csv", "--text", "内容", "--out", "out.pdf"), ".csv 或 .xlsx"),
        (("petitions.csv", "--text", "内容", "--out", "nowhere/out.csv"), "目录不存在"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_rows(Path("petitions.csv"), list(TABLE[0]), TABLE)
    done = run("dispatch", "duplicates", *words, "--rules", POLICY_DIR)
    assert done.exit_code == 1
    assert said in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["petitions.csv"]


def test_an_empty_table_has_no_groups(tmp_path: Path) -> None:
    file, out = tmp_path / "petitions.csv", tmp_path / "grouped.csv"
    write_rows(file, ["内容"], [])
    assert "0行" in run("dispatch", "duplicates", file, "--text", "内容", "--rules", POLICY_DIR, "--out", out).output


def test_petitions_from_before_are_indexed_once(context: Context) -> None:
    for _ in range(3):
        lives.register(context)
    with context.sessions.begin() as session:
        session.execute(sa.delete(ImprintMark))
        session.execute(sa.delete(Imprint))
    assert "taken in: 3" in run("same-matter", "index").output
    assert "taken in: 0" in run("same-matter", "index").output
