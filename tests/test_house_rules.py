"""Rules of this house that a machine can hold: who may read the clock and the environment, and what files may say."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from settings import PROJECT_ROOT, Settings

MAX_LINES = 400
# What each forbidden name reads, and the places (file, or folder with its slash) that may.
WALL_CLOCK = ("clock.py",)
ENVIRONMENT = (
    "settings.py",
    "deployments/",
    "stories/",
    "benchmarks/",
    "tests/",
)  # the last four start processes of ours
WAITING = ("benchmarks/", "deployments/", "stories/", "tests/support/")  # until another process answers
FORBIDDEN = {
    "datetime.date.today": WALL_CLOCK,
    "datetime.datetime.now": WALL_CLOCK,
    "datetime.datetime.today": WALL_CLOCK,
    "datetime.datetime.utcnow": WALL_CLOCK,
    "os.environ": ENVIRONMENT,
    "os.getenv": ENVIRONMENT,
    "pendulum.DateTime.now": WALL_CLOCK,
    "pendulum.DateTime.today": WALL_CLOCK,
    "pendulum.DateTime.utcnow": WALL_CLOCK,
    "pendulum.now": WALL_CLOCK,
    "pendulum.today": WALL_CLOCK,
    "pendulum.tomorrow": WALL_CLOCK,
    "pendulum.yesterday": WALL_CLOCK,
    "sqlalchemy.func.current_timestamp": WALL_CLOCK,
    "sqlalchemy.func.now": WALL_CLOCK,
    "time.sleep": WAITING,
    "time.time": WALL_CLOCK,
    "time.time_ns": WALL_CLOCK,
}
MACHINE_PATH = re.compile(r"(?<![\w.*/}-])/(?:root|work|(?:home|Users)/\w+)(?=/|\b)|pypi\.org|mirrors?\.\w+\.\w+/")
ADDRESS = re.compile(r"\w+://|^-|(?:^|\s)--(?!hash=sha256:)|@ ", re.MULTILINE)


def files(*suffixes: str) -> list[Path]:
    """What the repository holds or is about to: known to git, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT_ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = [PROJECT_ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and (not suffixes or path.suffix in suffixes)]


def relative(path: Path) -> str:
    return path.relative_to(PROJECT_ROOT).as_posix()


def pyproject() -> dict[str, Any]:
    return tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())


def our_names() -> set[str]:
    """The packages and modules at the root that the program imports."""
    linked = pyproject()["tool"]["setuptools"]
    return {*linked["packages"], *linked["py-modules"]}


def uses(source: str) -> Iterator[tuple[int, str]]:
    """Line and full name of everything in `source` that is imported by name or reached through an import.

    `from datetime import datetime as dt; dt.now()` is the use of `datetime.datetime.now`.
    """
    tree = ast.parse(source)
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                known[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                yield node.lineno, f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        parts: list[str] = []
        reached: ast.expr = node
        while isinstance(reached, ast.Attribute):
            parts.append(reached.attr)
            reached = reached.value
        if isinstance(reached, ast.Name) and reached.id in known:
            yield node.lineno, ".".join([known[reached.id], *reversed(parts)])


def breaches(source: str, place: str) -> list[str]:
    return sorted(
        {
            f"{place}:{line} {name}"
            for line, name in uses(source)
            if name in FORBIDDEN and not place.startswith(FORBIDDEN[name])
        }
    )


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\ndatetime.datetime.now()",
        "import datetime as dt\ndt.datetime.now(dt.UTC)",
        "from datetime import datetime as moment\nmoment.utcnow",
        "from pendulum import now",
        "import sqlalchemy as sa\nsa.func.now()",
        "from os import environ",
        "import os\nos.environ['HOME']",
        "def f():\n    import time\n    time.sleep(1)",
    ],
)
def test_a_breach_is_seen(source: str) -> None:
    assert breaches(source, "services/intake.py")


def test_time_and_environment_have_one_reader_each() -> None:
    found = [breach for path in files(".py") for breach in breaches(path.read_text(), relative(path))]
    assert found == []


@pytest.mark.parametrize("leaf", ["clock.py", "settings.py"])
def test_leaves_import_nothing_of_ours(leaf: str) -> None:
    imported = set()
    for node in ast.walk(ast.parse((PROJECT_ROOT / leaf).read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.partition(".")[0])
    assert imported & our_names() == set()


def test_every_package_is_linked_and_its_imports_are_watched() -> None:
    development = {"benchmarks", "docs", "migrations", "tests"}
    packages = {path.parent.name for path in PROJECT_ROOT.glob("*/__init__.py")} - development
    assert set(pyproject()["tool"]["setuptools"]["packages"]) == packages
    assert set(pyproject()["tool"]["importlinter"]["root_packages"]) == packages


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-provider.lock"])
def test_a_lock_file_holds_pins_and_hashes_alone(name: str) -> None:
    text = (PROJECT_ROOT / name).read_text()
    pins = re.split(r"\n(?=\S)", text.strip())
    assert [pin for pin in pins if not re.match(r"[a-z0-9-]+==\S+.*--hash=sha256:[0-9a-f]{64}", pin, re.DOTALL)] == []
    assert ADDRESS.findall(text) == []


def test_both_lock_files_pin_the_same_versions() -> None:
    runtime, development = (
        set(re.findall(r"^[a-z0-9-]+==\S+", (PROJECT_ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert runtime - development == set()


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    found = []
    for path in files():
        try:
            lines = path.read_text().splitlines()
        except UnicodeDecodeError:
            continue
        found += [f"{relative(path)}:{number}" for number, line in enumerate(lines, 1) if MACHINE_PATH.search(line)]
    assert found == []


def test_no_file_of_code_is_too_long_to_read() -> None:
    lengths = {relative(path): len(path.read_text().splitlines()) for path in files(".py", ".js", ".css", ".html")}
    too_long = {name: length for name, length in lengths.items() if length > MAX_LINES}
    # A migration is drafted by Alembic and never edited again.
    assert [name for name in too_long if not name.startswith("migrations/versions/")] == []


def test_the_example_of_the_environment_shows_every_setting() -> None:
    shown = re.findall(r"^#?(RONGETONG_\w+)=", (PROJECT_ROOT / ".env.example").read_text(), re.MULTILINE)
    for_operators = {
        f"RONGETONG_{name.upper()}"
        for name, field in Settings.model_fields.items()
        if not (field.description or "").startswith("Only for kill tests")
    }
    assert len(shown) == len(set(shown))
    assert set(shown) == for_operators
