"""`rongetong bulletins` as it is typed: the list, one on the screen, and its files."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pendulum
import pytest
import sqlalchemy as sa
from typer.testing import Result

import clock
from models.tables import Bulletin
from services.bootstrap import use_context
from services.context import Context
from tests.cli import typing_in
from tests.services import lives
from tests.support import ledgers
from tests.support.context import a_context


@pytest.fixture
def context(engine: sa.Engine, frozen_clock: clock.StoryClock) -> Iterator[Context]:
    with use_context(a_context(engine)) as context:
        lives.archived(context)
        frozen_clock.move_to(pendulum.datetime(2026, 3, 9, 1, tz=clock.SHANGHAI))
        yield context


def run(*words: str) -> Result:
    return typing_in.run("bulletins", *words)


def made(context: Context) -> str:
    assert "拟稿1份" in run("--make", "week").output
    with context.readers() as session:
        return session.scalars(sa.select(Bulletin.id)).one()


def test_they_are_drafted_listed_and_read(context: Context) -> None:
    key = made(context)
    listed = run().output
    assert key in listed
    assert "2026年3月2日至3月8日" in listed
    assert "草稿" in listed
    assert "## 本期监督" in run(key).output


@pytest.mark.parametrize(
    ("name", "inside"), [("b.docx", "word/document.xml"), ("b.xlsx", "xl/workbook.xml"), ("b.md", None)]
)
def test_they_are_written_to_files(context: Context, tmp_path: Path, name: str, inside: str | None) -> None:
    run(made(context), "--out", str(tmp_path / name))
    if inside is None:
        assert "## 本期监督" in (tmp_path / name).read_text("utf-8")
    else:
        assert inside in zipfile.ZipFile(tmp_path / name).namelist()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no-such-id"], "未找到该通报"),
        (["--out", "b.docx"], "请写明是哪一份通报"),
        (["--make", "day"], "day"),
    ],
)
@ledgers.ON_ONE
def test_what_cannot_be_meant_is_refused_in_a_sentence(context: Context, words: list[str], said: str) -> None:
    refused = run(*words)
    assert refused.exit_code != 0
    assert said in refused.output.replace("\n", "").replace("│", "").replace(" ", "") or said in refused.output


def test_an_unknown_kind_of_file_is_refused(context: Context, tmp_path: Path) -> None:
    refused = run(made(context), "--out", str(tmp_path / "b.pdf"))
    assert refused.exit_code != 0
    assert ".docx" in refused.output
    assert list(tmp_path.glob("b.*")) == []
