"""`rongetong policy` on a geography: made up, checked, compared, tried, put in force, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import geography as geography_commands
from domain.actions import Actor, Role
from gateways.geography import TownArea
from services import administration, policies
from services.context import Context
from tests.cli.typing_in import run
from tests.support.context import shipped_policy
from tests.support.geographies import geography, write


@pytest.fixture
def two_towns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The district has but the two towns of the small geography."""
    names = {unit.code: unit.name for unit in shipped_policy().units}
    pair = {code: names[code] for code in ("kuangqu-street", "qicun-town")}
    monkeypatch.setattr(geography_commands, "_towns", lambda _policy: pair)


def in_force(context: Context) -> str | None:
    found = policies.active_geography(context)
    return found.version if found else None


def test_the_example_is_made_up_and_put_in_force(context: Context, tmp_path: Path) -> None:
    folder = tmp_path / "example"
    assert run("policy", "example", "--out", str(folder), "--seed", "3").exit_code == 0
    checked = run("policy", "check", str(folder))
    assert checked.exit_code == 0
    assert "11个镇街、500个网格、50000个点位，示例数据" in checked.output
    assert run("policy", "activate", "--by", "运维", str(folder)).exit_code == 0
    version = in_force(context)
    assert version is not None
    assert version in checked.output
    assert version in run("policy", "history").output


@pytest.mark.usefixtures("two_towns")
def test_a_geography_is_compared_tried_put_in_force_and_taken_back(context: Context, tmp_path: Path) -> None:
    first, second = geography(), geography(points=geography().points[1:])
    one, two = write(tmp_path / "one", first), write(tmp_path / "two", second)
    assert run("policy", "activate", "--by", "运维", "--dry-run", str(one)).exit_code == 0
    assert in_force(context) is None
    run("policy", "activate", "--by", "运维", str(one))
    assert in_force(context) == first.version
    assert "no difference" in run("policy", "diff", str(one)).output
    (row,) = [line for line in run("policy", "diff", str(two)).output.splitlines() if "点位 " in line and "│" in line]
    assert [cell.strip() for cell in row.split("│")][1:6] == ["点位", "0", "1", "0", "0"]
    run("policy", "activate", "--by", "运维", str(two))
    assert run("policy", "rollback", first.version, "--by", "运维").exit_code == 0
    assert in_force(context) == first.version
    assert run("policy", "rollback", "none", "--by", "运维").exit_code == 0
    assert in_force(context) is None
    acts = administration.acts(context, Actor(Role.INSPECTOR, name="测试督查"))
    assert [(act.by, act.act, act.subject) for act in acts] == [
        ("运维", "启用地理数据", version) for version in ("none", first.version, second.version, first.version)
    ]
    assert run("policy", "rollback", "geo-never", "--by", "运维").exit_code == 1


@pytest.mark.usefixtures("two_towns")
def test_points_that_change_town_are_named(context: Context, tmp_path: Path) -> None:
    run("policy", "activate", "--by", "运维", str(write(tmp_path / "one")))
    codes = {"kuangqu-street": "qicun-town", "qicun-town": "kuangqu-street"}
    towns = tuple(TownArea(codes[item.code], item.area) for item in geography().towns)
    grids = tuple(
        type(item)(type(item.grid)(item.grid.code, item.grid.name, codes[item.grid.town]), item.area)
        for item in geography().grids
    )
    said = run("policy", "diff", str(write(tmp_path / "two", geography(towns=towns, grids=grids)))).output
    assert "points that change town: 4" in said
    assert "P1 一号路灯：矿区街道 → 齐村镇" in said


@pytest.mark.usefixtures("two_towns")
def test_a_broken_geography_is_refused_and_the_running_one_stays(context: Context, tmp_path: Path) -> None:
    run("policy", "activate", "--by", "运维", str(write(tmp_path / "one")))
    before = in_force(context)
    broken = write(tmp_path / "two")
    points = broken / "points.csv"
    points.write_text(points.read_text("utf-8").replace("117.52", "118.52"), encoding="utf-8")
    for command in (("check",), ("diff",), ("activate", "--by", "运维")):
        refused = run("policy", *command, str(broken))
        assert refused.exit_code == 1
        assert "points.csv:2 点位“P1”在区界以外" in refused.output
    assert in_force(context) == before


@pytest.mark.usefixtures("two_towns")
def test_files_without_an_index_need_the_system_on_the_command(context: Context, tmp_path: Path) -> None:
    (write(tmp_path) / "geography.yaml").unlink()
    assert "坐标系" in run("policy", "check", str(tmp_path)).output
    assert run("policy", "check", str(tmp_path), "--crs", "wgs84").exit_code == 0


@pytest.mark.usefixtures("two_towns")
def test_a_text_is_explained_with_its_place(context: Context, tmp_path: Path) -> None:
    run("policy", "activate", "--by", "运维", str(write(tmp_path)))
    asked = ("dispatch", "explain", "广济路路灯不亮三天了", "--at")
    assert "坐标位于齐村一格(齐村镇)" in run(*asked, "117.58,34.85", "--crs", "wgs84").output
    assert "坐标在本区范围以外" in run(*asked, "117.9,35.3", "--crs", "gcj02").output
    for given in (("117.58,34.85",), ("34.85,117.58", "--crs", "wgs84"), ("117.58", "--crs", "wgs84")):
        assert run(*asked, *given).exit_code == 2
