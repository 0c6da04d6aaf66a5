"""What a petition costs: a wake on our worker beside Prefect's stock one, a whole life, many parked runs, lateness.

`make bench-lifecycle` runs it on SQLite, `make bench-lifecycle ARGS=--postgresql` on a PostgreSQL of its own.
Everything that is compared is measured in the same run; docs/adr/0002 says what the figures are for.
"""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack

from rich.console import Console
from rich.table import Table

from benchmarks.installation import IN_PROCESS, STOCK, installation


def main() -> None:
    """Measure everything and print one table for each question."""
    parser = argparse.ArgumentParser(prog="benchmarks.lifecycle", description=__doc__)
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL cluster of its own")
    parser.add_argument("--wakes", type=int, default=100, help="wakes on the in-process worker")
    parser.add_argument("--stock-wakes", type=int, default=8, help="wakes on Prefect's stock process worker")
    parser.add_argument("--lives", type=int, default=30, help="whole lives of petitions")
    parser.add_argument("--parked", type=int, default=10_000, help="parked runs while the worker asks for due ones")
    parser.add_argument("--deadlines", type=int, default=100, help="deadlines that fire within half a minute")
    asked = parser.parse_args()
    console = Console()
    with ExitStack() as stack:
        urls = _postgresql(stack) if asked.postgresql else ("", "")
        at = stack.enter_context(installation(*urls))
        # Prefect reads its environment when it is imported, which `installation` has just set.
        from benchmarks import measures  # noqa: PLC0415

        console.print(f"{'PostgreSQL' if asked.postgresql else 'SQLite'}, {os.cpu_count()} cores\n")
        ours, stock = measures.wakes(at, IN_PROCESS, asked.wakes), measures.wakes(at, STOCK, asked.stock_wakes)
        table = _table(
            "A wake: claim, one task, park", "worker", "wakes/s", "server ms", "worker ms", "CPU ms", "ratio"
        )
        for name, spent in ((IN_PROCESS, ours), (f"stock {STOCK}", stock)):
            each = (spent.server / spent.count, spent.worker / spent.count, spent.each)
            shown = [f"{1000 * value:.1f}" for value in each]
            table.add_row(name, f"{spent.count / spent.wall:.2f}", *shown, f"{spent.each / ours.each:.1f}")
        console.print(table)

        life, states, bare, unclaimed = (
            measures.lives(at, asked.lives),
            measures.bare_calls(at, asked.lives, shown=False),
            measures.bare_calls(at, asked.lives, shown=True),
            measures.bare_calls(at, asked.lives, shown=True, claimed=False),
        )
        table = _table("A whole life: three wakes", "what", "lives/s", "server ms", "client ms", "CPU ms", "ratio")
        rows = (
            ("its run and states alone", states),
            ("its bare Prefect API calls", bare),
            ("the same with a Pending at every wake", unclaimed),
            ("the petition", life),
        )
        for name, spent in rows:
            each = (spent.server / spent.count, spent.worker / spent.count, spent.each)
            shown = [f"{1000 * value:.1f}" for value in each]
            table.add_row(name, f"{spent.count / spent.wall:.2f}", *shown, f"{spent.each / bare.each:.2f}")
        console.print(table)

        late = measures.lateness(at, asked.deadlines)
        table = _table(f"{asked.deadlines} deadlines within 30 s fire late by", "p50 s", "p99 s", "most s")
        shares = (measures.percentile(late, 0.5), measures.percentile(late, 0.99), late[-1])
        table.add_row(*(f"{value:.2f}" for value in shares))
        console.print(table)

        few, many = measures.polls(at, asked.parked)
        table = _table("The worker's question for due runs", "parked runs", "median ms", "ratio")
        table.add_row("few", f"{1000 * few:.1f}", "1.0")
        table.add_row(f"{asked.parked:,}", f"{1000 * many:.1f}", f"{many / few:.1f}")
        console.print(table)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(columns[0])
    for column in columns[1:]:
        table.add_column(column, justify="right")
    return table


def _postgresql(stack: ExitStack) -> tuple[str, str]:
    from tests.support.postgres import PostgresCluster  # noqa: PLC0415 - only where it is installed

    cluster = stack.enter_context(PostgresCluster())
    ledger, prefect = (cluster.create_database(name).replace("+psycopg", "") for name in ("ledger", "prefect"))
    return ledger, prefect


if __name__ == "__main__":
    main()
