"""What a look-up of a place costs, and how often place names of this district are found where they cannot be meant.

    python -m benchmarks.place [--seconds N]

The first table is measured on the made-up geography (`rongetong policy example`): 500 grids, 50,000 points, in one
thread's processor time.
The second reads the petitions of other places in `../shared/data/petitions` when they are there and says so when they
are not; it prints shares only, no text. What is found in them is found falsely, since none is of this district.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import shapely
from rich.console import Console
from rich.table import Table

from domain.coordinates import CoordinateSystem, Position, from_wgs84, metres_between, to_wgs84
from domain.place import locate
from domain.policy import Policy
from domain.units import UnitKind
from gateways.geography import GeographyData, MemoryGeography, unpacked
from gateways.geography_example import write_example
from gateways.geography_files import load_geography
from gateways.policy_files import load_policy

ROOT = Path(__file__).parents[1]
DATA = ROOT / ".." / "shared" / "data" / "petitions"
FILES = {
    "labelled.csv": ("留言主题", "留言详情"),
    "hot.csv": ("留言主题", "留言详情"),
    "replies.csv": ("留言主题", "留言详情"),
    "signed_units.csv": ("留言主题", "留言详情"),
    "fuzhou_river_petitions.csv": ("标题", "投诉件内容"),
}
AIM = 20_000
T = TypeVar("T")


def main() -> None:
    """Measure and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each look-up is repeated")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the petitions")
    given = parser.parse_args()
    console, policy = Console(), load_policy(ROOT / "policy")
    console.print(_look_ups(policy, given.seconds))
    texts = list(_texts(given.data))
    console.print(_names(policy, texts) if texts else f"没有 {given.data}，地名一项未量 no petitions to read")


def _look_ups(policy: Policy, seconds: float) -> Table:
    towns = {unit.code: unit.name for unit in policy.units if unit.kind is UnitKind.TOWN}
    table = Table(
        "步骤 step", "每秒 a second", "每次 each", "倍 times the scan", title="500 网格 50,000 点位，单线程，处理器时间"
    )
    with tempfile.TemporaryDirectory() as folder:
        _once(table, "编制示例", lambda: write_example(ROOT / "policy/geography/district.geojson", towns, Path(folder)))
        data = _once(table, "读取并核对全部文件", lambda: load_geography(Path(folder), towns))
    content = data.packed()
    memory = _once(
        table, f"从台账取出({len(content) / 1e6:.1f} MB)并建索引", lambda: _read_again(content, data.version)
    )
    positions = inside(memory, 20_000)
    given = [from_wgs84(item, CoordinateSystem.BD09) for item in positions]
    scan = _rate(seconds, positions, lambda item: _scanned(data, item))
    rates = {
        "逐个看过全部网格和点位": scan,
        f"查找一处(目标 {AIM:,})": _rate(seconds, positions, memory.locate),
        "换算 BD-09 并查找": _rate(seconds, given, lambda item: locate(*item, CoordinateSystem.BD09, memory)),
        "只换算 BD-09": _rate(seconds, given, lambda item: to_wgs84(*item, CoordinateSystem.BD09)),
    }
    for name, rate in rates.items():
        table.add_row(name, f"{rate:,.0f}", f"{1e6 / rate:,.1f} µs", f"{rate / scan:,.0f}")
    whole = _timed(lambda: memory.towns_of(positions))[1]
    table.add_row("成批查镇街", f"{len(positions) / whole:,.0f}", f"{1e6 * whole / len(positions):.1f} µs", "")
    return table


def _once(table: Table, name: str, step: Callable[[], T]) -> T:
    found, spent = _timed(step)
    table.add_row(name, "", f"{spent:.2f} s", "")
    return found


def _timed(step: Callable[[], T]) -> tuple[T, float]:
    begins = time.process_time()
    found = step()
    return found, time.process_time() - begins


def _read_again(content: bytes, version: str) -> MemoryGeography:
    return MemoryGeography(unpacked(content, version))


def inside(memory: MemoryGeography, count: int) -> list[Position]:
    """Positions anywhere in the district, the same each time."""
    west, south, east, north = memory.data.district.bounds
    chance = random.Random(1)
    found: list[Position] = []
    while len(found) < count:
        position = Position(chance.uniform(west, east), chance.uniform(south, north))
        if not memory.locate(position).outside:
            found.append(position)
    return found


def _scanned(data: GeographyData, position: Position) -> object:
    point = shapely.Point(position.longitude, position.latitude)
    grid = next((item.grid for item in data.grids if item.area.intersects(point)), None)
    return grid, min(data.points, key=lambda item: metres_between(position, item.position))


def _rate(seconds: float, items: Sequence[T], step: Callable[[T], object]) -> float:
    """How many of `step` one processor makes in a second, gone through `items` again and again."""
    done, spent, begins = 0, 0.0, time.process_time()
    while spent < seconds:
        # A few at a time, so that looking at the clock costs nothing; a slow step is asked after each one.
        more = max(1, done // 10)
        for number in range(done, done + more):
            step(items[number % len(items)])
        done += more
        spent = time.process_time() - begins
    return done / spent


def _texts(folder: Path) -> Iterator[str]:
    for name, columns in FILES.items():
        if (folder / name).is_file():
            with (folder / name).open(encoding="utf-8", newline="") as file:
                yield from ("\n".join(row[column] or "" for column in columns) for row in csv.DictReader(file))


def _names(policy: Policy, texts: Sequence[str]) -> Table:
    bare = {place.name for place in policy.dispatch.places}
    gazetteer = policy.dispatch.gazetteer
    gazetteer.read("")
    readings, spent = _timed(lambda: [gazetteer.read(text) for text in texts])
    counts = {
        "单独的村居名(不用)": sum(any(name in text for name in bare) for text in texts),
        "地名表给出镇街(目标 0.6 %)": sum(item.town is not None for item in readings),
        "地名表在几个镇街间存疑": sum(bool(item.candidates) for item in readings),
        "只提到区外地名": sum(item.speaks_of_elsewhere for item in readings),
    }
    table = Table("外地诉求中误认 found falsely", "件 texts", "比例 share", title=f"{len(texts):,} 件外地诉求")
    for name, count in counts.items():
        table.add_row(name, str(count), f"{count / len(texts):.2%}")
    letters = sum(map(len, texts))
    table.add_row("每件用时", f"{1e6 * spent / len(texts):.0f} µs", f"{letters / len(texts):.0f} 字")
    return table


if __name__ == "__main__":
    main()
