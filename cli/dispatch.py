"""`rongetong dispatch`: why a petition goes where it goes, and what changed rules would do."""

from __future__ import annotations

import typer

from cli import backtest, explain

app = typer.Typer(help="派遣：说明理由，以办结诉求检验规则。 Dispatch.", no_args_is_help=True)
app.command("explain")(explain.explain)
app.command("backtest")(backtest.backtest)
