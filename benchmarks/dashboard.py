"""What the dashboard costs on a ledger of 10,000 petitions, the first time in a minute and every time after it.

The first column is what it costs while nothing is kept of the cases, as just after an upgrade.

python -m benchmarks.dashboard [--cases 10000] [--postgresql]
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table

import clock
from benchmarks.figures import INSPECTOR
from benchmarks.ledgers import END, counted, databases, large, seconds
from domain.actions import Actor, Role
from domain.periods import PeriodKind
from services.context import Context
from services.dashboard import Wanted, dashboard

console = Console(width=140)

AT_UNIT = Actor(Role.UNIT, "unit-1", "benchmark")
QUESTIONS = {
    "this month, by day": (INSPECTOR, Wanted()),
    "this year, by month": (INSPECTOR, Wanted(PeriodKind.YEAR, PeriodKind.MONTH)),
    "ever, by month": (INSPECTOR, Wanted(None, PeriodKind.MONTH)),
    "a unit, this month": (AT_UNIT, Wanted()),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    table = Table(
        "dashboard", "database", "from history", "first in a minute", "after it", title=f"{asked.cases:,} petitions"
    )
    for database, url in databases(postgresql=asked.postgresql):
        with url as address:
            for question, uncounted, first, again in _measure(address, asked.cases):
                times = (f"{uncounted * 1000:.0f} ms", f"{first * 1000:.0f} ms", f"{again * 1000:.1f} ms")
                table.add_row(question, database, *times)
    console.print(table)


def _measure(url: str, count: int) -> Iterator[tuple[str, float, float, float]]:
    with large(url, count) as context:
        story = clock.StoryClock(END)
        with clock.use(story):
            uncounted = {
                question: seconds(_a_minute_later(context, actor, wanted, story), times=2)
                for question, (actor, wanted) in QUESTIONS.items()
            }
            counted(context)
            for question, (actor, wanted) in QUESTIONS.items():
                yield (
                    question,
                    uncounted[question],
                    seconds(_a_minute_later(context, actor, wanted, story)),
                    seconds(_again(context, actor, wanted)),
                )


def _a_minute_later(context: Context, actor: Actor, wanted: Wanted, story: clock.StoryClock) -> Callable[[], object]:
    def ask() -> object:
        story.move_to(clock.now() + dt.timedelta(minutes=1))
        return dashboard(context, actor, wanted)

    return ask


def _again(context: Context, actor: Actor, wanted: Wanted) -> Callable[[], object]:
    return lambda: dashboard(context, actor, wanted)


if __name__ == "__main__":
    main()
