"""The example: whole, the same for the same seed, said to be made up, and passed by the checker."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.units import UnitKind
from gateways.geography import MemoryGeography
from gateways.geography_example import NOTE, write_example
from gateways.geography_files import load_geography
from tests.support.context import POLICY_DIR, shipped_policy

OUTLINE = POLICY_DIR / "geography" / "district.geojson"
TOWNS = {unit.code: unit.name for unit in shipped_policy().units if unit.kind is UnitKind.TOWN}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example")
    write_example(OUTLINE, TOWNS, folder, seed=7)
    return folder


def test_it_passes_the_checker_and_is_of_the_real_size(folder: Path) -> None:
    data = load_geography(folder, TOWNS)
    assert (len(data.towns), len(data.grids), len(data.points)) == (11, 500, 50_000)
    assert data.illustrative
    positions = [item.position for item in data.points]
    assert None not in MemoryGeography(data).towns_of(positions)


def test_every_file_says_that_it_is_made_up(folder: Path) -> None:
    for path in folder.iterdir():
        assert "示例" in path.read_text(encoding="utf-8")
    assert NOTE in (folder / "geography.yaml").read_text(encoding="utf-8")


def test_the_same_seed_gives_the_same_files(folder: Path, tmp_path: Path) -> None:
    seen: list[float] = []
    write_example(OUTLINE, TOWNS, tmp_path / "again", 7, lambda _, share: seen.append(share))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    for path in folder.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()
    write_example(OUTLINE, TOWNS, tmp_path / "other", 8)
    assert (tmp_path / "other" / "towns.geojson").read_bytes() != (folder / "towns.geojson").read_bytes()
