"""What dispatching one message costs in one thread: keywords, what was learned, and place, alone and together.

    python -m benchmarks.one_message

The messages are those of `../shared/data/petitions/labelled.csv`; without them it says so. The model is learned from
all of them at full size; their seven classes stand for seven units here, because only the cost is measured. Each
message gets a coordinate of the made-up geography in BD-09, the costliest system.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.learning import read
from benchmarks.place import DATA, ROOT, inside
from domain.coordinates import CoordinateSystem, from_wgs84
from domain.dispatch import DispatchRequest, KeywordDispatcher
from domain.learned import Experience
from domain.learning_dispatch import LearningDispatcher, signs_of
from domain.place import Located, locate
from domain.policy import Policy
from domain.units import UnitKind
from gateways.geography import MemoryGeography
from gateways.geography_example import write_example
from gateways.geography_files import load_geography
from gateways.policy_files import load_policy
from learning.examples import Example
from learning.model import Model
from learning.training import train

MESSAGES = 500
AIM = 2.0
"""Milliseconds, for everything together."""


Message = tuple[str, tuple[float, float]]
"""A text, and degrees in BD-09."""


def main() -> None:
    """Learn, then print what each part costs."""
    if not DATA.is_dir():
        print("没有测量用的数据(../shared/data/petitions)，什么也没有测量 no data to measure on, nothing was measured")
        return
    policy = load_policy(ROOT / "policy")
    rows = [(f"{row['留言主题']}\n{row['留言详情']}".strip(), row["一级标签"]) for row in read("labelled.csv")]
    model, geography = _learned(policy, rows), _geography(policy)
    texts = [text for text, _ in random.Random(0).sample(rows, MESSAGES)]
    places = [from_wgs84(position, CoordinateSystem.BD09) for position in inside(geography, MESSAGES)]
    _show(policy, model, geography, list(zip(texts, places, strict=True)))


def _learned(policy: Policy, rows: Sequence[tuple[str, str]]) -> Model:
    keywords = KeywordDispatcher(policy)
    units = [unit.code for unit in policy.units if unit.kind is UnitKind.DEPARTMENT]
    unit_of = dict(zip(sorted({label for _, label in rows}), units, strict=False))
    began, spent = time.perf_counter(), time.process_time()
    model = train(
        Example(text, unit_of[label], signs_of(keywords.consider(DispatchRequest(text)), policy))
        for text, label in rows
    )
    took, used = time.perf_counter() - began, time.process_time() - spent
    print(f"学自 {model.rows} 行，用时 {took:.0f} 秒，处理器 {used:.0f} 秒，目标 60 秒以内 learning, aim: within 60 s")
    return model


def _show(policy: Policy, model: Model, geography: MemoryGeography, messages: Sequence[Message]) -> None:
    keywords, together = KeywordDispatcher(policy), LearningDispatcher(policy, Experience(model, 0.9))

    def located(message: Message) -> Located:
        return locate(*message[1], CoordinateSystem.BD09, geography)

    parts: dict[str, Callable[[Message], object]] = {
        "关键词 keywords": lambda message: keywords.rank(DispatchRequest(message[0])),
        "学习 learned": lambda message: model.predict(message[0]),
        "地点 place": located,
        f"合在一起 together (目标 {AIM:g})": lambda message: together.rank(
            DispatchRequest(message[0], located=located(message))
        ),
    }
    table = Table("步骤 step", "p50 毫秒", "p99 毫秒", "平均 mean", title=f"{MESSAGES} 件，单线程 one message")
    for name, step in parts.items():
        spent = _each(messages, step)
        middle, late = spent[len(spent) // 2], spent[int(len(spent) * 0.99)]
        table.add_row(name, f"{middle:.2f}", f"{late:.2f}", f"{sum(spent) / len(spent):.2f}")
    Console().print(table)


def _each(messages: Sequence[Message], step: Callable[[Message], object]) -> list[float]:
    """Milliseconds of the processor for each, the quickest first; asked once before, so that everything is ready."""
    step(messages[0])
    spent = []
    for message in messages:
        began = time.thread_time()
        step(message)
        spent.append(1000 * (time.thread_time() - began))
    return sorted(spent)


def _geography(policy: Policy) -> MemoryGeography:
    towns = {unit.code: unit.name for unit in policy.units if unit.kind is UnitKind.TOWN}
    with tempfile.TemporaryDirectory() as folder:
        write_example(ROOT / "policy/geography/district.geojson", towns, Path(folder))
        return MemoryGeography(load_geography(Path(folder), towns))


if __name__ == "__main__":
    main()
