"""The geography half of `rongetong policy`: areas and surveyed points, checked, compared, put in force, made up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table

from cli.moments import shown
from domain.actions import Actor
from domain.coordinates import CoordinateSystem
from domain.policy import Policy
from domain.units import UnitKind
from gateways.geography import PREFIX, DamagedGeography, GeographyData
from gateways.geography_diff import GeographyDiff, LayerDiff, compare
from gateways.geography_example import write_example
from gateways.geography_files import GeographyError, is_geography, kept_lines, load_geography
from gateways.policy_files import load_policy
from services import policies
from services.bootstrap import get_context
from services.geographies import NONE_IN_FORCE
from settings import get_settings

console = Console()

MOST_LISTED = 50
"""Problems or points that are listed one by one; a file in the wrong system has tens of thousands."""
OUTLINE = Path("geography") / "district.geojson"

__all__ = ["is_geography", "is_version"]


def is_version(text: str) -> bool:
    """Whether a version named on the command line is a geography's."""
    return text.startswith(PREFIX) or text == NONE_IN_FORCE


def check(folder: Path, crs: CoordinateSystem | None) -> None:
    """Check against the towns of the rules' files, so that no ledger is needed."""
    data = _load(folder, load_policy(get_settings().policy_dir), crs)
    console.print(f"地理数据完好 The geography is sound: {data.version}，{data.counted()}")


def diff(folder: Path, crs: CoordinateSystem | None) -> None:
    """Compare with what is in force."""
    _show(compare(policies.active_geography(get_context()), _load_for_ledger(folder, crs)))


def activate(folder: Path, actor: Actor, crs: CoordinateSystem | None, *, dry_run: bool) -> None:
    """Put in force, or only say what would change."""
    data = _load_for_ledger(folder, crs)
    if dry_run:
        _show(compare(policies.active_geography(get_context()), data))
        console.print(f"试运行，未启用 dry run, nothing was changed: {data.version}")
        return
    changed = policies.activate_geography(get_context(), data, actor)
    said = "已启用 in force" if changed else "已是现行 already in force"
    console.print(f"{said}: {data.version}，{data.counted()}")


def roll_back(version: str, actor: Actor) -> None:
    """Put a former geography back in force, or none."""
    try:
        policies.roll_back_geography(get_context(), version, actor)
    except DamagedGeography as damage:
        console.print(f"[red]{damage}[/red]；原来的继续有效", highlight=False)
        raise typer.Exit(1) from None
    said = "已停用地理数据 no geography is in force" if version == NONE_IN_FORCE else "已恢复 in force again"
    console.print(f"{said}: {version}")


def history() -> None:
    """List every activation; silent while there was none."""
    rows = policies.geography_history(get_context())
    if not rows:
        return
    table = Table(Column("地理数据", no_wrap=True), "启用时间", "操作人", "现行", "内容")
    for number, (row, counted) in enumerate(rows):
        at = shown(row.activated_at)
        table.add_row(row.version or NONE_IN_FORCE, at, row.activated_by, "" if number else "是", counted)
    console.print(table)


def example(folder: Path, seed: int) -> None:
    """Write a made-up geography of the real towns, for trying out."""
    settings = get_settings()
    policy = load_policy(settings.policy_dir)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("编制示例 making the example", total=1.0)

        def show(what: str, share: float) -> None:
            progress.update(task, completed=share, description=f"编制{what}")

        write_example(settings.policy_dir / OUTLINE, _towns(policy), folder, seed, show)
    console.print(f"已写入 written: {folder}(示例，不是实测 made up)")


def _load_for_ledger(folder: Path, crs: CoordinateSystem | None) -> GeographyData:
    return _load(folder, policies.active_policy(get_context()), crs)


def _load(folder: Path, policy: Policy, crs: CoordinateSystem | None) -> GeographyData:
    try:
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("读取地理数据 reading", total=None)
            return load_geography(folder, _towns(policy), crs, lambda what: progress.update(task, description=what))
    except GeographyError as error:
        for line in kept_lines(error.problems, MOST_LISTED):
            console.print(line, style="red", highlight=False, markup=False)
        raise typer.Exit(1) from None


def _towns(policy: Policy) -> dict[str, str]:
    return {unit.code: unit.name for unit in policy.units if unit.kind is UnitKind.TOWN}


def _show(found: GeographyDiff) -> None:
    if found.is_empty:
        console.print("与现行地理数据一致 no difference")
        return
    table = Table("", "增加", "去掉", "移动", "改写")
    for name, layer in (("镇街", found.towns), ("网格", found.grids), ("点位", found.points)):
        table.add_row(name, *(str(count) for count in _counts(layer)))
    console.print(table)
    moves, name_of = found.to_other_towns, policies.active_policy(get_context()).unit_name
    console.print(f"换了镇街的点位 points that change town: {len(moves)}")
    for move in moves[:MOST_LISTED]:
        console.print(f"  {move.id} {move.name}：{name_of(move.before)} → {name_of(move.after)}", highlight=False)
    if len(moves) > MOST_LISTED:
        console.print(f"  ……另有 {len(moves) - MOST_LISTED} 个")


def _counts(layer: LayerDiff) -> Iterator[int]:
    for codes in (layer.added, layer.removed, layer.moved, layer.changed):
        yield len(codes)
