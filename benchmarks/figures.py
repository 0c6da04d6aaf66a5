"""What figures cost on a large ledger, on SQLite and PostgreSQL side by side.

    python -m benchmarks.figures [--cases 10000 100000] [--postgresql]

Without `--postgresql` only SQLite is measured. The ratio says how the cost grows: 1.0 would be as much per case as on
the smallest ledger. The first line is what all cases cost while nothing is kept of them, as just after an upgrade.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from benchmarks.ledgers import SPAN, START, counted, databases, large, seconds
from domain.actions import Actor, Role
from domain.figures import OF_CASES, Grouping, ShareName
from domain.periods import PeriodKind
from services import figures
from services.context import Context
from services.figure_selection import Asked

console = Console(width=140)

INSPECTOR = Actor(Role.INSPECTOR, name="benchmark")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    table = Table("question", "database", *(f"{count:,} cases" for count in asked.cases), "ratio per case")
    measured: dict[tuple[str, str], list[float]] = {}
    for count in asked.cases:
        for database, url in databases(postgresql=asked.postgresql):
            with url as address:
                for question, cost in _measure(address, count):
                    console.print(f"{count:,} cases, {database}, {question}: {cost:.2f} s", highlight=False)
                    measured.setdefault((question, database), []).append(cost)
    for (question, database), costs in measured.items():
        ratio = costs[-1] / costs[0] / (asked.cases[-1] / asked.cases[0])
        table.add_row(question, database, *(f"{cost:.2f} s" for cost in costs), f"{ratio:.2f}")
    console.print(table)


def _measure(url: str, count: int) -> Iterator[tuple[str, float]]:
    with large(url, count) as context:
        ever = Asked()
        month = Asked(kind=PeriodKind.MONTH, as_of=START + SPAN / 2)
        yield "(cases, ever, from history)", seconds(lambda: _of_cases(context, ever), times=2)
        yield "(count the cases)", seconds(lambda: counted(context), times=1)
        yield "cases, ever, by unit", seconds(lambda: _of_cases(context, ever))
        yield "everything, ever, by unit", seconds(lambda: figures.figures(context, INSPECTOR, Asked(), Grouping.UNIT))
        yield "a month, by unit", seconds(lambda: figures.figures(context, INSPECTOR, month, Grouping.UNIT))
        yield "a month, by category", seconds(lambda: figures.figures(context, INSPECTOR, month, Grouping.CATEGORY))
        yield (
            "a month's late cases",
            seconds(lambda: figures.cases_of(context, INSPECTOR, month, ShareName.ON_TIME_COMPLETION, counted=False)),
        )


def _of_cases(context: Context, asked: Asked) -> object:
    return figures.figures(context, INSPECTOR, asked, Grouping.UNIT, only=OF_CASES)


if __name__ == "__main__":
    main()
